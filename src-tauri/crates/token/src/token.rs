use std::sync::Arc;

use minicbor::Decode;
use zeroize::Zeroizing;

use crate::{
    Attack, Canary, Created, KeyLabel, KnownAnswer, Mac, ObjectCounts, Played, Production, Proven,
    RawSignature, ResidentId, Result, SessionKey, SignerAlgorithm, SpkiDer, ToBeSigned,
    TokenKeyKind, TokenLabel, TokenProfile, WrapMechanism, WrappedKey,
    host::{
        frame::LONGEST as LONGEST_FRAME,
        process::Process,
        protocol::{Generation, OnToken, Request},
    },
    login::KeyNumber,
    secret::{MacInTransit, SecretBytes},
};

/// A token that is logged in to.
///
/// Keys on it are named by their label; each function finds exactly one of its class, or answers
/// [`KeyNotFound`](crate::Error::KeyNotFound) or [`KeyAmbiguous`](crate::Error::KeyAmbiguous).
/// Found is not proven: a label can be copied. After a login, prove the keys once
/// ([`prove_wrapping_key`](Self::prove_wrapping_key) and its siblings); the login then stays with
/// the proven ones.
///
/// All functions block as those of [`Host`](crate::Host) do. Dropping the token logs out.
///
/// # Errors
/// Every function can answer [`HostTimedOut`](crate::Error::HostTimedOut),
/// [`HostGone`](crate::Error::HostGone), [`OutOfStep`](crate::Error::OutOfStep) (the host process
/// is gone, start another), [`LoginOver`](crate::Error::LoginOver) (log in again),
/// [`TokenLost`](crate::Error::TokenLost) (the host ends; start another) and
/// [`Unexpected`](crate::Error::Unexpected).
#[derive(Debug)]
pub struct Token {
    label: TokenLabel,
    login: Arc<Login>,
}

/// The client's half of a login, shared by a token and its session keys.
#[derive(Debug)]
pub(crate) struct Login {
    process: Arc<Process>,
    generation: Generation,
}

impl Login {
    pub(crate) fn call<T>(&self, request: OnToken) -> Result<T>
    where
        T: for<'b> Decode<'b, ()>,
    {
        self.process.call(&Request::OnToken {
            generation: self.generation,
            request,
        })
    }

    fn end(&self) -> Result<()> {
        self.process.call(&Request::Logout {
            generation: self.generation,
        })
    }
}

impl Token {
    pub(crate) fn new(process: Arc<Process>, label: TokenLabel, generation: Generation) -> Self {
        let login = Login {
            process,
            generation,
        };
        Self {
            label,
            login: Arc::new(login),
        }
    }

    /// The token's label.
    #[must_use]
    pub fn label(&self) -> &TokenLabel {
        &self.label
    }

    /// Logs out. All session keys are destroyed, and their handles answer
    /// [`LoginOver`](crate::Error::LoginOver).
    ///
    /// # Errors
    /// As all functions here.
    pub fn logout(self) -> Result<()> {
        self.login.end()
    }

    /// Lists all mechanisms of the token, as CK_MECHANISM_TYPE.
    ///
    /// # Errors
    /// As all functions here.
    pub fn mechanisms(&self) -> Result<Vec<u64>> {
        self.login.call(OnToken::Mechanisms)
    }

    /// Finds the mechanism keys are wrapped with, by wrapping and unwrapping throw-away keys; once
    /// a login.
    ///
    /// # Errors
    /// [`NoWrapMechanism`](crate::Error::NoWrapMechanism).
    pub fn wrap_mechanism(&self) -> Result<WrapMechanism> {
        self.login.call(OnToken::WrapMechanism)
    }

    /// Makes a key on the token. Its template is tried as a session object first.
    ///
    /// # Errors
    /// [`KeyExists`](crate::Error::KeyExists),
    /// [`TemplateRefused`](crate::Error::TemplateRefused),
    /// [`KeyAttribute`](crate::Error::KeyAttribute),
    /// [`WrappingKeyAcceptsWeaker`](crate::Error::WrappingKeyAcceptsWeaker) and
    /// [`KeyDiffers`](crate::Error::KeyDiffers) if it is not what its template says, for a master
    /// also [`NoWrapMechanism`](crate::Error::NoWrapMechanism);
    /// [`KeyNotMade`](crate::Error::KeyNotMade) for another reason than its template.
    pub fn create(&self, kind: TokenKeyKind, label: &KeyLabel) -> Result<Created> {
        let label = label.clone();
        self.login.call(OnToken::Create { kind, label })
    }

