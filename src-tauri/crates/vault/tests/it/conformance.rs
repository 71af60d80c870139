//! What every dialect of [`Store`] does. The tests know the interface alone.

mod keys;
mod log;
mod people;
mod revocation;
mod rotation;
mod tries;

use keys::*;
use log::*;
use people::*;
use revocation::*;
use rotation::*;
use tries::*;
use vault::{Counts, Error, LeafIndex, Role, Store, TokenProfile, Versions};

use crate::rows::{
    FOUNDER, account_id, ca_certificate, enrolment, fingerprint, initial, intent, issuing_pin,
    key_id, organisation, outcome,
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

const FIRST: Versions = Versions { state: 1, seal: 1 };

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
