//! What a plan costs: generated projects of 1k, 10k, 100k (and 1M with `TWOTIER_BENCH_MILLION=1`) subscriptions, five a
//! customer, one in a hundred changed, planned against a snapshot of the same size; beside `git diff --no-index` of the
//! two texts in the same run. Each size runs in a process of its own, so that peaks do not mix. Never a test.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time and writes its own projects")]

mod meter;
mod world;

use meter::{Meter, Spent};
use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use twotier::diag::SourceMap;
use twotier::ledger::{Genesis, Ledger};
use twotier::ops::observe::Progress;
use twotier::ops::planning::{self, Question};
use twotier::ops::project::{self, Place};
use twotier::plan::Planned;
use twotier::plan::file::PlanFile;
use twotier::report::{self, Form, Format, Subject};
use twotier::snapshot;
use world::{Manifests, World};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["generate", size, folder] => generate(World { subscriptions: size.parse()? }, Path::new(folder)),
        ["plan", size, folder] => plan(World { subscriptions: size.parse()? }, Path::new(folder)),
        _ => table(),
    }
}

/// Every size, each stage in a process of its own.
fn table() -> Result<(), Failure> {
    let mut sizes = vec![1_000u64, 10_000, 100_000];
    if std::env::var_os("TWOTIER_BENCH_MILLION").is_some() {
        sizes.push(1_000_000);
    }
    println!("plan against a snapshot, 1 % changed; us = microseconds a subscription, wall (processor)\n");
    println!("subscriptions      total      parse    resolve   snapshot  diff+order  print   bytes  steps   git diff");
    for size in sizes {
        let folder = tempfile::tempdir()?;
        let run = |what: &str| -> Result<(), Failure> {
            let status =
                Command::new(std::env::current_exe()?).args([what, &size.to_string()]).arg(folder.path()).status()?;
            if status.success() { Ok(()) } else { Err(format!("`{what}` of {size} failed").into()) }
        };
        run("generate")?;
        run("plan")?;
        println!("{}", git_diff(size, folder.path())?);
    }
    Ok(())
}

/// Writes the manifests as they are and as they are to be, and a snapshot with the ledger of the former.
fn generate(world: World, folder: &Path) -> Result<(), Failure> {
    world.write(&folder.join("before/manifests"), Manifests::AsItIs)?;
    world.write(&folder.join("after/manifests"), Manifests::Changed)?;
    let none = BTreeSet::new();
    let mut ledger = Ledger {
        genesis: Some(Genesis { tenant: world.provider(), state: "bench".into(), at: world.now() }),
        ..Ledger::default()
    };
    let now = world.now();
    let before = valid(&folder.join("before"))?;
    let (desired, sources) = (&before.desired, &before.sources);
    let question = Question { desired, sources, ledger: &ledger, targets: &none, now, under: None };
    let (planned, _) = planning::look_and_make(question, &world, &Silent);
    let Planned { adopt, plan, .. } = planned;
    if !plan.steps().is_empty() {
        return Err(format!("{} steps before anything changed", plan.steps().len()).into());
    }
    ledger.bindings = adopt.bindings;
    ledger.settled = adopt.settled;
    ledger.managed = adopt.managed;
    let after = valid(&folder.join("after"))?;
    let (desired, sources) = (&after.desired, &after.sources);
    let question = Question { desired, sources, ledger: &ledger, targets: &none, now, under: None };
    let (_, looked) = planning::look_and_make(question, &world, &Silent);
    let mut out = BufWriter::new(File::create(folder.join("snapshot.jsonl"))?);
    snapshot::write(&looked.observed, &ledger, world.provider(), now, &mut out)?;
    Ok(())
}

fn place(folder: &Path) -> project::Project {
    project::load(Place { root: folder, manifests: &[PathBuf::from("manifests")], state: Path::new(".twotier") })
}

fn valid(folder: &Path) -> Result<project::Valid, Failure> {
    place(folder).valid().map_err(|_| "the generated manifests are not valid".into())
}

/// The measured run: everything `plan --snapshot` does.
fn plan(world: World, folder: &Path) -> Result<(), Failure> {
    let whole = Meter::start();
    let stage = Meter::start();
    let after = folder.join("after");
    let loaded = twotier::manifest::load(&after, &[PathBuf::from("manifests")], Path::new(".twotier"));
    let parse = stage.stop();

    let stage = Meter::start();
    let (desired, _) = twotier::desired::resolve(loaded.manifests);
    let desired = desired.ok_or("the generated manifests are not valid")?;
    let resolve = stage.stop();

    let stage = Meter::start();
    let snapshot = snapshot::read(&mut File::open(folder.join("snapshot.jsonl"))?)?;
    let read = stage.stop();

    let stage = Meter::start();
    let none = BTreeSet::new();
    let question = Question {
        desired: &desired,
        sources: &loaded.sources,
        ledger: &snapshot.ledger,
        targets: &none,
        now: snapshot.at,
        under: None,
    };
    let (planned, missing) = planning::make(question, &snapshot.observed);
    let order = stage.stop();

    let stage = Meter::start();
    let text = print(&planned, &loaded.sources)?;
    let print = stage.stop();
    let total = whole.stop();
    if !missing.is_empty() || !snapshot.wholeness.is_whole() || text.is_empty() {
        return Err(format!("the snapshot does not answer {} reads", missing.len()).into());
    }
    let per = |spent: Spent| micros(spent, world.subscriptions);
    print!(
        "{:>13} {:>10} {:>10} {:>10} {:>10} {:>11} {:>6} {:>7} {:>6}",
        world.subscriptions,
        per(total),
        per(parse),
        per(resolve),
        per(read),
        per(order),
        per(print),
        meter::peak() / world.subscriptions,
        planned.plan.steps().len(),
    );
    Ok(())
}

fn print(planned: &Planned, sources: &SourceMap) -> Result<String, Failure> {
    let file = PlanFile::new(&planned.plan, &planned.outlook, sources);
    let mut text = String::new();
    report::render(Subject::Plan(&file), "plan", Form::plain(Format::Text), &mut text)?;
    Ok(text)
}

/// `wall(processor)`, each in microseconds an object.
fn micros(spent: Spent, objects: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a table needs two digits")]
    let per = |time: std::time::Duration| time.as_secs_f64() * 1e6 / objects as f64;
    format!("{:.1}({:.1})", per(spent.wall), per(spent.cpu))
}

/// What git needs to show the same change as text.
fn git_diff(size: u64, folder: &Path) -> Result<String, Failure> {
    let stage = Meter::start();
    let status = Command::new("git")
        .args(["diff", "--no-index", "--stat", "before/manifests", "after/manifests"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .status();
    Ok(match status {
        Ok(status) if status.code() == Some(1) => format!(" {:>10}", micros(stage.stop(), size)),
        Ok(_) | Err(_) => "       (no git)".to_owned(),
    })
}

/// Tells nobody.
struct Silent;
impl Progress for Silent {
    fn round(&self, _: usize) {}
    fn read(&self) {}
    fn end(&self, _: usize) {}
}
