//! One question, one answer.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::{Response, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Proxy};

use crate::address::{Address, named, shown};
use crate::error::{Error, Result};
use crate::reach::{Everybodys, OwnNetwork};

/// Most redirects that are followed.
const MOST_REDIRECTS: usize = 3;
/// Most bytes of the head of an answer.
const LARGEST_HEAD: usize = 16 << 10;
/// How long a name is looked up that a proxy looks up again.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// How authorities are asked.
#[derive(Clone)]
pub struct Settings {
    /// The proxy for addresses of `http`, such as `http://proxy.example:3128`.
    pub proxy: Option<String>,
    /// The proxy for addresses of `https`.
    pub secure_proxy: Option<String>,
    /// Hosts that are asked without a proxy, and all hosts below them.
    pub direct: Vec<String>,
    /// Hosts of this machine's own network, and all hosts below them, that certificates may name.
    pub local: Vec<String>,
    /// How long a connection may take.
    pub connect: Duration,
    /// How long a question may take, redirects and all.
    pub total: Duration,
}

impl Default for Settings {
    /// No proxy; five seconds to connect, twenty for all of it.
    fn default() -> Self {
        Self {
            proxy: None,
            secure_proxy: None,
            direct: Vec::new(),
            local: Vec::new(),
            connect: Duration::from_secs(5),
            total: Duration::from_secs(20),
        }
    }
}

impl fmt::Debug for Settings {
    /// Proxies by their hosts: the address of one may carry a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("proxy", &self.proxy.as_deref().map(named))
            .field("secure_proxy", &self.secure_proxy.as_deref().map(named))
            .field("direct", &self.direct)
            .field("local", &self.local)
            .field("connect", &self.connect)
            .field("total", &self.total)
            .finish()
    }
}

/// What is asked for: how large it may be, and what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A timestamp response (RFC 3161 §3.4).
    Timestamp,
    /// An OCSP response (RFC 6960 appendix A.2).
    Ocsp,
    /// A revocation list (RFC 2585 §4).
    RevocationList,
    /// A certificate (RFC 2585 §4).
    Certificate,
}

impl Wanted {
    /// Most bytes of an answer. Timestamps take five to ten thousand; lists of large authorities,
    /// a few million.
    #[must_use]
    pub const fn most(self) -> u64 {
        match self {
            Self::Timestamp | Self::Ocsp => 256 << 10,
            Self::RevocationList => 16 << 20,
            Self::Certificate => 64 << 10,
        }
    }

    /// What the question is called.
    const fn question(self) -> &'static str {
        match self {
            Self::Timestamp => "application/timestamp-query",
            Self::Ocsp => "application/ocsp-request",
            Self::RevocationList | Self::Certificate => "application/octet-stream",
        }
    }

    /// What the answer is called, and says that it is.
    const fn answer(self) -> &'static str {
        match self {
            Self::Timestamp => "application/timestamp-reply",
            Self::Ocsp => "application/ocsp-response",
            Self::RevocationList => "application/pkix-crl",
            Self::Certificate => "application/pkix-cert",
        }
    }

    /// Whether somebody chose whom to ask: a timestamp authority. All other addresses stand in
    /// certificates, and lead to machines that everybody reaches, or nowhere.
    const fn is_chosen(self) -> bool {
        matches!(self, Self::Timestamp)
    }

    /// Whether an answer of a content type is taken. The standards of timestamps and of OCSP demand
    /// theirs; files are served under many names, and only a web page is none of them.
    fn takes(self, content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        match self {
            Self::Timestamp | Self::Ocsp => essence.eq_ignore_ascii_case(self.answer()),
            Self::RevocationList | Self::Certificate => !essence.eq_ignore_ascii_case("text/html"),
        }
    }
}

/// Asks authorities. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    /// Connects to machines that everybody reaches.
    outwards: Agent,
    proxy: Option<Proxy>,
    secure_proxy: Option<Proxy>,
    direct: Arc<[String]>,
    local: Arc<[String]>,
    total: Duration,
    /// When nobody is asked any more.
    end: Option<Instant>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client(..)")
    }
}

impl Client {
    /// Takes the settings. Nothing is asked yet.
    ///
    /// # Errors
    /// [`Error::Proxy`].
    pub fn new(settings: &Settings) -> Result<Self> {
        let proxy = |address: &Option<String>| {
            let read = |address: &String| {
                Proxy::new(address).map_err(|_| Error::Proxy {
                    proxy: shown(address.rsplit('@').next().unwrap_or_default()),
                })
            };
            address.as_ref().map(read).transpose()
        };
        // Named here, so that no other crate of the binary decides which one it is.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let agent = Agent::config_builder()
            .proxy(None)
            .tls_config(tls)
            .timeout_connect(Some(settings.connect))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(LARGEST_HEAD)
            .user_agent("Chancery")
            .build();
        Ok(Self {
            outwards: Agent::with_parts(
                agent.clone(),
                DefaultConnector::default(),
                Everybodys::default(),
            ),
            agent: Agent::new_with_config(agent),
            proxy: proxy(&settings.proxy)?,
            secure_proxy: proxy(&settings.secure_proxy)?,
            direct: settings.direct.clone().into(),
            local: settings.local.clone().into(),
            total: settings.total,
            end: None,
        })
    }

    /// The same, which asks nobody any more from then on: an end for all questions of one request,
    /// beside that for each.
    #[must_use]
    pub fn until(&self, end: Instant) -> Self {
        let end = Some(self.end.map_or(end, |before| before.min(end)));
        Self {
            end,
            ..self.clone()
        }
    }

