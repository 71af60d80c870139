//! What is tried on keys as objects and on MACs: A15, A16, A19.

use cryptoki::{
    error::{Result as CkResult, RvError},
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectHandle},
    session::Session,
};
use cryptoki_sys::{
    CKF_SIGN, CKM_MD5_HMAC, CKM_MD5_HMAC_GENERAL, CKM_SHA_1_HMAC, CKM_SHA_1_HMAC_GENERAL,
    CKM_SHA224_HMAC, CKM_SHA224_HMAC_GENERAL, CKM_SHA256_HMAC, CKM_SHA256_HMAC_GENERAL,
    CKM_SHA384_HMAC, CKM_SHA384_HMAC_GENERAL, CKM_SHA512_HMAC, CKM_SHA512_HMAC_GENERAL,
};
use subtle::ConstantTimeEq;

use super::{Facts, Master, Stage, facts::ckr, label, uses::THROW_AWAY_SIGNS};
use crate::{
    Error, Result, ToBeSigned, answer,
    login::{KeyClass, TOKEN_KEY, create::settle, random_id, session_key::public_key},
    mechanism_name,
    raw::{self, Parameter},
    template::{self, Storage, Template},
};

/// HMACs, each with the parameter it is tried with.
const HMACS: [(u64, Parameter); 12] = [
    (CKM_SHA256_HMAC_GENERAL, Parameter::MacLength(1)),
    (CKM_SHA_1_HMAC_GENERAL, Parameter::MacLength(1)),
    (CKM_SHA224_HMAC_GENERAL, Parameter::MacLength(1)),
    (CKM_SHA384_HMAC_GENERAL, Parameter::MacLength(1)),
    (CKM_SHA512_HMAC_GENERAL, Parameter::MacLength(1)),
    (CKM_MD5_HMAC_GENERAL, Parameter::MacLength(1)),
    (CKM_SHA_1_HMAC, Parameter::None),
    (CKM_SHA224_HMAC, Parameter::None),
    (CKM_SHA384_HMAC, Parameter::None),
    (CKM_SHA512_HMAC, Parameter::None),
    (CKM_MD5_HMAC, Parameter::None),
    (CKM_SHA256_HMAC, Parameter::MacLength(1)),
];

/// A kind of key that nothing works without, and how one is made under a template.
struct Undestroyable<'m> {
    subject: &'static str,
    template: &'m dyn Fn() -> Template,
    make: &'m dyn Fn(&Session, &Template) -> CkResult<ObjectHandle>,
}

