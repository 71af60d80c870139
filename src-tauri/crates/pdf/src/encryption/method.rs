//! Crypt filter methods (ISO 32000-2 §7.6.3, table 25): how one string or stream is encrypted.

use aes::cipher::block_padding::{NoPadding, Pkcs7};
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use aes::{Aes128, Aes256};
use lopdf::ObjectId;
use md5::{Digest, Md5};
use zeroize::{Zeroize, Zeroizing};

use super::key::FileKey;

/// Size of an AES block, and so of an initialization vector.
pub(super) const BLOCK: usize = 16;

/// How strings or streams are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// Not at all: the crypt filter `Identity`.
    Identity,
    /// RC4 with a key of its own for each object.
    Rc4,
    /// `AESV2`: AES-128 in CBC mode with a key of its own for each object.
    AesV2,
    /// `AESV3`: AES-256 in CBC mode with the file's key.
    AesV3,
}

impl Method {
    /// Decrypts; `None` for what cannot have been encrypted so.
    pub(super) fn decrypt(self, key: &FileKey, id: ObjectId, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut content = self.decrypt_padded(key, id, bytes)?;
        if self.pads() {
            // §7.6.3.1: 1 to 16 bytes of that value. Of what is padded otherwise nothing is cut.
            let pad = usize::from(content.last().copied().unwrap_or(0));
            let length = content.len().checked_sub(pad);
            if let Some(length) = length.filter(|_| (1..=BLOCK).contains(&pad)) {
                content.truncate(length);
            }
        }
        Some(content)
    }

    /// Whether every reader decrypts this to the same: nothing, or whole blocks with their padding.
    pub(super) fn is_sound(self, key: &FileKey, id: ObjectId, bytes: &[u8]) -> bool {
        if bytes.is_empty() || !self.pads() {
            return true;
        }
        let Some(content) = self.decrypt_padded(key, id, bytes) else {
            return false;
        };
        let pad = content.last().copied().unwrap_or(0);
        let start = content.len().checked_sub(usize::from(pad));
        let padding = start.and_then(|start| content.get(start..));
        (1..=BLOCK).contains(&usize::from(pad))
            && padding.is_some_and(|padding| padding.iter().all(|byte| *byte == pad))
    }

    fn pads(self) -> bool {
        matches!(self, Self::AesV2 | Self::AesV3)
    }

    /// Decrypts and leaves the padding where it is.
    fn decrypt_padded(self, key: &FileKey, id: ObjectId, bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Identity => Some(bytes.to_vec()),
            Self::Rc4 => Some(rc4(&object_key(key, id, b""), bytes)),
            Self::AesV2 | Self::AesV3 => {
                let (iv, content) = bytes.split_at_checked(BLOCK)?;
                if content.len() % BLOCK != 0 {
                    return None;
                }
                let mut content = content.to_vec();
                match self {
                    Self::AesV2 => {
                        let key = object_key(key, id, b"sAlT");
                        let cipher = cbc::Decryptor::<Aes128>::new_from_slices(&key, iv).ok()?;
                        cipher.decrypt_padded::<NoPadding>(&mut content).ok()?;
                    }
                    _ => aes256_decrypt(key.expose(), iv, &mut content)?,
                }
                Some(content)
            }
        }
    }

    /// Encrypts; with AES, `iv` comes first.
    pub(super) fn encrypt(
        self,
        key: &FileKey,
        id: ObjectId,
        iv: [u8; BLOCK],
        bytes: &[u8],
    ) -> Vec<u8> {
        const FITS: &str = "key and vector have the length of the method";
        let mut out = iv.to_vec();
        out.extend_from_slice(bytes);
        // Room for a whole block of padding where the content fills its last one.
        out.resize(bytes.len() + 2 * BLOCK, 0);
        let content = out.get_mut(BLOCK..).expect("the vector comes first");
        let length = match self {
            Self::Identity => return bytes.to_vec(),
            Self::Rc4 => return rc4(&object_key(key, id, b""), bytes),
            Self::AesV2 => {
                let key = object_key(key, id, b"sAlT");
                let cipher = cbc::Encryptor::<Aes128>::new_from_slices(&key, &iv).expect(FITS);
                cipher.encrypt_padded::<Pkcs7>(content, bytes.len())
            }
            Self::AesV3 => {
                let cipher = cbc::Encryptor::<Aes256>::new_from_slices(key.expose(), &iv);
                cipher
                    .expect(FITS)
                    .encrypt_padded::<Pkcs7>(content, bytes.len())
            }
        };
        let length = length.expect("there is room for the padding").len();
        out.truncate(BLOCK + length);
        out
    }
}

