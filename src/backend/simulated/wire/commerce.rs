//! What is sold: products, subscriptions, orders, carts. Never decides anything.

use super::defaults;
use crate::model::operation::{CartLine, SupportContact};
use crate::model::product::Commerce;
use crate::model::{
    BillingCycle, CartId, CustomerId, Date, OrderId, PartnerId, Product, Renewal, SubscriptionId, TenantId, Term,
    Timestamp,
};
use crate::observed::Status;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

record! {
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
        #[serde(default = "defaults::new_commerce")]
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
        #[serde(default = "defaults::active")]
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
        #[serde(default = "defaults::yes", skip_serializing_if = "defaults::is_yes")]
        pub auto_renew: bool,
        /// What is scheduled for the next term.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scheduled_change: Option<ScheduledChange>,
        /// What is scheduled in place of a next term.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scheduled_action: Option<ScheduledAction>,
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
    #[derive(Default)]
    pub struct ScheduledChange {
        /// Product and SKU then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub product: Option<Item>,
        /// Seats then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quantity: Option<u32>,
        /// Commitment then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub term: Option<Term>,
        /// Billing then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub billing_cycle: Option<BillingCycle>,
        /// A custom end of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_date: Option<Date>,
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
        /// An end of the first term before its whole length.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_date: Option<Date>,
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
        #[serde(default = "defaults::one", skip_serializing_if = "defaults::is_one")]
        pub min_seats: u32,
        /// Most seats.
        #[serde(default = "defaults::many", skip_serializing_if = "defaults::is_many")]
        pub max_seats: u32,
    }
}

/// What happens at the end of a term in place of a next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScheduledAction {
    /// It ends.
    Cancel,
    /// It goes on month by month.
    Extend,
}

impl From<ScheduledAction> for Renewal {
    fn from(action: ScheduledAction) -> Self {
        match action {
            ScheduledAction::Cancel => Self::Cancel,
            ScheduledAction::Extend => Self::Extend,
        }
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
    pub(in super::super) fn new(id: CartId, customer: CustomerId, line: &CartLine, expires: Timestamp) -> Self {
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
        } = line;
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
            end_date: *end_date,
        }
    }
}
