//! The command that grants or takes back a role in a customer's Azure, word for word. Holds only what the manifests
//! say; never runs anything.

use super::ask;
use crate::desired::{Access, AzureAccess, Partnership, PrincipalKind};
use crate::plan::Ask;

/// Grants or takes back. Source: learn, reinstate-csp (`ForeignGroup`).
pub(in crate::plan) fn access(access: &AzureAccess, partnership: &Partnership) -> Ask {
    let AzureAccess { customer, role, scope, .. } = access;
    let who = &partnership.display_name;
    let (template, summary, subject, body) = match access.access {
        Access::Granted => (
            "grant-azure-access",
            format!("{role} for {who} at {scope}"),
            format!("Azure: {role} for {who}"),
            granting(access, who),
        ),
        Access::Revoked => (
            "revoke-azure-access",
            format!("take {role} at {scope} from {who}"),
            format!("Azure: take {role} from {who}"),
            revoking(access, who),
        ),
    };
    ask(template, None, format!("{summary}, in the Azure of {customer}"), subject, &body).wanting(&[
        ("customer", customer.as_str()),
        ("principal", &access.principal.to_string()),
        ("reseller", partnership.name.as_str()),
        ("role", role),
        ("scope", scope),
    ])
}

/// `'` is doubled inside PowerShell's single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn command(verb: &str, access: &AzureAccess) -> String {
    let AzureAccess { principal, role, scope, .. } = access;
    format!(
        "  {verb}-AzRoleAssignment -ObjectId {principal} `\n    -RoleDefinitionName {} -Scope {}",
        quoted(role),
        quoted(scope)
    )
}

const RUNS: &str = "Somebody runs it in Azure PowerShell who is Owner or User Access Administrator of that scope,\n\
                    signed in to the customer's tenant: an administrator of the customer, or an agent of ours\n\
                    while our AdminAgents group still has its role there.";

fn granting(access: &AzureAccess, who: &str) -> String {
    let AzureAccess { customer, .. } = access;
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
         If an earlier version of this grant stands with another role or scope, take that one back.",
        command("New", access)
    )
}

fn revoking(access: &AzureAccess, who: &str) -> String {
    let AzureAccess { customer, .. } = access;
    format!(
        "{who} is no longer to have this role in the Azure of customer {customer}:\n\n{}\n\n{RUNS}\n\n\
         Remove only this assignment: our own AdminAgents group keeps its role, or support and the\n\
         partner earned credit are lost; assignments of other resellers and of the customer stay.\n\
         Roles the reseller was given elsewhere (management groups, Lighthouse, guests) are not\n\
         touched by it; the customer sees them under Access control (IAM).",
        command("Remove", access)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_read_stays_inside_its_quotes() {
        assert_eq!(quoted("Owner"), "'Owner'");
        assert_eq!(quoted("a'; Remove-Item x"), "'a''; Remove-Item x'");
    }
}
