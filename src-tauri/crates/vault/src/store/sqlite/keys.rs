//! Keys with their states, seals, MACs and certificates; issuing PIN records; the organisation.

use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::row::{
    bad_value, bytes, bytes_or_null, count, count_or_null, is_taken, time, to_column, value, word,
};
use super::{accounts, status};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::id::{AccountId, KeyId, LeafIndex, OrganisationId, RecordMac, Sha256};
use crate::key::{IssuingPin, Key, KeyState, Origin, PublicKey, Record, Seal, Status, Versions};
use crate::log::NewLeaf;
use crate::store::{
    IssuingPinReplacement, KeyReplacement, MAX_PUBLIC_KEYS, MAX_TREE_ENTRIES, SealReplacement,
    StateChange,
};

/// The name in `meta` under which the organisation's id lies.
const ORGANISATION: &str = "organisation";

pub(super) async fn organisation(
    connection: &mut SqliteConnection,
) -> Result<Option<OrganisationId>> {
    let row = sqlx::query("SELECT value FROM meta WHERE name = ?")
        .bind(ORGANISATION)
        .fetch_optional(connection)
        .await?;
    row.map(|row| bytes(&row, "value")).transpose()
}

pub(super) async fn insert_organisation(
    connection: &mut SqliteConnection,
    organisation: OrganisationId,
) -> Result<()> {
    sqlx::query("INSERT INTO meta (name, value) VALUES (?, ?)")
        .bind(ORGANISATION)
        .bind(organisation.as_bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a key's identity, and the intent of the act in which it was born.
pub(super) async fn insert_key(
    connection: &mut SqliteConnection,
    key: &Key,
    born: Option<LeafIndex>,
) -> Result<()> {
    let inserted = sqlx::query(
        "INSERT INTO key (id, account, ordinal, algorithm, spki, identity, origin, born)
         VALUES (?1, ?2, (SELECT coalesce(max(ordinal), 0) + 1 FROM key WHERE account = ?2),
                 ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(key.id.as_bytes().as_slice())
    .bind(key.account.as_bytes().as_slice())
    .bind(&key.algorithm)
    .bind(&key.spki)
    .bind(&key.identity)
    .bind(key.origin.as_str())
    .bind(born.map(|born| to_column(born.0)).transpose()?)
    .execute(connection)
    .await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if is_taken(&error, "key.spki") => Err(Error::PublicKeyTaken { key: key.id }),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn insert_certificate(
    connection: &mut SqliteConnection,
    certificate: &Certificate,
) -> Result<()> {
    let inserted = sqlx::query(
        "INSERT INTO certificate (sha256, key, serial, der, not_before, not_after, subject)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(certificate.sha256.as_bytes().as_slice())
    .bind(
        certificate
            .key
            .as_ref()
            .map(|key| key.as_bytes().as_slice()),
    )
    .bind(&certificate.serial)
    .bind(&certificate.der)
    .bind(certificate.not_before.0)
    .bind(certificate.not_after.0)
    .bind(&certificate.subject)
    .execute(connection)
    .await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if is_taken(&error, "certificate.serial") => Err(Error::SerialTaken {
            serial: certificate.serial.clone(),
        }),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn insert_state(
    connection: &mut SqliteConnection,
    key: KeyId,
    state: &KeyState,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO key_state
         (key, version, status, certificate, wrapping_key, officer_signature, intent)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(key.as_bytes().as_slice())
    .bind(to_column(state.version)?)
    .bind(state.status.as_str())
    .bind(state.certificate.as_bytes().as_slice())
    .bind(&state.wrapping_key)
    .bind(&state.officer_signature)
    .bind(state.intent.map(|intent| to_column(intent.0)).transpose()?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a key's first seal, and the record MAC with it.
pub(super) async fn insert_seal(
    connection: &mut SqliteConnection,
    key: KeyId,
    seal: &Seal,
    mac: RecordMac,
) -> Result<()> {
    sqlx::query("INSERT INTO seal (key, version, sealed, slots, signature) VALUES (?, ?, ?, ?, ?)")
        .bind(key.as_bytes().as_slice())
        .bind(to_column(seal.version)?)
        .bind(&seal.sealed)
        .bind(&seal.slots)
        .bind(&seal.signature)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO record_mac (key, mac) VALUES (?, ?)")
        .bind(key.as_bytes().as_slice())
        .bind(mac.as_bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn insert_issuing_pin(
    connection: &mut SqliteConnection,
    record: &IssuingPin,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO issuing_pin
         (account, generation, identity, version, sealed, slots, signature, mac)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(record.account.as_bytes().as_slice())
    .bind(to_column(record.generation)?)
    .bind(&record.identity)
    .bind(to_column(record.seal.version)?)
    .bind(&record.seal.sealed)
    .bind(&record.seal.slots)
    .bind(&record.seal.signature)
    .bind(record.mac.as_bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// Refuses a change that was made from other versions than those there.
pub(super) async fn expect_versions(
    connection: &mut SqliteConnection,
    key: KeyId,
    expected: Versions,
) -> Result<()> {
    let row = sqlx::query(
        "SELECT key_state.version AS state, seal.version AS seal
         FROM key_state JOIN seal ON seal.key = key_state.key WHERE key_state.key = ?",
    )
    .bind(key.as_bytes().as_slice())
    .fetch_optional(connection)
    .await?
    .ok_or(Error::KeyUnknown { key })?;
    let found = Versions {
        state: count(&row, "state")?,
        seal: count(&row, "seal")?,
    };
    if found != expected {
        return Err(Error::RowChanged { key, expected });
    }
    Ok(())
}

/// Refuses the use of a key that is not active, or that is no longer what it was read as.
pub(super) async fn expect_active(
    connection: &mut SqliteConnection,
    key: KeyId,
    expected: Versions,
) -> Result<()> {
    let row = sqlx::query(
        "SELECT status, EXISTS (SELECT 1 FROM own_suspension
                                WHERE own_suspension.key = key_state.key
                                  AND own_suspension.state_version = key_state.version) AS own
         FROM key_state WHERE key = ?",
    )
    .bind(key.as_bytes().as_slice())
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(Error::KeyUnknown { key })?;
    let status = match word(&row, "status", Status::parse)? {
        Status::Active if value(&row, "own")? => Status::Suspended,
        status => status,
    };
    if status != Status::Active {
        return Err(Error::KeyNotActive { key, status });
    }
    expect_versions(connection, key, expected).await
}

pub(super) async fn replace_seal(
    connection: &mut SqliteConnection,
    replacement: &SealReplacement,
) -> Result<()> {
    let SealReplacement {
        key,
        expected,
        seal,
        mac,
    } = replacement;
    expect_versions(connection, *key, *expected).await?;
    sqlx::query("UPDATE seal SET version = ?, sealed = ?, slots = ?, signature = ? WHERE key = ?")
        .bind(to_column(seal.version)?)
        .bind(&seal.sealed)
        .bind(&seal.slots)
        .bind(&seal.signature)
        .bind(key.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    replace_mac(connection, *key, *mac).await
}

pub(super) async fn replace_state(
    connection: &mut SqliteConnection,
    change: &StateChange,
    leaf: LeafIndex,
) -> Result<()> {
    let StateChange {
        key,
        expected,
        state,
        mac,
        note,
    } = change;
    update_state(connection, *key, *expected, state, *mac).await?;
    status::insert_change(connection, *key, state.version, note, leaf).await
}

/// Writes all rows of the next key, and the last state of the one before.
pub(super) async fn replace_key(
    connection: &mut SqliteConnection,
    replacement: &KeyReplacement,
    leaf: &NewLeaf,
    index: LeafIndex,
) -> Result<()> {
    if let Some(revoked) = &replacement.revoked {
        replace_state(connection, revoked, index).await?;
    }
    let key = replacement.key.id;
    insert_key(connection, &replacement.key, leaf.intent).await?;
    insert_certificate(connection, &replacement.certificate).await?;
    insert_state(connection, key, &replacement.state).await?;
    insert_seal(connection, key, &replacement.seal, replacement.mac).await
}

/// Writes a state and its MAC in the place of those of the expected versions.
pub(super) async fn update_state(
    connection: &mut SqliteConnection,
    key: KeyId,
    expected: Versions,
    state: &KeyState,
    mac: RecordMac,
) -> Result<()> {
    expect_versions(connection, key, expected).await?;
    sqlx::query(
        "UPDATE key_state SET version = ?, status = ?, certificate = ?, wrapping_key = ?,
                              officer_signature = ?, intent = ?
         WHERE key = ?",
    )
    .bind(to_column(state.version)?)
    .bind(state.status.as_str())
    .bind(state.certificate.as_bytes().as_slice())
    .bind(&state.wrapping_key)
    .bind(&state.officer_signature)
    .bind(state.intent.map(|intent| to_column(intent.0)).transpose()?)
    .bind(key.as_bytes().as_slice())
    .execute(&mut *connection)
    .await?;
    replace_mac(connection, key, mac).await
}

async fn replace_mac(connection: &mut SqliteConnection, key: KeyId, mac: RecordMac) -> Result<()> {
    sqlx::query("UPDATE record_mac SET mac = ? WHERE key = ?")
        .bind(mac.as_bytes().as_slice())
        .bind(key.as_bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn replace_issuing_pin(
    connection: &mut SqliteConnection,
    replacement: &IssuingPinReplacement,
) -> Result<()> {
    let IssuingPinReplacement { expected, record } = replacement;
    let account = record.account;
    let found = issuing_pin(connection, account)
        .await?
        .ok_or(Error::IssuingPinUnknown { account })?;
    if found.seal.version != *expected {
        return Err(Error::IssuingPinChanged {
            account,
            expected: *expected,
        });
    }
    sqlx::query(
        "UPDATE issuing_pin SET generation = ?, identity = ?, version = ?, sealed = ?, slots = ?,
                                signature = ?, mac = ?
         WHERE account = ?",
    )
    .bind(to_column(record.generation)?)
    .bind(&record.identity)
    .bind(to_column(record.seal.version)?)
    .bind(&record.seal.sealed)
    .bind(&record.seal.slots)
    .bind(&record.seal.signature)
    .bind(record.mac.as_bytes().as_slice())
    .bind(account.as_bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn of_account(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Option<KeyId>> {
    let row = sqlx::query("SELECT id FROM key WHERE account = ? ORDER BY ordinal DESC LIMIT 1")
        .bind(account.as_bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    row.map(|row| bytes(&row, "id")).transpose()
}

/// A page of all keys in the order of their ids.
pub(super) async fn page(
    connection: &mut SqliteConnection,
    after: Option<KeyId>,
    limit: u32,
) -> Result<Vec<KeyId>> {
    let rows = sqlx::query("SELECT id FROM key WHERE id > ? ORDER BY id LIMIT ?")
        .bind(
            after
                .as_ref()
                .map_or(&[][..], |key| key.as_bytes().as_slice()),
        )
        .bind(limit.min(MAX_TREE_ENTRIES))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| bytes(row, "id")).collect()
}

pub(super) async fn public(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Vec<PublicKey>> {
    let rows =
        sqlx::query("SELECT algorithm, spki FROM key WHERE account = ? ORDER BY ordinal LIMIT ?")
            .bind(account.as_bytes().as_slice())
            .bind(MAX_PUBLIC_KEYS)
            .fetch_all(connection)
            .await?;
    rows.iter()
        .map(|row| {
            Ok(PublicKey {
                algorithm: value(row, "algorithm")?,
                spki: value(row, "spki")?,
            })
        })
        .collect()
}

pub(super) async fn of_serial(
    connection: &mut SqliteConnection,
    serial: &[u8],
) -> Result<Option<KeyId>> {
    let row = sqlx::query("SELECT key FROM certificate WHERE serial = ?")
        .bind(serial)
        .fetch_optional(connection)
        .await?;
    row.map_or(Ok(None), |row| bytes_or_null(&row, "key"))
}

/// Reads the rows of a key; the caller's transaction makes them one snapshot.
pub(super) async fn record(connection: &mut SqliteConnection, id: KeyId) -> Result<Option<Record>> {
    let row = sqlx::query(
        "SELECT key.account, key.algorithm, key.spki, key.identity, key.origin,
                key_state.version AS state_version, key_state.status AS state_status,
                key_state.certificate AS state_certificate,
                key_state.wrapping_key AS state_wrapping_key,
                key_state.officer_signature AS state_officer_signature,
                key_state.intent AS state_intent,
                seal.version, seal.sealed, seal.slots, seal.signature, record_mac.mac
         FROM key JOIN key_state ON key_state.key = key.id JOIN seal ON seal.key = key.id
                  JOIN record_mac ON record_mac.key = key.id
         WHERE key.id = ?",
    )
    .bind(id.as_bytes().as_slice())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let key = Key {
        id,
        account: bytes(&row, "account")?,
        algorithm: value(&row, "algorithm")?,
        spki: value(&row, "spki")?,
        identity: value(&row, "identity")?,
        origin: word(&row, "origin", Origin::parse)?,
    };
    let state = state(&row)?;
    // References are checked by the database; a file edited by hand can still dangle.
    let account = accounts::by_id(connection, key.account)
        .await?
        .ok_or_else(|| bad_value("account"))?;
    let certificate = certificate(connection, state.certificate)
        .await?
        .ok_or_else(|| bad_value("certificate"))?;
    let (own_suspension, change) = status::of_key(connection, id, state.version).await?;
    Ok(Some(Record {
        own_suspension,
        change,
        account,
        key,
        state,
        seal: seal(&row)?,
        mac: bytes(&row, "mac")?,
        certificate,
    }))
}

/// Reads a state from columns named `state_…`.
pub(super) fn state(row: &SqliteRow) -> Result<KeyState> {
    Ok(KeyState {
        version: count(row, "state_version")?,
        status: word(row, "state_status", Status::parse)?,
        certificate: bytes(row, "state_certificate")?,
        wrapping_key: value(row, "state_wrapping_key")?,
        officer_signature: value(row, "state_officer_signature")?,
        intent: count_or_null(row, "state_intent")?.map(LeafIndex),
    })
}

fn seal(row: &SqliteRow) -> Result<Seal> {
    Ok(Seal {
        version: count(row, "version")?,
        sealed: value(row, "sealed")?,
        slots: value(row, "slots")?,
        signature: value(row, "signature")?,
    })
}

pub(super) async fn issuing_pin(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Option<IssuingPin>> {
    let row = sqlx::query("SELECT * FROM issuing_pin WHERE account = ?")
        .bind(account.as_bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(IssuingPin {
            account,
            generation: count(&row, "generation")?,
            identity: value(&row, "identity")?,
            seal: seal(&row)?,
            mac: bytes(&row, "mac")?,
        })
    })
    .transpose()
}

pub(super) async fn certificate(
    connection: &mut SqliteConnection,
    sha256: Sha256,
) -> Result<Option<Certificate>> {
    let row = sqlx::query("SELECT * FROM certificate WHERE sha256 = ?")
        .bind(sha256.as_bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Certificate {
            sha256,
            key: bytes_or_null(&row, "key")?,
            serial: value(&row, "serial")?,
            der: value(&row, "der")?,
            not_before: time(&row, "not_before")?,
            not_after: time(&row, "not_after")?,
            subject: value(&row, "subject")?,
        })
    })
    .transpose()
}
