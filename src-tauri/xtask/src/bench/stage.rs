//! Everybody made ready to sign: an organisation of ours, keys for the peers.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::costs::{Call, Cost};
use crate::places::Places;
use crate::shell::{command, converse, output, run, step, text_of};

const OFFICER: &str = "correct horse battery staple";
const SIGNER: &str = "seven swans over water";
/// Of the peers' key file.
const PASSWORD: &str = "test";

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    /// The whole product: token, secret, log, signature, and the file read again.
    Chancery,
    /// `pyhanko sign addsig` with a key file.
    PyHanko,
    /// `pdfsig -add-signature` of poppler, with an NSS database.
    PdfSig,
}

impl Signer {
    pub(super) const ALL: [Self; 3] = [Self::Chancery, Self::PyHanko, Self::PdfSig];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Chancery => "chancery sign",
            Self::PyHanko => "pyHanko",
            Self::PdfSig => "pdfsig",
        }
    }
}

/// What the parts of a signature cost that it cannot do without.
pub(super) struct Floors {
    /// Stretching the secret.
    pub(super) argon2id: Cost,
    /// Unwrapping a key, signing, destroying it, on the organisation's token.
    pub(super) signature: Cost,
    /// Loading the module, logging in and finding the master.
    pub(super) start: Cost,
}

/// Builds parts of the product as they are released.
pub(super) fn build(places: &Places, parts: &[&str]) -> Result<()> {
    run(cargo(places, &["build", "--quiet", "--release"]).args(parts))
}

fn cargo(places: &Places, arguments: &[&str]) -> Command {
    let mut cargo = command(
        env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        arguments,
    );
    cargo
        .current_dir(&places.root)
        .env("CARGO_TARGET_DIR", &places.target);
    cargo
}

/// A folder with everything in it.
pub(super) struct Stage<'p> {
    places: &'p Places,
    folder: PathBuf,
}

impl<'p> Stage<'p> {
    /// Builds the programs as they are released, and makes organisation and keys anew.
    pub(super) fn set(places: &'p Places) -> Result<Self> {
        let folder = places.target.join("bench");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let stage = Self { places, folder };
        step("building Chancery as it is released", || {
            build(places, &["-p", "chancery-cli", "-p", "chancery-host"])?;
            let floors = ["-p", "tests", "--bench", "floors", "--no-run"];
            run(cargo(places, &["bench", "--quiet"]).args(floors))
        })?;
        step("an organisation with a signer", || stage.organisation())?;
        step("keys for the peers", || stage.keys_of_peers())?;
        Ok(stage)
    }

    /// Where everything lies, and outputs go.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The organisation.
    pub(super) fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    fn chancery(&self, arguments: &[&str]) -> Command {
        let mut chancery = Command::new(self.places.target.join("release/chancery"));
        chancery
            .env("CHANCERY_STATE", self.state())
            .arg("--home")
            .arg(self.home())
            .args(arguments);
        chancery
    }

    fn organisation(&self) -> Result<()> {
        let reads = ["--secret-file", "-"];
        let mut init = self.chancery(&["init", "--embedded", "--admin", "officer"]);
        converse(init.args(["--pin-store", "file"]).args(reads), OFFICER)?;
        let mut enrol = self.chancery(&["--json", "enrol", "--by", "officer", "--login", "ana"]);
        enrol.args(["--name", "Ana Ruiz", "--email", "ana@example.org"]);
        let enrolled = converse(enrol.args(reads), OFFICER)?;
        let code = text_of(&enrolled, "activation_code").context("no code was given")?;
        let mut activate = self.chancery(&["activate", "--login", "ana"]);
        converse(activate.args(reads), &format!("{code}\n{SIGNER}\n"))?;
        Ok(fs::write(self.folder.join("secret.txt"), SIGNER)?)
    }

    /// An RSA key with a certificate, as a key file and in an NSS database: pdfsig and pyHanko
    /// sign fastest with these.
    fn keys_of_peers(&self) -> Result<()> {
        fs::write(self.folder.join("password.txt"), PASSWORD)?;
        fs::create_dir(self.folder.join("nss"))?;
        let here = |program: &str, arguments: &str| {
            let arguments: Vec<&str> = arguments.split(' ').collect();
            let mut call = command(program, &arguments);
            // They draw the search for primes; only what went wrong is worth reading.
            let done = call.current_dir(&self.folder).output();
            let done = done.with_context(|| program.to_owned())?;
            if !done.status.success() {
                bail!("{program}: {}", String::from_utf8_lossy(&done.stderr));
            }
            Ok(())
        };
        here(
            "openssl",
            "req -x509 -newkey rsa:2048 -nodes -keyout peer.key -out peer.pem -days 365 \
             -subj /CN=Peer -addext keyUsage=critical,digitalSignature,nonRepudiation \
             -addext extendedKeyUsage=emailProtection",
        )?;
        here(
            "openssl",
            "pkcs12 -export -inkey peer.key -in peer.pem -name signer -out peer.p12 \
             -passout file:password.txt",
        )?;
        here("certutil", "-N -d sql:nss --empty-password")?;
        here("pk12util", "-i peer.p12 -d sql:nss -w password.txt -K ")
    }

