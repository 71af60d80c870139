//! The files of a batch, worked on side by side: each is digested, compressed and waited for on its
//! disk, and a machine has more than one processor for that.

use std::panic;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::Result;

/// Most at a time: each holds a document open, and a disk gains nothing from more.
const MOST: usize = 4;

/// Works on every item, on as many threads as there are processors for it. What comes out is in the
/// order of what went in.
///
/// # Errors
/// The first one, in that order, of those that came up; after one nothing more is begun.
pub(super) fn side_by_side<T: Send, R: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(MOST).min(items.len());
    if threads <= 1 {
        return items.into_iter().map(work).collect();
    }
    let waiting = Mutex::new(items.into_iter().enumerate());
    let next = || locked(&waiting).next();
    let in_turn = || {
        let mut done = Vec::new();
        while let Some((place, item)) = next() {
            let outcome = work(item);
            if outcome.is_err() {
                locked(&waiting).by_ref().for_each(drop);
            }
            done.push((place, outcome));
        }
        done
    };
    let mut done: Vec<_> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(in_turn)).collect();
        let mut done = in_turn();
        for other in others {
            done.extend(
                other
                    .join()
                    .unwrap_or_else(|cause| panic::resume_unwind(cause)),
            );
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

fn locked<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::error::Error;

    #[test]
    fn what_comes_out_is_in_the_order_of_what_went_in() {
        let doubled = side_by_side((0..1000).collect(), |number: u32| Ok(2 * number)).unwrap();
        assert_eq!(
            doubled,
            (0..1000).map(|number| 2 * number).collect::<Vec<_>>()
        );
    }

    #[test]
    fn after_an_error_nothing_more_is_begun_and_the_first_one_is_told() {
        let begun = AtomicUsize::new(0);
        let refused = side_by_side((0..1000).collect(), |number: usize| {
            begun.fetch_add(1, Ordering::Relaxed);
            match number {
                0 => Err::<(), _>(Error::Cancelled),
                _ => Err(Error::RequestRepeated),
            }
        });
        assert!(matches!(refused, Err(Error::Cancelled)));
        assert!(begun.into_inner() <= MOST);
    }
}
