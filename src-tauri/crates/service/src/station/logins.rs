//! Logins that outlive a use-case: in a program that runs on, for a minute after the last one.
//!
//! One for the signing token only. The issuing PIN is an officer's, and its token is logged in to
//! for each act anew.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use super::tokens::SigningLogin;
use crate::idle::Until;

/// How often a login is looked at, so that a machine that slept ends it soon after it wakes.
const GLANCE: Duration = Duration::from_secs(5);

/// A place for one login.
pub(crate) struct Logins {
    idle: Duration,
    desk: Mutex<Desk>,
}

#[derive(Default)]
struct Desk {
    kept: Option<Kept>,
    /// A thread looks at what is kept.
    watched: bool,
}

struct Kept {
    login: Arc<SigningLogin>,
    until: Until,
}

impl Logins {
    /// Nothing is kept yet; what is kept is ended after so long without use.
    pub(crate) fn ending_after(idle: Duration) -> Arc<Self> {
        Arc::new(Self {
            idle,
            desk: Mutex::default(),
        })
    }

    /// The login that was made and proven against the same organisation file, if it is kept still.
    pub(crate) fn find(&self, proven_for: &[u8; 32]) -> Option<Arc<SigningLogin>> {
        let mut desk = self.desk();
        let good = desk.kept.as_mut().is_some_and(|kept| {
            kept.login.proven_for == *proven_for && !kept.until.left().is_zero()
        });
        let found = if good {
            desk.kept.as_mut().map(|kept| {
                kept.until = Until::in_idle(self.idle);
                Arc::clone(&kept.login)
            })
        } else {
            None
        };
        let ended = if good { None } else { desk.kept.take() };
        drop(desk);
        drop(ended); // logging out may take a while
        found
    }

    /// Keeps a login in the place of another.
    pub(crate) fn keep(self: &Arc<Self>, login: &Arc<SigningLogin>) {
        let mut desk = self.desk();
        let ended = desk.kept.replace(Kept {
            login: Arc::clone(login),
            until: Until::in_idle(self.idle),
        });
        let unwatched = !std::mem::replace(&mut desk.watched, true);
        drop(desk);
        drop(ended);
        if unwatched {
            let logins = Arc::downgrade(self);
            let watching = thread::Builder::new().spawn(move || watch(&logins));
            if watching.is_err() {
                // Nobody would end it.
                let mut desk = self.desk();
                desk.watched = false;
                let ended = desk.kept.take();
                drop(desk);
                drop(ended);
            }
        }
    }

    /// Lets a login go that failed, if it is the one that is kept.
    pub(crate) fn forget(&self, login: &Arc<SigningLogin>) {
        let mut desk = self.desk();
        let ended = desk.kept.take_if(|kept| Arc::ptr_eq(&kept.login, login));
        drop(desk);
        drop(ended);
    }

    /// A use-case is done with a login: from now on it is idle.
    pub(crate) fn rest(&self, login: &Arc<SigningLogin>) {
        let mut desk = self.desk();
        if let Some(kept) = &mut desk.kept
            && Arc::ptr_eq(&kept.login, login)
        {
            kept.until = Until::in_idle(self.idle);
        }
    }

    /// Ends the login that is kept. A use-case that works with it is seen to its end.
    pub(crate) fn end(&self) {
        let ended = self.desk().kept.take();
        drop(ended);
    }

    /// Ends the login if it has been idle for too long; says when to look again, if at all.
    fn look(&self) -> Option<Duration> {
        let mut desk = self.desk();
        let Some(kept) = &mut desk.kept else {
            desk.watched = false;
            return None;
        };
        if Arc::strong_count(&kept.login) > 1 {
            kept.until = Until::in_idle(self.idle);
        }
        let left = kept.until.left();
        if !left.is_zero() {
            return Some(left.min(GLANCE));
        }
        desk.watched = false;
        let ended = desk.kept.take();
        drop(desk);
        drop(ended);
        None
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Every change is whole before anything can panic.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends with the login, or with whoever keeps it.
fn watch(logins: &Weak<Logins>) {
    while let Some(left) = logins.upgrade().and_then(|logins| logins.look()) {
        thread::sleep(left);
    }
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logins")
            .field("idle", &self.idle)
            .field("kept", &self.desk().kept.is_some())
            .finish()
    }
}
