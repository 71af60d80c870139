//! A trial organisation with a signer, and a PDF ready to sign.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::places::Places;
use crate::setup;
use crate::shell::{command, converse, output, run, step, text_of};

/// Words of the demo's secrets: short, and told apart when read aloud.
const WORDS: &str = "amber anchor apple arrow basket beacon birch brass bridge candle canyon \
    cedar cherry cliff clover coral copper cotton crane delta ember falcon fern garden ginger \
    granite harbour hazel heron island ivory jasmine juniper kettle lagoon lantern lemon linen \
    maple marble meadow mirror nectar nutmeg oak olive orchid otter paper pebble pepper pine \
    quartz raven ribbon river saddle saffron silver spruce thistle timber topaz walnut";
/// Where the signature goes: the line "For the Trust" of the sample.
const RECT: &str = "310,68,225,66";

/// What the demo works with.
struct Demo {
    programs: PathBuf,
    home: PathBuf,
    document: PathBuf,
    /// Where the two secrets are kept.
    secrets: PathBuf,
    officer: String,
    signer: String,
}

/// Sets up what is missing, and opens the sample; headless it signs and validates it.
pub(crate) fn demo(places: &Places) -> Result<()> {
    setup::product(places)?;
    step("building Chancery", || {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = command(cargo, &["build", "--quiet", "--workspace", "--bins"]);
        run(build
            .current_dir(&places.root)
            .env("CARGO_TARGET_DIR", &places.target))
    })?;
    let demo = Demo::prepare(places)?;
    demo.organisation()?;
    let login = demo.signer()?;
    if ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some())
    {
        println!("\nThe window opens with {}.", demo.document.display());
        println!("Sign as {login}; the secret is: {}", demo.signer);
        println!(
            "Administration opens from the window; log in as officer, the secret is: {}",
            demo.officer
        );
        println!("Both are kept in {}.", demo.secrets.display());
        let mut window = Command::new(demo.programs.join("chancery-desktop"));
        return run(window.arg(&demo.document).env("CHANCERY_HOME", &demo.home));
    }
    let signed = demo.document.with_file_name("agreement-signed.pdf");
    let mut sign = demo.chancery(&["sign"]);
    sign.arg(&demo.document).arg("-o").arg(&signed);
    sign.args([
        "--as",
        &login,
        "--page",
        "1",
        "--rect",
        RECT,
        "--overwrite",
        "--secret-file",
        "-",
    ]);
    print!("\n{}", converse(&mut sign, &demo.signer)?);
    print!("{}", output(demo.chancery(&["validate"]).arg(&signed))?);
    println!("\nThere is no display, so the sample was signed here; the result lies at");
    println!("{}", signed.display());
    Ok(())
}

impl Demo {
    fn prepare(places: &Places) -> Result<Self> {
        let home = xdg("XDG_DATA_HOME", ".local/share")?.join("chancery-demo");
        let state = xdg("XDG_STATE_HOME", ".local/state")?.join("chancery-demo");
        fs::create_dir_all(&state)?;
        let documents = state.join("documents");
        fs::create_dir_all(&documents)?;
        let document = documents.join("agreement.pdf");
        fs::copy(
            places.root.join("tests/fixtures/pdf/agreement.pdf"),
            &document,
        )?;
        let secrets = state.join("secrets.txt");
        let (officer, signer) = read_secrets(&secrets)?;
        Ok(Self {
            programs: places.programs(),
            home,
            document,
            secrets,
            officer,
            signer,
        })
    }

    fn chancery(&self, arguments: &[&str]) -> Command {
        let mut chancery = Command::new(self.programs.join("chancery"));
        chancery.arg("--home").arg(&self.home).args(arguments);
        chancery
    }

    fn organisation(&self) -> Result<()> {
        if self.home.join("organisation.json").is_file() {
            return Ok(());
        }
        step("founding the demo organisation", || {
            let mut init = self.chancery(&["init", "--embedded", "--admin", "officer"]);
            // In a file and not in the keyring of this session: the demo is looked at from any shell,
            // and its secrets and its tokens' files lie beside it.
            init.args([
                "--organisation",
                "Meridian Harbour Trust",
                "--pin-store",
                "file",
                "--secret-file",
                "-",
            ]);
            converse(&mut init, &self.officer).map(|said| print!("{said}"))
        })
    }

    /// Enrols and activates the signer; a person whose code was lost half-way is left and the next
    /// one is made.
    fn signer(&self) -> Result<String> {
        let people = output(&mut self.chancery(&["--json", "users", "list", "--limit", "1000"]))?;
        for number in 1.. {
            let login = if number == 1 {
                "ana".to_owned()
            } else {
                format!("ana{number}")
            };
            match status(&people, &login).as_deref() {
                Some("active") => return Ok(login),
                Some(_) => {}
                None => {
                    step(&format!("enrolling and activating {login}"), || {
                        self.enrol(&login)
                    })?;
                    return Ok(login);
                }
            }
        }
        unreachable!("the loop ends with a free login")
    }

    fn enrol(&self, login: &str) -> Result<()> {
        let mut enrol = self.chancery(&["--json", "enrol", "--by", "officer", "--login", login]);
        enrol.args([
            "--name",
            "Ana Ruiz",
            "--email",
            "ana@example.org",
            "--secret-file",
            "-",
        ]);
        let answer = converse(&mut enrol, &self.officer)?;
        let code = text_of(&answer, "activation_code").context("no code was given")?;
        let mut activate = self.chancery(&["activate", "--login", login, "--secret-file", "-"]);
        converse(&mut activate, &format!("{code}\n{}\n", self.signer)).map(drop)
    }
}

/// The status of a login in the list of people.
fn status(list: &str, login: &str) -> Option<String> {
    list.split('{')
        .find(|person| text_of(person, "login").as_deref() == Some(login))
        .and_then(|person| text_of(person, "status"))
}

/// The secrets of officer and signer, made at the first run and kept in a private file.
fn read_secrets(file: &Path) -> Result<(String, String)> {
    if !file.exists() {
        let content = format!("{}\n{}\n", phrase()?, phrase()?);
        let mut out = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)?;
        out.write_all(content.as_bytes())?;
    }
    let content = fs::read_to_string(file)?;
    let mut lines = content.lines().map(str::to_owned);
    let pair = lines.next().zip(lines.next());
    pair.with_context(|| format!("{} has not two lines", file.display()))
}

/// Five words drawn from the operating system: 30 bits, for a demo.
fn phrase() -> Result<String> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut drawn = [0; 5];
    fs::File::open("/dev/urandom")?.read_exact(&mut drawn)?;
    let picked: Vec<&str> = drawn
        .iter()
        .filter_map(|byte| words.get(usize::from(*byte) % words.len()).copied())
        .collect();
    Ok(picked.join(" "))
}

fn xdg(name: &str, below_home: &str) -> Result<PathBuf> {
    if let Some(folder) = env::var_os(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
    {
        return Ok(folder);
    }
    Ok(PathBuf::from(env::var_os("HOME").context("HOME is not set")?).join(below_home))
}
