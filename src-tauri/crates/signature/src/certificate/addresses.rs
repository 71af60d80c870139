//! Where to ask about a certificate and its issuer (RFC 5280 §4.2.1.13, §4.2.2.1).

use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode, Reader, SliceReader};

/// id-ad-ocsp, RFC 6960 §3.1.
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
/// id-ad-caIssuers, RFC 5280 §4.2.2.1.
const CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
/// `uniformResourceIdentifier [6]` of a GeneralName, primitive.
const URI: u8 = 0x86;
/// Most addresses of a kind that are kept, and the longest of them in bytes.
const MOST: usize = 8;
const LONGEST: usize = 2048;

/// Addresses by HTTP in a certificate, in its order. Whoever wrote the certificate wrote them:
/// whether to go there is for the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Of OCSP responders.
    pub ocsp: Vec<String>,
    /// Of revocation lists.
    pub crls: Vec<String>,
    /// Of the issuer's certificate.
    pub issuers: Vec<String>,
}

impl Addresses {
    /// Reads an AuthorityInfoAccessSyntax.
    pub(super) fn read_access(&mut self, value: &[u8]) {
        let _malformed = AnyRef::from_der(value).and_then(|access| {
            access.sequence(|descriptions| {
                while !descriptions.is_finished() {
                    AnyRef::decode(descriptions)?.sequence(|description| {
                        let method = ObjectIdentifier::decode(description)?;
                        let location = description.tlv_bytes()?;
                        match method {
                            OCSP => keep(location, &mut self.ocsp),
                            CA_ISSUERS => keep(location, &mut self.issuers),
                            _ => {}
                        }
                        Ok(())
                    })?;
                }
                Ok(())
            })
        });
    }

    /// Reads CRLDistributionPoints: the full names of points that leave out no reason and have no
    /// other issuer.
    pub(super) fn read_points(&mut self, value: &[u8]) {
        let _malformed = AnyRef::from_der(value).and_then(|points| {
            points.sequence(|points| {
                while !points.is_finished() {
                    let point = AnyRef::decode(points)?;
                    let mut found = Vec::new();
                    let mut whole = true;
                    let mut fields = SliceReader::new(point.value())?;
                    while !fields.is_finished() {
                        let field = fields.tlv_bytes()?;
                        match field.first() {
                            Some(0xa0) => names(field, &mut found)?,
                            _ => whole = false,
                        }
                    }
                    if whole {
                        for name in found {
                            keep(name, &mut self.crls);
                        }
                    }
                }
                Ok(())
            })
        });
    }
}

/// The GeneralNames in `[0] DistributionPointName`, if it is `[0] fullName`.
pub(crate) fn names<'a>(field: &'a [u8], found: &mut Vec<&'a [u8]>) -> der::Result<()> {
    let mut choice = SliceReader::new(content(field)?)?;
    while !choice.is_finished() {
        let name = choice.tlv_bytes()?;
        if name.first() == Some(&0xa0) {
            let mut names = SliceReader::new(content(name)?)?;
            while !names.is_finished() && found.len() < MOST {
                found.push(names.tlv_bytes()?);
            }
        }
    }
    Ok(())
}

/// The value of one encoded element.
fn content(element: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(element)?;
    let header = der::Header::decode(&mut reader)?;
    reader.read_slice(header.length)
}

fn keep(name: &[u8], into: &mut Vec<String>) {
    if name.first() != Some(&URI) || into.len() == MOST {
        return;
    }
    let address = content(name)
        .ok()
        .and_then(|bytes| std::str::from_utf8(bytes).ok());
    let web = |address: &&str| {
        let plain = address.bytes().all(|byte| byte.is_ascii_graphic());
        let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
        let by_http = lower.starts_with("http://") || lower.starts_with("https://");
        plain && by_http && address.len() <= LONGEST
    };
    if let Some(address) = address.filter(web)
        && !into.iter().any(|known| known == address)
    {
        into.push(address.to_owned());
    }
}
