//! Short replies to a question back: "第二个", "2", "都不是".

/// A choice among options offered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The option at this position, from 0.
    Nth(usize),
    /// The last one.
    Last,
    /// None of them.
    None,
}

/// Reads `normalised` as a choice, if it is nothing else.
pub fn pick(normalised: &str) -> Option<Pick> {
    let words: String = normalised.chars().filter(|c| c.is_alphanumeric()).collect();
    let core = words.trim_start_matches("我要").trim_start_matches("选").trim_start_matches("第");
    let core = core.trim_end_matches(['吧', '啊', '呀', '哦', '的', '件', '项', '种', '样', '个', '那', '这']);
    match core {
        "都不是" | "都不" | "不是" | "没有" | "一个都不是" | "没一个对" | "没有我要" | "不是这些" | "不是这件事" => {
            Some(Pick::None)
        }
        "最后" | "最后一" | "后面" | "下面" | "后一" => Some(Pick::Last),
        "前面" | "上面" | "前一" | "头一" => Some(Pick::Nth(0)),
        _ => number(core).map(|n| Pick::Nth(n - 1)),
    }
}

fn number(word: &str) -> Option<usize> {
    const NUMERALS: [&str; 9] = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let spelled = NUMERALS.iter().position(|numeral| *numeral == word).map(|n| n + 1);
    spelled.or_else(|| word.parse().ok().filter(|n| (1..=9).contains(n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_ways_people_choose() {
        assert_eq!(pick("第二个"), Some(Pick::Nth(1)));
        assert_eq!(pick("2"), Some(Pick::Nth(1)));
        assert_eq!(pick("选一吧"), Some(Pick::Nth(0)));
        assert_eq!(pick("都不是。"), Some(Pick::None));
        assert_eq!(pick("最后一个"), Some(Pick::Last));
        assert_eq!(pick("二手房过户"), None);
        assert_eq!(pick("12"), None);
    }
}
