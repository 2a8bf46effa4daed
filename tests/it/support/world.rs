//! Random worlds: a tenant and manifests that want something of it, as plain numbers that shrink well. Never makes
//! manifests with findings of their own; what the tenant holds against them is part of the game.

use proptest::prelude::*;
use std::fmt::{self, Write as _};

/// A tenant and what is wanted of it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) resellers: Vec<Reseller>,
    pub(crate) customers: Vec<Customer>,
    /// Orders show only after so many minutes.
    pub(crate) late: u8,
    /// Whether an invitation link is declared.
    pub(crate) link: bool,
    /// Whose partnership is to end: one that no manifest uses, though the tenant does.
    pub(crate) leaver: Option<Leaver>,
}

/// In one line however it is asked for: a log that is cut still holds the whole case that failed.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resellers, customers, late, link, leaver } = self;
        write!(f, "World {{ resellers: vec!{resellers:?}, customers: vec!{customers:?}, ")?;
        write!(f, "late: {late}, link: {link}, leaver: {leaver:?} }}")
    }
}

/// A reseller that leaves.
#[derive(Clone, Debug)]
pub(crate) struct Leaver {
    /// Whether it is listed still.
    pub(crate) listed: bool,
    /// Whether the tenant has it as a reseller of each customer, by bits.
    pub(crate) customers: u8,
    /// Which subscriptions it holds, by bits over all that are there.
    pub(crate) holds: u8,
    /// Which legacy subscriptions it supports, likewise.
    pub(crate) supports: u8,
    pub(crate) transfer_to: Option<usize>,
    /// Whether every customer is looked through, only the known ones, or nothing is said.
    pub(crate) search: Option<bool>,
    pub(crate) tell: bool,
    /// Whether the day is still to come.
    pub(crate) later: bool,
}

/// A reseller and its partnership.
#[derive(Clone, Debug)]
pub(crate) struct Reseller {
    pub(crate) active: bool,
    pub(crate) signed: bool,
    pub(crate) tenant_written: bool,
}

/// A customer and its document.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    /// Whether it exists already; otherwise it is created.
    pub(crate) exists: bool,
    pub(crate) by_domain: bool,
    pub(crate) agreement: bool,
    /// Whose it is in the tenant, by bits.
    pub(crate) resellers: u8,
    /// Whose it is declared to be.
    pub(crate) reseller: usize,
    pub(crate) other: Option<usize>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) orders: Vec<Order>,
    /// Who supports all of it: the provider (none) or a reseller.
    pub(crate) support: Option<Option<usize>>,
    /// A reseller with a role in its Azure, and whether it is to have it or to lose it.
    pub(crate) access: Option<(usize, bool)>,
}

/// A subscription that is there.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) legacy: bool,
    pub(crate) product: u8,
    pub(crate) quantity: u32,
    pub(crate) partner: Option<usize>,
    pub(crate) suspended: bool,
    /// What is to happen at the end of its term.
    pub(crate) at_end: AtEnd,
    /// What is declared of it, if it is declared.
    pub(crate) wanted: Option<Wanted>,
}

/// What is declared of a subscription.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) quantity: Option<u32>,
    pub(crate) partner: Option<usize>,
    pub(crate) name: bool,
    /// The value of `renewal`.
    pub(crate) renewal: Option<&'static str>,
}

/// What is to happen at the end of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtEnd {
    /// The same again.
    Same,
    /// Three seats.
    Fewer,
    /// Auto-renew is off, and nobody said what then.
    Off,
    Cancel,
    Extend,
}
impl AtEnd {
    /// As a tenant file has it; legacy knows only whether it renews, and what there is already is nothing scheduled.
    fn seed(self, legacy: bool, quantity: u32) -> &'static str {
        match self {
            Self::Same => "",
            Self::Fewer if legacy || quantity == 3 => "",
            Self::Fewer => ",\"scheduledChange\":{\"quantity\":3}",
            Self::Off => ",\"autoRenew\":false",
            Self::Cancel | Self::Extend if legacy => ",\"autoRenew\":false",
            Self::Cancel => ",\"autoRenew\":false,\"scheduledAction\":\"cancel\"",
            Self::Extend => ",\"autoRenew\":false,\"scheduledAction\":\"extend\"",
        }
    }
}

