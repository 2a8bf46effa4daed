//! `import`, `bind` and `set`: what writes manifests. Each shows what changes, asks, and writes file by file.

use super::{CliError, Exit, Scene};
use crate::cli::args::{BindArgs, Consent, ImportArgs, ManageField, SetArgs};
use crate::cli::doors::{self, Doors};
use crate::cli::output::{self, Difference, Plainness};
use crate::cli::progress::Shown;
use crate::cli::terminal::Answer;
use crate::diag::nearest;
use crate::manifest::Refused;
use crate::model::Kind;
use crate::model::id::BadId;
use crate::ops::import::{self, Managed, ProviderFacts, Wishes};
use crate::ops::project::Project;
use crate::ops::rewrite::{self, FileChange, Written};
use crate::ops::set::Assertions;
use crate::ops::{Fault, bind as binding, files, plan, set as setting};
use crate::report::{Format, Subject};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::path::Path;

/// What became of proposed changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    /// There was nothing to write.
    Nothing,
    /// Written.
    Written,
    /// Only shown.
    Proposed,
    /// A person said no.
    Declined,
}
impl Done {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Written => "written",
            Self::Proposed => "proposed",
            Self::Declined => "declined",
        }
    }
    fn verb(self) -> &'static str {
        match self {
            Self::Written => "Wrote",
            Self::Nothing | Self::Proposed => "Would write",
            Self::Declined => "Did not write",
        }
    }
}

