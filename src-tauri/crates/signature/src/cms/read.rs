//! Reads a SignedData strictly: DER, one signer, nothing hidden behind it.
//!
//! Sets are walked, not decoded into sorted collections, so that a hostile structure costs time in
//! proportion to its length; signed attributes stay the bytes they are.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{ID_DATA, ID_SIGNED_DATA};
use der::asn1::{AnyRef, ContextSpecific, OctetStringRef};
use der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use spki::AlgorithmIdentifierRef;

use crate::certificate::Certificate;
use crate::cms::MOST_CERTIFICATES;

/// id-aa-CMSAlgorithmProtect, RFC 6211 §2.
pub(crate) const ID_AA_CMS_ALGORITHM_PROTECT: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");

/// Most values of unsigned attributes that are counted; anybody may add some.
const MOST_UNSIGNED: usize = 4096;

/// Latest version of SignedData (RFC 5652 §5.1).
const LATEST_VERSION: u8 = 5;

/// Most elements of one set of algorithms or attributes.
const MOST_ELEMENTS: usize = 64;

/// Why bytes are not a SignedData that can be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not DER, or not the ASN.1 of RFC 5652.
    #[error("it does not decode: {0}")]
    Der(#[from] der::Error),
    /// Something other than zeros follows it (ISO 32000-2 §12.8.3.3).
    #[error("something other than zeros follows it")]
    Trailing,
    /// A ContentInfo of another type.
    #[error("it is no SignedData but {0}")]
    NotSignedData(ObjectIdentifier),
    /// It carries content of its own, so the document is not what is signed.
    #[error("it carries content of its own")]
    NotDetached,
    /// PAdES and ISO 32000-2 §12.8.3.3 allow one signer.
    #[error("it has {0} signers")]
    Signers(usize),
    /// A set with more elements than are read.
    #[error("a set has too many elements")]
    TooMany,
    /// A set in an order that DER does not have (X.690 §11.6).
    #[error("the signed attributes are not in the order of DER")]
    NotSorted,
    /// A version number other than its content demands (RFC 5652 §5.1, §5.3).
    #[error("its version numbers are not those of its content")]
    Version,
    /// It carries no content, where something is signed that lies inside.
    #[error("it carries no content")]
    NoContent,
    /// What it carries is no timestamp.
    #[error("it is no timestamp but {0}")]
    NotTimestamp(ObjectIdentifier),
    /// digestAlgorithms does not name the signer's digest algorithm (RFC 5652 §5.1).
    #[error("its digest algorithms leave out the signer's")]
    DigestAlgorithms,
}

/// Where the content is that is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// In the document.
    Elsewhere,
    /// In the structure itself.
    Inside,
}

/// How strictly a structure is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    /// As the standard has it.
    Strict,
    /// As [`Self::Strict`], of what was brought into the form of DER: attributes in any order, and a
    /// later version of SignedData than its content demands, as some products write.
    Brought,
    /// As products wrote it before PAdES: version numbers, the list of digest algorithms and the
    /// order of attributes decide nothing that is signed.
    Older,
}

/// The parts of a SignedData with one signer.
#[derive(Debug)]
pub(crate) struct SignedData<'a> {
    /// Type of the content that is signed.
    pub(crate) content_type: ObjectIdentifier,
    /// The content, if it is inside.
    pub(crate) content: Option<&'a [u8]>,
    /// Each element of `certificates`, as encoded.
    pub(crate) certificates: Vec<&'a [u8]>,
    /// Each element of `crls`, as encoded.
    pub(crate) crls: Vec<&'a [u8]>,
    /// Who signed, as encoded: IssuerAndSerialNumber, or `[0]` SubjectKeyIdentifier.
    pub(crate) signer: AnyRef<'a>,
    pub(crate) digest_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) signature_algorithm: AlgorithmIdentifierRef<'a>,
    /// Content of signedAttrs, without its tag; none if there are no signed attributes.
    signed_attributes: Option<&'a [u8]>,
    attributes: Vec<(ObjectIdentifier, &'a [u8])>,
    pub(crate) signature: &'a [u8],
    /// Content of unsignedAttrs, without its tag.
    unsigned_attributes: Option<&'a [u8]>,
}

