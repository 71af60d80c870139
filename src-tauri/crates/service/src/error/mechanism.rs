//! The codes of what the mechanism crates answer; each of their variants is named here once.

use std::io;

use super::code::ErrorKind;
use crate::custody;
use crate::wire::ErrorCode;

pub(super) fn file_code(error: &io::Error) -> ErrorCode {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::NoSpace,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ErrorCode::NotWritable
        }
        io::ErrorKind::NotFound => ErrorCode::NotFound,
        _ => ErrorCode::Io,
    }
}

pub(super) fn custody_code(error: &custody::Error) -> (ErrorCode, ErrorKind) {
    match error {
        custody::Error::Random => (ErrorCode::Internal, ErrorKind::Device),
        custody::Error::Malformed { .. }
        | custody::Error::CostTooHigh { .. }
        | custody::Error::Damaged { .. } => (ErrorCode::RecordDamaged, ErrorKind::Refused),
        custody::Error::SecretTooWeak(_) => (ErrorCode::SecretTooWeak, ErrorKind::Usage),
        custody::Error::NotACode => (ErrorCode::NotACode, ErrorKind::Usage),
    }
}

pub(super) fn vault_code(error: &vault::Error) -> (ErrorCode, ErrorKind) {
    use ErrorKind::{Device, InputOutput, Refused};
    use vault::Error as E;
    match error {
        E::VaultMissing { .. }
        | E::VaultExists { .. }
        | E::NotAVault { .. }
        | E::SchemaNewer { .. }
        | E::SchemaForeign { .. }
        | E::Damaged { .. }
        | E::BadValue { .. }
        | E::AlreadyInitialised => (ErrorCode::VaultDamaged, InputOutput),
        E::Busy { .. } => (ErrorCode::Busy, Device),
        E::Full { .. } => (ErrorCode::NoSpace, InputOutput),
        E::ReadOnly { .. } => (ErrorCode::NotWritable, InputOutput),
        E::LoginTaken { .. } => (ErrorCode::LoginTaken, Refused),
        E::RequestRepeated { .. } => (ErrorCode::RequestRepeated, Refused),
        E::KeyNotActive { status, .. } => match status {
            vault::Status::Revoked => (ErrorCode::Revoked, Refused),
            vault::Status::Suspended | vault::Status::Active => (ErrorCode::Suspended, Refused),
        },
        E::KeyringAbsent { .. } => (ErrorCode::KeyringAbsent, Device),
        E::KeyringLocked { .. } => (ErrorCode::KeyringLocked, Device),
        E::Keyring { .. } => (ErrorCode::KeyringFault, Device),
        E::PinMissing { .. } => (ErrorCode::PinMissing, Device),
        E::PinMalformed { .. } | E::FileExposed { .. } => (ErrorCode::PinUnusable, Device),
        E::File { source, .. } => (file_code(source), InputOutput),
        E::RowChanged { .. }
        | E::IssuingPinChanged { .. }
        | E::RotationChanged { .. }
        | E::RecordsMoved
        | E::TokenProfileChanged { .. } => (ErrorCode::RowChanged, Refused),
        E::KeysRemain { .. } => (ErrorCode::RotationRefused, Refused),
        E::Database { .. }
        | E::SerialTaken { .. }
        | E::PublicKeyTaken { .. }
        | E::KeyUnknown { .. }
        | E::IssuingPinUnknown { .. }
        | E::TryUnknown { .. }
        | E::OutcomeRepeated { .. }
        | E::LeafUnknown { .. }
        | E::HeadAhead { .. }
        | E::HeadForked { .. }
        | E::RevocationListNumber { .. }
        | E::RestoreTaken { .. }
        | E::TooLarge { .. } => (ErrorCode::VaultFault, Device),
    }
}

