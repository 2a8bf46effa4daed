//! One step of a plan: what, on whose account, after what, resting on what. Holds no live id in what its id covers:
//! objects are named by address, so that a step approved behind a wait keeps its id.

use super::role::Role;
use crate::ledger::{Bindings, Guards};
use crate::model::operation::{BillingContact, CartLine, PostalAddress, SupportContact};
use crate::model::{
    Address, CartId, Class, Count, CustomerKey, Digest, Extent, Fact, Field, Name, NewCustomer, Operation, PartnerId,
    StepKey, SubscriptionChange, SubscriptionKey, TenantId, Timestamp, Value,
};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// One node of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub key: StepKey,
    /// SHA-256 of key, class, operation and wanted values.
    pub id: Digest,
    /// What kind of work.
    pub class: Class,
    /// The document that brings it.
    pub cause: Address,
    /// Where that document says so: `manifests/a.yaml:4:13`. Outside every id.
    pub place: Option<SmolStr>,
    /// What is done.
    pub action: Action,
    /// Why, one phrase.
    pub reason: String,
    /// What changes, field by field.
    pub changes: Vec<FieldChange>,
    /// What must be over first; always earlier in the plan.
    pub needs: Vec<Need>,
    /// What it rests on.
    pub conditions: Vec<Condition>,
    /// What is true when it is done.
    pub goal: Vec<(Fact, Brings)>,
    /// The role the signed-in user needs; none for steps of people.
    pub role: Option<Role>,
    /// What may go wrong, sorted.
    pub risks: Vec<Risk>,
    /// Whether it can be taken back.
    pub undo: Undo,
    /// Predicted number of API calls.
    pub calls: u32,
    /// How it is counted and shown.
    pub mark: Mark,
    /// Whether it can be done now, apart from earlier ready steps.
    pub readiness: Readiness,
    /// Why the field moves.
    pub motive: Motive,
    /// What it counts against limits and acknowledgements. Outside every id.
    pub counts: Vec<Count>,
    /// The partnership on whose side it is, for telling a long plan by reseller. Outside every id.
    pub reseller: Option<Name>,
    /// How many seats it is about; none where it is about something else. Outside every id.
    pub extent: Option<Extent>,
}

/// Why a step is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Motive {
    /// The manifest says so.
    Intent,
    /// The tenant moved and is brought back.
    Restore,
}

/// Whether a step can be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Its needs are over, or are ready API steps before it.
    Ready,
    /// A need is a hand-off, a wait or a waiting step.
    Waiting,
    /// A hand-off that was asked before, with the same text.
    Asked {
        /// When.
        since: Timestamp,
    },
}

/// How a step is counted: once, by what it will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// `+`
    Add,
    /// `~`
    Change,
    /// `-`
    End,
    /// `!`
    Person,
    /// `:`
    Wait,
}
impl Mark {
    /// The symbol.
    #[must_use]
    pub fn symbol(self) -> char {
        match self {
            Self::Add => '+',
            Self::Change => '~',
            Self::End => '-',
            Self::Person => '!',
            Self::Wait => ':',
        }
    }
}

/// An edge, with the reason it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What must be over.
    pub step: StepKey,
    /// Why: `one change at a time`.
    pub why: SmolStr,
}

/// One field that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Which.
    pub field: SmolStr,
    /// From, as shown; none for something new.
    pub before: Option<SmolStr>,
    /// To, as shown.
    pub after: SmolStr,
    /// Such as `defaulted from customer/contoso`.
    pub note: Option<SmolStr>,
}

/// A fact a step rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Which fact.
    pub fact: Fact,
    /// With which value.
    pub expect: Expect,
}

/// What a fact must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// This, as observed.
    Is(Value),
    /// What a need brings about.
    After {
        /// Which need.
        step: StepKey,
        /// What it brings.
        brings: Brings,
    },
}

/// What a step brings about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brings {
    /// This value.
    Exactly(Value),
    /// Something, known only afterwards.
    Something,
}
impl Brings {
    /// Whether `value` is what was to be brought.
    #[must_use]
    pub fn is_met_by(&self, value: &Value) -> bool {
        match self {
            Self::Exactly(wanted) => wanted == value,
            Self::Something => *value != Value::None,
        }
    }
}

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Somebody gains or loses access.
    Access,
    /// It costs, or moves an incentive.
    Money,
    /// It binds somebody.
    Legal,
    /// Somebody else is called for help.
    Support,
}
impl Risk {
    /// As printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Money => "money",
            Self::Legal => "legal",
            Self::Support => "support",
        }
    }
}

