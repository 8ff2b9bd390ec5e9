//! Promise: the shipped corpus is clean and complete, and a broken one is explained to its author all at once.

mod support;

use support::{SHIPPED, shipped_edition};
use wenban::corpus::{Report, Severity, SourceFile};
use wenban::edition::read_corpus_files;

/// The district's list of 37 high-frequency matters, word for word.
const MATTERS: [&str; 37] = [
    "住院零星单据报销",
    "特殊门诊鉴定、定点",
    "普通门诊定点",
    "参保数据推送",
    "市外定点医院转诊",
    "城乡居民养老保险待遇申领",
    "单位参保证明查询打印",
    "企业职工领取养老保险待遇资格认证",
    "企业未参保人员一次性缴费申报",
    "企业职工基本养老金申领",
    "失业保险金申领",
    "失业补助金申领",
    "稳岗返还（稳岗补贴）申领",
    "伤残待遇申领（一次性伤残补助金、伤残津贴和生活护理费）",
    "一次性工伤医疗补助金申请",
    "工伤保险住院伙食补助费申领",
    "工伤医疗/康复/辅助器具配置费用申报",
    "工伤保险辅助器具配置(更换)核付确认与备案",
    "工伤职工和供养亲属领取工伤保险长期待遇资格认证",
    "工亡待遇申领",
    "个体工商户注册登记",
    "个体工商户变更登记",
    "个体工商户注销登记",
    "个人独资企业设立登记",
    "内资有限责任公司设立登记",
    "内资有限责任公司变更登记",
    "内资有限责任公司注销登记",
    "一手房转移登记",
    "预告登记",
    "抵押登记",
    "不动产登记信息查询",
    "印章刻制备案",
    "申领临时居民身份证",
    "补（换）领准予迁入证明",
    "持《准予迁入证明》迁出",
    "办理往来港澳通行证",
    "办理往来港澳通行证个人游签注",
];

#[test]
fn the_shipped_corpus_has_no_errors() {
    let reading = read_corpus_files(SHIPPED.clone());
    let report = Report { files: &reading.files, root: "corpus", styled: false };
    let errors: Vec<String> =
        reading.diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| report.render(d)).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn every_matter_of_the_district_list_is_a_guide_and_every_guide_is_on_the_list() {
    let edition = shipped_edition();
    let names: Vec<&str> = edition.corpus.guides.iter().map(|guide| guide.official_name.as_str()).collect();
    for matter in MATTERS {
        assert!(names.contains(&matter), "no guide for {matter}");
    }
    assert_eq!(names.len(), MATTERS.len());
}

/// The shipped files with one of them changed.
fn with(path: &str, change: impl Fn(&str) -> String) -> Vec<SourceFile> {
    let mut files = SHIPPED.clone();
    let file = files.iter_mut().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
    let changed = change(&file.text);
    assert_ne!(changed, file.text, "the change must change something");
    file.text = changed;
    files
}

const GUIDE: &str = "guides/social_insurance/unemployment-benefit.toml";

fn problems(files: Vec<SourceFile>) -> String {
    let reading = read_corpus_files(files);
    assert!(reading.corpus.is_none() || reading.errors() == 0);
    let report = Report { files: &reading.files, root: "corpus", styled: false };
    let errors = reading.diagnostics.iter().filter(|d| d.severity == Severity::Error);
    errors.map(|d| report.render(d)).collect::<Vec<_>>().join("\n")
}

#[test]
fn all_mistakes_of_a_file_are_reported_at_once_with_place_and_cure() {
    let broken = with(GUIDE, |text| {
        text.replace("statutory_working_days = 7", "statutory_working_days = \"尽快\"")
            .replace("zone = \"social_insurance\"", "zone = \"social_insurence\"")
            .replace("fee_fen = 0", "fee_fan = 0")
            .replace("unit = \"social_insurance_bureau\"", "unit = \"social_insurance_bureua\"")
            .replace("official_name = \"失业保险金申领\"\n", "")
    });
    let report = problems(broken);
    for part in [
        "法定时限（statutory_working_days）看不懂",
        "是不是想写 social_insurance？",
        "不认识“fee_fan”",
        "是不是想写 fee_fen（收费）？",
        "没有“social_insurance_bureua”这个单位",
        "缺事项名称（official_name）",
        &format!("corpus/{GUIDE}:"),
    ] {
        assert!(report.contains(part), "missing {part} in:\n{report}");
    }
}

