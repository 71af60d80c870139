//! What is tried on a key by itself: A1, A5, A6, A7, A8.

use cryptoki::{
    context::Function,
    error::{Error as CkError, Result as CkResult},
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
};
use cryptoki_sys::{
    CKF_DECRYPT, CKF_DERIVE, CKF_ENCRYPT, CKM_AES_CBC, CKM_AES_CBC_PAD, CKM_AES_CCM, CKM_AES_ECB,
    CKM_AES_GCM, CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD,
    CKM_AES_KEY_WRAP_PKCS7,
};

use super::{Adversary, Facts, IN_USE, Master, Stage, THROW_AWAY, facts::ckr};
use crate::{
    Result, SignerAlgorithm, answer,
    login::random_id,
    mechanism_name,
    raw::{Difference, Parameter},
    template,
};

/// Mechanisms an AES key decrypts and encrypts with.
const CIPHERS: [u64; 9] = [
    CKM_AES_ECB,
    CKM_AES_CBC,
    CKM_AES_CBC_PAD,
    CKM_AES_GCM,
    CKM_AES_CCM,
    CKM_AES_KEY_WRAP,
    CKM_AES_KEY_WRAP_PAD,
    CKM_AES_KEY_WRAP_KWP,
    CKM_AES_KEY_WRAP_PKCS7,
];

/// The ones that are tried even where the token does not list them.
const PLAIN: [u64; 3] = [CKM_AES_ECB, CKM_AES_CBC, CKM_AES_CBC_PAD];

/// What a key is called that is tried in the place of those of head, CA and notary.
pub(super) const THROW_AWAY_SIGNS: &str = "throw-away signing key";

const ALGORITHM: SignerAlgorithm = SignerAlgorithm::EcdsaP256;

