//! The crate from outside: documents are built or damaged, signed with an empty `/Contents`, and
//! judged by other programs (qpdf, poppler).
#![expect(clippy::unwrap_used, reason = "tests")]

mod artwork;
mod bounds;
mod builder;
mod certify;
mod corpus;
mod damage;
mod encryption;
mod fill;
mod form;
mod gallery;
mod looks;
mod permission;
mod placing;
mod preflight;
mod recovery;
mod revisions;
mod shown;
mod store;
mod streams;
mod structure;
mod tools;
