//! The process is killed just before any lasting step: nothing is half, nothing is lost, and the
//! next start tidies up and says so in the log.
//!
//! Of the steps of each command a fixed number is tried, evenly spread over those that open, sync,
//! name or remove a file; `CHANCERY_KILLS=all` tries every one, writes within a file included.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::fs;
use std::path::Path;

use serde_json::Value;
use tests::machine::{self, ENROL, INIT, Machine, Said};
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::ready_tokens::{Module, ReadyTokens};
use tests::{sample, sql};

/// How many steps of one command are tried.
const TRIED: usize = 6;

const COMMAND_LINE: &str = "chancery";
const HOST: &str = "chancery-host";

/// A command that is killed.
struct Killed<'a> {
    ground: &'a Machine,
    victim: &'a str,
    words: String,
    secrets: &'a [&'a str],
}

impl Killed<'_> {
    /// Kills the command at one step after the other, each time on a machine of its own.
    fn at_each_step(&self, check: impl Fn(&Machine, &Said)) {
        let (ended, steps) = self.run(&self.ground.copy(), 0);
        assert_eq!(ended.status, 0, "{}: {ended:?}", self.words);
        let names: Vec<&str> = steps.lines().skip(1).collect();
        let chosen = chosen(&names);
        assert!(chosen.len() >= 3, "{} takes steps: {steps}", self.words);
        for step in chosen {
            let machine = self.ground.copy();
            let (said, report) = self.run(&machine, step);
            let lines = report.lines().collect::<Vec<_>>();
            tests::say(&format!(
                "{} of {}: {} before step {step}, {}",
                self.victim,
                self.words.split(' ').next().unwrap_or_default(),
                lines[0],
                lines[lines.len() - 1]
            ));
            check(&machine, &said);
        }
    }

    fn run(&self, machine: &Machine, step: usize) -> (Said, String) {
        self.run_to(machine, step, "kill")
    }

    fn run_to(&self, machine: &Machine, step: usize, how: &str) -> (Said, String) {
        let by = Path::new(env!("CARGO_BIN_EXE_kill_at_step"));
        let mut command = machine.traced(by, step, how, self.victim, &self.words, self.secrets);
        let said = machine::said(&mut command);
        let report = fs::read_to_string(machine.path("report"));
        let report = report.unwrap_or_else(|error| panic!("{error}: {said:?}"));
        (said, report)
    }
}

/// Which steps are tried, counted from 1.
fn chosen(names: &[&str]) -> Vec<usize> {
    let numbered = names.iter().zip(1..);
    if std::env::var_os("CHANCERY_KILLS").is_some_and(|kills| kills == "all") {
        return numbered.map(|(_, number)| number).collect();
    }
    let telling: Vec<usize> = numbered
        .filter(|(name, _)| !matches!(**name, "pwrite64" | "ftruncate" | "write"))
        .map(|(_, number)| number)
        .collect();
    let tried = TRIED.min(telling.len());
    (0..tried)
        .map(|index| telling[(2 * index + 1) * telling.len() / (2 * tried)])
        .collect()
}

/// What is said when the host process is gone: before what was asked is done, or after it.
fn code_of_a_lost_host(done: bool) -> &'static str {
    if done {
        "outcome_not_logged"
    } else {
        "host_gone"
    }
}

/// What holds after the next start, whatever was killed.
fn assert_settled(machine: &Machine) {
    let parts = ["vault", "signing_token", "log"];
    assert_eq!(machine.healths(parts), ["good"; 3], "{parts:?}");
    let open = sql::run(&machine.vault(), "SELECT count(*) FROM open_intent");
    assert_eq!(open, "0", "every intent has its outcome");
}

