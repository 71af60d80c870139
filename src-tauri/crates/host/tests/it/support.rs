//! What these tests are made of: a pair of soft tokens, and a verifier that is not the crate's.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use chancery_shim::Shim;
use cryptoki_sys::{CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD};
use p256::{
    ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier},
    pkcs8::DecodePublicKey,
};
use tempfile::TempDir;
use token::{
    Digest, Host, KeyLabel, Launch, Pin, RawSignature, SpkiDer, Token, TokenKeyKind, TokenLabel,
};

/// Debian's SoftHSM 2.6.1, package `softhsm2`.
pub(crate) const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// The host process under test.
pub(crate) const HOST: &str = env!("CARGO_BIN_EXE_chancery-host");

/// What a token key signs.
pub(crate) const SHA256: [u8; 32] = [0x5A; 32];

pub(crate) const DIGEST: Digest = Digest::Sha256(SHA256);

/// Runs a test on each module: `on_every_module!(fact);` beside `fn fact(on: On)` makes the tests
/// `fact::softhsm` and `fact::kryoptic`.
macro_rules! on_every_module {
    ($test:ident) => {
        mod $test {
            use crate::support::{Module, On};

            #[test]
            fn softhsm() {
                const TEST: &str = concat!(module_path!(), "::softhsm");
                super::$test(On::new(Module::SoftHsm, TEST));
            }

            #[test]
            fn kryoptic() {
                const TEST: &str = concat!(module_path!(), "::kryoptic");
                super::$test(On::new(Module::Kryoptic, TEST));
            }
        }
    };
}
pub(crate) use on_every_module;

/// A module these tests run on. The crate under test does not know which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    /// Debian's SoftHSM 2.6.1: wraps by CKM_AES_KEY_WRAP_PAD.
    SoftHsm,
    /// Kryoptic 1.5.4 in its minimal build: wraps by CKM_AES_KEY_WRAP_KWP.
    Kryoptic,
}

impl Module {
    /// Where it is.
    pub(crate) fn path(self) -> PathBuf {
        match self {
            Self::SoftHsm => SOFTHSM.into(),
            Self::Kryoptic => env::var_os("CHANCERY_KRYOPTIC").map_or_else(
                || {
                    let target = Path::new(HOST).ancestors().nth(2).unwrap();
                    target.join("tools/kryoptic/libkryoptic_pkcs11.so")
                },
                PathBuf::from,
            ),
        }
    }

    /// The mechanism the product wraps keys by on it, as it should find out by itself.
    pub(crate) fn wraps_by(self) -> u64 {
        match self {
            Self::SoftHsm => CKM_AES_KEY_WRAP_PAD,
            Self::Kryoptic => CKM_AES_KEY_WRAP_KWP,
        }
    }

    /// What it answers where a key that was unwrapped is to be wrapped.
    pub(crate) fn wraps_once(self) -> &'static str {
        match self {
            Self::SoftHsm => "KeyUnextractable",
            Self::Kryoptic => "ActionProhibited", // the master's WRAP_TEMPLATE is asked first
        }
    }

    /// What its configuration is named by.
    fn variable(self) -> &'static str {
        match self {
            Self::SoftHsm => "SOFTHSM2_CONF",
            Self::Kryoptic => "KRYOPTIC_CONF",
        }
    }

    /// A configuration with tokens in a directory, as if the module had no such mechanisms (CKM_
    /// names).
    fn configuration(self, tokens: &Path, denied: &[&str]) -> String {
        let tokens = tokens.display();
        match self {
            Self::SoftHsm => {
                // SoftHSM 2.6.1 does not see the first name after the sign.
                let mechanisms = match denied {
                    [] => "ALL".to_owned(),
                    denied => format!("-first,{}", denied.join(",")),
                };
                format!(
                    "directories.tokendir = {tokens}\nobjectstore.backend = file\n\
                     slots.removable = false\nslots.mechanisms = {mechanisms}\n"
                )
            }
            Self::Kryoptic => {
                let names: Vec<_> = denied.iter().map(|name| format!("\"{name}\"")).collect();
                let mechanisms = match denied {
                    [] => String::new(),
                    _ => format!("mechanisms = [\"DENY\", {}]\n", names.join(", ")),
                };
                // A token for each login, and one that stays blank.
                [1, 2, 3]
                    .map(|slot| {
                        format!(
                            "[[slots]]\nslot = {slot}\ndbtype = \"sqlite\"\n\
                             dbargs = \"{tokens}/{slot}.sql\"\n{mechanisms}"
                        )
                    })
                    .concat()
            }
        }
    }
}

/// One run of a test: the module it is on, and its name.
#[derive(Clone, Copy)]
pub(crate) struct On {
    pub(crate) module: Module,
    test: &'static str,
}

