//! The wire form of facts, conditions and goals: tagged objects with addresses as text. Covered by `planId`, so a
//! field once written keeps its name and meaning.

use super::BadPart;
use super::action::{customer_of, partnership_of, subscription_of};
use crate::model::{Address, Fact, Field, PartnerId, Product, StepKey, Value};
use crate::plan::step::{Brings, Condition, Expect};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Something a step rests on or brings about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
#[schemars(rename = "Fact")]
pub(crate) enum WireFact {
    /// The live id an address is bound to; null while it has none.
    Binding {
        /// Which address.
        #[schemars(with = "String")]
        address: Address,
    },
    /// The partnership is listed and active.
    PartnershipActive {
        /// `partnership/NAME`
        #[schemars(with = "String")]
        partnership: Address,
    },
    /// The PartnerID passes validation as partner of record.
    PartnerValid {
        /// Which PartnerID.
        #[schemars(with = "String")]
        partner_id: PartnerId,
    },
    /// The name that Microsoft's profile gives for a PartnerID.
    ProfileName {
        /// Which PartnerID.
        #[schemars(with = "String")]
        partner_id: PartnerId,
    },
    /// The customer has signed the Microsoft Customer Agreement.
    AgreementSigned {
        /// `customer/NAME`
        #[schemars(with = "String")]
        customer: Address,
    },
    /// The customer's account may buy.
    AccountReviewed {
        /// `customer/NAME`
        #[schemars(with = "String")]
        customer: Address,
    },
    /// The partnership's reseller is among the customer's.
    Associated {
        /// `customer/NAME`
        #[schemars(with = "String")]
        customer: Address,
        /// `partnership/NAME`
        #[schemars(with = "String")]
        partnership: Address,
    },
    /// The domain belongs to nobody.
    DomainFree {
        /// The whole domain.
        domain: SmolStr,
    },
    /// Live or pending subscriptions of this product that no manifest claims.
    Unclaimed {
        /// `customer/NAME`
        #[schemars(with = "String")]
        customer: Address,
        /// Product id of the catalogue.
        product_id: SmolStr,
        /// SKU id of the catalogue.
        sku_id: SmolStr,
    },
    /// A field of a subscription.
    Field {
        /// Which subscription.
        #[schemars(with = "String")]
        subscription: Address,
        /// Which field, as manifests spell it.
        #[schemars(with = "String")]
        field: Field,
    },
    /// Of the ledger: the step whose effect is still pending; null when none is.
    Pending {
        /// Which address.
        #[schemars(with = "String")]
        address: Address,
    },
    /// Of the ledger: the state of a customer's one-time password.
    Credentials {
        /// `customer/NAME`
        #[schemars(with = "String")]
        customer: Address,
    },
    /// Of the ledger: the run that did this step last; null when none did.
    LastDone {
        /// Which step.
        step: WireKey,
    },
}

/// What a need or a step brings about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
#[schemars(rename = "Brings")]
pub(crate) enum WireBrings {
    /// This value.
    Exactly {
        /// A truth value, count, text, list of texts, or null for nothing there.
        #[schemars(with = "serde_json::Value")]
        value: Value,
    },
    /// Something, known only afterwards.
    Something,
}

/// What a fact must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
#[schemars(rename = "Expect")]
pub(crate) enum WireExpect {
    /// This, as observed.
    Is {
        /// A truth value, count, text, list of texts, or null for nothing there.
        #[schemars(with = "serde_json::Value")]
        value: Value,
    },
    /// What a need brings about.
    After {
        /// Which need.
        step: WireKey,
        /// What it brings.
        brings: WireBrings,
    },
}

/// A fact with the value it must have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Condition")]
pub(crate) struct WireCondition {
    fact: WireFact,
    expect: WireExpect,
}

/// A fact with what becomes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Goal")]
pub(crate) struct WireGoal {
    fact: WireFact,
    brings: WireBrings,
}

/// Which step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StepKey")]
pub(crate) struct WireKey {
    /// The object changed.
    #[schemars(with = "String")]
    address: Address,
    /// What is done, such as `set-partner-of-record`.
    #[schemars(with = "String")]
    step: crate::model::StepName,
    /// The other end of a relation; absent otherwise.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    discriminator: SmolStr,
}

impl From<&StepKey> for WireKey {
    fn from(key: &StepKey) -> Self {
        let StepKey { address, step, discriminator } = key.clone();
        Self { address, step, discriminator }
    }
}
impl From<WireKey> for StepKey {
    fn from(wire: WireKey) -> Self {
        let WireKey { address, step, discriminator } = wire;
        Self { address, step, discriminator }
    }
}

