//! Documents with console blocks: each block runs in order in one sandbox and must print what stands there. Never runs
//! anything that is not in a block.

use super::console::{Console, Sandbox};
use super::root;

const OPEN: &str = "```console\n";
const CLOSE: &str = "```";

/// Runs every console block of a document of the repository; `BLESS=1` writes what was printed instead.
pub(crate) fn check(file: &str, sandbox: &mut Sandbox) {
    let path = root().join(file);
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let (mut whole, mut faults, mut rest) = (String::new(), Vec::new(), text.as_str());
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (block, tail) = after.split_once(CLOSE).expect("the block ends");
        let mut console = Console::parse(block);
        let mismatches = console.run(sandbox);
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

/// The last command of the last console block with what it must print.
pub(crate) fn last_entry(text: &str) -> Option<(String, String)> {
    let block = text.rsplit_once(OPEN)?.1.split_once(CLOSE)?.0;
    let console = Console::parse(block);
    console.entries().last().map(|entry| (entry.command.clone(), entry.expected.clone()))
}