impl<'a> SignedData<'a> {
    /// Reads the Contents of a signature dictionary: a ContentInfo, then zeros or nothing.
    pub(crate) fn read(contents: &'a [u8]) -> Result<Self, Malformed> {
        Self::read_with(contents, Content::Elsewhere, Rules::Strict)
    }

    /// Reads a ContentInfo whose SignedData carries its content, as a timestamp does.
    pub(crate) fn read_enclosing(contents: &'a [u8]) -> Result<Self, Malformed> {
        Self::read_with(contents, Content::Inside, Rules::Strict)
    }

    /// As [`Self::read`], of what was brought into the form of DER.
    pub(crate) fn read_brought(contents: &'a [u8]) -> Result<Self, Malformed> {
        Self::read_with(contents, Content::Elsewhere, Rules::Brought)
    }

    /// As [`Self::read_enclosing`], of what was brought into the form of DER.
    pub(crate) fn read_brought_enclosing(contents: &'a [u8]) -> Result<Self, Malformed> {
        Self::read_with(contents, Content::Inside, Rules::Brought)
    }

    /// Reads the Contents of a signature of `adbe.pkcs7.detached`, as products of earlier years wrote
    /// it.
    pub(crate) fn read_older(contents: &'a [u8]) -> Result<Self, Malformed> {
        Self::read_with(contents, Content::Elsewhere, Rules::Older)
    }

    /// Reads one of `adbe.pkcs7.sha1`, whose content is a digest.
    pub(crate) fn read_older_enclosing(contents: &'a [u8]) -> Result<Self, Malformed> {
        Self::read_with(contents, Content::Inside, Rules::Older)
    }

    /// Length of the structure that some bytes begin with.
    pub(crate) fn encoded_len(contents: &[u8]) -> Result<usize, Malformed> {
        Ok(SliceReader::new(contents)?.tlv_bytes()?.len())
    }

