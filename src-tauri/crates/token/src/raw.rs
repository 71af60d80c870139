//! What cryptoki 0.12.1 cannot say, said on the bindings: the only `unsafe` of the product.
//!
//! - mechanisms it does not name (0x210B), and a mechanism list that does not drop them;
//! - wrapping into one buffer that is cut to length (the crate asks for the size first, and does
//!   not cut), single-part signing with one call instead of two;
//! - CKA_WRAP_TEMPLATE and CKA_UNWRAP_TEMPLATE;
//! - what a token says about itself where part of it is malformed ([`said`]);
//! - what the probe tries with mechanisms of any number (`trial`).
//!
//! The module is loaded a second time; the loader gives the same instance, so sessions and
//! handles of the crate are good here (PKCS#11 v3.1 §5.4). A module that is its own for each caller
//! is used through the crate alone ([`apart`]), and then wraps nothing.
#![expect(
    unsafe_code,
    reason = "calls through the module's function list; each block says why it is sound"
)]

mod apart;
mod parameter;
mod said;
mod trial;

use std::{path::Path, ptr};

use cryptoki::{
    context::{Function, Pkcs11},
    error::{Error as CkError, Result as CkResult, Rv, RvError},
    mechanism::MechanismType,
    object::{Attribute, AttributeType, ObjectHandle},
    session::Session,
    slot::Slot,
};
use cryptoki_sys::{
    CK_ATTRIBUTE, CK_ATTRIBUTE_TYPE, CK_BYTE, CK_FLAGS, CK_FUNCTION_LIST, CK_MECHANISM,
    CK_MECHANISM_INFO, CK_MECHANISM_TYPE, CK_OBJECT_HANDLE, CK_RV, CK_SESSION_HANDLE, CK_ULONG,
    CK_UNAVAILABLE_INFORMATION, CKR_OK,
};
use zeroize::Zeroizing;

use self::apart::Apart;
pub(crate) use self::{parameter::Parameter, said::Said};

/// Room for what one call gives: RSA-4096 wraps to 2384 bytes.
const OUTPUT: usize = 4096;

/// Mechanisms a token may list; SoftHSM 2.6.1 lists 70.
const MECHANISMS: usize = 4096;

/// The function list of a loaded module (PKCS#11 v3.1 §5.4.4), valid while the library is.
pub(crate) struct Raw {
    functions: CK_FUNCTION_LIST,
    /// Set where these functions are of another instance than the crate's.
    apart: Option<Apart>,
    _library: cryptoki_sys::Pkcs11,
}

impl Raw {
    /// Loads a module beside the crate, which runs its initialisers; the caller has checked its hash.
    pub(crate) fn load(path: &Path, context: &Pkcs11) -> CkResult<Self> {
        // SAFETY: loading runs foreign code; that is what the host process is for.
        let library =
            unsafe { cryptoki_sys::Pkcs11::new(path) }.map_err(CkError::LibraryLoading)?;
        if library.C_GetFunctionList.is_err() {
            return Err(CkError::MissingSymbol("C_GetFunctionList"));
        }
        let mut list = ptr::null_mut();
        // SAFETY: the symbol is present (checked above) and gets a pointer to a pointer.
        let answer = unsafe { library.C_GetFunctionList(&raw mut list) };
        ok(answer, Function::GetFunctionList)?;
        if list.is_null() {
            return Err(CkError::NullFunctionPointer);
        }
        let mut again = ptr::null_mut();
        // SAFETY: as above. One list for everybody is one instance.
        let answer = unsafe { library.C_GetFunctionList(&raw mut again) };
        ok(answer, Function::GetFunctionList)?;
        let apart = (again != list).then(|| Apart(context.clone()));
        // SAFETY: a module gives a list that stays valid while it is loaded; it starts with the
        // version, and every version since 2.40 starts with the fields copied here.
        let functions = unsafe { *list };
        Ok(Self {
            functions,
            apart,
            _library: library,
        })
    }

