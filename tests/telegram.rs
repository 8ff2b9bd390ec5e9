//! Promise: the Telegram door answers messages and button presses over the Bot API, and loses none to a crash.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use support::TestHall;
use support::bot_api::BotApi;
use support::server::{Server, Start};
use wenban::channels::telegram::Door;
use wenban::records::{Inbox, Records};
use wenban::store::MemoryStore;

static HALL: LazyLock<TestHall> = LazyLock::new(TestHall::new);

const TOKEN: &str = "123456:a-secret-token";

async fn start(api: &BotApi, folder: &std::path::Path) -> (Start, Server) {
    let mut start = Start::in_folder(folder);
    start.environment = vec![("TELOXIDE_TOKEN", TOKEN.to_owned()), ("TELOXIDE_API_URL", api.serve().await)];
    let server = start.serve();
    (start, server)
}

/// The door in this process: one hall for all tests, since it takes long to build, and an inbox for each.
async fn open(api: &BotApi) -> Inbox {
    let address = api.serve().await.parse().unwrap();
    let inbox = Records::new(Arc::new(MemoryStore::default())).inbox();
    tokio::spawn(Door::new(TOKEN, Some(address), HALL.hall(), inbox.clone()).run());
    inbox
}

fn text(call: &Value) -> &str {
    call["text"].as_str().expect("a message has text")
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_a_message_and_a_button_press() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let (_start, _server) = start(&api, folder.path()).await;
    api.write(7, "/start");
    api.write(7, "失业金怎么申请 <b>&");
    let sent = api.wait_for("sendmessage", 2).await;
    assert!(text(&sent[0]).contains("问办"));
    assert!(text(&sent[1]).starts_with("<b>领失业金"), "{}", text(&sent[1]));
    assert_eq!(sent[1]["parse_mode"], "HTML");
    let button = &sent[1]["reply_markup"]["inline_keyboard"][0][0];
    assert_eq!(button["text"], "带什么");
    api.press(7, button["callback_data"].as_str().unwrap());
    let sent = api.wait_for("sendmessage", 3).await;
    assert!(text(&sent[2]).contains("本人身份证"));
    assert_eq!(api.wait_for("answercallbackquery", 1).await.len(), 1);
    api.wait_for("setmycommands", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn things_without_words_and_forged_buttons_get_a_fitting_sentence() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let (_start, _server) = start(&api, folder.path()).await;
    api.send(8, json!({ "photo": [{ "file_id": "a", "file_unique_id": "b", "width": 1, "height": 1 }] }));
    api.press(8, "f:no-such-guide:fee");
    api.press(8, "\u{0}forged");
    let sent = api.wait_for("sendmessage", 3).await;
    assert!(text(&sent[0]).contains("照片"));
    assert!(sent[1]["reply_markup"]["inline_keyboard"].is_array());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_bot_answers_after_the_restart_what_it_had_not_answered_before() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let (start, server) = start(&api, folder.path()).await;
    api.write(9, "你好");
    api.wait_for("sendmessage", 1).await;
    server.kill();
    for _ in 0..5 {
        api.write(9, "失业金怎么申请");
    }
    assert!(api.unacknowledged() >= 5);
    let _server = start.serve();
    api.wait_for("sendmessage", 6).await;
}

/// Rounds of `kill -9`; `WENBAN_KILL_ROUNDS` asks for a longer run.
fn rounds() -> usize {
    std::env::var("WENBAN_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3)
}

/// The chat and the guide of an answer, told by its buttons.
fn answered(sent: &Value) -> Option<(i64, String)> {
    let button = sent["reply_markup"]["inline_keyboard"][0][0]["callback_data"].as_str()?;
    Some((sent["chat_id"].as_i64()?, button.split(':').nth(1)?.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_20_no_message_is_lost_however_often_the_bot_is_killed() {
    const CHATS: usize = 20;
    const MESSAGES: usize = 5;
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let files = support::SHIPPED.iter().map(|file| Path::new(&file.path));
    let guides = files.filter(|path| path.starts_with("guides")).filter_map(|path| path.file_stem()?.to_str());
    let guides: Vec<String> = guides.map(str::to_owned).collect();
    let mut start = Start::in_folder(folder.path());
    start.environment = vec![("TELOXIDE_TOKEN", TOKEN.to_owned()), ("TELOXIDE_API_URL", api.serve().await)];
    let mut asked = BTreeSet::new();
    for round in 0..rounds() {
        for chat in round * CHATS..(round + 1) * CHATS {
            for guide in guides.iter().cycle().skip(round * MESSAGES).take(MESSAGES) {
                api.write(chat as i64 + 1, &format!("/start {guide}"));
                asked.insert((chat as i64 + 1, guide.clone()));
            }
        }
        let before = api.calls("sendmessage").len();
        let server = start.serve();
        api.wait_for("sendmessage", before + 1 + round * 13 % 90).await;
        server.kill();
    }
    let _server = start.serve();
    api.wait_until("sendmessage", |sent| sent.filter_map(answered).collect::<BTreeSet<_>>().is_superset(&asked)).await;
    let sent = api.calls("sendmessage").len();
    println!("{} rounds, {} messages, 0 lost, {} answered twice", rounds(), asked.len(), sent - asked.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_18_a_message_delivered_again_is_answered_once() {
    let api = BotApi::default();
    open(&api).await;
    api.write(7, "火星上的石头能不能寄回来当纪念品");
    api.wait_for("sendmessage", 1).await;
    api.forget_acknowledgements(5);
    api.write(7, "谢谢");
    let sent = api.wait_for("sendmessage", 2).await;
    assert!(text(&sent[1]).contains("不客气"), "{}", text(&sent[1]));
    assert_eq!(sent.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_29_updates_nobody_understands_are_set_aside_and_the_others_are_answered() {
    let api = BotApi::default();
    let inbox = open(&api).await;
    api.add("hologram", json!({ "from": { "first_name": "群众" } }));
    api.add("message", json!({ "text": ["no", "message"] }));
    api.write(7, "你好");
    let sent = api.wait_for("sendmessage", 1).await;
    assert_eq!(sent[0]["chat_id"], 7);
    api.write(7, "谢谢");
    api.wait_for("sendmessage", 2).await;
    assert!(inbox.waiting().unwrap().iter().all(|id| *id > 2), "{:?}", inbox.waiting());
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_22_a_reply_waits_as_long_as_telegram_asks() {
    let api = BotApi::default();
    api.refuse(
        "sendmessage",
        json!({ "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 1",
                "parameters": { "retry_after": 1 } }),
    );
    open(&api).await;
    api.write(7, "谢谢");
    api.write(7, "/help");
    let sent = api.wait_for("sendmessage", 2).await;
    assert!(text(&sent[0]).contains("不客气") && text(&sent[1]).contains("都可以问"), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_34_a_deep_link_opens_its_guide_and_any_other_payload_the_welcome() {
    let api = BotApi::default();
    open(&api).await;
    api.write(7, "/start unemployment-benefit");
    for payload in ["no-such-guide", "../../etc/passwd", "g:unemployment-benefit", "\u{202e}\u{0}\u{feff}"] {
        api.write(7, &format!("/start {payload}"));
    }
    api.write(7, &format!("/start {}", "_".repeat(64)));
    let sent = api.wait_for("sendmessage", 6).await;
    assert_eq!(answered(&sent[0]), Some((7, "unemployment-benefit".to_owned())));
    assert!(sent[1..].iter().all(|welcome| text(welcome) == text(&sent[1])), "{sent:?}");
    assert!(text(&sent[1]).contains("问办"));
}
