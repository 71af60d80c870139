//! Masters, the steps of a rotation, keys under a master, and officers' later keys.

use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::keys;
use super::row::{bad_value, bytes, count, count_or_null, to_column, value, word};
use crate::error::{Error, Result};
use crate::id::{KeyId, LeafIndex};
use crate::key::Versions;
use crate::master::{CountUnder, KeyMove, KeyUnder, Master, Masters, Office, Phase, Rotation};

/// The most masters or officers' keys that are looked at: years of rotations.
const MOST: u32 = 1024;
/// The most keys of one page.
const LONGEST_PAGE: u32 = 4096;

/// Reads masters and the newest step; the caller's transaction makes them one snapshot.
pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Masters> {
    let rows = sqlx::query("SELECT * FROM master ORDER BY number LIMIT ?")
        .bind(MOST + 1)
        .fetch_all(&mut *connection)
        .await?;
    if rows.len() > MOST as usize {
        return Err(bad_value("master.number"));
    }
    let masters = rows.iter().map(master).collect::<Result<_>>()?;
    Ok(Masters {
        masters,
        rotation: newest(connection).await?,
    })
}

fn master(row: &SqliteRow) -> Result<Master> {
    Ok(Master {
        number: count(row, "number")?,
        label: value(row, "label")?,
        mechanism: count(row, "mechanism")?,
        rfc: count(row, "rfc")?,
        canary: value(row, "canary")?,
        spki: value(row, "spki")?,
        officer_signature: value(row, "officer_signature")?,
        intent: LeafIndex(count(row, "intent")?),
        leaf: LeafIndex(count(row, "leaf")?),
    })
}

async fn newest(connection: &mut SqliteConnection) -> Result<Option<Rotation>> {
    let row = sqlx::query("SELECT * FROM rotation ORDER BY version DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Rotation {
            version: count(&row, "version")?,
            master: count(&row, "master")?,
            phase: word(&row, "phase", Phase::parse)?,
            officer_signature: value(&row, "officer_signature")?,
            intent: LeafIndex(count(&row, "intent")?),
        })
    })
    .transpose()
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    master: &Master,
    leaf: LeafIndex,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO master
         (number, label, mechanism, rfc, canary, spki, officer_signature, intent, leaf)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(to_column(master.number)?)
    .bind(&master.label)
    .bind(to_column(master.mechanism)?)
    .bind(master.rfc)
    .bind(&master.canary)
    .bind(&master.spki)
    .bind(&master.officer_signature)
    .bind(to_column(master.intent.0)?)
    .bind(to_column(leaf.0)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a step that follows the newest one.
pub(super) async fn insert_step(
    connection: &mut SqliteConnection,
    rotation: &Rotation,
) -> Result<()> {
    let found = newest(connection).await?.map_or(0, |newest| newest.version);
    if rotation.version != found + 1 {
        return Err(Error::RotationChanged { found });
    }
    sqlx::query(
        "INSERT INTO rotation (version, master, phase, officer_signature, intent)
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(to_column(rotation.version)?)
    .bind(to_column(rotation.master)?)
    .bind(rotation.phase.as_str())
    .bind(&rotation.officer_signature)
    .bind(to_column(rotation.intent.0)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Refuses while keys that may still be used are under a master.
pub(super) async fn expect_left(connection: &mut SqliteConnection, label: &str) -> Result<()> {
    let CountUnder { all, .. } = count_under(connection, label, LeafIndex(0)).await?;
    if all > 0 {
        return Err(Error::KeysRemain {
            label: label.to_owned(),
            count: all,
        });
    }
    Ok(())
}

pub(super) async fn count_under(
    connection: &mut SqliteConnection,
    label: &str,
    after: LeafIndex,
) -> Result<CountUnder> {
    let row = sqlx::query(
        "SELECT count(*) AS counted, coalesce(sum(key.born > ?), 0) AS born_after
         FROM key_state JOIN key ON key.id = key_state.key
         WHERE key_state.wrapping_key = ? AND key_state.status <> 'revoked'",
    )
    .bind(to_column(after.0)?)
    .bind(label)
    .fetch_one(connection)
    .await?;
    Ok(CountUnder {
        all: count(&row, "counted")?,
        born_after: count(&row, "born_after")?,
    })
}

pub(super) async fn under(
    connection: &mut SqliteConnection,
    label: &str,
    after: Option<KeyId>,
    limit: u32,
) -> Result<Vec<KeyUnder>> {
    let rows = sqlx::query(
        "SELECT key_state.key, key.born FROM key_state JOIN key ON key.id = key_state.key
         WHERE key_state.wrapping_key = ? AND key_state.status <> 'revoked' AND key_state.key > ?
         ORDER BY key_state.key LIMIT ?",
    )
    .bind(label)
    .bind(after.as_ref().map_or(&[][..], |key| key.as_bytes()))
    .bind(limit.min(LONGEST_PAGE))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(KeyUnder {
                key: bytes(row, "key")?,
                born: count_or_null(row, "born")?.map(LeafIndex),
            })
        })
        .collect()
}

/// Replaces a state by one that differs in its master: what else is said of the state, the owner's
/// suspension among it, is said of the new one.
pub(super) async fn move_key(connection: &mut SqliteConnection, moved: &KeyMove) -> Result<()> {
    let KeyMove {
        key,
        expected,
        state,
        mac,
    } = moved;
    keys::update_state(connection, *key, *expected, state, *mac).await?;
    let Versions { state: before, .. } = *expected;
    for copy in [
        "INSERT INTO status_change (key, state_version, at, officer, reason, note, leaf)
         SELECT key, ?, at, officer, reason, note, leaf FROM status_change
         WHERE key = ? AND state_version = ?",
        "INSERT INTO own_suspension (key, state_version, at, note, leaf)
         SELECT key, ?, at, note, leaf FROM own_suspension WHERE key = ? AND state_version = ?",
    ] {
        sqlx::query(copy)
            .bind(to_column(state.version)?)
            .bind(key.as_bytes().as_slice())
            .bind(to_column(before)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn insert_office(
    connection: &mut SqliteConnection,
    office: &Office,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO office (number, account, key, replaced, officer_signature, intent)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(to_column(office.number)?)
    .bind(office.account.as_bytes().as_slice())
    .bind(office.key.as_bytes().as_slice())
    .bind(office.replaced.as_bytes().as_slice())
    .bind(&office.officer_signature)
    .bind(to_column(office.intent.0)?)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn offices(connection: &mut SqliteConnection) -> Result<Vec<Office>> {
    let rows = sqlx::query(
        "SELECT office.*, leaf.leaf_index AS outcome
         FROM office LEFT JOIN leaf ON leaf.intent = office.intent ORDER BY number LIMIT ?",
    )
    .bind(MOST + 1)
    .fetch_all(connection)
    .await?;
    if rows.len() > MOST as usize {
        return Err(bad_value("office.number"));
    }
    rows.iter()
        .map(|row| {
            Ok(Office {
                number: count(row, "number")?,
                account: bytes(row, "account")?,
                key: bytes(row, "key")?,
                replaced: bytes(row, "replaced")?,
                officer_signature: value(row, "officer_signature")?,
                intent: LeafIndex(count(row, "intent")?),
                outcome: count_or_null(row, "outcome")?.map(LeafIndex),
            })
        })
        .collect()
}
