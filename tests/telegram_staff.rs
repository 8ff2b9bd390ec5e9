//! Promise: a question nobody could answer reaches the staff, and their answer reaches whoever asked, in every channel.

mod support;

use serde_json::{Value, json};
use support::bot_api::{BotApi, account, text};
use support::{ALSO_UNANSWERED, TestHall, UNANSWERED};
use wenban::channels::telegram::{Account, Door};
use wenban::conversation::{Outcome, Reply};
use wenban::records::export::{Collection, Format};
use wenban::records::{Channel, ConversationId, Receipt, State};

const STAFF: i64 = -100_900;
const GROUP: i64 = -100_500;
const BOT: &str = "@wenban_bot";

async fn open(hall: &TestHall) -> BotApi {
    let api = BotApi::default();
    let address = api.serve().await.parse().unwrap();
    let account = Account { staff_group: Some(STAFF), ..account("1:a-secret-token", address) };
    tokio::spawn(Door::new(account, hall.hall(), &hall.records()).run());
    api
}

/// What was sent to `chat`, once there are `count`.
async fn sent_to(api: &BotApi, chat: i64, count: usize) -> Vec<Value> {
    let is_for = |sent: &&Value| sent["chat_id"] == chat;
    api.wait_until("sendmessage", |sent| sent.filter(is_for).count() >= count).await;
    api.calls("sendmessage").into_iter().filter(|sent| is_for(&sent)).collect()
}

/// The text of a message without its mark-up, as Telegram hands it on.
fn plain(message: &Value) -> String {
    text(message).replace("<b>", "").replace("</b>", "")
}

fn receipt_in(message: &Value) -> Receipt {
    text(message).split(|c: char| !c.is_ascii_digit()).find_map(Receipt::parse).expect("a number")
}

/// A member of staff replies to what the bot sent to the group.
fn reply(api: &BotApi, staff: &str, post: &Value, mut content: Value) {
    content["message_id"] = json!(70);
    content["from"] = json!({ "id": staff.len(), "is_bot": false, "first_name": staff });
    content["reply_to_message"] = json!({
        "message_id": 60, "date": 1_776_000_000, "chat": { "id": STAFF, "type": "supergroup", "title": "大厅" },
        "from": { "id": 1, "is_bot": true, "first_name": "问办" }, "text": plain(post),
    });
    let mut message = json!({ "chat": { "id": STAFF, "type": "supergroup", "title": "大厅" }, "date": 1_776_000_000 });
    message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    api.add("message", message);
}

