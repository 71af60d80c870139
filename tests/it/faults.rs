//! What goes wrong around us: each a clear error with its code, nothing written, nothing lost.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use service::requests::{Existing, FileToSign, Sign, SignedFile, Watch};
use service::wire::{ErrorCode, Placement, Rect, SigningStep};
use service::{ErrorKind, LookChoice, Service, Surroundings};
use tests::machine::{self, Machine};
use tests::mount::Mount;
use tests::organisation::{OFFICER_SECRET, programs};
use tests::{Organisation, sample, secret, sql};

/// Does something when a signature reaches a step.
struct When<F>(SigningStep, F);

impl<F> fmt::Debug for When<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "When({:?})", self.0)
    }
}

impl<F: Fn() + Send + Sync> Watch for When<F> {
    fn reach(&self, step: SigningStep) -> ControlFlow<()> {
        if step == self.0 {
            (self.1)();
        }
        ControlFlow::Continue(())
    }
}

fn request(input: &Path, output: &Path, typed: &str) -> Sign {
    let rect = Rect {
        x: 36.0,
        y: 36.0,
        width: 180.0,
        height: 60.0,
    };
    Sign {
        request: service::new_request().unwrap(),
        files: vec![FileToSign {
            input: input.to_owned(),
            password: None,
            output: output.to_owned(),
        }],
        signer: service::requests::Signer::Person {
            login: "officer".to_owned(),
            secret: secret(typed),
        },
        placement: Some(Placement::Box { page: 1, rect }),
        reason: None,
        location: None,
        terms: service::requests::Terms::default(),
        look: LookChoice::default(),
        existing: Existing::Keep,
        watch: Arc::new(service::requests::Unwatched),
    }
}

/// Signs, and does something when a step is reached.
fn sign_while(
    organisation: &Organisation,
    input: &Path,
    output: &Path,
    step: SigningStep,
    what: impl Fn() + Send + Sync + 'static,
) -> service::Result<Vec<SignedFile>> {
    let request = Sign {
        watch: Arc::new(When(step, what)),
        ..request(input, output, OFFICER_SECRET)
    };
    organisation.wait(organisation.service().sign(request))
}

fn code(result: service::Result<Vec<SignedFile>>) -> (ErrorCode, ErrorKind) {
    result.unwrap_err().code()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let copied = Command::new("cp")
        .arg("-a")
        .arg(from.join("."))
        .arg(to)
        .status();
    assert!(copied.unwrap().success());
}

/// How many outcomes the log has; every intent has one.
fn outcomes(organisation: &Organisation) -> usize {
    let vault = organisation.home().vault_file();
    let open = sql::run(&vault, "SELECT count(*) FROM open_intent");
    assert_eq!(open, "0", "every intent has its outcome");
    let outcomes = sql::run(&vault, "SELECT count(*) FROM leaf WHERE kind = 'outcome'");
    outcomes.parse().unwrap()
}

#[test]
fn a_full_disk_takes_no_signature_and_leaves_nothing_on_it() {
    let organisation = Organisation::found();
    let folder = organisation.path("full");
    let Some(disk) = Mount::on(&folder, 64) else {
        return;
    };
    disk.fill();
    let request = request(
        &sample::agreement(),
        &folder.join("out.pdf"),
        OFFICER_SECRET,
    );
    let refused = code(organisation.wait(organisation.service().sign(request)));
    assert_eq!(refused, (ErrorCode::NoSpace, ErrorKind::InputOutput));
    assert_eq!(
        outcomes(&organisation),
        0,
        "it is seen before the secret is"
    );
    disk.make_room();
    assert!(is_empty(&folder), "nothing is left");
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
}

#[test]
fn a_disk_that_fills_up_under_the_organisation_loses_no_key_and_no_leaf() {
    let machine = Machine::founded();
    let full = Machine::new();
    let Some(disk) = Mount::on(&full.path("home"), 600) else {
        return;
    };
    copy(&machine.path("home"), &full.path("home"));
    fs::rename(machine.path("state"), full.path("state")).unwrap();
    let sign = full.sign("officer", "out.pdf");
    full.done(&full.sign("officer", "before.pdf"), &[OFFICER_SECRET]);
    for _ in 0..3 {
        disk.fill();
        full.refused(&sign, &[OFFICER_SECRET], 5, "no_space");
        assert!(!full.path("out.pdf").exists());
        disk.make_room();
    }
    full.done(&sign, &[OFFICER_SECRET]);
    for part in ["vault", "signing_token", "log"] {
        assert_eq!(full.health(part), "good", "{part}");
    }
}

