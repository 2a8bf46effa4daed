//! What a tenant holds, one type a kind of line of a tenant file; the simulated tenant keeps these records as they stand.
//! Shared with no client, so that a wrong key cannot agree with itself. Never decides anything.

use crate::model::digest::Digest;
use crate::model::operation::{CartLine, SupportContact, Visible};
use crate::model::product::Commerce;
use crate::model::{
    BillingCycle, CartId, CustomerId, OrderId, PartnerId, Product, RequestId, Span, SubscriptionId, TenantId, Term,
    Timestamp,
};
use crate::observed::{Review, Status};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// The `format` of a tenant file.
pub const FORMAT: &str = "twotier-tenant/1";

macro_rules! wire {
    ($($(#[$meta:meta])* pub $what:ident $name:ident { $($body:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
        pub $what $name { $($body)* }
    )*};
}
macro_rules! record {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name { $($body)* }
    )*};
}

record! {
    /// The first line: whose tenant it is and what time it is there.
    pub struct Header {
        /// [`FORMAT`].
        pub format: SmolStr,
        /// The indirect provider's tenant.
        pub tenant_id: TenantId,
        /// The tenant's own clock; the only time there is.
        pub clock: Timestamp,
        /// The provider's own PartnerID, refused as partner of record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub partner_id: Option<PartnerId>,
        /// The provider's country; without it no region is compared.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub country: Option<SmolStr>,
        /// How long an order's subscription stays invisible, such as `15m`.
        #[serde(default = "delay::none", with = "delay", skip_serializing_if = "delay::is_none")]
        pub orders_show_after: Span,
        /// How the account review of a new customer begins.
        #[serde(default = "passed", skip_serializing_if = "is_passed")]
        pub new_customers: Review,
        /// How often the living copy was written; absent in a seed.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub revision: u64,
    }
    /// A company that may become a reseller, or a stranger.
    pub struct Company {
        /// Its tenant.
        pub tenant_id: TenantId,
        /// Its name.
        pub name: SmolStr,
        /// Two letters; decides the CSP region.
        pub country: SmolStr,
        /// PartnerIDs of type Location; the first is the one the relationship list shows.
        #[serde(default)]
        pub partner_ids: Vec<PartnerId>,
        /// PartnerIDs of type Global: they exist, but fail as partner of record.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub global_partner_ids: Vec<PartnerId>,
        /// Whether it signed the Microsoft Partner Agreement.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        pub agreement_signed: bool,
        /// Whether it has an active account as indirect reseller.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        pub enrolled: bool,
    }
    /// A partnership that the provider's list shows.
    pub struct Relationship {
        /// The reseller's tenant, one of the companies.
        pub tenant_id: TenantId,
        /// Whether the list calls it active.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        pub active: bool,
    }
    /// A customer of the provider.
    pub struct Customer {
        /// Its tenant.
        pub tenant_id: CustomerId,
        /// Its default domain, lower case.
        pub domain: SmolStr,
        /// Its name.
        pub company_name: SmolStr,
        /// Two letters; the provider's country when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub country: Option<SmolStr>,
        /// The tenants of its resellers.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        pub resellers: BTreeSet<TenantId>,
        /// Its account review.
        #[serde(default = "passed", skip_serializing_if = "is_passed")]
        pub review: Review,
        /// Whether the provider holds an administrator role there.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        pub admin_access: bool,
        /// How many one-time passwords were given out.
        #[serde(default, skip_serializing_if = "is_none_given")]
        pub passwords: u32,
        /// Digest of the last one; passwords themselves are never kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password_digest: Option<Digest>,
    }
    /// Product and SKU.
    #[derive(PartialOrd, Ord)]
    pub struct Item {
        /// Such as `CFQ7TTC0LH18`.
        pub product_id: SmolStr,
        /// Such as `0001`.
        pub sku_id: SmolStr,
    }
    /// A subscription of a customer.
    pub struct Subscription {
        /// Its id.
        pub subscription_id: SubscriptionId,
        /// Whose it is.
        pub customer: CustomerId,
        /// Generation.
        #[serde(default = "new_commerce")]
        pub commerce: Commerce,
        /// What sort of thing it is.
        #[serde(default, skip_serializing_if = "Sort::is_seats")]
        pub sort: Sort,
        /// Product and SKU; legacy offers have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub product: Option<Item>,
        /// The catalogue's name.
        #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
        pub offer_name: SmolStr,
        /// The name shown to people.
        #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
        pub friendly_name: SmolStr,
        /// Seats.
        pub quantity: u32,
        /// Status.
        #[serde(default = "active")]
        pub status: Status,
        /// PartnerID of the partner of record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub partner_of_record: Option<PartnerId>,
        /// Commitment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub term: Option<Term>,
        /// Billing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub billing_cycle: Option<BillingCycle>,
        /// Whether it renews.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        pub auto_renew: bool,
        /// What is scheduled for the next term.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scheduled_change: Option<ScheduledChange>,
        /// When the commitment ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub commitment_end: Option<Timestamp>,
        /// The order it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub order: Option<OrderId>,
        /// Seats bought or renewed, oldest first; what of them is younger than seven days can be given back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub seats_added: Vec<SeatsAdded>,
        /// Legacy: who supports it; absent means the provider itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub support_contact: Option<Support>,
        /// Before this it is invisible.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub shows_from: Option<Timestamp>,
    }
    /// Scheduled for the next term.
    pub struct ScheduledChange {
        /// Seats then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quantity: Option<u32>,
        /// Commitment then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub term: Option<Term>,
        /// Billing then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub billing_cycle: Option<BillingCycle>,
    }
    /// Seats that came at one time.
    pub struct SeatsAdded {
        /// How many are left of them.
        pub quantity: u32,
        /// When.
        pub at: Timestamp,
    }
    /// Who supports a subscription.
    pub struct Support {
        /// `supportTenantId`.
        pub tenant_id: TenantId,
        /// `supportMpnId`.
        pub partner_id: PartnerId,
    }
    /// An order, always of one line.
    pub struct Order {
        /// Its id.
        pub order_id: OrderId,
        /// Whose it is.
        pub customer: CustomerId,
        /// What it brought.
        pub subscription: SubscriptionId,
        /// When.
        pub created_on: Timestamp,
        /// The cart it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cart: Option<CartId>,
        /// The buyer's reference.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reference: Option<SmolStr>,
    }
    /// A cart with its one line. Lives seven days; kept after that, so that no id comes twice.
    pub struct Cart {
        /// Its id.
        pub cart_id: CartId,
        /// Who buys.
        pub customer: CustomerId,
        /// When it stops being there.
        pub expires: Timestamp,
        /// The order it became.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub order: Option<OrderId>,
        /// Product and SKU.
        pub product: Item,
        /// Seats.
        pub quantity: u32,
        /// Commitment.
        pub term: Term,
        /// Billing.
        pub billing_cycle: BillingCycle,
        /// PartnerID of the partner of record.
        pub partner_of_record: PartnerId,
        /// The name shown to people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub friendly_name: Option<SmolStr>,
        /// The buyer's reference.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reference: Option<SmolStr>,
        /// Promotion id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub promotion: Option<SmolStr>,
    }
    /// That a customer signed the Microsoft Customer Agreement.
    pub struct Agreement {
        /// Who signed.
        pub customer: CustomerId,
        /// When.
        pub signed_on: Timestamp,
    }
    /// A product of the catalogue.
    pub struct CatalogEntry {
        /// Such as `CFQ7TTC0LH18`.
        pub product_id: SmolStr,
        /// Such as `0001`.
        pub sku_id: SmolStr,
        /// Its name.
        pub name: SmolStr,
        /// In which forms it is sold.
        pub availabilities: Vec<Availability>,
    }
    /// One form in which a product is sold.
    pub struct Availability {
        /// Such as `CFQ7TTC0K18P`.
        pub id: SmolStr,
        /// Where; empty means everywhere.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub countries: Vec<SmolStr>,
        /// Commitment.
        pub term: Term,
        /// Billing.
        pub billing_cycle: BillingCycle,
        /// Fewest seats.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        pub min_seats: u32,
        /// Most seats.
        #[serde(default = "many", skip_serializing_if = "is_many")]
        pub max_seats: u32,
    }
    /// A domain that belongs to somebody who is no customer of ours (yet).
    pub struct TakenDomain {
        /// Lower case.
        pub domain: SmolStr,
        /// Whose; needed if it is to accept an invitation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tenant_id: Option<CustomerId>,
        /// The name of whoever has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub company_name: Option<SmolStr>,
        /// Its country.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub country: Option<SmolStr>,
    }
    /// That somebody changed something. Source: learn, auditing-resources.
    pub struct AuditRecord {
        /// When.
        pub at: Timestamp,
        /// `operationType`, such as `update_subscription`.
        pub operation: SmolStr,
        /// Who.
        pub by: By,
        /// Whose object it is, if a customer's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub customer: Option<CustomerId>,
        /// Id of the object.
        pub resource: SmolStr,
        /// What it was, in a few words; never a password.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub old: Option<SmolStr>,
        /// What it is now, in a few words; never a password.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub new: Option<SmolStr>,
    }
    /// What was answered to a request, so that its repeat has no second effect.
    pub struct Reply {
        /// `MS-RequestId`.
        pub request: RequestId,
        /// Digest of the operation.
        pub operation: Digest,
        /// What it was, without secrets.
        pub effect: ReplyEffect,
    }
}

