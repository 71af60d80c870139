use cryptoki::error::Error as CkError;

use super::{Login, lock};
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
        for (mechanism, flag) in self.signer(algorithm).mechanisms() {
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
        lock(&self.offered).insert(algorithm);
        Ok(())
    }

    /// As [`Self::check_offered`], and refuses an algorithm whose keys the token does not wrap:
    /// SoftHSM 2.6.1 lists the mechanisms of Ed25519 and makes such a key, but does not wrap it. The
    /// mechanism list does not tell, so a throw-away key does; once a login.
    pub(super) fn check_wrapped(&self, algorithm: SignerAlgorithm) -> Result<()> {
        self.check_offered(algorithm)?;
        // Of the others a key is wrapped where the mechanism is found, and making one of RSA for
        // nothing takes seconds.
        if algorithm != SignerAlgorithm::Ed25519 || lock(&self.wraps).contains(&algorithm) {
            return Ok(());
        }
        let number = self.wrap_mechanism()?.number();
        let session = self.session()?; // what is made here goes with it
        let (key, _) = self.newborn(&session, algorithm)?;
        let template = template::throw_away_wrapping_key(raw::mechanism_type(number), None);
        let wrapping = session.generate_key(
            &cryptoki::mechanism::Mechanism::AesKeyGen,
            template.attributes(),
        )?;
        let raw = &self.module.raw;
        match raw.wrap(&session, number, Parameter::None, wrapping, key) {
            Ok(_) => {
                lock(&self.wraps).insert(algorithm);
                Ok(())
            }
            Err(error @ CkError::Pkcs11(..))
                if answer::meaning(&error, || false) == Meaning::Other =>
            {
                Err(Error::AlgorithmNotWrapped {
                    algorithm,
                    answer: answer::names(&error).1,
                })
            }
            Err(error) => Err(error.into()),
        }
    }
}
