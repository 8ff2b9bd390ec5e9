//! Masks personal data before anything is kept: identity numbers, phones, cards, names, addresses, plates, e-mail.
//!
//! Matching runs on a folded copy (half-width, no invisible characters, Chinese numerals in long runs as digits), so
//! spacing and width tricks do not hide a number; the mask is then cut into the person's own text.

use std::{borrow::Cow, fmt, ops::Range, sync::LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::normalise::is_invisible;

/// Text in which every personal number the masker knows is replaced by a label such as 〔电话〕.
/// The only kind of citizen text that records and logs accept; `redact` is the only way to make one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted(String);

impl Redacted {
    /// The masked text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text without its masks: what a number was tells nothing about what is asked.
    pub fn without_masks(&self) -> Cow<'_, str> {
        static MASK: LazyLock<Regex> = LazyLock::new(|| Regex::new("〔[^〔〕]{1,5}〕").expect("valid"));
        match self.0.contains('〔') {
            true => MASK.replace_all(&self.0, " "),
            false => Cow::Borrowed(&self.0),
        }
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Masks the personal data in `text`; everything else stays as typed.
pub fn redact(text: &str) -> Redacted {
    mask(text, |_| true)
}

/// Masks the personal data in words the hall says to the public: a landline or an address in them is an office's, and
/// stays.
pub fn redact_public(text: &str) -> Redacted {
    mask(text, |rule| !rule.may_be_an_office)
}

fn mask(text: &str, is_wanted: impl Fn(&Rule) -> bool) -> Redacted {
    let folded = Folded::new(text);
    let mut cuts: Vec<(Range<usize>, &'static str)> = Vec::new();
    for rule in RULES.iter().filter(|rule| is_wanted(rule)) {
        for found in rule.pattern.captures_iter(&folded.text) {
            let secret = found.name("secret").expect("every rule names its secret").range();
            let free = cuts.iter().all(|(taken, _)| secret.end <= taken.start || taken.end <= secret.start);
            if free && (rule.applies)(&folded.text, &secret) {
                cuts.push((secret, rule.label));
            }
        }
    }
    cuts.sort_by_key(|(secret, _)| secret.start);
    let mut masked = String::with_capacity(text.len());
    let mut kept_to = 0;
    for (secret, label) in cuts {
        let original = folded.original(&secret);
        masked.push_str(&text[kept_to..original.start]);
        masked.push_str(label);
        kept_to = original.end;
    }
    masked.push_str(&text[kept_to..]);
    Redacted(masked)
}

/// Whether `text` holds something `redact` would mask.
pub fn holds_personal_data(text: &str) -> bool {
    redact(text).as_str() != text
}

struct Rule {
    pattern: Regex,
    label: &'static str,
    applies: fn(&str, &Range<usize>) -> bool,
    /// What it finds may as well belong to an office.
    may_be_an_office: bool,
}

fn rule(pattern: &str, label: &'static str, applies: fn(&str, &Range<usize>) -> bool) -> Rule {
    Rule { pattern: Regex::new(pattern).expect("masking patterns are valid"), label, applies, may_be_an_office: false }
}

fn office_rule(pattern: &str, label: &'static str, applies: fn(&str, &Range<usize>) -> bool) -> Rule {
    Rule { may_be_an_office: true, ..rule(pattern, label, applies) }
}

/// Ordered: the first rule to claim a stretch of text names it.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let gap = r"[ \-‐-―_.·]{0,2}";
    let digits = |n: &str| format!(r"(?:\d{gap}){{{n}}}");
    vec![
        rule(r"(?P<secret>[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,})", "〔邮箱〕", always),
        rule(
            &format!(r"(?P<secret>(?:{}[\dXx])|(?:{}\d))", digits("17"), digits("14")),
            "〔身份证号〕",
            is_identity_number,
        ),
        rule(&format!(r"(?P<secret>{}\d)", digits("15,18")), "〔卡号〕", is_card_number),
        rule(
            &format!(r"(?P<secret>(?:\+?86{gap}|0086{gap})?1{gap}[3-9]{gap}{}\d)", digits("8")),
            "〔电话〕",
            stands_alone,
        ),
        office_rule(r"(?P<secret>\(?0\d{2,3}\)?[ -]{0,2}[2-9]\d{6,7})", "〔电话〕", is_landline),
        rule(
            r"(?P<secret>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-Za-z]\s?[·.]?\s?[A-Za-z0-9]{5,6})",
            "〔车牌〕",
            always,
        ),
        rule(r"(?P<secret>[A-Za-z]{1,2}\d{8,9})", "〔证件号〕", stands_alone),
        rule(
            r"(?:微信|[vV][xX]|QQ|qq)(?:号|号码)?[是为:：\s]{0,3}(?P<secret>[a-zA-Z0-9_-]{5,20})",
            "〔联系方式〕",
            always,
        ),
        rule(
            &format!(
                r"(?:我叫|我名叫|名叫|姓名(?:是|为|:|：)?|名字(?:是|叫|:|：)|本人(?:叫|姓名)?|我的?名字?(?:是|叫))\s*(?P<secret>{SURNAMES}[\p{{Han}}]{{1,2}})"
            ),
            "〔姓名〕",
            is_name,
        ),
        office_rule(
            r"(?:[\p{Han}]{1,6}?(?:省|市|区|县|镇|乡|街道)|住在?|地址[是为:：]?|家在)(?P<secret>[\p{Han}]{2,10}?(?:路|街|巷|村|社区|里|花园|小区|苑|城|大道|围|寨|片|弄|新厝|楼)[\p{Han}]{0,8}?\d{1,5}(?:号|栋|幢|座|单元|室|房|楼|巷|弄)(?:之[一二三四五六七八九十\d]{1,3})?(?:\d{1,5}(?:号|栋|幢|座|单元|室|房|楼|梯))*)",
            "〔住址〕",
            always,
        ),
        office_rule(
            r"(?P<secret>[\p{Han}]{2,6}?(?:路|街|巷|大道|村|小区|花园)\d{1,5}(?:号|栋|幢|座)(?:之[一二三四五六七八九十\d]{1,3})?(?:\d{1,5}(?:号|栋|幢|座|单元|室|房|楼|梯))*)",
            "〔住址〕",
            always,
        ),
    ]
});

/// Common surnames; the two-character ones first, so that 欧阳 is not read as 欧.
const SURNAMES: &str = "(?:欧阳|司徒|上官|诸葛|司马|皇甫|尉迟|公孙|慕容|令狐|东方|夏侯|端木|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐庄洪欧连纪翁詹佘辜柯丘巫涂卓池官骆柳芦仇])";

fn always(_: &str, _: &Range<usize>) -> bool {
    true
}

/// Not cut out of a longer run of digits or letters.
fn stands_alone(text: &str, secret: &Range<usize>) -> bool {
    let before = text[..secret.start].chars().next_back();
    let after = text[secret.end..].chars().next();
    !before.is_some_and(|c| c.is_ascii_alphanumeric()) && !after.is_some_and(|c| c.is_ascii_alphanumeric())
}

/// A parcel, receipt or invoice number may look like an identity or card number; the word before it tells.
fn is_reference_number(text: &str, secret: &Range<usize>) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:单号|订单|运单|快递|回执|回执号|流水|发票|票据|凭证|文号|编号|编码|代码|业务号|受理号|办件|合同|条码)[号码是为:：\s]{0,4}$").expect("valid")
    });
    let mut from = secret.start.saturating_sub(30);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    LABEL.is_match(&text[from..secret.start])
}

