//! Whose message goes out next, and when: chats take turns within Telegram's limits. Decides only; sends nothing.
//!
//! Limits (Telegram's bot FAQ): 30 messages a second over all, one a second in a chat, 20 a minute in a group.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// Over all chats: never more than 30 in any second, and 25 a second for long.
const OVERALL: Limit = Limit { burst: 5.0, per_second: 25.0 };
/// In a chat with one person.
const PRIVATE: Limit = Limit { burst: 1.0, per_second: 1.0 };
/// In a group: never more than 20 in any minute.
const GROUP: Limit = Limit { burst: 5.0, per_second: 15.0 / 60.0 };
/// A chat that was sent nothing for so long goes before those that were.
const FRESH_AFTER: Duration = Duration::from_secs(10);
/// From so many chats on, those that were sent nothing lately are forgotten.
const MANY_CHATS: usize = 10_000;

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// Send this message.
    Send {
        /// To this chat.
        chat: i64,
        /// The message's number.
        number: u64,
    },
    /// Look again then, or when something is added or has landed.
    At(Instant),
    /// Nothing waits that is not in the air.
    Nothing,
}

/// The messages that wait, by chat and in order. Holds numbers only; what they say stays on disk.
pub struct Schedule {
    chats: HashMap<i64, Chat>,
    /// Chats with something to send and nothing in the air: first those that were sent nothing lately.
    fresh: VecDeque<i64>,
    others: VecDeque<i64>,
    overall: Bucket,
    /// Nothing goes out before.
    held_until: Option<Instant>,
}

struct Chat {
    waiting: VecDeque<u64>,
    bucket: Bucket,
    held_until: Option<Instant>,
    in_the_air: bool,
    sent_at: Option<Instant>,
}

impl Default for Schedule {
    fn default() -> Self {
        let overall = Bucket::new(OVERALL);
        Self { chats: HashMap::new(), fresh: VecDeque::new(), others: VecDeque::new(), overall, held_until: None }
    }
}

impl Schedule {
    /// Adds a message behind those of its chat.
    pub fn push(&mut self, chat: i64, number: u64, now: Instant) {
        self.add(chat, number, now, VecDeque::push_back);
    }

    /// Adds a message before those of its chat.
    pub fn push_first(&mut self, chat: i64, number: u64, now: Instant) {
        self.add(chat, number, now, VecDeque::push_front);
    }

    fn add(&mut self, chat: i64, number: u64, now: Instant, add: fn(&mut VecDeque<u64>, u64)) {
        if self.chats.len() >= MANY_CHATS {
            self.chats.retain(|_, chat| {
                let was_sent_lately = chat.sent_at.is_some_and(|at| now.duration_since(at) < Duration::from_secs(60));
                chat.in_the_air || !chat.waiting.is_empty() || was_sent_lately
            });
        }
        let known = self.chats.entry(chat).or_insert_with(|| Chat::new(chat));
        add(&mut known.waiting, number);
        if known.waiting.len() == 1 && !known.in_the_air {
            self.line_up(chat, now);
        }
    }

    /// Messages of a chat that wait.
    pub fn waiting(&self, chat: i64) -> usize {
        self.chats.get(&chat).map_or(0, |chat| chat.waiting.len())
    }

