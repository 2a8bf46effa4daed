//! `login`, `logout` and `doctor`: what stands between the settings and the service. Prints no token.

use super::{CliError, Exit, Scene};
use crate::cli::args::LoginArgs;
use crate::cli::doors::{self, Doors};
use crate::cli::output::{self, Plainness, safe};
use crate::cli::settings::Center;
use crate::diag::Code;
use crate::model::Limits;
use crate::ops::project;

#[cfg(feature = "rest")]
use crate::{
    backend::Observe as _,
    backend::partner_center::auth::{Claims, Told},
    backend::partner_center::{Caller, Profile},
    cli::{service, terminal::Audience},
    desired::Provider,
    observed::{Answer, Read, ResellerStatus},
    plan::role::Held,
};

/// `login`.
#[cfg(feature = "rest")]
pub(super) fn login(scene: &Scene<'_>, args: &LoginArgs) -> Result<Exit, CliError> {
    let doors = Doors::open(scene.settings)?;
    let sign_in = doors.service()?.sign_in.as_ref();
    let keep = sign_in.setup().keep.as_ref().ok_or_else(|| {
        CliError::usage("there is nowhere to keep the sign-in").hint("say `center: {token: FILE}` in the project file")
    })?;
    if let Some(crate::cli::settings::Kept::Variable(_)) = scene.settings.sign_in.token.as_ref().map(|t| &t.value) {
        return Err(CliError::usage("TWOTIER_REFRESH_TOKEN is set, and a variable cannot keep a sign-in")
            .hint("unset it, or name a file or commands under `center.token`"));
    }
    let signed = if args.device_code {
        let code = sign_in.begin_device().map_err(service::refused)?;
        scene.terminal.warn(&format!("Open {} and type the code {}", safe(&code.page), safe(&code.user)));
        sign_in.finish_device(&code)
    } else {
        let browser = sign_in.begin_browser().map_err(service::refused)?;
        scene.terminal.warn(&format!("Sign in at {}", browser.url));
        if scene.terminal.audience() == Audience::Person {
            open(&browser.url);
        }
        sign_in.finish_browser(&browser)
    };
    let signed = signed.map_err(service::refused)?;
    let user = signed.claims.user().map_or_else(|| "somebody".to_owned(), |user| safe(user));
    scene.terminal.data(&format!(
        "Signed in as {user} in the tenant {}; kept in {} for 90 days.\n",
        doors.id(),
        safe(&keep.place())
    ))?;
    Ok(Exit::Done)
}

/// Opens a page for the person at the terminal. The page is printed as well, so it does not matter if this fails.
#[cfg(feature = "rest")]
fn open(url: &str) {
    use std::process::{Command, Stdio};
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    let quiet = command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    drop(quiet.spawn());
}

/// `logout`.
#[cfg(feature = "rest")]
pub(super) fn logout(scene: &Scene<'_>) -> Result<Exit, CliError> {
    let doors = Doors::open(scene.settings)?;
    doors.service()?;
    let file = service::own_file(scene.settings, doors.id()).ok_or_else(|| {
        CliError::usage("the refresh token is kept by a variable or by commands, not in a file")
            .hint("remove it where it is kept")
    })?;
    let removed = file.remove().map_err(|error| CliError::failed(error.to_string()))?;
    scene.terminal.note(if removed { "the kept sign-in is removed" } else { "nobody was signed in" });
    Ok(Exit::Done)
}

/// `login`, in a build without network.
#[cfg(not(feature = "rest"))]
pub(super) fn login(_: &Scene<'_>, _: &LoginArgs) -> Result<Exit, CliError> {
    Err(CliError::usage("this build has no network (feature `rest`)"))
}
/// `logout`, in a build without network.
#[cfg(not(feature = "rest"))]
pub(super) fn logout(_: &Scene<'_>) -> Result<Exit, CliError> {
    Err(CliError::usage("this build has no network (feature `rest`)"))
}

/// What was looked at: what, whether it is right, what there is to say.
struct Line {
    what: &'static str,
    health: Health,
    words: String,
}
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Health {
    Well,
    Mend,
    #[cfg(feature = "rest")]
    NobodyIn,
}

/// `doctor`.
pub(super) fn doctor(scene: &Scene<'_>) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let lines = lines(scene);
    let text = match form {
        Plainness::Text => lines.iter().map(told).collect(),
        Plainness::Json => output::json(&serde_json::json!({
            "formatVersion": 1,
            "lines": lines.iter().map(|Line { what, health, words }| {
                serde_json::json!({ "what": what, "ok": *health == Health::Well, "words": words })
            }).collect::<Vec<_>>(),
        })),
    };
    form.print(scene.terminal, &text)?;
    Ok(match lines.iter().map(|line| line.health).max() {
        None | Some(Health::Well) => Exit::Done,
        Some(Health::Mend) => Exit::Failed,
        #[cfg(feature = "rest")]
        Some(Health::NobodyIn) => Exit::SignIn,
    })
}

