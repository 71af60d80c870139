//! Rotation of the master: keys move record by record while people sign, and what cannot move is
//! replaced.

use std::thread;

use tests::machine::{ENROL, Machine};
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::sql;

const PREPARE: &str = "hsm rotate prepare --by officer";
const START: &str = "hsm rotate start --by officer";
const FINISH: &str = "hsm rotate finish --by officer";
const REKEY: &str = "hsm rotate rekey --by officer";
const STATUS: &str = "hsm rotate status";

fn officer(machine: &Machine, words: &str) -> serde_json::Value {
    machine.done(words, &[OFFICER_SECRET]).json
}

fn signs(machine: &Machine, login: &str, output: &str) {
    let secret = if login == "officer" {
        OFFICER_SECRET
    } else {
        SIGNER_SECRET
    };
    machine.done(&machine.sign(login, output), &[secret]);
}

/// Gives a person a new key, as after a forgotten secret.
fn reset(machine: &Machine, login: &str) {
    let words = format!("users reset --by officer --login {login} --reason rotation");
    let code = officer(machine, &words)["activation_code"].clone();
    let code = code.as_str().unwrap();
    machine.done(&format!("activate --login {login}"), &[code, SIGNER_SECRET]);
}

fn under(machine: &Machine, login: &str) -> String {
    sql::run(
        &machine.vault(),
        &format!(
            "SELECT s.wrapping_key FROM key_state s JOIN key k ON k.id = s.key \
             JOIN account a ON a.id = k.account WHERE a.login = '{login}' \
             ORDER BY k.ordinal DESC LIMIT 1"
        ),
    )
}

#[test]
fn a_key_lives_through_one_rotation_and_is_replaced_at_the_second() {
    let machine = Machine::founded_with("early");
    let prepared = officer(&machine, PREPARE);
    assert_eq!(prepared["phase"], "prepared");
    assert_eq!(
        (&prepared["from"], &prepared["to"]),
        (&"wk-1".into(), &"wk-2".into())
    );
    let machine = machine.with_signer("ada");
    assert_eq!(
        under(&machine, "ada"),
        "wk-1",
        "used under the current master"
    );

    let moved = officer(&machine, START);
    assert_eq!((&moved["moved"], &moved["to_move"]), (&1.into(), &0.into()));
    assert_eq!(moved["remaining"], serde_json::json!(["early", "officer"]));
    assert_eq!(under(&machine, "ada"), "wk-2");
    for login in ["ada", "early", "officer"] {
        signs(&machine, login, &format!("{login}-1.pdf"));
    }
    machine.refused(FINISH, &[OFFICER_SECRET], 3, "rotation_refused");

    reset(&machine, "early");
    officer(&machine, REKEY);
    let finished = officer(&machine, FINISH);
    assert_eq!(
        (&finished["phase"], &finished["current"]),
        (&"finished".into(), &"wk-2".into())
    );
    for login in ["ada", "early", "officer"] {
        assert_eq!(under(&machine, login), "wk-2", "{login}");
        signs(&machine, login, &format!("{login}-2.pdf"));
    }
    let machine = machine.with_signer("late");
    assert_eq!(under(&machine, "late"), "wk-2");
    for part in ["vault", "signing_token", "log"] {
        assert_eq!(machine.health(part), "good", "{part}");
    }

    officer(&machine, PREPARE);
    let second = officer(&machine, START);
    assert_eq!(second["to"], "wk-3");
    assert_eq!(
        second["remaining"],
        serde_json::json!(["ada", "early", "late", "officer"]),
        "all were born before the third master, and none can be wrapped again"
    );
}

#[test]
fn an_officer_who_was_given_another_key_acts_with_that_one_alone() {
    let machine = Machine::founded();
    officer(&machine, PREPARE);
    officer(&machine, REKEY);
    let machine = machine.with_signer("ada");
    signs(&machine, "ada", "out.pdf");
    let validated = machine.done("validate out.pdf", &[]);
    assert_eq!(validated.json["headline"], "valid");
    // The revocation list has the certificate before.
    let keys = "SELECT count(*) FROM key k JOIN account a ON a.id = k.account \
                WHERE a.login = 'officer'";
    assert_eq!(sql::run(&machine.vault(), keys), "2");
    sql::edit(&machine.vault(), "DELETE FROM office");
    machine.refused(
        &format!("{ENROL} --login bob"),
        &[OFFICER_SECRET],
        3,
        "not_an_officer",
    );
}

