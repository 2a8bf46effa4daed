//! The wire form of a snapshot: a header, lines of one object each, a trailer. Never changes the meaning of a field once
//! written, it only grows; unknown fields are read over.

pub(super) mod fact;
pub(super) mod form;
pub(super) mod question;
pub(super) mod renewal;

use crate::model::product::Commerce;
use crate::model::{
    BillingCycle, CartId, CustomerId, Digest, OrderId, PartnerId, SubscriptionId, TenantId, Term, Timestamp,
};
use crate::observed::{Review, Status, Why};
use fact::Fact;
use question::{Address, Offer, Question};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The `format` this version writes and reads.
pub const FORMAT: &str = "twotier-snapshot/1";
/// What every `format` of a snapshot begins with.
pub(super) const FAMILY: &str = "twotier-snapshot/";

/// The first line of a snapshot.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    /// `twotier-snapshot/1`.
    pub(super) format: SmolStr,
    /// The provider's tenant.
    #[schemars(with = "form::Guid")]
    pub(super) tenant_id: TenantId,
    /// When it was observed; what a plan from it takes as now.
    #[schemars(with = "form::Instant")]
    pub(super) observed_at: Timestamp,
    /// How many lines of the ledger follow at once.
    pub(super) ledger_facts: u64,
    /// By facet: how its reads ended. A facet that is not named was not read.
    #[schemars(with = "BTreeMap<String, Coverage>")]
    pub(super) coverage: BTreeMap<SmolStr, Coverage>,
}

/// How the reads of one facet ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Coverage {
    /// Answered, lists to their last page.
    pub(super) known: u64,
    /// Answered: not there.
    pub(super) absent: u64,
    /// Not answered; each has a line that says why.
    pub(super) unknown: u64,
}

/// A line after the header. The entries of a list follow the line that announces it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Line {
    /// What earlier runs did and learned; before everything that was observed.
    Ledger(Box<Fact>),
    /// A list, and how many entries follow.
    List(List),
    /// An entry of `relationships`.
    Relationship(Relationship),
    /// An entry of `customers` and `customersOf`.
    Customer(Customer),
    /// An entry of `resellersOf`.
    Reseller(Reseller),
    /// An entry of `subscriptions`.
    Subscription(Subscription),
    /// A subscription's own read.
    Detail(Box<Detail>),
    /// Who supports a legacy subscription.
    SupportContact(SupportContact),
    /// Whether a customer signed the Microsoft Customer Agreement.
    Agreement(Agreement),
    /// Whether an account may buy.
    AccountReview(AccountReview),
    /// The country of a customer's tenant.
    Country(Country),
    /// Whether a domain is taken.
    Domain(Domain),
    /// What the check of an address said.
    PostalAddress(Box<PostalAddress>),
    /// How many availabilities an offer has.
    Offer(Availabilities),
    /// Whether a PartnerID is valid as partner of record.
    PartnerId(PartnerCheck),
    /// What Microsoft's profile calls a PartnerID.
    PartnerProfile(PartnerProfile),
    /// Whether a reseller signed its agreement.
    ResellerStatus(ResellerStatus),
    /// The invitation link of customers for a reseller.
    InvitationLink(InvitationLink),
    /// What became of a cart.
    Cart(Cart),
    /// Read to the end: not there.
    Absent(Box<Question>),
    /// Read, but not answered.
    Unknown(Box<Unknown>),
    /// The last line.
    Trailer(Trailer),
}

/// A list, and how many entries follow.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct List {
    /// Which.
    pub(super) of: Question,
    /// How many lines.
    pub(super) count: u32,
}

/// An indirect reseller.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Relationship {
    #[schemars(with = "form::Guid")]
    pub(super) tenant_id: TenantId,
    #[schemars(with = "String")]
    pub(super) name: SmolStr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) partner_id: Option<PartnerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) country: Option<SmolStr>,
    pub(super) active: bool,
}

/// An entry of a list of customers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Customer {
    #[schemars(with = "form::Guid")]
    pub(super) tenant_id: CustomerId,
    #[schemars(with = "String")]
    pub(super) domain: SmolStr,
    #[schemars(with = "String")]
    pub(super) company_name: SmolStr,
}

/// A reseller of a customer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reseller {
    #[schemars(with = "form::Guid")]
    pub(super) customer: CustomerId,
    #[schemars(with = "form::Guid")]
    pub(super) tenant_id: TenantId,
}

