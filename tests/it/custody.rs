//! What an insider with the database can do: nothing that is not seen.

use std::fs;

use service::ErrorKind;
use service::requests::Trust;
use service::wire::ErrorCode;
use tests::organisation::SIGNER_SECRET;
use tests::{Organisation, sample, sql};

fn two_signers() -> Organisation {
    Organisation::found_with("ada", "Ada Lovelace").with_signer("bob", "Robert Boyle")
}

/// Edits the vault and expects that the record is refused before the secret is judged.
fn edit_is_refused(organisation: &Organisation, login: &str, statement: &str) {
    let vault = organisation.home().vault_file();
    let saved = organisation.path("vault.saved");
    sql::run(&vault, "PRAGMA wal_checkpoint(TRUNCATE)");
    fs::copy(&vault, &saved).unwrap();
    let changed = sql::edit(&vault, &format!("{statement}; SELECT changes()"));
    assert_ne!(changed, "0", "the statement changes something: {statement}");
    let error = organisation
        .sign(&sample::agreement(), login, SIGNER_SECRET)
        .unwrap_err();
    assert_eq!(
        error.code(),
        (ErrorCode::RecordDamaged, ErrorKind::Refused),
        "{statement}: {error}"
    );
    let tries = sql::run(&vault, "SELECT count(*) FROM tries");
    assert_eq!(
        tries, "0",
        "no try is counted for a record that does not hold together"
    );
    fs::copy(&saved, &vault).unwrap();
    for side in ["vault.sqlite-wal", "vault.sqlite-shm"] {
        let _ = fs::remove_file(organisation.home().folder().join(side));
    }
    organisation
        .sign(&sample::agreement(), login, SIGNER_SECRET)
        .unwrap();
}

/// SQL for a column of the key that belongs to a login.
fn of(table: &str, column: &str, login: &str) -> String {
    format!(
        "(SELECT t.{column} FROM {table} t JOIN key k ON k.id = t.key \
         JOIN account a ON a.id = k.account WHERE a.login = '{login}')"
    )
}

fn key_of(login: &str) -> String {
    format!("(SELECT k.id FROM key k JOIN account a ON a.id = k.account WHERE a.login = '{login}')")
}

#[test]
fn a_tampered_sealed_blob_is_refused() {
    let organisation = two_signers();
    edit_is_refused(
        &organisation,
        "ada",
        &format!(
            "UPDATE seal SET sealed = zeroblob(length(sealed)) WHERE key = {}",
            key_of("ada")
        ),
    );
}

#[test]
fn the_sealed_blob_of_another_person_is_refused() {
    let organisation = two_signers();
    let (sealed, slots) = (of("seal", "sealed", "bob"), of("seal", "slots", "bob"));
    let signature = of("seal", "signature", "bob");
    let ada = key_of("ada");
    edit_is_refused(
        &organisation,
        "ada",
        &format!("UPDATE seal SET sealed = {sealed} WHERE key = {ada}"),
    );
    edit_is_refused(
        &organisation,
        "ada",
        &format!(
            "UPDATE seal SET sealed = {sealed}, slots = {slots}, signature = {signature} \
             WHERE key = {ada}"
        ),
    );
}

#[test]
fn any_edited_field_of_a_record_is_refused() {
    let organisation = two_signers();
    let ada = key_of("ada");
    let certificate = of("key_state", "certificate", "bob");
    for statement in [
        format!("UPDATE key_state SET certificate = {certificate} WHERE key = {ada}"),
        format!("UPDATE key_state SET wrapping_key = 'wk-2' WHERE key = {ada}"),
        format!("UPDATE key_state SET version = version + 1 WHERE key = {ada}"),
        format!("UPDATE seal SET version = version + 1 WHERE key = {ada}"),
        format!("UPDATE seal SET signature = zeroblob(64) WHERE key = {ada}"),
        format!("UPDATE key SET spki = CAST(spki || x'00' AS BLOB) WHERE id = {ada}"),
        format!("UPDATE key SET origin = 'imported' WHERE id = {ada}"),
    ] {
        edit_is_refused(&organisation, "ada", &statement);
    }
}

