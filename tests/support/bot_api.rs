//! A stand-in for Telegram's Bot API over HTTP: hands out updates as the real one does (until the next offset
//! acknowledges them, or 200 where a webhook is set), and keeps what the bot sends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};
use tokio::sync::Notify;
use wenban::channels::telegram::Account;

/// The Bot API of one bot.
#[derive(Clone, Default)]
pub struct BotApi {
    state: Arc<Mutex<Inside>>,
    news: Arc<Notify>,
}

#[derive(Default)]
struct Inside {
    updates: BTreeMap<i64, Value>,
    acknowledged: BTreeMap<i64, Value>,
    next_update: i64,
    next_message: i64,
    calls: Vec<(String, Value)>,
    /// Polls to come that are answered as if nothing had been acknowledged.
    forgetful_polls: usize,
    /// Answers to calls to come, by method in lower case, in order.
    refusals: Vec<Refusal>,
    /// Where updates are delivered, and the secret that goes along.
    webhook: Option<(String, String)>,
}

/// An answer to a call to come, in the place of the usual one.
struct Refusal {
    method: String,
    chat: Option<i64>,
    answer: Value,
}

impl BotApi {
    /// Serves on a free port; returns the address for `TELOXIDE_API_URL`.
    pub async fn serve(&self) -> String {
        self.serve_on("127.0.0.1:0").await
    }