/// A line for people.
fn told(Line { what, health, words }: &Line) -> String {
    let mark = if *health == Health::Well { "ok  " } else { "MEND" };
    format!("{mark}  {what:<11} {}\n", safe(words))
}

fn well(what: &'static str, words: impl Into<String>) -> Line {
    Line { what, health: Health::Well, words: words.into() }
}
fn mend(what: &'static str, words: impl Into<String>) -> Line {
    Line { what, health: Health::Mend, words: words.into() }
}
fn said(error: &CliError) -> String {
    [vec![error.message.clone()], error.hints.clone()].concat().join("; ")
}

fn lines(scene: &Scene<'_>) -> Vec<Line> {
    let project = project::load(doors::place(scene.settings));
    let mut lines = Vec::new();
    let doors = match (&scene.settings.center, Doors::open(scene.settings)) {
        (Some(center), Ok(doors)) => {
            lines.push(well("center", format!("{} (from {})", center.value, center.origin)));
            Some(doors)
        }
        (None, Ok(doors)) => Some(doors),
        (_, Err(error)) => {
            lines.push(mend("center", said(&error)));
            None
        }
    };
    match &project.desired {
        None if project.is_empty() => {
            lines.push(mend("manifests", "there are none yet: `twotier import` writes them for what is there"));
        }
        None => lines.push(mend("manifests", "they are not valid: `twotier validate` shows every finding")),
        Some(desired) => {
            let provider = &desired.provider;
            lines.push(match &doors {
                Some(doors) if doors.id() != provider.tenant => mend(
                    "tenant",
                    format!(
                        "the manifests declare {}, the center is {}: mend one of them",
                        provider.tenant,
                        doors.id()
                    ),
                ),
                Some(_) | None => well("tenant", provider.tenant.to_string()),
            });
            lines.push(match &provider.invitation_url {
                Some(_) => well("invitation", "`Provider.invitationUrl` is there"),
                None => mend("invitation", "no link: copy it once from the portal into `Provider.invitationUrl`"),
            });
            if provider.limits == Limits::default() {
                let words = format!(
                    "none: one plan may take away and grant anything; write `limits` of the Provider [{}]",
                    Code::NoLimits
                );
                lines.push(mend("limits", words));
            }
            lines.push(match provider.recipients.len() {
                0 => mend(
                    "recipients",
                    "nobody can open sealed passwords: add age keys to `Provider.credentials.recipients`",
                ),
                count => well("recipients", format!("{count} can open sealed passwords")),
            });
        }
    }
    lines.push(match &scene.settings.roles {
        Some(roles) => {
            let names: Vec<String> = roles.value.iter().map(ToString::to_string).collect();
            well("roles", format!("{} (from {})", names.join(", "), roles.origin))
        }
        None if matches!(&scene.settings.center, Some(center) if matches!(center.value, Center::Embedded(_))) => {
            well("roles", "not declared, and a simulated tenant asks for none")
        }
        None => mend("roles", "not declared: say `center: {roles: [adminAgent]}`, so that a missing one is told early"),
    });
    if let Some(doors) = &doors {
        lines.extend(state_lines(scene, doors));
        #[cfg(feature = "rest")]
        if let Ok(service) = doors.service() {
            lines.extend(service_lines(scene, service, project.desired.as_ref().map(|desired| &desired.provider)));
        }
    }
    lines
}

/// What is to say of the state: whether it is there, and whether a run in it has not ended.
fn state_lines(scene: &Scene<'_>, doors: &Doors) -> Vec<Line> {
    match doors.journal() {
        Ok(journal) if journal.has_state() => {
            let unfinished = output::unfinished(journal.folded()).map(|words| {
                let next = "the next `apply` goes on two minutes after it fell silent; `twotier state take-over` ends it at \
                            once, if it is certainly dead";
                mend("run", format!("{words}; {next}"))
            });
            let state = well("state", scene.settings.state.value.display().to_string());
            [state].into_iter().chain(unfinished).collect()
        }
        Ok(_) => vec![well("state", "none yet: the first apply begins it")],
        Err(fault) => vec![mend("state", said(&fault.into()))],
    }
}

