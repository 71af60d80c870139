//! PKCS#11 sessions that are used again: opening one costs a network HSM a round trip.

use std::sync::Mutex;

use cryptoki::session::Session;

use super::{Login, lock};
use crate::{Error, Result};

/// Sessions that nothing failed in and that nobody uses now; at most one for each worker.
///
/// They are not asked whether they still are: on some devices that costs more than the work. One
/// that has gone says so when it is used.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Session>>);

impl Login {
    /// Works in a session of the pool. It goes back if the work was done, and is closed otherwise:
    /// an operation may be unfinished in it, or an object left.
    ///
    /// A session that was used before and turns out to be unusable is replaced, and the work begun
    /// again, once; nothing of it has left this process.
    pub(super) fn pooled<T>(&self, work: impl Fn(&Session) -> Result<T>) -> Result<T> {
        let used = lock(&self.pool.0).pop();
        if let Some(session) = used {
            let done = work(&session);
            match done {
                Ok(done) => {
                    self.put_back(session);
                    return Ok(done);
                }
                Err(Error::SessionUnusable { .. }) => drop(session),
                Err(error) => return Err(error),
            }
        }
        let session = self.session()?;
        let done = work(&session)?;
        self.put_back(session);
        Ok(done)
    }

    fn put_back(&self, session: Session) {
        lock(&self.pool.0).push(session);
    }
}
