//! Roles in customers' Azure, as people were asked to grant or take them back: which two are one and the same there. Says
//! nothing of who asked, and never whether one stands.

use super::{Handoff, HandoffState, Ledger};
use crate::model::{Address, Name, StepName, TenantId};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A role that somebody was asked to grant or to take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// In whose Azure.
    pub customer: Name,
    /// Whose it is.
    pub reseller: Name,
    /// The object id of the group or principal.
    pub principal: TenantId,
    /// Such as `Owner`.
    pub role: SmolStr,
    /// Where.
    pub scope: SmolStr,
}

/// What Azure holds once, however it is written. Names of subscriptions, groups and roles differ by more than their
/// case. Source: learn, resource-name-rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    principal: TenantId,
    role: String,
    scope: String,
    /// Where the scope alone does not tell the tenant: management groups have names, subscriptions GUIDs.
    customer: Option<Name>,
}

const SUBSCRIPTIONS: &str = "/subscriptions/";

impl Grant {
    /// From what a hand-off asked for, by name.
    #[must_use]
    pub fn of(wanted: &BTreeMap<SmolStr, SmolStr>) -> Option<Self> {
        let text = |name: &str| wanted.get(name);
        Some(Self {
            customer: text("customer")?.parse().ok()?,
            reseller: text("reseller")?.parse().ok()?,
            principal: text("principal")?.parse().ok()?,
            role: text("role")?.clone(),
            scope: text("scope")?.clone(),
        })
    }
    /// As a hand-off asks for it, by name.
    #[must_use]
    pub fn wanted(&self) -> [(&'static str, SmolStr); 5] {
        let Self { customer, reseller, principal, role, scope } = self;
        [
            ("customer", SmolStr::new(customer.as_str())),
            ("principal", smol_str::format_smolstr!("{principal}")),
            ("reseller", SmolStr::new(reseller.as_str())),
            ("role", role.clone()),
            ("scope", scope.clone()),
        ]
    }
    /// What it is in Azure.
    #[must_use]
    pub fn assignment(&self) -> Assignment {
        let scope = self.scope.to_lowercase();
        let customer = (!scope.starts_with(SUBSCRIPTIONS)).then(|| self.customer.clone());
        Assignment { principal: self.principal, role: self.role.to_lowercase(), scope, customer }
    }
}

impl Assignment {
    /// Whether its scope does not tell the tenant, so that it is another one in every customer's Azure.
    #[must_use]
    pub fn is_by_customer(&self) -> bool {
        self.customer.is_some()
    }
    /// Principal, role, scope and, where they do not tell it, the customer.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        let Self { principal, role, scope, customer } = self;
        let customer = customer.iter().map(Name::to_string);
        [principal.to_string(), role.clone(), scope.clone()].into_iter().chain(customer).collect()
    }
}

/// Whether a role is granted or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is granted.
    Grant,
    /// It is taken back.
    TakeBack,
}

impl Ledger {
    /// Roles that may be in a customer's Azure, by the document that asked for them, as far as people said: granted, or
    /// asked for or back and not answered. Each with what was said of it last.
    #[must_use]
    pub fn azure_roles(&self) -> BTreeMap<&Address, BTreeMap<Assignment, (Grant, &HandoffState)>> {
        let mut all = BTreeMap::new();
        for handoff in self.handoffs.values() {
            let Some((way, grant)) = handoff.azure_way().zip(handoff.azure_grant()) else { continue };
            let may_be = match (way, &handoff.state) {
                (_, HandoffState::Asked | HandoffState::Withdrawn { anyway: None, .. })
                | (Way::Grant, HandoffState::Acknowledged { .. } | HandoffState::Withdrawn { anyway: Some(_), .. }) => {
                    true
                }
                (Way::TakeBack, HandoffState::Declined { .. }) => true,
                (
                    Way::TakeBack,
                    HandoffState::Acknowledged { .. } | HandoffState::Withdrawn { anyway: Some(_), .. },
                )
                | (Way::Grant, HandoffState::Declined { .. })
                | (_, HandoffState::Consumed { .. }) => false,
            };
            if !may_be {
                continue;
            }
            let roles: &mut BTreeMap<_, _> = all.entry(&handoff.key.address).or_default();
            // That somebody granted it says more than that it is asked back.
            if way == Way::Grant || !roles.contains_key(&grant.assignment()) {
                roles.insert(grant.assignment(), (grant, &handoff.state));
            }
        }
        all
    }
}

impl Handoff {
    /// Which way it goes, where it is about a role in a customer's Azure.
    #[must_use]
    pub fn azure_way(&self) -> Option<Way> {
        match (&self.key.address, self.key.step) {
            (Address::AzureAccess(_), StepName::GrantAzureAccess) => Some(Way::Grant),
            (Address::AzureAccess(_), StepName::RevokeAzureAccess) => Some(Way::TakeBack),
            _ => None,
        }
    }
    /// The role it is about; none where it is about something else, or a version that did not write it down asked.
    #[must_use]
    pub fn azure_grant(&self) -> Option<Grant> {
        self.azure_way().and_then(|_| Grant::of(&self.wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(scope: &str) -> Grant {
        Grant {
            customer: "contoso".parse().expect("a name"),
            reseller: "fabrikam".parse().expect("a name"),
            principal: TenantId::from_bytes([7; 16]),
            role: "Owner".into(),
            scope: scope.into(),
        }
    }

    #[test]
    fn letter_case_and_names_of_documents_make_no_other_assignment() {
        let one = grant("/subscriptions/5A000000-0000-4000-8000-000000000001/resourceGroups/Servers");
        let same = Grant {
            customer: "contoso-ltd".parse().expect("a name"),
            reseller: "fabrikam-ltd".parse().expect("a name"),
            role: "owner".into(),
            scope: one.scope.to_lowercase().into(),
            ..one.clone()
        };
        assert_eq!(one.assignment(), same.assignment());
        for other in [
            Grant { role: "Reader".into(), ..one.clone() },
            Grant { principal: TenantId::from_bytes([8; 16]), ..one.clone() },
            grant("/subscriptions/5a000000-0000-4000-8000-000000000001"),
        ] {
            assert_ne!(one.assignment(), other.assignment());
        }
    }

    #[test]
    fn management_groups_of_two_customers_are_two() {
        let one = grant("/providers/Microsoft.Management/managementGroups/platform");
        let other = Grant { customer: "litware".parse().expect("a name"), ..one.clone() };
        assert_ne!(one.assignment(), other.assignment());
    }

    #[test]
    fn what_was_asked_for_is_read_back_and_what_was_not_written_down_is_not_known() {
        let one = grant("/subscriptions/5a000000-0000-4000-8000-000000000001");
        let wanted: BTreeMap<SmolStr, SmolStr> =
            one.wanted().into_iter().map(|(name, value)| (SmolStr::new(name), value)).collect();
        assert_eq!(Grant::of(&wanted), Some(one));
        assert_eq!(Grant::of(&BTreeMap::new()), None);
    }
}
