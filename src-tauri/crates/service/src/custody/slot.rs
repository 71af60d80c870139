//! Slots: each opens the outer key for who knows one secret, with the token's help.

use argon2::{Algorithm, Argon2, Params, Version};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::cbor::{Infallible, Reader, splice, versioned};
use super::record::labelled;
use super::secret::Normal;
use super::{Error, Identity, OuterKey, random, seal};

/// Cost of Argon2id as policy writes it into new slots (RFC 9106 §4, memory-constrained choice).
const COST: Cost = Cost {
    memory_kib: 46 * 1024,
    passes: 1,
    lanes: 1,
};
/// Beyond this no row is believed: 256 MiB, 10 passes, 4 lanes.
const CEILING: Cost = Cost {
    memory_kib: 256 * 1024,
    passes: 10,
    lanes: 4,
};

/// Longest key label a slot may name.
const LONGEST_LABEL: usize = 64;

/// What a slot is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotKind {
    /// The person's own secret.
    Passphrase,
    /// A one-time activation code.
    Activation,
}

impl SlotKind {
    fn word(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Activation => "activation",
        }
    }
}

/// Parameters of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    fn within(self, ceiling: Self) -> bool {
        self.memory_kib <= ceiling.memory_kib
            && self.passes <= ceiling.passes
            && self.lanes <= ceiling.lanes
    }
}

/// Everything about a slot that is not secret; bound into the HMAC and the box.
///
/// `CBOR[1, slot id, kind, pepper, [KiB, passes, lanes], salt, expires, seal check]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotHead {
    id: [u8; 16],
    kind: SlotKind,
    pepper: String,
    cost: Cost,
    salt: [u8; 16],
    expires: i64,
    /// `SHA-256("chancery seal v1" ‖ outer key)`: ties the slot to one seal.
    seal: [u8; 32],
}

impl SlotHead {
    fn to_bytes(&self) -> Vec<u8> {
        let mut writer = versioned(7);
        writer
            .bytes(&self.id)
            .sure()
            .str(self.kind.word())
            .sure()
            .str(&self.pepper)
            .sure();
        writer.array(3).sure().u32(self.cost.memory_kib).sure();
        writer
            .u32(self.cost.passes)
            .sure()
            .u32(self.cost.lanes)
            .sure();
        writer
            .bytes(&self.salt)
            .sure()
            .i64(self.expires)
            .sure()
            .bytes(&self.seal)
            .sure();
        writer.into_writer()
    }

    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new("a slot head", bytes);
        reader.versioned(7)?;
        let id = reader.fixed()?;
        let kind = match reader.text()? {
            "passphrase" => SlotKind::Passphrase,
            "activation" => SlotKind::Activation,
            other => return Err(reader.malformed(format_args!("kind {other:?} is not known"))),
        };
        let pepper = reader.text()?;
        if pepper.len() > LONGEST_LABEL {
            return Err(reader.malformed("the pepper's label is too long"));
        }
        reader.array(3)?;
        let cost = Cost {
            memory_kib: reader.small()?,
            passes: reader.small()?,
            lanes: reader.small()?,
        };
        let head = Self {
            id,
            kind,
            pepper: pepper.to_owned(),
            cost,
            salt: reader.fixed()?,
            expires: reader.time()?,
            seal: reader.fixed()?,
        };
        reader.end()?;
        // Before anything is computed: a row must not be able to order a gigabyte.
        if !head.cost.within(CEILING) {
            let Cost {
                memory_kib,
                passes,
                lanes,
            } = head.cost;
            return Err(Error::CostTooHigh {
                memory_kib,
                passes,
                lanes,
            });
        }
        Ok(head)
    }

    fn stretch(&self, secret: &Normal) -> Result<Zeroizing<[u8; 32]>, Error> {
        let malformed = |why: argon2::Error| Error::Malformed {
            what: "a slot head",
            why: why.to_string(),
        };
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(malformed)?;
        let mut out = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(secret.expose(), &self.salt, out.as_mut_slice())
            .map_err(malformed)?;
        Ok(out)
    }
}

