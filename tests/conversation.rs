//! Promise: a citizen is understood across turns.

mod support;

use support::{TestHall, UNANSWERED};
use wenban::conversation::{Action, Attachment, Body, Dialogue, Outcome};
use wenban::corpus::Facet;
use wenban::search::EntryRef;
use wenban::text::redact;

#[test]
fn the_facet_asked_for_comes_first_and_follow_ups_stay_with_the_matter() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    aunt.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit").about(Facet::Steps);
    aunt.says(&hall, "那要带什么").is_answered_from("unemployment-benefit").about(Facet::Documents);
    aunt.says(&hall, "要多久").is_answered_from("unemployment-benefit").about(Facet::TimeLimit);
    aunt.says(&hall, "谢谢").is(Outcome::Smalltalk);
    aunt.says(&hall, "能代办吗").is_answered_from("unemployment-benefit").about(Facet::Proxy);
    aunt.says(&hall, "那多少钱").is_answered_from("unemployment-benefit").about(Facet::Fee);
}

#[test]
fn an_aside_and_another_matter_leave_the_way_back_open() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    aunt.says(&hall, "退休金怎么申请").is_answered_from("employee-pension");
    aunt.says(&hall, "护照怎么办").is(Outcome::Listed);
    // Whose matter the aside is, is all that is known of it: its papers are not those of the pension.
    let unsure = aunt.says(&hall, "要带什么").is(Outcome::Listed).0.text();
    assert!(unsure.contains("没登记"), "{unsure}");
    aunt.says(&hall, "说回退休那个，几天能好").is_answered_from("employee-pension").about(Facet::TimeLimit);
    aunt.says(&hall, "办港澳通行证多少钱").is_answered_from("hk-macao-permit").about(Facet::Fee);
    aunt.says(&hall, "说回退休那个，手机能办吗").is_answered_from("employee-pension").about(Facet::Online);
}

#[test]
fn a_follow_up_about_another_offices_matter_jumps_to_no_guide() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    uncle.says(&hall, "工伤认定怎么申请").is(Outcome::Listed);
    uncle.says(&hall, "多久能批下来").is(Outcome::Listed);
    uncle.says(&hall, "要不要两个人都到").is(Outcome::Listed);
    uncle.says(&hall, "那护照怎么办").is(Outcome::Listed);
    uncle.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit");
}

#[test]
fn a_doubt_goes_on_a_correction_turns_and_a_person_can_always_be_had() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    aunt.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit");
    aunt.says(&hall, "不是说要先去登记吗").is_answered_from("unemployment-benefit");
    aunt.says(&hall, "哦我说错了，我问的是工伤的药费").is_answered_from("injury-expense-claim");
    aunt.says(&hall, "叫个真人来讲得唔得").is(Outcome::Handoff);
}

#[test]
fn a_circumstance_that_means_another_matter_turns_to_it_though_nobody_names_it() {
    let hall = TestHall::new();
    let goes_over = |first: &str, then: &str, guide: &str| {
        let citizen = hall.citizen(then);
        citizen.says(&hall, first);
        citizen.says(&hall, then).is_answered_from(guide)
    };
    goes_over("村里的养老金怎么领", "我哥是鞋厂退下来的，厂里一直帮他交的", "employee-pension");
    goes_over("稳岗返还怎么申请", "被裁掉的那两个工人，他们自己能领钱不", "unemployment-benefit");
    let citizen = hall.citizen("sister");
    citizen.says(&hall, "商品房办房产证").is_answered_from("new-home-transfer");
    let reply = citizen.says(&hall, "我姐那套是跟熟人买的旧房，也这样办？").0;
    // Whose it is, or first from whom the home was bought.
    assert!(matches!(reply.outcome, Outcome::Listed | Outcome::Clarify), "{}", reply.text());
}

