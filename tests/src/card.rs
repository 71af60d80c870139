//! A smart card: a PIV card that is a program, in a reader that is none, behind a real PC/SC
//! service, with OpenSC's module in front.
//!
//! Each card has a service of its own in namespaces of its own, with its socket in a temporary
//! folder; whoever shall see it needs the variable that [`VirtualCard::socket`] is the value of.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::judge;
use crate::organisation::programs;

/// OpenSC's module.
pub const MODULE: &str = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";
/// The variable that names the socket of a PC/SC service.
pub const SOCKET: &str = "PCSCLITE_CSOCK_NAME";
/// The PIN of every card.
pub const PIN: &str = "123456";
/// The first of the reader's two slots.
const READER: &str = "Virtual PCD 00 00";
/// How long the PC/SC service may take to see something.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it may be wrong.
pub const TRIES: usize = 3;
/// The administrator's key of every card, for `piv-tool`.
const ADMIN_KEY: &str = "01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08";

/// A key of the card, by its place (NIST SP 800-73-4 part 1 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// 9A: RSA-2048.
    Authentication,
    /// 9C: P-256; each signature needs a login of its own.
    Signature,
    /// 9D: P-384.
    Management,
}

impl Slot {
    const ALL: [Self; 3] = [Self::Authentication, Self::Signature, Self::Management];

    /// CKA_ID, as OpenSC gives it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Authentication => "01",
            Self::Signature => "02",
            Self::Management => "03",
        }
    }

    const fn place(self) -> &'static str {
        match self {
            Self::Authentication => "9A",
            Self::Signature => "9C",
            Self::Management => "9D",
        }
    }

    /// The algorithm's number (NIST SP 800-78-4, table 6-2).
    const fn algorithm(self) -> &'static str {
        match self {
            Self::Authentication => "07",
            Self::Signature => "11",
            Self::Management => "14",
        }
    }

    /// Puts a SubjectPublicKeyInfo around what the card said of a new key: in 7F49 a modulus (81)
    /// and an exponent, or a point (86).
    fn spki(self, answer: &[u8]) -> Vec<u8> {
        let (tag, length, prefix) = match self {
            Self::Authentication => (
                [0x81, 0x82].as_slice(),
                256,
                "30820122300d06092a864886f70d01010105000382010f003082010a0282010100",
            ),
            Self::Signature => (
                [0x86, 0x41].as_slice(),
                65,
                "3059301306072a8648ce3d020106082a8648ce3d030107034200",
            ),
            Self::Management => (
                [0x86, 0x61].as_slice(),
                97,
                "3076301006072a8648ce3d020106052b81040022036200",
            ),
        };
        let from = answer.windows(2).position(|bytes| bytes == tag);
        // The length of a modulus takes two bytes more.
        let from = from.expect("a key") + if length == 256 { 4 } else { 2 };
        let exponent: &[u8] = if length == 256 { &[2, 3, 1, 0, 1] } else { &[] };
        [&unhex(prefix), &answer[from..from + length], exponent].concat()
    }
}

/// What a certificate says.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// The common name.
    pub name: &'static str,
    /// keyUsage: names as Python's `cryptography` has them, divided by commas.
    pub usage: &'static str,
    /// How long it is valid; below zero for one that is past.
    pub days: i32,
}

/// What lies in each place of an issued card.
const ISSUED: [Profile; 3] = [
    Profile {
        name: "Ana Ruiz (authentication)",
        usage: "digital_signature",
        days: 365,
    },
    Profile {
        name: "Ana Ruiz",
        usage: "content_commitment",
        days: 365,
    },
    Profile {
        name: "Ana Ruiz (P-384)",
        usage: "digital_signature",
        days: 365,
    },
];

/// A reader, the card that belongs to it, and who issued the card.
pub struct VirtualCard {
    folder: TempDir,
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl VirtualCard {
    /// A card without anything on it, and not in its reader.
    ///
    /// # Panics
    /// If a part is missing, or the user may not make namespaces.
    #[must_use]
    pub fn blank() -> Self {
        Self::start(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A card with three keys and their certificates, and that of the CA that issued them; not in
    /// its reader. All such cards of a process are copies of one.
    ///
    /// # Panics
    /// As [`Self::blank`].
    #[must_use]
    pub fn issued() -> Self {
        static MODEL: OnceLock<TempDir> = OnceLock::new();
        let model = MODEL.get_or_init(|| {
            let mut card = Self::blank();
            card.issue();
            card.end()
        });
        let folder = tempfile::tempdir().expect("a temporary folder");
        let copied = Command::new("cp")
            .arg("-a")
            .arg(model.path().join("."))
            .arg(folder.path())
            .status();
        assert!(copied.is_ok_and(|status| status.success()), "cp runs");
        Self::start(folder)
    }

    /// As [`Self::issued`], and in its reader.
    ///
    /// # Panics
    /// As [`Self::blank`].
    #[must_use]
    pub fn inserted() -> Self {
        let mut card = Self::issued();
        card.insert();
        card
    }

    fn start(folder: TempDir) -> Self {
        let program = programs().join("../tools/virtual-card/virtual-card");
        assert!(
            program.is_file(),
            "no virtual card at {}; run cargo xtask setup",
            program.display()
        );
        let mut process = Command::new("unshare")
            .args(["--map-root-user", "--mount", "--net", "--pid", "--fork"])
            .arg("--kill-child")
            .arg(program)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare runs");
        let orders = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut card = Self {
            folder,
            process,
            orders,
            answers,
        };
        assert_eq!(card.answer(), "ready", "the PC/SC service starts");
        card
    }

    /// Ends the program and gives the folder.
    fn end(mut self) -> TempDir {
        self.stop();
        std::mem::replace(
            &mut self.folder,
            tempfile::tempdir().expect("a temporary folder"),
        )
    }

    fn stop(&mut self) {
        drop(self.orders.take()); // what the program waits for
        let _ = self.process.wait();
    }

    /// The value of [`SOCKET`] for whoever shall see this card.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.path("run/pcscd.comm")
    }

    /// The certificate of the root, in PEM; it is not on the card.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.path("issuer/root.pem")
    }

    /// Puts the card into its reader, and returns when the PC/SC service has seen it.
    ///
    /// # Panics
    /// If the program does not obey.
    pub fn insert(&mut self) {
        self.order("insert");
        self.await_presence("Yes");
    }

    /// Pulls the card, and returns when the PC/SC service has seen that.
    ///
    /// # Panics
    /// If the program does not obey.
    pub fn remove(&mut self) {
        self.order("remove");
        self.await_presence("No");
    }

    /// Waits until the first reader is said to hold a card, or none.
    fn await_presence(&self, wanted: &str) {
        let start = Instant::now();
        loop {
            let output = Command::new("opensc-tool")
                .arg("--list-readers")
                .env(SOCKET, self.socket())
                .output()
                .expect("opensc-tool runs");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let first = said.lines().find(|line| line.ends_with(READER));
            if first.is_some_and(|line| line.split_whitespace().nth(1) == Some(wanted)) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "the reader: {said}");
        }
    }

