//! The attacker: keys of his own, and what he does with them to a key he got hold of.

use cryptoki::{
    error::Result as CkResult,
    mechanism::Mechanism,
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
};
use cryptoki_sys::{
    CKF_WRAP, CKM_AES_CBC, CKM_AES_CBC_PAD, CKM_AES_CCM, CKM_AES_CTS, CKM_AES_ECB, CKM_AES_GCM,
    CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_KWP, CKM_AES_KEY_WRAP_PAD, CKM_AES_KEY_WRAP_PKCS7,
    CKM_DES3_CBC, CKM_DES3_CBC_PAD, CKM_DES3_ECB, CKM_DES3_KEY_GEN, CKM_RSA_AES_KEY_WRAP,
    CKM_RSA_PKCS, CKM_RSA_PKCS_OAEP, CKM_RSA_X_509,
};

use super::{Facts, Stage, facts::ckr};
use crate::{Result, mechanism_name, public_key::RSA_EXPONENT, raw::Parameter};

/// Modulus of an RSA key whose private half nobody has kept: a key that wraps under its public
/// half is as good as read by who has kept his.
const MODULUS: [u8; 256] = [
    0xc4, 0x25, 0x62, 0xda, 0x57, 0x4f, 0x96, 0xd0, 0x34, 0xb6, 0x6c, 0x07, 0x47, 0x3b, 0x01, 0x9d,
    0x2b, 0xf8, 0x64, 0x32, 0x49, 0xd6, 0xfd, 0x9d, 0x2c, 0x01, 0xae, 0xe3, 0xb4, 0x2d, 0x86, 0x5f,
    0x98, 0x13, 0x88, 0x42, 0x27, 0x25, 0xe0, 0xf2, 0xf4, 0x5b, 0x6f, 0xb0, 0x92, 0xe3, 0xa9, 0xdd,
    0x37, 0x5a, 0x8c, 0x8e, 0xff, 0xa3, 0x5d, 0x1d, 0x6d, 0x1b, 0x56, 0x58, 0x55, 0xeb, 0xba, 0x65,
    0xd1, 0x5c, 0x50, 0xa4, 0x0d, 0xb0, 0xfe, 0x15, 0x63, 0x99, 0x3a, 0xde, 0x44, 0x11, 0x3b, 0x7c,
    0x5a, 0x8f, 0x53, 0x70, 0xa3, 0x63, 0x08, 0x9f, 0xdc, 0x4f, 0xc2, 0xde, 0x39, 0x72, 0x21, 0x09,
    0xf0, 0x12, 0x1f, 0x40, 0xa3, 0x4c, 0x2d, 0x00, 0xa8, 0xea, 0xde, 0x09, 0xd2, 0xd6, 0x40, 0x80,
    0x84, 0x1b, 0x32, 0x9f, 0xca, 0xc7, 0xa6, 0x10, 0xbd, 0xd1, 0x22, 0x82, 0xd7, 0xab, 0x50, 0xd5,
    0xa2, 0x1d, 0x85, 0xef, 0x32, 0xbf, 0xc9, 0xe7, 0xce, 0x03, 0x75, 0x82, 0x41, 0x08, 0xd9, 0x6d,
    0x14, 0xe2, 0xa8, 0xbd, 0x77, 0x30, 0x5e, 0x56, 0x51, 0x12, 0xdd, 0xcc, 0xdb, 0xea, 0xe1, 0x9c,
    0x4e, 0xc2, 0xbc, 0xe8, 0x1f, 0x9c, 0x45, 0x90, 0x53, 0x4d, 0x66, 0x97, 0xa1, 0xe6, 0x23, 0x0c,
    0x15, 0x29, 0x34, 0x88, 0x19, 0x72, 0xc8, 0x89, 0xdf, 0x5c, 0xe9, 0xd6, 0xb3, 0x4d, 0x40, 0x78,
    0xa3, 0x96, 0x55, 0x58, 0x95, 0x64, 0xd1, 0x9c, 0xb8, 0x05, 0xd4, 0xde, 0x76, 0x89, 0x91, 0x07,
    0x85, 0xf2, 0xfd, 0xa4, 0x9a, 0xad, 0x27, 0x9e, 0x4c, 0x07, 0x9d, 0x2d, 0xc9, 0x24, 0xf2, 0xff,
    0x23, 0x53, 0xbd, 0x35, 0x91, 0xb8, 0x78, 0x01, 0xd3, 0x74, 0x9f, 0x32, 0x70, 0x85, 0xbe, 0x4a,
    0xb5, 0x35, 0xff, 0xd6, 0x41, 0xc7, 0xc2, 0x56, 0x9e, 0x53, 0xbe, 0xb5, 0x11, 0x7c, 0xb5, 0x9f,
];

