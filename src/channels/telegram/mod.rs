//! Telegram, by long polling or by webhook. teloxide lives here and nowhere else.
//!
//! The loop is our own: an update is on disk before Telegram is told (by the next offset, or by 200) that it arrived, and
//! its answer is on disk before it is deleted there. So a crash loses nothing; it may repeat an answer that was on its
//! way, once.

mod desk;
mod drawing;
mod group;
mod incoming;
mod inline;
mod latest;
mod queues;
mod raw_updates;
mod schedule;
mod sending;
mod webhook;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use teloxide::prelude::*;
use teloxide::requests::JsonRequest;
use teloxide::types::{AllowedUpdate, BotCommand, CallbackQueryId, ChatAction, ChatId, Me, Update, UpdateKind};
use teloxide::{ApiError, RequestError};
use tokio::sync::{Notify, OnceCell, Semaphore};

use crate::conversation::{Message, Outcome, Reply};
use crate::hall::Hall;
use crate::phrasing::{ReplyId, from_corpus};
use crate::records::{self, Channel, Inbox, Outgoing, RecordError, Records};
use desk::StaffTurn;
use drawing::Place;
use incoming::Incoming;
use latest::Latest;
use queues::{Pushed, Queues};
use raw_updates::RawUpdates;
use schedule::Schedule;
pub use webhook::{RegistrationError, delete_webhook, set_webhook};

/// Seconds a poll may wait for something to happen.
const POLL_SECONDS: u32 = 10;
/// What Telegram is asked to deliver.
const ALLOWED_UPDATES: &[AllowedUpdate] =
    &[AllowedUpdate::Message, AllowedUpdate::EditedMessage, AllowedUpdate::CallbackQuery, AllowedUpdate::InlineQuery];
/// Longest pause after repeated failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// An answer that takes longer shows that it is being written.
const TYPING_AFTER: Duration = Duration::from_millis(300);
/// Messages answered at the same time at most. Chats take turns, so a chat that floods waits behind the others.
const SIDE_BY_SIDE: usize = 8;

/// What the log says to a refused poll.
const ELSEWHERE: &str = "the bot's messages go elsewhere: another program polls with this token, or a webhook is \
                         registered (`wenban telegram delete-webhook` removes it); none is answered here meanwhile";

/// What answers a message.
type Answerer = Arc<dyn Fn(&Message) -> Reply + Send + Sync>;

/// Who the bot is.
#[derive(Clone)]
pub struct Account {
    /// Its secret.
    pub token: String,
    /// Another Bot API server than Telegram's own.
    pub api_url: Option<url::Url>,
    /// The group in which the staff answer.
    pub staff_group: Option<i64>,
}

/// A bot on Telegram.
pub struct Door {
    bot: Bot,
    hall: Arc<Hall>,
    answerer: Answerer,
    records: Records,
    staff_group: Option<i64>,
    inbox: Inbox,
    schedule: Mutex<Schedule>,
    /// Something was added to the schedule or has landed.
    outgoing: Notify,
    /// The next pause when nothing can be sent.
    sending_pause: Mutex<Duration>,
    queues: Queues,
    latest: Latest,
    turns: Semaphore,
    secret: String,
    me: OnceCell<Me>,
}

impl Door {
    /// Opens the door for this bot.
    pub fn new(account: Account, hall: Arc<Hall>, records: &Records) -> Arc<Self> {
        let answering = hall.clone();
        Self::answered_by(account, hall, records, Arc::new(move |message: &Message| answering.receive(message)))
    }

    /// The same with something else than the hall to answer messages.
    pub fn answered_by(account: Account, hall: Arc<Hall>, records: &Records, answerer: Answerer) -> Arc<Self> {
        Arc::new(Self {
            bot: bot(&account.token, account.api_url),
            hall,
            answerer,
            records: records.clone(),
            staff_group: account.staff_group,
            inbox: records.inbox(),
            schedule: Mutex::default(),
            outgoing: Notify::new(),
            sending_pause: Mutex::new(Duration::from_secs(1)),
            queues: Queues::default(),
            latest: Latest::default(),
            turns: Semaphore::new(SIDE_BY_SIDE),
            secret: account.token,
            me: OnceCell::new(),
        })
    }

