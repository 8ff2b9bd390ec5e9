//! The path of a message through the house: read, understood, searched, decided, rendered, recorded.
//!
//! Channels hand a `Message` in and draw the `Reply` that comes out; what was acknowledged is on disk by then.

pub mod answering;
pub mod context;
pub mod decision;
mod dialogue;
mod keeping;
pub mod message;
mod rating;
pub mod render;
pub mod reply;
mod share;
pub mod step;
mod window;

use std::time::Instant;

use jiff::{Timestamp, Zoned};

pub use dialogue::Dialogue;
pub use message::{Action, Attachment, Body, Message};
pub use reply::{Button, GuideRef, Outcome, Reply, ReplyJson};
pub use share::Shareable;
pub use window::StaffAct;

use crate::clock::at_the_hall;
use crate::corpus::{Facet, HallTopic};
use crate::edition::Edition;
use crate::phrasing::ReplyId;
use crate::records::{Channel, ConversationId, RecordError, Records, SuggestionKind};
use crate::search::{EntryRef, Evidence, Hit, Query};
use crate::text::{Redacted, redact};
use crate::understand::{self, Reading, readable};
use decision::{Situation, decide, decide_press};
use render::{Renderer, ToldBefore};
use step::{Decision, Excerpt, Reason, Rejection, Step};

/// At and above this share another matter may be meant as well as the one that is answered.
const RIVAL_AT: f32 = 0.2;

/// From this confidence on, the words alone name another matter surely enough to offer it after an answer in context...
const SURE_ALONE: f32 = 0.7;
/// ...or after saying that the guide has none, or taking an opinion.
const PLAIN_ALONE: f32 = 0.5;

/// One conversation core over one edition of the corpus and the records.
pub struct Conversation<'h> {
    /// The corpus and all that is built from it.
    pub edition: &'h Edition,
    /// Where things are kept; `None` records nothing and promises nothing.
    pub records: Option<&'h Records>,
    /// When the message came.
    pub now: Timestamp,
}

/// Everything that led to a reply, for `--explain`.
pub struct Trace<'h> {
    /// The words as kept.
    pub redacted: Redacted,
    /// The words as matched, without questions about the hall beside a matter.
    pub normalised: String,
    /// The same without what is said not to be meant: what is searched for.
    pub asked: String,
    /// The facts of the hall asked for beside the rest.
    pub hall_asked: Vec<HallTopic>,
    /// What they say about themselves.
    pub reading: Reading<'h>,
    /// The terms looked up.
    pub query: Query,
    /// What may answer.
    pub hits: Vec<Hit>,
    /// What may be meant in the light of what was said before, with what speaks for it; empty when nothing was.
    pub in_context: Vec<context::InContext>,
    /// What of the guide talked about may answer, with what speaks for it; empty when none was.
    pub in_guide: Vec<answering::Judged>,
    /// What was decided, and why.
    pub decision: Decision,
}

impl<'h> Conversation<'h> {
    /// Answers a message, leaning on what was said before, and keeps what must be kept.
    pub fn receive(&self, message: &Message) -> Result<Reply, RecordError> {
        let started = Instant::now();
        let dialogue = self.recall(&message.conversation)?;
        let (mut reply, next) = self.turn(message, dialogue)?;
        self.remember(&message.conversation, next)?;
        self.tell_answers(&message.conversation, &mut reply)?;
        reply.micros = started.elapsed().as_micros() as u64;
        Ok(reply)
    }

