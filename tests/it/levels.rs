//! The table of `docs/validation.md`: key, level and form of our own signatures, and what pyHanko says
//! of each by the process for that level, now and after the signer's certificate has ended, what
//! pdfsig says, and what we say ourselves.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;
use tests::machine::said;
use tests::organisation::SIGNER_SECRET;
use tests::pki::{YEAR, now};
use tests::ready_tokens::Module;
use tests::{Authorities, Machine, judge};

use crate::foreign::documented;
use crate::resident;

const LEVELS: &[&str] = &["b-b", "b-t", "b-lt", "b-lta"];
const FORMS: &[&str] = &["etsi", "adbe"];

/// Kinds of keys at each level in both forms; what differs from another by its length alone in one form,
/// RSA at the lowest and the highest level.
const ROWS: [(&str, &[&str], &[&str]); 8] = [
    ("p256", LEVELS, FORMS),
    ("p384", LEVELS, &["etsi"]),
    ("p521", LEVELS, &["etsi"]),
    ("rsa2048", &["b-b", "b-lta"], &["etsi"]),
    ("rsa3072", &["b-b", "b-lta"], &["etsi"]),
    ("rsa4096", LEVELS, FORMS),
    ("rsa2048-pss", LEVELS, FORMS),
    // It stays on the token: SoftHSM wraps none.
    ("ed25519", LEVELS, FORMS),
];

/// Whoever has a kind of key.
fn login(kind: &str) -> String {
    kind.replace('-', ".")
}

/// Signs with one kind of key at one level, in one form; gives the file's name.
fn sign(
    machine: &Machine,
    authorities: &Authorities,
    kind: &str,
    level: &str,
    form: &str,
) -> String {
    let output = format!("{kind}-{level}-{form}.pdf");
    let tsa = if level == "b-b" {
        String::new()
    } else {
        format!(" --tsa {} --tsa-trust root.pem", authorities.url("tsa"))
    };
    let login = login(kind);
    let sign = machine.sign(&login, &output);
    let sign = format!("{sign} --level {level} --subfilter {form}{tsa}");
    let done = said(&mut machine.command_as(&login, &sign, &[SIGNER_SECRET]));
    assert_eq!(done.status, 0, "{sign}: {done:?}");
    let told = &done.json["signed"][0]["level"];
    assert_eq!(told, if form == "etsi" { level } else { "" }, "{sign}");
    output
}

/// The process that pyHanko has for a level. A B-B signature brings nothing to prove a time or
/// revocation with, and is judged as any.
fn process(level: &str) -> Option<&'static str> {
    match level {
        "b-b" => None,
        "b-t" => Some("basic"),
        "b-lt" => Some("time"),
        _ => Some("lta"),
    }
}

fn indications(judged: &Value) -> String {
    let one = |one: &Value| {
        let indication = one["indication"].as_str().unwrap_or("none");
        indication.to_ascii_lowercase()
    };
    let all = judged["signatures"].as_array().unwrap();
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Signs with one kind of key and has every judge look; gives the rows.
fn judged(
    machine: &Machine,
    authorities: &Authorities,
    (kind, levels, forms): (&str, &[&str], &[&str]),
) -> String {
    let roots = [machine.path("home/ca.pem"), machine.path("root.pem")];
    let mut cells = Vec::new();
    for level in levels {
        for form in forms {
            let output = sign(machine, authorities, kind, level, form);
            cells.push((*level, *form, machine.path(&output), output));
        }
    }
    let later = now() + 4 * YEAR;
    let mut asked = Vec::new();
    for (level, _, file, _) in &cells {
        asked.extend(process(level).map(|mode| (file.as_path(), mode, 0)));
        asked.extend((*level == "b-lta").then_some((file.as_path(), "lta", later)));
    }
    let mut by_level = judge::all_levels(&asked, &roots).into_iter();
    let basic = cells.iter().filter(|(level, ..)| process(level).is_none());
    let basic: Vec<PathBuf> = basic.map(|(_, _, file, _)| file.clone()).collect();
    let mut by_any = judge::foreign(&basic, Some(&roots[0])).into_iter();
    let mut rows = String::new();
    for (level, form, file, output) in cells {
        let mut passed = || indications(&by_level.next().unwrap());
        let now = match process(level) {
            Some(_) => passed(),
            None => by_any.next().unwrap().words(true),
        };
        let later = if level == "b-lta" {
            passed()
        } else {
            String::new()
        };
        let ours = machine.run(&format!("validate {output} --trust root.pem"), &[]);
        let headline = ours.json["headline"].as_str().unwrap().replace('_', " ");
        let found = &ours.json["signatures"][0]["level"];
        assert_eq!(found, if form == "etsi" { level } else { "" }, "{output}");
        let pdfsig = judge::poppler(&file).words();
        rows +=
            &format!("| {kind} | {level} | {form} | {now} | {later} | {pdfsig} | {headline} |\n");
    }
    rows
}

/// Readies a machine for the kinds of keys of some rows.
fn readied(machine: Machine, authorities: &Authorities, kinds: &[&str]) -> Machine {
    authorities.pki().root.write_pem(&machine.path(""), "root");
    machine.set_signatures(&serde_json::json!({"local_authorities": ["127.0.0.1"]}));
    for kind in kinds {
        let login = login(kind);
        let code = machine.enrol_with(&login, kind);
        machine.done(
            &format!("activate --login {login}"),
            &[&code, SIGNER_SECRET],
        );
    }
    machine
}

#[test]
fn every_key_level_and_form_is_judged_as_documented() {
    let authorities = Authorities::start();
    let kinds = ROWS.map(|(kind, ..)| kind);
    let (last, wrapped) = kinds.split_last().unwrap();
    let machine = readied(Machine::founded(), &authorities, wrapped);
    let (resident, _tokens) = resident::founded(Module::SoftHsm);
    let resident = readied(resident, &authorities, &[*last]);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(row) = ROWS.get(index) else {
                return done;
            };
            let machine = if row.0 == *last { &resident } else { &machine };
            done.push((index, judged(machine, &authorities, *row)));
        }
    };
    let mut rows: Vec<(usize, String)> = thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    rows.sort_unstable();
    let rows: String = rows.into_iter().map(|(_, rows)| rows).collect();
    let head = "| key | level | form | pyHanko at that level | and four years later | pdfsig | Chancery |\n\
                |---|---|---|---|---|---|---|\n";
    documented("levels", &format!("{head}{rows}"));
}
