//! A public key infrastructure for tests (RFC 5280): a root, authorities below it, and people,
//! timestamp authorities and OCSP responders of theirs.
//!
//! Everything is built by hand when a test starts, with fixed keys and serial numbers and with
//! dates around now. [`Pki::new`] makes the usual one; [`Party::issue`] makes whatever else is
//! wanted.

pub mod crl;
pub mod der;
pub mod key;
pub mod ocsp;
pub mod tsp;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

pub use self::key::{Hash, Key};

/// A day in seconds.
pub const DAY: i64 = 24 * 3600;
/// A year in seconds.
pub const YEAR: i64 = 365 * DAY;

/// Now, Unix time.
#[must_use]
pub fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as i64)
}

/// What a certificate says, but for its key and its issuer.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The subject's common name.
    pub name: String,
    /// The serial number.
    pub serial: u64,
    /// First second of validity, Unix time.
    pub not_before: i64,
    /// Last second of validity, Unix time.
    pub not_after: i64,
    /// Extensions in DER, in their order.
    pub extensions: Vec<Vec<u8>>,
    /// The digest of the issuer's signature; that of the issuer's key where none is said.
    pub hash: Option<Hash>,
}

/// An Extension (RFC 5280 §4.1).
#[must_use]
pub fn extension(oid: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![der::oid(oid)];
    if critical {
        parts.push(der::boolean(true));
    }
    parts.push(der::octets(value));
    der::sequence(&parts)
}

/// keyUsage of some bits, counted as RFC 5280 §4.2.1.3 does.
#[must_use]
pub fn key_usage(bits: &[u8]) -> Vec<u8> {
    let byte = bits.iter().fold(0u8, |byte, bit| byte | 0x80 >> bit);
    let unused = u8::try_from(byte.trailing_zeros()).unwrap_or(0);
    extension("2.5.29.15", true, &der::tlv(3, &[unused, byte]))
}

/// extendedKeyUsage of one purpose.
#[must_use]
pub fn purpose(oid: &str, critical: bool) -> Vec<u8> {
    extension("2.5.29.37", critical, &der::sequence(&[der::oid(oid)]))
}

/// id-kp-timeStamping.
pub const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
/// id-kp-OCSPSigning.
pub const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";

impl Terms {
    fn new(name: &str, serial: u64) -> Self {
        Self {
            name: name.to_owned(),
            serial,
            not_before: now() - 30 * DAY,
            not_after: now() + YEAR,
            extensions: Vec::new(),
            hash: None,
        }
    }

    /// A person who signs documents.
    #[must_use]
    pub fn person(name: &str, serial: u64) -> Self {
        Self::new(name, serial)
            .with(extension("2.5.29.19", true, &der::sequence(&[])))
            .with(key_usage(&[0, 1]))
    }

    /// An authority that issues certificates and revocation lists.
    #[must_use]
    pub fn authority(name: &str, serial: u64) -> Self {
        let constraints = der::sequence(&[der::boolean(true)]);
        Self::new(name, serial)
            .valid(now() - YEAR, now() + 20 * YEAR)
            .with(extension("2.5.29.19", true, &constraints))
            .with(key_usage(&[5, 6]))
    }

    /// A timestamp authority (RFC 3161 §2.3).
    #[must_use]
    pub fn timestamps(name: &str, serial: u64) -> Self {
        Self::new(name, serial)
            .valid(now() - 30 * DAY, now() + 10 * YEAR)
            .with(key_usage(&[0]))
            .with(purpose(TIME_STAMPING, true))
    }

    /// An OCSP responder (RFC 6960 §4.2.2.2), which says of itself that it need not be checked.
    #[must_use]
    pub fn responder(name: &str, serial: u64) -> Self {
        Self::checked_responder(name, serial).with(extension(
            "1.3.6.1.5.5.7.48.1.5",
            false,
            &der::null(),
        ))
    }

