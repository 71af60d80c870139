//! The signed attributes of a PAdES signature (ETSI EN 319 142-1 §6.3, EN 319 122-1 §5).

use cms::signed_data::SignedAttributes;
use const_oid::db::rfc5911::{
    ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST,
};
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::asn1::{Any, AnyRef, OctetString, OctetStringRef, SetOfVec};
use der::{Decode, Encode, Reader, Sequence, Tag};
use spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef};
use x509_cert::attr::Attribute;

use crate::algorithm::{Digest, DigestAlgorithm};
use crate::certificate::Certificate;
use crate::error::Result;

/// One ESSCertIDv2 (RFC 5035 §4) as we write it.
///
/// ```text
/// ESSCertIDv2 ::= SEQUENCE {
///     hashAlgorithm  AlgorithmIdentifier DEFAULT {algorithm id-sha256},
///     certHash       Hash,
///     issuerSerial   IssuerSerial OPTIONAL }
/// ```
///
/// The hash is by the algorithm of the signature. That of SHA-256 is left out, as DER wants it with
/// a default. issuerSerial adds nothing to a hash over the whole certificate, and is left out too.
#[derive(Sequence)]
struct EssCertIdV2 {
    hash_algorithm: Option<AlgorithmIdentifierOwned>,
    cert_hash: OctetString,
}

/// The signing-certificate-v2 attribute (RFC 5035 §3) as we write it.
///
/// ```text
/// SigningCertificateV2 ::= SEQUENCE {
///     certs     SEQUENCE OF ESSCertIDv2,
///     policies  SEQUENCE OF PolicyInformation OPTIONAL }
/// ```
///
/// Without `policies`: poppler (22.12) takes a signature with them for invalid.
#[derive(Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
}

impl AssociatedOid for SigningCertificateV2 {
    const OID: ObjectIdentifier = ID_AA_SIGNING_CERTIFICATE_V_2;
}

/// Exactly content-type, message-digest and signing-certificate-v2.
///
/// No signing-time: PAdES has the time in the signature dictionary's M
/// (ETSI EN 319 142-1 §6.3).
pub(super) fn pades(document_digest: &Digest, signer: &Certificate) -> Result<SignedAttributes> {
    let algorithm = document_digest.algorithm();
    let cert_hash = OctetString::new(algorithm.digest(signer.as_der()).as_bytes())?;
    let signing_certificate = SigningCertificateV2 {
        certs: vec![EssCertIdV2 {
            hash_algorithm: (algorithm != DigestAlgorithm::Sha256).then(|| algorithm.identifier()),
            cert_hash,
        }],
    };
    Ok(SetOfVec::try_from(vec![
        attribute(ID_CONTENT_TYPE, &ID_DATA)?,
        attribute(
            ID_MESSAGE_DIGEST,
            &OctetStringRef::new(document_digest.as_bytes())?,
        )?,
        attribute(SigningCertificateV2::OID, &signing_certificate)?,
    ])?)
}

fn attribute(oid: ObjectIdentifier, value: &impl Encode) -> Result<Attribute> {
    let value = Any::from_der(&value.to_der()?)?;
    Ok(Attribute {
        oid,
        values: SetOfVec::try_from(vec![value])?,
    })
}

/// What a signing-certificate-v2 attribute says about the signer's certificate, as it is read.
///
/// Other signers may add issuerSerial, policies and further certificates, or write the default hash
/// algorithm out; only the first ESSCertIDv2 names the signer's certificate (RFC 5035 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EssCertificateIds<'a> {
    /// Hash algorithm of the first, or the identifier of one that is not known.
    pub(crate) algorithm: std::result::Result<DigestAlgorithm, ObjectIdentifier>,
    /// Hash of the first.
    pub(crate) hash: &'a [u8],
    /// Content of issuerSerial of the first, if it is there.
    issuer_serial: Option<&'a [u8]>,
}

impl<'a> EssCertificateIds<'a> {
    pub(crate) fn read(value: AnyRef<'a>) -> der::Result<Self> {
        value.sequence(|attribute| {
            let certs = AnyRef::decode(attribute)?;
            if !attribute.is_finished() {
                let policies = AnyRef::decode(attribute)?;
                policies.sequence(super::read::skip_rest)?;
            }
            certs.sequence(|certs| {
                let first = AnyRef::decode(certs)?;
                super::read::skip_rest(certs)?;
                first.sequence(Self::read_first)
            })
        })
    }

    fn read_first(first: &mut der::SliceReader<'a>) -> der::Result<Self> {
        let algorithm = match first.peek_tag()? {
            Tag::Sequence => {
                let identifier = AlgorithmIdentifierRef::decode(first)?;
                DigestAlgorithm::from_identifier(identifier).ok_or(identifier.oid)
            }
            _ => Ok(DigestAlgorithm::Sha256),
        };
        let hash = OctetStringRef::decode(first)?.as_bytes();
        let issuer_serial = match first.is_finished() {
            true => None,
            false => Some(AnyRef::decode(first)?.value()),
        };
        super::read::skip_rest(first)?;
        Ok(Self {
            algorithm,
            hash,
            issuer_serial,
        })
    }

    /// Whether issuerSerial, where it is there, is that of a certificate (RFC 5035 §5).
    ///
    /// ```text
    /// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER }
    /// ```
    pub(crate) fn issued(&self, certificate: &Certificate) -> bool {
        let Some(issuer_serial) = self.issuer_serial else {
            return true;
        };
        let read = der::SliceReader::new(issuer_serial).and_then(|mut fields| {
            let names = AnyRef::decode(&mut fields)?.sequence(|names| {
                let mut found = false;
                while !names.is_finished() {
                    // directoryName is [4] and explicit, a Name being a CHOICE.
                    let name = AnyRef::decode(names)?;
                    found |= name.value() == certificate.issuer_der();
                }
                Ok(found)
            })?;
            Ok(names && fields.tlv_bytes()? == certificate.serial_der())
        });
        read.unwrap_or(false)
    }
}
