//! The web chat: one page that also works without scripts, a JSON door for it, a checklist to print, and the pages a
//! machine asks for. axum lives here and nowhere else.

mod control;
mod pages;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Form, Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::conversation::{Action, Body, Message, Reply, ReplyJson};
use crate::corpus::GuideId;
use crate::hall::Hall;
use crate::records::{Channel, ConversationId, Receipt};

pub use control::{ControlError, ask_running_server, serve_control};

/// Largest request body, bytes; a message of 500 Chinese characters is 1.5 kB.
const LARGEST_BODY: usize = 16 * 1024;
/// A request that is not answered by then is given up.
const TIMEOUT: Duration = Duration::from_secs(10);

/// All routes of the web door.
pub fn router(hall: Arc<Hall>) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    Router::new()
        .route("/", get(open).post(submit))
        .route("/api/chat", post(chat))
        .route("/api/answers", post(answers))
        .route("/checklist/{guide}", get(checklist))
        .route("/assets/chat.css", get(|| asset("text/css; charset=utf-8", include_str!("chat.css"))))
        .route("/assets/chat.js", get(|| asset("text/javascript; charset=utf-8", include_str!("chat.js"))))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/metrics", get(|State(hall): State<Arc<Hall>>| async move { hall.metrics() }))
        .fallback(|| async { (StatusCode::NOT_FOUND, Html(pages::not_found())) })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .with_state(hall)
}

/// Serves until `stop` is done, then lets requests in flight finish.
pub async fn serve(
    listener: tokio::net::TcpListener,
    routes: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, routes).with_graceful_shutdown(stop).await
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text)
}

/// Runs the conversation core off the async threads: it may wait for the disk.
async fn receive(hall: Arc<Hall>, conversation: &str, body: Body) -> Result<Reply, StatusCode> {
    let message = Message {
        conversation: ConversationId::new(Channel::Web, conversation),
        channel: Channel::Web,
        body,
        delivery: None,
    };
    tokio::task::spawn_blocking(move || hall.receive(&message)).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

/// A conversation's name: 128 random bits, so that nobody guesses another's.
fn new_conversation() -> Result<String, StatusCode> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Only names this server could have given are taken.
fn known_form(name: Option<String>) -> Option<String> {
    name.filter(|name| name.len() == 32 && name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

fn conversation_name(given: Option<String>) -> Result<String, StatusCode> {
    known_form(given).map_or_else(new_conversation, Ok)
}

async fn open(State(hall): State<Arc<Hall>>) -> Result<Html<String>, StatusCode> {
    let name = new_conversation()?;
    let reply = receive(hall.clone(), &name, Body::Start).await?;
    Ok(Html(pages::chat(&hall.edition(), &name, None, &reply)))
}

/// What the page's form sends when scripts are off.
#[derive(Deserialize)]
struct Submitted {
    text: Option<String>,
    action: Option<String>,
    conversation: Option<String>,
}

async fn submit(State(hall): State<Arc<Hall>>, Form(form): Form<Submitted>) -> Result<Html<String>, StatusCode> {
    let name = conversation_name(form.conversation)?;
    let (said, body) = body_of(form.text.unwrap_or_default(), form.action.as_deref());
    let reply = receive(hall.clone(), &name, body).await?;
    Ok(Html(pages::chat(&hall.edition(), &name, said.as_deref(), &reply)))
}

fn body_of(text: String, action: Option<&str>) -> (Option<String>, Body) {
    match action.and_then(Action::parse) {
        Some(action) => (None, Body::Press(action)),
        None => (Some(text.clone()), Body::Text(text)),
    }
}

/// `POST /api/chat`: `text`, or the token of a button as `action`.
#[derive(Deserialize)]
struct ChatRequest {
    #[serde(default)]
    text: String,
    action: Option<String>,
    conversation: Option<String>,
}

#[derive(Serialize)]
struct ChatResponse<'r> {
    conversation: &'r str,
    reply: ReplyJson<'r>,
    buttons: Vec<pages::ButtonView<'r>>,
    checklist: Option<String>,
    print: Option<String>,
    /// Something was kept that the window may answer.
    waiting: bool,
}

async fn chat(State(hall): State<Arc<Hall>>, request: Result<Json<ChatRequest>, JsonRejection>) -> Response {
    let request = match request {
        Ok(Json(request)) => request,
        Err(rejection) => {
            let error = serde_json::json!({ "error": rejection.body_text() });
            return (rejection.status(), Json(error)).into_response();
        }
    };
    match answer(hall, request).await {
        Ok(response) => response,
        Err(status) => status.into_response(),
    }
}

async fn answer(hall: Arc<Hall>, request: ChatRequest) -> Result<Response, StatusCode> {
    let name = conversation_name(request.conversation)?;
    let (_, body) = body_of(request.text, request.action.as_deref());
    let reply = receive(hall.clone(), &name, body).await?;
    let checklist = pages::checklist_link(&reply);
    let print = checklist.as_ref().map(|_| pages::checklist_label(&hall.edition()));
    let buttons = reply.buttons.iter().map(pages::ButtonView::from).collect();
    let waiting = reply.receipt.is_some();
    let reply = ReplyJson::from(&reply);
    Ok(Json(ChatResponse { conversation: &name, reply, buttons, checklist, print, waiting }).into_response())
}

/// `POST /api/answers`: what the window has answered in the meantime. `seen` are the receipts of answers that are on the
/// page: only then they count as told.
#[derive(Deserialize)]
struct AnswersRequest {
    conversation: String,
    #[serde(default)]
    seen: Vec<String>,
}

#[derive(Serialize)]
struct AnswersResponse {
    answers: Vec<AnswerView>,
    /// Whether it is worth asking again.
    waiting: bool,
}

#[derive(Serialize)]
struct AnswerView {
    receipt: String,
    text: String,
}

async fn answers(
    State(hall): State<Arc<Hall>>,
    Json(request): Json<AnswersRequest>,
) -> Result<Json<AnswersResponse>, StatusCode> {
    let name = known_form(Some(request.conversation)).ok_or(StatusCode::NOT_FOUND)?;
    let asker = ConversationId::new(Channel::Web, &name);
    let seen: Vec<Receipt> = request.seen.iter().filter_map(|receipt| Receipt::parse(receipt)).collect();
    let fetched = tokio::task::spawn_blocking(move || hall.fetch_answers(&asker, &seen)).await;
    let (answers, awaits_more) = fetched.ok().flatten().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let view = |(receipt, reply): (Receipt, Reply)| AnswerView { receipt: receipt.to_string(), text: reply.text() };
    let waiting = awaits_more || !answers.is_empty();
    Ok(Json(AnswersResponse { answers: answers.into_iter().map(view).collect(), waiting }))
}

#[derive(Deserialize)]
struct ChecklistQuery {
    situation: Option<String>,
}

async fn checklist(
    State(hall): State<Arc<Hall>>,
    Path(guide): Path<String>,
    Query(query): Query<ChecklistQuery>,
) -> Response {
    let edition = hall.edition();
    match edition.corpus.guide(&GuideId::from(guide.as_str())) {
        Some(guide) => {
            let situation = query.situation.as_deref().filter(|id| guide.situation(id).is_some());
            Html(pages::checklist(&edition, guide, situation, hall.clock().now())).into_response()
        }
        None => (StatusCode::NOT_FOUND, Html(pages::not_found())).into_response(),
    }
}
