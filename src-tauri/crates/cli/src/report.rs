//! Answers as text for people or as the JSON documents that scripts rely on.
//!
//! The JSON shapes are the command line's public interface: snake_case, one document, nothing
//! removed or renamed between minor versions.
#![expect(clippy::print_stderr, reason = "printing is what this module is for")]

use std::io::{IsTerminal, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use service::PinPlace;
pub(crate) use service::printable;
use service::requests::{
    BackupMade, BackupVerified, Check, Enrolled, Extended, Field, Founded, Health, Inspection,
    ModuleChange, Restored, RotationWatch, SignedFile,
};
use service::wire::{self, PeoplePage, Person};

use crate::failure::{Failure, Status};

/// Prints a line. A reader that went away, such as `head`, is no fault of the command.
///
/// Much of what is printed was chosen by whoever made a file, a certificate or a card: nothing in it
/// steers the terminal.
macro_rules! say {
    ($($words:tt)*) => {{
        let _ = writeln!(std::io::stdout(), "{}", $crate::report::lines(&format!($($words)*)));
    }};
}

pub(crate) mod cards;
mod verdict;

pub(crate) use verdict::validation;
use verdict::{headline, signature};

/// Prints a failure and gives its exit status.
pub(crate) fn failure(failure: &Failure, json: bool) -> ExitCode {
    if json {
        print(&json!({ "error": failure.error }));
    } else {
        let wire::Error {
            message, detail, ..
        } = &failure.error;
        let detail = match detail.as_str() {
            "" => String::new(),
            detail if message.contains(detail) => String::new(),
            detail => format!(" ({detail})"),
        };
        eprintln!("chancery: {}", lines(&format!("{message}{detail}")));
    }
    ExitCode::from(failure.status as u8)
}

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

/// Words as they are printed, each of their lines by itself.
pub(crate) fn lines(words: &str) -> String {
    let lines: Vec<_> = words.split('\n').map(printable).collect();
    lines.join("\n")
}

/// Says on standard error what people should know.
fn note(notice: &str) {
    eprintln!("Note: {}", lines(notice));
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

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn enrolled(enrolled: &Enrolled, json: bool) {
    if json {
        return print(&json!({
            "login": enrolled.login, "account": enrolled.account,
            "activation_code": *enrolled.activation_code, "certificate_pem": enrolled.certificate_pem,
        }));
    }
    say!("{} is enrolled.", enrolled.login);
    say!(
        "Activation code, shown this once, good for seven days: {}",
        *enrolled.activation_code
    );
    say!("Next: chancery activate --login {}", enrolled.login);
}

pub(crate) fn activated(login: &str, json: bool) {
    if json {
        return print(&json!({ "login": login, "activated": true }));
    }
    say!(
        "The key of {login} is active; sign with: chancery sign FILE -o OUT --as {login} --rect X,Y,W,H"
    );
}

pub(crate) fn signed(files: &[SignedFile], json: bool) {
    if json {
        let signed: Vec<Value> = files
            .iter()
            .map(|file| {
                json!({
                    "input": file.input.to_string_lossy(), "output": file.output.to_string_lossy(),
                    "outcome": "signed", "level": file.level, "notices": file.notices,
                })
            })
            .collect();
        return print(&json!({ "signed": signed }));
    }
    for file in files {
        say!(
            "Signed: {} ({}, re-read from disk and validated)",
            file.output.display(),
            if file.level.is_empty() {
                "no PAdES"
            } else {
                file.level
            }
        );
        file.notices.iter().for_each(|notice| note(notice));
    }
}

/// Prints what was added to a document that was signed already.
pub(crate) fn extended(extended: &Extended, json: bool) {
    if json {
        return print(&json!({
            "input": extended.input.to_string_lossy(), "output": extended.output.to_string_lossy(),
            "outcome": "extended", "signatures": extended.signatures,
            "stamped_at": extended.stamped_at, "notices": extended.notices,
        }));
    }
    say!(
        "Extended: {} (a new timestamp over {} signatures and timestamps)",
        extended.output.display(),
        extended.signatures
    );
    extended.notices.iter().for_each(|notice| note(notice));
}

/// Prints how the attacks on the token went, and what that makes of the organisation.
pub(crate) fn probe(probe: &wire::Probe, json: bool) {
    let Some(profile) = &probe.profile else {
        return; // a probe that was made has its profile
    };
    if json {
        let limits: Vec<&str> = probe.limits.iter().map(|limit| limit.sentence()).collect();
        let missing = profile.missing.iter();
        let missing: Vec<Value> = missing
            .map(|gap| json!({ "missing": gap.missing, "detail": gap.detail }))
            .collect();
        return print(&json!({
            "grade": profile.grade, "assurance": probe.assurance, "set_by": probe.set_by,
            "limits": limits, "attacks": profile.attacks, "issuing": profile.issuing,
            "mechanism": profile.mechanism,
            "wrap_mechanisms": profile.wrap_mechanisms, "missing": missing,
            "label": profile.label, "model": profile.model, "at": profile.at,
            "module_sha256": profile.module_sha256, "required": probe.required,
        }));
    }
    probed_attacks(&profile.attacks, attack_in_words);
    if let Some(issuing) = &profile.issuing {
        say!("Issuing token {}, whose keys only sign:", issuing.label);
        probed_attacks(&issuing.attacks, |id| match id {
            "A8" => "wrap or read the key of the CA or of the notary",
            other => attack_in_words(other),
        });
    }
    for gap in &profile.missing {
        say!("Missing: {} ({})", feature(gap.missing), gap.detail);
    }
    match &profile.mechanism {
        Some(mechanism) => say!(
            "Keys are wrapped by {} ({:#06x}), RFC {}",
            mechanism.name,
            mechanism.number,
            mechanism.rfc
        ),
        None => say!("No mechanism of this token wraps keys"),
    }
    for limit in &probe.limits {
        say!("Note: {}", limit.sentence());
    }
    say!(
        "Grade {:?}; assurance {}: {}",
        profile.grade,
        probe.assurance.word(),
        probe.set_by.sentence()
    );
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

fn probed_attacks(attacks: &[wire::ProbedAttack], words: fn(&str) -> &'static str) {
    for attack in attacks {
        let verdict = match attack.verdict {
            wire::AttackVerdict::Defeated => "defeated",
            wire::AttackVerdict::Open => "OPEN",
            wire::AttackVerdict::NotApplicable => "not applicable",
        };
        say!("{:<4} {verdict:<15} {}", attack.id, words(&attack.id));
        if attack.verdict == wire::AttackVerdict::Open {
            say!("     {}", attack.detail);
        }
    }
}

fn attack_in_words(id: &str) -> &'static str {
    match id {
        "A1" => "wrap a key, then decrypt it with the wrapping key",
        "A2" => "unwrap a wrapped key so that it can be read or leave",
        "A3" => "unwrap a private key as a key of another type",
        "A4" => "unwrap what was changed or made up",
        "A5" => "wrap a newborn key under a key of one's own",
        "A6" => "change or copy a key so that it may do more",
        "A7" => "derive a weaker relative of a key",
        "A8" => "wrap the master itself",
        "A12" => "use the master by a second mechanism",
        "A13" => "wrap by a counter mode under a chosen IV",
        "A14" => "have a known key wrapped as if it were born here",
        "A15" => "put a look-alike beside a key",
        "A16" => "destroy a key that nothing works without",
        "A19" => "ask for a MAC of one byte",
        _ => "",
    }
}

fn feature(missing: wire::MissingFeature) -> &'static str {
    match missing {
        wire::MissingFeature::Wrapping => "a mechanism that wraps keys",
        wire::MissingFeature::UnwrapTemplate => "CKA_UNWRAP_TEMPLATE",
        wire::MissingFeature::AllowedMechanisms => "CKA_ALLOWED_MECHANISMS",
        wire::MissingFeature::WrapTemplate => "CKA_WRAP_TEMPLATE",
        wire::MissingFeature::Modifiable => "CKA_MODIFIABLE=F",
        wire::MissingFeature::Copyable => "CKA_COPYABLE=F",
        wire::MissingFeature::Destroyable => "CKA_DESTROYABLE=F",
        wire::MissingFeature::Birth => "CKA_LOCAL and its like",
        wire::MissingFeature::ModifiableAtUnwrap => "CKA_MODIFIABLE=F in C_UnwrapKey",
        wire::MissingFeature::Trusted => "CKA_TRUSTED for a private master",
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
            say!("unwrap, sign, verify: {:.1} ms", f64::from(took) / 1000.0);
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
        say!("A key was unwrapped on its token and signed in {took:.1} ms.");
    } else {
        say!(
            "A key was unwrapped on the organisation's token and signed in {took:.1} ms; that token's \
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

pub(crate) fn inspection(found: &Inspection, json: bool) {
    if json {
        let fields: Vec<Value> = found
            .fields
            .iter()
            .map(|field| {
                json!({
                    "name": field.name, "type": field.kind, "label": field.label,
                    "page": field.page, "rect": field.rect, "signed": field.signed,
                })
            })
            .collect();
        let signatures: Vec<_> = found.signatures.iter().map(signature).collect();
        return print(&json!({
            "pages": found.pages, "revisions": found.revisions, "encrypted": found.encrypted,
            "permissions": found.permissions.map(|permissions| json!({
                "print": permissions.print, "change": permissions.change,
                "copy": permissions.copy, "annotate": permissions.annotate,
                "fill": permissions.fill, "add_fields": permissions.add_fields,
            })),
            "repaired": found.repaired, "bytes": found.bytes, "fields": fields,
            "signatures": signatures, "findings": found.findings, "refusal": found.refusal,
        }));
    }
    say!(
        "{}, {}, {} bytes",
        counted(found.pages, "page"),
        counted(found.revisions, "revision"),
        found.bytes
    );
    for field in &found.fields {
        say!("{}", of_field(field));
    }
    for report in &found.signatures {
        say!(
            "signature {} by {}: {}",
            report.field,
            report.signer,
            headline(report.headline)
        );
    }
    for finding in &found.findings {
        say!("{}: {}", finding.code, finding.message);
    }
    if let Some(refusal) = &found.refusal {
        say!("cannot be signed: {}", refusal.message);
    }
}

/// A number of things, in words.
fn counted(number: u32, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// `field Approval (Sig, empty, page 2, 36,36,180,60): Sign here`
fn of_field(field: &Field) -> String {
    let mut facts = vec![field.kind.clone()];
    if field.kind == "Sig" {
        facts.push(if field.signed { "signed" } else { "empty" }.to_owned());
    }
    facts.extend(field.page.map(|page| format!("page {page}")));
    // As --rect takes it.
    facts.extend(field.rect.map(|rect| {
        let edges = [rect.x, rect.y, rect.width, rect.height];
        edges
            .map(|edge| format!("{edge:.4}"))
            .map(|edge| trimmed(&edge))
            .join(",")
    }));
    let label = field.label.as_ref();
    let label = label.map_or_else(String::new, |label| format!(": {}", printable(label)));
    format!(
        "field {} ({}){label}",
        printable(&field.name),
        facts.join(", ")
    )
}

/// A decimal without zeros at its end.
fn trimmed(decimal: &str) -> String {
    decimal
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

pub(crate) fn people(page: &PeoplePage, json: bool) {
    if json {
        let users: Vec<Value> = page.people.iter().map(of_person).collect();
        return print(&json!({ "total": page.total, "users": users, "next": page.next }));
    }
    for person in &page.people {
        say!(
            "{:<20} {:<28} {:<32} {:<8} {}",
            person.login,
            person.name,
            person.email,
            word(json!(person.role)),
            word(json!(person.status)).replace('_', " ")
        );
    }
    say!("{} of {}", page.people.len(), page.total);
    if let Some(next) = &page.next {
        say!("more: --after {next}");
    }
}

pub(crate) fn person(person: &Person, json: bool) {
    if json {
        return print(&of_person(person));
    }
    say!("{} ({})", person.name, person.login);
    say!("{}", person.email);
    say!(
        "{}, {}",
        word(json!(person.role)),
        word(json!(person.status)).replace('_', " ")
    );
    if let Some(change) = &person.change {
        let by = change.by.as_deref().unwrap_or("the owner");
        say!("changed by {by}: {}", change.note);
    }
    if let (Some(key), Some(serial)) = (&person.key, &person.serial) {
        say!("key {key}, certificate {serial}");
        if person.origin == Some(wire::KeyOrigin::Imported) {
            say!("not born in the HSM");
        }
    }
}

pub(crate) fn identity(identity: &wire::Identity, json: bool) {
    let status = word(json!(identity.status));
    if json {
        return print(&json!({ "login": identity.login, "status": status }));
    }
    say!("{}: {}", identity.login, status.replace('_', " "));
}

pub(crate) fn secret_changed(login: &str, json: bool) {
    if json {
        return print(&json!({ "login": login, "secret": "changed" }));
    }
    say!("{login} has another secret now; the old one opens nothing");
}

fn of_person(person: &Person) -> Value {
    json!({
        "account": person.account, "login": person.login, "name": person.name,
        "email": person.email, "role": person.role, "status": person.status,
        "key": person.key, "origin": person.origin, "serial": person.serial, "valid_until": person.valid_until,
        "change": person.change,
    })
}

/// The word that a value without fields has on the wire.
fn word(value: Value) -> String {
    match value {
        Value::String(word) => word,
        _ => String::new(),
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

pub(crate) fn rendered(output: &Path, json: bool) {
    if json {
        return print(&json!({ "output": output.to_string_lossy() }));
    }
    say!("Drawn: {}", output.display());
}

/// Where two revisions look different.
pub(crate) fn comparison(comparison: &wire::Comparison, json: bool) {
    if json {
        let pages = comparison.pages.iter().map(|page| {
            let places = page.places.iter();
            let places = places.map(|place| json!([place.x, place.y, place.width, place.height]));
            json!({
                "page": page.page,
                "width": page.width,
                "height": page.height,
                "places": places.collect::<Vec<_>>(),
                "not_drawn": page.not_drawn,
            })
        });
        return print(&json!({
            "from": comparison.from,
            "to": comparison.to,
            "pages_before": comparison.pages_before,
            "pages_after": comparison.pages_after,
            "pages": pages.collect::<Vec<_>>(),
        }));
    }
    if comparison.pages.is_empty() {
        let pages = comparison.pages_after;
        say!("All pages look the same ({pages} drawn).");
    }
    for page in &comparison.pages {
        match &page.not_drawn {
            Some(why) => say!("Page {}: {why}", page.page),
            None => say!("Page {} looks different:", page.page),
        }
        for place in &page.places {
            let (x, y) = (place.x, place.y);
            say!(
                "  {:.0} x {:.0} pt at {x:.0}, {y:.0}",
                place.width,
                place.height
            );
        }
    }
}

/// The looks that can be chosen.
pub(crate) fn looks(looks: &[wire::LookEntry], json: bool) {
    if json {
        let looks = looks
            .iter()
            .map(|look| json!({ "name": look.name, "title": look.title, "source": look.source }));
        return print(&json!({ "looks": looks.collect::<Vec<_>>() }));
    }
    for look in looks {
        let from = match look.source {
            wire::LookSource::Product => "built in",
            wire::LookSource::Organisation => "the organisation's",
            wire::LookSource::Own => "your own",
        };
        match &look.title {
            Some(title) => say!("{}  {title} ({from})", look.name),
            None => say!("{}  ({from})", look.name),
        }
    }
}

/// A look file that can be used.
pub(crate) fn look_usable(file: &Path, json: bool) {
    if json {
        return print(&json!({ "file": file.to_string_lossy(), "usable": true }));
    }
    say!("Can be used: {}", file.display());
}

pub(crate) fn grouped(hex: &str) -> String {
    let mut out = String::with_capacity(hex.len() * 5 / 4);
    for (at, digit) in hex.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

pub(crate) fn office_granted(granted: &service::requests::OfficeGranted, json: bool) {
    if json {
        return print(&json!({ "login": granted.login, "activation_code": *granted.code }));
    }
    say!("{} is an officer from now on.", granted.login);
    say!(
        "Code, shown this once, good for seven days: {}",
        *granted.code
    );
    say!("Next: chancery activate --login {} --office", granted.login);
}

pub(crate) fn office_taken(login: &str, json: bool) {
    if json {
        return print(&json!({ "login": login, "office": true }));
    }
    say!("{login} has taken up the office: the own secret opens it.");
}

pub(crate) fn office_withdrawn(login: &str, json: bool) {
    if json {
        return print(&json!({ "login": login, "office": false }));
    }
    say!("{login} is an officer no more.");
    eprintln!(
        "Note: {login} may know the issuing token's PIN; whoever has it can issue certificates \
         until it is changed on the token"
    );
}

/// Prints one line of text.
pub(crate) fn line(text: &str) {
    say!("{text}");
}

/// Prints one JSON document.
pub(crate) fn print(document: &Value) {
    say!("{document:#}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_steers_the_terminal() {
        let said = lines("Ada\u{1b}[2J\u{202e}fdp\u{2028}.\nsecond\u{200f}");
        assert_eq!(said, "Ada\u{fffd}[2J\u{fffd}fdp\u{fffd}.\nsecond\u{fffd}");
        assert_eq!(printable("a\nb"), "a\u{fffd}b", "a name is one line");
    }
}