    /// Whether lists in attributes can be read back; without, nothing is wrapped either.
    pub(crate) const fn reads_lists(&self) -> bool {
        self.apart.is_none()
    }

    /// Lists all mechanisms of a token, known to the crate or not (C_GetMechanismList).
    pub(crate) fn mechanisms(&self, slot: Slot) -> CkResult<Vec<CK_MECHANISM_TYPE>> {
        if let Some(apart) = &self.apart {
            return apart.mechanisms(slot);
        }
        let call = present(self.functions.C_GetMechanismList)?;
        let mut list = vec![0; MECHANISMS];
        let mut count = MECHANISMS as CK_ULONG;
        // SAFETY: `count` says how many elements `list` has.
        let answer = unsafe { call(slot.into(), list.as_mut_ptr(), &raw mut count) };
        ok(answer, Function::GetMechanismList)?;
        list.truncate(count as usize);
        Ok(list)
    }

    /// Says what a mechanism can be used for (C_GetMechanismInfo).
    pub(crate) fn mechanism_info(
        &self,
        slot: Slot,
        mechanism: CK_MECHANISM_TYPE,
    ) -> CkResult<MechanismInfo> {
        if let Some(apart) = &self.apart {
            return apart.mechanism_info(slot, mechanism);
        }
        let call = present(self.functions.C_GetMechanismInfo)?;
        let mut info = CK_MECHANISM_INFO::default();
        // SAFETY: `info` is the structure the function fills.
        let answer = unsafe { call(slot.into(), mechanism, &raw mut info) };
        ok(answer, Function::GetMechanismInfo)?;
        Ok(MechanismInfo {
            flags: info.flags,
            smallest: info.ulMinKeySize,
            largest: info.ulMaxKeySize,
        })
    }

    /// Signs or MACs in one C_Sign, and cuts the output to its length.
    ///
    /// If it fails, the operation may still be active: the caller closes the session.
    pub(crate) fn sign(
        &self,
        session: &Session,
        mechanism: CK_MECHANISM_TYPE,
        parameter: Parameter,
        key: ObjectHandle,
        input: &[u8],
    ) -> CkResult<Zeroizing<Vec<u8>>> {
        if self.apart.is_some() && matches!(parameter, Parameter::None) {
            return Apart::sign(session, mechanism, key, input);
        }
        self.sign_after(session, mechanism, parameter, key, input, || Ok(()))
    }

    /// As `sign`, with something done between C_SignInit and C_Sign: the login that a key with
    /// CKA_ALWAYS_AUTHENTICATE wants there.
    pub(crate) fn sign_after(
        &self,
        session: &Session,
        mechanism: CK_MECHANISM_TYPE,
        parameter: Parameter,
        key: ObjectHandle,
        input: &[u8],
        between: impl FnOnce() -> CkResult<()>,
    ) -> CkResult<Zeroizing<Vec<u8>>> {
        let sign = OneShot {
            init: (self.functions.C_SignInit, Function::SignInit),
            call: (self.functions.C_Sign, Function::Sign),
        };
        self.one_shot(session, sign, (mechanism, parameter), key, input, between)
    }

    /// Begins an operation, does something in between, and ends it in one call; cuts the output to its
    /// length. The function in an error tells which of the two calls failed.
    fn one_shot(
        &self,
        session: &Session,
        OneShot { init, call }: OneShot,
        (mechanism, parameter): (CK_MECHANISM_TYPE, Parameter),
        key: ObjectHandle,
        input: &[u8],
        between: impl FnOnce() -> CkResult<()>,
    ) -> CkResult<Zeroizing<Vec<u8>>> {
        let begin = self.shared(init.0, init.1)?;
        let end = present(call.0)?;
        let answer = parameter.with(mechanism, |mechanism| {
            // SAFETY: session and key come from the crate, and the mechanism's parameter lives until
            // the call returns, in which a module takes what it needs of it (PKCS#11 v3.1 §5.13.1).
            unsafe { begin(session.handle(), mechanism, key.handle()) }
        });
        ok(answer, init.1)?;
        between()?;

        let mut output = Zeroizing::new(vec![0; OUTPUT]);
        let mut length = OUTPUT as CK_ULONG;
        // SAFETY: both lengths are those of their buffers; the call only reads its input.
        let answer = unsafe {
            end(
                session.handle(),
                input.as_ptr().cast_mut(),
                input.len() as CK_ULONG,
                output.as_mut_ptr(),
                &raw mut length,
            )
        };
        ok(answer, call.1)?;
        cut(output, length, call.1)
    }

