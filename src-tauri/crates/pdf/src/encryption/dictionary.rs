//! The encryption dictionary (ISO 32000-2 §7.6.2, table 20; §7.6.4.2, table 21).

use std::collections::HashMap;

use lopdf::{Dictionary, Object};

use super::method::Method;
use crate::document::Document;
use crate::error::{Error, Result};

/// Bits in a key of RC4 where none are named (table 20).
const DEFAULT_BITS: i64 = 40;
/// The crypt filter that does nothing (table 25).
const IDENTITY: &[u8] = b"Identity";

/// What the standard security handler's dictionary says.
#[derive(Debug)]
pub(super) struct Entries {
    /// `/R`: 2 to 6.
    pub(super) revision: u8,
    /// Lengths in bytes that the file key may have, the likeliest first.
    pub(super) key_lengths: Vec<usize>,
    /// `/O`, and so on.
    pub(super) owner: Vec<u8>,
    pub(super) user: Vec<u8>,
    pub(super) owner_key: Vec<u8>,
    pub(super) user_key: Vec<u8>,
    /// `/P`.
    pub(super) permissions: u32,
    /// `/EncryptMetadata`.
    pub(super) encrypts_metadata: bool,
    /// `/KDFSalt` is there (ISO/TS 32004 §5.2): a MAC protects the whole file.
    pub(super) has_mac_salt: bool,
    pub(super) filters: Filters,
}

/// Which method is for what.
#[derive(Debug)]
pub(super) struct Filters {
    /// `/StmF`.
    pub(super) streams: Method,
    /// `/StrF`.
    pub(super) strings: Method,
    /// `/EFF`: embedded files.
    pub(super) embedded: Method,
    /// `/CF`, those that are understood: a stream may name its own.
    pub(super) named: HashMap<Vec<u8>, Method>,
}

/// Reads the dictionary of a document whose strings are given as they stand in the file.
pub(super) fn read(raw: &Document, dictionary: &Dictionary) -> Result<Entries> {
    let unsupported = |what: String| Err(Error::EncryptionUnsupported { what });
    let damaged = |why| Error::EncryptionDamaged { why };
    let integer = |key: &[u8]| match raw.get(dictionary, key)? {
        Object::Integer(value) => Ok(Some(value)),
        Object::Null => Ok(None),
        _ => Err(damaged("a number in it is none")),
    };
    match raw.get(dictionary, b"Filter")? {
        Object::Name(handler) if handler == b"Standard" => {}
        Object::Name(handler) if handler == b"Adobe.PubSec" => {
            return unsupported("to the certificates of its recipients".to_owned());
        }
        Object::Name(handler) => {
            let name = String::from_utf8_lossy(&handler).into_owned();
            return unsupported(format!("by the security handler {name}"));
        }
        _ => return Err(damaged("it names no security handler")),
    }
    let version = integer(b"V")?.unwrap_or(0);
    let revision = integer(b"R")?.unwrap_or(0);
    let bits = integer(b"Length")?;
    let (filters, key_lengths) = match version {
        1 => (Filters::all(Method::Rc4), vec![5]),
        2 => {
            let bits = bits.unwrap_or(DEFAULT_BITS);
            let length = key_length(bits).ok_or(damaged("/Length is no length of a key"))?;
            (Filters::all(Method::Rc4), vec![length])
        }
        4 | 5 => Filters::read(raw, dictionary, version, bits)?,
        other => return unsupported(format!("by version {other} of encryption")),
    };
    let revision = match (version, u8::try_from(revision)) {
        (1 | 2, Ok(revision @ (2 | 3))) => revision,
        (4, Ok(4)) => 4,
        (5, Ok(revision @ (5 | 6))) => revision,
        _ => return unsupported(format!("by revision {revision} of version {version}")),
    };
    let string = |key: &[u8], least: usize| match raw.get(dictionary, key)? {
        Object::String(bytes, _) if bytes.len() >= least => Ok(bytes),
        _ => Err(damaged("one of its strings is missing or too short")),
    };
    let (hash, key) = if revision >= 5 { (48, 32) } else { (32, 0) };
    let sealed = |name: &[u8]| match key {
        0 => Ok(Vec::new()),
        least => string(name, least),
    };
    // A number of 32 bits, which some write without its sign.
    let permissions = integer(b"P")?.ok_or(damaged("it has no /P"))?;
    let [a, b, c, d, ..] = permissions.to_le_bytes();
    let metadata = raw.get(dictionary, b"EncryptMetadata")?;
    Ok(Entries {
        revision,
        key_lengths,
        owner: string(b"O", hash)?,
        user: string(b"U", hash)?,
        owner_key: sealed(b"OE")?,
        user_key: sealed(b"UE")?,
        permissions: u32::from_le_bytes([a, b, c, d]),
        encrypts_metadata: metadata != Object::Boolean(false),
        has_mac_salt: dictionary.has(b"KDFSalt"),
        filters,
    })
}

