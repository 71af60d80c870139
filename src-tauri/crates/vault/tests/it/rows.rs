//! Rows to put into a vault. Their bytes are all different, so that no two can be swapped unseen.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vault::{
    Account, AccountId, Certificate, Founder, INTENT, Initial, IssuingPin, Key, KeyId, KeyState,
    LeafIndex, MachineId, NewEnrolment, NewLeaf, OrganisationId, Origin, RecordMac, RequestId,
    Role, Seal, Sha256, SqliteStore, Status, StatusNote, Store, UnixTime,
};

/// A vault in a directory that goes when the test ends.
pub(crate) struct Fixture {
    pub(crate) store: Box<dyn Store>,
    _directory: TempDir,
}

/// A new SQLite vault that has its founder.
pub(crate) async fn sqlite() -> Fixture {
    let (store, _, directory) = empty_sqlite().await;
    store.initialise(initial()).await.unwrap();
    Fixture {
        store: Box::new(store),
        _directory: directory,
    }
}

/// A new SQLite vault with nothing in it.
pub(crate) async fn empty_sqlite() -> (SqliteStore, PathBuf, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.sqlite");
    let store = SqliteStore::create(&path).await.unwrap();
    (store, path, directory)
}

/// Runs SQL on the file as its owner could.
pub(crate) async fn tamper(path: &Path, sql: &'static str) -> Result<(), sqlx::Error> {
    use sqlx::{ConnectOptions, Connection};

    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .connect()
        .await?;
    sqlx::raw_sql(sql).execute(&mut connection).await?;
    connection.close().await
}

pub(crate) const FOUNDER: u32 = 0;

/// 32 bytes that begin with what they are for and end with whose they are.
fn tag(what: u8, number: u32) -> [u8; 32] {
    let mut bytes = [what; 32];
    bytes[28..].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// 16 such bytes.
fn short_tag(what: u8, number: u32) -> [u8; 16] {
    let mut bytes = [what; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    bytes
}

pub(crate) fn account_id(number: u32) -> AccountId {
    short_tag(1, number).into()
}

pub(crate) fn key_id(number: u32) -> KeyId {
    short_tag(2, number).into()
}

pub(crate) fn machine(number: u32) -> MachineId {
    short_tag(3, number).into()
}

pub(crate) fn request(number: u32) -> RequestId {
    short_tag(4, number).into()
}

pub(crate) fn mac(number: u32) -> RecordMac {
    tag(5, number).into()
}

pub(crate) fn root(number: u32) -> Sha256 {
    tag(6, number).into()
}

pub(crate) fn fingerprint(number: u32) -> Sha256 {
    tag(7, number).into()
}

pub(crate) fn leaf(kind: &str) -> NewLeaf {
    NewLeaf {
        kind: kind.to_owned(),
        leaf: format!("leaf of {kind}").into_bytes(),
        salt: format!("salt of {kind}").into_bytes(),
        event: format!("event of {kind}").into_bytes(),
        request_id: None,
        intent: None,
        mac: mac(0),
        records: None,
        tree: None,
    }
}

pub(crate) fn intent(number: u32) -> NewLeaf {
    NewLeaf {
        request_id: Some(request(number)),
        ..leaf(INTENT)
    }
}

pub(crate) fn outcome(of: LeafIndex) -> NewLeaf {
    NewLeaf {
        intent: Some(of),
        ..leaf("outcome")
    }
}

pub(crate) fn account(number: u32) -> Account {
    Account {
        id: account_id(number),
        login: format!("person{number:05}"),
        name: format!("Person Number{number}"),
        email: format!("p{number}@example.org"),
        role: Role::Signer,
        created_at: UnixTime(1_700_000_000),
        row_version: 1,
        officer_signature: Some(vec![8, 8]),
        intent: None,
    }
}

pub(crate) fn key(number: u32) -> Key {
    Key {
        id: key_id(number),
        account: account_id(number),
        algorithm: "p256".to_owned(),
        spki: tag(9, number).to_vec(),
        identity: tag(10, number).to_vec(),
        origin: Origin::Generated,
    }
}

pub(crate) fn state(number: u32) -> KeyState {
    KeyState {
        version: 1,
        status: Status::Active,
        certificate: fingerprint(number),
        wrapping_key: "wk-1".to_owned(),
        officer_signature: None,
        intent: None,
    }
}

pub(crate) fn seal(number: u32, version: u64) -> Seal {
    Seal {
        version,
        sealed: tag(11, number).to_vec(),
        slots: tag(12, number).to_vec(),
        signature: format!("seal {version} of {number}").into_bytes(),
    }
}

pub(crate) fn certificate(number: u32) -> Certificate {
    Certificate {
        sha256: fingerprint(number),
        key: Some(key_id(number)),
        serial: tag(13, number).to_vec(),
        der: tag(14, number).to_vec(),
        not_before: UnixTime(1_700_000_000),
        not_after: UnixTime(1_800_000_000),
        subject: format!("CN=Person {number}"),
    }
}

pub(crate) fn ca_certificate() -> Certificate {
    Certificate {
        key: None,
        ..certificate(u32::MAX)
    }
}

pub(crate) fn note(reason: &str) -> StatusNote {
    StatusNote {
        officer: "founder".to_owned(),
        reason: reason.to_owned(),
        note: "lost laptop".to_owned(),
    }
}

pub(crate) fn issuing_pin(version: u64) -> IssuingPin {
    IssuingPin {
        account: account_id(FOUNDER),
        generation: 1,
        identity: b"issuing-pin".to_vec(),
        seal: seal(u32::MAX, version),
        mac: mac(u32::MAX),
    }
}

pub(crate) fn organisation() -> OrganisationId {
    short_tag(15, 0).into()
}

pub(crate) fn initial() -> Initial {
    Initial {
        organisation: organisation(),
        ca_certificate: ca_certificate(),
        founder: Founder {
            account: Account {
                login: "Founder".to_owned(),
                role: Role::Officer,
                ..account(FOUNDER)
            },
            key: key(FOUNDER),
            state: state(FOUNDER),
            seal: seal(FOUNDER, 1),
            mac: mac(FOUNDER),
            certificate: certificate(FOUNDER),
            issuing_pin: issuing_pin(1),
        },
        leaf: leaf("founded"),
    }
}

pub(crate) fn enrolment(number: u32) -> NewEnrolment {
    NewEnrolment {
        account: account(number),
        key: key(number),
        state: state(number),
        seal: seal(number, 1),
        mac: mac(number),
        certificate: certificate(number),
        leaf: leaf("enrolled"),
    }
}
