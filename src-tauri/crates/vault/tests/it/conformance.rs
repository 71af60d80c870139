//! What every dialect of [`Store`] does. The tests know the interface alone.

use std::sync::Arc;

use tokio::task::JoinSet;
use vault::{
    Account, AccountQuery, BegunTry, Certificate, Counts, Cursor, Error, Event, Head,
    IssuingPinReplacement, KeyMove, KeyReplacement, KeyState, LeafIndex, LoggedRequest, MAX_LEAVES,
    Master, NewEnrolment, NewLeaf, OwnSuspension, Phase, RevocationList, Role, Rotation, Seal,
    SealReplacement, Sha256, StateChange, Status, Store, TokenProfile, TreeChange, TreeEntry,
    TreeNode, Tries, UnixTime, Versions,
};

use crate::rows::{
    FOUNDER, account, account_id, ca_certificate, certificate, enrolment, fingerprint, initial,
    intent, issuing_pin, key, key_id, leaf, mac, machine, note, organisation, outcome, request,
    root, seal, state,
};

/// Runs the facts below against one dialect, each on a new vault with its founder.
macro_rules! conformance {
    ($dialect:ident: $($fact:ident),+ $(,)?) => {
        mod $dialect {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $fact() {
                    let fixture = crate::rows::$dialect().await;
                    super::$fact(&*fixture.store).await;
                }
            )+

            #[tokio::test(flavor = "multi_thread")]
            async fn tries_begun_at_once_are_all_counted() {
                let fixture = crate::rows::$dialect().await;
                super::tries_begun_at_once_are_all_counted(fixture.into()).await;
            }
        }
    };
}

conformance!(
    sqlite: the_founder_is_read_back_as_written,
    a_vault_is_founded_once,
    the_database_tells_the_time,
    an_enrolment_is_read_back_as_written,
    a_login_is_taken_in_any_case,
    a_serial_number_is_taken_once,
    a_public_key_is_enrolled_once,
    a_refused_enrolment_leaves_nothing,
    a_person_is_found_by_login_in_any_case,
    pages_list_everyone_once_in_order,
    a_search_finds_the_beginnings_of_words,
    a_page_shows_the_state_of_each_key,
    a_seal_is_replaced_with_its_mac,
    a_seal_made_from_old_rows_is_refused,
    seals_are_replaced_together_or_not_at_all,
    a_state_changes_with_its_mac,
    a_state_made_from_old_rows_is_refused,
    a_change_of_status_says_who_and_why,
    an_own_suspension_holds_for_the_state_it_was_made_at,
    a_replaced_key_is_revoked_with_the_birth_of_the_next,
    what_is_suspended_revoked_or_abandoned_belongs_on_the_list,
    a_key_is_found_by_its_certificates_serial_number,
    public_keys_come_oldest_first,
    a_list_is_due_until_one_was_made_from_what_is_so,
    numbers_of_lists_only_rise,
    masters_and_steps_come_back_as_written,
    a_step_follows_the_newest_one,
    keys_are_counted_and_listed_by_their_master,
    a_key_that_moves_keeps_what_was_said_of_its_state,
    a_master_is_left_only_by_all_keys,
    a_version_is_not_skipped,
    a_tree_is_followed_by_every_leaf_and_changed_by_none_that_came_too_late,
    tries_are_raised_and_cleared,
    a_wrong_try_keeps_its_count_and_its_time,
    a_try_given_back_was_never_counted,
    a_try_that_was_not_begun_is_not_settled,
    a_try_of_no_key_is_refused_and_not_logged,
    a_try_of_a_key_that_was_suspended_or_changed_since_is_refused_and_not_counted,
    leaves_come_back_in_order_and_in_pages,
    a_request_is_logged_once,
    an_intent_is_open_until_its_outcome,
    an_outcome_is_of_a_leaf_that_exists,
    the_head_over_the_most_leaves_is_the_latest,
    a_head_does_not_cover_leaves_to_come,
    two_roots_of_one_size_are_refused,
    versions_of_token_profiles_only_rise,
    a_sound_vault_has_no_findings,
);