impl Stage<'_> {
    /// A15: a key made to look like ours is told from it, by its number or by what it answers.
    pub(super) fn look_alike(&self, facts: &mut Facts) -> Result<()> {
        if let Some((master, dropped)) = self.throw_away_master()? {
            self.look_alike_of_the_master(facts, &master, &dropped)?;
        }
        if self.has_mac_keys() {
            self.look_alike_of_the_pepper(facts)?;
        }
        self.look_alike_of_a_signing_key(facts)?;
        if self.in_use.is_some() {
            // Finding the keys in use has asked for exactly one of each label and class.
            facts.note("of each key in use there is one object of its label and class");
        }
        Ok(())
    }

    fn look_alike_of_the_master(
        &self,
        facts: &mut Facts,
        real: &Master,
        dropped: &[AttributeType],
    ) -> Result<()> {
        let subject = "look-alike of the master";
        let session = &self.session;
        let raw = &self.login.module.raw;
        let id = session.get_attributes(real.key, &[AttributeType::Id])?;
        let id: template::Id = match &id[..] {
            [Attribute::Id(id)] => id.as_slice().try_into().unwrap_or_default(),
            _ => template::Id::default(),
        };
        let mechanism = raw::mechanism_type(real.mechanism);
        let label_of_both = label()?;
        let template = || template::master(&label_of_both, id, mechanism, Storage::Trial);
        let nested = [template::WRAP_TEMPLATE, template::UNWRAP_TEMPLATE];
        let look_alike = template().without(dropped).without(&nested);
        let look_alike = match session.generate_key(&Mechanism::AesKeyGen, look_alike.attributes())
        {
            Ok(key) => key,
            Err(error) => {
                facts.refused(subject, "C_GenerateKey", "same attributes", ckr(&error));
                return Ok(());
            }
        };
        let expected = template().without(dropped);
        let expected = template::of_a_token_key(&expected);
        let differences = raw.differences(session, look_alike, &expected)?;
        facts.note(match differences.len() {
            0 => format!("{subject}: its attributes do not tell it"),
            count => format!("{subject}: {count} attributes tell it"),
        });

        let of_the_label = [
            Attribute::Class(KeyClass::Secret.object_class()),
            Attribute::Label(label()?.as_str().into()),
            Attribute::Id(id.to_vec()),
            Attribute::Token(false),
        ];
        let found = session.find_objects(&of_the_label)?;
        if found.contains(&real.key) && found.contains(&look_alike) {
            facts.refused(
                subject,
                "C_FindObjects",
                "label, class and ID",
                format!("{} objects, of which the product takes none", found.len()),
            );
        } else {
            facts.unclear(
                subject,
                "C_FindObjects",
                "label, class and ID",
                format!("{} objects, not both of them", found.len()),
            );
        }

        // In the place of the real one it does not know what was wrapped under that.
        match self
            .login
            .prove_wrapping(session, &label()?, look_alike, &real.canary)
        {
            Ok(_) => facts.came_through(subject, "the proof of a login", "alone", "takes it"),
            Err(Error::TokenLost { call, answer }) => {
                return Err(Error::TokenLost { call, answer });
            }
            Err(error) => facts.refused(
                subject,
                "the proof of a login",
                "alone",
                format!("refuses it: {error}"),
            ),
        }
        // Without having been given the real one's answer, it may still have another's.
        self.login
            .prove_wrapping(session, &label()?, real.key, &real.canary)
            .map(drop)
            .or_else(|error| match error {
                Error::WrappingKeyAcceptsWeaker { .. } => Ok(()), // for the other attacks to say
                other => Err(other),
            })
    }

    fn look_alike_of_the_pepper(&self, facts: &mut Facts) -> Result<()> {
        let subject = "look-alike of the pepper";
        let Some(real) = self.throw_away_mac_key(template::pepper)? else {
            facts.note("the token takes no template of a pepper");
            return Ok(());
        };
        let known = template::pepper(&label()?, random_id()?, Storage::Trial)
            .without(&[AttributeType::ValueLen])
            .changed(&[Attribute::Value(vec![0x5A; 32])]);
        let look_alike = match self.session.create_object(known.attributes()) {
            Ok(key) => key,
            Err(error) => {
                facts.refused(subject, "C_CreateObject", "a known value", ckr(&error));
                return Ok(());
            }
        };
        let answer = |key: ObjectHandle| {
            let session = self.login.session()?;
            self.login.mac(&session, key, b"chancery known answer v1")
        };
        let (real, other) = (answer(real)?, answer(look_alike)?);
        if bool::from(real.expose().ct_eq(other.expose())) {
            facts.came_through(subject, "C_Sign", "known answer", "the same");
        } else {
            facts.refused(subject, "C_Sign", "known answer", "another one");
        }
        Ok(())
    }

    /// One beside a key that signs has its label, and another public key.
    fn look_alike_of_a_signing_key(&self, facts: &mut Facts) -> Result<()> {
        let subject = "look-alike of a signing key";
        let [Some((real, public)), Some((look_alike, _))] = [
            self.throw_away_signing_key()?,
            self.throw_away_signing_key()?,
        ] else {
            facts.note(format!(
                "the token takes no template of a {THROW_AWAY_SIGNS}"
            ));
            return Ok(());
        };
        let of_the_label = [
            Attribute::Class(KeyClass::Private.object_class()),
            Attribute::Label(label()?.as_str().into()),
            Attribute::Token(false),
        ];
        let found = self.session.find_objects(&of_the_label)?;
        let answer = format!("{} objects", found.len());
        let (call, what) = ("C_FindObjects", "label and class");
        if found.contains(&real) && found.contains(&look_alike) {
            let answer = format!("{answer}, of which the product takes none");
            facts.refused(subject, call, what, answer);
        } else {
            facts.unclear(subject, call, what, format!("{answer}, not both of them"));
        }
        let spki = public_key(&self.session, TOKEN_KEY, public)?;
        let challenge = ToBeSigned::sha256(b"chancery probe");
        let session = self.login.session()?;
        let proof = |key| {
            self.login
                .prove_pair(&session, &label()?, key, TOKEN_KEY, &spki, &challenge)
        };
        proof(real)?;
        let call = "the proof of a login";
        match proof(look_alike) {
            Ok(()) => facts.came_through(subject, call, "alone", "takes it"),
            Err(Error::KeyDiffers { .. }) => facts.refused(subject, call, "alone", "refuses it"),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A16: who has the PIN does not destroy what nothing works without.
    pub(super) fn destruction(&self, facts: &mut Facts) -> Result<()> {
        let (id, label) = (random_id()?, label()?);
        let trial = Storage::Trial;
        if self.has_mac_keys() {
            self.destroy(
                facts,
                &Undestroyable {
                    subject: "throw-away pepper",
                    template: &|| template::pepper(&label, id, trial),
                    make: &|session, template| {
                        session.generate_key(&Mechanism::GenericSecretKeyGen, template.attributes())
                    },
                },
            )?;
        }
        self.destroy(
            facts,
            &Undestroyable {
                subject: THROW_AWAY_SIGNS,
                template: &|| template::signing_key(TOKEN_KEY, &label, id, trial),
                make: &|session, template| {
                    let public = template::signing_key_public(&label, id, trial);
                    let (public, private) = (public.attributes(), template.attributes());
                    let pair =
                        session.generate_key_pair(&Mechanism::EccKeyPairGen, public, private);
                    pair.map(|(_, private)| private)
                },
            },
        )?;
        if let Some(mechanism) = self.mechanism.filter(|_| self.wraps_keys()) {
            let mechanism = raw::mechanism_type(mechanism.number());
            self.destroy(
                facts,
                &Undestroyable {
                    subject: super::THROW_AWAY,
                    template: &|| template::master(&label, id, mechanism, trial),
                    make: &|session, template| {
                        session.generate_key(&Mechanism::AesKeyGen, template.attributes())
                    },
                },
            )?;
        }
        if let Some(keys) = &self.in_use {
            for (label, key) in self.named(keys) {
                self.read_back(facts, &label, key, &[Attribute::Destroyable(false)]);
            }
            facts.note(
                "keys in use are read back, not destroyed: of them it is as true as what the token \
                 says",
            );
        }
        facts.note(
            "not tried: C_SetPIN, and wrong PINs until it is locked; who has the PIN can do both",
        );
        Ok(())
    }

    /// Destroys a session key with DESTROYABLE=F, in a session of its own: closing that is what
    /// ends it in any case.
    fn destroy(&self, facts: &mut Facts, kind: &Undestroyable<'_>) -> Result<()> {
        let Undestroyable {
            subject,
            template,
            make,
        } = kind;
        let session = self.login.read_write_session()?;
        let droppable = [&super::DROPPABLE_IN_A_TRIAL[..], &template().droppable()].concat();
        let settled = settle(&label()?, &droppable, |dropped| {
            make(&session, &template().without(dropped))
        });
        let dropped = match settled {
            Ok((_, dropped)) => dropped,
            Err(Error::TemplateRefused { .. }) => {
                facts.note(format!("the token takes no template of a {subject}"));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let fixed = template()
            .without(&dropped)
            .changed(&[Attribute::Destroyable(false)]);
        match make(&session, &fixed) {
            Ok(key) => {
                let call = "C_DestroyObject";
                match session.destroy_object(key) {
                    Err(error) if !self.is_there(key) => {
                        let answer = format!("{}, and it is gone", ckr(&error));
                        facts.came_through(subject, call, "DESTROYABLE=F", answer);
                    }
                    answered => {
                        facts.trial(subject, call, "DESTROYABLE=F", answered);
                    }
                }
                session.close()?;
                if self.is_there(key) {
                    facts.note(format!(
                        "{subject}: is still there after its session was closed"
                    ));
                }
            }
            Err(error) if answer::value(&error).is_some_and(template::is_refusal) => {
                let answer = format!("{}: every key can be destroyed", ckr(&error));
                facts.came_through(subject, "C_GenerateKey", "DESTROYABLE=F", answer);
            }
            Err(error) => {
                facts.unclear(subject, "C_GenerateKey", "DESTROYABLE=F", ckr(&error));
            }
        }
        Ok(())
    }

    /// A19: pepper and record MAC give whole MACs of one kind, and no others.
    pub(super) fn truncated_mac(&self, facts: &mut Facts) -> Result<()> {
        let mut subjects: Vec<(String, ObjectHandle)> = Vec::new();
        for (subject, key) in [
            (
                "throw-away pepper",
                self.throw_away_mac_key(template::pepper)?,
            ),
            (
                "throw-away record-MAC key",
                self.throw_away_mac_key(template::record_mac)?,
            ),
        ] {
            match key {
                Some(key) => subjects.push((subject.to_owned(), key)),
                None => facts.note(format!("the token takes no template of a {subject}")),
            }
        }
        if let Some(keys) = &self.in_use {
            subjects.extend(keys.mac_keys.iter().cloned());
        }
        let raw = &self.login.module.raw;
        for (subject, key) in &subjects {
            for (mechanism, parameter) in HMACS {
                let listed = self
                    .listed
                    .iter()
                    .any(|(number, info)| *number == mechanism && info.does(CKF_SIGN));
                let truncates = matches!(parameter, Parameter::MacLength(_));
                if !listed && mechanism != CKM_SHA256_HMAC_GENERAL {
                    continue;
                }
                let what = match (mechanism == CKM_SHA256_HMAC, truncates) {
                    (true, _) => "CKM_SHA256_HMAC with a length of one byte".to_owned(),
                    (_, true) => format!("{} of one byte", mechanism_name(mechanism)),
                    (_, false) => mechanism_name(mechanism),
                };
                let session = self.login.session()?; // an operation may be left active
                let answered = raw.sign(&session, mechanism, parameter, *key, b"chancery probe");
                match answered {
                    // A mechanism without parameter may not look at one.
                    Ok(mac) if mechanism == CKM_SHA256_HMAC && mac.len() == 32 => {
                        facts.refused(subject, "C_Sign", what, "CKR_OK, 32 bytes all the same");
                    }
                    Err(cryptoki::error::Error::Pkcs11(
                        RvError::MechanismParamInvalid | RvError::ArgumentsBad,
                        _,
                    )) if mechanism == CKM_SHA256_HMAC => {
                        facts.refused(subject, "C_SignInit", what, "CKR_MECHANISM_PARAM_INVALID");
                    }
                    answered => {
                        facts.trial(subject, "C_SignInit", what, answered.map(drop));
                    }
                }
            }
            // It works as it should, so what was refused was refused for its mechanism.
            let session = self.login.session()?;
            self.login.mac(&session, *key, b"chancery probe")?;
        }
        Ok(())
    }
}
