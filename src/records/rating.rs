//! 好差评: what a person thought of an answer. One rating per answer and person, voluntary; the last one of its first
//! day counts. The rating itself names nobody: who gave it is a link of its own, which goes with the person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Channel, ConversationId, Follow, Receipt, RecordError, Records, State, decode, encode};
use crate::clock::day_at_the_hall;
use crate::corpus::{GuideId, UnitId, Zone};
use crate::store::{Batch, Durability, Table};
use crate::text::Redacted;

/// The five levels of 好差评.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 非常满意
    VerySatisfied,
    /// 满意
    Satisfied,
    /// 基本满意
    FairlySatisfied,
    /// 不满意
    Dissatisfied,
    /// 非常不满意
    VeryDissatisfied,
}

impl Level {
    /// All of them, the best first.
    pub const ALL: [Level; 5] =
        [Level::VerySatisfied, Level::Satisfied, Level::FairlySatisfied, Level::Dissatisfied, Level::VeryDissatisfied];

    /// Points, 5 for the best to 1.
    pub fn points(self) -> u8 {
        5 - self as u8
    }

    /// The level of so many points.
    pub fn from_points(points: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.points() == points)
    }

    /// The two lowest are followed up.
    pub fn is_low(self) -> bool {
        self.points() <= 2
    }
}

/// The answer that is rated: the `number`-th of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Counted within the conversation, from 1.
    pub number: u32,
    /// What it was answered from.
    pub guide: GuideId,
    /// When it was given first.
    pub given_at: Timestamp,
}

/// A press on a level.
pub struct Vote<'v> {
    /// What is rated.
    pub answer: &'v Answer,
    /// How content.
    pub level: Level,
    /// The person whose answer it was.
    pub rater: &'v ConversationId,
    /// Which door.
    pub channel: Channel,
    /// The service area of the guide.
    pub zone: Zone,
    /// Who owns the guide.
    pub owner: &'v UnitId,
}

/// One rating.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// Its number; told only when it is followed up.
    pub receipt: Receipt,
    /// How content.
    pub level: Level,
    /// The guide the answer came from.
    pub guide: GuideId,
    /// The service area of it.
    pub zone: Zone,
    /// Who owns the guide, and the follow-up.
    pub owner: UnitId,
    /// Which door.
    pub channel: Channel,
    /// When it was rated first: it may be changed until that day ends at the hall.
    pub rated_at: Timestamp,
    /// Why it is low, masked.
    pub reason: Option<Redacted>,
    /// How far the follow-up has come; `None` when it was never low.
    pub follow_up: Option<State>,
}

/// What came of rating.
#[derive(Clone, Debug, PartialEq)]
pub enum Rated {
    /// It counts.
    Kept(Rating),
    /// The day is over; the earlier rating stands.
    Unalterable(Rating),
}

impl Records {
    /// Keeps a rating, or changes the one this person gave to this answer on the same day. On disk when it returns.
    pub fn rate(&self, vote: &Vote<'_>, now: Timestamp) -> Result<Rated, RecordError> {
        let _deciding = self.deciding();
        let mut rating = match self.rating_of(vote.rater, vote.answer)? {
            Some(rating) if day_at_the_hall(rating.rated_at) != day_at_the_hall(now) => {
                return Ok(Rated::Unalterable(rating));
            }
            Some(rating) => Rating { level: vote.level, ..rating },
            None => Rating {
                receipt: self.new_receipt()?,
                level: vote.level,
                guide: vote.answer.guide.clone(),
                zone: vote.zone,
                owner: vote.owner.clone(),
                channel: vote.channel,
                rated_at: now,
                reason: None,
                follow_up: None,
            },
        };
        let mut batch = Batch::new();
        if vote.level.is_low() && rating.follow_up.is_none() {
            rating.follow_up = Some(State::Open);
            batch = batch.put(Table::FollowUps, rating.receipt.as_str(), encode(&Follow::new(vote.rater)));
        }
        batch = batch.put(Table::Ratings, rating.receipt.as_str(), encode(&rating)).put(
            Table::Raters,
            rater_key(vote.rater, vote.answer.number),
            encode(&rating.receipt),
        );
        self.store.write(batch, Durability::Synced)?;
        Ok(Rated::Kept(rating))
    }

    /// Keeps why a rating is low. On disk when it returns; `None` when there is no such rating.
    pub fn keep_reason(&self, receipt: &Receipt, reason: &Redacted) -> Result<Option<Rating>, RecordError> {
        let _deciding = self.deciding();
        let Some(rating) = self.rating(receipt)? else { return Ok(None) };
        let rating = Rating { reason: Some(reason.clone()), ..rating };
        let batch = Batch::new().put(Table::Ratings, receipt.as_str(), encode(&rating));
        self.store.write(batch, Durability::Synced)?;
        Ok(Some(rating))
    }

