//! Chancery: vault.