wire! {
    /// A line after the header.
    pub enum Line {
        /// A company.
        Company(Company),
        /// A product.
        Product(CatalogEntry),
        /// A domain of somebody else's.
        TakenDomain(TakenDomain),
        /// A partnership.
        Relationship(Relationship),
        /// A customer.
        Customer(Customer),
        /// A signed agreement.
        Agreement(Agreement),
        /// A subscription.
        Subscription(Subscription),
        /// An order.
        Order(Order),
        /// A cart; only in the living copy.
        Cart(Cart),
        /// A remembered reply; only in the living copy.
        Reply(Reply),
        /// An audit record.
        Audit(AuditRecord),
    }
    /// Who changed something.
    pub enum By {
        /// A program, by its name.
        Application(SmolStr),
        /// A person in a portal.
        User(SmolStr),
    }
    /// A remembered effect; passwords are not remembered.
    pub enum ReplyEffect {
        /// A customer was created.
        CustomerCreated {
            /// Which.
            customer: CustomerId,
        },
        /// A password was reset.
        PasswordReset {
            /// Whose.
            customer: CustomerId,
            /// The how-manieth it was.
            number: u32,
        },
        /// A cart was made.
        CartMade {
            /// Which.
            cart: CartId,
        },
        /// A cart was checked out.
        CheckedOut {
            /// As which order.
            order: OrderId,
            /// What the first reply named.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            subscription: Option<SubscriptionId>,
        },
        /// A field was set.
        Changed {
            /// Whether it showed at once.
            visible: Visible,
        },
    }
}