    /// An OCSP responder that does not say so.
    #[must_use]
    pub fn checked_responder(name: &str, serial: u64) -> Self {
        Self::new(name, serial)
            .with(key_usage(&[0]))
            .with(purpose(OCSP_SIGNING, false))
    }

    /// With a further extension.
    #[must_use]
    pub fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    /// With another validity.
    #[must_use]
    pub fn valid(self, not_before: i64, not_after: i64) -> Self {
        Self {
            not_before,
            not_after,
            ..self
        }
    }

    /// With addresses of a responder and of the issuer's certificate (RFC 5280 §4.2.2.1).
    #[must_use]
    pub fn access(self, ocsp: Option<&str>, issuer: Option<&str>) -> Self {
        let description = |oid: &str, url: &str| {
            der::sequence(&[der::oid(oid), der::primitive(6, url.as_bytes())])
        };
        let parts: Vec<Vec<u8>> = [
            ocsp.map(|url| description("1.3.6.1.5.5.7.48.1", url)),
            issuer.map(|url| description("1.3.6.1.5.5.7.48.2", url)),
        ]
        .into_iter()
        .flatten()
        .collect();
        self.with(extension(
            "1.3.6.1.5.5.7.1.1",
            false,
            &der::sequence(&parts),
        ))
    }

    /// With the address of a revocation list (RFC 5280 §4.2.1.13).
    #[must_use]
    pub fn list_at(self, url: &str) -> Self {
        let name = der::primitive(6, url.as_bytes());
        let point = der::sequence(&[der::context(0, &der::context(0, &name))]);
        self.with(extension("2.5.29.31", false, &der::sequence(&[point])))
    }
}

/// Somebody with a key and a certificate.
#[derive(Debug, Clone)]
pub struct Party {
    /// The key.
    pub key: Key,
    /// The certificate in DER.
    pub certificate: Vec<u8>,
    /// The certificates above it, the root last.
    pub above: Vec<Vec<u8>>,
    /// Serial number of the certificate.
    pub serial: u64,
    /// The subject's Name in DER.
    pub name: Vec<u8>,
}

impl Party {
    /// A root of itself.
    #[must_use]
    pub fn root(terms: &Terms, key: Key) -> Self {
        let name = name(&terms.name);
        Self {
            certificate: certificate(terms, &key.spki(), &name, key),
            key,
            above: Vec::new(),
            serial: terms.serial,
            name,
        }
    }

    /// Issues a certificate for a key.
    #[must_use]
    pub fn issue(&self, terms: &Terms, key: Key) -> Self {
        let mut above = vec![self.certificate.clone()];
        above.extend(self.above.iter().cloned());
        Self {
            certificate: certificate(terms, &key.spki(), &self.name, self.key),
            key,
            above,
            serial: terms.serial,
            name: name(&terms.name),
        }
    }

    /// Issues a certificate for a key that somebody else has, and gives it in DER.
    #[must_use]
    pub fn certify(&self, terms: &Terms, spki: &[u8]) -> Vec<u8> {
        certificate(terms, spki, &self.name, self.key)
    }

    /// The certificate as the product reads it.
    ///
    /// # Panics
    /// If it does not.
    #[must_use]
    pub fn read(&self) -> signature::Certificate {
        signature::Certificate::from_der(&self.certificate).expect("a certificate of the test PKI")
    }

    /// The same of the certificates above it.
    ///
    /// # Panics
    /// As [`Self::read`].
    #[must_use]
    pub fn read_above(&self) -> Vec<signature::Certificate> {
        let read = |der: &Vec<u8>| signature::Certificate::from_der(der).expect("a certificate");
        self.above.iter().map(read).collect()
    }

    /// Writes the certificate as PEM into a folder.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write_pem(&self, folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(format!("{name}.pem"));
        let pem = self.read().to_pem().expect("it encodes");
        std::fs::write(&path, pem).expect("it is written");
        path
    }

    /// SHA-1 over the name and over the key, by which a CertID knows an issuer (RFC 6960 §4.1.1).
    #[must_use]
    pub fn hashes(&self, hash: Hash) -> (Vec<u8>, Vec<u8>) {
        let spki = self.key.spki();
        let bits = der::Element::first(&spki).and_then(|spki| spki.at(&[1]));
        let key = bits.map(|bits| bits.content[1..].to_vec());
        (hash.of(&self.name), hash.of(&key.unwrap_or_default()))
    }
}

