//! Which machines an address of a certificate leads to.
//!
//! Addresses of responders, lists and issuers stand in certificates that anybody may have made, and
//! whoever opens a document would ask them. So they lead to machines that everybody reaches, or
//! nowhere: not to services of this machine or of the network behind its firewall.
//!
//! A name is looked up once, what it leads to is judged, and the connection goes to just that. A
//! proxy looks names up by itself: there a name is judged by what it means here, and one that means
//! nothing here is the proxy's to judge.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ureq::Timeout;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Everything a name leads to is a machine of this one's own network.
#[derive(Debug)]
pub(crate) struct OwnNetwork;

impl fmt::Display for OwnNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address of this machine or its own network")
    }
}

impl std::error::Error for OwnNetwork {}

/// Leads to machines that everybody reaches.
#[derive(Debug, Default)]
pub(crate) struct Everybodys(DefaultResolver);

impl Resolver for Everybodys {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let all = self.0.resolve(uri, config, timeout)?;
        let mut public = self.empty();
        all.iter()
            .filter(|address| is_public(address.ip()))
            .for_each(|address| public.push(*address));
        if public.is_empty() {
            return Err(ureq::Error::Other(Box::new(OwnNetwork)));
        }
        Ok(public)
    }
}

impl Everybodys {
    /// Whether a name leads to this machine's own network, as far as that is known here.
    pub(crate) fn refuses(&self, uri: &Uri, config: &Config, within: Duration) -> bool {
        let timeout = NextTimeout {
            after: within.into(),
            reason: Timeout::Resolve,
            ..NextTimeout::default()
        };
        let resolved = self.resolve(uri, config, timeout);
        matches!(resolved, Err(ureq::Error::Other(other)) if other.is::<OwnNetwork>())
    }
}

/// Whether a number is one that everybody reaches (RFC 6890 and the registries of numbers for
/// special purposes that it set up).
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // This network, loopback, shared among customers, protocols, benchmarks.
        [0 | 127, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => true,
        // Several at once, and those kept for later.
        [224..=255, ..] => true,
        _ => false,
    };
    !(special
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_broadcast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Numbers of the older kind in disguise are what they are there.
    if let Some(within) = embedded(address) {
        return is_public_v4(within);
    }
    match address.segments() {
        // Protocols, with Teredo; documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All that is given out to networks of everybody (RFC 4291 §2.4).
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

/// The number of the older kind within one of the newer: as it is mapped, translated (RFC 6052
/// §2.1) or tunnelled (RFC 3056 §2).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(of(high, low))
        }
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_everybody_reaches_are_public() {
        for public in [
            "1.1.1.1",
            "93.184.216.34",
            "172.32.0.1",
            "192.1.0.1",
            "100.128.0.1",
            "2606:2800:220:1:248:1893:25c8:1946",
            "2001:4860:4860::8888",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for own in [
            "0.0.0.0",
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(own.parse().unwrap()), "{own}");
        }
    }

    #[test]
    fn a_name_is_judged_by_what_it_leads_to_however_it_is_written() {
        let (everybodys, config) = (Everybodys::default(), Config::default());
        let refuses = |address: &str| {
            let uri = address.parse().unwrap();
            everybodys.refuses(&uri, &config, Duration::from_secs(5))
        };
        for own in [
            "http://localhost/",
            "http://127.0.0.1:8080/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/latest/meta-data/",
        ] {
            assert!(refuses(own), "{own}");
        }
        assert!(!refuses("http://1.1.1.1/"));
    }
}