/// What sort of thing a subscription is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Sort {
    /// Licences.
    #[default]
    Seats,
    /// An Azure reservation: neither its partner of record nor its quantity changes.
    Reservation,
    /// An Azure savings plan: the same.
    SavingsPlan,
}
impl Sort {
    /// Whether it is licences.
    #[must_use]
    pub fn is_seats(&self) -> bool {
        match self {
            Self::Seats => true,
            Self::Reservation | Self::SavingsPlan => false,
        }
    }
}

impl From<&Product> for Item {
    fn from(product: &Product) -> Self {
        Self { product_id: product.product.clone(), sku_id: product.sku.clone() }
    }
}
impl From<&Item> for Product {
    fn from(item: &Item) -> Self {
        Self { product: item.product_id.clone(), sku: item.sku_id.clone() }
    }
}
impl CatalogEntry {
    /// Product and SKU.
    #[must_use]
    pub fn item(&self) -> Item {
        Item { product_id: self.product_id.clone(), sku_id: self.sku_id.clone() }
    }
}
impl From<&SupportContact> for Support {
    fn from(contact: &SupportContact) -> Self {
        Self { tenant_id: contact.tenant, partner_id: contact.partner.clone() }
    }
}
impl From<&Support> for SupportContact {
    fn from(support: &Support) -> Self {
        Self { tenant: support.tenant_id, partner: support.partner_id.clone() }
    }
}
impl Cart {
    /// An open cart of one line.
    pub(super) fn new(id: CartId, customer: CustomerId, line: &CartLine, expires: Timestamp) -> Self {
        let CartLine { product, quantity, term, billing_cycle, partner_of_record, friendly_name, reference, promotion } =
            line;
        Self {
            cart_id: id,
            customer,
            expires,
            order: None,
            product: product.into(),
            quantity: *quantity,
            term: *term,
            billing_cycle: *billing_cycle,
            partner_of_record: partner_of_record.clone(),
            friendly_name: friendly_name.clone(),
            reference: reference.clone(),
            promotion: promotion.clone(),
        }
    }
}

mod delay {
    //! A span as text with a unit, such as `15m`.
    use crate::model::Span;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use smol_str::SmolStr;

    pub(super) fn none() -> Span {
        Span::seconds(0)
    }
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    pub(super) fn is_none(span: &Span) -> bool {
        span.as_seconds() == 0
    }
    pub(super) fn serialize<S: Serializer>(span: &Span, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}s", span.as_seconds()))
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        SmolStr::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

fn yes() -> bool {
    true
}
fn is_yes(value: &bool) -> bool {
    *value
}
fn one() -> u32 {
    1
}
fn is_one(value: &u32) -> bool {
    *value == 1
}
fn many() -> u32 {
    10_000
}
fn is_many(value: &u32) -> bool {
    *value == many()
}
fn is_zero(value: &u64) -> bool {
    *value == 0
}
fn is_none_given(value: &u32) -> bool {
    *value == 0
}
fn passed() -> Review {
    Review::Passed
}
fn is_passed(value: &Review) -> bool {
    *value == Review::Passed
}
fn new_commerce() -> Commerce {
    Commerce::New
}
fn active() -> Status {
    Status::Active
}
