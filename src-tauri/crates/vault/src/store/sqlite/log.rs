//! Leaves, events, heads.

use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::row::{bytes, bytes_or_null, count, count_or_null, time, to_column, value};
use super::tree;
use crate::error::{Error, Result};
use crate::id::{LeafIndex, RequestId};
use crate::log::{Event, Head, INTENT, Leaf, Logged, LoggedRequest, NewLeaf, OpenIntent, Restore};
use crate::store::{MAX_HEADS, MAX_LEAVES};

/// SQLite would go through all heads to order them by two columns, and there is one for each leaf.
pub(super) const LATEST_HEAD: &str = "
    SELECT size, root, note, notarised FROM head WHERE size = (SELECT max(size) FROM head)
    ORDER BY head_id DESC LIMIT 1";

/// Appends a leaf. The caller's transaction holds the write lock, so the index is free.
pub(super) async fn append(connection: &mut SqliteConnection, new: &NewLeaf) -> Result<LeafIndex> {
    if let Some(request) = new.request_id
        && let Some(logged) = by_request(connection, request).await?
    {
        return Err(Error::RequestRepeated {
            index: logged.index,
        });
    }
    let leaves = count_leaves(connection).await?;
    tree::follow(connection, new, leaves).await?;
    if let Some(intent) = new.intent {
        if intent.0 >= leaves {
            return Err(Error::LeafUnknown { index: intent });
        }
        if outcome_of(connection, intent).await?.is_some() {
            return Err(Error::OutcomeRepeated { index: intent });
        }
    }
    let index = to_column(leaves)?;
    sqlx::query(
        "INSERT INTO leaf (leaf_index, kind, bytes, at, request_id, intent, mac)
         VALUES (?, ?, ?, unixepoch(), ?, ?, ?)",
    )
    .bind(index)
    .bind(&new.kind)
    .bind(&new.leaf)
    .bind(new.request_id.as_ref().map(|id| id.as_bytes().as_slice()))
    .bind(new.intent.map(|intent| to_column(intent.0)).transpose()?)
    .bind(new.mac.as_bytes().as_slice())
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO event (leaf_index, salt, bytes) VALUES (?, ?, ?)")
        .bind(index)
        .bind(&new.salt)
        .bind(&new.event)
        .execute(&mut *connection)
        .await?;
    if new.kind == INTENT {
        sqlx::query("INSERT INTO open_intent (leaf_index) VALUES (?)")
            .bind(index)
            .execute(&mut *connection)
            .await?;
    }
    if let Some(intent) = new.intent {
        sqlx::query("DELETE FROM open_intent WHERE leaf_index = ?")
            .bind(to_column(intent.0)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(LeafIndex(leaves))
}

pub(super) async fn count_leaves(connection: &mut SqliteConnection) -> Result<u64> {
    // Leaves have no gaps, so the last index says it without counting.
    let row = sqlx::query("SELECT coalesce(max(leaf_index) + 1, 0) AS leaves FROM leaf")
        .fetch_one(connection)
        .await?;
    count(&row, "leaves")
}

pub(super) async fn leaves(
    connection: &mut SqliteConnection,
    from: LeafIndex,
    limit: u32,
) -> Result<Vec<Leaf>> {
    let rows = sqlx::query(
        "SELECT leaf_index, kind, bytes, at, request_id, intent, mac FROM leaf
         WHERE leaf_index >= ? ORDER BY leaf_index LIMIT ?",
    )
    .bind(to_column(from.0)?)
    .bind(limit.min(MAX_LEAVES))
    .fetch_all(connection)
    .await?;
    rows.iter().map(leaf).collect()
}

fn leaf(row: &SqliteRow) -> Result<Leaf> {
    Ok(Leaf {
        index: LeafIndex(count(row, "leaf_index")?),
        kind: value(row, "kind")?,
        leaf: value(row, "bytes")?,
        at: time(row, "at")?,
        request_id: bytes_or_null(row, "request_id")?,
        intent: count_or_null(row, "intent")?.map(LeafIndex),
        mac: bytes_or_null(row, "mac")?,
    })
}

pub(super) async fn event(
    connection: &mut SqliteConnection,
    index: LeafIndex,
) -> Result<Option<Event>> {
    let row = sqlx::query("SELECT salt, bytes FROM event WHERE leaf_index = ?")
        .bind(to_column(index.0)?)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Event {
            salt: value(&row, "salt")?,
            bytes: value(&row, "bytes")?,
        })
    })
    .transpose()
}

pub(super) async fn by_request(
    connection: &mut SqliteConnection,
    request: RequestId,
) -> Result<Option<LoggedRequest>> {
    let row = sqlx::query(
        "SELECT begun.leaf_index, begun.kind, outcome.leaf_index AS outcome
         FROM leaf AS begun LEFT JOIN leaf AS outcome ON outcome.intent = begun.leaf_index
         WHERE begun.request_id = ?",
    )
    .bind(request.as_bytes().as_slice())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(LoggedRequest {
            index: LeafIndex(count(&row, "leaf_index")?),
            kind: value(&row, "kind")?,
            outcome: count_or_null(&row, "outcome")?.map(LeafIndex),
        })
    })
    .transpose()
}