/// A way to wrap a key: a mechanism with its parameter, and a key of the attacker's for it.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) mechanism: u64,
    pub(super) parameter: Parameter,
    pub(super) key: ObjectHandle,
    /// Whether the token says that it wraps by this. One that does not may do it all the same.
    listed: bool,
}

/// Mechanisms a symmetric key wraps with, tried even where the token does not list them.
pub(super) const KNOWN: [u64; 9] = [
    CKM_AES_KEY_WRAP,
    CKM_AES_KEY_WRAP_PAD,
    CKM_AES_KEY_WRAP_KWP,
    CKM_AES_KEY_WRAP_PKCS7,
    CKM_AES_ECB,
    CKM_AES_CBC,
    CKM_AES_CBC_PAD,
    CKM_AES_GCM,
    CKM_AES_CCM,
];

/// What the attacker has made for himself; session objects of the stage.
pub(super) struct Adversary {
    aes: Option<ObjectHandle>,
    rsa: Option<ObjectHandle>,
    des: Option<ObjectHandle>,
    ways: Vec<Way>,
}

impl Adversary {
    /// Makes an AES key, a public RSA key and a DES3 key that wrap, each as far as the token lets
    /// him; with every mechanism the token lists for wrapping.
    pub(super) fn arm(stage: &Stage<'_>) -> Self {
        let session = &stage.session;
        let every_use = [
            Attribute::Unwrap(true),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
            Attribute::Derive(true),
            Attribute::Sensitive(false),
            Attribute::Extractable(true),
        ];
        let aes = [
            Attribute::Token(false),
            Attribute::Private(true),
            Attribute::ValueLen(32.into()),
            Attribute::Wrap(true),
        ];
        let aes_of_every_use = [&aes[..], &every_use].concat();
        let aes = session
            .generate_key(&Mechanism::AesKeyGen, &aes_of_every_use)
            .or_else(|_| session.generate_key(&Mechanism::AesKeyGen, &aes));
        let rsa = session.create_object(&[
            Attribute::Class(ObjectClass::PUBLIC_KEY),
            Attribute::KeyType(KeyType::RSA),
            Attribute::Token(false),
            Attribute::Private(false),
            Attribute::Modulus(MODULUS.to_vec()),
            Attribute::PublicExponent(RSA_EXPONENT.to_vec()),
            Attribute::Wrap(true),
            Attribute::Encrypt(true),
        ]);
        let lists_des = stage
            .listed
            .iter()
            .any(|(number, _)| *number == CKM_DES3_KEY_GEN);
        let des = lists_des.then(|| {
            session.generate_key(
                &Mechanism::Des3KeyGen,
                &[
                    Attribute::Token(false),
                    Attribute::Private(true),
                    Attribute::Wrap(true),
                ],
            )
        });
        let mut adversary = Self {
            aes: aes.ok(),
            rsa: rsa.ok(),
            des: des.and_then(CkResult::ok),
            ways: Vec::new(),
        };
        for (mechanism, info) in &stage.listed {
            if info.does(CKF_WRAP) {
                adversary.add(*mechanism, true);
            }
        }
        for mechanism in KNOWN {
            if adversary.ways.iter().all(|way| way.mechanism != mechanism) {
                adversary.add(mechanism, false);
            }
        }
        adversary
    }

