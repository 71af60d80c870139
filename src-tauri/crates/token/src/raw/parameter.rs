use std::ptr;

use cryptoki::object::ObjectHandle;
use cryptoki_sys::{
    CK_AES_CBC_ENCRYPT_DATA_PARAMS, CK_CCM_PARAMS, CK_DES_CBC_ENCRYPT_DATA_PARAMS, CK_GCM_PARAMS,
    CK_KEY_DERIVATION_STRING_DATA, CK_MECHANISM, CK_MECHANISM_TYPE, CK_RSA_AES_KEY_WRAP_PARAMS,
    CK_RSA_PKCS_MGF_TYPE, CK_RSA_PKCS_OAEP_PARAMS, CK_RSA_PKCS_PSS_PARAMS, CK_RV, CK_ULONG,
    CKG_MGF1_SHA1, CKM_AES_CBC, CKM_AES_CBC_ENCRYPT_DATA, CKM_AES_CBC_PAD, CKM_AES_CCM,
    CKM_AES_CTS, CKM_AES_ECB_ENCRYPT_DATA, CKM_AES_GCM, CKM_AES_OFB, CKM_CONCATENATE_BASE_AND_DATA,
    CKM_CONCATENATE_BASE_AND_KEY, CKM_CONCATENATE_DATA_AND_BASE, CKM_DES_CBC, CKM_DES_CBC_PAD,
    CKM_DES3_CBC, CKM_DES3_CBC_ENCRYPT_DATA, CKM_DES3_CBC_PAD, CKM_DES3_ECB_ENCRYPT_DATA,
    CKM_EXTRACT_KEY_FROM_KEY, CKM_RSA_AES_KEY_WRAP, CKM_RSA_PKCS_OAEP, CKM_SHA_1,
    CKM_XOR_BASE_AND_DATA, CKZ_DATA_SPECIFIED,
};

use super::without_parameter;

/// Bytes that are put beside a key where a mechanism wants some: two blocks of AES.
const DATA: usize = 32;

/// Length of the PKCS#8 of a P-256 key in bytes, as Kryoptic 1.5.4 wraps it; CCM wants to know
/// before.
const PKCS8: CK_ULONG = 67;

/// The parameter a mechanism wants. For a wrap mechanism the values are ours: only its refusal is of
/// interest where it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parameter {
    /// None.
    None,
    /// An initialisation vector of 16 bytes (CKM_AES_CBC, CKM_AES_CBC_PAD).
    Iv,
    /// An initialisation vector of 8 bytes (CKM_DES3_CBC, CKM_DES3_CBC_PAD).
    ShortIv,
    /// CK_GCM_PARAMS with an IV of 12 bytes and a tag of 128 bits.
    Gcm,
    /// CK_CCM_PARAMS with a nonce of 12 bytes and a tag of 16.
    Ccm,
    /// CK_RSA_PKCS_OAEP_PARAMS with SHA-1, without a label.
    Oaep,
    /// CK_RSA_PKCS_PSS_PARAMS.
    Pss {
        /// CKM_ number of the digest.
        hash: CK_MECHANISM_TYPE,
        /// CKG_ number of the mask generation.
        mask: CK_RSA_PKCS_MGF_TYPE,
        /// Length of the salt in bytes.
        salt: CK_ULONG,
    },
    /// CK_RSA_AES_KEY_WRAP_PARAMS with AES-256 and OAEP as above.
    RsaAes,
    /// CK_MAC_GENERAL_PARAMS: length of the MAC in bytes.
    MacLength(u64),
    /// CK_KEY_DERIVATION_STRING_DATA.
    Data,
    /// CK_AES_CBC_ENCRYPT_DATA_PARAMS.
    AesData,
    /// CK_DES_CBC_ENCRYPT_DATA_PARAMS.
    DesData,
    /// CK_EXTRACT_PARAMS: the first bit to take.
    FirstBit,
    /// CK_OBJECT_HANDLE of a second key.
    Key(ObjectHandle),
}

impl Parameter {
    /// What a mechanism wants beside its number to wrap, unwrap, encrypt or decrypt, so that it is
    /// not refused for lack of that.
    pub(crate) fn to_wrap_with(mechanism: CK_MECHANISM_TYPE) -> Self {
        match mechanism {
            CKM_AES_CBC | CKM_AES_CBC_PAD | CKM_AES_CTS | CKM_AES_OFB => Self::Iv,
            CKM_DES_CBC | CKM_DES_CBC_PAD | CKM_DES3_CBC | CKM_DES3_CBC_PAD => Self::ShortIv,
            CKM_AES_GCM => Self::Gcm,
            CKM_AES_CCM => Self::Ccm,
            CKM_RSA_PKCS_OAEP => Self::Oaep,
            CKM_RSA_AES_KEY_WRAP => Self::RsaAes,
            _ => Self::None,
        }
    }

