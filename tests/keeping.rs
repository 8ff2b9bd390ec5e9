//! Promise: what cannot be answered, opinions and wishes for a person are kept, masked, and can be asked about.

mod support;

use support::{TestHall, UNANSWERED};
use wenban::conversation::{Action, Outcome};
use wenban::corpus::Facet;
use wenban::records::{Found, SuggestionKind};

#[test]
fn an_opinion_in_the_middle_of_a_matter_is_collected_and_the_matter_goes_on() {
    let hall = TestHall::new();
    let citizen = hall.citizen("waiting");
    citizen.says(&hall, "退休怎么申请").is_answered_from("employee-pension");
    let said = citizen.says(&hall, "叫号机老是坏，工作人员也不出来说一声，太不像话").is(Outcome::Suggestion).0;
    let receipt = said.receipt.expect("it is kept");
    assert!(matches!(hall.records().find(&receipt).unwrap(), Some(Found::Suggestion(_))));
    citizen.says(&hall, "那要带什么").is_answered_from("employee-pension").about(Facet::Documents);
}

#[test]
fn what_the_guide_leaves_open_is_said_to_be_so_and_kept_with_the_name_of_its_matter() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    uncle.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit");
    let reply = uncle.says(&hall, "领了会影响退休金吗").is_answered_from("unemployment-benefit").0;
    let honest = reply.text();
    assert!(honest.contains("答不准") && honest.contains("社保窗口负责到底") && honest.contains("12333"), "{honest}");
    let receipt = reply.receipt.expect("the question is kept");
    let Some(Found::Question(kept)) = hall.records().find(&receipt).unwrap() else {
        panic!("{receipt:?} is no question")
    };
    assert_eq!(kept.text.as_str(), "领失业金：领了会影响退休金吗");
    assert_eq!(kept.owner.map(|unit| unit.to_string()).as_deref(), Some("social_insurance_bureau"));
}

#[test]
fn a_matter_asked_for_beside_an_opinion_is_one_tap_away() {
    let hall = TestHall::new();
    let heard = hall.citizen("a").says(&hall, "3号窗口骂人，我要投诉，顺便问下公司注销要几天").is(Outcome::Suggestion);
    assert!(heard.0.receipt.is_some(), "the opinion is kept");
    let first = heard.0.buttons.first().expect("a button");
    assert!(matches!(&first.action, Action::Guide(guide) if guide.as_str() == "company-closure"), "{first:?}");
    let clerk = hall.citizen("c");
    clerk.says(&hall, "公司要社保证明怎么打").is_answered_from("employer-enrolment-certificate");
    clerk.says(&hall, "3号窗口骂人，我要投诉，顺便问下公司注销要几天").is(Outcome::Suggestion);
    let alone = hall.citizen("b").says(&hall, "我要投诉3号窗口，骂人").is(Outcome::Suggestion).0;
    assert!(alone.buttons.iter().all(|button| !matches!(button.action, Action::Guide(_))), "{:?}", alone.buttons);
}

#[test]
fn first_words_that_the_guide_leaves_open_are_kept() {
    let hall = TestHall::new();
    let words = "领失业金期间能出国吗";
    let reply = hall.citizen("uncle").says(&hall, words).is_answered_from("unemployment-benefit").0;
    let honest = reply.text();
    assert!(honest.starts_with("不是自己要走的") && honest.contains("答不准"), "{honest}");
    let Some(Found::Question(kept)) = hall.records().find(&reply.receipt.expect("it is kept")).unwrap() else {
        panic!("no question")
    };
    assert_eq!(kept.text.as_str(), format!("领失业金：{words}"));
}

#[test]
fn a_detail_of_another_units_matter_is_kept_for_it() {
    let hall = TestHall::new();
    let worker = hall.citizen("worker");
    worker.says(&hall, "劳动仲裁怎么申请").is(Outcome::Listed);
    let receipt = worker.says(&hall, "要多久").is(Outcome::Listed).0.receipt.expect("the question is kept");
    let Some(Found::Question(kept)) = hall.records().find(&receipt).unwrap() else { panic!("no question") };
    assert!(kept.text.as_str().ends_with("：要多久") && kept.owner.is_some(), "{kept:?}");
    assert_eq!(worker.says(&hall, "在哪里").is(Outcome::Listed).0.receipt, None, "that was said");
    let waiting = worker.says(&hall, "到哪了").0.text();
    assert!(waiting.contains("要多久"), "their own question: {waiting}");
}

