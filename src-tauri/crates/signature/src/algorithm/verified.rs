//! What was verified a moment ago, so that the same is not calculated twice.
//!
//! A value is verified before it leaves and again when its file is read back, and every file of a
//! batch has the same certificates. Verification is a function of its inputs alone: equal ones are
//! told by a digest over all of them, and only success is remembered.

use std::cell::{Cell, RefCell};

use sha2::{Digest as _, Sha256};

use super::SignatureAlgorithm;

/// How many are remembered: the signature, and more certificates than a path of ours has.
const REMEMBERED: usize = 8;

thread_local! {
    /// The newest first.
    static VERIFIED: RefCell<Vec<[u8; 32]>> = const { RefCell::new(Vec::new()) };
}

thread_local! {
    /// How many signatures this thread has calculated.
    static CALCULATED: Cell<u64> = const { Cell::new(0) };
}

/// Counts one calculation.
pub(super) fn count() {
    CALCULATED.set(CALCULATED.get().saturating_add(1));
}

/// How many signatures this thread has calculated so far: what work is measured by, for the time it
/// takes is another on every machine.
pub(crate) fn calculated() -> u64 {
    CALCULATED.get()
}

/// The inputs of one verification.
pub(super) struct Inputs([u8; 32]);

impl Inputs {
    pub(super) fn of(
        spki: &[u8],
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        raw: &[u8],
    ) -> Self {
        let mut inputs = Sha256::new();
        for part in [spki, format!("{algorithm:?}").as_bytes(), digest, raw] {
            inputs.update((part.len() as u64).to_be_bytes());
            inputs.update(part);
        }
        Self(inputs.finalize().into())
    }

    /// Verifies unless this thread has just done so.
    pub(super) fn once<E>(self, verify: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let known = VERIFIED.with_borrow(|verified| verified.contains(&self.0));
        if !known {
            verify()?;
        }
        VERIFIED.with_borrow_mut(|verified| {
            verified.retain(|other| *other != self.0);
            verified.insert(0, self.0);
            verified.truncate(REMEMBERED);
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::DigestAlgorithm;

    fn inputs(digest: u8, raw: u8) -> Inputs {
        let algorithm = SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256);
        Inputs::of(b"key", algorithm, &[digest; 32], &[raw; 64])
    }

    #[test]
    fn what_was_verified_is_not_calculated_again_and_what_was_refused_is() {
        assert_eq!(inputs(1, 1).once(|| Ok::<_, ()>(())), Ok(()));
        assert_eq!(inputs(1, 1).once(|| Err(())), Ok(()), "it is known");
        assert_eq!(inputs(1, 2).once(|| Err(())), Err(()), "another value");
        assert_eq!(inputs(2, 1).once(|| Err(())), Err(()), "another digest");
        assert_eq!(inputs(1, 2).once(|| Err(())), Err(()), "still refused");
    }

    #[test]
    fn only_the_last_few_are_remembered() {
        for digest in 0..=8 {
            assert_eq!(inputs(digest, 7).once(|| Ok::<_, ()>(())), Ok(()));
        }
        assert_eq!(inputs(0, 7).once(|| Err(())), Err(()), "forgotten");
        assert_eq!(inputs(8, 7).once(|| Err(())), Ok(()));
    }
}
