//! Tries of a secret are counted before they are judged.

use std::sync::Arc;

use tokio::task::JoinSet;
use vault::{BegunTry, Error, LeafIndex, Status, Store, Tries, Versions};

use super::FIRST;
use super::keys::{own, suspension};
use crate::rows::{FOUNDER, enrolment, intent, key_id, leaf, machine, outcome};

pub(super) async fn tries_are_raised_and_cleared(store: &dyn Store) {
    let (key, here) = (key_id(FOUNDER), machine(1));
    assert_eq!(store.tries(key, here).await.unwrap(), None);
    for number in 1..=3 {
        let begun = store
            .begin_try(key, here, FIRST, intent(number))
            .await
            .unwrap();
        assert_eq!(begun.count, number);
        assert_eq!(begun.index, LeafIndex(u64::from(number)));
    }
    let tries = store.tries(key, here).await.unwrap().unwrap();
    assert_eq!(tries.count, 3);
    assert_eq!(tries.last_wrong_at, None);
    assert_eq!(
        store.tries(key, machine(2)).await.unwrap(),
        None,
        "another machine's tries are its own"
    );
    store.settle_right(key, here).await.unwrap();
    assert_eq!(store.tries(key, here).await.unwrap(), None);
    store.settle_right(key, here).await.unwrap();
}

pub(super) async fn a_wrong_try_keeps_its_count_and_its_time(store: &dyn Store) {
    let (key, here) = (key_id(FOUNDER), machine(1));
    let BegunTry { index, at, .. } = store.begin_try(key, here, FIRST, intent(1)).await.unwrap();
    let settled = store.settle_wrong(key, here, outcome(index)).await.unwrap();
    assert_eq!(settled, LeafIndex(2));
    let now = store.now().await.unwrap();
    let tries = store.tries(key, here).await.unwrap().unwrap();
    assert_eq!((tries.count, tries.first_at, tries.last_at), (1, at, at));
    let wrong_at = tries.last_wrong_at.unwrap();
    assert!((at..=now).contains(&wrong_at));
    assert_eq!(store.intents_without_outcome().await.unwrap(), []);
}

pub(super) async fn a_try_given_back_was_never_counted(store: &dyn Store) {
    let (key, here) = (key_id(FOUNDER), machine(1));
    let first = store.begin_try(key, here, FIRST, intent(1)).await.unwrap();
    store
        .settle_wrong(key, here, outcome(first.index))
        .await
        .unwrap();
    let before: Tries = store.tries(key, here).await.unwrap().unwrap();
    let second = store.begin_try(key, here, FIRST, intent(2)).await.unwrap();
    assert_eq!(second.count, 2);
    let leaf = store
        .give_back(key, here, Some(outcome(second.index)))
        .await;
    assert_eq!(leaf.unwrap(), Some(LeafIndex(4)));
    assert_eq!(store.tries(key, here).await.unwrap(), Some(before));

    let elsewhere = machine(2);
    store
        .begin_try(key, elsewhere, FIRST, intent(3))
        .await
        .unwrap();
    let leaf = store.give_back(key, elsewhere, None).await.unwrap();
    assert_eq!(leaf, None);
    assert_eq!(store.tries(key, elsewhere).await.unwrap(), None);
}

pub(super) async fn a_try_that_was_not_begun_is_not_settled(store: &dyn Store) {
    let (key, here) = (key_id(FOUNDER), machine(1));
    let wrong = store.settle_wrong(key, here, leaf("outcome")).await;
    assert!(matches!(wrong, Err(Error::TryUnknown { .. })));
    let back = store.give_back(key, here, Some(leaf("outcome"))).await;
    assert!(matches!(back, Err(Error::TryUnknown { .. })));
    assert_eq!(store.leaf_count().await.unwrap(), 1, "and not logged");
}

pub(super) async fn a_try_of_no_key_is_refused_and_not_logged(store: &dyn Store) {
    let refused = store
        .begin_try(key_id(9), machine(1), FIRST, intent(1))
        .await;
    assert!(matches!(refused, Err(Error::KeyUnknown { key }) if key == key_id(9)));
    assert_eq!(store.leaf_count().await.unwrap(), 1);
}

pub(super) async fn a_try_of_a_key_that_was_suspended_or_changed_since_is_refused_and_not_counted(
    store: &dyn Store,
) {
    store.enrol(enrolment(1)).await.unwrap();
    store.suspend_own(own(1), leaf("suspended")).await.unwrap();
    store
        .change_state(suspension(FOUNDER), leaf("suspended"))
        .await
        .unwrap();
    let leaves = store.leaf_count().await.unwrap();
    for number in [1, FOUNDER] {
        let begun = store.begin_try(key_id(number), machine(1), FIRST, intent(1));
        let refused = begun.await.unwrap_err();
        assert!(matches!(
            refused,
            Error::KeyNotActive { status: Status::Suspended, key } if key == key_id(number)
        ));
    }
    store.enrol(enrolment(2)).await.unwrap();
    let other = Versions { state: 1, seal: 2 };
    let begun = store.begin_try(key_id(2), machine(1), other, intent(1));
    assert!(matches!(begun.await, Err(Error::RowChanged { .. })));
    assert_eq!(store.leaf_count().await.unwrap(), leaves + 1);
    let tries = store.tries(key_id(2), machine(1)).await.unwrap();
    assert_eq!(tries, None);
}

pub(super) async fn tries_begun_at_once_are_all_counted(fixture: Arc<crate::rows::Fixture>) {
    let mut tasks = JoinSet::new();
    for number in 1..=8 {
        let fixture = Arc::clone(&fixture);
        tasks.spawn(async move {
            let begun = fixture
                .store
                .begin_try(key_id(FOUNDER), machine(1), FIRST, intent(number));
            begun.await.unwrap()
        });
    }
    let begun = tasks.join_all().await;
    let mut counts: Vec<_> = begun.iter().map(|begun| begun.count).collect();
    let mut indices: Vec<_> = begun.iter().map(|begun| begun.index.0).collect();
    counts.sort_unstable();
    indices.sort_unstable();
    assert_eq!(
        counts,
        [1, 2, 3, 4, 5, 6, 7, 8],
        "no two see the same count"
    );
    assert_eq!(indices, [1, 2, 3, 4, 5, 6, 7, 8], "each has its leaf");
    let tries = fixture.store.tries(key_id(FOUNDER), machine(1)).await;
    assert_eq!(tries.unwrap().unwrap().count, 8);
}
