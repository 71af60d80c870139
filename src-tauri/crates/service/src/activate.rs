//! Activation: the one-time code becomes an own secret, under a new outer key.

use vault::{Seal, SealReplacement};

use crate::audit::{Act, Kind, Outcome};
use crate::certificates::{new_id, seal_row};
use crate::custody::record::record_mac_input;
use crate::custody::seal::seal_blobs;
use crate::custody::slot::{NewSlot, Slot};
use crate::custody::{ActivationCode, NewSecret, OuterKey, SealRow, SlotKind};
use crate::error::{Error, Result};
use crate::requests::Activate;
use crate::signing_algorithm::{KeyKind, verifies};
use crate::station::Station;
use crate::station::key::{self, KeyRecord, OpenedKey, Use};
use crate::station::log::{About, Log, RequestLock};
use crate::station::tokens::{PEPPER, SigningToken};

/// Activates a person's key; blocks.
pub(crate) fn activate(station: &Station, request: &Activate) -> Result<()> {
    // A weak secret or a mistyped code costs no try.
    let secret = NewSecret::choose(&request.secret)?;
    let code = ActivationCode::parse(&request.code)?;
    let record = KeyRecord::of_login(station, &request.login)?;
    let token = SigningToken::open(station)?;
    let mut log = Log::open(station, &token)?;
    record.check(station, &token)?;
    record.permit_use(station.now()?)?;

    let id = new_id()?;
    let lock = RequestLock::take(station, &id)?;
    let about = About {
        act: Act::Activate,
        request: &id,
        account: Some(record.row.account.id.as_bytes()),
        login: Some(record.login()),
        key: Some(record.row.key.id.as_bytes()),
        digests: &[],
    };
    let secret_of_code = code.normal();
    let asked = Use {
        record: &record,
        secret: &secret_of_code,
        slots: SlotKind::Activation,
        leaf: Kind::Intent,
        about,
    };
    let opened = key::open(station, &token, &mut log, &asked);
    let done = opened.and_then(|opened| {
        let written = reseal(&token, &record, &opened, &secret).and_then(|replacement| {
            let leaf = log.outcome_leaf(&about, opened.opening, Outcome::Done)?;
            let index = station.wait(station.store.replace_seal(replacement, leaf.clone()))?;
            log.sign(index, &leaf)
        });
        if written.is_err() {
            let _ = log.conclude(&about, opened.opening, Outcome::Fault);
        }
        written
    });
    lock.settle();
    done
}

/// Seals the blob anew: new outer key, a slot for the secret, the code's slot without its box.
fn reseal(
    token: &SigningToken,
    record: &KeyRecord,
    opened: &OpenedKey,
    secret: &NewSecret,
) -> Result<SealReplacement> {
    let outer = OuterKey::generate()?;
    let sealed = seal_blobs(&outer, &record.identity, std::slice::from_ref(&opened.blob));
    let new = NewSlot::begin(
        SlotKind::Passphrase,
        PEPPER,
        0,
        &outer,
        &record.identity,
        secret.normal(),
    )?;
    let hmac = token.pepper(PEPPER, new.hmac_input())?;
    let used = record
        .seal
        .slots
        .iter()
        .filter(|slot| slot.kind() == SlotKind::Activation);
    let slots = std::iter::once(new.complete(&hmac))
        .chain(used.map(Slot::used_up))
        .collect();
    let seal = SealRow {
        version: record.seal.version + 1,
        sealed,
        slots,
    };
    let digest = seal.to_be_signed(&record.identity);
    let signatures = token.sign_with(&opened.blob, &[digest])?;
    let value = signatures
        .first()
        .ok_or(Error::Token(token::Error::OutOfStep))?;
    let kind = KeyKind::parse(&record.row.key.algorithm)?;
    if !verifies(kind, &record.row.key.spki, &digest, value.as_bytes()) {
        let what = "the unwrapped key is not the enrolled one";
        return Err(Error::RecordDamaged {
            login: record.login().to_owned(),
            what,
        });
    }
    let mac = token.record_mac(&record_mac_input(
        &record.identity,
        Some(&record.state),
        &seal,
    ))?;
    let seal: Seal = seal_row(&seal, value.as_bytes());
    let expected = record.versions();
    Ok(SealReplacement {
        key: record.row.key.id,
        expected,
        seal,
        mac: mac.into(),
    })
}
