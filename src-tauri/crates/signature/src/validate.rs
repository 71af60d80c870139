//! The whole judgement over a signed document (ETSI EN 319 102-1, narrowed to what B-B can show).
//!
//! Three answers are kept apart: is the document intact ([`integrity`]), who signed and does an
//! authority that we trust vouch for it ([`chain`]), and how much of the file that is about
//! ([`coverage`]). [`verdict`] draws one headline from them.

pub mod chain;
pub mod coverage;
pub mod finding;
pub mod integrity;
pub mod verdict;
