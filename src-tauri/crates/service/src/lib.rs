//! Chancery: service.
