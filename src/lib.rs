//! wenban (问办): a chat assistant for a district government-service hall.
//!
//! A citizen's own words in, a plain true answer out; every word of it written by the hall's staff.
//!
//! ```text
//! Telegram, web, terminal ─▶ Message
//!   normalise, mask   one form for matching; personal numbers gone   ─▶ Redacted
//!   understand        facet, short replies, receipts                 ─▶ Reading
//!   search            entries that may answer, with reasons          ─▶ Hits
//!   decide            answer, ask back, or admit, and why            ─▶ Decision
//!   render            the staff's words, blanks filled               ─▶ Reply
//!   record            what must survive a power cut                  ─▶ on disk
//! Reply ─▶ drawn by the same channel
//! ```

// Reading order, from what needs nothing to what needs everything; a room uses only rooms above it.
pub mod clock;
pub mod text;
pub mod corpus;
pub mod store;
pub mod records;
pub mod phrasing;
pub mod search;
pub mod understand;
pub mod edition;
pub mod conversation;
pub mod hall;
pub mod evaluation;
pub mod settings;
pub mod channels;
pub mod cli;
