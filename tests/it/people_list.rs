//! Many people at once, from a file: one act each, a report of each row, codes in a private file.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use serde_json::Value;
use tests::Machine;
use tests::machine::Said;
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::sql;

const LIST: &str = "enrol --by officer --csv people.csv";

fn put(machine: &Machine, list: &str) {
    fs::write(machine.path("people.csv"), list).unwrap();
}

fn outcomes(said: &Said) -> Vec<String> {
    let rows = said.json["rows"].as_array().expect("a row each");
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let of = |row| format!("{} {}", word(row, "login"), word(row, "outcome"));
    rows.iter().map(of).collect()
}

fn codes(machine: &Machine) -> Vec<[String; 2]> {
    let text = fs::read_to_string(machine.path("people-codes.csv")).unwrap();
    let rows = text.lines().skip(1).map(|row| {
        // A name may have a comma in it.
        let fields: Vec<&str> = row.split(',').collect();
        [
            fields[0].trim_matches('"').to_owned(),
            fields[fields.len() - 2].to_owned(),
        ]
    });
    rows.collect()
}

#[test]
fn a_list_of_people_is_enrolled_row_by_row_and_gone_on_with() {
    let machine = Machine::founded();
    let people = || sql::run(&machine.vault(), "SELECT count(*) FROM account");
    put(
        &machine,
        "login,name,email,key\n\
         ada,\"Lovelace, Ada\",ada@example.org,\n\
         officer,Somebody Else,else@example.org,p256\n\
         bad login,Bad,bad@example.org,p256\n\
         ADA,Another Ada,other@example.org,p256\n\
         bob,Bob,bob@example.org,ed448\n\
         eve,Eve,eve@example.org,p384\n",
    );
    let planned = machine.run(&format!("{LIST} --dry-run"), &[OFFICER_SECRET]);
    let as_planned = [
        "ada new",
        "officer conflict",
        "bad login invalid",
        "ADA conflict",
        "bob invalid",
        "eve new",
    ];
    assert_eq!(
        (planned.status, outcomes(&planned)),
        (3, as_planned.map(str::to_owned).to_vec())
    );
    assert_eq!(people(), "1", "a dry run enrols nobody");
    assert!(!machine.path("people-codes.csv").exists());

    let enrolled = machine.run(LIST, &[OFFICER_SECRET]);
    let as_done = as_planned.map(|row| row.replace("new", "enrolled"));
    assert_eq!(
        (enrolled.status, outcomes(&enrolled)),
        (3, as_done.to_vec())
    );
    assert_eq!(people(), "3");
    let mode = fs::metadata(machine.path("people-codes.csv"))
        .unwrap()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let first = codes(&machine);
    let logins: Vec<&str> = first.iter().map(|[login, _]| login.as_str()).collect();
    assert_eq!(logins, ["ada", "eve"]);
    for [_, code] in &first {
        let told = format!("{}{}", enrolled.json, enrolled.complaint);
        assert!(!told.contains(code.as_str()), "a code is told");
    }
    machine.done("activate --login ada", &[&first[0][1], SIGNER_SECRET]);
    machine.done(&machine.sign("ada", "out.pdf"), &[SIGNER_SECRET]);

    put(
        &machine,
        "login,name,email\n\
         ada,\"Lovelace, Ada\",ada@example.org\n\
         eve,Eve,eve@example.org\n\
         @zoe,\"=HYPERLINK(A1)\",zoe@example.org\n",
    );
    let again = machine.done(LIST, &[OFFICER_SECRET]);
    assert_eq!(
        outcomes(&again),
        ["ada unchanged", "eve unchanged", "@zoe enrolled"]
    );
    let text = fs::read_to_string(machine.path("people-codes.csv")).unwrap();
    let formula = "\n\"'@zoe\",\"'=HYPERLINK(A1)\",";
    assert!(
        text.contains(formula),
        "no spreadsheet calculates it: {text}"
    );
    assert_eq!(
        outcomes(&machine.done(LIST, &[OFFICER_SECRET]))[2],
        "@zoe unchanged",
        "its code is found again"
    );
    assert_eq!(codes(&machine)[..2], first, "what was there stays");
    // As after a process that ended between the act and its code.
    let text = fs::read_to_string(machine.path("people-codes.csv")).unwrap();
    let torn = &text[..text.len() - 20];
    fs::write(machine.path("people-codes.csv"), torn).unwrap();
    let torn = machine.run(LIST, &[OFFICER_SECRET]);
    assert_eq!(torn.status, 3);
    assert_eq!(outcomes(&torn)[2], "@zoe code_missing");
    assert_eq!(codes(&machine), first, "the row that was cut off is gone");
    // One act each.
    let verdict = machine.done("audit verify", &[]);
    assert_eq!(verdict.json["whole"], true);
}

#[test]
fn codes_are_written_to_no_file_that_somebody_else_has_made_ready() {
    let machine = Machine::founded();
    put(&machine, "login,name,email\nada,Ada,ada@example.org\n");
    let codes = machine.path("people-codes.csv");
    let refused = |how: &str| {
        let said = machine.run(LIST, &[OFFICER_SECRET]);
        let told = said.json["error"]["message"].to_string();
        assert_eq!(said.status, 5, "{how}: {said:?}");
        assert!(told.contains("cannot write codes to"), "{how}: {said:?}");
        let people = sql::run(&machine.vault(), "SELECT count(*) FROM account");
        assert_eq!(people, "1", "{how}: nobody is enrolled");
    };
    symlink(machine.path("elsewhere"), &codes).unwrap();
    refused("a link");
    assert!(!machine.path("elsewhere").exists());
    fs::remove_file(&codes).unwrap();
    fs::write(&codes, "").unwrap();
    fs::set_permissions(&codes, fs::Permissions::from_mode(0o644)).unwrap();
    refused("a file that others read");
    fs::set_permissions(&codes, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&codes, "something else\n").unwrap();
    refused("another file");
    assert_eq!(fs::read_to_string(&codes).unwrap(), "something else\n");
    fs::remove_file(&codes).unwrap();
    fs::write(&codes, "").unwrap();
    fs::set_permissions(&codes, fs::Permissions::from_mode(0o600)).unwrap();
    fs::hard_link(&codes, machine.path("second name")).unwrap();
    refused("a file with a second name");
    put(&machine, "login,name\nada,Ada\n");
    machine.refused(LIST, &[OFFICER_SECRET], 2, "usage");
    machine.refused(
        "enrol --by officer --csv nowhere.csv",
        &[OFFICER_SECRET],
        5,
        "io",
    );
}
