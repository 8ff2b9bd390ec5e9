//! Promise: what was acknowledged to a person is on disk, whatever happens to the process.

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Duration;

use support::server::Start;

/// Rounds of `kill -9`; `WENBAN_KILL_ROUNDS` asks for a longer run.
fn rounds() -> u64 {
    std::env::var("WENBAN_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(50)
}

/// Spread over 0 to 60 ms without a random source, the same in every run.
fn patience(round: u64) -> Duration {
    Duration::from_micros(round.wrapping_mul(7_919_933) % 60_000)
}

#[test]
fn every_acknowledged_receipt_is_there_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::in_folder(folder.path());
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds() {
        let mut child = start
            .command()
            .arg("chat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut questions = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let (first_receipt, seen) = std::sync::mpsc::channel();
        // One writes unanswerable questions without pause, one reads what is acknowledged, the third pulls the plug.
        let receipts = std::thread::scope(|scope| {
            scope.spawn(move || {
                (0..)
                    .take_while(|n| writeln!(questions, "第{n}次问，为什么这里的社保政策跟别的市不一样").is_ok())
                    .count()
            });
            let reader = scope.spawn(move || {
                let mut receipts = Vec::new();
                for line in answers.lines().map_while(Result::ok) {
                    if let Some(receipt) =
                        line.strip_prefix("已经记下来了，编号").and_then(|rest| rest.strip_suffix("。"))
                    {
                        receipts.push(receipt.to_owned());
                        let _ = first_receipt.send(());
                    }
                }
                receipts
            });
            seen.recv_timeout(Duration::from_secs(60)).expect("the first receipt comes");
            // Somewhere in the stream: the wait is what is varied, nothing waits for it to pass.
            let _ = seen.recv_timeout(Duration::ZERO);
            std::thread::park_timeout(patience(round));
            child.kill().unwrap();
            child.wait().unwrap();
            reader.join().unwrap()
        });
        acknowledged.extend(receipts);
    }
    let output = start.command().args(["export", "questions", "--format", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let kept: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let kept: BTreeSet<String> = kept.iter().map(|row| row["receipt"].as_str().unwrap().to_owned()).collect();
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    println!("{} rounds, {} acknowledged, {} lost", rounds(), acknowledged.len(), lost.len());
    assert!(acknowledged.len() >= rounds() as usize);
    assert!(lost.is_empty(), "lost: {lost:?}");
}
