//! Prints `init`, `explain` and `config`.

use super::{Table, safe};
use crate::cli::settings::{CloudName, Kept, Origin, Proven, Setting, Settings, SignIn, Way, named};
use crate::diag::source::shown;
use crate::model::TenantId;
use crate::ops::explain::{Explained, Presence, Shape};
use crate::ops::init::Fate;
use crate::report::Width;
use serde_json::{Value, json};
use smol_str::SmolStr;
use std::path::PathBuf;

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Written => "written",
        Fate::Kept => "kept",
    }
}

/// The files of a new repository, for people.
pub(crate) fn begun(fates: &[(PathBuf, Fate)]) -> String {
    fates.iter().map(|(path, one)| format!("{:<8} {}\n", fate(*one), shown(path))).collect()
}

/// The files of a new repository, as JSON.
pub(crate) fn begun_json(fates: &[(PathBuf, Fate)]) -> Value {
    let files = fates.iter().map(|(path, one)| json!({ "path": shown(path), "fate": fate(*one) }));
    json!({ "files": files.collect::<Vec<_>>() })
}

/// An explanation, for people.
pub(crate) fn explained(explained: &Explained, width: Width) -> String {
    match explained {
        Explained::Code(code) => format!("{code}: {}\n\n{}\n", code.title(), code.text()),
        Explained::Shape(shape) => shape_text(shape, width),
    }
}

fn shape_text(shape: &Shape, width: Width) -> String {
    let Shape { path, description, form, values, forms, fields } = shape;
    let mut text = format!("{path} ({form})\n\n{description}\n");
    if !values.is_empty() {
        text.push_str(&format!("\nValues: {}\n", values.join(", ")));
    }
    if !forms.is_empty() {
        text.push_str(&format!("\n{}\n", forms.join("\n")));
    }
    if !fields.is_empty() {
        let mut table = Table::new(&["field", "", "what"]);
        for field in fields {
            let presence = match field.presence {
                Presence::Required => "required",
                Presence::Optional => "",
            };
            table.row([field.name.clone(), presence.to_owned(), field.summary.clone()]);
        }
        text.push('\n');
        text.push_str(&table.show(width));
    }
    text
}

/// An explanation, as JSON.
pub(crate) fn explained_json(explained: &Explained) -> Value {
    match explained {
        Explained::Code(code) => json!({ "code": code.to_string(), "title": code.title(), "text": code.text() }),
        Explained::Shape(Shape { path, description, form, values, forms, fields }) => {
            let field = |field: &crate::ops::explain::FieldLine| {
                let required = field.presence == Presence::Required;
                json!({ "name": field.name, "required": required, "summary": field.summary })
            };
            json!({
                "path": path, "description": description, "form": form, "values": values, "forms": forms,
                "fields": fields.iter().map(field).collect::<Vec<_>>(),
            })
        }
    }
}

/// One setting with its value and origin.
pub(crate) struct SettingRow {
    name: &'static str,
    value: Option<String>,
    origin: Origin,
}

