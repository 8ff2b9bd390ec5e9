//! Promise: whatever kind of thing a person sends gets a fitting sentence, or silence by rule.

mod support;

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use support::TestHall;
use support::bot_api::{BotApi, account, text};
use wenban::channels::telegram::Door;
use wenban::phrasing::ReplyId;
use wenban::records::Records;
use wenban::store::MemoryStore;

/// One hall for all tests, since it takes long to build.
static HALL: LazyLock<TestHall> = LazyLock::new(TestHall::new);

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

fn file(kind: &str) -> Value {
    json!({ "file_id": kind, "file_unique_id": kind, "file_size": 1, "mime_type": "video/mp4", "width": 1, "height": 1, "duration": 1, "length": 1 })
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_28_each_kind_of_message_gets_its_own_sentence() {
    let place = json!({ "longitude": 116.4, "latitude": 23.5 });
    let sticker = json!({ "type": "regular", "is_animated": false, "is_video": false });
    let mut sticker_file = file("sticker");
    sticker_file.as_object_mut().unwrap().extend(sticker.as_object().unwrap().clone());
    let kinds = [
        (json!({ "photo": [file("photo")] }), ReplyId::RejectPhoto),
        (json!({ "voice": file("voice") }), ReplyId::RejectVoice),
        (json!({ "audio": file("audio") }), ReplyId::RejectVoice),
        (json!({ "video": file("video") }), ReplyId::RejectVideo),
        (json!({ "video_note": file("note") }), ReplyId::RejectVideo),
        (json!({ "sticker": sticker_file }), ReplyId::RejectSticker),
        (json!({ "animation": file("gif"), "document": file("gif") }), ReplyId::RejectSticker),
        (json!({ "dice": { "emoji": "🎲", "value": 3 } }), ReplyId::RejectSticker),
        (json!({ "location": place.clone() }), ReplyId::RejectLocation),
        (json!({ "venue": { "location": place, "title": "a", "address": "b" } }), ReplyId::RejectLocation),
        (json!({ "contact": { "phone_number": "13800138000", "first_name": "阿明" } }), ReplyId::RejectContact),
        (json!({ "document": file("document") }), ReplyId::RejectFile),
        (
            json!({ "poll": { "id": "1", "question": "q", "options": [], "total_voter_count": 0, "is_closed": false,
                    "is_anonymous": true, "type": "regular", "allows_multiple_answers": false } }),
            ReplyId::RejectAttachment,
        ),
    ];
    let api = open().await;
    for (content, _) in &kinds {
        api.send(7, content.clone());
    }
    let sent = api.wait_for("sendmessage", kinds.len()).await;
    for ((content, reply), sent) in kinds.iter().zip(&sent) {
        assert!(text(sent).contains(&words(*reply)), "{content}: {}", text(sent));
        assert!(!text(sent).contains("13800138000"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_28_what_calls_for_no_answer_is_passed_over_and_counted() {
    let api = open().await;
    let passed_over = || {
        let metrics = HALL.hall().metrics();
        let line = metrics.lines().find(|line| line.starts_with("wenban_passed_over_total")).unwrap().to_owned();
        line.split(' ').next_back().unwrap().parse::<usize>().unwrap()
    };
    let before = passed_over();
    let person = json!({ "id": 8, "is_bot": false, "first_name": "新人" });
    let bot = json!({ "id": 9, "is_bot": true, "first_name": "bot" });
    let channel = json!({ "id": -1009, "type": "channel", "title": "公告" });
    api.send(7, json!({ "new_chat_members": [person] }));
    api.send(7, json!({ "left_chat_member": person }));
    api.send(
        7,
        json!({ "pinned_message": { "message_id": 1, "date": 1_776_000_000,
        "chat": { "id": 7, "type": "private", "first_name": "群众" }, "text": "你好" } }),
    );
    api.send(7, json!({ "new_chat_title": "新名字" }));
    api.send(7, json!({ "text": "你好", "from": bot }));
    api.send(7, json!({ "text": "领失业金", "via_bot": bot }));
    api.add(
        "channel_post",
        json!({ "message_id": 1, "date": 1_776_000_000, "chat": channel, "text": "失业金怎么申请" }),
    );
    api.edit(7, json!({ "message_id": 5, "location": { "longitude": 116.4, "latitude": 23.5 } }));
    api.write(7, "谢谢");
    let sent = api.wait_for("sendmessage", 1).await;
    assert!(text(&sent[0]).contains("不客气"), "{sent:?}");
    // The channel has a queue of its own.
    api.wait_until_acknowledged().await;
    let counted = async {
        while passed_over() - before < 8 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), counted).await.expect("all are counted");
    assert_eq!(api.calls("sendmessage").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_answered_anew_while_it_is_the_last_word() {
    let api = open().await;
    api.send(7, json!({ "message_id": 10, "text": "居住证怎么办" }));
    api.edit(7, json!({ "message_id": 10, "edit_date": 1_776_000_010, "text": "失业金怎么申请" }));
    api.send(7, json!({ "message_id": 12, "text": "谢谢" }));
    api.edit(7, json!({ "message_id": 10, "edit_date": 1_776_000_020, "text": "居住证怎么办" }));
    api.write(7, "再见");
    let sent = api.wait_for("sendmessage", 4).await;
    assert!(text(&sent[1]).starts_with("<b>领失业金"), "{sent:?}");
    assert!(text(&sent[2]).contains("不客气") && text(&sent[3]).contains("再见"), "{sent:?}");
    assert_eq!(sent.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_below_a_photo_are_answered_and_an_album_once() {
    let api = open().await;
    let photo = |content: Value| {
        let mut photo = json!({ "photo": [file("photo")] });
        photo.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
        photo
    };
    api.send(7, photo(json!({ "caption": "失业金怎么申请" })));
    for number in 1..=3 {
        api.send(7, photo(json!({ "message_id": number, "media_group_id": "album" })));
    }
    api.write(7, "谢谢");
    let sent = api.wait_for("sendmessage", 3).await;
    assert!(text(&sent[0]).starts_with("<b>领失业金") && text(&sent[0]).contains(&words(ReplyId::RejectPhoto)));
    assert!(text(&sent[1]).contains(&words(ReplyId::RejectPhoto)) && text(&sent[2]).contains("不客气"), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_identity_number_is_masked_and_the_person_is_told() {
    let api = open().await;
    api.write(7, "我的身份证44052419800101001X丢了，手机13800138000");
    api.send(7, json!({ "photo": [file("photo")], "caption": "身份证44052419800101001X丢了怎么补" }));
    let sent = api.wait_for("sendmessage", 2).await;
    for sent in &sent {
        assert!(text(sent).contains(&words(ReplyId::Masked)), "{}", text(sent));
        assert!(!text(sent).contains("44052419800101001X") && !text(sent).contains("13800138000"));
    }
}
