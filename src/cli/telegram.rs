//! `wenban telegram`: tells Telegram where to deliver. Nothing else ever changes that.

use anyhow::Context;
use clap::Subcommand;
use url::Url;

use super::{Done, Problems};
use crate::channels::telegram::{self, RegistrationError};
use crate::settings::Settings;

#[derive(Subcommand)]
pub enum TelegramCommand {
    /// Have Telegram deliver to this server instead of waiting to be polled
    SetWebhook {
        /// The server's public address, https; `/telegram/` and the path of the settings are added
        url: Url,
    },
    /// Have Telegram wait to be polled again
    DeleteWebhook,
}

pub fn telegram(settings: &Settings, command: TelegramCommand) -> anyhow::Result<Done> {
    let token = token()?.context("set TELOXIDE_TOKEN to the bot's token")?;
    let api_url = api_url()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = match command {
        TelegramCommand::SetWebhook { url } => {
            let webhook = settings.telegram_webhook().context(
                "set telegram_webhook_path and telegram_webhook_secret, in wenban.toml or as WENBAN_…, for the server too",
            )?;
            let set = runtime.block_on(telegram::set_webhook(&token, api_url, &url, &webhook));
            set.map(|address| format!("Telegram delivers to {address}"))
        }
        TelegramCommand::DeleteWebhook => runtime
            .block_on(telegram::delete_webhook(&token, api_url))
            .map(|()| "Telegram waits to be polled".to_owned()),
    };
    println!("{}", done.map_err(|error: RegistrationError| Problems(error.to_string()))?);
    Ok(Done::Fine)
}

/// The bot's token; `None` leaves Telegram out.
pub fn token() -> anyhow::Result<Option<String>> {
    match std::env::var("TELOXIDE_TOKEN") {
        Ok(token) => Ok(Some(token)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(error) => Err(error).context("TELOXIDE_TOKEN cannot be read"),
    }
}

/// Another Bot API server than Telegram's own.
pub fn api_url() -> anyhow::Result<Option<Url>> {
    match std::env::var("TELOXIDE_API_URL") {
        Ok(text) => Ok(Some(text.parse().context("TELOXIDE_API_URL is not an address")?)),
        Err(_) => Ok(None),
    }
}
