//! Who owns what: responsible units, matters known by name only, life events, and the public-holiday calendar.

use jiff::civil::{Date, Weekday};

use super::diagnostic::Place;
use super::guide::{Neighbour, Zone};
use super::ids::{GuideId, JourneyId, MatterId, UnitId};
use super::parse::{Choice, Fields, Text};

/// What kind of organisation a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// 区直单位
    Government,
    /// 服务性企业
    ServiceCompany,
}

impl Choice for UnitKind {
    const CHOICES: &'static [(&'static str, Self)] =
        &[("government", UnitKind::Government), ("service_company", UnitKind::ServiceCompany)];
}

/// A responsible unit (责任单位).
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Where it is written.
    pub place: Place,
    /// Full name.
    pub name: Text,
    /// The name on the counter.
    pub short_name: Text,
    /// Government or company.
    pub kind: UnitKind,
    /// The service area it owns, if one.
    pub zone: Option<Zone>,
    /// What it looks after, in people's words.
    pub covers: Vec<Text>,
    /// A national hotline for its field.
    pub hotline: Option<Text>,
    /// Its own enquiry phone.
    pub enquiry_phone: Option<Text>,
}

impl Unit {
    /// Reads `units.toml`.
    pub fn read_all(fields: Fields<'_>) -> Vec<Self> {
        let units = fields.tables("units").into_iter().map(Self::read).collect();
        fields.finish();
        units
    }

    fn read(fields: Fields<'_>) -> Self {
        let unit = Self {
            id: fields.text("id").as_str().into(),
            place: fields.place(),
            name: fields.text("name"),
            short_name: fields.text("short_name"),
            kind: fields.choice("kind").unwrap_or(UnitKind::Government),
            zone: fields.optional_choice("zone"),
            covers: fields.some_texts("covers"),
            hotline: fields.optional_text("hotline"),
            enquiry_phone: fields.optional_text("enquiry_phone"),
        };
        fields.finish();
        unit
    }

    /// What people call its field: "医保" for "医保窗口".
    pub fn field(&self) -> &str {
        self.short_name.trim_end_matches("窗口")
    }
}

/// A matter known by name only: whose it is and where to ask.
#[derive(Clone, Debug)]
pub struct Matter {
    /// Its id.
    pub id: MatterId,
    /// Where it is written.
    pub place: Place,
    /// Its official name, or the nearest to one.
    pub name: Text,
    /// What people call it.
    pub plain_name: Text,
    /// The unit of this hall that owns it.
    pub unit: Option<UnitId>,
    /// Somebody else's office that owns it.
    pub office: Option<Text>,
    /// Whose it is and where to ask, in a sentence or two.
    pub where_to_ask: Text,
    /// Ways people put it. Matched, never shown.
    pub asks: Vec<Text>,
    /// Ids of guides and matters it is easily confused with.
    pub near: Vec<Text>,
}

impl Matter {
    /// Reads `catalogue.toml`.
    pub fn read_all(fields: Fields<'_>) -> Vec<Self> {
        let matters = fields.tables("matters").into_iter().map(Self::read).collect();
        fields.finish();
        matters
    }

    fn read(fields: Fields<'_>) -> Self {
        let matter = Self {
            id: fields.text("id").as_str().into(),
            place: fields.place(),
            name: fields.text("name"),
            plain_name: fields.text("plain_name"),
            unit: fields.optional_text("unit").map(|id| id.as_str().into()),
            office: fields.optional_text("office"),
            where_to_ask: fields.text("where"),
            asks: fields.some_texts("asks"),
            near: fields.texts("near"),
        };
        if matter.unit.is_some() == matter.office.is_some() {
            fields.error("这件事归谁管没写清", "写 unit（本大厅的单位）或 office（别处），只写一个");
        }
        fields.finish();
        matter
    }
}

/// A life or business event (一件事): matters in the order people go through them.
#[derive(Clone, Debug)]
pub struct Journey {
    /// Its id.
    pub id: JourneyId,
    /// Where its file begins.
    pub place: Place,
    /// What people call the event.
    pub name: Text,
    /// The conclusion in one sentence.
    pub one_line: Text,
    /// Ways people put it. Matched, never shown.
    pub asks: Vec<Text>,
    /// Names that mean this event only.
    pub aliases: Vec<Text>,
    /// The matters, in order.
    pub stages: Vec<Stage>,
}

