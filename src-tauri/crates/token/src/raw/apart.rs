//! Modules that give each caller an instance of its own (p11-kit's client, 0.24): what can be said
//! by the crate is said by it, so that sessions and handles are of one instance.

use cryptoki::{
    context::{Function, Pkcs11},
    error::{Error as CkError, Result as CkResult, RvError},
    mechanism::{
        Mechanism, MechanismType,
        eddsa::{EddsaParams, EddsaSignatureScheme},
    },
    object::{Attribute, AttributeType, ObjectHandle},
    session::Session,
    slot::{Slot, TokenInfo as CkTokenInfo},
};
use cryptoki_sys::{
    CK_MECHANISM_TYPE, CKF_GENERATE, CKF_GENERATE_KEY_PAIR, CKF_SIGN, CKF_UNWRAP, CKF_WRAP,
};
use zeroize::Zeroizing;

use super::{Difference, MechanismInfo, mechanism_type};

/// The crate's own instance.
pub(super) struct Apart(pub(super) Pkcs11);

impl Apart {
    /// The mechanisms that the crate names; those it does not are not used here.
    pub(super) fn mechanisms(&self, slot: Slot) -> CkResult<Vec<CK_MECHANISM_TYPE>> {
        let listed = self.0.get_mechanism_list(slot)?;
        Ok(listed.into_iter().map(|mechanism| *mechanism).collect())
    }

    pub(super) fn token_info(&self, slot: Slot) -> CkResult<CkTokenInfo> {
        self.0.get_token_info(slot)
    }

    pub(super) fn mechanism_info(
        &self,
        slot: Slot,
        mechanism: CK_MECHANISM_TYPE,
    ) -> CkResult<MechanismInfo> {
        let info = self.0.get_mechanism_info(slot, mechanism_type(mechanism))?;
        let flags = [
            (info.sign(), CKF_SIGN),
            (info.wrap(), CKF_WRAP),
            (info.unwrap(), CKF_UNWRAP),
            (info.generate(), CKF_GENERATE),
            (info.generate_key_pair(), CKF_GENERATE_KEY_PAIR),
        ];
        Ok(MechanismInfo {
            flags: flags
                .iter()
                .filter(|(does, _)| *does)
                .fold(0, |all, (_, flag)| all | flag),
            smallest: info.min_key_size() as _,
            largest: info.max_key_size() as _,
        })
    }

    /// Signs or MACs by a mechanism without a parameter.
    pub(super) fn sign(
        session: &Session,
        mechanism: CK_MECHANISM_TYPE,
        key: ObjectHandle,
        input: &[u8],
    ) -> CkResult<Zeroizing<Vec<u8>>> {
        let mechanism = match mechanism_type(mechanism) {
            MechanismType::ECDSA => Mechanism::Ecdsa,
            MechanismType::RSA_PKCS => Mechanism::RsaPkcs,
            MechanismType::ECDSA_SHA256 => Mechanism::EcdsaSha256,
            MechanismType::ECDSA_SHA384 => Mechanism::EcdsaSha384,
            MechanismType::ECDSA_SHA512 => Mechanism::EcdsaSha512,
            MechanismType::SHA256_RSA_PKCS => Mechanism::Sha256RsaPkcs,
            MechanismType::SHA384_RSA_PKCS => Mechanism::Sha384RsaPkcs,
            MechanismType::SHA512_RSA_PKCS => Mechanism::Sha512RsaPkcs,
            MechanismType::EDDSA => Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure)),
            MechanismType::SHA256_HMAC => Mechanism::Sha256Hmac,
            _ => {
                return Err(CkError::Pkcs11(
                    RvError::MechanismInvalid,
                    Function::SignInit,
                ));
            }
        };
        session.sign(&mechanism, key, input).map(Zeroizing::new)
    }

    /// Compares attributes one by one. Of a mechanism list it says that it cannot be seen: p11-kit
    /// (0.24) carries one to the token, and answers CKR_DEVICE_ERROR to who asks for it.
    pub(super) fn differences(
        session: &Session,
        object: ObjectHandle,
        expected: &[&Attribute],
    ) -> CkResult<Vec<(AttributeType, Difference)>> {
        let mut differences = Vec::new();
        for attribute in expected {
            let kind = attribute.attribute_type();
            if kind == AttributeType::AllowedMechanisms {
                differences.push((kind, Difference::Absent));
                continue;
            }
            match session.get_attributes(object, &[kind])?.first() {
                Some(found) if found == *attribute => {}
                Some(_) => differences.push((kind, Difference::Other)),
                None => differences.push((kind, Difference::Absent)),
            }
        }
        Ok(differences)
    }
}
