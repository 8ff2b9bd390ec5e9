//! Promise: the web chat answers with and without scripts, keeps its contract, and tells nobody what it should not.

mod support;

use std::sync::Arc;

use serde_json::{Value, json};
use support::server::Start;
use support::{TestHall, UNANSWERED};
use wenban::channels::web::router;

async fn serve(hall: &TestHall) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = router(Arc::clone(&hall.hall()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn say(address: &str, body: Value) -> Value {
    let response = reqwest::Client::new().post(format!("{address}/api/chat")).json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

#[tokio::test]
async fn the_api_answers_and_remembers_the_conversation() {
    let hall = TestHall::new();
    let address = serve(&hall).await;
    let first = say(&address, json!({ "text": "失业金怎么申请" })).await;
    assert_eq!(first["reply"]["outcome"], "answer");
    assert_eq!(first["reply"]["guides"][0]["id"], "unemployment-benefit");
    let conversation = first["conversation"].as_str().unwrap();
    let second = say(&address, json!({ "text": "要带什么", "conversation": conversation })).await;
    assert_eq!(second["conversation"], conversation);
    assert_eq!(second["reply"]["facet"], "documents");
    assert!(second["checklist"].as_str().unwrap().starts_with("/checklist/unemployment-benefit"));
    let button = first["buttons"][0]["action"].as_str().unwrap();
    let pressed = say(&address, json!({ "action": button, "conversation": conversation })).await;
    assert_eq!(pressed["reply"]["outcome"], "answer");
    let forged = say(&address, json!({ "text": "你好", "conversation": "../../etc" })).await;
    assert_ne!(forged["conversation"], "../../etc");
}

#[tokio::test]
async fn bad_requests_get_an_error_and_nothing_else() {
    let hall = TestHall::new();
    let address = serve(&hall).await;
    let client = reqwest::Client::new();
    let post = |body: String| {
        client.post(format!("{address}/api/chat")).header("content-type", "application/json").body(body).send()
    };
    for (body, status) in
        [("{".to_owned(), 400), ("[]".to_owned(), 422), (format!("{{\"text\":\"{}\"}}", "啊".repeat(20_000)), 413)]
    {
        let response = post(body).await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        let error: Value = response.json().await.unwrap();
        assert!(error["error"].is_string());
    }
    let deep = post("[".repeat(10_000)).await.unwrap();
    assert!(deep.status().is_client_error());
    assert_eq!(client.get(format!("{address}/nothing")).send().await.unwrap().status(), 404);
    assert_eq!(client.get(format!("{address}/checklist/nothing")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_page_works_without_scripts_and_escapes_what_people_type() {
    let hall = TestHall::new();
    let address = serve(&hall).await;
    let client = reqwest::Client::new();
    let response = client.get(&address).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let page = response.text().await.unwrap();
    assert!(page.contains("lang=\"zh-CN\"") && page.contains("role=\"log\""));
    assert!(!page.contains("http://") && !page.contains("https://"), "no asset from elsewhere");
    let submit = |text: &'static str| {
        client.post(&address).header("content-type", "application/x-www-form-urlencoded").body(text).send()
    };
    let answer = submit("text=%E5%A4%B1%E4%B8%9A%E9%87%91%E6%80%8E%E4%B9%88%E7%94%B3%E8%AF%B7")
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(answer.contains("领失业金") && answer.contains("f:unemployment-benefit:documents"));
    let hostile = submit("text=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await.unwrap().text().await.unwrap();
    assert!(!hostile.contains("<script>alert"), "{hostile}");
}

#[tokio::test]
async fn the_checklist_can_be_printed_for_a_situation() {
    let hall = TestHall::new();
    let address = serve(&hall).await;
    let page = reqwest::get(format!("{address}/checklist/unemployment-benefit")).await.unwrap().text().await.unwrap();
    assert!(page.contains("一次性告知单") && page.contains("本人身份证") && page.contains("2026-04-15"));
}

#[tokio::test]
async fn machines_can_ask_for_health_and_figures() {
    let hall = TestHall::new();
    let address = serve(&hall).await;
    say(&address, json!({ "text": "失业金怎么申请" })).await;
    assert_eq!(reqwest::get(format!("{address}/healthz")).await.unwrap().text().await.unwrap(), "ok\n");
    let figures = reqwest::get(format!("{address}/metrics")).await.unwrap().text().await.unwrap();
    assert!(figures.contains("wenban_replies_total{outcome=\"answer\"} 1"), "{figures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_takes_a_good_new_corpus_refuses_a_bad_one_and_exports() {
    let folder = tempfile::tempdir().unwrap();
    let mut start = Start::in_folder(folder.path());
    start.corpus = folder.path().join("corpus");
    for file in support::SHIPPED.iter() {
        let path = start.corpus.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    let server = start.serve();
    let replies = start.corpus.join("replies.toml");
    let wording = std::fs::read_to_string(&replies).unwrap();
    let farewell = "慢走，下回再来。";
    let edited = wording.replace("再见，有事再来问。", farewell);
    assert_ne!(edited, wording);

    // Bad: refused, the old words stay.
    std::fs::write(&replies, wording.replace("[farewell]", "[fairwell]")).unwrap();
    assert!(says(&server.address, "拜拜").await.contains("再见"));
    // Good: taken within a few seconds, without a restart.
    std::fs::write(&replies, &edited).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !says(&server.address, "拜拜").await.contains(farewell) {
        assert!(std::time::Instant::now() < deadline, "the new corpus was never taken");
    }

    says(&server.address, &format!("={UNANSWERED}")).await;
    says(&server.address, "医保窗口的凳子太少了老人没地方坐").await;
    for (what, words) in [("questions", "年年都变"), ("suggestions", "凳子")] {
        let output = start.command().args(["export", what, "--format", "csv"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let table = String::from_utf8(output.stdout).unwrap();
        assert!(table.contains(words) && table.contains("收件号"), "{table}");
    }
    assert!(server.terminate().success());
}

async fn says(address: &str, words: &str) -> String {
    let answer = say(address, json!({ "text": words })).await;
    answer["reply"]["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_windows_answer_comes_to_the_page_and_counts_as_told_once_it_is_seen() {
    use wenban::conversation::StaffAct;
    use wenban::records::Receipt;

    let hall = TestHall::new();
    let address = serve(&hall).await;
    let asked = say(&address, json!({ "text": UNANSWERED })).await;
    assert_eq!(asked["waiting"], true);
    let text = asked["reply"]["text"].as_str().unwrap();
    let receipt = text.split(|c: char| !c.is_ascii_digit()).find_map(Receipt::parse).expect("a number");
    let fetch = async |conversation: &Value, seen: Value| -> Value {
        let body = json!({ "conversation": conversation, "seen": seen });
        let response = reqwest::Client::new().post(format!("{address}/api/answers")).json(&body).send().await.unwrap();
        response.json().await.unwrap()
    };
    let none_yet = fetch(&asked["conversation"], json!([])).await;
    assert_eq!(none_yet, json!({ "answers": [], "waiting": true }));
    hall.hall().staff_acts(&StaffAct::Answer(receipt.clone(), Some("不能寄。".to_owned())), "阿明");
    let stranger = say(&address, json!({ "text": "你好" })).await["conversation"].clone();
    let nothing = json!({ "answers": [], "waiting": false });
    assert_eq!(
        fetch(&stranger, json!([receipt.as_str()])).await,
        nothing,
        "what others claim to have seen is still due"
    );
    for _ in 0..2 {
        let fetched = fetch(&asked["conversation"], json!([])).await;
        assert!(fetched["answers"][0]["text"].as_str().unwrap().contains("窗口答复：不能寄。"), "{fetched}");
    }
    assert_eq!(fetch(&asked["conversation"], json!([receipt.as_str()])).await, nothing);
    let later = say(&address, json!({ "text": "谢谢", "conversation": asked["conversation"] })).await;
    assert!(!later["reply"]["text"].as_str().unwrap().contains("不能寄"));
}
