//! Answers of OCSP responders (RFC 6960).
//!
//! ```text
//! OCSPResponse ::= SEQUENCE {
//!     responseStatus  ENUMERATED,
//!     responseBytes   [0] EXPLICIT SEQUENCE { responseType OID, response OCTET STRING } OPTIONAL }
//! BasicOCSPResponse ::= SEQUENCE {
//!     tbsResponseData     ResponseData,
//!     signatureAlgorithm  AlgorithmIdentifier,
//!     signature           BIT STRING,
//!     certs               [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
//! ResponseData ::= SEQUENCE {
//!     version             [0] EXPLICIT INTEGER DEFAULT v1,
//!     responderID         CHOICE { byName [1] Name, byKey [2] OCTET STRING },
//!     producedAt          GeneralizedTime,
//!     responses           SEQUENCE OF SingleResponse,
//!     responseExtensions  [1] EXPLICIT Extensions OPTIONAL }
//! ```

use const_oid::db::rfc5280::ID_KP_OCSP_SIGNING;
use const_oid::db::rfc6960::{ID_PKIX_OCSP_BASIC, ID_PKIX_OCSP_NONCE};
use const_oid::{ObjectIdentifier, db};
use der::asn1::{AnyRef, BitStringRef, OctetStringRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, TagNumber};
use spki::AlgorithmIdentifierRef;

use super::{Reason, Refused, Source, Statement, Status, content, extensions, is, time, verify};
use crate::algorithm::any::{AnyDigest, Used, sha1, sha1_identifier};
use crate::certificate::Certificate;

/// Largest answer that is read, in bytes; most take two thousand.
pub const LARGEST: usize = 256 * 1024;
/// Length of a nonce (RFC 9654 §2.1).
pub const NONCE_BYTES: usize = 32;
/// Most answers about single certificates that are looked at in one.
const MOST_ANSWERS: usize = 512;
/// Most certificates that are looked at in one.
const MOST_CERTIFICATES: usize = 16;

/// Gives an OCSPRequest about one certificate, in DER and unsigned, with a nonce that an answer made
/// for it repeats (RFC 9654): bytes that nobody can guess.
///
/// Issuer and serial number are named over SHA-1, which every responder knows (RFC 5019 §2.1.1).
///
/// # Errors
/// If it cannot be encoded, which the limit on certificates excludes.
pub fn request(
    certificate: &Certificate,
    issuer: &Certificate,
    nonce: &[u8; NONCE_BYTES],
) -> crate::Result<Vec<u8>> {
    let value = OctetStringRef::new(nonce)?.to_der()?;
    let extension = [
        ID_PKIX_OCSP_NONCE.to_der()?,
        OctetStringRef::new(&value)?.to_der()?,
    ];
    let extensions = enclosed(enclosed(extension.concat())?)?;
    let tag = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber::N2,
    };
    let mut tbs = request_list(certificate, issuer)?;
    tbs.extend(AnyRef::new(tag, &extensions)?.to_der()?);
    Ok(enclosed(enclosed(tbs)?)?)
}

/// The nonce that an answer repeats; none if it carries none, or cannot be read. Believed once the
/// answer is.
#[must_use]
pub fn nonce(der: &[u8]) -> Option<Vec<u8>> {
    let response = Response::read(der).ok().filter(|_| der.len() <= LARGEST)?;
    let extensions = extensions(response.extensions?).ok()?;
    let mut extensions = extensions.into_iter();
    let value = extensions.find(|extension| extension.oid == ID_PKIX_OCSP_NONCE)?;
    let value = OctetStringRef::from_der(value.value).ok()?;
    Some(value.as_bytes().to_vec())
}

/// The `requestList` of a request about one certificate.
fn request_list(certificate: &Certificate, issuer: &Certificate) -> der::Result<Vec<u8>> {
    let hash =
        |bytes: &[u8]| -> der::Result<Vec<u8>> { OctetStringRef::new(&sha1(bytes))?.to_der() };
    let cert_id = [
        sha1_identifier()?,
        hash(issuer.subject_der())?,
        hash(&issuer.public_key_bits())?,
        certificate.serial_der().to_vec(),
    ]
    .concat();
    // CertID, Request, requestList.
    enclosed(enclosed(enclosed(cert_id)?)?)
}

/// A SEQUENCE of what is encoded already.
fn enclosed(content: Vec<u8>) -> der::Result<Vec<u8>> {
    AnyRef::new(Tag::Sequence, &content)?.to_der()
}

/// Reads an answer and what it says about a certificate.
///
/// `issuer` is the one that issued the certificate: it, or a responder that it certified for this
/// alone, must have signed.
///
/// # Errors
/// Why it says nothing about the certificate.
pub fn judge(
    der: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
) -> Result<Statement, Refused> {
    judge_with(der, certificate, issuer, &[])
}

