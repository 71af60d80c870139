//! The tree over the current records: what is not current is not used, by whomever.

use std::fs;

use service::wire::{ChangeStatus, ErrorCode};
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::{Organisation, sample, sql};

fn signing(organisation: &Organisation, login: &str, typed: &str) -> Result<(), ErrorCode> {
    match organisation.sign(&sample::agreement(), login, typed) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.code().0),
    }
}

/// Copies the rows of the tables named into a file of their own, so that they can be put back.
fn keep(organisation: &Organisation, tables: &[&str]) {
    let kept = organisation.path("kept.sqlite");
    let _ = fs::remove_file(&kept);
    let copies = tables
        .iter()
        .map(|table| format!("CREATE TABLE kept.{table} AS SELECT * FROM main.{table};"));
    let copies: String = copies.collect();
    let attach = format!("ATTACH '{}' AS kept;", kept.display());
    sql::run(
        &organisation.home().vault_file(),
        &format!("{attach} {copies}"),
    );
}

/// Puts the rows back as they were, with the log as it is now.
fn put_back(organisation: &Organisation, tables: &[&str]) {
    let kept = organisation.path("kept.sqlite");
    let vault = organisation.home().vault_file();
    for table in tables {
        let rows = sql::rows(&kept, table);
        sql::edit(&vault, &format!("DELETE FROM {table}; {rows}"));
    }
}

fn suspend(organisation: &Organisation, login: &str) {
    let officer = organisation.officer().unwrap();
    let request = ChangeStatus {
        login: login.to_owned(),
        note: "lost laptop".to_owned(),
    };
    let suspended = organisation.service().suspend(officer, request);
    organisation.wait(suspended).unwrap();
}

/// Rows of a suspended key as they were before, seen by a machine that saw neither.
fn old_state_is_refused(organisation: &Organisation, tables: &[&str]) {
    keep(organisation, tables);
    suspend(organisation, "ada");
    put_back(organisation, tables);
    fs::remove_file(organisation.home().revocation_list_file()).unwrap();
    organisation.forget();
    assert_eq!(
        signing(organisation, "ada", SIGNER_SECRET),
        Err(ErrorCode::RecordDamaged)
    );
}

#[test]
fn an_old_row_put_back_while_the_log_is_whole_is_found_by_a_machine_that_never_saw_the_newer() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    old_state_is_refused(&organisation, &["key_state", "record_mac"]);
    signing(&organisation, "officer", OFFICER_SECRET).expect("nobody else is concerned");
}

#[test]
fn an_old_row_put_back_with_the_tree_as_it_was_is_found_all_the_same() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    keep(
        &organisation,
        &["key_state", "record_mac", "tree_node", "tree_entry", "meta"],
    );
    suspend(&organisation, "ada");
    put_back(
        &organisation,
        &["key_state", "record_mac", "tree_node", "tree_entry", "meta"],
    );
    organisation.forget();
    assert_eq!(
        signing(&organisation, "ada", SIGNER_SECRET),
        Err(ErrorCode::LogDamaged)
    );
}

#[test]
fn an_old_slot_after_a_change_of_secret_opens_nothing_on_a_machine_that_never_saw_the_newer() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let tables = ["seal", "record_mac"];
    keep(&organisation, &tables);
    let changed = organisation
        .service()
        .change_secret(service::requests::ChangeSecret {
            login: "ada".to_owned(),
            secret: tests::secret(SIGNER_SECRET),
            new_secret: tests::secret("another secret of ada"),
        });
    organisation.wait(changed).unwrap();
    put_back(&organisation, &tables);
    organisation.forget();
    assert_eq!(
        signing(&organisation, "ada", SIGNER_SECRET),
        Err(ErrorCode::RecordDamaged)
    );
}

#[test]
fn a_record_that_lost_a_row_is_damaged_and_not_nobodys() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let vault = organisation.home().vault_file();
    sql::edit(&vault, "DELETE FROM record_mac");
    assert_eq!(
        signing(&organisation, "ada", SIGNER_SECRET),
        Err(ErrorCode::RecordDamaged)
    );
}

#[test]
fn a_suspension_of_the_owner_taken_away_is_found_by_a_machine_that_never_saw_it() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let suspended = organisation
        .service()
        .suspend_own(service::wire::SuspendOwnKey {
            login: "ada".to_owned(),
            note: "stolen bag".to_owned(),
        });
    organisation.wait(suspended).unwrap();
    let vault = organisation.home().vault_file();
    sql::edit(&vault, "DELETE FROM own_suspension");
    organisation.forget();
    assert_eq!(
        signing(&organisation, "ada", SIGNER_SECRET),
        Err(ErrorCode::RecordDamaged)
    );
}

#[test]
fn edited_nodes_of_the_tree_are_made_anew_from_its_entries() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let vault = organisation.home().vault_file();
    let whole = sql::rows(&vault, "tree_node");
    for statement in [
        "UPDATE tree_node SET left = zeroblob(32)",
        "UPDATE tree_node SET right = left, left = right",
        "DELETE FROM tree_node",
    ] {
        sql::edit(&vault, statement);
        assert_eq!(
            signing(&organisation, "ada", SIGNER_SECRET),
            Ok(()),
            "{statement}"
        );
        assert_eq!(sql::rows(&vault, "tree_node"), whole, "{statement}");
    }
}

#[test]
fn any_edit_of_the_tree_has_records_refused_and_none_believed() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let vault = organisation.home().vault_file();
    for statement in [
        "DELETE FROM tree_node; UPDATE tree_entry SET value = zeroblob(32)",
        "UPDATE tree_entry SET value = zeroblob(32)",
        "DELETE FROM tree_entry",
        "INSERT INTO tree_node VALUES (x'ffff', zeroblob(32), zeroblob(32))",
        "UPDATE meta SET value = zeroblob(32) WHERE name = 'records_root'",
        "DELETE FROM meta WHERE name = 'records_root'",
    ] {
        keep(&organisation, &["tree_node", "tree_entry", "meta"]);
        sql::edit(&vault, statement);
        let signed = signing(&organisation, "ada", SIGNER_SECRET);
        let harmless = statement.starts_with("INSERT");
        assert_eq!(signed.is_ok(), harmless, "{statement}: {signed:?}");
        if !harmless {
            assert_eq!(signed, Err(ErrorCode::LogDamaged), "{statement}");
        }
        put_back(&organisation, &["tree_node", "tree_entry", "meta"]);
        signing(&organisation, "ada", SIGNER_SECRET).expect(statement);
    }
}
