//! The hall itself, by the clock. What nobody has written down is said to be unknown.

use jiff::civil::Weekday;

use super::Renderer;
use crate::conversation::reply::{Outcome, Reply};
use crate::corpus::HallTopic;
use crate::phrasing::{Line, ReplyId, computed, from_corpus};

impl Renderer<'_> {
    /// The fact asked for.
    pub fn hall(&self, topic: HallTopic) -> Reply {
        let mut reply = Reply::new(Outcome::Hall);
        reply.lines = self.fact(topic);
        reply.lines.push(self.hotline());
        reply
    }

    /// Puts the facts `asked` for beside something else before `reply`, unless it tells them.
    pub fn add_hall(&self, asked: &[HallTopic], reply: &mut Reply) {
        let mut facts: Vec<Line> = Vec::new();
        for fact in asked.iter().flat_map(|topic| self.fact(*topic)) {
            if facts.iter().chain(&reply.lines).all(|line| line.text != fact.text) {
                facts.push(fact);
            }
        }
        reply.lines.splice(..0, facts);
    }

    fn fact(&self, topic: HallTopic) -> Vec<Line> {
        let hall = &self.corpus.hall;
        let mut lines = match topic {
            HallTopic::Address => vec![self.address()],
            HallTopic::Hours => self.hours(),
            HallTopic::OpenNow => std::iter::once(self.open_now()).chain(self.hours()).collect(),
            HallTopic::Phone => vec![match &hall.enquiry_phone {
                Some(phone) => self.say(ReplyId::HallPhone, &[from_corpus("phone", phone)]),
                None => self.say(ReplyId::HallPhoneUnknown, &[]),
            }],
            HallTopic::Parking => vec![match &hall.parking {
                Some(parking) => self.say(ReplyId::HallParking, &[from_corpus("parking", parking)]),
                None => self.say(ReplyId::HallParkingUnknown, &[]),
            }],
            HallTopic::Booth => self.booth(),
            HallTopic::Other => vec![self.say(ReplyId::HallOtherUnknown, &[])],
        };
        lines.dedup_by(|a, b| a.text == b.text);
        lines
    }

    /// The address, or that it is not known.
    pub fn address(&self) -> Line {
        match &self.corpus.hall.address {
            Some(address) => self.say(ReplyId::HallAddress, &[from_corpus("address", address)]),
            None => self.say(ReplyId::HallAddressUnknown, &[from_corpus("hall", &self.corpus.hall.short_name)]),
        }
    }

    /// Opening hours, or that they are not known.
    pub fn hours(&self) -> Vec<Line> {
        let hours = &self.corpus.hall.opening_hours;
        if hours.is_empty() {
            return vec![self.say(ReplyId::HallHoursUnknown, &[])];
        }
        let line = |stretch: &crate::corpus::hall_info::OpeningHours| {
            let blanks = [
                computed("days", weekdays(&stretch.days)),
                computed("from", stretch.from.strftime("%H:%M").to_string()),
                computed("to", stretch.to.strftime("%H:%M").to_string()),
            ];
            self.say(ReplyId::HallHours, &blanks)
        };
        hours.iter().map(line).collect()
    }

    fn open_now(&self) -> Line {
        let (date, time) = (self.now.date(), self.now.time());
        if !self.corpus.holidays.is_working_day(date) {
            return self.say(ReplyId::HallClosedToday, &[]);
        }
        let hours = &self.corpus.hall.opening_hours;
        if hours.is_empty() {
            return self.say(ReplyId::HallHoursUnknown, &[]);
        }
        // On a make-up working Saturday the hall keeps its weekday hours.
        let weekday = match date.weekday() {
            Weekday::Saturday | Weekday::Sunday => Weekday::Friday,
            weekday => weekday,
        };
        match hours.iter().find(|stretch| stretch.days.contains(&weekday) && stretch.from <= time && time < stretch.to)
        {
            Some(stretch) => {
                self.say(ReplyId::HallOpenNow, &[computed("until", stretch.to.strftime("%H:%M").to_string())])
            }
            None => self.say(ReplyId::HallClosedNow, &[]),
        }
    }

    fn booth(&self) -> Vec<Line> {
        let season = &self.corpus.hall.booth_season;
        let blanks = [
            computed("first_month", season.first_month),
            computed("last_month", season.last_month),
            computed("mornings", season.mornings_per_week),
        ];
        let mut lines = vec![self.say(ReplyId::HallBooth, &blanks)];
        if !(season.first_month..=season.last_month).contains(&self.now.month()) {
            lines.push(self.say(ReplyId::HallBoothOutOfSeason, &[]));
        }
        lines
    }
}

/// 周一到周五, or the days one by one.
fn weekdays(days: &[Weekday]) -> String {
    const NAMES: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    let mut numbers: Vec<usize> = days.iter().map(|day| day.to_monday_zero_offset() as usize).collect();
    numbers.sort_unstable();
    numbers.dedup();
    match (numbers.first(), numbers.last()) {
        (Some(&first), Some(&last)) if last - first + 1 == numbers.len() && numbers.len() > 2 => {
            format!("{}到{}", NAMES[first], NAMES[last])
        }
        _ => numbers.iter().map(|&number| NAMES[number]).collect::<Vec<_>>().join("、"),
    }
}