    /// Asks with GET.
    ///
    /// An address that was not chosen, but read in a certificate, leads to a machine that everybody
    /// reaches or is one of [`Settings::local`]; so does wherever a redirect leads.
    ///
    /// # Errors
    /// All of [`Error`] but [`Error::Proxy`].
    pub fn get(&self, address: &str, wanted: Wanted) -> Result<Vec<u8>> {
        self.ask(address, wanted, None)
    }

    /// Asks with POST. A redirect is followed where it keeps the question (RFC 9110 §15.4.8,
    /// §15.4.9).
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn post(&self, address: &str, wanted: Wanted, question: &[u8]) -> Result<Vec<u8>> {
        self.ask(address, wanted, Some(question))
    }

    fn ask(&self, address: &str, wanted: Wanted, question: Option<&[u8]>) -> Result<Vec<u8>> {
        let end = Instant::now() + self.total;
        let end = self.end.map_or(end, |all| all.min(end));
        let mut address = Address::read(address)?;
        let mut anywhere = wanted.is_chosen() || self.may_be_local(&address);
        for _ in 0..=MOST_REDIRECTS {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Deadline {
                    host: address.host().to_owned(),
                });
            }
            let reach = match anywhere {
                true => Reach::Anywhere,
                false => Reach::Outwards,
            };
            let answer = self.ask_once(&address, wanted, question, (left, reach))?;
            let status = answer.status().as_u16();
            match status {
                200 => return read(answer, wanted, address.host()),
                301..=303 if question.is_some() => {
                    return Err(Error::Redirect {
                        host: address.host().to_owned(),
                        why: "the question would be lost on the way",
                    });
                }
                301..=303 | 307 | 308 => {
                    let location = answer.headers().get(header::LOCATION);
                    let location = location.and_then(|location| location.to_str().ok());
                    let there = address.redirected(location)?;
                    // Whoever answers chose where it leads, and nobody here did.
                    anywhere =
                        anywhere && there.host() == address.host() || self.may_be_local(&there);
                    address = there;
                }
                _ => {
                    return Err(Error::Status {
                        host: address.host().to_owned(),
                        status,
                    });
                }
            }
        }
        Err(Error::Redirect {
            host: address.host().to_owned(),
            why: "it goes on and on",
        })
    }

    fn ask_once(
        &self,
        address: &Address,
        wanted: Wanted,
        question: Option<&[u8]>,
        (left, reach): (Duration, Reach),
    ) -> Result<Response<Body>> {
        let proxy = self.proxy_for(address);
        let agent = match (reach, &proxy) {
            (Reach::Outwards, None) => &self.outwards,
            (Reach::Outwards, Some(_)) => {
                // The proxy itself may well be in one's own network.
                let within = left.min(LONGEST_LOOK);
                if Everybodys::default().refuses(address.uri(), self.agent.config(), within) {
                    return Err(own_network(address.host()));
                }
                &self.agent
            }
            (Reach::Anywhere, _) => &self.agent,
        };
        let asked = match question {
            Some(question) => agent
                .post(address.uri())
                .header(header::CONTENT_TYPE, wanted.question())
                .header(header::ACCEPT, wanted.answer())
                .config()
                .proxy(proxy)
                .timeout_global(Some(left))
                .build()
                .send(question),
            None => agent
                .get(address.uri())
                .config()
                .proxy(proxy)
                .timeout_global(Some(left))
                .build()
                .call(),
        };
        asked.map_err(|source| fault(source, address.host(), wanted))
    }

    fn may_be_local(&self, address: &Address) -> bool {
        is_among(address, &self.local)
    }

    fn proxy_for(&self, address: &Address) -> Option<Proxy> {
        if is_among(address, &self.direct) {
            return None;
        }
        match address.is_secure() {
            true => self.secure_proxy.clone(),
            false => self.proxy.clone(),
        }
    }
}

/// Where a connection may lead.
#[derive(Clone, Copy)]
enum Reach {
    Anywhere,
    /// To machines that everybody reaches.
    Outwards,
}

/// Whether an address is on one of some hosts, or below one.
fn is_among(address: &Address, hosts: &[String]) -> bool {
    let name = address.name().to_ascii_lowercase();
    hosts.iter().any(|host| {
        let host = host.trim_start_matches('.').to_ascii_lowercase();
        let below = name.strip_suffix(&host);
        below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn own_network(host: &str) -> Error {
    Error::OwnNetwork {
        host: host.to_owned(),
    }
}

fn read(mut answer: Response<Body>, wanted: Wanted, host: &str) -> Result<Vec<u8>> {
    let content_type = answer.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|content_type| content_type.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    // What says nothing is read for what it is.
    if !content_type.is_empty() && !wanted.takes(content_type) {
        return Err(Error::ContentType {
            host: host.to_owned(),
            content_type: shown(content_type),
        });
    }
    let body = answer.body_mut().with_config().limit(wanted.most() + 1);
    let body = body.read_to_vec();
    let body = body.map_err(|source| fault(source, host, wanted))?;
    if body.len() as u64 > wanted.most() {
        return Err(too_large(host, wanted));
    }
    Ok(body)
}

fn too_large(host: &str, wanted: Wanted) -> Error {
    Error::TooLarge {
        host: host.to_owned(),
        most: wanted.most(),
    }
}

fn fault(source: ureq::Error, host: &str, wanted: Wanted) -> Error {
    let host = host.to_owned();
    match source {
        ureq::Error::Other(other) if other.is::<OwnNetwork>() => own_network(&host),
        ureq::Error::Timeout(_) => Error::Deadline { host },
        ureq::Error::BodyExceedsLimit(_) => too_large(&host, wanted),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            Error::Deadline { host }
        }
        source => Error::Unreachable {
            host,
            source: Box::new(source),
        },
    }
}