    /// Tries whether the token makes a key of this kind, and whether that does what it must, without
    /// making one: for who will make several, of which nobody can destroy the first.
    ///
    /// # Errors
    /// As [`Token::create`], but for [`KeyExists`](crate::Error::KeyExists).
    pub fn rehearse(&self, kind: TokenKeyKind, label: &KeyLabel) -> Result<()> {
        let label = label.clone();
        self.login.call(OnToken::Rehearse { kind, label })
    }

    /// Wraps a key of no value under a master, to prove the master by at every login.
    ///
    /// # Errors
    /// As [`SessionKey::wrap`].
    pub fn make_canary(&self, master: &KeyLabel) -> Result<Canary> {
        let master = master.clone();
        self.login.call(OnToken::MakeCanary { master })
    }

    /// Proves that a key is the master its canary was wrapped under, and still as strict: its
    /// attributes; the canary unwraps, signs, verifies, is not wrapped again; and it is refused
    /// under every weaker template and by every other wrap mechanism the token lists.
    ///
    /// # Errors
    /// [`KeyAttribute`](crate::Error::KeyAttribute), [`KeyDiffers`](crate::Error::KeyDiffers),
    /// [`WrappingKeyAcceptsWeaker`](crate::Error::WrappingKeyAcceptsWeaker).
    pub fn prove_wrapping_key(&self, label: &KeyLabel, canary: &Canary) -> Result<Proven> {
        let (label, canary) = (label.clone(), canary.clone());
        self.login.call(OnToken::ProveWrappingKey { label, canary })
    }

    /// Proves that a key is the HMAC key that gave a known answer: its attributes and the answer.
    ///
    /// # Errors
    /// [`KeyAttribute`](crate::Error::KeyAttribute), [`KeyDiffers`](crate::Error::KeyDiffers).
    pub fn prove_mac_key(&self, label: &KeyLabel, known: &KnownAnswer) -> Result<Proven> {
        let (label, known) = (label.clone(), known.clone());
        self.login.call(OnToken::ProveMacKey { label, known })
    }

    /// Proves that a key is the private half of a public key: its attributes, and a signature
    /// over the challenge, which must be nothing anybody could use a signature of.
    ///
    /// # Errors
    /// [`KeyAttribute`](crate::Error::KeyAttribute), [`KeyDiffers`](crate::Error::KeyDiffers).
    pub fn prove_signing_key(
        &self,
        label: &KeyLabel,
        spki: &SpkiDer,
        challenge: &ToBeSigned,
    ) -> Result<Proven> {
        self.login.call(OnToken::ProveSigningKey {
            label: label.clone(),
            spki: spki.clone(),
            challenge: challenge.clone(),
        })
    }

    /// Computes HMAC-SHA-256 with the pepper or the record-MAC key.
    ///
    /// # Errors
    /// [`MessageTooLong`](crate::Error::MessageTooLong) for about a mebibyte.
    pub fn hmac(&self, label: &KeyLabel, data: &[u8]) -> Result<Mac> {
        let request = OnToken::Hmac {
            label: label.clone(),
            data: SecretBytes::new(data.to_vec()),
        };
        let MacInTransit(mac) = self.login.call(request)?;
        Ok(mac)
    }

    /// Signs with a CA, notary or head key: ECDSA on P-256.
    ///
    /// # Errors
    /// [`MessageAbsent`](crate::Error::MessageAbsent);
    /// [`OutputMalformed`](crate::Error::OutputMalformed) if the signature has another length.
    pub fn sign(&self, label: &KeyLabel, input: impl Into<ToBeSigned>) -> Result<RawSignature> {
        self.login.call(OnToken::Sign {
            label: label.clone(),
            input: input.into(),
        })
    }

