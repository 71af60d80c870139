//! What a client asks of its host: deterministic CBOR arrays (RFC 8949 §4.2.1). Each request has
//! one answer, `Result<T, Error>`, with the type `T` named at the request.

use std::{path::PathBuf, time::Duration};

use minicbor::{CborLen, Decode, Encode};

use crate::{
    Attack, Canary, KeyLabel, KnownAnswer, LoadedBy, Production, ResidentId, Sha256,
    SignerAlgorithm, SpkiDer, ToBeSigned, TokenKeyKind, TokenLabel, WrappedKey, algorithm::Family,
    card::OnCard, login::KeyNumber, pin::PinInTransit, secret::SecretBytes,
};

#[derive(Encode, Decode, CborLen)]
#[cbor(array)]
pub(crate) enum Request {
    /// Hash, load and initialise a module; once, first. `Opened`.
    #[n(0)]
    Open {
        #[n(0)]
        #[cbor(with = "crate::wire::path")]
        module: PathBuf,
        #[n(1)]
        sha256: Option<Sha256>,
    },
    /// `Vec<TokenInfo>`.
    #[n(1)]
    Tokens,
    /// `TokenInfo`.
    #[n(2)]
    InitialiseToken {
        #[n(0)]
        label: TokenLabel,
        #[n(1)]
        so_pin: PinInTransit,
        #[n(2)]
        user_pin: PinInTransit,
    },
    /// `Generation`.
    #[n(3)]
    Login {
        #[n(0)]
        label: TokenLabel,
        #[n(1)]
        pin: PinInTransit,
    },
    /// `()`.
    #[n(4)]
    Logout {
        #[n(0)]
        generation: Generation,
    },
    /// Something on the token, under the login of this generation.
    #[n(5)]
    OnToken {
        #[n(0)]
        generation: Generation,
        #[n(1)]
        request: OnToken,
    },
    /// Something about cards, each request with a login of its own.
    #[n(6)]
    OnCard(#[n(0)] OnCard),
}

/// Whether a request may be worked on beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Beside others of its kind.
    Shared,
    /// While no other is under way: it changes what the others work with.
    Alone,
}

impl Request {
    pub(crate) fn turn(&self) -> Turn {
        match self {
            Self::Open { .. }
            | Self::InitialiseToken { .. }
            | Self::Login { .. }
            | Self::Logout { .. }
            | Self::OnCard(_) => Turn::Alone,
            Self::Tokens | Self::OnToken { .. } => Turn::Shared,
        }
    }

    /// What it takes beyond the deadline of one call.
    pub(crate) fn takes_longer_by(&self) -> Duration {
        match self {
            Self::OnToken { request, .. } => request.takes_longer_by(),
            Self::OnCard(request) => request.takes_longer_by(),
            _ => Duration::ZERO,
        }
    }
}

