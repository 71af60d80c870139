//! Offices that were given and taken.

use sqlx::sqlite::SqliteConnection;

use super::keys;
use super::row::{bad_value, bytes, count, count_or_null, to_column, value, word};
use crate::error::Result;
use crate::grant::{Grant, Granted, NewGrant};
use crate::id::LeafIndex;
use crate::store::MAX_GRANTS;

pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Grant>> {
    let rows = sqlx::query(
        "SELECT role_grant.*, leaf.leaf_index AS outcome
         FROM role_grant LEFT JOIN leaf ON leaf.intent = role_grant.intent
         ORDER BY number LIMIT ?",
    )
    .bind(MAX_GRANTS + 1)
    .fetch_all(connection)
    .await?;
    // A row that is left out may be a withdrawal: all of them or none.
    if rows.len() > MAX_GRANTS as usize {
        return Err(bad_value("role_grant.number"));
    }
    rows.iter()
        .map(|row| {
            Ok(Grant {
                account: bytes(row, "account")?,
                key: bytes(row, "key")?,
                granted: word(row, "role", Granted::parse)?,
                officer_signature: value(row, "officer_signature")?,
                intent: LeafIndex(count(row, "intent")?),
                outcome: count_or_null(row, "outcome")?.map(LeafIndex),
            })
        })
        .collect()
}

pub(super) async fn insert(connection: &mut SqliteConnection, new: &NewGrant) -> Result<()> {
    let grant = &new.grant;
    sqlx::query(
        "INSERT INTO role_grant (number, account, key, role, officer_signature, intent)
         VALUES ((SELECT coalesce(max(number), 0) + 1 FROM role_grant), ?, ?, ?, ?, ?)",
    )
    .bind(grant.account.as_bytes().as_slice())
    .bind(grant.key.as_bytes().as_slice())
    .bind(grant.granted.as_str())
    .bind(&grant.officer_signature)
    .bind(to_column(grant.intent.0)?)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM issuing_pin WHERE account = ?")
        .bind(grant.account.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    match &new.issuing_pin {
        Some(record) => keys::insert_issuing_pin(connection, record).await,
        None => Ok(()),
    }
}
