//! `init`, `explain`, `schema`, `config`, `completions` and `man`: what needs neither tenant nor state.

use super::{Cli, CliError, Exit, Scene};
use crate::cli::args::{ExplainArgs, InitArgs, ManArgs, SchemaArgs};
use crate::cli::doors;
use crate::cli::output;
use crate::manifest::PROJECT_FILE;
use crate::ops;
use crate::ops::project;
use clap::CommandFactory as _;

/// How a tenant that is there is taken over, as a bare repository says it.
const ADOPT: &str = "  twotier login        signs you in
  twotier state init   once for this tenant; with a state that is there, name it instead
  twotier doctor       says what is to be mended
  twotier import       writes manifests of what is there
  twotier plan         shows that nothing is to do";

/// `init`.
pub(super) fn init(scene: &Scene<'_>, args: &InitArgs) -> Result<Exit, CliError> {
    let folder = args.folder.as_deref().unwrap_or(std::path::Path::new(""));
    let form = scene.plain_or_json()?;
    let contents = if args.bare { ops::init::Contents::Bare } else { ops::init::Contents::Examples };
    let fates = ops::init::init(folder, contents)?;
    let text = match form {
        output::Plainness::Text => output::begun(&fates),
        output::Plainness::Json => output::json(&output::begun_json(&fates)),
    };
    form.print(scene.terminal, &text)?;
    let there = args.folder.as_ref().map_or_else(String::new, |folder| format!("cd {} && ", folder.display()));
    let next = match contents {
        ops::init::Contents::Examples => format!("{there}twotier plan"),
        ops::init::Contents::Bare => {
            format!("name `center` in {}; then, there and in this order\n{ADOPT}", folder.join(PROJECT_FILE).display())
        }
    };
    scene.terminal.note(&format!("next: {next}"));
    Ok(Exit::Done)
}

/// `explain`.
pub(super) fn explain(scene: &Scene<'_>, args: &ExplainArgs) -> Result<Exit, CliError> {
    if let Some(address) = args.address() {
        return super::why::why(scene, address);
    }
    let explained = ops::explain::explain(&args.topic).map_err(|unknown| {
        let error = CliError::usage(format!("nothing here is called `{}`", unknown.topic));
        match unknown.near {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None if !unknown.known.is_empty() => error.hint(format!("known there: {}", unknown.known.join(", "))),
            None => error.hint(
                "a code (TT0310), a kind (Customer), a field (Customer.spec.reseller) or an address (customer/contoso)",
            ),
        }
    })?;
    let form = scene.plain_or_json()?;
    let text = match form {
        output::Plainness::Text => output::explained(&explained, scene.terminal.width()),
        output::Plainness::Json => output::json(&output::explained_json(&explained)),
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}

/// `config`.
pub(super) fn config(scene: &Scene<'_>) -> Result<Exit, CliError> {
    let rows = output::setting_rows(scene.settings);
    let rows = match project::provider(doors::place(scene.settings)) {
        Some((tenant, document)) => output::with_tenant(rows, tenant, document),
        None => rows,
    };
    let form = scene.plain_or_json()?;
    let text = match form {
        output::Plainness::Text => output::settings(&rows, scene.terminal.width()),
        output::Plainness::Json => output::json(&output::settings_json(&rows)),
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}

/// `completions`.
pub(super) fn completions(scene: &Scene<'_>, shell: clap_complete::Shell) -> Result<Exit, CliError> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "twotier", &mut text);
    scene.terminal.data(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}

/// `man`.
pub(super) fn man(scene: &Scene<'_>, args: &ManArgs) -> Result<Exit, CliError> {
    match &args.out {
        None => {
            let mut page = Vec::new();
            let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
            rendered.map_err(|error| CliError::failed(format!("the manual page cannot be made: {error}")))?;
            scene.terminal.data(&String::from_utf8_lossy(&page))?;
        }
        Some(folder) => {
            ops::files::folder(folder)?;
            clap_mangen::generate_to(Cli::command(), folder).map_err(|error| {
                CliError::failed(format!("the manual pages cannot be written to `{}`: {error}", folder.display()))
            })?;
        }
    }
    Ok(Exit::Done)
}

/// `schema`.
pub(super) fn schema(scene: &Scene<'_>, args: &SchemaArgs) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    match (&args.name, &args.out, &args.check) {
        (Some(name), _, _) => {
            let text = ops::schema::find(name).ok_or_else(|| {
                CliError::usage(format!("there is no schema `{name}`")).hint("`twotier schema` lists them")
            })?;
            scene.terminal.data(&text)?;
        }
        (None, Some(folder), _) => {
            let all = ops::schema::all();
            ops::files::folder(folder)?;
            for (name, text) in &all {
                ops::files::write(&folder.join(name), text)?;
            }
            scene.terminal.note(&format!("{} written to {}", output::count(all.len(), "schema"), folder.display()));
            if form == output::Plainness::Json {
                schemas(scene, form, "written", all.keys().cloned())?;
            }
        }
        (None, None, Some(folder)) => {
            let differences = ops::schema::differences(&ops::schema::read(folder)?);
            schemas(scene, form, "differ", differences.iter().map(|line| line.trim_end().to_owned()))?;
            if !differences.is_empty() {
                return Err(CliError::failed(format!(
                    "{} differ from this version",
                    output::count(differences.len(), "schema")
                ))
                .hint(format!("`twotier schema --out {}` writes them anew", folder.display())));
            }
        }
        (None, None, None) => schemas(scene, form, "schemas", ops::schema::all().into_keys())?,
    }
    Ok(Exit::Done)
}

/// Schemas, or what is said of them, a line each or as one document.
fn schemas(
    scene: &Scene<'_>,
    form: output::Plainness,
    what: &str,
    lines: impl Iterator<Item = String>,
) -> Result<(), CliError> {
    let text = match form {
        output::Plainness::Text => lines.map(|line| format!("{line}\n")).collect(),
        output::Plainness::Json => output::json(&serde_json::json!({ what: lines.collect::<Vec<_>>() })),
    };
    scene.terminal.data(&text)
}