/// Decrypts whole blocks in place.
pub(super) fn aes256_decrypt(key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Option<()> {
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(key, iv).ok()?;
    cipher.decrypt_padded::<NoPadding>(blocks).ok()?;
    Some(())
}

/// Encrypts whole blocks in place.
pub(super) fn aes128_encrypt(key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Option<()> {
    let length = blocks.len();
    let cipher = cbc::Encryptor::<Aes128>::new_from_slices(key, iv).ok()?;
    cipher.encrypt_padded::<NoPadding>(blocks, length).ok()?;
    Some(())
}

/// The key of one object (§7.6.3.2, algorithm 1, steps a to c).
fn object_key(key: &FileKey, (number, generation): ObjectId, salt: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut digest = Md5::new();
    digest.update(key.expose());
    digest.update(number.to_le_bytes().get(..3).unwrap_or_default());
    digest.update(generation.to_le_bytes());
    digest.update(salt);
    let mut digest: [u8; 16] = digest.finalize().into();
    let length = (key.expose().len() + 5).min(digest.len());
    let own = digest.get(..length).unwrap_or_default().to_vec();
    digest.zeroize();
    Zeroizing::new(own)
}

/// RC4, which is its own inverse.
///
/// Ours, since the crates that have it are of another generation than the rest.
pub(super) fn rc4(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|index| index.to_le_bytes()[0]);
    let mut other = 0u8;
    for (index, key) in (0..256).zip(key.iter().cycle()) {
        other = other.wrapping_add(state[index]).wrapping_add(*key);
        state.swap(index, usize::from(other));
    }
    let (mut one, mut other) = (0u8, 0u8);
    let mut stream = |byte: &u8| {
        one = one.wrapping_add(1);
        other = other.wrapping_add(state[usize::from(one)]);
        state.swap(usize::from(one), usize::from(other));
        let sum = state[usize::from(one)].wrapping_add(state[usize::from(other)]);
        byte ^ state[usize::from(sum)]
    };
    let out = bytes.iter().map(&mut stream).collect();
    state.zeroize();
    out
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::text::hexadecimal;

    /// Wikipedia's and RFC 6229's first values.
    #[test]
    fn rc4_gives_the_known_stream() {
        assert_eq!(
            hexadecimal(&rc4(b"Key", b"Plaintext")),
            "bbf316e8d940af0ad3"
        );
        assert_eq!(
            hexadecimal(&rc4(&[1, 2, 3, 4, 5], &[0; 16])),
            "b2396305f03dc027ccc3524a0a1118a8"
        );
    }

    #[test]
    fn what_was_encrypted_is_decrypted() {
        for (method, length) in [
            (Method::Identity, 16),
            (Method::Rc4, 5),
            (Method::Rc4, 16),
            (Method::AesV2, 16),
            (Method::AesV3, 32),
        ] {
            let key = FileKey::new(vec![7; length]);
            for size in [0, 1, 15, 16, 17, 300] {
                let bytes = vec![0x5A; size];
                let secret = method.encrypt(&key, (70_000, 3), [9; BLOCK], &bytes);
                let plain = method.decrypt(&key, (70_000, 3), &secret).unwrap();
                assert_eq!(plain, bytes, "{method:?} {size}");
                let aes = matches!(method, Method::AesV2 | Method::AesV3);
                let expected = if aes { 16 * (size / 16 + 2) } else { size };
                assert_eq!(secret.len(), expected, "{method:?} {size}");
            }
        }
    }

    #[test]
    fn what_is_no_ciphertext_is_none() {
        let key = FileKey::new(vec![7; 32]);
        for size in [0, 15, 17, 40] {
            let plain = Method::AesV3.decrypt(&key, (1, 0), &vec![1; size]);
            assert!(plain.is_none(), "{size}");
        }
    }
}