/// A slot as stored: `CBOR[1, head, check, box or null]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    head: SlotHead,
    check: [u8; 32],
    /// The outer key under this slot's key; gone once an activation code is used.
    outer: Option<Vec<u8>>,
}

/// The message the token's HMAC is asked for, with the stretched secret in it: wiped on drop.
pub type HmacInput = Zeroizing<Vec<u8>>;

/// What the token's HMAC answers: wiped on drop.
pub type HmacOutput = Zeroizing<[u8; 32]>;

/// A secret stretched for one slot: the costly part, done before a try is counted.
///
/// Hand [`Attempt::hmac_input`] to the token and what it answers to [`Attempt::judge`].
pub struct Attempt<'s> {
    slot: &'s Slot,
    input: HmacInput,
}

/// What a slot said to a secret.
#[derive(Debug)]
pub enum Verdict {
    /// The secret is right and here is the outer key.
    Opened(OuterKey),
    /// It is not the slot's secret.
    Wrong,
    /// The code is right and was used before.
    Used,
    /// The code is right and its time is over.
    Lapsed,
}

impl Slot {
    /// What the slot is opened with.
    #[must_use]
    pub fn kind(&self) -> SlotKind {
        self.head.kind
    }

    /// Label of the pepper that the HMAC must be computed with.
    #[must_use]
    pub fn pepper(&self) -> &str {
        &self.head.pepper
    }

    /// Stretches `secret` for this slot; about 50 ms and 46 MiB.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the row's parameters are not Argon2id's.
    pub fn attempt(&self, identity: &Identity, secret: &Normal) -> Result<Attempt<'_>, Error> {
        let input = hmac_input(&self.head, identity, &*self.head.stretch(secret)?);
        Ok(Attempt { slot: self, input })
    }

    /// Returns the slot as it stays after its code was used: head and check without the box, so
    /// that only who has the code is told that it was used.
    #[must_use]
    pub fn used_up(&self) -> Self {
        Self {
            outer: None,
            ..self.clone()
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut writer = versioned(3);
        splice(&mut writer, &self.head.to_bytes());
        writer.bytes(&self.check).sure();
        match &self.outer {
            Some(outer) => writer.bytes(outer).sure(),
            None => writer.null().sure(),
        };
        writer.into_writer()
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.versioned(3)?;
        let head = SlotHead::read(reader.raw()?)?;
        let check = reader.fixed()?;
        let outer = reader.optional_bytes()?.map(<[u8]>::to_vec);
        Ok(Self { head, check, outer })
    }
}

/// A slot in the making: the secret is stretched, the token's HMAC still to be asked.
pub struct NewSlot<'k> {
    head: SlotHead,
    outer: &'k OuterKey,
    input: HmacInput,
}

impl<'k> NewSlot<'k> {
    /// Starts a slot that opens `outer` with `secret`.
    ///
    /// `pepper` is the label of the HMAC key in the token; `expires` Unix seconds, 0 for never.
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn begin(
        kind: SlotKind,
        pepper: &str,
        expires: i64,
        outer: &'k OuterKey,
        identity: &Identity,
        secret: &Normal,
    ) -> Result<Self, Error> {
        let mut id = [0; 16];
        let mut salt = [0; 16];
        random(&mut id)?;
        random(&mut salt)?;
        let seal = seal_check(outer);
        let head = SlotHead {
            id,
            kind,
            pepper: pepper.to_owned(),
            cost: COST,
            salt,
            expires,
            seal,
        };
        let input = hmac_input(&head, identity, &*head.stretch(secret)?);
        Ok(Self { head, outer, input })
    }

    /// What the token's HMAC is asked for.
    #[must_use]
    pub fn hmac_input(&self) -> &[u8] {
        &self.input
    }

