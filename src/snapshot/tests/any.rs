//! Observations and ledgers of every shape, for the laws of snapshots. Never meant to be plausible.

use crate::ledger::{
    Anyway, Counted, Credential, CredentialState, Did, Genesis, Guards, Handoff, HandoffState, Ledger, LiveId, Open,
    Others, Pending, PendingWhat, Unresolved,
};
use crate::model::operation::{PostalAddress, SupportContact};
use crate::model::product::Commerce;
use crate::model::{
    Address, BillingCycle, Bound, CartId, CustomerId, Digest, Field, Freeze, Limit, Limits, NextTerm, OrderId,
    PartnerId, Product, Renewal, RequestId, Span, StepKey, StepName, SubscriptionId, TenantId, Term, Timestamp, Value,
};
use crate::observed::{
    AddressCheck, Answer, AtEnd, CartFate, Customer, Observed, Offer, PartnerCheck, Placed, Read, Relationship,
    ResellerStatus, Review, Sold, Status, Subscription, SubscriptionDetail, Unclear, Why,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use smol_str::SmolStr;

fn bytes(n: u32) -> [u8; 16] {
    let mut bytes = [0x40; 16];
    bytes[12..].copy_from_slice(&n.to_be_bytes());
    bytes
}

pub(super) fn one_customer(n: u8) -> CustomerId {
    CustomerId::from_bytes(bytes(n.into()))
}

pub(super) fn one_subscription(n: u32) -> Subscription {
    Subscription {
        id: SubscriptionId::from_bytes(bytes(n)),
        product: Some(Product { product: "CFQ7TTC0LH18".into(), sku: "0001".into() }),
        offer_name: "Microsoft 365 Business Premium".into(),
        friendly_name: "everybody's".into(),
        commerce: Commerce::New,
        partner_changeable: true,
        quantity: n,
        status: Status::Active,
        partner_of_record: Some(PartnerId::new("4811111")),
        term: Some(Term::P1Y),
        billing_cycle: Some(BillingCycle::Annual),
        at_end: AtEnd::SAME_AGAIN,
        commitment_end: Some(Timestamp::from_seconds(1_800_000_000)),
        order: Some(OrderId::new("a5bb1f")),
    }
}

fn tenant() -> impl Strategy<Value = TenantId> {
    (0..20u32).prop_map(|n| TenantId::from_bytes(bytes(n)))
}
fn customer() -> impl Strategy<Value = CustomerId> {
    (0..20u32).prop_map(|n| CustomerId::from_bytes(bytes(n)))
}
fn subscription_id() -> impl Strategy<Value = SubscriptionId> {
    any::<u32>().prop_map(|n| SubscriptionId::from_bytes(bytes(n)))
}
fn text() -> impl Strategy<Value = SmolStr> {
    prop_oneof![
        Just("".into()),
        Just("a \"quoted\"\n\u{2028}\u{0} line".into()),
        Just("{\"trailer\":{}}".into()),
        "\\PC{0,40}".prop_map(SmolStr::from),
    ]
}
fn instant() -> impl Strategy<Value = Timestamp> {
    (-10_000_000_000..100_000_000_000i64).prop_map(Timestamp::from_seconds)
}
fn partner() -> impl Strategy<Value = PartnerId> {
    text().prop_map(PartnerId::new)
}
fn order() -> impl Strategy<Value = OrderId> {
    text().prop_map(OrderId::new)
}
fn term() -> impl Strategy<Value = Term> {
    prop_oneof![Just(Term::P1M), Just(Term::P1Y), Just(Term::P3Y)]
}
fn cycle() -> impl Strategy<Value = BillingCycle> {
    prop_oneof![Just(BillingCycle::Monthly), Just(BillingCycle::Annual), Just(BillingCycle::Triennial)]
}
fn product() -> impl Strategy<Value = Product> {
    (text(), text()).prop_map(|(product, sku)| Product { product, sku })
}
fn status() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Active),
        Just(Status::Suspended),
        Just(Status::Pending),
        Just(Status::Expired),
        Just(Status::Disabled),
        Just(Status::Deleted),
        Just(Status::Other)
    ]
}
fn at_end() -> impl Strategy<Value = AtEnd> {
    let next = (
        option::of(product().prop_map(Box::new)),
        option::of(any::<u32>()),
        option::of(term()),
        option::of(cycle()),
        option::of(instant()),
    );
    prop_oneof![
        next.prop_map(|(product, quantity, term, billing_cycle, end)| {
            let end = end.map(Timestamp::date);
            AtEnd::Known(Renewal::Renew(NextTerm { product, quantity, term, billing_cycle, end }))
        }),
        Just(AtEnd::Known(Renewal::Cancel)),
        Just(AtEnd::Known(Renewal::Extend)),
        Just(AtEnd::Unknown(Unclear::Off)),
        Just(AtEnd::Unknown(Unclear::Untold)),
        text().prop_map(|words| AtEnd::Unknown(Unclear::Scheduled(words))),
    ]
}
fn subscription() -> impl Strategy<Value = Subscription> {
    let what = (subscription_id(), option::of(product()), text(), text(), any::<bool>(), any::<bool>());
    let state = (any::<u32>(), status(), option::of(partner()), option::of(term()), option::of(cycle()));
    let rest = (at_end(), option::of(instant()), option::of(order()));
    (what, state, rest).prop_map(|(what, state, rest)| Subscription {
        id: what.0,
        product: what.1,
        offer_name: what.2,
        friendly_name: what.3,
        commerce: if what.4 { Commerce::New } else { Commerce::Legacy },
        partner_changeable: what.5,
        quantity: state.0,
        status: state.1,
        partner_of_record: state.2,
        term: state.3,
        billing_cycle: state.4,
        at_end: rest.0,
        commitment_end: rest.1,
        order: rest.2,
    })
}
fn postal() -> impl Strategy<Value = PostalAddress> {
    (text(), option::of(text()), text(), text(), text(), option::of(text()), option::of(text())).prop_map(|a| {
        PostalAddress { country: a.0, state: a.1, city: a.2, postal_code: a.3, line1: a.4, line2: a.5, phone: a.6 }
    })
}
fn reseller_status() -> impl Strategy<Value = ResellerStatus> {
    prop_oneof![
        Just(ResellerStatus::Signed),
        text().prop_map(ResellerStatus::NotSigned),
        text().prop_map(ResellerStatus::OtherRegion),
        text().prop_map(ResellerStatus::NotFound)
    ]
}
fn why() -> impl Strategy<Value = Why> {
    prop_oneof![
        Just(Why::NotRead),
        text().prop_map(Why::Refused),
        text().prop_map(Why::Denied),
        Just(Why::Throttled),
        text().prop_map(Why::Failed),
        Just(Why::Partial),
        text().prop_map(Why::Implausible)
    ]
}
fn relationship() -> impl Strategy<Value = Relationship> {
    (tenant(), text(), option::of(partner()), option::of(text()), any::<bool>()).prop_map(
        |(tenant, name, partner_id, country, active)| Relationship { tenant, name, partner_id, country, active },
    )
}
fn customers() -> impl Strategy<Value = Answer> {
    let one = (customer(), text(), text());
    vec(one.prop_map(|(id, domain, company_name)| Customer { id, domain, company_name }), 0..6)
        .prop_map(Answer::Customers)
}

