use std::sync::Arc;

use crate::{
    KeyLabel, RawSignature, Result, SpkiDer, ToBeSigned, WrappedKey, host::protocol::OnToken,
    login::KeyNumber, token::Login,
};

/// A signer's key as a session object on the token: just generated, or unwrapped.
///
/// Destroyed by [`SessionKey::destroy`], else on drop. It has a PKCS#11 session of its own; if an
/// operation fails that session is closed, and later calls answer
/// [`SessionKeyGone`](crate::Error::SessionKeyGone).
#[derive(Debug)]
pub struct SessionKey {
    login: Arc<Login>,
    /// `None` once destroyed.
    number: Option<KeyNumber>,
    spki: Option<SpkiDer>,
}

impl SessionKey {
    pub(crate) fn new(login: Arc<Login>, number: KeyNumber, spki: Option<SpkiDer>) -> Self {
        Self {
            login,
            number: Some(number),
            spki,
        }
    }

    /// The public key of one that was generated; what is unwrapped does not tell.
    #[must_use]
    pub fn spki(&self) -> Option<&SpkiDer> {
        self.spki.as_ref()
    }

    /// Signs something, or a digest whose message is not at hand.
    ///
    /// # Errors
    /// [`SessionKeyGone`](crate::Error::SessionKeyGone),
    /// [`MessageAbsent`](crate::Error::MessageAbsent),
    /// [`OutputMalformed`](crate::Error::OutputMalformed); otherwise as every call on a
    /// [`Token`](crate::Token).
    pub fn sign(&self, input: impl Into<ToBeSigned>) -> Result<RawSignature> {
        let input = input.into();
        let key = self.number()?;
        self.login.call(OnToken::SessionKeySign { key, input })
    }

    /// Wraps the key under a master. Only a generated key can be: an unwrapped one is refused by
    /// the token and by the master.
    ///
    /// # Errors
    /// [`SessionKeyGone`](crate::Error::SessionKeyGone), [`KeyNotFound`](crate::Error::KeyNotFound),
    /// [`KeyAmbiguous`](crate::Error::KeyAmbiguous),
    /// [`NoWrapMechanism`](crate::Error::NoWrapMechanism), and
    /// [`Unexpected`](crate::Error::Unexpected) where the token refuses.
    pub fn wrap(&self, master: &KeyLabel) -> Result<WrappedKey> {
        let master = master.clone();
        let key = self.number()?;
        self.login.call(OnToken::SessionKeyWrap { key, master })
    }

    /// Destroys the key.
    ///
    /// # Errors
    /// [`SessionKeyGone`](crate::Error::SessionKeyGone) if it was gone before;
    /// [`Unexpected`](crate::Error::Unexpected) if the token did not destroy it when asked, in
    /// which case closing its session has.
    pub fn destroy(mut self) -> Result<()> {
        let key = self.number()?;
        self.number = None;
        self.login.call(OnToken::SessionKeyDestroy { key })
    }

    fn number(&self) -> Result<KeyNumber> {
        self.number.ok_or(crate::Error::SessionKeyGone)
    }
}

/// Best effort: a key that cannot be reached any more went with its session.
impl Drop for SessionKey {
    fn drop(&mut self) {
        if let Some(key) = self.number.take() {
            let _: Result<()> = self.login.call(OnToken::SessionKeyDestroy { key });
        }
    }
}