    fn read_with(contents: &'a [u8], place: Content, rules: Rules) -> Result<Self, Malformed> {
        let mut reader = SliceReader::new(contents)?;
        let content_info = reader.tlv_bytes()?;
        let padding = reader.read_slice(reader.remaining_len())?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(Malformed::Trailing);
        }
        let (content_type, content) = AnyRef::from_der(content_info)?.sequence(|fields| {
            let content_type = ObjectIdentifier::decode(fields)?;
            Ok((content_type, explicit(fields, TagNumber::N0)?))
        })?;
        match content {
            Some(content) if content_type == ID_SIGNED_DATA => {
                Self::read_signed_data(content, place, rules)
            }
            _ => Err(Malformed::NotSignedData(content_type)),
        }
    }

    fn read_signed_data(
        signed_data: AnyRef<'a>,
        place: Content,
        rules: Rules,
    ) -> Result<Self, Malformed> {
        let (version, digest_algorithms, encapsulated, certificates, crls, signers) =
            signed_data.sequence(|fields| {
                let version = u8::decode(fields)?;
                let digest_algorithms = set(fields)?;
                let encapsulated = AnyRef::decode(fields)?;
                let certificates = implicit(fields, TagNumber::N0)?;
                let crls = implicit(fields, TagNumber::N1)?;
                let signers = set(fields)?;
                Ok((
                    version,
                    digest_algorithms,
                    encapsulated,
                    certificates,
                    crls,
                    signers,
                ))
            })?;
        let (content_type, content) = encapsulated.sequence(|fields| {
            Ok((
                ObjectIdentifier::decode(fields)?,
                explicit(fields, TagNumber::N0)?,
            ))
        })?;
        let content = match (place, content) {
            (Content::Elsewhere, None) => None,
            (Content::Elsewhere, Some(_)) => return Err(Malformed::NotDetached),
            (Content::Inside, None) => return Err(Malformed::NoContent),
            (Content::Inside, Some(content)) => Some(OctetStringRef::try_from(content)?.as_bytes()),
        };
        let signers = elements(signers, MOST_ELEMENTS)?;
        let [signer] = signers.as_slice() else {
            return Err(Malformed::Signers(signers.len()));
        };
        let certificates = elements(certificates.unwrap_or_default(), MOST_CERTIFICATES)?;
        // Other revocation information is tagged [1] (RFC 5652 §10.2.1).
        let other_crls = elements(crls.unwrap_or_default(), MOST_ELEMENTS)?
            .iter()
            .any(|crl| crl.first() == Some(&0xa1));
        let crls = elements(crls.unwrap_or_default(), MOST_ELEMENTS)?;
        let signer = Self::read_signer(signer, content_type, certificates, rules)?;
        let expected = signer.signed_data_version(other_crls);
        let has_version = match rules {
            Rules::Strict => version == expected,
            Rules::Brought => (expected..=LATEST_VERSION).contains(&version),
            Rules::Older => true,
        };
        if !has_version {
            return Err(Malformed::Version);
        }
        let named = elements(digest_algorithms, MOST_ELEMENTS)?
            .into_iter()
            .any(|identifier| {
                AlgorithmIdentifierRef::from_der(identifier)
                    .is_ok_and(|identifier| identifier.oid == signer.digest_algorithm.oid)
            });
        if named || rules == Rules::Older {
            Ok(Self {
                content,
                crls,
                ..signer
            })
        } else {
            Err(Malformed::DigestAlgorithms)
        }
    }

    fn read_signer(
        signer_info: &'a [u8],
        content_type: ObjectIdentifier,
        certificates: Vec<&'a [u8]>,
        rules: Rules,
    ) -> Result<Self, Malformed> {
        let (version, signer) = AnyRef::from_der(signer_info)?.sequence(|fields| {
            let version = u8::decode(fields)?;
            let signer = AnyRef::decode(fields)?;
            let digest_algorithm = AlgorithmIdentifierRef::decode(fields)?;
            let signed_attributes = implicit(fields, TagNumber::N0)?;
            let signature_algorithm = AlgorithmIdentifierRef::decode(fields)?;
            let signature = OctetStringRef::decode(fields)?.as_bytes();
            let unsigned_attributes = implicit(fields, TagNumber::N1)?;
            Ok((
                version,
                Self {
                    content_type,
                    content: None,
                    unsigned_attributes,
                    certificates,
                    crls: Vec::new(),
                    signer,
                    digest_algorithm,
                    signature_algorithm,
                    signed_attributes,
                    attributes: Vec::new(),
                    signature,
                },
            ))
        })?;
        if rules != Rules::Older && version != signer.signer_info_version() {
            return Err(Malformed::Version);
        }
        let mut attributes = Vec::new();
        let encoded = elements(signer.signed_attributes.unwrap_or_default(), MOST_ELEMENTS)?;
        if rules == Rules::Strict && !encoded.is_sorted_by(|before, after| before < after) {
            return Err(Malformed::NotSorted);
        }
        for attribute in encoded {
            let attribute = AnyRef::from_der(attribute)?
                .sequence(|fields| Ok((ObjectIdentifier::decode(fields)?, set(fields)?)))?;
            attributes.push(attribute);
        }
        Ok(Self {
            attributes,
            ..signer
        })
    }

    /// The version that SignerInfo must have for its SignerIdentifier (RFC 5652 §5.3).
    fn signer_info_version(&self) -> u8 {
        match self.signer.tag() {
            Tag::Sequence => 1,
            _ => 3,
        }
    }

    /// The version that SignedData must have for its content (RFC 5652 §5.1).
    fn signed_data_version(&self, other_crls: bool) -> u8 {
        let signer_info = self.signer_info_version();
        let of_certificates = self.certificates.iter().map(|certificate| {
            match certificate.first().map(|tag| tag & 0x1f) {
                Some(3) => 5, // [3] another format
                Some(2) => 4, // [2] attribute certificate, version 2
                Some(1) => 3, // [1] attribute certificate, version 1
                _ => 1,
            }
        });
        let of_content = if self.content_type == ID_DATA { 1 } else { 3 };
        let of_crls = if other_crls { 5 } else { 1 };
        of_certificates.fold(of_content.max(of_crls).max(signer_info), u8::max)
    }

    /// The bytes that the signature is over: signedAttrs with the tag of a SET OF
    /// (RFC 5652 §5.4). None if there are no signed attributes.
    pub(crate) fn to_be_signed(&self) -> Option<Vec<u8>> {
        let attributes = AnyRef::new(Tag::Set, self.signed_attributes?).ok()?;
        der::Encode::to_der(&attributes).ok()
    }

    /// As [`Self::to_be_signed`], with the attributes in the order of DER where they are not.
    pub(crate) fn to_be_signed_sorted(&self) -> Option<Vec<u8>> {
        let mut encoded = elements(self.signed_attributes?, MOST_ELEMENTS).ok()?;
        encoded.sort_unstable();
        let attributes = encoded.concat();
        let attributes = AnyRef::new(Tag::Set, &attributes).ok()?;
        der::Encode::to_der(&attributes).ok()
    }

    /// The value of a signed attribute that must be there once with one value (RFC 5652 §11).
    pub(crate) fn attribute(&self, oid: ObjectIdentifier) -> Attribute<'a> {
        let mut found = self.attributes.iter().filter(|(found, _)| *found == oid);
        match (found.next(), found.next()) {
            (None, _) => Attribute::Missing,
            (Some((_, values)), None) => {
                AnyRef::from_der(values).map_or(Attribute::Ambiguous, Attribute::One)
            }
            (Some(_), Some(_)) => Attribute::Ambiguous,
        }
    }
}

