//! What a timestamp says (RFC 3161 §2.4.2, TSTInfo).

use std::time::Duration;

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, OctetStringRef};
use der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use spki::AlgorithmIdentifierRef;

use crate::algorithm::DigestAlgorithm;
use crate::algorithm::any::AnyDigest;
use crate::revocation::extensions;

/// ```text
/// TSTInfo ::= SEQUENCE {
///     version         INTEGER { v1(1) },
///     policy          TSAPolicyId,
///     messageImprint  MessageImprint,
///     serialNumber    INTEGER,
///     genTime         GeneralizedTime,
///     accuracy        Accuracy OPTIONAL,
///     ordering        BOOLEAN DEFAULT FALSE,
///     nonce           INTEGER OPTIONAL,
///     tsa             [0] GeneralName OPTIONAL,
///     extensions      [1] IMPLICIT Extensions OPTIONAL }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Under which policy, in dotted notation; empty for one that cannot be written so.
    pub policy: String,
    /// The authority's number of this timestamp, big-endian.
    pub serial: Vec<u8>,
    /// When, Unix time; a fraction of a second is cut.
    pub gen_time: i64,
    /// Whether a fraction was cut.
    has_fraction: bool,
    /// How far from that the time may be.
    pub accuracy: Option<Duration>,
    /// Algorithm of the digest that is stamped, or the identifier of one that is not known.
    pub(super) algorithm: Result<DigestAlgorithm, ObjectIdentifier>,
    /// The digest.
    pub(super) imprint: Vec<u8>,
    /// As [`Self::algorithm`], a weak one too.
    pub(super) any_algorithm: Option<AnyDigest>,
    /// The nonce of the request: the content of an INTEGER, which may be negative.
    pub(super) nonce: Option<Vec<u8>>,
}

impl Info {
    /// The algorithm of the digest that is stamped; none if this version does not know it.
    #[must_use]
    pub fn imprint_algorithm(&self) -> Option<DigestAlgorithm> {
        self.algorithm.ok()
    }

    /// The algorithm of the digest that is stamped, a weak one of earlier years included.
    pub(crate) const fn any_imprint_algorithm(&self) -> Option<AnyDigest> {
        self.any_algorithm
    }

    /// The latest time that is meant, Unix time, rounded up: that something was there is proven for
    /// genTime and its accuracy together (RFC 3161 §2.4.2).
    #[must_use]
    pub fn latest(&self) -> i64 {
        let accuracy = self.accuracy.unwrap_or_default();
        let fraction = accuracy.subsec_nanos() > 0 || self.has_fraction;
        let seconds = accuracy.as_secs().saturating_add(fraction.into());
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        self.gen_time.saturating_add(seconds)
    }

    pub(super) fn read(der: &[u8]) -> der::Result<Self> {
        AnyRef::from_der(der)?.sequence(|fields| {
            let version = u8::decode(fields)?;
            if version != 1 {
                return Err(Tag::Integer.value_error());
            }
            let policy = AnyRef::decode(fields)?;
            policy.tag().assert_eq(Tag::ObjectIdentifier)?;
            // The crate knows none of two bytes, and nothing here depends on it.
            let policy = ObjectIdentifier::from_bytes(policy.value());
            let policy = policy.map_or_else(|_| String::new(), |policy| policy.to_string());
            let (algorithm, any_algorithm, imprint) =
                AnyRef::decode(fields)?.sequence(|imprint| {
                    let identifier = AlgorithmIdentifierRef::decode(imprint)?;
                    let algorithm =
                        DigestAlgorithm::from_identifier(identifier).ok_or(identifier.oid);
                    let digest = OctetStringRef::decode(imprint)?.as_bytes().to_vec();
                    Ok((algorithm, AnyDigest::from_identifier(identifier), digest))
                })?;
            let serial = AnyRef::decode(fields)?;
            serial.tag().assert_eq(Tag::Integer)?;
            let gen_time = AnyRef::decode(fields)?;
            gen_time.tag().assert_eq(Tag::GeneralizedTime)?;
            let has_fraction = gen_time.value().contains(&b'.');
            let gen_time = time(gen_time.value())?;
            let mut accuracy_read = None;
            if next_is(fields, Tag::Sequence)? {
                accuracy_read = Some(AnyRef::decode(fields)?.sequence(accuracy)?);
            }
            if next_is(fields, Tag::Boolean)? {
                let _ordering = bool::decode(fields)?;
            }
            let mut nonce = None;
            if next_is(fields, Tag::Integer)? {
                nonce = Some(AnyRef::decode(fields)?.value().to_vec());
            }
            for number in [TagNumber::N0, TagNumber::N1] {
                let constructed = true;
                if next_is(
                    fields,
                    Tag::ContextSpecific {
                        constructed,
                        number,
                    },
                )? {
                    let skipped = fields.tlv_bytes()?;
                    // No extension is known, so that a critical one cannot be met.
                    let critical = number == TagNumber::N1
                        && extensions(skipped)?.iter().any(|one| one.critical);
                    if critical {
                        return Err(Tag::Boolean.value_error());
                    }
                }
            }
            Ok(Self {
                policy,
                serial: serial.value().to_vec(),
                gen_time,
                has_fraction,
                accuracy: accuracy_read,
                algorithm,
                any_algorithm,
                imprint,
                nonce,
            })
        })
    }
}