    /// Generates a signer's key pair as session objects. RSA takes seconds.
    ///
    /// # Errors
    /// [`AlgorithmNotOffered`](crate::Error::AlgorithmNotOffered),
    /// [`AlgorithmNotWrapped`](crate::Error::AlgorithmNotWrapped) before anything is made;
    /// [`SessionKeyWeaker`](crate::Error::SessionKeyWeaker),
    /// [`PublicKeyMalformed`](crate::Error::PublicKeyMalformed),
    /// [`TooManySessionKeys`](crate::Error::TooManySessionKeys).
    pub fn generate(&self, algorithm: SignerAlgorithm) -> Result<SessionKey> {
        let request = OnToken::Generate { algorithm };
        let (number, spki): (KeyNumber, SpkiDer) = self.login.call(request)?;
        Ok(SessionKey::new(Arc::clone(&self.login), number, Some(spki)))
    }

    /// Brings a private key in that is known outside, as a session object that
    /// [`SessionKey::wrap`] wraps under the master for such keys; the master for keys born on the
    /// token refuses it.
    ///
    /// `pkcs8` is PrivateKeyInfo (RFC 5208), DER; it crosses once and is wiped on both sides.
    ///
    /// # Errors
    /// As [`Token::generate`]; [`WrappedKeyRefused`](crate::Error::WrappedKeyRefused) if it is no
    /// key of this algorithm.
    pub fn import(
        &self,
        pkcs8: Zeroizing<Vec<u8>>,
        algorithm: SignerAlgorithm,
    ) -> Result<SessionKey> {
        let pkcs8 = SecretBytes::new(pkcs8);
        let number = self.login.call(OnToken::Import { pkcs8, algorithm })?;
        Ok(SessionKey::new(Arc::clone(&self.login), number, None))
    }

    /// Unwraps a signer's key as a session object that can neither be read nor leave, and reads
    /// back that it is one.
    ///
    /// # Errors
    /// [`AlgorithmNotOffered`](crate::Error::AlgorithmNotOffered) and its siblings;
    /// [`WrappedKeyRefused`](crate::Error::WrappedKeyRefused) for a damaged key or one of another
    /// master, [`SessionKeyWeaker`](crate::Error::SessionKeyWeaker),
    /// [`TooManySessionKeys`](crate::Error::TooManySessionKeys).
    pub fn unwrap(
        &self,
        master: &KeyLabel,
        wrapped: &WrappedKey,
        algorithm: SignerAlgorithm,
    ) -> Result<SessionKey> {
        let number = self.login.call(OnToken::Unwrap {
            master: master.clone(),
            wrapped: wrapped.clone(),
            algorithm,
        })?;
        Ok(SessionKey::new(Arc::clone(&self.login), number, None))
    }

    /// Unwraps a signer's key, signs each input in order, destroys the key: one call to the host.
    /// Whatever happens, the key is gone afterwards. Messages that do not fit into one call stay
    /// behind, and their digests go.
    ///
    /// The signatures are not verified here; who holds the certificate does that before they are
    /// used.
    ///
    /// # Errors
    /// [`MessageTooLong`](crate::Error::MessageTooLong), before anything is signed, for more
    /// signatures than an answer holds: some 15,000 of P-256, 2,000 of RSA-4096.
    /// As [`Token::unwrap`] and [`SessionKey::sign`]; then there is no signature at all.
    pub fn sign_with_wrapped(
        &self,
        master: &KeyLabel,
        wrapped: &WrappedKey,
        algorithm: SignerAlgorithm,
        inputs: &[impl Into<ToBeSigned> + Clone],
    ) -> Result<Vec<RawSignature>> {
        self.login.call(OnToken::SignWithWrapped {
            master: master.clone(),
            wrapped: wrapped.clone(),
            algorithm,
            inputs: fitting(inputs),
        })
    }

