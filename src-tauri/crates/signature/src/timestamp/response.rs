//! What an authority answers (RFC 3161 §2.4.2).

use der::asn1::{AnyRef, BitStringRef, Utf8StringRef};
use der::{Decode, Reader, SliceReader, Tag};

use super::LARGEST;
use super::request::Request;
use super::token::Token;
use crate::algorithm::DigestAlgorithm;
use crate::cms::read::Malformed;

/// Most characters of an authority's own words that are kept.
const MOST_WORDS: usize = 200;

/// Why an answer is no timestamp of what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// More bytes than are read.
    #[error("the response has {bytes} bytes, at most {most} are read")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Not DER, or not the ASN.1 of RFC 3161.
    #[error("the response does not decode: {0}")]
    Malformed(der::Error),
    /// The authority did not grant it.
    #[error("the authority answers with status {status}{}", said(words))]
    NotGranted {
        /// PKIStatus.
        status: u8,
        /// PKIFailureInfo, the number of its first bit.
        failure: Option<u8>,
        /// What the authority says to people.
        words: String,
    },
    /// It was granted, and no token is there.
    #[error("the response grants a timestamp and has none")]
    NoToken,
    /// The token cannot be read.
    #[error("the timestamp cannot be read: {0}")]
    Token(Malformed),
    /// An answer to another question: it may have been made at any time.
    #[error("the timestamp does not repeat the nonce of the request")]
    Nonce,
    /// A digest by another algorithm than was asked for.
    #[error("the timestamp is over a digest by another algorithm")]
    ImprintAlgorithm,
    /// Another digest.
    #[error("the timestamp is over another digest")]
    Imprint,
}

fn said(words: &str) -> String {
    match words {
        "" => String::new(),
        words => format!(": {words}"),
    }
}

/// An answer that grants a timestamp.
///
/// ```text
/// TimeStampResp ::= SEQUENCE {
///     status          PKIStatusInfo,
///     timeStampToken  TimeStampToken OPTIONAL }
/// ```
#[derive(Debug, Clone)]
pub struct Response {
    token: Token,
}

impl Response {
    /// Reads an answer, whatever it was asked for.
    ///
    /// # Errors
    /// [`Refused::TooLarge`], [`Refused::Malformed`], [`Refused::NotGranted`],
    /// [`Refused::NoToken`], [`Refused::Token`].
    pub fn read(der: &[u8]) -> Result<Self, Refused> {
        if der.len() > LARGEST {
            return Err(Refused::TooLarge {
                bytes: der.len(),
                most: LARGEST,
            });
        }
        let parts = AnyRef::from_der(der).and_then(|response| {
            response.sequence(|fields| {
                let status = AnyRef::decode(fields)?.sequence(status)?;
                let token = match fields.is_finished() {
                    true => None,
                    false => Some(fields.tlv_bytes()?),
                };
                Ok((status, token))
            })
        });
        let ((status, words, failure), token) = parts.map_err(Refused::Malformed)?;
        // 0 granted, 1 grantedWithMods.
        if status > 1 {
            return Err(Refused::NotGranted {
                status,
                failure,
                words,
            });
        }
        let token = Token::read(token.ok_or(Refused::NoToken)?).map_err(Refused::Token)?;
        Ok(Self { token })
    }

    /// The token, if it was made for this request: the same digest and the same nonce.
    ///
    /// # Errors
    /// [`Refused::ImprintAlgorithm`], [`Refused::Imprint`], [`Refused::Nonce`].
    pub fn into_token(self, request: &Request) -> Result<Token, Refused> {
        let info = self.token.info();
        let asked = request.imprint();
        let algorithm: Option<DigestAlgorithm> = info.imprint_algorithm();
        if algorithm != Some(asked.algorithm()) {
            return Err(Refused::ImprintAlgorithm);
        }
        if info.imprint != asked.as_bytes() {
            return Err(Refused::Imprint);
        }
        if info.nonce != Some(request.nonce_content()) {
            return Err(Refused::Nonce);
        }
        Ok(self.token)
    }
}

/// ```text
/// PKIStatusInfo ::= SEQUENCE {
///     status        PKIStatus,
///     statusString  PKIFreeText OPTIONAL,
///     failInfo      PKIFailureInfo OPTIONAL }
/// ```
fn status(fields: &mut SliceReader<'_>) -> der::Result<(u8, String, Option<u8>)> {
    let status = u8::decode(fields)?;
    let (mut words, mut failure) = (String::new(), None);
    if !fields.is_finished() && fields.peek_tag()? == Tag::Sequence {
        AnyRef::decode(fields)?.sequence(|texts| {
            while !texts.is_finished() {
                let text = Utf8StringRef::decode(texts)?;
                let shown = text.as_str().chars().filter(|char| !char.is_control());
                words.extend(shown.take(MOST_WORDS.saturating_sub(words.chars().count())));
            }
            Ok(())
        })?;
    }
    if !fields.is_finished() {
        let bits = BitStringRef::decode(fields)?;
        let first = bits.bits().position(|bit| bit);
        failure = first.and_then(|bit| u8::try_from(bit).ok());
    }
    Ok((status, words, failure))
}
