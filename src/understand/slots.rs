//! What a message says about the people in it: how old, and whether somebody goes for somebody else.

use std::sync::LazyLock;

use regex::Regex;

use super::amounts::{Measure, amounts};

/// What was said about the people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slots {
    /// The age named first, years.
    pub age: Option<u32>,
    /// Somebody goes in another's place.
    pub on_behalf: bool,
}

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
    // A look for single characters is cheap.
    let on_behalf = normalised.contains(['帮', '替', '代', '给']) && ON_BEHALF.is_match(normalised);
    let age = amounts(normalised).into_iter().find(|amount| amount.measure == Measure::Age);
    Slots { age: age.map(|age| age.value), on_behalf }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_named_first_is_heard() {
        assert_eq!(slots("评了8级，我52岁，我妈75岁").age, Some(52));
        assert_eq!(slots("我爸六十了没上过班").age, None);
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