    /// What a mechanism wants to derive a key from one with; `second` is a key of the caller's.
    /// `None` where it is not known here.
    pub(crate) fn to_derive_with(
        mechanism: CK_MECHANISM_TYPE,
        second: ObjectHandle,
    ) -> Option<Self> {
        Some(match mechanism {
            CKM_CONCATENATE_BASE_AND_KEY => Self::Key(second),
            CKM_CONCATENATE_BASE_AND_DATA
            | CKM_CONCATENATE_DATA_AND_BASE
            | CKM_XOR_BASE_AND_DATA
            | CKM_AES_ECB_ENCRYPT_DATA
            | CKM_DES3_ECB_ENCRYPT_DATA => Self::Data,
            CKM_EXTRACT_KEY_FROM_KEY => Self::FirstBit,
            CKM_AES_CBC_ENCRYPT_DATA => Self::AesData,
            CKM_DES3_CBC_ENCRYPT_DATA => Self::DesData,
            _ if is_hash_of_key(mechanism) => Self::None,
            _ => return None,
        })
    }

    /// Makes a CK_MECHANISM and lends it out; what it points to lives as long as the call.
    pub(super) fn with(
        self,
        mechanism: CK_MECHANISM_TYPE,
        call: impl FnOnce(*mut CK_MECHANISM) -> CK_RV,
    ) -> CK_RV {
        let mut iv = [0_u8; 16];
        let mut data = [0_u8; DATA];
        let mut oaep = CK_RSA_PKCS_OAEP_PARAMS {
            hashAlg: CKM_SHA_1,
            mgf: CKG_MGF1_SHA1,
            source: CKZ_DATA_SPECIFIED,
            pSourceData: ptr::null_mut(),
            ulSourceDataLen: 0,
        };
        let mut mechanism = without_parameter(mechanism);
        // Calls with what a parameter points to; its type decides its length.
        macro_rules! call_with {
            ($parameter:expr) => {{
                let mut parameter = $parameter;
                mechanism.pParameter = (&raw mut parameter).cast();
                mechanism.ulParameterLen = size_of_val(&parameter) as CK_ULONG;
                call(&raw mut mechanism)
            }};
        }
        match self {
            Self::None => call(&raw mut mechanism),
            Self::Iv => call_with!(iv),
            Self::ShortIv => call_with!([0_u8; 8]),
            Self::Gcm => call_with!(CK_GCM_PARAMS {
                pIv: iv.as_mut_ptr(),
                ulIvLen: 12,
                ulIvBits: 96,
                pAAD: ptr::null_mut(),
                ulAADLen: 0,
                ulTagBits: 128,
            }),
            Self::Ccm => call_with!(CK_CCM_PARAMS {
                ulDataLen: PKCS8,
                pNonce: iv.as_mut_ptr(),
                ulNonceLen: 12,
                pAAD: ptr::null_mut(),
                ulAADLen: 0,
                ulMACLen: 16,
            }),
            Self::Oaep => call_with!(oaep),
            Self::Pss { hash, mask, salt } => call_with!(CK_RSA_PKCS_PSS_PARAMS {
                hashAlg: hash,
                mgf: mask,
                sLen: salt,
            }),
            Self::RsaAes => call_with!(CK_RSA_AES_KEY_WRAP_PARAMS {
                ulAESKeyBits: 256,
                pOAEPParams: &raw mut oaep,
            }),
            Self::MacLength(length) => call_with!(length as CK_ULONG),
            Self::Data => call_with!(CK_KEY_DERIVATION_STRING_DATA {
                pData: data.as_mut_ptr(),
                ulLen: DATA as CK_ULONG,
            }),
            Self::AesData => call_with!(CK_AES_CBC_ENCRYPT_DATA_PARAMS {
                iv,
                pData: data.as_mut_ptr(),
                length: DATA as CK_ULONG,
            }),
            Self::DesData => call_with!(CK_DES_CBC_ENCRYPT_DATA_PARAMS {
                iv: [0; 8],
                pData: data.as_mut_ptr(),
                length: DATA as CK_ULONG,
            }),
            Self::FirstBit => call_with!(0 as CK_ULONG),
            Self::Key(key) => call_with!(key.handle()),
        }
    }
}

/// CKM_MD5_KEY_DERIVATION and its siblings, which take no parameter (PKCS#11 v3.1 §6.20 and
/// following).
fn is_hash_of_key(mechanism: CK_MECHANISM_TYPE) -> bool {
    use cryptoki_sys::{CKM_MD5_KEY_DERIVATION, CKM_SHA3_512_KEY_DERIVATION};
    (CKM_MD5_KEY_DERIVATION..=CKM_SHA3_512_KEY_DERIVATION).contains(&mechanism)
}
