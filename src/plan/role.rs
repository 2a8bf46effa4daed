//! Roles of people in Partner Center: which a step needs, and which the signed-in user holds. Never asks who is signed in.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// What the signed-in user must be to do a step. Source: learn, permissions-overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Admin agent.
    AdminAgent,
    /// Admin agent or sales agent.
    AdminOrSalesAgent,
    /// Admin agent, helpdesk agent or global administrator.
    /// Source: learn, update-a-subscription-s-support-contact.
    AdminOrHelpdeskAgent,
}
impl Role {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AdminAgent => "Admin agent",
            Self::AdminOrSalesAgent => "Admin agent or Sales agent",
            Self::AdminOrHelpdeskAgent => "Admin agent, Helpdesk agent or Global admin",
        }
    }
    /// The roles each of which is enough.
    #[must_use]
    pub fn any_of(self) -> &'static [Held] {
        match self {
            Self::AdminAgent => &[Held::AdminAgent],
            Self::AdminOrSalesAgent => &[Held::AdminAgent, Held::SalesAgent],
            Self::AdminOrHelpdeskAgent => &[Held::AdminAgent, Held::HelpdeskAgent, Held::GlobalAdmin],
        }
    }
    /// Whether one of these roles is enough.
    #[must_use]
    pub fn is_met_by(self, held: &BTreeSet<Held>) -> bool {
        self.any_of().iter().any(|role| held.contains(role))
    }
}

macro_rules! held {
    ($($(#[$doc:meta])* $name:ident, $key:literal, $title:literal;)*) => {
        /// A role somebody holds in Partner Center. Source: learn, permissions-overview.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Held {
            $($(#[$doc])* $name,)*
        }
        impl Held {
            /// Every role.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// As written in the project file.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
        impl fmt::Display for Held {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $title,)* })
            }
        }
    };
}
held! {
    /// Customers, subscriptions, orders, support: what an integration account has.
    AdminAgent, "adminAgent", "Admin agent";
    /// Sells: customers, subscriptions, orders.
    SalesAgent, "salesAgent", "Sales agent";
    /// Supports: looks, and support contacts.
    HelpdeskAgent, "helpdeskAgent", "Helpdesk agent";
    /// Administrator of the provider's own tenant.
    GlobalAdmin, "globalAdmin", "Global admin";
    /// Invoices.
    BillingAdmin, "billingAdmin", "Billing admin";
    /// The provider's own users.
    UserAdmin, "userAdmin", "User management admin";
}
impl FromStr for Held {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|role| role.key() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_the_roles_is_enough() {
        let held = |roles: &[Held]| roles.iter().copied().collect::<BTreeSet<_>>();
        assert!(Role::AdminOrSalesAgent.is_met_by(&held(&[Held::SalesAgent])));
        assert!(!Role::AdminAgent.is_met_by(&held(&[Held::SalesAgent, Held::GlobalAdmin])));
        assert!(Role::AdminOrHelpdeskAgent.is_met_by(&held(&[Held::HelpdeskAgent])));
        assert!(!Role::AdminOrSalesAgent.is_met_by(&held(&[Held::HelpdeskAgent])));
        assert!(!Role::AdminAgent.is_met_by(&held(&[])));
    }

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in Held::ALL {
            assert_eq!(role.key().parse(), Ok(*role));
        }
        assert_eq!("admin".parse::<Held>(), Err(()));
    }
}
