//! Chancery: pdf.