#[test]
fn what_may_be_meant_as_well_is_one_tap_away() {
    let hall = TestHall::new();
    let citizen = hall.citizen("wounded");
    citizen.says(&hall, "评了八级工伤，钱怎么领").is_answered_from("disability-benefits");
    let reply = citizen.says(&hall, "明年我不想在厂里做了").0;
    let rival = reply.buttons.first().expect("there are buttons");
    assert_eq!(rival.label, "工伤离职领医疗补助", "{}", reply.text());
    assert!(reply.text().contains("要办的是“工伤离职领医疗补助”的话"), "{}", reply.text());
    let sure = hall.citizen("sure").says(&hall, "领失业金要带什么").is_answered_from("unemployment-benefit").0;
    assert!(!sure.text().contains("要办的是"), "nothing else may be meant: {}", sure.text());
}

#[test]
fn the_facet_asked_of_another_authoritys_matter_is_named() {
    let hall = TestHall::new();
    let citizen = hall.citizen("rider");
    citizen.says(&hall, "社保卡丢了怎么补").is(Outcome::Listed);
    let told = citizen.says(&hall, "多少钱").is(Outcome::Listed).0.text();
    assert!(told.starts_with("“社保卡”多少钱，我没登记"), "{told}");
}

#[test]
fn a_circumstance_hears_the_sentence_that_is_about_it() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    let hears = |words: &str, sentence: &str| {
        let told = uncle.says(&hall, words).is_answered_from("unemployment-benefit").0.text();
        assert!(told.contains(sentence), "{words}: {told}");
        assert!(!told.contains("1. "), "no list: {told}");
    };
    uncle.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit");
    hears("我是自己辞职的", "自己主动辞职的一般领不到");
    hears("我之前在深圳交过三年", "在外市也交过失业保险的");
    hears("过了半年才来申请", "来晚了也能领");
    uncle.says(&hall, "我不是自己辞职的").is_answered_from("unemployment-benefit");
    uncle.says(&hall, "不是这件事").is(Outcome::Clarify);
}

#[test]
fn a_degree_that_was_said_keeps_the_sentences_about_others_away() {
    let hall = TestHall::new();
    let worker = hall.citizen("worker");
    worker.says(&hall, "工伤评了七级，辞职了，离职那份医疗补助怎么领").is_answered_from("injury-medical-subsidy");
    let told = worker.says(&hall, "厂里那份就业补助呢").is_answered_from("injury-medical-subsidy").0.text();
    assert!(told.contains("7级25个月") && !told.contains("8级15个月"), "{told}");
    let told = worker.says(&hall, "我说错了，是九级").is_answered_from("injury-medical-subsidy").0.text();
    assert!(told.contains("9级"), "{told}");
}

#[test]
fn an_age_that_was_said_chooses_the_papers_of_the_next_matter_too() {
    let hall = TestHall::new();
    let mother = hall.citizen("mother");
    mother.says(&hall, "想带小孩去澳门玩，他9岁，加签怎么办").is_answered_from("hk-macao-visit-endorsement");
    let papers = mother.says(&hall, "他没有通行证，办通行证要带什么").is_answered_from("hk-macao-permit").0.text();
    assert!(papers.contains("孩子未满16岁"), "{papers}");
}

#[test]
fn a_detail_is_told_to_whoever_asks_for_it_and_to_nobody_else() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    uncle.says(&hall, "工伤评了级怎么领钱").is_answered_from("disability-benefits");
    let whole = uncle.says(&hall, "能拿到什么").about(Facet::Result).0.text();
    assert!(whole.contains("1到4级") && !whole.contains("交税"), "{whole}");
    let detail = uncle.says(&hall, "这笔钱要不要扣税").is_answered_from("disability-benefits").0.text();
    assert!(detail.starts_with("社保发的工伤钱，不用交税。"), "{detail}");
}

