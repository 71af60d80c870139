//! What only the probe calls: an attacker's operations, each with the keys it must not work with.

use super::{
    CK_ATTRIBUTE, CK_MECHANISM_TYPE, CK_OBJECT_HANDLE, CK_ULONG, CkResult, Function, OUTPUT,
    ObjectHandle, Parameter, Raw, Session, Zeroizing, cut, ok, present,
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
        let init = self.shared(self.functions.C_DecryptInit, Function::DecryptInit)?;
        let decrypt = present(self.functions.C_Decrypt)?;
        let answer = parameter.with(mechanism, |mechanism| {
            // SAFETY: session and key come from the crate; the parameter lives until the call
            // returns.
            unsafe { init(session.handle(), mechanism, key.handle()) }
        });
        ok(answer, Function::DecryptInit)?;
        let mut output = Zeroizing::new(vec![0; OUTPUT]);
        let mut length = OUTPUT as CK_ULONG;
        // SAFETY: both lengths are those of their buffers; C_Decrypt only reads its input.
        let answer = unsafe {
            decrypt(
                session.handle(),
                input.as_ptr().cast_mut(),
                input.len() as CK_ULONG,
                output.as_mut_ptr(),
                &raw mut length,
            )
        };
        ok(answer, Function::Decrypt)?;
        cut(output, length, Function::Decrypt)
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
        let init = self.shared(self.functions.C_EncryptInit, Function::EncryptInit)?;
        let encrypt = present(self.functions.C_Encrypt)?;
        let answer = parameter.with(mechanism, |mechanism| {
            // SAFETY: as in `decrypt`.
            unsafe { init(session.handle(), mechanism, key.handle()) }
        });
        ok(answer, Function::EncryptInit)?;
        let mut output = Zeroizing::new(vec![0; OUTPUT]);
        let mut length = OUTPUT as CK_ULONG;
        // SAFETY: as in `decrypt`.
        let answer = unsafe {
            encrypt(
                session.handle(),
                input.as_ptr().cast_mut(),
                input.len() as CK_ULONG,
                output.as_mut_ptr(),
                &raw mut length,
            )
        };
        ok(answer, Function::Encrypt)?;
        cut(output, length, Function::Encrypt)
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
            // SAFETY: as in `decrypt`; `template` points into the caller's attributes, which
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
