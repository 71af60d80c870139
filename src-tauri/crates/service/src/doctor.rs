//! Checks that everything is in place, and says what is not and what to do.

use std::path::Path;

use token::LoadedBy;

use crate::administration::{Remembered, remembered_backup, rotation};
use crate::auditing;
use crate::error::{Error, shown};
use crate::home::Surroundings;
use crate::overview;
use crate::pages::PDFIUM;
use crate::requests::{Check, Health};
use crate::station::Station;
use crate::station::health;
use crate::station::log::Log;
use crate::station::officers::Officers;
use crate::station::pins::{self, PinPlace};
use crate::station::profile;
use crate::station::tokens::{self, SigningToken};
use crate::wire::{
    Assurance, AttackVerdict, Grade, Organisation, RotationPhase, Status, TokenState, TokenStatus,
    TokenTest,
};

/// Looks at everything, whatever is broken.
pub(crate) fn examine(surroundings: &Surroundings) -> Vec<Check> {
    let mut checks = vec![
        present(
            "host",
            "the host process for PKCS#11 modules",
            &surroundings.host(),
        ),
        present(
            "pdfium",
            "the PDFium library",
            &surroundings.programs.join(PDFIUM),
        ),
    ];
    let station = match Station::open(surroundings) {
        Ok(station) => station,
        Err(error @ Error::NoOrganisation { .. }) => {
            checks.push(check("organisation", Health::Caution, error.to_string()));
            return checks;
        }
        Err(error) => {
            checks.push(bad("organisation", &error));
            return checks;
        }
    };
    let name = station.ca().map(|ca| ca.subject_common_name().to_owned());
    checks.push(match name {
        Ok(name) => check("organisation", Health::Good, format!("{name} is set up")),
        Err(error) => bad("organisation", &error),
    });
    checks.push(assurance_check(&station));
    checks.extend(keys_check(&station));
    checks.push(probe_check(&station));
    checks.push(pin_check(&station));
    checks.push(vault_check(&station));
    checks.push(backup_check(&station));
    checks.extend(last_test_check(&station));
    checks.extend(rotation_check(&station));
    match SigningToken::open_anew(&station) {
        Ok(token) => {
            let proven = match token.masters().resident() {
                None => "the signing token answers and its four keys are proven".to_owned(),
                Some(_) => "the signing token answers and its keys are proven".to_owned(),
            };
            checks.push(if token.missing().is_empty() {
                check("signing_token", Health::Good, proven)
            } else {
                let missing = token.missing().join(", ");
                let message = format!("{proven}; it does not keep of them: {missing}");
                check("signing_token", Health::Caution, message)
            });
            checks.push(notary_check(&station));
            let log = Log::open(&station, &token);
            checks.extend(nobodys_check(&station, &token));
            checks.push(match log {
                Ok(_) => check(
                    "log",
                    Health::Good,
                    "the log is consistent with the newest head this machine remembers".to_owned(),
                ),
                Err(error) => bad("log", &error),
            });
        }
        Err(error) => checks.push(bad("signing_token", &error)),
    }
    checks.push(module_check(&station));
    checks.extend(mended_check(&station));
    if Officers::of(&station).is_ok_and(|officers| officers.acting() == 1) {
        checks.push(check(
            "four_eyes",
            Health::Caution,
            "there is one officer: no four eyes, and a forgotten secret can only be mended from a \
             backup"
                .to_owned(),
        ));
    }
    checks
}

/// The one check that is left when examining itself broke off.
pub(crate) fn broken(error: &Error) -> Check {
    bad("doctor", error)
}

/// What the status line shows for an organisation.
pub(crate) fn status(station: &Station) -> Status {
    let name = station.ca().map_or_else(
        |error| error.to_string(),
        |ca| ca.subject_common_name().to_owned(),
    );
    let (assurance, set_by) = profile::assurance(station);
    let token = match SigningToken::open_anew(station) {
        Ok(_) => TokenStatus {
            state: TokenState::Ready,
            detail: "keys proven just now".to_owned(),
        },
        Err(error) => TokenStatus {
            state: overview::state_of(&error),
            detail: error.to_string(),
        },
    };
    Status {
        organisation: Some(Organisation {
            name,
            assurance,
            set_by,
        }),
        token,
    }
}

