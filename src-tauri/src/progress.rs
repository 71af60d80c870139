//! Signatures under way: the window hears of each step, and can cancel until the secret is judged.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    ops::ControlFlow,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use service::{
    requests::Watch,
    wire::{self, ErrorCode, SigningProgress, SigningStep},
};
use tauri::{AppHandle, Emitter, EventTarget, Runtime};

use crate::{documents::error, window::MAIN};

/// Says with a [`SigningProgress`] what is being done.
pub const PROGRESS: &str = "signing-progress";

/// Names a request to sign.
pub type RequestId = [u8; 16];

/// How far a signature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It can be cancelled.
    Open,
    /// It was cancelled.
    Cancelled,
    /// The secret is being judged, or was: it is seen to its end.
    Late,
}

/// The signatures under way, by their requests.
#[derive(Debug, Clone, Default)]
pub struct Signatures(Arc<Mutex<HashMap<RequestId, Stage>>>);

impl Signatures {
    /// Begins to watch a signature; it is under way until the answer is dropped. The window knows
    /// the request by the text it named it with.
    ///
    /// # Errors
    /// Code `request_repeated` if this request is under way already.
    pub fn watch<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        request: RequestId,
        named: &str,
    ) -> Result<Arc<Signing<R>>, wire::Error> {
        match self.running().entry(request) {
            Entry::Occupied(_) => Err(error(
                ErrorCode::RequestRepeated,
                "this request is being carried out already; wait for its result",
            )),
            Entry::Vacant(entry) => {
                entry.insert(Stage::Open);
                Ok(Arc::new(Signing {
                    app: app.clone(),
                    request,
                    named: named.to_owned(),
                    under_way: self.clone(),
                }))
            }
        }
    }

    /// Cancels a signature; `false` if it is too late, or there is none.
    pub fn cancel(&self, request: &RequestId) -> bool {
        let mut running = self.running();
        match running.get_mut(request) {
            Some(stage @ (Stage::Open | Stage::Cancelled)) => {
                *stage = Stage::Cancelled;
                true
            }
            Some(Stage::Late) | None => false,
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<RequestId, Stage>> {
        // Every change is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One signature under way; forgotten when it is dropped, however it ended.
pub struct Signing<R: Runtime> {
    app: AppHandle<R>,
    request: RequestId,
    named: String,
    under_way: Signatures,
}

impl<R: Runtime> Drop for Signing<R> {
    fn drop(&mut self) {
        self.under_way.running().remove(&self.request);
    }
}

impl<R: Runtime> fmt::Debug for Signing<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signing({})", self.named)
    }
}

impl<R: Runtime> Watch for Signing<R> {
    fn reach(&self, step: SigningStep) -> ControlFlow<()> {
        if let Some(stage) = self.under_way.running().get_mut(&self.request) {
            if *stage == Stage::Cancelled {
                return ControlFlow::Break(());
            }
            // From here on: between the question and the judgement nobody can cancel.
            if step == SigningStep::Authenticating {
                *stage = Stage::Late;
            }
        }
        let progress = SigningProgress {
            request_id: self.named.clone(),
            step,
        };
        // Fails only when the window is gone, and then there is nobody to tell.
        let _ = self
            .app
            .emit_to(EventTarget::webview_window(MAIN), PROGRESS, progress);
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tauri::test::{MockRuntime, mock_app};

    use super::*;

    const ONE: RequestId = [1; 16];

    fn watched(signatures: &Signatures) -> Result<Arc<Signing<MockRuntime>>, wire::Error> {
        signatures.watch(mock_app().handle(), ONE, "one")
    }

    #[test]
    fn what_is_cancelled_in_time_stops_at_the_next_step() {
        let signatures = Signatures::default();
        let signing = watched(&signatures).unwrap();
        assert!(signing.reach(SigningStep::Reading).is_continue());
        assert!(signatures.cancel(&ONE));
        assert!(signing.reach(SigningStep::Proving).is_break());
        assert!(signing.reach(SigningStep::Authenticating).is_break());
    }

    #[test]
    fn nothing_is_cancelled_once_the_secret_is_judged() {
        let signatures = Signatures::default();
        let signing = watched(&signatures).unwrap();
        assert!(signing.reach(SigningStep::Authenticating).is_continue());
        assert!(!signatures.cancel(&ONE));
        assert!(signing.reach(SigningStep::Signing).is_continue());
    }

    #[test]
    fn what_has_ended_or_never_began_is_not_cancelled() {
        let signatures = Signatures::default();
        let signing = watched(&signatures).unwrap();
        drop(signing);
        assert!(!signatures.cancel(&ONE));
        assert!(!signatures.cancel(&[2; 16]));
    }

    #[test]
    fn a_request_under_way_is_not_begun_again() {
        let signatures = Signatures::default();
        let first = watched(&signatures).unwrap();
        assert_eq!(
            watched(&signatures).unwrap_err().code,
            ErrorCode::RequestRepeated
        );
        assert!(signatures.cancel(&ONE), "it is the first that is cancelled");
        assert!(first.reach(SigningStep::Reading).is_break());
        drop(first);
        assert!(watched(&signatures).is_ok());
    }

    #[test]
    fn a_signature_whose_thread_panics_is_not_under_way_any_more() {
        let signatures = Signatures::default();
        let signing = watched(&signatures).unwrap();
        std::thread::spawn(move || {
            let _signing = signing;
            panic!("the middle of a signature");
        })
        .join()
        .unwrap_err();
        assert!(!signatures.cancel(&ONE));
    }
}