    /// The same without reading or writing the conversation's state: the caller keeps it between turns.
    pub fn turn(&self, message: &Message, dialogue: Dialogue) -> Result<(Reply, Dialogue), RecordError> {
        let started = Instant::now();
        let dialogue = dialogue.within(&self.edition.corpus);
        let (mut rival, mut hall_asked) = (None, Vec::new());
        let (decision, redacted, normalised) = match &message.body {
            Body::Text(text) | Body::Captioned(_, text) => {
                let trace = self.consider(text, &dialogue);
                rival = self.rival(&trace, &dialogue);
                hall_asked = trace.hall_asked;
                (trace.decision, trace.redacted, trace.normalised)
            }
            Body::Press(action) => {
                let decision = decide_press(action, &self.edition.corpus, &dialogue);
                (self.as_asked(decision, "", &dialogue), redact(""), String::new())
            }
            Body::Start => (form(Step::Help { first_words: true }), redact(""), String::new()),
            Body::Attachment(kind) => (form(Step::Reject(Rejection::Attachment(*kind))), redact(""), String::new()),
        };
        let said = Said { message, redacted, normalised };
        // The web page says it before the first word.
        let is_first_contact = message.channel == Channel::Telegram
            && dialogue.last_at.is_none()
            && !message.conversation.is_shared()
            && !matches!(decision.step, Step::Forget);
        let mut reply = self.act(&decision.step, &said, &dialogue)?;
        if let Some(rival) = rival.filter(|_| matches!(reply.outcome, Outcome::Answer | Outcome::Suggestion)) {
            self.renderer(&at_the_hall(self.now)).add_rival(&rival, &mut reply);
        }
        self.renderer(&at_the_hall(self.now)).add_hall(&hall_asked, &mut reply);
        if let Body::Captioned(attachment, _) = &message.body {
            reply.lines.push(self.edition.phrasing.say(render::cannot_see(*attachment), &[]));
        }
        if message.body.words().is_some_and(|words| said.redacted.as_str() != words) {
            reply.lines.push(self.edition.phrasing.say(ReplyId::Masked, &[]));
        }
        if is_first_contact && !reply.lines.iter().any(|line| line.reply == ReplyId::Privacy) {
            reply.lines.push(self.edition.phrasing.say(ReplyId::Privacy, &[]));
        }
        let mut next = self.next_dialogue(dialogue, &decision, &said, &reply);
        self.offer_rating(&decision.step, message.conversation.is_shared(), &mut reply, &mut next);
        reply.micros = started.elapsed().as_micros() as u64;
        Ok((reply, next))
    }