#[test]
fn a_sentence_just_told_is_not_told_again_to_who_says_more() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    uncle.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit");
    let first = uncle.says(&hall, "我是自己辞职的").is_answered_from("unemployment-benefit").0;
    let again = uncle.says(&hall, "可我辞职也是被逼的呀").is_answered_from("unemployment-benefit").0;
    assert_ne!(first.lines[0].text, again.lines[0].text);
    // Who asks for a facet hears it as often as it is asked for.
    let papers = || uncle.says(&hall, "要带什么").is_answered_from("unemployment-benefit").0.text();
    assert_eq!(papers(), papers());
}

#[test]
fn who_thanks_at_last_and_asks_nothing_takes_leave() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    uncle.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit");
    uncle.says(&hall, "那我去厂里拿了再说，谢谢").is(Outcome::Smalltalk);
    uncle.says(&hall, "要带什么，谢谢").is_answered_from("unemployment-benefit").about(Facet::Documents);
    hall.citizen("polite").says(&hall, "我要办失业金，谢谢").is_answered_from("unemployment-benefit");
}

#[test]
fn papers_days_sums_and_whether_one_must_come_are_told_together() {
    let hall = TestHall::new();
    let boss = hall.citizen("boss");
    boss.says(&hall, "公司不做了怎么注销").is_answered_from("company-closure");
    let days = boss.says(&hall, "大概要多久").is_answered_from("company-closure").about(Facet::TimeLimit).0.text();
    assert!(days.contains("公示满20天") && days.contains("3个工作日"), "{days}");
    boss.says(&hall, "怎么改公司执照").is_answered_from("company-change");
    let papers = boss.says(&hall, "改名要带什么").is_answered_from("company-change").about(Facet::Documents).0.text();
    assert!(papers.contains("1. ") && papers.contains("2. "), "{papers}");
    boss.says(&hall, "我妈住院钱自己先垫了能报吗").is_answered_from("inpatient-reimbursement");
    let proxy =
        boss.says(&hall, "能让我代办吗").is_answered_from("inpatient-reimbursement").about(Facet::Proxy).0.text();
    assert!(proxy.contains("能不能代办要看情况") && proxy.contains("委托书"), "{proxy}");
}

#[test]
fn whoever_names_the_matter_anew_hears_of_it_without_the_case_said_before() {
    let hall = TestHall::new();
    let buyer = hall.citizen("buyer");
    buyer.says(&hall, "要买二手房，想查押没押").is_answered_from("real-estate-query");
    let with_contract = buyer.says(&hall, "要带什么").about(Facet::Documents).0.text();
    assert!(with_contract.contains("合同"), "{with_contract}");
    let own = buyer.says(&hall, "我要开名下没有房的证明，要带什么").about(Facet::Documents).0.text();
    assert!(own.contains("要带2样"), "{own}");
}

#[test]
fn what_is_said_about_another_authoritys_matter_stays_with_it() {
    let hall = TestHall::new();
    let widow = hall.citizen("widow");
    widow.says(&hall, "我老公上班路上被车撞走了，家里能领什么钱").is_answered_from("work-death-benefits");
    widow.says(&hall, "工伤认定归谁管，要去哪里申请").is(Outcome::Listed);
    widow.says(&hall, "他们不报我自己可以去报吗，要多久之内").is(Outcome::Listed);
}

#[test]
fn what_may_not_answer_is_said_to_be_no_more_than_the_nearest() {
    let hall = TestHall::new();
    let told = |opening: &str, words: &str| {
        let citizen = hall.citizen(words);
        citizen.says(&hall, opening);
        citizen.says(&hall, words).0.text()
    };
    let hurried = told("怎么用房子抵押贷款", "30个工作日太久了吧，我急用钱，能加急吗");
    assert!(hurried.starts_with("不一定是你问的") && hurried.contains("最多30个工作日"), "{hurried}");
    let behind = told("公司要社保证明怎么打", "公司欠费了还能打么");
    assert!(behind.contains("答不准") && behind.contains("可能有关的一句：\n在社保局登记过的单位都能打"), "{behind}");
    let plain = told("公司要社保证明怎么打", "要收钱吗");
    assert!(!plain.contains("不一定") && !plain.contains("可能有关"), "{plain}");
}

