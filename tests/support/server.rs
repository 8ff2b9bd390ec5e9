//! The real program, serving on a free port of this machine with folders of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running `wenban serve`; killed when dropped.
pub struct Server {
    child: Child,
    pub address: String,
}

/// How a server is started.
pub struct Start {
    pub corpus: PathBuf,
    pub data: PathBuf,
    pub index: PathBuf,
    pub environment: Vec<(&'static str, String)>,
}

impl Start {
    /// With the shipped corpus and its index, and records below `folder`.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            corpus: super::root().join("corpus"),
            data: folder.join("data"),
            index: super::index_folder().to_owned(),
            environment: Vec::new(),
        }
    }

    /// The same with an index folder of its own, where nothing is built yet.
    pub fn with_own_index(folder: &Path) -> Self {
        let index = folder.join("index");
        std::fs::create_dir_all(&index).expect("a folder for the index");
        for file in [wenban::search::RANKING_FILE, wenban::search::VECTORS_FILE] {
            std::fs::copy(super::root().join("index").join(file), index.join(file)).expect("the shipped model");
        }
        Self { index, ..Self::in_folder(folder) }
    }

    /// The program with these folders, for any command.
    pub fn command(&self) -> Command {
        let mut command = Command::new(super::program());
        command
            .env("WENBAN_CORPUS", &self.corpus)
            .env("WENBAN_DATA", &self.data)
            .env("WENBAN_INDEX", &self.index)
            .env("WENBAN_LISTEN", "127.0.0.1:0")
            .env("WENBAN_RELOAD_SECONDS", "1")
            .env_remove("TELOXIDE_TOKEN")
            .envs(self.environment.iter().map(|(key, value)| (*key, value.as_str())));
        command
    }

    /// Starts the server and waits until it says where it listens.
    pub fn serve(&self) -> Server {
        self.serve_with_log(Stdio::null())
    }

    /// The same, with its log written to `log`.
    pub fn serve_with_log(&self, log: Stdio) -> Server {
        let mut child = self.command().arg("serve").stdout(Stdio::piped()).stderr(log).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let line = lines.next().expect("it says where it listens").expect("readable");
        let address = line.split_whitespace().last().expect("an address").to_owned();
        Server { child, address }
    }
}

impl Server {
    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM, and how it ended.
    pub fn terminate(mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().expect("kill runs").success());
        self.child.wait().expect("it ends")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