/// As [`judge`], where the responder's certificate may also be one of `others`: an answer need not
/// carry it (RFC 6960 §4.2.1), and who wants an answer overlooked may take it away, for it is not
/// signed.
///
/// # Errors
/// Why it says nothing about the certificate.
pub fn judge_with(
    der: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    others: &[Certificate],
) -> Result<Statement, Refused> {
    if der.len() > LARGEST {
        return Err(Refused::TooLarge {
            bytes: der.len(),
            most: LARGEST,
        });
    }
    let response = Response::read(der)?;
    let single = response.about(certificate, issuer)?;
    let (signer, used) = response.signer(issuer, others)?;
    if let Some(next) = single.next_update
        && next < single.this_update
    {
        return Err(Refused::Times);
    }
    Ok(Statement {
        status: single.status,
        source: Source::Ocsp,
        produced_at: response.produced_at,
        this_update: single.this_update,
        next_update: single.next_update,
        signer,
        used,
    })
}

/// The certificates that an answer carries, to be kept as evidence beside it; none if it cannot be
/// read.
#[must_use]
pub fn certificates(der: &[u8]) -> Vec<Certificate> {
    let response = (der.len() <= LARGEST).then(|| Response::read(der).ok());
    response
        .flatten()
        .map(|response| response.certificates())
        .unwrap_or_default()
}

/// The serial numbers, as DER INTEGERs, that an answer is about; none if it cannot be read. It is not
/// believed yet.
pub(crate) fn serials(der: &[u8]) -> Vec<Vec<u8>> {
    let response = (der.len() <= LARGEST).then(|| Response::read(der).ok());
    let Some(mut reader) = response
        .flatten()
        .and_then(|response| SliceReader::new(response.responses).ok())
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    while found.len() < MOST_ANSWERS && !reader.is_finished() {
        let serial = AnyRef::decode(&mut reader).and_then(|single| {
            let cert_id = SliceReader::new(single.value())?.tlv_bytes()?;
            let mut fields = SliceReader::new(content(cert_id)?)?;
            for _ in 0..3 {
                fields.tlv_bytes()?;
            }
            Ok(fields.tlv_bytes()?.to_vec())
        });
        match serial {
            Ok(serial) => found.push(serial),
            Err(_) => break,
        }
    }
    found
}

/// A basic response, taken apart; nothing in it is believed yet.
struct Response<'a> {
    tbs: &'a [u8],
    responder: &'a [u8],
    produced_at: i64,
    responses: &'a [u8],
    /// SEQUENCE OF Extension, in DER.
    extensions: Option<&'a [u8]>,
    algorithm: AlgorithmIdentifierRef<'a>,
    value: &'a [u8],
    certs: Option<&'a [u8]>,
}

impl<'a> Response<'a> {
    fn read(der: &'a [u8]) -> Result<Self, Refused> {
        let (status, bytes) = AnyRef::from_der(der)?.sequence(|fields| {
            let status = AnyRef::decode(fields)?;
            let bytes = match fields.is_finished() {
                true => None,
                false => Some(fields.tlv_bytes()?),
            };
            Ok((status.value().first().copied().unwrap_or(0xff), bytes))
        })?;
        let Some(bytes) = bytes.filter(|bytes| status == 0 && is(bytes, 0xa0)) else {
            return Err(Refused::NoAnswer { status });
        };
        let (kind, response) = AnyRef::from_der(content(bytes)?)?.sequence(|fields| {
            let kind = ObjectIdentifier::decode(fields)?;
            Ok((kind, OctetStringRef::decode(fields)?.as_bytes()))
        })?;
        if kind != ID_PKIX_OCSP_BASIC {
            return Err(Refused::Kind("an answer of another type than basic"));
        }
        let (tbs, algorithm, value, certs) = AnyRef::from_der(response)?.sequence(|fields| {
            let tbs = fields.tlv_bytes()?;
            let algorithm = AlgorithmIdentifierRef::decode(fields)?;
            let value = BitStringRef::decode(fields)?;
            let certs = match fields.is_finished() {
                true => None,
                false => Some(fields.tlv_bytes()?),
            };
            let value = value.as_bytes().ok_or(der::ErrorKind::Value {
                tag: Tag::BitString,
            })?;
            Ok((tbs, algorithm, value, certs))
        })?;
        let (responder, produced_at, responses, more) =
            AnyRef::from_der(tbs)?.sequence(|fields| {
                let mut responder = fields.tlv_bytes()?;
                if is(responder, 0xa0) {
                    responder = fields.tlv_bytes()?;
                }
                let produced_at = time(fields.tlv_bytes()?)?;
                let responses = fields.tlv_bytes()?;
                let more = match fields.is_finished() {
                    true => None,
                    false => Some(fields.tlv_bytes()?),
                };
                Ok((responder, produced_at, responses, more))
            })?;
        let extensions = more.map(content).transpose()?;
        if let Some(extensions) = extensions {
            refuse_critical(extensions)?;
        }
        Ok(Self {
            tbs,
            responder,
            produced_at,
            responses: content(responses)?,
            extensions,
            algorithm,
            value,
            certs,
        })
    }