/// What may be declared of a renewal; the last is sold nowhere.
const RENEWALS: [&str; 6] = [
    "{action: renew}",
    "{action: cancel}",
    "{action: extend}",
    "{action: renew, quantity: 7}",
    "{action: renew, quantity: 3, term: P1Y, billingCycle: annual}",
    "{action: renew, term: P3Y}",
];

/// Something to buy.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) product: u8,
    pub(crate) quantity: u32,
    pub(crate) additional: bool,
    /// The value of `renewal`.
    pub(crate) renewal: Option<&'static str>,
    /// When its first term ends.
    pub(crate) end: Option<&'static str>,
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    let reseller = (any::<bool>(), prop::bool::weighted(0.85), any::<bool>())
        .prop_map(|(active, signed, tenant_written)| Reseller { active, signed, tenant_written });
    let resellers = prop::collection::vec(reseller, 1..4);
    let customers = prop::collection::vec(customer(), 0..4);
    let late = prop_oneof![3 => Just(0u8), 1 => 1..20u8];
    (resellers, customers, late, prop::bool::weighted(0.9), prop::option::of(leaver()))
        .prop_map(|(resellers, customers, late, link, leaver)| World { resellers, customers, late, link, leaver })
}

fn leaver() -> impl Strategy<Value = Leaver> {
    let there = (prop::bool::weighted(0.9), any::<u8>(), any::<u8>(), any::<u8>());
    let said = (
        prop::option::weighted(0.8, 0..3usize),
        prop::option::weighted(0.8, any::<bool>()),
        any::<bool>(),
        prop::bool::weighted(0.2),
    );
    (there, said).prop_map(|((listed, customers, holds, supports), (transfer_to, search, tell, later))| Leaver {
        listed,
        customers,
        holds,
        supports,
        transfer_to,
        search,
        tell,
        later,
    })
}

fn customer() -> impl Strategy<Value = Customer> {
    let who =
        (prop::bool::weighted(0.7), any::<bool>(), any::<bool>(), any::<u8>(), 0..3usize, prop::option::of(0..3usize));
    let what = (
        prop::collection::vec(subscription(), 0..3),
        prop::collection::vec(order(), 0..3),
        prop::option::of(prop::option::of(0..3usize)),
        prop::option::weighted(0.3, (0..3usize, prop::bool::weighted(0.7))),
    );
    (who, what).prop_map(
        |((exists, by_domain, agreement, resellers, reseller, other), (subscriptions, orders, support, access))| {
            Customer {
                exists,
                by_domain,
                agreement,
                resellers,
                reseller,
                other,
                subscriptions,
                orders,
                support,
                access,
            }
        },
    )
}

fn subscription() -> impl Strategy<Value = Subscription> {
    let there = (any::<bool>(), 0..3u8, 1..40u32, prop::option::of(0..3usize));
    let at_end = prop_oneof![
        6 => Just(AtEnd::Same),
        1 => Just(AtEnd::Fewer),
        1 => Just(AtEnd::Off),
        1 => Just(AtEnd::Cancel),
        1 => Just(AtEnd::Extend),
    ];
    let state = (prop::bool::weighted(0.1), at_end);
    let wanted = (prop::option::of(1..40u32), prop::option::of(0..3usize), any::<bool>(), renewal())
        .prop_map(|(quantity, partner, name, renewal)| Wanted { quantity, partner, name, renewal });
    (there, state, prop::option::weighted(0.7, wanted)).prop_map(
        |((legacy, product, quantity, partner), (suspended, at_end), wanted)| Subscription {
            legacy,
            product,
            quantity,
            partner,
            suspended,
            at_end,
            wanted,
        },
    )
}

fn renewal() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::weighted(0.4, prop::sample::select(&RENEWALS[..]))
}

fn order() -> impl Strategy<Value = Order> {
    let end = prop::option::weighted(0.3, prop::sample::select(&["2027-03-31", "2027-06-30"][..]));
    (0..3u8, 1..4u32, any::<bool>(), renewal(), end).prop_map(|(product, quantity, additional, renewal, end)| Order {
        product,
        quantity,
        additional,
        renewal,
        end,
    })
}

pub(crate) fn reseller_tenant(n: usize) -> String {
    format!("fab00000-0000-4000-8000-{n:012}")
}
pub(crate) fn customer_tenant(n: usize) -> String {
    format!("c0000000-0000-4000-8000-{n:012}")
}
pub(crate) fn subscription_id(customer: usize, n: usize) -> String {
    format!("50000000-0000-4000-8000-{customer:06}{n:06}")
}
/// The reseller that leaves stands beside the others.
pub(crate) const LEAVER: usize = 9;