/// A Name of one common name.
#[must_use]
pub fn name(common: &str) -> Vec<u8> {
    let attribute = der::sequence(&[der::oid("2.5.4.3"), der::utf8(common)]);
    der::sequence(&[der::set(vec![attribute])])
}

/// Signs a structure: SEQUENCE { what is signed, algorithm, BIT STRING }.
#[must_use]
pub fn signed(tbs: Vec<u8>, key: Key, hash: Hash) -> Vec<u8> {
    let value = key.sign(hash, &tbs);
    der::sequence(&[tbs, key.algorithm(hash), der::bits(&value)])
}

fn certificate(terms: &Terms, spki: &[u8], issuer_name: &[u8], issuer: Key) -> Vec<u8> {
    let hash = terms.hash.unwrap_or(issuer.hash());
    let identifier = |spki: &[u8]| {
        let bits = der::Element::first(spki).and_then(|spki| spki.at(&[1]));
        Hash::Sha1.of(&bits.expect("an SPKI holds a key").content[1..])
    };
    let mut extensions = terms.extensions.clone();
    let own = der::octets(&identifier(spki));
    extensions.push(extension("2.5.29.14", false, &own));
    let of_issuer = der::sequence(&[der::primitive(0, &identifier(&issuer.spki()))]);
    extensions.push(extension("2.5.29.35", false, &of_issuer));
    let validity = [
        der::x509_time(terms.not_before),
        der::x509_time(terms.not_after),
    ];
    let tbs = der::sequence(&[
        der::context(0, &der::number(2)),
        der::number(terms.serial),
        issuer.algorithm(hash),
        issuer_name.to_vec(),
        der::sequence(&validity),
        name(&terms.name),
        spki.to_vec(),
        der::context(3, &der::sequence(&extensions)),
    ]);
    signed(tbs, issuer, hash)
}

/// The usual infrastructure; addresses in its certificates are below one URL.
///
/// ```text
/// Test Root ─┬─ Test Issuing CA ─┬─ people, one for each kind of key
///            │                   └─ OCSP responders
///            └─ Test Timestamping CA ─┬─ timestamp authorities
///                                     └─ OCSP responder
/// ```
#[derive(Debug, Clone)]
pub struct Pki {
    /// Where its authorities answer, without a slash at the end.
    pub url: String,
    /// The root, on P-384.
    pub root: Party,
    /// Issues for people; RSA.
    pub issuing: Party,
    /// Issues for timestamp authorities; P-256.
    pub stamping: Party,
    /// Ada Lovelace, P-256.
    pub ada: Party,
    /// The timestamp authority, P-256.
    pub tsa: Party,
    /// A second one, RSA.
    pub second_tsa: Party,
    /// One whose certificate is past.
    pub expired_tsa: Party,
    /// One whose certificate is not for timestamps.
    pub purposeless_tsa: Party,
    /// One whose purpose is not critical, as RFC 3161 §2.3 wants it to be.
    pub uncritical_tsa: Party,
    /// Answers for the issuing CA, and need not be checked.
    pub responder: Party,
    /// Answers for the issuing CA, and must be checked.
    pub checked_responder: Party,
    /// Answers for the timestamping CA.
    pub stamping_responder: Party,
    /// Issued by the issuing CA, and for no answers.
    pub wrong_responder: Party,
}

