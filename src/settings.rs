//! What the operator may set: `wenban.toml` in the working folder, and over it `WENBAN_…` in the environment.
//! Everything has a default; with no settings at all wenban serves the shipped corpus.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{env, fmt, fs};

use serde::Deserialize;

/// The settings file, looked for in the working folder.
pub const FILE: &str = "wenban.toml";

/// Every setting, with its unit and default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Folder of the corpus. `WENBAN_CORPUS`, default `corpus`.
    pub corpus: PathBuf,
    /// Folder of the fitted numbers and the built index. `WENBAN_INDEX`, default `index`.
    pub index: PathBuf,
    /// Folder of the records; made when missing. `WENBAN_DATA`, default `data`.
    pub data: PathBuf,
    /// Address and port of the web chat. `WENBAN_LISTEN`, default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// What is logged, in `tracing` filter syntax. `WENBAN_LOG`, default `info`.
    pub log: String,
    /// Seconds between looks at the corpus folder while serving. `WENBAN_RELOAD_SECONDS`, default 2, at least 1.
    pub reload_seconds: u64,
    /// Last part of the address to which Telegram delivers, 1 to 64 of `A-Z a-z 0-9 _ -`. `WENBAN_TELEGRAM_WEBHOOK_PATH`;
    /// without it Telegram is polled.
    pub telegram_webhook_path: Option<String>,
    /// What Telegram sends along to show that it is Telegram, 16 to 256 of `A-Z a-z 0-9 _ -`; goes with the path.
    /// `WENBAN_TELEGRAM_WEBHOOK_SECRET`.
    pub telegram_webhook_secret: Option<Secret>,
    /// Number of the Telegram group in which the staff answer, below 0. `WENBAN_STAFF_GROUP`; without it questions wait
    /// for an export.
    pub staff_group: Option<i64>,
}

/// Something that must not be printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for whoever has to send or compare it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(secret.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How Telegram delivers to this server.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Last part of the address.
    pub path: String,
    /// What comes along with each delivery.
    pub secret: Secret,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            corpus: "corpus".into(),
            index: "index".into(),
            data: "data".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            log: "info".into(),
            reload_seconds: 2,
            telegram_webhook_path: None,
            telegram_webhook_secret: None,
            staff_group: None,
        }
    }
}

/// All that is wrong with the settings.
#[derive(Debug)]
pub struct SettingsError(Vec<String>);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings cannot be used:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

impl std::error::Error for SettingsError {}

const KEYS: [&str; 9] = [
    "corpus",
    "index",
    "data",
    "listen",
    "log",
    "reload_seconds",
    "telegram_webhook_path",
    "telegram_webhook_secret",
    "staff_group",
];

