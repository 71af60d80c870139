//! The level that a signed file has, as anybody reads it.

use pdf::{Document, SecurityStore};
use signature::Level;
use signature::level::{self, Made};
use signature::timestamp::Beside;

use super::extend::newest_stamp;
use super::{Fault, Lasting};

/// The level of the signature in a field (ETSI EN 319 142-1 §6.3), by what is in the file and holds:
/// timestamps by an authority that is trusted for them, all that was gathered, and at last a timestamp
/// over all of it. None where the field has no signature that can be read.
///
/// # Errors
/// Those of reading.
pub(crate) fn reached(
    document: &Document,
    field: &str,
    lasting: &Lasting,
) -> pdf::Result<Option<Level>> {
    let signatures = document.signatures()?;
    let ours = signatures.iter().find(|value| value.field.name == field);
    let Some(beside) = ours.and_then(|ours| Beside::read(&ours.contents).ok()) else {
        return Ok(None);
    };
    let Some(stamps) = &lasting.stamps else {
        return Ok(Some(Level::BB));
    };
    let timestamp = beside.judge().iter().any(|judged| {
        let authority = judged.holds.as_ref().map(|holds| &holds.authority);
        authority.is_some_and(|authority| stamps.vouch(authority, &judged.certificates).is_ok())
    });
    let store = document.security_store()?.unwrap_or_default();
    let newest = newest_stamp(document, &signatures)?;
    Ok(Some(level::of(Made {
        timestamp,
        evidence: !lasting.store.is_empty() && holds_all(&store, &lasting.store),
        archived: newest
            .is_some_and(|(authority, carried)| stamps.vouch(&authority, &carried).is_ok()),
    })))
}

/// The level of a file, which is no lower than what was asked for.
///
/// # Errors
/// [`Fault::NotReached`].
pub(crate) fn held(asked: Level, reached: Option<Level>) -> Result<Level, Fault> {
    match reached {
        Some(level) if level >= asked => Ok(level),
        reached => Err(Fault::NotReached { asked, reached }),
    }
}

/// Whether all of `wanted` is in a store.
fn holds_all(store: &SecurityStore, wanted: &SecurityStore) -> bool {
    let within =
        |wanted: &[Vec<u8>], store: &[Vec<u8>]| wanted.iter().all(|one| store.contains(one));
    within(&wanted.certificates, &store.certificates)
        && within(&wanted.ocsps, &store.ocsps)
        && within(&wanted.crls, &store.crls)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_lower_level_than_was_asked_for_is_refused_by_name() {
        assert_eq!(held(Level::BLt, Some(Level::BLta)).unwrap(), Level::BLta);
        assert_eq!(held(Level::BB, Some(Level::BB)).unwrap(), Level::BB);
        for reached in [None, Some(Level::BB), Some(Level::BT)] {
            let refused = held(Level::BLt, reached).unwrap_err();
            let asked = Level::BLt;
            assert!(matches!(refused, Fault::NotReached { asked: told, .. } if told == asked));
        }
    }

    #[test]
    fn a_store_that_lacks_anything_is_no_evidence() {
        let store = |certificates: &[u8], ocsps: &[u8], crls: &[u8]| SecurityStore {
            certificates: certificates.iter().map(|one| vec![*one]).collect(),
            ocsps: ocsps.iter().map(|one| vec![*one]).collect(),
            crls: crls.iter().map(|one| vec![*one]).collect(),
            ..SecurityStore::default()
        };
        let wanted = store(&[1, 2], &[3], &[4]);
        assert!(holds_all(&store(&[0, 2, 1], &[3], &[4, 5]), &wanted));
        assert!(!holds_all(&store(&[1], &[3], &[4]), &wanted));
        assert!(!holds_all(&store(&[1, 2], &[], &[4]), &wanted));
        assert!(!holds_all(&store(&[1, 2], &[3], &[3]), &wanted));
    }
}
