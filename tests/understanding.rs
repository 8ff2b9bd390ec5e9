//! Promise: the questions that staff confirmed, none of which the index has seen, go on being understood.

mod support;

use std::collections::BTreeMap;

use support::server::Start;

#[test]
fn confirmed_questions_are_understood_at_least_as_well_as_promised() {
    let folder = tempfile::tempdir().unwrap();
    let output = Start::in_folder(folder.path()).command().args(["eval", "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // By file and whether it is a follow-up: how often each verdict was given.
    let mut counts: BTreeMap<(String, bool), BTreeMap<String, usize>> = BTreeMap::new();
    for scored in results["scored"].as_array().unwrap() {
        let key = (scored["file"].as_str().unwrap().to_owned(), scored["is_follow_up"].as_bool().unwrap());
        let verdict = scored["verdict"].as_str().unwrap().to_owned();
        *counts.entry(key).or_default().entry(verdict).or_default() += 1;
    }
    println!("{counts:#?}");
    // How often the sentence wanted was met in each way.
    let mut sentences: BTreeMap<&str, usize> = BTreeMap::new();
    for met in results["scored"].as_array().unwrap().iter().filter_map(|scored| scored["sentence"].as_str()) {
        *sentences.entry(met).or_default() += 1;
    }
    println!("{sentences:#?}");
    let share = |file: &str, is_follow_up: bool, verdicts: &[&str], of: &[&str]| {
        let counts = &counts[&(file.to_owned(), is_follow_up)];
        let sum = |names: &[&str]| names.iter().filter_map(|name| counts.get(*name)).sum::<usize>() as f64;
        sum(verdicts) / sum(of)
    };
    const INSIDE: [&str; 6] = ["right", "offered", "near", "misled", "missed", "wrong"];
    const OUTSIDE: [&str; 2] = ["kept_out", "false"];
    // A little below what was measured when the questions were confirmed.
    assert!(share("matters.jsonl", false, &["right"], &INSIDE) >= 0.90);
    assert!(share("matters.jsonl", false, &["right", "offered"], &INSIDE) >= 0.97);
    assert!(share("matters.jsonl", false, &["wrong"], &INSIDE) <= 0.03);
    assert!(share("letters.jsonl", false, &["right"], &INSIDE) >= 0.94);
    assert!(share("letters.jsonl", false, &["false"], &OUTSIDE) <= 0.04);
    assert!(share("elsewhere.jsonl", false, &["false"], &OUTSIDE) <= 0.03);
    // Words of a guide about another thing.
    assert!(share("near_misses.jsonl", false, &["false"], &OUTSIDE) <= 0.06);
    assert!(share("voices.jsonl", false, &["right"], &INSIDE) >= 0.93);
    assert!(share("voices.jsonl", false, &["right", "offered"], &INSIDE) >= 0.97);
    assert!(share("voices.jsonl", false, &["wrong"], &INSIDE) <= 0.03);
    assert!(share("voices.jsonl", false, &["false"], &OUTSIDE) <= 0.04);
    assert!(share("dialogs.jsonl", true, &["right"], &INSIDE) >= 0.82);
    assert!(share("follow-ups.jsonl", true, &["right"], &INSIDE) >= 0.92);
    assert!(share("stories.jsonl", true, &["right"], &INSIDE) >= 0.83);
    assert!(share("stories.jsonl", true, &["false"], &OUTSIDE) <= 0.22);
    assert!(share("talks.jsonl", true, &["right"], &INSIDE) >= 0.87);
    // Said in the middle of a matter, and not about it.
    assert!(share("remarks.jsonl", true, &["right"], &INSIDE) >= 0.85);
    assert!(share("remarks.jsonl", true, &["false"], &OUTSIDE) <= 0.3);
    let sum = |names: &[&str]| names.iter().filter_map(|name| sentences.get(name)).sum::<usize>() as f64;
    const WANTED: [&str; 4] = ["first", "nearest", "among", "unsaid"];
    assert!(sum(&["first", "nearest", "among"]) / sum(&WANTED) >= 0.84);
    assert!(sum(&["first"]) / sum(&WANTED) >= 0.7);
    // What the guide leaves open is said to be so, or the nearest is told as no more than that.
    assert!(sum(&["left_open", "doubted"]) / sum(&["left_open", "doubted", "made_out"]) >= 0.5);
}
