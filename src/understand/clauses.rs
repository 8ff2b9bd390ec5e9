//! Messages of several clauses: what is said not to be meant, and several matters at once.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// Shortest part in characters that can name a matter.
const SHORTEST_PART: usize = 3;
/// The same of what is said to be meant.
const SHORTEST_MEANT: usize = 2;

/// "不是签注，是通行证": what is not meant, then what is.
static NOT_THIS_BUT: LazyLock<Regex> = LazyLock::new(|| {
    let denied = r"(?:不是要|不是想|不是问|不是办|不是|不要|不办)[^，。,.;；!?？\s是的吗么呢说]{1,10}的?";
    let instead = r"[，,。\s]?(?:而是|我是要|我要|我想|要的是|问的是|是要|是想|是办|是问|要办|想办|是)";
    pattern(&format!("^(?P<before>(?:.*[^是要能])?){denied}{instead}(?P<meant>.+)$"))
});
/// "不是工伤，自己生病的": what is not meant, then what is, without saying so.
static NOT_THIS_THEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<before>)(?:我|这个)?不是[^，。,.;；!?？\s的吗么呢说]{1,6}[，,。\s](?P<meant>[^也不].*)$")
});
/// "要办通行证，不是签注": the other way round.
static THIS_AND_NOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<meant>.*[是要办问].{2,})[，,\s]我?(?:不是要|不是问|不是办|不是|不要|不办)[^，。,\s的吗么呢]{1,10}[。.]?$",
    )
});

/// "我说的是医保不是社保": without a pause, too.
static SAID_AND_NOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^我?(?:说的是|问的是|讲的是|是说|是问|要的是)(?P<meant>.{2,}?)[，,\s]?(?:不是|不要)[^，。,\s的吗么呢]{1,10}[。.!！]?$",
    )
});

/// "不是公司，也不是个体户": each thing that is not meant; of single characters what is done ("不是补，是第一次").
static NOT_THIS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:不是|不要|不办)(?:要|想|问|办)?(?P<denied>\p{Han}{2,6}?|[补改查换转退停销迁])(?:的|了|那种)?(?:[，,。.;；!\s]|$|是|我)",
    )
});

/// The things a message says are not meant.
pub fn denied(normalised: &str) -> impl Iterator<Item = &str> {
    // "要不要带户口本" asks.
    let asks = |at: usize| normalised[..at].ends_with(['要', '是', '能']);
    let found = NOT_THIS.captures_iter(normalised).filter(move |found| !asks(found.get_match().start()));
    found.filter_map(|found| Some(found.name("denied")?.as_str()))
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

/// The message without what it says is not meant.
pub fn meant(normalised: &str) -> Cow<'_, str> {
    if !["不是", "不要", "不办"].iter().any(|denial| normalised.contains(denial)) {
        return Cow::Borrowed(normalised);
    }
    let names_something = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_MEANT;
    let found = NOT_THIS_BUT.captures(normalised).or_else(|| NOT_THIS_THEN.captures(normalised));
    if let Some(found) = found
        && names_something(&found["meant"])
    {
        return Cow::Owned(format!("{}{}", &found["before"], &found["meant"]));
    }
    match SAID_AND_NOT.captures(normalised).or_else(|| THIS_AND_NOT.captures(normalised)) {
        Some(found) if names_something(&found["meant"]) => Cow::Owned(found["meant"].to_owned()),
        _ => Cow::Borrowed(normalised),
    }
}

/// The parts of a message that one of the words `also` joins ("身份证丢了，还要办通行证"); empty when there is but one.
pub fn parts<'m, 'w>(message: &'m str, also: impl Iterator<Item = &'w str>) -> Vec<&'m str> {
    let found = also.flat_map(|word| message.match_indices(word).map(|(at, word)| (at, at + word.len())));
    let mut joints: Vec<(usize, usize)> = found.collect();
    joints.sort_unstable();
    let (mut parts, mut from) = (Vec::new(), 0);
    for (start, end) in joints.into_iter().filter(|(start, _)| *start > 0) {
        if start >= from {
            parts.push(&message[from..start]);
            from = end;
        }
    }
    parts.push(&message[from..]);
    parts.retain(|part| part.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_PART);
    if parts.len() > 1 { parts } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_meant_is_left_out() {
        for (said, wanted) in [
            ("不是签注，是通行证", "通行证"),
            ("我不是要办签注，是办港澳通行证", "我港澳通行证"),
            ("我要办通行证，不是签注", "我要办通行证"),
            ("不要补办，我要换新的身份证", "换新的身份证"),
            ("不是工伤，自己生病的", "自己生病的"),
            ("不是工伤的 是养老金", "养老金"),
            ("不是迁走是迁来!", "迁来!"),
            ("我说的是医保不是社保", "医保"),
            ("我说的是丢了补，不是改", "丢了补"),
        ] {
            assert_eq!(meant(said), wanted);
        }
    }

    #[test]
    fn what_is_denied_is_heard() {
        let heard = |said| denied(said).collect::<Vec<_>>();
        assert_eq!(heard("不是公司，也不是个体户"), ["公司", "个体户"]);
        assert_eq!(heard("不是工厂的，是村里那种"), ["工厂"]);
        assert_eq!(heard("我不是要补，是第一次"), ["补"]);
        assert_eq!(heard("要不要带户口本"), Vec::<&str>::new());
    }

    #[test]
    fn a_question_or_a_description_with_not_in_it_stays_whole() {
        for said in [
            "是不是要先登记，是去社保吗",
            "要不要带户口本",
            "户口不是本地的能办吗",
            "不是公司，也不是个体户",
            "不是说可以网上办吗，我要怎么办",
            "房子不是我的名字",
            "能不能是别人去",
        ] {
            assert_eq!(meant(said), said);
        }
    }

    #[test]
    fn several_matters_come_apart_where_a_word_joins_them() {
        let also = || ["还要", "顺便"].into_iter();
        assert_eq!(parts("身份证丢了，还要办通行证顺便改名字", also()), ["身份证丢了，", "办通行证", "改名字"]);
        assert_eq!(parts("还要带什么", also()), Vec::<&str>::new());
        assert_eq!(parts("养老金怎么领", also()), Vec::<&str>::new());
    }
}