    /// Finishes the slot with the token's answer.
    #[must_use]
    pub fn complete(self, hmac: &HmacOutput) -> Slot {
        let (key, check) = expand(hmac);
        let outer = seal::encrypt(&key, &self.head.to_bytes(), self.outer.expose());
        Slot {
            head: self.head,
            check,
            outer: Some(outer),
        }
    }
}

impl Attempt<'_> {
    /// What the token's HMAC is asked for.
    #[must_use]
    pub fn hmac_input(&self) -> &[u8] {
        &self.input
    }

    /// Judges the token's answer at `now` (Unix seconds).
    ///
    /// The check value is compared first and in constant time: if it differs, the secret is wrong;
    /// if it matches and the box does not open, the record is damaged.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn judge(&self, hmac: &HmacOutput, now: i64) -> Result<Verdict, Error> {
        let (key, check) = expand(hmac);
        if !bool::from(check.ct_eq(&self.slot.check)) {
            return Ok(Verdict::Wrong);
        }
        let head = &self.slot.head;
        let Some(outer) = &self.slot.outer else {
            return Ok(Verdict::Used);
        };
        if head.expires != 0 && head.expires <= now {
            return Ok(Verdict::Lapsed);
        }
        let damaged = || Error::Damaged { what: "a slot" };
        let opened = seal::decrypt(&key, &head.to_bytes(), outer).ok_or_else(damaged)?;
        let outer = OuterKey(opened.as_slice().try_into().map_err(|_| damaged())?);
        if seal_check(&outer) == head.seal {
            Ok(Verdict::Opened(outer))
        } else {
            Err(damaged())
        }
    }
}

/// `SHA-256("chancery slot v1" ‖ 0 ‖ head) ‖ SHA-256(identity) ‖ Argon2id(secret)`.
fn hmac_input(head: &SlotHead, identity: &Identity, stretched: &[u8; 32]) -> HmacInput {
    let mut input = Zeroizing::new(Vec::with_capacity(96));
    input.extend_from_slice(&Sha256::digest(labelled(
        b"chancery slot v1",
        &head.to_bytes(),
    )));
    input.extend_from_slice(&identity.digest());
    input.extend_from_slice(stretched);
    input
}

/// The slot's key and its check value, from the HMAC (HKDF, RFC 5869).
fn expand(hmac: &HmacOutput) -> (Zeroizing<[u8; 32]>, [u8; 32]) {
    let mut okm = Zeroizing::new([0; 64]);
    Hkdf::<Sha256>::new(None, hmac.as_slice())
        .expand(b"chancery slot v1", okm.as_mut_slice())
        .expect("64 bytes are within what HKDF-SHA-256 gives");
    let (mut key, mut check) = (Zeroizing::new([0; 32]), [0; 32]);
    key.copy_from_slice(&okm[..32]);
    check.copy_from_slice(&okm[32..]);
    (key, check)
}