#[test]
fn the_hall_is_answered_beside_a_matter() {
    let hall = TestHall::new();
    let (hours, parking) = ("大厅几点开门，我这里还没登记到。", "能不能停车，我这里还没登记到。");
    let open = hall.citizen("a").says(&hall, "周六上班吗，想去办通行证要带什么").is_answered_from("hk-macao-permit");
    let both = open.about(Facet::Documents).0.text();
    assert!(both.starts_with(&format!("{hours}\n")) && both.contains("照片"), "{both}");
    let citizen = hall.citizen("b");
    citizen.says(&hall, "失业金怎么领");
    let on = citizen.says(&hall, "要带什么，周六上班吗").is_answered_from("unemployment-benefit").0.text();
    assert!(on.starts_with(hours) && on.contains("身份证"), "{on}");
    let two = hall.citizen("c").says(&hall, "能停车吗，几点开门").is(Outcome::Hall).0.text();
    assert!(two.starts_with(&format!("{parking}\n{hours}\n")), "{two}");
    let circumstance = hall.citizen("d").says(&hall, "上班时间去不了，养老金能手机领吗").0.text();
    assert!(!circumstance.contains(hours), "{circumstance}");
    // The phone wanted is that of the matter, once it is known which.
    hall.citizen("e").says(&hall, "老人的那个钱的事，电话多少").is(Outcome::Clarify);
    hall.citizen("f").says(&hall, "你好，我想问一下，电话多少").is(Outcome::Hall);
}

#[test]
fn first_words_that_tell_a_circumstance_hear_what_is_said_about_it_first() {
    let hall = TestHall::new();
    let told = |words: &str, guide: &str| hall.citizen(words).says(&hall, words).is_answered_from(guide).0.text();
    let quit = told("失业金 我是自己辞职的", "unemployment-benefit");
    assert!(quit.starts_with("先办失业登记再来，自己主动辞职的一般领不到。"), "{quit}");
    assert!(quit.contains("不是自己要走的，交满1年失业保险"), "and then what the matter is: {quit}");
    let general = told("失业金", "unemployment-benefit");
    assert!(general.starts_with("不是自己要走的") && general.contains("多说一句"), "{general}");
}

#[test]
fn who_goes_for_whom_in_one_matter_chooses_no_papers_of_the_next() {
    let hall = TestHall::new();
    let son = hall.citizen("son");
    let before = Dialogue {
        guide: Some("inpatient-reimbursement".into()),
        facet: Some(Facet::Documents),
        situation: Some("proxy".to_owned()),
        last_at: Some(support::a_wednesday_in_april()),
        ..Dialogue::default()
    };
    hall.records().keep_conversation(&son.conversation, &before).unwrap();
    let open = son.says(&hall, "另外再问，领失业金期间能出国吗").is_answered_from("unemployment-benefit").0;
    assert!(open.receipt.is_some(), "the guide leaves it open: {}", open.text());
    let after: Dialogue = hall.records().conversation(&son.conversation).unwrap().expect("it is kept");
    assert_eq!((after.situation, after.facet), (None, None));
}

#[test]
fn who_chooses_among_the_offered_hears_what_the_words_before_asked_for() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    let offer = Dialogue {
        offered: ["unemployment-benefit", "unemployment-allowance"].map(|id| EntryRef::Guide(id.into())).to_vec(),
        asked: Some(redact("我是自己辞职的，这个钱有没有")),
        last_at: Some(support::a_wednesday_in_april()),
        ..Dialogue::default()
    };
    hall.records().keep_conversation(&uncle.conversation, &offer).unwrap();
    let reply = uncle.presses(&hall, Action::Guide("unemployment-benefit".into()));
    let quit = reply.is_answered_from("unemployment-benefit").0.text();
    assert!(quit.contains("自己主动辞职的一般领不到"), "{quit}");
}