    /// Reads, searches and decides about words; writes nothing.
    pub fn consider(&self, text: &str, dialogue: &Dialogue) -> Trace<'h> {
        let (edition, redacted) = (self.edition, redact(text));
        let normalised = self.normal_form(&redacted);
        let (hall_asked, rest) = understand::beside_the_hall(&normalised, &edition.corpus, &edition.cues);
        let of_the_rest = rest.map(|rest| self.judge(text, redacted.clone(), rest, dialogue));
        let of_a_matter = of_the_rest.filter(|trace| trace.decision.step.is_of_a_matter());
        let trace = of_a_matter.unwrap_or_else(|| self.judge(text, redacted, normalised, dialogue));
        Trace { hall_asked, ..trace }
    }

    /// Decides about `normalised`, all or a part of what was said in `text`.
    fn judge(&self, text: &str, redacted: Redacted, normalised: String, dialogue: &Dialogue) -> Trace<'h> {
        let edition = self.edition;
        let lexicon = edition.search.lexicon();
        let reading = understand::read(&normalised, &edition.corpus, &edition.cues, lexicon);
        let said = understand::without_courtesies(&edition.corpus.language.turns, &normalised);
        let asked = understand::meant(said).into_owned();
        let query = edition.search.query(&asked);
        let hall_asked = Vec::new();
        if let Err(reason) = readable(text, &normalised) {
            let decision = form(Step::Reject(Rejection::Words(reason)));
            let (hits, in_context, in_guide) = (Vec::new(), Vec::new(), Vec::new());
            return Trace {
                redacted,
                normalised,
                asked,
                hall_asked,
                reading,
                query,
                hits,
                in_context,
                in_guide,
                decision,
            };
        }
        let hits = edition.search.search(&query);
        let before = dialogue.asked.as_ref().map(|asked| edition.normaliser.normalise(&asked.without_masks()));
        let together = before.map(|before| edition.search.search(&edition.search.query(&format!("{before}，{asked}"))));
        let parts = understand::parts(&asked, edition.corpus.language.turns.also.iter().map(|word| word.as_str()));
        // "失业金怎么领，还要带什么" is about one matter.
        let names_a_matter =
            |part: &&str| !understand::read(part, &edition.corpus, &edition.cues, lexicon).is_only_facet;
        let parts = parts.into_iter().filter(names_a_matter);
        let hits_by_part: Vec<Vec<Hit>> =
            parts.map(|part| edition.search.search(&edition.search.query(part))).collect();
        let situation = Situation {
            following: &edition.following,
            answering: &edition.answering,
            fits: &|entries| edition.search.fits(&query, entries),
            corpus: &edition.corpus,
            ranking: edition.search.ranking(),
            dialogue,
            reading: &reading,
            hits: &hits,
            unknown: query.unknown(),
            hits_together: together.as_deref().unwrap_or_default(),
            hits_by_part: &hits_by_part,
            normalised: &normalised,
            meaning: query.meaning(),
        };
        let in_context = context::candidates(&situation);
        let talked_about = dialogue.guide.as_ref().and_then(|guide| edition.corpus.guide(guide));
        let in_guide = talked_about.map_or_else(Vec::new, |guide| answering::candidates(&situation, guide));
        let decision = decide(&situation, &in_context, &in_guide);
        let more = if reading.pick.is_none() { asked.as_str() } else { "" };
        let decision = self.as_asked(decision, more, dialogue);
        Trace { redacted, normalised, asked, hall_asked, reading, query, hits, in_context, in_guide, decision }
    }

    /// What the words may well mean besides the guide that is answered or the opinion that is taken.
    fn rival(&self, trace: &Trace<'_>, dialogue: &Dialogue) -> Option<EntryRef> {
        let guide = match &trace.decision.step {
            Step::Answer { guide, .. } | Step::Unsure { guide, .. } => guide,
            Step::TakeOpinion | Step::TakeMisconduct => return self.matter_beside(&trace.normalised),
            _ => return None,
        };
        let is_judged = matches!(trace.decision.reason, Reason::LeansOnContext | Reason::Sure { .. });
        let features: Vec<_> = trace.in_context.iter().map(|(_, features)| *features).collect();
        let shares = self.edition.search.ranking().shares_in_context(&features);
        let in_context =
            trace.in_context.iter().zip(shares).filter_map(|((meant, _), share)| Some((meant.as_ref()?, share)));
        // What was said before may hide what the words alone name surely; where the guide has no answer, it helps no more.
        let alone_at = match trace.decision.step {
            _ if features.is_empty() => RIVAL_AT,
            Step::Unsure { .. } => PLAIN_ALONE,
            _ => SURE_ALONE,
        };
        let alone = trace.hits.iter().map(|hit| (&hit.entry, hit.confidence)).filter(|(_, share)| *share >= alone_at);
        let others = in_context.chain(alone).filter(|(entry, _)| match entry {
            EntryRef::Guide(other) => other != guide,
            EntryRef::Matter(_) => true,
            EntryRef::Journey(_) | EntryRef::Intent(_) => false,
        });
        // Whose it is was just said.
        let was_told = |entry: &EntryRef| matches!(entry, EntryRef::Matter(id) if dialogue.aside.as_ref() == Some(id));
        let others = others.filter(|(entry, _)| !was_told(entry));
        let (likeliest, share) = others.max_by(|a, b| a.1.total_cmp(&b.1))?;
        (is_judged && share >= RIVAL_AT).then(|| likeliest.clone())
    }

    /// "我要投诉3号窗口，还有社保卡丢了去哪补": the first matter that a clause beside an opinion surely asks for.
    fn matter_beside(&self, normalised: &str) -> Option<EntryRef> {
        let search = &self.edition.search;
        let asking = understand::clauses_that_ask(normalised, &self.edition.corpus);
        let firsts = asking.filter_map(|clause| search.search(&search.query(clause)).into_iter().next());
        let mut sure = firsts.filter(|hit| hit.confidence >= PLAIN_ALONE).map(|hit| hit.entry);
        sure.find(|entry| matches!(entry, EntryRef::Guide(_) | EntryRef::Matter(_)))
    }

    /// Words in the form they are matched in, slips of the key mended.
    fn normal_form(&self, words: &Redacted) -> String {
        self.edition.search.lexicon().spell(&self.edition.normaliser.normalise(&words.without_masks()))
    }

    /// Who chose a guide among those offered hears of it what the words that led to the offer, and `more` said with the
    /// choice, ask for.
    fn as_asked(&self, decision: Decision, more: &str, dialogue: &Dialogue) -> Decision {
        let Step::Answer { guide, excerpt: Excerpt { facet: Facet::Overview, .. }, .. } = &decision.step else {
            return decision;
        };
        let chosen = EntryRef::Guide(guide.clone());
        let was_offered = dialogue.guide.is_none() && dialogue.offered.contains(&chosen);
        let Some(asked) = dialogue.asked.as_ref().filter(|_| was_offered) else { return decision };
        let edition = self.edition;
        let normalised = format!("{}，{more}", self.normal_form(asked));
        let reading = understand::read(&normalised, &edition.corpus, &edition.cues, edition.search.lexicon());
        let meaning = edition.search.meaning(&normalised);
        let situation = Situation {
            following: &edition.following,
            answering: &edition.answering,
            fits: &|_| Vec::new(),
            corpus: &edition.corpus,
            ranking: edition.search.ranking(),
            dialogue: &Dialogue::default(),
            reading: &reading,
            hits: &[],
            unknown: &[],
            hits_together: &[],
            hits_by_part: &[],
            normalised: &normalised,
            meaning: meaning.as_ref(),
        };
        match decision::sure(&situation, &Hit { entry: chosen, confidence: 1.0, evidence: Evidence::default() }) {
            Some(step @ Step::Answer { .. }) => Decision { step, ..decision },
            _ => decision,
        }
    }

    fn recall(&self, id: &ConversationId) -> Result<Dialogue, RecordError> {
        let kept: Option<Dialogue> = self.records.map(|records| records.conversation(id)).transpose()?.flatten();
        Ok(kept.unwrap_or_default().as_of(self.now))
    }

    fn remember(&self, id: &ConversationId, dialogue: Dialogue) -> Result<(), RecordError> {
        match self.records {
            Some(records) if dialogue == Dialogue::default() => records.forget_conversation(id),
            Some(records) => records.keep_conversation(id, &dialogue),
            None => Ok(()),
        }
    }

    fn renderer<'r>(&'r self, now: &'r Zoned) -> Renderer<'r> {
        Renderer { corpus: &self.edition.corpus, phrasing: &self.edition.phrasing, now }
    }

    /// Renders a step, keeping first what the words will acknowledge.
    fn act(&self, step: &Step, said: &Said<'_>, dialogue: &Dialogue) -> Result<Reply, RecordError> {
        let now = at_the_hall(self.now);
        let render = self.renderer(&now);
        let corpus = &self.edition.corpus;
        if said.message.conversation.is_shared() && step.is_private() {
            return Ok(render.sentences(Outcome::Help, &[ReplyId::AskPrivately]));
        }
        Ok(match step {
            Step::Answer { guide, excerpt, situation, confidence } => {
                let guide = corpus.guide(guide).expect("decisions name guides of this corpus");
                let speaks_of_one = [excerpt.facet].iter().chain(&excerpt.also).any(|f| *f == Facet::MissingDocument);
                let missing = speaks_of_one
                    .then(|| understand::named_document(&said.normalised, guide, situation.as_deref()))
                    .flatten();
                render.answer(guide, excerpt, situation.as_deref(), missing, *confidence)
            }
            Step::Unsure { guide, is_asked, opens, nearest } => {
                let guide = corpus.guide(guide).expect("decisions name guides of this corpus");
                let before = match () {
                    () if *opens => ToldBefore::Nothing,
                    () if dialogue.guide.as_ref() == Some(&guide.id) && !dialogue.told.is_empty() => {
                        ToldBefore::Sentence
                    }
                    () => ToldBefore::Something,
                };
                let reply = render.unsure(guide, before, *nearest);
                self.leave_open(&render, said, guide, *is_asked, dialogue, reply)?
            }
            Step::Clarify(options) => render.clarify(options),
            Step::Several(matters) => render.several(matters),
            Step::Journey(id) => render.journey(corpus.journey(id).expect("decisions name journeys of this corpus")),
            Step::Listed(id) => {
                let matter = corpus.matter(id).expect("decisions name matters of this corpus");
                let again = dialogue.aside.as_ref() == Some(id);
                render.listed(matter, if again { ReplyId::ListedAgain } else { ReplyId::Listed })
            }
            Step::ListedDetail { matter, facet, is_asked } => {
                let matter = corpus.matter(matter).expect("decisions name matters of this corpus");
                let entry = EntryRef::Matter(matter.id.clone());
                let goes_on = dialogue.kept.as_ref().is_some_and(|(about, _)| about.as_ref() == Some(&entry));
                let mut reply = render.listed_detail(matter, *facet, goes_on);
                // What other houses know, nobody here can be asked to find out.
                if let Some(unit) = matter.unit.as_ref().and_then(|id| corpus.unit(id)) {
                    self.keep_detail(&render, said, entry, *is_asked, dialogue, &mut reply)?;
                    reply.lines.extend(render.ask_unit(unit));
                }
                reply
            }
            Step::Areas => render.areas(),
            Step::Area(zone) => render.area(*zone),
            Step::Hall(topic) => render.hall(*topic),
            Step::Handoff { in_distress } => self.hand_off(&render, said, *in_distress)?,
            Step::AskOpinion => render.sentences(Outcome::Suggestion, &[ReplyId::SuggestionPrompt]),
            Step::TakeOpinion => self.take_suggestion(&render, said, SuggestionKind::Opinion)?,
            Step::TakeMisconduct => self.take_suggestion(&render, said, SuggestionKind::Misconduct)?,
            Step::OfferLevels(answer) => self.offer_levels(&render, answer),
            Step::Rate(answer, level) => self.rate(&render, answer, *level, said)?,
            Step::RefuseRating => render.sentences(Outcome::Suggestion, &[ReplyId::RatingRefused]),
            Step::TakeReason(receipt) => self.take_reason(&render, receipt, said)?,
            Step::LeaveReason => render.sentences(Outcome::Smalltalk, &[ReplyId::Acknowledged]),
            Step::Progress(receipt) => self.progress(&render, receipt.as_ref(), said)?,
            Step::Forget => self.forget(&render, said)?,
            Step::Smalltalk(reply) => render.sentences(Outcome::Smalltalk, &[*reply]),
            Step::Help { first_words } => render.help(*first_words),
            Step::Reject(rejection) => render.reject(*rejection),
            Step::SayAgain => {
                let mut reply = render.sentences(Outcome::Clarify, &[ReplyId::SayAgain]);
                reply.buttons = render.help(false).buttons;
                reply
            }
            Step::AskWhich(_) => {
                let mut reply = render.sentences(Outcome::Clarify, &[ReplyId::AskWhich]);
                reply.buttons = render.help(false).buttons;
                reply
            }
            Step::Admit { candidates, earlier_question } => {
                let asked = dialogue.asked.as_ref().filter(|_| *earlier_question);
                self.admit(&render, said, asked, candidates, dialogue)?
            }
        })
    }

    /// What the next message may lean on.
    fn next_dialogue(&self, before: Dialogue, decision: &Decision, said: &Said<'_>, reply: &Reply) -> Dialogue {
        let asked = before.asked.clone();
        let mut next = Dialogue {
            offered: Vec::new(),
            awaits_opinion: false,
            awaits_reason: None,
            last_at: Some(self.now),
            astray: matches!(decision.step, Step::Admit { .. }),
            ..before
        };
        let about = match &decision.step {
            Step::Unsure { guide, .. } => Some(Some(EntryRef::Guide(guide.clone()))),
            Step::ListedDetail { matter, .. } => Some(Some(EntryRef::Matter(matter.clone()))),
            Step::Admit { .. } => Some(None),
            _ => None,
        };
        if let (Some(about), Some(receipt)) = (about, &reply.receipt) {
            next.kept = Some((about, receipt.clone()));
        }
        let words = (!said.redacted.as_str().is_empty()).then(|| said.redacted.clone());
        match &decision.step {
            Step::Answer { guide, excerpt, situation, .. } => {
                // What led to the matter stays while the matter does.
                if next.guide.as_ref() != Some(guide) && !matches!(decision.reason, Reason::Chosen) {
                    next.asked = words.or(asked);
                }
                next.talk_about(Some(guide.clone()));
                next.aside = None;
                next.facet = Some(excerpt.facet);
                next.told = excerpt.told_alone();
                next.situation.clone_from(situation);
            }
            Step::Clarify(options) => {
                next.offered = options.iter().map(|(entry, _)| entry.clone()).collect();
                next.asked = words;
                next.talk_about(None);
                next.aside = None;
                next.facet = self.edition.cues.facet(&said.normalised).map(|(facet, _)| facet);
            }
            Step::Several(_) | Step::Journey(_) | Step::Area(_) => {
                next.offered = reply.buttons.iter().filter_map(|button| entry_of(&button.action)).collect();
                next.talk_about(None);
                (next.asked, next.aside, next.facet) = (words, None, None);
            }
            Step::Listed(matter) | Step::ListedDetail { matter, .. } => {
                // With no guide talked about, later words are read together with those that led to this matter.
                if next.guide.is_none() && next.aside.as_ref() != Some(matter) {
                    next.asked = words;
                }
                next.aside = Some(matter.clone());
            }
            Step::SayAgain => {
                next.talk_about(None);
                (next.asked, next.aside, next.facet) = (None, None, None);
            }
            Step::AskWhich(facet) => next.facet = *facet,
            // A greeting begins anew.
            Step::Help { first_words: true } => return next.begun_anew(),
            Step::Unsure { guide, opens, nearest, .. } => {
                if *opens && next.guide.as_ref() != Some(guide) {
                    next.asked = words;
                }
                next.talk_about(Some(guide.clone()));
                next.aside = None;
                if let Some(told) = nearest {
                    next.told = vec![told.passage];
                }
            }
            Step::AskOpinion => next.awaits_opinion = true,
            // Nothing more was known of the other authority's matter, and now it is about the hall.
            Step::TakeOpinion | Step::TakeMisconduct | Step::Handoff { .. } => next.aside = None,
            Step::Rate(_, level) if level.is_low() => next.awaits_reason.clone_from(&reply.receipt),
            Step::Forget => return Dialogue::default(),
            _ => {}
        }
        next.amounts = next.amounts_with(&understand::amounts(&said.normalised));
        next
    }
}

/// A message with its words masked and in normal form.
struct Said<'m> {
    message: &'m Message,
    redacted: Redacted,
    normalised: String,
}

fn form(step: Step) -> Decision {
    Decision { step, reason: Reason::Form }
}

fn entry_of(action: &Action) -> Option<EntryRef> {
    match action {
        Action::Guide(id) => Some(EntryRef::Guide(id.clone())),
        Action::Matter(id) => Some(EntryRef::Matter(id.clone())),
        Action::Journey(id) => Some(EntryRef::Journey(id.clone())),
        _ => None,
    }
}
