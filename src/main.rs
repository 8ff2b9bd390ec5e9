//! Starts one command; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    wenban::cli::main()
}
