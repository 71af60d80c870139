//! Signatures under way: the window hears of each step, and can cancel until the secret is judged.

use std::{
    collections::HashMap,
    fmt,
    ops::ControlFlow,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use service::{requests::Watch, wire::SigningProgress, wire::SigningStep};
use tauri::{AppHandle, Emitter, EventTarget, Runtime};

use crate::window::MAIN;

/// Says with a [`SigningProgress`] what is being done.
pub const PROGRESS: &str = "signing-progress";

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

type Shared = Arc<Mutex<Stage>>;

fn stage(shared: &Shared) -> MutexGuard<'_, Stage> {
    // One value, always whole.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The signatures under way, by the id of their request.
#[derive(Debug, Default)]
pub struct Signatures(Mutex<HashMap<String, Shared>>);

impl Signatures {
    /// Begins to watch a signature.
    pub fn watch<R: Runtime>(&self, app: &AppHandle<R>, request_id: &str) -> Arc<Signing<R>> {
        let stage = Arc::new(Mutex::new(Stage::Open));
        self.running()
            .insert(request_id.to_owned(), Arc::clone(&stage));
        Arc::new(Signing {
            app: app.clone(),
            request_id: request_id.to_owned(),
            stage,
        })
    }

    /// Forgets a signature that has ended.
    pub fn ended(&self, request_id: &str) {
        self.running().remove(request_id);
    }

    /// Cancels a signature; `false` if it is too late, or there is none.
    pub fn cancel(&self, request_id: &str) -> bool {
        let running = self.running();
        let Some(shared) = running.get(request_id) else {
            return false;
        };
        let mut stage = stage(shared);
        if *stage == Stage::Open {
            *stage = Stage::Cancelled;
        }
        *stage == Stage::Cancelled
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Shared>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One signature under way.
pub struct Signing<R: Runtime> {
    app: AppHandle<R>,
    request_id: String,
    stage: Shared,
}

impl<R: Runtime> fmt::Debug for Signing<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing")
            .field("request_id", &self.request_id)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}

impl<R: Runtime> Watch for Signing<R> {
    fn reach(&self, step: SigningStep) -> ControlFlow<()> {
        {
            let mut stage = stage(&self.stage);
            if *stage == Stage::Cancelled {
                return ControlFlow::Break(());
            }
            // From here on: between the question and the judgement nobody can cancel.
            if step == SigningStep::Authenticating {
                *stage = Stage::Late;
            }
        }
        let progress = SigningProgress {
            request_id: self.request_id.clone(),
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
mod tests {
    use tauri::test::mock_app;

    use super::*;

    #[test]
    fn what_is_cancelled_in_time_stops_at_the_next_step() {
        let app = mock_app();
        let signatures = Signatures::default();
        let signing = signatures.watch(app.handle(), "one");
        assert!(signing.reach(SigningStep::Reading).is_continue());
        assert!(signatures.cancel("one"));
        assert!(signing.reach(SigningStep::Proving).is_break());
        assert!(signing.reach(SigningStep::Authenticating).is_break());
    }

    #[test]
    fn nothing_is_cancelled_once_the_secret_is_judged() {
        let app = mock_app();
        let signatures = Signatures::default();
        let signing = signatures.watch(app.handle(), "one");
        assert!(signing.reach(SigningStep::Authenticating).is_continue());
        assert!(!signatures.cancel("one"));
        assert!(signing.reach(SigningStep::Signing).is_continue());
    }

    #[test]
    fn what_has_ended_or_never_began_is_not_cancelled() {
        let app = mock_app();
        let signatures = Signatures::default();
        let _signing = signatures.watch(app.handle(), "one");
        signatures.ended("one");
        assert!(!signatures.cancel("one"));
        assert!(!signatures.cancel("two"));
    }
}
