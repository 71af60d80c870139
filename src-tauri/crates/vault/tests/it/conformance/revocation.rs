//! What belongs on a revocation list, and the lists that were made.

use vault::{Error, RevocationList, Store, UnixTime};

use super::keys::{own, replacement, suspension};
use crate::rows::{
    FOUNDER, account_id, ca_certificate, certificate, enrolment, intent, key, key_id, leaf, outcome,
};

pub(super) async fn what_is_suspended_revoked_or_abandoned_belongs_on_the_list(store: &dyn Store) {
    let none = store.off_list().await.unwrap();
    assert_eq!((none.keys.len(), none.abandoned.len()), (0, 0));
    for number in 1..=2 {
        store.enrol(enrolment(number)).await.unwrap();
    }
    store
        .change_state(suspension(1), leaf("suspended"))
        .await
        .unwrap();
    let own = store.suspend_own(own(2), leaf("suspended")).await.unwrap();
    let intent = store.append(intent(1)).await.unwrap();
    let serial = vec![0x41; 20];
    let abandoned = store
        .abandon(outcome(intent), Some(serial.clone()))
        .await
        .unwrap();

    let off = store.off_list().await.unwrap();
    let seen: Vec<_> = off
        .keys
        .iter()
        .map(|off| (off.key, off.reason.as_deref(), off.own))
        .collect();
    assert_eq!(
        seen,
        [
            (key_id(1), Some("certificate_hold"), None),
            (key_id(2), None, Some(own)),
        ]
    );
    let [given_up] = &off.abandoned[..] else {
        panic!("{off:?}");
    };
    assert_eq!((&given_up.serial, given_up.leaf), (&serial, abandoned));
}

pub(super) async fn a_key_is_found_by_its_certificates_serial_number(store: &dyn Store) {
    let serial = certificate(FOUNDER).serial;
    let found = store.key_of_serial(&serial).await.unwrap();
    assert_eq!(found, Some(key_id(FOUNDER)));
    let of_ca = store.key_of_serial(&ca_certificate().serial).await;
    assert_eq!(
        of_ca.unwrap(),
        None,
        "the CA's certifies no key of the vault"
    );
    assert_eq!(store.key_of_serial(&[1]).await.unwrap(), None);
}

pub(super) async fn public_keys_come_oldest_first(store: &dyn Store) {
    store
        .replace_key(replacement(), leaf("reset"))
        .await
        .unwrap();
    let keys = store.public_keys(account_id(FOUNDER)).await.unwrap();
    let spki: Vec<_> = keys.into_iter().map(|key| key.spki).collect();
    assert_eq!(spki, [key(FOUNDER).spki, key(2).spki]);
}

fn list(number: u64) -> RevocationList {
    RevocationList {
        number,
        at: UnixTime(1_700_000_000),
        entries: 1,
    }
}

pub(super) async fn a_list_is_due_until_one_was_made_from_what_is_so(store: &dyn Store) {
    let due = || async { store.revocation_lists().await.unwrap().due };
    assert!(!due().await);
    store.enrol(enrolment(1)).await.unwrap();
    assert!(!due().await, "who is enrolled is on no list");
    store.suspend_own(own(1), leaf("suspended")).await.unwrap();
    assert!(due().await);

    let read = store.off_list().await.unwrap();
    store
        .change_state(suspension(FOUNDER), leaf("suspended"))
        .await
        .unwrap();
    store.put_revocation_list(list(1), read.mark).await.unwrap();
    assert!(due().await, "the founder is not on it");

    let read = store.off_list().await.unwrap();
    store.put_revocation_list(list(2), read.mark).await.unwrap();
    assert!(!due().await);
    let newest = store.revocation_lists().await.unwrap().newest;
    assert_eq!(newest, Some(list(2)));
}

pub(super) async fn numbers_of_lists_only_rise(store: &dyn Store) {
    store.put_revocation_list(list(7), None).await.unwrap();
    for number in [1, 7] {
        let refused = store.put_revocation_list(list(number), None).await;
        assert!(matches!(
            refused,
            Err(Error::RevocationListNumber { number: told }) if told == number
        ));
    }
    store.put_revocation_list(list(8), None).await.unwrap();
}
