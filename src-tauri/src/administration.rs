//! The administrator's login: held here and not in the window, until it is idle for too long.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use service::{
    Administrator, Service,
    idle::Until,
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

/// How often a login is looked at, so that a machine that slept locks soon after it wakes.
const GLANCE: Duration = Duration::from_secs(5);

/// The login that the administrator's window holds.
#[derive(Debug)]
pub struct Administration {
    desk: Mutex<Desk>,
    idle: Duration,
}

#[derive(Debug, Default)]
struct Desk {
    held: Option<Held>,
    /// Counts what makes an older attempt to log in void.
    attempts: u64,
}

#[derive(Debug)]
struct Held {
    officer: Arc<Administrator>,
    until: Until,
}

/// An attempt to log in: good until the next one, a log-out, or the end of the window.
#[derive(Debug)]
#[must_use]
pub struct Attempt(u64);

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
            desk: Mutex::default(),
            idle,
        }
    }

    /// Begins to log somebody in: whoever was logged in is not any more, whatever comes of it.
    pub fn attempt<R: Runtime>(&self, app: &AppHandle<R>) -> Attempt {
        self.lock(app);
        Attempt(self.desk().attempts)
    }

    /// Takes over the login that an attempt led to.
    ///
    /// # Errors
    /// Code `not_logged_in` if the attempt is void: its window is closed, or another was begun.
    pub fn take<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        attempt: &Attempt,
        officer: Administrator,
    ) -> Result<wire::Administrator, wire::Error> {
        let held = self.held(officer);
        let told = told(&held.officer, self.idle, held.until);
        let watched = Arc::downgrade(&held.officer);
        {
            let mut desk = self.desk();
            if desk.attempts != attempt.0 {
                return Err(error(
                    ErrorCode::NotLoggedIn,
                    "this login was given up before it was done; log in again",
                ));
            }
            desk.held = Some(held);
        }
        watch(app, watched);
        Ok(told)
    }

    /// Puts a newer login of the same officer in the place of one, whose key is another one now; if
    /// that one is over meanwhile, so is the newer.
    pub fn exchange<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        before: &Arc<Administrator>,
        officer: Administrator,
    ) {
        let held = self.held(officer);
        let watched = Arc::downgrade(&held.officer);
        {
            let mut desk = self.desk();
            match desk.held.as_mut() {
                Some(current) if Arc::ptr_eq(&current.officer, before) => *current = held,
                _ => return,
            }
        }
        watch(app, watched);
    }

    fn held(&self, officer: Administrator) -> Held {
        Held {
            officer: Arc::new(officer),
            until: Until::in_idle(self.idle),
        }
    }

    /// Refuses if nobody is logged in; the login does not last longer for it.
    ///
    /// # Errors
    /// Code `not_logged_in`.
    pub fn present(&self) -> Result<(), wire::Error> {
        self.shown().map(|_| ()).ok_or_else(nobody)
    }

    /// Returns the login, and lets it last longer.
    ///
    /// An act that was begun with it is seen to its end, whatever becomes of the login.
    ///
    /// # Errors
    /// Code `not_logged_in`.
    pub fn officer(&self) -> Result<Arc<Administrator>, wire::Error> {
        self.prolonged().map(|(officer, _)| officer)
    }

    /// Lets the login last longer, and says for how long.
    ///
    /// # Errors
    /// Code `not_logged_in`.
    pub fn stay(&self) -> Result<wire::Administrator, wire::Error> {
        let (officer, until) = self.prolonged()?;
        Ok(told(&officer, self.idle, until))
    }

    /// Says who is logged in; the login does not last longer for it.
    pub fn shown(&self) -> Option<wire::Administrator> {
        let desk = self.desk();
        let current = desk.held.as_ref()?;
        (!current.until.left().is_zero()).then(|| told(&current.officer, self.idle, current.until))
    }

    /// Ends the login: the opened key and the issuing PIN are wiped with it, and this program logs
    /// out of the token. An attempt to log in that is under way comes to nothing.
    pub fn lock<R: Runtime>(&self, app: &AppHandle<R>) {
        let ended = {
            let mut desk = self.desk();
            desk.attempts += 1;
            desk.held.take()
        };
        if ended.is_some() {
            app.state::<Service>().end_logins();
            tell(app);
        }
    }

    /// Ends the login that is watched if it has been idle for too long; says how long it has left,
    /// or nothing if it is over or another one is held.
    fn lock_if_idle<R: Runtime>(
        &self,
        app: &AppHandle<R>,
        watched: &Weak<Administrator>,
    ) -> Option<Duration> {
        // Looked at and ended in one: whoever logs in between the two would be locked out.
        let ended = {
            let mut desk = self.desk();
            let current = desk.held.as_ref()?;
            if !std::ptr::eq(Arc::as_ptr(&current.officer), watched.as_ptr()) {
                return None;
            }
            let left = current.until.left();
            if !left.is_zero() {
                return Some(left);
            }
            desk.held.take()
        };
        drop(ended);
        app.state::<Service>().end_logins();
        tell(app);
        None
    }

    fn prolonged(&self) -> Result<(Arc<Administrator>, Until), wire::Error> {
        let mut desk = self.desk();
        match desk.held.as_mut() {
            Some(current) if !current.until.left().is_zero() => {
                current.until = Until::in_idle(self.idle);
                Ok((Arc::clone(&current.officer), current.until))
            }
            _ => Err(nobody()),
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Every change is whole before anything can panic.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a login when it is idle.
fn watch<R: Runtime>(app: &AppHandle<R>, watched: Weak<Administrator>) {
    let app = app.clone();
    async_runtime::spawn(async move {
        // Ends with the login: the next one is watched by a task of its own.
        while let Some(left) = app.state::<Administration>().lock_if_idle(&app, &watched) {
            tokio::time::sleep(left.min(GLANCE)).await;
        }
    });
}

fn nobody() -> wire::Error {
    error(
        ErrorCode::NotLoggedIn,
        "nobody is logged in here, or not any more; log in again",
    )
}

/// Ends the login with its window.
pub fn on_window_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    if window.label() == ADMIN && matches!(event, WindowEvent::Destroyed) {
        let app = window.app_handle();
        app.state::<Administration>().lock(app);
    }
}

fn tell<R: Runtime>(app: &AppHandle<R>) {
    // Fails only when the window is gone, and then there is nobody to tell.
    let _ = app.emit_to(EventTarget::webview_window(ADMIN), LOCKED, ());
}

fn told(officer: &Administrator, idle: Duration, until: Until) -> wire::Administrator {
    let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    wire::Administrator {
        login: officer.login().to_owned(),
        name: officer.name().to_owned(),
        idle_seconds: seconds(idle),
        seconds_left: seconds(until.left()),
    }
}
