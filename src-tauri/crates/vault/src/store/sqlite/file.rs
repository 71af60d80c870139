//! The file: how it is made, known and opened.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{Access, access};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqlitePool};

use super::row::value;
use crate::error::{Error, Result};

/// The schema, oldest migration first. Migrations are only added.
static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// What the migrations make of an empty file, so that every vault can be held against it.
const SCHEMA: &str = include_str!("schema.sql");

/// Marks the file as a vault: `chnc`, in the header field SQLite keeps for this.
const APPLICATION_ID: u32 = u32::from_be_bytes(*b"chnc");

/// The header of a database file (SQLite file format, section 1.3).
const HEADER_LENGTH: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const APPLICATION_ID_AT: usize = 68;

/// Only the owner reads and writes.
const MODE: u32 = 0o600;

/// How long to wait for another writer. Writers hold the lock for a few writes to disk each.
const BUSY: Duration = Duration::from_secs(10);

/// A connection is a thread, and opening one takes longer than most statements; a use-case opens
/// the vault for itself and asks one thing after the other.
const CONNECTIONS: u32 = 1;

/// Makes a database file that is known as a vault and has nothing in it yet.
pub(super) async fn create(path: &Path) -> Result<()> {
    make(path)?;
    // With the rollback journal the id is in the file itself when the statement returns; `open`
    // reads it there, before SQLite has a say.
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging()
        .pragma("application_id", APPLICATION_ID.to_string())
        .connect()
        .await?;
    connection.ping().await?;
    connection.close().await?;
    sync_directory(path)
}

/// Makes an empty file, for its owner alone.
pub(super) fn make(path: &Path) -> Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(path);
    match made {
        Ok(_) => Ok(()),
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists => Err(Error::VaultExists {
            path: path.to_owned(),
        }),
        Err(source) => Err(file_error(path, source)),
    }
}

/// Copies the whole database into an empty file, as one read transaction sees it.
pub(super) async fn vacuum_into(connection: &mut SqliteConnection, path: &Path) -> Result<()> {
    let name = path.to_str().ok_or_else(|| {
        file_error(path, io::ErrorKind::InvalidFilename.into()) // SQLite takes UTF-8
    })?;
    sqlx::query("VACUUM INTO ?")
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}

/// Opens a vault and brings its schema up to date.
pub(super) async fn open(path: &Path) -> Result<SqlitePool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            return Err(Error::VaultMissing {
                path: path.to_owned(),
            });
        }
        Err(source) => return Err(file_error(path, source)),
    };
    if !is_vault(&file).map_err(|source| file_error(path, source))? {
        return Err(Error::NotAVault {
            path: path.to_owned(),
        });
    }
    if !is_whole(path, &file).map_err(|source| file_error(path, source))? {
        return Err(Error::Damaged {
            source: "the file is shorter or longer than its header says".into(),
        });
    }
    drop(file);
    expect_writable(path)?;
    close_to_others(path)?;

    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit is on disk when it is acknowledged: no log, no signature.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        // Replaced seals and erased events are overwritten, not only unlinked.
        .pragma("secure_delete", "ON")
        // Functions named by a hostile schema do not run.
        .pragma("trusted_schema", "OFF")
        // The triggers that refuse a delete also see the one inside a REPLACE.
        .pragma("recursive_triggers", "ON")
        .pragma("cell_size_check", "ON")
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        // A file does not go away as a server does.
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    MIGRATIONS.run(&pool).await.map_err(migration_error)?;
    if schema(&pool).await? != SCHEMA {
        let version = newest_migration();
        return Err(Error::SchemaForeign { version });
    }
    Ok(pool)
}

/// Everything that stands in the schema but the migrator's own table, in one order and one form.
///
/// A trigger or table that no release made would change what our statements do, or watch them.
async fn schema(pool: &SqlitePool) -> Result<String> {
    let rows = sqlx::query(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema
         WHERE sql IS NOT NULL AND NOT (type = 'table' AND name = '_sqlx_migrations')
         ORDER BY type, name",
    )
    .fetch_all(pool)
    .await?;
    let entries = rows.iter().map(|row| {
        let [kind, name, table, sql]: [String; 4] = [
            value(row, "type")?,
            value(row, "name")?,
            value(row, "tbl_name")?,
            value(row, "sql")?,
        ];
        Ok(format!("-- {kind} {name} of {table}\n{sql};\n"))
    });
    Ok(entries.collect::<Result<Vec<_>>>()?.join("\n"))
}

fn newest_migration() -> i64 {
    MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0)
}

