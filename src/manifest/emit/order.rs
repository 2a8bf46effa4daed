//! The canonical order of fields, as in the schemas: where a field is written and where a missing one is put. Never
//! demands an order of what people wrote.

/// `spec` of a Customer.
pub const CUSTOMER: &[&str] = &[
    "tenantId",
    "domain",
    "create",
    "reseller",
    "otherResellers",
    "contact",
    "supportContact",
    "subscriptions",
    "onDrift",
];
/// A subscription, inline or standalone.
pub const SUBSCRIPTION: &[&str] = &[
    "customer",
    "subscriptionId",
    "product",
    "quantity",
    "term",
    "billingCycle",
    "partnerOfRecord",
    "friendlyName",
    "renewal",
    "purchase",
    "onDrift",
];
/// `renewal` of a subscription.
pub const RENEWAL: &[&str] = &["action", "quantity", "term", "billingCycle", "endDate"];
/// `spec.reseller` of a Partnership.
pub const RESELLER: &[&str] = &["displayName", "tenantId", "partnerIds", "country", "contact", "adminAgentsGroupId"];
/// A `contact`.
pub const CONTACT: &[&str] = &["name", "email", "language"];
/// `metadata`.
pub const METADATA: &[&str] = &["name", "labels", "annotations", "renamedFrom"];