fn is_identity_number(text: &str, secret: &Range<usize>) -> bool {
    let number: String = text[secret.clone()].chars().filter(char::is_ascii_alphanumeric).collect();
    let month_and_day = match number.len() {
        18 => &number[10..14],
        _ => &number[8..12],
    };
    let is_date =
        matches!(month_and_day[..2].parse(), Ok(1..=12u8)) && matches!(month_and_day[2..].parse(), Ok(1..=31u8));
    is_date
        && matches!(number.as_bytes()[0], b'1'..=b'9')
        && stands_alone(text, secret)
        && !is_reference_number(text, secret)
}

fn is_card_number(text: &str, secret: &Range<usize>) -> bool {
    stands_alone(text, secret) && !is_reference_number(text, secret)
}

fn is_landline(text: &str, secret: &Range<usize>) -> bool {
    stands_alone(text, secret) && !is_reference_number(text, secret)
}

/// "我叫不到号" is no name: the characters after a surname must not form an everyday phrase.
fn is_name(text: &str, secret: &Range<usize>) -> bool {
    const PHRASES: [&str; 10] = ["安排", "文件", "文书", "方法", "方便", "高兴", "任何", "万一", "白跑", "向您"];
    !PHRASES.iter().any(|phrase| text[secret.clone()].starts_with(phrase))
}

