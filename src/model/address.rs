//! Addresses: how documents and undeclared live objects are named, everywhere (`kind/name`,
//! `subscription/customer/name`, `customer/@id`). Never says which live object an address is bound to.

use super::id::{BadId, CustomerId, Name, SubscriptionId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;
use std::str::FromStr;

/// The kinds of document, in the order addresses sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The indirect provider itself.
    Provider,
    /// A partnership with an indirect reseller.
    Partnership,
    /// A customer.
    Customer,
    /// The bare relation of a reseller and customers.
    ResellerAssociation,
    /// A subscription of a customer.
    Subscription,
    /// Who supports subscriptions of a customer.
    SupportDelegation,
    /// A role in a customer's Azure.
    AzureAccess,
    /// A named limit that may be passed.
    Acknowledgement,
}
impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 8] = [
        Self::Provider,
        Self::Partnership,
        Self::Customer,
        Self::ResellerAssociation,
        Self::Subscription,
        Self::SupportDelegation,
        Self::AzureAccess,
        Self::Acknowledgement,
    ];
    /// As written under `kind:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "Provider",
            Self::Partnership => "Partnership",
            Self::Customer => "Customer",
            Self::ResellerAssociation => "ResellerAssociation",
            Self::Subscription => "Subscription",
            Self::SupportDelegation => "SupportDelegation",
            Self::AzureAccess => "AzureAccess",
            Self::Acknowledgement => "Acknowledgement",
        }
    }
    /// As the first part of an address.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Partnership => "partnership",
            Self::Customer => "customer",
            Self::ResellerAssociation => "reseller-association",
            Self::Subscription => "subscription",
            Self::SupportDelegation => "support-delegation",
            Self::AzureAccess => "azure-access",
            Self::Acknowledgement => "acknowledgement",
        }
    }
}

/// A customer as manifests or the tenant name it: by its document, or `@` and a literal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomerKey {
    /// Declared: the name of its document.
    Named(Name),
    /// Not declared, known by its tenant id.
    Id(CustomerId),
    /// Not declared, written as a domain (lower case).
    Domain(SmolStr),
}

/// The last part of a subscription's address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leaf {
    /// Declared: unique in its customer.
    Named(Name),
    /// Not declared: its live id.
    Id(SubscriptionId),
}

/// Which subscription: its customer and its own name or id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionKey {
    /// Whose it is.
    pub customer: CustomerKey,
    /// Which of theirs.
    pub leaf: Leaf,
}

/// What a step, a finding or a record speaks of. Sorts by kind, then name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Address {
    /// `provider/NAME`
    Provider(Name),
    /// `partnership/NAME`
    Partnership(Name),
    /// `customer/NAME`, `customer/@GUID`, `customer/@DOMAIN`
    Customer(CustomerKey),
    /// `reseller-association/NAME`
    ResellerAssociation(Name),
    /// `subscription/CUSTOMER/NAME`; undeclared: `subscription/@GUID/GUID`, under a declared customer
    /// `subscription/CUSTOMER/@GUID`
    Subscription(SubscriptionKey),
    /// `support-delegation/NAME`
    SupportDelegation(Name),
    /// `azure-access/NAME`
    AzureAccess(Name),
    /// `acknowledgement/NAME`
    Acknowledgement(Name),
}

impl Address {
    /// The kind of what is addressed.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Provider(_) => Kind::Provider,
            Self::Partnership(_) => Kind::Partnership,
            Self::Customer(_) => Kind::Customer,
            Self::ResellerAssociation(_) => Kind::ResellerAssociation,
            Self::Subscription(_) => Kind::Subscription,
            Self::SupportDelegation(_) => Kind::SupportDelegation,
            Self::AzureAccess(_) => Kind::AzureAccess,
            Self::Acknowledgement(_) => Kind::Acknowledgement,
        }
    }
    /// The partnership that is addressed, if one is.
    #[must_use]
    pub fn as_partnership(&self) -> Option<&Name> {
        if let Self::Partnership(name) = self { Some(name) } else { None }
    }
    /// The subscription that is addressed, if one is.
    #[must_use]
    pub fn as_subscription(&self) -> Option<&SubscriptionKey> {
        if let Self::Subscription(key) = self { Some(key) } else { None }
    }
    /// The address of a customer declared as `name`.
    #[must_use]
    pub fn customer(name: &Name) -> Self {
        Self::Customer(CustomerKey::Named(name.clone()))
    }
    /// The address of a subscription declared as `name` for a declared customer.
    #[must_use]
    pub fn subscription(customer: &Name, name: &Name) -> Self {
        Self::Subscription(SubscriptionKey {
            customer: CustomerKey::Named(customer.clone()),
            leaf: Leaf::Named(name.clone()),
        })
    }
}