/// Tells a vault by its header.
fn is_vault(file: &File) -> io::Result<bool> {
    let mut header = Vec::with_capacity(HEADER_LENGTH);
    let length = u64::try_from(HEADER_LENGTH).expect("100 fits 64 bits");
    file.take(length).read_to_end(&mut header)?;
    let magic = header.get(..MAGIC.len());
    let id = header.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4);
    Ok(header.len() == HEADER_LENGTH
        && magic == Some(MAGIC.as_slice())
        && id == Some(APPLICATION_ID.to_be_bytes().as_slice()))
}

/// Whether a file at rest has the length its header tells (SQLite file format, section 1.3).
///
/// A page that is cut short reads as zeros to SQLite, and is noticed when it is needed. Beside a
/// write-ahead log or a journal the file may end anywhere: SQLite mends it.
fn is_whole(path: &Path, file: &File) -> io::Result<bool> {
    for suffix in ["-wal", "-journal"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        if fs::metadata(Path::new(&beside)).is_ok_and(|metadata| metadata.len() > 0) {
            return Ok(true);
        }
    }
    let mut header = [0; HEADER_LENGTH];
    file.read_exact_at(&mut header, 0)?;
    let number = |at: usize| {
        let bytes = [header[at], header[at + 1], header[at + 2], header[at + 3]];
        u64::from(u32::from_be_bytes(bytes))
    };
    // The count of pages is right if it was written with the latest change.
    if number(24) != number(92) {
        return Ok(true);
    }
    let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65536,
        page => page,
    };
    Ok(file.metadata()?.len() == page * number(28))
}

/// Refuses a file, or a folder for the files beside it, that cannot be written to.
///
/// SQLite would say that it cannot open the database, which could be anything.
fn expect_writable(path: &Path) -> Result<()> {
    for path in [path, directory_of(path)] {
        access(path, Access::WRITE_OK).map_err(|errno| match io::Error::from(errno) {
            error
                if matches!(
                    error.kind(),
                    io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
                ) =>
            {
                Error::ReadOnly {
                    source: Box::new(error),
                }
            }
            error => file_error(path, error),
        })?;
    }
    Ok(())
}

/// Takes the file, and those SQLite left beside it, away from group and others, as after a copy with
/// an open umask. Files that SQLite makes later get the mode of the first.
fn close_to_others(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        let beside = Path::new(&beside);
        match fs::metadata(beside) {
            Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(beside, Permissions::from_mode(MODE))
                    .map_err(|source| file_error(beside, source))?;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(file_error(beside, source)),
        }
    }
    Ok(())
}

/// Makes the entry of a new file durable.
fn sync_directory(path: &Path) -> Result<()> {
    let directory = directory_of(path);
    fs::File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| file_error(directory, source))
}

fn directory_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| *parent != Path::new(""))
        .unwrap_or(Path::new("."))
}

fn file_error(path: &Path, source: io::Error) -> Error {
    Error::File {
        path: path.to_owned(),
        source,
    }
}

/// Says what a failed migration means for the file.
fn migration_error(error: MigrateError) -> Error {
    let known = newest_migration();
    match error {
        MigrateError::VersionMissing(found) if found > known => Error::SchemaNewer { found, known },
        MigrateError::VersionMissing(version)
        | MigrateError::VersionMismatch(version)
        | MigrateError::Dirty(version) => Error::SchemaForeign { version },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => Error::Database {
            source: Box::new(other),
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[tokio::test]
    async fn every_connection_is_durable_and_checks_references() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vault.sqlite");
        create(&path).await.unwrap();
        let pool = open(&path).await.unwrap();
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(pool.acquire().await.unwrap());
        }
        for connection in &mut connections {
            let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
                .fetch_one(&mut **connection)
                .await
                .unwrap();
            assert_eq!(journal, "wal");
            for (pragma, expected) in [
                ("PRAGMA synchronous", 2),
                ("PRAGMA foreign_keys", 1),
                ("PRAGMA secure_delete", 1),
                ("PRAGMA recursive_triggers", 1),
                ("PRAGMA trusted_schema", 0),
                ("PRAGMA busy_timeout", 10_000),
            ] {
                let value: i64 = sqlx::query_scalar(pragma)
                    .fetch_one(&mut **connection)
                    .await
                    .unwrap();
                assert_eq!(value, expected, "{pragma}");
            }
        }
    }

    #[tokio::test]
    async fn the_migrations_make_the_schema_that_vaults_are_held_against() {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect("sqlite::memory:")
            .await
            .unwrap();
        MIGRATIONS.run(&pool).await.unwrap();
        assert_eq!(
            schema(&pool).await.unwrap(),
            SCHEMA,
            "schema.sql is to be what the left side says"
        );
    }

    #[tokio::test]
    async fn every_table_is_strict() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vault.sqlite");
        create(&path).await.unwrap();
        let pool = open(&path).await.unwrap();
        let loose: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM pragma_table_list
             WHERE schema = 'main' AND type = 'table' AND strict = 0
               AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        assert_eq!(loose, Vec::<String>::new());
    }
}