fn partner_id(n: usize) -> String {
    format!("48{n:05}", n = 11111 + n)
}

impl World {
    fn reseller(&self, n: usize) -> usize {
        n % self.resellers.len()
    }

    /// The seed of the tenant.
    pub(crate) fn seed(&self) -> String {
        let mut out = format!(
            "{{\"format\":\"twotier-tenant/1\",\"tenantId\":\"11111111-1111-4111-8111-111111111111\",\"clock\":\"2026-11-23T09:00:00Z\",\"partnerId\":\"4800001\",\"country\":\"HU\"{}}}\n",
            if self.late > 0 { format!(",\"ordersShowAfter\":\"{}m\"", self.late) } else { String::new() }
        );
        for (n, reseller) in self.resellers.iter().enumerate() {
            let (tenant, partner) = (reseller_tenant(n), partner_id(n));
            // Nobody is an active partner without having signed.
            let signed = reseller.signed || reseller.active;
            writeln!(out, "{{\"company\":{{\"tenantId\":\"{tenant}\",\"name\":\"Reseller {n}\",\"country\":\"HU\",\"partnerIds\":[\"{partner}\"],\"agreementSigned\":{signed}}}}}").unwrap();
        }
        for (n, _) in self.resellers.iter().enumerate().filter(|(_, reseller)| reseller.active) {
            writeln!(out, "{{\"relationship\":{{\"tenantId\":\"{}\"}}}}", reseller_tenant(n)).unwrap();
        }
        if let Some(leaver) = &self.leaver {
            let (tenant, partner) = (reseller_tenant(LEAVER), partner_id(LEAVER));
            writeln!(out, "{{\"company\":{{\"tenantId\":\"{tenant}\",\"name\":\"Leaver\",\"country\":\"HU\",\"partnerIds\":[\"{partner}\"],\"agreementSigned\":true}}}}").unwrap();
            if leaver.listed {
                writeln!(out, "{{\"relationship\":{{\"tenantId\":\"{tenant}\"}}}}").unwrap();
            }
        }
        for product in 0..3 {
            writeln!(out, "{{\"product\":{{\"productId\":\"CFQ7TTC0{product:04}\",\"skuId\":\"0001\",\"name\":\"Product {product}\",\"availabilities\":[{{\"id\":\"AVAIL000000{product}\",\"term\":\"P1Y\",\"billingCycle\":\"annual\"}}]}}}}").unwrap();
        }
        for (n, customer) in self.customers.iter().enumerate().filter(|(_, customer)| customer.exists) {
            self.seed_customer(n, customer, &mut out);
        }
        out
    }

    fn seed_customer(&self, n: usize, customer: &Customer, out: &mut String) {
        let own = (0..self.resellers.len()).filter(|r| customer.resellers & (1 << r) != 0 && self.resellers[*r].active);
        let leaver = self.leaver.as_ref().filter(|leaver| leaver.listed);
        let also = leaver.filter(|leaver| leaver.customers & (1 << n) != 0).map(|_| LEAVER);
        let own: Vec<String> = own.chain(also).map(|r| format!("\"{}\"", reseller_tenant(r))).collect();
        let tenant = customer_tenant(n);
        writeln!(out, "{{\"customer\":{{\"tenantId\":\"{tenant}\",\"domain\":\"customer{n}.onmicrosoft.com\",\"companyName\":\"Customer {n}\",\"country\":\"HU\",\"resellers\":[{}]}}}}", own.join(",")).unwrap();
        if customer.agreement {
            writeln!(out, "{{\"agreement\":{{\"customer\":\"{tenant}\",\"signedOn\":\"2024-02-01T08:00:00Z\"}}}}")
                .unwrap();
        }
        for (s, subscription) in customer.subscriptions.iter().enumerate() {
            let Subscription { legacy, product, quantity, partner, suspended, at_end, wanted: _ } = subscription;
            let partner = partner.map(|p| self.reseller(p)).filter(|p| self.resellers[*p].active);
            let bit = 1 << ((2 * n + s) % 8);
            let partner = leaver.filter(|leaver| leaver.holds & bit != 0).map(|_| LEAVER).or(partner);
            let partner = partner.map_or_else(String::new, |p| format!(",\"partnerOfRecord\":\"{}\"", partner_id(p)));
            let supports = leaver.is_some_and(|leaver| leaver.supports & bit != 0);
            let what = if *legacy && supports {
                format!(
                    "\"commerce\":\"legacy\",\"supportContact\":{{\"tenantId\":\"{}\",\"partnerId\":\"{}\"}}",
                    reseller_tenant(LEAVER),
                    partner_id(LEAVER)
                )
            } else if *legacy {
                "\"commerce\":\"legacy\"".to_owned()
            } else {
                format!(
                    "\"product\":{{\"productId\":\"CFQ7TTC0{product:04}\",\"skuId\":\"0001\"}},\"term\":\"P1Y\",\"billingCycle\":\"annual\""
                )
            };
            let status = if *suspended { ",\"status\":\"suspended\"" } else { "" };
            let at_end = at_end.seed(*legacy, *quantity);
            writeln!(out, "{{\"subscription\":{{\"subscriptionId\":\"{}\",\"customer\":\"{tenant}\",{what},\"offerName\":\"Offer\",\"friendlyName\":\"Old\",\"quantity\":{quantity},\"commitmentEnd\":\"2027-03-01T00:00:00Z\"{partner}{status}{at_end}}}}}", subscription_id(n, s)).unwrap();
        }
    }

