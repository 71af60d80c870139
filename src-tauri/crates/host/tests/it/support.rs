//! What these tests are made of: a pair of soft tokens, and a verifier that is not the crate's.

use std::{fs, path::PathBuf, process::Command, time::Duration};

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

/// Two freshly initialised tokens in a directory that goes with this.
pub(crate) struct SoftTokens {
    directory: TempDir,
    pub(crate) signing: TokenLabel,
    pub(crate) signing_pin: Pin,
    pub(crate) issuing: TokenLabel,
    pub(crate) issuing_pin: Pin,
    pub(crate) so_pin: Pin,
}

impl SoftTokens {
    /// An empty token directory.
    pub(crate) fn blank() -> Self {
        assert!(
            fs::exists(SOFTHSM).unwrap(),
            "{SOFTHSM} is missing: apt-get install softhsm2"
        );
        let directory = TempDir::new().unwrap();
        let tokens = directory.path().join("tokens");
        fs::create_dir(&tokens).unwrap();
        let configuration = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nslots.removable = false\n",
            tokens.display()
        );
        fs::write(directory.path().join("softhsm2.conf"), configuration).unwrap();
        Self {
            directory,
            signing: TokenLabel::new("signing").unwrap(),
            signing_pin: Pin::generate().unwrap(),
            issuing: TokenLabel::new("issuing").unwrap(),
            issuing_pin: Pin::generate().unwrap(),
            so_pin: Pin::generate().unwrap(),
        }
    }

    /// Both tokens, without keys, as if the module had no such mechanisms (CKM_ names).
    pub(crate) fn without_mechanisms(names: &[&str]) -> Self {
        let tokens = Self::new();
        let mut configuration = fs::read_to_string(tokens.configuration()).unwrap();
        // SoftHSM 2.6.1 does not see the first name after the sign.
        configuration += &format!("slots.mechanisms = -first,{}\n", names.join(","));
        fs::write(tokens.configuration(), configuration).unwrap();
        tokens
    }

    /// Both tokens, without keys.
    pub(crate) fn new() -> Self {
        let tokens = Self::blank();
        let host = tokens.host();
        for (label, pin) in [
            (&tokens.signing, &tokens.signing_pin),
            (&tokens.issuing, &tokens.issuing_pin),
        ] {
            host.initialise_token(label, &tokens.so_pin, pin).unwrap();
        }
        tokens
    }

    pub(crate) fn configuration(&self) -> PathBuf {
        self.directory.path().join("softhsm2.conf")
    }

    pub(crate) fn launch(&self) -> Launch {
        Launch {
            executable: HOST.into(),
            module: SOFTHSM.into(),
            module_sha256: None,
            environment: vec![("SOFTHSM2_CONF".into(), self.configuration().into())],
            deadline: Duration::from_secs(60),
        }
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
    pub(crate) fn attack(&self, test: &str, evidence: &[(&str, String)]) {
        let attacker = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env("SOFTHSM2_CONF", self.configuration())
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
