//! Until when an algorithm was good enough (EN 319 102-1 clause 5.2.8, ETSI TS 119 312).
//!
//! An algorithm is judged at the time for which what it made is proven: a signature over SHA-1 of
//! 2010 is as good as its proof of 2010 is, and one without proof is judged as if made today.
//!
//! | what | until | source |
//! |---|---|---|
//! | SHA-1 in signatures | end of 2013 | NIST SP 800-131A rev. 2, table 8; not listed by ETSI TS 119 312 and SOG-IS ACM |
//! | RSA below 1900 bits | end of 2013 | NIST SP 800-131A rev. 2, table 2 (112 bits of security); ETSI TS 119 312 clause 6.2 lists 1900 bits at least |
//! | RSA from 1900 bits, ECDSA on P-256, P-384, P-521, Ed25519, SHA-256, SHA-384, SHA-512 | no end is set | ETSI TS 119 312; SOG-IS ACM |
//! | Ed448 with SHAKE256 | no end is set | FIPS 186-5 clause 7; FIPS 202 |
//!
//! MD5, SHA-1 as a DSA digest, RSA below 1024 bits and whatever else is not in this table is not
//! verified at all. That RSA of 2048 bits is legacy is left to who renews archive timestamps: its
//! end is a date that the sources move from edition to edition.

use crate::algorithm::any::{AnyDigest, Used};

/// 2014-01-01, 00:00 UTC.
const END_OF_2013: i64 = 1_388_534_400;
/// Shortest RSA modulus without an end (ETSI TS 119 312 clause 6.2).
const SHORTEST_RSA: usize = 1900;

/// An algorithm or key that was not good enough any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooWeak {
    /// Which.
    pub(super) what: String,
    /// Since when, Unix time.
    pub(super) since: i64,
}

/// Judges what something was signed by, for the time at which it is proven to have been there.
pub(super) fn judge(used: Used, proven: i64) -> Result<(), TooWeak> {
    let ends = [
        (used.digest == AnyDigest::Sha1).then(|| used.digest.name().to_owned()),
        used.rsa_bits
            .filter(|bits| *bits < SHORTEST_RSA)
            .map(|bits| format!("RSA with {bits} bits")),
    ];
    match ends.into_iter().flatten().next() {
        Some(what) if proven >= END_OF_2013 => Err(TooWeak {
            what,
            since: END_OF_2013,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::DigestAlgorithm;

    #[test]
    fn an_algorithm_is_judged_at_the_time_it_is_proven_for() {
        let strong = AnyDigest::Strong(DigestAlgorithm::Sha256);
        let by = |digest, rsa_bits| Used { digest, rsa_bits };
        let (then, now) = (END_OF_2013 - 1, END_OF_2013);
        for (used, good_then, good_now) in [
            (by(strong, None), true, true),
            (by(strong, Some(2048)), true, true),
            (by(strong, Some(1900)), true, true),
            (by(strong, Some(1024)), true, false),
            (by(AnyDigest::Sha1, Some(2048)), true, false),
            (by(AnyDigest::Sha1, Some(1024)), true, false),
        ] {
            assert_eq!(judge(used, then).is_ok(), good_then, "{used:?} then");
            assert_eq!(judge(used, now).is_ok(), good_now, "{used:?} now");
        }
    }
}
