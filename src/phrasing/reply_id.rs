//! Every sentence the bot can say, by id, with the blanks it may use. The words stand in `corpus/replies.toml`.

use serde::{Serialize, Serializer};

macro_rules! reply_ids {
    ($($(#[$doc:meta])* $name:ident = $key:literal [$($blank:literal),*];)*) => {
        /// A sentence the bot can say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ReplyId {
            $($(#[$doc])* $name,)*
        }

        impl ReplyId {
            /// All of them, in the order of the file.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The id in the reply file.
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            /// The blanks its wording may use.
            pub fn blanks(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($blank),*],)*
                }
            }
        }
    };
}

reply_ids! {
    /// First words.
    Welcome = "welcome" ["hall"];
    /// What is kept and how to erase it.
    Privacy = "privacy" [];
    /// What it can do.
    Help = "help" [];
    /// How to ask, by example.
    HelpExamples = "help_examples" [];
    /// The areas follow as buttons.
    HelpAreas = "help_areas" [];
    /// The matters of an area follow as buttons.
    Area = "area" ["area"];
    /// 你好
    Greeting = "greeting" [];
    /// 谢谢
    Thanks = "thanks" [];
    /// 再见
    Farewell = "farewell" [];
    /// 好的
    Acknowledged = "acknowledged" [];
    /// 你是谁
    WhoAreYou = "who_are_you" [];
    /// Kind words.
    KindWords = "kind_words" [];
    /// Talk about something else.
    OffTopic = "off_topic" [];
    /// Where the hall is.
    HallAddress = "hall_address" ["address"];
    /// Unknown so far.
    HallAddressUnknown = "hall_address_unknown" ["hall"];
    /// One stretch of opening hours.
    HallHours = "hall_hours" ["days", "from", "to"];
    /// Unknown so far.
    HallHoursUnknown = "hall_hours_unknown" [];
    /// Open at this moment.
    HallOpenNow = "hall_open_now" ["until"];
    /// Closed at this moment.
    HallClosedNow = "hall_closed_now" [];
    /// Today is a public holiday or a weekend.
    HallClosedToday = "hall_closed_today" [];
    /// The hall's phone.
    HallPhone = "hall_phone" ["phone"];
    /// Unknown so far.
    HallPhoneUnknown = "hall_phone_unknown" [];
    /// Where to park.
    HallParking = "hall_parking" ["parking"];
    /// Unknown so far.
    HallParkingUnknown = "hall_parking_unknown" [];
    /// When opinions are collected.
    HallBooth = "hall_booth" ["first_month", "last_month", "mornings"];
    /// The season is not now.
    HallBoothOutOfSeason = "hall_booth_out_of_season" [];
    /// Something about the hall nobody has written down.
    HallOtherUnknown = "hall_other_unknown" [];
    /// The human way.
    AskHotline = "ask_hotline" ["hotline"];
    /// The human way, in the right field.
    AskUnitHotline = "ask_unit_hotline" ["unit", "hotline"];
    /// The human way, at the right phone.
    AskUnitPhone = "ask_unit_phone" ["unit", "phone"];
    /// 不想活了
    Distress = "distress" [];
    /// Wants a person.
    Handoff = "handoff" [];
    /// The message is kept for a person.
    HandoffKept = "handoff_kept" ["receipt", "owner"];
    /// Too many messages at once.
    SlowDown = "slow_down" [];
    /// Go on and say it.
    SuggestionPrompt = "suggestion_prompt" [];
    /// Kept.
    SuggestionKept = "suggestion_kept" ["receipt"];
    /// What happens with it.
    SuggestionNext = "suggestion_next" ["owner"];
    /// Kept for supervision only.
    MisconductKept = "misconduct_kept" ["receipt", "supervision"];
    /// A facet of nothing was asked for.
    AskWhich = "ask_which" [];
    /// Not known.
    Admit = "admit" [];
    /// Kept.
    AdmitKept = "admit_kept" ["receipt"];
    /// Kept with what was asked about the same matter before.
    AdmitAdded = "admit_added" ["receipt"];
    /// Who answers for it.
    AdmitOwner = "admit_owner" ["owner"];
    /// How to ask about it later.
    AdmitProgress = "admit_progress" [];
    /// Kept; the number is not for everybody in the room.
    KeptPrivately = "kept_privately" [];
    /// Not in front of everybody in the room.
    AskPrivately = "ask_privately" [];
    /// The record failed: nothing was kept.
    NotKept = "not_kept" [];
    /// Something failed inside.
    Failure = "failure" ["reference"];
    /// A button: rate this answer; the levels follow.
    RateAnswer = "rate_answer" [];
    /// A level.
    RatingVerySatisfied = "rating_very_satisfied" [];
    /// A level.
    RatingSatisfied = "rating_satisfied" [];
    /// A level.
    RatingFairlySatisfied = "rating_fairly_satisfied" [];
    /// A level.
    RatingDissatisfied = "rating_dissatisfied" [];
    /// A level.
    RatingVeryDissatisfied = "rating_very_dissatisfied" [];
    /// The rating was taken.
    RatingKept = "rating_kept" [];
    /// A button: the rating given, to be changed.
    RatingGiven = "rating_given" ["level"];
    /// A low rating will be looked into.
    RatingFollowUp = "rating_follow_up" ["receipt", "owner"];
    /// Why so low?
    RatingWhy = "rating_why" [];
    /// A button: rather not say.
    RatingNoReason = "rating_no_reason" [];
    /// The reason was taken.
    RatingReasonKept = "rating_reason_kept" ["receipt", "owner"];
    /// The day is over.
    RatingUnalterable = "rating_unalterable" ["level"];
    /// Not an answer this person can rate.
    RatingRefused = "rating_refused" [];
    /// Which receipt?
    ProgressWhich = "progress_which" [];
    /// No receipt of this number.
    ProgressUnknown = "progress_unknown" ["receipt"];
    /// Open.
    ProgressOpen = "progress_open" ["receipt", "date", "text"];
    /// Answered.
    ProgressAnswered = "progress_answered" ["receipt"];
    /// Nothing is waiting.
    ProgressNone = "progress_none" [];
    /// To the asker: there is an answer.
    WindowAnswered = "window_answered" ["receipt"];
    /// The question as it was asked.
    Asked = "asked" ["text"];
    /// The window's answer.
    WindowSays = "window_says" ["text"];
    /// To the staff: a question waits.
    StaffOpen = "staff_open" ["receipt"];
    /// To the staff: it has been answered.
    StaffClosed = "staff_closed" ["receipt", "by"];
    /// To the staff: who owns it first.
    StaffOwner = "staff_owner" ["owner"];
    /// To the staff: what came closest.
    StaffNear = "staff_near" ["names"];
    /// To the staff: where and when it was asked.
    StaffAsked = "staff_asked" ["channel", "time"];
    /// To the staff: how to answer.
    StaffHow = "staff_how" [];
    /// To the staff: the answer was taken.
    StaffTaken = "staff_taken" ["receipt"];
    /// To the staff: the asker was forgotten.
    StaffNobodyWaits = "staff_nobody_waits" ["receipt"];
    /// To the staff: somebody else was first.
    StaffAlready = "staff_already" ["receipt", "by"];
    /// To the staff: an answer is words.
    StaffWordsOnly = "staff_words_only" [];
    /// To the staff: personal data was masked; the answer as it is told follows.
    StaffMasked = "staff_masked" [];
    /// A button for staff: propose these words to the editors.
    Propose = "propose" [];
    /// To the staff: which entry do they ask for?
    ProposeWhich = "propose_which" [];
    /// A button for staff: none of these.
    ProposeOther = "propose_other" [];
    /// To the staff: that entry is gone.
    ProposeGone = "propose_gone" [];
    /// To the staff: proposed.
    Proposed = "proposed" ["name"];
    /// To the staff: proposed, for the editors to place.
    ProposedOpen = "proposed_open" [];
    /// Forgotten.
    Forgotten = "forgotten" ["count"];
    /// Nothing to read.
    RejectEmpty = "reject_empty" [];
    /// Over the limit.
    RejectTooLong = "reject_too_long" ["longest"];
    /// Not words.
    RejectNotWords = "reject_not_words" [];
    /// A photo.
    RejectPhoto = "reject_photo" [];
    /// A voice message.
    RejectVoice = "reject_voice" [];
    /// A video.
    RejectVideo = "reject_video" [];
    /// A sticker.
    RejectSticker = "reject_sticker" [];
    /// A place; the hall's address follows.
    RejectLocation = "reject_location" [];
    /// Somebody's phone number.
    RejectContact = "reject_contact" [];
    /// A file.
    RejectFile = "reject_file" [];
    /// Any other attachment.
    RejectAttachment = "reject_attachment" [];
    /// How to ask.
    HowToAsk = "how_to_ask" [];
    /// Personal data was masked.
    Masked = "masked" [];
    /// Which of these?
    Clarify = "clarify" [];
    /// Which of these, by the hall's own question.
    ClarifyBy = "clarify_by" ["question"];
    /// Is it this one?
    ClarifyOne = "clarify_one" ["name"];
    /// A button: none of them.
    NoneOfThese = "none_of_these" [];
    /// A button: it is this one.
    ThisOne = "this_one" ["name"];
    /// None of them: say it in other words.
    SayAgain = "say_again" [];
    /// What was said of the guide cannot be answered surely.
    Unsure = "unsure" ["name"];
    /// A guide leaves open what is asked of it, beyond what was just told.
    UnsureBeyond = "unsure_beyond" ["name"];
    /// Before what may not answer: it is the nearest there is.
    Doubted = "doubted" [];
    /// Before the sentence that comes nearest to what the guide leaves open.
    Nearest = "nearest" [];
    /// A matter without a guide.
    Listed = "listed" ["name"];
    /// That no more is known of a matter spoken of before.
    ListedAgain = "listed_again" ["name"];
    /// That this facet of it is not known.
    ListedFacet = "listed_facet" ["name", "facet"];
    /// Whose it is and where to ask.
    ListedWhere = "listed_where" ["where"];
    /// Several matters asked for at once.
    Several = "several" ["count"];
    /// A life event: its conclusion.
    Journey = "journey" ["name", "one_line"];
    /// How many matters.
    JourneyCount = "journey_count" ["count"];
    /// One matter of it.
    JourneyStage = "journey_stage" ["number", "name", "note"];
    /// Papers needed more than once.
    JourneyShared = "journey_shared" ["documents"];
    /// The official name.
    OfficialName = "official_name" ["official_name"];
    /// A sentence of the guide as it stands.
    Sentence = "sentence" ["text"];
    /// An item of a list.
    Item = "item" ["number", "text"];
    /// How many papers.
    OverviewDocuments = "overview_documents" ["count"];
    /// How many visits.
    Visits = "visits" ["visits"];
    /// Several conditions.
    Eligibility = "eligibility" ["name", "count"];
    /// One condition.
    EligibilityOne = "eligibility_one" ["name", "text"];
    /// One condition that a message is about.
    PassageEligibility = "passage_eligibility" ["text"];
    /// What to bring.
    Documents = "documents" ["name", "count"];
    /// What to bring in a situation.
    DocumentsFor = "documents_for" ["name", "situation", "count"];
    /// One paper.
    Document = "document" ["number", "name", "original", "copies", "deferrable_days", "e_certificate", "note"];
    /// One paper, to whoever asks whether it is needed; of some situations only.
    PaperNeeded = "paper_needed" ["situations", "name", "original", "copies", "deferrable_days", "e_certificate", "note"];
    /// Other situations need more.
    OtherSituations = "other_situations" [];
    /// Steps.
    Steps = "steps" ["name", "count"];
    /// Where.
    Place = "place" ["name", "place"];
    /// Where at the hall.
    PlaceCounter = "place_counter" ["counter"];
    /// Unknown so far.
    PlaceUnknown = "place_unknown" ["name", "unit"];
    /// The hall's promise.
    TimePromised = "time_promised" ["name", "days"];
    /// The law's limit.
    TimeStatutory = "time_statutory" ["name", "days"];
    /// Beside a promise.
    TimeStatutoryToo = "time_statutory_too" ["days"];
    /// The last day, handed in today or, when nobody works today, on the day of `start`.
    TimeLatest = "time_latest" ["start", "month", "day"];
    /// The holidays of that year are not known yet.
    TimeLatestWeekends = "time_latest_weekends" ["start", "month", "day"];
    /// Unknown so far.
    TimeUnknown = "time_unknown" ["name"];
    /// Free.
    FeeFree = "fee_free" ["name"];
    /// A fee.
    Fee = "fee" ["name", "yuan"];
    /// Unknown so far.
    FeeUnknown = "fee_unknown" ["name"];
    /// All of it online.
    OnlineFull = "online_full" ["name", "platforms"];
    /// A part online.
    OnlinePartial = "online_partial" ["name", "platforms"];
    /// Not online.
    OnlineNone = "online_none" ["name"];
    /// Not confirmed.
    OnlineUnconfirmed = "online_unconfirmed" ["name", "platforms"];
    /// Unknown so far.
    OnlineUnknown = "online_unknown" ["name"];
    /// Somebody else may come.
    ProxyYes = "proxy_yes" ["name"];
    /// Nobody else may come.
    ProxyNo = "proxy_no" ["name"];
    /// It depends.
    ProxyDepends = "proxy_depends" ["name"];
    /// Unknown so far.
    ProxyUnknown = "proxy_unknown" ["name"];
    /// That paper must be there.
    MissingRequired = "missing_required" ["document"];
    /// That paper may follow.
    MissingDeferrable = "missing_deferrable" ["document", "days"];
    /// That paper is not needed with an e-certificate.
    MissingWaived = "missing_waived" ["document", "e_certificate"];
    /// A paper that is not on the list.
    MissingWhich = "missing_which" ["name", "count"];
    /// What one gets.
    Result = "result" ["name"];
    /// Unknown so far.
    ResultUnknown = "result_unknown" ["name"];
    /// 多说一句
    Tip = "tip" ["tip"];
    /// Not yet checked.
    Draft = "draft" [];
    /// Past its review date.
    Overdue = "overdue" ["month", "day", "year"];
    /// Checked on.
    CheckedOn = "checked_on" ["month", "day", "year"];
    /// That another matter may be meant: its button is below.
    OrMeant = "or_meant" ["name"];
    /// A button: not this matter.
    NotThis = "not_this" [];
    /// A button or link: the checklist to print.
    Checklist = "checklist" [];
    /// A link below a guide that was handed on.
    AskOn = "ask_on" [];
    /// The command menu: start.
    CommandStart = "command_start" [];
    /// The command menu: help.
    CommandHelp = "command_help" [];
    /// Command menu: the service areas.
    CommandAreas = "command_areas" [];
    /// Command menu: an opinion.
    CommandSuggest = "command_suggest" [];
    /// Command menu: being forgotten.
    CommandForget = "command_forget" [];
    /// The command menu: what I left here.
    CommandMine = "command_mine" [];
}

impl ReplyId {
    /// The reply written as `key`.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reply| reply.key() == key)
    }
}

impl Serialize for ReplyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}
