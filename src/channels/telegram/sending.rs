//! What is in the outbox goes out: one flight at a time for a chat, each noted on disk before it takes off.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use teloxide::prelude::*;
use teloxide::types::{ChatId, InlineKeyboardButton, InlineKeyboardMarkup, MessageId, ParseMode, ReplyParameters};
use teloxide::{ApiError, RequestError};
use tokio::time::Instant;

use super::schedule::{Next, Schedule};
use super::{Door, LONGEST_PAUSE, blocking, drawing};
use crate::records::{Outgoing, RecordError, Records};

/// How a flight ended.
enum Landing {
    /// It arrived.
    Arrived,
    /// It will never arrive: Telegram does not take this message.
    Refused(String),
    /// The person has blocked the bot, or the chat is gone.
    ChatGone,
    /// It did not arrive; this chat must wait.
    Wait(Duration),
    /// It did not arrive; nobody's message does at present.
    Down(String),
    /// Nobody knows.
    Lost(String),
}

impl Door {
    /// Puts what waits on disk into the schedule; afterwards whoever enqueues adds to it.
    pub(super) async fn resume_sending(self: &Arc<Self>) -> Result<(), RecordError> {
        let outbox = self.records.outbox();
        let now = Instant::now().into_std();
        for (number, chat) in blocking(move || outbox.waiting()).await? {
            self.schedule().push(chat, number, now);
        }
        tokio::spawn(self.clone().keep_sending());
        Ok(())
    }

    /// Keeps messages, which answers update `answered` if there is one, and sees to it that they go out.
    pub(super) async fn post(&self, answered: Option<u64>, messages: Vec<Outgoing>) -> Result<(), RecordError> {
        self.post_with(messages, Schedule::push, move |records, messages| records.outbox().enqueue(answered, messages))
            .await
    }

    /// The same, before all that waits for the chat.
    pub(super) async fn post_first(&self, answered: Option<u64>, messages: Vec<Outgoing>) -> Result<(), RecordError> {
        let keep = move |records: &Records, messages: &[Outgoing]| records.outbox().enqueue(answered, messages);
        self.post_with(messages, Schedule::push_first, keep).await
    }

    /// Has `keep` put messages into the outbox, which gives their numbers, and sees to it that they go out.
    pub(super) async fn post_with(
        &self,
        messages: Vec<Outgoing>,
        push: fn(&mut Schedule, i64, u64, std::time::Instant),
        keep: impl FnOnce(&Records, &[Outgoing]) -> Result<Vec<u64>, RecordError> + Send + 'static,
    ) -> Result<(), RecordError> {
        let records = self.records.clone();
        let chats: Vec<i64> = messages.iter().map(|message| message.chat).collect();
        let numbers = blocking(move || keep(&records, &messages)).await?;
        let now = Instant::now().into_std();
        for (chat, number) in chats.into_iter().zip(numbers) {
            push(&mut self.schedule(), chat, number, now);
        }
        self.outgoing.notify_one();
        Ok(())
    }

