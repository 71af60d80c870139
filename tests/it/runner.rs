//! One test binary for behaviour across crates.
#![expect(clippy::unwrap_used, reason = "tests")]

mod administration;
mod custody;
mod enrolment;
mod judges;
mod log;
mod refusals;
mod signing;