/// What is to say of a service: one that cannot be signed in to is not asked further.
#[cfg(feature = "rest")]
fn service_lines(scene: &Scene<'_>, service: &service::Service, declared: Option<&Provider>) -> Vec<Line> {
    let mut lines = Vec::new();
    let signed = match service.sign_in.signed(Caller::Any) {
        Ok(signed) => signed,
        Err(error) => {
            let error = service::refused(error);
            let health = if error.exit == Exit::SignIn { Health::NobodyIn } else { Health::Mend };
            lines.push(Line { what: "sign-in", health, words: said(&error) });
            return lines;
        }
    };
    lines.push(match signed.claims.user() {
        Some(user) => well("sign-in", user.to_string()),
        None => mend(
            "sign-in",
            "the application alone: resellers, associations and their orders need a user, `twotier login`",
        ),
    });
    if signed.claims.user().is_some() {
        lines.push(match signed.claims.multi_factor() {
            Told::Yes => well("mfa", "the user signed in with a second factor"),
            Told::No | Told::Unknown => mend("mfa", "the token shows no second factor (900421): `twotier login`"),
        });
    }
    match service.sign_in() {
        Ok(notes) => lines.extend(notes.into_iter().map(|note| mend("token", note))),
        Err(error) => lines.push(mend("token", said(&error))),
    }
    lines.extend(held_role(scene, &signed.claims));
    match service.center.profile() {
        Ok(profile) if profile.tenant == service.tenant => lines.extend(known_as(&profile, declared)),
        Ok(profile) => {
            let words = format!("the service is of the tenant {}, not {}", profile.tenant, service.tenant);
            lines.push(mend("profile", words));
        }
        Err(why) => lines.push(mend("profile", format!("the provider's own profile was not read: {why}"))),
    }
    lines.push(agreement(service));
    lines.extend(service.center.clock_ahead().map(clock));
    lines
}

/// Who the provider is to the service, and what the manifests say otherwise: letters name its PartnerID, and the rules of
/// regions go by its country.
/// Source: learn, get-an-mpn-profile, get-an-organization-profile.
#[cfg(feature = "rest")]
fn known_as(profile: &Profile, declared: Option<&Provider>) -> Vec<Line> {
    let id = profile.partner_id.as_ref().map_or_else(|| "no PartnerID".to_owned(), |id| format!("PartnerID {id}"));
    let mut lines = vec![well("profile", format!("{}, {id}", profile.name))];
    let Some(declared) = declared else { return lines };
    if let Some(id) = profile.partner_id.as_ref().filter(|id| **id != declared.partner_id) {
        let words = format!(
            "the service knows you as {id}, and `Provider.partnerId` says {}: letters would name it; correct it",
            declared.partner_id
        );
        lines.push(mend("partnerId", words));
    }
    if let Some(country) = profile.country.as_ref().filter(|it| !it.eq_ignore_ascii_case(&declared.country)) {
        let words = format!(
            "the service places you in {country}, and `Provider.country` says {}: what is allowed by region goes by it; correct it",
            declared.country
        );
        lines.push(mend("country", words));
    }
    lines
}

/// Whether the declared role of a global administrator is the user's. Partner Center's own roles stand in no token.
#[cfg(feature = "rest")]
fn held_role(scene: &Scene<'_>, claims: &Claims) -> Option<Line> {
    let declared = scene.settings.roles.as_ref().is_some_and(|roles| roles.value.contains(&Held::GlobalAdmin));
    let told = claims.global_admin();
    (declared && told == Told::No).then(|| {
        mend("role", "`globalAdmin` is declared, and the token says that the user is none: correct `center.roles`")
    })
}

/// Whether the provider's own tenant signed. That the check answers for a provider's tenant too is a guess, so anything
/// but a clear answer is no reason to mend.
/// Source: learn, verify-indirect-reseller-mpa-status; for the provider itself unconfirmed.
#[cfg(feature = "rest")]
fn agreement(service: &service::Service) -> Line {
    match service.center.read(&Read::ResellerByTenant(service.tenant)) {
        Ok(Answer::Reseller(ResellerStatus::Signed)) => well("agreement", "the Microsoft Partner Agreement is signed"),
        Ok(Answer::Reseller(ResellerStatus::NotSigned(words))) => {
            mend("agreement", format!("the Microsoft Partner Agreement is not signed: {words}"))
        }
        Ok(_) => well("agreement", "the service does not tell for the provider itself; the portal does"),
        Err(why) => well("agreement", format!("not known: {why}")),
    }
}

/// More than five minutes apart, certificates and tokens begin to be refused.
#[cfg(feature = "rest")]
fn clock(ahead: i64) -> Line {
    const TOLERATED: i64 = 300;
    let seconds = ahead.unsigned_abs();
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    if ahead.abs() > TOLERATED {
        mend("clock", format!("this machine is {seconds} s {side} the service: set its clock, tokens depend on it"))
    } else {
        well("clock", format!("{seconds} s {side} the service"))
    }
}
