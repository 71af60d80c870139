use aes_kw::KekAes256;
use zeroize::Zeroizing;

use super::{
    KeyNumber, Login, random_id,
    session_key::{leaner, unwrap_error},
};
use crate::{
    Error, Result, SignerAlgorithm, WrapMechanism,
    raw::{self, Parameter},
    secret::SecretBytes,
    template,
};

impl Login {
    /// Brings a private key in that is known here, as a session object that can be wrapped once.
    ///
    /// It is wrapped here under a throw-away key that the token is given, too, and unwrapped there:
    /// the token reads its components itself, whatever kind of key it is.
    pub(crate) fn import(
        &self,
        pkcs8: &SecretBytes,
        algorithm: SignerAlgorithm,
    ) -> Result<KeyNumber> {
        self.check_wrapped(algorithm)?;
        let mechanism = self.wrap_mechanism()?;
        let mut value = Zeroizing::new([0; 32]);
        getrandom::fill(value.as_mut()).map_err(|_| Error::NoRandomBytes)?;
        // With the key above it is the clear key.
        let blob = Zeroizing::new(wrapped_here(&value, mechanism, pkcs8.expose())?);

        let session = self.session()?;
        let number = mechanism.number();
        let throw_away = raw::mechanism_type(number);
        let throw_away = template::throw_away_wrapping_key(throw_away, Some(&value));
        let wrapping = session.create_object(throw_away.attributes())?;
        let id = random_id()?;
        let full = || template::newborn_signing_key(self.signer(algorithm), id);
        let raw = &self.module.raw;
        let unwrapped = leaner(|dropped| {
            let template = full().without(dropped);
            let attributes = template.attributes();
            raw.unwrap(
                &session,
                number,
                Parameter::None,
                wrapping,
                &blob,
                attributes,
            )
        });
        let (private, _) = unwrapped.map_err(|error| unwrap_error(&session, error))?;
        session.destroy_object(wrapping)?;
        self.refuse_weaker(&session, private, &full())?;
        self.keep(private, algorithm, session)
    }
}

/// Wraps as the token does (RFC 5649, or RFC 3394 over the padded key).
pub(super) fn wrapped_here(
    key: &[u8; 32],
    mechanism: WrapMechanism,
    clear: &[u8],
) -> Result<Vec<u8>> {
    const BLOCK: usize = 8;
    let kek = KekAes256::from(*key);
    let wrapped = match mechanism {
        WrapMechanism::Kwp | WrapMechanism::PadRfc5649 => kek.wrap_with_padding_vec(clear),
        WrapMechanism::PadRfc3394 => {
            let mut padded = Zeroizing::new(vec![0; clear.len().next_multiple_of(BLOCK)]);
            padded[..clear.len()].copy_from_slice(clear);
            kek.wrap_vec(&padded)
        }
    };
    // Only a key of no length is refused.
    wrapped.map_err(|_| Error::WrappedKeyRefused {
        answer: "it has no content".to_owned(),
    })
}
