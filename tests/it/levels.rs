//! The table of `docs/validation.md`: key, level and form of our own signatures, and what pyHanko says
//! of each by the process for that level, now and after the signer's certificate has ended, what
//! pdfsig says, and what we say ourselves.

use std::thread;

use tests::machine::said;
use tests::organisation::SIGNER_SECRET;
use tests::pki::{YEAR, now};
use tests::{Authorities, Machine, judge};

use crate::foreign::documented;

/// Every kind of key in the form of PAdES at the lowest and the highest level, one kind in all.
const ROWS: [(&str, &[&str], &[&str]); 5] = [
    ("p256", &["b-b", "b-t", "b-lt", "b-lta"], &["etsi", "adbe"]),
    ("p384", &["b-b", "b-lta"], &["etsi"]),
    ("p521", &["b-b", "b-lta"], &["etsi"]),
    ("rsa2048", &["b-b", "b-lta"], &["etsi"]),
    ("rsa3072", &["b-b", "b-lta"], &["etsi"]),
];

/// Signs with one kind of key and has every judge look; gives the rows.
fn judged(
    machine: &Machine,
    authorities: &Authorities,
    kind: &str,
    levels: &[&str],
    forms: &[&str],
) -> String {
    let mut rows = String::new();
    let roots = [machine.path("home/ca.pem"), machine.path("root.pem")];
    for level in levels {
        for form in forms {
            let output = format!("{kind}-{level}-{form}.pdf");
            let tsa = if *level == "b-b" {
                String::new()
            } else {
                format!(" --tsa {} --tsa-trust root.pem", authorities.url("tsa"))
            };
            let sign = machine.sign(kind, &output);
            let sign = format!("{sign} --level {level} --subfilter {form}{tsa}");
            let done = said(&mut machine.command_as(kind, &sign, &[SIGNER_SECRET]));
            assert_eq!(done.status, 0, "{sign}: {done:?}");
            let file = machine.path(&output);
            let passed = |mode: &str, when: i64| {
                let judged = judge::levels(&file, mode, when, &roots);
                let all = judged["signatures"].as_array().unwrap();
                let one = |one: &serde_json::Value| {
                    one["indication"]
                        .as_str()
                        .unwrap_or("none")
                        .to_ascii_lowercase()
                };
                all.iter().map(one).collect::<Vec<_>>().join(", ")
            };
            let mode = match *level {
                "b-b" | "b-t" => "basic",
                "b-lt" => "time",
                _ => "lta",
            };
            // By its own process: a B-B signature brings nothing to prove a time or revocation with.
            let now_judged = if *level == "b-b" {
                judge::foreign(std::slice::from_ref(&file), Some(&roots[0]))
                    .remove(0)
                    .words(true)
            } else {
                passed(mode, 0)
            };
            let later = if *level == "b-lta" {
                passed("lta", now() + 4 * YEAR)
            } else {
                String::new()
            };
            let ours = machine.run(&format!("validate {output} --trust root.pem"), &[]);
            let headline = ours.json["headline"].as_str().unwrap().replace('_', " ");
            rows += &format!(
                "| {kind} | {level} | {form} | {} | {later} | {} | {headline} |\n",
                now_judged,
                judge::poppler(&file).words(),
            );
        }
    }
    rows
}

#[test]
fn every_key_level_and_form_is_judged_as_documented() {
    let machine = Machine::founded();
    let authorities = Authorities::start();
    authorities.pki().root.write_pem(&machine.path(""), "root");
    machine.set_signatures(&serde_json::json!({"local_authorities": ["127.0.0.1"]}));
    for (kind, ..) in ROWS {
        let code = machine.enrol_with(kind, kind);
        machine.done(&format!("activate --login {kind}"), &[&code, SIGNER_SECRET]);
    }
    let (machine, authorities) = (&machine, &authorities);
    let rows: Vec<String> = thread::scope(|scope| {
        let halves = [&ROWS[..1], &ROWS[1..]];
        let work = halves.map(|half| {
            scope.spawn(move || {
                let rows = half
                    .iter()
                    .map(|(kind, levels, forms)| judged(machine, authorities, kind, levels, forms));
                rows.collect::<Vec<_>>().concat()
            })
        });
        work.into_iter().map(|half| half.join().unwrap()).collect()
    });
    let head = "| key | level | form | pyHanko at that level | and four years later | pdfsig | Chancery |\n\
                |---|---|---|---|---|---|---|\n";
    documented("levels", &format!("{head}{}", rows.concat()));
}
