//! What makes a signature last: timestamps, and certificates with what is said about their
//! revocation (ETSI EN 319 142-1 §6).
//!
//! All of it is gathered before anybody's secret is asked: a sample timestamp says how much room one
//! takes and whose certificate signs it, so that its path and that of the signer can be proven at
//! once. Then a level is reached whole or the request fails; it is never lowered.

mod collection;
mod extend;
mod reached;
mod stamps;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pdf::SecurityStore;
use signature::{Certificate, DigestAlgorithm, Level, timestamp};

pub(crate) use self::collection::Collection;
use self::collection::PATIENCE;
pub(crate) use self::extend::{archive, extend, rehearse};
pub(crate) use self::reached::{held, reached};
pub(crate) use self::stamps::Stamps;
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::organisation::Signatures;
use crate::requests::{Trust, TrustFile};
use crate::signing_algorithm::sha256;
use crate::trust;
use crate::wire::AnchorSource;

/// How far our clock may be from that of a timestamp authority, in seconds, before it is said.
const CLOCK: u64 = 300;

/// How long what was gathered is used: answers grow old, and certificates are revoked.
const LONGEST_KEPT: Duration = Duration::from_secs(600);

/// What a person asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The level; `None` for what the organisation has set, else B-B.
    pub level: Option<Level>,
    /// Addresses of timestamp authorities in the order they are asked; none for those that the
    /// organisation has set.
    pub authorities: Vec<String>,
    /// Whose timestamps are trusted, besides what the organisation has set; the system's anchors
    /// where neither names anybody.
    pub anchors: Vec<TrustFile>,
    /// Hosts of this machine's own network that certificates may name, besides those that the
    /// organisation has set.
    pub local: Vec<String>,
}

/// Everything that a level takes and that a key need not be asked for.
///
/// Made by [`Service::gather`](crate::Service::gather).
pub struct Lasting {
    pub(crate) level: Level,
    pub(crate) stamps: Option<Stamps>,
    pub(crate) store: SecurityStore,
    /// For whom and by what it was gathered, and when; none for what takes nothing.
    made: Option<(Basis, Instant)>,
    /// What people should know.
    pub notices: Vec<String>,
}

/// All that what is gathered depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Basis {
    /// SHA-256 over the certificate that will sign.
    signer: [u8; 32],
    /// SHA-256 over each certificate above it, and each list at hand.
    at_hand: Vec<[u8; 32]>,
    asked: Asked,
    settings: Signatures,
}

impl Basis {
    fn new(settings: &Signatures, asked: &Asked, signer: &Signer<'_>) -> Self {
        let above = signer.above.iter().map(Certificate::fingerprint);
        let lists = signer.lists.iter().map(|list| sha256(list));
        Self {
            signer: signer.certificate.fingerprint(),
            at_hand: above.chain(lists).collect(),
            asked: asked.clone(),
            settings: settings.clone(),
        }
    }
}

impl Default for Lasting {
    /// B-B, which takes nothing.
    fn default() -> Self {
        Self::dry(Level::BB)
    }
}

impl Lasting {
    /// A level without anything that it takes: to see whether a document allows it.
    pub(crate) fn dry(level: Level) -> Self {
        Self {
            level,
            stamps: None,
            store: SecurityStore::default(),
            made: None,
            notices: Vec::new(),
        }
    }

    /// Bytes that are set aside for a timestamp beside a signature's value.
    pub(crate) fn room(&self) -> usize {
        match &self.stamps {
            Some(stamps) => stamps.room,
            None if self.level == Level::BB => 0,
            None => stamps::ROOM_FOR_OTHERS,
        }
    }

    /// Whether it was gathered for what is asked now, and not too long ago.
    fn is_for(&self, basis: &Basis) -> bool {
        let is_for =
            |(made, when): &(Basis, Instant)| made == basis && when.elapsed() <= LONGEST_KEPT;
        self.made.as_ref().is_some_and(is_for)
    }

    /// The level.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }
}

impl fmt::Debug for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lasting({})", self.level)
    }
}

