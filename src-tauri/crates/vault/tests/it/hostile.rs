//! Files that are no vault, no longer one, or not this release's.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use vault::{AccountQuery, Error, SqliteStore, Store};

use crate::rows::{FOUNDER, empty_sqlite, enrolment, initial, key_id, tamper};

/// A founded vault of some pages, closed.
async fn closed() -> (std::path::PathBuf, tempfile::TempDir) {
    let (store, path, directory) = empty_sqlite().await;
    store.initialise(initial()).await.unwrap();
    for number in 1..=20 {
        store.enrol(enrolment(number)).await.unwrap();
    }
    store.close().await;
    (path, directory)
}

async fn open_error(path: &Path) -> Error {
    SqliteStore::open(path).await.unwrap_err()
}

#[tokio::test]
async fn a_vault_is_made_where_no_file_is_and_for_its_owner_alone() {
    let (store, path, directory) = empty_sqlite().await;
    store.initialise(initial()).await.unwrap();
    for entry in fs::read_dir(directory.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
    let again = SqliteStore::create(&path).await.unwrap_err();
    assert!(matches!(again, Error::VaultExists { .. }), "{again:?}");
    assert_eq!(store.leaf_count().await.unwrap(), 1);
}

#[tokio::test]
async fn an_opened_vault_is_taken_away_from_others() {
    let (path, _directory) = closed().await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    SqliteStore::open(&path).await.unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[tokio::test]
async fn a_vault_that_is_missing_is_not_made_by_opening_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.sqlite");
    assert!(matches!(
        open_error(&path).await,
        Error::VaultMissing { .. }
    ));
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_is_no_vault_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other");
    let garbage: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    for content in [&b""[..], b"SQLite format 3\0", &garbage] {
        fs::write(&path, content).unwrap();
        let error = open_error(&path).await;
        assert!(matches!(error, Error::NotAVault { .. }), "{error:?}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}

#[tokio::test]
async fn a_database_of_another_application_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other");
    fs::write(&path, "").unwrap();
    tamper(&path, "CREATE TABLE account (id)").await.unwrap();
    let before = fs::read(&path).unwrap();
    let error = open_error(&path).await;
    assert!(matches!(error, Error::NotAVault { .. }), "{error:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_truncated_vault_is_damaged() {
    let (path, _directory) = closed().await;
    let whole = fs::read(&path).unwrap();
    for length in [whole.len() - 1, whole.len() / 2, 4096, 512] {
        fs::write(&path, &whole[..length]).unwrap();
        let error = open_error(&path).await;
        assert!(
            matches!(error, Error::Damaged { .. }),
            "{length}: {error:?}"
        );
    }
}

#[tokio::test]
async fn pages_overwritten_with_garbage_are_damage_and_no_panic() {
    let (path, _directory) = closed().await;
    let mut content = fs::read(&path).unwrap();
    // The first page stays, with the header and the schema.
    content[4096..].fill(0xa5);
    fs::write(&path, &content).unwrap();
    let error = match SqliteStore::open(&path).await {
        Err(error) => error,
        Ok(store) => store.record(key_id(FOUNDER)).await.unwrap_err(),
    };
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
}

#[tokio::test]
async fn damage_inside_is_found_by_the_check() {
    let (path, _directory) = closed().await;
    tamper(
        &path,
        "PRAGMA foreign_keys = OFF; DROP TRIGGER certificate_is_not_deleted;
         DELETE FROM certificate WHERE key IS NOT NULL;
         CREATE TRIGGER certificate_is_not_deleted BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificates are never deleted'); END",
    )
    .await
    .unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    let findings = store.check().await.unwrap();
    assert_eq!(findings.len(), 21, "a state of each key dangles");
    assert_eq!(
        findings[0],
        "a row of key_state refers to no row of certificate"
    );
    let error = store.record(key_id(FOUNDER)).await.unwrap_err();
    assert!(matches!(error, Error::BadValue { column } if column == "certificate"));
}

#[tokio::test]
async fn a_value_no_release_writes_is_refused() {
    let (path, _directory) = closed().await;
    tamper(
        &path,
        "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
         UPDATE account SET role = 'owner'",
    )
    .await
    .unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    let query = AccountQuery {
        search: String::new(),
        after: None,
        limit: 10,
    };
    let error = store.accounts(query).await.unwrap_err();
    assert!(matches!(error, Error::BadValue { column } if column == "role"));
}

#[tokio::test]
async fn a_vault_of_a_newer_release_is_refused() {
    let (path, _directory) = closed().await;
    tamper(
        &path,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9001, 'later', TRUE, x'00', 0)",
    )
    .await
    .unwrap();
    let error = open_error(&path).await;
    assert!(
        matches!(error, Error::SchemaNewer { found: 9001, known } if known < 9001),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_vault_made_by_other_migrations_is_refused() {
    let (path, _directory) = closed().await;
    tamper(&path, "UPDATE _sqlx_migrations SET checksum = x'00'")
        .await
        .unwrap();
    let error = open_error(&path).await;
    assert!(
        matches!(error, Error::SchemaForeign { version: 1 }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_vault_whose_making_was_cut_short_is_finished_by_opening_it() {
    // The file is known as a vault, and no migration has run.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.sqlite");
    fs::write(&path, "").unwrap();
    tamper(&path, "PRAGMA application_id = 0x63686e63")
        .await
        .unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.organisation().await.unwrap(), None);
    store.initialise(initial()).await.unwrap();
}

#[tokio::test]
async fn a_vault_with_a_trigger_or_table_that_no_release_made_is_not_opened() {
    for statement in [
        "CREATE TRIGGER quiet AFTER INSERT ON meta WHEN NEW.name = 'revocation_list_due'
         BEGIN DELETE FROM meta WHERE name = NEW.name; END",
        "CREATE TABLE watched (value)",
        "CREATE VIEW people AS SELECT * FROM account",
        "DROP TRIGGER leaf_is_not_deleted",
    ] {
        let (path, _directory) = closed().await;
        tamper(&path, statement).await.unwrap();
        let error = open_error(&path).await;
        assert!(
            matches!(error, Error::SchemaForeign { .. }),
            "{statement}: {error:?}"
        );
    }
}
