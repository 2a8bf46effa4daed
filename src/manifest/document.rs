//! The manifests as they are written: one type a kind, the source of the JSON Schemas. Holds what stands there and
//! where; never resolves a name and never applies a default that depends on another document.

use super::spanned::Spanned;
use crate::model::{BillingCycle, CustomerId, Date, Name, PartnerId, SubscriptionId, TenantId, Term};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// `metadata` of every document.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// A DNS label, unique in its kind (a subscription's: in its customer).
    pub name: Spanned<Name>,
    /// Free labels for selecting documents.
    #[serde(default)]
    pub labels: BTreeMap<SmolStr, Spanned<SmolStr>>,
    /// `twotier/protect: "true"` forbids every step that takes something away; `twotier/ticket` names a ticket.
    #[serde(default)]
    pub annotations: BTreeMap<SmolStr, Spanned<SmolStr>>,
    /// The former name: moves the binding to this document.
    pub renamed_from: Option<Spanned<Name>>,
}

/// A document: `apiVersion` and `kind` are read before its spec.
#[derive(Clone, Debug)]
pub struct Document {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`, by `kind`.
    pub spec: Spec,
}

/// `spec`, by `kind`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each variant is its kind, documented at its type")]
pub enum Spec {
    Provider(Box<Provider>),
    Partnership(Box<Partnership>),
    Customer(Box<Customer>),
    ResellerAssociation(Box<ResellerAssociation>),
    Subscription(Box<StandaloneSubscription>),
    SupportDelegation(Box<SupportDelegation>),
    AzureAccess(Box<AzureAccess>),
    Acknowledgement(Box<Acknowledgement>),
}

/// What to do about a field that moved in the tenant while its declaration did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnDrift {
    /// Bring the declared value back.
    Restore,
    /// Say so and leave it.
    Report,
}

/// `onDrift`: by field.
pub type DriftRules = BTreeMap<SmolStr, Spanned<OnDrift>>;

// ── Provider ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// The indirect provider: exactly one a project.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provider {
    /// The provider's own Microsoft Entra tenant.
    pub tenant_id: Spanned<TenantId>,
    /// The provider's own PartnerID (Location), quoted.
    pub partner_id: Spanned<PartnerId>,
    /// Two upper-case letters, ISO 3166-1, quoted.
    #[schemars(extend("x-twotier" = "country"))]
    pub country: Spanned<SmolStr>,
    /// The link that invites resellers, copied once from the portal.
    #[schemars(extend("x-twotier" = "url"))]
    pub invitation_url: Option<Spanned<SmolStr>>,
    /// How the provider is listed publicly.
    pub listing: Option<Spanned<Listing>>,
    /// Who can open the sealed one-time passwords of new customers.
    pub credentials: Option<Credentials>,
    /// How much may be taken away or granted per run and over a rolling day.
    pub limits: Option<Spanned<Limits>>,
    /// When nothing is applied.
    #[serde(default)]
    pub freeze: Vec<Freeze>,
    /// What to do about drift, by field.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// The public listing, reviewed by a person.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Listing {
    /// The name shown.
    pub display_name: Option<Spanned<SmolStr>>,
    /// The page shown.
    #[schemars(extend("x-twotier" = "url"))]
    pub url: Option<Spanned<SmolStr>>,
    /// The words shown.
    pub description: Option<Spanned<SmolStr>>,
    /// Countries served.
    #[serde(default)]
    pub countries: Vec<Spanned<SmolStr>>,
    /// How often a person looks: `90d`.
    #[schemars(extend("x-twotier" = "duration"))]
    pub review_every: Option<Spanned<SmolStr>>,
}

/// Where one-time passwords go.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Credentials {
    /// age public keys (`age1...`); each can open every sealed password.
    #[schemars(inner(extend("x-twotier" = "ageRecipient")))]
    pub recipients: Vec<Spanned<SmolStr>>,
}

/// Bounds on what is taken away or granted.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Partnerships ended.
    pub ended_partnerships: Option<Spanned<Limit>>,
    /// Subscriptions whose partner of record moves to another reseller.
    pub moved_partner_of_record: Option<Spanned<Limit>>,
    /// Subscriptions whose quantity is lowered.
    pub lowered_quantity: Option<Spanned<Limit>>,
    /// Renewals set to cancel or extend.
    pub ended_renewals: Option<Spanned<Limit>>,
    /// New administrator access.
    pub granted_access: Option<Spanned<Limit>>,
    /// Seats bought.
    pub bought_seats: Option<Spanned<Limit>>,
}

/// One bound: absolute, relative (with a floor of 10 objects), or both.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// At most so many.
    pub max: Option<u32>,
    /// At most so many in a hundred.
    pub percent: Option<u32>,
}

/// A span in which nothing is applied.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Freeze {
    /// First day.
    pub from: Spanned<Date>,
    /// Last day.
    pub to: Spanned<Date>,
    /// Why.
    pub reason: Spanned<SmolStr>,
}

// ── Partnership ──────────────────────────────────────────────────────────────────────────────────────────────────

/// The partnership with one indirect reseller.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Partnership {
    /// The reseller.
    pub reseller: Reseller,
    /// Whether the partnership is to be or to end.
    pub ensure: Spanned<PartnershipState>,
    /// With `ensure: ended`: who decided, what was declared, what happens to what it leaves.
    pub ending: Option<Spanned<Ending>>,
    /// What to do about drift, by field.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// An indirect reseller.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reseller {
    /// The name for people.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub display_name: Spanned<SmolStr>,
    /// Its tenant, once known; the identity of the partnership.
    pub tenant_id: Option<Spanned<TenantId>>,
    /// Its PartnerIDs (Location), quoted; the first is the default partner of record.
    #[schemars(length(min = 1))]
    pub partner_ids: Vec<Spanned<PartnerId>>,
    /// Two upper-case letters, quoted.
    #[schemars(extend("x-twotier" = "country"))]
    pub country: Spanned<SmolStr>,
    /// Who is written to.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub contact: Contact,
    /// The object id of its AdminAgents group, for Azure access.
    pub admin_agents_group_id: Option<Spanned<TenantId>>,
}

/// Somebody who is written to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contact {
    /// Their name.
    pub name: Option<Spanned<SmolStr>>,
    /// Their address.
    #[schemars(extend("x-twotier" = "email"))]
    pub email: Spanned<SmolStr>,
    /// The language they are written to in, such as `hu`.
    pub language: Option<Spanned<SmolStr>>,
}

/// `ensure` of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PartnershipState {
    /// It is to be.
    Active,
    /// It is to end.
    Ended,
}

/// How a partnership ends.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ending {
    /// Why.
    pub reason: Spanned<SmolStr>,
    /// Who decided.
    pub decided_by: Spanned<SmolStr>,
    /// When; from then on new uses of the reseller are errors.
    pub decided_on: Spanned<Date>,
    /// Not before this day.
    pub effective_on: Option<Spanned<Date>>,
    /// The contract that ends.
    pub contract: Option<Spanned<SmolStr>>,
    /// The words the portal asks for.
    pub declaration: Spanned<Declaration>,
    /// What was said to whom.
    pub notices: Spanned<Notices>,
    /// The partnership that takes over partner of record and support.
    pub transfer_to: Option<Spanned<Name>>,
    /// Until when customers are invited to the new reseller.
    pub invitations_until: Option<Spanned<Date>>,
    /// What cannot move and stays, by name.
    #[serde(default)]
    pub leave_behind: Vec<LeftBehind>,
}

/// The declaration. Source: learn, indirect-provider-tasks (words of the removal).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Declaration {
    /// In good faith.
    pub good_faith: Spanned<bool>,
    /// For a legitimate business purpose.
    pub legitimate_business_purpose: Spanned<bool>,
    /// In accordance with the agreements with customer and partner.
    pub in_accordance_with_agreements: Spanned<bool>,
    /// Defend and hold Microsoft harmless.
    pub hold_microsoft_harmless: Spanned<bool>,
    /// Who declares.
    pub by: Spanned<SmolStr>,
    /// When.
    pub on: Spanned<Date>,
}

/// The notices of an ending.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notices {
    /// To the reseller.
    pub partner: Spanned<Notice>,
    /// To its customers.
    pub customers: Spanned<Notice>,
}

/// One notice.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notice {
    /// To be sent as a step, sent already, or not required.
    pub how: Spanned<NoticeHow>,
    /// With `sent`: when.
    pub on: Option<Spanned<Date>>,
    /// With `sent`: where the proof is.
    pub evidence: Option<Spanned<SmolStr>>,
    /// With `notRequired`: why.
    pub reason: Option<Spanned<SmolStr>>,
}

/// How a notice is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NoticeHow {
    /// As a step of the plan.
    Send,
    /// It was.
    Sent,
    /// Nobody needs to be told.
    NotRequired,
}

/// Something that stays behind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeftBehind {
    /// An address.
    pub what: Spanned<SmolStr>,
    /// Why.
    pub reason: Spanned<SmolStr>,
}

// ── Customer ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// A customer: by `tenantId`, `domain` or `create`, exactly one (a `create` may stay beside a learned `tenantId`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Customer {
    /// Its tenant.
    pub tenant_id: Option<Spanned<CustomerId>>,
    /// Any of its domains that lists show, usually `x.onmicrosoft.com`.
    #[schemars(extend("x-twotier" = "domain"))]
    pub domain: Option<Spanned<SmolStr>>,
    /// To be created.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub create: Option<Spanned<Create>>,
    /// The partnership it belongs to.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub reseller: Option<Spanned<Name>>,
    /// Further partnerships it belongs to.
    #[serde(default)]
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub other_resellers: Vec<Spanned<Name>>,
    /// Who is written to.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub contact: Option<Contact>,
    /// Its subscriptions, by name.
    #[serde(default)]
    pub subscriptions: BTreeMap<Name, Spanned<Subscription>>,
    /// Who supports its legacy subscriptions: a partnership, or `provider`.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub support_contact: Option<Spanned<SupportContactRef>>,
    /// What to do about drift, by field.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// A customer to create. Source: learn, create-a-customer-for-an-indirect-reseller.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// The part before `.onmicrosoft.com`.
    #[schemars(extend("x-twotier" = "domainPrefix"))]
    pub domain_prefix: Spanned<SmolStr>,
    /// The company.
    pub company: Company,
    /// Who is billed, and where.
    pub billing: Billing,
    /// Company registration number; demanded in some countries, refused in the others.
    pub registration_number: Option<Spanned<SmolStr>>,
    /// Whether provider and reseller get default administrator access. No default: it decides who can help.
    pub default_admin_access: Spanned<DefaultAdminAccess>,
}

/// The company of a new customer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Company {
    /// Its legal name.
    pub name: Spanned<SmolStr>,
}

/// The billing profile of a new customer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Billing {
    /// Given name.
    pub first_name: Spanned<SmolStr>,
    /// Family name.
    pub last_name: Spanned<SmolStr>,
    /// Not @microsoft.com.
    #[schemars(extend("x-twotier" = "email"))]
    pub email: Spanned<SmolStr>,
    /// Such as `hu-HU`.
    #[schemars(extend("x-twotier" = "culture"))]
    pub culture: Spanned<SmolStr>,
    /// Such as `hu`.
    pub language: Spanned<SmolStr>,
    /// Where.
    pub address: Spanned<PostalAddress>,
}

/// A postal address.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PostalAddress {
    /// Two upper-case letters, quoted.
    #[schemars(extend("x-twotier" = "country"))]
    pub country: Spanned<SmolStr>,
    /// City.
    pub city: Spanned<SmolStr>,
    /// State; required in US, CA, CN and MX.
    pub state: Option<Spanned<SmolStr>>,
    /// Quoted.
    pub postal_code: Spanned<SmolStr>,
    /// 1 to 200 characters.
    #[schemars(length(min = 1, max = 200))]
    pub line1: Spanned<SmolStr>,
    /// Up to 200 characters.
    #[schemars(length(max = 200))]
    pub line2: Option<Spanned<SmolStr>>,
    /// Required where the registration number is.
    pub phone: Option<Spanned<SmolStr>>,
}

/// Who may administer a new customer from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultAdminAccess {
    /// Microsoft grants the default GDAP roles to both. Source: learn, gdap-faq.
    ProviderAndReseller,
    /// Nobody: a lost password cannot be reset.
    None,
}

/// Who supports: a partnership, or the provider itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SupportContactRef {
    /// `provider`.
    Provider,
    /// A partnership.
    Partnership(Name),
}

// ── Subscription ─────────────────────────────────────────────────────────────────────────────────────────────────

/// A subscription inside its customer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subscription {
    /// The live one it means.
    pub subscription_id: Option<Spanned<SubscriptionId>>,
    /// What to buy; beside `subscriptionId` it is asserted.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub product: Option<Spanned<ProductRef>>,
    /// Seats.
    #[schemars(range(min = 1), extend("x-twotier-role" = "compared"))]
    pub quantity: Option<Spanned<u32>>,
    /// Commitment, when buying.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub term: Option<Spanned<Term>>,
    /// Billing, when buying.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub billing_cycle: Option<Spanned<BillingCycle>>,
    /// Whose incentive it is; default: the customer's `reseller`.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub partner_of_record: Option<Spanned<PartnerOfRecordRef>>,
    /// The name shown to people.
    #[schemars(length(min = 1, max = 256), extend("x-twotier-role" = "compared"))]
    pub friendly_name: Option<Spanned<SmolStr>>,
    /// What happens at the end of the term.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub renewal: Option<Spanned<Renewal>>,
    /// Details of the purchase.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub purchase: Option<Spanned<Purchase>>,
    /// What to do about drift, by field.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// A subscription in a document of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StandaloneSubscription {
    /// Whose it is: a customer's name.
    pub customer: Spanned<Name>,
    /// The live one it means.
    pub subscription_id: Option<Spanned<SubscriptionId>>,
    /// What to buy; beside `subscriptionId` it is asserted.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub product: Option<Spanned<ProductRef>>,
    /// Seats.
    #[schemars(range(min = 1), extend("x-twotier-role" = "compared"))]
    pub quantity: Option<Spanned<u32>>,
    /// Commitment, when buying.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub term: Option<Spanned<Term>>,
    /// Billing, when buying.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub billing_cycle: Option<Spanned<BillingCycle>>,
    /// Whose incentive it is; default: the customer's `reseller`.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub partner_of_record: Option<Spanned<PartnerOfRecordRef>>,
    /// The name shown to people.
    #[schemars(length(min = 1, max = 256), extend("x-twotier-role" = "compared"))]
    pub friendly_name: Option<Spanned<SmolStr>>,
    /// What happens at the end of the term.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub renewal: Option<Spanned<Renewal>>,
    /// Details of the purchase.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub purchase: Option<Spanned<Purchase>>,
    /// What to do about drift, by field.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// What to buy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductRef {
    /// The product id, such as `CFQ7TTC0LH18`.
    pub product_id: Spanned<SmolStr>,
    /// The SKU id, such as `"0001"`, quoted.
    pub sku_id: Spanned<SmolStr>,
}

/// Partner of record as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartnerOfRecordRef {
    /// A partnership: its first PartnerID.
    Partnership(Name),
    /// A partnership and one of its PartnerIDs.
    Exact {
        /// The partnership.
        partnership: Name,
        /// One of its PartnerIDs.
        partner_id: PartnerId,
    },
    /// Asserted, whoever it is: never written.
    Asserted(PartnerId),
    /// `none`, asserted: never written.
    None,
}

/// What happens at the end of the term.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Renewal {
    /// Renew, cancel, or go on month by month (Extended Service Term).
    pub action: RenewalAction,
    /// Seats of the next term.
    pub quantity: Option<u32>,
    /// Commitment of the next term.
    pub term: Option<Term>,
    /// Billing of the next term.
    pub billing_cycle: Option<BillingCycle>,
    /// A custom end of the next term.
    pub end_date: Option<Date>,
}

/// `renewal.action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RenewalAction {
    /// For a new term.
    Renew,
    /// Ends.
    Cancel,
    /// Month by month, at a surcharge.
    Extend,
}

/// Details of a purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Purchase {
    /// Our reference.
    pub reference: Option<SmolStr>,
    /// The customer's purchase order.
    pub purchase_order: Option<SmolStr>,
    /// A promotion id.
    pub promotion: Option<SmolStr>,
    /// A custom end of the first term.
    pub end_date: Option<Date>,
    /// Bought although the customer already has one like it.
    pub additional: Option<bool>,
}

