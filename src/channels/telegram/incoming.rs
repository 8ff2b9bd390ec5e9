//! What an update says, for the conversation core. What calls for no answer is passed over: somebody joining, another
//! bot, what was shared from inline mode.

use teloxide::types::{CallbackQueryId, ChatId, MediaKind, Message, MessageKind, Update, UpdateKind};

use super::latest::Mark;
use crate::conversation::{Action, Attachment, Body};
use crate::corpus::{Corpus, GuideId};
use crate::records::{Channel, ConversationId};

/// Something that calls for an answer.
pub struct Incoming {
    /// Where the answer goes.
    pub chat: ChatId,
    /// Whose conversation it belongs to.
    pub conversation: ConversationId,
    /// What was said.
    pub body: Body,
    /// The button press to confirm.
    pub press: Option<CallbackQueryId>,
    /// What it may follow on, or replace.
    pub mark: Option<Mark>,
}

impl Incoming {
    /// `None` for updates that call for no answer.
    pub fn of(update: &Update, corpus: &Corpus) -> Option<Self> {
        match &update.kind {
            UpdateKind::Message(message) => Self::said(message, false, corpus),
            UpdateKind::EditedMessage(message) => Self::said(message, true, corpus),
            UpdateKind::CallbackQuery(query) => {
                let chat = query.message.as_ref()?.chat().id;
                let action = query.data.as_deref().and_then(Action::parse).unwrap_or(Action::Help);
                let (body, press) = (Body::Press(action), Some(query.id.clone()));
                Some(Self { chat, conversation: conversation(chat), body, press, mark: None })
            }
            _ => None,
        }
    }

    fn said(message: &Message, edited: bool, corpus: &Corpus) -> Option<Self> {
        // Two bots would never stop talking, and what comes by way of a bot was not written by the sender.
        if message.via_bot.is_some() || message.from.as_ref().is_some_and(|sender| sender.is_bot) {
            return None;
        }
        let words = message.text().or(message.caption()).map(str::to_owned);
        let body = match (attachment(message)?, words) {
            (None, words) => text_body(&words?, corpus),
            (Some(attachment), Some(words)) => Body::Captioned(attachment, words),
            // Such as a place that moves on.
            (Some(_), None) if edited => return None,
            (Some(attachment), None) => Body::Attachment(attachment),
        };
        let album = message.media_group_id().map(|album| album.0.clone()).filter(|_| body.words().is_none());
        let mark = Some(Mark { number: message.id.0, edited, album });
        let chat = message.chat.id;
        Some(Self { chat, conversation: conversation(chat), body, press: None, mark })
    }
}

fn conversation(chat: ChatId) -> ConversationId {
    ConversationId::new(Channel::Telegram, &chat.0.to_string())
}

/// What a message carries beside words, if anything; `None` for what Telegram says about the chat itself.
fn attachment(message: &Message) -> Option<Option<Attachment>> {
    let common = match &message.kind {
        MessageKind::Common(common) => common,
        MessageKind::Dice(_) => return Some(Some(Attachment::Sticker)),
        _ => return None,
    };
    Some(Some(match &common.media_kind {
        MediaKind::Text(_) => return Some(None),
        MediaKind::Migration(_) => return None,
        MediaKind::Photo(_) => Attachment::Photo,
        MediaKind::Voice(_) | MediaKind::Audio(_) => Attachment::Voice,
        MediaKind::Video(_) | MediaKind::VideoNote(_) => Attachment::Video,
        MediaKind::Sticker(_) | MediaKind::Animation(_) => Attachment::Sticker,
        MediaKind::Location(_) | MediaKind::Venue(_) => Attachment::Location,
        MediaKind::Contact(_) => Attachment::Contact,
        MediaKind::Document(_) => Attachment::File,
        _ => Attachment::Other,
    }))
}

fn text_body(text: &str, corpus: &Corpus) -> Body {
    let mut words = text.split_whitespace();
    match words.next() {
        Some("/start") => words.next().and_then(|id| linked_guide(id, corpus)).unwrap_or(Body::Start),
        Some("/help") => Body::Press(Action::Help),
        _ => Body::Text(text.to_owned()),
    }
}

/// The guide of a deep link (the QR code at a counter); `None` for any other payload, which anybody can make up.
fn linked_guide(payload: &str, corpus: &Corpus) -> Option<Body> {
    let guide = GuideId::from(payload);
    corpus.guide(&guide).map(|_| Body::Press(Action::Guide(guide)))
}
