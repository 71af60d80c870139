//! A half of a backup as a stream: sealed and opened in chunks, so that its size costs no memory.
//!
//! `header ‖ chunk ‖ … ‖ chunk`. The header is `"chancery backup 1\n"`, the half (one byte), the
//! organisation's id and a salt of 32 bytes. Each chunk is AES-256-GCM over at most 64 KiB with the
//! header as additional data; its nonce is the number of the chunk (11 bytes, big-endian) and whether
//! it is the last (STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, as age has it): chunks cannot be
//! cut, moved or left out. The key is `HKDF-SHA-256(salt, secret, "chancery backup v1" ‖ half)`.

use std::io::{self, Read, Write};

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::custody::secret::Normal;

const MAGIC: &[u8; 18] = b"chancery backup 1\n";
const SALT: usize = 32;
const HEADER: usize = MAGIC.len() + 1 + 16 + SALT;
/// Bytes of a chunk before it is sealed.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// Which half it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    /// Vault, log, organisation file.
    Records,
    /// Tokens and their PINs.
    Tokens,
}

impl Half {
    fn byte(self) -> u8 {
        match self {
            Self::Records => b'r',
            Self::Tokens => b't',
        }
    }
}

/// What seals and opens the chunks of one stream.
struct Chunks {
    cipher: Aes256Gcm,
    header: [u8; HEADER],
    next: u64,
}

impl Chunks {
    fn new(header: [u8; HEADER], secret: &Normal) -> Self {
        let (front, salt) = header.split_at(HEADER - SALT);
        let derivation = Hkdf::<Sha256>::new(Some(salt), secret.expose());
        let mut key = Zeroizing::new([0; 32]);
        let info = [
            b"chancery backup v1".as_slice(),
            &front[MAGIC.len()..=MAGIC.len()],
        ];
        derivation
            .expand_multi_info(&info, key.as_mut())
            .expect("32 bytes are within what HKDF-SHA-256 gives");
        Self {
            cipher: Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key.as_ref())),
            header,
            next: 0,
        }
    }

    fn nonce(&mut self, last: bool) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.next.to_be_bytes());
        nonce[11] = u8::from(last);
        self.next += 1;
        nonce
    }

    fn seal(&mut self, plain: &[u8], last: bool) -> io::Result<Vec<u8>> {
        let nonce = self.nonce(last);
        let payload = Payload {
            msg: plain,
            aad: &self.header,
        };
        self.cipher
            .encrypt(Nonce::from_slice(&nonce), payload)
            .map_err(|_| io::ErrorKind::InvalidInput.into())
    }

    fn open(&mut self, sealed: &[u8], last: bool) -> io::Result<Zeroizing<Vec<u8>>> {
        let nonce = self.nonce(last);
        let payload = Payload {
            msg: sealed,
            aad: &self.header,
        };
        self.cipher
            .decrypt(Nonce::from_slice(&nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| io::ErrorKind::InvalidData.into())
    }
}

/// Seals what is written to it.
pub(crate) struct Sealing<W> {
    chunks: Chunks,
    pending: Zeroizing<Vec<u8>>,
    inner: W,
}

impl<W: Write> Sealing<W> {
    /// Begins a stream.
    pub(crate) fn begin(
        mut inner: W,
        half: Half,
        organisation: &[u8; 16],
        secret: &Normal,
    ) -> io::Result<Self> {
        let mut header = [0; HEADER];
        let (front, salt) = header.split_at_mut(HEADER - SALT);
        front[..MAGIC.len()].copy_from_slice(MAGIC);
        front[MAGIC.len()] = half.byte();
        front[MAGIC.len() + 1..].copy_from_slice(organisation);
        getrandom::fill(salt).map_err(|error| io::Error::other(error.to_string()))?;
        inner.write_all(&header)?;
        Ok(Self {
            chunks: Chunks::new(header, secret),
            pending: Zeroizing::new(Vec::with_capacity(CHUNK)),
            inner,
        })
    }

    /// Seals the last chunk, which may be empty, and gives back what was written to.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let sealed = self.chunks.seal(&self.pending, true)?;
        self.inner.write_all(&sealed)?;
        self.inner.flush()?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.len() == CHUNK {
            let sealed = self.chunks.seal(&self.pending, false)?;
            self.inner.write_all(&sealed)?;
            self.pending.clear();
        }
        let taken = bytes.len().min(CHUNK - self.pending.len());
        self.pending.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // a chunk is sealed when it is full
    }
}