impl Stage<'_> {
    /// A1: the master does not decrypt what it wrapped, and cannot be made to.
    pub(super) fn wrap_then_decrypt(&self, facts: &mut Facts) -> Result<()> {
        for master in &self.masters(facts)? {
            let uses = [Attribute::Decrypt(false), Attribute::Encrypt(false)];
            self.read_back(facts, master.subject, master.key, &uses);
            self.decrypt_with(facts, master)?;
            if master.subject == IN_USE {
                continue;
            }
            // Only on the throw-away one: on the other it would have consequences.
            let answered = self
                .session
                .update_attributes(master.key, &[Attribute::Decrypt(true)]);
            if answered.is_ok() {
                facts.note("C_SetAttributeValue (DECRYPT=T) CKR_OK, and then:");
                self.decrypt_with(facts, master)?;
            } else if let Err(error) = answered {
                let (call, what) = ("C_SetAttributeValue", "DECRYPT=T");
                facts.trial::<()>(master.subject, call, what, Err(error));
            }
        }
        Ok(())
    }

    fn decrypt_with(&self, facts: &mut Facts, master: &Master) -> Result<()> {
        let raw = &self.login.module.raw;
        let blob = master.canary.wrapped.expose_blob();
        for mechanism in self.ciphers(CKF_DECRYPT, master.mechanism) {
            // Block ciphers take whole blocks; the others what they wrapped.
            let whole = if PLAIN.contains(&mechanism) {
                blob.len() / 16 * 16
            } else {
                blob.len()
            };
            let parameter = Parameter::to_wrap_with(mechanism);
            let session = self.login.session()?; // an operation may be left active
            let answered = raw.decrypt(&session, mechanism, parameter, master.key, &blob[..whole]);
            let what = mechanism_name(mechanism);
            one_of_two(
                facts,
                master.subject,
                ["C_DecryptInit", "C_Decrypt"],
                what,
                answered,
            );
        }
        Ok(())
    }

    /// Ciphers worth a trial: what the token lists for it, what it always might do, and the
    /// mechanism that wraps.
    fn ciphers(&self, flag: u64, own: u64) -> impl Iterator<Item = u64> {
        CIPHERS.into_iter().filter(move |cipher| {
            PLAIN.contains(cipher)
                || *cipher == own
                || self
                    .listed
                    .iter()
                    .any(|(number, info)| number == cipher && info.does(flag))
        })
    }

    /// A5: a newborn key is not wrapped under a key of the attacker's. Nothing but CKA_TRUSTED
    /// stops it for the instant between birth and destruction.
    pub(super) fn own_wrapping_key(&self, facts: &mut Facts) -> Result<()> {
        let adversary = Adversary::arm(self);
        let (newborn, _) = self.login.newborn(&self.session, ALGORITHM)?;
        adversary.wrap(self, facts, "newborn key", newborn);

        let id = random_id()?;
        let trusted_only = template::newborn_signing_key(ALGORITHM, id)
            .changed(&[Attribute::WrapWithTrusted(true)]);
        let made = self.session.generate_key_pair(
            &cryptoki::mechanism::Mechanism::EccKeyPairGen,
            template::newborn_public_key(ALGORITHM, id).attributes(),
            trusted_only.attributes(),
        );
        let outcome = match (made, self.throw_away_master()?) {
            (Err(error), _) => format!("is not made: {}", ckr(&error)),
            (Ok(_), None) => "has nothing to be wrapped under".to_owned(),
            (Ok((_, key)), Some((master, _))) => {
                let (number, none) = (master.mechanism, Parameter::None);
                let raw = &self.login.module.raw;
                match raw.wrap(&self.session, number, none, master.key, key) {
                    Ok(_) => "is wrapped under a master that is not TRUSTED".to_owned(),
                    Err(error) => format!(
                        "cannot be wrapped under the master, which is not TRUSTED: {}",
                        ckr(&error)
                    ),
                }
            }
        };
        facts.note(format!(
            "a key with WRAP_WITH_TRUSTED=T {outcome}; keys are made without it"
        ));
        Ok(())
    }

    /// A6: nobody gives a key another use, neither itself nor a copy.
    pub(super) fn mutation(&self, facts: &mut Facts) -> Result<()> {
        let adversary = Adversary::arm(self);
        if let Some((master, _)) = self.throw_away_master()? {
            let changes = master_changes();
            self.mutate(facts, &adversary, THROW_AWAY, master.key, &changes)?;
            self.unwrapped_mutation(facts, &adversary, &master)?;
        } else if self.wraps_keys() {
            facts.note("no throw-away master could be made");
        }
        if let Some(pepper) = self.throw_away_mac_key(template::pepper)? {
            let changes = secret_key_changes();
            self.mutate(facts, &adversary, "throw-away pepper", pepper, &changes)?;
        }
        match self.throw_away_signing_key()? {
            Some((key, _)) => {
                let changes = private_key_changes();
                self.mutate(facts, &adversary, THROW_AWAY_SIGNS, key, &changes)?;
            }
            None => facts.note(format!(
                "the token takes no template of a {THROW_AWAY_SIGNS}"
            )),
        }
        if let Some(keys) = &self.in_use {
            let frozen = [
                Attribute::Modifiable(false),
                Attribute::Copyable(false),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
            ];
            for (label, key) in self.named(keys) {
                self.read_back(facts, &label, key, &frozen);
                self.change_nothing(facts, &label, key)?;
            }
            facts.note(
                "keys in use are asked for what changes nothing: their own label, and a copy that \
                 goes with its session",
            );
        }
        Ok(())
    }

    /// Gives a key in use the label it has, and copies it for this session: what cannot be changed or
    /// copied refuses that, whatever it says of itself.
    fn change_nothing(&self, facts: &mut Facts, subject: &str, key: ObjectHandle) -> Result<()> {
        let label = self.session.get_attributes(key, &[AttributeType::Label])?;
        let set = self.session.update_attributes(key, &label);
        facts.trial(subject, "C_SetAttributeValue", "LABEL as it is", set);
        let session_object = [Attribute::Token(false)];
        let copied = self.session.copy_object(key, &session_object);
        if let Some(copy) = facts.trial(subject, "C_CopyObject", "TOKEN=F", copied) {
            let _ = self.session.destroy_object(copy); // or with its session
        }
        Ok(())
    }

    /// Changes a throw-away key, and copies it with a change. A token may answer CKR_OK and change
    /// nothing, so it is read back; and it may say what it likes of a key, so the key is put to the
    /// use that it was to have.
    fn mutate(
        &self,
        facts: &mut Facts,
        adversary: &Adversary,
        subject: &str,
        key: ObjectHandle,
        changes: &[(&'static str, Attribute)],
    ) -> Result<()> {
        let raw = &self.login.module.raw;
        let says = |object: ObjectHandle, change: &Attribute| {
            let same = raw.differences(&self.session, object, &[change]);
            same.is_ok_and(|differences| differences.is_empty())
        };
        // What is not shown may have been taken all the same.
        let denies = |object: ObjectHandle, change: &Attribute| {
            let same = raw.differences(&self.session, object, &[change]);
            same.is_ok_and(|found| matches!(found[..], [(_, Difference::Other)]))
        };
        for (what, change) in changes {
            // What was changed already is not changed again.
            if says(key, change) {
                facts.came_through(subject, "C_GetAttributeValue", *what, "is so from birth");
                continue;
            }
            if let Some(used) = self.serves(adversary, key, change)? {
                facts.came_through(subject, "any use", *what, format!("{used} from birth"));
                continue;
            }
            let changes = std::slice::from_ref(change);
            let answered = self.session.update_attributes(key, changes);
            let call = "C_SetAttributeValue";
            match (answered, self.serves(adversary, key, change)?) {
                (answered, Some(used)) => {
                    let answer =
                        answered.map_or_else(|error| ckr(&error), |()| "CKR_OK".to_owned());
                    facts.came_through(subject, call, *what, format!("{answer}, and {used}"));
                }
                (Ok(()), None) if denies(key, change) => {
                    let answer = "CKR_OK, and it is as before";
                    facts.refused(subject, call, *what, answer);
                }
                (Ok(()), None) => facts.came_through(subject, call, *what, "CKR_OK"),
                (Err(error), None) => {
                    facts.trial::<()>(subject, call, *what, Err(error));
                }
            }
            let call = "C_CopyObject";
            match self.session.copy_object(key, changes) {
                Ok(copy) => {
                    let used = self.serves(adversary, copy, change)?;
                    if let Some(used) = used {
                        facts.came_through(subject, call, *what, format!("CKR_OK, and {used}"));
                    } else if denies(copy, change) {
                        facts.refused(subject, call, *what, "CKR_OK, and the copy is as it was");
                    } else {
                        facts.came_through(subject, call, *what, "CKR_OK");
                    }
                    let _ = self.session.destroy_object(copy); // or with its session
                }
                Err(error) => {
                    facts.trial::<()>(subject, call, *what, Err(error));
                }
            }
        }
        Ok(())
    }

    /// What a key does that it was to be given, if it does it; of what cannot be used, nothing.
    fn serves(
        &self,
        adversary: &Adversary,
        key: ObjectHandle,
        change: &Attribute,
    ) -> Result<Option<String>> {
        let raw = &self.login.module.raw;
        let by = |found: Option<u64>, does: &str| {
            found.map(|mechanism| format!("it {does} by {}", mechanism_name(mechanism)))
        };
        Ok(match change {
            Attribute::Decrypt(true) => {
                let mut used = None;
                for cipher in self.ciphers(CKF_DECRYPT, CKM_AES_ECB) {
                    let session = self.login.session()?; // an operation may be left active
                    let parameter = Parameter::to_wrap_with(cipher);
                    let answered = raw.decrypt(&session, cipher, parameter, key, &[0; 32]);
                    used = used.or_else(|| is_taken(&answered).then_some(cipher));
                }
                by(used, "decrypts")
            }
            Attribute::Encrypt(true) => {
                let mut used = None;
                for cipher in self.ciphers(CKF_ENCRYPT, CKM_AES_ECB) {
                    let session = self.login.session()?;
                    let parameter = Parameter::to_wrap_with(cipher);
                    let answered = raw.encrypt(&session, cipher, parameter, key, &[0; 32]);
                    used = used.or_else(|| is_taken(&answered).then_some(cipher));
                }
                by(used, "encrypts")
            }
            Attribute::Derive(true) => {
                let second = adversary.aes().unwrap_or(key);
                let mut used = None;
                for mechanism in self.derivations().0 {
                    let Some(parameter) = Parameter::to_derive_with(mechanism, second) else {
                        continue;
                    };
                    let template = derived_key();
                    let derived = raw.derive(&self.session, mechanism, parameter, key, &template);
                    if let Ok(derived) = derived {
                        self.session.destroy_object(derived)?;
                        used = Some(mechanism);
                    }
                }
                by(used, "derives")
            }
            Attribute::Extractable(true) => adversary.takes_out(self, key),
            Attribute::Sensitive(false) => {
                let shown = self.shows(key)?;
                shown.map(|value| format!("C_GetAttributeValue gives its {value}"))
            }
            _ => None,
        })
    }

    /// A signer's key while it is unwrapped: that it can be exported is not changed either.
    fn unwrapped_mutation(
        &self,
        facts: &mut Facts,
        adversary: &Adversary,
        master: &Master,
    ) -> Result<()> {
        let key =
            self.login
                .unwrapped(&self.session, master.key, &master.canary.wrapped, ALGORITHM)?;
        let changes = [
            ("EXTRACTABLE=T", Attribute::Extractable(true)),
            ("SENSITIVE=F", Attribute::Sensitive(false)),
        ];
        self.mutate(facts, adversary, "unwrapped key", key, &changes)?;
        Ok(self.session.destroy_object(key)?)
    }

    /// A7: nothing is derived from a master, pepper or record-MAC key, and they do not encrypt,
    /// which gives the same as some derivations.
    pub(super) fn derivation(&self, facts: &mut Facts) -> Result<()> {
        let own = Adversary::arm(self).aes();
        let mut subjects: Vec<(String, ObjectHandle)> = self
            .masters(facts)?
            .iter()
            .map(|master| (master.subject.to_owned(), master.key))
            .collect();
        if let Some(pepper) = self.throw_away_mac_key(template::pepper)? {
            subjects.push(("throw-away pepper".to_owned(), pepper));
        }
        if let Some(keys) = &self.in_use {
            subjects.extend(keys.mac_keys.iter().cloned());
        }
        for (subject, key) in &subjects {
            let uses = [Attribute::Derive(false), Attribute::Encrypt(false)];
            self.read_back(facts, subject, *key, &uses);
            self.derive_from(facts, subject, *key, own)?;
            self.encrypt_with(facts, subject, *key)?;
        }
        for (label, key) in self.in_use.iter().flat_map(|keys| &keys.signing_keys) {
            self.read_back(facts, label, *key, &[Attribute::Derive(false)]);
            self.derive_from(facts, label, *key, own)?;
        }
        let (tried, untried) = self.derivations();
        if tried.is_empty() && !untried.is_empty() {
            facts.unclear("any key", "C_DeriveKey", "all that is listed", "not tried");
        }
        if !untried.is_empty() {
            let untried: Vec<_> = untried.into_iter().map(mechanism_name).collect();
            facts.note(format!(
                "listed for C_DeriveKey and not tried, since what they want beside a key is not \
                 known here: {}",
                untried.join(", ")
            ));
        }
        Ok(())
    }

    /// What the token lists for deriving, by whether it can be tried.
    fn derivations(&self) -> (Vec<u64>, Vec<u64>) {
        let any = self.session_key();
        self.listed
            .iter()
            .filter(|(_, info)| info.does(CKF_DERIVE))
            .map(|(number, _)| *number)
            .partition(|number| {
                any.is_some_and(|key| Parameter::to_derive_with(*number, key).is_some())
            })
    }

    fn derive_from(
        &self,
        facts: &mut Facts,
        subject: &str,
        base: ObjectHandle,
        own: Option<ObjectHandle>,
    ) -> Result<()> {
        let raw = &self.login.module.raw;
        let template = derived_key();
        for mechanism in self.derivations().0 {
            let Some(parameter) = Parameter::to_derive_with(mechanism, own.unwrap_or(base)) else {
                continue;
            };
            let answered = raw.derive(&self.session, mechanism, parameter, base, &template);
            let what = mechanism_name(mechanism);
            if let Some(key) = facts.trial(subject, "C_DeriveKey", what, answered) {
                self.session.destroy_object(key)?;
            }
        }
        Ok(())
    }

    fn encrypt_with(&self, facts: &mut Facts, subject: &str, key: ObjectHandle) -> Result<()> {
        let raw = &self.login.module.raw;
        for mechanism in self.ciphers(CKF_ENCRYPT, CKM_AES_ECB) {
            let parameter = Parameter::to_wrap_with(mechanism);
            let session = self.login.session()?; // an operation may be left active
            let answered = raw.encrypt(&session, mechanism, parameter, key, &[0; 32]);
            let what = mechanism_name(mechanism);
            one_of_two(
                facts,
                subject,
                ["C_EncryptInit", "C_Encrypt"],
                what,
                answered,
            );
        }
        Ok(())
    }

    /// A8: the master cannot leave, nor can pepper and record MAC; and they were never elsewhere.
    pub(super) fn wrap_the_master(&self, facts: &mut Facts) -> Result<()> {
        let adversary = Adversary::arm(self);
        let mut subjects: Vec<(String, ObjectHandle, Option<u64>)> = self
            .masters(facts)?
            .iter()
            .map(|master| {
                let own = Some(master.mechanism);
                (master.subject.to_owned(), master.key, own)
            })
            .collect();
        if let Some(keys) = &self.in_use {
            let others = keys.mac_keys.iter().chain(&keys.signing_keys);
            subjects.extend(others.map(|(label, key)| (label.clone(), *key, None)));
        }
        let raw = &self.login.module.raw;
        for (subject, key, itself) in &subjects {
            adversary.wrap(self, facts, subject, *key);
            if let Some(number) = itself {
                let answered = raw.wrap(&self.session, *number, Parameter::None, *key, *key);
                facts.trial(subject, "C_WrapKey", "under itself", answered);
            }
            match self.shows(*key)? {
                Some(value) => {
                    facts.came_through(subject, "C_GetAttributeValue", value, "is shown");
                }
                None => facts.refused(subject, "C_GetAttributeValue", "VALUE", "is not shown"),
            }
            let mut born = vec![Attribute::Extractable(false), Attribute::Sensitive(true)];
            born.extend(template::born_on_the_token());
            self.read_back(facts, subject, *key, &born);
        }
        Ok(())
    }

    /// Some key of the session, where a number of one is all that is needed.
    fn session_key(&self) -> Option<ObjectHandle> {
        let own = [Attribute::Token(false)];
        self.session.find_objects(&own).ok()?.first().copied()
    }

    /// All keys in use, by name.
    pub(super) fn named(&self, keys: &super::InUse) -> Vec<(String, ObjectHandle)> {
        let master = keys.master.iter();
        let mut named: Vec<_> = master
            .map(|master| (IN_USE.to_owned(), master.key))
            .collect();
        named.extend(keys.mac_keys.iter().cloned());
        named.extend(keys.signing_keys.iter().cloned());
        named
    }
}

/// Notes an operation that has two calls, under the one that answered. A key that was accepted by
/// the first and fails in the second over the data has done its work.
fn one_of_two<T>(
    facts: &mut Facts,
    subject: &str,
    [init, done]: [&'static str; 2],
    what: String,
    answered: CkResult<T>,
) {
    match answered {
        Err(CkError::Pkcs11(value, Function::Decrypt | Function::Encrypt)) => {
            let error = CkError::Pkcs11(value, Function::Decrypt);
            if answer::value(&error).is_some_and(super::facts::is_refusal) {
                facts.trial::<()>(subject, done, what, Err(error));
            } else {
                let answer = format!("{}, after {init} took the key", ckr(&error));
                facts.came_through(subject, done, what, answer);
            }
        }
        answered => {
            facts.trial(subject, init, what, answered.map(drop));
        }
    }
}

/// Whether a key was taken for an operation of two calls.
fn is_taken<T>(answered: &CkResult<T>) -> bool {
    match answered {
        Ok(_) => true,
        Err(error @ CkError::Pkcs11(_, Function::Decrypt | Function::Encrypt)) => {
            !answer::value(error).is_some_and(super::facts::is_refusal)
        }
        Err(_) => false,
    }
}

/// A secret that whoever derives it can read.
fn derived_key() -> [Attribute; 7] {
    [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::GENERIC_SECRET),
        Attribute::ValueLen(16.into()),
        Attribute::Token(false),
        Attribute::Private(true),
        Attribute::Sensitive(false),
        Attribute::Extractable(true),
    ]
}

/// What nobody may add to a master later.
fn master_changes() -> Vec<(&'static str, Attribute)> {
    let mut changes = vec![("DECRYPT=T", Attribute::Decrypt(true))];
    changes.extend(secret_key_changes());
    changes.push((
        "ALLOWED_MECHANISMS of every kind",
        Attribute::AllowedMechanisms(PLAIN.map(crate::raw::mechanism_type).to_vec()),
    ));
    changes
}

/// What nobody may add to a secret key later.
fn secret_key_changes() -> Vec<(&'static str, Attribute)> {
    let mut changes = vec![("ENCRYPT=T", Attribute::Encrypt(true))];
    changes.extend(private_key_changes());
    changes
}

/// What nobody may add to any key later.
fn private_key_changes() -> Vec<(&'static str, Attribute)> {
    vec![
        ("DERIVE=T", Attribute::Derive(true)),
        ("EXTRACTABLE=T", Attribute::Extractable(true)),
        ("SENSITIVE=F", Attribute::Sensitive(false)),
        ("MODIFIABLE=T", Attribute::Modifiable(true)),
        ("COPYABLE=T", Attribute::Copyable(true)),
    ]
}