/// No file of a process that is gone; after the command has been repeated.
fn assert_tidy(machine: &Machine) {
    let mut folders = vec![machine.path(".")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            assert!(!name.starts_with('.'), "{} is left", path.display());
            assert!(!folder.ends_with("requests"), "{} is left", path.display());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
}

fn people(machine: &Machine) -> Vec<String> {
    let logins = sql::run(&machine.vault(), "SELECT login FROM account ORDER BY login");
    logins.lines().map(str::to_owned).collect()
}

/// How many certificates were given up, and how many the revocation list in the folder names.
fn given_up(machine: &Machine) -> (usize, usize) {
    let count = sql::run(&machine.vault(), "SELECT count(*) FROM abandoned_serial");
    let output = std::process::Command::new("openssl")
        .args(["crl", "-inform", "der", "-noout", "-text", "-in"])
        .arg(machine.path("home/crl.der"))
        .output()
        .unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    (
        count.parse().unwrap(),
        list.matches("Serial Number:").count(),
    )
}

#[test]
fn a_killed_founding_is_an_organisation_or_none() {
    let ground = Machine::new();
    Killed {
        ground: &ground,
        victim: COMMAND_LINE,
        words: INIT.to_owned(),
        secrets: &[OFFICER_SECRET],
    }
    .at_each_step(|machine, _| {
        let again = machine.run(INIT, &[OFFICER_SECRET]);
        assert!(
            again.status == 0 || again.code() == "organisation_exists",
            "{again:?}"
        );
        assert_settled(machine);
        machine.done(&machine.sign("officer", "out.pdf"), &[OFFICER_SECRET]);
        let pins = fs::read_dir(machine.path("state"))
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().join("pins").is_dir())
            .count();
        assert_eq!(pins, 1, "a PIN of an organisation that never was is gone");
        assert_tidy(machine);
    });
}

#[test]
fn a_killed_enrolment_leaves_a_person_or_none_and_the_serial_on_the_revocation_list() {
    let ground = Machine::founded();
    let words = format!("{ENROL} --login ada");
    for victim in [COMMAND_LINE, HOST] {
        Killed {
            ground: &ground,
            victim,
            words: words.clone(),
            secrets: &[OFFICER_SECRET],
        }
        .at_each_step(|machine, said| {
            assert_settled(machine);
            let given_up_before: usize = given_up(machine).0;
            let there = people(machine).contains(&"ada".to_owned());
            assert!(!there || given_up_before == 0, "there, or given up");
            let again = machine.run(&words, &[OFFICER_SECRET]);
            let told = |said: &Said| said.json["activation_code"].as_str().map(str::to_owned);
            let code = if there {
                assert_eq!(again.code(), "login_taken", "{again:?}");
                // If the code was never seen, there is another key for that.
                let reset = "users reset --by officer --login ada --reason killed";
                told(said).or_else(|| told(&machine.done(reset, &[OFFICER_SECRET])))
            } else {
                assert_eq!(again.status, 0, "{again:?}");
                told(&again)
            };
            machine.done("activate --login ada", &[&code.unwrap(), SIGNER_SECRET]);
            machine.done(&machine.sign("ada", "out.pdf"), &[SIGNER_SECRET]);
            let (given_up, listed) = given_up(machine);
            assert_eq!(given_up, given_up_before);
            let reset = usize::from(there && told(said).is_none());
            assert_eq!(listed, given_up + reset, "given up, or reset");
            assert_tidy(machine);
        });
    }
}