async fn the_founder_is_read_back_as_written(store: &dyn Store) {
    let initial = initial();
    assert_eq!(store.organisation().await.unwrap(), Some(organisation()));
    let record = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(record.account, initial.founder.account);
    assert_eq!(record.account.role, Role::Officer);
    assert_eq!(record.key, initial.founder.key);
    assert_eq!(record.state, initial.founder.state);
    assert_eq!(record.seal, initial.founder.seal);
    assert_eq!(record.mac, initial.founder.mac);
    assert_eq!(record.certificate, initial.founder.certificate);
    let pin = store.issuing_pin(account_id(FOUNDER)).await.unwrap();
    assert_eq!(pin, Some(issuing_pin(1)));
    let ca = store.certificate(fingerprint(u32::MAX)).await.unwrap();
    assert_eq!(ca, Some(ca_certificate()));
    let leaves = store.leaves(LeafIndex(0), 10).await.unwrap();
    assert_eq!(leaves.len(), 1);
    assert_eq!(leaves[0].kind, "founded");
}

async fn a_vault_is_founded_once(store: &dyn Store) {
    let again = store.initialise(initial()).await;
    assert!(matches!(again, Err(Error::AlreadyInitialised)));
    assert_eq!(store.leaf_count().await.unwrap(), 1);
}

async fn the_database_tells_the_time(store: &dyn Store) {
    let clock = || {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        i64::try_from(since).unwrap()
    };
    let before = clock();
    let now = store.now().await.unwrap();
    assert!((before..=clock()).contains(&now.0));
}

async fn an_enrolment_is_read_back_as_written(store: &dyn Store) {
    let begun = store.append(intent(1)).await.unwrap();
    let enrolment = NewEnrolment {
        state: KeyState {
            officer_signature: Some(vec![1, 2, 3]),
            intent: Some(begun),
            ..state(1)
        },
        leaf: outcome(begun),
        ..enrolment(1)
    };
    let index = store.enrol(enrolment.clone()).await.unwrap();
    assert_eq!(index, LeafIndex(2));
    let id = store.key_of_account(account_id(1)).await.unwrap().unwrap();
    let record = store.record(id).await.unwrap().unwrap();
    assert_eq!(record.account, enrolment.account);
    assert_eq!(record.key, enrolment.key);
    assert_eq!(record.state, enrolment.state);
    assert_eq!(record.seal, enrolment.seal);
    assert_eq!(record.mac, enrolment.mac);
    assert_eq!(record.certificate, enrolment.certificate);
    assert_eq!(record.versions(), Versions { state: 1, seal: 1 });
    let account = store.account(account_id(1)).await.unwrap();
    assert_eq!(account, Some(enrolment.account));

    assert_eq!(store.record(key_id(9)).await.unwrap(), None);
    assert_eq!(store.account(account_id(9)).await.unwrap(), None);
    assert_eq!(store.key_of_account(account_id(9)).await.unwrap(), None);
    assert_eq!(store.issuing_pin(account_id(1)).await.unwrap(), None);
    assert_eq!(store.certificate(root(9)).await.unwrap(), None);
}

/// The enrolment of person 1, with another person's login.
fn enrolment_as(login: &str) -> NewEnrolment {
    NewEnrolment {
        account: Account {
            login: login.to_owned(),
            ..account(1)
        },
        ..enrolment(1)
    }
}

async fn a_login_is_taken_in_any_case(store: &dyn Store) {
    for login in ["Founder", "founder", "FOUNDER"] {
        let refused = store.enrol(enrolment_as(login)).await.unwrap_err();
        assert!(
            matches!(&refused, Error::LoginTaken { login: taken } if taken == login),
            "{refused:?}"
        );
    }
}

async fn a_serial_number_is_taken_once(store: &dyn Store) {
    let serial = certificate(FOUNDER).serial;
    let refused = store
        .enrol(NewEnrolment {
            certificate: Certificate {
                serial: serial.clone(),
                ..certificate(1)
            },
            ..enrolment(1)
        })
        .await;
    assert!(matches!(refused, Err(Error::SerialTaken { serial: taken }) if taken == serial));
}

async fn a_public_key_is_enrolled_once(store: &dyn Store) {
    let mut enrolment = enrolment(1);
    enrolment.key.spki = key(FOUNDER).spki;
    let refused = store.enrol(enrolment).await;
    assert!(matches!(refused, Err(Error::PublicKeyTaken { key }) if key == key_id(1)));
}