    /// What to do now. What is to be sent counts as in the air until it has landed.
    pub fn next(&mut self, now: Instant) -> Next {
        let ready_at = self.overall.ready_at(now).max(self.held_until.unwrap_or(now));
        if ready_at > now {
            return if self.fresh.is_empty() && self.others.is_empty() { Next::Nothing } else { Next::At(ready_at) };
        }
        let mut earliest: Option<Instant> = None;
        for line in [&mut self.fresh, &mut self.others] {
            for _ in 0..line.len() {
                let Some(number) = line.pop_front() else { break };
                let Some(chat) = self.chats.get_mut(&number).filter(|chat| !chat.waiting.is_empty()) else { continue };
                let ready_at = chat.bucket.ready_at(now).max(chat.held_until.unwrap_or(now));
                if ready_at > now {
                    earliest = Some(earliest.map_or(ready_at, |earliest| earliest.min(ready_at)));
                    line.push_back(number);
                    continue;
                }
                let Some(message) = chat.waiting.pop_front() else { continue };
                chat.in_the_air = true;
                chat.sent_at = Some(now);
                chat.bucket.take(now);
                self.overall.take(now);
                return Next::Send { chat: number, number: message };
            }
        }
        earliest.map_or(Next::Nothing, Next::At)
    }

    /// The message of `chat` that was in the air has arrived or been given up.
    pub fn landed(&mut self, chat: i64, now: Instant) {
        if let Some(known) = self.chats.get_mut(&chat) {
            known.in_the_air = false;
            if !known.waiting.is_empty() {
                self.line_up(chat, now);
            }
        }
    }

    /// The message of `chat` that was in the air did not arrive: it goes first again, not before `until`.
    pub fn turned_back(&mut self, chat: i64, number: u64, until: Instant, now: Instant) {
        if let Some(known) = self.chats.get_mut(&chat) {
            known.waiting.push_front(number);
            known.held_until = Some(until);
        }
        self.landed(chat, now);
    }

    /// Nothing goes out to anybody before `until`.
    pub fn hold_all(&mut self, until: Instant) {
        self.held_until = Some(until);
    }

    /// Forgets a chat; returns what waited for it.
    pub fn forget(&mut self, chat: i64) -> Vec<u64> {
        self.chats.remove(&chat).map_or_else(Vec::new, |chat| chat.waiting.into())
    }

    fn line_up(&mut self, chat: i64, now: Instant) {
        let sent_at = self.chats.get(&chat).and_then(|chat| chat.sent_at);
        let is_fresh = sent_at.is_none_or(|at| now.duration_since(at) >= FRESH_AFTER);
        let line = if is_fresh { &mut self.fresh } else { &mut self.others };
        line.push_back(chat);
    }
}

impl Chat {
    fn new(chat: i64) -> Self {
        // Groups have negative numbers.
        let bucket = Bucket::new(if chat < 0 { GROUP } else { PRIVATE });
        Self { waiting: VecDeque::new(), bucket, held_until: None, in_the_air: false, sent_at: None }
    }
}

#[derive(Clone, Copy)]
struct Limit {
    burst: f64,
    per_second: f64,
}

/// A token bucket.
struct Bucket {
    limit: Limit,
    tokens: f64,
    at: Option<Instant>,
}

impl Bucket {
    fn new(limit: Limit) -> Self {
        Self { limit, tokens: limit.burst, at: None }
    }

