//! One test binary for behaviour across crates.
#![expect(clippy::unwrap_used, reason = "tests")]

mod administration;
mod algorithms;
mod archive;
mod attacks;
mod audit;
mod backups;
mod cards;
mod compare;
mod custody;
mod direct;
mod documents;
mod enrolment;
mod faults;
mod foreign;
mod hostile;
mod import;
mod judges;
mod kills;
mod lasting;
mod log;
mod looks;
mod network;
mod offices;
mod pin_pad;
mod probe;
mod records;
mod refusals;
mod resident;
mod rotation;
mod signing;
mod terms;
mod token_faults;
mod token_logins;
mod trust;