impl On {
    /// Takes the name with that of the test program in front, as `module_path!` gives it.
    pub(crate) fn new(module: Module, test: &'static str) -> Self {
        let (_, test) = test.split_once("::").unwrap();
        Self { module, test }
    }

    /// Two fresh tokens.
    pub(crate) fn tokens(self) -> SoftTokens {
        SoftTokens::on(self.module)
    }
}

/// Two freshly initialised tokens in a directory that goes with this.
pub(crate) struct SoftTokens {
    module: Module,
    directory: TempDir,
    pub(crate) signing: TokenLabel,
    pub(crate) signing_pin: Pin,
    pub(crate) issuing: TokenLabel,
    pub(crate) issuing_pin: Pin,
    pub(crate) so_pin: Pin,
}

impl SoftTokens {
    /// An empty token directory of SoftHSM.
    pub(crate) fn blank() -> Self {
        Self::blank_on(Module::SoftHsm)
    }

    /// An empty token directory.
    pub(crate) fn blank_on(module: Module) -> Self {
        assert!(
            module.path().is_file(),
            "{} is missing: cargo xtask setup",
            module.path().display()
        );
        let directory = TempDir::new().unwrap();
        fs::create_dir(directory.path().join("tokens")).unwrap();
        let tokens = Self {
            module,
            directory,
            signing: TokenLabel::new("signing").unwrap(),
            signing_pin: Pin::generate().unwrap(),
            issuing: TokenLabel::new("issuing").unwrap(),
            issuing_pin: Pin::generate().unwrap(),
            so_pin: Pin::generate().unwrap(),
        };
        tokens.configure(&[]);
        tokens
    }

    /// Both tokens of SoftHSM, without keys.
    pub(crate) fn new() -> Self {
        Self::on(Module::SoftHsm)
    }

    /// Both tokens, without keys.
    pub(crate) fn on(module: Module) -> Self {
        let tokens = Self::blank_on(module);
        let host = tokens.host();
        for (label, pin) in [
            (&tokens.signing, &tokens.signing_pin),
            (&tokens.issuing, &tokens.issuing_pin),
        ] {
            host.initialise_token(label, &tokens.so_pin, pin).unwrap();
        }
        tokens
    }

    /// From the next host process on, as if the module had no such mechanisms (CKM_ names).
    pub(crate) fn without_mechanisms(self, names: &[&str]) -> Self {
        self.configure(names);
        self
    }

    fn configure(&self, denied: &[&str]) {
        let tokens = self.directory.path().join("tokens");
        let configuration = self.module.configuration(&tokens, denied);
        fs::write(self.configuration(), configuration).unwrap();
    }

    pub(crate) fn configuration(&self) -> PathBuf {
        self.directory.path().join("module.conf")
    }

    pub(crate) fn launch(&self) -> Launch {
        Launch {
            executable: HOST.into(),
            module: self.module.path(),
            module_sha256: None,
            environment: vec![(self.module.variable().into(), self.configuration().into())],
            deadline: Duration::from_secs(60),
        }
    }

    /// A module in front of this one that fails on demand.
    pub(crate) fn shim(&self) -> Shim {
        let shim = Shim::before(&self.module.path(), self.directory.path());
        shim.expect("the module was built with the tests")
    }

    pub(crate) fn host(&self) -> Host {
        Host::start(&self.launch()).unwrap()
    }

    /// A login to the signing token, in a host process of its own.
    pub(crate) fn login(&self) -> Token {
        self.host().login(&self.signing, &self.signing_pin).unwrap()
    }

    /// A login to the signing token, and a master on it.
    pub(crate) fn with_master(&self) -> (Token, KeyLabel) {
        let token = self.login();
        let master = label("wk-1");
        token.create(TokenKeyKind::Master, &master).unwrap();
        (token, master)
    }

    /// Runs this test again in a process of its own, as somebody who has the token's PIN and
    /// PKCS#11 code of his own. `evidence` is what else he has, as variables.
    pub(crate) fn attack(&self, on: On, evidence: &[(&str, String)]) {
        let test = on.test;
        let attacker = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(self.module.variable(), self.configuration())
            .env("ATTACKER_PIN", self.signing_pin.expose())
            .envs(evidence.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&attacker.stdout);
        let errors = String::from_utf8_lossy(&attacker.stderr);
        assert!(
            attacker.status.success() && output.contains("1 passed"),
            "the attacker's half of {test}:\n{output}\n{errors}"
        );
    }
}

pub(crate) fn label(text: &str) -> KeyLabel {
    KeyLabel::new(text).unwrap()
}

/// Whether a signature verifies, by RustCrypto directly.
pub(crate) fn verifies(spki: &SpkiDer, digest: &Digest, signature: &RawSignature) -> bool {
    let key = VerifyingKey::from_public_key_der(spki.as_bytes()).unwrap();
    let signature = Signature::from_slice(signature.as_bytes()).unwrap();
    key.verify_prehash(digest.as_bytes(), &signature).is_ok()
}
