//! Heads of the log as C2SP checkpoints (tlog-checkpoint) in signed notes (signed-note).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};
use signature::algorithm::{self, Curve, DigestAlgorithm, KeyAlgorithm, SignatureAlgorithm};

use super::Error;

/// Longest note that is read.
const LONGEST: usize = 4096;

/// A head of the log: how many leaves it has and the root over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Names the log: `chancery/` and the organisation's id in hex.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root.
    pub root: [u8; 32],
}

impl Checkpoint {
    /// The text that is signed; each line ends in a line feed.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            BASE64.encode(self.root)
        )
    }

    /// SHA-256 of the text, for a key that signs digests.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.text()).into()
    }

    /// Adds the signature line to the text: the note.
    ///
    /// `value` is ECDSA as a DER SEQUENCE; type 0x02 keys are named by the first four bytes of
    /// SHA-256 over their SPKI.
    #[must_use]
    pub fn sign(&self, key_name: &str, spki: &[u8], value: &[u8]) -> String {
        let line = BASE64.encode([&key_id(spki)[..], value].concat());
        format!("{}\n\u{2014} {key_name} {line}\n", self.text())
    }

    /// Adds another key's line to a note of this checkpoint.
    #[must_use]
    pub fn countersign(&self, note: &str, key_name: &str, spki: &[u8], value: &[u8]) -> String {
        let line = BASE64.encode([&key_id(spki)[..], value].concat());
        format!("{note}\u{2014} {key_name} {line}\n")
    }

    /// What is compared by eye, or written on paper: the size and the first half of the root.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let root: Vec<String> = self.root[..16]
            .chunks(2)
            .map(|pair| pair.iter().map(|byte| format!("{byte:02x}")).collect())
            .collect();
        format!("{} {}", self.size, root.join(" "))
    }

    /// Whether this is what [`Self::fingerprint`] gave, as it was copied from paper.
    ///
    /// Returns `None` if the text is no such thing.
    #[must_use]
    pub fn read_fingerprint(text: &str) -> Option<(u64, [u8; 16])> {
        let mut words = text.split(|letter: char| letter.is_whitespace() || letter == '-');
        let size = words.next()?.parse().ok()?;
        let digits: String = words.collect::<String>().to_ascii_lowercase();
        if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let number = u128::from_str_radix(&digits, 16).ok()?;
        Some((size, number.to_be_bytes()))
    }

    /// Reads a note and verifies the signature of the key named `key_name`.
    ///
    /// # Errors
    /// [`Error::NotANote`], [`Error::HeadNotSigned`].
    pub fn open(note: &str, origin: &str, key_name: &str, spki: &[u8]) -> Result<Self, Error> {
        if note.len() > LONGEST {
            return Err(Error::NotANote("it is too long"));
        }
        let (text, signatures) = note
            .split_once("\n\n")
            .ok_or(Error::NotANote("no signature follows the text"))?;
        let mut lines = text.split('\n');
        let (Some(named), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(Error::NotANote("the text has not three lines"));
        };
        if named != origin {
            return Err(Error::NotANote("it is of another log"));
        }
        let size = size
            .parse()
            .ok()
            .filter(|value: &u64| value.to_string() == size)
            .ok_or(Error::NotANote("the size is no decimal number"))?;
        let root = BASE64
            .decode(root)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(Error::NotANote("the root is no base64 of 32 bytes"))?;
        let checkpoint = Self {
            origin: named.to_owned(),
            size,
            root,
        };
        let prefix = format!("\u{2014} {key_name} ");
        let signed = signatures
            .lines()
            .filter_map(|line| BASE64.decode(line.strip_prefix(&prefix)?).ok())
            .filter_map(|bytes| bytes.strip_prefix(&key_id(spki)).map(<[u8]>::to_vec))
            .any(|value| checkpoint.is_signed_by(spki, &value));
        if signed {
            Ok(checkpoint)
        } else {
            Err(Error::HeadNotSigned)
        }
    }

    fn is_signed_by(&self, spki: &[u8], value: &[u8]) -> bool {
        algorithm::raw_from_der(KeyAlgorithm::Ecdsa(Curve::P256), value).is_ok_and(|raw| {
            algorithm::verify(
                spki,
                SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
                &self.digest(),
                &raw,
            )
            .is_ok()
        })
    }
}