// ── relations ────────────────────────────────────────────────────────────────────────────────────────────────────

/// A customer as a relation names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CustomerRef {
    /// A declared one.
    Named(Name),
    /// By tenant.
    Id(CustomerId),
    /// By domain.
    Domain(SmolStr),
}

/// The relation of a reseller and customers that are not declared otherwise.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResellerAssociation {
    /// The partnership.
    pub reseller: Spanned<Name>,
    /// The customers: names, `{tenantId}` or `{domain}`.
    #[schemars(length(min = 1))]
    pub customers: Vec<Spanned<CustomerRef>>,
}

/// Who supports subscriptions of customers. Legacy subscriptions only.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SupportDelegation {
    /// A partnership, or `provider`.
    pub support_contact: Spanned<SupportContactRef>,
    /// Whose subscriptions: names, `{tenantId}` or `{domain}`.
    #[schemars(length(min = 1))]
    pub customers: Vec<Spanned<CustomerRef>>,
    /// `all`, or names and `{subscriptionId}`.
    pub subscriptions: Spanned<DelegatedSubscriptions>,
    /// What to do about drift, by field.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// Which subscriptions a delegation speaks of.
#[derive(Clone, Debug)]
pub enum DelegatedSubscriptions {
    /// Every one.
    All,
    /// These.
    Some(Vec<Spanned<SubscriptionRef>>),
}