impl From<&Fact> for WireFact {
    fn from(fact: &Fact) -> Self {
        match fact.clone() {
            Fact::Binding(address) => Self::Binding { address },
            Fact::PartnershipActive(name) => Self::PartnershipActive { partnership: Address::Partnership(name) },
            Fact::PartnerValid(partner_id) => Self::PartnerValid { partner_id },
            Fact::ProfileName(partner_id) => Self::ProfileName { partner_id },
            Fact::AgreementSigned(customer) => Self::AgreementSigned { customer: customer.into() },
            Fact::AccountReviewed(customer) => Self::AccountReviewed { customer: customer.into() },
            Fact::Associated { customer, partnership } => {
                Self::Associated { customer: customer.into(), partnership: Address::Partnership(partnership) }
            }
            Fact::DomainFree(domain) => Self::DomainFree { domain },
            Fact::Unclaimed { customer, product: Product { product, sku } } => {
                Self::Unclaimed { customer: customer.into(), product_id: product, sku_id: sku }
            }
            Fact::Field(subscription, field) => Self::Field { subscription: subscription.into(), field },
            Fact::Pending(address) => Self::Pending { address },
            Fact::Credentials(customer) => Self::Credentials { customer: customer.into() },
            Fact::LastDone(key) => Self::LastDone { step: (&key).into() },
        }
    }
}
impl TryFrom<WireFact> for Fact {
    type Error = BadPart;
    fn try_from(wire: WireFact) -> Result<Self, BadPart> {
        Ok(match wire {
            WireFact::Binding { address } => Self::Binding(address),
            WireFact::PartnershipActive { partnership } => Self::PartnershipActive(partnership_of(partnership)?),
            WireFact::PartnerValid { partner_id } => Self::PartnerValid(partner_id),
            WireFact::ProfileName { partner_id } => Self::ProfileName(partner_id),
            WireFact::AgreementSigned { customer } => Self::AgreementSigned(customer_of(customer)?),
            WireFact::AccountReviewed { customer } => Self::AccountReviewed(customer_of(customer)?),
            WireFact::Associated { customer, partnership } => {
                Self::Associated { customer: customer_of(customer)?, partnership: partnership_of(partnership)? }
            }
            WireFact::DomainFree { domain } => Self::DomainFree(domain),
            WireFact::Unclaimed { customer, product_id: product, sku_id: sku } => {
                Self::Unclaimed { customer: customer_of(customer)?, product: Product { product, sku } }
            }
            WireFact::Field { subscription, field } => Self::Field(subscription_of(subscription)?, field),
            WireFact::Pending { address } => Self::Pending(address),
            WireFact::Credentials { customer } => Self::Credentials(customer_of(customer)?),
            WireFact::LastDone { step } => Self::LastDone(step.into()),
        })
    }
}

impl From<&Brings> for WireBrings {
    fn from(brings: &Brings) -> Self {
        match brings {
            Brings::Exactly(value) => Self::Exactly { value: value.clone() },
            Brings::Something => Self::Something,
        }
    }
}
impl From<WireBrings> for Brings {
    fn from(wire: WireBrings) -> Self {
        match wire {
            WireBrings::Exactly { value } => Self::Exactly(value),
            WireBrings::Something => Self::Something,
        }
    }
}

impl From<&Condition> for WireCondition {
    fn from(condition: &Condition) -> Self {
        let Condition { fact, expect } = condition;
        let expect = match expect {
            Expect::Is(value) => WireExpect::Is { value: value.clone() },
            Expect::After { step, brings } => WireExpect::After { step: step.into(), brings: brings.into() },
        };
        Self { fact: fact.into(), expect }
    }
}
impl TryFrom<WireCondition> for Condition {
    type Error = BadPart;
    fn try_from(wire: WireCondition) -> Result<Self, BadPart> {
        let WireCondition { fact, expect } = wire;
        let expect = match expect {
            WireExpect::Is { value } => Expect::Is(value),
            WireExpect::After { step, brings } => Expect::After { step: step.into(), brings: brings.into() },
        };
        Ok(Self { fact: fact.try_into()?, expect })
    }
}

impl From<&(Fact, Brings)> for WireGoal {
    fn from((fact, brings): &(Fact, Brings)) -> Self {
        Self { fact: fact.into(), brings: brings.into() }
    }
}
impl TryFrom<WireGoal> for (Fact, Brings) {
    type Error = BadPart;
    fn try_from(wire: WireGoal) -> Result<Self, BadPart> {
        Ok((wire.fact.try_into()?, wire.brings.into()))
    }
}