    /// Wraps a key in one C_WrapKey, and cuts the output to its length.
    pub(crate) fn wrap(
        &self,
        session: &Session,
        mechanism: CK_MECHANISM_TYPE,
        parameter: Parameter,
        wrapping: ObjectHandle,
        key: ObjectHandle,
    ) -> CkResult<Zeroizing<Vec<u8>>> {
        let call = self.shared(self.functions.C_WrapKey, Function::WrapKey)?;
        let mut output = Zeroizing::new(vec![0; OUTPUT]);
        let mut length = OUTPUT as CK_ULONG;
        let answer = parameter.with(mechanism, |mechanism| {
            // SAFETY: session and handles come from the crate, `length` is that of `output`, and
            // the mechanism's parameter lives until the call returns.
            unsafe {
                call(
                    session.handle(),
                    mechanism,
                    wrapping.handle(),
                    key.handle(),
                    output.as_mut_ptr(),
                    &raw mut length,
                )
            }
        });
        ok(answer, Function::WrapKey)?;
        cut(output, length, Function::WrapKey)
    }

    /// Unwraps a key under a template (C_UnwrapKey).
    pub(crate) fn unwrap(
        &self,
        session: &Session,
        mechanism: CK_MECHANISM_TYPE,
        parameter: Parameter,
        wrapping: ObjectHandle,
        blob: &[u8],
        template: &[Attribute],
    ) -> CkResult<ObjectHandle> {
        let call = self.shared(self.functions.C_UnwrapKey, Function::UnwrapKey)?;
        let mut template: Vec<CK_ATTRIBUTE> = template.iter().map(Into::into).collect();
        let mut handle: CK_OBJECT_HANDLE = 0;
        let answer = parameter.with(mechanism, |mechanism| {
            // SAFETY: as in `wrap`; C_UnwrapKey only reads the blob, and `template` points into
            // the caller's attributes, which outlive the call.
            unsafe {
                call(
                    session.handle(),
                    mechanism,
                    wrapping.handle(),
                    blob.as_ptr().cast_mut(),
                    blob.len() as CK_ULONG,
                    template.as_mut_ptr(),
                    template.len() as CK_ULONG,
                    &raw mut handle,
                )
            }
        });
        ok(answer, Function::UnwrapKey)?;
        // SAFETY: the module just gave this handle out for this session.
        Ok(unsafe { ObjectHandle::new_from_raw(handle) })
    }
}

impl Raw {
    /// A function that takes the crate's sessions.
    fn shared<F>(&self, function: Option<F>, name: Function) -> CkResult<F> {
        match self.apart {
            None => present(function),
            Some(_) => Err(CkError::Pkcs11(RvError::FunctionNotSupported, name)),
        }
    }
}

/// C_SignInit, C_EncryptInit or C_DecryptInit, and how errors name it.
type Begin = unsafe extern "C" fn(CK_SESSION_HANDLE, *mut CK_MECHANISM, CK_OBJECT_HANDLE) -> CK_RV;
/// C_Sign, C_Encrypt or C_Decrypt.
type End = unsafe extern "C" fn(
    CK_SESSION_HANDLE,
    *mut CK_BYTE,
    CK_ULONG,
    *mut CK_BYTE,
    *mut CK_ULONG,
) -> CK_RV;

