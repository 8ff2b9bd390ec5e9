//! What a message says about the people in it: how old, and whether somebody goes for somebody else.

use std::sync::LazyLock;

use regex::Regex;

/// What was said about the people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slots {
    /// The age named first, years.
    pub age: Option<u32>,
    /// Somebody goes in another's place.
    pub on_behalf: bool,
}

static AGE: LazyLock<Regex> =
    LazyLock::new(|| pattern("(?P<age>[0-9]{1,3}|[一二两三四五六七八九十]{1,3})(?:多|来)?周?岁"));

static ON_BEHALF: LazyLock<Regex> = LazyLock::new(|| {
    let relative = "(?:爸|妈|父亲|母亲|父母|爷爷|奶奶|公公|婆婆|外公|外婆|阿公|阿婆|阿嫲|老公|老婆|爱人|丈夫|妻子|儿子|女儿|孩子|老人|家人|家里人|亲戚|朋友|同事|员工|老板|哥|姐|弟|妹|孙子|孙女)";
    let for_them = format!("(?:帮|替|代|给)(?:我|他|她|家里的?)?{relative}");
    let instead_of_me = format!("(?:我|叫|让|由|找).{{0,3}}{relative}.{{0,2}}(?:代|帮我|替我)");
    pattern(&format!("{for_them}|{instead_of_me}"))
});

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

/// Reads the slots of a message in normal form.
pub fn slots(normalised: &str) -> Slots {
    // Most messages say nothing of the kind, and a look for single characters is cheap.
    let age = if normalised.contains('岁') { AGE.captures(normalised) } else { None };
    let on_behalf = normalised.contains(['帮', '替', '代', '给']) && ON_BEHALF.is_match(normalised);
    Slots { age: age.and_then(|found| years(&found["age"])), on_behalf }
}

/// 14, 十四, 六十五.
fn years(written: &str) -> Option<u32> {
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
    fn ages_are_read_in_digits_and_words() {
        for (said, age) in [
            ("我女儿14岁", Some(14)),
            ("小孩三岁半", Some(3)),
            ("我爸六十了没上过班", None),
            ("妈妈六十五周岁", Some(65)),
            ("十六岁", Some(16)),
            ("两岁", Some(2)),
            ("七十多岁", Some(70)),
            ("岁数大了", None),
        ] {
            assert_eq!(slots(said).age, age, "{said}");
        }
    }

    #[test]
    fn going_for_somebody_else_is_heard() {
        for said in ["帮我妈办医保", "我老公代我领可以吗", "替老人去认证", "给阿公办社保卡", "叫我儿子帮我拿"]
        {
            assert!(slots(said).on_behalf, "{said}");
        }
        for said in ["我妈的养老金怎么领", "代表公司去办", "帮我看看要带什么", "给公司办执照的流程"]
        {
            assert!(!slots(said).on_behalf, "{said}");
        }
    }
}
