//! A token at the other end of a connection that is cut, restored and stalled: `p11-kit server`
//! with keys that stay on the token (its protocol, 0.24, carries no key wrap).

use std::{
    env, fs,
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use token::{
    Error, Host, Launch, Recovery, ResidentId, SignerAlgorithm, SpkiDer, ToBeSigned, Token,
    TokenKeyKind, Verified,
};

use crate::support::{DIGEST, Module, SoftTokens, label, verifies};

/// Debian's package `p11-kit-modules`.
fn client() -> PathBuf {
    format!(
        "/usr/lib/{}-linux-gnu/pkcs11/p11-kit-client.so",
        env::consts::ARCH
    )
    .into()
}

/// A server of SoftHSM's tokens, and a connection to it that can be cut.
struct Remote {
    tokens: SoftTokens,
    folder: TempDir,
    server: Child,
    /// The connections that pass through.
    open: Arc<Mutex<Vec<UnixStream>>>,
    spki: SpkiDer,
}

impl Remote {
    fn new() -> Self {
        assert!(
            client().is_file(),
            "{} is missing: cargo xtask setup",
            client().display()
        );
        let tokens = SoftTokens::new();
        let made = tokens
            .login()
            .create(TokenKeyKind::Head, &label("head-1"))
            .unwrap();
        let folder = TempDir::new().unwrap();
        let far = folder.path().join("far");
        let server = Command::new("p11-kit")
            .args(["server", "-f", "-n"])
            .arg(&far)
            .arg("--provider")
            .arg(Module::SoftHsm.path())
            .arg("pkcs11:token=signing")
            .env("SOFTHSM2_CONF", tokens.configuration())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("p11-kit runs (Debian: apt-get install p11-kit)");
        let give_up = Instant::now() + Duration::from_secs(60);
        while UnixStream::connect(&far).is_err() {
            assert!(Instant::now() < give_up, "the server listens");
            thread::sleep(Duration::from_millis(10));
        }
        let open = Arc::default();
        relay(&folder.path().join("near"), far, &open);
        Self {
            tokens,
            folder,
            server,
            open,
            spki: made.public_key.unwrap(),
        }
    }

    fn host(&self) -> Host {
        let near = self.folder.path().join("near");
        Host::start(&Launch {
            module: client(),
            environment: vec![(
                "P11_KIT_SERVER_ADDRESS".into(),
                format!("unix:path={}", near.display()).into(),
            )],
            deadline: Duration::from_secs(5),
            ..self.tokens.launch()
        })
        .unwrap()
    }

    fn log_in(&self, host: &Host) -> Result<Token, Error> {
        host.login(&self.tokens.signing, &self.tokens.signing_pin)
    }

    fn sign(&self, token: &Token) -> Result<(), Error> {
        let value = token.sign(&label("head-1"), DIGEST)?;
        assert!(
            verifies(&self.spki, &DIGEST, &value),
            "a right signature or none"
        );
        Ok(())
    }

    /// Cuts every connection there is; new ones pass.
    fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Stops or continues what serves at the other end.
    fn signal(&self, signal: Signal) {
        let server = self.server.id();
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children"));
        let children = children.unwrap_or_default();
        let served = children.split_whitespace().map(|pid| pid.parse().unwrap());
        for process in served.chain([i32::try_from(server).unwrap()]) {
            let _ = kill_process(Pid::from_raw(process).unwrap(), signal);
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.cut();
        self.signal(Signal::CONT);
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Passes on what comes to one socket to another, in threads that end with the connections.
fn relay(near: &Path, far: PathBuf, open: &Arc<Mutex<Vec<UnixStream>>>) {
    let listener = UnixListener::bind(near).unwrap();
    let open = Arc::clone(open);
    thread::spawn(move || {
        for here in listener.incoming().flatten() {
            let Ok(there) = UnixStream::connect(&far) else {
                continue;
            };
            let mut all = open.lock().unwrap();
            for (from, to) in [(&here, &there), (&there, &here)] {
                let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                all.push(from.try_clone().unwrap());
                thread::spawn(move || pass(from, to));
            }
        }
    });
}

fn pass(mut from: UnixStream, mut to: UnixStream) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_remote_token_whose_connection_was_cut_is_lost_and_another_host_finds_it() {
    let remote = Remote::new();
    for _ in 0..3 {
        let host = remote.host();
        let token = remote.log_in(&host).unwrap();
        remote.sign(&token).unwrap();
        remote.cut();
        let lost = remote.sign(&token).unwrap_err();
        assert!(matches!(lost, Error::TokenLost { .. }), "{lost}");
        assert_eq!(lost.recovery(), Recovery::Renew);
        assert!(
            matches!(remote.sign(&token), Err(Error::HostGone)),
            "it never heals by itself"
        );
    }
}

#[test]
fn a_remote_token_that_is_cut_off_at_login_is_not_taken_for_a_wrong_pin() {
    let remote = Remote::new();
    let host = remote.host();
    remote.cut();
    let lost = remote.log_in(&host).expect_err("the connection is cut");
    assert!(
        !matches!(lost, Error::WrongPin { .. } | Error::PinLocked { .. }),
        "{lost}"
    );
    let token = remote.log_in(&remote.host()).unwrap();
    remote.sign(&token).unwrap();
}

#[test]
fn a_remote_token_that_stalls_is_given_up_at_the_deadline_and_found_once_it_goes_on() {
    let remote = Remote::new();
    let token = remote.log_in(&remote.host()).unwrap();
    remote.sign(&token).unwrap();
    remote.signal(Signal::STOP);
    let given_up = remote.sign(&token).unwrap_err();
    assert!(matches!(given_up, Error::HostTimedOut { .. }), "{given_up}");
    assert_eq!(given_up.recovery(), Recovery::RenewNextTime);
    remote.signal(Signal::CONT);
    let token = remote.log_in(&remote.host()).unwrap();
    remote.sign(&token).unwrap();
}

#[test]
fn keys_that_stay_on_a_remote_token_are_made_used_and_destroyed_over_the_connection() {
    let remote = Remote::new();
    let token = remote.log_in(&remote.host()).unwrap();
    let before = token.object_counts().unwrap();
    let input = ToBeSigned::sha256(b"signed attributes");
    for (algorithm, id) in [
        (SignerAlgorithm::EcdsaP256, [1; 16]),
        (SignerAlgorithm::Rsa2048, [2; 16]),
    ] {
        let id = ResidentId::from(id);
        let spki = token.generate_resident(algorithm, id).unwrap();
        let values = token.sign_resident(id, &spki, algorithm, &[&input, &input]);
        for value in values.unwrap() {
            assert_eq!(spki.verify_by(algorithm, &input, &value), Verified::Holds);
        }
        assert_eq!(token.destroy_resident(id).unwrap(), 1);
    }
    assert_eq!(token.object_counts().unwrap(), before);
    let refused = token.generate_resident(SignerAlgorithm::Ed25519, ResidentId::from([3; 16]));
    assert!(matches!(refused, Err(Error::AlgorithmNotOffered { .. })));
    remote.cut();
    let lost = token.destroy_resident(ResidentId::from([1; 16]));
    assert!(matches!(lost, Err(Error::TokenLost { .. })), "{lost:?}");
}
