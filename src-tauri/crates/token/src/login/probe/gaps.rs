//! What of the templates a token does not have, and how that showed.

use cryptoki::{
    error::Result as CkResult,
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectHandle},
};
use cryptoki_sys::{CKF_UNWRAP, CKF_WRAP};

use super::{Stage, facts::ckr, label};
use crate::{
    Gap, Missing, Result, SignerAlgorithm, TokenProfile, answer,
    login::{Login, name, random_id},
    raw::{self, Difference},
    template::{self, Storage, Template, UNWRAP_TEMPLATE, WRAP_TEMPLATE},
};

impl Login {
    /// Finds out how the token wraps, and what of the templates it does not have.
    pub(crate) fn profile(&self) -> Result<TokenProfile> {
        let mechanism = self.usable_mechanism()?;
        let session = self.read_write_session()?;
        let stage = Stage::set(self, session, mechanism, None)?;
        let wrap_mechanisms = stage
            .listed
            .iter()
            .filter(|(_, info)| info.does(CKF_WRAP) || info.does(CKF_UNWRAP))
            .map(|(number, _)| *number)
            .collect();
        Ok(TokenProfile {
            mechanism,
            wrap_mechanisms,
            gaps: stage.gaps()?,
        })
    }
}

/// Gaps found so far; of each kind the first.
#[derive(Default)]
struct Gaps(Vec<Gap>);

impl Gaps {
    fn add(&mut self, missing: Missing, detail: String) {
        if self.0.iter().all(|gap| gap.missing != missing) {
            self.0.push(Gap { missing, detail });
        }
    }
}

impl Stage<'_> {
    fn gaps(&self) -> Result<Vec<Gap>> {
        let mut gaps = Gaps::default();
        let (id, label) = (random_id()?, label()?);
        match self.mechanism {
            None => gaps.add(
                Missing::Wrapping,
                "neither CKM_AES_KEY_WRAP_KWP nor CKM_AES_KEY_WRAP_PAD wraps and unwraps"
                    .to_owned(),
            ),
            Some(mechanism) => {
                let mechanism = raw::mechanism_type(mechanism.number());
                self.gaps_of(&mut gaps, "master", &Mechanism::AesKeyGen, || {
                    template::master(&label, id, mechanism, Storage::Trial)
                })?;
                self.gaps_of_unwrapping(&mut gaps)?;
                let trusted = template::master(&label, id, mechanism, Storage::Trial)
                    .changed(&[Attribute::Trusted(true)]);
                let answered = self.generated(&Mechanism::AesKeyGen, &trusted);
                let answer = match answered {
                    Ok(_) => "CKR_OK for the user, so it says nothing".to_owned(),
                    Err(error) => ckr(&error),
                };
                gaps.add(
                    Missing::Trusted,
                    format!("C_GenerateKey (master, TRUSTED=T) {answer}"),
                );
            }
        }
        self.gaps_of(&mut gaps, "pepper", &Mechanism::GenericSecretKeyGen, || {
            template::pepper(&label, id, Storage::Trial)
        })?;
        self.gap_of_destroyable(&mut gaps)?;
        Ok(gaps.0)
    }

    /// What of a secret key's template is refused, or reads back otherwise.
    fn gaps_of(
        &self,
        gaps: &mut Gaps,
        what: &str,
        mechanism: &Mechanism<'_>,
        template: impl Fn() -> Template,
    ) -> Result<()> {
        let Some((key, dropped)) = self.make(mechanism, &template)? else {
            return Ok(()); // the attacks say so
        };
        for kind in &dropped {
            if let Some(missing) = missing_of(*kind) {
                gaps.add(
                    missing,
                    format!("C_GenerateKey ({what}) refuses it with {}", name(*kind)),
                );
            }
        }
        let template = template().without(&dropped);
        let mut expected = template::of_a_token_key(&template);
        let born = template::born_on_the_token();
        expected.extend(&born);
        let differences = self
            .login
            .module
            .raw
            .differences(&self.session, key, &expected)?;
        for (kind, difference) in differences {
            if let Some(missing) = missing_of(kind) {
                let how = match difference {
                    Difference::Absent => "is not shown",
                    Difference::Other => "reads back otherwise",
                };
                gaps.add(
                    missing,
                    format!("C_GetAttributeValue ({what}, {}) {how}", name(kind)),
                );
            }
        }
        Ok(())
    }

    /// Whether a signer's key can be made unchangeable while it is unwrapped.
    fn gaps_of_unwrapping(&self, gaps: &mut Gaps) -> Result<()> {
        let Some((master, _)) = self.throw_away_master()? else {
            return Ok(());
        };
        let template = template::unwrapped_signing_key(SignerAlgorithm::EcdsaP256, random_id()?)
            .without(master.unsaid)
            .changed(&[Attribute::Modifiable(false)]);
        let blob = master.canary.wrapped.expose_blob();
        match self.unwrap(&master, blob, template.attributes()) {
            Ok(key) => {
                let frozen = Attribute::Modifiable(false);
                let raw = &self.login.module.raw;
                if !raw.differences(&self.session, key, &[&frozen])?.is_empty() {
                    gaps.add(
                        Missing::ModifiableAtUnwrap,
                        "C_UnwrapKey (MODIFIABLE=F) CKR_OK, and it reads back otherwise".to_owned(),
                    );
                }
                self.session.destroy_object(key)?;
            }
            Err(error) => gaps.add(
                Missing::ModifiableAtUnwrap,
                format!("C_UnwrapKey (MODIFIABLE=F) {}", ckr(&error)),
            ),
        }
        Ok(())
    }

    /// DESTROYABLE=F on a session key, in a session of its own that ends it.
    fn gap_of_destroyable(&self, gaps: &mut Gaps) -> Result<()> {
        let (id, label) = (random_id()?, label()?);
        let pepper = || template::pepper(&label, id, Storage::Trial);
        let Some((_, dropped)) = self.make(&Mechanism::GenericSecretKeyGen, pepper)? else {
            return Ok(()); // the attacks say so
        };
        let template = pepper()
            .without(&dropped)
            .changed(&[Attribute::Destroyable(false)]);
        let session = self.login.read_write_session()?;
        let made = session.generate_key(&Mechanism::GenericSecretKeyGen, template.attributes());
        match made {
            Ok(key) => {
                if session.destroy_object(key).is_ok() {
                    gaps.add(
                        Missing::Destroyable,
                        "C_DestroyObject (DESTROYABLE=F) CKR_OK".to_owned(),
                    );
                }
                session.close()?;
            }
            Err(error) if answer::value(&error).is_some_and(template::is_refusal) => gaps.add(
                Missing::Destroyable,
                format!("C_GenerateKey (DESTROYABLE=F) {}", ckr(&error)),
            ),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn generated(&self, mechanism: &Mechanism<'_>, template: &Template) -> CkResult<ObjectHandle> {
        self.session.generate_key(mechanism, template.attributes())
    }
}

/// What the loss of an attribute is called.
fn missing_of(attribute: AttributeType) -> Option<Missing> {
    Some(match attribute {
        UNWRAP_TEMPLATE => Missing::UnwrapTemplate,
        WRAP_TEMPLATE => Missing::WrapTemplate,
        AttributeType::AllowedMechanisms => Missing::AllowedMechanisms,
        AttributeType::Modifiable => Missing::Modifiable,
        AttributeType::Copyable => Missing::Copyable,
        AttributeType::Destroyable => Missing::Destroyable,
        AttributeType::Local | AttributeType::AlwaysSensitive | AttributeType::NeverExtractable => {
            Missing::Birth
        }
        _ => return None,
    })
}