impl SignedData<'_> {
    /// Whether the algorithms are those that a signed attribute names, if it is there (RFC 6211 §2,
    /// RFC 8933 §4): nothing else that is signed says by which digest it was.
    ///
    /// ```text
    /// CMSAlgorithmProtection ::= SEQUENCE {
    ///     digestAlgorithm     DigestAlgorithmIdentifier,
    ///     signatureAlgorithm  [1] SignatureAlgorithmIdentifier OPTIONAL,
    ///     macAlgorithm        [2] MessageAuthenticationCodeAlgorithm OPTIONAL }
    /// ```
    pub(crate) fn algorithms_are_protected(&self) -> bool {
        let value = match self.attribute(ID_AA_CMS_ALGORITHM_PROTECT) {
            Attribute::Missing => return true,
            Attribute::Ambiguous => return false,
            Attribute::One(value) => value,
        };
        let named = value.sequence(|fields| {
            let digest = AlgorithmIdentifierRef::decode(fields)?;
            let signature = ContextSpecific::<AlgorithmIdentifierRef<'_>>::decode_implicit(
                fields,
                TagNumber::N1,
            )?;
            Ok((digest, signature.map(|signature| signature.value)))
        });
        named.is_ok_and(|(digest, signature)| {
            is_same(digest, self.digest_algorithm)
                && signature.is_some_and(|named| is_same(named, self.signature_algorithm))
        })
    }
}

/// Whether two identifiers say the same: parameters that are NULL are like none.
fn is_same(one: AlgorithmIdentifierRef<'_>, other: AlgorithmIdentifierRef<'_>) -> bool {
    let said = |of: AlgorithmIdentifierRef<'_>| of.parameters.is_some_and(|value| !value.is_null());
    let either_said = said(one) || said(other);
    one.oid == other.oid && (!either_said || one.parameters == other.parameters)
}

