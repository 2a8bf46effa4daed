//! Every call the client makes, as one table: whose token it needs, and within which documented limit it counts.

use super::Caller;

/// A call of Partner Center, told apart as far as tokens, limits and codes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Call {
    /// `GET /v1/relationships`
    Relationships,
    /// `GET /v1/customers`
    Customers,
    /// `GET /v1/customers?filter=` by reseller
    CustomersOf,
    /// `GET /v1/customers/{c}`
    Customer,
    /// `GET /v1/customers/{c}/organization`
    Organization,
    /// `GET /v1/customers/{c}/relationships`
    ResellersOf,
    /// `GET /v1/customers/{c}/subscriptions`
    Subscriptions,
    /// `GET /v1/customers/{c}/subscriptions/{s}`
    Subscription,
    /// `GET ../supportcontact`
    SupportContact,
    /// `GET /v1/customers/{c}/directSignedMicrosoftCustomerAgreementStatus`
    DirectSigned,
    /// `GET /v1/customers/{c}/agreements`
    Agreements,
    /// `GET /v1/customers/{c}/validationStatus`
    AccountReview,
    /// `HEAD /v1/domains/{d}`
    Domain,
    /// `POST /v1/validations/address`
    PostalAddress,
    /// `GET /v1/products/{p}/skus/{s}/availabilities`
    Availabilities,
    /// `POST /v1/partners/validateresellers`
    ValidateResellers,
    /// `GET /v1/compliance/csp/agreementstatus`
    AgreementStatus,
    /// `GET /v1/customers/relationshiprequests`
    InvitationLink,
    /// `GET /v1/customers/{c}/carts/{id}`
    Cart,
    /// `GET /v1/customers/{c}/orders`
    Orders,
    /// `GET /v1/customers/{c}/users`
    Users,
    /// `GET /v1/profiles/..`
    Profile,
    /// `GET /v1/auditrecords`
    Audit,
    /// `POST /v1/customers`
    CreateCustomer,
    /// `PATCH ../users/{u}/resetpassword`
    ResetPassword,
    /// `POST /v1/customers/{c}/carts`
    MakeCart,
    /// `POST ../carts/{id}/checkout`
    CheckOut,
    /// `PATCH /v1/customers/{c}/subscriptions/{s}`
    ChangeSubscription,
    /// `PUT ../supportcontact`
    SetSupportContact,
}

/// What calls are counted against together. Source: learn, api-throttling-guidance (limits are per API and partner tenant,
/// or per API, partner and customer tenant; which is which is not told).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Resource {
    /// The customer resource.
    Customers,
    /// The subscription resource.
    Subscriptions,
    /// Orders and carts.
    Orders,
    /// The catalogue.
    Products,
    /// Checks of resellers and partnerships.
    Partners,
    /// Agreements of customers.
    Agreements,
    /// Users of customers.
    Users,
    /// Everything small.
    Other,
}
impl Resource {
    /// The word it is counted under.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Subscriptions => "subscriptions",
            Self::Orders => "orders",
            Self::Products => "products",
            Self::Partners => "partners",
            Self::Agreements => "agreements",
            Self::Users => "users",
            Self::Other => "other",
        }
    }
}

impl Call {
    /// Within which limit it counts.
    pub(super) fn resource(self) -> Resource {
        match self {
            Self::Customers
            | Self::CustomersOf
            | Self::Customer
            | Self::Organization
            | Self::CreateCustomer
            | Self::AccountReview => Resource::Customers,
            Self::Subscriptions
            | Self::Subscription
            | Self::SupportContact
            | Self::ChangeSubscription
            | Self::SetSupportContact => Resource::Subscriptions,
            Self::Cart | Self::Orders | Self::MakeCart | Self::CheckOut => Resource::Orders,
            Self::Availabilities => Resource::Products,
            Self::Relationships
            | Self::ResellersOf
            | Self::InvitationLink
            | Self::ValidateResellers
            | Self::AgreementStatus => Resource::Partners,
            Self::DirectSigned | Self::Agreements => Resource::Agreements,
            Self::Users | Self::ResetPassword => Resource::Users,
            Self::Domain | Self::PostalAddress | Self::Profile | Self::Audit => Resource::Other,
        }
    }
    /// Whose token it needs. Source: learn, the prerequisites on the page of each call.
    pub(super) fn caller(self) -> Caller {
        match self {
            Self::Relationships
            | Self::CustomersOf
            | Self::ResellersOf
            | Self::SupportContact
            | Self::DirectSigned
            | Self::Agreements
            | Self::AccountReview
            | Self::AgreementStatus
            | Self::InvitationLink
            | Self::Users
            | Self::Profile
            | Self::CreateCustomer
            | Self::ResetPassword
            // An order for the customer of an indirect reseller.
            | Self::MakeCart
            | Self::CheckOut
            | Self::SetSupportContact => Caller::AppUser,
            Self::Customers
            | Self::Customer
            | Self::Organization
            | Self::Subscriptions
            | Self::Subscription
            | Self::Domain
            | Self::PostalAddress
            | Self::Availabilities
            | Self::ValidateResellers
            | Self::Cart
            | Self::Orders
            | Self::Audit
            | Self::ChangeSubscription => Caller::Any,
        }
    }
}
