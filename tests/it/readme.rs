//! The console blocks of the README are true: they run in order in a sealed copy, and print what stands there.
//! `BLESS=1` writes what was printed.

use crate::support::console::{Console, Sandbox};
use crate::support::root;

const OPEN: &str = "```console\n";
const CLOSE: &str = "```";

#[test]
fn console_blocks_of_the_readme_print_what_stands_there() {
    check("README.md");
}

#[test]
fn console_blocks_of_the_quickstart_print_what_stands_there() {
    check("examples/quickstart/README.md");
}

#[test]
fn console_blocks_of_the_end_of_a_partnership_print_what_stands_there() {
    check("examples/end-partnership/README.md");
}

fn check(file: &str) {
    let path = root().join(file);
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let mut sandbox = Sandbox::empty();
    sandbox.add(&root().join("examples"), "examples");
    let (mut whole, mut faults, mut rest) = (String::new(), Vec::new(), text.as_str());
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (block, tail) = after.split_once(CLOSE).expect("the block ends");
        let mut console = Console::parse(block);
        let mismatches = console.run(&mut sandbox);
        faults.extend(mismatches.into_iter().map(|m| format!("{file}: $ {}\n{}", m.command, m.difference)));
        whole.extend([before, OPEN, console.text().trim_end(), "\n", CLOSE]);
        rest = tail;
    }
    whole.push_str(rest);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, whole).expect("the file is writable");
    } else {
        assert!(faults.is_empty(), "\n{}\nBLESS=1 takes what was printed as expected", faults.join("\n"));
    }
}