    /// The answer about one certificate; the newest, if there are several, and before all one that
    /// tells of a revocation.
    fn about(&self, certificate: &Certificate, issuer: &Certificate) -> Result<Single, Refused> {
        let mut reader = SliceReader::new(self.responses)?;
        let mut found: Option<Single> = None;
        let mut hashes = Hashes::default();
        for _ in 0..MOST_ANSWERS {
            if reader.is_finished() {
                break;
            }
            let single = reader.tlv_bytes()?;
            if let Some(single) = Single::read(single, certificate, issuer, &mut hashes)? {
                let weight = |single: &Single| {
                    let tells = matches!(single.status, Status::Revoked { .. });
                    (tells, single.this_update)
                };
                if found
                    .as_ref()
                    .is_none_or(|known| weight(known) < weight(&single))
                {
                    found = Some(single);
                }
            }
        }
        found.ok_or(Refused::NotAbout)
    }

    /// Who signed it with the right to, and by what (RFC 6960 §4.2.2.2).
    fn signer(
        &self,
        issuer: &Certificate,
        others: &[Certificate],
    ) -> Result<(Certificate, Vec<Used>), Refused> {
        if self.is_by(issuer) {
            let used = verify(self.algorithm, issuer.spki_der(), self.tbs, self.value)?;
            return Ok((issuer.clone(), vec![used]));
        }
        let mut why = Refused::NotAuthorised("the responder's certificate is not there");
        // Of a crowd only those that the issuer may have certified for this, and a few of them.
        let may_answer = |other: &&Certificate| {
            other.issuer_der() == issuer.subject_der() && other.has_purpose(ID_KP_OCSP_SIGNING)
        };
        let others = others.iter().filter(may_answer).take(MOST_CERTIFICATES);
        for responder in self.certificates().into_iter().chain(others.cloned()) {
            if !self.is_by(&responder) {
                continue;
            }
            match self.delegated(&responder, issuer) {
                Ok(used) => return Ok((responder, used)),
                Err(refused) => why = refused,
            }
        }
        Err(why)
    }

    /// Whether the issuer gave a responder the right, and the responder signed.
    fn delegated(
        &self,
        responder: &Certificate,
        issuer: &Certificate,
    ) -> Result<Vec<Used>, Refused> {
        if responder.issuer_der() != issuer.subject_der() {
            return Err(Refused::NotAuthorised("another authority certified it"));
        }
        if !responder.has_purpose(ID_KP_OCSP_SIGNING) {
            return Err(Refused::NotAuthorised("it is not certified for answering"));
        }
        let signs = responder
            .key_usage()
            .is_none_or(|usage| usage.digital_signature || usage.non_repudiation);
        if !signs || responder.unprocessed_critical_extension().is_some() {
            return Err(Refused::NotAuthorised(
                "its certificate does not let it sign",
            ));
        }
        if !responder.is_valid_at(self.produced_at) {
            return Err(Refused::NotAuthorised("its certificate was not valid then"));
        }
        let certified = responder
            .verify_issued_by_any_key(issuer.spki_der())
            .map_err(|_| Refused::NotAuthorised("the authority did not certify it"))?;
        let used = verify(self.algorithm, responder.spki_der(), self.tbs, self.value)?;
        Ok(vec![used, certified])
    }

    /// Whether responderID means this certificate.
    fn is_by(&self, certificate: &Certificate) -> bool {
        let Ok(identifier) = content(self.responder) else {
            return false;
        };
        match self.responder.first() {
            // byName [1] EXPLICIT Name
            Some(0xa1) => identifier == certificate.subject_der(),
            // byKey [2] EXPLICIT OCTET STRING: SHA-1 of the subjectPublicKey
            Some(0xa2) => OctetStringRef::from_der(identifier)
                .is_ok_and(|hash| hash.as_bytes() == sha1(&certificate.public_key_bits())),
            _ => false,
        }
    }

    fn certificates(&self) -> Vec<Certificate> {
        let sequence = self.certs.and_then(|certs| content(certs).ok());
        let Some(mut reader) = sequence
            .and_then(|sequence| content(sequence).ok())
            .and_then(|certs| SliceReader::new(certs).ok())
        else {
            return Vec::new();
        };
        let mut found = Vec::new();
        while found.len() < MOST_CERTIFICATES && !reader.is_finished() {
            match reader.tlv_bytes() {
                Ok(der) => found.extend(Certificate::from_der(der)),
                Err(_) => break,
            }
        }
        found
    }
}