/// A half-width copy of a text, with the way back to the original bytes.
struct Folded {
    text: String,
    /// For each byte of `text`, the original character's byte range.
    origin: Vec<Range<usize>>,
}

impl Folded {
    fn new(original: &str) -> Self {
        let mut folded =
            Self { text: String::with_capacity(original.len()), origin: Vec::with_capacity(original.len()) };
        for (at, c) in original.char_indices().filter(|&(_, c)| !is_invisible(c)) {
            for plain in std::iter::once(c).nfkc() {
                folded.text.push(plain);
                folded.origin.resize(folded.text.len(), at..at + c.len_utf8());
            }
        }
        folded.spelled_numbers_as_digits();
        folded
    }

    /// 一三八零零… read out as a phone number: eleven numerals in a row are no amount.
    fn spelled_numbers_as_digits(&mut self) {
        static SPELLED: LazyLock<Regex> =
            LazyLock::new(|| Regex::new("[零〇一二三四五六七八九幺两]{11,19}").expect("valid"));
        if !SPELLED.is_match(&self.text) {
            return;
        }
        let spelled: Vec<Range<usize>> = SPELLED.find_iter(&self.text).map(|m| m.range()).collect();
        let (mut text, mut origin) = (String::new(), Vec::new());
        for (at, c) in self.text.char_indices() {
            let digit = spelled.iter().any(|run| run.contains(&at)).then_some(match c {
                '一' | '幺' => '1',
                '二' | '两' => '2',
                '三' => '3',
                '四' => '4',
                '五' => '5',
                '六' => '6',
                '七' => '7',
                '八' => '8',
                '九' => '9',
                _ => '0',
            });
            text.push(digit.unwrap_or(c));
            origin.resize(text.len(), self.origin[at].clone());
        }
        (self.text, self.origin) = (text, origin);
    }

    fn original(&self, folded: &Range<usize>) -> Range<usize> {
        self.origin[folded.start].start..self.origin[folded.end - 1].end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn masks_what_identifies_a_person() {
        for (text, masked) in [
            ("身份证440111199003070012办社保", "身份证〔身份证号〕办社保"),
            ("我的号 ４４０１１１ 19900307 001X", "我的号 〔身份证号〕"),
            ("老证号440111900307001", "老证号〔身份证号〕"),
            ("打我 138 0013-8000 谢谢", "打我 〔电话〕 谢谢"),
            ("电话一三八零零一三八零零零", "电话〔电话〕"),
            ("+8613800138000回我", "〔电话〕回我"),
            ("座机0663-3270000", "座机〔电话〕"),
            ("卡6222 0212 3456 7890 123", "卡〔卡号〕"),
            ("通行证C12345678到期", "通行证〔证件号〕到期"),
            ("粤V·A12B3违章", "〔车牌〕违章"),
            ("写信到a.b@example.com", "写信到〔邮箱〕"),
            ("我叫欧阳小明，想办证", "我叫〔姓名〕，想办证"),
            ("住曲溪街道金溪村中片12号", "住曲溪街道〔住址〕"),
        ] {
            assert_eq!(redact(text).as_str(), masked);
        }
    }

    #[test]
    fn leaves_what_does_not() {
        for text in [
            "快递单号440111199003070012没收到",
            "交了12800元",
            "在13号窗口",
            "2026年9月1日起2040元",
            "打12345问",
            "注册资本5000000元",
            "发票号码04412345，代码044001900111",
            "揭东政数〔2022〕13号",
            "工伤六级16个月",
        ] {
            assert_eq!(redact(text).as_str(), text);
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_masking_twice_changes_nothing(text in "\\PC{0,80}") {
            let once = redact(&text);
            prop_assert_eq!(redact(once.as_str()), once);
        }

        #[test]
        fn a_phone_number_never_survives(before in "[一-龥 ]{0,5}", number in "1[3-9][0-9]{9}", after in "[一-龥]{0,5}") {
            let masked = redact(&format!("{before}{number}{after}"));
            prop_assert!(!masked.as_str().contains(&number));
        }
    }
}