type Asked = (Read, Answer);

fn lists() -> impl Strategy<Value = Asked> {
    prop_oneof![
        vec(relationship(), 0..5).prop_map(|list| (Read::Relationships, Answer::Relationships(list))),
        customers().prop_map(|list| (Read::Customers, list)),
        (tenant(), customers()).prop_map(|(of, list)| (Read::CustomersOf(of), list)),
        (customer(), vec(tenant(), 0..4)).prop_map(|(of, list)| (Read::ResellersOf(of), Answer::Resellers(list))),
        (customer(), vec(subscription().boxed(), 0..5))
            .prop_map(|(of, list)| (Read::Subscriptions(of), Answer::Subscriptions(list))),
    ]
}

fn singles() -> impl Strategy<Value = Asked> {
    let detail = (customer(), subscription().boxed(), any::<u32>(), option::of(instant())).prop_map(
        |(of, subscription, refundable, refundable_until)| {
            let read = Read::Subscription(of, subscription.id);
            (read, Answer::Subscription(Box::new(SubscriptionDetail { subscription, refundable, refundable_until })))
        },
    );
    let support = (customer(), subscription_id(), tenant(), partner()).prop_map(|(of, id, tenant, partner)| {
        (Read::SupportContact(of, id), Answer::SupportContact(SupportContact { tenant, partner }))
    });
    let review = prop_oneof![Just(Review::Passed), Just(Review::InReview), Just(Review::Refused)];
    let sold = (any::<u32>(), btree_set((term(), cycle()), 0..4), option::of(text()));
    let sold = sold.prop_map(|(ways, forms, title)| Sold { ways, forms, title });
    let offer = (product(), term(), cycle(), sold).prop_map(|(product, term, billing_cycle, sold)| {
        (Read::Offer(Offer { product, term, billing_cycle }), Answer::Offer(sold))
    });
    prop_oneof![
        detail,
        support,
        (customer(), any::<bool>()).prop_map(|(of, signed)| (Read::Agreement(of), Answer::Agreement(signed))),
        (customer(), review).prop_map(|(of, review)| (Read::AccountReview(of), Answer::AccountReview(review))),
        (customer(), text()).prop_map(|(of, country)| (Read::Country(of), Answer::Country(country))),
        (text(), any::<bool>()).prop_map(|(domain, taken)| (Read::Domain(domain), Answer::Domain(taken))),
        offer,
        (tenant(), text()).prop_map(|(of, link)| (Read::InvitationLink(of), Answer::InvitationLink(link))),
    ]
}