/// On tokens that keys stay on, the object that an enrolment has made and that is in no vault is gone
/// at the next start; and where this machine has forgotten whose it was, an officer has it destroyed.
#[test]
fn a_killed_enrolment_leaves_no_key_of_nobody_on_a_token_that_keys_stay_on() {
    let ground = Machine::new();
    let tokens = ReadyTokens::new(Module::SoftHsm);
    let init = format!("{} --mode resident", tokens.init(&tokens.path()));
    ground.done(&init, &tokens.secrets());
    let founded = tokens.objects();
    let words = format!("{ENROL} --login ada");
    let enrolment = Killed {
        ground: &ground,
        victim: COMMAND_LINE,
        words: words.clone(),
        secrets: &[OFFICER_SECRET],
    };
    let (_, steps) = enrolment.run(&ground.copy(), 0);
    // The copies share the tokens: the one that was only counted has left its key there.
    assert_eq!(tokens.objects(), founded + 1);
    let health = ground.done("doctor", &[]).json.to_string();
    assert!(health.contains("belong to nobody"), "{health}");
    let tidied = ground.done("hsm tidy --by officer", &[OFFICER_SECRET]);
    assert_eq!(tidied.json["destroyed"].as_array().unwrap().len(), 1);
    assert_eq!(tokens.objects(), founded);
    assert!(
        !ground
            .done("doctor", &[])
            .json
            .to_string()
            .contains("belong to nobody")
    );
    let named = &tidied.json["destroyed"][0];

    let steps = steps.lines().count() - 1;
    let (mut orphans, mut made) = (0, 0);
    for step in (1..steps).rev().step_by(steps / 12) {
        let machine = ground.copy();
        // The number of its steps is not always the same: near the last one it may have ended.
        let _ = enrolment.run(&machine, step);
        let left = tokens.objects() - founded;
        assert_settled(&machine);
        let there = people(&machine).contains(&"ada".to_owned());
        assert_eq!(tokens.objects() - founded, u64::from(there), "step {step}");
        if there {
            made += 1;
            // Others of these machines have no row of it.
            ground.done("hsm tidy --by officer", &[OFFICER_SECRET]);
        } else if left > 0 {
            orphans += 1;
            let sweeps = acts(&machine, "sweep");
            assert_eq!(sweeps.len(), 1, "{sweeps:?}");
            assert_ne!(sweeps[0], Value::Null, "it names the key");
            break;
        }
    }
    assert!(orphans > 0 && made > 0, "{orphans} orphans, {made} made");
    let destroyed = acts(&ground, "destroy_key");
    assert!(destroyed.contains(named), "{named} in {destroyed:?}");
}

/// The keys that the outcomes of an act name.
fn acts(machine: &Machine, act: &str) -> Vec<Value> {
    let log = machine.path("log.jsonl");
    let _ = fs::remove_file(&log);
    machine.done("audit export --by officer -o log.jsonl", &[OFFICER_SECRET]);
    let text = fs::read_to_string(log).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let told = lines.map(|line: Value| line["told"].clone());
    told.filter(|told| told["act"] == act && !told["outcome"].is_null())
        .map(|told| told["key"].clone())
        .collect()
}

#[test]
fn a_killed_activation_leaves_the_code_or_the_new_secret_good_and_never_neither() {
    let ground = Machine::founded();
    let code = ground.enrol("ada");
    let secrets = [code.as_str(), SIGNER_SECRET];
    for victim in [COMMAND_LINE, HOST] {
        Killed {
            ground: &ground,
            victim,
            words: "activate --login ada".to_owned(),
            secrets: &secrets,
        }
        .at_each_step(|machine, said| {
            assert_settled(machine);
            let sign = machine.sign("ada", "out.pdf");
            let signed = machine.run(&sign, &[SIGNER_SECRET]);
            if signed.status == 0 {
                machine.refused("activate --login ada", &secrets, 3, "code_used");
            } else {
                assert_eq!(signed.code(), "not_activated", "{signed:?}");
                machine.done("activate --login ada", &secrets);
                machine.done(&sign, &[SIGNER_SECRET]);
            }
            if victim == HOST && said.status != 0 {
                let done = signed.status == 0;
                assert_eq!(said.code(), code_of_a_lost_host(done), "{said:?}");
            }
            assert_tidy(machine);
        });
    }
}

#[test]
fn a_killed_change_of_secret_leaves_one_of_the_two_good() {
    let ground = Machine::founded();
    let new = "another officer secret";
    Killed {
        ground: &ground,
        victim: COMMAND_LINE,
        words: "secret change --login officer".to_owned(),
        secrets: &[OFFICER_SECRET, new],
    }
    .at_each_step(|machine, _| {
        assert_settled(machine);
        let sign = machine.sign("officer", "out.pdf");
        let signed = machine.run(&sign, &[new]);
        if signed.status == 0 {
            machine.refused(
                &machine.sign("officer", "other.pdf"),
                &[OFFICER_SECRET],
                3,
                "wrong_secret",
            );
        } else {
            assert_eq!(signed.code(), "wrong_secret", "{signed:?}");
            machine.done("secret change --login officer", &[OFFICER_SECRET, new]);
        }
        // The issuing PIN was sealed anew in the same transaction.
        machine.done(&format!("{ENROL} --login ada"), &[new]);
        assert_tidy(machine);
    });
}