    /// The manifests, one file a document.
    pub(crate) fn manifests(&self) -> Vec<(String, String)> {
        let link = if self.link { "  invitationUrl: https://invite.example/distri\n" } else { "" };
        let mut files = vec![(
            "manifests/provider.yaml".to_owned(),
            format!(
                "apiVersion: twotier/v1\nkind: Provider\nmetadata: {{name: distri}}\nspec:\n  tenantId: 11111111-1111-4111-8111-111111111111\n  partnerId: \"4800001\"\n  country: \"HU\"\n{link}  credentials:\n    recipients: [{RECIPIENT}]\n"
            ),
        )];
        for (n, reseller) in self.resellers.iter().enumerate() {
            let tenant =
                if reseller.tenant_written { format!("    tenantId: {}\n", reseller_tenant(n)) } else { String::new() };
            files.push((
                format!("manifests/reseller{n}.yaml"),
                format!("apiVersion: twotier/v1\nkind: Partnership\nmetadata: {{name: reseller{n}}}\nspec:\n  reseller:\n    displayName: Reseller {n}\n{tenant}    partnerIds: [\"{}\"]\n    country: \"HU\"\n    contact: {{email: csp@reseller{n}.example}}\n  ensure: active\n", partner_id(n)),
            ));
        }
        if let Some(leaver) = &self.leaver {
            files.push(("manifests/leaver.yaml".to_owned(), self.leaver_manifest(leaver)));
        }
        for (n, customer) in self.customers.iter().enumerate() {
            files.push((format!("manifests/customer{n}.yaml"), self.customer_manifest(n, customer)));
        }
        files
    }

    fn leaver_manifest(&self, leaver: &Leaver) -> String {
        let mut out = format!(
            "apiVersion: twotier/v1\nkind: Partnership\nmetadata: {{name: leaver}}\nspec:\n  reseller:\n    displayName: Leaver\n    partnerIds: [\"{}\"]\n    country: \"HU\"\n    contact: {{email: csp@leaver.example}}\n  ensure: ended\n  ending:\n    reason: it closes\n    decidedBy: somebody\n    decidedOn: 2026-11-01\n    declaration: {{goodFaith: true, legitimateBusinessPurpose: true, inAccordanceWithAgreements: true, holdMicrosoftHarmless: true, by: somebody, on: 2026-11-01}}\n",
            partner_id(LEAVER)
        );
        let how = if leaver.tell { "{how: send}" } else { "{how: notRequired, reason: they know}" };
        writeln!(out, "    notices: {{partner: {how}, customers: {how}}}").unwrap();
        // The clock of a world moves by minutes: a day that is to come comes as the clock strikes twelve.
        writeln!(out, "    effectiveOn: {}", if leaver.later { "2026-11-24" } else { "2026-11-23" }).unwrap();
        if let Some(to) = leaver.transfer_to {
            writeln!(out, "    transferTo: reseller{}", self.reseller(to)).unwrap();
        }
        if let Some(every) = leaver.search {
            writeln!(out, "    search: {}", if every { "everyCustomer" } else { "knownCustomers" }).unwrap();
        }
        out
    }

