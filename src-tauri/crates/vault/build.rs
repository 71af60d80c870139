//! Rebuilds the crate when a migration is added: `sqlx::migrate!` reads the directory unseen by Cargo.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
