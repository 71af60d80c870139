//! Seals, states and keys are replaced with their MACs, from rows that are as they were read.

use vault::{
    Error, IssuingPinReplacement, KeyReplacement, KeyState, LeafIndex, OwnSuspension, Seal,
    SealReplacement, StateChange, Status, Store, UnixTime, Versions,
};

use super::FIRST;
use crate::rows::{
    FOUNDER, account_id, certificate, issuing_pin, key, key_id, leaf, mac, note, seal, state,
};

/// The founder's seal in its second version.
fn new_seal(expected: Versions) -> SealReplacement {
    SealReplacement {
        key: key_id(FOUNDER),
        expected,
        seal: seal(FOUNDER, expected.seal + 1),
        mac: mac(100),
    }
}

pub(super) async fn a_seal_is_replaced_with_its_mac(store: &dyn Store) {
    let before = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    let index = store.replace_seal(new_seal(FIRST), leaf("sealed")).await;
    assert_eq!(index.unwrap(), LeafIndex(1));
    let after = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(after.seal, seal(FOUNDER, 2));
    assert_eq!(after.mac, mac(100));
    assert_eq!(after.state, before.state);
    assert_eq!(after.versions(), Versions { state: 1, seal: 2 });
}

pub(super) async fn a_seal_made_from_old_rows_is_refused(store: &dyn Store) {
    store
        .replace_seal(new_seal(FIRST), leaf("sealed"))
        .await
        .unwrap();
    let before = store.record(key_id(FOUNDER)).await.unwrap();
    for old in [FIRST, Versions { state: 2, seal: 2 }] {
        let refused = store.replace_seal(new_seal(old), leaf("sealed")).await;
        assert!(matches!(refused, Err(Error::RowChanged { key, expected })
                if key == key_id(FOUNDER) && expected == old),);
    }
    let unknown = SealReplacement {
        key: key_id(9),
        ..new_seal(FIRST)
    };
    let refused = store.replace_seal(unknown, leaf("sealed")).await;
    assert!(matches!(refused, Err(Error::KeyUnknown { key }) if key == key_id(9)));
    assert_eq!(store.record(key_id(FOUNDER)).await.unwrap(), before);
    assert_eq!(
        store.leaf_count().await.unwrap(),
        2,
        "refusals are not logged"
    );
}

pub(super) async fn seals_are_replaced_together_or_not_at_all(store: &dyn Store) {
    let record = IssuingPinReplacement {
        expected: 1,
        record: issuing_pin(2),
    };
    let replace = |pin: IssuingPinReplacement, expected| {
        store.replace_seals(vec![new_seal(expected)], vec![pin], leaf("sealed"))
    };
    replace(record.clone(), FIRST).await.unwrap();
    let pin = store.issuing_pin(account_id(FOUNDER)).await.unwrap();
    assert_eq!(pin, Some(issuing_pin(2)));

    // Again: the seal is based on what is there now, the issuing PIN on what was there before.
    let now = Versions { state: 1, seal: 2 };
    let refused = replace(record, now).await;
    assert!(matches!(
        refused,
        Err(Error::IssuingPinChanged { expected: 1, .. })
    ));
    let after = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(after.seal.version, 2, "the seal went back with the rest");
    assert_eq!(store.leaf_count().await.unwrap(), 2);

    let mut stranger = IssuingPinReplacement {
        expected: 2,
        record: issuing_pin(3),
    };
    stranger.record.account = account_id(9);
    let refused = replace(stranger, now).await;
    assert!(matches!(
        refused,
        Err(Error::IssuingPinUnknown { account }) if account == account_id(9)
    ));
}

/// The suspension of a key that is as it was enrolled.
pub(super) fn suspension(number: u32) -> StateChange {
    StateChange {
        key: key_id(number),
        expected: FIRST,
        state: KeyState {
            version: 2,
            status: Status::Suspended,
            officer_signature: Some(vec![4, 5]),
            intent: Some(LeafIndex(0)),
            ..state(number)
        },
        mac: mac(200),
        note: note("certificate_hold"),
    }
}

pub(super) async fn a_state_changes_with_its_mac(store: &dyn Store) {
    let before = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    store
        .change_state(suspension(FOUNDER), leaf("suspended"))
        .await
        .unwrap();
    let after = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(after.state, suspension(FOUNDER).state);
    assert_eq!(after.mac, mac(200));
    assert_eq!(after.seal, before.seal);
}

