//! `validate`, `plan`, `show`, `snapshot`: what prints a report and changes nothing.

use super::{CliError, Exit, Scene};
use crate::cli::args::{OutputFormat, PlanArgs, RefreshArgs, ShowArgs, SnapshotArgs, What, Written};
use crate::cli::doors::{self, Doors};
use crate::cli::output;
use crate::cli::progress::Shown;
use crate::cli::settings::{Origin, in_repository};
use crate::ledger::Ledger;
use crate::model::{Address, Date};
use crate::ops::base;
use crate::ops::plan::{self, Next};
use crate::ops::project::{self, Project, Valid};
use crate::ops::recall::{Recalling, Refresh};
use crate::ops::{Fault, files, past, roles, show};
use crate::plan::Planned;
use crate::plan::file::{Made, PlanFile, Remembered};
use crate::policy::lint;
use crate::report::{self, Form, Format, Paint, Proposal, Subject, Width};
use crate::snapshot;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

impl Scene<'_> {
    /// The form of a report.
    pub(super) fn format(&self) -> Format {
        format_of(self.settings.format.value)
    }
    /// A report as text. Where the project lies in its repository is looked for by annotations alone.
    ///
    /// # Errors
    /// When memory cannot be written.
    pub(super) fn rendered(
        &self,
        subject: Subject<'_>,
        command: &str,
        (format, paint, width): (Format, Paint, Width),
    ) -> Result<String, CliError> {
        let folder = match format {
            Format::Github | Format::Sarif => in_repository(&self.settings.root),
            Format::Text | Format::Json | Format::Markdown => String::new(),
        };
        let mut text = String::new();
        report::render(subject, command, Form { format, paint, width, folder: &folder }, &mut text)
            .map_err(|_| CliError::failed("the report cannot be written to memory"))?;
        Ok(text)
    }
    /// Prints a report.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn print(&self, subject: Subject<'_>, command: &str) -> Result<(), CliError> {
        let form = (self.format(), self.terminal.paint(), self.terminal.width());
        let text = self.rendered(subject, command, form)?;
        match self.format() {
            Format::Text => self.terminal.text(&text),
            Format::Json | Format::Markdown | Format::Github | Format::Sarif => self.terminal.data(&text),
        }
    }
    /// Where the manifests lie.
    ///
    /// # Errors
    /// When nothing here or above looks like a project.
    pub(super) fn place(&self) -> Result<project::Place<'_>, CliError> {
        let place = doors::place(self.settings);
        let settings = &self.settings;
        let said = settings.project_file.is_some() || !matches!(settings.manifests.origin, Origin::Default);
        if said || place.manifests.iter().any(|entry| place.root.join(entry).exists()) {
            return Ok(place);
        }
        let message =
            "there is no project here: no `twotier.yaml` in this folder or one above it, and no folder `manifests`";
        Err(CliError::new(Exit::Invalid, message).hint("`twotier init` begins one, `-C DIR` goes to where it is"))
    }
    /// The manifests of a command that goes on only with valid ones. Findings of invalid ones are printed, as data where
    /// the data is for machines; warnings are always said beside the data.
    ///
    /// # Errors
    /// When they are not valid.
    pub(super) fn valid(&self, command: &str) -> Result<Valid, CliError> {
        self.valid_or(command, |_| {})
    }
    /// The same, and invalid ones are told otherwise too.
    ///
    /// # Errors
    /// When they are not valid.
    fn valid_or(&self, command: &str, told: impl FnOnce(&Project)) -> Result<Valid, CliError> {
        match project::load(self.place()?).valid() {
            Ok(valid) => {
                if !valid.findings.is_empty() {
                    self.say_findings(&valid.findings, &valid.sources)?;
                }
                Ok(valid)
            }
            Err(Fault::Manifests(invalid)) => {
                let Project { sources, desired: _, findings } = invalid.as_ref();
                match self.format() {
                    Format::Text => self.say_findings(findings, sources)?,
                    Format::Json | Format::Markdown | Format::Github | Format::Sarif => {
                        self.print(Subject::Findings(findings, sources), command)?
                    }
                }
                told(&invalid);
                Err(CliError::new(Exit::Invalid, "the manifests are not valid; nothing was done"))
            }
            Err(other) => Err(other.into()),
        }
    }
    pub(super) fn say_findings(
        &self,
        findings: &[crate::diag::Finding],
        sources: &crate::diag::SourceMap,
    ) -> Result<(), CliError> {
        let form = (Format::Text, self.terminal.message_paint(), self.terminal.message_width());
        self.terminal.warn(self.rendered(Subject::Findings(findings, sources), "", form)?.trim_end());
        Ok(())
    }
}

