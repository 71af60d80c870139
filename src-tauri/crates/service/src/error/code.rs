//! The stable code of every failure, and who can mend it: one list, complete because it compiles.

use super::Error;
use super::mechanism::{
    custody_code, document_code, evidence_code, file_code, render_code, signature_code, token_code,
    vault_code,
};
use crate::wire::ErrorCode;

/// Who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Who asked: the request makes no sense.
    Usage,
    /// Somebody decided so: secret, policy, the document's own rules.
    Refused,
    /// A device, a program or the network.
    Device,
    /// A file.
    InputOutput,
}

impl Error {
    /// The stable code and who can mend it.
    #[must_use]
    pub fn code(&self) -> (ErrorCode, ErrorKind) {
        use ErrorKind::{Device, InputOutput, Refused, Usage};
        match self {
            Self::Evidence(fault) => evidence_code(fault),
            Self::NoOrganisation { .. } => (ErrorCode::NoOrganisation, Usage),
            Self::OrganisationExists { .. } => (ErrorCode::OrganisationExists, Usage),
            Self::FolderNotEmpty { .. } => (ErrorCode::FolderNotEmpty, InputOutput),
            Self::FoundingElsewhere { .. } => (ErrorCode::Busy, Device),
            Self::OrganisationUnreadable { .. } => (ErrorCode::OrganisationUnreadable, InputOutput),
            Self::PartMissing { .. } => (ErrorCode::PartMissing, Device),
            Self::ModuleChanged { .. } => (ErrorCode::ModuleChanged, Device),
            Self::PinRefused { .. } => (ErrorCode::TokenPinWrong, Device),
            Self::PinTryKept { .. } => (ErrorCode::PinTryKept, Refused),
            Self::TokenTaken { .. }
            | Self::TokenDoesNotWrap { .. }
            | Self::TokenLacksKey { .. } => (ErrorCode::TokenUnfit, Device),
            Self::NoSuchPerson { .. } => (ErrorCode::NoSuchPerson, Refused),
            Self::NotAnOfficer { .. } => (ErrorCode::NotAnOfficer, Refused),
            Self::BadField { .. }
            | Self::KeyKind { .. }
            | Self::OutputTwice { .. }
            | Self::NotAHead(_)
            | Self::NoSuchLeaf { .. } => (ErrorCode::Usage, Usage),
            Self::NothingLost { .. } => (ErrorCode::NothingLost, Refused),
            Self::SettingsUnreadable { .. } => (ErrorCode::SettingsUnreadable, InputOutput),
            Self::SettingsUnusable { .. } => (ErrorCode::SettingsUnusable, Usage),
            Self::SecretsTogether { .. } => (ErrorCode::SecretsTogether, Usage),
            Self::NotAnExport { .. } => (ErrorCode::NotAnExport, InputOutput),
            Self::Look { .. } => (ErrorCode::LookUnusable, Usage),
            Self::PlaceNeeded { .. } => (ErrorCode::PlaceNeeded, Usage),
            Self::WrongSecret => (ErrorCode::WrongSecret, Refused),
            Self::Wait { .. } => (ErrorCode::Wait, Refused),
            Self::NotActivated { .. } => (ErrorCode::NotActivated, Refused),
            Self::Suspended { .. } => (ErrorCode::Suspended, Refused),
            Self::Revoked { .. } => (ErrorCode::Revoked, Refused),
            Self::Expired { .. } => (ErrorCode::Expired, Refused),
            Self::ImportRefused { .. } => (ErrorCode::ImportRefused, InputOutput),
            Self::FilePasswordWrong { .. } => (ErrorCode::PasswordWrong, Refused),
            Self::BackupUnusable { .. } => (ErrorCode::BackupUnusable, InputOutput),
            Self::SigningPinInKeyring { .. } => (ErrorCode::KeyringAbsent, Device),
            Self::MasterUnvouched { .. } => (ErrorCode::KeysNotProven, Refused),
            Self::MasterRetired { .. } => (ErrorCode::MasterRetired, Refused),
            Self::KeysAreResident { .. } => (ErrorCode::KeysAreResident, Refused),
            Self::MastersChanged => (ErrorCode::Busy, Device),
            Self::Rotation { .. } => (ErrorCode::RotationRefused, Refused),
            Self::StatusUnchanged { .. } => (ErrorCode::StatusUnchanged, Refused),
            Self::LastOfficer { .. } => (ErrorCode::LastOfficer, Refused),
            Self::ListNotWritten(_) | Self::ListAtOdds => (ErrorCode::ListNotWritten, InputOutput),
            Self::CodeUsed => (ErrorCode::CodeUsed, Refused),
            Self::CodeLapsed => (ErrorCode::CodeLapsed, Refused),
            Self::RecordDamaged { .. } => (ErrorCode::RecordDamaged, Refused),
            Self::OutcomeNotLogged(source) => (ErrorCode::OutcomeNotLogged, source.kind()),
            Self::Cancelled => (ErrorCode::Cancelled, Refused),
            Self::RequestRepeated => (ErrorCode::RequestRepeated, Refused),
            Self::CardAbsent { .. } => (ErrorCode::CardAbsent, Device),
            Self::NoCardDriver => (ErrorCode::NoCardDriver, Device),
            Self::NoSigningCertificate { .. } => (ErrorCode::NoSigningCertificate, Refused),
            Self::CertificateAmbiguous { .. } => (ErrorCode::CertificateAmbiguous, Usage),
            Self::CertificateExpired { .. } => (ErrorCode::CertificateExpired, Refused),
            Self::CardRemoved => (ErrorCode::CardRemoved, Device),
            Self::CardDriverFault(_) => (ErrorCode::CardDriverFault, Device),
            Self::OutputExists { .. } => (ErrorCode::OutputExists, InputOutput),
            Self::OutputIsInput { .. } => (ErrorCode::OutputIsInput, InputOutput),
            Self::File { source, .. } | Self::State(source) => (file_code(source), InputOutput),
            Self::NotAsWritten { .. } => (ErrorCode::NotAsWritten, InputOutput),
            Self::Document { source, .. } => document_code(source),
            Self::Signature { source, .. } => signature_code(source),
            Self::Render(source) => render_code(source),
            Self::NotAnAnchor(_) => (ErrorCode::NotAnAnchor, InputOutput),
            Self::NotATrustedList { .. } => (ErrorCode::NotATrustedList, InputOutput),
            Self::TooManyTrusted { .. } => (ErrorCode::TooManyTrusted, Refused),
            Self::IssuerDiffers => (ErrorCode::IssuerDiffers, Refused),
            Self::TokenUnsafe { .. } => (ErrorCode::TokenUnsafe, Refused),
            Self::AssuranceTooLow { .. } => (ErrorCode::AssuranceTooLow, Refused),
            Self::ProfileUnvouched { .. } => (ErrorCode::ProfileUnvouched, Refused),
            Self::NotaryOverdue { .. } => (ErrorCode::NotaryOverdue, Refused),
            Self::Custody(source) => custody_code(source),
            Self::Log(_) => (ErrorCode::LogDamaged, Refused),
            Self::Ca(_) => (ErrorCode::CertificateRefused, Refused),
            Self::Vault(source) => vault_code(source),
            Self::Token(source) => token_code(source),
            Self::Lost => (ErrorCode::Internal, Device),
        }
    }

    /// Who can mend it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.code().1
    }
}
