//! Backups and rotations as text and as JSON.

use std::io::{IsTerminal, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use service::requests::{BackupMade, BackupVerified, Restored, RotationWatch};
use service::wire;

use super::{grouped, print};

/// Prints a backup's two secrets, one after the other: each is for another person.
pub(crate) fn backup_made(made: &BackupMade, json: bool) {
    if json {
        return print(&json!({
            "folder": made.folder.to_string_lossy(), "created_at": made.created_at,
            "people": made.people, "keys": made.keys, "leaves": made.leaves,
            "token_files": made.token_files, "so_pins": made.so_pins,
            "resident_keys": made.resident_keys,
            "records_secret": *made.records_secret, "tokens_secret": *made.tokens_secret,
        }));
    }
    say!("Backup made in {}", made.folder.display());
    if !made.token_files {
        say!("The token has a backup of its own: this one has its PINs, and none of its keys.");
    }
    if made.resident_keys {
        say!("The keys of people stay on the token, and are not in it either.");
    }
    if made.so_pins {
        say!(
            "The PINs of the tokens' security officers are in it. They leave the vault when it is \
             verified and an officer logs in."
        );
    }
    say!("Its two secrets are shown this once; two people keep one each.");
    one_person("records (vault and log)", &made.records_secret);
    one_person("tokens (token files and PINs)", &made.tokens_secret);
    say!(
        "Next: chancery backup verify --from {}",
        made.folder.display()
    );
}

/// Shows a secret to one person at a terminal, and takes it from the screen before the next looks.
fn one_person(what: &str, secret: &str) {
    say!("Secret of the {what}: {secret}");
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        eprint!("Written down? Press Enter, and hand over.");
        let mut line = String::new();
        let _ = std::io::stdin().read_line(&mut line);
        // Up two lines, and away with what is below (ECMA-48, CPL and ED); and what scrolled away.
        let _ = write!(std::io::stdout(), "\x1b[2F\x1b[J\x1b[3J");
    }
}

pub(crate) fn backup_verified(verified: &BackupVerified, json: bool) {
    let took = f64::from(verified.canary_microseconds) / 1000.0;
    if json {
        return print(&json!({
            "verified": true, "created_at": verified.created_at, "people": verified.people,
            "keys": verified.keys, "leaves": verified.leaves,
            "token_files": verified.token_files, "so_pins": verified.so_pins,
            "canary_milliseconds": took,
            "since": verified.since.map(|(people, leaves)| json!({
                "people": people, "leaves": leaves,
            })),
        }));
    }
    say!(
        "The backup is whole: {} people, {} keys, {} leaves of the log.",
        verified.people,
        verified.keys,
        verified.leaves
    );
    if verified.token_files {
        say!("A key was used on its token as for a signature, in {took:.1} ms.");
    } else {
        say!(
            "A key was used on the organisation's token as for a signature, in {took:.1} ms; that token's \
             own backup was not looked at."
        );
    }
    if let Some((people, leaves)) = verified.since {
        say!("Since then the organisation has had {people} people and {leaves} leaves more.");
    }
}

pub(crate) fn restored(restored: &Restored, json: bool) {
    if json {
        return print(&json!({
            "home": restored.home.to_string_lossy(), "fingerprint": restored.fingerprint,
            "created_at": restored.created_at,
            "people": restored.people, "leaves": restored.leaves,
            "token_files": restored.token_files, "continues": restored.refused.is_none(),
            "refused": restored.refused,
        }));
    }
    say!(
        "{} people and {} leaves are restored to {}",
        restored.people,
        restored.leaves,
        restored.home.display()
    );
    say!("Fingerprint: {}", grouped(&restored.fingerprint));
    if !restored.token_files {
        say!("The token is not in the backup: restore it with its own means.");
    }
    if let Some(refused) = &restored.refused {
        eprintln!("Note: this machine does not go on with this log: {refused}");
        eprintln!("Note: it has seen what came after; officers must accept that it is lost.");
    }
}

/// Says on standard error how many keys have moved, each time that is a tenth more.
#[derive(Debug, Default)]
pub(crate) struct Moving {
    tenths: AtomicU64,
}

impl RotationWatch for Moving {
    fn moved(&self, moved: u64, of: u64) {
        let tenths = (moved * 10).checked_div(of).unwrap_or(10);
        if tenths > self.tenths.swap(tenths, Ordering::Relaxed) {
            eprintln!("chancery: {moved} of {of} keys moved");
        }
    }
}

pub(crate) fn rotation(rotation: &wire::Rotation, json: bool) {
    if json {
        return print(&json!({
            "phase": rotation.phase, "current": rotation.current, "from": rotation.from,
            "to": rotation.to, "moved": rotation.moved, "to_move": rotation.to_move,
            "to_replace": rotation.to_replace, "remaining": rotation.remaining,
            "masters": rotation.masters,
        }));
    }
    if rotation.masters.is_empty() {
        return say!("Each person's key stays on the signing token: there is no master to rotate.");
    }
    let (Some(from), Some(to)) = (&rotation.from, &rotation.to) else {
        say!("{} is the master; there is no next one.", rotation.current);
        if rotation.phase == wire::RotationPhase::None {
            say!("Next: chancery hsm rotate prepare --by LOGIN");
        }
        return;
    };
    say!(
        "{}",
        match rotation.phase {
            wire::RotationPhase::Prepared =>
                format!("{to} is made; new keys are under {from} and {to}."),
            wire::RotationPhase::Paused => format!("Moving keys from {from} to {to} is paused."),
            _ => format!("Keys move from {from} to {to}."),
        }
    );
    say!("moved:      {}", rotation.moved);
    say!("to move:    {}", rotation.to_move);
    say!("to replace: {} (born before {to})", rotation.to_replace);
    for login in &rotation.remaining {
        say!("  {login}");
    }
    say!(
        "Next: {}",
        if rotation.phase == wire::RotationPhase::Prepared {
            "chancery hsm rotate start --by LOGIN"
        } else if rotation.to_move > 0 {
            "chancery hsm rotate resume --by LOGIN"
        } else if rotation.to_replace > 0 {
            "chancery users reset --by LOGIN --login …, and chancery hsm rotate rekey --by LOGIN for \
             the officer's own key"
        } else {
            "chancery hsm rotate finish --by LOGIN"
        }
    );
}