pub(super) fn token_code(error: &token::Error) -> (ErrorCode, ErrorKind) {
    use token::Error as E;
    let code = match error {
        E::HostNotStarted { .. } => ErrorCode::HostMissing,
        E::HostTimedOut { .. } => ErrorCode::HostTimeout,
        E::HostGone | E::OutOfStep => ErrorCode::HostGone,
        E::ModuleUnreadable { .. } | E::ModuleNotLoaded { .. } | E::ModuleNotStarted { .. } => {
            ErrorCode::ModuleMissing
        }
        E::ModuleChanged { .. } => ErrorCode::ModuleChanged,
        E::TokenNotFound { .. } | E::TokenAmbiguous { .. } => ErrorCode::TokenMissing,
        E::WrongPin { .. } => ErrorCode::TokenPinWrong,
        E::PinLocked { .. } => ErrorCode::TokenLocked,
        E::PinObstacle { .. } => ErrorCode::TokenPinUnusable,
        E::KeyNotFound { .. }
        | E::KeyAmbiguous { .. }
        | E::KeyAttribute { .. }
        | E::KeyDiffers { .. }
        | E::WrappingKeyAcceptsWeaker { .. } => ErrorCode::KeysNotProven,
        E::NoWrapMechanism
        | E::TemplateRefused { .. }
        | E::KeyNotMade { .. }
        | E::AlgorithmNotOffered { .. }
        | E::AlgorithmNotWrapped { .. }
        | E::MessageAbsent { .. } => ErrorCode::TokenUnfit,
        E::WrappedKeyRefused { .. }
        | E::MechanismNotAllowed { .. }
        | E::SessionKeyWeaker { .. } => return (ErrorCode::RecordDamaged, ErrorKind::Refused),
        E::CardAbsent => ErrorCode::CardAbsent,
        E::CardKeyMissing => ErrorCode::NoSigningCertificate,
        E::CardPin { refusal } => return pin_code(refusal),
        E::PathNotAbsolute { .. }
        | E::MessageTooLong { .. }
        | E::TokenExists { .. }
        | E::NoFreeSlot
        | E::LoginHeld
        | E::LoginOver
        | E::TokenLost { .. }
        | E::Unexpected { .. }
        | E::KeyExists { .. }
        | E::SessionKeyGone
        | E::TooManySessionKeys { .. }
        | E::PublicKeyMalformed
        | E::OutputMalformed { .. }
        | E::LabelMalformed { .. }
        | E::PinMalformed { .. }
        | E::NoRandomBytes
        | E::SessionUnusable { .. } => ErrorCode::DeviceFault,
    };
    (code, ErrorKind::Device)
}

fn pin_code(refusal: &token::PinRefusal) -> (ErrorCode, ErrorKind) {
    use token::PinRefusal as P;
    let code = match refusal {
        P::Wrong(_) => ErrorCode::PinWrong,
        P::Locked => ErrorCode::PinLocked,
        P::Length { .. } => ErrorCode::PinLength,
        P::ToBeChanged => ErrorCode::PinToBeChanged,
        P::GivenUp => ErrorCode::PinNotEntered,
        P::Needed => return (ErrorCode::PinNeeded, ErrorKind::Usage),
    };
    (code, ErrorKind::Refused)
}

pub(super) fn document_code(error: &pdf::Error) -> (ErrorCode, ErrorKind) {
    use ErrorKind::{InputOutput, Refused, Usage};
    use pdf::Error as E;
    match error {
        E::Read(source) | E::Write(source) => (file_code(source), InputOutput),
        E::NotAPdf
        | E::NoStartXref
        | E::CrossReference { .. }
        | E::Object { .. }
        | E::EncryptionDamaged { .. }
        | E::Missing { .. } => (ErrorCode::PdfUnreadable, InputOutput),
        E::BytesBeforeHeader { .. } | E::CrossReferenceStream | E::StoreTooLarge => {
            (ErrorCode::PdfNotSupported, Refused)
        }
        E::PasswordNeeded => (ErrorCode::PasswordNeeded, Refused),
        E::WrongPassword => (ErrorCode::PasswordWrong, Refused),
        E::EncryptionUnsupported { .. } => (ErrorCode::PdfEncrypted, Refused),
        E::ProtectedByMac => (ErrorCode::PdfNotSupported, Refused),
        E::NotPermitted { .. } => (ErrorCode::PdfNotPermitted, Refused),
        E::CertifiedWithoutChanges | E::FieldLocked { .. } => (ErrorCode::PdfForbids, Refused),
        E::CertifiedWithoutNewBoxes => (ErrorCode::PdfForbidsNewBox, Refused),
        E::CertifiesTooLate => (ErrorCode::CertifiesTooLate, Refused),
        E::SignedAndDamaged => (ErrorCode::PdfSignedAndDamaged, Refused),
        E::SeedValue { .. } => (ErrorCode::FieldDemands, Refused),
        E::NoSuchField { .. } => (ErrorCode::NoSuchField, Usage),
        E::FieldIsSigned { .. } => (ErrorCode::FieldSigned, Usage),
        E::FieldUnusable { .. } => (ErrorCode::FieldUnusable, Usage),
        E::NoSuchPage { .. } => (ErrorCode::NoSuchPage, Usage),
        E::BoxOutside { .. } | E::BoxEmpty => (ErrorCode::BoxOutside, Usage),
        E::BoxTooSmall { .. } => (ErrorCode::BoxTooSmall, Usage),
        E::NoGlyph { .. } => (ErrorCode::NoGlyph, Usage),
        E::FontFile { .. } | E::Artwork { .. } => (ErrorCode::LookUnusable, Usage),
        E::Font | E::ContentsTooSmall { .. } => (ErrorCode::Internal, ErrorKind::Device),
        E::InputChanged => (ErrorCode::InputChanged, InputOutput),
    }
}