/// Hashes over the issuer, by the algorithms that CertIDs ask for.
#[derive(Default)]
struct Hashes(Vec<(AnyDigest, Vec<u8>, Vec<u8>)>);

impl Hashes {
    /// Over its name and over its key.
    fn of(&mut self, digest: AnyDigest, issuer: &Certificate) -> (&[u8], &[u8]) {
        let known = self.0.iter().position(|(known, ..)| *known == digest);
        let at = known.unwrap_or_else(|| {
            let name = digest.digest(issuer.subject_der());
            let key = digest.digest(&issuer.public_key_bits());
            self.0.push((digest, name, key));
            self.0.len() - 1
        });
        self.0
            .get(at)
            .map_or((&[], &[]), |(_, name, key)| (name, key))
    }
}

/// A SingleResponse.
struct Single {
    status: Status,
    this_update: i64,
    next_update: Option<i64>,
}

impl Single {
    /// Reads one, if it is about the certificate.
    fn read(
        der: &[u8],
        certificate: &Certificate,
        issuer: &Certificate,
        hashes: &mut Hashes,
    ) -> Result<Option<Self>, Refused> {
        let (cert_id, status, this_update, rest) = AnyRef::from_der(der)?.sequence(|fields| {
            let cert_id = fields.tlv_bytes()?;
            let status = fields.tlv_bytes()?;
            let this_update = fields.tlv_bytes()?;
            let mut rest = Vec::new();
            while !fields.is_finished() && rest.len() < 2 {
                rest.push(fields.tlv_bytes()?);
            }
            Ok((cert_id, status, this_update, rest))
        })?;
        if !is_about(cert_id, certificate, issuer, hashes)? {
            return Ok(None);
        }
        let mut next_update = None;
        for field in rest {
            match field.first() {
                Some(0xa0) => next_update = Some(time(content(field)?)?),
                Some(0xa1) => refuse_critical(content(field)?)?,
                _ => {}
            }
        }
        Ok(Some(Self {
            status: status_of(status)?,
            this_update: time(this_update)?,
            next_update,
        }))
    }
}

/// Whether a CertID means the certificate (RFC 6960 §4.1.1), by whatever digest it names.
fn is_about(
    cert_id: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    hashes: &mut Hashes,
) -> der::Result<bool> {
    AnyRef::from_der(cert_id)?.sequence(|fields| {
        let algorithm = AlgorithmIdentifierRef::decode(fields)?;
        let name = OctetStringRef::decode(fields)?.as_bytes();
        let key = OctetStringRef::decode(fields)?.as_bytes();
        let serial = fields.tlv_bytes()?;
        let Some(digest) = AnyDigest::from_identifier(algorithm) else {
            return Ok(false);
        };
        let of_issuer = hashes.of(digest, issuer);
        Ok(of_issuer == (name, key) && serial == certificate.serial_der())
    })
}

/// ```text
/// CertStatus ::= CHOICE {
///     good     [0] IMPLICIT NULL,
///     revoked  [1] IMPLICIT SEQUENCE {
///         revocationTime    GeneralizedTime,
///         revocationReason  [0] EXPLICIT CRLReason OPTIONAL },
///     unknown  [2] IMPLICIT NULL }
/// ```
fn status_of(status: &[u8]) -> der::Result<Status> {
    match status.first() {
        Some(0x80) => Ok(Status::Good),
        Some(0x82) => Ok(Status::Unknown),
        Some(0xa1) => {
            let mut fields = SliceReader::new(content(status)?)?;
            let at = time(fields.tlv_bytes()?)?;
            let mut reason = None;
            if !fields.is_finished() {
                let number = AnyRef::from_der(content(fields.tlv_bytes()?)?)?;
                reason = number.value().first().copied().and_then(Reason::of);
            }
            Ok(Status::Revoked {
                at,
                reason,
                invalid_since: None,
            })
        }
        _ => Err(der::ErrorKind::Value {
            tag: Tag::Enumerated,
        }
        .into()),
    }
}

/// No extension of an answer is processed but the nonce, and that it is another's is for who asked.
fn refuse_critical(sequence: &[u8]) -> Result<(), Refused> {
    let known = [ID_PKIX_OCSP_NONCE, db::rfc6960::ID_PKIX_OCSP_ARCHIVE_CUTOFF];
    for extension in extensions(sequence)? {
        if extension.critical && !known.contains(&extension.oid) {
            return Err(Refused::Critical(extension.oid));
        }
    }
    Ok(())
}
