//! What `set` writes: a field and its value, as typed. Never looks at a manifest.

use crate::manifest::emit::Yaml;
use crate::model::id::BadId;
use crate::model::{Date, Kind, Name, PartnerId};
use smol_str::SmolStr;

/// A value for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// `reseller` of customers, and of Azure accesses.
    Reseller(Name),
    /// `supportContact` of customers and of support delegations: a partnership, or `provider`.
    SupportContact(SmolStr),
    /// `partnerOfRecord` of subscriptions, or of every subscription of customers.
    PartnerOfRecord(Partner),
    /// `quantity` of subscriptions.
    Quantity(u32),
    /// `friendlyName` of subscriptions.
    FriendlyName(SmolStr),
    /// `contact` of customers, and of the resellers of partnerships: one of its fields.
    Contact(&'static str, SmolStr),
    /// `renewal` of subscriptions: one of its fields.
    Renewal(&'static str, Yaml),
    /// A label of documents.
    Label(SmolStr, SmolStr),
}

/// A partner of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Partner {
    /// A partnership, with a PartnerID if it is not the first.
    Partnership(Name, Option<PartnerId>),
    /// An assertion.
    Asserted(Option<PartnerId>),
}

/// The fields that can be set, for people.
pub const FIELDS: &str = "reseller, supportContact, partnerOfRecord, quantity, friendlyName, renewal.action, renewal.quantity, renewal.term, renewal.billingCycle, renewal.endDate, contact.email, contact.name, contact.language, label.KEY";

impl Assignment {
    /// `field=value`, as typed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (field, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not `field=value`"))?;
        Self::of(field, value)
    }
    /// A field and its value.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(field: &str, value: &str) -> Result<Self, String> {
        if value.is_empty() {
            return Err(format!("`{field}` has no value; to remove a field, remove its line"));
        }
        let bad = |error: BadId| format!("`{field}={value}`: {error}");
        if let Some(label) = field.strip_prefix("label.").filter(|label| !label.is_empty()) {
            return Ok(Self::Label(label.into(), value.into()));
        }
        match field {
            "reseller" => Ok(Self::Reseller(value.parse().map_err(bad)?)),
            "supportContact" if value == "provider" => Ok(Self::SupportContact(value.into())),
            "supportContact" => value.parse().map(|name: Name| Self::SupportContact(name.into())).map_err(bad),
            "partnerOfRecord" => Ok(Self::PartnerOfRecord(Partner::parse(value).map_err(bad)?)),
            "quantity" => seats(value).map(Self::Quantity).map_err(|error| format!("`{field}={value}`: {error}")),
            "friendlyName" => Ok(Self::FriendlyName(value.into())),
            "contact.email" => Ok(Self::Contact("email", value.into())),
            "contact.name" => Ok(Self::Contact("name", value.into())),
            "contact.language" => Ok(Self::Contact("language", value.into())),
            _ => match field.strip_prefix("renewal.") {
                Some(part) => renewal(part, value).map_err(|error| format!("`{field}={value}`: {error}")),
                None => Err(format!("`{field}` cannot be set; {FIELDS} can")),
            },
        }
    }
    /// The partnership it names.
    pub(super) fn partnership(&self) -> Option<Name> {
        match self {
            Self::Reseller(name) | Self::PartnerOfRecord(Partner::Partnership(name, _)) => Some(name.clone()),
            Self::SupportContact(who) => who.parse().ok(),
            Self::PartnerOfRecord(Partner::Asserted(_))
            | Self::Quantity(_)
            | Self::FriendlyName(_)
            | Self::Contact(..)
            | Self::Renewal(..)
            | Self::Label(..) => None,
        }
    }
    /// Whether documents of a kind have it.
    pub(super) fn fits(&self, kind: Kind) -> bool {
        match self {
            Self::Reseller(_) => matches!(kind, Kind::Customer | Kind::AzureAccess),
            Self::SupportContact(_) => matches!(kind, Kind::Customer | Kind::SupportDelegation),
            Self::PartnerOfRecord(_) => matches!(kind, Kind::Customer | Kind::Subscription),
            Self::Quantity(_) | Self::FriendlyName(_) | Self::Renewal(..) => kind == Kind::Subscription,
            Self::Contact(..) => matches!(kind, Kind::Customer | Kind::Partnership),
            // Subscriptions inside their customers have none.
            Self::Label(..) => kind != Kind::Subscription,
        }
    }
    pub(super) fn reseller(&self) -> Option<&Name> {
        match self {
            Self::Reseller(name) => Some(name),
            Self::SupportContact(_)
            | Self::PartnerOfRecord(_)
            | Self::Quantity(_)
            | Self::FriendlyName(_)
            | Self::Contact(..)
            | Self::Renewal(..)
            | Self::Label(..) => None,
        }
    }
    pub(super) fn field(&self) -> &'static str {
        match self {
            Self::Reseller(_) => "reseller",
            Self::SupportContact(_) => "supportContact",
            Self::PartnerOfRecord(_) => "partnerOfRecord",
            Self::Quantity(_) => "quantity",
            Self::FriendlyName(_) => "friendlyName",
            Self::Contact(..) => "contact",
            Self::Renewal(..) => "renewal",
            Self::Label(..) => "label",
        }
    }
}

impl Partner {
    /// `none`, `northwind`, `northwind/4822222`, `/4822222`.
    fn parse(text: &str) -> Result<Self, BadId> {
        match text.split_once('/') {
            None if text == "none" => Ok(Self::Asserted(None)),
            None => Ok(Self::Partnership(text.parse()?, None)),
            Some(("", id)) => Ok(Self::Asserted(Some(PartnerId::parse(id)?))),
            Some((name, id)) => Ok(Self::Partnership(name.parse()?, Some(PartnerId::parse(id)?))),
        }
    }
    pub(super) fn written(&self) -> Yaml {
        let id = |id: &PartnerId| ("partnerId", Yaml::text(id.as_str()));
        match self {
            Self::Partnership(name, None) => Yaml::text(name.as_str()),
            Self::Partnership(name, Some(one)) => Yaml::inline([("partnership", Yaml::text(name.as_str())), id(one)]),
            Self::Asserted(None) => Yaml::text("none"),
            Self::Asserted(Some(one)) => Yaml::inline([id(one)]),
        }
    }
}

fn seats(value: &str) -> Result<u32, String> {
    match value.parse() {
        Ok(quantity) if quantity > 0 => Ok(quantity),
        Ok(_) | Err(_) => Err("a quantity is a whole number, 1 or more".to_owned()),
    }
}

/// A field of `renewal` with a value that it may have.
fn renewal(field: &str, value: &str) -> Result<Assignment, String> {
    let one_of = |name: &'static str, words: &[&str]| {
        let found = words.contains(&value).then(|| Assignment::Renewal(name, Yaml::text(value)));
        found.ok_or_else(|| format!("it is one of {}", words.join(", ")))
    };
    match field {
        "action" => one_of("action", &["renew", "cancel", "extend"]),
        "quantity" => seats(value).map(|seats| Assignment::Renewal("quantity", Yaml::Number(seats))),
        "term" => one_of("term", &["P1M", "P1Y", "P3Y"]),
        "billingCycle" => one_of("billingCycle", &["monthly", "annual", "triennial"]),
        "endDate" => {
            let day: Date = value.parse().map_err(|error: crate::model::time::BadTime| error.to_string())?;
            Ok(Assignment::Renewal("endDate", Yaml::text(day.to_string())))
        }
        _ => Err("a renewal has action, quantity, term, billingCycle and endDate".to_owned()),
    }
}