#[test]
fn what_is_said_more_about_a_matter_is_added_to_the_question_that_was_kept() {
    let hall = TestHall::new();
    let worker = hall.citizen("worker");
    worker.says(&hall, "劳动仲裁怎么申请").is(Outcome::Listed);
    let receipt = worker.says(&hall, "要多久").0.receipt.expect("the question is kept");
    let added = worker.says(&hall, "要带什么").is(Outcome::Listed).0;
    assert_eq!(added.receipt.as_ref(), Some(&receipt), "the same number");
    assert!(added.text().contains("这句也记进编号"), "{}", added.text());
    let kept = hall.records().question(&receipt).unwrap().expect("it is kept");
    assert!(kept.text.as_str().ends_with("：要多久；要带什么"), "{kept:?}");
    assert_eq!(hall.records().waiting(&worker.conversation).unwrap().len(), 1);
    let unposted = hall.records().unposted().unwrap();
    assert_eq!(unposted.iter().map(|question| &question.receipt).collect::<Vec<_>>(), [&receipt]);
}

#[test]
fn what_is_not_known_is_kept_and_its_receipt_can_be_asked_about_after_a_restart() {
    let mut hall = TestHall::on_disk();
    let asker = hall.citizen("asker");
    let receipt = asker.says(&hall, UNANSWERED).is(Outcome::Admit).receipt();
    hall.restart();
    let by_number = asker.says(&hall, &format!("{receipt}到哪了")).0.text();
    assert!(by_number.contains(&receipt) && by_number.contains("4月15日"), "{by_number}");
    let by_person = asker.says(&hall, "到哪了").0.text();
    assert!(by_person.contains(&receipt), "{by_person}");
    let stranger = hall.citizen("stranger").says(&hall, &receipt).0.text();
    assert!(!stranger.contains("政策"), "a receipt shows nobody else's words: {stranger}");
    let questions = hall.records().questions().unwrap();
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].text.as_str(), UNANSWERED);
}

#[test]
fn turning_down_every_choice_keeps_the_question_that_was_asked() {
    let hall = TestHall::new();
    let asker = hall.citizen("asker");
    // Any question back will do; the words are chosen to lie between matters.
    let question = ["工伤", "社保", "执照", "户口", "房子登记"]
        .into_iter()
        .find(|words| asker.says(&hall, words).0.outcome == Outcome::Clarify)
        .expect("one of these is too short to answer");
    asker.says(&hall, "都不是").is(Outcome::Admit).receipt();
    assert_eq!(hall.records().questions().unwrap()[0].text.as_str(), question);
}

#[test]
fn opinions_are_collected_and_hints_at_bribery_go_to_supervision_only() {
    let hall = TestHall::new();
    let visitor = hall.citizen("visitor");
    visitor.says(&hall, "我要提意见").is(Outcome::Suggestion);
    assert!(hall.records().suggestions().unwrap().is_empty(), "announcing an opinion is not one");
    visitor.says(&hall, "医保窗口前面的凳子太少").is(Outcome::Suggestion).receipt();
    visitor.says(&hall, "窗口的人跟我要红包").is(Outcome::Suggestion).receipt();
    let kept = hall.records().suggestions().unwrap();
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().any(|kept| kept.kind == SuggestionKind::Misconduct));
    let opinion = kept.iter().find(|kept| kept.kind == SuggestionKind::Opinion).expect("the opinion was kept");
    assert_eq!(opinion.zone.map(|zone| zone.key()), Some("medical_insurance"));
}

#[test]
fn personal_numbers_never_reach_the_records_and_the_sender_is_told() {
    let hall = TestHall::new();
    let sender = hall.citizen("sender");
    let heard = sender.says(&hall, "我叫陈小明，号440111199003070012，电话13800138000，蟾酥怎么熬").is(Outcome::Admit);
    assert_eq!(heard.0.lines.last().unwrap().reply.key(), "masked");
    let kept = serde_json::to_string(&hall.records().questions().unwrap()).unwrap();
    for secret in ["440111199003070012", "13800138000", "陈小明"] {
        assert!(!kept.contains(secret), "{kept}");
    }
}

#[test]
fn forgetting_lets_go_of_the_conversation_and_the_receipts() {
    let hall = TestHall::new();
    let person = hall.citizen("person");
    person.says(&hall, UNANSWERED).is(Outcome::Admit);
    person.says(&hall, "删除我的记录");
    assert!(hall.records().waiting(&person.conversation).unwrap().is_empty());
    assert_eq!(hall.records().questions().unwrap().len(), 1, "the masked question stays, as nobody's");
}

#[test]
fn wanting_a_person_is_passed_on() {
    let hall = TestHall::new();
    let heard = hall.citizen("person").says(&hall, "帮我转人工").is(Outcome::Handoff);
    assert!(heard.0.text().contains("12345"));
    assert_eq!(hall.records().questions().unwrap().len(), 1);
}

#[test]
fn who_is_in_despair_hears_of_the_helpline_and_is_passed_on() {
    let hall = TestHall::new();
    for words in ["活着好累，没有人管我", "我不想活了"] {
        let heard = hall.citizen(words).says(&hall, words).is(Outcome::Handoff);
        assert!(heard.0.text().contains("12356"), "{}", heard.0.text());
        assert!(heard.0.receipt.is_some(), "the message is kept for a person");
    }
}
