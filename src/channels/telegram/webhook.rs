//! Telegram by webhook: one route beside those of the web chat, and the same ingest as polling behind it.
//!
//! Telegram is told 200 once the update is on disk and not before. Where it delivers is set by command only; starting and
//! stopping leave that alone.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use subtle::ConstantTimeEq;
use teloxide::prelude::*;
use teloxide::{ApiError, RequestError};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use url::Url;

use super::{ALLOWED_UPDATES, Door, bot};
use crate::settings::{Secret, Webhook};

/// Largest delivery, bytes. An update with the longest message, quoted and formatted, stays far below.
const LARGEST_DELIVERY: usize = 1024 * 1024;
/// A delivery that has not come whole by then is given up.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Where the secret stands.
const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

impl Door {
    /// Takes up what an earlier run left, and gives the route on which Telegram delivers.
    pub async fn route(self: Arc<Self>, webhook: Webhook) -> Router {
        // Before the first delivery: an update that comes in between would be taken up twice.
        self.resume().await;
        let door = self.clone();
        tokio::spawn(async move { door.introduce().await });
        Router::new()
            .route(&address("", &webhook.path), post(receive))
            .layer(RequestBodyLimitLayer::new(LARGEST_DELIVERY))
            .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
            .with_state((self, webhook.secret))
    }
}

fn address(server: &str, path: &str) -> String {
    format!("{}/telegram/{path}", server.trim_end_matches('/'))
}

async fn receive(State((door, secret)): State<(Arc<Door>, Secret)>, request: Request) -> StatusCode {
    let shown = request.headers().get(SECRET_HEADER).map_or(&b""[..], |header| header.as_bytes());
    if !bool::from(shown.ct_eq(secret.reveal().as_bytes())) {
        tracing::warn!("a delivery without the webhook's secret was turned away");
        return StatusCode::UNAUTHORIZED;
    }
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) => body,
        Err(rejection) => return rejection.status(),
    };
    let Some(update) = serde_json::from_slice::<Value>(&body).ok().filter(|update| update["update_id"].is_u64()) else {
        tracing::error!(bytes = body.len(), "a delivery that is no update was turned away");
        return StatusCode::BAD_REQUEST;
    };
    match door.ingest(vec![update]).await {
        Ok(_) => StatusCode::OK,
        Err(error) => {
            tracing::error!(%error, "a delivery could not be kept; Telegram will repeat it");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Why Telegram was not told where to deliver.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// It answered no.
    #[error("Telegram refuses: {0}")]
    Refused(ApiError),
    /// It was not reached, or not understood.
    #[error("Telegram cannot be asked: {0}")]
    Unreachable(String),
}

/// Has Telegram deliver to the server whose public address is `server`; returns the whole address.
pub async fn set_webhook(
    token: &str,
    api_url: Option<Url>,
    server: &Url,
    webhook: &Webhook,
) -> Result<Url, RegistrationError> {
    let address = address(server.as_str(), &webhook.path);
    let address = Url::parse(&address).map_err(|error| RegistrationError::Unreachable(error.to_string()))?;
    let request = bot(token, api_url).set_webhook(address.clone()).secret_token(webhook.secret.reveal());
    request.allowed_updates(ALLOWED_UPDATES.to_vec()).await.map_err(|error| registration_error(error, token))?;
    Ok(address)
}

/// Has Telegram keep its updates until they are polled.
pub async fn delete_webhook(token: &str, api_url: Option<Url>) -> Result<(), RegistrationError> {
    bot(token, api_url).delete_webhook().await.map_err(|error| registration_error(error, token))?;
    Ok(())
}

/// The bot's token stands in the address of every request, and so in its errors.
fn registration_error(error: RequestError, token: &str) -> RegistrationError {
    match error {
        RequestError::Api(refusal) => RegistrationError::Refused(refusal),
        error => RegistrationError::Unreachable(error.to_string().replace(token, "<token>")),
    }
}