impl From<CustomerKey> for Address {
    fn from(key: CustomerKey) -> Self {
        Self::Customer(key)
    }
}
impl From<SubscriptionKey> for Address {
    fn from(key: SubscriptionKey) -> Self {
        Self::Subscription(key)
    }
}

impl fmt::Display for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => name.fmt(f),
            Self::Id(id) => write!(f, "@{id}"),
            Self::Domain(domain) => write!(f, "@{domain}"),
        }
    }
}
impl fmt::Display for SubscriptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.customer, &self.leaf) {
            (customer, Leaf::Named(name)) => write!(f, "{customer}/{name}"),
            (CustomerKey::Named(customer), Leaf::Id(id)) => write!(f, "{customer}/@{id}"),
            (customer @ (CustomerKey::Id(_) | CustomerKey::Domain(_)), Leaf::Id(id)) => write!(f, "{customer}/{id}"),
        }
    }
}
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().slug())?;
        match self {
            Self::Customer(key) => write!(f, "/{key}"),
            Self::Subscription(key) => write!(f, "/{key}"),
            Self::Provider(name)
            | Self::Partnership(name)
            | Self::ResellerAssociation(name)
            | Self::SupportDelegation(name)
            | Self::AzureAccess(name)
            | Self::Acknowledgement(name) => write!(f, "/{name}"),
        }
    }
}

impl FromStr for CustomerKey {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        match text.strip_prefix('@') {
            None => text.parse().map(Self::Named),
            Some(literal) => Ok(literal.parse().map_or_else(|_| Self::Domain(SmolStr::new(literal)), Self::Id)),
        }
    }
}
impl FromStr for Address {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        const SHAPE: BadId = BadId {
            expected: "an address is `kind/name` or `subscription/customer/name`, for instance `customer/contoso`",
        };
        let (kind, rest) = text.split_once('/').ok_or(SHAPE)?;
        let kind = Kind::ALL.into_iter().find(|k| k.slug() == kind).ok_or(SHAPE)?;
        Ok(match kind {
            Kind::Provider => Self::Provider(rest.parse()?),
            Kind::Partnership => Self::Partnership(rest.parse()?),
            Kind::Customer => Self::Customer(rest.parse()?),
            Kind::ResellerAssociation => Self::ResellerAssociation(rest.parse()?),
            Kind::Subscription => {
                let (customer, leaf) = rest.split_once('/').ok_or(SHAPE)?;
                let customer: CustomerKey = customer.parse()?;
                let leaf = match (&customer, leaf.strip_prefix('@')) {
                    (_, Some(id)) => Leaf::Id(id.parse()?),
                    (CustomerKey::Named(_), None) => Leaf::Named(leaf.parse()?),
                    (CustomerKey::Id(_) | CustomerKey::Domain(_), None) => {
                        leaf.parse().map(Leaf::Id).or_else(|_| leaf.parse().map(Leaf::Named))?
                    }
                };
                Self::Subscription(SubscriptionKey { customer, leaf })
            }
            Kind::SupportDelegation => Self::SupportDelegation(rest.parse()?),
            Kind::AzureAccess => Self::AzureAccess(rest.parse()?),
            Kind::Acknowledgement => Self::Acknowledgement(rest.parse()?),
        })
    }
}
impl TryFrom<String> for Address {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}
impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_round_trip_as_text() {
        for text in [
            "provider/distri",
            "partnership/fabrikam",
            "customer/contoso",
            "customer/@c0000000-0000-4000-8000-000000000001",
            "customer/@contoso.onmicrosoft.com",
            "reseller-association/region-west",
            "subscription/contoso/m365",
            "subscription/contoso/@50000000-0000-4000-8000-000000000001",
            "subscription/@c0000000-0000-4000-8000-000000000001/50000000-0000-4000-8000-000000000001",
            "support-delegation/contoso-all",
            "azure-access/contoso-prod",
            "acknowledgement/march",
        ] {
            let address: Address = text.parse().expect(text);
            assert_eq!(address.to_string(), text);
        }
        for bad in ["customer", "customers/contoso", "subscription/contoso", "customer/All", "partnership/a/b"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }
}
