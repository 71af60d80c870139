//! X.509 certificates as they are used here (RFC 5280).
//!
//! ```text
//! Certificate ::= SEQUENCE {
//!     tbsCertificate      TBSCertificate,
//!     signatureAlgorithm  AlgorithmIdentifier,
//!     signature           BIT STRING }
//! ```
//!
//! What is signed, hashed and compared are the bytes as they were encoded; nothing is encoded
//! again from what was understood.

mod addresses;
mod extensions;
mod name;

use std::fmt;

use cms::cert::IssuerAndSerialNumber;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::ID_KP_TIME_STAMPING;
use der::asn1::BitStringRef;
use der::pem::PemLabel;
use der::{Decode, Encode, Reader, SliceReader};
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierRef;
use x509_cert::certificate::Version;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

pub use self::addresses::Addresses;
pub(crate) use self::addresses::names as general_names;
use self::extensions::Extensions;
pub use self::extensions::{BasicConstraints, KeyUsage};
use crate::algorithm::any::{AnySignature, Used};
use crate::algorithm::{self, KeyAlgorithm};
use crate::error::{Error, Result};

/// Largest certificate that is read, in bytes. Those of people take one or two thousand.
pub const LARGEST: usize = 32 * 1024;

/// A parsed X.509 certificate, immutable.
///
/// Parsing proves form only: whose certificate it is, and whether to believe it, is for
/// [`crate::validate::chain`].
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Vec<u8>,
    serial: Vec<u8>,
    serial_der: Vec<u8>,
    issuer_der: Vec<u8>,
    subject_der: Vec<u8>,
    spki: Vec<u8>,
    issuer: Name,
    subject: Name,
    issuer_common_name: String,
    subject_common_name: String,
    not_before: i64,
    not_after: i64,
    extensions: Extensions,
    signature_oid: ObjectIdentifier,
    /// The algorithm of the issuer's signature, if this version knows it.
    signature_algorithm: Option<AnySignature>,
    signature: Vec<u8>,
}

