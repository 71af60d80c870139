//! Attacks on time, revocation and paths: one signature for each defect of what vouches for it.
//!
//! Here the document and the mathematics hold. What is wrong is a timestamp, an answer, a list or a
//! certificate, made by whoever has the signer's key and wants it to count for longer or for more
//! than it does. Each case says what must come out; those without a defect stand among them, so that
//! none of the others comes out for a wrong reason.

mod beside;
mod made;
mod over;
mod paths;
mod responders;
mod revocation;

use signature::validate::SubIndication;
use signature::{Certificate, Headline, Level};

/// A document, what it is judged by, and what must come out for its first signature.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is wrong with it.
    pub name: String,
    /// The file.
    pub file: Vec<u8>,
    /// Certificates that are trusted.
    pub anchors: Vec<Certificate>,
    /// Lists that the caller hands in.
    pub crls: Vec<Vec<u8>>,
    /// Answers that the caller hands in.
    pub ocsps: Vec<Vec<u8>>,
    /// What must come out.
    pub expected: Expected,
}

/// What must come out.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The headline.
    pub headline: Headline,
    /// Why it is not passed.
    pub sub_indication: Option<SubIndication>,
    /// The level; none of what is not intact.
    pub level: Option<Level>,
    /// What must be found, of the signature or of a timestamp over the document.
    pub codes: Vec<&'static str>,
    /// Whether the signer's certificate is to be known not to be revoked, where that is asked.
    pub vouched_for: Option<bool>,
}

impl Expected {
    /// Valid, at a level.
    fn valid(level: Level) -> Self {
        Self {
            headline: Headline::Valid,
            sub_indication: None,
            level: Some(level),
            codes: Vec::new(),
            vouched_for: None,
        }
    }

    /// Valid, with nothing but proof behind it.
    fn extended(level: Level) -> Self {
        Self::valid(level).with("proof_added")
    }

    /// Valid, with more behind it.
    fn changed_as_allowed(level: Level) -> Self {
        Self {
            headline: Headline::ValidChangedAsAllowed,
            ..Self::valid(level)
        }
    }

    /// Nobody knows whose it is, for a reason, at a level.
    fn unconfirmed(code: &'static str, why: SubIndication, level: Level) -> Self {
        Self {
            headline: Headline::IdentityUnconfirmed,
            sub_indication: Some(why),
            codes: vec![code],
            ..Self::valid(level)
        }
    }

    /// The value is not over what it stands beside.
    fn broken() -> Self {
        Self {
            headline: Headline::Broken,
            sub_indication: Some(SubIndication::SigCryptoFailure),
            level: None,
            ..Self::valid(Level::BB).with("signature_does_not_verify")
        }
    }

    /// The signer was revoked, and no proof is there of an earlier time.
    fn revoked(level: Level) -> Self {
        Self::unconfirmed("certificate_revoked", SubIndication::RevokedNoPoe, level)
    }

    /// With something else that must be found.
    fn with(mut self, code: &'static str) -> Self {
        self.codes.push(code);
        self
    }
}

/// Timestamps beside a signature.
#[must_use]
pub fn beside() -> Vec<Case> {
    beside::cases()
}

/// Timestamps over a document.
#[must_use]
pub fn over() -> Vec<Case> {
    over::cases()
}

/// Lists, and what is made of them.
#[must_use]
pub fn revocation() -> Vec<Case> {
    revocation::cases()
}

/// Answers, and who gives them.
#[must_use]
pub fn responders() -> Vec<Case> {
    responders::cases()
}

/// Paths to an anchor.
#[must_use]
pub fn paths() -> Vec<Case> {
    paths::cases()
}