fn checks() -> impl Strategy<Value = Asked> {
    let passes = prop_oneof![Just(AddressCheck::Passes), text().prop_map(AddressCheck::Fails)];
    let valid = prop_oneof![Just(PartnerCheck::Valid), text().prop_map(PartnerCheck::Invalid)];
    let fate = prop_oneof![
        Just(CartFate::Open),
        (order(), option::of(subscription_id()))
            .prop_map(|(order, subscription)| CartFate::Ordered { order, subscription }),
        vec((order(), option::of(subscription_id())), 2..4).prop_map(|several| {
            CartFate::OneOf(several.into_iter().map(|(order, subscription)| Placed { order, subscription }).collect())
        }),
    ];
    prop_oneof![
        (postal().boxed(), passes)
            .prop_map(|(address, check)| (Read::PostalAddress(Box::new(address)), Answer::PostalAddress(check))),
        (partner(), valid).prop_map(|(id, check)| (Read::PartnerId(id), Answer::PartnerId(check))),
        (partner(), text()).prop_map(|(id, name)| (Read::PartnerProfile(id), Answer::PartnerProfile(name))),
        (tenant(), reseller_status()).prop_map(|(of, status)| (Read::ResellerByTenant(of), Answer::Reseller(status))),
        (partner(), reseller_status())
            .prop_map(|(of, status)| (Read::ResellerByPartnerId(of), Answer::Reseller(status))),
        (customer(), text(), fate).prop_map(|(of, cart, fate)| (Read::Cart(of, CartId::new(cart)), Answer::Cart(fate))),
    ]
}

/// Any observations.
pub(super) fn observed() -> impl Strategy<Value = Observed> {
    let outcome =
        prop_oneof![6 => Just(None), 1 => Just(Some(Ok(Answer::NotThere))), 1 => why().prop_map(|w| Some(Err(w)))];
    let asked = prop_oneof![lists().boxed(), singles().boxed(), checks().boxed()];
    vec((asked.boxed(), outcome.boxed()), 0..12).prop_map(|all| {
        let mut observed = Observed::default();
        for ((read, answer), instead) in all {
            observed.absorb(&read, instead.unwrap_or(Ok(answer)));
        }
        observed
    })
}

fn address() -> impl Strategy<Value = Address> {
    prop_oneof![
        Just("provider/distri"),
        Just("partnership/fabrikam"),
        Just("customer/contoso"),
        Just("customer/@contoso.example"),
        Just("subscription/contoso/m365"),
        Just("subscription/contoso/@50000000-0000-4000-8000-000000000001"),
        Just("support-delegation/all-of-them"),
    ]
    .prop_map(|text| text.parse().expect("an address"))
}
fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}
fn key() -> impl Strategy<Value = StepKey> {
    (address(), 0..StepName::ALL.len(), text()).prop_map(|(address, step, discriminator)| StepKey {
        address,
        step: StepName::ALL[step],
        discriminator,
    })
}
fn live() -> impl Strategy<Value = LiveId> {
    prop_oneof![
        tenant().prop_map(LiveId::Reseller),
        customer().prop_map(LiveId::Customer),
        (customer(), subscription_id()).prop_map(|(of, id)| LiveId::Subscription(of, id))
    ]
}
fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        Just(Field::Quantity),
        Just(Field::PartnerOfRecord),
        Just(Field::FriendlyName),
        Just(Field::SupportContact)
    ]
}
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<u64>().prop_map(Value::Number),
        text().prop_map(Value::Text),
        vec(text(), 0..3).prop_map(Value::List),
        Just(Value::None)
    ]
}
fn handoff() -> impl Strategy<Value = Handoff> {
    let state = prop_oneof![
        Just(HandoffState::Asked),
        (text(), instant(), option::of(text())).prop_map(|(by, at, evidence)| HandoffState::Acknowledged {
            by,
            at,
            evidence
        }),
        (text(), instant(), text()).prop_map(|(by, at, reason)| HandoffState::Declined { by, at, reason }),
        instant().prop_map(|at| HandoffState::Consumed { at }),
        (instant(), option::of((text(), instant(), option::of(text())))).prop_map(|(at, anyway)| {
            let anyway = anyway.map(|(by, at, evidence)| Anyway { by, at, evidence });
            HandoffState::Withdrawn { at, anyway }
        }),
    ];
    let wanted = btree_map(text(), text(), 0..3);
    (key(), (digest(), digest()), (text(), wanted), instant(), state).prop_map(
        |(key, (digest, first), (text, wanted), asked, state)| Handoff {
            key,
            digest,
            first,
            text: text.to_string(),
            wanted,
            asked,
            state,
        },
    )
}
fn pending() -> impl Strategy<Value = Pending> {
    let what = prop_oneof![
        customer().prop_map(PendingWhat::Customer),
        (customer(), text(), order(), option::of(subscription_id()), btree_map(field(), value(), 0..3)).prop_map(
            |(customer, cart, order, subscription, fields)| {
                PendingWhat::Order { customer, cart: CartId::new(cart), order, subscription, fields }
            }
        ),
        (live(), field(), value()).prop_map(|(subscription, field, value)| PendingWhat::Change {
            subscription,
            field,
            value
        }),
    ];
    (key(), digest(), any::<u64>(), instant(), what).prop_map(|(key, step, intent, since, what)| Pending {
        key,
        step,
        intent,
        since,
        what,
    })
}
fn unresolved() -> impl Strategy<Value = Unresolved> {
    (any::<u64>(), key(), any::<[u8; 16]>(), instant(), text()).prop_map(|(intent, key, request, since, text)| {
        Unresolved { intent, key, request: RequestId::from_bytes(request), since, text: text.to_string() }
    })
}
fn credential() -> impl Strategy<Value = Credential> {
    let state = prop_oneof![
        (text(), digest()).prop_map(|(key, digest)| CredentialState::Sealed { key, digest }),
        Just(CredentialState::Lost),
        Just(CredentialState::Forgotten)
    ];
    (text(), state, instant()).prop_map(|(user, state, at)| Credential { user, state, at })
}

