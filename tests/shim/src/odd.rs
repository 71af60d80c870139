//! What is made of a real module's answers where it is to be an odd one.

use std::{ptr, slice};

use cryptoki_sys::*;

use crate::Oddity;

/// Makes an odd description of a token.
pub(crate) fn token_info(oddity: Oddity, info: &mut CK_TOKEN_INFO) {
    match oddity {
        Oddity::Clock => {
            info.flags |= CKF_CLOCK_ON_TOKEN;
            info.utcTime = *b"10:31:50\0\0\0\0\0\0\0\0";
        }
        Oddity::NulPadding => {
            for field in [
                &mut info.label[..],
                &mut info.manufacturerID,
                &mut info.model,
                &mut info.serialNumber,
            ] {
                let padding = field.iter().rev().take_while(|byte| **byte == b' ');
                let padded_from = field.len() - padding.count();
                field[padded_from..].fill(0);
            }
        }
        Oddity::DerSignature | Oddity::NoMechanismLists | Oddity::BarePoint => {}
    }
}

/// Whether a template has CKA_ALLOWED_MECHANISMS.
///
/// # Safety
/// `template` is null or points to this many attributes.
pub(crate) unsafe fn lists_mechanisms(template: *const CK_ATTRIBUTE, count: CK_ULONG) -> bool {
    // SAFETY: the caller's promise.
    let attributes = unsafe { slice::from_raw_parts(template, count as usize) };
    let mut kinds = attributes.iter().map(|attribute| attribute.type_);
    kinds.any(|kind| kind == CKA_ALLOWED_MECHANISMS)
}

/// Changes attributes that were read, and gives the answer that goes with them.
///
/// # Safety
/// `template` points to this many attributes, which C_GetAttributeValue has just filled.
pub(crate) unsafe fn attributes(
    oddity: Oddity,
    answer: CK_RV,
    template: *mut CK_ATTRIBUTE,
    count: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's promise.
    let attributes = unsafe { slice::from_raw_parts_mut(template, count as usize) };
    let mut answer = answer;
    for attribute in attributes {
        match (oddity, attribute.type_) {
            (Oddity::NoMechanismLists, CKA_ALLOWED_MECHANISMS) => {
                attribute.ulValueLen = CK_UNAVAILABLE_INFORMATION;
                answer = CKR_ATTRIBUTE_TYPE_INVALID;
            }
            (Oddity::BarePoint, CKA_EC_POINT) if answer == CKR_OK => {
                // The length is asked first; the header of a point of P-256 is two bytes.
                let bare = attribute.ulValueLen - 2;
                if !attribute.pValue.is_null() {
                    let value: *mut u8 = attribute.pValue.cast();
                    // SAFETY: the module has just written that many bytes there.
                    unsafe { ptr::copy(value.add(2), value, bare as usize) };
                    attribute.ulValueLen = bare;
                }
            }
            _ => {}
        }
    }
    answer
}

/// Writes r ‖ s as an Ecdsa-Sig-Value; only where both are of 32 bytes.
///
/// # Safety
/// `signature` is null or points to what C_Sign has just written, with room for eight bytes more.
pub(crate) unsafe fn to_der(answer: CK_RV, signature: *mut CK_BYTE, length: *mut CK_ULONG) {
    if answer != CKR_OK || signature.is_null() {
        return;
    }
    // SAFETY: the caller's promise.
    let raw = unsafe { slice::from_raw_parts(signature, *length as usize) };
    if raw.len() != 64 {
        return;
    }
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = &number[zeros..];
        let sign = if number[0] >= 0x80 { &[0][..] } else { &[] };
        let content = [sign, number].concat();
        [&[2, content.len() as u8][..], &content].concat()
    };
    let content = [integer(&raw[..32]), integer(&raw[32..])].concat();
    let der = [&[0x30, content.len() as u8][..], &content].concat();
    // SAFETY: the caller's promise.
    unsafe {
        ptr::copy_nonoverlapping(der.as_ptr(), signature, der.len());
        *length = der.len() as CK_ULONG;
    }
}
