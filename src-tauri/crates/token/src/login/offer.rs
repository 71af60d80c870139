use std::convert::Infallible;

use cryptoki::{error::Error as CkError, mechanism::Mechanism};

use super::{Login, lock, random_id};
use crate::{
    Error, Result, SignerAlgorithm, answer,
    raw::{self, Parameter},
    reconnect::Meaning,
    template,
};

impl Login {
    /// Refuses an algorithm that the token does not list all mechanisms of, before anything is
    /// made; asked once a login.
    pub(super) fn check_offered(&self, algorithm: SignerAlgorithm) -> Result<()> {
        if lock(&self.offered).contains(&algorithm) {
            return Ok(());
        }
        let listed = self.module.raw.mechanisms(self.slot)?;
        for (mechanism, flag) in algorithm.mechanisms() {
            let offered = listed.contains(&mechanism) && {
                let info = self.module.raw.mechanism_info(self.slot, mechanism)?;
                info.does(flag) && info.takes(algorithm.key_bits())
            };
            if !offered {
                return Err(Error::AlgorithmNotOffered {
                    algorithm,
                    mechanism,
                });
            }
        }
        if algorithm == SignerAlgorithm::Ed25519 {
            match self.refuse_ed25519()? {}
        }
        lock(&self.offered).insert(algorithm);
        Ok(())
    }

    /// Says why no signer gets an Ed25519 key. SoftHSM 2.6.1 lists its mechanisms and makes one,
    /// but does not wrap it; the mechanism list does not tell, so a throw-away key does.
    fn refuse_ed25519(&self) -> Result<Infallible> {
        const ALGORITHM: SignerAlgorithm = SignerAlgorithm::Ed25519;
        let number = self.wrap_mechanism()?.number();
        let session = self.session()?; // what is made here goes with it
        let id = random_id()?;
        let (_, key) = session.generate_key_pair(
            &Mechanism::EccEdwardsKeyPairGen,
            template::newborn_public_key(ALGORITHM, id).attributes(),
            template::newborn_signing_key(ALGORITHM, id).attributes(),
        )?;
        let template = template::throw_away_wrapping_key(raw::mechanism_type(number), None);
        let wrapping = session.generate_key(&Mechanism::AesKeyGen, template.attributes())?;
        let raw = &self.module.raw;
        match raw.wrap(&session, number, Parameter::None, wrapping, key) {
            Ok(_) => Err(Error::AlgorithmNotSupported {
                algorithm: ALGORITHM,
            }),
            Err(error @ CkError::Pkcs11(..))
                if answer::meaning(&error, || false) == Meaning::Other =>
            {
                Err(Error::AlgorithmNotWrapped {
                    algorithm: ALGORITHM,
                    answer: answer::names(&error).1,
                })
            }
            Err(error) => Err(error.into()),
        }
    }
}
