//! Tries of one key's secret on one machine.
//!
//! A try is counted before it is judged: whoever kills the process learns nothing for free. How
//! long to wait is the caller's to compute.

use crate::id::{LeafIndex, UnixTime};

/// Tries counted and not cleared since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// How many, at least 1. Holds also those that were never settled.
    pub count: u32,
    /// When the first of them was counted.
    pub first_at: UnixTime,
    /// When the latest of them was counted.
    ///
    /// A process killed while it judged leaves this and no `last_wrong_at`; a wait reckoned from
    /// `last_wrong_at` alone could be escaped by killing.
    pub last_at: UnixTime,
    /// When a secret was last judged wrong, if any of them was.
    pub last_wrong_at: Option<UnixTime>,
}

/// A try that was counted and logged, and may now be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BegunTry {
    /// Tries counted so far, with this one.
    pub count: u32,
    /// The leaf appended with it.
    pub index: LeafIndex,
    /// When it was counted, by the database's clock.
    pub at: UnixTime,
}
