//! How long to wait after wrong secrets.

/// Wrong tries that are answered at once.
const FREE: u32 = 4;
/// The longest wait, in seconds.
const LONGEST: i64 = 15 * 60;

/// Returns the Unix time from which the next try is judged, if one has to wait.
///
/// `count` tries are on record, the last at `last` (Unix seconds, the database's clock). Tries 1
/// to 4 answer at once; from the fifth on the wait is 1, 2, 4 … 15 minutes.
#[must_use]
pub fn wait_until(count: u32, last: i64, now: i64) -> Option<i64> {
    let over = count.checked_sub(FREE + 1)?;
    let wait = if over >= 4 { LONGEST } else { 60 << over };
    // A last try in the future was edited, or the clock was put back: nobody waits for that.
    let until = last.min(now).saturating_add(wait);
    (until > now).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_four_wrong_tries_do_not_make_anyone_wait() {
        for count in 0..=4 {
            assert_eq!(wait_until(count, 1000, 1000), None);
        }
    }

    #[test]
    fn the_wait_doubles_from_one_minute_to_fifteen() {
        let waits: Vec<_> = (5..=11).map(|count| wait_until(count, 0, 0)).collect();
        let minutes = [1, 2, 4, 8, 15, 15, 15].map(|m| Some(m * 60));
        assert_eq!(waits, minutes);
    }

    #[test]
    fn a_wait_that_is_over_is_none() {
        assert_eq!(wait_until(5, 1000, 1060), None);
        assert_eq!(wait_until(5, 1000, 1059), Some(1060));
    }

    #[test]
    fn a_last_try_in_the_future_makes_nobody_wait_longer_than_the_ladder() {
        assert_eq!(wait_until(9, i64::MAX, 1000), Some(1000 + LONGEST));
    }
}
