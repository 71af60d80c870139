//! Names, times and extensions as they are written here (RFC 5280 §4.1, §4.2).

use std::time::Duration;

use const_oid::db::rfc4519::{COMMON_NAME, ORGANIZATION_NAME};
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::asn1::{Any, GeneralizedTime, Ia5String, OctetString, SetOfVec, UtcTime, Utf8StringRef};
use der::{DateTime, Encode};
use sha2::{Digest, Sha256};
use spki::SubjectPublicKeyInfoRef;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::time::Time;

use super::{Error, Result, Subject};

/// ub-common-name and ub-organization-name, RFC 5280 appendix A.1.
const LONGEST_NAME: usize = 64;
/// Longest address that mail can carry, RFC 5321 §4.5.3.1.3 less its brackets.
const LONGEST_EMAIL: usize = 254;

/// Whether an extension must be understood (RFC 5280 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Critical {
    Yes,
    No,
}

/// An extension around a value.
pub(super) fn extension<T: AssociatedOid + Encode>(
    value: &T,
    critical: Critical,
) -> Result<Extension> {
    Ok(Extension {
        extn_id: T::OID,
        critical: critical == Critical::Yes,
        extn_value: OctetString::new(value.to_der()?)?,
    })
}

/// `O=organisation, CN=name`, both as UTF8String (RFC 5280 §4.1.2.4).
pub(super) fn name(organisation: &str, name: &str) -> Result<Name> {
    let part = |what, oid: ObjectIdentifier, value: &str| -> Result<_> {
        checked(what, value)?;
        let value = Any::encode_from(&Utf8StringRef::new(value)?)?;
        let attribute = AttributeTypeAndValue { oid, value };
        Ok(RelativeDistinguishedName(SetOfVec::try_from(vec![
            attribute,
        ])?))
    };
    Ok(RdnSequence(vec![
        part("organisation", ORGANIZATION_NAME, organisation)?,
        part("name", COMMON_NAME, name)?,
    ]))
}

/// Reads back what [`name`] made: organisation and name.
pub(super) fn read_name(name: &Name) -> Option<(String, String)> {
    let part = |rdn: &RelativeDistinguishedName, oid: ObjectIdentifier| -> Option<String> {
        let [attribute] = rdn.0.as_slice() else {
            return None;
        };
        let value = attribute.value.decode_as::<Utf8StringRef<'_>>().ok()?;
        (attribute.oid == oid).then(|| value.as_str().to_owned())
    };
    let [organisation, common_name] = name.0.as_slice() else {
        return None;
    };
    Some((
        part(organisation, ORGANIZATION_NAME)?,
        part(common_name, COMMON_NAME)?,
    ))
}

/// subjectAltName with one rfc822Name.
pub(super) fn alternative_name(subject: &Subject<'_>) -> Result<SubjectAltName> {
    let email = subject.email;
    let refused = |why| Error::BadName {
        what: "e-mail address",
        value: email.to_owned(),
        why,
    };
    if email.len() > LONGEST_EMAIL {
        return Err(refused("is too long"));
    }
    if !email.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(refused("has characters other than visible ASCII"));
    }
    match email.split_once('@') {
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() => Ok(SubjectAltName(
            vec![GeneralName::Rfc822Name(Ia5String::new(email)?)],
        )),
        _ => Err(refused("is not a name and a place with @ between them")),
    }
}

/// Reads back what [`alternative_name`] made.
pub(super) fn read_alternative_name(name: &SubjectAltName) -> Option<String> {
    match name.0.as_slice() {
        [GeneralName::Rfc822Name(email)] => Some(email.as_str().to_owned()),
        _ => None,
    }
}

/// A key identifier: the leftmost 160 bits of SHA-256 over the key's bits (RFC 7093 §2, method 1).
pub(super) fn key_identifier(spki: SubjectPublicKeyInfoRef<'_>) -> Result<OctetString> {
    let digest = Sha256::digest(spki.subject_public_key.raw_bytes());
    Ok(OctetString::new(&digest[..20])?)
}

/// UTCTime through 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). None before 1970 or after 9999.
pub(super) fn time(unix: i64) -> Option<Time> {
    let date = DateTime::from_unix_duration(Duration::from_secs(unix.try_into().ok()?)).ok()?;
    if date.year() <= UtcTime::MAX_YEAR {
        UtcTime::from_date_time(date).ok().map(Time::UtcTime)
    } else {
        Some(Time::GeneralTime(GeneralizedTime::from_date_time(date)))
    }
}

fn checked(what: &'static str, value: &str) -> Result<()> {
    let refused = |why| {
        Err(Error::BadName {
            what,
            value: value.to_owned(),
            why,
        })
    };
    if value.trim().is_empty() {
        return refused("is empty");
    }
    if value.chars().count() > LONGEST_NAME {
        return refused("is longer than 64 characters");
    }
    if value.chars().any(char::is_control) {
        return refused("has control characters");
    }
    Ok(())
}
