//! The probe of the signing token: what it says, who may have it done, and that nobody but an
//! officer can raise what it found.

use std::fs;

use serde_json::{Value, json};
use tests::machine::{ENROL, Machine};
use tests::organisation::OFFICER_SECRET;
use tests::sql;

const PROBE: &str = "hsm probe --by officer";

fn probe(machine: &Machine) -> Value {
    machine.done(PROBE, &[OFFICER_SECRET]).json
}

#[test]
fn a_probe_gives_a_verdict_on_every_attack_and_what_set_the_assurance() {
    let machine = Machine::founded();
    let objects = || machine.done("hsm health", &[]).json["objects"].clone();
    let before = objects();
    let probed = probe(&machine);
    assert_eq!(probed["grade"], "B", "{probed}");
    assert_eq!(probed["assurance"], "trial");
    assert_eq!(probed["set_by"], "software_token");
    let attacks = probed["attacks"].as_array().unwrap();
    let ids = attacks.iter().map(|attack| attack["id"].as_str().unwrap());
    assert_eq!(
        ids.collect::<Vec<_>>().join(" "),
        "A1 A2 A3 A4 A5 A6 A7 A8 A12 A13 A14 A15 A16 A19"
    );
    for attack in attacks {
        let expected: &[&str] = match attack["id"].as_str().unwrap() {
            "A5" => &["open"],
            // Only a token that wraps by a counter mode has something to refuse.
            "A13" => &["not_applicable", "defeated"],
            _ => &["defeated"],
        };
        let verdict = attack["verdict"].as_str().unwrap();
        assert!(expected.contains(&verdict), "{attack}");
        assert!(!attack["detail"].as_str().unwrap().is_empty(), "{attack}");
    }
    let issuing = probed["issuing"]["attacks"].as_array().unwrap();
    let verdicts = issuing.iter().map(|attack| {
        let word = |name: &str| attack[name].as_str().unwrap().to_owned();
        let detail = word("detail");
        let of_its_keys = detail.contains("ca-1") || detail.contains("signing key");
        assert!(of_its_keys && !detail.contains("master in use"), "{attack}");
        format!("{} {}", word("id"), word("verdict"))
    });
    assert_eq!(
        verdicts.collect::<Vec<_>>().join(", "),
        "A6 defeated, A7 defeated, A8 defeated, A15 defeated, A16 defeated",
        "the issuing token"
    );
    assert!(!probed["limits"].as_array().unwrap().is_empty());
    assert_eq!(probed["mechanism"]["rfc"], 5649);
    assert_eq!(objects(), before, "nothing is left on the token");
}

#[test]
fn a_new_organisation_has_its_profile_and_doctor_says_so() {
    let machine = Machine::founded();
    assert_eq!(machine.health("probe"), "good");
    assert_eq!(machine.health("assurance"), "caution");
}

#[test]
fn only_an_officer_has_the_token_probed() {
    let machine = Machine::founded_with("ada");
    machine.refused("hsm probe --by ada", &["not the one"], 3, "not_an_officer");
    machine.refused(PROBE, &["a wrong secret"], 3, "wrong_secret");
}

#[test]
fn a_profile_that_somebody_edited_put_back_or_took_away_is_not_believed() {
    let machine = Machine::founded();
    let enrol = format!("{ENROL} --login eve");
    probe(&machine);
    for change in [
        "UPDATE token_profile SET profile = (SELECT profile FROM token_profile WHERE version = 1) \
         WHERE version = 2",
        "DELETE FROM token_profile WHERE version = 2",
        "DELETE FROM token_profile",
    ] {
        sql::edit(&machine.vault(), &format!("{change};"));
        machine.refused(&enrol, &[OFFICER_SECRET], 3, "profile_unvouched");
        assert_eq!(machine.health("probe"), "bad", "{change}");
    }
    probe(&machine);
    let _ = machine.enrol("ada");
}

#[test]
fn a_profile_that_was_taken_away_bars_enrolment_until_the_token_is_probed_again() {
    let machine = Machine::founded();
    sql::edit(&machine.vault(), "DELETE FROM token_profile;");
    // As on a machine that has never seen one.
    let state = machine.path("state");
    for organisation in fs::read_dir(&state).unwrap() {
        let seen = organisation.unwrap().path().join("token-profile");
        if seen.exists() {
            fs::remove_file(seen).unwrap();
        }
    }
    assert_eq!(machine.health("probe"), "caution");
    let enrol = format!("{ENROL} --login ada");
    machine.refused(&enrol, &[OFFICER_SECRET], 3, "profile_unvouched");
    assert_eq!(probe(&machine)["grade"], "B");
    let _ = machine.enrol("ada");
    assert_eq!(machine.health("probe"), "good");
}

#[test]
fn nobody_is_enrolled_below_the_word_that_the_organisation_demands() {
    let machine = Machine::founded();
    let _ = machine.enrol("ada");
    let demand = |word: &str| {
        let require = format!("hsm require {word} --by officer");
        machine.done(&require, &[OFFICER_SECRET]).json
    };
    let demanded = demand("basic");
    assert_eq!(
        (&demanded["required"], &demanded["assurance"]),
        (&json!("basic"), &json!("trial"))
    );
    let enrol = format!("{ENROL} --login bob");
    machine.refused(&enrol, &[OFFICER_SECRET], 3, "assurance_too_low");
    assert_eq!(probe(&machine)["required"], "basic");
    assert_eq!(demand("trial")["required"], Value::Null);
    let _ = machine.enrol("bob");
    assert_eq!(machine.done("audit verify", &[]).json["whole"], true);
}