    /// Adds the ways a mechanism offers; one that is not known here is tried with every key.
    fn add(&mut self, mechanism: u64, listed: bool) {
        let keys = match mechanism {
            CKM_RSA_PKCS | CKM_RSA_PKCS_OAEP | CKM_RSA_X_509 | CKM_RSA_AES_KEY_WRAP => {
                vec![self.rsa]
            }
            CKM_DES3_ECB | CKM_DES3_CBC | CKM_DES3_CBC_PAD => vec![self.des],
            CKM_AES_ECB
            | CKM_AES_CBC
            | CKM_AES_CBC_PAD
            | CKM_AES_CTS
            | CKM_AES_GCM
            | CKM_AES_CCM
            | CKM_AES_KEY_WRAP
            | CKM_AES_KEY_WRAP_PAD
            | CKM_AES_KEY_WRAP_KWP
            | CKM_AES_KEY_WRAP_PKCS7 => vec![self.aes],
            _ => vec![self.aes, self.rsa, self.des],
        };
        self.ways.extend(keys.into_iter().flatten().map(|key| Way {
            mechanism,
            parameter: Parameter::to_wrap_with(mechanism),
            key,
            listed,
        }));
    }

    /// An AES key of his own, where he could make one.
    pub(super) fn aes(&self) -> Option<ObjectHandle> {
        self.aes
    }

    /// Wraps a key that must not be wrapped, in every way he has.
    pub(super) fn wrap(
        &self,
        stage: &Stage<'_>,
        facts: &mut Facts,
        subject: &str,
        victim: ObjectHandle,
    ) {
        const CALL: &str = "C_WrapKey under a key of the caller's";
        for way in &self.ways {
            let what = mechanism_name(way.mechanism);
            let wrapped = stage.wrap(way, victim);
            if way.listed {
                facts.trial(subject, CALL, what, wrapped);
            } else if wrapped.is_ok() {
                facts.came_through(subject, CALL, format!("{what} [not listed]"), "CKR_OK");
            }
        }
    }

    /// Whether he has anything at all to take a key out with.
    pub(super) fn can_wrap(&self) -> bool {
        self.ways.iter().any(|way| way.listed)
    }

    /// By which mechanism a key can be wrapped for him, if by any.
    pub(super) fn takes_out(&self, stage: &Stage<'_>, key: ObjectHandle) -> Option<String> {
        let mut ways = self.ways.iter();
        let way = ways.find(|way| stage.wrap(way, key).is_ok())?;
        let mechanism = mechanism_name(way.mechanism);
        Some(format!("C_WrapKey by {mechanism} wraps it for the caller"))
    }

    /// Says what of a key that came out can be got at: an attribute that lets it go, its value, or
    /// a copy wrapped under a key of his own. `None` if nothing can.
    pub(super) fn weakness(
        &self,
        stage: &Stage<'_>,
        key: ObjectHandle,
        asked: &[Attribute],
    ) -> Result<Option<String>> {
        if let Some(value) = stage.shows(key)? {
            return Ok(Some(format!("C_GetAttributeValue gives its {value}")));
        }
        if let Some(wraps) = self.takes_out(stage, key) {
            return Ok(Some(wraps));
        }
        let asked: Vec<&Attribute> = asked.iter().collect();
        let raw = &stage.login.module.raw;
        Ok(match raw.differences(&stage.session, key, &asked) {
            Ok(differences) => differences
                .iter()
                .find(|(_, difference)| *difference == crate::raw::Difference::Other)
                .map(|(attribute, _)| {
                    format!("it reads back with another {}", super::name(*attribute))
                }),
            Err(error) => Some(format!("C_GetAttributeValue {}", ckr(&error))),
        })
    }
}

/// Attributes that hold a private or secret key's value (PKCS#11 v3.1 §6.3.4, §6.1.3, §4.10).
pub(super) const VALUES: [AttributeType; 3] = [
    AttributeType::Value,
    AttributeType::PrivateExponent,
    AttributeType::Prime1,
];