impl Certificate {
    /// Reads one certificate in DER, with nothing after it.
    ///
    /// # Errors
    /// [`Error::NotACertificate`] with what is wrong.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > LARGEST {
            return Err(refused("it is too large"));
        }
        let parsed = x509_cert::Certificate::from_der(der)
            .map_err(|source| malformed("it does not decode", source))?;
        let raw = RawParts::read(der).map_err(|source| malformed("it does not decode", source))?;
        if parsed.tbs_certificate.signature != parsed.signature_algorithm {
            return Err(refused("its two signature algorithms differ"));
        }
        for (name, raw) in [
            (&parsed.tbs_certificate.issuer, raw.issuer),
            (&parsed.tbs_certificate.subject, raw.subject),
        ] {
            // Names are compared, and copied into signatures, as bytes.
            if name.to_der().is_ok_and(|again| again != raw) {
                return Err(refused("its names are not DER"));
            }
        }
        // RFC 5280 §4.1.2.1: extensions make it one of version 3.
        let version = parsed.tbs_certificate.version;
        if parsed.tbs_certificate.extensions.is_some() && version != Version::V3 {
            return Err(refused("it has extensions, and is of a version without"));
        }
        let validity = parsed.tbs_certificate.validity;
        let extensions = Extensions::read(
            parsed
                .tbs_certificate
                .extensions
                .as_deref()
                .unwrap_or_default(),
        )?;
        Ok(Self {
            der: der.to_vec(),
            tbs: raw.tbs.to_vec(),
            serial: parsed.tbs_certificate.serial_number.as_bytes().to_vec(),
            serial_der: raw.serial.to_vec(),
            issuer_der: raw.issuer.to_vec(),
            subject_der: raw.subject.to_vec(),
            spki: raw.spki.to_vec(),
            issuer_common_name: name::shown(&parsed.tbs_certificate.issuer),
            subject_common_name: name::shown(&parsed.tbs_certificate.subject),
            issuer: parsed.tbs_certificate.issuer,
            subject: parsed.tbs_certificate.subject,
            not_before: unix(validity.not_before)?,
            not_after: unix(validity.not_after)?,
            extensions,
            signature_oid: raw.algorithm.oid,
            signature_algorithm: AnySignature::from_identifier(raw.algorithm),
            signature: raw.signature.to_vec(),
        })
    }

    /// Reads the first certificate of a PEM text (RFC 7468 §5).
    ///
    /// # Errors
    /// [`Error::NotPem`], also if there is none; [`Error::NotACertificate`].
    pub fn from_pem(pem: &[u8]) -> Result<Self> {
        let none = || Error::NotPem(der::pem::Error::PreEncapsulationBoundary.into());
        Self::all_from_pem(pem)?.into_iter().next().ok_or_else(none)
    }

    /// Reads every certificate of a PEM text, in their order; what lies between is passed over.
    ///
    /// # Errors
    /// [`Error::NotPem`] if a block is damaged, [`Error::NotACertificate`].
    pub fn all_from_pem(pem: &[u8]) -> Result<Vec<Self>> {
        const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
        const END: &[u8] = b"-----END CERTIFICATE-----";
        let not_pem = |error: der::pem::Error| Error::NotPem(error.into());
        let mut found = Vec::new();
        let mut rest = pem;
        while let Some(start) = position(rest, BEGIN) {
            let block = rest.get(start..).unwrap_or_default();
            let Some(end) = position(block, END) else {
                return Err(not_pem(der::pem::Error::PostEncapsulationBoundary));
            };
            let (block, after) = block.split_at(end + END.len());
            let (_, der) = der::pem::decode_vec(block).map_err(not_pem)?;
            found.push(Self::from_der(&der)?);
            rest = after;
        }
        Ok(found)
    }

    /// The certificate in DER, byte for byte as read.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM with line feeds (RFC 7468 §5).
    ///
    /// # Errors
    /// [`Error::NotPem`], which the limit on its size excludes.
    pub fn to_pem(&self) -> Result<String> {
        der::pem::encode_string(
            x509_cert::Certificate::PEM_LABEL,
            der::pem::LineEnding::LF,
            &self.der,
        )
        .map_err(|error| Error::NotPem(error.into()))
    }

    /// SHA-256 over the DER encoding.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// SHA-256 over the DER SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki_fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.spki).into()
    }

    /// The subject's common name, or its whole name (RFC 4514) if it has none.
    #[must_use]
    pub fn subject_common_name(&self) -> &str {
        &self.subject_common_name
    }

    /// The issuer's common name, or its whole name (RFC 4514) if it has none.
    #[must_use]
    pub fn issuer_common_name(&self) -> &str {
        &self.issuer_common_name
    }

    /// The subject's name as a string (RFC 4514).
    #[must_use]
    pub fn subject(&self) -> String {
        self.subject.to_string()
    }

    /// The issuer's name as a string (RFC 4514).
    #[must_use]
    pub fn issuer(&self) -> String {
        self.issuer.to_string()
    }

    /// The subject's Name in DER.
    #[must_use]
    pub fn subject_der(&self) -> &[u8] {
        &self.subject_der
    }

    /// The issuer's Name in DER.
    #[must_use]
    pub fn issuer_der(&self) -> &[u8] {
        &self.issuer_der
    }

    /// Content bytes of the serial number, big-endian two's complement, 1 to 21 bytes.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The serial number as a DER INTEGER.
    pub(crate) fn serial_der(&self) -> &[u8] {
        &self.serial_der
    }

    /// What names this certificate in CMS (RFC 5652 §10.2.4).
    pub(crate) fn issuer_and_serial(&self) -> Result<IssuerAndSerialNumber> {
        Ok(IssuerAndSerialNumber {
            issuer: self.issuer.clone(),
            serial_number: SerialNumber::from_der(&self.serial_der)?,
        })
    }

    /// The SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// First second of validity, Unix time.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// Last second of validity, Unix time.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.not_after
    }

    /// Whether `at` (Unix time) lies within the validity, both ends included (RFC 5280 §4.1.2.5).
    #[must_use]
    pub fn is_valid_at(&self, at: i64) -> bool {
        (self.not_before..=self.not_after).contains(&at)
    }

    /// The keyUsage extension, if there is one (RFC 5280 §4.2.1.3).
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.extensions.key_usage
    }

    /// The basicConstraints extension, if there is one (RFC 5280 §4.2.1.9).
    #[must_use]
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.extensions.basic_constraints
    }

    /// Content of the subjectKeyIdentifier, if there is one (RFC 5280 §4.2.1.2).
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.subject_key_identifier.as_deref()
    }

    /// keyIdentifier of authorityKeyIdentifier, by which an issuer may be found (RFC 5280 §4.2.1.1).
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.authority_key_identifier.as_deref()
    }

    /// The first critical extension that this version does not process, in dotted notation.
    #[must_use]
    pub fn unprocessed_critical_extension(&self) -> Option<String> {
        self.extensions
            .unprocessed_critical
            .map(|oid| oid.to_string())
    }

    /// Whether keyUsage and extendedKeyUsage, where present, let the key sign documents.
    ///
    /// The lists are those that Acrobat accepts, with the purpose of RFC 9336 beside them.
    #[must_use]
    pub fn is_for_documents(&self) -> bool {
        self.extensions.are_for_documents()
    }

    /// Whether this is a CA certificate whose key may sign certificates.
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.basic_constraints()
            .is_some_and(|constraints| constraints.ca)
            && self.key_usage().is_none_or(|usage| usage.key_cert_sign)
    }

    /// What the certified key is.
    ///
    /// # Errors
    /// [`Error::KeyNotSupported`], [`Error::MalformedKey`], [`Error::RsaKeySize`].
    pub fn key_algorithm(&self) -> Result<KeyAlgorithm> {
        KeyAlgorithm::of_spki(&self.spki)
    }

    /// Whether extendedKeyUsage names a purpose.
    pub(crate) fn has_purpose(&self, purpose: ObjectIdentifier) -> bool {
        self.extensions.have_purpose(purpose)
    }

    /// Whether the certificate is for giving the time and for nothing else (RFC 3161 §2.3).
    #[must_use]
    pub fn is_for_timestamps(&self) -> bool {
        self.extensions.are_only_for(ID_KP_TIME_STAMPING)
    }

    /// Whether nobody has to ask if it was revoked, for it lives short (RFC 6960 §4.2.2.2.1).
    #[must_use]
    pub fn needs_no_revocation_check(&self) -> bool {
        self.extensions.no_check
    }

    /// Whether its authority says that it lives too short to be revoked (RFC 9608 §2, ETSI
    /// EN 319 412-1 §5.2.2). Certificates of authorities cannot say so.
    #[must_use]
    pub fn lives_short(&self) -> bool {
        self.extensions.lives_short && !self.is_ca()
    }

    /// Where to ask about it and its issuer.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.extensions.addresses
    }

    /// Content of the subjectPublicKey BIT STRING, which responders are named by.
    pub(crate) fn public_key_bits(&self) -> Vec<u8> {
        let spki = spki::SubjectPublicKeyInfoRef::from_der(&self.spki);
        spki.ok()
            .and_then(|spki| spki.subject_public_key.as_bytes().map(<[u8]>::to_vec))
            .unwrap_or_default()
    }

    /// Whether subject and issuer have the same name.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject_der == self.issuer_der
    }

    /// Verifies the issuer's signature over this certificate with a public key.
    ///
    /// Says nothing about names, validity or constraints.
    ///
    /// # Errors
    /// [`Error::KeyNotSupported`] if the algorithm is not known, or is one of earlier years that
    /// only validation takes; what [`algorithm::verify`] gives.
    pub fn verify_issued_by_key(&self, issuer_spki: &[u8]) -> Result<()> {
        let Some(AnySignature::Strong(algorithm)) = self.signature_algorithm else {
            return Err(self.algorithm_not_supported());
        };
        algorithm::verify_message_der(issuer_spki, algorithm, &self.tbs, &self.signature)
    }

    /// Verifies the issuer's signature by whatever algorithm it is, and says by which.
    ///
    /// # Errors
    /// As [`Self::verify_issued_by_key`].
    pub(crate) fn verify_issued_by_any_key(&self, issuer_spki: &[u8]) -> Result<Used> {
        let algorithm = self.signature_algorithm;
        let algorithm = algorithm.ok_or_else(|| self.algorithm_not_supported())?;
        algorithm.verify(issuer_spki, &self.tbs, &self.signature)
    }

    fn algorithm_not_supported(&self) -> Error {
        Error::KeyNotSupported {
            oid: self.signature_oid.to_string(),
        }
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("issuer", &self.issuer())
            .finish_non_exhaustive()
    }
}