/// Why an authority gave no timestamp.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// It could not be asked.
    #[error(transparent)]
    Network(#[from] network::Error),
    /// Its answer is no timestamp of what was asked.
    #[error(transparent)]
    Refused(#[from] timestamp::Refused),
    /// Its timestamp does not hold.
    #[error("{}", listed(.0))]
    Faults(Vec<timestamp::Fault>),
    /// Its timestamp is larger than the room that its sample said is enough.
    #[error("its timestamp takes {needed} bytes, and there is room for {room}")]
    TooLarge {
        /// What it takes.
        needed: usize,
        /// What is left for it.
        room: usize,
    },
    /// The authority's certificate leads to nobody who is trusted for timestamps.
    #[error(
        "{subject} is not trusted for timestamps: {why}; its path ends at {top} (SHA-256 {sha256}): \
         if that is whom you trust, name its certificate with --tsa-trust PEM, or in the \
         organisation's setting timestamp_anchors"
    )]
    Untrusted {
        /// The authority.
        subject: String,
        /// What is wrong with its path.
        why: String,
        /// Where its path ends.
        top: String,
        /// SHA-256 over the certificate there, in hexadecimal digits.
        sha256: String,
    },
    /// Its time is far from ours.
    #[error("its clock and that of this machine are {minutes} minutes apart; set the clock")]
    Clock {
        /// How far.
        minutes: u64,
    },
    /// Another certificate signed than the one that was looked into.
    #[error("its timestamp is signed with another certificate than its sample was")]
    OtherCertificate,
}

fn listed(faults: &[timestamp::Fault]) -> String {
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    faults.join("; ")
}

impl Failed {
    /// A short name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use timestamp::Refused as R;
        match self {
            Self::Network(error) => network_code(error),
            Self::Refused(refused) => match refused {
                R::TooLarge { .. } => "response_too_large",
                R::Malformed(_) => "response_malformed",
                R::NotGranted { .. } => "timestamp_not_granted",
                R::NoToken => "timestamp_missing",
                R::Token(_) => "timestamp_malformed",
                R::Nonce => "timestamp_nonce",
                R::ImprintAlgorithm => "timestamp_imprint_algorithm",
                R::Imprint => "timestamp_imprint",
            },
            Self::Faults(faults) => faults.first().map_or("timestamp", timestamp::Fault::code),
            Self::TooLarge { .. } => "timestamp_too_large",
            Self::Untrusted { .. } => "timestamp_not_trusted",
            Self::Clock { .. } => "timestamp_clock",
            Self::OtherCertificate => "timestamp_other_certificate",
        }
    }
}

/// A short name for programs of why nobody answered.
fn network_code(error: &network::Error) -> &'static str {
    use network::Error as E;
    match error {
        E::Address { .. } => "address",
        E::Proxy { .. } => "proxy",
        E::Unreachable { .. } => "unreachable",
        E::Deadline { .. } => "deadline",
        E::Status { .. } => "http_status",
        E::TooLarge { .. } => "response_too_large",
        E::ContentType { .. } => "content_type",
        E::Redirect { .. } => "redirect",
        E::OwnNetwork { .. } => "own_network",
    }
}

/// One authority that was asked in vain.
#[derive(Debug)]
pub struct Try {
    /// Scheme and host of its address; the rest may be a key.
    pub address: String,
    /// Why.
    pub failed: Failed,
}

impl fmt::Display for Try {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} ({})",
            self.address,
            self.failed,
            self.failed.code()
        )
    }
}