fn did() -> impl Strategy<Value = Did> {
    let name = "[a-z]{1,8}".prop_map(|text| text.parse().expect("a name"));
    (any::<u64>(), option::of(name)).prop_map(|(run, ending)| Did { run, ending })
}

fn limits() -> impl Strategy<Value = Limits> {
    let bound = (option::of(any::<u32>()), option::of(0..=100_u32)).prop_map(|(max, percent)| Bound { max, percent });
    btree_map(proptest::sample::select(Limit::ALL), bound, 0..3)
}

fn counted() -> impl Strategy<Value = Counted> {
    let name = "[a-z]{1,8}".prop_map(|text| text.parse().expect("a name"));
    let date = instant().prop_map(Timestamp::date);
    let parts = (text(), address(), any::<u32>(), option::of(name), option::of(date), instant());
    parts.prop_map(|(code, cause, amount, acknowledgement, until, at)| Counted {
        code,
        cause,
        amount,
        acknowledgement,
        until,
        at,
    })
}

/// Any ledger.
pub(super) fn ledger() -> impl Strategy<Value = Ledger> {
    let genesis = (tenant(), text(), instant()).prop_map(|(tenant, state, at)| Genesis { tenant, state, at });
    let freeze = (0..300_i64, 0..300_i64, text()).prop_map(|(from, to, reason)| {
        let day = |days| Timestamp::from_seconds(1_767_225_600).plus(Span::days(days)).date();
        Freeze { from: day(from), to: day(to), reason }
    });
    let others = prop_oneof![Just(Others::Unprotected), Just(Others::Untold)];
    let guards = (btree_set(address(), 0..3), others, vec(text(), 0..3), limits(), btree_set(freeze, 0..3)).prop_map(
        |(protected, others, recipients, limits, freeze)| Guards { protected, others, recipients, limits, freeze },
    );
    let known = (
        option::of(genesis),
        btree_map(address(), live(), 0..4),
        btree_map(address(), btree_map(field(), value(), 0..3), 0..4),
        btree_set(address(), 0..4),
        option::of((guards, option::of(any::<u64>()))),
        vec(counted(), 0..3),
        btree_map(any::<u64>(), vec(counted(), 1..3), 0..3),
    );
    let open = (
        btree_map(digest(), handoff(), 0..3),
        btree_map(address(), pending(), 0..3),
        vec(unresolved(), 0..3),
        btree_map(address(), credential(), 0..3),
        btree_map(any::<u64>(), (key(), instant()).prop_map(|(key, since)| Open { key, since }), 0..3),
        btree_map(digest(), key(), 0..3),
        btree_map(key(), did(), 0..3),
    );
    (known.boxed(), open.boxed()).prop_map(|(known, open)| Ledger {
        genesis: known.0,
        bindings: known.1,
        settled: known.2,
        managed: known.3,
        handoffs: open.0,
        pending: open.1,
        unresolved: open.2.into_iter().map(|it| (it.intent, it)).collect(),
        credentials: open.3,
        open: open.4,
        given_up: open.5,
        done: open.6,
        guarded: known.4.as_ref().and_then(|(_, run)| *run),
        guards: known.4.map(|(guards, _)| guards),
        counted: known.5,
        perhaps: known.6,
    })
}