/// The parts whose exact encoding matters.
struct RawParts<'a> {
    tbs: &'a [u8],
    serial: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
    spki: &'a [u8],
    algorithm: AlgorithmIdentifierRef<'a>,
    signature: &'a [u8],
}

impl<'a> RawParts<'a> {
    /// Walks a Certificate and its TBSCertificate (RFC 5280 §4.1) without decoding what is in them.
    fn read(der: &'a [u8]) -> der::Result<Self> {
        let (tbs, algorithm, signature) = der::asn1::AnyRef::from_der(der)?.sequence(|outer| {
            let tbs = outer.tlv_bytes()?;
            let algorithm = AlgorithmIdentifierRef::decode(outer)?;
            let signature =
                BitStringRef::decode(outer)?
                    .as_bytes()
                    .ok_or(der::ErrorKind::Value {
                        tag: der::Tag::BitString,
                    })?;
            Ok((tbs, algorithm, signature))
        })?;
        der::asn1::AnyRef::from_der(tbs)?.sequence(|fields| {
            let mut serial = fields.tlv_bytes()?;
            // version [0] EXPLICIT comes before the serial number, if at all.
            if serial.first() == Some(&0xa0) {
                serial = fields.tlv_bytes()?;
            }
            let _signature = fields.tlv_bytes()?;
            let issuer = fields.tlv_bytes()?;
            let _validity = fields.tlv_bytes()?;
            let subject = fields.tlv_bytes()?;
            let spki = fields.tlv_bytes()?;
            skip_rest(fields)?;
            Ok(Self {
                tbs,
                serial,
                issuer,
                subject,
                spki,
                algorithm,
                signature,
            })
        })
    }
}

