//! CMS SignedData, detached, in the shape that PAdES wants (RFC 5652 §5, ETSI EN 319 142-1 §6.3).
//!
//! [`prepare`] fixes the signed attributes over the digest of a document; [`Prepared::digest`] goes
//! to whoever holds the key; [`Prepared::complete`] verifies what comes back and closes the
//! structure. The `read` module takes such a structure apart again, strictly.

mod attributes;
pub(crate) mod ber;
pub(crate) mod read;

use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    EncapsulatedContentInfo, SignedAttributes, SignerIdentifier, SignerInfo, SignerInfos,
    UnsignedAttributes,
};
use const_oid::db::rfc5911::{ID_DATA, ID_SIGNED_DATA};
use der::asn1::{Any, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence, Tag};
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attribute;

pub(crate) use self::attributes::EssCertificateIds;
use crate::algorithm::{self, Digest, KeyAlgorithm, SignatureAlgorithm};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::timestamp::{ID_AA_SIGNATURE_TIME_STAMP_TOKEN, Token};

/// Most certificates that a signature carries or that are looked at in one.
pub const MOST_CERTIFICATES: usize = 32;

/// SignedData with its certificates left as they are encoded.
///
/// ```text
/// SignedData ::= SEQUENCE {
///     version           CMSVersion,
///     digestAlgorithms  DigestAlgorithmIdentifiers,
///     encapContentInfo  EncapsulatedContentInfo,
///     certificates      [0] IMPLICIT CertificateSet OPTIONAL,
///     crls              [1] IMPLICIT RevocationInfoChoices OPTIONAL,
///     signerInfos       SignerInfos }
/// ```
///
/// The certificates are hashed and verified elsewhere as the bytes they are, so they are not
/// decoded and encoded again here; there are no `crls` in what we write.
#[derive(Sequence)]
struct SignedData {
    version: CmsVersion,
    digest_algorithms: SetOfVec<AlgorithmIdentifierOwned>,
    encap_content_info: EncapsulatedContentInfo,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true")]
    certificates: Vec<Any>,
    signer_infos: SignerInfos,
}

/// Signed attributes over one document, waiting for their signature.
#[derive(Debug)]
pub struct Prepared {
    signer: Certificate,
    chain: Vec<Certificate>,
    key: KeyAlgorithm,
    algorithm: SignatureAlgorithm,
    attributes: SignedAttributes,
    to_be_signed: Vec<u8>,
    digest: Digest,
}

/// Fixes the signed attributes over a document.
///
/// `document_digest` is over what the signature covers, by the algorithm that the signer's key
/// signs with ([`KeyAlgorithm::signature_algorithm`]). The signature will carry `signer` and
/// `chain`, in any order and with or without the root.
///
/// # Errors
/// [`Error::KeyNotSupported`], [`Error::RsaKeySize`] or [`Error::MalformedKey`] about the signer's
/// key, [`Error::DigestLength`] for a digest by another algorithm, [`Error::ChainTooLong`].
pub fn prepare(
    document_digest: &Digest,
    signer: &Certificate,
    chain: &[Certificate],
) -> Result<Prepared> {
    let algorithm = signer.key_algorithm()?.signature_algorithm();
    prepare_by(algorithm, document_digest, signer, chain)
}

/// As [`prepare`], for a key that signs by an algorithm of its own.
///
/// # Errors
/// As [`prepare`]; [`Error::KeyNotSupported`] for an algorithm that such keys do not sign by.
pub fn prepare_by(
    algorithm: SignatureAlgorithm,
    document_digest: &Digest,
    signer: &Certificate,
    chain: &[Certificate],
) -> Result<Prepared> {
    let count = 1 + chain.len();
    if count > MOST_CERTIFICATES {
        return Err(Error::ChainTooLong {
            count,
            most: MOST_CERTIFICATES,
        });
    }
    let key = signer.key_algorithm()?;
    if !key.signs_by(algorithm) {
        let oid = algorithm.oid().to_string();
        return Err(Error::KeyNotSupported { oid });
    }
    let digest_algorithm = algorithm.digest_algorithm();
    if document_digest.algorithm() != digest_algorithm {
        return Err(Error::DigestLength {
            expected: digest_algorithm.digest_len(),
            actual: document_digest.as_bytes().len(),
        });
    }
    let attributes = attributes::pades(document_digest, signer)?;
    // The SET OF form with tag 0x31 is what is signed, not the `[0]` form stored in SignerInfo
    // (RFC 5652 §5.4). SetOfVec sorts as DER wants it.
    let to_be_signed = attributes.to_der()?;
    let digest = digest_algorithm.digest(&to_be_signed);
    Ok(Prepared {
        signer: signer.clone(),
        chain: chain.to_vec(),
        key,
        algorithm,
        attributes,
        to_be_signed,
        digest,
    })
}

/// Exact upper bound, in bytes, of the CMS that [`Prepared::complete`] will give.
///
/// `timestamp_bytes` is the room for a timestamp, and zero for none. Measured by building one with the longest value the algorithm has: no key is asked, and a
/// signature never turns out not to fit after somebody gave a secret.
///
/// # Errors
/// As [`prepare_by`].
pub fn largest_size(
    algorithm: SignatureAlgorithm,
    signer: &Certificate,
    chain: &[Certificate],
    timestamp_bytes: usize,
) -> Result<usize> {
    let nothing = algorithm.digest_algorithm().digest(&[]);
    let prepared = prepare_by(algorithm, &nothing, signer, chain)?;
    let longest = vec![0xff; prepared.key.longest_der()];
    // Something as long as a timestamp.
    let timestamp = match timestamp_bytes {
        0 => None,
        bytes => Some(Any::new(Tag::OctetString, vec![0; bytes])?),
    };
    Ok(prepared.assemble(longest, timestamp)?.len())
}

