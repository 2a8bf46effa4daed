//! The binary: hands over to [`twotier::cli`] and its exit code to the system. Holds nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    twotier::cli::main()
}
