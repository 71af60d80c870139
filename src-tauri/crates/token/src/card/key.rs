//! Which private key of a card belongs to a certificate.
//!
//! By CKA_ID first, as PKCS#11 v3.1 §4.6.3 means it, and by the public key where a card gives the
//! ID to another key, to several or to none. Labels are not unique and not looked at.

use cryptoki::{
    error::{Error as CkError, RvError},
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    session::Session,
};

use super::{CardKey, read::lost};
use crate::{Error, Result, algorithm::Family};

/// Most keys that are looked at.
const MOST_KEYS: usize = 64;

/// A private key that is chosen.
pub(super) struct Chosen {
    pub(super) object: ObjectHandle,
    /// Whether each of its signatures needs a login of its own (CKA_ALWAYS_AUTHENTICATE).
    pub(super) always_authenticate: bool,
    /// Whether its public half is the certificate's; else a signature tells.
    pub(super) is_certain: bool,
}

/// What the public half of a private key says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PublicHalf {
    /// It is the certificate's.
    Same,
    /// It is another's.
    Other,
    /// The card does not show it; the signature will tell.
    Unseen,
}

/// Most keys that are tried for a certificate.
const MOST_CANDIDATES: usize = 4;

/// Finds the key, in a session that is logged in: the one whose public half is the certificate's;
/// else those that may be it, the likeliest first. Which of several it is, a signature tells.
pub(super) fn find(session: &Session, wanted: &CardKey) -> Result<Vec<Chosen>> {
    let class = [Attribute::Class(ObjectClass::PRIVATE_KEY)];
    let keys = session
        .iter_objects(&class)
        .map_err(lost)?
        .take(MOST_KEYS)
        .collect::<cryptoki::error::Result<Vec<_>>>()
        .map_err(lost)?;
    let (mut by_id, mut nameless) = (Vec::new(), Vec::new());
    for object in keys {
        let id = id(session, object)?;
        if !is_usable(session, object, wanted)? {
            continue;
        }
        match public_half(session, object, &id, wanted)? {
            PublicHalf::Same => return Ok(vec![chosen(session, object, true)?]),
            PublicHalf::Unseen if id.is_empty() => nameless.push(object),
            PublicHalf::Unseen if id == wanted.id => by_id.push(object),
            PublicHalf::Unseen | PublicHalf::Other => {}
        }
    }
    by_id.extend(nameless);
    by_id.truncate(MOST_CANDIDATES);
    if by_id.is_empty() {
        return Err(Error::CardKeyMissing);
    }
    by_id
        .into_iter()
        .map(|object| chosen(session, object, false))
        .collect()
}

fn chosen(session: &Session, object: ObjectHandle, is_certain: bool) -> Result<Chosen> {
    let always_authenticate = matches!(
        attribute(session, object, AttributeType::AlwaysAuthenticate)?,
        Some(Attribute::AlwaysAuthenticate(true))
    );
    Ok(Chosen {
        object,
        always_authenticate,
        is_certain,
    })
}

/// Whether a key is of the certificate's kind and may sign; what a card does not say is not held
/// against it.
fn is_usable(session: &Session, object: ObjectHandle, wanted: &CardKey) -> Result<bool> {
    let kind = match wanted.algorithm.family() {
        Family::Ecdsa => KeyType::EC,
        Family::Rsa => KeyType::RSA,
        Family::Eddsa => KeyType::EC_EDWARDS,
    };
    let of_kind = match attribute(session, object, AttributeType::KeyType)? {
        Some(Attribute::KeyType(found)) => found == kind,
        _ => true,
    };
    let signs = !matches!(
        attribute(session, object, AttributeType::Sign)?,
        Some(Attribute::Sign(false))
    );
    Ok(of_kind && signs)
}

fn public_half(
    session: &Session,
    private: ObjectHandle,
    id: &[u8],
    wanted: &CardKey,
) -> Result<PublicHalf> {
    let judged = |same| match same {
        true => PublicHalf::Same,
        false => PublicHalf::Other,
    };
    if wanted.algorithm.family() == Family::Rsa {
        // The one part of a public key that RSA private keys show (PKCS#11 v3.1 §6.1.3).
        return Ok(match attribute(session, private, AttributeType::Modulus)? {
            Some(Attribute::Modulus(modulus)) if !modulus.is_empty() => {
                judged(wanted.spki.has_modulus(&modulus))
            }
            _ => PublicHalf::Unseen,
        });
    }
    if id.is_empty() {
        return Ok(PublicHalf::Unseen);
    }
    let class = [
        Attribute::Class(ObjectClass::PUBLIC_KEY),
        Attribute::Id(id.to_vec()),
    ];
    let publics = session.find_objects(&class).map_err(lost)?;
    let mut found = PublicHalf::Unseen;
    for public in publics.iter().take(MOST_KEYS) {
        if let Some(Attribute::EcPoint(point)) =
            attribute(session, *public, AttributeType::EcPoint)?
            && !point.is_empty()
        {
            found = judged(wanted.spki.has_point(wanted.algorithm, &point));
            if found == PublicHalf::Same {
                break;
            }
        }
    }
    // Of several with one id, nothing says which of them is this key's.
    Ok(match found {
        PublicHalf::Same if publics.len() > 1 => PublicHalf::Unseen,
        found => found,
    })
}

fn id(session: &Session, object: ObjectHandle) -> Result<Vec<u8>> {
    Ok(match attribute(session, object, AttributeType::Id)? {
        Some(Attribute::Id(id)) => id,
        _ => Vec::new(),
    })
}

/// Reads one attribute; `None` where the object has none, or does not show it.
fn attribute(
    session: &Session,
    object: ObjectHandle,
    wanted: AttributeType,
) -> Result<Option<Attribute>> {
    match session.get_attributes(object, &[wanted]) {
        Ok(attributes) => Ok(attributes.into_iter().next()),
        Err(CkError::Pkcs11(RvError::AttributeTypeInvalid | RvError::AttributeSensitive, _)) => {
            Ok(None)
        }
        Err(error @ CkError::Pkcs11(..)) => Err(lost(error)),
        Err(_) => Ok(None), // malformed
    }
}
