//! What a form's author demands of a signature: seed values (ISO 32000-2 §12.7.5.5, tables 237 to
//! 239).
//!
//! Only demands are read; a wish without its flag may be left unmet. One that is not understood is
//! refused as much as one that cannot be met.

use lopdf::{Dictionary, Object};

use crate::document::Document;
use crate::error::{Error, Result};
use crate::page::number;
use crate::text;

/// The handler that is named in every signature.
const FILTER: &[u8] = b"Adobe.PPKLite";
/// The newest version of the seed value dictionary that is understood (PDF 2.0).
const NEWEST: f64 = 3.0;

/// Bits of `/Ff` (table 237): each makes one entry a demand.
mod flag {
    pub(super) const FILTER: i64 = 1;
    pub(super) const SUB_FILTER: i64 = 1 << 1;
    pub(super) const VERSION: i64 = 1 << 2;
    pub(super) const REASONS: i64 = 1 << 3;
    pub(super) const ATTESTATION: i64 = 1 << 4;
    pub(super) const REVOCATION: i64 = 1 << 5;
    pub(super) const DIGEST: i64 = 1 << 6;
    pub(super) const LOCK: i64 = 1 << 7;
    pub(super) const APPEARANCE: i64 = 1 << 8;
    pub(super) const ALL: i64 = (1 << 9) - 1;
}

/// What a signature dictionary must say; nothing for a field without demands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Demands {
    name: String,
    sub_filters: Option<Vec<String>>,
    digests: Option<Vec<String>>,
    /// The reasons to choose from; with none, none may be given.
    reasons: Option<Vec<String>>,
    /// Whether the signature certifies, and at what level (table 237, `MDP`); 0: it does not.
    certification: Option<u8>,
}

impl Demands {
    /// Reads `/SV` of a signature field.
    pub(crate) fn read(document: &Document, name: &str, field: &Dictionary) -> Result<Self> {
        let mut demands = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        let Object::Dictionary(seed) = document.get(field, b"SV")? else {
            return Ok(demands);
        };
        let flags = flags_of(document, &seed)?;
        let has = |flag: i64| flags & flag != 0;
        if flags & !flag::ALL != 0 {
            return Err(demands.refusal("something that is not known"));
        }
        if has(flag::FILTER) && document.get(&seed, b"Filter")? != Object::Name(FILTER.to_vec()) {
            return Err(demands.refusal("another signature handler"));
        }
        if has(flag::VERSION) {
            let version = number(&document.get(&seed, b"V")?);
            if version.is_none_or(|version| version > NEWEST) {
                return Err(demands.refusal("a newer version of its own rules"));
            }
        }
        if has(flag::ATTESTATION) {
            return Err(demands.refusal("a legal attestation"));
        }
        if has(flag::REVOCATION) && document.get(&seed, b"AddRevInfo")? == Object::Boolean(true) {
            return Err(demands.refusal("revocation data in the signature"));
        }
        let locks = document.get(&seed, b"LockDocument")?;
        if has(flag::LOCK) && locks != Object::Name(b"false".to_vec()) {
            return Err(demands.refusal("that the document is locked"));
        }
        if has(flag::APPEARANCE) {
            return Err(demands.refusal("an appearance of its own"));
        }
        if let Object::Dictionary(certification) = document.get(&seed, b"MDP")? {
            demands.certification = match document.get(&certification, b"P")? {
                Object::Integer(level @ 0..=3) => u8::try_from(level).ok(),
                _ => return Err(demands.refusal("a certification that is not known")),
            };
        }
        if let Object::Dictionary(timestamp) = document.get(&seed, b"TimeStamp")?
            && flags_of(document, &timestamp)? != 0
        {
            return Err(demands.refusal("a timestamp"));
        }
        if let Object::Dictionary(certificate) = document.get(&seed, b"Cert")?
            && flags_of(document, &certificate)? != 0
        {
            return Err(demands.refusal("certain certificates"));
        }
        if has(flag::SUB_FILTER) {
            demands.sub_filters = Some(words(document, &seed, b"SubFilter")?);
        }
        if has(flag::DIGEST) {
            demands.digests = Some(words(document, &seed, b"DigestMethod")?);
        }
        if has(flag::REASONS) {
            let mut reasons = words(document, &seed, b"Reasons")?;
            // Table 237: a lone full stop stands for no reason at all.
            if reasons == ["."] {
                reasons.clear();
            }
            demands.reasons = Some(reasons);
        }
        Ok(demands)
    }

    /// The first of `known` subfilters among those that are demanded.
    pub(crate) fn sub_filter(&self, known: &[&'static str]) -> Option<&'static str> {
        let wanted = self.sub_filters.iter().flatten();
        wanted
            .filter_map(|wanted| known.iter().find(|known| *known == wanted))
            .next()
            .copied()
    }

    /// Refuses a signature that does not meet them.
    pub(crate) fn check(
        &self,
        sub_filter: &str,
        digest: &str,
        reason: Option<&str>,
        certification: Option<u8>,
    ) -> Result<()> {
        match self.certification {
            Some(0) if certification.is_some() => {
                return Err(self.refusal("that the document is not certified with it"));
            }
            Some(level @ 1..) if certification != Some(level) => {
                let demand = format!("that the document is certified with it at level {level}");
                return Err(self.refusal(&demand));
            }
            _ => {}
        }
        let lacks = |wanted: &Option<Vec<String>>, word: &str| {
            let wanted = wanted.as_ref();
            wanted.is_some_and(|wanted| !wanted.iter().any(|wanted| wanted == word))
        };
        if lacks(&self.sub_filters, sub_filter) {
            let kinds = self.sub_filters.as_deref().unwrap_or_default().join(", ");
            return Err(self.refusal(&format!("a signature of the kind {kinds}")));
        }
        if lacks(&self.digests, digest) {
            let digests = self.digests.as_deref().unwrap_or_default().join(", ");
            return Err(self.refusal(&format!("the digest {digests}")));
        }
        match (self.reasons.as_deref(), reason) {
            (None, _) | (Some([]), None) => Ok(()),
            (Some([]), Some(_)) => Err(self.refusal("that no reason is given")),
            (Some(reasons), Some(reason)) if reasons.iter().any(|one| one == reason) => Ok(()),
            (Some(reasons), _) => {
                let reasons = reasons.join("; ");
                Err(self.refusal(&format!("one of these reasons: {reasons}")))
            }
        }
    }

    fn refusal(&self, demand: &str) -> Error {
        Error::SeedValue {
            name: self.name.clone(),
            demand: demand.to_owned(),
        }
    }
}

/// `/Ff`; what is no integer demands nothing that could be known, and is refused by its bits.
fn flags_of(document: &Document, dictionary: &Dictionary) -> Result<i64> {
    Ok(match document.get(dictionary, b"Ff")? {
        Object::Integer(flags) => flags,
        Object::Null => 0,
        _ => i64::MAX,
    })
}

/// The names or text strings of an array, or a single one.
fn words(document: &Document, dictionary: &Dictionary, key: &[u8]) -> Result<Vec<String>> {
    let word = |object: Object| match object {
        Object::Name(name) => Some(String::from_utf8_lossy(&name).into_owned()),
        Object::String(bytes, _) => Some(text::decode(&bytes)),
        _ => None,
    };
    let array = match document.get(dictionary, key)? {
        Object::Array(array) => array,
        Object::Null => Vec::new(),
        single => vec![single],
    };
    let mut words = Vec::new();
    for element in &array {
        words.extend(word(document.resolve(element)?));
    }
    Ok(words)
}