#[test]
fn a_disk_that_fills_up_under_the_state_is_no_signature_and_no_damage() {
    let machine = Machine::founded();
    let full = Machine::new();
    let Some(disk) = Mount::on(&full.path("state"), 64) else {
        return;
    };
    copy(&machine.path("state"), &full.path("state"));
    fs::rename(machine.path("home"), full.path("home")).unwrap();
    disk.fill();
    let sign = full.sign("officer", "out.pdf");
    full.refused(&sign, &[OFFICER_SECRET], 5, "no_space");
    assert!(!full.path("out.pdf").exists());
    disk.make_room();
    full.done(&sign, &[OFFICER_SECRET]);
    assert_eq!(full.health("log"), "good");
    let open = sql::run(&full.vault(), "SELECT count(*) FROM open_intent");
    assert_eq!(open, "0");
}

#[test]
fn what_cannot_be_written_to_is_said_before_the_secret_is_judged() {
    let organisation = Organisation::found();
    let folder = organisation.path("closed");
    let Some(disk) = Mount::on(&folder, 64) else {
        return;
    };
    disk.close();
    let before = outcomes(&organisation);
    for (output, expected) in [
        (folder.join("out.pdf"), ErrorCode::NotWritable),
        (organisation.path("gone/out.pdf"), ErrorCode::NotFound),
    ] {
        let request = request(&sample::agreement(), &output, "not the secret");
        let refused = code(organisation.wait(organisation.service().sign(request)));
        assert_eq!(refused, (expected, ErrorKind::InputOutput));
    }
    assert_eq!(outcomes(&organisation), before, "no try was counted");
}

#[test]
fn a_vault_or_a_state_that_cannot_be_written_to_is_said_as_such() {
    for part in ["home", "state"] {
        let machine = Machine::founded();
        let closed = Machine::new();
        let Some(disk) = Mount::on(&closed.path(part), 2048) else {
            return;
        };
        for folder in ["home", "state"] {
            copy(&machine.path(folder), &closed.path(folder));
        }
        closed.done(&closed.sign("officer", "before.pdf"), &[OFFICER_SECRET]);
        disk.close();
        closed.refused(
            &closed.sign("officer", "out.pdf"),
            &[OFFICER_SECRET],
            5,
            "not_writable",
        );
        assert!(!closed.path("out.pdf").exists(), "{part}");
    }
}

#[test]
fn a_folder_that_goes_away_while_it_is_signed_is_not_found() {
    let organisation = Organisation::found();
    let folder = organisation.path("out");
    fs::create_dir(&folder).unwrap();
    let gone = folder.clone();
    let signed = sign_while(
        &organisation,
        &sample::agreement(),
        &folder.join("out.pdf"),
        SigningStep::Signing,
        move || fs::remove_dir(&gone).unwrap(),
    );
    assert_eq!(code(signed), (ErrorCode::NotFound, ErrorKind::InputOutput));
    assert!(!folder.exists());
    assert_eq!(outcomes(&organisation), 1);
}

#[test]
fn an_organisation_that_goes_away_is_none() {
    let organisation = Organisation::found();
    fs::remove_dir_all(organisation.home().folder()).unwrap();
    let signed = organisation.sign(&sample::agreement(), "officer", OFFICER_SECRET);
    assert_eq!(signed.unwrap_err().code().0, ErrorCode::NoOrganisation);
}

