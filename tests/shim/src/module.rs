//! The module: every function of interest counted, and forwarded unless something goes wrong.
#![expect(non_snake_case, reason = "PKCS#11 names its functions so")]

use std::{
    ffi::c_void,
    fs,
    path::PathBuf,
    process, ptr,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use cryptoki_sys::*;

use crate::{
    Call, Oddity,
    board::{Board, Kind, PRETENCE, SIGNATURES, beside},
    odd,
};

/// The real module, loaded for the life of the process.
struct Real {
    functions: CK_FUNCTION_LIST,
    board: Board,
    /// Sessions that this process has open.
    sessions: AtomicU64,
    _library: Pkcs11,
}

/// Length of HMAC-SHA-256 in bytes.
const MAC: usize = 32;

static REAL: OnceLock<Real> = OnceLock::new();
static LIST: OnceLock<List> = OnceLock::new();

struct List(CK_FUNCTION_LIST);

/// Gives the list of functions (PKCS#11 v3.1 §5.4.4): the real module's, most of them replaced.
///
/// # Safety
/// The pointer is to a pointer that may be written to, as PKCS#11 says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetFunctionList(list: *mut *mut CK_FUNCTION_LIST) -> CK_RV {
    if list.is_null() {
        return CKR_ARGUMENTS_BAD;
    }
    let Some(real) = REAL.get().or_else(|| {
        let loaded = load()?;
        Some(REAL.get_or_init(|| loaded))
    }) else {
        return CKR_GENERAL_ERROR;
    };
    let own = LIST.get_or_init(|| List(replaced(real.functions)));
    // SAFETY: not null, and the caller's promise. Nobody writes to a module's list.
    unsafe { *list = ptr::from_ref(&own.0).cast_mut() };
    CKR_OK
}

fn load() -> Option<Real> {
    let board = Board::open(&beside(&own_path()?)).ok()?;
    // SAFETY: loading runs the real module's initialisers; the test named it.
    let library = unsafe { Pkcs11::new(board.real()) }.ok()?;
    library.C_GetFunctionList.as_ref().ok()?;
    let mut list = ptr::null_mut();
    // SAFETY: the function is there, and gets a pointer to a pointer.
    if unsafe { library.C_GetFunctionList(&raw mut list) } != CKR_OK || list.is_null() {
        return None;
    }
    Some(Real {
        // SAFETY: not null, and valid as long as the library is loaded.
        functions: unsafe { *list },
        board,
        sessions: AtomicU64::new(0),
        _library: library,
    })
}

/// The file this code was mapped from. A host loads it through a descriptor that it then closes,
/// and the loader knows it by that name only.
fn own_path() -> Option<PathBuf> {
    let here = own_path as *const () as usize;
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    maps.lines().find_map(|line| {
        let (range, rest) = line.split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        let from = usize::from_str_radix(from, 16).ok()?;
        let to = usize::from_str_radix(to, 16).ok()?;
        let path = rest.find('/').map(|at| PathBuf::from(&rest[at..]));
        path.filter(|_| (from..to).contains(&here))
    })
}

/// What a call that was forwarded makes of the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    Told,
    Bent,
    BentForSignatures,
    Pretended,
    Odd(Oddity),
}

/// Counts a call and does what is to go wrong with it; forwards it otherwise.
fn through(call: Call, forward: impl FnOnce(&CK_FUNCTION_LIST, Truth) -> CK_RV) -> CK_RV {
    let Some(real) = REAL.get() else {
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    };
    let fault = real.board.count(call);
    let truth = match fault {
        Some((Kind::Answer, answer)) => return answer as CK_RV,
        Some((Kind::Delay, milliseconds)) => {
            thread::sleep(Duration::from_millis(milliseconds));
            Truth::Told
        }
        Some((Kind::Hang, _)) => loop {
            thread::park();
        },
        Some((Kind::Crash, _)) => process::abort(),
        Some((Kind::Lie, SIGNATURES)) => Truth::BentForSignatures,
        Some((Kind::Lie, PRETENCE)) => Truth::Pretended,
        Some((Kind::Lie, _)) => Truth::Bent,
        Some((Kind::Odd, number)) => Oddity::of(number).map_or(Truth::Told, Truth::Odd),
        None => Truth::Told,
    };
    if call as u64 == Call::Finalize as u64 {
        let left = real.sessions.load(Ordering::SeqCst);
        real.board.sessions_left.fetch_add(left, Ordering::SeqCst);
    }
    let answer = forward(&real.functions, truth);
    match call {
        Call::OpenSession if answer == CKR_OK => {
            let open = real.sessions.fetch_add(1, Ordering::SeqCst) + 1;
            real.board.most_sessions.fetch_max(open, Ordering::SeqCst);
        }
        Call::CloseSession if answer == CKR_OK => {
            real.sessions.fetch_sub(1, Ordering::SeqCst);
        }
        _ => {}
    }
    answer
}

