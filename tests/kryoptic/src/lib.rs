//! Nothing: what is built is the dependency `kryoptic`, by `cargo xtask setup`.