/// Whether a step can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// Yes.
    Yes,
    /// Until an instant the tenant reports.
    Until(Timestamp),
    /// Within so many days of the step.
    WithinDays(u32),
    /// No.
    No,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The API is asked.
    Api(Wanted),
    /// A person is asked.
    HandOff(Ask),
    /// Nothing; it is over when the goal is observed.
    Await {
        /// For people: `PartnerID 4822222 is listed as active`.
        until: String,
    },
    /// Only the ledger changes: limits, freezes, protections and recipients from now on.
    Guard(Box<Regard>),
}

/// What is kept to from now on, and what before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regard {
    /// What no step that is approved beside this one profits from; none in a document of an older version.
    pub before: Option<Guards>,
    /// What is recorded.
    pub after: Guards,
}

/// What a person is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which letter.
    pub template: SmolStr,
    /// To whom; none when nobody is known.
    pub to: Option<SmolStr>,
    /// In which language.
    pub language: SmolStr,
    /// What is asked for, by name: all that the manifests decide and the letter only words. The step's id covers it, so
    /// that nobody is asked for a role, a link or an end that was not approved.
    pub wanted: BTreeMap<SmolStr, SmolStr>,
    /// What the letter is about, one line.
    pub summary: String,
    /// Subject of the mail.
    pub subject: String,
    /// The whole text; complete only when the step is ready.
    pub text: String,
    /// What helps to send it and is no part of what is asked: addresses as manifests have them now, the same letter in
    /// another language. Outside of what an acknowledgement covers.
    pub annex: String,
}
impl Ask {
    /// What a person reads: whom it goes to, what it is about, the text.
    #[must_use]
    pub fn letter(&self, key: &StepKey) -> String {
        let to = match (&self.to, self.missing_contact(key)) {
            (Some(to), _) => format!("To: {to}\n"),
            (None, Some(field)) => format!("To: (nobody is named: write {field})\n"),
            (None, None) => String::new(),
        };
        format!("{to}Subject: {}\n\n{}{}", self.subject, self.text, self.annex)
    }
    /// The field of a manifest that should name whom it goes to, where it is a mail and nobody is named.
    #[must_use]
    pub fn missing_contact(&self, key: &StepKey) -> Option<String> {
        let mails = ["invite-customer/", "request-agreement", "reset-admin-password", "send-notice/partner"];
        let is_mail = self.to.is_none() && mails.iter().any(|mail| self.template.starts_with(mail));
        let field = match key.address {
            Address::Partnership(_) => "reseller.contact.email",
            // No document speaks of it.
            Address::Customer(CustomerKey::Id(_) | CustomerKey::Domain(_)) => return None,
            Address::Customer(_)
            | Address::Provider(_)
            | Address::Subscription(_)
            | Address::ResellerAssociation(_)
            | Address::SupportDelegation(_)
            | Address::AzureAccess(_)
            | Address::Acknowledgement(_) => "contact.email",
        };
        is_mail.then(|| format!("`{field}` of {}", key.address))
    }
    /// SHA-256 of what is asked: an acknowledgement covers just that.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let Self { template, to, language, wanted: _, summary: _, subject, text, annex: _ } = self;
        Digest::of_json(&serde_json::json!({
            "template": template.as_str(), "to": to.as_deref(), "language": language.as_str(),
            "subject": subject, "text": text,
        }))
    }
}

/// What is asked of the API, with addresses in place of live ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A new customer.
    CreateCustomer {
        /// Its key.
        customer: CustomerKey,
        /// The partnership whose customer it becomes.
        reseller: Name,
        /// Everything else.
        details: Box<WantedCustomer>,
    },
    /// A new password for its administrator.
    ResetAdminPassword {
        /// Whose.
        customer: CustomerKey,
        /// age public keys that it is sealed to.
        sealed_to: Vec<SmolStr>,
    },
    /// A cart and its checkout.
    Order {
        /// What it becomes.
        subscription: SubscriptionKey,
        /// What is bought.
        line: Box<CartLine>,
    },
    /// One field.
    Change {
        /// Which subscription.
        subscription: SubscriptionKey,
        /// Which field, to what.
        change: SubscriptionChange,
    },
    /// Support of a legacy subscription.
    SetSupportContact {
        /// Which subscription.
        subscription: SubscriptionKey,
        /// The partnership; none is the provider itself.
        partnership: Option<Name>,
        /// The PartnerID it goes by.
        partner_id: PartnerId,
    },
}

