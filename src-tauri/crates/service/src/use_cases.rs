//! The methods of [`Service`](crate::Service): each is one use-case, a few lines that hand it to the
//! room that does it.

mod continuity;
mod documents;
mod log;
pub(crate) mod office;
mod organisation;
mod people;
mod signing;
