//! Keys and certificates out of a PKCS#12 file (RFC 7292), as other programs write it.
//!
//! Encrypted with PBES2 (RFC 8018: PBKDF2 and AES or 3DES), or as of old with 3DES or RC2 under the
//! key derivation of appendix B; authenticated by an HMAC under the same password. Nothing is looked
//! at before that fits. What is decrypted is wiped; how often a key derivation is repeated is bounded.

use cbc_of_pkcs12::cipher::block_padding::Pkcs7;
use cbc_of_pkcs12::cipher::{BlockDecryptMut, InnerIvInit, KeyIvInit};
use cms::content_info::ContentInfo;
use cms::encrypted_data::EncryptedData;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{ID_DATA, ID_ENCRYPTED_DATA};
use der::asn1::{BmpString, ContextSpecific, OctetString};
use der::{Decode, Encode};
use hmac::{Hmac, Mac};
use pkcs12::cert_type::CertBag;
use pkcs12::kdf::{Pkcs12KeyType, derive_key_utf8};
use pkcs12::mac_data::MacData;
use pkcs12::pbe_params::{EncryptedPrivateKeyInfo, Pkcs12PbeParams};
use pkcs12::pfx::Pfx;
use pkcs12::safe_bag::{SafeBag, SafeContents};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use spki::AlgorithmIdentifierOwned;
use zeroize::{Zeroize, Zeroizing};

/// Most repetitions of a key derivation: ten times what programs of today write.
const MOST_ITERATIONS: u32 = 6_000_000;
/// Most bags of one file.
const MOST_BAGS: usize = 64;

const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");

/// Why a file gives no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The password is not the file's.
    WrongPassword,
    /// It is no PKCS#12 file, or one of a form that is not read here.
    Unreadable(&'static str),
}

type Read<T> = Result<T, Refusal>;

/// A private key of the file, with the certificate that is said to be its.
pub(super) struct KeyOfFile {
    /// PrivateKeyInfo (RFC 5208), DER.
    pub(super) pkcs8: Zeroizing<Vec<u8>>,
    /// The name it is shown by, if it has one.
    pub(super) name: Option<String>,
    /// Its certificate, DER.
    pub(super) certificate: Option<Vec<u8>>,
}

/// Reads the keys of a file.
pub(super) fn read(file: &[u8], password: &str) -> Read<Vec<KeyOfFile>> {
    let pfx =
        Pfx::from_der(file).map_err(|_| Refusal::Unreadable("it is no PKCS#12 file in DER"))?;
    if pfx.auth_safe.content_type != ID_DATA {
        return Err(Refusal::Unreadable(
            "it is signed, not authenticated by a password",
        ));
    }
    let safe = octets(&pfx.auth_safe)?;
    let mac = pfx
        .mac_data
        .ok_or(Refusal::Unreadable("nothing authenticates its content"))?;
    authenticate(&mac, safe.as_bytes(), password)?;
    let parts = Vec::<ContentInfo>::from_der(safe.as_bytes()).map_err(unreadable)?;
    if parts.len() > MOST_BAGS {
        return Err(Refusal::Unreadable("it has more than 64 parts"));
    }
    let mut keys = Vec::new();
    let mut certificates = Vec::new();
    let mut count = 0;
    for part in &parts {
        let content = contents(part, password)?;
        let bags = SafeContents::from_der(&content).map_err(unreadable)?;
        count += bags.len();
        if count > MOST_BAGS {
            return Err(Refusal::Unreadable("it has more than 64 entries"));
        }
        for mut bag in bags {
            let taken = take(&bag, password);
            bag.bag_value.zeroize();
            match taken? {
                Some(Taken::Key(id, key)) => keys.push((id, key)),
                Some(Taken::Certificate(id, der)) => certificates.push((id, der)),
                None => {}
            }
        }
    }
    let alone = keys.len() == 1 && certificates.len() == 1;
    let pair = |(id, key): (Option<Vec<u8>>, KeyOfFile)| {
        let of_key = certificates
            .iter()
            .find(|(other, _)| alone || (id.is_some() && *other == id));
        KeyOfFile {
            certificate: of_key.map(|(_, der)| der.clone()),
            ..key
        }
    };
    Ok(keys.into_iter().map(pair).collect())
}