#[test]
fn a_document_that_changes_while_it_is_signed_is_not_written() {
    let organisation = Organisation::found();
    let whole = fs::read(sample::agreement()).unwrap();
    let mut edited = whole.clone();
    edited[whole.len() / 2] ^= 1;
    let longer = [&whole[..], b"\n% more"].concat();
    let changes = [
        ("edited", edited, ErrorCode::InputChanged),
        ("cut short", whole[..1000].to_vec(), ErrorCode::InputChanged),
        ("emptied", Vec::new(), ErrorCode::InputChanged),
        ("longer", longer, ErrorCode::InputChanged),
    ];
    for (change, content, expected) in changes {
        let folder = organisation.path(change);
        fs::create_dir(&folder).unwrap();
        let input = organisation.path("changing.pdf");
        fs::write(&input, &whole).unwrap();
        let changing = input.clone();
        let signed = sign_while(
            &organisation,
            &input,
            &folder.join("out.pdf"),
            SigningStep::Signing,
            move || fs::write(&changing, &content).unwrap(),
        );
        assert_eq!(code(signed), (expected, ErrorKind::InputOutput), "{change}");
        assert!(is_empty(&folder), "{change}: nothing was written");
    }
}

#[test]
fn the_original_is_not_written_to_by_any_of_its_names() {
    let organisation = Organisation::found();
    let input = organisation.path("original.pdf");
    fs::copy(sample::agreement(), &input).unwrap();
    let (soft, hard) = (organisation.path("soft.pdf"), organisation.path("hard.pdf"));
    std::os::unix::fs::symlink(&input, &soft).unwrap();
    fs::hard_link(&input, &hard).unwrap();
    let roundabout = organisation.path("home/../original.pdf");
    for name in [&input, &soft, &hard, &roundabout] {
        for existing in [Existing::Keep, Existing::Replace] {
            let request = Sign {
                existing,
                ..request(&input, name, OFFICER_SECRET)
            };
            let refused = code(organisation.wait(organisation.service().sign(request)));
            assert_eq!(refused.0, ErrorCode::OutputIsInput, "{}", name.display());
        }
    }
    assert_eq!(
        fs::read(&input).unwrap(),
        fs::read(sample::agreement()).unwrap()
    );
}

#[test]
fn an_output_that_appears_meanwhile_is_kept() {
    let organisation = Organisation::found();
    let output = organisation.path("out.pdf");
    let taken = output.clone();
    let signed = sign_while(
        &organisation,
        &sample::agreement(),
        &output,
        SigningStep::Validating,
        move || fs::write(&taken, b"mine").unwrap(),
    );
    assert_eq!(
        code(signed),
        (ErrorCode::OutputExists, ErrorKind::InputOutput)
    );
    assert_eq!(fs::read(&output).unwrap(), b"mine");
}

#[test]
fn two_names_of_one_output_are_told_apart_from_two_outputs() {
    let organisation = Organisation::found();
    let mut request = request(
        &sample::agreement(),
        &organisation.path("out.pdf"),
        OFFICER_SECRET,
    );
    request.files.push(FileToSign {
        input: sample::agreement(),
        password: None,
        output: organisation.path("home/../out.pdf"),
    });
    let refused = code(organisation.wait(organisation.service().sign(request)));
    assert_eq!(refused, (ErrorCode::Usage, ErrorKind::Usage));
    assert!(!organisation.path("out.pdf").exists());
}

#[test]
fn a_missing_host_process_is_named() {
    let organisation = Organisation::found();
    let surroundings = Surroundings {
        programs: organisation.path("nowhere"),
        ..organisation.service().surroundings().clone()
    };
    let request = request(
        &sample::agreement(),
        &organisation.path("out.pdf"),
        OFFICER_SECRET,
    );
    let refused = code(organisation.wait(Service::new(surroundings).sign(request)));
    assert_eq!(refused, (ErrorCode::PartMissing, ErrorKind::Device));
}

#[test]
fn a_signature_that_the_log_could_not_conclude_is_said_to_be_made() {
    let machine = Machine::founded();
    let organisation = Organisation::unfounded();
    let home = organisation.home().folder().to_owned();
    let Some(disk) = Mount::on(&home, 600) else {
        return;
    };
    for (from, to) in [("home", &home), ("state", &organisation.path("state"))] {
        copy(&machine.path(from), to);
    }
    let disk = Arc::new(disk);
    let filled = Arc::clone(&disk);
    let output = organisation.path("out.pdf");
    let signed = sign_while(
        &organisation,
        &sample::agreement(),
        &output,
        SigningStep::Validating,
        move || filled.fill(),
    );
    assert_eq!(
        code(signed),
        (ErrorCode::OutcomeNotLogged, ErrorKind::InputOutput)
    );
    machine.done(
        &format!(
            "validate {} --trust {}",
            output.display(),
            home.join("ca.pem").display()
        ),
        &[],
    );
    disk.make_room();
    // Whoever opens the log next gives the request up.
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    assert_eq!(outcomes(&organisation), 2);
}