    /// How somebody signs a file.
    pub(super) fn call(&self, signer: Signer, input: &Path, output: &Path) -> Call {
        let program: OsString = match signer {
            Signer::Chancery => return self.call_of_ours(input, output),
            Signer::PyHanko => self.places.tools().join("judges/bin/pyhanko").into(),
            Signer::PdfSig => "pdfsig".into(),
        };
        let (before, after): (&[&str], Vec<OsString>) = match signer {
            Signer::Chancery => (&[], Vec::new()),
            Signer::PyHanko => (
                &["sign", "addsig", "--field", "Sig1", "--use-pades", "pkcs12"],
                vec![
                    self.folder.join("peer.p12").into(),
                    "--passfile".into(),
                    self.folder.join("password.txt").into(),
                ],
            ),
            Signer::PdfSig => {
                let mut nss = OsString::from("sql:");
                nss.push(self.folder.join("nss"));
                let words = ["-add-signature", "-nick", "signer", "-nssdir"];
                let words = words.map(OsString::from).into_iter();
                (&[], words.chain([nss]).collect())
            }
        };
        let mut call = vec![program];
        call.extend(before.iter().map(OsString::from));
        call.extend([input.into(), output.into()]);
        call.extend(after);
        call
    }

    fn call_of_ours(&self, input: &Path, output: &Path) -> Call {
        let mut call = self.call_of_chancery(&self.home(), &["sign"]);
        call.extend([input.into(), "-o".into(), output.into()]);
        let place = ["--as", "ana", "--page", "1", "--rect", "40,40,200,70"];
        call.extend(place.map(OsString::from));
        call.push("--secret-file".into());
        call.push(self.folder.join("secret.txt").into());
        call
    }

    /// How something is asked of an organisation.
    pub(super) fn call_of_chancery(&self, home: &Path, words: &[&str]) -> Call {
        let mut state = OsString::from("CHANCERY_STATE=");
        state.push(self.state());
        let mut call: Call = vec![
            "env".into(),
            state,
            self.places.target.join("release/chancery").into(),
            "--home".into(),
            home.into(),
        ];
        call.extend(words.iter().map(OsString::from));
        call
    }

    /// Measures the token layer, and a batch, beside the same by hand; prints what it finds.
    pub(super) fn rates(&self) -> Result<()> {
        let rates = ["bench", "--quiet", "-p", "tests", "--bench", "rates", "--"];
        run(cargo(self.places, &rates).arg("--measure"))
    }

    /// Enrols many, and measures a signature among them; an activation code is stretched for each,
    /// so that ten thousand take a quarter of an hour.
    pub(super) fn people(&self, many: &str) -> Result<()> {
        let people = ["bench", "--quiet", "-p", "tests", "--bench", "people", "--"];
        run(cargo(self.places, &people).args(["--measure", many]))
    }

    /// Measures the parts alone.
    pub(super) fn floors(&self) -> Result<Floors> {
        let mut bench = cargo(
            self.places,
            &["bench", "--quiet", "-p", "tests", "--bench", "floors", "--"],
        );
        bench
            .arg(self.home())
            .arg(self.state())
            .env("SOFTHSM2_CONF", self.home().join("softhsm2.conf"));
        let said = output(&mut bench)?;
        let cost = |name: &str| -> Result<Cost> {
            let figures = said.lines().find_map(|line| line.strip_prefix(name));
            let figures = figures.with_context(|| format!("{name} was not measured"))?;
            let figures: Vec<f64> = figures.split_whitespace().flat_map(str::parse).collect();
            Ok(Cost {
                cpu: figures.first().copied().unwrap_or_default() / 1e6,
                wall: figures.get(1).copied().unwrap_or_default() / 1e6,
                memory: 0.0,
            })
        };
        Ok(Floors {
            argon2id: cost("argon2id ")?,
            signature: cost("unwrap-sign-destroy ")?,
            start: cost("token-start ")?,
        })
    }
}