fn next_is(reader: &SliceReader<'_>, tag: Tag) -> der::Result<bool> {
    Ok(!reader.is_finished() && reader.peek_tag()? == tag)
}

/// ```text
/// Accuracy ::= SEQUENCE {
///     seconds  INTEGER OPTIONAL,
///     millis   [0] INTEGER (1..999) OPTIONAL,
///     micros   [1] INTEGER (1..999) OPTIONAL }
/// ```
fn accuracy(fields: &mut SliceReader<'_>) -> der::Result<Duration> {
    let mut accuracy = Duration::ZERO;
    if next_is(fields, Tag::Integer)? {
        accuracy += Duration::from_secs(u32::decode(fields)?.into());
    }
    for (number, unit) in [
        (TagNumber::N0, Duration::from_millis(1)),
        (TagNumber::N1, Duration::from_micros(1)),
    ] {
        let constructed = false;
        let tag = Tag::ContextSpecific {
            constructed,
            number,
        };
        if next_is(fields, tag)? {
            let value = AnyRef::decode(fields)?.value();
            let [high, low] = match value {
                [low] => [0, *low],
                [high, low] => [*high, *low],
                _ => return Err(tag.value_error()),
            };
            accuracy += unit * u32::from(u16::from_be_bytes([high, low]));
        }
    }
    Ok(accuracy)
}

/// `YYYYMMDDhhmmss[.s…]Z` (RFC 3161 §2.4.2); the fraction, which the crate does not read, is cut.
fn time(text: &[u8]) -> der::Result<i64> {
    let wrong = || Tag::GeneralizedTime.value_error();
    let (seconds, rest) = text.split_at_checked(14).ok_or_else(wrong)?;
    let fraction = match rest {
        b"Z" => true,
        [b'.', digits @ .., b'Z'] => {
            !digits.is_empty() && digits.len() <= 32 && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    if !fraction || !seconds.iter().all(u8::is_ascii_digit) {
        return Err(wrong());
    }
    let number = |range: std::ops::Range<usize>| {
        let digits = seconds.get(range).unwrap_or_default();
        digits
            .iter()
            .fold(0u16, |number, digit| 10 * number + u16::from(digit - b'0'))
    };
    let small = |range| u8::try_from(number(range)).unwrap_or(u8::MAX);
    let date = der::DateTime::new(
        number(0..4),
        small(4..6),
        small(6..8),
        small(8..10),
        small(10..12),
        // A leap second is the one before it.
        small(12..14).min(if small(12..14) == 60 { 59 } else { u8::MAX }),
    )?;
    i64::try_from(date.unix_duration().as_secs()).map_err(|_| wrong())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_have_a_fraction_and_no_zone_but_utc() {
        assert_eq!(time(b"20260102030405Z").unwrap(), 1_767_323_045);
        assert_eq!(time(b"20260102030405.123456Z").unwrap(), 1_767_323_045);
        for bad in [
            &b"20260102030405"[..],
            b"20260102030405+0100",
            b"20260102030405.Z",
            b"2026010203040Z",
            b"20261302030405Z",
            b"20260102030475Z",
            b"2026010203040aZ",
            b"",
        ] {
            assert!(time(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }
}
