//! Certificate requests (PKCS #10, RFC 2986).

use const_oid::AssociatedOid;
use der::asn1::{Any, SetOfVec};
use der::{Decode, Encode};
use signature::algorithm::{self, Digest};
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::attr::Attribute;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq, Version};

use super::encoding::{self, Critical};
use super::unsigned::Unsigned;
use super::{Error, Result, SignatureAlgorithm, Subject};

/// Largest request that is read, in bytes.
const LARGEST: usize = 16 * 1024;

/// A request that waits for the signature of the key it names.
#[derive(Debug)]
pub struct PreparedRequest(Unsigned);

impl PreparedRequest {
    /// Has the requester's key sign by another algorithm than keys of its kind sign by here:
    /// RSASSA-PSS.
    #[must_use]
    pub fn by(self, algorithm: SignatureAlgorithm) -> Self {
        Self(self.0.by(algorithm))
    }

    /// The CertificationRequestInfo in DER.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        self.0.to_be_signed()
    }

    /// Digest of the CertificationRequestInfo, to be signed with the requester's key.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.digest()
    }

    /// The algorithm to sign with.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }

    /// Verifies a raw value with the key that the request names.
    ///
    /// # Errors
    /// [`Error::Signature`].
    pub fn complete(self, raw: &[u8]) -> Result<CertificateRequest> {
        CertificateRequest::from_der(&self.0.complete(raw)?)
    }
}

/// Prepares a request for a certificate of `spki`, a DER SubjectPublicKeyInfo.
///
/// # Errors
/// [`Error::BadName`], [`Error::Signature`] about the key.
pub fn request(subject: &Subject<'_>, spki: &[u8]) -> Result<PreparedRequest> {
    let alternative = encoding::alternative_name(subject)?;
    let wanted = vec![encoding::extension(&alternative, Critical::No)?];
    let attribute = Attribute {
        oid: ExtensionReq::OID,
        values: SetOfVec::try_from(vec![Any::encode_from(&wanted)?])?,
    };
    let info = CertReqInfo {
        version: Version::V1,
        subject: encoding::name(subject.organisation, subject.name)?,
        public_key: SubjectPublicKeyInfoOwned::from_der(spki)?,
        attributes: SetOfVec::try_from(vec![attribute])?,
    };
    Ok(PreparedRequest(Unsigned::new(&info, spki)?))
}

/// A request whose proof of possession was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRequest {
    der: Vec<u8>,
    spki: Vec<u8>,
    name: String,
    organisation: String,
    email: String,
}

impl CertificateRequest {
    /// Reads a request in DER and verifies that the key it names signed it.
    ///
    /// Only what [`request`] makes is taken: a subject of O and CN, and one e-mail address.
    ///
    /// # Errors
    /// [`Error::MalformedRequest`], [`Error::NoProofOfPossession`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let malformed = |what| Error::MalformedRequest { what };
        if der.len() > LARGEST {
            return Err(malformed("it is too large"));
        }
        let parsed = CertReq::from_der(der).map_err(|_| malformed("it does not decode"))?;
        // What was signed is encoded again below, so there must be one encoding.
        if parsed.to_der()? != der {
            return Err(malformed("it is not DER"));
        }
        let spki = parsed.info.public_key.to_der()?;
        let signed = verify(&parsed, &spki);
        signed.map_err(Error::NoProofOfPossession)?;
        let (organisation, name) = encoding::read_name(&parsed.info.subject)
            .ok_or(malformed("its subject is not O and CN"))?;
        let email = email(&parsed).ok_or(malformed("it does not ask for one e-mail address"))?;
        let request = Self {
            der: der.to_vec(),
            spki,
            name,
            organisation,
            email,
        };
        // The same rules for names, whoever made the request.
        encoding::name(&request.organisation, &request.name)?;
        encoding::alternative_name(&request.subject())?;
        Ok(request)
    }

    /// The request in DER.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The public key, as DER SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Whom the certificate is to be for.
    #[must_use]
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            name: &self.name,
            organisation: &self.organisation,
            email: &self.email,
        }
    }
}

/// Proof of possession: the request is signed by the key it names (RFC 2986 §4.2).
fn verify(request: &CertReq, spki: &[u8]) -> std::result::Result<(), signature::Error> {
    let own = SignatureAlgorithm::of_key(spki)?;
    let with_pss = SignatureAlgorithm::rsa_pss(own.digest_algorithm());
    let algorithm = [own, with_pss]
        .into_iter()
        .find(|algorithm| request.algorithm == algorithm.identifier())
        .ok_or_else(|| signature::Error::KeyNotSupported {
            oid: request.algorithm.oid.to_string(),
        })?;
    let value = request
        .signature
        .as_bytes()
        .ok_or(signature::Error::MalformedSignature)?;
    algorithm::verify_message_der(spki, algorithm, &request.info.to_der()?, value)
}

/// The one address in the one extension of the one attribute.
fn email(request: &CertReq) -> Option<String> {
    let [attribute] = request.info.attributes.as_slice() else {
        return None;
    };
    let [value] = attribute.values.as_slice() else {
        return None;
    };
    let wanted = value.decode_as::<Vec<Extension>>().ok()?;
    let [extension] = wanted.as_slice() else {
        return None;
    };
    if attribute.oid != ExtensionReq::OID || extension.extn_id != SubjectAltName::OID {
        return None;
    }
    let name = SubjectAltName::from_der(extension.extn_value.as_bytes()).ok()?;
    encoding::read_alternative_name(&name)
}