/// Defines a function for each call, and the list with them in it.
macro_rules! functions {
    ($($call:ident: $name:ident($($argument:ident: $kind:ty),*),)*) => {
        $(
            unsafe extern "C" fn $name($($argument: $kind),*) -> CK_RV {
                through(Call::$call, |real, _| match real.$name {
                    // SAFETY: the caller's arguments are passed on as they are.
                    Some(call) => unsafe { call($($argument),*) },
                    None => CKR_FUNCTION_NOT_SUPPORTED,
                })
            }
        )*

        fn replaced(real: CK_FUNCTION_LIST) -> CK_FUNCTION_LIST {
            CK_FUNCTION_LIST {
                C_GetFunctionList: Some(C_GetFunctionList),
                C_GetAttributeValue: Some(C_GetAttributeValue),
                C_GenerateKey: Some(C_GenerateKey),
                C_GenerateKeyPair: Some(C_GenerateKeyPair),
                C_Sign: Some(C_Sign),
                C_GetTokenInfo: Some(C_GetTokenInfo),
                C_Login: Some(C_Login),
                $($name: Some($name),)*
                ..real
            }
        }
    };
}

functions! {
    Initialize: C_Initialize(a1: *mut c_void),
    Finalize: C_Finalize(a1: *mut c_void),
    GetSlotList: C_GetSlotList(a1: CK_BBOOL, a2: *mut CK_SLOT_ID, a3: *mut CK_ULONG),
    GetSlotInfo: C_GetSlotInfo(a1: CK_SLOT_ID, a2: *mut CK_SLOT_INFO),
    GetMechanismList: C_GetMechanismList(a1: CK_SLOT_ID, a2: *mut CK_MECHANISM_TYPE, a3: *mut CK_ULONG),
    GetMechanismInfo: C_GetMechanismInfo(a1: CK_SLOT_ID, a2: CK_MECHANISM_TYPE, a3: *mut CK_MECHANISM_INFO),
    InitToken: C_InitToken(a1: CK_SLOT_ID, a2: *mut CK_UTF8CHAR, a3: CK_ULONG, a4: *mut CK_UTF8CHAR),
    InitPIN: C_InitPIN(a1: CK_SESSION_HANDLE, a2: *mut CK_UTF8CHAR, a3: CK_ULONG),
    OpenSession: C_OpenSession(a1: CK_SLOT_ID, a2: CK_FLAGS, a3: *mut c_void, a4: CK_NOTIFY, a5: *mut CK_SESSION_HANDLE),
    CloseSession: C_CloseSession(a1: CK_SESSION_HANDLE),
    GetSessionInfo: C_GetSessionInfo(a1: CK_SESSION_HANDLE, a2: *mut CK_SESSION_INFO),
    Logout: C_Logout(a1: CK_SESSION_HANDLE),
    CreateObject: C_CreateObject(a1: CK_SESSION_HANDLE, a2: *mut CK_ATTRIBUTE, a3: CK_ULONG, a4: *mut CK_OBJECT_HANDLE),
    CopyObject: C_CopyObject(a1: CK_SESSION_HANDLE, a2: CK_OBJECT_HANDLE, a3: *mut CK_ATTRIBUTE, a4: CK_ULONG, a5: *mut CK_OBJECT_HANDLE),
    DestroyObject: C_DestroyObject(a1: CK_SESSION_HANDLE, a2: CK_OBJECT_HANDLE),
    SetAttributeValue: C_SetAttributeValue(a1: CK_SESSION_HANDLE, a2: CK_OBJECT_HANDLE, a3: *mut CK_ATTRIBUTE, a4: CK_ULONG),
    FindObjectsInit: C_FindObjectsInit(a1: CK_SESSION_HANDLE, a2: *mut CK_ATTRIBUTE, a3: CK_ULONG),
    FindObjects: C_FindObjects(a1: CK_SESSION_HANDLE, a2: *mut CK_OBJECT_HANDLE, a3: CK_ULONG, a4: *mut CK_ULONG),
    FindObjectsFinal: C_FindObjectsFinal(a1: CK_SESSION_HANDLE),
    SignInit: C_SignInit(a1: CK_SESSION_HANDLE, a2: *mut CK_MECHANISM, a3: CK_OBJECT_HANDLE),
    WrapKey: C_WrapKey(a1: CK_SESSION_HANDLE, a2: *mut CK_MECHANISM, a3: CK_OBJECT_HANDLE, a4: CK_OBJECT_HANDLE, a5: *mut CK_BYTE, a6: *mut CK_ULONG),
    UnwrapKey: C_UnwrapKey(a1: CK_SESSION_HANDLE, a2: *mut CK_MECHANISM, a3: CK_OBJECT_HANDLE, a4: *mut CK_BYTE, a5: CK_ULONG, a6: *mut CK_ATTRIBUTE, a7: CK_ULONG, a8: *mut CK_OBJECT_HANDLE),
}