fn skip_rest(reader: &mut SliceReader<'_>) -> der::Result<()> {
    while !reader.is_finished() {
        reader.tlv_bytes()?;
    }
    Ok(())
}

fn position(text: &[u8], marker: &[u8]) -> Option<usize> {
    text.windows(marker.len())
        .position(|window| window == marker)
}

fn unix(time: x509_cert::time::Time) -> Result<i64> {
    i64::try_from(time.to_unix_duration().as_secs())
        .map_err(|_| refused("its validity is out of range"))
}

fn refused(what: &'static str) -> Error {
    Error::NotACertificate { what, source: None }
}

fn malformed(what: &'static str, source: der::Error) -> Error {
    Error::NotACertificate {
        what,
        source: Some(source),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::samples::{Authority, Key, NOW};

    #[test]
    fn a_certificate_says_what_openssl_says() {
        let ada = Authority::new("Test CA", 1).issue("Ada Lovelace", &Key::from_seed(2));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ada.pem");
        std::fs::write(&file, ada.to_pem().unwrap()).unwrap();
        let said = crate::samples::run(
            "openssl",
            &[
                "x509",
                "-in",
                file.to_str().unwrap(),
                "-noout",
                "-subject",
                "-issuer",
                "-serial",
                "-fingerprint",
                "-sha256",
            ],
        );
        let hex = |bytes: &[u8], between: &str| {
            bytes
                .iter()
                .map(|byte| format!("{byte:02X}"))
                .collect::<Vec<_>>()
                .join(between)
        };
        assert!(said.contains(ada.subject_common_name()), "{said}");
        assert!(said.contains(ada.issuer_common_name()), "{said}");
        assert!(
            said.contains(&format!("serial={}", hex(ada.serial(), ""))),
            "{said}"
        );
        assert!(said.contains(&hex(&ada.fingerprint(), ":")), "{said}");
    }

    #[test]
    fn pem_gives_back_the_same_bytes_and_every_certificate_in_it() {
        let ca = Authority::new("Test CA", 1);
        let ada = ca.issue("Ada", &Key::from_seed(2));
        let text = format!(
            "before\n{}between\n{}",
            ada.to_pem().unwrap(),
            ca.certificate().to_pem().unwrap()
        );
        assert_eq!(
            Certificate::all_from_pem(text.as_bytes()).unwrap(),
            [ada.clone(), ca.certificate()]
        );
        assert_eq!(Certificate::from_pem(text.as_bytes()).unwrap(), ada);
        assert!(matches!(
            Certificate::from_pem(b"nothing"),
            Err(Error::NotPem(_))
        ));
        let cut = text.replace("-----END CERTIFICATE-----", "");
        assert!(matches!(
            Certificate::all_from_pem(cut.as_bytes()),
            Err(Error::NotPem(_))
        ));
    }

    #[test]
    fn only_the_issuers_key_verifies_a_certificate() {
        let (ca, other) = (Authority::new("Test CA", 1), Authority::new("Test CA", 9));
        let ada = ca.issue("Ada", &Key::from_seed(2));
        ada.verify_issued_by_key(ca.certificate().spki_der())
            .unwrap();
        assert!(matches!(
            ada.verify_issued_by_key(other.certificate().spki_der()),
            Err(Error::SignatureDoesNotVerify)
        ));
    }

    #[test]
    fn extensions_make_a_certificate_one_of_version_3() {
        let ada = Authority::new("Test CA", 1).issue("Ada", &Key::from_seed(2));
        let version = [0xa0, 3, 2, 1, 2];
        let place = ada.as_der().windows(5).position(|w| w == version).unwrap();
        for earlier in [0, 1] {
            let mut changed = ada.as_der().to_vec();
            changed[place + 4] = earlier;
            assert!(Certificate::from_der(&changed).is_err(), "{earlier}");
        }
    }

    #[test]
    fn a_curve_that_is_not_known_is_not_supported_rather_than_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        #[rustfmt::skip]
        crate::samples::run("openssl", &[
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1", "-sha256",
            "-nodes", "-subj", "/CN=Other", "-keyout", &file("key"), "-out", &file("pem"),
        ]);
        let other = Certificate::from_pem(&std::fs::read(file("pem")).unwrap()).unwrap();
        let verified = other.verify_issued_by_key(other.spki_der());
        assert!(
            matches!(verified, Err(Error::KeyNotSupported { .. })),
            "{verified:?}"
        );
    }

    #[test]
    fn certificates_that_openssl_makes_with_any_of_the_keys_and_digests_verify() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        for (algorithm, option, digest) in [
            ("ec", "ec_paramgen_curve:P-256", "-sha512"),
            ("ec", "ec_paramgen_curve:P-384", "-sha256"),
            ("ec", "ec_paramgen_curve:P-384", "-sha384"),
            ("ec", "ec_paramgen_curve:P-521", "-sha256"),
            ("ec", "ec_paramgen_curve:P-521", "-sha512"),
            ("rsa", "rsa_keygen_bits:2048", "-sha384"),
        ] {
            #[rustfmt::skip]
            crate::samples::run("openssl", &[
                "req", "-x509", "-newkey", algorithm, "-pkeyopt", option, digest,
                "-nodes", "-subj", "/CN=Other", "-keyout", &file("key"), "-out", &file("pem"),
            ]);
            let other = Certificate::from_pem(&std::fs::read(file("pem")).unwrap()).unwrap();
            let verified = other.verify_issued_by_key(other.spki_der());
            assert!(verified.is_ok(), "{option} {digest}: {verified:?}");
            let stranger = Authority::new("Test CA", 1).certificate();
            assert!(other.verify_issued_by_key(stranger.spki_der()).is_err());
        }
    }

    #[test]
    fn trailing_bytes_truncation_and_size_are_refused() {
        let ada = Authority::new("Test CA", 1).issue("Ada", &Key::from_seed(2));
        let der = ada.as_der();
        assert!(Certificate::from_der(&[der, &[0]].concat()).is_err());
        for length in 0..der.len() {
            assert!(Certificate::from_der(&der[..length]).is_err());
        }
        assert!(matches!(
            Certificate::from_der(&vec![0x30; LARGEST + 1]),
            Err(Error::NotACertificate {
                what: "it is too large",
                ..
            })
        ));
    }

    #[test]
    fn validity_includes_both_of_its_ends() {
        let ada = Authority::new("Test CA", 1).issue("Ada", &Key::from_seed(2));
        assert!(ada.is_valid_at(NOW) && ada.is_valid_at(ada.not_before()));
        assert!(ada.is_valid_at(ada.not_after()) && !ada.is_valid_at(ada.not_after() + 1));
        assert!(!ada.is_valid_at(ada.not_before() - 1));
    }

    proptest! {
        #[test]
        fn a_changed_bit_is_refused_or_no_longer_verifies(at in 0usize..10_000, bit in 0u8..8) {
            let ca = Authority::new("Test CA", 1);
            let mut der = ca.issue("Ada", &Key::from_seed(2)).as_der().to_vec();
            let at = at % der.len();
            der[at] ^= 1 << bit;
            let believed = Certificate::from_der(&der)
                .is_ok_and(|changed| changed.verify_issued_by_key(ca.certificate().spki_der()).is_ok());
            prop_assert!(!believed, "byte {} bit {}", at, bit);
        }
    }
}
