//! Plays the attacks of somebody who has the PIN and PKCS#11 code of his own.
//!
//! Nothing is inferred: each is tried, on throw-away keys made by the templates the product uses,
//! and on the token's own keys where that can do no harm. Everything made here is a session object
//! of a session that is closed at the end of the request, so that nothing is left of it however it
//! ends; where the token could be talked into storing something, it is destroyed at once.

mod adversary;
mod facts;
mod gaps;
mod keys;
mod uses;
mod wrapped;

use cryptoki::{
    error::Result as CkResult,
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectHandle},
    session::Session,
};
use zeroize::Zeroizing;

use self::{
    adversary::{Adversary, VALUES, Way},
    facts::Facts,
};
use super::{KeyClass, Login, TOKEN_KEY, create::settle, name, random_id};
use crate::{
    Attack, Canary, Error, KeyLabel, MasterInUse, Played, Production, Result, WrapMechanism,
    raw::{self, Difference, MechanismInfo, Parameter},
    template::{self, Id, Storage, Template, UNWRAP_TEMPLATE},
};

/// Label of the probe's own keys.
const LABEL: &str = "chancery-probe";

/// Who a key that is tried belongs to.
const THROW_AWAY: &str = "throw-away master";
const IN_USE: &str = "master in use";

/// What the probe's throw-away keys are made without besides what all keys may lack, if the token
/// refuses it, so that what comes of that shows. The product itself makes no master without them.
const DROPPABLE_IN_A_TRIAL: [AttributeType; 2] =
    [UNWRAP_TEMPLATE, AttributeType::AllowedMechanisms];

impl Login {
    /// Plays one attack.
    pub(crate) fn probe(&self, attack: Attack, production: Option<&Production>) -> Result<Played> {
        let mechanism = self.usable_mechanism()?;
        let session = self.read_write_session()?;
        let found = production
            .map(|production| self.found_in_use(&session, production))
            .transpose()?;
        let stage = Stage::set(self, session, mechanism, found)?;
        let mut facts = Facts::default();
        match attack {
            Attack::WrapThenDecrypt => stage.wrap_then_decrypt(&mut facts)?,
            Attack::UnwrapWeaker => stage.unwrap_weaker(&mut facts)?,
            Attack::TypeConfusion => stage.type_confusion(&mut facts)?,
            Attack::Conjuring => stage.conjuring(&mut facts)?,
            Attack::OwnWrappingKey => stage.own_wrapping_key(&mut facts)?,
            Attack::Mutation => stage.mutation(&mut facts)?,
            Attack::Derivation => stage.derivation(&mut facts)?,
            Attack::WrapTheMaster => stage.wrap_the_master(&mut facts)?,
            Attack::SecondMechanism => stage.second_mechanism(&mut facts)?,
            Attack::ChosenIv => stage.chosen_iv(&mut facts)?,
            Attack::Injection => stage.injection(&mut facts)?,
            Attack::LookAlike => stage.look_alike(&mut facts)?,
            Attack::Destruction => stage.destruction(&mut facts)?,
            Attack::TruncatedMac => stage.truncated_mac(&mut facts)?,
        }
        Ok(facts.played(attack))
    }

    /// The mechanism keys are wrapped with, if there is one.
    fn usable_mechanism(&self) -> Result<Option<WrapMechanism>> {
        match self.wrap_mechanism() {
            Ok(mechanism) => Ok(Some(mechanism)),
            Err(Error::NoWrapMechanism) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the product leaves out when it unwraps here; nothing where it does not unwrap at all,
    /// which the attacks will say.
    fn unsaid(
        &self,
        session: &Session,
        master: ObjectHandle,
        canary: &Canary,
    ) -> &'static [AttributeType] {
        match self.unwrapped_without(session, master, &canary.wrapped, canary.algorithm) {
            Ok((key, unsaid)) => {
                let _ = session.destroy_object(key); // or with its session
                unsaid
            }
            Err(_) => &[],
        }
    }

    fn found_in_use(&self, session: &Session, production: &Production) -> Result<InUse> {
        let Production {
            master,
            mac_keys,
            signing_keys,
        } = production;
        let find = |labels: &[KeyLabel], class| -> Result<Vec<(String, ObjectHandle)>> {
            let find = |label: &KeyLabel| {
                let key = self.find(session, label, class)?;
                Ok((label.to_string(), key))
            };
            labels.iter().map(find).collect()
        };
        let mac_keys = find(mac_keys, KeyClass::Secret)?;
        let signing_keys = find(signing_keys, KeyClass::Private)?;
        let in_use = |MasterInUse { label, canary }: &MasterInUse| -> Result<Master> {
            let key = self.find(session, label, KeyClass::Secret)?;
            Ok(Master {
                subject: IN_USE,
                key,
                mechanism: canary.wrapped.mechanism().number(),
                unsaid: self.unsaid(session, key, canary),
                canary: canary.clone(),
            })
        };
        Ok(InUse {
            master: master.as_ref().map(in_use).transpose()?,
            mac_keys,
            signing_keys,
        })
    }
}

/// The token's own keys.
struct InUse {
    master: Option<Master>,
    mac_keys: Vec<(String, ObjectHandle)>,
    signing_keys: Vec<(String, ObjectHandle)>,
}

/// A master an attack is played on, and a key that is wrapped under it.
#[derive(Clone)]
struct Master {
    subject: &'static str,
    key: ObjectHandle,
    mechanism: u64,
    canary: Canary,
    /// What the token does not take in the template of a key that is unwrapped, so that nothing is
    /// refused for that.
    unsaid: &'static [AttributeType],
}

/// Where an attack is played: one session, and what is known of the token.
struct Stage<'l> {
    login: &'l Login,
    /// Read-write, so that TOKEN=T is refused for what it is. What is made here goes with it.
    session: Session,
    /// Every mechanism the token lists, with what it says of it.
    listed: Vec<(u64, MechanismInfo)>,
    mechanism: Option<WrapMechanism>,
    in_use: Option<InUse>,
}