    /// Has the card be pulled at its `nth` signature from now, before it answers.
    ///
    /// # Panics
    /// If the program does not obey.
    pub fn vanish_at(&mut self, nth: usize) {
        self.order(&format!("vanish {nth}"));
    }

    /// Puts another certificate for a key of an issued card into its place. The card is in its
    /// reader afterwards.
    ///
    /// # Panics
    /// If a tool fails.
    pub fn certify(&mut self, slot: Slot, profile: Profile) {
        self.insert();
        let certificate = self.path("issuer/certificate.pem");
        let spki = self.path(&format!("issuer/{}.der", slot.place()));
        judge::issue_for_card(
            &self.path("issuer"),
            &spki,
            &certificate,
            &[profile.name, profile.usage, &profile.days.to_string()],
        );
        self.load(slot.place(), &certificate);
    }

    /// Puts a certificate in DER for a key of an issued card into its place; `issue` is given the
    /// key. The card is in its reader afterwards.
    ///
    /// # Panics
    /// If a tool fails.
    pub fn carry(&mut self, slot: Slot, issue: impl FnOnce(&[u8]) -> signature::Certificate) {
        self.insert();
        let spki = fs::read(self.path(&format!("issuer/{}.der", slot.place())));
        let pem = issue(&spki.expect("an issued card")).to_pem();
        let certificate = self.path("issuer/certificate.pem");
        fs::write(&certificate, pem.expect("it encodes")).expect("it is written");
        self.load(slot.place(), &certificate);
    }

    /// Makes the keys and issues their certificates.
    fn issue(&mut self) {
        fs::create_dir(self.path("issuer")).expect("a folder can be made");
        self.insert();
        for (slot, profile) in Slot::ALL.into_iter().zip(ISSUED) {
            let apdu = format!(
                "00:47:00:{}:05:AC:03:80:01:{}:00",
                slot.place(),
                slot.algorithm()
            );
            let answer = self.piv_tool(&["-A", "M:9B:03", "-s", &apdu]);
            let spki = self.path(&format!("issuer/{}.der", slot.place()));
            fs::write(spki, slot.spki(&dumped(&answer))).expect("a key can be written");
            self.certify(slot, profile);
        }
        // Where PIV has room for one more: the certificate of who issued them.
        let issuing = self.path("issuer/issuing.pem");
        self.load("9E", &issuing);
    }

    fn load(&self, place: &str, certificate: &Path) {
        let certificate = certificate.to_str().expect("a path is text");
        self.piv_tool(&["-A", "M:9B:03", "-C", place, "-i", certificate]);
    }

    fn piv_tool(&self, arguments: &[&str]) -> String {
        let key = self.path("admin.key");
        fs::write(&key, ADMIN_KEY).expect("the key can be written");
        let output = Command::new("piv-tool")
            .args(["--reader", READER])
            .args(arguments)
            .env(SOCKET, self.socket())
            .env("PIV_EXT_AUTH_KEY", key)
            .output()
            .expect("piv-tool runs");
        // Its exit status (0.23) is how many bytes it wrote, where it wrote any.
        let complaint = String::from_utf8_lossy(&output.stderr).to_lowercase();
        let failed = ["error", "failed", "unable"]
            .iter()
            .any(|word| complaint.contains(word));
        assert!(!failed, "{arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn order(&mut self, order: &str) {
        let orders = self.orders.as_mut().expect("the program runs");
        writeln!(orders, "{order}").expect("the program listens");
        let answer = self.answer();
        assert_eq!(answer, "done", "{order}");
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        assert!(
            read.is_ok_and(|length| length > 0),
            "the card's program ended"
        );
        line.trim_end().to_owned()
    }
}

impl Drop for VirtualCard {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The bytes that `piv-tool` prints, sixteen a line with their characters behind.
fn dumped(said: &str) -> Vec<u8> {
    let lines = said
        .lines()
        .skip_while(|line| !line.starts_with("Received"));
    lines
        .skip(1)
        .flat_map(|line| line.get(..47).unwrap_or(line).split_whitespace())
        .map_while(|byte| u8::from_str_radix(byte, 16).ok())
        .collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .collect();
    digits
        .chunks(2)
        .map(|pair| u8::try_from(16 * pair[0] + pair[1]).expect("two digits"))
        .collect()
}