    /// Makes a signer's key that stays on the token, found by its id alone, and reads back that it can
    /// neither be read nor leave. RSA takes seconds, twice.
    ///
    /// # Errors
    /// [`AlgorithmNotOffered`](crate::Error::AlgorithmNotOffered),
    /// [`KeyExists`](crate::Error::KeyExists), [`TemplateRefused`](crate::Error::TemplateRefused),
    /// [`KeyAttribute`](crate::Error::KeyAttribute), [`KeyDiffers`](crate::Error::KeyDiffers).
    pub fn generate_resident(&self, algorithm: SignerAlgorithm, id: ResidentId) -> Result<SpkiDer> {
        self.login.call(OnToken::GenerateResident { algorithm, id })
    }

    /// Signs each input in order with a key that stays on the token. First it is proven: the only one
    /// of its id, its attributes, a signature over a challenge; and every signature is verified.
    ///
    /// # Errors
    /// Then there is no signature at all. [`KeyNotFound`](crate::Error::KeyNotFound),
    /// [`KeyAmbiguous`](crate::Error::KeyAmbiguous), [`KeyAttribute`](crate::Error::KeyAttribute),
    /// [`KeyDiffers`](crate::Error::KeyDiffers) if it is not the key of `spki`;
    /// [`MessageTooLong`](crate::Error::MessageTooLong) as [`Token::sign_with_wrapped`].
    pub fn sign_resident(
        &self,
        id: ResidentId,
        spki: &SpkiDer,
        algorithm: SignerAlgorithm,
        inputs: &[impl Into<ToBeSigned> + Clone],
    ) -> Result<Vec<RawSignature>> {
        self.login.call(OnToken::SignResident {
            id,
            spki: spki.clone(),
            algorithm,
            inputs: fitting(inputs),
        })
    }

    /// Destroys every object of an id; says how many private keys there were, which may be none.
    ///
    /// # Errors
    /// [`KeyAmbiguous`](crate::Error::KeyAmbiguous) if one is left although the token said that it
    /// destroyed it.
    pub fn destroy_resident(&self, id: ResidentId) -> Result<u32> {
        self.login.call(OnToken::DestroyResident { id })
    }

    /// The ids of all keys that stay on the token: private keys with the label that goes with their
    /// id, so that none of another program's is among them.
    ///
    /// # Errors
    /// [`MessageTooLong`](crate::Error::MessageTooLong) if there are more than some 50,000.
    pub fn resident_keys(&self) -> Result<Vec<ResidentId>> {
        self.login.call(OnToken::ResidentKeys)
    }

    /// Counts the objects this login sees.
    ///
    /// # Errors
    /// As all functions here.
    pub fn object_counts(&self) -> Result<ObjectCounts> {
        self.login.call(OnToken::ObjectCounts)
    }

    /// Plays one attack on throw-away keys, and on the token's own as far as that does them no
    /// harm. Each is a call of its own, with its own deadline; nothing is left of it on the token.
    ///
    /// # Errors
    /// As all functions here: what broke off was not played to its end, and shows nothing.
    /// [`KeyNotFound`](crate::Error::KeyNotFound), [`KeyAmbiguous`](crate::Error::KeyAmbiguous) of
    /// a key that is named.
    pub fn probe(&self, attack: Attack, production: Option<&Production>) -> Result<Played> {
        let production = production.cloned();
        self.login.call(OnToken::Probe { attack, production })
    }

    /// Finds out on throw-away keys how this token wraps, and what of the templates it does not
    /// have.
    ///
    /// # Errors
    /// As all functions here.
    pub fn profile(&self) -> Result<TokenProfile> {
        self.login.call(OnToken::Profile)
    }
}

/// What is signed in one call: with the messages, if they fit into half of it.
fn fitting(inputs: &[impl Into<ToBeSigned> + Clone]) -> Vec<ToBeSigned> {
    let inputs = inputs.iter().cloned().map(Into::into);
    let inputs: Vec<ToBeSigned> = inputs.collect();
    let messages = inputs.iter().filter_map(ToBeSigned::message);
    if messages.map(<[u8]>::len).sum::<usize>() <= LONGEST_FRAME / 2 {
        return inputs;
    }
    let inputs = inputs.into_iter();
    inputs.map(ToBeSigned::without_message).collect()
}

/// Best effort: a host that is gone is logged out, and after [`Token::logout`] there is nothing
/// left to end.
impl Drop for Token {
    fn drop(&mut self) {
        let _ = self.login.end();
    }
}