#[test]
fn all_that_is_asked_for_outright_is_told_together() {
    let hall = TestHall::new();
    let owner = hall.citizen("owner");
    let both = owner.says(&hall, "开小卖部办执照要带什么，多少钱").is_answered_from("sole-trader-registration");
    let both = both.about(Facet::Documents).0.text();
    assert!(both.contains("要带2样") && both.contains("不收钱"), "{both}");
    let both = owner.says(&hall, "去哪里办，几天能拿到").is_answered_from("sole-trader-registration").0.text();
    assert!(both.contains("去这里") && both.contains("3个工作日"), "{both}");
}

#[test]
fn whether_a_paper_is_needed_is_told_for_that_paper() {
    let hall = TestHall::new();
    let son = hall.citizen("son");
    son.says(&hall, "我妈住院钱自己先垫了能报吗").is_answered_from("inpatient-reimbursement");
    let told = son.says(&hall, "户口本要带不").is_answered_from("inpatient-reimbursement").0.text();
    assert!(told.starts_with("孩子住院的，要带“孩子的户口本”"), "{told}");
    let told = son.says(&hall, "要带什么材料").about(Facet::Documents).0.text();
    assert!(told.contains("1. ") && told.contains("2. "), "the whole list: {told}");
}

#[test]
fn what_is_asked_of_nothing_is_asked_back_and_goes_on_after_what_nobody_knows() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    let back = uncle.says(&hall, "要带什么").is(Outcome::Clarify).0.text();
    assert!(back.contains("问的是哪件事"), "{back}");
    uncle.says(&hall, "领失业金").is_answered_from("unemployment-benefit").about(Facet::Documents);
    let mover = hall.citizen("mover");
    let offered = mover.says(&hall, "怎么转").is(Outcome::Clarify).0.buttons;
    assert_eq!(mover.says(&hall, "要带啥").is(Outcome::Clarify).0.buttons, offered, "still to be chosen from");
    let aunt = hall.citizen("aunt");
    let receipt = aunt.says(&hall, UNANSWERED).is(Outcome::Admit).0.receipt;
    assert_eq!(aunt.says(&hall, "要多久").is(Outcome::Admit).0.receipt, receipt, "it is about that still");
}

#[test]
fn whoever_thinks_again_is_heard_to_the_end() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    uncle.says(&hall, "失业金怎么领").is_answered_from("unemployment-benefit");
    uncle.says(&hall, "算了，那我要带什么").is_answered_from("unemployment-benefit").about(Facet::Documents);
    uncle.says(&hall, "算了").is(Outcome::Smalltalk);
}

#[test]
fn another_matter_is_heard_after_one_of_another_authority() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    aunt.says(&hall, "公积金怎么取").is(Outcome::Listed);
    aunt.says(&hall, "要带什么").is(Outcome::Listed);
    aunt.says(&hall, "那房产证在你们那办吗").is_answered_from("new-home-transfer");
}

#[test]
fn when_the_window_is_open_is_told_in_the_middle_of_a_matter() {
    let hall = TestHall::new();
    let owner = hall.citizen("owner");
    owner.says(&hall, "营业执照怎么办").is_answered_from("sole-trader-registration");
    owner.says(&hall, "周六上班不").is_answered_from("sole-trader-registration").about(Facet::Hours);
}

#[test]
fn on_a_free_day_the_last_day_is_counted_from_the_next_on_which_the_hall_works() {
    let hall = TestHall::new();
    let owner = hall.citizen("owner");
    let told = || owner.says(&hall, "营业执照要办几天").about(Facet::TimeLimit).0.text();
    assert!(told().contains("今天交齐"), "a Wednesday: {}", told());
    hall.wait(3 * 24 * 60);
    assert!(told().contains("下次上班是") && !told().contains("今天交齐"), "a Saturday: {}", told());
}

