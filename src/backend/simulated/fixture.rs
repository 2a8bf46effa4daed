//! A small world for the tests of this folder. Never compiled into the product.

use super::seed;
use super::tenant::Tenant;
use crate::backend::BackendError;
use crate::model::operation::{BillingContact, CartLine, PostalAddress};
use crate::model::{
    BillingCycle, CartId, CustomerId, Effect, NewCustomer, Operation, PartnerId, Product, RequestId,
    SubscriptionChange, SubscriptionId, TenantId, Term,
};

/// Fabrikam is partnered; Northwind could be; Tailspin has not signed, Wingtip is American, Litware is not enrolled.
/// Contoso signed, Adatum did not; both are Fabrikam's.
pub(super) const WORLD: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111","4811112"],"globalPartnerIds":["4899999"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000002","name":"Northwind","country":"SK","partnerIds":["4822222"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000003","name":"Tailspin","country":"HU","partnerIds":["4833333"],"agreementSigned":false}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000004","name":"Wingtip","country":"US","partnerIds":["4844444"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000005","name":"Litware","country":"HU","partnerIds":["4855555"],"enrolled":false}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"product":{"productId":"CFQ7TTC0AAAA","skuId":"0001","name":"Backup","availabilities":[{"id":"A1","countries":["HU","SK"],"term":"P1M","billingCycle":"monthly","minSeats":2,"maxSeats":300},{"id":"A2","term":"P1Y","billingCycle":"annual"},{"id":"A3","term":"P1Y","billingCycle":"annual"}]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"Contoso.onmicrosoft.com","companyName":"Contoso","resellers":["fab00000-0000-4000-8000-000000000001"]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000002","domain":"adatum.onmicrosoft.com","companyName":"Adatum","resellers":["fab00000-0000-4000-8000-000000000001"],"adminAccess":false}}
{"agreement":{"customer":"c0000000-0000-4000-8000-000000000001","signedOn":"2026-01-05T00:00:00Z"}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000001","customer":"c0000000-0000-4000-8000-000000000001","product":{"productId":"CFQ7TTC0AAAA","skuId":"0001"},"offerName":"Backup","friendlyName":"backup","quantity":25,"partnerOfRecord":"4811111","term":"P1M","billingCycle":"monthly","commitmentEnd":"2026-12-20T00:00:00Z","seatsAdded":[{"quantity":5,"at":"2026-11-20T09:00:00Z"},{"quantity":20,"at":"2026-10-20T09:00:00Z"}],"scheduledChange":{"quantity":20}}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000002","customer":"c0000000-0000-4000-8000-000000000001","commerce":"legacy","offerName":"Exchange","quantity":10}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000003","customer":"c0000000-0000-4000-8000-000000000001","sort":"reservation","offerName":"VM","quantity":1,"partnerOfRecord":"4811111"}}

{"takenDomain":{"domain":"fourthcoffee.onmicrosoft.com","tenantId":"c0000000-0000-4000-8000-000000000009","companyName":"Fourth Coffee"}}
{"takenDomain":{"domain":"gone.onmicrosoft.com"}}
"#;

pub(super) fn tenant() -> Tenant {
    seed::parse("world", WORLD).expect("the world is well formed")
}

pub(super) fn company(number: u8) -> TenantId {
    format!("fab00000-0000-4000-8000-00000000000{number}").parse().expect("a GUID")
}
pub(super) fn customer(number: u8) -> CustomerId {
    format!("c0000000-0000-4000-8000-00000000000{number}").parse().expect("a GUID")
}
pub(super) fn subscription(number: u8) -> SubscriptionId {
    format!("50000000-0000-4000-8000-00000000000{number}").parse().expect("a GUID")
}
pub(super) fn request(number: u8) -> RequestId {
    RequestId::from_bytes([number; 16])
}

/// The world's new customer: a good one.
pub(super) fn newcomer() -> NewCustomer {
    NewCustomer {
        domain: "proseware.onmicrosoft.com".into(),
        company_name: "Proseware Kft.".into(),
        registration_number: Some("01-09-123456".into()),
        billing: BillingContact {
            first_name: "Anna".into(),
            last_name: "Nagy".into(),
            email: "anna@proseware.example".into(),
            culture: "hu-HU".into(),
            language: "hu".into(),
        },
        address: PostalAddress {
            country: "HU".into(),
            state: None,
            city: "Budapest".into(),
            postal_code: "1051".into(),
            line1: "Fő utca 1.".into(),
            line2: None,
            phone: Some("+3615551234".into()),
        },
        reseller: company(1),
        default_admin_access: true,
    }
}
pub(super) fn create(new: &NewCustomer) -> Operation {
    Operation::CreateCustomer(Box::new(new.clone()))
}
/// Five seats of the product sold once in Hungary.
pub(super) fn line() -> CartLine {
    CartLine {
        product: Product { product: "CFQ7TTC0AAAA".into(), sku: "0001".into() },
        quantity: 5,
        term: Term::P1M,
        billing_cycle: BillingCycle::Monthly,
        partner_of_record: PartnerId::new("4811111"),
        friendly_name: None,
        reference: Some("PO-1".into()),
        promotion: None,
        end_date: None,
    }
}
pub(super) fn cart_of(buyer: u8, line: CartLine) -> Operation {
    Operation::MakeCart { customer: customer(buyer), line: Box::new(line) }
}
pub(super) fn check_out(buyer: u8, cart: &CartId) -> Operation {
    Operation::CheckOut { customer: customer(buyer), cart: cart.clone() }
}
pub(super) fn patch(number: u8, change: SubscriptionChange) -> Operation {
    Operation::ChangeSubscription { customer: customer(1), subscription: subscription(number), change }
}
pub(super) fn made(effect: Effect) -> CartId {
    match effect {
        Effect::CartMade { cart } => cart,
        Effect::CustomerCreated { .. }
        | Effect::PasswordReset { .. }
        | Effect::CheckedOut { .. }
        | Effect::Changed { .. } => panic!("no cart: {effect:?}"),
    }
}
/// The code of a refusal; 1 for every other outcome, which no refusal has.
pub(super) fn code(result: Result<Effect, BackendError>) -> u32 {
    match result {
        Err(BackendError::Refused { code, text: _ }) => code,
        Ok(_)
        | Err(
            BackendError::Denied(_)
            | BackendError::Later { .. }
            | BackendError::Throttled { .. }
            | BackendError::Transient(_)
            | BackendError::Unknown(_),
        ) => 1,
    }
}