/// What the status line shows where no organisation can be opened.
pub(crate) fn status_without_station(error: Error) -> Status {
    let state = if matches!(error, Error::NoOrganisation { .. }) {
        TokenState::NotSetUp
    } else {
        TokenState::Unreachable
    };
    Status {
        organisation: None,
        token: TokenStatus {
            state,
            detail: error.to_string(),
        },
    }
}

/// Said where a person's secret is no part of the key.
fn keys_check(station: &Station) -> Option<Check> {
    let resident = station.organisation.fixed.canary.is_resident();
    let message = "signers' keys stay on the token: whoever has the signing PIN signs with them all, \
                   and a person's secret is a rule of this program; they are in no backup of it";
    resident.then(|| check("keys", Health::Caution, message.to_owned()))
}

fn assurance_check(station: &Station) -> Check {
    let (assurance, set_by) = profile::assurance(station);
    let health = if assurance == Assurance::Trial {
        Health::Caution
    } else {
        Health::Good
    };
    let message = format!("{}: {}", assurance.word(), set_by.sentence());
    check("assurance", health, message)
}

/// Said where keys are on the token that are in no vault.
fn nobodys_check(station: &Station, token: &SigningToken) -> Option<Check> {
    let nobodys = match token.nobodys(station) {
        Ok(nobodys) => nobodys,
        Err(error) => return Some(bad("keys_of_nobody", &error)),
    };
    let named = nobodys.iter().map(|key| format!("signer-{key}"));
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| {
        let message = format!(
            "on the signing token there are keys that belong to nobody, of enrolments that were broken \
             off: {}; an officer destroys them with chancery hsm tidy --by LOGIN",
            named.join(", ")
        );
        check("keys_of_nobody", Health::Caution, message)
    })
}

/// How the attacks on the token went, and when they were played.
fn probe_check(station: &Station) -> Check {
    match profile::report(station).map(|probe| probe.profile) {
        Ok(None) => check(
            "probe",
            Health::Caution,
            "not probed; an officer can have it done with chancery hsm probe --by LOGIN".to_owned(),
        ),
        Ok(Some(profile)) => {
            let open: Vec<&str> = profile
                .attacks
                .iter()
                .filter(|attack| attack.verdict == AttackVerdict::Open)
                .map(|attack| attack.id.as_str())
                .collect();
            let open = match &open[..] {
                [] => "no attack is open".to_owned(),
                open => format!("open: {}", open.join(", ")),
            };
            let (health, of) = match (profile.grade, profile.module_unchanged) {
                (Grade::D, _) => (Health::Bad, ""),
                (_, false) => (Health::Caution, ", of a module that was changed since"),
                (Grade::C, true) => (Health::Caution, ""),
                (Grade::A | Grade::B, true) => (Health::Good, ""),
            };
            let message = format!(
                "probed {}{of}: grade {:?}, {open}",
                shown(profile.at),
                profile.grade
            );
            check("probe", health, message)
        }
        Err(error) => bad("probe", &error),
    }
}

fn pin_check(station: &Station) -> Check {
    match pins::signing_pin(station).map(|(_, place)| place) {
        Ok(PinPlace::Keyring) => check(
            "signing_pin",
            Health::Good,
            "the signing PIN lies in the keyring".to_owned(),
        ),
        Ok(PinPlace::File) => check(
            "signing_pin",
            Health::Caution,
            "the signing PIN lies in a private file: no keyring service was there, or a file was \
             chosen"
                .to_owned(),
        ),
        Err(error) => bad("signing_pin", &error),
    }
}

fn notary_check(station: &Station) -> Check {
    match auditing::notarised(station) {
        Ok(newest) if auditing::is_old(newest.as_ref()) => check(
            "notary",
            Health::Caution,
            newest.map_or_else(
                || {
                    "the notary has signed no head of the log yet; it does when an officer logs in"
                        .to_owned()
                },
                |newest| {
                    format!(
                        "the newest notarised head is {} days old: an officer should log in",
                        newest.days
                    )
                },
            ),
        ),
        Ok(_) => check(
            "notary",
            Health::Good,
            "the notary has signed a head of the log within the last week".to_owned(),
        ),
        Err(error) => bad("notary", &error),
    }
}

fn module_check(station: &Station) -> Check {
    match tokens::loaded_by(station) {
        Ok(LoadedBy::Descriptor) => check(
            "module",
            Health::Good,
            "the PKCS#11 module is the one that an officer accepted".to_owned(),
        ),
        Ok(LoadedBy::Path) => check(
            "module",
            Health::Caution,
            "the PKCS#11 module loads by its path only: who may write there could have changed it \
             after it was hashed"
                .to_owned(),
        ),
        Err(error) => bad("module", &error),
    }
}