#[test]
fn a_greeting_begins_anew() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    uncle.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit");
    uncle.sends(&hall, Body::Start).is(Outcome::Help);
    assert_ne!(uncle.says(&hall, "要带什么").0.outcome, Outcome::Answer);
}

#[test]
fn a_thing_that_was_lost_is_no_missing_paper_unless_it_is_one_of_the_papers() {
    let hall = TestHall::new();
    let lost = |words: &str, guide: &str| hall.citizen(words).says(&hall, words).is_answered_from(guide);
    for (words, guide) in [("公章丢了怎么办", "seal-registration"), ("准迁证丢了怎么办", "move-in-permit-reissue")]
    {
        assert_ne!(lost(words, guide).0.facet, Some(Facet::MissingDocument), "{words}");
    }
    lost("补准迁证，户口本不见了", "move-in-permit-reissue").about(Facet::MissingDocument);
    let both = lost("公司改名了要换章，执照找不到了", "seal-registration").0.text();
    assert!(both.contains("办的时候要看“营业执照”"), "{both}");
    let citizen = hall.citizen("a");
    citizen.says(&hall, "准迁证过期了能换新的吗").is_answered_from("move-in-permit-reissue");
    let no_other = citizen.says(&hall, "准迁证弄丢了").is_answered_from("move-in-permit-reissue").0.text();
    assert!(no_other.starts_with("准迁证丢了、坏了、过期了，回发证的地方补换一张。"), "{no_other}");
}

#[test]
fn what_left_the_corpus_in_the_meantime_is_not_leant_on() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    let gone = Dialogue {
        guide: Some("gone".into()),
        earlier: vec!["gone-too".into()],
        aside: Some("gone-aside".into()),
        offered: vec![EntryRef::Guide("gone".into())],
        last_at: Some(support::a_wednesday_in_april()),
        ..Dialogue::default()
    };
    hall.records().keep_conversation(&aunt.conversation, &gone).unwrap();
    for words in ["要带什么", "第一个", "两千块"] {
        hall.records().keep_conversation(&aunt.conversation, &gone).unwrap();
        let reply = aunt.says(&hall, words).0;
        assert_ne!(reply.outcome, Outcome::Answer, "{words}: {}", reply.text());
    }
    assert!(hall.hall().metrics().contains("wenban_failures_total 0\n"), "nobody was given an apology");
    aunt.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit");
}

#[test]
fn a_conversation_is_forgotten_after_half_an_hour_and_survives_a_restart_before() {
    let mut hall = TestHall::on_disk();
    let uncle = hall.citizen("uncle");
    uncle.says(&hall, "失业金怎么申请").is_answered_from("unemployment-benefit");
    hall.restart();
    uncle.says(&hall, "要带什么").is_answered_from("unemployment-benefit").about(Facet::Documents);
    hall.wait(31);
    let later = uncle.says(&hall, "要带什么");
    assert_ne!(later.0.outcome, Outcome::Answer, "{}", later.0.text());
}

#[test]
fn messages_without_words_get_a_kind_sentence() {
    let hall = TestHall::new();
    let person = hall.citizen("person");
    let unseen = [Attachment::Video, Attachment::Sticker, Attachment::Location, Attachment::Contact, Attachment::File];
    for attachment in unseen.into_iter().chain([Attachment::Photo, Attachment::Voice, Attachment::Other]) {
        person.sends(&hall, Body::Attachment(attachment)).is(Outcome::Reject);
    }
    for words in ["", " \n\t ", "😡😡😡", "<img src=x onerror=alert(1)>", &"(".repeat(4096), "\u{202e}\u{200b}"] {
        person.says(&hall, words).is(Outcome::Reject);
    }
}