fn buttons(message: &Value) -> Vec<(String, String)> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
    let keys = rows.into_iter().flat_map(|row| row.as_array().cloned().unwrap_or_default());
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    keys.map(|key| (word(&key["text"]), word(&key["callback_data"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_nobody_could_answer_is_answered_by_a_reply_in_the_staff_group() {
    let hall = TestHall::new();
    let api = open(&hall).await;
    api.write(7, &format!("{UNANSWERED} <i>&，我电话13800138000"));
    let receipt = receipt_in(&sent_to(&api, 7, 1).await[0]);
    let post = sent_to(&api, STAFF, 1).await.remove(0);
    for part in [receipt.as_str(), "年年都变", "&lt;i&gt;&amp;", "先管这件事的", "Telegram", "4月15日09:30"]
    {
        assert!(text(&post).contains(part), "{part}: {}", text(&post));
    }
    assert!(!text(&post).contains("13800138000"));

    reply(&api, "阿明", &post, json!({ "text": "能寄。先到1号窗口，打0663-3261234问。别发13900139000" }));
    let answer = sent_to(&api, 7, 2).await.remove(1);
    assert!(text(&answer).contains(receipt.as_str()) && text(&answer).contains("年年都变"), "{}", text(&answer));
    assert!(text(&answer).contains("窗口答复：能寄。先到1号窗口，打0663-3261234问。别发〔电话〕"), "{}", text(&answer));
    let taken = sent_to(&api, STAFF, 2).await.remove(1);
    assert_eq!(taken["reply_parameters"]["message_id"], 70);
    assert!(text(&taken).contains("〔电话〕"), "what was masked is shown: {}", text(&taken));
    let edited = api.wait_for("editmessagetext", 1).await.remove(0);
    assert_eq!((edited["chat_id"].as_i64(), edited["message_id"].as_i64()), (Some(STAFF), Some(60)));
    assert!(text(&edited).contains("阿明") && text(&edited).contains("能寄"), "{}", text(&edited));

    reply(&api, "阿珍珍", &post, json!({ "text": "不能寄" }));
    let refused = sent_to(&api, STAFF, 3).await.remove(2);
    assert!(text(&refused).contains("阿明") && text(&refused).contains("能寄。先到1号窗口"), "{}", text(&refused));
    api.write(7, &format!("到哪了 {receipt}"));
    assert!(text(&sent_to(&api, 7, 3).await[2]).contains("已经有答复了"));
    api.write(8, "/mine");
    assert!(!text(&sent_to(&api, 8, 1).await[0]).contains(receipt.as_str()));

    let question = hall.records().question(&receipt).unwrap().unwrap();
    let kept = question.answer.expect("it is kept with the question");
    assert_eq!((question.state, kept.by.as_str()), (State::Answered, "阿明"));
    assert!(hall.records().waiting(&ConversationId::new(Channel::Telegram, "7")).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wording_is_proposed_to_the_editors_by_a_button_and_comes_with_the_export() {
    let hall = TestHall::new();
    let api = open(&hall).await;
    // Turned down offers become the candidates.
    api.write(7, "养老");
    sent_to(&api, 7, 1).await;
    api.press(7, "none");
    let post = sent_to(&api, STAFF, 1).await.remove(0);
    assert!(text(&post).contains("可能是："), "{}", text(&post));
    reply(&api, "阿明", &post, json!({ "text": "问的是退休金，带身份证来。" }));
    let taken = sent_to(&api, STAFF, 2).await.remove(1);
    let (label, token) = buttons(&taken).remove(0);
    assert_eq!(label, "记入指南问法");
    api.press_in_group(STAFF, 5, &token);
    let edited = api.wait_for("editmessagetext", 3).await;
    let which =
        edited.iter().find(|edited| !buttons(edited).is_empty() && text(edited).contains("哪一件")).expect("a choice");
    let choices = buttons(which);
    assert_eq!(choices.last().unwrap().0, "都不是，请编辑定");
    api.press_in_group(STAFF, 5, &choices[0].1);
    let edited = api.wait_for("editmessagetext", 4).await;
    assert!(text(&edited[3]).contains(&choices[0].0), "{}", text(&edited[3]));

    let edition = hall.hall().edition();
    let export = |what: Collection, format| what.export(&hall.records(), &edition.corpus, format).unwrap();
    let rows: Value = serde_json::from_slice(&export(Collection::Proposals, Format::Json)).unwrap();
    let entry = rows[0]["entry"].as_str().unwrap();
    assert!(choices[0].1.ends_with(&format!(":{entry}")), "{rows}");
    assert_eq!(
        (rows[0]["text"].as_str(), rows[0]["answer"].as_str()),
        (Some("养老"), Some("问的是退休金，带身份证来。"))
    );
    let table = String::from_utf8(export(Collection::Questions, Format::Csv)).unwrap();
    for words in ["窗口答复", "问的是退休金", "阿明", "已答复"] {
        assert!(table.contains(words), "{words}: {table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asker_of_another_channel_hears_the_answer_with_their_next_message_and_once() {
    let hall = TestHall::new();
    let api = open(&hall).await;
    let (aunt, stranger) = (hall.citizen("aunt"), hall.citizen("stranger"));
    let receipt = aunt.says(&hall, UNANSWERED).is(Outcome::Admit).receipt();
    let post = sent_to(&api, STAFF, 1).await.remove(0);
    assert!(text(&post).contains("网页"), "{}", text(&post));
    reply(&api, "阿明", &post, json!({ "text": "不能寄。" }));
    sent_to(&api, STAFF, 2).await;
    let says = |citizen: &support::Citizen, words: &str| citizen.says(&hall, words).0.text();
    assert!(!says(&stranger, &format!("到哪了 {receipt}")).contains("不能寄"), "a number alone shows nobody's words");
    assert!(!says(&stranger, "谢谢").contains("不能寄"));
    let told = aunt.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit").0.text();
    assert!(told.contains(&receipt) && told.contains("窗口答复：不能寄。"), "{told}");
    assert!(!says(&aunt, "谢谢").contains("不能寄"));
    assert!(says(&aunt, &format!("到哪了 {receipt}")).contains("已经有答复了"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_words_in_reply_to_a_post_are_an_answer() {
    let hall = TestHall::new();
    let api = open(&hall).await;
    api.write(7, UNANSWERED);
    let receipt = receipt_in(&sent_to(&api, 7, 1).await[0]);
    let post = sent_to(&api, STAFF, 1).await.remove(0);
    // Talk among the staff.
    api.send_in_group(STAFF, 5, json!({ "text": format!("{receipt}谁来答？") }));
    let photo =
        json!({ "photo": [{ "file_id": "a", "file_unique_id": "a", "file_size": 1, "width": 1, "height": 1 }] });
    reply(&api, "阿明", &post, photo);
    reply(&api, "阿明", &post, json!({ "text": "长".repeat(1_001) }));
    let refused = sent_to(&api, STAFF, 3).await;
    assert!(text(&refused[1]).contains("只能用字") && text(&refused[2]).contains("1000"), "{refused:?}");
    // The same in a group of neighbours, and by a forged button there, is nothing to the staff.
    let mut elsewhere = json!({ "text": "能寄", "reply_to_message": {
        "message_id": 60, "date": 1_776_000_000, "chat": { "id": GROUP, "type": "supergroup", "title": "邻居群" },
        "from": { "id": 1, "is_bot": true, "first_name": "问办" }, "text": plain(&post) } });
    elsewhere["message_id"] = json!(71);
    api.send_in_group(GROUP, 9, elsewhere);
    api.press_in_group(GROUP, 9, &format!("p:{receipt}:unemployment-benefit"));
    sent_to(&api, GROUP, 2).await;
    let question = hall.records().question(&receipt).unwrap().unwrap();
    assert_eq!((question.state, question.answer), (State::Open, None));
    assert!(hall.records().proposals().unwrap().is_empty());
    // A number nobody was given.
    let forged = json!({ "text": "编号222222，等答复" });
    reply(&api, "阿明", &forged, json!({ "text": "能寄" }));
    assert!(text(&sent_to(&api, STAFF, 4).await[3]).contains("没有找到"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_in_a_group_is_answered_alone_and_who_was_out_of_reach_hears_it_later() {
    let hall = TestHall::new();
    let api = open(&hall).await;
    let call = json!({ "text": format!("{BOT} {UNANSWERED}"), "entities": [{ "type": "mention", "offset": 0, "length": 11 }] });
    api.send_in_group(GROUP, 31, call);
    let post = sent_to(&api, STAFF, 1).await.remove(0);
    sent_to(&api, GROUP, 1).await;
    let cannot = json!({ "ok": false, "error_code": 403, "description": "Forbidden: bot can't initiate conversation with a user" });
    api.refuse_to("sendmessage", 31, cannot);
    reply(&api, "阿明", &post, json!({ "text": "不能寄。" }));
    sent_to(&api, STAFF, 2).await;
    api.wait_for("refused sendmessage", 1).await;
    api.write(31, "谢谢");
    let later = sent_to(&api, 31, 1).await.remove(0);
    assert!(text(&later).contains("不客气") && text(&later).contains("窗口答复：不能寄。"), "{}", text(&later));
    assert!(api.calls("sendmessage").iter().all(|sent| sent["chat_id"] != GROUP || !text(sent).contains("不能寄")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_while_the_bot_was_off_or_shut_out_reaches_the_staff_and_the_forgotten_are_left_alone() {
    let hall = TestHall::new();
    let ask = |who: &str, words: &str| -> Reply { hall.citizen(who).says(&hall, words).0 };
    ask("aunt", UNANSWERED);
    ask("uncle", ALSO_UNANSWERED);
    hall.citizen("uncle").says(&hall, "删除我的记录");
    let api = BotApi::default();
    let shut_out =
        json!({ "ok": false, "error_code": 403, "description": "Forbidden: bot was kicked from the supergroup chat" });
    api.refuse_to("sendmessage", STAFF, shut_out);
    let address = api.serve().await.parse().unwrap();
    let account = Account { staff_group: Some(STAFF), ..account("1:a-secret-token", address) };
    tokio::spawn(Door::new(account, hall.hall(), &hall.records()).run());
    api.wait_for("refused sendmessage", 1).await;
    // It waits on disk for the next try; nobody else's message does.
    api.write(7, "谢谢");
    sent_to(&api, 7, 1).await;
    let waiting = hall.records().outbox().waiting().unwrap();
    assert!(waiting.iter().any(|(_, chat)| *chat == STAFF), "{waiting:?}");
    assert!(api.calls("refused sendmessage").iter().all(|sent| !text(sent).contains("月亮")));
}
