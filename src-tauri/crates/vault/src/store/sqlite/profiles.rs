//! Token profiles.

use sqlx::sqlite::SqliteConnection;

use super::row::{count, to_column, value};
use crate::error::{Error, Result};
use crate::id::LeafIndex;
use crate::profile::TokenProfile;

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    profile: &TokenProfile,
) -> Result<()> {
    let newest = newest(connection).await?.map_or(0, |newest| newest.version);
    if profile.version <= newest {
        return Err(Error::TokenProfileChanged { newest });
    }
    sqlx::query(
        "INSERT INTO token_profile (version, profile, signature, intent) VALUES (?, ?, ?, ?)",
    )
    .bind(to_column(profile.version)?)
    .bind(&profile.profile)
    .bind(&profile.signature)
    .bind(to_column(profile.intent.0)?)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn newest(connection: &mut SqliteConnection) -> Result<Option<TokenProfile>> {
    let row = sqlx::query(
        "SELECT version, profile, signature, intent FROM token_profile
         ORDER BY version DESC LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(TokenProfile {
        version: count(&row, "version")?,
        profile: value(&row, "profile")?,
        signature: value(&row, "signature")?,
        intent: LeafIndex(count(&row, "intent")?),
    }))
}
