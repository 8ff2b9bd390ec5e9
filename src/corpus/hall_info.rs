//! The hall itself: where it is, when it is open, whom to ring. What is unknown stays `None` and is said to be unknown.

use jiff::civil::{Time, Weekday};

use super::guide::Zone;
use super::parse::{Choice, Fields, Text};

/// What the corpus knows of the hall.
#[derive(Clone, Debug)]
pub struct HallInfo {
    /// Full name.
    pub name: Text,
    /// The name people use.
    pub short_name: Text,
    /// The bureau that runs it.
    pub managed_by: Text,
    /// The government hotline.
    pub hotline: Text,
    /// Who takes reports of misconduct.
    pub supervision: Text,
    /// Street address.
    pub address: Option<Text>,
    /// Where to park.
    pub parking: Option<Text>,
    /// The hall's own phone.
    pub enquiry_phone: Option<Text>,
    /// When it is open; empty when unknown.
    pub opening_hours: Vec<OpeningHours>,
    /// Counters by area; empty when unknown.
    pub counters: Vec<Counter>,
    /// The yearly season of collecting opinions.
    pub booth_season: BoothSeason,
}

/// One stretch of opening hours on some weekdays.
#[derive(Clone, Debug)]
pub struct OpeningHours {
    /// Weekdays it holds on.
    pub days: Vec<Weekday>,
    /// From (inclusive), local time.
    pub from: Time,
    /// To (exclusive), local time.
    pub to: Time,
}

/// A counter of one area.
#[derive(Clone, Debug)]
pub struct Counter {
    /// Whose.
    pub zone: Zone,
    /// Its name or number.
    pub name: Text,
}

/// The months in which a booth in the hall collects opinions.
#[derive(Clone, Debug)]
pub struct BoothSeason {
    /// First month, 1 to 12.
    pub first_month: i8,
    /// Last month, 1 to 12.
    pub last_month: i8,
    /// Mornings a week.
    pub mornings_per_week: u8,
    /// Which weekdays, when decided.
    pub days: Vec<Weekday>,
}

impl Choice for Weekday {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
}

impl HallInfo {
    /// Reads `hall.toml`.
    pub fn read(fields: Fields<'_>) -> Self {
        let booth = fields.table("booth_season");
        if booth.is_none() {
            fields.error(
                "缺意见收集季（booth_season）",
                "补一段 [booth_season]，写 first_month、last_month、mornings_per_week",
            );
        }
        let hall = Self {
            name: fields.text("name"),
            short_name: fields.text("short_name"),
            managed_by: fields.text("managed_by"),
            hotline: fields.text("hotline"),
            supervision: fields.text("supervision"),
            address: fields.optional_text("address"),
            parking: fields.optional_text("parking"),
            enquiry_phone: fields.optional_text("enquiry_phone"),
            opening_hours: fields.tables("opening_hours").into_iter().filter_map(OpeningHours::read).collect(),
            counters: fields.tables("counters").into_iter().filter_map(Counter::read).collect(),
            booth_season: booth.map(BoothSeason::read).unwrap_or_default(),
        };
        fields.finish();
        hall
    }
}

impl OpeningHours {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let days = fields.choices("days");
        let (from, to) = (read_time(&fields, "from"), read_time(&fields, "to"));
        fields.finish();
        Some(Self { days, from: from?, to: to? })
    }
}

fn read_time(fields: &Fields<'_>, key: &'static str) -> Option<Time> {
    let text = fields.text(key);
    let time = text.parse().ok();
    if time.is_none() {
        fields.error(format!("时间“{}”看不懂", text.as_str()), "写成 \"08:30\" 这样");
    }
    time
}

impl Counter {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let (zone, name) = (fields.choice("zone"), fields.text("name"));
        fields.finish();
        Some(Self { zone: zone?, name })
    }
}

impl BoothSeason {
    fn read(fields: Fields<'_>) -> Self {
        let month = "1 到 12 的整数";
        let season = Self {
            first_month: fields.integer("first_month", month).unwrap_or(3),
            last_month: fields.integer("last_month", month).unwrap_or(5),
            mornings_per_week: fields.integer("mornings_per_week", "整数，每周几个上午").unwrap_or(3),
            days: if fields.texts("days").is_empty() { Vec::new() } else { fields.choices("days") },
        };
        fields.finish();
        season
    }
}

impl Default for BoothSeason {
    /// The district plan: March to May, three mornings a week.
    fn default() -> Self {
        Self { first_month: 3, last_month: 5, mornings_per_week: 3, days: Vec::new() }
    }
}
