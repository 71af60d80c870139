use aes_kw::KekAes256;
use cryptoki::{mechanism::Mechanism, object::ObjectHandle, session::Session};
use cryptoki_sys::{CKF_UNWRAP, CKF_WRAP, CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD};
use zeroize::Zeroizing;

use super::{Login, lock};
use crate::{
    Error, Result, SignerAlgorithm, ToBeSigned, Verified, WrapMechanism, WrappedKey,
    raw::{self, Parameter},
    secret::SecretBytes,
    template,
};

impl Login {
    /// Finds the mechanism keys are wrapped with, by trying it on throw-away keys: KWP, else
    /// KEY_WRAP_PAD, else none.
    pub(crate) fn wrap_mechanism(&self) -> Result<WrapMechanism> {
        if let Some(found) = *lock(&self.wrap_mechanism) {
            return Ok(found);
        }
        let listed = self.module.raw.mechanisms(self.slot)?;
        for number in [CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD] {
            if !listed.contains(&number) {
                continue;
            }
            let info = self.module.raw.mechanism_info(self.slot, number)?;
            if !info.does(CKF_WRAP | CKF_UNWRAP) {
                continue;
            }
            let tried = match number {
                CKM_AES_KEY_WRAP_KWP => self.try_kwp(),
                _ => self.try_pad(),
            };
            match tried {
                Ok(mechanism) => {
                    *lock(&self.wrap_mechanism) = Some(mechanism);
                    return Ok(mechanism);
                }
                // The token lists what it does not do; the next mechanism may do.
                Err(
                    Error::Unexpected { .. }
                    | Error::WrappedKeyRefused { .. }
                    | Error::SessionKeyWeaker { .. }
                    | Error::NoWrapMechanism,
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::NoWrapMechanism)
    }

    /// CKM_AES_KEY_WRAP_KWP is RFC 5649 by definition (PKCS#11 v3.1 §6.13.3); whether it works is
    /// tried.
    fn try_kwp(&self) -> Result<WrapMechanism> {
        let session = self.session()?;
        let number = raw::mechanism_type(CKM_AES_KEY_WRAP_KWP);
        let template = template::throw_away_wrapping_key(number, None);
        let wrapping = session.generate_key(&Mechanism::AesKeyGen, template.attributes())?;
        self.round_trip(&session, CKM_AES_KEY_WRAP_KWP, wrapping, |_| {
            Ok(WrapMechanism::Kwp)
        })
    }

    /// CKM_AES_KEY_WRAP_PAD has two readings. A throw-away key whose value is known here opens
    /// what the token made, and shows which one it is.
    fn try_pad(&self) -> Result<WrapMechanism> {
        let mut value = Zeroizing::new([0; 32]);
        getrandom::fill(value.as_mut()).map_err(|_| Error::NoRandomBytes)?;
        let session = self.session()?;
        let number = raw::mechanism_type(CKM_AES_KEY_WRAP_PAD);
        let template = template::throw_away_wrapping_key(number, Some(&value));
        let wrapping = session.create_object(template.attributes())?;
        self.round_trip(&session, CKM_AES_KEY_WRAP_PAD, wrapping, |blob| {
            reading(&value, blob).ok_or(Error::NoWrapMechanism)
        })
    }

    /// Wraps a throw-away key, asks what the blob is, unwraps it, signs and verifies.
    fn round_trip(
        &self,
        session: &Session,
        number: u64,
        wrapping: ObjectHandle,
        identify: impl FnOnce(&[u8]) -> Result<WrapMechanism>,
    ) -> Result<WrapMechanism> {
        const ALGORITHM: SignerAlgorithm = SignerAlgorithm::EcdsaP256;

        let (key, spki) = self.newborn(session, ALGORITHM)?;
        let raw = &self.module.raw;
        let blob = raw.wrap(session, number, Parameter::None, wrapping, key)?;
        let mechanism = identify(&blob)?;
        let wrapped = WrappedKey::new(mechanism, SecretBytes::new(blob));
        session.destroy_object(key)?;

        let unwrapped = self.unwrapped(session, wrapping, &wrapped, ALGORITHM)?;
        let input = ToBeSigned::sha256(b"chancery tries a mechanism by this");
        let signature = self.sign_by(session, unwrapped, ALGORITHM, &input)?;
        match spki.verify(input.digest(), &signature) {
            Verified::Holds => Ok(mechanism),
            Verified::Fails => Err(Error::NoWrapMechanism),
        }
    }
}

/// Says which RFC a blob follows: each has its own integrity check value, so at most one opens it.
fn reading(key: &[u8; 32], blob: &[u8]) -> Option<WrapMechanism> {
    let key = KekAes256::from(*key);
    if key
        .unwrap_with_padding_vec(blob)
        .map(Zeroizing::new)
        .is_ok()
    {
        Some(WrapMechanism::PadRfc5649)
    } else if key.unwrap_vec(blob).map(Zeroizing::new).is_ok() {
        Some(WrapMechanism::PadRfc3394)
    } else {
        None
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn a_blob_tells_which_rfc_wrapped_it() {
        let key = KekAes256::from(KEY);
        let padded = key.wrap_with_padding_vec(&[1; 67]).unwrap();
        assert_eq!(reading(&KEY, &padded), Some(WrapMechanism::PadRfc5649));
        let plain = key.wrap_vec(&[1; 72]).unwrap();
        assert_eq!(reading(&KEY, &plain), Some(WrapMechanism::PadRfc3394));
    }

    #[test]
    fn a_blob_of_another_make_is_neither() {
        for blob in [vec![], vec![0; 7], vec![0; 16], vec![0; 80], vec![0; 81]] {
            assert_eq!(reading(&KEY, &blob), None);
        }
    }
}