impl<'l> Stage<'l> {
    fn set(
        login: &'l Login,
        session: Session,
        mechanism: Option<WrapMechanism>,
        in_use: Option<InUse>,
    ) -> Result<Self> {
        let raw = &login.module.raw;
        let listed = raw.mechanisms(login.slot)?;
        let listed = listed.into_iter().filter_map(|number| {
            let info = raw.mechanism_info(login.slot, number).ok()?;
            Some((number, info))
        });
        Ok(Self {
            listed: listed.collect(),
            login,
            session,
            mechanism,
            in_use,
        })
    }

    /// Makes a throw-away key by its template, with as little dropped as the token wants.
    fn make(
        &self,
        mechanism: &Mechanism<'_>,
        template: impl Fn() -> Template,
    ) -> Result<Option<(ObjectHandle, Vec<AttributeType>)>> {
        let droppable = [&DROPPABLE_IN_A_TRIAL[..], &template().droppable()].concat();
        let made = settle(&label()?, &droppable, |dropped| {
            let template = template().without(dropped);
            self.session.generate_key(mechanism, template.attributes())
        });
        match made {
            Ok(made) => Ok(Some(made)),
            Err(Error::TemplateRefused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether keys are wrapped on this token, or may be.
    fn wraps_keys(&self) -> bool {
        let master = |keys: &InUse| keys.master.is_some();
        self.in_use.as_ref().is_none_or(master)
    }

    /// Whether pepper and record MAC are on this token, or may be.
    fn has_mac_keys(&self) -> bool {
        let some = |keys: &InUse| !keys.mac_keys.is_empty();
        self.in_use.as_ref().is_none_or(some)
    }

    /// A throw-away master, and what it was made without. None if the token wraps nothing, or
    /// takes nothing like its template.
    fn throw_away_master(&self) -> Result<Option<(Master, Vec<AttributeType>)>> {
        let Some(mechanism) = self.mechanism.filter(|_| self.wraps_keys()) else {
            return Ok(None);
        };
        let id = random_id()?;
        let label = label()?;
        let made = self.make(&Mechanism::AesKeyGen, || {
            let mechanism = raw::mechanism_type(mechanism.number());
            template::master(&label, id, mechanism, Storage::Trial)
        })?;
        let Some((key, dropped)) = made else {
            return Ok(None);
        };
        let canary = self.login.canary(&self.session, mechanism, key)?;
        let master = Master {
            subject: THROW_AWAY,
            key,
            mechanism: mechanism.number(),
            unsaid: self.login.unsaid(&self.session, key, &canary),
            canary,
        };
        Ok(Some((master, dropped)))
    }

    /// The masters an attack is played on: a throw-away one, and the one in use.
    fn masters(&self, facts: &mut Facts) -> Result<Vec<Master>> {
        let mut masters = Vec::new();
        if !self.wraps_keys() {
            return Ok(masters);
        }
        match self.throw_away_master()? {
            Some((master, dropped)) => {
                if !dropped.is_empty() {
                    let dropped: Vec<_> = dropped.into_iter().map(|kind| name(kind).0).collect();
                    facts.note(format!("{THROW_AWAY} made without {}", dropped.join(", ")));
                }
                masters.push(master);
            }
            None => facts.note(match self.mechanism {
                Some(_) => "the token takes no template of a master",
                None => "the token has no mechanism that keys are wrapped with",
            }),
        }
        masters.extend(self.in_use.iter().filter_map(|keys| keys.master.clone()));
        Ok(masters)
    }

    /// A throw-away pepper or record-MAC key.
    fn throw_away_mac_key(
        &self,
        template: fn(&KeyLabel, Id, Storage) -> Template,
    ) -> Result<Option<ObjectHandle>> {
        if !self.has_mac_keys() {
            return Ok(None);
        }
        let (id, label) = (random_id()?, label()?);
        let made = self.make(&Mechanism::GenericSecretKeyGen, || {
            template(&label, id, Storage::Trial)
        })?;
        Ok(made.map(|(key, _)| key))
    }

    /// A throw-away key that signs as those of head, CA and notary do, and its public half; none if
    /// the token takes nothing like its template.
    fn throw_away_signing_key(&self) -> Result<Option<(ObjectHandle, ObjectHandle)>> {
        let (id, label) = (random_id()?, label()?);
        let signer = self.login.signer(TOKEN_KEY);
        let private = || template::signing_key(signer, &label, id, Storage::Trial);
        let public = template::signing_key_public(&label, id, Storage::Trial);
        let made = settle(&label, &private().droppable(), |dropped| {
            let (public, private) = (public.attributes(), private().without(dropped));
            let mechanism = Mechanism::EccKeyPairGen;
            let session = &self.session;
            session.generate_key_pair(&mechanism, public, private.attributes())
        });
        match made {
            Ok(((public, private), _)) => Ok(Some((private, public))),
            Err(Error::TemplateRefused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn wrap(&self, way: &Way, victim: ObjectHandle) -> CkResult<Zeroizing<Vec<u8>>> {
        let raw = &self.login.module.raw;
        raw.wrap(&self.session, way.mechanism, way.parameter, way.key, victim)
    }

    /// Unwraps a blob under a master.
    fn unwrap(
        &self,
        master: &Master,
        blob: &[u8],
        template: &[Attribute],
    ) -> CkResult<ObjectHandle> {
        self.unwrap_in(&self.session, master, blob, template)
    }

    /// The same, as an object of another session.
    fn unwrap_in(
        &self,
        session: &Session,
        master: &Master,
        blob: &[u8],
        template: &[Attribute],
    ) -> CkResult<ObjectHandle> {
        self.login.module.raw.unwrap(
            session,
            master.mechanism,
            Parameter::None,
            master.key,
            blob,
            template,
        )
    }

    /// Whether there is still such an object, whatever it is.
    fn is_there(&self, object: ObjectHandle) -> bool {
        let class = self.session.get_attributes(object, &[AttributeType::Class]);
        class.is_ok_and(|attributes| !attributes.is_empty())
    }

    /// Which of its values a key shows to who asks.
    fn shows(&self, key: ObjectHandle) -> Result<Option<String>> {
        for kind in VALUES {
            let shown = self.session.get_attributes(key, &[kind]);
            let values = shown.unwrap_or_default();
            let value = values.iter().find_map(|attribute| match attribute {
                Attribute::Value(value)
                | Attribute::PrivateExponent(value)
                | Attribute::Prime1(value) => (!value.is_empty()).then_some(kind),
                _ => None,
            });
            if let Some(kind) = value {
                return Ok(Some(format!("{kind:?}")));
            }
        }
        Ok(None)
    }

    /// Reads attributes of a key back that must be so.
    fn read_back(
        &self,
        facts: &mut Facts,
        subject: &str,
        key: ObjectHandle,
        expected: &[Attribute],
    ) {
        let expected: Vec<&Attribute> = expected.iter().collect();
        let raw = &self.login.module.raw;
        let differences = match raw.differences(&self.session, key, &expected) {
            Ok(differences) => differences,
            Err(error) => {
                facts.unclear(subject, "C_GetAttributeValue", "all", facts::ckr(&error));
                return;
            }
        };
        for attribute in expected {
            let kind = attribute.attribute_type();
            let what = facts::stated(attribute);
            match differences.iter().find(|(other, _)| *other == kind) {
                None => facts.refused(subject, "C_GetAttributeValue", what, "reads back so"),
                Some((_, Difference::Other)) => {
                    facts.came_through(
                        subject,
                        "C_GetAttributeValue",
                        what,
                        "reads back otherwise",
                    );
                }
                Some((_, Difference::Absent)) => {
                    facts.unclear(subject, "C_GetAttributeValue", what, "is not shown");
                }
            }
        }
    }
}

fn label() -> Result<KeyLabel> {
    KeyLabel::new(LABEL)
}