/// Said for a while: a login that is cut short once is a killed program, one a day is something else.
fn mended_check(station: &Station) -> Option<Check> {
    const SAID_FOR: i64 = 30 * 24 * 60 * 60;
    let at = health::mended(station)?;
    if station.now().is_ok_and(|now| now - at > SAID_FOR) {
        return None;
    }
    Some(check(
        "token_files",
        Health::Caution,
        format!(
            "a file of a token was cut short by a login that was killed, and was mended from its \
             copy at {}",
            shown(at)
        ),
    ))
}

/// When there was a backup, and whether it was ever taken out.
fn backup_check(station: &Station) -> Check {
    let Remembered {
        made,
        verified,
        so_pins,
        so_pins_verified,
        ..
    } = remembered_backup(station);
    let Some(made) = made else {
        return check(
            "backup",
            Health::Caution,
            "there is no backup; make one with chancery backup create --by LOGIN --out DIR"
                .to_owned(),
        );
    };
    let old = station
        .now()
        .is_ok_and(|now| now - made > overview::BACKUP_FRESH);
    let mut message = format!("the newest backup was made at {}", shown(made));
    message += &match verified {
        Some(verified) => format!(", and taken out and used at {}", shown(verified)),
        None => "; prove it with chancery backup verify --from DIR".to_owned(),
    };
    let only_there = so_pins.filter(|so_pins| *so_pins != made && so_pins_verified.is_some());
    if let Some(so_pins) = only_there {
        let at = shown(so_pins);
        message +=
            &format!("; the PINs of the security officers are in the one made at {at}: keep it");
    }
    let health = if old || verified.is_none() {
        Health::Caution
    } else {
        Health::Good
    };
    check("backup", health, message)
}

/// How the token was when it was last used, before this look at it.
fn last_test_check(station: &Station) -> Option<Check> {
    let TokenTest {
        at,
        passed,
        milliseconds,
    } = health::newest(station)?;
    let age = station.now().map_or(0, |now| now.saturating_sub(at));
    let (health, how) = if passed {
        (Health::Good, "passed")
    } else {
        (Health::Bad, "did not pass")
    };
    let message = format!(
        "the last real test {how} {}, in {milliseconds} ms",
        ago(age)
    );
    Some(check("last_test", health, message))
}

/// How long ago something was, in words.
pub(crate) fn ago(seconds: i64) -> String {
    let (number, unit) = match seconds {
        ..60 => (seconds.max(0), "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" })
}

/// Said while keys are under two masters.
fn rotation_check(station: &Station) -> Option<Check> {
    let rotation = match rotation(station) {
        Ok(rotation) => rotation,
        Err(error) => return Some(bad("rotation", &error)),
    };
    let (from, to) = (rotation.from?, rotation.to?);
    if rotation.phase == RotationPhase::Prepared {
        let message = format!("new keys are wrapped under {from} and {to}");
        return Some(check("rotation", Health::Good, message));
    }
    let message = format!(
        "keys move from {from} to {to}: {} have, {} can, {} need a new key; see chancery hsm rotate \
         status",
        rotation.moved, rotation.to_move, rotation.to_replace
    );
    Some(check("rotation", Health::Caution, message))
}

fn vault_check(station: &Station) -> Check {
    let counted = station.wait(station.store.counts());
    match station.wait(station.store.check()) {
        Ok(wrong) if wrong.is_empty() => match counted {
            Ok(counts) => check(
                "vault",
                Health::Good,
                format!(
                    "{} people, {} leaves in the log",
                    counts.accounts, counts.leaves
                ),
            ),
            Err(error) => bad("vault", &error),
        },
        Ok(wrong) => check(
            "vault",
            Health::Bad,
            format!("the vault is damaged: {}", wrong.join("; ")),
        ),
        Err(error) => bad("vault", &error),
    }
}

fn present(code: &'static str, what: &str, path: &Path) -> Check {
    if path.is_file() {
        check(code, Health::Good, format!("{what} is there"))
    } else {
        check(
            code,
            Health::Bad,
            format!("{what} is not at {}", path.display()),
        )
    }
}

fn bad(code: &'static str, error: &Error) -> Check {
    check(code, Health::Bad, error.to_string())
}

fn check(code: &'static str, health: Health, message: String) -> Check {
    Check {
        code,
        health,
        message,
    }
}