/// A subscription.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Subscription {
    #[schemars(with = "form::Guid")]
    pub(super) customer: CustomerId,
    #[schemars(with = "form::Guid")]
    pub(super) subscription_id: SubscriptionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) product: Option<question::Product>,
    #[schemars(with = "String")]
    pub(super) offer_name: SmolStr,
    #[schemars(with = "String")]
    pub(super) friendly_name: SmolStr,
    #[schemars(with = "form::Commerce")]
    pub(super) commerce: Commerce,
    pub(super) partner_changeable: bool,
    pub(super) quantity: u32,
    #[schemars(with = "form::Status")]
    pub(super) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) partner_of_record: Option<PartnerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) term: Option<Term>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) billing_cycle: Option<BillingCycle>,
    /// For readers of before; `atEnd` tells all of it.
    pub(super) auto_renew: bool,
    /// For readers of before; `atEnd` tells all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) scheduled_change: Option<SmolStr>,
    /// Left out where the two before it say the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at_end: Option<renewal::AtEnd>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<form::Instant>")]
    pub(super) commitment_end: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) order: Option<OrderId>,
}

/// A subscription's own read.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    pub(super) subscription: Subscription,
    /// Seats that may be given back.
    pub(super) refundable: u32,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<form::Instant>")]
    pub(super) refundable_until: Option<Timestamp>,
}

/// Who supports a legacy subscription.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SupportContact {
    #[schemars(with = "form::Guid")]
    pub(super) customer: CustomerId,
    #[schemars(with = "form::Guid")]
    pub(super) subscription_id: SubscriptionId,
    #[schemars(with = "form::Guid")]
    pub(super) tenant_id: TenantId,
    #[schemars(with = "String")]
    pub(super) partner_id: PartnerId,
}

/// Whether a customer signed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Agreement {
    #[schemars(with = "form::Guid")]
    pub(super) customer: CustomerId,
    pub(super) signed: bool,
}

/// Whether an account may buy.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct AccountReview {
    #[schemars(with = "form::Guid")]
    pub(super) customer: CustomerId,
    #[schemars(with = "form::Review")]
    pub(super) review: Review,
}

/// The country of a customer's tenant.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Country {
    #[schemars(with = "form::Guid")]
    pub(super) customer: CustomerId,
    /// Two letters.
    #[schemars(with = "String")]
    pub(super) country: SmolStr,
}

/// Whether a domain is taken.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Domain {
    #[schemars(with = "String")]
    pub(super) domain: SmolStr,
    pub(super) taken: bool,
}

/// What the check of an address said.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct PostalAddress {
    pub(super) address: Address,
    /// Why it fails; absent when it passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) fails: Option<SmolStr>,
}

/// How many availabilities an offer has.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Availabilities {
    pub(super) offer: Offer,
    pub(super) availabilities: u32,
    /// Every form in which product and SKU are sold at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) forms: Vec<Form>,
    /// What product and SKU are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<SmolStr>,
}

/// A form in which something is sold.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Form {
    pub(super) term: Term,
    pub(super) billing_cycle: BillingCycle,
}

/// Whether a PartnerID is valid.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartnerCheck {
    #[schemars(with = "String")]
    pub(super) partner_id: PartnerId,
    /// Why it is not; absent when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) invalid: Option<SmolStr>,
}

/// What Microsoft's profile calls a PartnerID.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartnerProfile {
    #[schemars(with = "String")]
    pub(super) partner_id: PartnerId,
    #[schemars(with = "String")]
    pub(super) name: SmolStr,
}

/// Whether a reseller signed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResellerStatus {
    /// By tenant or by PartnerID.
    pub(super) of: Question,
    pub(super) status: SignedStatus,
    /// The service's words.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    #[schemars(with = "String")]
    pub(super) text: SmolStr,
}

/// How far a reseller is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum SignedStatus {
    /// Signed, in the region.
    Signed,
    /// Not signed.
    NotSigned,
    /// Authorised elsewhere.
    OtherRegion,
    /// No such reseller.
    NotFound,
}

/// The invitation link for a reseller.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct InvitationLink {
    #[schemars(with = "form::Guid")]
    pub(super) reseller: TenantId,
    #[schemars(with = "String")]
    pub(super) link: SmolStr,
}

/// What became of a cart.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cart {
    #[schemars(with = "form::Guid")]
    pub(super) customer: CustomerId,
    #[schemars(with = "String")]
    pub(super) cart: CartId,
    /// Absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) order: Option<OrderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<form::Guid>")]
    pub(super) subscription_id: Option<SubscriptionId>,
    /// The orders that may be its own, where the service does not say which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) one_of: Vec<Placed>,
}

/// An order that was placed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Placed {
    #[schemars(with = "String")]
    pub(super) order: OrderId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<form::Guid>")]
    pub(super) subscription_id: Option<SubscriptionId>,
}

/// A read that was not answered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Unknown {
    pub(super) of: Question,
    #[schemars(with = "form::Why")]
    pub(super) because: Why,
}

/// The last line.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Trailer {
    /// How many lines stand before this one.
    pub(super) lines: u64,
    /// SHA-256 of their bytes, line ends included.
    #[schemars(with = "form::Hex")]
    pub(super) digest: Digest,
}

/// Any line of a snapshot, for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum AnyLine {
    /// The first line.
    Header(Header),
    /// A line after it.
    Line(Line),
}
