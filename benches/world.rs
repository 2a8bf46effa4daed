//! A project and its tenant of any size, computed from numbers: five subscriptions a customer, a customer's reseller by
//! turns, one subscription in a hundred with another quantity. Holds nothing but its size.

use smol_str::{SmolStr, format_smolstr};
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use twotier::backend::Observe;
use twotier::model::product::Commerce;
use twotier::model::{BillingCycle, CustomerId, PartnerId, Product, SubscriptionId, TenantId, Term, Timestamp};
use twotier::observed::{
    AddressCheck, Answer, AtEnd, Customer, PartnerCheck, Read, Relationship, ResellerStatus, Review, Sold, Status,
    Subscription, SubscriptionDetail, Why,
};

/// Subscriptions a customer.
const EACH: u64 = 5;
/// Customers a file.
const FILE: u64 = 100;

/// A world of so many subscriptions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    /// How many.
    pub(crate) subscriptions: u64,
}

/// Whether the manifests ask for something else than what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manifests {
    /// Nothing differs.
    AsItIs,
    /// One quantity in a hundred.
    Changed,
}

fn id(kind: u8, number: u64) -> [u8; 16] {
    let mut bytes = [kind, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 0];
    bytes[10..].copy_from_slice(&number.to_be_bytes()[2..]);
    bytes
}

fn number(bytes: &[u8; 16]) -> u64 {
    bytes[10..].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl World {
    /// The provider's tenant.
    pub(crate) fn provider(self) -> TenantId {
        TenantId::from_bytes(id(0x11, 1))
    }
    /// When it is.
    pub(crate) fn now(self) -> Timestamp {
        Timestamp::from_seconds(1_795_424_400)
    }
    fn customers(self) -> u64 {
        self.subscriptions.div_ceil(EACH)
    }
    fn resellers(self) -> u64 {
        (self.customers() / 200).clamp(1, 5000)
    }
    fn reseller_of(self, customer: u64) -> u64 {
        customer % self.resellers()
    }
    fn partner_id(reseller: u64) -> SmolStr {
        format_smolstr!("{}", 4_100_000 + reseller)
    }
    fn quantity(self, subscription: u64, manifests: Manifests) -> u64 {
        let there = 5 + subscription % 40;
        match manifests {
            Manifests::Changed if subscription % 100 == 37 => there + 1,
            Manifests::Changed | Manifests::AsItIs => there,
        }
    }

    /// Writes the manifests below a folder.
    pub(crate) fn write(self, folder: &Path, manifests: Manifests) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("partnerships.yaml"), self.partnerships().map_err(io::Error::other)?)?;
        for file in 0..self.customers().div_ceil(FILE) {
            let mut text = String::new();
            for customer in file * FILE..((file + 1) * FILE).min(self.customers()) {
                self.customer_document(&mut text, customer, manifests).map_err(io::Error::other)?;
            }
            std::fs::write(folder.join(format!("customers-{file:05}.yaml")), text)?;
        }
        Ok(())
    }

    fn partnerships(self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        writeln!(text, "apiVersion: twotier/v1\nkind: Provider\nmetadata:\n  name: distri\nspec:")?;
        writeln!(text, "  tenantId: {}\n  partnerId: \"4000001\"\n  country: \"HU\"", self.provider())?;
        for reseller in 0..self.resellers() {
            let tenant = TenantId::from_bytes(id(0xfa, reseller));
            writeln!(text, "---\napiVersion: twotier/v1\nkind: Partnership\nmetadata:\n  name: r{reseller}\nspec:")?;
            writeln!(text, "  reseller:\n    displayName: Reseller {reseller}\n    tenantId: {tenant}")?;
            writeln!(text, "    partnerIds: [\"{}\"]\n    country: \"HU\"", Self::partner_id(reseller))?;
            writeln!(text, "    contact:\n      email: csp@r{reseller}.example\n  ensure: active")?;
        }
        Ok(text)
    }

    fn customer_document(self, text: &mut String, customer: u64, manifests: Manifests) -> std::fmt::Result {
        let tenant = CustomerId::from_bytes(id(0xc0, customer));
        let reseller = self.reseller_of(customer);
        writeln!(text, "---\napiVersion: twotier/v1\nkind: Customer\nmetadata:\n  name: c{customer}\nspec:")?;
        writeln!(text, "  tenantId: {tenant}\n  reseller: r{reseller}\n  subscriptions:")?;
        for subscription in self.subscriptions_of(customer) {
            let id = SubscriptionId::from_bytes(id(0x50, subscription));
            writeln!(text, "    s{}:\n      subscriptionId: {id}", subscription % EACH)?;
            writeln!(text, "      product:\n        productId: CFQ7TTC0LH18\n        skuId: \"0001\"")?;
            writeln!(text, "      quantity: {}", self.quantity(subscription, manifests))?;
            writeln!(text, "      term: P1Y\n      billingCycle: annual\n      partnerOfRecord: r{reseller}")?;
            writeln!(text, "      friendlyName: Microsoft 365 of customer {customer}")?;
        }
        Ok(())
    }

    fn subscriptions_of(self, customer: u64) -> std::ops::Range<u64> {
        customer * EACH..((customer + 1) * EACH).min(self.subscriptions)
    }
    fn relationship(reseller: u64) -> Relationship {
        Relationship {
            tenant: TenantId::from_bytes(id(0xfa, reseller)),
            name: format_smolstr!("Reseller {reseller}"),
            partner_id: Some(PartnerId::new(Self::partner_id(reseller))),
            country: Some("HU".into()),
            active: true,
        }
    }
    fn customer(customer: u64) -> Customer {
        Customer {
            id: CustomerId::from_bytes(id(0xc0, customer)),
            domain: format_smolstr!("c{customer}.onmicrosoft.com"),
            company_name: format_smolstr!("Customer {customer}"),
        }
    }
    fn subscription(self, subscription: u64) -> Subscription {
        let customer = subscription / EACH;
        Subscription {
            id: SubscriptionId::from_bytes(id(0x50, subscription)),
            product: Some(Product { product: "CFQ7TTC0LH18".into(), sku: "0001".into() }),
            offer_name: "Microsoft 365 Business Basic".into(),
            friendly_name: format_smolstr!("Microsoft 365 of customer {customer}"),
            commerce: Commerce::New,
            partner_changeable: true,
            quantity: u32::try_from(self.quantity(subscription, Manifests::AsItIs)).unwrap_or(u32::MAX),
            status: Status::Active,
            partner_of_record: Some(PartnerId::new(Self::partner_id(self.reseller_of(customer)))),
            term: Some(Term::P1Y),
            billing_cycle: Some(BillingCycle::Annual),
            at_end: AtEnd::SAME_AGAIN,
            commitment_end: Some(Timestamp::from_seconds(1_810_000_000)),
            order: None,
        }
    }
}

