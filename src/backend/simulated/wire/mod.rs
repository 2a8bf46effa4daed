//! What a tenant holds, one type a kind of line of a tenant file; the simulated tenant keeps these records as they stand.
//! Shared with no client, so that a wrong key cannot agree with itself. Never decides anything.

macro_rules! record {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "a mapping of fields, as the tenant file has it")]
        pub struct $name { $($body)* }
    )*};
}

mod commerce;
mod defaults;
mod party;

pub use commerce::{
    Availability, Cart, CatalogEntry, Item, Order, ScheduledAction, ScheduledChange, SeatsAdded, Sort, Subscription,
    Support,
};
pub use party::{Agreement, Company, Customer, Relationship, TakenDomain};

use crate::model::digest::Digest;
use crate::model::operation::Visible;
use crate::model::{
    CartId, CustomerId, OrderId, PartnerId, RequestId, Span, SubscriptionChange, SubscriptionId, TenantId, Timestamp,
};
use crate::observed::Review;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

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
        #[serde(default = "defaults::delay::none", with = "defaults::delay", skip_serializing_if = "defaults::delay::is_none")]
        pub orders_show_after: Span,
        /// How long a change of a subscription is only accepted (202), such as `1h`.
        #[serde(default = "defaults::delay::none", with = "defaults::delay", skip_serializing_if = "defaults::delay::is_none")]
        pub changes_show_after: Span,
        /// How the account review of a new customer begins.
        #[serde(default = "defaults::passed", skip_serializing_if = "defaults::is_passed")]
        pub new_customers: Review,
        /// How often the living copy was written; absent in a seed.
        #[serde(default, skip_serializing_if = "defaults::is_zero")]
        pub revision: u64,
        /// The name of the file that the living copy began as; absent in a seed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seed: Option<SmolStr>,
    }
    /// A change that is accepted and not made yet.
    pub struct Pending {
        /// Whose.
        pub customer: CustomerId,
        /// Which.
        pub subscription: SubscriptionId,
        /// What.
        pub change: SubscriptionChange,
        /// From when on it shows.
        pub shows_from: Timestamp,
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
        /// A change accepted and not made yet; only in the living copy.
        Pending(Pending),
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
