//! A machine with the command line on it: its own home, state and nothing else of this one's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use crate::organisation::{OFFICER_SECRET, SIGNER_SECRET, programs};
use crate::ready_tokens::{Module, ReadyTokens};
use crate::sample;
use crate::template::{self, Copied};

/// Folders for one organisation, and the programs that work in them.
pub struct Machine {
    folder: TempDir,
    /// What its folder is a copy of.
    original: Option<Arc<TempDir>>,
    /// Where the tokens are not the embedded ones.
    tokens: Option<Arc<ReadyTokens>>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Its exit status; 128 and more for a signal.
    pub status: i32,
    /// What it printed, if that was JSON.
    pub json: Value,
    /// What it said on standard error.
    pub complaint: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(128),
            json: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            complaint: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The code of its error; empty if it has none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    /// Makes one with nothing on it.
    ///
    /// # Panics
    /// If there is no temporary folder.
    #[must_use]
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            original: None,
            tokens: None,
        }
    }

    /// Makes one with an organisation and its officer: on embedded tokens a copy, with the id and the
    /// keys of all the others.
    ///
    /// # Panics
    /// If it cannot be founded.
    #[must_use]
    pub fn founded() -> Self {
        let Some(module) = Module::chosen() else {
            return Self::copied("machine", || {
                let machine = Self::new();
                machine.done(INIT, &[OFFICER_SECRET]);
                machine
            });
        };
        let mut machine = Self::new();
        let tokens = ReadyTokens::new(module);
        machine.done(&tokens.init(&tokens.path()), &tokens.secrets());
        machine.tokens = Some(Arc::new(tokens));
        machine
    }

    /// Makes one with an organisation, its officer and a person with [`SIGNER_SECRET`].
    ///
    /// # Panics
    /// If that does not work.
    #[must_use]
    pub fn founded_with(login: &str) -> Self {
        let make = || Self::founded().with_signer(login);
        if Module::chosen().is_some() {
            return make();
        }
        Self::copied(&format!("machine with {login}"), make)
    }

    fn copied(name: &str, make: impl FnOnce() -> Self) -> Self {
        let Copied { folder, original } = template::copied(name, || make().folder);
        Self {
            folder,
            original: Some(original),
            tokens: None,
        }
    }

    /// Enrols a person and gives the code.
    ///
    /// # Panics
    /// If that does not work.
    #[must_use]
    pub fn enrol(&self, login: &str) -> String {
        self.enrol_with(login, "p256")
    }

    /// Enrols a person with a kind of key and gives the code.
    ///
    /// # Panics
    /// If that does not work.
    #[must_use]
    pub fn enrol_with(&self, login: &str, kind: &str) -> String {
        let enrol = format!("{ENROL} --login {login} --key {kind}");
        let said = self.done(&enrol, &[OFFICER_SECRET]);
        let code = said.json["activation_code"].as_str();
        code.expect("a code is shown").to_owned()
    }

    /// Enrols and activates a person with [`SIGNER_SECRET`].
    ///
    /// # Panics
    /// If that does not work.
    #[must_use]
    pub fn with_signer(self, login: &str) -> Self {
        let code = self.enrol(login);
        self.done(
            &format!("activate --login {login}"),
            &[&code, SIGNER_SECRET],
        );
        self
    }

    /// Makes another one just like this.
    ///
    /// # Panics
    /// If the folders cannot be copied.
    #[must_use]
    pub fn copy(&self) -> Self {
        let mut copy = Self::new();
        copy.tokens.clone_from(&self.tokens);
        copy.original.clone_from(&self.original);
        template::copy(self.folder.path(), copy.folder.path());
        copy
    }

    /// A path in its folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.path("home/vault.sqlite")
    }

    /// Sets what signatures are like where nobody says otherwise, in the organisation's file.
    ///
    /// # Panics
    /// Where there is no organisation.
    pub fn set_signatures(&self, set: &Value) {
        let path = self.path("home/organisation.json");
        let file = fs::read(&path).expect("an organisation");
        let mut file: Value = serde_json::from_slice(&file).expect("JSON");
        file["local"]["signatures"] = set.clone();
        fs::write(&path, file.to_string()).expect("the folder is ours");
    }

    /// The words of `sign` for the sample.
    #[must_use]
    pub fn sign(&self, login: &str, output: &str) -> String {
        let input = sample::agreement();
        format!(
            "sign {} -o {output} --as {login} --page 1 --rect 36,36,180,60",
            input.display()
        )
    }

    /// A command with `--json`, its words divided by spaces, and secrets in a file.
    ///
    /// # Panics
    /// If the file cannot be written.
    #[must_use]
    pub fn command(&self, words: &str, secrets: &[&str]) -> Command {
        let mut command = Command::new(programs().join("chancery"));
        self.say(&mut command, words, secrets);
        command
    }

    /// A command with a file of secrets of its own, so that it can run beside others.
    ///
    /// # Panics
    /// If the file cannot be written.
    #[must_use]
    pub fn command_as(&self, name: &str, words: &str, secrets: &[&str]) -> Command {
        let mut command = Command::new(programs().join("chancery"));
        self.say_from(&format!("secrets of {name}"), &mut command, words, secrets);
        command
    }

    /// The same command, started by the program that kills, or `how` else, at a step.
    ///
    /// # Panics
    /// If the file of secrets cannot be written.
    #[must_use]
    pub fn traced(
        &self,
        by: &Path,
        step: usize,
        how: &str,
        victim: &str,
        words: &str,
        secrets: &[&str],
    ) -> Command {
        let mut command = Command::new(by);
        command
            .arg(step.to_string())
            .arg(how)
            .arg(victim)
            .arg(self.path("report"))
            .arg(programs().join("chancery"));
        self.say(&mut command, words, secrets);
        command
    }

    fn say(&self, command: &mut Command, words: &str, secrets: &[&str]) {
        self.say_from("secrets", command, words, secrets);
    }

    fn say_from(&self, file: &str, command: &mut Command, words: &str, secrets: &[&str]) {
        let file = self.path(file);
        command.arg("--json").args(words.split(' '));
        if !secrets.is_empty() {
            let lines: String = secrets.iter().map(|secret| format!("{secret}\n")).collect();
            fs::write(&file, lines).expect("the secrets can be written");
            command.arg("--secret-file").arg(&file);
        }
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("CHANCERY_HOME", self.path("home"))
            .env("CHANCERY_STATE", self.path("state"))
            .current_dir(self.folder.path());
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn run(&self, words: &str, secrets: &[&str]) -> Said {
        said(&mut self.command(words, secrets))
    }

    /// Runs a command that must succeed.
    ///
    /// # Panics
    /// If it does not.
    pub fn done(&self, words: &str, secrets: &[&str]) -> Said {
        let said = self.run(words, secrets);
        assert_eq!(said.status, 0, "{words}: {said:?}");
        said
    }

    /// Runs a command that must be refused, with this exit status and this code.
    ///
    /// # Panics
    /// If it is not.
    pub fn refused(&self, words: &str, secrets: &[&str], status: i32, code: &str) {
        let said = self.run(words, secrets);
        assert_eq!(
            (said.status, said.code()),
            (status, code),
            "{words}: {said:?}"
        );
    }

    /// How `doctor` finds one part: `good`, `caution`, `bad`, or nothing.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn health(&self, part: &str) -> String {
        let [health] = self.healths([part]);
        health
    }

    /// How one `doctor` finds several parts.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn healths<const PARTS: usize>(&self, parts: [&str; PARTS]) -> [String; PARTS] {
        let said = self.run("doctor", &[]);
        let checks = said.json["checks"].as_array().cloned().unwrap_or_default();
        parts.map(|part| {
            let check = checks.iter().find(|check| check["code"] == part);
            let health = check.and_then(|check| check["health"].as_str());
            health.unwrap_or_default().to_owned()
        })
    }
}

/// Runs a command and tells what it said.
///
/// # Panics
/// If it cannot be started.
#[must_use]
pub fn said(command: &mut Command) -> Said {
    let output = command.output();
    Said::of(&output.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// Founds an organisation; asks for the officer's secret.
pub const INIT: &str = "init --embedded --admin officer --pin-store file";
/// Enrols somebody; asks for the officer's secret.
pub const ENROL: &str = "enrol --by officer --name Somebody --email somebody@example.org";
