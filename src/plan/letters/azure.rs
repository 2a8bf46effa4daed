//! The command that grants or takes back a role in a customer's Azure, word for word. Holds only what the manifests
//! say; never runs anything.

use super::ask;
use crate::desired::{AzureAccess, PrincipalKind};
use crate::ledger::Grant;
use crate::model::text::flat;
use crate::plan::Ask;
use crate::plan::grants::declared;

/// Asks for what a document declares. Source: learn, reinstate-csp (`ForeignGroup`).
pub(in crate::plan) fn grant(access: &AzureAccess, who: &str) -> Ask {
    let grant = declared(access);
    let Grant { customer, role, scope, .. } = &grant;
    let who = &flat(who);
    let summary = format!("{role} for {} at {scope}, in the Azure of {customer}", whom(access, who));
    let body = granting(access, &grant, who);
    ask("grant-azure-access", None, summary, (format!("Azure: {role} for {who}"), body)).wanting_all(grant.wanted())
}

/// Who gets a role: the reseller's own group, or whoever the document writes, which may be anybody.
fn whom(access: &AzureAccess, who: &str) -> String {
    match access.principal_kind {
        PrincipalKind::AdminAgents => format!("the group {}, AdminAgents of {who},", access.principal),
        PrincipalKind::Written => format!("the principal {}, for {who},", access.principal),
    }
}

/// Asks for it back.
pub(in crate::plan) fn take_back(grant: &Grant, who: &str) -> Ask {
    let Grant { customer, principal, role, scope, .. } = grant;
    let who = &flat(who);
    let summary = format!("take {role} at {scope} from {who} (principal {principal}), in the Azure of {customer}");
    let body = taking_back(grant, who);
    ask("revoke-azure-access", None, summary, (format!("Azure: take {role} from {who}"), body))
        .wanting_all(grant.wanted())
}

/// What PowerShell takes for a single quote is doubled inside its single quotes, typographic ones too.
/// Source: learn, about_quoting_rules; unconfirmed for the typographic ones, windowsitpro powershell-got-smart-about-smart-quotes.
fn quoted(text: &str) -> String {
    const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
    let doubled: String =
        text.chars().flat_map(|c| std::iter::repeat_n(c, if QUOTES.contains(&c) { 2 } else { 1 })).collect();
    format!("'{doubled}'")
}

fn command(verb: &str, grant: &Grant) -> String {
    let Grant { principal, role, scope, .. } = grant;
    format!(
        "  {verb}-AzRoleAssignment -ObjectId {principal} `\n    -RoleDefinitionName {} -Scope {}",
        quoted(role),
        quoted(scope)
    )
}

const RUNS: &str = "Somebody runs it in Azure PowerShell who is Owner or User Access Administrator of that scope,\n\
                    signed in to the customer's tenant: an administrator of the customer, or an agent of ours\n\
                    while our AdminAgents group still has its role there.";

fn granting(access: &AzureAccess, grant: &Grant, who: &str) -> String {
    let customer = &grant.customer;
    let kind = match access.principal_kind {
        PrincipalKind::AdminAgents => format!("It is the AdminAgents group of {who}, which lives in its own tenant."),
        PrincipalKind::Written => {
            "For a principal of the customer's own tenant leave `-ObjectType ForeignGroup` out.".to_owned()
        }
    };
    format!(
        "{who} is to have a role in the Azure of customer {customer}:\n\n{} `\n    -ObjectType ForeignGroup\n\n\
         {kind}\n{RUNS}\n\n\
         Remove nothing: our own AdminAgents group keeps its role, or the partner earned credit is lost.\n\
         If it stands already, there is nothing to do but to acknowledge this.",
        command("New", grant)
    )
}

fn taking_back(grant: &Grant, who: &str) -> String {
    let customer = &grant.customer;
    format!(
        "{who} is no longer to have this role in the Azure of customer {customer}:\n\n{}\n\n{RUNS}\n\
         If it does not stand there, there is nothing to do but to acknowledge this.\n\n\
         Remove only this assignment: our own AdminAgents group keeps its role, or support and the\n\
         partner earned credit are lost; assignments of other resellers and of the customer stay.\n\
         Roles the reseller was given elsewhere (management groups, Lighthouse, guests) are not\n\
         touched by it; the customer sees them under Access control (IAM).",
        command("Remove", grant)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_read_stays_inside_its_quotes() {
        assert_eq!(quoted("Owner"), "'Owner'");
        assert_eq!(quoted("a'; Remove-Item x"), "'a''; Remove-Item x'");
        assert_eq!(quoted("a\u{2019}; Remove-Item x"), "'a\u{2019}\u{2019}; Remove-Item x'");
    }
}
