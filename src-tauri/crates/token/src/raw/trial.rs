//! What only the probe calls: an attacker's operations, each with the keys it must not work with.

use super::{
    CK_ATTRIBUTE, CK_MECHANISM_TYPE, CK_OBJECT_HANDLE, CK_ULONG, CkResult, Function, ObjectHandle,
    OneShot, Parameter, Raw, Session, Zeroizing, ok,
};
use cryptoki::object::Attribute;

impl Raw {
    /// Decrypts in one C_Decrypt. The function in an error tells whether the key was accepted.
    ///
    /// If it fails, the operation may still be active: the caller closes the session.
    pub(crate) fn decrypt(
        &self,
        session: &Session,
        mechanism: CK_MECHANISM_TYPE,
        parameter: Parameter,
        key: ObjectHandle,
        input: &[u8],
    ) -> CkResult<Zeroizing<Vec<u8>>> {
        let decrypt = OneShot {
            init: (self.functions.C_DecryptInit, Function::DecryptInit),
            call: (self.functions.C_Decrypt, Function::Decrypt),
        };
        let mechanism = (mechanism, parameter);
        self.one_shot(session, decrypt, mechanism, key, input, || Ok(()))
    }

    /// Encrypts in one C_Encrypt; otherwise as `decrypt`.
    pub(crate) fn encrypt(
        &self,
        session: &Session,
        mechanism: CK_MECHANISM_TYPE,
        parameter: Parameter,
        key: ObjectHandle,
        input: &[u8],
    ) -> CkResult<Zeroizing<Vec<u8>>> {
        let encrypt = OneShot {
            init: (self.functions.C_EncryptInit, Function::EncryptInit),
            call: (self.functions.C_Encrypt, Function::Encrypt),
        };
        let mechanism = (mechanism, parameter);
        self.one_shot(session, encrypt, mechanism, key, input, || Ok(()))
    }

    /// Derives a key from another (C_DeriveKey).
    pub(crate) fn derive(
        &self,
        session: &Session,
        mechanism: CK_MECHANISM_TYPE,
        parameter: Parameter,
        base: ObjectHandle,
        template: &[Attribute],
    ) -> CkResult<ObjectHandle> {
        let call = self.shared(self.functions.C_DeriveKey, Function::DeriveKey)?;
        let mut template: Vec<CK_ATTRIBUTE> = template.iter().map(Into::into).collect();
        let mut handle: CK_OBJECT_HANDLE = 0;
        let answer = parameter.with(mechanism, |mechanism| {
            // SAFETY: as in `one_shot`; `template` points into the caller's attributes, which
            // outlive the call.
            unsafe {
                call(
                    session.handle(),
                    mechanism,
                    base.handle(),
                    template.as_mut_ptr(),
                    template.len() as CK_ULONG,
                    &raw mut handle,
                )
            }
        });
        ok(answer, Function::DeriveKey)?;
        // SAFETY: the module just gave this handle out for this session.
        Ok(unsafe { ObjectHandle::new_from_raw(handle) })
    }
}
