//! The only place that knows what time it is.

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

/// Tells the time: the system's, or a fixed one in tests.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The time zone of the hall.
pub fn hall_time_zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").expect("the time-zone database is compiled in")
}

/// `moment` on the hall's wall clock.
pub fn at_the_hall(moment: Timestamp) -> Zoned {
    moment.to_zoned(hall_time_zone())
}

/// The hall's calendar day at `moment`.
pub fn day_at_the_hall(moment: Timestamp) -> Date {
    at_the_hall(moment).date()
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that is set by hand, for tests.
pub struct FixedClock(std::sync::Mutex<Timestamp>);

impl FixedClock {
    /// A clock that stands at `moment`.
    pub fn at(moment: Timestamp) -> Self {
        Self(std::sync::Mutex::new(moment))
    }

    /// Moves the clock on.
    pub fn advance(&self, by: jiff::SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *now += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