/// What is asked of a token that is logged in to.
#[derive(Encode, Decode, CborLen)]
#[cbor(array)]
pub(crate) enum OnToken {
    /// `Vec<u64>`.
    #[n(0)]
    Mechanisms,
    /// `WrapMechanism`.
    #[n(1)]
    WrapMechanism,
    /// `Created`.
    #[n(2)]
    Create {
        #[n(0)]
        kind: TokenKeyKind,
        #[n(1)]
        label: KeyLabel,
    },
    /// `Canary`.
    #[n(3)]
    MakeCanary {
        #[n(0)]
        master: KeyLabel,
    },
    /// `Proven`.
    #[n(4)]
    ProveWrappingKey {
        #[n(0)]
        label: KeyLabel,
        #[n(1)]
        canary: Canary,
    },
    /// `Proven`.
    #[n(5)]
    ProveMacKey {
        #[n(0)]
        label: KeyLabel,
        #[n(1)]
        known: KnownAnswer,
    },
    /// `Proven`.
    #[n(6)]
    ProveSigningKey {
        #[n(0)]
        label: KeyLabel,
        #[n(1)]
        spki: SpkiDer,
        #[n(2)]
        challenge: ToBeSigned,
    },
    /// `MacInTransit`.
    #[n(7)]
    Hmac {
        #[n(0)]
        label: KeyLabel,
        #[n(1)]
        data: SecretBytes,
    },
    /// `RawSignature`.
    #[n(8)]
    Sign {
        #[n(0)]
        label: KeyLabel,
        #[n(1)]
        input: ToBeSigned,
    },
    /// `(KeyNumber, SpkiDer)`.
    #[n(9)]
    Generate {
        #[n(0)]
        algorithm: SignerAlgorithm,
    },
    /// `KeyNumber`.
    #[n(10)]
    Unwrap {
        #[n(0)]
        master: KeyLabel,
        #[n(1)]
        wrapped: WrappedKey,
        #[n(2)]
        algorithm: SignerAlgorithm,
    },
    /// `RawSignature`.
    #[n(11)]
    SessionKeySign {
        #[n(0)]
        key: KeyNumber,
        #[n(1)]
        input: ToBeSigned,
    },
    /// `WrappedKey`.
    #[n(12)]
    SessionKeyWrap {
        #[n(0)]
        key: KeyNumber,
        #[n(1)]
        master: KeyLabel,
    },
    /// `()`.
    #[n(13)]
    SessionKeyDestroy {
        #[n(0)]
        key: KeyNumber,
    },
    /// `Vec<RawSignature>`.
    #[n(14)]
    SignWithWrapped {
        #[n(0)]
        master: KeyLabel,
        #[n(1)]
        wrapped: WrappedKey,
        #[n(2)]
        algorithm: SignerAlgorithm,
        #[n(3)]
        inputs: Vec<ToBeSigned>,
    },
    /// `ObjectCounts`.
    #[n(15)]
    ObjectCounts,
    /// `Played`.
    #[n(16)]
    Probe {
        #[n(0)]
        attack: Attack,
        #[n(1)]
        production: Option<Production>,
    },
    /// `TokenProfile`.
    #[n(17)]
    Profile,
    /// `KeyNumber`. PrivateKeyInfo (RFC 5208), DER, of a key that is known outside.
    #[n(18)]
    Import {
        #[n(0)]
        pkcs8: SecretBytes,
        #[n(1)]
        algorithm: SignerAlgorithm,
    },
    /// `SpkiDer`. A key that stays on the token.
    #[n(19)]
    GenerateResident {
        #[n(0)]
        algorithm: SignerAlgorithm,
        #[n(1)]
        id: ResidentId,
    },
    /// `Vec<RawSignature>`.
    #[n(20)]
    SignResident {
        #[n(0)]
        id: ResidentId,
        #[n(1)]
        spki: SpkiDer,
        #[n(2)]
        algorithm: SignerAlgorithm,
        #[n(3)]
        inputs: Vec<ToBeSigned>,
    },
    /// `u32`: how many there were.
    #[n(21)]
    DestroyResident {
        #[n(0)]
        id: ResidentId,
    },
    /// `Vec<ResidentId>`.
    #[n(22)]
    ResidentKeys,
    /// `()`.
    #[n(23)]
    Rehearse {
        #[n(0)]
        kind: TokenKeyKind,
        #[n(1)]
        label: KeyLabel,
    },
}

impl OnToken {
    /// What it takes beyond the deadline of one call: finding the primes of an RSA key (SoftHSM
    /// 2.6.1 needs 4 s for 4096 bits, and now and then many times that), and many RSA signatures
    /// in one call (27 ms each).
    pub(crate) fn takes_longer_by(&self) -> Duration {
        const RSA_GENERATION: Duration = Duration::from_secs(90);
        const RSA_SIGNATURE: Duration = Duration::from_millis(100);
        /// An attack is up to some hundred calls; each crosses a network once or twice.
        const PROBE: Duration = Duration::from_secs(60);
        match self {
            Self::Generate { algorithm } if algorithm.family() == Family::Rsa => RSA_GENERATION,
            // Once for the trial, once for the token.
            Self::GenerateResident { algorithm, .. } if algorithm.family() == Family::Rsa => {
                RSA_GENERATION.saturating_mul(2)
            }
            Self::SignWithWrapped {
                algorithm, inputs, ..
            }
            | Self::SignResident {
                algorithm, inputs, ..
            } if algorithm.family() == Family::Rsa => {
                RSA_SIGNATURE.saturating_mul(inputs.len() as u32)
            }
            Self::Probe { .. } | Self::Profile => PROBE,
            _ => Duration::ZERO,
        }
    }
}

/// Which login of a host a handle belongs to; counts from 1, and each login has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub(crate) struct Generation(#[n(0)] u64);

impl Generation {
    /// Before the first login.
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A module was opened.
#[derive(Encode, Decode, CborLen)]
#[cbor(array)]
pub(crate) struct Opened {
    #[n(0)]
    pub(crate) sha256: Sha256,
    #[n(1)]
    pub(crate) loaded_by: LoadedBy,
}