/// A number of bits as a number of bytes.
fn key_length(bits: i64) -> Option<usize> {
    let bytes = usize::try_from(bits / 8).ok()?;
    (bits % 8 == 0 && (5..=16).contains(&bytes)).then_some(bytes)
}

impl Filters {
    fn all(method: Method) -> Self {
        Self {
            streams: method,
            strings: method,
            embedded: method,
            named: HashMap::new(),
        }
    }

    /// Reads the crypt filters (§7.6.6) of versions 4 and 5, and the lengths a key may have.
    fn read(
        raw: &Document,
        dictionary: &Dictionary,
        version: i64,
        bits: Option<i64>,
    ) -> Result<(Self, Vec<usize>)> {
        let defined = match raw.get(dictionary, b"CF")? {
            Object::Dictionary(defined) => defined,
            _ => Dictionary::new(),
        };
        // Written in bytes or in bits, or left out: which one it was shows when it opens.
        let mut lengths = vec![16];
        let mut named = HashMap::from([(IDENTITY.to_vec(), Method::Identity)]);
        let mut unknown = HashMap::new();
        for (name, filter) in &defined {
            let filter = raw.dictionary(filter)?.unwrap_or_default();
            let method = raw.get(&filter, b"CFM")?;
            let method = method.as_name().unwrap_or(b"None");
            let known = match (version, method) {
                (4, b"V2") => Method::Rc4,
                (4, b"AESV2") => Method::AesV2,
                (5, b"AESV3") => Method::AesV3,
                _ => {
                    unknown.insert(name.clone(), String::from_utf8_lossy(method).into_owned());
                    continue;
                }
            };
            if let Object::Integer(length) = raw.get(&filter, b"Length")? {
                lengths.extend(key_length(length).or(key_length(length.saturating_mul(8))));
            }
            named.insert(name.clone(), known);
        }
        let method = |key: &[u8], default: Method| -> Result<Method> {
            let Object::Name(name) = raw.get(dictionary, key)? else {
                return Ok(default);
            };
            named.get(&name).copied().ok_or_else(|| {
                let what = match unknown.get(&name) {
                    Some(method) => format!("with the method {method}"),
                    None => "with a crypt filter that is not defined".to_owned(),
                };
                Error::EncryptionUnsupported { what }
            })
        };
        let streams = method(b"StmF", Method::Identity)?;
        let strings = method(b"StrF", Method::Identity)?;
        let embedded = method(b"EFF", streams)?;
        lengths.extend(bits.and_then(key_length));
        // AES-128 has keys of one length alone.
        if version == 5 {
            lengths = vec![32];
        } else if named.values().any(|method| *method == Method::AesV2) {
            lengths.truncate(1);
        }
        lengths.dedup();
        let filters = Self {
            streams,
            strings,
            embedded,
            named,
        };
        Ok((filters, lengths))
    }
}