/// The two calls of an operation that is done at once, and how errors name them.
struct OneShot {
    init: (Option<Begin>, Function),
    call: (Option<End>, Function),
}

/// What a token says about a mechanism.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MechanismInfo {
    flags: CK_FLAGS,
    /// Shortest and longest key, in bits for RSA and elliptic curves (PKCS#11 v3.1 §6.1.6,
    /// §6.3.3).
    smallest: CK_ULONG,
    largest: CK_ULONG,
}

impl MechanismInfo {
    /// Whether all of these CKF_ flags are set.
    pub(crate) fn does(self, flags: CK_FLAGS) -> bool {
        self.flags & flags == flags
    }

    /// Whether it takes keys of this length; a longest key of zero bits says nothing.
    pub(crate) fn takes(self, bits: u32) -> bool {
        let bits = CK_ULONG::from(bits);
        self.largest == 0 || (self.smallest..=self.largest).contains(&bits)
    }
}

/// How an attribute that was read back differs from what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// The token does not have it, or does not show it.
    Absent,
    /// It has another value.
    Other,
}

impl Raw {
    /// Compares attributes of an object with what they should be, in one C_GetAttributeValue.
    ///
    /// Byte by byte, because the crate cannot read an ALLOWED_MECHANISMS that holds a mechanism
    /// it does not name.
    pub(crate) fn differences(
        &self,
        session: &Session,
        object: ObjectHandle,
        expected: &[&Attribute],
    ) -> CkResult<Vec<(AttributeType, Difference)>> {
        if self.apart.is_some() {
            return Apart::differences(session, object, expected);
        }
        let call = present(self.functions.C_GetAttributeValue)?;
        let expected_values: Vec<CK_ATTRIBUTE> = expected.iter().map(|a| (*a).into()).collect();
        let mut values: Vec<Vec<u8>> = expected_values
            .iter()
            // A module that writes nothing leaves what is neither CK_FALSE nor CK_TRUE.
            .map(|attribute| vec![0xFF; attribute.ulValueLen as usize])
            .collect();
        let mut template: Vec<CK_ATTRIBUTE> = expected_values
            .iter()
            .zip(&mut values)
            .map(|(attribute, value)| CK_ATTRIBUTE {
                type_: attribute.type_,
                pValue: value.as_mut_ptr().cast(),
                ulValueLen: attribute.ulValueLen,
            })
            .collect();
        // SAFETY: every element points to a buffer in `values` of the length it names.
        let answer = unsafe {
            call(
                session.handle(),
                object.handle(),
                template.as_mut_ptr(),
                template.len() as CK_ULONG,
            )
        };
        // These three are about single attributes; the others have been read (PKCS#11 v3.1
        // §5.7.5).
        match Rv::from(answer) {
            Rv::Error(
                RvError::AttributeTypeInvalid
                | RvError::AttributeSensitive
                | RvError::BufferTooSmall,
            ) => {}
            other => other.into_result(Function::GetAttributeValue)?,
        }

        let mut differences = Vec::new();
        for (index, attribute) in expected.iter().enumerate() {
            // SAFETY: cryptoki points the attribute at its value of this length, and `expected`
            // is borrowed.
            let should_be = unsafe { bytes(&expected_values[index]) };
            let kind = attribute.attribute_type();
            let difference = match template[index].ulValueLen {
                CK_UNAVAILABLE_INFORMATION => Some(Difference::Absent),
                length
                    if length as usize == should_be.len()
                        && is_same(kind, &values[index], should_be) =>
                {
                    None
                }
                _ => Some(Difference::Other),
            };
            differences.extend(difference.map(|d| (kind, d)));
        }
        Ok(differences)
    }
}

