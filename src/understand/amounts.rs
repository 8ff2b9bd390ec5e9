//! Degrees of disability, ages and years: what a message says of somebody, and the cases of a sentence it falls into.
//!
//! "我是七级的" is answered by "5级10个月工资，6级8个月，7级6个月", and not by the sentence about 8级 beside it.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// A degree of disability, 1 the gravest.
    Level,
    /// An age, years.
    Age,
    /// How long something went on, years.
    Years,
}

impl Measure {
    /// Its name for machines.
    pub fn key(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Age => "age",
            Self::Years => "years",
        }
    }

    fn of(unit: &str) -> Self {
        match unit {
            "级" => Self::Level,
            "岁" => Self::Age,
            _ => Self::Years,
        }
    }
}

/// So much of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Of what.
    pub measure: Measure,
    /// How much.
    pub value: u32,
}

/// How a sentence bears on an amount, the closest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bearing {
    /// It speaks of other cases.
    LeavesOut,
    /// It demands so much of everybody.
    Demands,
    /// It speaks of this case.
    Holds,
}

/// The most years that somebody speaks of: more is a year of the calendar.
const MOST_YEARS: u32 = 50;

const NUMBER: &str = "(?:[0-9]{1,4}|[一二两三四五六七八九十]{1,3})";

static SAID: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!("(?P<value>{NUMBER})(?:多|来)?周?(?P<unit>[级岁年])")));

static CASE: LazyLock<Regex> = LazyLock::new(|| {
    let numbers = format!("{NUMBER}(?:、{NUMBER})*");
    pattern(&format!(
        "(?P<bound>每满|不满|未满|没满|满|超过)?(?P<numbers>{numbers})(?:到(?P<most>{NUMBER}))?(?P<unit>[级岁年])(?P<is_case>的?)"
    ))
});

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

/// The amounts that `normalised` names, in its order; "是7级不是8级" names but the first.
pub fn amounts(normalised: &str) -> Vec<Amount> {
    // Most messages name none, and a look for single characters is cheap.
    if !normalised.contains(['级', '岁', '年']) {
        return Vec::new();
    }
    let is_denied = |found: &Captures<'_>| normalised[..found.get_match().start()].ends_with("不是");
    let amount = |found: Captures<'_>| Amount::new(Measure::of(&found["unit"]), number(&found["value"])?);
    SAID.captures_iter(normalised).filter(|found| !is_denied(found)).filter_map(amount).collect()
}

impl Amount {
    fn new(measure: Measure, value: u32) -> Option<Self> {
        (measure != Measure::Years || value <= MOST_YEARS).then_some(Self { measure, value })
    }

    /// How `sentence` bears on it: what it says of several cases that is closest; `None` when it says nothing of the measure.
    pub fn borne_on(self, sentence: &str) -> Option<Bearing> {
        CASE.captures_iter(sentence).filter_map(|found| self.borne_on_in(&found)).max()
    }

    fn borne_on_in(self, found: &Captures<'_>) -> Option<Bearing> {
        let measure = Measure::of(&found["unit"]);
        let numbers: Vec<u32> = found["numbers"].split('、').map(number).collect::<Option<_>>()?;
        let (least, last) = (*numbers.first()?, *numbers.last()?);
        if measure != self.measure || Self::new(measure, last).is_none() {
            return None;
        }
        let most = found.name("most").and_then(|most| number(most.as_str()));
        // "满16岁的" is a case, "满15年" a demand on everybody.
        let is_case = measure == Measure::Level || most.is_some() || !found["is_case"].is_empty();
        let holds = match (found.name("bound").map(|bound| bound.as_str()), most) {
            (Some("每满"), _) => return None,
            (Some(_), _) if !is_case => return Some(Bearing::Demands),
            (Some("不满" | "未满" | "没满"), _) => self.value < least,
            (Some(_), _) => self.value >= least,
            (None, Some(most)) => (last..=most).contains(&self.value) || numbers.contains(&self.value),
            (None, None) => numbers.contains(&self.value),
        };
        // Years add up: what the first 4 of them give counts for 6, too.
        let leaves_out = is_case && measure != Measure::Years;
        if holds { Some(Bearing::Holds) } else { leaves_out.then_some(Bearing::LeavesOut) }
    }
}

/// 14, 十四, 六十五.
fn number(written: &str) -> Option<u32> {
    if let Ok(number) = written.parse() {
        return Some(number);
    }
    let digit = |c: char| "零一二三四五六七八九".chars().position(|known| known == c).map(|n| n as u32);
    let digit = |c: char| if c == '两' { Some(2) } else { digit(c) };
    let (tens, ones) = match written.split_once('十') {
        Some((tens, ones)) => (tens, ones),
        None => return written.chars().next().filter(|_| written.chars().count() == 1).and_then(digit),
    };
    let part = |text: &str, empty: u32| text.chars().next().map_or(Some(empty), digit);
    Some(part(tens, 1)? * 10 + part(ones, 0)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_digits_and_words() {
        for (said, measure, value) in [
            ("我女儿14岁", Measure::Age, 14),
            ("小孩三岁半", Measure::Age, 3),
            ("妈妈六十五周岁", Measure::Age, 65),
            ("十六岁", Measure::Age, 16),
            ("两岁", Measure::Age, 2),
            ("七十多岁", Measure::Age, 70),
            ("评了七级", Measure::Level, 7),
            ("工伤10级", Measure::Level, 10),
            ("交了12年社保", Measure::Years, 12),
            ("我是7级不是8级", Measure::Level, 7),
        ] {
            assert_eq!(amounts(said), [Amount { measure, value }], "{said}");
        }
        for said in ["我爸六十了没上过班", "岁数大了", "2024年批了我的", "几级才有钱"] {
            assert_eq!(amounts(said), [], "{said}");
        }
    }

    #[test]
    fn a_sentence_tells_the_cases_of_amounts_apart() {
        let borne_on = |said: &str, sentence: &str| amounts(said)[0].borne_on(sentence);
        let few = "社保一次发：5级10个月工资，6级8个月，7级6个月。";
        for (said, sentence, bearing) in [
            ("我是七级的", few, Bearing::Holds),
            ("评了8级", few, Bearing::LeavesOut),
            ("三级", "1到4级的，每月再发一份。", Bearing::Holds),
            ("六级", "5、6级难安排工作的，每月的钱由单位发。", Bearing::Holds),
            ("六级", "1到4级的，每月再发一份。", Bearing::LeavesOut),
            ("小孩8岁", "未满16岁的，证管5年。", Bearing::Holds),
            ("小孩8岁", "满16岁的，证管10年。", Bearing::LeavesOut),
            ("交了6年", "失业保险超过4年的部分，每满半年多领1个月。", Bearing::Holds),
            ("交了3年", "失业保险交1到4年的，每满1年领1个月失业金。", Bearing::Holds),
            ("才交了12年", "社保要交满15年，含15年。", Bearing::Demands),
            ("我今年59岁", "满60岁，男女一样。", Bearing::Demands),
        ] {
            assert_eq!(borne_on(said, sentence), Some(bearing), "{said} / {sentence}");
        }
    }

    #[test]
    fn a_year_of_the_calendar_years_that_add_up_and_another_measure_say_nothing() {
        let borne_on = |said: &str, sentence: &str| amounts(said)[0].borne_on(sentence);
        assert_eq!(borne_on("交了12年", "2030年起每年多要半年。"), None);
        assert_eq!(borne_on("交了6年", "失业保险交1到4年的，每满1年领1个月失业金。"), None);
        assert_eq!(borne_on("我52岁", "社保要交满15年。"), None);
    }
}
