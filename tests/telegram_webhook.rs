//! Promise: a webhook does what polling does, keeps strangers out, and is set and deleted by command only.

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use support::UNANSWERED;
use support::bot_api::{BotApi, text};
use support::server::{Server, Start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const TOKEN: &str = "123456:a-secret-token";
const SECRET: &str = "a-secret_of-the-webhook";
const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

/// A server to which Telegram may deliver.
async fn by_webhook(api: &BotApi, folder: &Path) -> Start {
    let mut start = by_polling(api, folder).await;
    start.environment.push(("WENBAN_TELEGRAM_WEBHOOK_PATH", "hook-1".to_owned()));
    start.environment.push(("WENBAN_TELEGRAM_WEBHOOK_SECRET", SECRET.to_owned()));
    start
}

async fn by_polling(api: &BotApi, folder: &Path) -> Start {
    let mut start = Start::in_folder(folder);
    start.environment = vec![("TELOXIDE_TOKEN", TOKEN.to_owned()), ("TELOXIDE_API_URL", api.serve().await)];
    start
}

async fn run(start: &Start, arguments: &[&str]) -> Output {
    let mut command = start.command();
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn update(id: u64, text: &str) -> Value {
    let person = json!({ "id": 7, "is_bot": false, "first_name": "群众" });
    let chat = json!({ "id": 7, "type": "private", "first_name": "群众" });
    json!({ "update_id": id, "message": { "message_id": id, "date": 1_776_000_000, "chat": chat, "from": person, "text": text } })
}

async fn deliver(server: &Server, update: &Value) -> StatusCode {
    let request = reqwest::Client::new().post(format!("{}/telegram/hook-1", server.address)).header(HEADER, SECRET);
    request.json(update).send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_over_a_webhook_that_a_command_sets_and_deletes() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let start = by_webhook(&api, folder.path()).await;
    let server = start.serve();
    let set = run(&start, &["telegram", "set-webhook", &server.address]).await;
    assert!(set.status.success() && String::from_utf8_lossy(&set.stdout).contains("/telegram/hook-1"), "{set:?}");
    let registered = &api.calls("setwebhook")[0];
    assert_eq!(registered["secret_token"], SECRET);
    assert!(registered["allowed_updates"].as_str().unwrap().contains("callback_query"), "{registered}");
    api.write(7, "/start");
    api.write(7, "失业金怎么申请");
    let sent = api.wait_for("sendmessage", 2).await;
    assert!(text(&sent[0]).contains("问办"));
    assert!(text(&sent[1]).starts_with("<b>领失业金"), "{}", text(&sent[1]));
    api.press(7, sent[1]["reply_markup"]["inline_keyboard"][0][0]["callback_data"].as_str().unwrap());
    api.wait_for("answercallbackquery", 1).await;
    api.write(7, UNANSWERED);
    api.wait_until_acknowledged().await;
    let deleted = run(&start, &["telegram", "delete-webhook"]).await;
    assert!(deleted.status.success(), "{deleted:?}");
    assert_eq!(api.calls("deletewebhook").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_and_stopping_leave_the_registration_alone() {
    for polls in [true, false] {
        let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
        let start = if polls { by_polling(&api, folder.path()).await } else { by_webhook(&api, folder.path()).await };
        let server = start.serve();
        if polls {
            api.write(7, "你好");
        } else {
            assert_eq!(deliver(&server, &update(1, "你好")).await, 200);
        }
        api.wait_for("sendmessage", 1).await;
        assert!(server.terminate().success());
        let changes = [api.calls("setwebhook"), api.calls("deletewebhook")].concat();
        assert!(changes.is_empty(), "{changes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_with_200_is_answered_after_a_kill_once() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let start = by_webhook(&api, folder.path()).await;
    let server = start.serve();
    for id in 1..=20 {
        assert_eq!(deliver(&server, &update(id, "/start unemployment-benefit")).await, 200);
    }
    server.kill();
    let before = api.calls("sendmessage").len();
    let server = start.serve();
    for id in 1..=20 {
        assert_eq!(deliver(&server, &update(id, "/start unemployment-benefit")).await, 200);
    }
    assert_eq!(deliver(&server, &update(21, "谢谢")).await, 200);
    let is_thanks = |sent: &Value| text(sent).contains("不客气");
    api.wait_until("sendmessage", |sent| sent.filter(|sent| is_thanks(sent)).count() > 0).await;
    // One may have been on its way when the server was killed.
    let sent = api.calls("sendmessage").len();
    assert!((21..=22).contains(&sent), "{before} before the kill, {sent} in all");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_33_strangers_and_broken_deliveries_are_turned_away_and_nothing_is_kept() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let start = by_webhook(&api, folder.path()).await;
    let server = start.serve();
    let (client, url) = (reqwest::Client::new(), format!("{}/telegram/hook-1", server.address));
    let body = update(1, "你好");
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(status(client.post(&url).json(&body)).await, 401);
    for wrong in ["", "a-secret_of-the-webhooj", "a-secret_of-the-webhook2", "a-secret"] {
        assert_eq!(status(client.post(&url).header(HEADER, wrong).json(&body)).await, 401, "{wrong}");
    }
    for wrong in ["/telegram/hook-2", "/telegram/", "/telegram", "/telegram/hook-1/x", "/telegram/HOOK-1"] {
        let request = client.post(format!("{}{wrong}", server.address)).header(HEADER, SECRET).json(&body);
        assert_eq!(status(request).await, 404, "{wrong}");
    }
    assert_eq!(status(client.get(&url).header(HEADER, SECRET)).await, 405);
    for broken in ["", "{", "[]", "{\"message\": {}}", "{\"update_id\": \"1\"}", "{\"update_id\": -1}"] {
        assert_eq!(status(client.post(&url).header(HEADER, SECRET).body(broken)).await, 400, "{broken}");
    }
    let head = |length: usize| {
        format!(
            "POST /telegram/hook-1 HTTP/1.1\r\nHost: wenban\r\n{HEADER}: {SECRET}\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let address = server.address.trim_start_matches("http://");
    for (length, expected) in [(10 * 1024 * 1024, "413"), (1000, "408")] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(head(length).as_bytes()).await.unwrap();
        stream.write_all(b"{\"update_id\": 1,").await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer[9..], expected.as_bytes());
    }
    // Whatever had been kept of all that would count as this update, and be answered before it.
    assert_eq!(deliver(&server, &update(1, "谢谢")).await, 200);
    let sent = api.wait_for("sendmessage", 1).await;
    assert!(text(&sent[0]).contains("不客气"), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_31_of_two_pollers_the_refused_one_says_so_backs_off_and_serves_the_web() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let conflict = json!({ "ok": false, "error_code": 409, "description":
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running" });
    api.refuse("getupdates", conflict.clone());
    api.refuse("getupdates", conflict);
    let start = by_polling(&api, folder.path()).await;
    let log = folder.path().join("log");
    api.write(7, "谢谢");
    let started = Instant::now();
    let server = start.serve_with_log(fs::File::create(&log).unwrap().into());
    assert_eq!(reqwest::get(format!("{}/healthz", server.address)).await.unwrap().status(), 200);
    api.wait_for("sendmessage", 1).await;
    assert!(started.elapsed() >= Duration::from_secs(3), "two pauses, the second twice as long");
    let log = fs::read_to_string(&log).unwrap();
    let said = log.lines().filter(|line| line.contains("ERROR") && line.contains("another program polls")).count();
    assert_eq!(said, 2, "{log}");
    assert!(!log.contains("a-secret-token"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_telegram_refuses_or_that_lacks_its_settings_is_a_clear_error() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let start = by_polling(&api, folder.path()).await;
    let unset = run(&start, &["telegram", "set-webhook", "https://wenban.example"]).await;
    assert_eq!(unset.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unset.stderr).contains("telegram_webhook_secret"), "{unset:?}");
    let start = by_webhook(&api, folder.path()).await;
    api.refuse("setwebhook", json!({ "ok": false, "error_code": 400, "description": "Bad Request: bad webhook: no" }));
    let refused = run(&start, &["telegram", "set-webhook", "https://wenban.example"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("bad webhook: no"), "{refused:?}");
    let mut tokenless = by_webhook(&api, folder.path()).await;
    tokenless.environment.retain(|(key, _)| *key != "TELOXIDE_TOKEN");
    assert_eq!(run(&tokenless, &["telegram", "delete-webhook"]).await.status.code(), Some(2));
    assert_eq!(run(&tokenless, &["serve"]).await.status.code(), Some(2));
    let mut unreachable = by_webhook(&api, folder.path()).await;
    unreachable.environment.retain(|(key, _)| *key != "TELOXIDE_API_URL");
    unreachable.environment.push(("TELOXIDE_API_URL", "http://127.0.0.1:9".to_owned()));
    let lost = run(&unreachable, &["telegram", "delete-webhook"]).await;
    assert_eq!(lost.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&lost.stderr).contains("a-secret-token"), "{lost:?}");
}