/// One matter of a journey.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Which matter.
    pub matter: Neighbour,
    /// Where it is named.
    pub place: Place,
    /// Why or when, in one sentence.
    pub note: Option<Text>,
}

impl Journey {
    /// Reads one journey file.
    pub fn read(fields: Fields<'_>) -> Self {
        let journey = Self {
            id: fields.text("id").as_str().into(),
            place: fields.place(),
            name: fields.text("name"),
            one_line: fields.text("one_line"),
            asks: fields.some_texts("asks"),
            aliases: fields.texts("aliases"),
            stages: fields.tables("stages").into_iter().filter_map(Stage::read).collect(),
        };
        fields.finish();
        journey
    }

    /// The guides among its matters, in order.
    pub fn guides(&self) -> impl Iterator<Item = &GuideId> {
        self.stages.iter().filter_map(|stage| match &stage.matter {
            Neighbour::Guide(id) => Some(id),
            Neighbour::Matter(_) => None,
        })
    }
}

impl Stage {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let (matter, note, place) = (Neighbour::read(&fields), fields.optional_text("note"), fields.place());
        fields.finish();
        Some(Self { matter: matter?, place, note })
    }
}

/// Public holidays of fixed date (全国年节及纪念日放假办法, edition of 2024): month and day.
const ALWAYS_FREE: [(i8, i8); 6] = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)];

/// Public holidays and make-up working days, by year.
#[derive(Clone, Debug, Default)]
pub struct Holidays {
    years: Vec<HolidayYear>,
}

#[derive(Clone, Debug)]
struct HolidayYear {
    year: i16,
    holidays: Vec<Date>,
    workdays: Vec<Date>,
}

impl Holidays {
    /// Reads `holidays.toml`.
    pub fn read(fields: Fields<'_>) -> Self {
        let years = fields.tables("years").into_iter().filter_map(HolidayYear::read).collect();
        fields.finish();
        Self { years }
    }

    /// Whether the calendar of `year` is known; without it only weekends and holidays of fixed date count as free.
    pub fn covers(&self, year: i16) -> bool {
        self.years.iter().any(|known| known.year == year)
    }

    /// Whether offices work on `date`.
    pub fn is_working_day(&self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        match self.years.iter().find(|known| known.year == date.year()) {
            Some(year) => year.workdays.contains(&date) || !(weekend || year.holidays.contains(&date)),
            None => !weekend && !ALWAYS_FREE.contains(&(date.month(), date.day())),
        }
    }

    /// The day on which `days` working days after `start` have passed; `start` itself does not count.
    pub fn after_working_days(&self, start: Date, days: u16) -> Date {
        let mut date = start;
        let mut left = days;
        while left > 0 {
            date = date.tomorrow().expect("no promise reaches the end of the calendar");
            left -= u16::from(self.is_working_day(date));
        }
        date
    }
}

impl HolidayYear {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let year = fields.integer("year", "四位数的年份");
        let (holidays, workdays) = (fields.dates("holidays"), fields.dates("workdays"));
        fields.text("source");
        if let Some(year) = year
            && let Some(stray) = holidays.iter().chain(&workdays).find(|date| date.year() != year)
        {
            fields.error(format!("{stray} 不在 {year} 年"), "把它移到那一年的段里");
        }
        fields.finish();
        Some(Self { year: year?, holidays, workdays })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn working_days_skip_weekends_and_holidays_and_use_make_up_days() {
        let calendar = Holidays {
            years: vec![HolidayYear {
                year: 2026,
                holidays: (1..=7).map(|day| date(2026, 10, day)).collect(),
                workdays: vec![date(2026, 10, 10)],
            }],
        };
        // Wednesday 30 September; the 8th, 9th and the make-up Saturday are the next three working days.
        assert_eq!(calendar.after_working_days(date(2026, 9, 30), 3), date(2026, 10, 10));
        assert!(!calendar.covers(2027));
        assert_eq!(calendar.after_working_days(date(2027, 1, 1), 1), date(2027, 1, 4));
        assert_eq!(
            calendar.after_working_days(date(2027, 12, 31), 1),
            date(2028, 1, 3),
            "New Year's Day is a Saturday"
        );
        assert_eq!(calendar.after_working_days(date(2030, 12, 31), 1), date(2031, 1, 2));
    }
}
