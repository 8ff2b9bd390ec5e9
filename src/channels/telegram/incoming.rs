//! What an update says, for the conversation core.

use teloxide::types::{CallbackQueryId, ChatId, MediaKind, MessageKind, Update, UpdateKind};

use crate::conversation::{Action, Attachment, Body};
use crate::corpus::{Corpus, GuideId};

/// Something that calls for an answer.
pub struct Incoming {
    /// Where the answer goes.
    pub chat: ChatId,
    /// What was said.
    pub body: Body,
    /// The button press to confirm.
    pub press: Option<CallbackQueryId>,
}

impl Incoming {
    /// `None` for updates that call for no answer, such as somebody joining.
    pub fn of(update: &Update, corpus: &Corpus) -> Option<Self> {
        match &update.kind {
            UpdateKind::Message(message) => {
                let body = match &message.kind {
                    MessageKind::Common(common) => match &common.media_kind {
                        MediaKind::Text(text) => text_body(&text.text, corpus),
                        MediaKind::Photo(_) => Body::Attachment(Attachment::Photo),
                        MediaKind::Voice(_) | MediaKind::Audio(_) => Body::Attachment(Attachment::Voice),
                        _ => Body::Attachment(Attachment::Other),
                    },
                    _ => return None,
                };
                Some(Self { chat: message.chat.id, body, press: None })
            }
            UpdateKind::CallbackQuery(query) => {
                let chat = query.message.as_ref()?.chat().id;
                let action = query.data.as_deref().and_then(Action::parse).unwrap_or(Action::Help);
                Some(Self { chat, body: Body::Press(action), press: Some(query.id.clone()) })
            }
            _ => None,
        }
    }
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