fn key_id(spki: &[u8]) -> [u8; 4] {
    let digest = Sha256::digest(spki);
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use p256::ecdsa::signature::hazmat::PrehashSigner;
    use p256::ecdsa::{DerSignature, SigningKey};
    use spki::EncodePublicKey;

    use super::*;

    fn key(byte: u8) -> (SigningKey, Vec<u8>) {
        let key = SigningKey::from_slice(&[byte; 32]).unwrap();
        let spki = key.verifying_key().to_public_key_der().unwrap().into_vec();
        (key, spki)
    }

    fn note(key: &SigningKey, spki: &[u8]) -> String {
        let checkpoint = Checkpoint {
            origin: "chancery/x".to_owned(),
            size: 7,
            root: [5; 32],
        };
        let value: DerSignature = key.sign_prehash(&checkpoint.digest()).unwrap();
        checkpoint.sign("chancery/x/head", spki, value.as_bytes())
    }

    #[test]
    fn a_note_is_opened_with_its_own_key_only() {
        let (ours, spki) = key(1);
        let note = note(&ours, &spki);
        let opened = Checkpoint::open(&note, "chancery/x", "chancery/x/head", &spki).unwrap();
        assert_eq!((opened.size, opened.root), (7, [5; 32]));
        let (_, other) = key(2);
        assert!(Checkpoint::open(&note, "chancery/x", "chancery/x/head", &other).is_err());
        assert!(Checkpoint::open(&note, "chancery/y", "chancery/x/head", &spki).is_err());
        assert!(Checkpoint::open(&note, "chancery/x", "chancery/x/notary", &spki).is_err());
    }

    #[test]
    fn a_note_with_two_lines_is_opened_with_either_key() {
        let (ours, spki) = key(1);
        let (notary, of_notary) = key(2);
        let note = note(&ours, &spki);
        let opened = Checkpoint::open(&note, "chancery/x", "chancery/x/head", &spki).unwrap();
        let value: DerSignature = notary.sign_prehash(&opened.digest()).unwrap();
        let both = opened.countersign(&note, "chancery/x/notary", &of_notary, value.as_bytes());
        for (name, spki) in [
            ("chancery/x/head", &spki),
            ("chancery/x/notary", &of_notary),
        ] {
            assert_eq!(
                Checkpoint::open(&both, "chancery/x", name, spki).unwrap(),
                opened
            );
        }
        assert!(Checkpoint::open(&note, "chancery/x", "chancery/x/notary", &of_notary).is_err());
    }

    #[test]
    fn a_fingerprint_is_read_as_it_was_written_on_paper() {
        let checkpoint = Checkpoint {
            origin: "chancery/x".to_owned(),
            size: 1234,
            root: [0xa5; 32],
        };
        let paper = checkpoint.fingerprint();
        assert_eq!(paper, "1234 a5a5 a5a5 a5a5 a5a5 a5a5 a5a5 a5a5 a5a5");
        let read = Checkpoint::read_fingerprint(&paper.to_uppercase().replace(' ', "-"));
        assert_eq!(read, Some((1234, [0xa5; 16])));
        for wrong in ["", "1234", "1234 a5", "x a5a5", &format!("{paper} a5")] {
            assert_eq!(Checkpoint::read_fingerprint(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_note_with_any_line_of_its_text_edited_is_refused() {
        let (ours, spki) = key(1);
        let note = note(&ours, &spki);
        for (old, new) in [
            ("\n7\n", "\n8\n"),
            ("\n7\n", "\n07\n"),
            ("BQUF", "BQUG"),
            ("\n\n", "\n"),
        ] {
            let edited = note.replacen(old, new, 1);
            assert_ne!(edited, note);
            assert!(Checkpoint::open(&edited, "chancery/x", "chancery/x/head", &spki).is_err());
        }
    }
}