/// A new customer without the live id of its reseller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedCustomer {
    /// Whole domain.
    pub domain: SmolStr,
    /// Legal name.
    pub company_name: SmolStr,
    /// Registration number.
    pub registration_number: Option<SmolStr>,
    /// Who is billed.
    pub billing: BillingContact,
    /// Where.
    pub address: PostalAddress,
    /// Default administrator access.
    pub default_admin_access: bool,
    /// age public keys that the one-time password is sealed to.
    pub sealed_to: Vec<SmolStr>,
}

/// Which of a step's effects comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The first, usually the only one.
    First,
    /// An order's second: its cart is made.
    CheckOut(CartId),
}

/// A live id that is not known (yet).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} has no live id yet")]
pub struct Unbound(pub Address);

impl Wanted {
    /// The operation of a stage, with live ids put in. `provider` is the provider's own tenant.
    ///
    /// # Errors
    /// When an address it names is not bound.
    pub fn operation(&self, stage: &Stage, bindings: &Bindings, provider: TenantId) -> Result<Operation, Unbound> {
        let customer_id = |key: &CustomerKey| bindings.customer(key).ok_or_else(|| Unbound(key.clone().into()));
        let live = |key: &SubscriptionKey| bindings.subscription(key).ok_or_else(|| Unbound(key.clone().into()));
        let reseller_id =
            |name: &Name| bindings.reseller(name).ok_or_else(|| Unbound(Address::Partnership(name.clone())));
        Ok(match self {
            Self::CreateCustomer { customer: _, reseller, details } => {
                let WantedCustomer {
                    domain,
                    company_name,
                    registration_number,
                    billing,
                    address,
                    default_admin_access,
                    sealed_to: _,
                } = details.as_ref().clone();
                Operation::CreateCustomer(Box::new(NewCustomer {
                    domain,
                    company_name,
                    registration_number,
                    billing,
                    address,
                    reseller: reseller_id(reseller)?,
                    default_admin_access,
                }))
            }
            Self::ResetAdminPassword { customer, sealed_to: _ } => {
                Operation::ResetAdminPassword { customer: customer_id(customer)? }
            }
            Self::Order { subscription, line } => {
                let customer = customer_id(&subscription.customer)?;
                match stage {
                    Stage::First => Operation::MakeCart { customer, line: line.clone() },
                    Stage::CheckOut(cart) => Operation::CheckOut { customer, cart: cart.clone() },
                }
            }
            Self::Change { subscription, change } => {
                let (customer, subscription) = live(subscription)?;
                Operation::ChangeSubscription { customer, subscription, change: change.clone() }
            }
            Self::SetSupportContact { subscription, partnership, partner_id } => {
                let (customer, subscription) = live(subscription)?;
                let tenant = partnership.as_ref().map_or(Ok(provider), reseller_id)?;
                let contact = SupportContact { tenant, partner: partner_id.clone() };
                Operation::SetSupportContact { customer, subscription, contact }
            }
        })
    }
    /// The fields it sets and the values they will have, for settling; empty where it sets none that is compared.
    #[must_use]
    pub fn fields(&self, bindings: &Bindings, provider: TenantId) -> BTreeMap<Field, Value> {
        let one = |field, value| BTreeMap::from([(field, value)]);
        match self {
            Self::CreateCustomer { .. } | Self::ResetAdminPassword { .. } => BTreeMap::new(),
            Self::Order { line, .. } => ordered(line),
            Self::Change { change, .. } => match change {
                SubscriptionChange::PartnerOfRecord(id) => one(Field::PartnerOfRecord, Value::text(id)),
                SubscriptionChange::Quantity(n) => one(Field::Quantity, Value::Number(u64::from(*n))),
                SubscriptionChange::FriendlyName(name) => one(Field::FriendlyName, Value::text(name)),
                SubscriptionChange::Renewal(renewal) => one(Field::Renewal, Value::text(renewal)),
            },
            Self::SetSupportContact { partnership, .. } => {
                let tenant = partnership.as_ref().map_or(Some(provider), |name| bindings.reseller(name));
                tenant.map_or_else(BTreeMap::new, |id| one(Field::SupportContact, Value::text(id)))
            }
        }
    }
}

/// What was ordered holds from then on: a later difference is somebody else's.
fn ordered(line: &CartLine) -> BTreeMap<Field, Value> {
    let name = line.friendly_name.as_ref().map(|name| (Field::FriendlyName, Value::text(name)));
    let fields = [
        (Field::PartnerOfRecord, Value::text(&line.partner_of_record)),
        (Field::Quantity, Value::Number(u64::from(line.quantity))),
    ];
    fields.into_iter().chain(name).collect()
}
