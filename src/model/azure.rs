//! Roles in Azure by what they let somebody do, and scopes by how far they reach. Only orders them: any text may be a role,
//! and one that is not known here may be anything.

/// What a role lets somebody do, the most first. Source: learn, "Azure built-in roles".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// Everything, and to give everything to others.
    Owner,
    /// To give any role to anybody, and so everything.
    AccessAdministrator,
    /// To give roles, by rules.
    RoleAdministrator,
    /// Somebody's own role, or one of which nothing is known here: perhaps all of that.
    Untold,
    /// Everything but to give it to others.
    Contributor,
    /// Something.
    Some,
    /// To look.
    Reader,
}

/// Roles that Azure has built in and that resellers are given. Source: learn, "Azure built-in roles".
pub const ROLES: [&str; 16] = [
    "Owner",
    "Contributor",
    "Reader",
    "User Access Administrator",
    "Role Based Access Control Administrator",
    "Billing Reader",
    "Cost Management Reader",
    "Cost Management Contributor",
    "Support Request Contributor",
    "Virtual Machine Contributor",
    "Network Contributor",
    "Storage Account Contributor",
    "Backup Contributor",
    "Monitoring Reader",
    "Security Reader",
    "Security Admin",
];

impl Power {
    /// Of a role, by its name.
    #[must_use]
    pub fn of(role: &str) -> Self {
        let Some(known) = ROLES.iter().find(|known| known.eq_ignore_ascii_case(role)) else { return Self::Untold };
        match *known {
            "Owner" => Self::Owner,
            "User Access Administrator" => Self::AccessAdministrator,
            "Role Based Access Control Administrator" => Self::RoleAdministrator,
            "Contributor" => Self::Contributor,
            reads if reads.ends_with("Reader") => Self::Reader,
            _ => Self::Some,
        }
    }
}

/// How far a scope reaches, the furthest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breadth {
    /// A management group: all subscriptions in it. What is none of the others, too.
    ManagementGroup,
    /// A subscription.
    Subscription,
    /// A resource group.
    ResourceGroup,
    /// One resource.
    Resource,
}

impl Breadth {
    /// Of a scope.
    #[must_use]
    pub fn of(scope: &str) -> Self {
        let parts: Vec<&str> = scope.split('/').skip(1).collect();
        match parts.as_slice() {
            [first, ..] if !first.eq_ignore_ascii_case("subscriptions") => Self::ManagementGroup,
            [] | [_] => Self::ManagementGroup,
            [_, _] => Self::Subscription,
            [_, _, _, _] => Self::ResourceGroup,
            [_, _, _, ..] => Self::Resource,
        }
    }
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ManagementGroup => "management group",
            Self::Subscription => "subscription",
            Self::ResourceGroup => "resource group",
            Self::Resource => "resource",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_stand_by_what_they_give_and_not_by_their_letters() {
        let mut roles = ROLES.to_vec();
        roles.extend(["Distri Night Desk", "reader", "Reader of all"]);
        roles.sort_unstable();
        roles.sort_by_key(|role| Power::of(role));
        let first = ["Owner", "User Access Administrator", "Role Based Access Control Administrator"];
        assert_eq!(roles[..3], first);
        assert_eq!(roles[3..6], ["Distri Night Desk", "Reader of all", "Contributor"]);
        assert!(roles[13..].iter().all(|role| role.to_lowercase().ends_with("reader")), "{roles:?}");
    }

    #[test]
    fn scopes_stand_by_how_far_they_reach() {
        let id = "/subscriptions/50000000-0000-4000-8000-000000000001";
        let group = format!("{id}/resourceGroups/a");
        let resource = format!("{group}/providers/Microsoft.Storage/storageAccounts/b");
        let scopes = ["/providers/Microsoft.Management/managementGroups/root", id, &group, &resource];
        let reaches = scopes.map(Breadth::of);
        assert!(reaches.is_sorted() && reaches[0] < reaches[1] && reaches[2] < reaches[3], "{reaches:?}");
    }
}