/// The unsigned attributes of a signature with a timestamp (RFC 3161 appendix A).
fn unsigned_attributes(timestamp: Any) -> der::Result<UnsignedAttributes> {
    let attribute = Attribute {
        oid: ID_AA_SIGNATURE_TIME_STAMP_TOKEN,
        values: SetOfVec::try_from(vec![timestamp])?,
    };
    SetOfVec::try_from(vec![attribute])
}

/// A signature whose value is there, and which a timestamp may still come to.
#[derive(Debug)]
pub struct Valued {
    prepared: Prepared,
    value: Vec<u8>,
}

impl Valued {
    /// What a timestamp of this signature is over: the value as CMS carries it (RFC 3161
    /// appendix A).
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// Closes the CMS, with a timestamp if there is one; the answer is one ContentInfo in DER.
    ///
    /// # Errors
    /// [`Error::TimestampOfAnother`] for a timestamp that does not hold over this value.
    pub fn close(self, timestamp: Option<&Token>) -> Result<Vec<u8>> {
        let timestamp = match timestamp {
            Some(token) => {
                let algorithm = token.info().imprint_algorithm();
                let stamped = algorithm.map(|algorithm| algorithm.digest(&self.value));
                if token.judge(stamped.as_ref()).holds.is_none() {
                    return Err(Error::TimestampOfAnother);
                }
                Some(Any::from_der(token.as_der())?)
            }
            None => None,
        };
        self.prepared.assemble(self.value, timestamp)
    }
}

impl Prepared {
    /// What is signed: the DER `SET OF` signed attributes, tag 0x31 (RFC 5652 §5.4).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// Digest of [`Self::to_be_signed`], for a key that signs digests.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The algorithm to sign with.
    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Verifies a raw value with the signer's certificate and closes the CMS.
    ///
    /// `raw` is as a token returns it; the answer is one ContentInfo in DER.
    ///
    /// # Errors
    /// [`Error::SignatureDoesNotVerify`], [`Error::SignatureLength`] or
    /// [`Error::MalformedSignature`]: nothing leaves that does not verify.
    pub fn complete(self, raw: &[u8]) -> Result<Vec<u8>> {
        self.sign(raw)?.close(None)
    }

    /// As [`Self::complete`], and leaves the CMS open for a timestamp of the value.
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub fn sign(self, raw: &[u8]) -> Result<Valued> {
        let spki = self.signer.spki_der();
        algorithm::verify_message(spki, self.algorithm(), &self.to_be_signed, raw)?;
        let value = algorithm::der_from_raw(self.key, raw)?;
        Ok(Valued {
            prepared: self,
            value,
        })
    }

    /// Closes the CMS around any value and any certificate: what an attacker would send.
    #[cfg(test)]
    pub(crate) fn forge(self, carried: &Certificate, value: &[u8]) -> Vec<u8> {
        Self {
            signer: carried.clone(),
            ..self
        }
        .assemble(value.to_vec(), None)
        .expect("it encodes")
    }

    fn assemble(self, value: Vec<u8>, timestamp: Option<Any>) -> Result<Vec<u8>> {
        let algorithm = self.algorithm();
        // One for document and attributes (RFC 5652 §5.4).
        let digest_algorithm = algorithm.digest_algorithm().identifier();
        let signer_info = SignerInfo {
            // 1, because the signer is named by issuer and serial number (RFC 5652 §5.3).
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(self.signer.issuer_and_serial()?),
            digest_alg: digest_algorithm.clone(),
            signed_attrs: Some(self.attributes),
            signature_algorithm: algorithm.identifier(),
            signature: OctetString::new(value)?,
            // Absent without one, for an empty set is not allowed (RFC 5652 §5.3: SIZE (1..MAX)).
            unsigned_attrs: timestamp.map(unsigned_attributes).transpose()?,
        };
        let signed_data = SignedData {
            // 1: plain certificates, id-data, SignerInfo of version 1 (RFC 5652 §5.1).
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from(vec![digest_algorithm])?,
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: ID_DATA,
                econtent: None,
            },
            certificates: certificate_set(&self.signer, &self.chain)?,
            signer_infos: SignerInfos(SetOfVec::try_from(vec![signer_info])?),
        };
        let content = Any::encode_from(&signed_data)?;
        Ok(ContentInfo {
            content_type: ID_SIGNED_DATA,
            content,
        }
        .to_der()?)
    }
}

/// The certificates as CMS carries them: each once, in the order of DER (X.690 §11.6).
fn certificate_set(signer: &Certificate, chain: &[Certificate]) -> Result<Vec<Any>> {
    let mut encoded: Vec<&[u8]> = vec![signer.as_der()];
    encoded.extend(chain.iter().map(Certificate::as_der));
    encoded.sort_unstable();
    encoded.dedup();
    Ok(encoded
        .into_iter()
        .map(Any::from_der)
        .collect::<der::Result<_>>()?)
}

#[cfg(test)]
mod tests;
