//! Promise: the Telegram door answers messages and button presses over the Bot API, and loses none to a crash.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use support::bot_api::{BotApi, account, text};
use support::server::{Server, Start};
use support::{ALSO_UNANSWERED, TestHall, UNANSWERED};
use tokio::sync::Semaphore;
use wenban::channels::telegram::Door;
use wenban::conversation::{Body, Message};
use wenban::records::{Channel, ConversationId, Outgoing, Records, Update};
use wenban::store::{MemoryStore, Store, Table};

static HALL: LazyLock<TestHall> = LazyLock::new(TestHall::new);

const TOKEN: &str = "123456:a-secret-token";

async fn start(api: &BotApi, folder: &std::path::Path) -> (Start, Server) {
    let mut start = Start::in_folder(folder);
    start.environment = vec![("TELOXIDE_TOKEN", TOKEN.to_owned()), ("TELOXIDE_API_URL", api.serve().await)];
    let server = start.serve();
    (start, server)
}

/// The door in this process: one hall for all tests, since it takes long to build, and records for each.
async fn open(api: &BotApi) -> Records {
    let address = api.serve().await.parse().unwrap();
    let records = Records::new(Arc::new(MemoryStore::default()));
    tokio::spawn(Door::new(account(TOKEN, address), HALL.hall(), &records).run());
    records
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
    let edited = api.wait_for("editmessagetext", 1).await;
    assert!(text(&edited[0]).contains("本人身份证") && edited[0]["message_id"] == 2, "{edited:?}");
    assert_eq!(api.wait_for("answercallbackquery", 1).await.len(), 1);
    api.wait_for("setmycommands", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_rated_below_it_and_the_levels_give_way_to_the_thanks() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let (_start, _server) = start(&api, folder.path()).await;
    api.write(7, "失业金怎么申请");
    let rows = |message: &Value| -> Vec<Value> {
        let rows = message["reply_markup"]["inline_keyboard"].as_array().expect("buttons");
        rows.iter().flat_map(|row| row.as_array().expect("a row").clone()).collect()
    };
    let answer = api.wait_for("sendmessage", 1).await.remove(0);
    let offer = rows(&answer).into_iter().find(|key| key["text"] == "这个回答有用吗？").expect("offered");
    api.press(7, offer["callback_data"].as_str().unwrap());
    let levels = rows(&api.wait_for("sendmessage", 2).await[1]);
    assert_eq!(levels.len(), 5);
    api.press(7, levels[4]["callback_data"].as_str().unwrap());
    let thanks = api.wait_for("editmessagetext", 1).await;
    assert!(text(&thanks[0]).contains("评价记下了") && text(&thanks[0]).contains("编号"), "{thanks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_27_things_without_words_and_forged_buttons_get_a_fitting_sentence() {
    let (api, folder) = (BotApi::default(), tempfile::tempdir().unwrap());
    let (_start, _server) = start(&api, folder.path()).await;
    api.send(8, json!({ "photo": [{ "file_id": "a", "file_unique_id": "b", "width": 1, "height": 1 }] }));
    api.press(8, "f:no-such-guide:fee");
    api.press(8, "\u{0}forged");
    let edited = api.wait_for("editmessagetext", 2).await;
    assert!(text(&api.wait_for("sendmessage", 1).await[0]).contains("照片"));
    assert!(edited[0]["reply_markup"]["inline_keyboard"].is_array());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_edited_any_more_is_sent_anew_and_what_is_the_same_stays() {
    let api = BotApi::default();
    open(&api).await;
    api.refuse("editmessagetext", refusal(400, "Bad Request: message can't be edited", None));
    api.press(7, "f:unemployment-benefit:documents");
    assert!(text(&api.wait_for("sendmessage", 1).await[0]).contains("本人身份证"));
    let same = "Bad Request: message is not modified: specified new message content and reply markup are exactly the \
                same as a current content and reply markup of the message";
    api.refuse("editmessagetext", refusal(400, same, None));
    api.press(7, "f:unemployment-benefit:documents");
    api.write(7, "谢谢");
    let sent = api.wait_for("sendmessage", 2).await;
    assert!(text(&sent[1]).contains("不客气"), "{sent:?}");
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
    api.write(7, UNANSWERED);
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
    let records = open(&api).await;
    api.add("hologram", json!({ "from": { "first_name": "群众" } }));
    api.add("message", json!({ "text": ["no", "message"] }));
    api.write(7, "你好");
    let sent = api.wait_for("sendmessage", 1).await;
    assert_eq!(sent[0]["chat_id"], 7);
    api.write(7, "谢谢");
    api.wait_for("sendmessage", 2).await;
    assert!(records.inbox().waiting().unwrap().iter().all(|id| *id > 2));
}

async fn wait_for_message(api: &BotApi, is_wanted: impl Fn(&Value) -> bool) {
    api.wait_until("sendmessage", |sent| sent.filter(|message| is_wanted(message)).count() > 0).await;
}

fn refusal(code: u16, description: &str, retry_after: Option<u32>) -> Value {
    let mut answer = json!({ "ok": false, "error_code": code, "description": description });
    if let Some(seconds) = retry_after {
        answer["parameters"] = json!({ "retry_after": seconds });
    }
    answer
}

fn chats(sent: &[Value]) -> Vec<i64> {
    sent.iter().filter_map(|message| message["chat_id"].as_i64()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_22_a_reply_waits_as_long_as_telegram_asks_and_holds_nobody_else() {
    let api = BotApi::default();
    api.refuse("sendmessage", refusal(429, "Too Many Requests: retry after 1", Some(1)));
    api.refuse("getupdates", refusal(429, "Too Many Requests: retry after 1", Some(1)));
    open(&api).await;
    api.write(7, "谢谢");
    api.write(7, "/help");
    let sent = api.wait_for("sendmessage", 2).await;
    assert!(text(&sent[0]).contains("不客气") && text(&sent[1]).contains("都可以问"), "{sent:?}");
    api.refuse("sendmessage", refusal(429, "Too Many Requests: retry after 3600", Some(3600)));
    api.write(8, "谢谢");
    api.write(8, "/help");
    assert_eq!(chats(&api.wait_for("refused sendmessage", 2).await), [7, 8]);
    api.write(9, "谢谢");
    let sent = api.wait_for("sendmessage", 3).await;
    assert_eq!(chats(&sent[2..]), [9], "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_23_a_newcomer_is_answered_before_the_backlog_of_sixty_flooding_chats() {
    let api = BotApi::default();
    open(&api).await;
    for _ in 0..25 {
        (1..=60).for_each(|chat| api.write(chat, "谢谢"));
    }
    let before = api.wait_for("sendmessage", 61).await.len();
    api.write(99, "谢谢");
    wait_for_message(&api, |message| message["chat_id"] == 99).await;
    let place = chats(&api.calls("sendmessage")).iter().position(|chat| *chat == 99).unwrap();
    // At 25 a second, what goes out in two seconds.
    assert!(place <= before + 50, "{place} after {before}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_24_whoever_floods_is_told_once_to_slow_down_and_harms_nobody() {
    let api = BotApi::default();
    let records = open(&api).await;
    (0..1_000).for_each(|_| api.write(7, "谢谢"));
    wait_for_message(&api, |message| text(message).contains("发得太快")).await;
    api.write(8, "谢谢");
    wait_for_message(&api, |message| message["chat_id"] == 8).await;
    let sent = api.calls("sendmessage");
    assert_eq!(sent.iter().filter(|message| text(message).contains("发得太快")).count(), 1);
    assert!(records.outbox().waiting().unwrap().len() <= 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_12_a_thousand_panics_cost_their_messages_an_apology_and_nothing_else() {
    const CHATS: i64 = 50;
    const BOOMS: usize = 20;
    let api = BotApi::default();
    let answered = Arc::new(Semaphore::new(0));
    let (address, hall) = (api.serve().await.parse().unwrap(), HALL.hall());
    let (count, calm) = (answered.clone(), hall.clone());
    let answerer = move |message: &Message| match &message.body {
        Body::Text(text) if text == "boom" => {
            count.add_permits(1);
            panic!("boom")
        }
        _ => calm.receive(message),
    };
    let records = Records::new(Arc::new(MemoryStore::default()));
    tokio::spawn(Door::answered_by(account(TOKEN, address), hall, &records, Arc::new(answerer)).run());
    for _ in 0..BOOMS {
        (1..=CHATS).for_each(|chat| api.write(chat, "boom"));
    }
    let all = answered.acquire_many(CHATS as u32 * BOOMS as u32).await.unwrap();
    drop(all);
    api.write(99, "谢谢");
    wait_for_message(&api, |message| text(message).contains("不客气")).await;
    let sent = api.calls("sendmessage");
    let apologies: Vec<&str> = sent.iter().filter(|message| message["chat_id"] != 99).map(text).collect();
    let is_apology = |text: &&str| text.chars().filter(char::is_ascii_digit).count() >= 8;
    assert!(!apologies.is_empty() && apologies.iter().all(is_apology), "{apologies:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_takes_long_shows_that_it_is_being_written() {
    let api = BotApi::default();
    let (address, hall) = (api.serve().await.parse().unwrap(), HALL.hall());
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let slow = hall.clone();
    let answerer = move |message: &Message| {
        gone.lock().unwrap().recv().unwrap();
        slow.receive(message)
    };
    let records = Records::new(Arc::new(MemoryStore::default()));
    tokio::spawn(Door::answered_by(account(TOKEN, address), hall, &records, Arc::new(answerer)).run());
    api.write(7, "谢谢");
    let shown = api.wait_for("sendchataction", 1).await;
    assert_eq!((shown[0]["chat_id"].as_i64(), shown[0]["action"].as_str()), (Some(7), Some("typing")));
    assert!(api.calls("sendmessage").is_empty());
    go.send(()).unwrap();
    api.wait_for("sendmessage", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_26_what_telegram_cannot_read_as_markup_is_sent_again_as_plain_text() {
    let api = BotApi::default();
    api.refuse("sendmessage", refusal(400, "Bad Request: can't parse entities: unsupported start tag", None));
    open(&api).await;
    api.write(7, "谢谢");
    let sent = api.wait_for("sendmessage", 1).await;
    assert!(sent[0]["parse_mode"].is_null() && !text(&sent[0]).contains('<'), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_30_a_blocked_bot_stops_writing_there_and_a_refused_token_keeps_what_waits() {
    let api = BotApi::default();
    let records = open(&api).await;
    api.refuse("sendmessage", refusal(403, "Forbidden: bot was blocked by the user", None));
    api.write(7, "谢谢");
    api.wait_for("refused sendmessage", 1).await;
    api.write(8, "谢谢");
    assert_eq!(chats(&api.wait_for("sendmessage", 1).await), [8]);
    api.refuse("sendmessage", refusal(400, "Bad Request: chat not found", None));
    api.write(9, "谢谢");
    api.wait_for("refused sendmessage", 2).await;
    api.write(10, "谢谢");
    assert_eq!(chats(&api.wait_for("sendmessage", 2).await), [8, 10]);
    api.refuse("sendmessage", refusal(401, "Unauthorized", None));
    api.write(11, "谢谢");
    assert_eq!(chats(&api.wait_for("sendmessage", 3).await), [8, 10, 11]);
    api.write(12, "谢谢");
    api.wait_for("sendmessage", 4).await;
    assert!(records.outbox().waiting().unwrap().len() <= 1, "what can never be sent is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_32_what_waits_while_telegram_is_down_goes_out_in_order_when_it_is_back() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let records = Records::new(Arc::new(MemoryStore::default()));
    let message = |text: &str, chat| Outgoing { chat, text: text.to_owned(), ..Outgoing::default() };
    let backlog = [message("一", 1), message("二", 1), message("三", 2), message("四", 1)];
    records.outbox().enqueue(None, &backlog).unwrap();
    let door = Door::new(account(TOKEN, format!("http://{address}").parse().unwrap()), HALL.hall(), &records);
    tokio::spawn(door.run());
    let api = BotApi::default();
    api.serve_on(&address).await;
    let sent = api.wait_for("sendmessage", 4).await;
    let first: Vec<&str> = sent.iter().filter(|message| message["chat_id"] == 1).map(text).collect();
    assert_eq!(first, ["一", "二", "四"]);
    assert!(sent.iter().any(|message| text(message) == "三"));
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

#[tokio::test(flavor = "multi_thread")]
async fn the_first_words_carry_the_privacy_notice_once_and_forgetting_erases_the_person_from_the_records() {
    const CHAT: i64 = 7_351_902_846;
    let api = BotApi::default();
    let records = open(&api).await;
    api.write(CHAT, "失业金怎么申请");
    api.write(CHAT, UNANSWERED);
    let sent = api.wait_for("sendmessage", 2).await;
    assert!(text(&sent[0]).contains("不要发证件号") && !text(&sent[1]).contains("不要发证件号"), "{sent:?}");
    api.write(CHAT, "/forget");
    let forgotten = api.wait_for("sendmessage", 3).await;
    assert!(text(&forgotten[2]).contains("删好了"), "{forgotten:?}");
    api.write(8, "谢谢");
    api.wait_for("sendmessage", 4).await;
    // The reply to somebody else has left, so the one before has been deleted or is being.
    let person = ConversationId::new(Channel::Telegram, &CHAT.to_string());
    assert!(records.waiting(&person).unwrap().is_empty());
    assert_eq!(records.conversation::<Value>(&person).unwrap(), None);
    api.write(CHAT, "谢谢");
    let again = api.wait_for("sendmessage", 5).await;
    assert!(text(&again[4]).contains("不要发证件号"), "a stranger again: {again:?}");
}

#[test]
fn forgetting_leaves_no_trace_of_the_chat_in_any_table() {
    let store = Arc::new(MemoryStore::default());
    let records = Records::new(store.clone());
    let update = |id: u64, chat: i64| Update {
        id,
        raw: json!({ "update_id": id, "message": { "chat": { "id": chat }, "text": "x" } }),
    };
    let (now, person) = (jiff::Timestamp::UNIX_EPOCH, ConversationId::new(Channel::Telegram, "73519"));
    records.inbox().receive(vec![update(1, 73_519), update(2, 73_519), update(3, 8)], now).unwrap();
    let message = |chat| Outgoing { chat, text: "好".to_owned(), ..Outgoing::default() };
    records.outbox().enqueue(None, &[message(73_519), message(8)]).unwrap();
    records.keep_conversation(&person, &"about something").unwrap();
    records.forget(&person).unwrap();
    // The wish itself goes with its answer.
    records.outbox().enqueue(Some(1), &[]).unwrap();
    let rows: Vec<_> = Table::ALL.into_iter().flat_map(|table| store.scan(table).unwrap()).collect();
    let text: String = rows
        .iter()
        .map(|(key, value)| format!("{}{}", String::from_utf8_lossy(key), String::from_utf8_lossy(value)))
        .collect();
    assert!(!text.contains("73519") && text.contains("\"chat\":8"), "{text}");
}

#[test]
fn fault_20_what_a_message_left_before_a_crash_is_kept_once() {
    let hall = TestHall::new();
    let conversation = ConversationId::new(Channel::Telegram, "7");
    let message = |words: &str, delivery| Message {
        conversation: conversation.clone(),
        channel: Channel::Telegram,
        body: Body::Text(words.to_owned()),
        delivery: Some(delivery),
    };
    let unknown = message(UNANSWERED, 1);
    // Between what is kept and the reply on its way: the message comes again after the start.
    let first = hall.hall().receive(&unknown).receipt;
    let again = hall.hall().receive(&unknown).receipt;
    assert!(first.is_some() && first == again);
    assert_eq!(hall.records().questions().unwrap().len(), 1);
    hall.records().outbox().enqueue(Some(1), &[]).unwrap();
    let another = hall.hall().receive(&message(ALSO_UNANSWERED, 2)).receipt;
    assert_ne!(first, another);
    assert_eq!(hall.records().questions().unwrap().len(), 2);
}