pub(super) async fn a_state_made_from_old_rows_is_refused(store: &dyn Store) {
    // The seal alone has changed, but the MAC brought along covers the old one.
    store
        .replace_seal(new_seal(FIRST), leaf("sealed"))
        .await
        .unwrap();
    let refused = store
        .change_state(suspension(FOUNDER), leaf("suspended"))
        .await;
    assert!(matches!(refused, Err(Error::RowChanged { .. })));
    let after = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(after.state.status, Status::Active);
    assert_eq!(after.mac, mac(100));
}

pub(super) async fn a_change_of_status_says_who_and_why(store: &dyn Store) {
    let record = || async { store.record(key_id(FOUNDER)).await.unwrap().unwrap() };
    assert_eq!(record().await.change, None);
    store
        .change_state(suspension(FOUNDER), leaf("suspended"))
        .await
        .unwrap();
    let change = record().await.change.unwrap();
    assert_eq!(change.officer.as_deref(), Some("founder"));
    assert_eq!(change.note, "lost laptop");
    assert!(change.at > UnixTime(1_700_000_000));
}

pub(super) fn own(number: u32) -> OwnSuspension {
    OwnSuspension {
        key: key_id(number),
        expected: FIRST,
        note: "stolen bag".to_owned(),
    }
}

pub(super) async fn an_own_suspension_holds_for_the_state_it_was_made_at(store: &dyn Store) {
    let record = || async { store.record(key_id(FOUNDER)).await.unwrap().unwrap() };
    for _ in 0..2 {
        store
            .suspend_own(own(FOUNDER), leaf("suspended"))
            .await
            .unwrap();
        let suspended = record().await.own_suspension.unwrap();
        assert_eq!(
            (suspended.officer, suspended.note.as_str()),
            (None, "stolen bag")
        );
    }
    assert_eq!(
        record().await.state,
        state(FOUNDER),
        "no row is changed by it"
    );

    let resumed = StateChange {
        state: KeyState {
            status: Status::Active,
            ..suspension(FOUNDER).state
        },
        ..suspension(FOUNDER)
    };
    store.change_state(resumed, leaf("resumed")).await.unwrap();
    assert_eq!(
        record().await.own_suspension,
        None,
        "an officer's state lifts it"
    );

    let unknown = store.suspend_own(own(9), leaf("suspended")).await;
    assert!(matches!(unknown, Err(Error::KeyUnknown { key }) if key == key_id(9)));
}

/// A new key, number 2, for the founder.
pub(super) fn replacement() -> KeyReplacement {
    KeyReplacement {
        revoked: Some(StateChange {
            state: KeyState {
                status: Status::Revoked,
                ..suspension(FOUNDER).state
            },
            note: note("superseded"),
            ..suspension(FOUNDER)
        }),
        key: vault::Key {
            account: account_id(FOUNDER),
            ..key(2)
        },
        state: state(2),
        seal: seal(2, 1),
        mac: mac(2),
        certificate: certificate(2),
    }
}

pub(super) async fn a_replaced_key_is_revoked_with_the_birth_of_the_next(store: &dyn Store) {
    let newest = || async { store.key_of_account(account_id(FOUNDER)).await.unwrap() };
    // The new certificate's number is taken: nothing of the old key may change either.
    let mut taken = replacement();
    taken.certificate.serial = certificate(FOUNDER).serial;
    store.replace_key(taken, leaf("reset")).await.unwrap_err();
    assert_eq!(newest().await, Some(key_id(FOUNDER)));
    let old = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(old.state.status, Status::Active);

    store
        .replace_key(replacement(), leaf("reset"))
        .await
        .unwrap();
    assert_eq!(newest().await, Some(key_id(2)));
    let old = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(old.state.status, Status::Revoked);
    let new = store.record(key_id(2)).await.unwrap().unwrap();
    assert_eq!(
        (new.state, new.seal, new.mac),
        (state(2), seal(2, 1), mac(2))
    );
}

pub(super) async fn a_version_is_not_skipped(store: &dyn Store) {
    let skipping = SealReplacement {
        seal: Seal {
            version: 3,
            ..seal(FOUNDER, 3)
        },
        ..new_seal(FIRST)
    };
    store
        .replace_seal(skipping, leaf("sealed"))
        .await
        .unwrap_err();
    let mut staying = suspension(FOUNDER);
    staying.state.version = 1;
    store
        .change_state(staying, leaf("suspended"))
        .await
        .unwrap_err();
    let after = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(after.versions(), FIRST);
    assert_eq!(after.mac, mac(FOUNDER));
}
