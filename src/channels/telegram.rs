//! Telegram by long polling. teloxide lives here and nowhere else.
//!
//! The loop is our own: Telegram is told that a batch was received (by the next offset) only after every message of it
//! has been answered, so a crash repeats messages instead of losing them, and one bad message never stops the others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use teloxide::prelude::*;
use teloxide::types::{
    AllowedUpdate, BotCommand, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, MediaKind, MessageKind, ParseMode,
    Update, UpdateKind,
};
use teloxide::utils::html;

use crate::conversation::{Action, Attachment, Body, Message, Reply};
use crate::hall::Hall;
use crate::phrasing::ReplyId;
use crate::records::{Channel, ConversationId};

/// Seconds a poll may wait for something to happen.
const POLL_SECONDS: u32 = 10;
/// Longest pause after repeated failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Longest message Telegram takes, in UTF-16 units.
const LONGEST_MESSAGE: usize = 4096;

/// A bot on the Bot API of `api_url`, or on Telegram's own.
pub struct Door {
    bot: Bot,
    hall: Arc<Hall>,
    secret: String,
}

impl Door {
    /// Opens the door for the bot with `token`.
    pub fn new(token: &str, api_url: Option<url::Url>, hall: Arc<Hall>) -> Self {
        let bot = Bot::new(token);
        let bot = match api_url {
            Some(url) => bot.set_api_url(url),
            None => bot,
        };
        Self { bot, hall, secret: token.to_owned() }
    }

    /// Polls and answers until the task is dropped.
    pub async fn run(self) {
        self.announce_commands().await;
        let mut offset = 0;
        let mut pause = Duration::from_secs(1);
        loop {
            let poll = self.bot.get_updates().offset(offset).timeout(POLL_SECONDS);
            match poll.allowed_updates([AllowedUpdate::Message, AllowedUpdate::CallbackQuery]).await {
                Ok(updates) => {
                    pause = Duration::from_secs(1);
                    if let Some(last) = updates.iter().map(|update| update.id.as_offset()).max() {
                        self.answer_batch(updates).await;
                        offset = last;
                    }
                }
                Err(error) => {
                    tracing::warn!(error = self.without_secret(&error), ?pause, "polling Telegram failed");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn announce_commands(&self) {
        let edition = self.hall.edition();
        let command = |name, words| BotCommand::new(name, edition.phrasing.say(words, &[]).text);
        let commands = [command("start", ReplyId::CommandStart), command("help", ReplyId::CommandHelp)];
        if let Err(error) = self.bot.set_my_commands(commands).await {
            tracing::warn!(error = self.without_secret(&error), "the command menu could not be set");
        }
    }

    /// Chats side by side, messages of one chat in order.
    async fn answer_batch(&self, updates: Vec<Update>) {
        let mut by_chat: BTreeMap<i64, Vec<Update>> = BTreeMap::new();
        for update in updates {
            by_chat.entry(update.chat().map_or(0, |chat| chat.id.0)).or_default().push(update);
        }
        let chats = by_chat.into_values().map(|updates| async move {
            for update in updates {
                self.answer(update).await;
            }
        });
        join_all(chats).await;
    }

    async fn answer(&self, update: Update) {
        let Some(incoming) = Incoming::of(&update) else { return };
        if let Some(press) = incoming.press
            && let Err(error) = self.bot.answer_callback_query(press).await
        {
            tracing::warn!(error = self.without_secret(&error), "a button press could not be confirmed");
        }
        let conversation = ConversationId::new(Channel::Telegram, &incoming.chat.0.to_string());
        let message = Message { conversation, channel: Channel::Telegram, body: incoming.body };
        let hall = self.hall.clone();
        let Ok(reply) = tokio::task::spawn_blocking(move || hall.receive(&message)).await else {
            tracing::error!("a message made the conversation panic; the others go on");
            return;
        };
        self.send(incoming.chat, &reply).await;
    }

    async fn send(&self, chat: ChatId, reply: &Reply) {
        let parts = split(&draw(reply), LONGEST_MESSAGE);
        let last = parts.len() - 1;
        for (number, part) in parts.into_iter().enumerate() {
            let mut request = self.bot.send_message(chat, part).parse_mode(ParseMode::Html);
            if number == last && !reply.buttons.is_empty() {
                request = request.reply_markup(keyboard(reply));
            }
            if let Err(error) = request.await {
                tracing::error!(error = self.without_secret(&error), "a reply could not be sent");
                return;
            }
        }
    }

    /// An error without the bot's token, which stands in the address of every request.
    fn without_secret(&self, error: &teloxide::RequestError) -> String {
        error.to_string().replace(&self.secret, "<token>")
    }
}

/// What an update says, for the conversation core.
struct Incoming {
    chat: ChatId,
    body: Body,
    press: Option<teloxide::types::CallbackQueryId>,
}

impl Incoming {
    /// `None` for updates that call for no answer, such as somebody joining.
    fn of(update: &Update) -> Option<Self> {
        match &update.kind {
            UpdateKind::Message(message) => {
                let body = match &message.kind {
                    MessageKind::Common(common) => match &common.media_kind {
                        MediaKind::Text(text) => text_body(&text.text),
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

fn text_body(text: &str) -> Body {
    match text.split_whitespace().next() {
        Some("/start") => Body::Start,
        Some("/help") => Body::Press(Action::Help),
        _ => Body::Text(text.to_owned()),
    }
}

/// The lines as Telegram HTML: the conclusion bold, everything escaped.
fn draw(reply: &Reply) -> String {
    let lines = reply.lines.iter().enumerate().map(|(number, line)| {
        let text = html::escape(&line.text);
        if number == 0 { html::bold(&text) } else { text }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Two buttons a row: wide enough for a thumb.
fn keyboard(reply: &Reply) -> InlineKeyboardMarkup {
    let buttons: Vec<InlineKeyboardButton> = reply
        .buttons
        .iter()
        .map(|button| InlineKeyboardButton::callback(&button.label, button.action.token()))
        .collect();
    InlineKeyboardMarkup::new(buttons.chunks(2).map(<[_]>::to_vec))
}

/// Cuts a message at line ends into parts of at most `longest` UTF-16 units; a longer line is cut between characters.
/// Mark-up never spans lines, so every part stands by itself.
fn split(text: &str, longest: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        let units = line.encode_utf16().count();
        if length + units > longest && length > 0 {
            parts.push(String::new());
            length = 0;
        }
        for c in line.chars() {
            if length + c.len_utf16() > longest {
                parts.push(String::new());
                length = 0;
            }
            parts.last_mut().expect("there is always a part").push(c);
            length += c.len_utf16();
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn splitting_loses_nothing_and_keeps_the_limit(text in "(\\PC|\n|😀){0,200}", longest in 2usize..40) {
            let parts = split(&text, longest);
            prop_assert_eq!(parts.concat(), text);
            prop_assert!(parts.iter().all(|part| part.encode_utf16().count() <= longest));
        }
    }
}