/// Compares the values of an attribute. CKA_ALLOWED_MECHANISMS is a set (PKCS#11 v3.1 §4.8): a token
/// may give it in an order of its own.
fn is_same(kind: AttributeType, found: &[u8], should_be: &[u8]) -> bool {
    let sorted = |value: &[u8]| {
        let mut numbers: Vec<_> = value
            .chunks(size_of::<CK_MECHANISM_TYPE>())
            .map(<[u8]>::to_vec)
            .collect();
        numbers.sort_unstable();
        numbers
    };
    found == should_be
        || (kind == AttributeType::AllowedMechanisms && sorted(found) == sorted(should_be))
}

/// Makes a mechanism type of a number, for an ALLOWED_MECHANISMS: the crate does not name
/// CKM_AES_KEY_WRAP_KWP.
pub(crate) fn mechanism_type(number: CK_MECHANISM_TYPE) -> MechanismType {
    // SAFETY: MechanismType is `repr(transparent)` over CK_MECHANISM_TYPE, and every number is
    // one the crate itself would hold for a vendor's mechanism.
    unsafe { std::mem::transmute::<CK_MECHANISM_TYPE, MechanismType>(number) }
}

/// # Safety
/// The attribute must point to `ulValueLen` bytes that outlive the result, or be empty.
unsafe fn bytes(attribute: &CK_ATTRIBUTE) -> &[u8] {
    if attribute.ulValueLen == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(attribute.pValue.cast(), attribute.ulValueLen as usize) }
}

/// The value of CKA_WRAP_TEMPLATE or CKA_UNWRAP_TEMPLATE: an array of CK_ATTRIBUTE
/// (PKCS#11 v3.1 §4.10) together with the values it points to.
///
/// Lend [`NestedTemplate::attribute`] out only while this lives: the pointers in it are to here.
/// `template::Template` keeps both together.
pub(crate) struct NestedTemplate {
    encoded: Vec<u8>,
    _values: Vec<Attribute>,
}

impl NestedTemplate {
    pub(crate) fn new(values: Vec<Attribute>) -> Self {
        let mut encoded = Vec::with_capacity(values.len() * size_of::<CK_ATTRIBUTE>());
        for value in &values {
            let attribute = CK_ATTRIBUTE::from(value);
            // SAFETY: CK_ATTRIBUTE is plain, and without padding on the targets this is built
            // for (three words); its bytes are what the module reads.
            let bytes = unsafe {
                std::slice::from_raw_parts(
                    (&raw const attribute).cast::<u8>(),
                    size_of::<CK_ATTRIBUTE>(),
                )
            };
            encoded.extend_from_slice(bytes);
        }
        Self {
            encoded,
            // Moving the vector leaves its elements, which the pointers are to, where they are.
            _values: values,
        }
    }

    /// The attribute that carries this template.
    pub(crate) fn attribute(&self, kind: CK_ATTRIBUTE_TYPE) -> Attribute {
        Attribute::VendorDefined((AttributeType::VendorDefined(kind), self.encoded.clone()))
    }
}

const _: () = assert!(
    size_of::<CK_ATTRIBUTE>() == 3 * size_of::<usize>(),
    "CK_ATTRIBUTE has padding, or is packed: NestedTemplate must be looked at"
);

/// Cuts an output to the length the module named. One longer than the buffer was not written.
fn cut(
    mut output: Zeroizing<Vec<u8>>,
    length: CK_ULONG,
    function: Function,
) -> CkResult<Zeroizing<Vec<u8>>> {
    if length as usize > output.len() {
        return Err(CkError::Pkcs11(RvError::BufferTooSmall, function));
    }
    output.truncate(length as usize);
    Ok(output)
}

fn without_parameter(mechanism: CK_MECHANISM_TYPE) -> CK_MECHANISM {
    CK_MECHANISM {
        mechanism,
        pParameter: ptr::null_mut(),
        ulParameterLen: 0,
    }
}

fn present<F>(function: Option<F>) -> CkResult<F> {
    function.ok_or(CkError::NullFunctionPointer)
}

fn ok(answer: CK_RV, function: Function) -> CkResult<()> {
    match answer {
        CKR_OK => Ok(()),
        answer => Rv::from(answer).into_result(function),
    }
}
