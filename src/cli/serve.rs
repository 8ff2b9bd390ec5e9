//! `wenban serve`: opens the doors and keeps the corpus fresh until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;

use super::{Done, check, open_edition, open_records, telegram};
use crate::channels::telegram::{Account, Door};
use crate::channels::web;
use crate::clock::SystemClock;
use crate::corpus::Revision;
use crate::hall::{Hall, Reload};
use crate::search::Model;
use crate::settings::Settings;

/// After being told to stop, requests in flight get this long.
const FAREWELL: Duration = Duration::from_secs(8);

pub fn serve(settings: &Settings) -> anyhow::Result<Done> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve_until_stopped(settings))?;
    // Work that does not end by itself is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(Done::Fine)
}

async fn serve_until_stopped(settings: &Settings) -> anyhow::Result<()> {
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}; set another address with WENBAN_LISTEN", settings.listen))?;
    let (token, api_url, webhook) = (telegram::token()?, telegram::api_url()?, settings.telegram_webhook());
    anyhow::ensure!(
        webhook.is_none() || token.is_some(),
        "a Telegram webhook is set up, but TELOXIDE_TOKEN is not set"
    );
    let edition = open_edition(settings)?;
    let (revision, guides) = (edition.corpus.revision.clone(), edition.corpus.guides.len());
    let records = open_records(settings).context("the records cannot be opened")?;
    let hall = Arc::new(Hall::new(edition, Some(records.clone()), Arc::new(SystemClock)));

    tokio::spawn(watch_corpus(hall.clone(), settings.clone()));
    let (control_hall, socket) = (hall.clone(), settings.control_socket());
    tokio::spawn(async move {
        if let Err(error) = web::serve_control(&socket, control_hall).await {
            tracing::warn!(%error, socket = %socket.display(), "the control socket is not served; exports need the server stopped");
        }
    });
    if settings.staff_group.is_some() && token.is_none() {
        tracing::warn!("a staff group is set, but TELOXIDE_TOKEN is not; questions wait for an export");
    }
    let account = token.map(|token| Account { token, api_url, staff_group: settings.staff_group });
    let door = account.map(|account| Door::new(account, hall.clone(), &records));
    let mut routes = web::router(hall);
    match (door, webhook) {
        (Some(door), Some(webhook)) => {
            routes = routes.merge(door.route(webhook).await);
            tracing::info!("answering on Telegram by webhook");
        }
        (Some(door), None) => {
            tokio::spawn(door.run());
            tracing::info!("answering on Telegram by polling");
        }
        (None, _) => {}
    }
    tracing::info!(revision = revision.as_str(), guides, "corpus ready");
    println!("wenban: http://{}", listener.local_addr()?);

    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut gone = stopped.clone();
    let serving = tokio::spawn(web::serve(listener, routes, async move {
        let _ = gone.wait_for(|stopped| *stopped).await;
    }));
    told_to_stop().await?;
    tracing::info!("stopping");
    let _ = stop.send(true);
    match tokio::time::timeout(FAREWELL, serving).await {
        Ok(served) => served??,
        Err(_) => tracing::warn!("some requests did not end in time"),
    }
    Ok(())
}

async fn told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Looks at the corpus folder now and then. A bad corpus is reported once, until it changes again.
async fn watch_corpus(hall: Arc<Hall>, settings: Settings) {
    let mut refused: Option<Revision> = None;
    let mut timer = tokio::time::interval(Duration::from_secs(settings.reload_seconds));
    loop {
        timer.tick().await;
        let (hall, settings, last_refused) = (hall.clone(), settings.clone(), refused.clone());
        let looked = tokio::task::spawn_blocking(move || look(&hall, &settings, last_refused)).await;
        match looked {
            Ok(Ok(now_refused)) => refused = now_refused,
            Ok(Err(error)) => tracing::warn!("the corpus could not be looked at: {error:#}"),
            Err(error) => tracing::error!(%error, "looking at the corpus failed"),
        }
    }
}

/// One look; returns the revision that is refused now, if any.
fn look(hall: &Hall, settings: &Settings, last_refused: Option<Revision>) -> anyhow::Result<Option<Revision>> {
    let seen = crate::corpus::revision(&crate::corpus::read_sources(&settings.corpus)?);
    if Some(&seen) == last_refused.as_ref() {
        return Ok(last_refused);
    }
    let model = Model::load(&settings.index)?;
    match hall.reload(&settings.corpus, &settings.index, &model)? {
        Reload::Unchanged => Ok(None),
        Reload::Taken(revision) => {
            tracing::info!(revision = revision.as_str(), "new corpus in use");
            Ok(None)
        }
        Reload::Refused(reading) => {
            tracing::warn!(errors = reading.errors(), "new corpus refused, the old one stays in use");
            check::print_errors(settings, &reading);
            Ok(Some(seen))
        }
    }
}
