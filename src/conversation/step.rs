//! What can be done about a message, how much of a guide it tells, and why: the vocabulary of decisions.

use super::message::Attachment;
use crate::corpus::{Facet, GuideId, HallTopic, JourneyId, MatterId, Passage, Zone};
use crate::phrasing::ReplyId;
use crate::records::{Answer, Level, Receipt};
use crate::search::EntryRef;
use crate::understand::Unreadable;

/// Facets told beside the one that leads, at most.
const MOST_ALSO: usize = 2;

/// What to do about a message.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What.
    pub step: Step,
    /// Why.
    pub reason: Reason,
}

/// The closed list of what can be done.
#[derive(Clone, Debug)]
pub enum Step {
    /// Answer from a guide.
    Answer {
        /// Which.
        guide: GuideId,
        /// What of it.
        excerpt: Excerpt,
        /// Said or chosen before, or in this message.
        situation: Option<String>,
        /// 0..=1.
        confidence: f32,
    },
    /// Say that the guide leaves this open and whom to ask.
    Unsure {
        /// Which guide.
        guide: GuideId,
        /// It is a question, to be kept.
        is_asked: bool,
        /// Nothing of the guide was told before.
        opens: bool,
        /// The sentence of the guide that comes nearest, if any does.
        nearest: Option<Told>,
    },
    /// Ask which of these is meant.
    Clarify(Vec<(EntryRef, f32)>),
    /// Lay out several matters that one message asks for.
    Several(Vec<(EntryRef, f32)>),
    /// Lay out a life event.
    Journey(JourneyId),
    /// Say whose matter it is.
    Listed(MatterId),
    /// Say that nothing more is known of it here and whose it is.
    ListedDetail {
        /// Which matter.
        matter: MatterId,
        /// What of it is asked for.
        facet: Option<Facet>,
        /// It is a question, to be kept.
        is_asked: bool,
    },
    /// Show the service areas.
    Areas,
    /// Show the matters of an area.
    Area(Zone),
    /// Speak of the hall.
    Hall(HallTopic),
    /// Pass on to a person.
    Handoff {
        /// Whoever wrote is in despair.
        in_distress: bool,
    },
    /// Take an opinion.
    TakeOpinion,
    /// Take a hint at misconduct.
    TakeMisconduct,
    /// Ask for the opinion.
    AskOpinion,
    /// Show the levels for an answer.
    OfferLevels(Answer),
    /// Take a rating.
    Rate(Answer, Level),
    /// Refuse a rating: nothing this person may rate.
    RefuseRating,
    /// Take the reason of a low rating.
    TakeReason(Receipt),
    /// Leave the reason.
    LeaveReason,
    /// Say how far a record has come.
    Progress(Option<Receipt>),
    /// Erase what leads to this person.
    Forget,
    /// Small talk.
    Smalltalk(ReplyId),
    /// Explain oneself.
    Help {
        /// The conversation has just begun.
        first_words: bool,
    },
    /// Nothing to read.
    Reject(Rejection),
    /// None of the offered: ask to say it again, once.
    SayAgain,
    /// A facet of nothing was asked for: ask of which matter.
    AskWhich(Option<Facet>),
    /// Not known; keep the question.
    Admit {
        /// What came closest.
        candidates: Vec<(EntryRef, f32)>,
        /// The question is the one asked before, of which all offers were turned down.
        earlier_question: bool,
    },
}

impl Step {
    /// Whether it speaks of a matter or asks which is meant.
    pub fn is_of_a_matter(&self) -> bool {
        matches!(
            self,
            Step::Answer { .. }
                | Step::Unsure { .. }
                | Step::Clarify(_)
                | Step::Several(_)
                | Step::Journey(_)
                | Step::Listed(_)
                | Step::ListedDetail { .. }
        )
    }

    /// Whether it speaks of what one person left here, which nobody else in the room is to read.
    pub fn is_private(&self) -> bool {
        matches!(self, Step::Progress(_) | Step::Forget | Step::OfferLevels(_) | Step::Rate(..) | Step::TakeReason(_))
    }
}