pub(super) fn format_of(format: OutputFormat) -> Format {
    match format {
        OutputFormat::Text => Format::Text,
        OutputFormat::Json => Format::Json,
        OutputFormat::Markdown => Format::Markdown,
        OutputFormat::Github => Format::Github,
        OutputFormat::Sarif => Format::Sarif,
    }
}

/// `validate`.
pub(super) fn validate(scene: &Scene<'_>) -> Result<Exit, CliError> {
    let project = project::load(scene.place()?);
    let Project { sources, desired, findings } = &project;
    match (scene.format(), desired) {
        (Format::Text, Some(desired)) if findings.is_empty() => {
            scene
                .terminal
                .data(&format!("The manifests are valid: {}.\n", output::count(desired.declared.len(), "object")))?;
        }
        (Format::Text | Format::Json | Format::Markdown | Format::Github | Format::Sarif, _) => {
            scene.print(Subject::Findings(findings, sources), "validate")?;
        }
    }
    Ok(if desired.is_some() { Exit::Done } else { Exit::Invalid })
}

/// `plan`.
pub(super) fn plan(scene: &Scene<'_>, args: &PlanArgs) -> Result<Exit, CliError> {
    let project = scene.valid_or("plan", |invalid| told_invalid(scene, args, invalid))?;
    let changed = args.base.as_ref().map(|base| since(scene, &project, base)).transpose()?;
    let targets: BTreeSet<_> = match &changed {
        Some(changed) => changed.addresses.clone(),
        None => plan::with_customers(&project.desired, &args.target),
    };
    for target in &targets {
        if !project.desired.declared.contains_key(target) {
            return Err(CliError::usage(format!("no manifest declares `{target}`")));
        }
    }
    let (mut planned, ledger, Live { remembered, last, today }) = match &args.snapshot {
        Some(file) => {
            let snapshot = plan::read_snapshot(file)?;
            if !snapshot.wholeness.is_whole() {
                scene.terminal.warn(&format!("warning: {}", snapshot.wholeness));
            }
            let mut planned = plan::offline(&project, &snapshot, &targets)?;
            lint::silence(&mut planned.outlook.findings, &scene.settings.lint, snapshot.at.date());
            (planned, snapshot.ledger, Live { remembered: None, last: None, today: snapshot.at.date() })
        }
        None => plan_live(scene, &project, &targets, args.refresh)?,
    };
    if let Some(changed) = &changed {
        base::release(&mut planned, changed, &ledger);
    }
    roles::note(&mut planned, &scene.settings.roles());
    // A branch may begin at a commit that nobody approved: what that says otherwise is told with it.
    let told = match (&changed, &last) {
        (Some(_), None) => None,
        (Some(_), Some(_)) | (None, _) => since_told(scene, &project, (&ledger, last.as_deref()), &mut planned),
    };
    let changed = match (changed, told) {
        (Some(changed), Some(told)) => Some(changed.told_with(told)),
        (changed, told) => changed.or(told),
    };
    // Of single addresses nobody says that it told everything.
    let made =
        if args.target.is_empty() && args.snapshot.is_none() { made(scene, &project, last.as_deref()) } else { None };
    let file = PlanFile::new(&planned.plan, &planned.outlook, &project.sources).within(targets).recalling(remembered);
    let file = compared(file, changed.as_ref(), &planned).made_of(made);
    if let Some(path) = &args.out {
        files::write(path, &file.write())?;
    }
    for Written { what, file: path } in &args.write {
        match what {
            What::Report(format) => {
                let form = (format_of(*format), Paint::Plain, Width::Endless);
                files::write(path, &scene.rendered(Subject::Plan(&file), "plan", form)?)?;
            }
            What::Acknowledgement => acknowledge(scene, (&project, &file), (path, today))?,
        }
    }
    scene.print(Subject::Plan(&file), "plan")?;
    Ok(match (args.detailed_exitcode, plan::next(&file)) {
        (true, Next::Apply) => Exit::Changes,
        (true, Next::Wait) => Exit::Waiting,
        (true, Next::Unread) => Exit::Failed,
        (true, Next::Nothing) | (false, _) => Exit::Done,
    })
}