#[test]
fn a_diagnostic_points_at_line_and_column() {
    let broken = with(GUIDE, |text| text.replace("statutory_working_days = 7", "statutory_working_days = \"尽快\""));
    let line =
        broken.iter().find(|f| f.path == GUIDE).unwrap().text.lines().position(|l| l.starts_with("statutory")).unwrap()
            + 1;
    let report = problems(broken);
    assert!(report.contains(&format!("corpus/{GUIDE}:{line}:26")), "{report}");
}

#[test]
fn wording_that_citizens_cannot_read_is_refused() {
    let long = "这一句话写得非常非常的长长到一个老人家在手机上看到一半就忘了前面说的是什么事情了。";
    let report = problems(with(GUIDE, |text| text.replace("来晚了也能领，从申请那天算起。", long)));
    assert!(report.contains("太长（A1）"), "{report}");
    let report = problems(with(GUIDE, |text| text.replace("来晚了也能领，从申请那天算起。", "请带上相关材料。")));
    assert!(report.contains("“相关材料”不能出现"), "{report}");
    let report = problems(with(GUIDE, |text| text.replace("来晚了也能领，从申请那天算起。", "请打0663-3000000。")));
    assert!(report.contains("指南正文里不能写"), "{report}");
}

#[test]
fn one_name_must_not_point_to_two_matters_and_references_must_lead_somewhere() {
    let report = problems(with(GUIDE, |text| text.replace("aliases = [", "aliases = [\"预告登记\", ")));
    assert!(report.contains("“预告登记”同时指两件事"), "{report}");
    let report = problems(with(GUIDE, |text| {
        text.replace("guide = \"unemployment-allowance\"", "guide = \"unemployment-allowence\"")
    }));
    assert!(report.contains("是不是想写 unemployment-allowance？"), "{report}");
}

#[test]
fn a_sample_conversation_is_well_formed_and_about_guides() {
    let report = problems(with("dialogs.jsonl", |text| text.replacen("\"expect\": [\"", "\"expect\": \"", 1)));
    assert!(report.contains("这一行不是一段对话") && report.contains("corpus/dialogs.jsonl:1:1"), "{report}");
    let report =
        problems(with("dialogs.jsonl", |text| text.replacen("assistive-device-approval", "assistive-device", 1)));
    assert!(report.contains("没有“assistive-device”这个指南"), "{report}");
    assert!(report.contains("是不是想写 assistive-device-approval？"), "{report}");
}

#[test]
fn reply_wording_and_program_must_agree() {
    let report = problems(with("replies.toml", |text| text.replace("[farewell]", "[fairwell]")));
    assert!(report.contains("缺“farewell”这句话") && report.contains("没有“fairwell”这句话"), "{report}");
    let report = problems(with("replies.toml", |text| text.replace("{{ receipt }}", "{{ number }}")));
    assert!(report.contains("没有“number”这个空"), "{report}");
    let report = problems(with("replies.toml", |text| text.replace("{{ hall }}的问办", "{{ hall 的问办")));
    assert!(report.contains("这句话的空写得不对"), "{report}");
}

#[test]
fn broken_toml_is_explained_where_it_breaks() {
    let report = problems(with(GUIDE, |text| text.replace("plain_name = \"领失业金\"", "plain_name = \"领失业金")));
    assert!(report.contains("文件格式不对") && report.contains(&format!("corpus/{GUIDE}:")), "{report}");
}

#[test]
fn a_corpus_enlarged_for_measuring_has_no_errors() {
    let shipped = read_corpus_files(SHIPPED.clone()).corpus.expect("it has no errors");
    let enlarged = read_corpus_files(wenban::corpus::enlarge::enlarged(&shipped, 100));
    assert_eq!(enlarged.errors(), 0);
    assert_eq!(enlarged.corpus.expect("without errors").guides.len(), 100);
}
