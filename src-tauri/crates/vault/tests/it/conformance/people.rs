//! People are enrolled whole or not at all, and found.

use vault::{
    Account, AccountQuery, Certificate, Cursor, Error, KeyState, LeafIndex, NewEnrolment, Store,
    Versions,
};

use super::keys::suspension;
use crate::rows::{
    FOUNDER, account, account_id, certificate, enrolment, intent, key, key_id, leaf, outcome, root,
    state,
};

pub(super) async fn an_enrolment_is_read_back_as_written(store: &dyn Store) {
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

pub(super) async fn a_login_is_taken_in_any_case(store: &dyn Store) {
    for login in ["Founder", "founder", "FOUNDER"] {
        let refused = store.enrol(enrolment_as(login)).await.unwrap_err();
        assert!(
            matches!(&refused, Error::LoginTaken { login: taken } if taken == login),
            "{refused:?}"
        );
    }
}

pub(super) async fn a_serial_number_is_taken_once(store: &dyn Store) {
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

pub(super) async fn a_public_key_is_enrolled_once(store: &dyn Store) {
    let mut enrolment = enrolment(1);
    enrolment.key.spki = key(FOUNDER).spki;
    let refused = store.enrol(enrolment).await;
    assert!(matches!(refused, Err(Error::PublicKeyTaken { key }) if key == key_id(1)));
}

pub(super) async fn a_refused_enrolment_leaves_nothing(store: &dyn Store) {
    let before = store.counts().await.unwrap();
    // The certificate is the last but two to be written: account, key and leaf come before it.
    let mut enrolment = enrolment(1);
    enrolment.certificate.serial = certificate(FOUNDER).serial;
    store.enrol(enrolment).await.unwrap_err();
    assert_eq!(store.counts().await.unwrap(), before);
    let found = store.account_by_login(&account(1).login).await.unwrap();
    assert_eq!(found, None);
}

pub(super) async fn a_person_is_found_by_login_in_any_case(store: &dyn Store) {
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

pub(super) async fn pages_list_everyone_once_in_order(store: &dyn Store) {
    for number in 1..=25 {
        store.enrol(enrolment(number)).await.unwrap();
    }
    let mut expected = vec!["Founder".to_owned()];
    expected.extend((1..=25).map(|number| account(number).login));
    for limit in [1, 5, 13, 26, 27] {
        assert_eq!(logins(store, "", limit).await, expected, "{limit} a page");
    }
}

pub(super) async fn a_search_finds_the_beginnings_of_words(store: &dyn Store) {
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

pub(super) async fn a_page_shows_the_state_of_each_key(store: &dyn Store) {
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