    fn tokens_at(&self, now: Instant) -> f64 {
        let passed = self.at.map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f64());
        (self.tokens + passed * self.limit.per_second).min(self.limit.burst)
    }

    /// When there is a whole token; `now` when there is one already.
    fn ready_at(&self, now: Instant) -> Instant {
        // A nanosecond more than needed, lest rounding leave a hair missing.
        let missing = (1.0 - self.tokens_at(now)).max(0.0);
        if missing < 1e-6 { now } else { now + Duration::from_secs_f64(missing / self.limit.per_second) }
    }

    fn take(&mut self, now: Instant) {
        self.tokens = (self.tokens_at(now) - 1.0).max(0.0);
        self.at = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the schedule with an ideal network until nothing waits; returns what was sent when, in milliseconds.
    fn drain(schedule: &mut Schedule, mut now: Instant, start: Instant) -> Vec<(u128, i64, u64)> {
        let mut sent = Vec::new();
        loop {
            match schedule.next(now) {
                Next::Send { chat, number } => {
                    sent.push((now.duration_since(start).as_millis(), chat, number));
                    schedule.landed(chat, now);
                }
                Next::At(then) => now = then,
                Next::Nothing => return sent,
            }
        }
    }

    fn most_within(sent: &[(u128, i64, u64)], window: u128) -> usize {
        (0..sent.len()).map(|n| sent[n..].iter().take_while(|(at, ..)| *at < sent[n].0 + window).count()).max().unwrap()
    }

    #[test]
    fn fault_23_sixty_flooding_chats_leave_a_new_one_unharmed() {
        let (mut schedule, start) = (Schedule::default(), Instant::now());
        for message in 0..25 {
            for chat in 1..=60 {
                schedule.push(chat, message * 60 + chat as u64, start);
            }
        }
        let mut now = start;
        let mut newcomer_at = None;
        while newcomer_at.is_none() {
            match schedule.next(now) {
                Next::Send { chat, .. } => {
                    if chat == 99 {
                        newcomer_at = Some(now);
                    }
                    schedule.landed(chat, now);
                }
                Next::At(then) => {
                    if now.duration_since(start) < Duration::from_secs(5)
                        && then.duration_since(start) >= Duration::from_secs(5)
                    {
                        schedule.push(99, 99_999, then);
                    }
                    now = then;
                }
                Next::Nothing => unreachable!("the newcomer waits"),
            }
        }
        let waited = newcomer_at.unwrap().duration_since(start) - Duration::from_secs(5);
        assert!(waited <= Duration::from_secs(2), "{waited:?}");
    }

    #[test]
    fn fault_32_a_backlog_drains_in_order_within_every_limit() {
        let (mut schedule, start) = (Schedule::default(), Instant::now());
        for number in 0..3_000u64 {
            schedule.push((number % 300) as i64 + 1, number, start);
        }
        let sent = drain(&mut schedule, start, start);
        assert_eq!(sent.len(), 3_000);
        assert!(most_within(&sent, 1_000) <= 30);
        assert!(sent.last().unwrap().0 >= 3_000 / 25 * 1_000 - 1_000);
        for chat in 1..=300 {
            let own: Vec<_> = sent.iter().filter(|(_, to, _)| *to == chat).copied().collect();
            assert!(own.is_sorted_by_key(|(_, _, number)| *number));
            assert_eq!(most_within(&own, 999), 1);
        }
    }

    #[test]
    fn a_group_gets_twenty_a_minute_at_most() {
        let (mut schedule, start) = (Schedule::default(), Instant::now());
        (0..60).for_each(|number| schedule.push(-5, number, start));
        assert!(most_within(&drain(&mut schedule, start, start), 60_000) <= 20);
    }

    #[test]
    fn fault_22_a_chat_held_for_an_hour_holds_nobody_else_and_keeps_its_order() {
        let (mut schedule, start) = (Schedule::default(), Instant::now());
        let hour = Duration::from_secs(3_600);
        schedule.push(1, 10, start);
        schedule.push(1, 11, start);
        assert_eq!(schedule.next(start), Next::Send { chat: 1, number: 10 });
        schedule.turned_back(1, 10, start + hour, start);
        schedule.push(2, 20, start);
        let sent = drain(&mut schedule, start, start);
        assert_eq!(sent.iter().map(|(_, _, number)| *number).collect::<Vec<_>>(), [20, 10, 11]);
        assert!(sent[0].0 < 1_000 && sent[1].0 >= hour.as_millis());
    }

    #[test]
    fn fault_30_what_waited_for_a_chat_that_is_gone_is_handed_back() {
        let (mut schedule, start) = (Schedule::default(), Instant::now());
        (0..3).for_each(|number| schedule.push(1, number, start));
        assert_eq!(schedule.next(start), Next::Send { chat: 1, number: 0 });
        assert_eq!(schedule.forget(1), [1, 2]);
        schedule.landed(1, start);
        assert_eq!(schedule.next(start), Next::Nothing);
    }
}
