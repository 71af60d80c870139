//! The organisation, its tokens and what they are found to do, as text and as JSON.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use service::requests::{Check, Founded, Health, ModuleChange};
use service::{PinPlace, wire};

use super::{grouped, hex, note, print};
use crate::failure::Status;

pub(crate) fn founded(founded: &Founded, json: bool) {
    if json {
        return print(&json!({
            "organisation": founded.organisation, "fingerprint": founded.fingerprint,
            "admin": founded.admin, "home": founded.folder.to_string_lossy(), "notices": founded.notices,
        }));
    }
    say!(
        "Organisation {} founded in {}",
        founded.organisation,
        founded.folder.display()
    );
    say!("Fingerprint: {}", grouped(&founded.fingerprint));
    say!("Officer: {}", founded.admin);
    for notice in &founded.notices {
        note(notice);
    }
}

pub(crate) fn pin_kept(place: PinPlace, json: bool) {
    let place = match place {
        PinPlace::Keyring => "keyring",
        PinPlace::File => "file",
    };
    if json {
        return print(&json!({ "kept_in": place }));
    }
    say!("The token takes the PIN; it is kept in the {place}.");
}

/// Says on standard error what changed, for who is about to accept it.
pub(crate) fn changed_modules(changes: &[ModuleChange]) {
    for change in changes {
        eprintln!(
            "The module {} is not the one accepted.",
            change.path.display()
        );
        eprintln!("accepted: {}", hex(&change.accepted));
        eprintln!("found:    {}", hex(&change.found));
    }
}

pub(crate) fn accepted_modules(changes: &[ModuleChange], json: bool) {
    if json {
        let accepted = changes.iter().map(|change| {
            json!({
                "module": change.path.to_string_lossy(),
                "old_sha256": hex(&change.accepted), "new_sha256": hex(&change.found),
            })
        });
        return print(&json!({ "accepted": accepted.collect::<Vec<_>>() }));
    }
    if changes.is_empty() {
        say!("Every module is the one accepted; nothing was changed.");
    }
    for change in changes {
        say!("{} is accepted.", change.path.display());
    }
}

/// Prints which keys of nobody were destroyed.
pub(crate) fn tidied(destroyed: &[String], json: bool) {
    if json {
        return print(&json!({ "destroyed": destroyed }));
    }
    match destroyed {
        [] => say!("No key on the token belongs to nobody"),
        destroyed => say!("Destroyed: {}", destroyed.join(", ")),
    }
}

/// Prints how the token is; anything but ready is exit status 4.
pub(crate) fn health(health: &wire::TokenHealth, json: bool) -> ExitCode {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    });
    if json {
        print(&json!({
            "state": health.state, "detail": health.detail, "label": health.label,
            "model": health.model, "objects": health.objects,
            "canary_milliseconds": health.canary_microseconds.map(|took| f64::from(took) / 1000.0),
            "last_test": health.last_test.map(|test| json!({
                "at": test.at, "age_seconds": now.saturating_sub(test.at),
                "passed": test.passed, "milliseconds": test.milliseconds,
            })),
        }));
    } else {
        say!(
            "{}: {}",
            match health.state {
                wire::TokenState::NotSetUp => "Not set up",
                wire::TokenState::Locked => "Locked",
                wire::TokenState::Ready => "Ready",
                wire::TokenState::Degraded => "Degraded",
                wire::TokenState::Unreachable => "Unreachable",
            },
            health.detail
        );
        if let Some(took) = health.canary_microseconds {
            say!(
                "a key used and its signature verified: {:.1} ms",
                f64::from(took) / 1000.0
            );
        }
        if let Some(test) = health.last_test {
            say!("login and proof of all keys: {} ms", test.milliseconds);
        }
        if let Some(objects) = health.objects {
            say!("objects on {}: {objects} ({})", health.label, health.model);
        }
    }
    if health.state == wire::TokenState::Ready {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(Status::Device as u8)
    }
}

/// Prints the doctor's checks; a bad one is a device fault.
pub(crate) fn checks(checks: &[Check], json: bool) -> ExitCode {
    let word = |health| match health {
        Health::Good => "good",
        Health::Caution => "caution",
        Health::Bad => "bad",
    };
    if json {
        let checks: Vec<Value> = checks
            .iter()
            .map(|check| json!({ "code": check.code, "health": word(check.health), "message": check.message }))
            .collect();
        print(&json!({ "checks": checks }));
    } else {
        for check in checks {
            say!(
                "{:<8} {}: {}",
                word(check.health),
                check.code,
                check.message
            );
        }
    }
    if checks.iter().any(|check| check.health == Health::Bad) {
        ExitCode::from(Status::Device as u8)
    } else {
        ExitCode::SUCCESS
    }
}
