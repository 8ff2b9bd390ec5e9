//! Promise: what the README shows is what the program does.

mod support;

use std::fs;

use support::root;
use support::server::Start;

#[test]
fn the_transcript_in_the_readme_is_what_the_program_prints() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let transcript = readme.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let (command, shown) = transcript.split_once('\n').unwrap();
    let question = command.strip_prefix("$ wenban ask \"").unwrap().strip_suffix('"').unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = Start::in_folder(folder.path()).command().args(["ask", question]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), shown);
}

#[test]
fn every_setting_and_command_in_the_readme_exists_and_none_is_left_out() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let settings = fs::read_to_string(root().join("src/settings.rs")).unwrap();
    let keys = ["CORPUS", "INDEX", "DATA", "LISTEN", "LOG", "RELOAD_SECONDS"];
    for key in keys.into_iter().chain(["TELEGRAM_WEBHOOK_PATH", "TELEGRAM_WEBHOOK_SECRET"]) {
        let variable = format!("WENBAN_{key}");
        assert!(readme.contains(&format!("`{variable}`")) && settings.contains(&format!("`{variable}`")), "{variable}");
    }
    let folder = tempfile::tempdir().unwrap();
    let help = Start::in_folder(folder.path()).command().arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for command in ["check", "chat", "ask", "export", "eval", "fit", "mask", "telegram"] {
        assert!(
            help.contains(&format!("\n  {command} ")) && readme.contains(&format!("wenban {command}")),
            "{command}"
        );
    }
}

#[test]
fn the_readme_pictures_and_links_lead_somewhere() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for target in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(root().join(target).exists(), "{target}");
    }
}
