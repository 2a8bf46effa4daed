//! The console blocks of the README are true: they run in order in a sealed copy, and print what stands there.
//! `BLESS=1` writes what was printed.

use crate::support::blocks;
use crate::support::console::Sandbox;
use crate::support::root;

#[test]
fn console_blocks_of_the_readme_print_what_stands_there() {
    let mut sandbox = Sandbox::empty();
    for example in ["examples/quickstart", "examples/half-finished-apply"] {
        sandbox.add(&root().join(example), example);
    }
    blocks::check("README.md", &mut sandbox);
}
