//! Acts on people, their keys and their offices.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use zeroize::Zeroizing;

use super::Unwatched;
use crate::wire;

/// Enrol one person.
#[derive(Debug)]
pub struct Enrol {
    /// Login of the new person.
    pub login: String,
    /// Full name, as it will stand in the certificate.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Kind of key, such as `p256`.
    pub key: String,
}

/// An enrolled person; the code is shown once and kept nowhere.
pub struct Enrolled {
    /// Login.
    pub login: String,
    /// Full name.
    pub name: String,
    /// Account id, 32 hexadecimal digits.
    pub account: String,
    /// The one-time code in groups.
    pub activation_code: Zeroizing<String>,
    /// Until when it can be used, Unix seconds.
    pub expires: i64,
    /// Kind of the key.
    pub key: &'static str,
    /// The certificate as PEM.
    pub certificate_pem: String,
    /// SHA-256 of its DER, 64 hexadecimal digits.
    pub certificate_sha256: String,
}

/// What became of a row of a list of people, or would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListedOutcome {
    /// Nobody has the login yet.
    New,
    /// Enrolled now.
    Enrolled,
    /// Enrolled before, and as the row says.
    Unchanged,
    /// Enrolled, and the code is kept nowhere.
    CodeMissing,
    /// The login is somebody else's, or of an earlier row.
    Conflict,
    /// It cannot be used.
    Invalid,
    /// Not enrolled: the token, the vault or the log did not do their part, and nothing after it was
    /// tried.
    Failed,
}

/// A row of a list of people.
#[derive(Debug, Clone, Serialize)]
pub struct ListedRow {
    /// The line it begins at.
    pub line: u64,
    /// The login it has.
    pub login: String,
    /// What became of it.
    pub outcome: ListedOutcome,
    /// Why, where there is something to say.
    pub reason: Option<String>,
}

/// What became of a list of people.
#[derive(Debug)]
pub struct EnrolledList {
    /// Each row.
    pub rows: Vec<ListedRow>,
    /// Where the codes are.
    pub codes: PathBuf,
    /// What ended it early; rows that are still new were not tried.
    pub stopped: Option<crate::Error>,
}

/// Hears how many people of a list are enrolled.
pub trait EnrolmentWatch: fmt::Debug + Send + Sync {
    /// Hears of `done` people, of as many as were new when it began.
    fn enrolled(&self, done: u64, of: u64);
}

impl EnrolmentWatch for Unwatched {
    fn enrolled(&self, _: u64, _: u64) {}
}

/// Who it is; never the code.
impl fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Enrolled({}, ..)", self.login)
    }
}

impl From<Enrolled> for wire::IssuedCode {
    /// The code crosses to the window, where it is shown once.
    fn from(enrolled: Enrolled) -> Self {
        Self {
            code: enrolled.activation_code.as_str().to_owned(),
            login: enrolled.login,
            name: enrolled.name,
            expires: enrolled.expires,
            key: enrolled.key.to_owned(),
            certificate_sha256: enrolled.certificate_sha256,
        }
    }
}

/// Turn a one-time code into an own secret.
#[derive(Debug)]
pub struct Activate {
    /// Login.
    pub login: String,
    /// The code as typed.
    pub code: wire::Secret,
    /// The new secret.
    pub secret: wire::Secret,
}

/// Put another secret in the place of the one that is known.
#[derive(Debug)]
pub struct ChangeSecret {
    /// Login.
    pub login: String,
    /// The secret until now.
    pub secret: wire::Secret,
    /// The new one.
    pub new_secret: wire::Secret,
}

/// Bring a key in that was born elsewhere, for a person who is enrolled.
pub struct ImportKey {
    /// Whose key it becomes; the one before is revoked.
    pub login: String,
    /// Why, in words.
    pub note: String,
    /// Where the file lies, for what is said of it.
    pub path: PathBuf,
    /// The PKCS#12 file.
    pub file: Zeroizing<Vec<u8>>,
    /// Its password.
    pub password: wire::Secret,
    /// The name of the key, where the file has several.
    pub key_name: Option<String>,
}

/// Whose key it becomes; never the file.
impl fmt::Debug for ImportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImportKey({}, ..)", self.login)
    }
}

/// An office that was given.
#[derive(Debug)]
pub struct OfficeGranted {
    /// Login of the new officer.
    pub login: String,
    /// The one-time code that the new officer takes it up with.
    pub code: Zeroizing<String>,
    /// Until when it is good, Unix seconds.
    pub expires: i64,
}

/// Take up an office that was given.
#[derive(Debug)]
pub struct TakeOffice {
    /// Whose office it is.
    pub login: String,
    /// The one-time code.
    pub code: wire::Secret,
    /// The own secret, as it signs.
    pub secret: wire::Secret,
}