/// Why a level was not reached.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Above B-B a timestamp authority is needed, and none is known.
    #[error(
        "level {level} takes a timestamp, and no timestamp authority is set; name one with --tsa URL"
    )]
    NoAuthority {
        /// The level.
        level: Level,
    },
    /// No authority gave a timestamp that holds.
    #[error("no timestamp could be had: {}{}", joined(tries), next_step(tries))]
    Timestamp {
        /// Each of them, in the order they were asked.
        tries: Vec<Try>,
    },
    /// Nothing that can be relied on says whether a certificate is revoked, or who issued it.
    #[error("{what} of {subject} cannot be had: {}", tries_or(tries))]
    Missing {
        /// Whose certificate.
        subject: String,
        /// What is missing.
        what: &'static str,
        /// What was tried, and what came of it.
        tries: Vec<String>,
    },
    /// A certificate that is needed is revoked.
    #[error("the certificate of {subject} is revoked, since {}", crate::error::shown(*at))]
    Revoked {
        /// Whose certificate.
        subject: String,
        /// Since when, Unix time.
        at: i64,
    },
    /// What allows nothing afterwards, and a level that adds to the document afterwards.
    #[error(
        "{what} and level {level} exclude each other: viewers take the timestamp that comes later \
         for a change; {instead}, or sign at level b-lt"
    )]
    CertifiedForGood {
        /// What allows nothing.
        what: &'static str,
        /// What does not exclude it.
        instead: &'static str,
        /// The level.
        level: Level,
    },
    /// The signed file, read again, has a lower level than was asked for.
    #[error(
        "the signed file reaches level {} and not {asked}; nothing was kept",
        reached.map_or("none", Level::as_str)
    )]
    NotReached {
        /// What was asked for.
        asked: Level,
        /// What the file has; none where not even its signature is whole.
        reached: Option<Level>,
    },
    /// A document to be extended has no signature.
    #[error("the document has no signature that could be made to last")]
    Unsigned,
    /// A signature in a document to be extended does not hold.
    #[error("the signature in the field {field} does not hold; nothing is added to it")]
    Broken {
        /// The field.
        field: String,
    },
    /// The settings for the network cannot be used.
    #[error(transparent)]
    Network(network::Error),
}

fn joined(tries: &[Try]) -> String {
    let tries: Vec<String> = tries.iter().map(ToString::to_string).collect();
    tries.join("; ")
}

/// What to do where what an authority said does not name it.
fn next_step(tries: &[Try]) -> &'static str {
    let names_it =
        |one: &Try| matches!(one.failed, Failed::Untrusted { .. } | Failed::Clock { .. });
    if tries.iter().all(names_it) {
        ""
    } else {
        "; try again later, name another authority with --tsa URL, or sign at level b-b, which takes \
         none"
    }
}

fn tries_or(tries: &[String]) -> String {
    match tries {
        [] => "its certificate names nobody to ask".to_owned(),
        tries => tries.join("; "),
    }
}

/// What is gathered for whom.
pub(crate) struct Signer<'a> {
    /// The certificate that will sign.
    pub(crate) certificate: &'a Certificate,
    /// The certificates above it.
    pub(crate) above: &'a [Certificate],
    /// Revocation lists that this machine has, such as the organisation's own.
    pub(crate) lists: &'a [Vec<u8>],
}

/// Whether anything has to be gathered for what is asked.
pub(crate) fn is_needed(surroundings: &Surroundings, asked: &Asked) -> bool {
    let set = || {
        let (_, settings) = crate::settings::of_machine(surroundings).ok()?;
        Level::read(&settings.level?)
    };
    asked
        .level
        .or_else(set)
        .is_some_and(|level| level > Level::BB)
}

/// The level that is asked for, or set.
pub(crate) fn level(settings: &Signatures, asked: &Asked) -> Level {
    let set = settings.level.as_deref().and_then(Level::read);
    asked.level.or(set).unwrap_or(Level::BB)
}

/// What a level takes: as it was gathered before, if that was for the same, else gathered now; blocks.
pub(crate) fn gathered(
    before: Option<&Arc<Lasting>>,
    surroundings: &Surroundings,
    settings: &Signatures,
    asked: &Asked,
    signer: &Signer<'_>,
    now: i64,
) -> Result<Arc<Lasting>> {
    let basis = Basis::new(settings, asked, signer);
    match before {
        Some(before) if before.is_for(&basis) => Ok(Arc::clone(before)),
        _ => gather(surroundings, settings, asked, signer, now),
    }
}