async fn a_refused_enrolment_leaves_nothing(store: &dyn Store) {
    let before = store.counts().await.unwrap();
    // The certificate is the last but two to be written: account, key and leaf come before it.
    let mut enrolment = enrolment(1);
    enrolment.certificate.serial = certificate(FOUNDER).serial;
    store.enrol(enrolment).await.unwrap_err();
    assert_eq!(store.counts().await.unwrap(), before);
    let found = store.account_by_login(&account(1).login).await.unwrap();
    assert_eq!(found, None);
}

async fn a_person_is_found_by_login_in_any_case(store: &dyn Store) {
    store.enrol(enrolment_as("Jürgen.Groß")).await.unwrap();
    for login in ["Jürgen.Groß", "JÜRGEN.GROSS", "ju\u{308}rgen.groß"] {
        let found = store.account_by_login(login).await.unwrap().unwrap();
        assert_eq!(found.id, account_id(1), "{login}");
        assert_eq!(found.login, "Jürgen.Groß", "shown as it was written");
    }
    assert_eq!(store.account_by_login("jurgen.gross").await.unwrap(), None);
}

/// Asks for everyone whom the search finds, page by page.
async fn logins(store: &dyn Store, search: &str, limit: u32) -> Vec<String> {
    let mut logins = Vec::new();
    let mut after = None;
    loop {
        let query = AccountQuery {
            search: search.to_owned(),
            after: after.take(),
            limit,
        };
        let page = store.accounts(query).await.unwrap();
        assert!(page.accounts.len() <= usize::try_from(limit).unwrap());
        logins.extend(page.accounts.into_iter().map(|row| row.account.login));
        match page.next {
            // A cursor survives being shown and typed.
            Some(next) => after = Some(Cursor::parse(&next.to_string())),
            None => {
                assert_eq!(page.total, u64::try_from(logins.len()).unwrap());
                return logins;
            }
        }
    }
}

async fn pages_list_everyone_once_in_order(store: &dyn Store) {
    for number in 1..=25 {
        store.enrol(enrolment(number)).await.unwrap();
    }
    let mut expected = vec!["Founder".to_owned()];
    expected.extend((1..=25).map(|number| account(number).login));
    for limit in [1, 5, 13, 26, 27] {
        assert_eq!(logins(store, "", limit).await, expected, "{limit} a page");
    }
}

async fn a_search_finds_the_beginnings_of_words(store: &dyn Store) {
    for (number, login, name, email) in [
        (1, "ada", "Ada Lovelace", "countess@example.org"),
        (2, "grace", "Grace Hopper", "grace@navy.example"),
        (3, "adele", "Adele Goldberg", "adele@example.org"),
    ] {
        let mut enrolment = enrolment(number);
        enrolment.account.login = login.to_owned();
        enrolment.account.name = name.to_owned();
        enrolment.account.email = email.to_owned();
        store.enrol(enrolment).await.unwrap();
    }
    for (search, expected) in [
        ("AD", &["ada", "adele"][..]),
        ("love", &["ada"]),
        ("ada lovelace", &["ada"]),
        ("gold ad", &["adele"]),
        ("grace@navy", &["grace"]),
        ("elace", &[]),
        ("ada hopper", &[]),
        ("%", &["ada", "adele", "Founder", "grace"]),
    ] {
        assert_eq!(logins(store, search, 2).await, expected, "{search:?}");
    }
}

async fn a_page_shows_the_state_of_each_key(store: &dyn Store) {
    store.enrol(enrolment(1)).await.unwrap();
    store
        .change_state(suspension(1), leaf("suspended"))
        .await
        .unwrap();
    let query = AccountQuery {
        search: account(1).login,
        after: None,
        limit: 10,
    };
    let page = store.accounts(query).await.unwrap();
    assert_eq!(page.accounts.len(), 1);
    assert_eq!(page.accounts[0].account, account(1));
    assert_eq!(page.accounts[0].key, Some((key_id(1), suspension(1).state)));
}

/// The founder's seal in its second version.
fn new_seal(expected: Versions) -> SealReplacement {
    SealReplacement {
        key: key_id(FOUNDER),
        expected,
        seal: seal(FOUNDER, expected.seal + 1),
        mac: mac(100),
    }
}

const FIRST: Versions = Versions { state: 1, seal: 1 };

async fn a_seal_is_replaced_with_its_mac(store: &dyn Store) {
    let before = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    let index = store.replace_seal(new_seal(FIRST), leaf("sealed")).await;
    assert_eq!(index.unwrap(), LeafIndex(1));
    let after = store.record(key_id(FOUNDER)).await.unwrap().unwrap();
    assert_eq!(after.seal, seal(FOUNDER, 2));
    assert_eq!(after.mac, mac(100));
    assert_eq!(after.state, before.state);
    assert_eq!(after.versions(), Versions { state: 1, seal: 2 });
}