#[test]
fn a_killed_reset_leaves_the_old_key_or_a_new_one() {
    let ground = Machine::founded_with("ada");
    let words = "users reset --by officer --login ada --reason forgotten";
    Killed {
        ground: &ground,
        victim: COMMAND_LINE,
        words: words.to_owned(),
        secrets: &[OFFICER_SECRET],
    }
    .at_each_step(|machine, _| {
        assert_settled(machine);
        let signed = machine.run(&machine.sign("ada", "old.pdf"), &[SIGNER_SECRET]);
        assert!(
            signed.status == 0 || signed.code() == "not_activated",
            "{signed:?}"
        );
        let again = machine.done(words, &[OFFICER_SECRET]);
        let code = again.json["activation_code"].as_str().unwrap();
        machine.done("activate --login ada", &[code, SIGNER_SECRET]);
        machine.done(&machine.sign("ada", "new.pdf"), &[SIGNER_SECRET]);
        let given_up = given_up(machine);
        let reset = 1 + usize::from(signed.status != 0);
        assert_eq!(given_up.1, given_up.0 + reset, "every key before the last");
        assert_tidy(machine);
    });
}

#[test]
fn a_killed_suspension_is_made_or_not() {
    let ground = Machine::founded_with("ada");
    let words = "users suspend --by officer --login ada --reason lost";
    Killed {
        ground: &ground,
        victim: COMMAND_LINE,
        words: words.to_owned(),
        secrets: &[OFFICER_SECRET],
    }
    .at_each_step(|machine, _| {
        assert_settled(machine);
        let signed = machine.run(&machine.sign("ada", "out.pdf"), &[SIGNER_SECRET]);
        let again = machine.run(words, &[OFFICER_SECRET]);
        if signed.status == 0 {
            assert_eq!(again.status, 0, "{again:?}");
        } else {
            assert_eq!(signed.code(), "suspended", "{signed:?}");
            assert_eq!(again.code(), "status_unchanged", "{again:?}");
        }
        assert_eq!(given_up(machine), (0, 1), "on the list by the next session");
        assert_tidy(machine);
    });
}

#[test]
fn a_killed_preparation_leaves_a_next_master_or_none() {
    let ground = Machine::founded();
    let words = "hsm rotate prepare --by officer";
    for victim in [COMMAND_LINE, HOST] {
        Killed {
            ground: &ground,
            victim,
            words: words.to_owned(),
            secrets: &[OFFICER_SECRET],
        }
        .at_each_step(|machine, _| {
            assert_settled(machine);
            let again = machine.run(words, &[OFFICER_SECRET]);
            assert!(
                again.status == 0 || again.code() == "rotation_refused",
                "{again:?}"
            );
            let code = machine.enrol("ada");
            machine.done("activate --login ada", &[&code, SIGNER_SECRET]);
            let moved = machine.done("hsm rotate start --by officer", &[OFFICER_SECRET]);
            assert_eq!(moved.json["moved"], 1, "{moved:?}");
            machine.done(&machine.sign("ada", "out.pdf"), &[SIGNER_SECRET]);
            assert_tidy(machine);
        });
    }
}

