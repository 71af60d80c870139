//! Addresses that are asked: HTTP, a plain name or number for a host, and of a sane length.
//!
//! They come out of certificates that anybody may have issued.

use ureq::http::Uri;
use ureq::http::uri::Scheme;

use crate::error::{Error, Result};

/// Longest address; browsers and servers take about this much.
const LONGEST: usize = 2048;
/// Most characters of an address that an error shows.
const SHOWN: usize = 120;

/// An address that may be asked.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    uri: Uri,
    host: String,
}

impl Address {
    pub(crate) fn read(text: &str) -> Result<Self> {
        let refused = |why| Error::Address {
            address: named(text),
            why,
        };
        if text.len() > LONGEST {
            return Err(refused("it is too long"));
        }
        let uri: Uri = text.parse().map_err(|_| refused("it is no address"))?;
        if uri.scheme() != Some(&Scheme::HTTP) && uri.scheme() != Some(&Scheme::HTTPS) {
            return Err(refused("it is neither http nor https"));
        }
        let authority = uri.authority().ok_or_else(|| refused("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(refused("it carries a name or password"));
        }
        // What a resolver could read as something other than a name or a number.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        if authority.host().is_empty() || !authority.host().bytes().all(is_plain) {
            return Err(refused("its host is no plain name"));
        }
        if authority.port_u16() == Some(0) {
            return Err(refused("its port is none"));
        }
        let host = authority.as_str().to_owned();
        Ok(Self { uri, host })
    }

    /// Where a redirect leads.
    pub(crate) fn redirected(&self, location: Option<&str>) -> Result<Self> {
        let refused = |why| Error::Redirect {
            host: self.host.clone(),
            why,
        };
        let location = location.ok_or_else(|| refused("it does not say where"))?;
        let there = match location.strip_prefix('/') {
            Some(rest) if !rest.starts_with('/') => format!("{}{location}", self.origin()),
            _ => location.to_owned(),
        };
        let there = Self::read(&there).map_err(|error| match error {
            Error::Address { why, .. } => refused(why),
            other => other,
        })?;
        if self.is_secure() && !there.is_secure() {
            return Err(refused("it leads from https to http"));
        }
        Ok(there)
    }

    fn origin(&self) -> String {
        let scheme = self.uri.scheme_str().unwrap_or("http");
        format!("{scheme}://{}", self.host)
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    pub(crate) const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Host and port, as they are written.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The host without its port.
    pub(crate) fn name(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }
}

/// Says whether an address could be asked; nobody is.
///
/// # Errors
/// [`Error::Address`].
pub fn check(address: &str) -> Result<()> {
    Address::read(address).map(|_| ())
}

/// An address as an error, a notice or a log may show it: scheme and host.
///
/// What else stands in it may be a password or a key.
#[must_use]
pub fn named(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    shown(&format!("{scheme}{host}"))
}

/// Text from outside as an error may show it.
pub(crate) fn shown(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .take(SHOWN)
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_of_http_are_asked() {
        for good in [
            "http://tsa.example/",
            "https://tsa.example:8443/tsr?a=b",
            "http://127.0.0.1:3161",
            "http://[::1]:3161/x",
        ] {
            assert!(Address::read(good).is_ok(), "{good}");
        }
        for bad in [
            "file:///etc/passwd",
            "ftp://tsa.example/",
            "ldap://directory.example/cn=CA?certificateRevocationList",
            "gopher://tsa.example/",
            "tsa.example",
            "/etc/passwd",
            "http:///path",
            "http://user:word@tsa.example/",
            "http://tsa.example:0/",
            "http://tsa%2eexample/",
            "http://tsa example/",
            "http://tsa.example\r\nHost: other/",
            "",
            &format!("http://tsa.example/{}", "a".repeat(3000)),
        ] {
            let refused = Address::read(bad);
            assert!(matches!(refused, Err(Error::Address { .. })), "{bad}");
        }
    }

    #[test]
    fn an_address_is_told_without_what_may_be_a_secret_in_it() {
        for (address, told) in [
            ("http://user:word@tsa.example/", "http://tsa.example"),
            (
                "https://tsa.example:8443/tsr?token=word",
                "https://tsa.example:8443",
            ),
            ("http://a/word@tsa.example", "http://a"),
            ("user:word@tsa.example", "tsa.example"),
        ] {
            assert_eq!(named(address), told);
        }
        let refused = Address::read("http://user:word@tsa.example/word").unwrap_err();
        let said = format!("{refused} {refused:?}");
        assert!(said.contains("tsa.example") && !said.contains("word@") && !said.contains("/word"));
    }

    #[test]
    fn a_redirect_leads_to_another_address_of_http_or_nowhere() {
        let from = Address::read("https://tsa.example/a").unwrap();
        let to = from.redirected(Some("/b")).unwrap();
        assert_eq!(to.uri().to_string(), "https://tsa.example/b");
        assert!(from.redirected(Some("https://other.example/")).is_ok());
        for bad in [
            None,
            Some("file:///etc/passwd"),
            Some("http://tsa.example/"),
            Some("//other.example/"),
            Some("b"),
        ] {
            let refused = from.redirected(bad);
            assert!(matches!(refused, Err(Error::Redirect { .. })), "{bad:?}");
        }
    }
}
