//! Promise: the commands keep their contract, for good input and bad.

mod support;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::server::Start;

fn run(mut command: Command, input: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn json_lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

fn in_a_folder(arguments: &[&str]) -> (tempfile::TempDir, Command) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Start::in_folder(folder.path()).command();
    command.args(arguments);
    (folder, command)
}

#[test]
fn ask_jsonl_answers_line_by_line_and_survives_bad_lines() {
    let (folder, command) = in_a_folder(&["ask", "--jsonl"]);
    let brackets = "(".repeat(4096);
    let input = [
        r#"{"q": "失业金怎么申请"}"#.to_owned(),
        "这不是 JSON".to_owned(),
        r#"{"question": "x"}"#.to_owned(),
        r#"{"q": ""}"#.to_owned(),
        format!(r#"{{"q": "{brackets}"}}"#),
        r#"{"turns": ["失业金怎么申请", "要带什么", "为什么这里的社保政策跟别的市不一样，年年都变"]}"#.to_owned(),
        r#"{"turns": []}"#.to_owned(),
    ];
    let output = run(command, &format!("{}\n", input.join("\n")));
    assert!(output.status.success());
    let lines = json_lines(&output);
    assert_eq!(lines.len(), input.len());
    let first = &lines[0]["replies"][0];
    assert_eq!(first["outcome"], "answer");
    assert_eq!(first["guides"][0]["id"], "unemployment-benefit");
    assert_eq!(first["guides"][0]["official_name"], "失业保险金申领");
    assert_eq!(first["facet"], "steps");
    assert!(first["guides"][0]["confidence"].as_f64().is_some_and(|c| (0.0..=1.0).contains(&c)));
    assert!(first["text"].as_str().is_some_and(|text| text.contains("领失业金")));
    assert!(first["micros"].is_u64());
    assert!(lines[1]["error"].is_string() && lines[2]["error"].is_string());
    assert_eq!(lines[3]["replies"][0]["outcome"], "reject");
    assert_eq!(lines[4]["replies"][0]["outcome"], "reject");
    let dialog = lines[5]["replies"].as_array().expect("one reply a turn");
    assert_eq!(dialog[1]["facet"], "documents");
    assert_eq!(dialog[1]["guides"][0]["id"], "unemployment-benefit");
    assert_eq!(dialog[2]["outcome"], "admit");
    assert!(!dialog[2]["text"].as_str().unwrap().contains("编号"), "nothing is recorded, so nothing is promised");
    assert_eq!(lines[6]["replies"], Value::Array(Vec::new()));
    assert!(!folder.path().join("data").exists(), "asking by lines records nothing");
}

#[test]
fn ask_speaks_plainly_and_in_json_and_explains_itself() {
    let (_folder, command) = in_a_folder(&["ask", "失业金怎么申请"]);
    let text = String::from_utf8(run(command, "").stdout).unwrap();
    assert!(text.starts_with("领失业金"), "{text}");
    let (_folder, command) = in_a_folder(&["ask", "--json", "失业金怎么申请"]);
    assert_eq!(json_lines(&run(command, ""))[0]["outcome"], "answer");
    let (_folder, command) = in_a_folder(&["ask", "--explain", "被厂里炒了能领几个月钱"]);
    let text = String::from_utf8(run(command, "").stdout).unwrap();
    for part in ["分词：", "unemployment-benefit", "把握", "决定："] {
        assert!(text.contains(part), "{text}");
    }
    let (_folder, command) = in_a_folder(&["ask", "--explain", "失业金怎么申请", "我是自己辞职的"]);
    let text = String::from_utf8(run(command, "").stdout).unwrap();
    for part in ["接着前面的话", "unemployment-benefit 里，答得上这句话的", "先说这句：", "自己主动辞职"]
    {
        assert!(text.contains(part), "{text}");
    }
    let talk = ["工伤评了七级，辞职了，离职那份医疗补助怎么领", "厂里那份就业补助呢", "厂里不肯给怎么办"];
    let (_folder, command) = in_a_folder(&[&["ask", "--explain"], &talk[..]].concat());
    let text = String::from_utf8(run(command, "").stdout).unwrap();
    assert!(text.contains("对方说的是7级"), "{text}");
    let (_folder, command) = in_a_folder(&["ask"]);
    assert!(String::from_utf8(run(command, "失业金怎么申请\n").stdout).unwrap().starts_with("领失业金"));
}

#[test]
fn mask_keeps_the_line_and_hides_the_person() {
    let (_folder, command) = in_a_folder(&["mask"]);
    let output = run(command, "{\"text\": \"电话13800138000，交了12800元\"}\nx\n");
    let lines = json_lines(&output);
    assert_eq!(lines[0]["text"], "电话〔电话〕，交了12800元");
    assert!(lines[1]["error"].is_string());
}

#[test]
fn check_ends_with_1_on_errors_and_0_without() {
    let (folder, command) = in_a_folder(&["check"]);
    let output = run(command, "");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let mut start = Start::in_folder(folder.path());
    start.corpus = folder.path().join("corpus");
    std::fs::create_dir_all(&start.corpus).unwrap();
    std::fs::write(start.corpus.join("hall.toml"), "nmae = \"厅\"\n").unwrap();
    let mut command = start.command();
    command.arg("check");
    let output = run(command, "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("是不是想写 name（名称）？"));
}

#[test]
fn wrong_usage_and_configuration_end_with_2() {
    for (arguments, variable, value) in [
        (vec!["no-such-command"], "WENBAN_LOG", "info"),
        (vec!["check"], "WENBAN_LISTEN", "nowhere"),
        (vec!["check"], "WENBAN_CORPUS", "/no/such/folder"),
        (vec!["ask", "你好"], "WENBAN_INDEX", "/no/such/folder"),
    ] {
        let (_folder, mut command) = in_a_folder(&arguments);
        command.env(variable, value);
        let output = run(command, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {variable}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn index_is_built_once_for_a_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let index = |folder: &std::path::Path| {
        let mut command = Start::with_own_index(folder).command();
        command.arg("index");
        String::from_utf8(run(command, "").stdout).unwrap()
    };
    assert!(index(folder.path()).starts_with("built"));
    assert!(index(folder.path()).contains("up to date"));
}

#[test]
fn eval_prints_figures_and_failures() {
    let (folder, mut command) = in_a_folder(&["eval"]);
    let file = folder.path().join("questions.jsonl");
    let questions = [
        r#"{"q": "失业金怎么申请", "expect": ["unemployment-benefit"]}"#,
        r#"{"q": "火星上的石头", "expect": []}"#,
        r#"{"turns": [{"q": "失业金怎么申请", "expect": ["unemployment-benefit"]}, {"q": "要带什么", "expect": ["seal-registration"]}]}"#,
    ];
    std::fs::write(&file, questions.join("\n")).unwrap();
    command.arg(&file);
    let text = String::from_utf8(run(command, "").stdout).unwrap();
    assert!(text.contains("in    3: right 2") && text.contains("wrong 1") && text.contains("kept out 1"), "{text}");
    assert!(text.contains("Wrong\tquestions.jsonl"), "{text}");
}

#[test]
fn the_terminal_chat_takes_words_and_button_numbers() {
    let (_folder, command) = in_a_folder(&["chat"]);
    let text = String::from_utf8(run(command, "失业金怎么申请\n1\n").stdout).unwrap();
    assert!(text.contains("分") && text.contains("要带"), "{text}");
}

#[test]
fn the_terminal_chat_remembers_what_was_said_also_while_a_server_has_the_records() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = Start::in_folder(folder.path());
    let _server = start.serve();
    let mut command = start.command();
    command.arg("chat");
    let output = run(command, "失业金怎么申请\n要带什么\n");
    let (said, warned) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(warned.contains("not recorded"), "{warned}");
    assert!(said.contains("领失业金，要带"), "{said}");
}