fn seal_check(outer: &OuterKey) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(b"chancery seal v1");
    digest.update(outer.expose());
    digest.finalize().into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use hmac::{Hmac, Mac};

    use super::*;
    use crate::wire;

    /// The HMAC the token would compute.
    fn token(pepper: u8, input: &[u8]) -> HmacOutput {
        let mut mac = Hmac::<Sha256>::new_from_slice(&[pepper; 32]).unwrap();
        mac.update(input);
        Zeroizing::new(mac.finalize().into_bytes().into())
    }

    fn secret(text: &str) -> Normal {
        Normal::of(&wire::Secret::new(text.to_owned()))
    }

    fn identity() -> Identity {
        Identity::of_issuing_pin(&[1; 16], &[2; 16], 1)
    }

    fn slot(outer: &OuterKey, expires: i64) -> Slot {
        let new = NewSlot::begin(
            SlotKind::Passphrase,
            "pepper-1",
            expires,
            outer,
            &identity(),
            &secret("correct horse"),
        )
        .unwrap();
        let hmac = token(1, new.hmac_input());
        new.complete(&hmac)
    }

    fn judge(slot: &Slot, identity: &Identity, text: &str, pepper: u8) -> Result<Verdict, Error> {
        let attempt = slot.attempt(identity, &secret(text)).unwrap();
        let hmac = token(pepper, attempt.hmac_input());
        attempt.judge(&hmac, 1000)
    }

    #[test]
    fn the_right_secret_opens_the_outer_key() {
        let outer = OuterKey::generate().unwrap();
        let slot = slot(&outer, 0);
        let Verdict::Opened(opened) = judge(&slot, &identity(), "correct horse", 1).unwrap() else {
            panic!("it did not open");
        };
        assert_eq!(opened.expose(), outer.expose());
    }

    #[test]
    fn another_secret_another_token_or_another_person_is_wrong_and_not_damage() {
        let slot = slot(&OuterKey::generate().unwrap(), 0);
        let bob = Identity::of_issuing_pin(&[1; 16], &[3; 16], 1);
        assert!(matches!(
            judge(&slot, &identity(), "correct horsf", 1),
            Ok(Verdict::Wrong)
        ));
        assert!(matches!(
            judge(&slot, &identity(), "correct horse", 2),
            Ok(Verdict::Wrong)
        ));
        assert!(matches!(
            judge(&slot, &bob, "correct horse", 1),
            Ok(Verdict::Wrong)
        ));
    }

    #[test]
    fn a_damaged_box_is_told_from_a_wrong_secret() {
        let mut slot = slot(&OuterKey::generate().unwrap(), 0);
        slot.outer.as_mut().unwrap()[5] ^= 1;
        assert!(matches!(
            judge(&slot, &identity(), "correct horse", 1),
            Err(Error::Damaged { .. })
        ));
        assert!(matches!(
            judge(&slot, &identity(), "wrong secret", 1),
            Ok(Verdict::Wrong)
        ));
    }

    #[test]
    fn used_and_lapsed_are_told_only_to_who_has_the_code() {
        let outer = OuterKey::generate().unwrap();
        let used = slot(&outer, 0).used_up();
        assert!(matches!(
            judge(&used, &identity(), "correct horse", 1),
            Ok(Verdict::Used)
        ));
        assert!(matches!(
            judge(&used, &identity(), "another horse", 1),
            Ok(Verdict::Wrong)
        ));
        let lapsed = slot(&outer, 999);
        assert!(matches!(
            judge(&lapsed, &identity(), "correct horse", 1),
            Ok(Verdict::Lapsed)
        ));
        assert!(matches!(
            judge(&lapsed, &identity(), "another horse", 1),
            Ok(Verdict::Wrong)
        ));
    }

    #[test]
    fn a_slot_is_read_back_as_it_was_written() {
        for slot in [
            slot(&OuterKey::generate().unwrap(), 77),
            slot(&OuterKey::generate().unwrap(), 0).used_up(),
        ] {
            let bytes = slot.to_bytes();
            let mut reader = Reader::new("a slot", &bytes);
            assert_eq!(Slot::decode(&mut reader).unwrap(), slot);
            reader.end().unwrap();
        }
    }

    #[test]
    fn a_row_that_asks_for_four_gigabytes_is_refused_before_anything_runs() {
        let mut slot = slot(&OuterKey::generate().unwrap(), 0);
        slot.head.cost.memory_kib = 4 * 1024 * 1024;
        let bytes = slot.to_bytes();
        let read = Slot::decode(&mut Reader::new("a slot", &bytes));
        assert!(matches!(read, Err(Error::CostTooHigh { .. })));
    }

    #[test]
    fn no_truncated_slot_is_read() {
        let bytes = slot(&OuterKey::generate().unwrap(), 0).to_bytes();
        for length in 0..bytes.len() {
            assert!(Slot::decode(&mut Reader::new("a slot", &bytes[..length])).is_err());
        }
    }
}