fn unreadable(_: der::Error) -> Refusal {
    Refusal::Unreadable("a part of it is not in DER, or not what RFC 7292 says")
}

fn octets(content: &ContentInfo) -> Read<OctetString> {
    content.content.decode_as().map_err(unreadable)
}

fn checked(iterations: u32) -> Read<u32> {
    if (1..=MOST_ITERATIONS).contains(&iterations) {
        Ok(iterations)
    } else {
        Err(Refusal::Unreadable(
            "it asks for more work than anybody's file",
        ))
    }
}

fn rounds(iterations: i32) -> Read<i32> {
    checked(u32::try_from(iterations).unwrap_or(0)).map(|_| iterations)
}

/// RFC 7292 appendix A and B: HMAC under a key that is derived from the password.
fn authenticate(mac: &MacData, content: &[u8], password: &str) -> Read<()> {
    let MacData {
        mac: digest,
        mac_salt,
        iterations,
    } = mac;
    let salt = mac_salt.as_bytes();
    let rounds = rounds(*iterations)?;
    macro_rules! fits {
        ($digest:ty) => {{
            let length = <$digest as sha2::Digest>::output_size();
            let key =
                derive_key_utf8::<$digest>(password, salt, Pkcs12KeyType::Mac, rounds, length);
            let key = Zeroizing::new(key.map_err(|_| Refusal::WrongPassword)?);
            let mut hmac =
                <Hmac<$digest> as Mac>::new_from_slice(&key).expect("HMAC takes any length");
            hmac.update(content);
            hmac.verify_slice(digest.digest.as_bytes())
        }};
    }
    use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256, ID_SHA_384, ID_SHA_512};
    let fits = match digest.algorithm.oid {
        ID_SHA_1 => fits!(Sha1),
        ID_SHA_256 => fits!(Sha256),
        ID_SHA_384 => fits!(Sha384),
        ID_SHA_512 => fits!(Sha512),
        _ => {
            return Err(Refusal::Unreadable(
                "its MAC is of a kind that is not known here",
            ));
        }
    };
    fits.map_err(|_| Refusal::WrongPassword)
}

/// The bags of one part of the authenticated safe, decrypted.
fn contents(part: &ContentInfo, password: &str) -> Read<Zeroizing<Vec<u8>>> {
    match part.content_type {
        ID_DATA => Ok(Zeroizing::new(octets(part)?.as_bytes().to_vec())),
        ID_ENCRYPTED_DATA => {
            let encrypted: EncryptedData = part.content.decode_as().map_err(unreadable)?;
            let info = encrypted.enc_content_info;
            let content = info
                .encrypted_content
                .ok_or(Refusal::Unreadable("an encrypted part has no content"))?;
            decrypt(&info.content_enc_alg, content.as_bytes(), password)
        }
        _ => Err(Refusal::Unreadable(
            "a part is encrypted for a certificate, not by a password",
        )),
    }
}

/// What a bag has for us.
enum Taken {
    Key(Option<Vec<u8>>, KeyOfFile),
    Certificate(Option<Vec<u8>>, Vec<u8>),
}

