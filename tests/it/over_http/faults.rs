//! Scripts of faults by lot: every fault word, on every call the client makes, and what somebody else does meanwhile.
//! Draws nothing that no client could survive: a list of subscriptions that is silently empty is not among them.

use crate::support::world::{World, customer_tenant, subscription_id};
use proptest::prelude::*;
use proptest::sample::select;
use twotier::backend::simulated::http::{Act, Fault, Rule, Script, Set};

/// Method and path of each call the client makes.
const CALLS: &[(&str, &str)] = &[
    ("GET", "/v1/relationships"),
    ("GET", "/v1/customers"),
    ("GET", "/v1/customers/*"),
    ("GET", "/v1/customers/*/relationships"),
    ("GET", "/v1/customers/*/subscriptions"),
    ("GET", "/v1/customers/*/subscriptions/*"),
    ("GET", "/v1/customers/*/subscriptions/*/supportcontact"),
    ("GET", "/v1/customers/*/directSignedMicrosoftCustomerAgreementStatus"),
    ("GET", "/v1/customers/*/agreements"),
    ("GET", "/v1/customers/*/validationStatus"),
    ("GET", "/v1/customers/*/carts/*"),
    ("GET", "/v1/customers/*/orders"),
    ("GET", "/v1/customers/relationshiprequests"),
    ("GET", "/v1/products/**"),
    ("GET", "/v1/compliance/**"),
    ("GET", "/v1/profiles/**"),
    ("HEAD", "/v1/domains/*"),
    ("POST", "/v1/validations/address"),
    ("POST", "/v1/partners/validateresellers"),
    ("POST", "/*/oauth2/token"),
];
/// The calls that change something.
const CHANGES: &[(&str, &str)] = &[
    ("POST", "/v1/customers"),
    ("POST", "/v1/customers/*/carts"),
    ("POST", "/v1/customers/*/carts/*/checkout"),
    ("PATCH", "/v1/customers/*/subscriptions/*"),
    ("PUT", "/v1/customers/*/subscriptions/*/supportcontact"),
    ("PATCH", "/v1/customers/*/users/*/resetpassword"),
];
/// Lists whose entries the service may lose for a while.
const LOSES: &[(&str, &str)] = &[("GET", "/v1/relationships"), ("GET", "/v1/customers/*/relationships")];

/// Faults of a run.
pub(super) fn scripts() -> impl Strategy<Value = Script> {
    let rule = prop_oneof![
        4 => rule(select(CALLS), word()),
        6 => rule(select(CHANGES), word()),
        1 => rule(select(LOSES), Just(Fault::Lost)),
        // Whatever is called.
        1 => rule(Just(("", "")), word()),
    ];
    (any::<u64>(), prop::collection::vec(rule, 1..7)).prop_map(|(seed, rules)| Script { seed, rules })
}

fn rule(
    call: impl Strategy<Value = (&'static str, &'static str)>,
    fault: impl Strategy<Value = Fault>,
) -> impl Strategy<Value = Rule> {
    (call, 1..5u32, 1..7u32, 50..=100u8, fault).prop_map(|((method, path), nth, times, percent, fault)| Rule {
        method: Some(method.to_owned()).filter(|method| !method.is_empty()),
        path: Some(path.to_owned()).filter(|path| !path.is_empty()),
        nth,
        times,
        percent,
        acts: Vec::new(),
        fault: Some(fault),
    })
}

fn word() -> impl Strategy<Value = Fault> {
    prop_oneof![
        2 => (1..70u32).prop_map(Fault::Throttled),
        3 => select(vec![500u16, 502, 503, 504, 408, 401, 412]).prop_map(Fault::Status),
        2 => select(vec![200u16, 302, 403, 502]).prop_map(Fault::Html),
        1 => select(vec![(403, 20002), (404, 60003)]).prop_map(|(status, code)| Fault::Refused { status, code }),
        1 => Just(Fault::Huge),
        2 => Just(Fault::CloseBefore),
        4 => Just(Fault::CloseAfter),
        2 => Just(Fault::Reset),
        1 => (1..9000u16).prop_map(Fault::Slow),
        2 => Just(Fault::Truncated),
        1 => Just(Fault::Repeated),
        1 => (1..1200u32).prop_map(Fault::Late),
    ]
}

/// What somebody else does at some call of a run.
#[derive(Clone, Debug)]
pub(super) struct Meddling {
    at: Vec<(u32, usize, usize, u8, u32)>,
}

pub(super) fn meddling() -> impl Strategy<Value = Meddling> {
    let edit = (1..60u32, 0..4usize, 0..3usize, any::<u8>(), 1..40u32);
    prop::collection::vec(edit, 1..4).prop_map(|at| Meddling { at })
}

impl Meddling {
    /// As rules in front of a script's own.
    pub(super) fn into(self, world: &World, mut script: Script) -> Script {
        let rules = self.at.into_iter().filter_map(|(nth, customer, which, what, number)| {
            let there = world.customers.get(customer).filter(|there| there.exists)?;
            there.subscriptions.get(which)?;
            let mut set = Set::default();
            match what % 4 {
                0 => set.quantity = Some(number),
                1 => set.friendly_name = Some("Theirs".into()),
                2 => set.partner_of_record = Some("".into()),
                _ => set.quantity = Some(number + 40),
            }
            let act = Act::Edit {
                customer: customer_tenant(customer).parse().expect("an id"),
                subscription: subscription_id(customer, which).parse().expect("an id"),
                by: Some("kate@provider.example".into()),
                set: Box::new(set),
            };
            Some(Rule { method: None, path: None, nth, times: 1, percent: 100, acts: vec![act], fault: None })
        });
        script.rules.splice(0..0, rules);
        script
    }
}