#[test]
fn a_killed_move_of_keys_is_taken_up_and_people_sign_in_between() {
    let ground = Machine::founded();
    ground.done("hsm rotate prepare --by officer", &[OFFICER_SECRET]);
    let ground = ground.with_signer("ada").with_signer("bob");
    for victim in [COMMAND_LINE, HOST] {
        Killed {
            ground: &ground,
            victim,
            words: "hsm rotate start --by officer".to_owned(),
            secrets: &[OFFICER_SECRET],
        }
        .at_each_step(|machine, _| {
            assert_settled(machine);
            machine.done(&machine.sign("ada", "between.pdf"), &[SIGNER_SECRET]);
            let moved = machine.done("hsm rotate start --by officer", &[OFFICER_SECRET]);
            assert_eq!(moved.json["moved"], 2, "{moved:?}");
            for login in ["ada", "bob"] {
                machine.done(
                    &machine.sign(login, &format!("{login}.pdf")),
                    &[SIGNER_SECRET],
                );
            }
            assert_tidy(machine);
        });
    }
}

#[test]
fn a_killed_backup_is_whole_or_none_and_leaves_no_copy_behind() {
    let ground = Machine::founded_with("ada");
    let words = "backup create --by officer --out backup";
    for victim in [COMMAND_LINE, HOST] {
        Killed {
            ground: &ground,
            victim,
            words: words.to_owned(),
            secrets: &[OFFICER_SECRET],
        }
        .at_each_step(|machine, said| {
            assert_settled(machine);
            let text = |said: &Said, name: &str| said.json[name].as_str().map(str::to_owned);
            let told =
                |said: &Said| Some((text(said, "records_secret")?, text(said, "tokens_secret")?));
            let made = machine.path("backup/manifest.json").exists();
            let (folder, said) = match told(said) {
                Some(secrets) => ("backup", secrets),
                // Nobody has its secrets: it is as good as none.
                None if made => {
                    machine.refused(words, &[OFFICER_SECRET], 5, "folder_not_empty");
                    let again = words.replace("--out backup", "--out again");
                    (
                        "again",
                        told(&machine.done(&again, &[OFFICER_SECRET])).unwrap(),
                    )
                }
                None => (
                    "backup",
                    told(&machine.done(words, &[OFFICER_SECRET])).unwrap(),
                ),
            };
            let verify = format!("backup verify --from {folder}");
            machine.done(&verify, &[&said.0, &said.1]);
            machine.done(&machine.sign("ada", "out.pdf"), &[SIGNER_SECRET]);
            for entry in fs::read_dir(machine.path("state")).unwrap() {
                let snapshot = entry.unwrap().path().join("backup.snapshot");
                assert!(!snapshot.exists(), "a copy of the vault is left");
            }
            assert_tidy(machine);
        });
    }
}

#[test]
fn a_killed_replacement_of_the_officers_key_leaves_one_that_acts() {
    let ground = Machine::founded();
    let words = "hsm rotate rekey --by officer";
    Killed {
        ground: &ground,
        victim: COMMAND_LINE,
        words: words.to_owned(),
        secrets: &[OFFICER_SECRET],
    }
    .at_each_step(|machine, _| {
        assert_settled(machine);
        machine.done(words, &[OFFICER_SECRET]);
        machine.done(&format!("{ENROL} --login ada"), &[OFFICER_SECRET]);
        machine.done(&machine.sign("officer", "out.pdf"), &[OFFICER_SECRET]);
        let (given_up, listed) = given_up(machine);
        let keys = sql::run(&machine.vault(), "SELECT count(*) FROM key");
        let keys: usize = keys.parse().unwrap();
        assert_eq!(
            listed,
            given_up + keys - 2,
            "every key of the officer but the last"
        );
        assert_tidy(machine);
    });
}

#[test]
fn a_killed_tidying_is_taken_up_by_the_next_one() {
    let founded = Machine::founded();
    let enrol = Killed {
        ground: &founded,
        victim: COMMAND_LINE,
        words: format!("{ENROL} --login ada"),
        secrets: &[OFFICER_SECRET],
    };
    let (_, steps) = enrol.run(&founded.copy(), 0);
    let open = "SELECT count(*) FROM open_intent";
    // From the last step back to one before the enrolment was written, and after its intent was.
    let ground = (1..steps.lines().count())
        .rev()
        .step_by(4)
        .find_map(|step| {
            let machine = founded.copy();
            let _ = enrol.run(&machine, step);
            (sql::run(&machine.vault(), open) == "1").then_some(machine)
        })
        .expect("an enrolment can be killed after its intent");
    Killed {
        ground: &ground,
        victim: COMMAND_LINE,
        words: ground.sign("officer", "out.pdf"),
        secrets: &[OFFICER_SECRET],
    }
    .at_each_step(|machine, _| {
        assert_settled(machine);
        machine.done(&format!("{ENROL} --login ada"), &[OFFICER_SECRET]);
        assert_eq!(given_up(machine), (1, 1), "given up once");
        assert_tidy(machine);
    });
}

