//! Chancery: token.