unsafe extern "C" fn C_GetAttributeValue(
    session: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
) -> CK_RV {
    through(Call::GetAttributeValue, |real, truth| {
        let Some(call) = real.C_GetAttributeValue else {
            return CKR_FUNCTION_NOT_SUPPORTED;
        };
        // SAFETY: the caller's arguments are passed on as they are.
        let answer = unsafe { call(session, object, template, count) };
        if let Truth::Odd(oddity) = truth {
            // SAFETY: the module has just written what it knows of the template.
            return unsafe { odd::attributes(oddity, answer, template, count) };
        }
        if truth != Truth::Told && answer == CKR_OK && !template.is_null() {
            let mut class = CKO_DATA;
            let mut asked = CK_ATTRIBUTE {
                type_: CKA_CLASS,
                pValue: (&raw mut class).cast(),
                ulValueLen: size_of_val(&class) as CK_ULONG,
            };
            // SAFETY: the attribute has room for a class.
            let told = unsafe { call(session, object, &raw mut asked, 1) };
            let is_secret = told == CKR_OK && class == CKO_SECRET_KEY;
            // SAFETY: the caller's template has this many attributes.
            let template = unsafe { std::slice::from_raw_parts(template, count as usize) };
            for attribute in template {
                let said = match (truth, attribute.type_) {
                    (Truth::Pretended, _) if !is_secret => None,
                    (Truth::Pretended, kind) => good(kind),
                    (_, CKA_EXTRACTABLE) => Some(CK_TRUE),
                    _ => None,
                };
                let is_bool = attribute.ulValueLen as usize == size_of::<CK_BBOOL>();
                if let Some(said) = said.filter(|_| is_bool && !attribute.pValue.is_null()) {
                    // SAFETY: the module has just written a CK_BBOOL there.
                    unsafe { *attribute.pValue.cast::<CK_BBOOL>() = said };
                }
            }
        }
        answer
    })
}

/// What a key says that protects itself, of what protects it.
fn good(attribute: CK_ATTRIBUTE_TYPE) -> Option<CK_BBOOL> {
    match attribute {
        CKA_SENSITIVE | CKA_ALWAYS_SENSITIVE | CKA_NEVER_EXTRACTABLE | CKA_LOCAL => Some(CK_TRUE),
        CKA_EXTRACTABLE | CKA_MODIFIABLE | CKA_COPYABLE | CKA_DESTROYABLE | CKA_ENCRYPT
        | CKA_DECRYPT | CKA_DERIVE => Some(CK_FALSE),
        _ => None,
    }
}

unsafe extern "C" fn C_GenerateKey(
    session: CK_SESSION_HANDLE,
    mechanism: *mut CK_MECHANISM,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
    key: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    through(Call::GenerateKey, |real, truth| {
        let Some(call) = real.C_GenerateKey else {
            return CKR_FUNCTION_NOT_SUPPORTED;
        };
        if truth == Truth::Odd(Oddity::NoMechanismLists) {
            // SAFETY: the caller's template has this many attributes.
            if unsafe { odd::lists_mechanisms(template, count) } {
                return CKR_ATTRIBUTE_TYPE_INVALID;
            }
        }
        if truth != Truth::Pretended || template.is_null() {
            // SAFETY: the caller's arguments are passed on as they are.
            return unsafe { call(session, mechanism, template, count, key) };
        }
        // SAFETY: the caller's template has this many attributes, which are only read.
        let asked = unsafe { std::slice::from_raw_parts(template, count as usize) };
        let (mut yes, mut no) = (CK_TRUE, CK_FALSE);
        let mut weak: Vec<CK_ATTRIBUTE> = asked
            .iter()
            .filter(|attribute| {
                ![
                    CKA_WRAP_TEMPLATE,
                    CKA_UNWRAP_TEMPLATE,
                    CKA_ALLOWED_MECHANISMS,
                ]
                .contains(&attribute.type_)
            })
            .map(|attribute| match good(attribute.type_) {
                None => *attribute,
                Some(said) => CK_ATTRIBUTE {
                    pValue: if said == CK_TRUE {
                        &raw mut no
                    } else {
                        &raw mut yes
                    }
                    .cast(),
                    ..*attribute
                },
            })
            .collect();
        // SAFETY: as above, with a template that outlives the call.
        unsafe {
            call(
                session,
                mechanism,
                weak.as_mut_ptr(),
                weak.len() as CK_ULONG,
                key,
            )
        }
    })
}

