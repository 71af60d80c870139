//! PAdES baseline levels.

use std::fmt;

/// A baseline level of ETSI EN 319 142-1, clause 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// B-B: basic signature.
    BB,
    /// B-T: with a trusted time.
    BT,
    /// B-LT: with the material to validate it in the long term.
    BLt,
    /// B-LTA: with time-stamps that keep the material good.
    BLta,
}

impl Level {
    /// All of them, the lowest first.
    pub const ALL: [Self; 4] = [Self::BB, Self::BT, Self::BLt, Self::BLta];

    /// Reads a short name.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }

    /// Short name in lower case, as the command line and JSON have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BB => "b-b",
            Self::BT => "b-t",
            Self::BLt => "b-lt",
            Self::BLta => "b-lta",
        }
    }
}

/// What a level is made of, of one signature in its document (ETSI EN 319 142-1 §6.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    /// A timestamp that holds: beside the signature's value, or of the document after it.
    pub timestamp: bool,
    /// Certificates and answers about their revocation in the document.
    pub evidence: bool,
    /// A timestamp of the document that covers them.
    pub archived: bool,
}

/// The level of a PAdES signature that is intact. Each is that below it and more, so an archive
/// timestamp over a document without evidence is a trusted time and nothing else.
#[must_use]
pub const fn of(made: Made) -> Level {
    match made {
        Made {
            timestamp: true,
            evidence: true,
            archived: true,
        } => Level::BLta,
        Made {
            timestamp: true,
            evidence: true,
            ..
        } => Level::BLt,
        Made {
            timestamp: true, ..
        } => Level::BT,
        _ => Level::BB,
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
