//! Chancery: pdf.

pub mod render;