async fn outcome_of(
    connection: &mut SqliteConnection,
    intent: LeafIndex,
) -> Result<Option<LeafIndex>> {
    let row = sqlx::query("SELECT leaf_index FROM leaf WHERE intent = ?")
        .bind(to_column(intent.0)?)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(LeafIndex(count(&row, "leaf_index")?)))
        .transpose()
}

pub(super) async fn open_intents(connection: &mut SqliteConnection) -> Result<Vec<OpenIntent>> {
    let rows = sqlx::query(
        "SELECT leaf.leaf_index, leaf.at, leaf.request_id
         FROM open_intent JOIN leaf ON leaf.leaf_index = open_intent.leaf_index
         ORDER BY open_intent.leaf_index LIMIT ?",
    )
    .bind(MAX_LEAVES)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OpenIntent {
                index: LeafIndex(count(row, "leaf_index")?),
                at: time(row, "at")?,
                request_id: bytes_or_null(row, "request_id")?,
            })
        })
        .collect()
}

pub(super) async fn put_head(connection: &mut SqliteConnection, head: &Head) -> Result<()> {
    let leaves = count_leaves(connection).await?;
    if head.size > leaves {
        return Err(Error::HeadAhead {
            size: head.size,
            leaves,
        });
    }
    let size = to_column(head.size)?;
    let forked: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM head WHERE size = ? AND root <> ?)")
            .bind(size)
            .bind(head.root.as_bytes().as_slice())
            .fetch_one(&mut *connection)
            .await?;
    if forked {
        return Err(Error::HeadForked { size: head.size });
    }
    sqlx::query(
        "INSERT INTO head (size, root, note, notarised) VALUES (?, ?, ?, ?)
         ON CONFLICT (size, root, note) DO NOTHING",
    )
    .bind(size)
    .bind(head.root.as_bytes().as_slice())
    .bind(&head.note)
    .bind(head.notarised)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn latest_head(connection: &mut SqliteConnection) -> Result<Option<Head>> {
    let row = sqlx::query(LATEST_HEAD).fetch_optional(connection).await?;
    row.as_ref().map(head).transpose()
}

pub(super) async fn latest_notarised(connection: &mut SqliteConnection) -> Result<Option<Head>> {
    let row = sqlx::query(
        "SELECT size, root, note, notarised FROM head WHERE notarised = 1
         ORDER BY size DESC, head_id DESC LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(head).transpose()
}

pub(super) async fn heads(
    connection: &mut SqliteConnection,
    from: u64,
    to: u64,
) -> Result<Vec<Head>> {
    let rows = sqlx::query(
        "SELECT size, root, note, notarised FROM head WHERE size >= ? AND size < ?
         ORDER BY size, head_id LIMIT ?",
    )
    .bind(to_column(from)?)
    .bind(to_column(to)?)
    .bind(MAX_HEADS)
    .fetch_all(connection)
    .await?;
    rows.iter().map(head).collect()
}

fn head(row: &SqliteRow) -> Result<Head> {
    Ok(Head {
        size: count(row, "size")?,
        root: bytes(row, "root")?,
        note: value(row, "note")?,
        notarised: value(row, "notarised")?,
    })
}

pub(super) async fn logged(
    connection: &mut SqliteConnection,
    from: LeafIndex,
    limit: u32,
) -> Result<Vec<Logged>> {
    let rows = sqlx::query(
        "SELECT leaf.leaf_index, kind, leaf.bytes, at, request_id, intent, mac,
                event.salt AS event_salt, event.bytes AS event_bytes
         FROM leaf LEFT JOIN event ON event.leaf_index = leaf.leaf_index
         WHERE leaf.leaf_index >= ? ORDER BY leaf.leaf_index LIMIT ?",
    )
    .bind(to_column(from.0)?)
    .bind(limit.min(MAX_LEAVES))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let salt: Option<Vec<u8>> = value(row, "event_salt")?;
            let event: Option<Vec<u8>> = value(row, "event_bytes")?;
            Ok(Logged {
                leaf: leaf(row)?,
                event: salt.zip(event).map(|(salt, bytes)| Event { salt, bytes }),
            })
        })
        .collect()
}

pub(super) async fn put_restore(
    connection: &mut SqliteConnection,
    restore: &Restore,
) -> Result<()> {
    let newest = restores(connection).await?;
    let next = newest.first().map_or(1, |newest| newest.sequence + 1);
    if restore.sequence != next {
        return Err(Error::RestoreTaken {
            sequence: restore.sequence,
        });
    }
    sqlx::query("INSERT INTO restore (sequence, statement, signature) VALUES (?, ?, ?)")
        .bind(to_column(restore.sequence)?)
        .bind(&restore.statement)
        .bind(&restore.signature)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn restores(connection: &mut SqliteConnection) -> Result<Vec<Restore>> {
    let rows = sqlx::query(
        "SELECT sequence, statement, signature FROM restore ORDER BY sequence DESC LIMIT 64",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Restore {
                sequence: count(row, "sequence")?,
                statement: value(row, "statement")?,
                signature: value(row, "signature")?,
            })
        })
        .collect()
}