#[test]
fn fifty_wrong_secrets_at_once_are_five_tries() {
    let organisation = Organisation::found();
    let errors: Vec<ErrorCode> = at_once(&organisation, 50, "not the secret")
        .into_iter()
        .map(|signed| signed.unwrap_err().code().0)
        .collect();
    let count = |code| errors.iter().filter(|error| **error == code).count();
    assert_eq!(count(ErrorCode::WrongSecret), 5, "{errors:?}");
    assert_eq!(count(ErrorCode::Wait), 45, "{errors:?}");
    let identities = organisation
        .wait(organisation.service().identities())
        .unwrap();
    assert_eq!(identities[0].wrong_tries, 5);
    assert_eq!(outcomes(&organisation), 5);
}

#[test]
fn fifty_right_secrets_at_once_are_fifty_signatures() {
    let organisation = Organisation::found();
    for signed in at_once(&organisation, 50, OFFICER_SECRET) {
        signed.unwrap();
    }
    assert_eq!(outcomes(&organisation), 50);
}

/// Signs so many documents at the same time.
fn at_once(
    organisation: &Organisation,
    count: usize,
    typed: &str,
) -> Vec<service::Result<Vec<SignedFile>>> {
    organisation.wait(async {
        let mut under_way = tokio::task::JoinSet::new();
        for number in 0..count {
            let output = organisation.path(&format!("out-{number}.pdf"));
            let request = request(&sample::agreement(), &output, typed);
            let service = Service::new(organisation.service().surroundings().clone());
            under_way.spawn(async move { service.sign(request).await });
        }
        under_way.join_all().await
    })
}

#[test]
fn what_is_no_file_is_no_document_and_any_name_is_a_name() {
    let machine = Machine::founded();
    let pipe = machine.path("pipe.pdf");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    fs::create_dir(machine.path("folder.pdf")).unwrap();
    fs::write(machine.path("empty.pdf"), b"").unwrap();
    for (name, code) in [
        ("pipe.pdf", "io"),
        ("folder.pdf", "io"),
        ("empty.pdf", "pdf_unreadable"),
    ] {
        let words = format!("sign {name} -o out.pdf --as officer --page 1 --rect 36,36,180,60");
        machine.refused(&words, &[OFFICER_SECRET], 5, code);
        assert!(!machine.path("out.pdf").exists());
    }
    let odd = PathBuf::from(OsStr::from_bytes(b"\xff\xfe odd\n.pdf"));
    fs::copy(sample::agreement(), machine.path(".").join(&odd)).unwrap();
    let words = "sign --out-dir . --as officer --page 1 --rect 36,36,180,60";
    let said = machine::said(machine.command(words, &[OFFICER_SECRET]).arg(&odd));
    assert_eq!(said.status, 0, "{said:?}");
    let signed = OsStr::from_bytes(b"\xff\xfe odd\n-signed.pdf");
    assert!(machine.path(".").join(signed).is_file());
}

#[test]
fn damaged_files_of_the_organisation_are_named_and_not_mended() {
    let machine = Machine::founded();
    let sign = machine.sign("officer", "out.pdf");
    for (file, content, code) in [
        ("home/vault.sqlite", &b""[..], "vault_damaged"),
        (
            "home/vault.sqlite",
            b"SQLite format 3\0 and no more",
            "vault_damaged",
        ),
        ("home/organisation.json", b"", "organisation_unreadable"),
        (
            "home/organisation.json",
            b"{\"fixed\": 7}",
            "organisation_unreadable",
        ),
        (
            "home/organisation.json",
            b"\xff\x00\xfe",
            "organisation_unreadable",
        ),
    ] {
        let broken = machine.copy();
        fs::write(broken.path(file), content).unwrap();
        broken.refused(&sign, &[OFFICER_SECRET], 5, code);
        assert_eq!(fs::read(broken.path(file)).unwrap(), content, "{file}");
        assert!(!broken.path("out.pdf").exists());
    }
}

