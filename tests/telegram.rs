//! Promise: the Telegram door answers messages and button presses over the Bot API, and loses none to a crash.

mod support;

use serde_json::{Value, json};
use support::bot_api::BotApi;
use support::server::{Server, Start};

const TOKEN: &str = "123456:a-secret-token";

async fn start(api: &BotApi, folder: &std::path::Path) -> (Start, Server) {
    let mut start = Start::in_folder(folder);
    start.environment = vec![("TELOXIDE_TOKEN", TOKEN.to_owned()), ("TELOXIDE_API_URL", api.serve().await)];
    let server = start.serve();
    (start, server)
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
