//! The file encryption key, and how a password leads to it (ISO 32000-2 §7.6.4.3, §7.6.4.4).

use std::fmt;

use md5::{Digest as _, Md5};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::dictionary::Entries;
use super::method::{BLOCK, aes128_encrypt, aes256_decrypt, rc4};
use super::permission::Access;

/// What a short password is filled up with (§7.6.4.3.2, algorithm 2, step a).
const PADDING: [u8; 32] = *b"\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\
                             \x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A";

/// The file encryption key: whoever has it reads the document. Wiped on drop, never printed.
pub(crate) struct FileKey(Zeroizing<Vec<u8>>);

impl FileKey {
    #[cfg(test)]
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(..)")
    }
}

/// Tries a password as `access`; `None` if it is not that one.
pub(super) fn unlock(
    entries: &Entries,
    id: &[u8],
    access: Access,
    password: &[u8],
) -> Option<FileKey> {
    if entries.revision >= 5 {
        return unlock_aes256(entries, access, password);
    }
    entries.key_lengths.iter().find_map(|length| match access {
        Access::User => unlock_as_user(entries, id, *length, password),
        Access::Owner => {
            let user = user_password(entries, *length, password);
            unlock_as_user(entries, id, *length, &user)
        }
    })
}

/// Algorithm 6: the password is the user's if it gives the stored value.
fn unlock_as_user(entries: &Entries, id: &[u8], length: usize, password: &[u8]) -> Option<FileKey> {
    let key = legacy_key(entries, id, length, password);
    let stored = entries.user.as_slice();
    let authentic = if entries.revision == 2 {
        // Algorithm 4.
        stored.get(..32) == Some(rc4(key.expose(), &PADDING).as_slice())
    } else {
        // Algorithm 5; of the 32 bytes the second half is arbitrary.
        let mut digest = Md5::new();
        digest.update(PADDING);
        digest.update(id);
        let mut value = digest.finalize().to_vec();
        for round in 0..20u8 {
            value = rc4(&turned(key.expose(), round), &value);
        }
        stored.get(..16) == Some(value.as_slice())
    };
    authentic.then_some(key)
}

/// Algorithm 2: the file encryption key up to revision 4.
fn legacy_key(entries: &Entries, id: &[u8], length: usize, password: &[u8]) -> FileKey {
    let mut digest = Md5::new();
    digest.update(padded(password).as_slice());
    digest.update(entries.owner.get(..32).unwrap_or_default());
    digest.update(entries.permissions.to_le_bytes());
    digest.update(id);
    if entries.revision >= 4 && !entries.encrypts_metadata {
        digest.update([0xFF; 4]);
    }
    let mut key = Zeroizing::new(digest.finalize().to_vec());
    if entries.revision >= 3 {
        for _ in 0..50 {
            key = Zeroizing::new(Md5::digest(key.get(..length).unwrap_or_default()).to_vec());
        }
    }
    key.truncate(length);
    FileKey(key)
}

/// Algorithm 7, steps a and b: the padded user password that the owner's opens.
fn user_password(entries: &Entries, length: usize, owner: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Md5::digest(padded(owner).as_slice()).to_vec());
    if entries.revision >= 3 {
        for _ in 0..50 {
            key = Zeroizing::new(Md5::digest(key.as_slice()).to_vec());
        }
    }
    key.truncate(length);
    let mut value = Zeroizing::new(entries.owner.get(..32).unwrap_or_default().to_vec());
    let rounds = if entries.revision == 2 { 1 } else { 20u8 };
    for round in (0..rounds).rev() {
        value = Zeroizing::new(rc4(&turned(&key, round), &value));
    }
    value
}

/// Cuts a password to 32 bytes or fills it up to them.
fn padded(password: &[u8]) -> Zeroizing<Vec<u8>> {
    let all = password.iter().chain(&PADDING);
    Zeroizing::new(all.copied().take(32).collect())
}

/// Every byte of a key XORed with the number of the round.
fn turned(key: &[u8], round: u8) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(key.iter().map(|byte| byte ^ round).collect())
}

/// Algorithm 2.A: 32 bytes of hash, then 8 of salt to validate with and 8 to open the key with.
fn unlock_aes256(entries: &Entries, access: Access, password: &[u8]) -> Option<FileKey> {
    let user = entries.user.get(..48)?;
    // The owner's hashes take in what is stored for the user.
    let (stored, sealed, data) = match access {
        Access::User => (user, &entries.user_key, &[][..]),
        Access::Owner => (entries.owner.get(..48)?, &entries.owner_key, user),
    };
    let hash = |salt: &[u8]| {
        if entries.revision == 5 {
            let parts = [password, salt, data];
            Zeroizing::new(Sha256::digest(Zeroizing::new(parts.concat())).to_vec())
        } else {
            hash_revision_6(password, salt, data)
        }
    };
    if hash(stored.get(32..40)?).as_slice() != stored.get(..32)? {
        return None;
    }
    let opening = hash(stored.get(40..48)?);
    let mut key = Zeroizing::new(sealed.get(..32)?.to_vec());
    aes256_decrypt(&opening, &[0; BLOCK], &mut key)?;
    Some(FileKey(key))
}

/// Algorithm 2.B. The last byte of a round is at most 255, so it ends by round 287.
fn hash_revision_6(password: &[u8], salt: &[u8], data: &[u8]) -> Zeroizing<Vec<u8>> {
    const REPEATS: usize = 64;
    let first = Zeroizing::new([password, salt, data].concat());
    let mut key = Zeroizing::new(Sha256::digest(&*first).to_vec());
    for round in 1.. {
        let part = Zeroizing::new([password, &key, data].concat());
        let mut blocks = Zeroizing::new(part.repeat(REPEATS));
        let (cipher_key, iv) = key.split_at(BLOCK);
        aes128_encrypt(cipher_key, iv.get(..BLOCK).unwrap_or_default(), &mut blocks)
            .expect("64 repeats are whole blocks");
        // The first 16 bytes as a number modulo 3: 256 is 1 modulo 3, so their sum will do.
        let sum: u32 = blocks.iter().take(BLOCK).map(|byte| u32::from(*byte)).sum();
        key = Zeroizing::new(match sum % 3 {
            0 => Sha256::digest(&*blocks).to_vec(),
            1 => Sha384::digest(&*blocks).to_vec(),
            _ => Sha512::digest(&*blocks).to_vec(),
        });
        let last = blocks.last().copied().unwrap_or(0);
        if round >= 64 && i32::from(last) <= round - 32 {
            break;
        }
    }
    key.truncate(32);
    key
}
