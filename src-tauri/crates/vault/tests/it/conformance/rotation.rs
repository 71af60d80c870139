//! Masters follow each other, and keys move between them.

use vault::{
    Error, KeyMove, KeyState, LeafIndex, Master, NewEnrolment, Phase, Rotation, StateChange,
    Status, Store, Versions,
};

use super::keys::{own, suspension};
use crate::rows::{FOUNDER, enrolment, intent, key_id, leaf, mac, outcome, state};

fn master(number: u64) -> Master {
    Master {
        number,
        label: format!("wk-{number}"),
        mechanism: 0x210B,
        rfc: 5649,
        canary: vec![1, 2, 3],
        spki: vec![4, 5, 6],
        officer_signature: vec![7],
        intent: LeafIndex(0),
        leaf: LeafIndex(0),
    }
}

fn step(version: u64, phase: Phase) -> Rotation {
    Rotation {
        version,
        master: 2,
        phase,
        officer_signature: vec![8],
        intent: LeafIndex(0),
    }
}

pub(super) async fn masters_and_steps_come_back_as_written(store: &dyn Store) {
    let none = store.masters().await.unwrap();
    assert_eq!((none.masters.len(), none.rotation), (0, None));
    let index = store
        .add_master(master(2), step(1, Phase::Prepared), leaf("made"))
        .await
        .unwrap();
    let one = store.masters().await.unwrap();
    let written = Master {
        leaf: index,
        ..master(2)
    };
    assert_eq!(one.masters, [written], "with the leaf that told of it");
    assert_eq!(one.rotation, Some(step(1, Phase::Prepared)));
    store
        .turn_rotation(step(2, Phase::Running), None, leaf("begun"))
        .await
        .unwrap();
    let begun = store.masters().await.unwrap();
    assert_eq!(begun.rotation, Some(step(2, Phase::Running)));
}

pub(super) async fn a_step_follows_the_newest_one(store: &dyn Store) {
    store
        .add_master(master(2), step(1, Phase::Prepared), leaf("made"))
        .await
        .unwrap();
    for version in [1, 3] {
        let counts = store.counts().await.unwrap();
        let refused = store
            .turn_rotation(step(version, Phase::Running), None, leaf("begun"))
            .await;
        assert!(matches!(refused, Err(Error::RotationChanged { found: 1 })));
        assert_eq!(store.counts().await.unwrap(), counts, "no leaf either");
    }
}

/// Enrols somebody in an act of their own, and gives its intent.
async fn enrolled_in_an_act(store: &dyn Store, number: u32) -> LeafIndex {
    let index = store.append(intent(number)).await.unwrap();
    let enrolment = NewEnrolment {
        leaf: outcome(index),
        ..enrolment(number)
    };
    store.enrol(enrolment).await.unwrap();
    index
}

pub(super) async fn keys_are_counted_and_listed_by_their_master(store: &dyn Store) {
    let first = enrolled_in_an_act(store, 1).await;
    let second = enrolled_in_an_act(store, 2).await;
    let under = store.count_under("wk-1", first).await.unwrap();
    assert_eq!(
        (under.all, under.born_after),
        (3, 1),
        "the founder among them"
    );
    assert_eq!(store.count_under("wk-2", first).await.unwrap().all, 0);

    let listed = store.keys_under("wk-1", None, 2).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|under| under.key).collect();
    assert_eq!(ids, [key_id(FOUNDER), key_id(1)]);
    assert_eq!(listed[1].born, Some(first));
    let rest = store.keys_under("wk-1", Some(ids[1]), 2).await.unwrap();
    assert_eq!((rest[0].key, rest[0].born), (key_id(2), Some(second)));

    let revoked = StateChange {
        key: key_id(2),
        state: KeyState {
            status: Status::Revoked,
            version: 2,
            ..state(2)
        },
        ..suspension(2)
    };
    store.change_state(revoked, leaf("revoked")).await.unwrap();
    let left = store.count_under("wk-1", first).await.unwrap();
    assert_eq!(left.all, 2, "a revoked key is used no more");
}

fn moved(number: u32, version: u64) -> KeyMove {
    KeyMove {
        key: key_id(number),
        expected: Versions {
            state: version - 1,
            seal: 1,
        },
        state: KeyState {
            version,
            wrapping_key: "wk-2".to_owned(),
            ..state(number)
        },
        mac: mac(99),
    }
}

pub(super) async fn a_key_that_moves_keeps_what_was_said_of_its_state(store: &dyn Store) {
    store
        .suspend_own(own(FOUNDER), leaf("suspended"))
        .await
        .unwrap();
    store
        .move_keys(vec![moved(FOUNDER, 2)], leaf("moved"))
        .await
        .unwrap();
    let record = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(record.state, moved(FOUNDER, 2).state);
    assert_eq!(record.mac, mac(99));
    assert_eq!(record.own_suspension.unwrap().note, "stolen bag");

    let mut change = suspension(FOUNDER);
    change.expected.state = 2;
    change.state.version = 3;
    store.change_state(change, leaf("suspended")).await.unwrap();
    let suspended = KeyMove {
        state: KeyState {
            status: Status::Suspended,
            ..moved(FOUNDER, 4).state
        },
        ..moved(FOUNDER, 4)
    };
    let counts = store.counts().await.unwrap();
    let stale = store
        .move_keys(vec![suspended.clone(), moved(FOUNDER, 2)], leaf("moved"))
        .await;
    assert!(matches!(stale, Err(Error::RowChanged { .. })));
    assert_eq!(store.counts().await.unwrap(), counts, "all or none");
    store
        .move_keys(vec![suspended], leaf("moved"))
        .await
        .unwrap();
    let record = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(record.own_suspension, None);
    assert_eq!(record.change.unwrap().note, "lost laptop");
}

pub(super) async fn a_master_is_left_only_by_all_keys(store: &dyn Store) {
    store
        .add_master(master(2), step(1, Phase::Prepared), leaf("made"))
        .await
        .unwrap();
    let leave = || {
        let left = Some("wk-1".to_owned());
        store.turn_rotation(step(2, Phase::Finished), left, leaf("ended"))
    };
    assert!(matches!(
        leave().await,
        Err(Error::KeysRemain { count: 1, .. })
    ));
    store
        .move_keys(vec![moved(FOUNDER, 2)], leaf("moved"))
        .await
        .unwrap();
    leave().await.unwrap();
}
