//! Promise: what people are offered beside answers works in every channel: ratings, commands, receipts, being forgotten.

mod support;

use jiff::SignedDuration;
use support::{Citizen, TestHall};
use wenban::conversation::{Action, Outcome, Reply};
use wenban::records::{Level, State};

/// The offer to rate under an answer.
fn offer(reply: &Reply) -> Action {
    let asides: Vec<_> = reply.buttons.iter().filter(|button| button.action.is_aside()).collect();
    assert_eq!(asides.len(), 1, "one quiet line, no more: {:?}", reply.buttons);
    asides[0].action.clone()
}

/// The action that gives `level`, as offered to `citizen` under `reply`.
fn level(hall: &TestHall, citizen: &Citizen, reply: &Reply, level: Level) -> Action {
    let levels = citizen.presses(hall, offer(reply)).0.buttons;
    assert_eq!(levels.len(), 5);
    let at = Level::ALL.iter().position(|known| *known == level).unwrap();
    levels[at].action.clone()
}

#[test]
fn fault_49_an_answer_is_rated_once_per_person_and_the_last_rating_of_the_day_wins() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    let answer = aunt.says(&hall, "失业金怎么申请").is(Outcome::Answer).0;
    let more = aunt.says(&hall, "要带什么").is(Outcome::Answer).0;
    assert_eq!(offer(&answer), offer(&more), "more about the same matter is the same answer");
    let satisfied = level(&hall, &aunt, &answer, Level::Satisfied);
    for _ in 0..50 {
        aunt.presses(&hall, satisfied.clone()).is(Outcome::Suggestion);
    }
    let best = level(&hall, &aunt, &answer, Level::VerySatisfied);
    aunt.presses(&hall, best);
    let kept = hall.records().ratings().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].level, kept[0].guide.as_str()), (Level::VerySatisfied, "unemployment-benefit"));
    assert!(kept[0].follow_up.is_none());

    hall.wait(SignedDuration::from_hours(24).as_mins());
    let late = aunt.presses(&hall, satisfied).0;
    assert_eq!(late.lines[0].reply.key(), "rating_unalterable");
    assert_eq!(hall.records().ratings().unwrap()[0].level, Level::VerySatisfied);
}

#[test]
fn a_low_rating_asks_why_and_is_followed_up_under_a_receipt() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    let answer = aunt.says(&hall, "失业金怎么申请").0;
    let low = level(&hall, &aunt, &answer, Level::VeryDissatisfied);
    let receipt = aunt.presses(&hall, low).receipt();
    aunt.says(&hall, "去了三趟，打13800138000也没人接").is(Outcome::Suggestion);
    let kept = hall.records().ratings().unwrap();
    let reason = kept[0].reason.as_ref().expect("the next message is the reason").as_str();
    assert!(reason.contains("去了三趟") && !reason.contains("13800138000"), "{reason}");
    assert_eq!((kept[0].receipt.as_str(), kept[0].follow_up), (receipt.as_str(), Some(State::Open)));
    let edition = hall.hall().edition();
    assert_eq!(Some(&kept[0].owner), edition.corpus.guide(&kept[0].guide).map(|guide| &guide.unit));
    assert!(aunt.says(&hall, "到哪了").0.text().contains(&receipt));
    aunt.says(&hall, "住院费用怎么报销").is(Outcome::Answer);
}

#[test]
fn whoever_will_not_say_why_goes_on_as_before() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    let answer = aunt.says(&hall, "失业金怎么申请").0;
    let low = level(&hall, &aunt, &answer, Level::Dissatisfied);
    let asked = aunt.presses(&hall, low).0;
    assert!(asked.buttons.iter().any(|button| button.action == Action::NoReason));
    aunt.presses(&hall, Action::NoReason);
    aunt.says(&hall, "要带什么").is_answered_from("unemployment-benefit");
    assert_eq!(hall.records().ratings().unwrap()[0].reason, None);
}

#[test]
fn fault_27_a_forged_or_foreign_rating_changes_nothing() {
    let hall = TestHall::new();
    let (aunt, stranger) = (hall.citizen("aunt"), hall.citizen("stranger"));
    let answer = aunt.says(&hall, "失业金怎么申请").0;
    let hers = level(&hall, &aunt, &answer, Level::Satisfied);
    for forged in [hers, Action::Rated(2, Level::VeryDissatisfied), Action::Rated(0, Level::Satisfied), Action::Rate(9)]
    {
        let refused = stranger.presses(&hall, forged).0;
        assert_eq!(refused.lines[0].reply.key(), "rating_refused");
        assert!(refused.receipt.is_none() && refused.buttons.is_empty());
    }
    assert!(hall.records().ratings().unwrap().is_empty());
}

#[test]
fn a_rating_can_be_given_after_a_restart_and_after_the_conversation_is_over() {
    let mut hall = TestHall::on_disk();
    let aunt = hall.citizen("aunt");
    let answer = aunt.says(&hall, "失业金怎么申请").0;
    hall.restart();
    hall.wait(60);
    let best = level(&hall, &aunt, &answer, Level::VerySatisfied);
    aunt.presses(&hall, best);
    hall.restart();
    assert_eq!(hall.records().ratings().unwrap().len(), 1);
}

#[test]
fn ratings_are_exported_for_the_meeting() {
    use wenban::records::export::{Collection, Format};
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    let answer = aunt.says(&hall, "失业金怎么申请").0;
    let low = level(&hall, &aunt, &answer, Level::Dissatisfied);
    aunt.presses(&hall, low);
    aunt.says(&hall, "=1+1 说得不清楚");
    let edition = hall.hall().edition();
    let export = |format| Collection::Ratings.export(&hall.records(), &edition.corpus, format).unwrap();
    let table = String::from_utf8(export(Format::Csv)).unwrap();
    for words in ["评价", "不满意", "失业保险金申领", "'=1+1 说得不清楚", "等答复"] {
        assert!(table.contains(words), "{words}: {table}");
    }
    let rows: serde_json::Value = serde_json::from_slice(&export(Format::Json)).unwrap();
    assert_eq!(rows[0]["satisfaction"], "dissatisfied");
}