impl Settings {
    /// Reads the file when it is there, then the environment over it. Reports every problem, not only the first.
    pub fn load(file: &Path) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        let mut table = match fs::read_to_string(file) {
            Ok(text) => text.parse::<toml::Table>().unwrap_or_else(|error| {
                problems.push(format!("{}: {error}", file.display()));
                toml::Table::new()
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => toml::Table::new(),
            Err(error) => {
                problems.push(format!("{}: {error}", file.display()));
                toml::Table::new()
            }
        };
        for key in KEYS {
            if let Ok(value) = env::var(format!("WENBAN_{}", key.to_uppercase())) {
                let value = match value.parse::<i64>() {
                    Ok(number) if matches!(key, "reload_seconds" | "staff_group") => number.into(),
                    _ => toml::Value::String(value),
                };
                table.insert(key.to_owned(), value);
            }
        }
        let mut settings = Self::default();
        for (key, value) in table {
            if !KEYS.contains(&key.as_str()) {
                problems.push(format!("{key}: no such setting; there are {}", KEYS.join(", ")));
                continue;
            }
            let one = toml::Table::from_iter([(key.clone(), value)]);
            match one.try_into::<Self>() {
                Ok(parsed) => settings.take(&key, parsed),
                Err(error) => problems.push(format!("{key} (WENBAN_{}): {}", key.to_uppercase(), error.message())),
            }
        }
        if settings.reload_seconds == 0 {
            problems.push("reload_seconds (WENBAN_RELOAD_SECONDS): must be at least 1".to_owned());
        }
        if settings.staff_group.is_some_and(|group| group >= 0) {
            problems.push("staff_group (WENBAN_STAFF_GROUP): must be a group's number, which is below 0".to_owned());
        }
        problems.extend(settings.webhook_problems());
        if problems.is_empty() { Ok(settings) } else { Err(SettingsError(problems)) }
    }

    fn take(&mut self, key: &str, from: Self) {
        match key {
            "corpus" => self.corpus = from.corpus,
            "index" => self.index = from.index,
            "data" => self.data = from.data,
            "listen" => self.listen = from.listen,
            "log" => self.log = from.log,
            "telegram_webhook_path" => self.telegram_webhook_path = from.telegram_webhook_path,
            "telegram_webhook_secret" => self.telegram_webhook_secret = from.telegram_webhook_secret,
            "staff_group" => self.staff_group = from.staff_group,
            _ => self.reload_seconds = from.reload_seconds,
        }
    }

    fn webhook_problems(&self) -> Vec<String> {
        let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        let mut problems = Vec::new();
        if self.telegram_webhook_path.as_ref().is_some_and(|path| !is_plain(path) || !(1..=64).contains(&path.len())) {
            problems.push(
                "telegram_webhook_path (WENBAN_TELEGRAM_WEBHOOK_PATH): must be 1 to 64 of A-Z a-z 0-9 _ -".to_owned(),
            );
        }
        let secret = self.telegram_webhook_secret.as_ref().map(Secret::reveal);
        if secret.is_some_and(|secret| !is_plain(secret) || !(16..=256).contains(&secret.len())) {
            problems.push(
                "telegram_webhook_secret (WENBAN_TELEGRAM_WEBHOOK_SECRET): must be 16 to 256 of A-Z a-z 0-9 _ -"
                    .to_owned(),
            );
        }
        if self.telegram_webhook_path.is_some() != secret.is_some() {
            problems.push("telegram_webhook_path and telegram_webhook_secret: set both or neither".to_owned());
        }
        problems
    }

    /// How Telegram delivers; `None` when it is polled.
    pub fn telegram_webhook(&self) -> Option<Webhook> {
        let (path, secret) = (self.telegram_webhook_path.clone()?, self.telegram_webhook_secret.clone()?);
        Some(Webhook { path, secret })
    }

    /// The folder of the database.
    pub fn records_folder(&self) -> PathBuf {
        self.data.join("records")
    }

    /// The socket through which commands reach a running server.
    pub fn control_socket(&self) -> PathBuf {
        self.data.join("control.sock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_listed_with_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        fs::write(&file, "listen = \"nowhere\"\nreload_seconds = 0\nlisten_on = 3\nstaff_group = 5\n").unwrap();
        let message = Settings::load(&file).unwrap_err().to_string();
        for key in ["WENBAN_LISTEN", "WENBAN_RELOAD_SECONDS", "listen_on", "WENBAN_STAFF_GROUP"] {
            assert!(message.contains(key), "{message}");
        }
    }

    #[test]
    fn a_webhook_needs_a_path_and_a_secret_that_is_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        fs::write(&file, "telegram_webhook_path = \"a/b\"\n").unwrap();
        let message = Settings::load(&file).unwrap_err().to_string();
        assert!(message.contains("WENBAN_TELEGRAM_WEBHOOK_PATH") && message.contains("both"), "{message}");
        let secret = "do-not-show-this-one";
        fs::write(&file, format!("telegram_webhook_path = \"a\"\ntelegram_webhook_secret = \"{secret}\"\n")).unwrap();
        let settings = Settings::load(&file).unwrap();
        assert_eq!(settings.telegram_webhook().unwrap().secret.reveal(), secret);
        assert!(!format!("{settings:?}").contains(secret));
        fs::write(&file, "telegram_webhook_path = \"a\"\ntelegram_webhook_secret = \"tooshort!\"\n").unwrap();
        let message = Settings::load(&file).unwrap_err().to_string();
        assert!(message.contains("WENBAN_TELEGRAM_WEBHOOK_SECRET") && !message.contains("tooshort"), "{message}");
    }

    #[test]
    fn without_a_file_the_defaults_hold() {
        let settings = Settings::load(Path::new("no-such-file.toml")).unwrap();
        assert_eq!(settings.corpus, Path::new("corpus"));
    }
}
