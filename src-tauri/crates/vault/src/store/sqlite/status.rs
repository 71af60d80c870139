//! Changes of status, own suspensions, abandoned serial numbers, revocation lists.

use sqlx::sqlite::SqliteConnection;

use super::keys;
use super::row::{bytes, count, count_or_null, time, to_column, value};
use crate::error::{Error, Result};
use crate::id::{KeyId, LeafIndex, UnixTime};
use crate::status::{
    AbandonedSerial, OffKey, OffList, RevocationList, RevocationLists, StatusChange, StatusNote,
};
use crate::store::OwnSuspension;

/// The name in `meta` that is there as long as a revocation list must be made.
const DUE: &str = "revocation_list_due";

/// Notes that the list in the folder no longer says what is so.
///
/// Every change draws another mark, so that a list begun before it does not take it away.
async fn make_due(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query(
        "INSERT INTO meta (name, value) VALUES (?, randomblob(16))
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(DUE)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn insert_change(
    connection: &mut SqliteConnection,
    key: KeyId,
    state_version: u64,
    note: &StatusNote,
    leaf: LeafIndex,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO status_change (key, state_version, at, officer, reason, note, leaf)
         VALUES (?, ?, unixepoch(), ?, ?, ?, ?)",
    )
    .bind(key.as_bytes().as_slice())
    .bind(to_column(state_version)?)
    .bind(&note.officer)
    .bind(&note.reason)
    .bind(&note.note)
    .bind(to_column(leaf.0)?)
    .execute(&mut *connection)
    .await?;
    make_due(connection).await
}

pub(super) async fn insert_own_suspension(
    connection: &mut SqliteConnection,
    suspension: &OwnSuspension,
    leaf: LeafIndex,
) -> Result<()> {
    let key = suspension.key;
    keys::expect_versions(connection, key, suspension.expected).await?;
    let version = suspension.expected.state;
    // A second one for the same state says nothing new.
    sqlx::query(
        "INSERT INTO own_suspension (key, state_version, at, note, leaf)
         VALUES (?, ?, unixepoch(), ?, ?) ON CONFLICT (key, state_version) DO NOTHING",
    )
    .bind(key.as_bytes().as_slice())
    .bind(to_column(version)?)
    .bind(&suspension.note)
    .bind(to_column(leaf.0)?)
    .execute(&mut *connection)
    .await?;
    make_due(connection).await
}

pub(super) async fn insert_abandoned(
    connection: &mut SqliteConnection,
    serial: &[u8],
    leaf: LeafIndex,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO abandoned_serial (serial, at, leaf) VALUES (?, unixepoch(), ?)
         ON CONFLICT (serial) DO NOTHING",
    )
    .bind(serial)
    .bind(to_column(leaf.0)?)
    .execute(&mut *connection)
    .await?;
    make_due(connection).await
}

/// The owner's own suspension of the state of this version, and the newest change made to it.
pub(super) async fn of_key(
    connection: &mut SqliteConnection,
    key: KeyId,
    state_version: u64,
) -> Result<(Option<StatusChange>, Option<StatusChange>)> {
    let own =
        sqlx::query("SELECT at, note FROM own_suspension WHERE key = ? AND state_version = ?")
            .bind(key.as_bytes().as_slice())
            .bind(to_column(state_version)?)
            .fetch_optional(&mut *connection)
            .await?;
    let own = own
        .map(|row| {
            Ok::<_, Error>(StatusChange {
                at: time(&row, "at")?,
                officer: None,
                note: value(&row, "note")?,
            })
        })
        .transpose()?;
    let change = sqlx::query(
        "SELECT at, officer, note FROM status_change WHERE key = ? AND state_version = ?",
    )
    .bind(key.as_bytes().as_slice())
    .bind(to_column(state_version)?)
    .fetch_optional(connection)
    .await?;
    let change = change
        .map(|row| {
            Ok::<_, Error>(StatusChange {
                at: time(&row, "at")?,
                officer: Some(value(&row, "officer")?),
                note: value(&row, "note")?,
            })
        })
        .transpose()?;
    Ok((own, change))
}

/// Keys that are not in use. A cross join is done in this order: few people suspend their keys.
pub(super) const OFF: &str = "
    SELECT key_state.key, coalesce(status_change.at, 0) AS at, status_change.reason, NULL AS own
    FROM key_state
    LEFT JOIN status_change ON status_change.key = key_state.key
                           AND status_change.state_version = key_state.version
    WHERE key_state.status <> 'active'
    UNION ALL
    SELECT key_state.key, own_suspension.at, NULL, own_suspension.leaf
    FROM own_suspension
    CROSS JOIN key_state ON key_state.key = own_suspension.key
                        AND key_state.version = own_suspension.state_version
    WHERE key_state.status = 'active'";

/// Reads what belongs on the list; the caller's transaction makes it one snapshot.
pub(super) async fn off(connection: &mut SqliteConnection) -> Result<OffList> {
    let keys = sqlx::query(OFF).fetch_all(&mut *connection).await?;
    let abandoned = sqlx::query("SELECT serial, at, leaf FROM abandoned_serial")
        .fetch_all(&mut *connection)
        .await?;
    let mark = sqlx::query_scalar("SELECT value FROM meta WHERE name = ?")
        .bind(DUE)
        .fetch_optional(connection)
        .await?;
    let keys = keys.iter().map(|row| {
        Ok(OffKey {
            key: bytes(row, "key")?,
            at: time(row, "at")?,
            reason: value(row, "reason")?,
            own: count_or_null(row, "own")?.map(LeafIndex),
        })
    });
    let abandoned = abandoned.iter().map(|row| {
        Ok(AbandonedSerial {
            serial: value(row, "serial")?,
            at: time(row, "at")?,
            leaf: LeafIndex(count(row, "leaf")?),
        })
    });
    Ok(OffList {
        keys: keys.collect::<Result<_>>()?,
        abandoned: abandoned.collect::<Result<_>>()?,
        mark,
    })
}

pub(super) async fn lists(connection: &mut SqliteConnection) -> Result<RevocationLists> {
    let row =
        sqlx::query("SELECT number, at, entries FROM revocation_list ORDER BY number DESC LIMIT 1")
            .fetch_optional(&mut *connection)
            .await?;
    let newest = row
        .map(|row| {
            Ok::<_, Error>(RevocationList {
                number: count(&row, "number")?,
                at: time(&row, "at")?,
                entries: count(&row, "entries")?,
            })
        })
        .transpose()?;
    let due = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM meta WHERE name = ?)")
        .bind(DUE)
        .fetch_one(connection)
        .await?;
    Ok(RevocationLists { newest, due })
}

pub(super) async fn insert_list(
    connection: &mut SqliteConnection,
    list: RevocationList,
    mark: Option<&[u8]>,
) -> Result<()> {
    let RevocationList {
        number,
        at: UnixTime(at),
        entries,
    } = list;
    let newest = lists(connection).await?.newest;
    if newest.is_some_and(|newest| newest.number >= number) {
        return Err(Error::RevocationListNumber { number });
    }
    sqlx::query("INSERT INTO revocation_list (number, at, entries) VALUES (?, ?, ?)")
        .bind(to_column(number)?)
        .bind(at)
        .bind(entries)
        .execute(&mut *connection)
        .await?;
    // What changed since the entries were read is not on this list.
    sqlx::query("DELETE FROM meta WHERE name = ? AND value IS ?")
        .bind(DUE)
        .bind(mark)
        .execute(connection)
        .await?;
    Ok(())
}