#[test]
fn forged_and_stale_buttons_do_no_harm() {
    let hall = TestHall::new();
    let person = hall.citizen("person");
    for token in ["f:no-such-guide:fee", "g:no-such-guide", "m:nothing", "j:nothing", "s:unemployment-benefit:nothing"]
    {
        person.presses(&hall, Action::parse(token).expect("well formed")).is(Outcome::Help);
    }
    person.presses(&hall, Action::NoneOfThese).is(Outcome::Clarify);
}

#[test]
fn whoever_names_another_matter_gets_that_one() {
    let hall = TestHall::new();
    let edition = hall.hall().edition();
    let clerk = hall.citizen("clerk");
    for guide in edition.corpus.guides.iter().chain(edition.corpus.guides.iter().rev()) {
        clerk.says(&hall, &guide.plain_name).is_answered_from(guide.id.as_str());
    }
}

#[test]
fn what_is_said_not_to_be_meant_is_not_answered() {
    let hall = TestHall::new();
    for words in ["不是签注，是通行证", "我要办港澳通行证，不是签注"] {
        hall.citizen(words).says(&hall, words).is_answered_from("hk-macao-permit");
    }
}

#[test]
fn two_matters_in_one_message_are_laid_out_one_by_one_and_either_can_be_chosen() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    let plan = aunt.says(&hall, "公司注销怎么办，另外失业金怎么领").is(Outcome::Journey).0;
    let guides: Vec<&str> = plan.guides.iter().map(|guide| guide.id.as_str()).collect();
    assert_eq!(guides, ["company-closure", "unemployment-benefit"]);
    aunt.says(&hall, "第二个").is_answered_from("unemployment-benefit");
    // One matter with two questions about it stays one.
    aunt.says(&hall, "失业金怎么领，还要带什么").is_answered_from("unemployment-benefit");
}

#[test]
fn an_age_and_who_goes_for_whom_choose_the_situation() {
    let hall = TestHall::new();
    let situation = |words: &str| {
        let reply = hall.citizen(words).says(&hall, words).is(Outcome::Answer).0;
        reply.checklist.and_then(|(_, situation)| situation)
    };
    assert_eq!(situation("14岁办港澳通行证要带什么").as_deref(), Some("child"));
    assert_eq!(situation("70岁办港澳通行证要带什么"), None);
    assert_eq!(situation("给阿公办居民养老金要带什么").as_deref(), Some("proxy"));
}

#[test]
fn the_words_of_a_neighbours_button_choose_it_also_when_they_are_said() {
    let hall = TestHall::new();
    let uncle = hall.citizen("uncle");
    uncle.says(&hall, "个体户注销怎么办").is_answered_from("sole-trader-closure");
    uncle.says(&hall, "有人接手").is_answered_from("sole-trader-change");
}

#[test]
fn what_is_said_not_to_be_meant_does_not_turn_down_what_is() {
    let hall = TestHall::new();
    let aunt = hall.citizen("aunt");
    aunt.says(&hall, "住院费用怎么报销").is_answered_from("inpatient-reimbursement");
    let reply = aunt.says(&hall, "不是工伤，自己生病的").0;
    assert_ne!(reply.guides.first().map(|guide| guide.id.as_str()), Some("injury-expense-claim"), "{}", reply.text());
}

#[test]
fn one_word_that_may_mean_many_things_is_asked_back() {
    let hall = TestHall::new();
    for word in ["养老", "户口", "公司", "工伤"] {
        let heard = hall.citizen(word).says(&hall, word).is(Outcome::Clarify);
        assert!(heard.0.buttons.len() > 2, "{}", heard.0.text());
    }
}

#[test]
fn the_name_of_an_area_alone_lays_out_its_matters() {
    let hall = TestHall::new();
    for (word, matter) in [("医保", "住院单子拿回来报"), ("社保", "领失业金"), ("不动产", "查房产、开无房证明")]
    {
        let heard = hall.citizen(word).says(&hall, word).0;
        assert!(heard.buttons.iter().any(|button| button.label == matter), "{}", heard.text());
    }
}
