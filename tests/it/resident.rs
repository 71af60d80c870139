//! Organisations whose keys stay on the token: on two modules, and at the other end of a connection
//! that carries no key wrap.

use std::env;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::ready_tokens::{Module, ReadyTokens};
use tests::{Machine, judge, sample};

/// Objects of an organisation without people: pepper, record MAC, head with its public half, the
/// canary and the officer's key.
const FOUNDED: u64 = 6;

pub(crate) fn founded(module: Module) -> (Machine, ReadyTokens) {
    let (machine, tokens) = (Machine::new(), ReadyTokens::new(module));
    let init = format!("{} --mode resident", tokens.init(&tokens.path()));
    let founded = machine.done(&init, &tokens.secrets());
    let notices = founded.json["notices"].to_string();
    assert!(notices.contains("no part of the key"), "{notices}");
    (machine, tokens)
}

/// What the log says was done, newest last.
fn acts(machine: &Machine) -> Vec<(String, String)> {
    let log = machine.path("log.jsonl");
    let _ = fs::remove_file(&log);
    machine.done("audit export --by officer -o log.jsonl", &[OFFICER_SECRET]);
    let text = fs::read_to_string(log).unwrap();
    let word = |line: &Value, field: &str| line["told"][field].as_str().unwrap_or("").to_owned();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .map(|line: Value| (word(&line, "act"), word(&line, "outcome")))
        .collect()
}

fn everything_but_wrapping_works_on(module: Module) {
    const NEW_SECRET: &str = "another secret of ana";
    let officer = [OFFICER_SECRET];
    let (machine, tokens) = founded(module);
    assert_eq!(tokens.objects(), FOUNDED);
    for (part, health) in [
        ("signing_token", "good"),
        ("keys", "caution"),
        ("log", "good"),
        ("assurance", "caution"),
    ] {
        assert_eq!(machine.health(part), health, "{part}");
    }
    let probed = machine.done("hsm probe --by officer", &officer);
    let limits = probed.json["limits"].to_string();
    assert!(limits.contains("keys stay on the token"), "{limits}");
    assert_eq!(probed.json["assurance"], "trial");

    let machine = machine.with_signer("ana");
    assert_eq!(tokens.objects(), FOUNDED + 1, "one object a person");
    let sign = |output: &str| machine.sign("ana", output);
    machine.done(&sign("first.pdf"), &[SIGNER_SECRET]);
    let (signed, ca) = (machine.path("first.pdf"), machine.path("home/ca.pem"));
    judge::all(&sample::agreement(), &signed, &ca);
    assert_eq!(
        machine.done("validate first.pdf", &[]).json["headline"],
        "valid"
    );
    machine.refused(&sign("no.pdf"), &["not the secret"], 3, "wrong_secret");
    let change = "secret change --login ana";
    machine.done(change, &[SIGNER_SECRET, NEW_SECRET]);
    machine.refused(&sign("no.pdf"), &[SIGNER_SECRET], 3, "wrong_secret");
    machine.done(&sign("second.pdf"), &[NEW_SECRET]);
    assert_eq!(tokens.objects(), FOUNDED + 1, "a signature leaves nothing");

    let rotate = "hsm rotate prepare --by officer";
    machine.refused(rotate, &officer, 3, "keys_are_resident");
    let backup = machine.done("backup create --by officer --out backup", &officer);
    assert_eq!(backup.json["resident_keys"], true);

    // Another key takes the place of the object, and revoking leaves none.
    let reset = "users reset --by officer --login ana --reason forgotten";
    let code = machine.done(reset, &officer).json["activation_code"].clone();
    assert_eq!(tokens.objects(), FOUNDED + 1);
    machine.done(
        "activate --login ana",
        &[code.as_str().unwrap(), SIGNER_SECRET],
    );
    machine.done(&sign("third.pdf"), &[SIGNER_SECRET]);
    machine.done("users revoke --by officer --login ana", &officer);
    machine.refused(&sign("no.pdf"), &[SIGNER_SECRET], 3, "revoked");
    assert_eq!(tokens.objects(), FOUNDED);
    let destroyed = ("destroy_key".to_owned(), "done".to_owned());
    let acts = acts(&machine);
    let times = acts.iter().filter(|act| **act == destroyed).count();
    assert_eq!(times, 2, "the log says so: {acts:?}");
    assert_eq!(machine.done("audit verify", &[]).status, 0);
}

