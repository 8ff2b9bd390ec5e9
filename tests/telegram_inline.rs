//! Promise: typed behind the bot's name in any chat, words find guides to hand on, and nothing of it stays here.

mod support;

use std::sync::Arc;

use serde_json::Value;
use support::TestHall;
use support::bot_api::{BotApi, account};
use wenban::channels::telegram::Door;
use wenban::corpus::GuideId;
use wenban::records::Records;
use wenban::store::{MemoryStore, Store, Table};

fn results(call: &Value) -> &Vec<Value> {
    call["results"].as_array().expect("a list of results")
}

#[tokio::test(flavor = "multi_thread")]
async fn words_behind_the_name_of_the_bot_find_guides_to_hand_on() {
    let (api, hall) = (BotApi::default(), TestHall::new());
    let address = api.serve().await.parse().unwrap();
    let store = Arc::new(MemoryStore::default());
    let records = Records::new(store.clone());
    tokio::spawn(Door::new(account("1:a-secret-token", address), hall.hall(), &records).run());
    for words in ["失业金", "", "火星上的石头", "失业金 44052419800101001X", &"(".repeat(256)] {
        api.type_inline(7, words);
    }
    let answers = api.wait_for("answerinlinequery", 5).await;
    let edition = hall.hall().edition();

    let first = &results(&answers[0])[0];
    let guide = edition.corpus.guide(&GuideId::from("unemployment-benefit")).unwrap();
    assert_eq!((&first["type"], &first["id"]), (&"article".into(), &"unemployment-benefit".into()));
    assert_eq!(first["title"], guide.plain_name.as_str());
    assert_eq!(first["description"], guide.one_line.as_str());
    let content = first["input_message_content"]["message_text"].as_str().unwrap();
    assert!(content.contains(guide.official_name.as_str()) && content.contains(guide.one_line.as_str()), "{content}");
    assert!(content.contains("https://t.me/wenban_bot?start=unemployment-benefit"), "{content}");
    assert_eq!(first["input_message_content"]["parse_mode"], "HTML");

    let areas: std::collections::BTreeSet<String> = results(&answers[1])
        .iter()
        .map(|result| edition.corpus.guide(&GuideId::from(result["id"].as_str().unwrap())).unwrap().zone)
        .map(|zone| format!("{zone:?}"))
        .collect();
    assert_eq!((areas.len(), results(&answers[1]).len()), (5, 10));

    assert!(results(&answers[2]).is_empty(), "{}", answers[2]);
    assert_eq!(results(&answers[3])[0]["id"], "unemployment-benefit");
    assert!(!answers[3]["results"].to_string().contains("44052419800101001X"));
    assert!(results(&answers[4]).is_empty());
    assert!(answers.iter().all(|answer| answer["cache_time"] == 300 && results(answer).len() <= 10), "{answers:?}");

    // A later message of the same person is taken up after what was typed has been deleted.
    api.write(7, "谢谢");
    api.wait_for("sendmessage", 1).await;
    assert!(store.scan(Table::Inbox).unwrap().len() <= 1);
    assert_eq!(hall.records().questions().unwrap().len(), 0);
}