/// What of a guide is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The facet that leads.
    pub facet: Facet,
    /// How much of it.
    pub extent: Extent,
    /// Facets that are told whole after it.
    pub also: Vec<Facet>,
    /// It is the nearest there is to what was asked, and may not answer it.
    pub is_doubted: bool,
}

impl Excerpt {
    /// All of one facet.
    pub fn facet(facet: Facet) -> Self {
        Self::new(facet, Extent::Facet)
    }

    /// So much of a facet.
    pub fn new(facet: Facet, extent: Extent) -> Self {
        Self { facet, extent, also: Vec::new(), is_doubted: false }
    }

    /// Whether `passage`, the sentence with this number, is in what leads.
    pub fn tells(&self, number: usize, passage: &Passage<'_>) -> bool {
        let is_of_facet = self.facet == passage.facet && !passage.is_detail;
        match &self.extent {
            Extent::Facet => is_of_facet,
            Extent::Led(leading) => is_of_facet || *leading == number,
            Extent::Passages(told) | Extent::Opening(told) => told.iter().any(|told| told.passage == number),
            Extent::Paper(_) => false,
        }
    }

    /// The sentences that are all it tells, by their numbers among the passages.
    pub fn told_alone(&self) -> Vec<usize> {
        match &self.extent {
            Extent::Passages(told) => told.iter().map(|told| told.passage).collect(),
            Extent::Opening(_) | Extent::Led(_) | Extent::Facet | Extent::Paper(_) => Vec::new(),
        }
    }

    /// With all that was asked for outright, where that is more than one thing, or a list that no sentence is: half an
    /// answer brings the next question.
    pub fn with_all_of(mut self, asked: &[Facet]) -> Self {
        let is_paper = matches!(self.extent, Extent::Paper(_));
        if asked.len() > 1 || (asked == [Facet::Documents] && !is_paper) {
            self.also.extend(asked.iter().filter(|facet| **facet != self.facet).take(MOST_ALSO));
        }
        self
    }
}

/// How much of a facet is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Facet,
    /// All of it, this sentence first, by its number among the passages.
    Led(usize),
    /// Whether the paper with this number is needed.
    Paper(usize),
    /// These sentences of the guide, the likeliest first: they say what was asked.
    Passages(Vec<Told>),
    /// These sentences first, then what the matter is.
    Opening(Vec<Told>),
}

/// A sentence of a guide that is told for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its number among the passages.
    pub passage: usize,
    /// Without what is said around a paper's or a condition's: that it must be there, that it depends on this.
    pub plainly: bool,
}

/// What cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Words, but unreadable.
    Words(Unreadable),
    /// No words.
    Attachment(Attachment),
    /// Abuse, advertising, noise.
    Noise,
}

/// Why a decision was taken, for the explanation.
#[derive(Clone, Debug)]
pub enum Reason {
    /// A button was pressed or an option chosen.
    Chosen,
    /// Only a facet was said; the matter is the one talked about.
    FollowUp,
    /// The words lean on the matter talked about more than on any other.
    LeansOnContext,
    /// A deciding phrase of the corpus was in it.
    Cue(String),
    /// The first hit reached the threshold.
    Sure {
        /// Its confidence.
        confidence: f32,
        /// The threshold.
        threshold: f32,
    },
    /// Several hits reached the offering threshold, none the answering one.
    Plausible {
        /// The best confidence.
        confidence: f32,
        /// The answering threshold.
        threshold: f32,
    },
    /// The first hit is another office's matter or something nobody here knows, but guides are likely enough that saying so
    /// could send somebody away.
    MaySendAway,
    /// One word that several guides may be meant by, however likely the first.
    OneWord,
    /// Nothing reached the offering threshold.
    NothingClose {
        /// The best confidence.
        confidence: f32,
        /// The offering threshold.
        threshold: f32,
    },
    /// The words are those by which the staff tell a neighbour from the matter talked about.
    ToldApart,
    /// It ends with thanks, asks nothing and names nothing known.
    Parting,
    /// It is about no matter and worded as people say what they think of the hall.
    Opinion,
    /// Each part of the message was sure by itself.
    SeveralParts,
    /// The form of the message decided.
    Form,
}