impl Pki {
    /// Builds it.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let root = Party::root(&Terms::authority("Test Root", 1), Key::P384(1));
        // As roots are in practice: they make lists now and then, and answer nobody.
        let below_root = |terms: Terms| {
            terms
                .access(None, Some(&format!("{url}/issuer/root")))
                .list_at(&format!("{url}/crl/root"))
        };
        let issuing = root.issue(
            &below_root(Terms::authority("Test Issuing CA", 2)),
            Key::Rsa(1),
        );
        let stamping = root.issue(
            &below_root(Terms::authority("Test Timestamping CA", 3)),
            Key::P256(3),
        );
        let stamps = |terms: Terms, key: Key| {
            let terms = terms
                .access(
                    Some(&format!("{url}/ocsp")),
                    Some(&format!("{url}/issuer/stamping")),
                )
                .list_at(&format!("{url}/crl/stamping"));
            stamping.issue(&terms, key)
        };
        let answers = |terms: Terms, key: Key| {
            let terms = terms
                .access(None, Some(&format!("{url}/issuer/issuing")))
                .list_at(&format!("{url}/crl/issuing"));
            issuing.issue(&terms, key)
        };
        let purposeless = Terms::person("Test TSA without purpose", 23);
        let mut uncritical = Terms::timestamps("Test TSA, purpose not critical", 24);
        uncritical.extensions.pop();
        let uncritical = uncritical.with(purpose(TIME_STAMPING, false));
        let expired = Terms::timestamps("Test TSA of the past", 22);
        let expired = expired.valid(now() - 2 * YEAR, now() - YEAR);
        Self {
            url: url.to_owned(),
            ada: Self::person_of(&issuing, url, "Ada Lovelace", 10, Key::P256(10)),
            tsa: stamps(Terms::timestamps("Test TSA", 20), Key::P256(20)),
            second_tsa: stamps(Terms::timestamps("Second Test TSA", 21), Key::Rsa(3)),
            expired_tsa: stamps(expired, Key::P256(22)),
            purposeless_tsa: stamps(purposeless, Key::P256(23)),
            uncritical_tsa: stamps(uncritical, Key::P256(24)),
            responder: answers(Terms::responder("Test Responder", 30), Key::P256(30)),
            checked_responder: answers(
                Terms::checked_responder("Test Responder, checked", 31),
                Key::P256(31),
            ),
            stamping_responder: stamping.issue(
                &Terms::responder("Test Responder for timestamps", 32),
                Key::P256(32),
            ),
            wrong_responder: answers(Terms::person("Test Nobody", 33), Key::P256(33)),
            root,
            issuing,
            stamping,
        }
    }

    /// What a person's certificate says by whom it is vouched for.
    #[must_use]
    pub fn person_terms(&self, name: &str, serial: u64) -> Terms {
        Self::terms_of(&self.url, name, serial)
    }

    fn terms_of(url: &str, name: &str, serial: u64) -> Terms {
        Terms::person(name, serial)
            .access(
                Some(&format!("{url}/ocsp")),
                Some(&format!("{url}/issuer/issuing")),
            )
            .list_at(&format!("{url}/crl/issuing"))
    }

    fn person_of(issuing: &Party, url: &str, name: &str, serial: u64, key: Key) -> Party {
        issuing.issue(&Self::terms_of(url, name, serial), key)
    }

    /// A person of the issuing CA with the addresses of all authorities.
    #[must_use]
    pub fn person(&self, name: &str, serial: u64, key: Key) -> Party {
        Self::person_of(&self.issuing, &self.url, name, serial, key)
    }

    /// One person for each kind of key.
    #[must_use]
    pub fn people(&self) -> Vec<(&'static str, Party)> {
        vec![
            ("P-256", self.ada.clone()),
            ("P-384", self.person("Ben P-384", 11, Key::P384(11))),
            ("P-521", self.person("Cy P-521", 12, Key::P521(12))),
            ("RSA-2048", self.person("Dee RSA", 13, Key::Rsa(2))),
            ("RSA-2048-PSS", self.person("Eve PSS", 14, Key::RsaPss(2))),
        ]
    }

    /// Whoever issues certificates.
    #[must_use]
    pub fn authorities(&self) -> [(&'static str, &Party); 3] {
        [
            ("root", &self.root),
            ("issuing", &self.issuing),
            ("stamping", &self.stamping),
        ]
    }
}
