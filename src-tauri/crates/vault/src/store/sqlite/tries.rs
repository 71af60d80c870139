//! Tries, counted before they are judged.

use sqlx::sqlite::SqliteConnection;

use super::row::{count, count_or_null, is_dangling, time};
use crate::error::{Error, Result};
use crate::id::{KeyId, MachineId, UnixTime};
use crate::tries::Tries;

pub(super) async fn read(
    connection: &mut SqliteConnection,
    key: KeyId,
    machine: MachineId,
) -> Result<Option<Tries>> {
    let row = sqlx::query(
        "SELECT count, first_at, last_at, last_wrong_at FROM tries WHERE key = ? AND machine = ?",
    )
    .bind(key.as_bytes().as_slice())
    .bind(machine.as_bytes().as_slice())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Tries {
            count: count(&row, "count")?,
            first_at: time(&row, "first_at")?,
            last_at: time(&row, "last_at")?,
            last_wrong_at: count_or_null(&row, "last_wrong_at")?.map(UnixTime),
        })
    })
    .transpose()
}

/// Counts a try; returns the count with it, and when it was counted.
pub(super) async fn raise(
    connection: &mut SqliteConnection,
    key: KeyId,
    machine: MachineId,
) -> Result<(u32, UnixTime)> {
    let raised = sqlx::query(
        "INSERT INTO tries (key, machine, count, first_at, last_at)
         VALUES (?, ?, 1, unixepoch(), unixepoch())
         ON CONFLICT (key, machine) DO UPDATE
         SET count = count + 1, prior_at = last_at, last_at = excluded.last_at
         RETURNING count, last_at",
    )
    .bind(key.as_bytes().as_slice())
    .bind(machine.as_bytes().as_slice())
    .fetch_one(connection)
    .await;
    match raised {
        Ok(row) => Ok((count(&row, "count")?, time(&row, "last_at")?)),
        Err(error) if is_dangling(&error) => Err(Error::KeyUnknown { key }),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn clear(
    connection: &mut SqliteConnection,
    key: KeyId,
    machine: MachineId,
) -> Result<()> {
    sqlx::query("DELETE FROM tries WHERE key = ? AND machine = ?")
        .bind(key.as_bytes().as_slice())
        .bind(machine.as_bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn note_wrong(
    connection: &mut SqliteConnection,
    key: KeyId,
    machine: MachineId,
) -> Result<()> {
    let noted =
        sqlx::query("UPDATE tries SET last_wrong_at = unixepoch() WHERE key = ? AND machine = ?")
            .bind(key.as_bytes().as_slice())
            .bind(machine.as_bytes().as_slice())
            .execute(connection)
            .await?;
    if noted.rows_affected() == 0 {
        return Err(Error::TryUnknown { key, machine });
    }
    Ok(())
}

/// Takes the latest try back, and with it the time it was counted at.
pub(super) async fn lower(
    connection: &mut SqliteConnection,
    key: KeyId,
    machine: MachineId,
) -> Result<()> {
    // Never to zero: a count is at least 1, and the row of a single try goes.
    let lowered = sqlx::query(
        "UPDATE tries SET count = count - 1, last_at = coalesce(prior_at, last_at), prior_at = NULL
         WHERE key = ? AND machine = ? AND count > 1",
    )
    .bind(key.as_bytes().as_slice())
    .bind(machine.as_bytes().as_slice())
    .execute(&mut *connection)
    .await?;
    if lowered.rows_affected() == 1 {
        return Ok(());
    }
    let gone = sqlx::query("DELETE FROM tries WHERE key = ? AND machine = ?")
        .bind(key.as_bytes().as_slice())
        .bind(machine.as_bytes().as_slice())
        .execute(connection)
        .await?;
    if gone.rows_affected() == 0 {
        return Err(Error::TryUnknown { key, machine });
    }
    Ok(())
}