    fn customer_manifest(&self, n: usize, customer: &Customer) -> String {
        let mut out = format!("apiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: customer{n}}}\nspec:\n");
        match (customer.exists, customer.by_domain) {
            (true, true) => writeln!(out, "  domain: customer{n}.onmicrosoft.com").unwrap(),
            (true, false) => writeln!(out, "  tenantId: {}", customer_tenant(n)).unwrap(),
            (false, _) => write!(out, "  create:\n    domainPrefix: customer{n}\n    company: {{name: Customer {n}}}\n    registrationNumber: \"13-09-{n:06}\"\n    defaultAdminAccess: provider-and-reseller\n    billing:\n      firstName: Anna\n      lastName: Nagy\n      email: anna@customer{n}.example\n      culture: hu-HU\n      language: hu\n      address: {{country: \"HU\", city: Budapest, postalCode: \"1054\", line1: Fo utca 1, phone: \"+3612345678\"}}\n").unwrap(),
        }
        let reseller = self.reseller(customer.reseller);
        writeln!(out, "  reseller: reseller{reseller}").unwrap();
        if let Some(other) = customer.other.map(|o| self.reseller(o)).filter(|o| *o != reseller) {
            writeln!(out, "  otherResellers: [reseller{other}]").unwrap();
        }
        if let Some(support) = customer.support {
            let name = support.map_or_else(|| "provider".to_owned(), |s| format!("reseller{}", self.reseller(s)));
            writeln!(out, "  supportContact: {name}").unwrap();
        }
        self.subscription_manifests(n, customer, &mut out);
        if let Some((reseller, present)) = customer.access {
            let (reseller, ensure) = (self.reseller(reseller), if present { "present" } else { "absent" });
            writeln!(out, "---\napiVersion: twotier/v1\nkind: AzureAccess\nmetadata: {{name: access{n}}}\nspec: {{customer: customer{n}, reseller: reseller{reseller}, principal: a6000000-0000-4000-8000-{reseller:012}, scope: /subscriptions/5a000000-0000-4000-8000-{n:012}, role: Owner, ensure: {ensure}}}").unwrap();
        }
        out
    }

    fn subscription_manifests(&self, n: usize, customer: &Customer, out: &mut String) {
        let mut lines = String::new();
        for (s, subscription) in customer.subscriptions.iter().enumerate().filter(|_| customer.exists) {
            let Some(Wanted { quantity, partner, name, renewal }) = &subscription.wanted else { continue };
            write!(lines, "    bound{s}:\n      subscriptionId: {}\n", subscription_id(n, s)).unwrap();
            if let Some(quantity) = quantity {
                writeln!(lines, "      quantity: {quantity}").unwrap();
            }
            if let Some(partner) = partner {
                writeln!(lines, "      partnerOfRecord: reseller{}", self.reseller(*partner)).unwrap();
            }
            if *name {
                writeln!(lines, "      friendlyName: New name {s}").unwrap();
            }
            if let Some(renewal) = renewal {
                writeln!(lines, "      renewal: {renewal}").unwrap();
            }
        }
        for (o, order) in customer.orders.iter().enumerate() {
            let Order { product, quantity, additional, renewal, end } = order;
            write!(lines, "    order{o}:\n      product: {{productId: CFQ7TTC0{product:04}, skuId: \"0001\"}}\n      quantity: {quantity}\n      term: P1Y\n      billingCycle: annual\n").unwrap();
            let additional = additional.then(|| format!("additional: {}", others(n, customer)));
            let end = end.map(|end| format!("endDate: {end}"));
            let purchase: Vec<String> = additional.into_iter().chain(end).collect();
            if !purchase.is_empty() {
                writeln!(lines, "      purchase: {{{}}}", purchase.join(", ")).unwrap();
            }
            if let Some(renewal) = renewal {
                writeln!(lines, "      renewal: {renewal}").unwrap();
            }
        }
        if !lines.is_empty() {
            write!(out, "  subscriptions:\n{lines}").unwrap();
        }
    }
}

/// What an additional order stands beside: every live one that no document claims.
fn others(n: usize, customer: &Customer) -> String {
    let there = customer.subscriptions.iter().enumerate().filter(|(_, it)| customer.exists && it.wanted.is_none());
    let ids: Vec<String> = there.map(|(s, _)| subscription_id(n, s)).collect();
    if ids.is_empty() { "true".to_owned() } else { format!("{{beside: [{}]}}", ids.join(", ")) }
}

/// A public key whose secret nobody kept.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
