//! The organisation file: the root of trust of this machine, `organisation.json`.
//!
//! Local, without secrets. Its *fixed part* never changes and its fingerprint is leaf 0 of the
//! log; its *local part* names modules and tokens, so that the database never does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use minicbor::Encoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::wire::Assurance;

/// The version of the file that this program writes and reads.
const VERSION: u32 = 1;

/// Bytes that are base64 in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base64Bytes(pub Vec<u8>);

impl Serialize for Base64Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64
            .decode(text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// A 16-byte id that is hex in JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Id(pub [u8; 16]);

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Id {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("an id has 32 hexadecimal digits");
        }
        u128::from_str_radix(text, 16)
            .map(|value| Self(value.to_be_bytes()))
            .map_err(|_| "an id has 32 hexadecimal digits")
    }
}

impl Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// An officer from the day of the founding.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Founder {
    /// The account.
    pub account: Id,
    /// SHA-256 of the SPKI of the officer's key.
    pub spki_sha256: Base64Bytes,
}

/// A throw-away key under the master, by which the master is proven; its public key is never
/// certified. Where keys stay on the token there is no master, and this is a key on the token:
/// mechanism and RFC are 0, and `blob` is its CKA_ID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Canary {
    /// PKCS#11 mechanism it is wrapped by.
    pub mechanism: u64,
    /// The RFC that the mechanism follows.
    pub rfc: u32,
    /// The wrapped key.
    pub blob: Base64Bytes,
    /// Its public key, SPKI DER.
    pub spki: Base64Bytes,
}

impl Canary {
    /// Whether it says that the organisation's keys stay on the token.
    #[must_use]
    pub const fn is_resident(&self) -> bool {
        self.mechanism == 0
    }
}

/// What never changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fixed {
    /// The organisation's id.
    pub organisation: Id,
    /// The CA certificate, DER.
    pub ca: Base64Bytes,
    /// Public key of the head key, SPKI DER.
    pub head_key: Base64Bytes,
    /// Public key of the notary key, SPKI DER.
    pub notary_key: Base64Bytes,
    /// Officers of the first day.
    pub founders: Vec<Founder>,
    /// `HMAC(pepper, "chancery known answer v1")`.
    pub pepper_answer: Base64Bytes,
    /// `HMAC(record MAC key, "chancery known answer v1")`.
    pub mac_answer: Base64Bytes,
    /// The canary of the first master.
    pub canary: Canary,
}

impl Fixed {
    /// Names the log: the first line of every checkpoint.
    #[must_use]
    pub fn log_origin(&self) -> String {
        format!("chancery/{}", self.organisation)
    }

    /// Names the head key in a note.
    #[must_use]
    pub fn head_key_name(&self) -> String {
        format!("{}/head", self.log_origin())
    }

    /// Names the notary key in a note.
    #[must_use]
    pub fn notary_key_name(&self) -> String {
        format!("{}/notary", self.log_origin())
    }

    /// The fingerprint: SHA-256 of the fixed part as a CBOR array in the order of its fields.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut writer = Encoder::new(Vec::new());
        let written: Result<(), minicbor::encode::Error<std::convert::Infallible>> = (|| {
            writer
                .array(9)?
                .u8(1)?
                .bytes(&self.organisation.0)?
                .bytes(&self.ca.0)?;
            writer.bytes(&self.head_key.0)?.bytes(&self.notary_key.0)?;
            writer.array(self.founders.len() as u64)?;
            for founder in &self.founders {
                writer
                    .array(2)?
                    .bytes(&founder.account.0)?
                    .bytes(&founder.spki_sha256.0)?;
            }
            writer
                .bytes(&self.pepper_answer.0)?
                .bytes(&self.mac_answer.0)?;
            let Canary {
                mechanism,
                rfc,
                blob,
                spki,
            } = &self.canary;
            writer
                .array(4)?
                .u64(*mechanism)?
                .u32(*rfc)?
                .bytes(&blob.0)?
                .bytes(&spki.0)?;
            Ok(())
        })();
        written.expect("writing CBOR into a Vec does not fail");
        Sha256::digest(writer.into_writer()).into()
    }
}

/// A token and the module it is reached through.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenAddress {
    /// The PKCS#11 module.
    pub module: PathBuf,
    /// SHA-256 of the module's file as an officer accepted it.
    pub module_sha256: Base64Bytes,
    /// Label of the token.
    pub label: String,
    /// The whole environment of the module's host process; no secret. Where the software token's
    /// folder lies is told anew at each start, and is not in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

/// How the organisation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deployment {
    /// `SQLite` and a software token in the organisation's folder.
    Embedded,
    /// Tokens that this machine reaches through their vendor's module. The vault is `SQLite` in the
    /// organisation's folder, so for one machine; a vault for many is not there yet.
    Direct,
}

/// What an officer may change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Local {
    /// How it runs.
    pub deployment: Deployment,
    /// Whether both tokens are hardware: their slots said so, and an officer declared it.
    #[serde(default)]
    pub hardware: bool,
    /// The word of assurance below which nobody is enrolled; none where the organisation is for
    /// trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<Assurance>,
    /// Where signing keys are used.
    pub signing: TokenAddress,
    /// Where certificates are issued.
    pub issuing: TokenAddress,
    /// What signatures are like where nobody says otherwise.
    #[serde(default, skip_serializing_if = "Signatures::is_unset")]
    pub signatures: Signatures,
}