/// What holds of a signature that was cut short: no output or a whole one, and the same original.
fn assert_signed_or_not(machine: &Machine, words: &str, original: &[u8]) {
    assert_eq!(fs::read(sample::agreement()).unwrap(), original);
    let output = machine.path("out.pdf");
    let there = output.exists();
    if there {
        let validated = machine.run("validate out.pdf", &[]);
        assert_eq!(validated.json["headline"], "valid", "{validated:?}");
        assert!(fs::read(&output).unwrap().starts_with(original));
        machine.refused(words, &[SIGNER_SECRET], 5, "output_exists");
    } else {
        machine.done(words, &[SIGNER_SECRET]);
    }
    let tries = "SELECT coalesce(sum(count), 0) FROM tries";
    let counted = sql::run(&machine.vault(), tries);
    assert_eq!(
        counted, "0",
        "a right secret has cleared what a kill left counted"
    );
}

#[test]
fn a_killed_signature_is_a_whole_file_or_none() {
    let ground = Machine::founded_with("ada");
    let original = fs::read(sample::agreement()).unwrap();
    for overwrite in ["", " --overwrite"] {
        let words = ground.sign("ada", "out.pdf") + overwrite;
        Killed {
            ground: &ground,
            victim: COMMAND_LINE,
            words: words.clone(),
            secrets: &[SIGNER_SECRET],
        }
        .at_each_step(|machine, _| {
            let tries = "SELECT coalesce(sum(count), 0) FROM tries";
            let counted = sql::run(&machine.vault(), tries);
            assert!(counted == "0" || counted == "1", "{counted} tries of one");
            assert_settled(machine);
            assert_signed_or_not(machine, words.trim_end_matches(" --overwrite"), &original);
            assert_tidy(machine);
        });
    }
}

#[test]
fn a_killed_host_process_is_started_again_and_the_signature_made() {
    let ground = Machine::founded_with("ada");
    let original = fs::read(sample::agreement()).unwrap();
    let words = ground.sign("ada", "out.pdf");
    Killed {
        ground: &ground,
        victim: HOST,
        words: words.clone(),
        secrets: &[SIGNER_SECRET],
    }
    .at_each_step(|machine, said| {
        assert_eq!(said.status, 0, "{said:?}");
        let open = sql::run(&machine.vault(), "SELECT count(*) FROM open_intent");
        assert_eq!(open, "0", "done is said in the log");
        assert_settled(machine);
        assert_signed_or_not(machine, &words, &original);
        assert_tidy(machine);
    });
}

#[test]
fn a_module_that_hangs_is_given_up_after_its_time() {
    let machine = Machine::founded();
    let hung = Killed {
        ground: &machine,
        victim: HOST,
        words: machine.sign("officer", "out.pdf"),
        secrets: &[OFFICER_SECRET],
    };
    let (_, steps) = hung.run(&machine.copy(), 0);
    // Half way it proves its keys: nothing is judged yet.
    let proving = steps.lines().count() / 2;
    let (said, report) = hung.run_to(&machine, proving, "hang");
    assert!(report.starts_with("killed"), "{report}");
    assert_eq!((said.status, said.code()), (4, "host_timeout"), "{said:?}");
    assert!(!machine.path("out.pdf").exists());
    let tries = sql::run(&machine.vault(), "SELECT count(*) FROM tries");
    assert_eq!(tries, "0", "no try is counted");
    assert_settled(&machine);
    machine.done(&hung.words, hung.secrets);
    assert_tidy(&machine);
}