#[test]
fn everything_but_wrapping_works_with_keys_that_stay_on_softhsm() {
    everything_but_wrapping_works_on(Module::SoftHsm);
}

#[test]
fn everything_but_wrapping_works_with_keys_that_stay_on_kryoptic() {
    everything_but_wrapping_works_on(Module::Kryoptic);
}

/// SoftHSM 2.6.1 makes Ed25519 keys and does not wrap them, so only there they stay. pyHanko knows
/// the algorithm; poppler 22.12 by its NSS does not, and says so.
#[test]
fn an_ed25519_key_that_stays_on_the_token_signs_and_pyhanko_finds_it_valid() {
    let (machine, _tokens) = founded(Module::SoftHsm);
    let code = machine.enrol_with("eve", "ed25519");
    machine.done("activate --login eve", &[&code, SIGNER_SECRET]);
    machine.done(&machine.sign("eve", "out.pdf"), &[SIGNER_SECRET]);
    let validated = machine.done("validate out.pdf", &[]);
    assert_eq!(validated.json["headline"], "valid");

    let signed = machine.path("out.pdf");
    let verdict = judge::pyhanko(&signed, &machine.path("home/ca.pem"));
    assert!(verdict.bottom_line, "{verdict:?}");
    assert_eq!(verdict.digest, "sha512", "RFC 8419 §3.1");
    judge::qpdf_check(&signed);
    let bytes = fs::read(&signed).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("/Version /2.0") && text.contains("/ExtensionLevel 32002"));
    let changed = [&bytes[..], b"\n"].concat();
    assert_ne!(changed, bytes);

    // An officer may act by such a key: what is signed of rows is the message, too.
    machine.done(
        "secret change --login eve",
        &[SIGNER_SECRET, "another secret of eve"],
    );
}

/// `p11-kit server` with the signing token behind a socket.
struct Server {
    child: Child,
    address: PathBuf,
}

impl Server {
    fn of(tokens: &ReadyTokens, machine: &Machine) -> Self {
        let address = machine.path("p11");
        let variable = tokens.variable();
        let (name, value) = variable.split_once('=').unwrap();
        let child = Command::new("p11-kit")
            .args(["server", "-f", "-n"])
            .arg(&address)
            .arg("--provider")
            .arg(tokens.path())
            .arg("pkcs11:token=signing")
            .env(name, value)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("p11-kit runs (Debian: apt-get install p11-kit)");
        let give_up = Instant::now() + Duration::from_secs(60);
        while UnixStream::connect(&address).is_err() {
            assert!(Instant::now() < give_up, "the server listens");
            thread::sleep(Duration::from_millis(10));
        }
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn keys_that_stay_on_a_token_behind_a_socket_sign_and_no_key_is_wrapped_there() {
    let (machine, tokens) = (Machine::new(), ReadyTokens::new(Module::SoftHsm));
    let server = Server::of(&tokens, &machine);
    let client = format!(
        "/usr/lib/{}-linux-gnu/pkcs11/p11-kit-client.so",
        env::consts::ARCH
    );
    let init = format!(
        "init --admin officer --pin-store file --module {client} \
         --module-env P11_KIT_SERVER_ADDRESS=unix:path={} --signing-token signing \
         --issuing-module {} --issuing-module-env {} --issuing-token issuing",
        server.address.display(),
        tokens.path().display(),
        tokens.variable()
    );
    machine.refused(&init, &tokens.secrets(), 4, "token_unfit");
    machine.done(&format!("{init} --mode resident"), &tokens.secrets());
    let machine = machine.with_signer("ana");
    machine.done(&machine.sign("ana", "out.pdf"), &[SIGNER_SECRET]);
    judge::all(
        &sample::agreement(),
        &machine.path("out.pdf"),
        &machine.path("home/ca.pem"),
    );
    // What the keys there are allowed is carried to the token and not back (p11-kit 0.24).
    assert_eq!(machine.health("signing_token"), "caution");
    let objects = tokens.objects();
    machine.done("users revoke --by officer --login ana", &[OFFICER_SECRET]);
    assert_eq!(tokens.objects(), objects - 1);

    drop(server);
    let lost = machine.run(&machine.sign("officer", "lost.pdf"), &[OFFICER_SECRET]);
    assert_eq!(
        lost.status, 4,
        "a server that is gone is no wrong secret: {lost:?}"
    );
}