pub(super) fn signature_code(error: &signature::Error) -> (ErrorCode, ErrorKind) {
    use signature::Error as E;
    match error {
        E::Pdf(source) => document_code(source),
        E::NotACertificate { .. }
        | E::NotPem(_)
        | E::KeyNotSupported { .. }
        | E::RsaKeySize { .. }
        | E::MalformedKey
        | E::NotForDocuments { .. }
        | E::TooManySignatures { .. }
        | E::ChainTooLong { .. } => (ErrorCode::CertificateRefused, ErrorKind::Refused),
        E::OutsideValidity { .. } => (ErrorCode::Expired, ErrorKind::Refused),
        E::DigestLength { .. }
        | E::SignatureLength { .. }
        | E::MalformedSignature
        | E::SignatureDoesNotVerify => (ErrorCode::RecordDamaged, ErrorKind::Refused),
        E::LevelNotSupported { .. } => (ErrorCode::Usage, ErrorKind::Usage),
        E::TimestampOfAnother => (ErrorCode::TimestampUnavailable, ErrorKind::Device),
        E::Encoding(_) => (ErrorCode::Internal, ErrorKind::Device),
    }
}

pub(super) fn evidence_code(fault: &crate::evidence::Fault) -> (ErrorCode, ErrorKind) {
    use crate::evidence::Fault as F;
    match fault {
        F::NoAuthority { .. } | F::Unsigned => (ErrorCode::Usage, ErrorKind::Usage),
        F::Timestamp { .. } => (ErrorCode::TimestampUnavailable, ErrorKind::Device),
        F::Missing { .. } | F::Network(_) => (ErrorCode::EvidenceUnavailable, ErrorKind::Device),
        F::Revoked { .. } => (ErrorCode::Revoked, ErrorKind::Refused),
        F::NotReached { .. } => (ErrorCode::LevelNotReached, ErrorKind::InputOutput),
        F::CertifiedForGood { .. } => (ErrorCode::CertifiedForGood, ErrorKind::Refused),
        F::Broken { .. } => (ErrorCode::SignatureBroken, ErrorKind::Refused),
    }
}

pub(super) fn render_code(error: &pdf::render::Error) -> (ErrorCode, ErrorKind) {
    use ErrorKind::{Device, InputOutput, Usage};
    use pdf::render::Error as E;
    match error {
        E::LibraryMissing { .. } | E::LibraryUnusable { .. } | E::OtherLibrary { .. } => {
            (ErrorCode::PartMissing, Device)
        }
        E::Unreadable { source, .. } => (file_code(source), InputOutput),
        E::NotAPdf(_) => (ErrorCode::PdfUnreadable, InputOutput),
        E::PasswordNeeded => (ErrorCode::PasswordNeeded, ErrorKind::Refused),
        E::UnknownEncryption => (ErrorCode::PdfEncrypted, ErrorKind::Refused),
        E::NoSuchPage { .. } => (ErrorCode::NoSuchPage, Usage),
        E::Scale(_) | E::TooLarge { .. } => (ErrorCode::Usage, Usage),
        E::NotOneSheet { .. }
        | E::NoSize { .. }
        | E::NotDrawn { .. }
        | E::NotEncoded(_)
        | E::Thread(_)
        | E::Busy
        | E::Unresponsive
        | E::Crashed => (ErrorCode::RenderFailed, Device),
    }
}
