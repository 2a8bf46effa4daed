//! The kinds of operations and reads, as scripts name them. Never carries what a call is about.

use crate::model::{Operation, SubscriptionChange};
use crate::observed::Read;
use serde::{Deserialize, Serialize};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OperationKind {
    /// A customer is created.
    CreateCustomer,
    /// A password is reset.
    ResetAdminPassword,
    /// A cart is made.
    MakeCart,
    /// A cart is checked out.
    CheckOut,
    /// The partner of record is set.
    SetPartnerOfRecord,
    /// The quantity is changed.
    ChangeQuantity,
    /// A subscription is renamed.
    RenameSubscription,
    /// A renewal is set.
    ScheduleRenewal,
    /// A support contact is set.
    SetSupportContact,
}
impl OperationKind {
    /// Of an operation.
    #[must_use]
    pub fn of(operation: &Operation) -> Self {
        match operation {
            Operation::CreateCustomer(_) => Self::CreateCustomer,
            Operation::ResetAdminPassword { customer: _ } => Self::ResetAdminPassword,
            Operation::MakeCart { customer: _, line: _ } => Self::MakeCart,
            Operation::CheckOut { customer: _, cart: _ } => Self::CheckOut,
            Operation::ChangeSubscription { customer: _, subscription: _, change } => match change {
                SubscriptionChange::PartnerOfRecord(_) => Self::SetPartnerOfRecord,
                SubscriptionChange::Quantity(_) => Self::ChangeQuantity,
                SubscriptionChange::FriendlyName(_) => Self::RenameSubscription,
                SubscriptionChange::Renewal(_) => Self::ScheduleRenewal,
            },
            Operation::SetSupportContact { customer: _, subscription: _, contact: _ } => Self::SetSupportContact,
        }
    }
}

macro_rules! read_kinds {
    ($($(#[$doc:meta])* $name:ident $pattern:tt;)*) => {
        /// What a read asks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum ReadKind { $($(#[$doc])* $name,)* }
        impl ReadKind {
            /// Of a read.
            #[must_use]
            pub fn of(read: &Read) -> Self {
                match read { $(read_kinds!(@ $name $pattern) => Self::$name,)* }
            }
        }
    };
    (@ $name:ident ()) => { Read::$name };
    (@ $name:ident $pattern:tt) => { Read::$name $pattern };
}

read_kinds! {
    /// All indirect resellers.
    Relationships ();
    /// All customers.
    Customers ();
    /// The customers of a reseller.
    CustomersOf (_);
    /// The resellers of a customer.
    ResellersOf (_);
    /// The subscriptions of a customer.
    Subscriptions (_);
    /// One subscription.
    Subscription (_, _);
    /// Who supports a subscription.
    SupportContact (_, _);
    /// Whether the customer signed.
    Agreement (_);
    /// Whether the account is under review.
    AccountReview (_);
    /// The country of a customer.
    Country (_);
    /// Whether a domain is taken.
    Domain (_);
    /// Whether an address passes.
    PostalAddress (_);
    /// How many availabilities an offer has.
    Offer (_);
    /// Whether a PartnerID is valid.
    PartnerId (_);
    /// The name of a PartnerID.
    PartnerProfile (_);
    /// The status of a reseller by tenant.
    ResellerByTenant (_);
    /// The status of a reseller by PartnerID.
    ResellerByPartnerId (_);
    /// The invitation link for a reseller.
    InvitationLink (_);
    /// What became of a cart.
    Cart (_, _);
}