/// `import`.
pub(super) fn import(scene: &Scene<'_>, args: &ImportArgs) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let doors = Doors::open(scene.settings)?;
    doors.sign_in(scene.terminal)?;
    let journal = doors.journal()?;
    let (partner_id, country) = doors.provider()?;
    let shown = Shown::on(scene.terminal);
    let recall = doors.recall(scene.recalling(args.refresh)?.as_ref(), &journal, &shown);
    let question = import::Question {
        place: doors::place(scene.settings),
        observe: doors.observe.as_ref(),
        recall: &recall,
        ledger: journal.ledger(),
        provider: &ProviderFacts { tenant: doors.id(), partner_id, country },
        wishes: &Wishes { manage: managed(&args.manage), schemas: args.schemas.as_ref().map(SmolStr::from) },
    };
    let imported = import::import(question, &shown);
    recall.close(&shown);
    let imported = imported.map_err(|fault| scene.explained(fault, "import"))?;
    let done = scene.settle(&imported.changes, args.consent, form)?;
    let text = match form {
        Plainness::Text => output::imported(&imported, done.verb()),
        Plainness::Json => output::json(&output::imported_json(&imported, done.name())),
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}

fn managed(fields: &[ManageField]) -> BTreeSet<Managed> {
    let one = |field: &ManageField| match field {
        ManageField::Quantity => vec![Managed::Quantity],
        ManageField::FriendlyName => vec![Managed::FriendlyName],
        ManageField::Renewal => vec![Managed::Renewal],
        ManageField::SupportContact => vec![Managed::SupportContact],
        ManageField::All => Managed::ALL.to_vec(),
    };
    fields.iter().flat_map(one).collect()
}

/// `bind`.
pub(super) fn bind(scene: &Scene<'_>, args: &BindArgs) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let doors = Doors::open(scene.settings)?;
    let journal = doors.journal()?;
    let written = Written::load(scene.place()?);
    if let Some(desired) = &written.desired {
        plan::same_tenant_id(desired.provider.tenant, doors.id())?;
    }
    let bound = binding::bind(&written, journal.ledger());
    let (changes, bound) = bound.map_err(|fault| scene.explained(fault, "bind"))?;
    let done = scene.settle(&changes, args.consent, form)?;
    let text = match form {
        Plainness::Text if bound.is_empty() => "Nothing to write: no learned id is missing.\n".to_owned(),
        Plainness::Text => {
            format!("{} {} into {}.\n", done.verb(), counted(bound.len(), "id"), counted(changes.len(), "file"))
        }
        Plainness::Json => output::json(&output::bound_json(&bound, &changes, done.name())),
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}

/// `set`.
pub(super) fn set(scene: &Scene<'_>, args: &SetArgs) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let order = order(args)?;
    let written = Written::load(scene.place()?);
    let proposal = setting::set(&written, &order).map_err(|fault| scene.explained(fault, "set"))?;
    let done = scene.settle(&proposal.changes, args.consent, form)?;
    let text = match form {
        Plainness::Text => output::set(&proposal, done.verb(), order.kind.slug()),
        Plainness::Json => output::json(&output::set_json(&proposal, done.name())),
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn order(args: &SetArgs) -> Result<setting::Order, CliError> {
    let named = |kind: &Kind| kind.slug() == args.kind || kind.name().eq_ignore_ascii_case(&args.kind);
    let kind = Kind::ALL.into_iter().find(named).ok_or_else(|| {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        let hint = match nearest(&args.kind, kinds.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the kinds are {}", kinds.join(", ")),
        };
        CliError::usage(format!("`{}` is no kind", args.kind)).hint(hint)
    })?;
    let (names, values) = args.apart().map_err(CliError::usage)?;
    let each = match &args.from {
        Some(_) if !names.is_empty() => {
            return Err(CliError::usage("`--from` names its documents itself: leave out the names"));
        }
        Some(path) => setting::decoded(&files::bytes(path)?)
            .and_then(|text| setting::table(&text))
            .map_err(|error| CliError::usage(format!("`{}`: {error}", path.display())))?,
        None => setting::Each::new(),
    };
    if values.is_empty() && each.is_empty() {
        return Err(CliError::usage("nothing is to be set: say FIELD=VALUE")
            .hint(format!("the fields are {}", setting::FIELDS)));
    }
    let label = |text: &String| {
        let (key, value) = text.split_once('=').ok_or_else(|| CliError::usage(format!("`{text}` is not KEY=VALUE")))?;
        Ok((SmolStr::new(key), SmolStr::new(value)))
    };
    let labels = args.labels.iter().map(label).collect::<Result<Vec<_>, CliError>>()?;
    if names.is_empty() && labels.is_empty() && !args.all && args.naming.is_none() && each.is_empty() {
        return Err(CliError::usage("no document is selected")
            .hint("name some, select by `-l KEY=VALUE` or `--naming RESELLER`, or say `--all`"));
    }
    let naming = args.naming.as_ref().map(|text| text.strip_prefix("partnership/").unwrap_or(text).parse());
    let naming = naming.transpose().map_err(|error: BadId| CliError::usage(format!("`--naming`: {error}")))?;
    let assertions = if args.assertions { Assertions::Replace } else { Assertions::Leave };
    let slug = format!("{}/", kind.slug());
    let name = |name: &str| SmolStr::new(name.strip_prefix(&slug).unwrap_or(name));
    let each: setting::Each = each.into_iter().map(|(who, values)| (name(&who), values)).collect();
    let names = names.into_iter().map(name).chain(each.keys().cloned()).collect();
    Ok(setting::Order { kind, names, labels, naming, values, each, assertions })
}

impl Scene<'_> {
    /// Shows what changes in files that are there, asks, and writes.
    fn settle(&self, changes: &[FileChange], consent: Consent, form: Plainness) -> Result<Done, CliError> {
        let old: Vec<Difference<'_>> = changes.iter().filter_map(Difference::of).collect();
        let asks = !old.is_empty() && !consent.yes;
        if consent.dry_run && form == Plainness::Text {
            // What is only shown is what was asked for: one stream, to be kept in a file.
            self.terminal.data(&output::differences(old, self.terminal.paint()))?;
        } else {
            let differences = output::differences(old, self.terminal.message_paint());
            match (asks, differences.is_empty()) {
                (_, true) => {}
                (true, false) => self.terminal.keep(differences.trim_end()),
                (false, false) => self.terminal.show(differences.trim_end()),
            }
        }
        if changes.is_empty() {
            return Ok(Done::Nothing);
        }
        if consent.dry_run {
            return Ok(Done::Proposed);
        }
        if asks && !self.terminal.can_ask() {
            return Err(CliError::usage("files would change, and nobody is there to agree; nothing was written")
                .hint("`--yes` writes without asking, `--dry-run` only shows"));
        }
        if asks && self.terminal.confirm("\nWrite this?")? == Answer::No {
            return Ok(Done::Declined);
        }
        rewrite::write(&self.settings.root, changes)?;
        Ok(Done::Written)
    }

    /// A fault with what belongs to it shown: findings, or the patch that was refused.
    fn explained(&self, fault: Fault, command: &str) -> CliError {
        let shown = if let Fault::Manifests(project) | Fault::WouldBreak(project) = &fault {
            let Project { sources, desired: _, findings } = project.as_ref();
            match self.format() {
                Format::Text => self.say_findings(findings, sources),
                Format::Json | Format::Markdown | Format::Github | Format::Sarif => {
                    self.print(Subject::Findings(findings, sources), command)
                }
            }
        } else if let Fault::Edit { path, before, source: Refused::Differs(after) } = &fault {
            let paint = self.terminal.message_paint();
            let place = Path::new(path);
            let patch = Difference { from: place, to: place, before, after };
            let patch = output::differences([patch], paint);
            self.terminal.keep(patch.trim_end());
            Ok(())
        } else {
            Ok(())
        };
        shown.err().unwrap_or_else(|| fault.into())
    }
}
