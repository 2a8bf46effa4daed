//! The wire form of what a step does. Also what a step id is made of, so a field once written keeps its name and
//! meaning and new ones are left out where they are not set. Holds addresses, never a live id.

use super::BadPart;
use crate::ledger::{Guards, Others};
use crate::model::operation::{BillingContact, CartLine, PostalAddress};
use crate::model::{
    Address, BillingCycle, CustomerKey, Date, Freeze, Limits, Name, NextTerm, PartnerId, Product, Renewal,
    SubscriptionChange, SubscriptionKey, Term,
};
use crate::plan::step::{Action, Ask, Regard, Wanted, WantedCustomer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
#[schemars(rename = "Action")]
pub(crate) enum WireAction {
    /// The API is asked.
    Api {
        /// What it is asked.
        operation: Box<WireOperation>,
    },
    /// A person is asked.
    HandOff(Box<WireAsk>),
    /// Nothing is done; it is over when the goal is observed.
    Await {
        /// What is waited for, for people.
        until: String,
    },
    /// Only the ledger changes: limits, freezes, protections and recipients from now on.
    Guard(Box<WireRegard>),
}

/// What is kept to from now on, and what before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Regard")]
pub(crate) struct WireRegard {
    /// From now on.
    #[serde(flatten)]
    after: WireGuards,
    /// Before: what no step of the same plan passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<WireGuards>,
}
impl From<&Regard> for WireRegard {
    fn from(regard: &Regard) -> Self {
        Self { after: (&regard.after).into(), before: regard.before.as_ref().map(WireGuards::from) }
    }
}
impl From<WireRegard> for Regard {
    fn from(wire: WireRegard) -> Self {
        Self { after: wire.after.into(), before: wire.before.map(Guards::from) }
    }
}

/// Limits, freezes, protections and recipients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Guards")]
pub(crate) struct WireGuards {
    /// Protected addresses.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(with = "Vec<String>")]
    protected: BTreeSet<Address>,
    /// age public keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recipients: Vec<SmolStr>,
    /// Bounds on what is taken away or granted.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    limits: Limits,
    /// Days in which nothing is applied.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    freeze: BTreeSet<Freeze>,
}
impl From<&Guards> for WireGuards {
    fn from(guards: &Guards) -> Self {
        let Guards { protected, others: _, recipients, limits, freeze } = guards.clone();
        Self { protected, recipients, limits, freeze }
    }
}
impl From<WireGuards> for Guards {
    fn from(wire: WireGuards) -> Self {
        let WireGuards { protected, recipients, limits, freeze } = wire;
        Self { protected, others: Others::Unprotected, recipients, limits, freeze }
    }
}

/// What a person is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Ask")]
pub(crate) struct WireAsk {
    /// Which letter.
    pub(crate) template: SmolStr,
    /// To whom; absent when nobody is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<SmolStr>,
    /// In which language.
    pub(crate) language: SmolStr,
    /// What is asked for, by name, as the manifests decide it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) wanted: BTreeMap<SmolStr, SmolStr>,
    /// What the letter is about, one line.
    pub(crate) summary: String,
    /// Subject of the mail.
    pub(crate) subject: String,
    /// The whole text; complete only when the step is ready.
    pub(crate) text: String,
    /// What helps to send it and is no part of what is asked: addresses, the same letter in another language.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) annex: String,
}

/// What the API is asked, with addresses in place of live ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "name")]
#[schemars(rename = "Operation")]
pub(crate) enum WireOperation {
    /// A new customer.
    CreateCustomer {
        /// `customer/NAME`
        #[schemars(with = "String")]
        customer: Address,
        /// `partnership/NAME`: whose customer it becomes.
        #[schemars(with = "String")]
        reseller: Address,
        /// Whole domain.
        domain: SmolStr,
        /// Legal name.
        company_name: SmolStr,
        /// Registration number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        registration_number: Option<SmolStr>,
        /// Who is billed.
        billing: Box<WireBilling>,
        /// Where.
        address: Box<WirePostalAddress>,
        /// Whether provider and reseller become administrators by default.
        default_admin_access: bool,
        /// age public keys that the one-time password is sealed to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sealed_to: Vec<SmolStr>,
    },
    /// A new password for a customer's first administrator.
    ResetAdminPassword {
        /// `customer/NAME`
        #[schemars(with = "String")]
        customer: Address,
        /// age public keys that it is sealed to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sealed_to: Vec<SmolStr>,
    },
    /// A cart and its checkout.
    Order {
        /// What it becomes.
        #[schemars(with = "String")]
        subscription: Address,
        /// Product id of the catalogue.
        product_id: SmolStr,
        /// SKU id of the catalogue.
        sku_id: SmolStr,
        /// Seats.
        quantity: u32,
        /// Commitment.
        term: Term,
        /// Billing.
        billing_cycle: BillingCycle,
        /// The PartnerID whose incentive it is.
        #[schemars(with = "String")]
        partner_of_record: PartnerId,
        /// The name shown to people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        friendly_name: Option<SmolStr>,
        /// Our reference.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<SmolStr>,
        /// Promotion id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promotion: Option<SmolStr>,
        /// An end of the first term before its whole length.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        end_date: Option<Date>,
    },
    /// Another partner of record.
    SetPartnerOfRecord {
        /// Which subscription.
        #[schemars(with = "String")]
        subscription: Address,
        /// The PartnerID whose incentive it is.
        #[schemars(with = "String")]
        partner_of_record: PartnerId,
    },
    /// More or fewer seats.
    ChangeQuantity {
        /// Which subscription.
        #[schemars(with = "String")]
        subscription: Address,
        /// Seats.
        quantity: u32,
    },
    /// Another name for people.
    RenameSubscription {
        /// Which subscription.
        #[schemars(with = "String")]
        subscription: Address,
        /// The name.
        friendly_name: SmolStr,
    },
    /// What happens at the end of the term.
    ScheduleRenewal {
        /// Which subscription.
        #[schemars(with = "String")]
        subscription: Address,
        /// What happens.
        renewal: WireRenewal,
    },
    /// Support of a legacy subscription.
    SetSupportContact {
        /// Which subscription.
        #[schemars(with = "String")]
        subscription: Address,
        /// `partnership/NAME`; absent for the provider itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        supporter: Option<Address>,
        /// The PartnerID it goes by.
        #[schemars(with = "String")]
        partner_id: PartnerId,
    },
}

/// What happens at the end of a term.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "action")]
#[schemars(rename = "Renewal")]
pub(crate) enum WireRenewal {
    /// A new term, in full.
    Renew {
        /// Product id of the catalogue, if it is another product.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product_id: Option<SmolStr>,
        /// SKU id of the catalogue, if it is another product.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sku_id: Option<SmolStr>,
        /// Seats.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quantity: Option<u32>,
        /// Commitment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term: Option<Term>,
        /// Billing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        billing_cycle: Option<BillingCycle>,
        /// A custom end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        end_date: Option<Date>,
    },
    /// It ends.
    Cancel,
    /// It goes on month by month, at a surcharge.
    Extend,
}
impl From<Renewal> for WireRenewal {
    fn from(renewal: Renewal) -> Self {
        match renewal {
            Renewal::Renew(NextTerm { product, quantity, term, billing_cycle, end }) => {
                let (product_id, sku_id) = product.map(|product| (product.product, product.sku)).unzip();
                Self::Renew { product_id, sku_id, quantity, term, billing_cycle, end_date: end }
            }
            Renewal::Cancel => Self::Cancel,
            Renewal::Extend => Self::Extend,
        }
    }
}
impl From<WireRenewal> for Renewal {
    fn from(wire: WireRenewal) -> Self {
        match wire {
            WireRenewal::Renew { product_id, sku_id, quantity, term, billing_cycle, end_date: end } => {
                let product = product_id.zip(sku_id).map(|(product, sku)| Box::new(Product { product, sku }));
                Self::Renew(NextTerm { product, quantity, term, billing_cycle, end })
            }
            WireRenewal::Cancel => Self::Cancel,
            WireRenewal::Extend => Self::Extend,
        }
    }
}

/// Who is billed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Billing")]
pub(crate) struct WireBilling {
    first_name: SmolStr,
    last_name: SmolStr,
    email: SmolStr,
    culture: SmolStr,
    language: SmolStr,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PostalAddress")]
pub(crate) struct WirePostalAddress {
    country: SmolStr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<SmolStr>,
    city: SmolStr,
    postal_code: SmolStr,
    line1: SmolStr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line2: Option<SmolStr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<SmolStr>,
}

impl From<&Action> for WireAction {
    fn from(action: &Action) -> Self {
        match action {
            Action::Api(wanted) => Self::Api { operation: Box::new(wanted.into()) },
            Action::HandOff(ask) => Self::HandOff(Box::new(ask.into())),
            Action::Await { until } => Self::Await { until: until.clone() },
            Action::Guard(regard) => Self::Guard(Box::new(regard.as_ref().into())),
        }
    }
}
impl TryFrom<WireAction> for Action {
    type Error = BadPart;
    fn try_from(wire: WireAction) -> Result<Self, BadPart> {
        Ok(match wire {
            WireAction::Api { operation } => Self::Api((*operation).try_into()?),
            WireAction::HandOff(ask) => Self::HandOff((*ask).into()),
            WireAction::Await { until } => Self::Await { until },
            WireAction::Guard(regard) => Self::Guard(Box::new((*regard).into())),
        })
    }
}

impl From<&Ask> for WireAsk {
    fn from(ask: &Ask) -> Self {
        let Ask { template, to, language, wanted, summary, subject, text, annex } = ask.clone();
        Self { template, to, language, wanted, summary, subject, text, annex }
    }
}
impl From<WireAsk> for Ask {
    fn from(wire: WireAsk) -> Self {
        let WireAsk { template, to, language, wanted, summary, subject, text, annex } = wire;
        Self { template, to, language, wanted, summary, subject, text, annex }
    }
}

impl From<&Wanted> for WireOperation {
    fn from(wanted: &Wanted) -> Self {
        match wanted {
            Wanted::CreateCustomer { customer, reseller, details } => create(customer, reseller, details),
            Wanted::ResetAdminPassword { customer, sealed_to } => {
                Self::ResetAdminPassword { customer: customer.clone().into(), sealed_to: sealed_to.clone() }
            }
            Wanted::Order { subscription, line } => order(subscription, line),
            Wanted::Change { subscription, change } => changed(subscription.clone().into(), change),
            Wanted::SetSupportContact { subscription, partnership, partner_id } => Self::SetSupportContact {
                subscription: subscription.clone().into(),
                supporter: partnership.clone().map(Address::Partnership),
                partner_id: partner_id.clone(),
            },
        }
    }
}

fn create(customer: &CustomerKey, reseller: &Name, details: &WantedCustomer) -> WireOperation {
    let WantedCustomer { domain, company_name, registration_number, billing, address, default_admin_access, sealed_to } =
        details.clone();
    let BillingContact { first_name, last_name, email, culture, language } = billing;
    let PostalAddress { country, state, city, postal_code, line1, line2, phone } = address;
    WireOperation::CreateCustomer {
        customer: customer.clone().into(),
        reseller: Address::Partnership(reseller.clone()),
        domain,
        company_name,
        registration_number,
        billing: Box::new(WireBilling { first_name, last_name, email, culture, language }),
        address: Box::new(WirePostalAddress { country, state, city, postal_code, line1, line2, phone }),
        default_admin_access,
        sealed_to,
    }
}

fn order(subscription: &SubscriptionKey, line: &CartLine) -> WireOperation {
    let CartLine {
        product,
        quantity,
        term,
        billing_cycle,
        partner_of_record,
        friendly_name,
        reference,
        promotion,
        end_date,
    } = line.clone();
    let Product { product: product_id, sku: sku_id } = product;
    WireOperation::Order {
        subscription: subscription.clone().into(),
        product_id,
        sku_id,
        quantity,
        term,
        billing_cycle,
        partner_of_record,
        friendly_name,
        reference,
        promotion,
        end_date,
    }
}

fn changed(subscription: Address, change: &SubscriptionChange) -> WireOperation {
    match change.clone() {
        SubscriptionChange::PartnerOfRecord(partner_of_record) => {
            WireOperation::SetPartnerOfRecord { subscription, partner_of_record }
        }
        SubscriptionChange::Quantity(quantity) => WireOperation::ChangeQuantity { subscription, quantity },
        SubscriptionChange::FriendlyName(friendly_name) => {
            WireOperation::RenameSubscription { subscription, friendly_name }
        }
        SubscriptionChange::Renewal(renewal) => {
            WireOperation::ScheduleRenewal { subscription, renewal: renewal.into() }
        }
    }
}

impl TryFrom<WireOperation> for Wanted {
    type Error = BadPart;
    fn try_from(wire: WireOperation) -> Result<Self, BadPart> {
        Ok(match wire {
            WireOperation::CreateCustomer {
                customer,
                reseller,
                domain,
                company_name,
                registration_number,
                billing,
                address,
                default_admin_access,
                sealed_to,
            } => {
                let details = WantedCustomer {
                    domain,
                    company_name,
                    registration_number,
                    billing: (*billing).into(),
                    address: (*address).into(),
                    default_admin_access,
                    sealed_to,
                };
                let (customer, reseller) = (customer_of(customer)?, partnership_of(reseller)?);
                Self::CreateCustomer { customer, reseller, details: Box::new(details) }
            }
            WireOperation::ResetAdminPassword { customer, sealed_to } => {
                Self::ResetAdminPassword { customer: customer_of(customer)?, sealed_to }
            }
            WireOperation::Order {
                subscription,
                product_id: product,
                sku_id: sku,
                quantity,
                term,
                billing_cycle,
                partner_of_record,
                friendly_name,
                reference,
                promotion,
                end_date,
            } => {
                let line = CartLine {
                    product: Product { product, sku },
                    quantity,
                    term,
                    billing_cycle,
                    partner_of_record,
                    friendly_name,
                    reference,
                    promotion,
                    end_date,
                };
                Self::Order { subscription: subscription_of(subscription)?, line: Box::new(line) }
            }
            WireOperation::SetPartnerOfRecord { subscription, partner_of_record } => {
                change(subscription, SubscriptionChange::PartnerOfRecord(partner_of_record))?
            }
            WireOperation::ChangeQuantity { subscription, quantity } => {
                change(subscription, SubscriptionChange::Quantity(quantity))?
            }
            WireOperation::RenameSubscription { subscription, friendly_name } => {
                change(subscription, SubscriptionChange::FriendlyName(friendly_name))?
            }
            WireOperation::ScheduleRenewal { subscription, renewal } => {
                change(subscription, SubscriptionChange::Renewal(renewal.into()))?
            }
            WireOperation::SetSupportContact { subscription, supporter, partner_id } => {
                let partnership = supporter.map(partnership_of).transpose()?;
                Self::SetSupportContact { subscription: subscription_of(subscription)?, partnership, partner_id }
            }
        })
    }
}

fn change(subscription: Address, change: SubscriptionChange) -> Result<Wanted, BadPart> {
    Ok(Wanted::Change { subscription: subscription_of(subscription)?, change })
}

impl From<WireBilling> for BillingContact {
    fn from(wire: WireBilling) -> Self {
        let WireBilling { first_name, last_name, email, culture, language } = wire;
        Self { first_name, last_name, email, culture, language }
    }
}
impl From<WirePostalAddress> for PostalAddress {
    fn from(wire: WirePostalAddress) -> Self {
        let WirePostalAddress { country, state, city, postal_code, line1, line2, phone } = wire;
        Self { country, state, city, postal_code, line1, line2, phone }
    }
}

/// The customer an address names.
pub(super) fn customer_of(address: Address) -> Result<CustomerKey, BadPart> {
    match address {
        Address::Customer(key) => Ok(key),
        other @ (Address::Provider(_)
        | Address::Partnership(_)
        | Address::ResellerAssociation(_)
        | Address::Subscription(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_)) => Err(BadPart { expected: "customer", found: other }),
    }
}

/// The partnership an address names.
pub(super) fn partnership_of(address: Address) -> Result<Name, BadPart> {
    match address {
        Address::Partnership(name) => Ok(name),
        other @ (Address::Provider(_)
        | Address::Customer(_)
        | Address::ResellerAssociation(_)
        | Address::Subscription(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_)) => Err(BadPart { expected: "partnership", found: other }),
    }
}

/// The subscription an address names.
pub(super) fn subscription_of(address: Address) -> Result<SubscriptionKey, BadPart> {
    match address {
        Address::Subscription(key) => Ok(key),
        other @ (Address::Provider(_)
        | Address::Partnership(_)
        | Address::Customer(_)
        | Address::ResellerAssociation(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_)) => Err(BadPart { expected: "subscription", found: other }),
    }
}