/// Writes what lets limits pass, where anything has to.
fn acknowledge(
    scene: &Scene<'_>,
    (project, file): (&Valid, &PlanFile),
    (path, today): (&Path, Date),
) -> Result<(), CliError> {
    let proposal = Proposal { by: &scene.settings.run_by.actor().value, today };
    let taken = &project.desired.acknowledgements;
    let documents = report::acknowledgements(&file.outlook().gates, proposal, |name| taken.contains_key(name));
    if documents.is_empty() {
        let words = format!("nothing needs an acknowledgement: {} was not written", path.display());
        scene.terminal.note(&words);
        return Ok(());
    }
    Ok(files::write(path, &documents)?)
}

/// What is wrong with the manifests, where the plan was to be told; whatever cannot be written is told as a failure alone.
fn told_invalid(scene: &Scene<'_>, args: &PlanArgs, invalid: &Project) {
    let Project { sources, desired: _, findings } = invalid;
    for Written { what, file } in args.write.iter().filter(|_| !findings.is_empty()) {
        let What::Report(format) = what else { continue };
        let form = (format_of(*format), Paint::Plain, Width::Endless);
        if let Ok(text) = scene.rendered(Subject::Findings(findings, sources), "plan", form) {
            drop(files::write(file, &text));
        }
    }
}

/// What is known beside a plan.
struct Live {
    /// What was not read anew.
    remembered: Option<Remembered>,
    /// The commit up to which whoever approved was told everything.
    last: Option<SmolStr>,
    /// The day.
    today: Date,
}

fn plan_live(
    scene: &Scene<'_>,
    project: &Valid,
    targets: &BTreeSet<Address>,
    refresh: RefreshArgs,
) -> Result<(Planned, Ledger, Live), CliError> {
    let doors = Doors::of(scene.settings, project, scene.terminal)?;
    let journal = doors.journal()?;
    let shown = Shown::on(scene.terminal);
    let recalling = if targets.is_empty() { scene.recalling(refresh)? } else { scene.recalling_scope(refresh) };
    let recall = doors.recall(recalling.as_ref(), &journal, &shown);
    let ground = doors.ground(&journal, &recall);
    let today = ground.now.date();
    let (mut planned, looked) = plan::live(project, ground, targets, &shown)?;
    lint::silence(&mut planned.outlook.findings, &scene.settings.lint, today);
    recall.close(&shown);
    if let Some(words) = output::unfinished(journal.folded()) {
        scene.terminal.warn(&words);
    }
    if doors.is_service() {
        // Whoever reviews a change must see it, whatever the project file says of lint.
        let name = scene.settings.state.value.file_name().map(Path::new).unwrap_or(Path::new("."));
        let provider = Address::Provider(project.desired.provider.name.clone());
        let unproven = output::unproven(journal.folded(), name);
        planned.outlook.findings.extend(unproven.map(|finding| finding.about(provider)));
    }
    let live = Live { remembered: looked.told(), last: journal.told().map(Into::into), today };
    Ok((planned, journal.ledger().clone(), live))
}

/// What was changed since the commit that was named.
fn since(scene: &Scene<'_>, project: &Valid, base: &str) -> Result<base::Changed, CliError> {
    base::changed(project, doors::place(scene.settings), base).map_err(|fault| {
        if let Fault::Usage(why) = fault { CliError::usage(format!("`--base`: {why}")) } else { fault.into() }
    })
}

/// A plan, with what is told of a comparison.
pub(super) fn compared(file: PlanFile, changed: Option<&base::Changed>, planned: &Planned) -> PlanFile {
    match changed {
        Some(changed) => {
            file.beside(base::unshown(changed, planned)).with_open_before(base::open_before(changed, planned))
        }
        None => file,
    }
}

/// What a plan of the whole project is made of.
pub(super) fn made(scene: &Scene<'_>, project: &Valid, last: Option<&str>) -> Option<Made> {
    let manifests = base::said(project, doors::place(scene.settings))?;
    Some(Made { manifests, compared_with: last.map(Into::into) })
}

