//! Which certificate of which card signs.

use signature::algorithm::Curve;
use signature::{Certificate, KeyAlgorithm};
use token::SignerAlgorithm;

use crate::error::{Error, Result};
use crate::requests::CardChoice;
use crate::signing_algorithm::hex;
use crate::wire::{CardUsage, ErrorCode};

/// Fewest digits of a fingerprint that a certificate is chosen by: fewer may be a CKA_ID.
const FEWEST_DIGITS: usize = 8;

/// A certificate that was read from a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// CKA_ID.
    pub(super) id: Vec<u8>,
    pub(super) certificate: Certificate,
}

impl Read {
    /// What it is chosen by.
    pub(super) fn fingerprint(&self) -> String {
        hex(&self.certificate.fingerprint())
    }

    pub(super) fn usage(&self) -> CardUsage {
        match self.certificate.key_usage() {
            None => CardUsage::Unrestricted,
            Some(usage) if usage.non_repudiation => CardUsage::Signature,
            Some(usage) if usage.digital_signature => CardUsage::Authentication,
            Some(_) => CardUsage::Other,
        }
    }

    /// What its key signs with; `None` for a kind that is not known here.
    pub(super) fn algorithm(&self) -> Option<SignerAlgorithm> {
        Some(match self.certificate.key_algorithm().ok()? {
            KeyAlgorithm::Ecdsa(Curve::P256) => SignerAlgorithm::EcdsaP256,
            KeyAlgorithm::Ecdsa(Curve::P384) => SignerAlgorithm::EcdsaP384,
            KeyAlgorithm::Ecdsa(Curve::P521) => SignerAlgorithm::EcdsaP521,
            KeyAlgorithm::Rsa { modulus_bits: 2048 } => SignerAlgorithm::Rsa2048,
            KeyAlgorithm::Rsa { modulus_bits: 3072 } => SignerAlgorithm::Rsa3072,
            KeyAlgorithm::Rsa { modulus_bits: 4096 } => SignerAlgorithm::Rsa4096,
            KeyAlgorithm::Rsa { .. } => return None,
            KeyAlgorithm::Ed25519 => SignerAlgorithm::Ed25519,
        })
    }

    /// Why it cannot sign documents at `now`, if it cannot.
    pub(super) fn refusal(&self, now: i64) -> Option<ErrorCode> {
        if !self.signs() {
            Some(ErrorCode::NoSigningCertificate)
        } else if !self.certificate.is_valid_at(now) {
            Some(ErrorCode::CertificateExpired)
        } else {
            None
        }
    }

    /// Whether it is a person's, for documents, with a key that is known here.
    fn signs(&self) -> bool {
        !self.certificate.is_ca()
            && self.certificate.is_for_documents()
            && self.algorithm().is_some()
    }

    /// The lower, the sooner it is taken: what is for signatures before what is to log in with,
    /// and what is past its validity last.
    pub(super) fn rank(&self, now: i64) -> (bool, bool, bool) {
        (
            !self.signs(),
            !self.certificate.is_valid_at(now),
            self.usage() != CardUsage::Signature,
        )
    }

    /// Whether this is what a person means: the CKA_ID or the beginning of the fingerprint.
    fn is_called(&self, text: &str) -> bool {
        let text = text.trim().to_ascii_lowercase();
        hex(&self.id) == text
            || (text.len() >= FEWEST_DIGITS && self.fingerprint().starts_with(&text))
    }
}

/// Picks the one that signs among all that were read; `label` gives a card's.
pub(super) fn choose<'a, T>(
    among: &'a [(T, Read)],
    label: impl Fn(&T) -> &str,
    choice: &CardChoice,
    now: i64,
) -> Result<&'a (T, Read)> {
    let wanted = choice.certificate.as_deref();
    let token = choice.token.as_deref();
    let mut found: Vec<&(T, Read)> = Vec::new();
    for candidate in among {
        let (card, read) = candidate;
        let meant = token.is_none_or(|token| label(card) == token)
            && wanted.is_none_or(|text| read.is_called(text))
            && !read.certificate.is_ca();
        // One card may be seen by several modules, and in several slots.
        let twice = found
            .iter()
            .any(|(_, known)| known.certificate == read.certificate);
        if meant && !twice {
            found.push(candidate);
        }
    }
    let best = found.iter().map(|(_, read)| read.rank(now)).min();
    found.retain(|(_, read)| Some(read.rank(now)) == best);
    let chosen = match found[..] {
        [chosen] => chosen,
        [] => return Err(nothing(choice)),
        _ if !found[0].1.signs() => return Err(nothing(choice)),
        _ => {
            let choices = found.iter().map(|(_, read)| named(read)).collect();
            return Err(Error::CertificateAmbiguous { choices });
        }
    };
    let (_, read) = chosen;
    match read.refusal(now) {
        None => Ok(chosen),
        Some(ErrorCode::CertificateExpired) => Err(Error::CertificateExpired {
            subject: read.certificate.subject_common_name().to_owned(),
            not_before: read.certificate.not_before(),
            not_after: read.certificate.not_after(),
        }),
        Some(_) => Err(nothing(choice)),
    }
}

fn nothing(choice: &CardChoice) -> Error {
    Error::NoSigningCertificate {
        wanted: choice.certificate.clone(),
    }
}

/// A certificate as a person chooses it.
fn named(read: &Read) -> String {
    let fingerprint = read.fingerprint();
    let short = fingerprint.get(..16).unwrap_or(&fingerprint);
    let name = read.certificate.subject_common_name();
    format!("{short} ({})", name.replace(char::is_control, "\u{FFFD}"))
}

/// The certificates between a signer and a root, as far as they lie on the card: each issued the
/// one before it. What is on the card is believed nothing for it.
pub(super) fn chain(signer: &Certificate, others: &[Read]) -> Vec<Certificate> {
    /// Longer than any that validators follow.
    const LONGEST: usize = 8;

    let mut chain: Vec<Certificate> = Vec::new();
    while chain.len() < LONGEST {
        let last = chain.last().unwrap_or(signer);
        let issuer = others.iter().map(|read| &read.certificate).find(|issuer| {
            issuer.is_ca()
                && issuer.subject_der() == last.issuer_der()
                && !chain.contains(issuer)
                && *issuer != signer
                && last.verify_issued_by_key(issuer.spki_der()).is_ok()
        });
        let Some(issuer) = issuer.cloned() else { break };
        chain.push(issuer);
    }
    chain
}
