//! Polling for updates as they come, so that one that cannot be read neither stops the others nor goes unseen.

use std::time::Duration;

use serde::Serialize;
use teloxide::requests::Payload;
use teloxide::types::AllowedUpdate;

/// `getUpdates`, leaving the updates unread.
#[derive(Clone, Debug, Serialize)]
pub struct RawUpdates {
    /// Telegram forgets everything below this number.
    pub offset: u64,
    /// Seconds to wait for something to happen.
    pub timeout: u32,
    /// The kinds wanted.
    pub allowed_updates: &'static [AllowedUpdate],
}

impl Payload for RawUpdates {
    type Output = Vec<serde_json::Value>;

    const NAME: &'static str = "GetUpdates";

    fn timeout_hint(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.timeout.into()))
    }
}
