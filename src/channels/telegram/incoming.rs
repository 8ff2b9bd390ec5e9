//! What an update says, for the conversation core. What calls for no answer is passed over: somebody joining, another
//! bot, what was shared from inline mode.

use teloxide::types::{CallbackQueryId, Chat, ChatId, Me, MediaKind, Message, MessageKind, Update, UpdateKind, UserId};

use super::drawing::Place;
use super::group;
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
    /// Where the answer appears.
    pub place: Place,
}

impl Incoming {
    /// `None` for updates that call for no answer. `me` is the bot; only in groups it has to be known.
    pub fn of(update: &Update, corpus: &Corpus, me: Option<&Me>) -> Option<Self> {
        match &update.kind {
            UpdateKind::Message(message) => Self::said(message, false, corpus, me),
            UpdateKind::EditedMessage(message) => Self::said(message, true, corpus, me),
            UpdateKind::CallbackQuery(query) => {
                let chat = query.message.as_ref()?.chat();
                let action = query.data.as_deref().and_then(Action::parse).unwrap_or(Action::Help);
                // In a group others read the message too; and an answer stays while it is rated.
                let pressed = query.message.as_ref().filter(|_| chat.is_private() && !action.is_aside());
                let place = pressed.map_or(Place::Below, |message| Place::InsteadOf(message.id().0));
                let (body, press) = (Body::Press(action), Some(query.id.clone()));
                let conversation = conversation(chat, query.from.id);
                Some(Self { chat: chat.id, conversation, body, press, mark: None, place })
            }
            _ => None,
        }
    }

    fn said(message: &Message, edited: bool, corpus: &Corpus, me: Option<&Me>) -> Option<Self> {
        let sender = message.from.as_ref()?;
        // Two bots would never stop talking, and what comes by way of a bot was not written by the sender.
        if message.via_bot.is_some() || sender.is_bot {
            return None;
        }
        let is_group = !message.chat.is_private();
        let words = match is_group {
            true => group::words_for(me?, message)?,
            false => message.text().or(message.caption()).map(str::to_owned),
        };
        let body = match (attachment(message)?, words) {
            (None, words) => text_body(&words?, corpus),
            (Some(attachment), Some(words)) => Body::Captioned(attachment, words),
            // Such as a place that moves on.
            (Some(_), None) if edited => return None,
            (Some(attachment), None) => Body::Attachment(attachment),
        };
        let album = message.media_group_id().map(|album| album.0.clone()).filter(|_| body.words().is_none());
        let mark = Some(Mark { number: message.id.0, edited, album });
        let place = if is_group { Place::Answering(message.id.0) } else { Place::Below };
        let conversation = conversation(&message.chat, sender.id);
        Some(Self { chat: message.chat.id, conversation, body, press: None, mark, place })
    }
}

/// In a group everybody has a conversation of their own.
fn conversation(chat: &Chat, person: UserId) -> ConversationId {
    let (room, person) = (chat.id.0.to_string(), person.0.to_string());
    match chat.is_private() {
        true => ConversationId::new(Channel::Telegram, &room),
        false => ConversationId::shared(Channel::Telegram, &room, &person),
    }
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
    // In a group a command names its bot: /help@wenban_bot.
    let first =
        words.next().map(|first| if first.starts_with('/') { first.split('@').next().unwrap_or(first) } else { first });
    match first {
        // Only the bot's name was said.
        None => Body::Start,
        Some("/start") => words.next().and_then(|id| linked_guide(id, corpus)).unwrap_or(Body::Start),
        Some("/help") => Body::Press(Action::Help),
        Some("/areas") => Body::Press(Action::Areas),
        Some("/mine") => Body::Press(Action::Mine),
        Some("/suggest") => Body::Press(Action::Suggest),
        Some("/forget") => Body::Press(Action::Forget),
        _ => Body::Text(text.to_owned()),
    }
}

/// The guide of a deep link (the QR code at a counter); `None` for any other payload, which anybody can make up.
fn linked_guide(payload: &str, corpus: &Corpus) -> Option<Body> {
    let guide = GuideId::from(payload);
    corpus.guide(&guide).map(|_| Body::Press(Action::Guide(guide)))
}