    /// Answers what an earlier run left, then polls and answers until the task is dropped.
    pub async fn run(self: Arc<Self>) {
        self.resume().await;
        self.introduce().await;
        let mut offset = 0;
        let mut pause = Duration::from_secs(1);
        loop {
            let polled = self.poll(offset).await;
            if polled.as_ref().is_err_and(is_conflict) {
                tracing::error!("{ELSEWHERE}");
            }
            let polled = match polled {
                Ok(updates) => self.ingest(updates).await.map_err(|error| error.to_string()),
                Err(error) => Err(self.without_secret(&error)),
            };
            match polled {
                Ok(next) => {
                    pause = Duration::from_secs(1);
                    offset = next.unwrap_or(offset);
                }
                Err(error) => {
                    tracing::warn!(error, ?pause, "polling Telegram failed");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn poll(&self, offset: u64) -> Result<Vec<Value>, RequestError> {
        let request = RawUpdates { offset, timeout: POLL_SECONDS, allowed_updates: ALLOWED_UPDATES };
        JsonRequest::new(self.bot.clone(), request).await
    }

    /// Takes a delivery. When it returns everything is on disk; the number is the offset that says so.
    async fn ingest(self: &Arc<Self>, raw: Vec<Value>) -> Result<Option<u64>, RecordError> {
        let numbered = raw.into_iter().filter_map(|raw| Some(records::Update { id: raw["update_id"].as_u64()?, raw }));
        let updates: Vec<records::Update> = numbered.collect();
        let next = updates.iter().map(|update| update.id + 1).max();
        let (inbox, now) = (self.inbox.clone(), self.hall.clock().now());
        for id in blocking(move || inbox.receive(updates, now)).await? {
            self.enqueue(id).await?;
        }
        Ok(next)
    }

    /// Takes up what was received but not answered before the last end.
    async fn resume(self: &Arc<Self>) {
        let inbox = self.inbox.clone();
        let resumed = async {
            self.resume_sending().await?;
            tokio::spawn(self.clone().keep_carrying());
            for id in blocking(move || inbox.waiting()).await? {
                self.enqueue(id).await?;
            }
            Ok::<(), RecordError>(())
        };
        if let Err(error) = resumed.await {
            tracing::error!(%error, "what was left unanswered or unsent cannot be taken up");
        }
    }

    /// Puts a received update behind those of its chat.
    async fn enqueue(self: &Arc<Self>, id: u64) -> Result<(), RecordError> {
        let Some(update) = self.read(id).await? else { return Ok(()) };
        // What belongs to no chat keeps the order of its sender.
        let sender = || update.from().map(|sender| sender.id.0 as i64);
        let chat = update.chat().map(|chat| chat.id.0).or_else(sender).unwrap_or(0);
        let unsent = self.schedule().waiting(chat);
        match self.queues.push(chat, id, unsent) {
            Pushed::Behind => {}
            Pushed::First => {
                tokio::spawn(self.clone().work_on(chat));
            }
            Pushed::TooMany { is_first } => self.slow_down(chat, id, is_first).await?,
        }
        Ok(())
    }

    /// A chat that sends far faster than it can be answered is told so once; what comes meanwhile is not answered.
    async fn slow_down(&self, chat: i64, id: u64, is_first: bool) -> Result<(), RecordError> {
        self.hall.count_passed_over();
        let mut reply = Reply::new(Outcome::Reject);
        reply.lines.push(self.hall.edition().phrasing.say(ReplyId::SlowDown, &[]));
        self.post_first(Some(id), if is_first { drawing::messages(&reply, chat, Place::Below) } else { Vec::new() })
            .await
    }

    /// A received update; one that cannot be read is set aside, and an operator is told.
    async fn read(&self, id: u64) -> Result<Option<Update>, RecordError> {
        let inbox = self.inbox.clone();
        blocking(move || {
            let Some(raw) = inbox.read(id)? else { return Ok(None) };
            // From text: teloxide reads the kind of an update only from borrowed words.
            match serde_json::from_str::<Update>(&raw.to_string()) {
                Ok(update) if !matches!(update.kind, UpdateKind::Error(_)) => Ok(Some(update)),
                _ => {
                    let unread = inbox.set_aside(id, &raw)?;
                    tracing::error!(id, unread, "an update of unknown form was set aside");
                    Ok(None)
                }
            }
        })
        .await
    }

    /// Answers the updates of a chat in order until there are none.
    async fn work_on(self: Arc<Self>, chat: i64) {
        while let Some(id) = self.queues.next(chat) {
            // In a task of its own: a panic costs this message, not the chat.
            let door = self.clone();
            let answered = match tokio::spawn(async move { door.answer(id).await }).await {
                Ok(answered) => answered,
                Err(error) => {
                    tracing::error!(id, %error, "answering an update panicked");
                    Ok(drawing::messages(&self.hall.apology(), chat, Place::Below))
                }
            };
            let posted = match answered {
                Ok(messages) => self.post(Some(id), messages).await,
                Err(error) => Err(error),
            };
            if let Err(error) = posted {
                tracing::error!(id, %error, "an update could not be read or its answer not kept; it waits for the next start");
            }
        }
    }

    /// The messages that answer an update.
    async fn answer(&self, id: u64) -> Result<Vec<Outgoing>, RecordError> {
        let Some(update) = self.read(id).await? else { return Ok(Vec::new()) };
        if let UpdateKind::InlineQuery(query) = &update.kind {
            self.offer(query).await;
            return Ok(Vec::new());
        }
        let me = if group::concerns(&update) { Some(self.me().await) } else { None };
        if let Some(group) = self.staff_group
            && let Some(turn) = StaffTurn::of(&update, group, me)
        {
            return Ok(self.take_staff_turn(turn, group).await);
        }
        let incoming = Incoming::of(&update, &self.hall.edition().corpus, me);
        let due = |incoming: &Incoming| {
            incoming.mark.as_ref().is_none_or(|mark| self.latest.takes(&incoming.conversation, mark))
        };
        let Some(incoming) = incoming.filter(due) else {
            self.hall.count_passed_over();
            return Ok(Vec::new());
        };
        if let Some(press) = incoming.press {
            self.confirm(press);
        }
        let (conversation, body) = (incoming.conversation, incoming.body);
        let message = Message { conversation, channel: Channel::Telegram, body, delivery: Some(id) };
        let reply = {
            let _turn = self.turns.acquire().await.expect("the turns are never closed");
            let answerer = self.answerer.clone();
            let mut answering = std::pin::pin!(blocking(move || answerer(&message)));
            match tokio::time::timeout(TYPING_AFTER, &mut answering).await {
                Ok(reply) => reply,
                Err(_) => {
                    self.show_typing(incoming.chat);
                    answering.await
                }
            }
        };
        Ok(drawing::messages(&reply, incoming.chat.0, incoming.place))
    }

    /// Stops the waiting sign on the pressed button.
    fn confirm(&self, press: CallbackQueryId) {
        let (request, secret) = (self.bot.answer_callback_query(press), self.secret.clone());
        tokio::spawn(async move {
            if let Err(error) = request.await {
                tracing::warn!(error = without(&secret, &error), "a button press could not be confirmed");
            }
        });
    }

    fn show_typing(&self, chat: ChatId) {
        let request = self.bot.send_chat_action(chat, ChatAction::Typing);
        // Worth nothing once the answer is there: not repeated, not complained about.
        tokio::spawn(async move { request.await.ok() });
    }

    /// The bot as Telegram knows it; asked for until Telegram says.
    async fn me(&self) -> &Me {
        let ask = || async {
            let mut pause = Duration::from_secs(1);
            loop {
                match self.bot.get_me().await {
                    Ok(me) => return me,
                    Err(error) => {
                        tracing::warn!(error = self.without_secret(&error), "the bot's name is not known yet")
                    }
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        };
        self.me.get_or_init(ask).await
    }

    /// Sets the command menu and what Telegram shows of the bot before the first word.
    async fn introduce(&self) {
        let edition = self.hall.edition();
        let say = |words| edition.phrasing.say(words, &[]).text;
        let commands = [
            ("start", ReplyId::CommandStart),
            ("areas", ReplyId::CommandAreas),
            ("mine", ReplyId::CommandMine),
            ("suggest", ReplyId::CommandSuggest),
            ("help", ReplyId::CommandHelp),
            ("forget", ReplyId::CommandForget),
        ];
        let commands = commands.map(|(name, words)| BotCommand::new(name, say(words)));
        let hall = from_corpus("hall", &edition.corpus.hall.short_name);
        let welcome = edition.phrasing.say(ReplyId::Welcome, &[hall]).text;
        let description = format!("{welcome}{}", say(ReplyId::Privacy));
        let introduced = async {
            self.bot.set_my_commands(commands).await?;
            self.bot.set_my_description().description(description).await?;
            self.bot.set_my_short_description().short_description(welcome).await
        };
        if let Err(error) = introduced.await {
            tracing::warn!(error = self.without_secret(&error), "the bot could not be introduced to Telegram");
        }
    }

    /// An error without the bot's token, which stands in the address of every request.
    fn without_secret(&self, error: &RequestError) -> String {
        without(&self.secret, error)
    }
}

fn without(secret: &str, error: &RequestError) -> String {
    error.to_string().replace(secret, "<token>")
}

fn bot(token: &str, api_url: Option<url::Url>) -> Bot {
    let bot = Bot::new(token);
    match api_url {
        Some(url) => bot.set_api_url(url),
        None => bot,
    }
}

/// Whether Telegram says that the updates go to somebody else. Its words vary; the first one does not.
fn is_conflict(error: &RequestError) -> bool {
    match error {
        RequestError::Api(ApiError::TerminatedByOtherGetUpdates | ApiError::CantGetUpdates) => true,
        RequestError::Api(ApiError::Unknown(words)) => words.starts_with("Conflict"),
        _ => false,
    }
}

/// Runs work that may wait for the disk off the async threads; a panic in it goes on in the caller.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}