    /// The rating with this number.
    pub fn rating(&self, receipt: &Receipt) -> Result<Option<Rating>, RecordError> {
        let kept = self.store.read(Table::Ratings, receipt.as_str().as_bytes())?;
        kept.map(|bytes| decode(Table::Ratings, &bytes)).transpose()
    }

    /// All ratings, oldest first.
    pub fn ratings(&self) -> Result<Vec<Rating>, RecordError> {
        let mut ratings: Vec<Rating> = self.all(Table::Ratings)?;
        ratings.sort_by_key(|rating| rating.rated_at);
        Ok(ratings)
    }

    fn rating_of(&self, rater: &ConversationId, answer: &Answer) -> Result<Option<Rating>, RecordError> {
        let Some(link) = self.store.read(Table::Raters, &rater_key(rater, answer.number))? else { return Ok(None) };
        let rating = self.rating(&decode(Table::Raters, &link)?)?;
        // Numbers are counted anew after the person was forgotten.
        Ok(rating.filter(|rating| rating.guide == answer.guide))
    }

    /// The keys that lead from this person to ratings.
    pub(super) fn rater_links(&self, rater: &ConversationId) -> Result<Vec<Vec<u8>>, RecordError> {
        let prefix = [rater.key(), b"\0"].concat();
        let links = self.store.scan(Table::Raters)?.into_iter().map(|(key, _)| key);
        Ok(links.filter(|key| key.starts_with(&prefix)).collect())
    }
}

fn rater_key(rater: &ConversationId, number: u32) -> Vec<u8> {
    [rater.key(), b"\0", &number.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;
    use crate::text::redact;
    use jiff::SignedDuration;
    use std::sync::Arc;

    fn records() -> Records {
        Records::new(Arc::new(MemoryStore::default()))
    }

    fn answer() -> Answer {
        Answer { number: 1, guide: "a".into(), given_at: Timestamp::UNIX_EPOCH }
    }

    fn rate(records: &Records, who: &str, level: Level, now: Timestamp) -> Rated {
        let rater = ConversationId::new(Channel::Web, who);
        let (answer, owner, zone) = (answer(), "u".into(), Zone::RealEstate);
        let vote = Vote { answer: &answer, level, rater: &rater, channel: Channel::Web, zone, owner: &owner };
        records.rate(&vote, now).unwrap()
    }

    #[test]
    fn fault_49_fifty_presses_at_once_are_one_rating_and_the_last_one_wins() {
        let records = records();
        std::thread::scope(|scope| {
            for press in 0..50 {
                let records = &records;
                scope.spawn(move || rate(records, "aunt", Level::ALL[press % 5], Timestamp::UNIX_EPOCH));
            }
        });
        rate(&records, "aunt", Level::Satisfied, Timestamp::UNIX_EPOCH);
        rate(&records, "uncle", Level::VerySatisfied, Timestamp::UNIX_EPOCH);
        let levels: Vec<Level> = records.ratings().unwrap().iter().map(|rating| rating.level).collect();
        assert_eq!(levels.len(), 2, "{levels:?}");
        assert!(levels.contains(&Level::Satisfied) && levels.contains(&Level::VerySatisfied));
    }

    #[test]
    fn a_rating_cannot_be_changed_once_its_day_has_ended_at_the_hall() {
        let records = records();
        // 15:59 UTC is a minute before midnight at the hall.
        let evening: Timestamp = "2026-04-15T15:59:00Z".parse().unwrap();
        rate(&records, "aunt", Level::Dissatisfied, evening);
        let late = rate(&records, "aunt", Level::VerySatisfied, evening + SignedDuration::from_mins(2));
        assert!(matches!(late, Rated::Unalterable(_)), "{late:?}");
        assert_eq!(records.ratings().unwrap()[0].level, Level::Dissatisfied);
    }

    #[test]
    fn a_low_rating_stays_followed_up_with_its_reason() {
        let records = records();
        let Rated::Kept(rating) = rate(&records, "aunt", Level::VeryDissatisfied, Timestamp::UNIX_EPOCH) else {
            panic!("nothing was rated before")
        };
        assert_eq!(rating.follow_up, Some(State::Open));
        records.keep_reason(&rating.receipt, &redact("地址不对")).unwrap();
        rate(&records, "aunt", Level::Satisfied, Timestamp::UNIX_EPOCH);
        let kept = &records.ratings().unwrap()[0];
        assert_eq!((kept.level, kept.follow_up), (Level::Satisfied, Some(State::Open)));
        assert_eq!(kept.reason.as_ref().map(Redacted::as_str), Some("地址不对"));
    }

    #[test]
    fn points_and_levels_agree() {
        for level in Level::ALL {
            assert_eq!(Level::from_points(level.points()), Some(level));
        }
        assert_eq!((Level::from_points(0), Level::from_points(6)), (None, None));
    }
}