async fn a_seal_made_from_old_rows_is_refused(store: &dyn Store) {
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

async fn seals_are_replaced_together_or_not_at_all(store: &dyn Store) {
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
fn suspension(number: u32) -> StateChange {
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

async fn a_state_changes_with_its_mac(store: &dyn Store) {
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

async fn a_state_made_from_old_rows_is_refused(store: &dyn Store) {
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

async fn a_change_of_status_says_who_and_why(store: &dyn Store) {
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

fn own(number: u32) -> OwnSuspension {
    OwnSuspension {
        key: key_id(number),
        expected: FIRST,
        note: "stolen bag".to_owned(),
    }
}

async fn an_own_suspension_holds_for_the_state_it_was_made_at(store: &dyn Store) {
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

async fn masters_and_steps_come_back_as_written(store: &dyn Store) {
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

async fn a_step_follows_the_newest_one(store: &dyn Store) {
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

async fn keys_are_counted_and_listed_by_their_master(store: &dyn Store) {
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

async fn a_key_that_moves_keeps_what_was_said_of_its_state(store: &dyn Store) {
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

async fn a_master_is_left_only_by_all_keys(store: &dyn Store) {
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

/// A new key, number 2, for the founder.
fn replacement() -> KeyReplacement {
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

async fn a_replaced_key_is_revoked_with_the_birth_of_the_next(store: &dyn Store) {
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

async fn what_is_suspended_revoked_or_abandoned_belongs_on_the_list(store: &dyn Store) {
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

async fn a_key_is_found_by_its_certificates_serial_number(store: &dyn Store) {
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

async fn public_keys_come_oldest_first(store: &dyn Store) {
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

async fn a_list_is_due_until_one_was_made_from_what_is_so(store: &dyn Store) {
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

async fn numbers_of_lists_only_rise(store: &dyn Store) {
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

async fn a_version_is_not_skipped(store: &dyn Store) {
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

async fn tries_are_raised_and_cleared(store: &dyn Store) {
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

async fn a_wrong_try_keeps_its_count_and_its_time(store: &dyn Store) {
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

async fn a_try_given_back_was_never_counted(store: &dyn Store) {
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

async fn a_try_that_was_not_begun_is_not_settled(store: &dyn Store) {
    let (key, here) = (key_id(FOUNDER), machine(1));
    let wrong = store.settle_wrong(key, here, leaf("outcome")).await;
    assert!(matches!(wrong, Err(Error::TryUnknown { .. })));
    let back = store.give_back(key, here, Some(leaf("outcome"))).await;
    assert!(matches!(back, Err(Error::TryUnknown { .. })));
    assert_eq!(store.leaf_count().await.unwrap(), 1, "and not logged");
}

async fn a_try_of_no_key_is_refused_and_not_logged(store: &dyn Store) {
    let refused = store
        .begin_try(key_id(9), machine(1), FIRST, intent(1))
        .await;
    assert!(matches!(refused, Err(Error::KeyUnknown { key }) if key == key_id(9)));
    assert_eq!(store.leaf_count().await.unwrap(), 1);
}

async fn a_try_of_a_key_that_was_suspended_or_changed_since_is_refused_and_not_counted(
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

async fn tries_begun_at_once_are_all_counted(fixture: Arc<crate::rows::Fixture>) {
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

async fn leaves_come_back_in_order_and_in_pages(store: &dyn Store) {
    for number in 1..10 {
        let index = store.append(leaf(&format!("kind{number}"))).await.unwrap();
        assert_eq!(index, LeafIndex(number));
    }
    assert_eq!(store.leaf_count().await.unwrap(), 10);
    let mut kinds = Vec::new();
    loop {
        let from = LeafIndex(u64::try_from(kinds.len()).unwrap());
        let page = store.leaves(from, 4).await.unwrap();
        if page.is_empty() {
            break;
        }
        for leaf in page {
            assert_eq!(leaf.index.0, u64::try_from(kinds.len()).unwrap());
            assert_eq!(leaf.leaf, format!("leaf of {}", leaf.kind).into_bytes());
            kinds.push(leaf.kind);
        }
    }
    assert_eq!(kinds.len(), 10);
    assert_eq!(kinds[9], "kind9");
    let expected = Event {
        salt: b"salt of kind9".to_vec(),
        bytes: b"event of kind9".to_vec(),
    };
    assert_eq!(store.event(LeafIndex(9)).await.unwrap(), Some(expected));
    assert_eq!(store.event(LeafIndex(10)).await.unwrap(), None);
    let all = store.leaves(LeafIndex(0), u32::MAX).await.unwrap();
    assert!(all.len() <= usize::try_from(MAX_LEAVES).unwrap());
    let beyond = store.leaves(LeafIndex(u64::MAX), 1).await;
    assert!(matches!(beyond, Err(Error::TooLarge { .. })));
}

async fn a_request_is_logged_once(store: &dyn Store) {
    assert_eq!(store.find_by_request(request(1)).await.unwrap(), None);
    let index = store.append(intent(1)).await.unwrap();
    let found = store.find_by_request(request(1)).await.unwrap();
    let mut expected = LoggedRequest {
        index,
        kind: "intent".to_owned(),
        outcome: None,
    };
    assert_eq!(found.as_ref(), Some(&expected));
    let again = store.append(intent(1)).await;
    assert!(matches!(again, Err(Error::RequestRepeated { index: first }) if first == index));
    let again = store
        .begin_try(key_id(FOUNDER), machine(1), FIRST, intent(1))
        .await;
    assert!(matches!(again, Err(Error::RequestRepeated { .. })));
    let tries = store.tries(key_id(FOUNDER), machine(1)).await.unwrap();
    assert_eq!(tries, None, "a repeated request costs no try");

    expected.outcome = Some(store.append(outcome(index)).await.unwrap());
    let found = store.find_by_request(request(1)).await.unwrap();
    assert_eq!(found, Some(expected));
}

async fn an_intent_is_open_until_its_outcome(store: &dyn Store) {
    let first = store.append(intent(1)).await.unwrap();
    let second = store.append(intent(2)).await.unwrap();
    store.append(leaf("login")).await.unwrap();
    let open = store.intents_without_outcome().await.unwrap();
    assert_eq!(open.len(), 2, "only an intent asks for an outcome");
    assert_eq!((open[0].index, open[1].index), (first, second));
    assert_eq!(open[0].request_id, Some(request(1)));
    assert!(open[0].at <= store.now().await.unwrap());

    store.append(outcome(first)).await.unwrap();
    let open = store.intents_without_outcome().await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].index, second);
    let again = store.append(outcome(first)).await;
    assert!(matches!(again, Err(Error::OutcomeRepeated { index }) if index == first));
}

async fn an_outcome_is_of_a_leaf_that_exists(store: &dyn Store) {
    for beyond in [LeafIndex(1), LeafIndex(u64::MAX)] {
        let refused = store.append(outcome(beyond)).await;
        assert!(matches!(refused, Err(Error::LeafUnknown { index }) if index == beyond));
    }
}

fn head(size: u64, root_number: u32, note: &str) -> Head {
    Head {
        notarised: false,
        size,
        root: root(root_number),
        note: note.to_owned(),
    }
}

async fn the_head_over_the_most_leaves_is_the_latest(store: &dyn Store) {
    assert_eq!(store.latest_head().await.unwrap(), None);
    store.append(leaf("a")).await.unwrap();
    store.append(leaf("b")).await.unwrap();
    let signed = head(3, 3, "signed");
    let notarised = head(3, 3, "signed and notarised");
    store.put_head(signed.clone()).await.unwrap();
    store.put_head(head(2, 2, "late")).await.unwrap();
    assert_eq!(store.latest_head().await.unwrap().as_ref(), Some(&signed));
    store.put_head(notarised.clone()).await.unwrap();
    store.put_head(signed).await.unwrap();
    assert_eq!(store.latest_head().await.unwrap(), Some(notarised));
    assert_eq!(
        store.counts().await.unwrap().heads,
        3,
        "the same one counts once"
    );
}

async fn a_head_does_not_cover_leaves_to_come(store: &dyn Store) {
    let refused = store.put_head(head(2, 2, "early")).await;
    assert!(matches!(
        refused,
        Err(Error::HeadAhead { size: 2, leaves: 1 })
    ));
}

async fn two_roots_of_one_size_are_refused(store: &dyn Store) {
    store.put_head(head(1, 1, "one")).await.unwrap();
    let refused = store.put_head(head(1, 2, "another")).await;
    assert!(matches!(refused, Err(Error::HeadForked { size: 1 })));
}

async fn a_sound_vault_has_no_findings(store: &dyn Store) {
    store.enrol(enrolment(1)).await.unwrap();
    store.append(intent(1)).await.unwrap();
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    let expected = Counts {
        accounts: 2,
        keys: 2,
        certificates: 3,
        leaves: 3,
        events: 3,
        open_intents: 1,
        heads: 0,
    };
    assert_eq!(store.counts().await.unwrap(), expected);
}

async fn a_tree_is_followed_by_every_leaf_and_changed_by_none_that_came_too_late(
    store: &dyn Store,
) {
    let sha = |byte: u8| Sha256::from_bytes([byte; 32]);
    let change = |from: Option<u8>, node: u8, entry: u8| TreeChange {
        from: from.map(sha),
        after: None,
        nodes: vec![TreeNode {
            depth: 0,
            path: sha(0),
            left: sha(node),
            right: sha(node + 1),
        }],
        entries: vec![TreeEntry {
            path: sha(entry),
            value: sha(entry + 1),
        }],
    };
    let rooted = |root: u8, tree: Option<TreeChange>| NewLeaf {
        records: Some(sha(root)),
        tree,
        ..leaf("changed")
    };
    let late = TreeChange {
        after: Some(7),
        ..change(None, 0x10, 0x20)
    };
    let refused = store.append(rooted(1, Some(late))).await;
    assert!(matches!(refused, Err(Error::RecordsMoved)), "{refused:?}");
    let first = rooted(1, Some(change(None, 0x10, 0x20)));
    store.append(first.clone()).await.unwrap();
    let found = store.tree_paths(vec![sha(0x20), sha(0xa0)]).await.unwrap();
    assert_eq!((found.leaves, found.root), (2, Some(sha(1))));
    let entry = TreeEntry {
        path: sha(0x20),
        value: sha(0x21),
    };
    assert_eq!(found.paths[0].nodes, [(sha(0x10), sha(0x11))]);
    assert_eq!(found.paths[0].entry, Some(entry));
    assert_eq!(found.paths[1].entry, None, "it is on the other side");

    // From a tree that is no more, or naming none, or another one.
    for refused in [first, leaf("changed"), rooted(2, None)] {
        let refused = store.append(refused).await;
        assert!(matches!(refused, Err(Error::RecordsMoved)), "{refused:?}");
    }
    assert_eq!(store.leaf_count().await.unwrap(), 2);
    store.append(rooted(1, None)).await.unwrap();
    let second = rooted(2, Some(change(Some(1), 0x30, 0xa0)));
    store.append(second).await.unwrap();
    let found = store.tree_paths(vec![sha(0x20)]).await.unwrap();
    assert_eq!(found.root, Some(sha(2)));
    assert_eq!(found.paths[0].nodes, [(sha(0x30), sha(0x31))]);
    let page = store.tree_entries(Some(sha(0x20)), 10).await.unwrap();
    assert_eq!(page.len(), 1, "{page:?}");
    assert_eq!(store.tree_entries(None, 10).await.unwrap().len(), 2);
    assert_eq!(store.keys(None, 10).await.unwrap(), [key_id(FOUNDER)]);
}

async fn versions_of_token_profiles_only_rise(store: &dyn Store) {
    assert_eq!(store.token_profile().await.unwrap(), None);
    let profile = |version: u64| TokenProfile {
        version,
        profile: vec![version as u8; 40],
        signature: vec![2; 64],
        intent: LeafIndex(0),
    };
    let first = store.put_token_profile(profile(1), None).await.unwrap();
    assert_eq!(first, None, "nothing was appended");
    let begun = store.append(intent(1)).await.unwrap();
    let leaf = store
        .put_token_profile(profile(2), Some(outcome(begun)))
        .await
        .unwrap();
    assert_eq!(leaf, Some(LeafIndex(begun.0 + 1)));
    assert_eq!(store.token_profile().await.unwrap(), Some(profile(2)));
    for version in [0, 1, 2] {
        let refused = store.put_token_profile(profile(version), None).await;
        assert!(matches!(
            refused,
            Err(Error::TokenProfileChanged { newest: 2 })
        ));
    }
    // A machine that remembers more than a restored vault has goes on above what it remembers.
    store.put_token_profile(profile(7), None).await.unwrap();
}
