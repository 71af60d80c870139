//! PAdES baseline levels.

use std::fmt;

/// A baseline level of ETSI EN 319 142-1, clause 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// B-B: basic signature. The only one this version makes.
    BB,
    /// B-T: with a trusted time.
    BT,
    /// B-LT: with the material to validate it in the long term.
    BLt,
    /// B-LTA: with time-stamps that keep the material good.
    BLta,
}

impl Level {
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

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
