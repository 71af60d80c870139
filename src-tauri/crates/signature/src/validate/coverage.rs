//! How much of the file a signature covers.

/// How much of the file a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// All bytes of the file but the signature itself.
    WholeFile,
    /// All bytes of an earlier revision but the signature itself.
    Revision,
    /// Less than a whole revision.
    Partial,
}