#[test]
fn a_role_edited_by_sql_makes_nobody_an_officer() {
    let organisation = two_signers();
    let vault = organisation.home().vault_file();
    sql::run(
        &vault,
        "UPDATE account SET role = 'officer' WHERE login = 'ada'",
    );
    let error = organisation
        .wait(
            organisation
                .service()
                .log_in("ada".to_owned(), tests::secret(SIGNER_SECRET)),
        )
        .unwrap_err();
    assert_eq!(error.code(), (ErrorCode::NotAnOfficer, ErrorKind::Refused));
}

#[test]
fn an_account_edited_by_sql_is_refused_and_its_name_reaches_no_document() {
    let organisation = two_signers();
    for column in ["name", "email", "login"] {
        edit_is_refused(
            &organisation,
            "ada",
            &format!("UPDATE account SET {column} = upper({column}) WHERE login = 'ada'"),
        );
    }
    let signed = organisation
        .sign(&sample::agreement(), "ada", SIGNER_SECRET)
        .unwrap();
    let content = fs::read(&signed).unwrap();
    let name = content
        .windows(2 * 12)
        .any(|window| window == b"416461204c6f76656c616365");
    assert!(name, "the signature dictionary names who was certified");
    let validation = organisation
        .wait(organisation.service().validate(signed, Trust::default()))
        .unwrap();
    assert_eq!(validation.signatures[0].signer, "Ada Lovelace");
}

/// Columns that follow from others, or that nothing is decided by: what they say is read from the
/// certificate itself, or only shown.
const DECIDES_NOTHING: [(&str, &str); 8] = [
    ("account", "created_at"),
    ("certificate", "key"),
    ("certificate", "serial"),
    ("certificate", "not_before"),
    ("certificate", "not_after"),
    ("certificate", "subject"),
    ("key", "ordinal"),
    // A rotation holds it against the log.
    ("key", "born"),
];

#[test]
fn an_edit_of_any_column_of_a_record_is_refused() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let vault = organisation.home().vault_file();
    let saved = organisation.path("vault.saved");
    sql::run(&vault, "PRAGMA wal_checkpoint(TRUNCATE)");
    fs::copy(&vault, &saved).unwrap();
    let ada = key_of("ada");
    let mut edited = 0;
    for (table, whose) in [
        ("account", "login = 'ada'".to_owned()),
        ("key", format!("id = {ada}")),
        ("key_state", format!("key = {ada}")),
        ("seal", format!("key = {ada}")),
        ("record_mac", format!("key = {ada}")),
        ("certificate", format!("key = {ada}")),
    ] {
        let columns = sql::run(
            &vault,
            &format!("SELECT name FROM pragma_table_info('{table}')"),
        );
        for column in columns.lines() {
            let statement = format!(
                "PRAGMA ignore_check_constraints = ON;
                 UPDATE {table} SET {column} = CASE typeof({column})
                     WHEN 'integer' THEN {column} + 1
                     WHEN 'text' THEN {column} || 'x'
                     WHEN 'blob' THEN CAST(substr({column}, 1, length({column}) - 1)
                         || iif(substr({column}, -1) = x'5a', x'a5', x'5a') AS BLOB)
                     ELSE {column} END WHERE {whose}"
            );
            sql::edit(&vault, &statement);
            let signed = organisation.sign(&sample::agreement(), "ada", SIGNER_SECRET);
            let harmless = DECIDES_NOTHING.contains(&(table, column));
            assert_eq!(signed.is_ok(), harmless, "{table}.{column}: {signed:?}");
            edited += 1;
            fs::copy(&saved, &vault).unwrap();
            for side in ["vault.sqlite-wal", "vault.sqlite-shm"] {
                let _ = fs::remove_file(organisation.home().folder().join(side));
            }
            // The log goes on from where it was: what was signed in between is forgotten.
            if harmless {
                organisation.forget();
            }
        }
    }
    assert!(edited > 30, "{edited} columns");
}