#[test]
fn what_the_owner_suspended_stays_suspended_when_it_moves() {
    let machine = Machine::founded();
    officer(&machine, PREPARE);
    let machine = machine.with_signer("ada").with_signer("bob");
    machine.done("key suspend --login ada --reason stolen-bag", &[]);
    officer(
        &machine,
        "users suspend --by officer --login bob --reason lost-laptop",
    );
    officer(&machine, START);
    for (login, note) in [("ada", "stolen-bag"), ("bob", "lost-laptop")] {
        assert_eq!(under(&machine, login), "wk-2");
        let words = machine.sign(login, "out.pdf");
        machine.refused(&words, &[SIGNER_SECRET], 3, "suspended");
        let shown = machine.done(&format!("users show --login {login}"), &[]);
        assert_eq!(shown.json["status"], "suspended", "{shown:?}");
        assert_eq!(shown.json["change"]["note"], note, "{shown:?}");
    }
    sql::edit(&machine.vault(), "DELETE FROM own_suspension");
    let words = machine.sign("ada", "out.pdf");
    machine.refused(&words, &[SIGNER_SECRET], 3, "record_damaged");
}

#[test]
fn another_secret_keeps_what_is_wrapped_under_both_masters() {
    let machine = Machine::founded();
    officer(&machine, PREPARE);
    let machine = machine.with_signer("ada");
    let new = "another signer secret";
    machine.done("secret change --login ada", &[SIGNER_SECRET, new]);
    let moved = officer(&machine, START);
    assert_eq!(moved["moved"], 1);
    machine.done(&machine.sign("ada", "out.pdf"), &[new]);
}

#[test]
fn keys_move_only_while_the_rotation_is_not_paused() {
    let machine = Machine::founded();
    officer(&machine, PREPARE);
    let machine = machine.with_signer("ada");
    machine.refused(
        "hsm rotate pause --by officer",
        &[OFFICER_SECRET],
        3,
        "rotation_refused",
    );
    officer(&machine, START);
    let paused = officer(&machine, "hsm rotate pause --by officer");
    assert_eq!(paused["phase"], "paused");
    let machine = machine.with_signer("bob");
    assert_eq!(
        under(&machine, "bob"),
        "wk-2",
        "born under the master of tomorrow"
    );
    let resumed = officer(&machine, "hsm rotate resume --by officer");
    assert_eq!(
        (&resumed["phase"], &resumed["moved"]),
        (&"running".into(), &2.into())
    );
}

#[test]
fn people_sign_while_their_keys_move() {
    let machine = Machine::founded();
    officer(&machine, PREPARE);
    let logins: Vec<String> = (0..3).map(|number| format!("signer{number}")).collect();
    let machine = logins
        .iter()
        .fold(machine, |machine, login| machine.with_signer(login));
    // Each on a machine folder of its own would be another machine: the file of secrets is shared.
    thread::scope(|scope| {
        let machine = &machine;
        let mut moving = machine.command(START, &[OFFICER_SECRET]);
        let mover = scope.spawn(move || tests::machine::said(&mut moving));
        for round in 0..3 {
            for login in &logins {
                let output = format!("{login}-{round}.pdf");
                let mut command =
                    machine.command_as(&output, &machine.sign(login, &output), &[SIGNER_SECRET]);
                let said = tests::machine::said(&mut command);
                assert_eq!(said.status, 0, "{login}, round {round}: {said:?}");
            }
        }
        let moved = mover.join().unwrap();
        assert_eq!(moved.status, 0, "{moved:?}");
        assert_eq!(moved.json["moved"], 3, "{moved:?}");
    });
}

#[test]
fn a_rotation_written_by_sql_is_not_believed() {
    let ground = Machine::founded();
    officer(&ground, PREPARE);
    officer(&ground, START);
    for statement in [
        "UPDATE rotation SET phase = 'finished' WHERE version = 2",
        "DELETE FROM rotation WHERE version = 2",
        "INSERT INTO rotation SELECT 3, master, 'finished', officer_signature, intent FROM rotation WHERE version = 2",
        "UPDATE master SET label = 'wk-9'",
        "UPDATE master SET canary = zeroblob(length(canary))",
        "UPDATE master SET leaf = leaf + 1",
    ] {
        let machine = ground.copy();
        sql::edit(&machine.vault(), statement);
        let words = machine.sign("officer", "out.pdf");
        machine.refused(&words, &[OFFICER_SECRET], 3, "keys_not_proven");
    }
    ground.done(STATUS, &[]);
}