    /// Serves on `address`.
    pub async fn serve_on(&self, address: &str) -> String {
        let listener = tokio::net::TcpListener::bind(address).await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let router = Router::new().route("/{bot}/{method}", any(call)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    /// Something happens that `kind` names.
    pub fn add(&self, kind: &str, content: Value) {
        let mut inside = self.state.lock().expect("not poisoned");
        inside.next_update += 1;
        let id = inside.next_update;
        inside.updates.insert(id, json!({ "update_id": id, kind: content }));
        drop(inside);
        self.news.notify_waiters();
    }

    /// A person in `chat` writes.
    pub fn write(&self, chat: i64, text: &str) {
        self.send(chat, json!({ "text": text }));
    }

    /// A person in `chat` sends something.
    pub fn send(&self, chat: i64, content: Value) {
        self.add("message", message_in(chat, content));
    }

    /// A person in `chat` corrects what was sent; `content` says which message and what it says now.
    pub fn edit(&self, chat: i64, content: Value) {
        self.add("edited_message", message_in(chat, content));
    }

    /// A person sends something in a group, whose number is below 0.
    pub fn send_in_group(&self, group: i64, sender: i64, content: Value) {
        let mut message = message_in(group, content);
        message["from"] = person(sender);
        self.add("message", message);
    }

    /// A person in `chat` presses a button.
    pub fn press(&self, chat: i64, data: &str) {
        self.press_in_group(chat, chat, data);
    }

    /// A person presses a button in a group.
    pub fn press_in_group(&self, group: i64, presser: i64, data: &str) {
        let message = json!({ "message_id": 2, "date": 1_776_000_000, "chat": chat_of(group), "text": "…" });
        self.add(
            "callback_query",
            json!({ "id": "1", "from": person(presser), "message": message, "chat_instance": "1", "data": data }),
        );
    }

    /// A person types in another chat, with the bot's name in front.
    pub fn type_inline(&self, sender: i64, words: &str) {
        self.add("inline_query", json!({ "id": words, "from": person(sender), "query": words, "offset": "" }));
    }

    /// The next `times` polls deliver acknowledged updates once more.
    pub fn forget_acknowledgements(&self, times: usize) {
        self.state.lock().expect("not poisoned").forgetful_polls = times;
        self.news.notify_waiters();
    }

    /// The next call of `method`, in lower case, is answered with this; it counts as a call of `refused <method>`.
    pub fn refuse(&self, method: &str, answer: Value) {
        self.state.lock().expect("not poisoned").refusals.push(Refusal {
            method: method.to_owned(),
            chat: None,
            answer,
        });
    }

    /// The same for the next call that goes to `chat`.
    pub fn refuse_to(&self, method: &str, chat: i64, answer: Value) {
        let refusal = Refusal { method: method.to_owned(), chat: Some(chat), answer };
        self.state.lock().expect("not poisoned").refusals.push(refusal);
    }

    /// Updates not yet acknowledged.
    pub fn unacknowledged(&self) -> usize {
        self.state.lock().expect("not poisoned").updates.len()
    }

    /// Waits until every update has been acknowledged.
    pub async fn wait_until_acknowledged(&self) {
        let waiting = async {
            loop {
                let changed = self.news.notified();
                if self.unacknowledged() == 0 {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("all updates acknowledged in a minute");
    }

    /// What the bot called, by method name in lower case.
    pub fn calls(&self, method: &str) -> Vec<Value> {
        let inside = self.state.lock().expect("not poisoned");
        inside.calls.iter().filter(|(called, _)| called == method).map(|(_, body)| body.clone()).collect()
    }

    /// Waits until the bot has called `method` `times` times.
    pub async fn wait_for(&self, method: &str, times: usize) -> Vec<Value> {
        self.wait_until(method, |called| called.count() >= times).await;
        self.calls(method)
    }

    /// Waits until what the bot has called of `method` is `enough`.
    pub async fn wait_until(&self, method: &str, enough: impl Fn(&mut dyn Iterator<Item = &Value>) -> bool) {
        let waiting = async {
            loop {
                let changed = self.news.notified();
                let is_enough = {
                    let inside = self.state.lock().expect("not poisoned");
                    enough(&mut inside.calls.iter().filter(|(called, _)| called == method).map(|(_, body)| body))
                };
                if is_enough {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(120), waiting)
            .await
            .unwrap_or_else(|_| panic!("the bot never called {method} as expected"));
    }
}

/// The words of a call that sends some.
pub fn text(call: &Value) -> &str {
    call["text"].as_str().expect("a message has text")
}

/// The bot with `token` at the Bot API of `api_url`, without a staff group.
pub fn account(token: &str, api_url: url::Url) -> Account {
    Account { token: token.to_owned(), api_url: Some(api_url), staff_group: None }
}

fn chat_of(chat: i64) -> Value {
    match chat {
        ..0 => json!({ "id": chat, "type": "supergroup", "title": "邻居群" }),
        _ => json!({ "id": chat, "type": "private", "first_name": "群众" }),
    }
}

/// A message of the person of `chat` there, with the fields of `content` added or replaced.
fn message_in(chat: i64, content: Value) -> Value {
    let mut message = json!({ "message_id": 1, "date": 1_776_000_000, "chat": chat_of(chat), "from": person(chat) });
    message.as_object_mut().expect("an object").extend(content.as_object().expect("an object").clone());
    message
}

fn person(chat: i64) -> Value {
    json!({ "id": chat, "is_bot": false, "first_name": "群众" })
}

async fn call(State(api): State<BotApi>, Path((_bot, method)): Path<(String, String)>, bytes: Bytes) -> Response {
    let method = method.to_lowercase();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let refusal = {
        let mut inside = api.state.lock().expect("not poisoned");
        let is_due = |refusal: &Refusal| {
            refusal.method == method && refusal.chat.is_none_or(|chat| body["chat_id"].as_i64() == Some(chat))
        };
        let found = inside.refusals.iter().position(is_due);
        found.map(|at| inside.refusals.remove(at).answer)
    };
    if let Some(refusal) = refusal {
        api.state.lock().expect("not poisoned").calls.push((format!("refused {method}"), body));
        api.news.notify_waiters();
        return axum::Json(refusal).into_response();
    }
    let body = if body.is_null() { form_fields(&bytes) } else { body };
    let result = match method.as_str() {
        "getupdates" if api.state.lock().expect("not poisoned").webhook.is_some() => {
            let words = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it";
            return axum::Json(json!({ "ok": false, "error_code": 409, "description": words })).into_response();
        }
        "getupdates" => return updates(&api, &body).await.into_response(),
        "setwebhook" => {
            let field = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            api.state.lock().expect("not poisoned").webhook = Some((field("url"), field("secret_token")));
            tokio::spawn(deliver(api.clone()));
            Value::Bool(true)
        }
        "deletewebhook" => {
            api.state.lock().expect("not poisoned").webhook = None;
            Value::Bool(true)
        }
        "getme" => json!({
            "id": 1, "is_bot": true, "first_name": "问办", "username": "wenban_bot", "can_join_groups": true,
            "can_read_all_group_messages": false, "supports_inline_queries": true, "has_main_web_app": false,
        }),
        "editmessagetext" => {
            json!({ "message_id": body["message_id"], "date": 1_776_000_000, "chat": chat_of(body["chat_id"].as_i64().unwrap_or(0)), "text": body["text"] })
        }
        "sendmessage" => {
            let mut inside = api.state.lock().expect("not poisoned");
            inside.next_message += 1;
            json!({ "message_id": inside.next_message, "date": 1_776_000_000, "chat": chat_of(body["chat_id"].as_i64().unwrap_or(0)), "text": body["text"] })
        }
        _ => Value::Bool(true),
    };
    api.state.lock().expect("not poisoned").calls.push((method, body));
    api.news.notify_waiters();
    axum::Json(json!({ "ok": true, "result": result })).into_response()
}

/// Delivers updates one after another while there is a webhook; what is not answered with 200 comes again.
async fn deliver(api: BotApi) {
    loop {
        let changed = api.news.notified();
        let (webhook, next) = {
            let inside = api.state.lock().expect("not poisoned");
            (inside.webhook.clone(), inside.updates.first_key_value().map(|(id, update)| (*id, update.clone())))
        };
        let Some((url, secret)) = webhook else { return };
        let Some((id, update)) = next else {
            changed.await;
            continue;
        };
        let request = reqwest::Client::new().post(url).header("X-Telegram-Bot-Api-Secret-Token", secret).json(&update);
        match request.send().await {
            Ok(answer) if answer.status() == 200 => {
                let mut inside = api.state.lock().expect("not poisoned");
                let taken = inside.updates.remove(&id);
                inside.acknowledged.extend(taken.map(|update| (id, update)));
                drop(inside);
                api.news.notify_waiters();
            }
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// The fields of a form; Telegram's client sends calls that may carry a file that way.
fn form_fields(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    let field = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n")?;
        let name = head.split("name=\"").nth(1)?.split('"').next()?;
        Some((name.to_owned(), Value::from(value.split("\r\n--").next()?)))
    };
    text.split("Content-Disposition").skip(1).filter_map(field).collect::<serde_json::Map<_, _>>().into()
}

/// Holds the answer until there is news or the wait is over; an offset forgets everything before it.
async fn updates(api: &BotApi, body: &Value) -> axum::Json<Value> {
    let offset = body["offset"].as_i64().unwrap_or(0);
    let wait = Duration::from_secs(body["timeout"].as_u64().unwrap_or(0));
    let found = async {
        loop {
            let changed = api.news.notified();
            let waiting: Vec<Value> = {
                let mut inside = api.state.lock().expect("not poisoned");
                if inside.forgetful_polls > 0 {
                    inside.forgetful_polls -= 1;
                    let again = std::mem::take(&mut inside.acknowledged);
                    inside.updates.extend(again);
                } else {
                    let unacknowledged = inside.updates.split_off(&offset);
                    let acknowledged = std::mem::replace(&mut inside.updates, unacknowledged);
                    inside.acknowledged.extend(acknowledged);
                }
                inside.updates.values().take(100).cloned().collect()
            };
            if !waiting.is_empty() {
                return waiting;
            }
            changed.await;
        }
    };
    let updates = tokio::time::timeout(wait, found).await.unwrap_or_default();
    axum::Json(json!({ "ok": true, "result": updates }))
}
