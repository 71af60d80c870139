//! Chancery: signature.
