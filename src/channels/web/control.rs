//! How commands reach a running server, which alone may have the records open: a socket in the data folder, so that
//! whoever may read the folder may ask, and nobody else.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::UnixListener;

use crate::hall::Hall;
use crate::records::export::{Collection, Format};

/// Why the running server could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody listens.
    #[error("no running server listens on {0}")]
    NobodyThere(std::path::PathBuf),
    /// The talk broke off.
    #[error("the running server did not answer")]
    Io(#[from] std::io::Error),
    /// It answered with an error.
    #[error("the running server answered: {0}")]
    Refused(String),
}

/// Serves the control socket until the task is dropped.
pub async fn serve_control(socket: &Path, hall: Arc<Hall>) -> std::io::Result<()> {
    // A socket left by a crash; the database lock, taken before, says that no other server is alive.
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(socket)?;
    let routes = Router::new().route("/export/{collection}/{format}", get(export)).with_state(hall);
    axum::serve(listener, routes).await
}

async fn export(
    State(hall): State<Arc<Hall>>,
    UrlPath((collection, format)): UrlPath<(Collection, Format)>,
) -> Response {
    let table = tokio::task::spawn_blocking(move || {
        let records = hall.records().ok_or("no records are kept")?;
        collection.export(records, &hall.edition().corpus, format).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "an export failed");
            "the export failed; see the log"
        })
    });
    match table.await {
        Ok(Ok(bytes)) => bytes.into_response(),
        Ok(Err(reason)) => (StatusCode::INTERNAL_SERVER_ERROR, reason).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Asks the server behind `socket` for `path` and returns the body.
pub fn ask_running_server(socket: &Path, path: &str) -> Result<Vec<u8>, ControlError> {
    let mut stream = UnixStream::connect(socket).map_err(|_| ControlError::NobodyThere(socket.to_owned()))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: wenban\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end_of_head = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(answer.len());
    let body = answer.get(end_of_head + 4..).unwrap_or_default().to_vec();
    let is_ok = answer.split(|byte| *byte == b' ').nth(1) == Some(b"200");
    if is_ok { Ok(body) } else { Err(ControlError::Refused(String::from_utf8_lossy(&body).into_owned())) }
}