fn take(bag: &SafeBag, password: &str) -> Read<Option<Taken>> {
    let id = attribute(bag, LOCAL_KEY_ID)
        .and_then(|value| OctetString::from_der(&value).ok())
        .map(|id| id.as_bytes().to_vec());
    let key = |pkcs8| {
        let name = attribute(bag, FRIENDLY_NAME)
            .and_then(|value| BmpString::from_der(&value).ok())
            .map(|name| name.to_string());
        Taken::Key(
            id.clone(),
            KeyOfFile {
                pkcs8,
                name,
                certificate: None,
            },
        )
    };
    match bag.bag_id {
        pkcs12::PKCS_12_PKCS8_KEY_BAG_OID => {
            let value = ContextSpecific::<EncryptedPrivateKeyInfo>::from_der(&bag.bag_value);
            let value = value.map_err(unreadable)?.value;
            let data = value.encrypted_data.as_bytes();
            decrypt(&value.encryption_algorithm, data, password).map(|pkcs8| Some(key(pkcs8)))
        }
        pkcs12::PKCS_12_KEY_BAG_OID => {
            let value = ContextSpecific::<der::AnyRef<'_>>::from_der(&bag.bag_value);
            let value = value
                .map_err(unreadable)?
                .value
                .to_der()
                .map_err(unreadable)?;
            Ok(Some(key(Zeroizing::new(value))))
        }
        pkcs12::PKCS_12_CERT_BAG_OID => {
            let value = ContextSpecific::<CertBag>::from_der(&bag.bag_value);
            let CertBag {
                cert_id,
                cert_value,
            } = value.map_err(unreadable)?.value;
            Ok((cert_id == pkcs12::PKCS_12_X509_CERT_OID)
                .then(|| Taken::Certificate(id, cert_value.as_bytes().to_vec())))
        }
        _ => Ok(None), // revocation lists and secrets are none of ours
    }
}

/// The first value of an attribute, DER.
fn attribute(bag: &SafeBag, oid: ObjectIdentifier) -> Option<Vec<u8>> {
    let attribute = bag
        .bag_attributes
        .as_ref()?
        .iter()
        .find(|attribute| attribute.oid == oid)?;
    attribute.values.get(0)?.to_der().ok()
}

fn decrypt(
    algorithm: &AlgorithmIdentifierOwned,
    data: &[u8],
    password: &str,
) -> Read<Zeroizing<Vec<u8>>> {
    match algorithm.oid {
        PBES2 => by_pbes2(algorithm, data, password),
        pkcs12::PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC => {
            let (key, iv) = of_old(algorithm, password, 24)?;
            let cipher = cbc_of_pkcs12::Decryptor::<des::TdesEde3>::new_from_slices(&key, &iv);
            cipher
                .map_err(|_| Refusal::WrongPassword)?
                .decrypt_padded_vec_mut::<Pkcs7>(data)
                .map(Zeroizing::new)
                .map_err(|_| Refusal::WrongPassword)
        }
        pkcs12::PKCS_12_PBEWITH_SHAAND40_BIT_RC2_CBC => by_rc2(algorithm, data, password, 5),
        pkcs12::PKCS_12_PBE_WITH_SHAAND128_BIT_RC2_CBC => by_rc2(algorithm, data, password, 16),
        _ => Err(Refusal::Unreadable(
            "it is encrypted in a way that is not known here",
        )),
    }
}

/// PBES2 (RFC 8018 §6.2).
fn by_pbes2(
    algorithm: &AlgorithmIdentifierOwned,
    data: &[u8],
    password: &str,
) -> Read<Zeroizing<Vec<u8>>> {
    let algorithm = algorithm.to_der().map_err(unreadable)?;
    let scheme = pkcs5::EncryptionScheme::try_from(algorithm.as_slice()).map_err(unreadable)?;
    let parameters = scheme.pbes2().ok_or(Refusal::Unreadable(
        "it is encrypted in a way that is not known here",
    ))?;
    let derivation = parameters
        .kdf
        .pbkdf2()
        .ok_or(Refusal::Unreadable("its key derivation is not PBKDF2"))?;
    checked(derivation.iteration_count)?;
    scheme
        .decrypt(password.as_bytes(), data)
        .map(Zeroizing::new)
        .map_err(|_| Refusal::WrongPassword)
}