impl<'a> SignedData<'a> {
    /// The values of an unsigned attribute, in their order; what is no attribute is passed over.
    pub(crate) fn unsigned_values(&self, oid: ObjectIdentifier) -> Vec<&'a [u8]> {
        let content = self.unsigned_attributes.unwrap_or_default();
        let mut values = Vec::new();
        for attribute in first_elements(content, MOST_UNSIGNED) {
            let read = AnyRef::from_der(attribute).and_then(|attribute| {
                attribute.sequence(|fields| Ok((ObjectIdentifier::decode(fields)?, set(fields)?)))
            });
            match read {
                Ok((found, content)) if found == oid => {
                    values.extend(first_elements(content, MOST_UNSIGNED));
                }
                _ => {}
            }
        }
        values
    }
}

/// What was found under the type of a signed attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute<'a> {
    One(AnyRef<'a>),
    Missing,
    /// There twice, or with no value, or with several.
    Ambiguous,
}

/// Passes over what else a sequence holds, as long as it is DER.
pub(super) fn skip_rest(reader: &mut SliceReader<'_>) -> der::Result<()> {
    while !reader.is_finished() {
        reader.tlv_bytes()?;
    }
    Ok(())
}

/// Content of a SET.
fn set<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    let set = AnyRef::decode(reader)?;
    set.tag().assert_eq(Tag::Set)?;
    Ok(set.value())
}

/// Content of an optional constructed field with a context-specific tag in place of its own.
fn implicit<'a>(reader: &mut SliceReader<'a>, number: TagNumber) -> der::Result<Option<&'a [u8]>> {
    let tag = Tag::ContextSpecific {
        constructed: true,
        number,
    };
    if reader.is_finished() || reader.peek_tag()? != tag {
        return Ok(None);
    }
    Ok(Some(AnyRef::decode(reader)?.value()))
}

/// An optional field inside a context-specific tag.
fn explicit<'a>(
    reader: &mut SliceReader<'a>,
    number: TagNumber,
) -> der::Result<Option<AnyRef<'a>>> {
    if reader.is_finished() {
        return Ok(None);
    }
    Ok(ContextSpecific::<AnyRef<'a>>::decode_explicit(reader, number)?.map(|field| field.value))
}

/// The elements of a set, as encoded, up to a number of them.
fn elements(content: &[u8], most: usize) -> Result<Vec<&[u8]>, Malformed> {
    let mut reader = SliceReader::new(content)?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        if found.len() == most {
            return Err(Malformed::TooMany);
        }
        found.push(reader.tlv_bytes()?);
    }
    Ok(found)
}

/// The elements of a set, as encoded, as far as they can be read and up to a number of them.
fn first_elements(content: &[u8], most: usize) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let Ok(mut reader) = SliceReader::new(content) else {
        return found;
    };
    while found.len() < most
        && !reader.is_finished()
        && let Ok(element) = reader.tlv_bytes()
    {
        found.push(element);
    }
    found
}

/// Whether a SignerIdentifier (RFC 5652 §5.3) means this certificate.
pub(crate) fn is_signer(signer: AnyRef<'_>, certificate: &Certificate) -> bool {
    if let Some(identifier) = key_identifier(signer) {
        return certificate.subject_key_identifier() == Some(identifier);
    }
    let named = [certificate.issuer_der(), certificate.serial_der()].concat();
    signer.tag() == Tag::Sequence && signer.value() == named
}

/// The key identifier in a `[0]` SubjectKeyIdentifier (RFC 5652 §5.3), if that is what it is.
pub(crate) fn key_identifier(signer: AnyRef<'_>) -> Option<&[u8]> {
    let tag = Tag::ContextSpecific {
        constructed: false,
        number: TagNumber::N0,
    };
    (signer.tag() == tag).then(|| signer.value())
}