/// A subscription as a relation names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubscriptionRef {
    /// A declared one.
    Named(Name),
    /// By its id.
    Id(SubscriptionId),
}

/// A role in a customer's Azure, granted and taken back by a person.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AzureAccess {
    /// Whose Azure.
    pub customer: Spanned<Name>,
    /// Who gets it: a partnership.
    pub reseller: Spanned<Name>,
    /// The object id of a group or principal; else the reseller's `adminAgentsGroupId`.
    pub principal: Option<Spanned<TenantId>>,
    /// Where: `/subscriptions/GUID[/resourceGroups/NAME]`.
    #[schemars(extend("x-twotier" = "azureScope"))]
    pub scope: Spanned<SmolStr>,
    /// Which role, such as `Owner`.
    pub role: Spanned<SmolStr>,
    /// Whether it is to be.
    pub ensure: Spanned<Presence>,
}

/// `ensure` of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Presence {
    /// It is to be.
    Present,
    /// It is to go.
    Absent,
}

/// Lets one named limit be passed, for a reason, until a day.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acknowledgement {
    /// The code of the limit, such as `TT0500`.
    pub limit: Spanned<SmolStr>,
    /// The address of the document that brings the steps.
    pub cause: Spanned<SmolStr>,
    /// How many steps at most, over all runs.
    #[schemars(range(min = 1))]
    pub at_most: Spanned<u32>,
    /// Why.
    pub reason: Spanned<SmolStr>,
    /// Who says so.
    pub by: Spanned<SmolStr>,
    /// Until the end of which day.
    pub expires: Spanned<Date>,
}
