//! Timestamps (RFC 3161, updated by RFC 5816): asked for, read, judged.
//!
//! A [`Request`] names a digest; what comes back is a [`Response`], which was made for that request
//! or is refused; its [`Token`] says when the digest was there. Whether an authority may be believed
//! is two questions: [`Token::judge`] answers whether the token holds, and which certificate signed
//! it; the path of that certificate is for [`mod@crate::validate`].

mod info;
mod request;
mod response;
mod token;

use const_oid::ObjectIdentifier;

use crate::certificate::Certificate;
use crate::cms::read::{Malformed, SignedData};

pub use self::info::Info;
pub use self::request::Request;
pub use self::response::{Refused, Response};
pub use self::token::{Fault, Timestamp, TimestampJudgement, Token};

/// Largest response that is read. Tokens with all their certificates take five to ten thousand.
pub const LARGEST: usize = 256 * 1024;

/// id-aa-signatureTimeStampToken, RFC 3161 appendix A.
pub(crate) const ID_AA_SIGNATURE_TIME_STAMP_TOKEN: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
/// id-ct-TSTInfo, RFC 3161 §2.4.2.
const ID_CT_TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// What a signature carries beside its value to prove the time.
#[derive(Debug, Clone)]
pub struct Beside {
    /// The value, which the timestamps are over.
    pub value: Vec<u8>,
    /// The timestamps that can be read, in their order.
    pub tokens: Vec<Token>,
    /// How many cannot be read.
    pub unreadable: usize,
    /// The certificates that the signature carries, as far as they can be read; believed nothing.
    pub certificates: Vec<Certificate>,
}

impl Beside {
    /// Reads them out of the Contents of a signature dictionary.
    ///
    /// # Errors
    /// The Contents are no signature that can be judged: damaged, or of another kind.
    pub fn read(contents: &[u8]) -> Result<Self, Malformed> {
        let signed_data = SignedData::read(contents)?;
        let mut beside = Self {
            value: signed_data.signature.to_vec(),
            tokens: Vec::new(),
            unreadable: 0,
            certificates: signed_data
                .certificates
                .iter()
                .filter_map(|der| Certificate::from_der(der).ok())
                .collect(),
        };
        for value in signed_data.unsigned_values(ID_AA_SIGNATURE_TIME_STAMP_TOKEN) {
            match Token::read(value) {
                Ok(token) => beside.tokens.push(token),
                Err(_) => beside.unreadable += 1,
            }
        }
        Ok(beside)
    }

    /// Judges each timestamp over the value.
    #[must_use]
    pub fn judge(&self) -> Vec<TimestampJudgement> {
        let judge = |token: &Token| {
            let algorithm = token.info().imprint_algorithm();
            token.judge(
                algorithm
                    .map(|algorithm| algorithm.digest(&self.value))
                    .as_ref(),
            )
        };
        self.tokens.iter().map(judge).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