    pub(super) fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn keep_sending(self: Arc<Self>) {
        loop {
            let next = self.schedule().next(Instant::now().into_std());
            match next {
                Next::Send { chat, number } => {
                    tokio::spawn(self.clone().fly(chat, number));
                }
                Next::At(then) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(then.into()) => {}
                        () = self.outgoing.notified() => {}
                    }
                }
                Next::Nothing => self.outgoing.notified().await,
            }
        }
    }

    async fn fly(self: Arc<Self>, chat: i64, number: u64) {
        let landed = self.take_off_and_land(chat, number).await;
        if let Err(error) = landed {
            tracing::error!(number, %error, "the outbox could not be read or written; the message waits");
            let now = Instant::now();
            self.schedule().turned_back(chat, number, (now + LONGEST_PAUSE).into_std(), now.into_std());
        }
        self.outgoing.notify_one();
    }

    async fn take_off_and_land(&self, chat: i64, number: u64) -> Result<(), RecordError> {
        let outbox = self.records.outbox();
        let message = blocking({
            let outbox = outbox.clone();
            move || outbox.take_off(number)
        })
        .await?;
        let Some(message) = message else {
            tracing::info!(number, "a reply is not sent: its person was forgotten, or it took off twice already");
            self.schedule().landed(chat, Instant::now().into_std());
            return Ok(());
        };
        let landing = self.send(&message).await;
        let now = Instant::now();
        let turn_back =
            |until: Duration| self.schedule().turned_back(chat, number, (now + until).into_std(), now.into_std());
        match landing {
            Landing::Arrived => {
                self.reachable();
                let records = self.records.clone();
                blocking(move || records.arrived(number, &message)).await?;
                self.schedule().landed(chat, now.into_std());
            }
            Landing::Refused(error) => {
                tracing::error!(error, "a reply was refused by Telegram and is given up");
                self.reachable();
                blocking(move || outbox.delete(&[number])).await?;
                self.schedule().landed(chat, now.into_std());
            }
            // What citizens were promised waits there.
            Landing::ChatGone if self.staff_group == Some(chat) => {
                tracing::error!(chat, "the staff group cannot be written to; what is for it waits");
                blocking(move || outbox.turned_back(number, &message)).await?;
                turn_back(LONGEST_PAUSE);
            }
            Landing::ChatGone => {
                let mut numbers = self.schedule().forget(chat);
                numbers.push(number);
                tracing::info!(messages = numbers.len(), "a person stopped the bot; what waited for them is given up");
                blocking(move || outbox.delete(&numbers)).await?;
            }
            Landing::Wait(pause) => {
                blocking(move || outbox.turned_back(number, &message)).await?;
                turn_back(pause);
            }
            Landing::Down(error) => {
                blocking(move || outbox.turned_back(number, &message)).await?;
                let pause = self.unreachable();
                tracing::error!(error, ?pause, "nothing can be sent; replies wait");
                turn_back(Duration::ZERO);
                self.schedule().hold_all((now + pause).into_std());
            }
            Landing::Lost(error) => {
                tracing::warn!(error, "nobody knows whether a reply arrived; it is sent once more");
                turn_back(Duration::from_secs(1));
            }
        }
        Ok(())
    }

    /// Pauses are doubled while Telegram cannot be reached.
    fn unreachable(&self) -> Duration {
        let mut pause = self.sending_pause.lock().unwrap_or_else(PoisonError::into_inner);
        let now = *pause;
        *pause = (now * 2).min(LONGEST_PAUSE);
        now
    }

    fn reachable(&self) {
        *self.sending_pause.lock().unwrap_or_else(PoisonError::into_inner) = Duration::from_secs(1);
    }

    async fn send(&self, message: &Outgoing) -> Landing {
        let sent = match message.replaces {
            Some(replaced) => self.request_edit(message, MessageId(replaced), true).await,
            None => self.request_send(message, true).await,
        };
        let error = match sent {
            Ok(()) | Err(RequestError::Api(ApiError::MessageNotModified)) => return Landing::Arrived,
            Err(error) => error,
        };
        // The message to be replaced is gone or too old; or the mark-up is not to Telegram's taste.
        let again = match &error {
            RequestError::Api(ApiError::CantParseEntities(_)) if message.replaces.is_none() => {
                self.request_send(message, false).await
            }
            RequestError::MigrateToChatId(to) => {
                tracing::error!(
                    from = message.chat,
                    to = to.0,
                    "a group has a new number; a setting may have to follow"
                );
                self.request_send(&Outgoing { chat: to.0, ..message.clone() }, true).await
            }
            RequestError::Api(_) if message.replaces.is_some() && self.landing_of(&error).is_refusal() => {
                self.request_send(message, true).await
            }
            _ => return self.landing_of(&error),
        };
        again.map_or_else(|error| self.landing_of(&error), |()| Landing::Arrived)
    }

    async fn request_send(&self, message: &Outgoing, marked_up: bool) -> Result<(), RequestError> {
        let chat = ChatId(message.chat);
        let mut request = if marked_up {
            self.bot.send_message(chat, &message.text).parse_mode(ParseMode::Html)
        } else {
            self.bot.send_message(chat, drawing::plain(&message.text))
        };
        if let Some(answered) = message.answers {
            let reply = ReplyParameters::new(MessageId(answered)).allow_sending_without_reply();
            request = request.reply_parameters(reply);
        }
        if !message.keyboard.is_empty() {
            request = request.reply_markup(keyboard(message));
        }
        request.await.map(drop)
    }

    async fn request_edit(&self, message: &Outgoing, replaced: MessageId, marked_up: bool) -> Result<(), RequestError> {
        let request = self.bot.edit_message_text(ChatId(message.chat), replaced, &message.text);
        let request = if marked_up { request.parse_mode(ParseMode::Html) } else { request };
        request.reply_markup(keyboard(message)).await.map(drop)
    }

    fn landing_of(&self, error: &RequestError) -> Landing {
        let words = self.without_secret(error);
        match error {
            RequestError::RetryAfter(wait) => Landing::Wait(wait.duration()),
            RequestError::Api(ApiError::InvalidToken) => Landing::Down(format!("the bot's token is refused: {words}")),
            RequestError::Api(
                ApiError::BotBlocked
                | ApiError::UserDeactivated
                | ApiError::ChatNotFound
                | ApiError::CantInitiateConversation
                | ApiError::BotKicked
                | ApiError::BotKickedFromSupergroup
                | ApiError::GroupDeactivated,
            ) => Landing::ChatGone,
            RequestError::Api(ApiError::Unknown(text)) if text.starts_with("Forbidden") => Landing::ChatGone,
            RequestError::Api(ApiError::Unknown(text)) if text.starts_with("Unauthorized") => {
                Landing::Down(format!("the bot's token is refused: {words}"))
            }
            RequestError::Network(network) if network.is_connect() => Landing::Down(words),
            RequestError::Api(_) | RequestError::MigrateToChatId(_) => Landing::Refused(words),
            _ => Landing::Lost(words),
        }
    }
}

impl Landing {
    fn is_refusal(&self) -> bool {
        matches!(self, Landing::Refused(_))
    }
}

fn keyboard(message: &Outgoing) -> InlineKeyboardMarkup {
    let row = |row: &Vec<crate::records::Key>| {
        row.iter().map(|key| InlineKeyboardButton::callback(&key.label, &key.token)).collect::<Vec<_>>()
    };
    InlineKeyboardMarkup::new(message.keyboard.iter().map(row))
}