#[test]
fn without_a_keyring_the_pin_lies_in_a_private_file_and_both_are_said() {
    let machine = Machine::new();
    let words = "init --embedded --admin officer";
    let strict = format!("{words} --pin-store keyring");
    machine.refused(&strict, &[OFFICER_SECRET], 4, "keyring_absent");
    assert_eq!(machine.run("users list", &[]).code(), "no_organisation");
    let founded = machine.done(words, &[OFFICER_SECRET]);
    let notices = founded.json["notices"].to_string();
    assert!(notices.contains("private file"), "{notices}");
    assert_eq!(machine.health("signing_pin"), "caution");
    let id = founded.json["organisation"].as_str().unwrap().to_owned();
    let pin = machine.path(&format!("state/{id}/pins/{id}-signing.pin"));
    assert_eq!(
        fs::metadata(pin).unwrap().permissions().mode() & 0o777,
        0o600
    );
    machine.done(&machine.sign("officer", "out.pdf"), &[OFFICER_SECRET]);
}

/// Founds and signs with the PIN in a keyring, locks that, and tries to sign and to found again.
const KEYRING: &str = r#"
    printf 'keyring password\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    c() { "$CHANCERY" --json "$@" --secret-file secrets; echo "status $?"; }
    c init --embedded --admin officer --pin-store keyring
    "$CHANCERY" --json doctor
    c sign "$INPUT" -o out.pdf --as officer --page 1 --rect 36,36,180,60
    dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
        org.freedesktop.Secret.Service.Lock \
        array:objpath:/org/freedesktop/secrets/aliases/default >/dev/null
    c sign "$INPUT" -o locked.pdf --as officer --page 1 --rect 36,36,180,60
    export CHANCERY_HOME="$CHANCERY_HOME-other"
    c init --embedded --admin officer
"#;

#[test]
fn a_pin_in_the_keyring_signs_and_a_locked_keyring_is_refused_and_not_worked_around() {
    let machine = Machine::new();
    fs::write(machine.path("secrets"), format!("{OFFICER_SECRET}\n")).unwrap();
    let output = Command::new("timeout")
        .args(["120", "dbus-run-session", "--", "sh", "-c", KEYRING])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", machine.path("."))
        .env("XDG_DATA_HOME", machine.path("data"))
        .env("XDG_RUNTIME_DIR", machine.path("."))
        .env("CHANCERY", programs().join("chancery"))
        .env("CHANCERY_HOME", machine.path("home"))
        .env("CHANCERY_STATE", machine.path("state"))
        .env("INPUT", sample::agreement())
        .current_dir(machine.path("."))
        .output()
        .expect("timeout runs");
    let said = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    let statuses: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("status "))
        .collect();
    assert_eq!(statuses, ["0", "0", "4", "4"], "{said}{complaint}");
    assert!(
        said.contains("the signing PIN lies in the keyring"),
        "{said}"
    );
    assert_eq!(said.matches("\"keyring_locked\"").count(), 2, "{said}");
    assert!(machine.path("out.pdf").is_file() && !machine.path("locked.pdf").exists());
    let state = Command::new("find")
        .arg(machine.path("state"))
        .output()
        .unwrap();
    let state = String::from_utf8(state.stdout).unwrap();
    assert!(!state.contains(".pin"), "no file was made instead: {state}");
    // From another session, as a shell that was opened later.
    let examined = machine.run("doctor", &[]).json.to_string();
    let signed = machine.run(&machine.sign("officer", "later.pdf"), &[OFFICER_SECRET]);
    assert_eq!((signed.status, signed.code()), (4, "keyring_absent"));
    for told in [examined, signed.json.to_string()] {
        assert!(
            told.contains("the keyring of the session in which"),
            "{told}"
        );
        assert!(told.contains("DBUS_SESSION_BUS_ADDRESS"), "{told}");
    }
}

#[test]
fn a_token_that_a_killed_login_left_empty_is_found_again() {
    let organisation = Organisation::found();
    for content in [&b""[..], b"\0\0\0\0\0\0\0\x09", &[0; 320]] {
        for token in fs::read_dir(organisation.home().tokens_folder()).unwrap() {
            fs::write(token.unwrap().path().join("token.object"), content).unwrap();
        }
        // An officer's login needs both tokens.
        organisation.officer().unwrap();
        organisation
            .sign(&sample::agreement(), "officer", OFFICER_SECRET)
            .unwrap();
    }
}