/// What signatures are like where nobody says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signatures {
    /// Their level, such as `b-lt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Addresses of timestamp authorities, in the order they are asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timestamp_authorities: Vec<String>,
    /// Whose timestamps are trusted: certificates in PEM, or files of them, relative to this one;
    /// the system's authorities where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timestamp_anchors: Vec<String>,
    /// Hosts of this machine's own network, and all hosts below them, that are asked where a
    /// certificate names them: responders, lists and issuers' certificates of an authority within.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub local_authorities: Vec<String>,
}

impl Signatures {
    fn is_unset(&self) -> bool {
        *self == Self::default()
    }
}

/// The organisation file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organisation {
    version: u32,
    /// What never changes.
    pub fixed: Fixed,
    /// What an officer may change.
    pub local: Local,
}

impl Organisation {
    /// Puts the file together.
    #[must_use]
    pub fn new(fixed: Fixed, local: Local) -> Self {
        Self {
            version: VERSION,
            fixed,
            local,
        }
    }

    /// Reads the file's content.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub fn parse(content: &[u8]) -> Result<Self, String> {
        let file: Self = serde_json::from_slice(content).map_err(|error| error.to_string())?;
        if file.version != VERSION {
            return Err(format!(
                "version {} is not known to this program",
                file.version
            ));
        }
        // A level that is misspelt must not become a lower one.
        match &file.local.signatures.level {
            Some(level) if signature::Level::read(level).is_none() => Err(format!(
                "the level {level} of its signatures is none; b-b, b-t, b-lt and b-lta are"
            )),
            _ => Ok(file),
        }
    }

    /// The file's content.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("every field has a JSON form")
    }

    /// Names the log: the first line of every checkpoint.
    #[must_use]
    pub fn log_origin(&self) -> String {
        self.fixed.log_origin()
    }

    /// Names the notary key in a note.
    #[must_use]
    pub fn notary_key_name(&self) -> String {
        self.fixed.notary_key_name()
    }

    /// Names the head key in a note.
    #[must_use]
    pub fn head_key_name(&self) -> String {
        self.fixed.head_key_name()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn organisation() -> Organisation {
        let bytes = |byte| Base64Bytes(vec![byte; 4]);
        let address = TokenAddress {
            module: PathBuf::from("/usr/lib/module.so"),
            module_sha256: bytes(9),
            label: "chancery-signing".to_owned(),
            environment: BTreeMap::from([("VENDOR_CONF".to_owned(), "/etc/vendor".to_owned())]),
        };
        let fixed = Fixed {
            organisation: Id([1; 16]),
            ca: bytes(1),
            head_key: bytes(2),
            notary_key: bytes(3),
            founders: vec![Founder {
                account: Id([2; 16]),
                spki_sha256: bytes(4),
            }],
            pepper_answer: bytes(5),
            mac_answer: bytes(6),
            canary: Canary {
                mechanism: 0x210A,
                rfc: 5649,
                blob: bytes(7),
                spki: bytes(8),
            },
        };
        let local = Local {
            deployment: Deployment::Embedded,
            hardware: false,
            required: None,
            signing: address.clone(),
            issuing: address,
            signatures: Signatures::default(),
        };
        Organisation::new(fixed, local)
    }

    #[test]
    fn the_file_is_read_as_it_was_written() {
        let file = organisation();
        let read = Organisation::parse(&file.to_json()).unwrap();
        assert_eq!(read.fixed.fingerprint(), file.fixed.fingerprint());
        assert_eq!(read.local.signing.label, "chancery-signing");
        assert_eq!(read.local.signing.environment["VENDOR_CONF"], "/etc/vendor");
    }

    #[test]
    fn a_file_of_the_first_release_names_no_environment_and_no_hardware() {
        let mut file = organisation();
        file.local.signing.environment.clear();
        file.local.issuing.environment.clear();
        let text = String::from_utf8(file.to_json()).unwrap();
        assert!(!text.contains("environment"));
        let older = text.replace("\n    \"hardware\": false,", "");
        assert_ne!(older, text);
        assert!(Organisation::parse(older.as_bytes()).is_ok());
    }

    #[test]
    fn the_fingerprint_covers_the_fixed_part_and_not_the_local_one() {
        let file = organisation();
        let mut moved = file.clone();
        moved.local.signing.module = PathBuf::from("/opt/module.so");
        assert_eq!(moved.fixed.fingerprint(), file.fixed.fingerprint());
        let mut other = file.clone();
        other.fixed.founders[0].account = Id([3; 16]);
        assert_ne!(other.fixed.fingerprint(), file.fixed.fingerprint());
    }

    #[test]
    fn a_newer_file_is_refused_by_its_version() {
        let mut newer = organisation();
        newer.version = 2;
        assert!(
            Organisation::parse(&newer.to_json())
                .unwrap_err()
                .contains("version 2")
        );
        assert!(Organisation::parse(b"{}").is_err());
    }
}
