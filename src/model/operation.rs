//! Everything the API may be asked to change, and what it answers: a closed list, with live ids only.
//! Never says why, in what order, or on whose approval; that is the plan's.

use super::id::{CartId, CustomerId, OrderId, PartnerId, SubscriptionId, TenantId};
use super::product::{BillingCycle, Product, Term};
use super::renewal::Renewal;
use super::secret::Secret;
use super::time::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A postal address, as the API checks it. Source: learn, validate-an-address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostalAddress {
    /// Two upper-case letters.
    pub country: SmolStr,
    /// State or province; required and checked in US, CA, CN and MX only.
    pub state: Option<SmolStr>,
    /// City.
    pub city: SmolStr,
    /// Postal code.
    pub postal_code: SmolStr,
    /// First line, 1 to 200 characters.
    pub line1: SmolStr,
    /// Second line.
    pub line2: Option<SmolStr>,
    /// Mandatory where the registration number is. Source: learn, create-a-customer.
    pub phone: Option<SmolStr>,
}

/// Who is billed. Source: learn, create-a-customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BillingContact {
    /// Given name.
    pub first_name: SmolStr,
    /// Family name.
    pub last_name: SmolStr,
    /// Not @microsoft.com, not the partner's own domain.
    pub email: SmolStr,
    /// Such as `hu-HU`.
    pub culture: SmolStr,
    /// Such as `hu`.
    pub language: SmolStr,
}

/// A customer to create for an indirect reseller. Source: learn, create-a-customer-for-an-indirect-reseller.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewCustomer {
    /// The whole domain, `prefix.onmicrosoft.com`, lower case.
    pub domain: SmolStr,
    /// Legal name.
    pub company_name: SmolStr,
    /// Required in some countries, refused in others.
    pub registration_number: Option<SmolStr>,
    /// Who is billed.
    pub billing: BillingContact,
    /// Where.
    pub address: PostalAddress,
    /// `AssociatedPartnerId`, the reseller's tenant: omitted it would silently become a direct customer, so it is not optional.
    pub reseller: TenantId,
    /// `enableGDAPByDefault`, always sent because its absence means yes. Source: learn, gdap-faq.
    pub default_admin_access: bool,
}

/// What a cart holds; always one line. Source: learn, create-a-cart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CartLine {
    /// What is bought; the availability is resolved by the call itself and must be exactly one.
    pub product: Product,
    /// Seats.
    pub quantity: u32,
    /// Commitment.
    pub term: Term,
    /// Billing.
    pub billing_cycle: BillingCycle,
    /// `participants[].transaction_reseller`. An order without it is booked silently without a reseller, so it is not optional.
    pub partner_of_record: PartnerId,
    /// The name shown to people.
    pub friendly_name: Option<SmolStr>,
    /// Our reference.
    pub reference: Option<SmolStr>,
    /// Promotion id.
    pub promotion: Option<SmolStr>,
    /// `customTermEndDate`: an end of the first term before its whole length. Source: learn, create-a-cart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Date>,
}

/// One field of a subscription; a PATCH sets one and sends the rest back as freshly read.
/// Source: learn, update-a-subscription-by-id (PATCH replaces).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SubscriptionChange {
    /// `partnerId`.
    PartnerOfRecord(PartnerId),
    /// `quantity`.
    Quantity(u32),
    /// `friendlyName`.
    FriendlyName(SmolStr),
    /// `autoRenewEnabled` with what is scheduled for the end of the term; a new term in full.
    Renewal(Renewal),
}

/// Who supports a subscription. Source: learn, update-a-subscription-s-support-contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupportContact {
    /// `supportTenantId`.
    pub tenant: TenantId,
    /// `supportMpnId`.
    pub partner: PartnerId,
}

/// One call that changes something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// `POST /v1/customers`
    CreateCustomer(Box<NewCustomer>),
    /// `PATCH /v1/customers/{c}/users/{u}/resetpassword` of the first administrator; the adapter makes the password.
    ResetAdminPassword {
        /// Whose administrator.
        customer: CustomerId,
    },
    /// `POST /v1/customers/{c}/carts`
    MakeCart {
        /// Who buys.
        customer: CustomerId,
        /// What.
        line: Box<CartLine>,
    },
    /// `POST /v1/customers/{c}/carts/{id}/checkout`, safe to repeat for the same cart. Source: learn, checkout-a-cart.
    CheckOut {
        /// Who buys.
        customer: CustomerId,
        /// The cart made before.
        cart: CartId,
    },
    /// `PATCH /v1/customers/{c}/subscriptions/{s}`
    ChangeSubscription {
        /// Whose.
        customer: CustomerId,
        /// Which.
        subscription: SubscriptionId,
        /// What.
        change: SubscriptionChange,
    },
    /// `PUT /v1/customers/{c}/subscriptions/{s}/supportcontact`, legacy only.
    SetSupportContact {
        /// Whose.
        customer: CustomerId,
        /// Which.
        subscription: SubscriptionId,
        /// To whom.
        contact: SupportContact,
    },
}

/// What a performed operation answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The customer exists; its password is shown this once.
    CustomerCreated {
        /// Its tenant.
        customer: CustomerId,
        /// Login of the first administrator, whole.
        user: SmolStr,
        /// The one-time password; absent when the call was a repeat of one whose reply was lost.
        password: Option<Secret>,
    },
    /// A new one-time password.
    PasswordReset {
        /// Login of the administrator, whole.
        user: SmolStr,
        /// The password.
        password: Secret,
    },
    /// The cart exists.
    CartMade {
        /// Its id.
        cart: CartId,
    },
    /// The cart is an order.
    CheckedOut {
        /// The order.
        order: OrderId,
        /// The subscription, when the reply already names it.
        subscription: Option<SubscriptionId>,
    },
    /// The field is set (200), or accepted to be set later (202).
    Changed {
        /// Whether it can be read back already.
        visible: Visible,
    },
}

/// Whether an effect shows at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Visible {
    /// It can be read back.
    Now,
    /// Accepted; it will show later.
    Later,
}