unsafe extern "C" fn C_GenerateKeyPair(
    session: CK_SESSION_HANDLE,
    mechanism: *mut CK_MECHANISM,
    public: *mut CK_ATTRIBUTE,
    public_count: CK_ULONG,
    private: *mut CK_ATTRIBUTE,
    private_count: CK_ULONG,
    public_key: *mut CK_OBJECT_HANDLE,
    private_key: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    through(Call::GenerateKeyPair, |real, truth| {
        let Some(call) = real.C_GenerateKeyPair else {
            return CKR_FUNCTION_NOT_SUPPORTED;
        };
        if truth == Truth::Odd(Oddity::NoMechanismLists) {
            // SAFETY: the caller's template has this many attributes.
            if unsafe { odd::lists_mechanisms(private, private_count) } {
                return CKR_ATTRIBUTE_TYPE_INVALID;
            }
        }
        // SAFETY: the caller's arguments are passed on as they are.
        unsafe {
            call(
                session,
                mechanism,
                public,
                public_count,
                private,
                private_count,
                public_key,
                private_key,
            )
        }
    })
}

unsafe extern "C" fn C_GetTokenInfo(slot: CK_SLOT_ID, info: *mut CK_TOKEN_INFO) -> CK_RV {
    through(Call::GetTokenInfo, |real, truth| {
        let Some(call) = real.C_GetTokenInfo else {
            return CKR_FUNCTION_NOT_SUPPORTED;
        };
        // SAFETY: the caller's arguments are passed on as they are.
        let answer = unsafe { call(slot, info) };
        let pad = REAL
            .get()
            .is_some_and(|real| real.board.typed_at_pad().is_some());
        if pad && answer == CKR_OK && !info.is_null() {
            // SAFETY: the module has just written there.
            unsafe { (*info).flags |= CKF_PROTECTED_AUTHENTICATION_PATH };
        }
        if let Truth::Odd(oddity) = truth
            && answer == CKR_OK
            && !info.is_null()
        {
            // SAFETY: as above; nobody else has it.
            odd::token_info(oddity, unsafe { &mut *info });
        }
        answer
    })
}

unsafe extern "C" fn C_Login(
    session: CK_SESSION_HANDLE,
    user: CK_USER_TYPE,
    pin: *mut CK_UTF8CHAR,
    length: CK_ULONG,
) -> CK_RV {
    through(Call::Login, |real, _| {
        let Some(call) = real.C_Login else {
            return CKR_FUNCTION_NOT_SUPPORTED;
        };
        let pad = REAL.get().and_then(|real| real.board.typed_at_pad());
        let Some(mut typed) = pad else {
            // SAFETY: the caller's arguments are passed on as they are.
            return unsafe { call(session, user, pin, length) };
        };
        if !pin.is_null() {
            return CKR_ARGUMENTS_BAD;
        }
        // SAFETY: as above, with a PIN that outlives the call.
        unsafe { call(session, user, typed.as_mut_ptr(), typed.len() as CK_ULONG) }
    })
}

unsafe extern "C" fn C_Sign(
    session: CK_SESSION_HANDLE,
    data: *mut CK_BYTE,
    data_len: CK_ULONG,
    signature: *mut CK_BYTE,
    signature_len: *mut CK_ULONG,
) -> CK_RV {
    through(Call::Sign, |real, truth| {
        let Some(call) = real.C_Sign else {
            return CKR_FUNCTION_NOT_SUPPORTED;
        };
        // SAFETY: the caller's arguments are passed on as they are.
        let answer = unsafe { call(session, data, data_len, signature, signature_len) };
        if truth == Truth::Odd(Oddity::DerSignature) {
            // SAFETY: the module has just written that many bytes there, and the caller has room for
            // as many as any signature of ours takes.
            unsafe { odd::to_der(answer, signature, signature_len) };
            return answer;
        }
        if truth != Truth::Told && answer == CKR_OK && !signature.is_null() {
            // SAFETY: the module has just written that many bytes there.
            let written =
                unsafe { std::slice::from_raw_parts_mut(signature, *signature_len as usize) };
            let spared = truth == Truth::BentForSignatures && written.len() == MAC;
            if let Some(last) = written.last_mut().filter(|_| !spared) {
                *last ^= 1;
            }
        }
        answer
    })
}