/// Key and initialisation vector of appendix B.
fn of_old(
    algorithm: &AlgorithmIdentifierOwned,
    password: &str,
    length: usize,
) -> Read<(Zeroizing<Vec<u8>>, Vec<u8>)> {
    const BLOCK: usize = 8;
    let parameters: Pkcs12PbeParams = algorithm
        .parameters
        .as_ref()
        .ok_or(Refusal::Unreadable("its encryption has no parameters"))?
        .decode_as()
        .map_err(unreadable)?;
    let rounds = rounds(parameters.iterations)?;
    let derive = |kind, length| {
        let salt = parameters.salt.as_bytes();
        derive_key_utf8::<Sha1>(password, salt, kind, rounds, length)
            .map_err(|_| Refusal::WrongPassword)
    };
    let key = Zeroizing::new(derive(Pkcs12KeyType::EncryptionKey, length)?);
    Ok((key, derive(Pkcs12KeyType::Iv, BLOCK)?))
}

fn by_rc2(
    algorithm: &AlgorithmIdentifierOwned,
    data: &[u8],
    password: &str,
    length: usize,
) -> Read<Zeroizing<Vec<u8>>> {
    let (key, iv) = of_old(algorithm, password, length)?;
    // The effective length is that of the key.
    let cipher = rc2::Rc2::new_with_eff_key_len(&key, 8 * length);
    cbc_of_pkcs12::Decryptor::inner_iv_slice_init(cipher, &iv)
        .map_err(|_| Refusal::WrongPassword)?
        .decrypt_padded_vec_mut::<Pkcs7>(data)
        .map(Zeroizing::new)
        .map_err(|_| Refusal::WrongPassword)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    const PASSWORD: &str = "pässword of a file";

    fn openssl(folder: &Path, words: &[&str]) {
        let done = Command::new("openssl")
            .args(words)
            .current_dir(folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{words:?}: {said}");
    }

    /// A key with its certificate, exported as the words say.
    fn exported(words: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        openssl(
            folder.path(),
            &[
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem",
                "-subj",
                "/CN=Ada",
                "-days",
                "9",
            ],
        );
        let password = format!("pass:{PASSWORD}");
        let mut all = vec![
            "pkcs12",
            "-export",
            "-inkey",
            "key.pem",
            "-in",
            "cert.pem",
            "-name",
            "Ada's key",
            "-out",
            "file.p12",
            "-passout",
            &password,
        ];
        all.extend(words);
        openssl(folder.path(), &all);
        std::fs::read(folder.path().join("file.p12")).unwrap()
    }

    #[test]
    fn files_of_today_and_of_old_give_their_key_and_certificate() {
        for words in [
            &[][..],
            &["-legacy"],
            &[
                "-keypbe",
                "PBE-SHA1-3DES",
                "-certpbe",
                "PBE-SHA1-3DES",
                "-macalg",
                "sha1",
            ],
            &[
                "-legacy",
                "-keypbe",
                "PBE-SHA1-RC2-128",
                "-certpbe",
                "PBE-SHA1-RC2-40",
            ],
            &[
                "-keypbe",
                "AES-128-CBC",
                "-certpbe",
                "DES-EDE3-CBC",
                "-macalg",
                "sha512",
            ],
            &["-keypbe", "NONE", "-certpbe", "NONE"],
        ] {
            let file = exported(words);
            let keys = read(&file, PASSWORD).unwrap_or_else(|why| panic!("{words:?}: {why:?}"));
            let [key] = &keys[..] else {
                panic!("one key, {words:?}")
            };
            assert_eq!(key.name.as_deref(), Some("Ada's key"));
            assert_eq!(key.pkcs8[0], 0x30);
            let certificate = key.certificate.as_ref().unwrap();
            signature::Certificate::from_der(certificate).unwrap();
            assert_eq!(read(&file, "another").err(), Some(Refusal::WrongPassword));
        }
    }

    #[test]
    fn hostile_files_are_refused_without_a_panic() {
        let file = exported(&[]);
        for at in 0..file.len() {
            let _ = read(&file[..at], PASSWORD);
        }
        for at in (0..file.len()).step_by(7) {
            let mut flipped = file.clone();
            flipped[at] ^= 0x41;
            let _ = read(&flipped, PASSWORD);
        }
        assert!(matches!(read(b"", PASSWORD), Err(Refusal::Unreadable(_))));
    }
}
