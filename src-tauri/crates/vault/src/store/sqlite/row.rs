//! Between Rust values and columns.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, Sqlite, Type};

use crate::error::{Error, Result};
use crate::id::UnixTime;
use crate::store::Counts;

/// Primary result codes (SQLite, "Result and Error Codes"); the extended ones carry them below.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READONLY: i32 = 8;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const NOTADB: i32 = 26;
    /// SQLITE_IOERR_SHMSIZE, extended: the file that readers of the write-ahead log share cannot
    /// grow. It is the first thing that is written, so a full disk is told by this one.
    pub(super) const SHARED_FILE_SIZE: i32 = 10 | 19 << 8;
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(|error| error.code()?.parse::<i32>().ok())
            .map(|extended| match extended {
                code::SHARED_FILE_SIZE => code::FULL,
                other => other & 0xff,
            });
        let pool_timed_out = matches!(error, sqlx::Error::PoolTimedOut);
        if let sqlx::Error::ColumnDecode { index, .. } = &error {
            return bad_value(index.trim_matches('"'));
        }
        let source = Box::new(error);
        match code {
            Some(code::BUSY | code::LOCKED) => Self::Busy { source },
            Some(code::READONLY) => Self::ReadOnly { source },
            Some(code::CORRUPT | code::NOTADB) => Self::Damaged { source },
            Some(code::FULL) => Self::Full { source },
            _ if pool_timed_out => Self::Busy { source },
            _ => Self::Database { source },
        }
    }
}

/// Tells whether a statement failed because `columns` (`table.column`) must be unique.
pub(super) fn is_taken(error: &sqlx::Error, columns: &str) -> bool {
    error.as_database_error().is_some_and(|error| {
        // SQLite names the constraint nowhere but in its message: "UNIQUE constraint failed: t.c".
        error.is_unique_violation() && error.message().ends_with(columns)
    })
}

/// Tells whether a statement failed because a row it refers to does not exist.
pub(super) fn is_dangling(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
}

pub(super) fn bad_value(column: &str) -> Error {
    Error::BadValue {
        column: column.to_owned(),
    }
}

/// Brings a count into a column.
pub(super) fn to_column(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::TooLarge { number })
}

/// Reads one column.
pub(super) fn value<'r, T>(row: &'r SqliteRow, column: &str) -> Result<T>
where
    T: sqlx::Decode<'r, Sqlite> + Type<Sqlite>,
{
    Ok(row.try_get(column)?)
}

/// Reads one column of a fixed number of bytes.
pub(super) fn bytes<T, const N: usize>(row: &SqliteRow, column: &str) -> Result<T>
where
    T: From<[u8; N]>,
{
    let bytes: &[u8] = value(row, column)?;
    let bytes: [u8; N] = bytes.try_into().map_err(|_| bad_value(column))?;
    Ok(bytes.into())
}

/// Reads one column of a fixed number of bytes, or NULL.
pub(super) fn bytes_or_null<T, const N: usize>(row: &SqliteRow, column: &str) -> Result<Option<T>>
where
    T: From<[u8; N]>,
{
    let Some(bytes): Option<&[u8]> = value(row, column)? else {
        return Ok(None);
    };
    let bytes: [u8; N] = bytes.try_into().map_err(|_| bad_value(column))?;
    Ok(Some(bytes.into()))
}

/// Reads one column that counts something.
pub(super) fn count<T: TryFrom<i64>>(row: &SqliteRow, column: &str) -> Result<T> {
    let number: i64 = value(row, column)?;
    T::try_from(number).map_err(|_| bad_value(column))
}

/// Reads one column that counts something, or NULL.
pub(super) fn count_or_null<T: TryFrom<i64>>(row: &SqliteRow, column: &str) -> Result<Option<T>> {
    let number: Option<i64> = value(row, column)?;
    number
        .map(|number| T::try_from(number).map_err(|_| bad_value(column)))
        .transpose()
}

/// Reads one column that holds a word of a closed set.
pub(super) fn word<T>(row: &SqliteRow, column: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    parse(value(row, column)?).ok_or_else(|| bad_value(column))
}

/// Reads one column of Unix seconds.
pub(super) fn time(row: &SqliteRow, column: &str) -> Result<UnixTime> {
    Ok(UnixTime(value(row, column)?))
}

pub(super) async fn now(connection: &mut SqliteConnection) -> Result<UnixTime> {
    let seconds: i64 = sqlx::query_scalar("SELECT unixepoch()")
        .fetch_one(connection)
        .await?;
    Ok(UnixTime(seconds))
}

pub(super) async fn counts(connection: &mut SqliteConnection) -> Result<Counts> {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM account) AS accounts,
                (SELECT count(*) FROM key) AS keys,
                (SELECT count(*) FROM certificate) AS certificates,
                (SELECT count(*) FROM leaf) AS leaves,
                (SELECT count(*) FROM event) AS events,
                (SELECT count(*) FROM open_intent) AS open_intents,
                (SELECT count(*) FROM head) AS heads",
    )
    .fetch_one(connection)
    .await?;
    Ok(Counts {
        accounts: count(&row, "accounts")?,
        keys: count(&row, "keys")?,
        certificates: count(&row, "certificates")?,
        leaves: count(&row, "leaves")?,
        events: count(&row, "events")?,
        open_intents: count(&row, "open_intents")?,
        heads: count(&row, "heads")?,
    })
}

/// The most findings one check reports; more would say nothing new.
const MAX_FINDINGS: usize = 100;

pub(super) async fn check(connection: &mut SqliteConnection) -> Result<Vec<String>> {
    let mut findings: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(100)")
        .fetch_all(&mut *connection)
        .await?;
    findings.retain(|finding| finding != "ok");
    let dangling = sqlx::query("PRAGMA foreign_key_check")
        .fetch_all(&mut *connection)
        .await?;
    for row in dangling.iter().take(MAX_FINDINGS) {
        let table: String = value(row, "table")?;
        let parent: String = value(row, "parent")?;
        findings.push(format!("a row of {table} refers to no row of {parent}"));
    }
    Ok(findings)
}