/// What was changed since the commit up to which everything was told. Where there is no such commit here, that is said.
pub(super) fn since_told(
    scene: &Scene<'_>,
    project: &Valid,
    (ledger, last): (&Ledger, Option<&str>),
    planned: &mut Planned,
) -> Option<base::Changed> {
    let place = doors::place(scene.settings);
    let lacking = match last.map(|commit| base::changed(project, place, commit)) {
        Some(Ok(changed)) => return Some(changed),
        Some(Err(why)) => Some(output::not_compared(&why)),
        // Before there is a state nothing was applied, and where git keeps nothing there is nothing to compare with.
        None if ledger.genesis.is_none() || !base::is_committed(place.root) => None,
        None => Some(output::nothing_to_compare_with()),
    };
    let provider = Address::Provider(project.desired.provider.name.clone());
    planned.outlook.findings.extend(lacking.map(|finding| finding.about(provider)));
    None
}

/// `show`.
pub(super) fn show(scene: &Scene<'_>, args: &ShowArgs) -> Result<Exit, CliError> {
    let file = match (args.run, &args.file) {
        (Some(run), _) => past::of_run(&Doors::open(scene.settings)?.journal()?, run)?,
        (None, Some(file)) => saved_or_kept(scene, file)?,
        (None, None) => return Err(CliError::usage("say which plan: a file, the id of a plan, or `--run NUMBER`")),
    };
    let Some(address) = &args.handoff else {
        scene.print(Subject::Plan(&file), "show")?;
        return Ok(Exit::Done);
    };
    let letters = show::letters(&file, address);
    if letters.is_empty() {
        return Err(CliError::usage(format!("nothing would be asked of people at `{address}`")));
    }
    scene.terminal.data(&report::escape::lines(&letters.join("\n")))?;
    Ok(Exit::Done)
}

fn saved_or_kept(scene: &Scene<'_>, file: &Path) -> Result<PlanFile, CliError> {
    match (show::saved(file), file.to_str()) {
        (Ok(file), _) => Ok(file),
        // No such file: the id of a plan that a run followed.
        (Err(Fault::File { .. }), Some(id)) if past::may_be_plan(id) => {
            let past::Kept { file, run, others } = past::plan(&Doors::open(scene.settings)?.journal()?, id)?;
            if let (Some(run), [other, ..]) = (run, others.as_slice()) {
                scene.terminal.note(&format!(
                    "this is what run {run} followed; another document of the same plan was approved before: `twotier show --run \
                     {other}`"
                ));
            }
            Ok(file)
        }
        (Err(fault), _) => Err(fault.into()),
    }
}

/// `snapshot`.
pub(super) fn snapshot(scene: &Scene<'_>, args: &SnapshotArgs) -> Result<Exit, CliError> {
    let project = scene.valid("snapshot")?;
    let doors = Doors::of(scene.settings, &project, scene.terminal)?;
    let journal = doors.journal()?;
    let shown = Shown::on(scene.terminal);
    // A snapshot is what is there now: nothing in it is only remembered, and all of it may be afterwards.
    let recalling = scene.recalling(RefreshArgs::default())?.map(|it| Recalling { refresh: Refresh::Full, ..it });
    let recall = doors.recall(recalling.as_ref(), &journal, &shown);
    let ground = doors.ground(&journal, &recall);
    let now = ground.now;
    let reseller = args.reseller.as_ref();
    let customers = reseller.map(|reseller| plan::customers_of(&project.desired, reseller)).transpose()?;
    let theirs = customers.unwrap_or_default();
    let (planned, looked) = plan::live(&project, ground, &theirs, &shown)?;
    let (observed, ledger) = if theirs.is_empty() {
        (looked.observed, journal.ledger().clone())
    } else {
        plan::of_reseller((&project.desired, journal.ledger()), &theirs, &looked.observed, &planned)
    };
    recall.close(&shown);
    let write = |out: &mut dyn std::io::Write| {
        let mut out = std::io::BufWriter::new(out);
        snapshot::write(&observed, &ledger, doors.id(), now, &mut out)?;
        out.flush()
    };
    match &args.out {
        Some(path) => files::write_with(path, write)?,
        None => scene.terminal.stream(write)?,
    }
    Ok(Exit::Done)
}
