//! How long something that is unlocked may stay so.

use std::time::{Duration, Instant, SystemTime};

/// When it is over, by two clocks: the one that nobody sets stands still while the machine sleeps,
/// the one that goes on then can be set back. The earlier counts.
#[derive(Debug, Clone, Copy)]
pub struct Until {
    awake: Instant,
    by_clock: SystemTime,
}

impl Until {
    /// So long from now.
    #[must_use]
    pub fn in_idle(idle: Duration) -> Self {
        Self {
            awake: Instant::now() + idle,
            by_clock: SystemTime::now() + idle,
        }
    }

    /// How long it lasts still; zero when it is over.
    #[must_use]
    pub fn left(self) -> Duration {
        self.left_at(Instant::now(), SystemTime::now())
    }

    fn left_at(self, awake: Instant, by_clock: SystemTime) -> Duration {
        let by_clock = self.by_clock.duration_since(by_clock).unwrap_or_default();
        self.awake.saturating_duration_since(awake).min(by_clock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn it_is_over_by_whichever_clock_is_further() {
        let (awake, by_clock) = (Instant::now(), SystemTime::now());
        let until = Until {
            awake: awake + 5 * MINUTE,
            by_clock: by_clock + 5 * MINUTE,
        };
        let left = |awake, by_clock| until.left_at(awake, by_clock);
        assert_eq!(left(awake + MINUTE, by_clock + MINUTE), 4 * MINUTE);
        assert_eq!(
            left(awake + MINUTE, by_clock + 60 * MINUTE),
            Duration::ZERO,
            "the machine slept for an hour"
        );
        assert_eq!(
            left(awake + 6 * MINUTE, by_clock - 60 * MINUTE),
            Duration::ZERO,
            "the clock was set back"
        );
    }
}