impl Observe for World {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        Ok(match read {
            Read::Relationships => Answer::Relationships((0..self.resellers()).map(Self::relationship).collect()),
            Read::Customers => Answer::Customers((0..self.customers()).map(Self::customer).collect()),
            Read::CustomersOf(reseller) => {
                let first = usize::try_from(number(reseller.as_bytes())).unwrap_or(usize::MAX);
                let step = usize::try_from(self.resellers()).unwrap_or(usize::MAX);
                Answer::Customers((0..self.customers()).skip(first).step_by(step).map(Self::customer).collect())
            }
            Read::ResellersOf(customer) => {
                let reseller = self.reseller_of(number(customer.as_bytes()));
                Answer::Resellers(vec![TenantId::from_bytes(id(0xfa, reseller))])
            }
            Read::Subscriptions(customer) => {
                let all = self.subscriptions_of(number(customer.as_bytes()));
                Answer::Subscriptions(all.map(|subscription| self.subscription(subscription)).collect())
            }
            Read::Subscription(_, subscription) => Answer::Subscription(Box::new(SubscriptionDetail {
                subscription: self.subscription(number(subscription.as_bytes())),
                refundable: 0,
                refundable_until: None,
            })),
            Read::Agreement(_) => Answer::Agreement(true),
            Read::AccountReview(_) => Answer::AccountReview(Review::Passed),
            Read::Country(_) => Answer::Country("HU".into()),
            Read::Domain(_) => Answer::Domain(false),
            Read::PostalAddress(_) => Answer::PostalAddress(AddressCheck::Passes),
            Read::Offer(_) => Answer::Offer(Sold { ways: 1, ..Sold::default() }),
            Read::PartnerProfile(_) => Answer::PartnerProfile("Reseller".into()),
            Read::PartnerId(_) => Answer::PartnerId(PartnerCheck::Valid),
            Read::ResellerByTenant(_) | Read::ResellerByPartnerId(_) => Answer::Reseller(ResellerStatus::Signed),
            Read::SupportContact(..) | Read::InvitationLink(_) | Read::Cart(..) => Answer::NotThere,
        })
    }
}