/// Every setting, in a fixed order.
pub(crate) fn setting_rows(settings: &Settings) -> Vec<SettingRow> {
    let Settings { root, project_file, manifests, center, state, format, color, refresh, lint, run_by, roles, sign_in } =
        settings;
    let row = |name, value: Option<String>, origin: &Origin| SettingRow { name, value, origin: origin.clone() };
    let listed = manifests.value.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let place = project_file.clone().map_or(Origin::Default, Origin::ProjectFile);
    let mut rows = vec![
        row("project", Some(root.display().to_string()), &place),
        row("manifests", Some(listed), &manifests.origin),
        row(
            "center",
            center.as_ref().map(|center| center.value.to_string()),
            center.as_ref().map_or(&Origin::Default, |center| &center.origin),
        ),
        row(
            "roles",
            roles.as_ref().map(|roles| roles.value.iter().map(|role| role.key()).collect::<Vec<_>>().join(", ")),
            roles.as_ref().map_or(&Origin::Default, |roles| &roles.origin),
        ),
        row("state", Some(state.value.display().to_string()), &state.origin),
        row("format", Some(format!("{:?}", format.value).to_lowercase()), &format.origin),
        row("color", Some(format!("{:?}", color.value).to_lowercase()), &color.origin),
        row("refresh", Some(format!("{:?}", refresh.value).to_lowercase()), &refresh.origin),
        row("actor", Some(run_by.actor().value.to_string()), &run_by.actor().origin),
    ];
    rows.extend(sign_in_rows(sign_in));
    let rules = (!lint.is_empty()).then(|| lint.keys().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    rows.push(row("lint", rules, if lint.is_empty() { &Origin::Default } else { &place }));
    for (name, setting) in [("commit", &run_by.commit), ("ref", &run_by.reference), ("change", &run_by.change_url)] {
        let origin = setting.as_ref().map_or(&Origin::Default, |setting| &setting.origin);
        rows.push(row(name, setting.as_ref().map(|setting| setting.value.to_string()), origin));
    }
    rows
}

/// The rows with the provider's tenant as its document declares it, where no setting does.
pub(crate) fn with_tenant(mut rows: Vec<SettingRow>, tenant: TenantId, document: PathBuf) -> Vec<SettingRow> {
    for row in rows.iter_mut().filter(|row| row.name == "tenant" && row.value.is_none()) {
        row.value = Some(tenant.to_string());
        row.origin = Origin::Manifest(document.clone());
    }
    rows
}

/// How to sign in; a secret is only said to be there.
fn sign_in_rows(sign_in: &SignIn) -> Vec<SettingRow> {
    let SignIn { tenant, cloud, client, proof, endpoint, token, folder, way } = sign_in;
    fn row<T>(name: &'static str, of: &Option<Setting<T>>, shown: impl Fn(&T) -> String) -> SettingRow {
        let origin = of.as_ref().map_or(Origin::Default, |setting| setting.origin.clone());
        SettingRow { name, value: of.as_ref().map(|setting| shown(&setting.value)), origin }
    }
    let Way { proxy, no_proxy, allowed } = way;
    let listed = |name, list: &[SmolStr], from| {
        let value = (!list.is_empty()).then(|| list.join(", "));
        let origin = if value.is_some() { Origin::Variable(from) } else { Origin::Default };
        SettingRow { name, value, origin }
    };
    let mut kept = row("token", token, Kept::shown);
    if kept.value.is_none() {
        kept.value = folder.as_ref().map(|folder| folder.display().to_string());
    }
    vec![
        row("tenant", tenant, ToString::to_string),
        row("cloud", cloud, |cloud| named(&CloudName::ALL, *cloud).to_owned()),
        row("client", client, ToString::to_string),
        row("proof", proof, Proven::shown),
        SettingRow { name: "endpoint", value: Some(endpoint.value.name().to_owned()), origin: endpoint.origin.clone() },
        kept,
        row("proxy", proxy, |_| "set".to_owned()),
        listed("noProxy", no_proxy, "NO_PROXY"),
        listed("allowedHosts", allowed, "TWOTIER_CENTER_ALLOW"),
    ]
}

/// The settings, for people.
pub(crate) fn settings(rows: &[SettingRow], width: Width) -> String {
    let mut table = Table::new(&["setting", "value", "from"]);
    for SettingRow { name, value, origin } in rows {
        let value = value.as_deref().map_or_else(|| "(none)".to_owned(), safe);
        table.row([(*name).to_owned(), value, origin.to_string()]);
    }
    table.show(width)
}

/// The settings, as JSON.
pub(crate) fn settings_json(rows: &[SettingRow]) -> Value {
    let rows = rows.iter().map(|SettingRow { name, value, origin }| {
        (String::from(*name), json!({ "value": value, "origin": origin.to_string() }))
    });
    Value::Object(rows.collect())
}
