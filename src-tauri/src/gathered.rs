//! What was gathered for a signature, between asking authorities and asking for the secret.

use std::sync::{Arc, Mutex, PoisonError};

use service::evidence::Lasting;

/// What was gathered last. Whoever signs something else, or much later, has it gathered anew.
#[derive(Debug, Default)]
pub struct Gathered(Mutex<Option<Arc<Lasting>>>);

impl Gathered {
    /// Keeps it until a signature takes it, or something newer is gathered.
    pub(crate) fn keep(&self, lasting: Arc<Lasting>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lasting);
    }

    /// Hands it to a signature.
    pub(crate) fn take(&self) -> Option<Arc<Lasting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
