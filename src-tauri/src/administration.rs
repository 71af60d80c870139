//! The administrator's login: held here and not in the window, until it is idle for too long.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use service::{
    Administrator,
    wire::{self, ErrorCode},
};
use tauri::{
    AppHandle, Emitter, EventTarget, Manager, Runtime, Window, WindowEvent, async_runtime,
};

use crate::{documents::error, window::ADMIN};

/// Says that the login is over.
pub const LOCKED: &str = "administrator-locked";

/// How long a login outlives the last act.
pub const IDLE: Duration = Duration::from_secs(5 * 60);

/// The login that the administrator's window holds.
#[derive(Debug)]
pub struct Administration {
    held: Mutex<Option<Held>>,
    idle: Duration,
}

#[derive(Debug)]
struct Held {
    officer: Arc<Administrator>,
    until: Instant,
}

impl Default for Administration {
    fn default() -> Self {
        Self::locking_after(IDLE)
    }
}

impl Administration {
    /// Nobody is logged in; a login ends when it is idle for so long.
    #[must_use]
    pub fn locking_after(idle: Duration) -> Self {
        Self {
            held: Mutex::new(None),
            idle,
        }
    }

    /// Takes over a login; one that was held before ends.
    pub fn take<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        officer: Administrator,
    ) -> wire::Administrator {
        let officer = Arc::new(officer);
        let watched = Arc::downgrade(&officer);
        let until = Instant::now() + self.idle;
        let told = told(&officer, self.idle, until);
        *self.held() = Some(Held { officer, until });
        let app = app.clone();
        async_runtime::spawn(async move {
            // Ends with the login: the next one is watched by a task of its own.
            loop {
                let administration = app.state::<Self>();
                let Some(left) = administration.left(&watched) else {
                    return;
                };
                if left.is_zero() {
                    administration.lock(&app);
                    return;
                }
                tokio::time::sleep(left).await;
            }
        });
        told
    }

    /// Returns the login, and lets it last longer.
    ///
    /// # Errors
    /// Code `not_logged_in`.
    pub fn officer(&self) -> Result<Arc<Administrator>, wire::Error> {
        let mut held = self.held();
        match held.as_mut() {
            Some(current) if current.until > Instant::now() => {
                current.until = Instant::now() + self.idle;
                Ok(Arc::clone(&current.officer))
            }
            _ => Err(error(
                ErrorCode::NotLoggedIn,
                "nobody is logged in here, or not any more; log in again",
            )),
        }
    }

    /// Says who is logged in; the login does not last longer for it.
    pub fn shown(&self) -> Option<wire::Administrator> {
        let held = self.held();
        let current = held.as_ref()?;
        (current.until > Instant::now()).then(|| told(&current.officer, self.idle, current.until))
    }

    /// Ends the login: the opened key and the issuing PIN are wiped with it.
    pub fn lock<R: Runtime>(&self, app: &AppHandle<R>) {
        if self.held().take().is_some() {
            // Fails only when the window is gone, and then there is nobody to tell.
            let _ = app.emit_to(EventTarget::webview_window(ADMIN), LOCKED, ());
        }
    }

    /// How long a login has left; none if it is not the one that is held.
    fn left(&self, watched: &std::sync::Weak<Administrator>) -> Option<Duration> {
        let held = self.held();
        let current = held.as_ref()?;
        let same = watched
            .upgrade()
            .is_some_and(|officer| Arc::ptr_eq(&officer, &current.officer));
        same.then(|| current.until.saturating_duration_since(Instant::now()))
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        // Every change is whole before anything can panic.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the login with its window.
pub(crate) fn on_window_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    if window.label() == ADMIN && matches!(event, WindowEvent::Destroyed) {
        let app = window.app_handle();
        app.state::<Administration>().lock(app);
    }
}

fn told(officer: &Administrator, idle: Duration, until: Instant) -> wire::Administrator {
    let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    wire::Administrator {
        login: officer.login().to_owned(),
        name: officer.name().to_owned(),
        idle_seconds: seconds(idle),
        seconds_left: seconds(until.saturating_duration_since(Instant::now())),
    }
}
