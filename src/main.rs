//! The program: hands over to `cli` and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    cco_news::cli::run()
}
