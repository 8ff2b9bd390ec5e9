//! Promise: in a group the bot answers who speaks to it and nobody else, and shows nobody's affairs to the others.

mod support;

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use support::bot_api::{BotApi, account, text};
use support::{TestHall, UNANSWERED};
use wenban::channels::telegram::Door;
use wenban::phrasing::ReplyId;
use wenban::records::{Channel, ConversationId, Records};
use wenban::store::MemoryStore;

/// One hall for all tests, since it takes long to build; each test has people of its own.
static HALL: LazyLock<TestHall> = LazyLock::new(TestHall::new);

const GROUP: i64 = -100_500;
const BOT: &str = "@wenban_bot";

async fn open() -> BotApi {
    let api = BotApi::default();
    let address = api.serve().await.parse().unwrap();
    let records = Records::new(Arc::new(MemoryStore::default()));
    tokio::spawn(Door::new(account("1:a-secret-token", address), HALL.hall(), &records).run());
    api
}

fn words(reply: ReplyId) -> String {
    HALL.hall().edition().phrasing.say(reply, &[]).text
}

/// A text in which every occurrence of `part` is marked as `kind`, as Telegram does.
fn marked(text: &str, part: &str, kind: &str) -> Value {
    let units = |text: &str| text.encode_utf16().count();
    let marks = text
        .match_indices(part)
        .map(|(at, _)| json!({ "type": kind, "offset": units(&text[..at]), "length": units(part) }));
    json!({ "text": text, "entities": marks.collect::<Vec<_>>() })
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_speaks_to_the_bot_is_answered() {
    let api = open().await;
    let say = |content: Value| api.send_in_group(GROUP, 11, content);
    // Between others, however much it looks like a call.
    say(json!({ "text": "失业金怎么申请" }));
    say(json!({ "text": format!("{BOT} 失业金怎么申请") }));
    say(marked("@wenban_bot2 失业金怎么申请", "@wenban_bot2", "mention"));
    say(marked("/help", "/help", "bot_command"));
    say(marked("/help@other_bot", "/help@other_bot", "bot_command"));
    say(json!({ "photo": [{ "file_id": "a", "file_unique_id": "a", "file_size": 1, "width": 1, "height": 1 }] }));
    let reply_to = |sender: Value| {
        json!({ "message_id": 3, "date": 1_776_000_000, "chat": { "id": GROUP, "type": "supergroup", "title": "邻居群" },
                "from": sender, "text": "…" })
    };
    say(json!({ "text": "失业金怎么申请",
        "reply_to_message": reply_to(json!({ "id": 12, "is_bot": false, "first_name": "邻居" })) }));
    // To the bot.
    let mut mention = marked(&format!("😀{BOT} 失业金怎么申请"), BOT, "mention");
    mention["message_id"] = json!(40);
    say(mention);
    say(marked("@Wenban_Bot 失业金怎么申请", "@Wenban_Bot", "mention"));
    say(
        json!({ "text": "谢谢", "reply_to_message": reply_to(json!({ "id": 1, "is_bot": true, "first_name": "问办" })) }),
    );
    say(marked("/help@wenban_bot", "/help@wenban_bot", "bot_command"));
    say(json!({ "text": "问办 再见", "entities": [{ "type": "text_mention", "offset": 0, "length": 2,
        "user": { "id": 1, "is_bot": true, "first_name": "问办" } }] }));
    say(marked(BOT, BOT, "mention"));
    let sent = api.wait_for("sendmessage", 6).await;
    assert!(sent.iter().all(|sent| sent["chat_id"] == GROUP), "{sent:?}");
    assert!(text(&sent[0]).starts_with("<b>领失业金") && text(&sent[1]).starts_with("<b>领失业金"), "{sent:?}");
    assert_eq!(sent[0]["reply_parameters"]["message_id"], 40);
    assert!(text(&sent[2]).contains("不客气") && text(&sent[3]).contains("都可以问"), "{sent:?}");
    assert!(text(&sent[4]).contains("再见") && text(&sent[5]).contains("问办"), "{sent:?}");
    assert_eq!(sent.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn neighbours_in_a_group_have_a_conversation_each() {
    let api = open().await;
    let say =
        |person: i64, words: &str| api.send_in_group(GROUP, person, marked(&format!("{BOT} {words}"), BOT, "mention"));
    say(21, "失业金怎么申请");
    say(22, "社保卡丢了怎么补");
    say(21, "那要带什么");
    api.press_in_group(GROUP, 22, "f:unemployment-benefit:fee");
    say(21, "去哪里办");
    let sent = api.wait_for("sendmessage", 5).await;
    assert!(text(&sent[2]).contains("失业金"), "{}", text(&sent[2]));
    assert!(text(&sent[4]).contains("失业金"), "{}", text(&sent[4]));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_receipt_is_shown_to_the_others_and_the_asker_finds_it_in_private() {
    let api = open().await;
    let say =
        |person: i64, words: &str| api.send_in_group(GROUP, person, marked(&format!("{BOT} {words}"), BOT, "mention"));
    let (asker, neighbour) = (31, 32);
    say(asker, UNANSWERED);
    say(asker, "我要投诉窗口收红包，乱收钱");
    say(asker, "帮我转人工");
    api.wait_for("sendmessage", 3).await;
    let waiting = HALL.records().waiting(&ConversationId::new(Channel::Telegram, "31")).unwrap();
    assert_eq!(waiting.len(), 3);
    for person in [asker, neighbour] {
        say(person, "到哪了");
        say(person, waiting[0].as_str());
        say(person, "删除我的记录");
        let mine = format!("/mine{BOT}");
        api.send_in_group(GROUP, person, marked(&mine, &mine, "bot_command"));
        api.press_in_group(GROUP, person, "mine");
    }
    let sent = api.wait_for("sendmessage", 13).await;
    for sent in &sent[..3] {
        assert!(text(sent).contains(&words(ReplyId::KeptPrivately)), "{}", text(sent));
    }
    for sent in &sent[3..] {
        assert!(text(sent).contains(&words(ReplyId::AskPrivately)), "{}", text(sent));
    }
    for receipt in &waiting {
        assert!(sent.iter().all(|sent| !text(sent).contains(receipt.as_str())), "{receipt}");
    }
    api.write(asker, "/mine");
    api.write(neighbour, "/mine");
    let sent = api.wait_for("sendmessage", 15).await;
    let to = |person: i64| text(sent.iter().find(|sent| sent["chat_id"] == person).unwrap());
    assert!(waiting.iter().all(|receipt| to(asker).contains(receipt.as_str())), "{}", to(asker));
    assert!(waiting.iter().all(|receipt| !to(neighbour).contains(receipt.as_str())), "{}", to(neighbour));
    api.write(asker, "删除我的记录");
    api.wait_for("sendmessage", 16).await;
    assert!(HALL.records().waiting(&ConversationId::new(Channel::Telegram, "31")).unwrap().is_empty());
}