/// Gathers what a level takes, for signatures by one signer; blocks.
pub(crate) fn gather(
    surroundings: &Surroundings,
    settings: &Signatures,
    asked: &Asked,
    signer: &Signer<'_>,
    now: i64,
) -> Result<Arc<Lasting>> {
    let level = level(settings, asked);
    let mut lasting = Lasting::dry(level);
    if level == Level::BB {
        return Ok(Arc::new(lasting));
    }
    let end = Instant::now() + PATIENCE;
    let client = client(surroundings, settings, &asked.local)?;
    // Timestamps are made by the digest that the signature is made by.
    let key = signer.certificate.key_algorithm();
    let digest = key.map_or(DigestAlgorithm::Sha256, |key| {
        key.signature_algorithm().digest_algorithm()
    });
    let addresses = authorities(settings, asked, level)?;
    let anchors = anchors(surroundings, settings, asked)?;
    let mut stamps = Stamps::sample(client.clone(), addresses, digest, anchors, end)?;
    if level >= Level::BLt {
        let mut collection = Collection::new(&client, now, end);
        collection.know(signer.above);
        signer
            .lists
            .iter()
            .for_each(|list| collection.know_list(list));
        collection.path(signer.certificate)?;
        collection.know(&stamps.carried);
        collection.proven(&stamps.path)?;
        lasting.store = collection.into_store();
        stamps.only_by_sample();
    }
    lasting.notices.extend(clock(stamps.gen_time, now));
    lasting.stamps = Some(stamps);
    lasting.made = Some((Basis::new(settings, asked, signer), Instant::now()));
    Ok(Arc::new(lasting))
}

/// The timestamp authorities of a request.
fn authorities(settings: &Signatures, asked: &Asked, level: Level) -> Result<Vec<String>> {
    let addresses = match asked.authorities.as_slice() {
        [] => settings.timestamp_authorities.clone(),
        asked => asked.to_vec(),
    };
    if addresses.is_empty() {
        return Err(Fault::NoAuthority { level }.into());
    }
    Ok(addresses)
}

/// Who is trusted for timestamps: whom the organisation or the person names, else whom the system
/// trusts. The organisation's own CA vouches for signers, and people's choices for what they read.
fn anchors(
    surroundings: &Surroundings,
    settings: &Signatures,
    asked: &Asked,
) -> Result<Vec<Certificate>> {
    let mut files = asked.anchors.clone();
    for named in &settings.timestamp_anchors {
        let content = if named.trim_start().starts_with("-----BEGIN") {
            named.clone().into_bytes()
        } else {
            let path = surroundings.home.folder().join(named);
            trust::read_at_most(&path, trust::LARGEST_PEM).map_err(|source| Error::File {
                doing: "read the trust anchors in",
                path,
                source,
            })?
        };
        files.push(TrustFile {
            name: "timestamp_anchors".to_owned(),
            content,
        });
    }
    let trust = Trust {
        system: files.is_empty() && surroundings.system_anchors.exists(),
        files,
        ..Trust::default()
    };
    let anchors = trust::Anchors::collect(surroundings, &trust, crate::validate::now())?;
    let named = |anchor: &&trust::Anchor| {
        matches!(anchor.source, AnchorSource::File | AnchorSource::System)
    };
    let anchors = anchors.all().iter().filter(named);
    Ok(anchors.map(|anchor| anchor.certificate.clone()).collect())
}

/// Asks authorities; `local` are hosts of one's own network that certificates may name, besides those
/// of the settings.
fn client(
    surroundings: &Surroundings,
    settings: &Signatures,
    local: &[String],
) -> Result<network::Client> {
    let network = network::Settings {
        local: [&settings.local_authorities, local].concat(),
        ..surroundings.network.clone()
    };
    network::Client::new(&network).map_err(|error| Error::Evidence(Fault::Network(error)))
}

/// What to say of our clock, if it is far from that of an authority.
pub(crate) fn clock(theirs: i64, ours: i64) -> Option<String> {
    let apart = theirs.abs_diff(ours);
    let which = if ours > theirs { "ahead of" } else { "behind" };
    (apart > CLOCK).then(|| {
        format!(
            "the clock of this machine is {} minutes {which} that of the timestamp authority",
            apart / 60
        )
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_minutes_away_is_told_of() {
        assert_eq!(clock(1000, 1300), None);
        assert!(clock(1000, 1301).unwrap().contains("5 minutes ahead"));
        assert!(clock(4600, 1000).unwrap().contains("60 minutes behind"));
    }
}
