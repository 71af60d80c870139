//! What was done after a signature, in the codes of the wire.

use pdf::{Change, Explained, SignedWith};
use signature::validate::{Done, Finding};

use crate::wire::{Modification, ModificationCode as Code};

/// One thing that a revision did.
pub(super) fn done(done: &Done) -> Modification {
    match done {
        Done::Explained(explained) => of_explained(explained),
        Done::Unexplained(change) => of_change(change),
    }
}

/// What a finding says that was done; none for one about something else.
pub(super) fn of_finding(finding: &Finding) -> Option<Modification> {
    let (code, name) = match finding {
        Finding::ChangedAfterSigning(change) => {
            return Some(Modification {
                message: finding.to_string(),
                ..of_change(change)
            });
        }
        Finding::LaterSignatureDoesNotHold { field } => {
            (Code::LaterSignatureDoesNotHold, Some(field.clone()))
        }
        Finding::LaterStrangerOverText { field, page } => {
            return Some(Modification {
                code: Code::LaterStrangerOverText,
                message: finding.to_string(),
                name: Some(field.clone()),
                page: Some(*page),
            });
        }
        Finding::CrossReferencesDamaged => (Code::CrossReferencesDamaged, None),
        _ => return None,
    };
    Some(Modification {
        code,
        message: finding.to_string(),
        name,
        page: None,
    })
}

fn of_explained(explained: &Explained) -> Modification {
    let (code, name, page) = match explained {
        Explained::Proof => (Code::ProofAdded, None, None),
        Explained::Description => (Code::DescriptionChanged, None, None),
        Explained::Signed(field) => {
            let code = match field.kind {
                SignedWith::Signature => Code::Signed,
                SignedWith::Timestamp => Code::Timestamped,
            };
            (code, Some(field.name.clone()), field.over_text_of)
        }
        Explained::Prepared { name } => (Code::SignatureFieldAdded, Some(name.clone()), None),
        Explained::Filled { name } => (Code::FieldFilled, Some(name.clone()), None),
        Explained::Commented { page } => (Code::Commented, None, Some(*page)),
    };
    Modification {
        code,
        message: explained.to_string(),
        name,
        page,
    }
}

fn of_change(change: &Change) -> Modification {
    let plain = |code| (code, None, None);
    let named = |code, name: &String| (code, Some(name.clone()), None);
    let object = |code, (number, generation): (u32, u16)| {
        (code, Some(format!("{number} {generation}")), None)
    };
    let (code, name, page) = match change {
        Change::Structure => plain(Code::StructureChanged),
        Change::Bytes => plain(Code::BytesAdded),
        Change::Unreadable { .. } => plain(Code::ChangesUnreadable),
        Change::SignatureMoved => plain(Code::SignatureMoved),
        Change::Ambiguous { id } => object(Code::ObjectAmbiguous, *id),
        Change::Page { page } => (Code::PageChanged, None, Some(*page)),
        Change::Pages => plain(Code::PagesChanged),
        Change::Annotations { page } => (Code::AnnotationsChanged, None, Some(*page)),
        Change::Field { name } => named(Code::FieldChanged, name),
        Change::NewField => plain(Code::FieldAdded),
        Change::Form => plain(Code::FormChanged),
        Change::Catalog { key } => named(Code::CatalogChanged, key),
        Change::Layers => plain(Code::LayersChanged),
        Change::Information => plain(Code::DescriptionChanged),
        Change::Object { id } => object(Code::ObjectChanged, *id),
        Change::Removed { id } => object(Code::ObjectRemoved, *id),
        Change::Supplied { id } => object(Code::ObjectSupplied, *id),
        Change::Forbidden { name } => named(Code::SignedAlthoughForbidden, name),
        Change::Locked { name } => named(Code::FilledAlthoughLocked, name),
        Change::TimestampShown { name } => named(Code::TimestampShown, name),
        Change::Covering { name, page } => (Code::BoxCoversPage, Some(name.clone()), Some(*page)),
    };
    Modification {
        code,
        message: change.to_string(),
        name,
        page,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_on_the_wire_are_those_of_what_was_changed() {
        let changes = [
            Change::Structure,
            Change::Bytes,
            Change::Ambiguous { id: (7, 0) },
            Change::Covering {
                name: "Box".to_owned(),
                page: 2,
            },
        ];
        for change in changes {
            let told = serde_json::to_value(of_change(&change).code).expect("a name");
            assert_eq!(told, change.code(), "{change}");
        }
        let filled = Explained::Filled {
            name: "Sum".to_owned(),
        };
        let told = of_explained(&filled);
        assert_eq!(told.name.as_deref(), Some("Sum"));
        let code = serde_json::to_value(told.code).expect("a name");
        assert_eq!(code, filled.code());
    }
}