/// Opens what was sealed. What does not authenticate is [`io::ErrorKind::InvalidData`].
pub(crate) struct Opening<R> {
    chunks: Chunks,
    plain: Zeroizing<Vec<u8>>,
    read: usize,
    /// The sealed chunk that comes next; whether it is the last is known once the one after it is
    /// looked for.
    ahead: Vec<u8>,
    ended: bool,
    inner: R,
}

impl<R: Read> Opening<R> {
    /// Begins to open a stream.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if it is no such half of this organisation.
    pub(crate) fn begin(
        mut inner: R,
        half: Half,
        organisation: &[u8; 16],
        secret: &Normal,
    ) -> io::Result<Self> {
        let mut header = [0; HEADER];
        inner.read_exact(&mut header)?;
        let front = [MAGIC.as_slice(), &[half.byte()], organisation].concat();
        if header[..HEADER - SALT] != front {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut opening = Self {
            chunks: Chunks::new(header, secret),
            plain: Zeroizing::new(Vec::new()),
            read: 0,
            ahead: Vec::new(),
            ended: false,
            inner,
        };
        opening.ahead = opening.sealed_chunk()?;
        opening.open_next()?;
        Ok(opening)
    }

    fn sealed_chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut chunk = Vec::with_capacity(CHUNK + TAG);
        let most = (CHUNK + TAG) as u64;
        (&mut self.inner).take(most).read_to_end(&mut chunk)?;
        Ok(chunk)
    }

    fn open_next(&mut self) -> io::Result<()> {
        let after = self.sealed_chunk()?;
        let last = after.is_empty();
        let chunk = std::mem::replace(&mut self.ahead, after);
        self.plain = self.chunks.open(&chunk, last)?;
        self.read = 0;
        self.ended = last;
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.read == self.plain.len() && !self.ended {
            self.open_next()?;
        }
        let taken = bytes.len().min(self.plain.len() - self.read);
        bytes[..taken].copy_from_slice(&self.plain[self.read..self.read + taken]);
        self.read += taken;
        Ok(taken)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::custody::ActivationCode;

    const WHOSE: [u8; 16] = [7; 16];

    fn secret() -> Normal {
        ActivationCode::generate().unwrap().normal()
    }

    fn sealed(content: &[u8], secret: &Normal) -> Vec<u8> {
        let mut sealing = Sealing::begin(Vec::new(), Half::Records, &WHOSE, secret).unwrap();
        sealing.write_all(content).unwrap();
        sealing.finish().unwrap()
    }

    fn opened(sealed: &[u8], secret: &Normal) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        Opening::begin(sealed, Half::Records, &WHOSE, secret)?.read_to_end(&mut content)?;
        Ok(content)
    }

    #[test]
    fn what_was_sealed_comes_back_whatever_its_length() {
        let secret = secret();
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let sealed = sealed(&content, &secret);
            assert_eq!(opened(&sealed, &secret).unwrap(), content, "{length} bytes");
        }
    }

    #[test]
    fn chunks_cannot_be_cut_moved_or_edited() {
        let secret = secret();
        let whole = sealed(&vec![1; 3 * CHUNK], &secret);
        let chunk = CHUNK + TAG;
        let mut moved = whole.clone();
        moved[HEADER..HEADER + 2 * chunk].rotate_left(chunk);
        let mut left_out = whole.clone();
        left_out.drain(HEADER..HEADER + chunk);
        let mut longer = whole.clone();
        longer.push(0);
        let mut flipped = whole.clone();
        flipped[HEADER + chunk + 9] ^= 1;
        let broken = [
            whole[..whole.len() - 1].to_vec(),
            whole[..HEADER + chunk].to_vec(),
            whole[..HEADER].to_vec(),
            moved,
            left_out,
            longer,
            flipped,
        ];
        for (case, broken) in broken.iter().enumerate() {
            assert!(opened(broken, &secret).is_err(), "case {case}");
        }
    }

    #[test]
    fn another_secret_half_or_organisation_opens_nothing() {
        let secret = secret();
        let whole = sealed(b"content", &secret);
        assert!(opened(&whole, &self::secret()).is_err());
        assert!(Opening::begin(&*whole, Half::Tokens, &WHOSE, &secret).is_err());
        assert!(Opening::begin(&*whole, Half::Records, &[8; 16], &secret).is_err());
        let mut other = whole.clone();
        other[MAGIC.len()] = Half::Tokens.byte();
        assert!(Opening::begin(&*other, Half::Tokens, &WHOSE, &secret).is_err());
    }
}
