//! What the administrator's first page shows: can people sign, and what is there to mend.

mod hsm;

pub(crate) use self::hsm::keys_and_hsm;
use crate::administration::{Administrator, remembered_backup, rotation};
use crate::auditing;
use crate::error::{Error, ErrorKind, Result};
use crate::signing_algorithm::hex;
use crate::station::Station;
use crate::station::health;
use crate::station::officers::Officers;
use crate::station::pins::{self, PinPlace};
use crate::station::profile;
use crate::station::tokens::{self, SigningToken};
use crate::wire::{
    ErrorCode, Notice, Organisation, Overview, RevocationList, RotationPhase, TokenHealth,
    TokenState,
};

/// A backup older than thirty days is said to be old.
pub(crate) const BACKUP_FRESH: i64 = 30 * 24 * 60 * 60;

/// Looks at the organisation for an administrator.
pub(crate) fn overview(station: &Station, _: &Administrator) -> Result<Overview> {
    let counts = station.wait(station.store.counts())?;
    let lists = station.wait(station.store.revocation_lists())?;
    let (assurance, set_by) = profile::assurance(station);
    let mut notices = Vec::new();
    let in_place = station.revocation_list()?.map(|list| list.number());
    if lists.due || lists.newest.map(|newest| newest.number) != in_place {
        notices.push(Notice::RevocationListDue);
    }
    if Officers::of(station).is_ok_and(|officers| officers.acting() == 1) {
        notices.push(Notice::OneOfficer);
    }
    let notarised = auditing::notarised(station);
    if notarised.is_ok_and(|newest| auditing::is_old(newest.as_ref())) {
        notices.push(Notice::NotaryOld);
    }
    if matches!(pins::signing_pin(station), Ok((_, PinPlace::File))) {
        notices.push(Notice::PinInFile);
    }
    if !station.organisation.local.hardware {
        notices.push(Notice::SoftwareToken);
    }
    let backup = remembered_backup(station);
    let now = station.now()?;
    match (backup.made, backup.verified) {
        (None, _) => notices.push(Notice::NoBackup),
        (Some(made), _) if now - made > BACKUP_FRESH => notices.push(Notice::BackupOld),
        (Some(_), None) => notices.push(Notice::BackupNotProven),
        _ => {}
    }
    let rotation = rotation(station)?;
    if matches!(
        rotation.phase,
        RotationPhase::Running | RotationPhase::Paused
    ) {
        notices.push(Notice::RotationOpen);
    }
    Ok(Overview {
        organisation: Organisation {
            name: station.ca()?.subject_common_name().to_owned(),
            assurance,
            set_by,
        },
        fingerprint: hex(&station.organisation.fixed.fingerprint()),
        token: token_health(station),
        people: counts.accounts,
        leaves: counts.leaves,
        revocation_list: lists.newest.map(|list| RevocationList {
            number: list.number,
            at: list.at.0,
            entries: list.entries,
        }),
        backup_made: backup.made,
        backup_verified: backup.verified,
        rotation,
        notices,
    })
}

/// Uses the signing token for real, and says how that came out.
pub(crate) fn token_health(station: &Station) -> TokenHealth {
    let opened =
        SigningToken::open_anew(station).and_then(|signing| Ok((signing.exercise()?, signing)));
    let last_test = health::newest(station);
    let label = station.organisation.local.signing.label.clone();
    match opened {
        Ok((took, signing)) => TokenHealth {
            canary_microseconds: u32::try_from(took.as_micros()).ok(),
            state: TokenState::Ready,
            detail: match signing.masters().resident() {
                None => "every key gave its known answer, and the master its canary".to_owned(),
                Some(_) => {
                    "every key gave its known answer, and the one that stands for those that \
                            stay on the token signed"
                        .to_owned()
                }
            },
            last_test,
            model: tokens::model(station).unwrap_or_default(),
            objects: signing
                .token()
                .object_counts()
                .ok()
                .map(|counts| counts.token),
            label,
        },
        Err(error) => TokenHealth {
            state: state_of(&error),
            detail: error.to_string(),
            last_test,
            canary_microseconds: None,
            label,
            model: String::new(),
            objects: None,
        },
    }
}

/// The one word for a token that did not open.
pub(crate) fn state_of(error: &Error) -> TokenState {
    match error.code() {
        (ErrorCode::TokenLocked, _) => TokenState::Locked,
        (ErrorCode::KeysNotProven, _) | (_, ErrorKind::Refused) => TokenState::Degraded,
        _ => TokenState::Unreachable,
    }
}
