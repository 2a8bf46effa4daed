//! Plans for tests: the worked example, and arbitrary ones full of hostile text. Never built into the program.

use super::file::PlanFile;
use super::step::{Action, Ask, Brings, Condition, Expect, Wanted, WantedCustomer};
use super::{Blocked, FieldChange, Mark, Motive, Need, Outlook, Plan, Readiness, Recorded, Risk, Role, Step, Undo};
use crate::diag::{Code, Finding, SourceMap};
use crate::model::operation::{BillingContact, CartLine, PostalAddress};
use crate::model::{
    Address, BillingCycle, Class, CustomerKey, Fact, Field, Leaf, NextTerm, PartnerId, Product, Renewal, StepKey,
    StepName, SubscriptionChange, SubscriptionKey, Term, Timestamp, Value,
};
use proptest::prelude::*;

impl Plan {
    /// A plan of these steps, which stand in order already.
    pub(crate) fn of_steps(steps: Vec<Step>) -> Self {
        let tenant = "11111111-1111-4111-8111-111111111111".parse().unwrap();
        let id = super::plan_id(tenant, &steps, &Recorded::default());
        Self { tenant, steps, id }
    }
}

/// A key from text: `invite-customer customer/contoso northwind`.
pub(crate) fn key(text: &str) -> StepKey {
    let mut words = text.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let step = word().parse().unwrap();
    StepKey::with(word().parse().unwrap(), step, word())
}

fn subscription(name: &str) -> SubscriptionKey {
    SubscriptionKey {
        customer: CustomerKey::Named("contoso".parse().unwrap()),
        leaf: Leaf::Named(name.parse().unwrap()),
    }
}

/// A step with its id, and everything else as it is most often.
pub(crate) fn step(key_text: &str, cause: &str, action: Action) -> Step {
    let key = key(key_text);
    let (class, mark) = match &action {
        Action::Api(Wanted::CreateCustomer { .. } | Wanted::Order { .. }) => (Class::Api, Mark::Add),
        Action::Api(Wanted::ResetAdminPassword { .. } | Wanted::Change { .. } | Wanted::SetSupportContact { .. }) => {
            (Class::Api, Mark::Change)
        }
        Action::HandOff(_) => (Class::HandOff, Mark::Person),
        Action::Await { .. } => (Class::Wait, Mark::Wait),
        Action::Guard(_) => (Class::Ledger, Mark::Change),
    };
    Step {
        id: super::step_id(&key, class, &action),
        key,
        class,
        cause: cause.parse().unwrap(),
        place: None,
        action,
        reason: "declared".to_owned(),
        changes: Vec::new(),
        needs: Vec::new(),
        conditions: Vec::new(),
        goal: Vec::new(),
        role: None,
        risks: Vec::new(),
        undo: Undo::Yes,
        calls: 1,
        mark,
        readiness: Readiness::Ready,
        motive: Motive::Intent,
        counts: Vec::new(),
        reseller: None,
        extent: None,
    }
}

/// The step with a need; it waits where the need is not an API step.
pub(crate) fn needing(mut step: Step, need: &str, why: &str) -> Step {
    let need = Need { step: key(need), why: why.into() };
    match need.step.step.usual_class() {
        Class::HandOff | Class::Wait => step.readiness = Readiness::Waiting,
        Class::Api | Class::Ledger => {}
    }
    step.needs.push(need);
    step
}

pub(crate) fn hand_off(template: &str, to: &str, summary: &str) -> Action {
    Action::HandOff(Ask {
        template: template.into(),
        to: Some(to.into()),
        language: "en".into(),
        wanted: [("role".into(), "Reader".into())].into(),
        summary: summary.to_owned(),
        subject: "subject".to_owned(),
        text: "text".to_owned(),
        annex: String::new(),
    })
}

pub(crate) fn wait(until: &str) -> Action {
    Action::Await { until: until.to_owned() }
}

pub(crate) fn change(name: &str, change: SubscriptionChange) -> Action {
    Action::Api(Wanted::Change { subscription: subscription(name), change })
}

fn changed(field: &str, before: Option<&str>, after: &str, note: Option<&str>) -> FieldChange {
    FieldChange { field: field.into(), before: before.map(Into::into), after: after.into(), note: note.map(Into::into) }
}

fn money(mut step: Step, undo: Undo, changes: Vec<FieldChange>) -> Step {
    step.risks = vec![Risk::Money];
    step.role = Some(Role::AdminAgent);
    (step.undo, step.changes) = (undo, changes);
    step
}

fn people() -> Vec<Step> {
    let invited = Step {
        place: Some("manifests/northwind.yaml:4:131".into()),
        reason: "declared active, not yet listed".to_owned(),
        ..step(
            "invite-reseller partnership/northwind",
            "partnership/northwind",
            hand_off(
                "invite-reseller",
                "csp@northwind.example",
                "mail to csp@northwind.example, with the invitation link",
            ),
        )
    };
    let listed = step(
        "await-partnership partnership/northwind",
        "partnership/northwind",
        wait("PartnerID 4822222 is listed as active"),
    );
    let customer = step(
        "invite-customer customer/contoso northwind",
        "customer/contoso",
        hand_off(
            "invite-customer",
            "it@contoso.example",
            "mail to it@contoso.example, with the two-tier link; gives no admin right",
        ),
    );
    let associated = step(
        "await-association customer/contoso northwind",
        "customer/contoso",
        wait("Northwind shows among the customer's resellers"),
    );
    vec![
        invited,
        needing(listed, "invite-reseller partnership/northwind", ""),
        needing(customer, "await-partnership partnership/northwind", "the link names its tenant"),
        needing(associated, "invite-customer customer/contoso northwind", ""),
    ]
}

fn subscriptions() -> Vec<Step> {
    let partner = |id: &str| SubscriptionChange::PartnerOfRecord(PartnerId::new(id));
    let por = |name: &str, id: &str| {
        step(
            &format!("set-partner-of-record subscription/contoso/{name}"),
            "customer/contoso",
            change(name, partner(id)),
        )
    };
    let m365 = por("m365", "4811111");
    let seats = step(
        "change-quantity subscription/contoso/m365",
        "customer/contoso",
        change("m365", SubscriptionChange::Quantity(30)),
    );
    let line = CartLine {
        product: Product { product: "CFQ7TTC0BBBB".into(), sku: "0001".into() },
        quantity: 10,
        term: Term::P1Y,
        billing_cycle: BillingCycle::Annual,
        partner_of_record: PartnerId::new("4811111"),
        friendly_name: None,
        reference: None,
        promotion: None,
        end_date: None,
    };
    let teams = step(
        "order-subscription subscription/contoso/teams",
        "customer/contoso",
        Action::Api(Wanted::Order { subscription: subscription("teams"), line: Box::new(line) }),
    );
    let mut visio =
        needing(por("visio", "4822222"), "await-partnership partnership/northwind", "its PartnerID must be valid");
    visio.conditions = vec![
        Condition {
            fact: Fact::Field(subscription("visio"), Field::PartnerOfRecord),
            expect: Expect::Is(Value::text("4811111")),
        },
        Condition {
            fact: Fact::PartnerValid(PartnerId::new("4822222")),
            expect: Expect::After {
                step: key("await-partnership partnership/northwind"),
                brings: Brings::Exactly(Value::Bool(true)),
            },
        },
    ];
    let (fabrikam, northwind) = ("fabrikam (4811111)", "northwind (4822222)");
    let seats = needing(seats, "set-partner-of-record subscription/contoso/m365", "one change at a time");
    vec![
        money(m365, Undo::No, vec![changed("partnerOfRecord", Some("none"), fabrikam, None)]),
        money(seats, Undo::WithinDays(7), vec![changed("quantity", Some("25"), "30", None)]),
        money(
            teams,
            Undo::WithinDays(7),
            vec![changed("partnerOfRecord", None, fabrikam, Some("defaulted from customer/contoso"))],
        ),
        money(visio, Undo::Yes, vec![changed("partnerOfRecord", Some(fabrikam), northwind, None)]),
    ]
}

/// The steps of the worked example.
pub(crate) fn steps() -> Vec<Step> {
    people().into_iter().chain(subscriptions()).collect()
}

/// What stands beside them.
pub(crate) fn outlook() -> Outlook {
    let finding = Finding::error(
        Code::UnclaimedTwin,
        None,
        "a live subscription of CFQ7TTC0AAAA/0001 is claimed by no manifest: 50000000-0000-4000-8000-000000000003",
    )
    .help("bind it with `subscriptionId`, or buy one beside it: `purchase: {additional: {beside: [its id]}}`");
    Outlook {
        blocked: vec![Blocked { key: key("order-subscription subscription/contoso/backup"), finding }],
        assumptions: vec!["4822222 passes validation as partner of record; checked after acceptance".to_owned()],
        ..Outlook::default()
    }
}

/// A saved plan of these.
pub(crate) fn file(steps: Vec<Step>, outlook: &Outlook) -> PlanFile {
    PlanFile::new(&Plan::of_steps(steps), outlook, &SourceMap::default())
}

/// Text as an enemy would write it.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "\u{1b}[2J",
        "\u{1b}]0;x\u{7}",
        "\r",
        "\n",
        "\u{202e}",
        "\u{2066}",
        "\u{85}",
        "\u{e0041}",
        "\0",
        "<script>",
        "|",
        "`",
        "```\n",
        "](https://e.example)",
        "@everyone",
        "&lt;",
        "\"",
        "\\",
        "$(x)",
        "é",
        "株",
        "a",
        " ",
        ", ",
        "# x",
    ]);
    prop::collection::vec(prop_oneof![nasty.prop_map(str::to_owned), any::<String>()], 0..6).prop_map(|v| v.concat())
}

fn text() -> impl Strategy<Value = smol_str::SmolStr> {
    hostile().prop_map(Into::into)
}

fn arbitrary_action() -> impl Strategy<Value = Action> {
    let ask = (text(), prop::option::of(text()), text(), hostile(), hostile(), hostile()).prop_map(
        |(template, to, language, summary, subject, text)| {
            let wanted = [(template.clone(), language.clone())].into();
            let annex = text.clone();
            Action::HandOff(Ask { template, to, language, wanted, summary, subject, text, annex })
        },
    );
    let order = (text(), any::<u32>(), text(), prop::option::of(text())).prop_map(|(product, quantity, id, name)| {
        let line = CartLine {
            product: Product { product, sku: "0001".into() },
            quantity,
            term: Term::P3Y,
            billing_cycle: BillingCycle::Triennial,
            partner_of_record: PartnerId::new(id),
            friendly_name: name.clone(),
            reference: name.clone(),
            promotion: name,
            end_date: (quantity % 2 == 0).then(|| Timestamp::from_seconds(i64::from(quantity)).date()),
        };
        Action::Api(Wanted::Order { subscription: subscription("teams"), line: Box::new(line) })
    });
    let create = (text(), text(), prop::option::of(text()), any::<bool>()).prop_map(|(a, b, c, access)| {
        let billing = BillingContact {
            first_name: a.clone(),
            last_name: b.clone(),
            email: a.clone(),
            culture: b.clone(),
            language: a.clone(),
        };
        let address = PostalAddress {
            country: a.clone(),
            state: c.clone(),
            city: b.clone(),
            postal_code: a.clone(),
            line1: b.clone(),
            line2: c.clone(),
            phone: c.clone(),
        };
        let details = WantedCustomer {
            domain: a,
            company_name: b,
            registration_number: c,
            billing,
            address,
            default_admin_access: access,
            sealed_to: vec!["age1x".into()],
        };
        Action::Api(Wanted::CreateCustomer {
            customer: CustomerKey::Named("contoso".parse().unwrap()),
            reseller: "fabrikam".parse().unwrap(),
            details: Box::new(details),
        })
    });
    let rename = text().prop_map(|name| change("m365", SubscriptionChange::FriendlyName(name)));
    let next = (prop::option::of((text(), text())), prop::option::of(any::<u32>())).prop_map(|(product, quantity)| {
        let product = product.map(|(product, sku)| Box::new(Product { product, sku }));
        Renewal::Renew(NextTerm { product, quantity, term: Some(Term::P1Y), ..NextTerm::default() })
    });
    let renew = prop_oneof![next, Just(Renewal::Cancel), Just(Renewal::Extend)]
        .prop_map(|renewal| change("m365", SubscriptionChange::Renewal(renewal)));
    let support = prop::option::of(Just("fabrikam".parse().unwrap())).prop_map(|partnership| {
        let partner_id = PartnerId::new("4811111");
        Action::Api(Wanted::SetSupportContact { subscription: subscription("m365"), partnership, partner_id })
    });
    prop_oneof![ask, order, create, rename, renew, support, hostile().prop_map(|until| Action::Await { until })]
}

fn arbitrary_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<u32>().prop_map(|n| Value::Number(n.into())),
        text().prop_map(Value::Text),
        prop::collection::vec(text(), 0..3).prop_map(Value::List),
        Just(Value::None),
    ]
}

fn arbitrary_fact() -> impl Strategy<Value = Fact> {
    let customer = || CustomerKey::Named("contoso".parse().unwrap());
    prop_oneof![
        Just(Fact::Binding("customer/@contoso.example".parse().unwrap())),
        Just(Fact::PartnershipActive("fabrikam".parse().unwrap())),
        text().prop_map(|id| Fact::PartnerValid(PartnerId::new(id))),
        text().prop_map(|id| Fact::ProfileName(PartnerId::new(id))),
        Just(Fact::AgreementSigned(customer())),
        Just(Fact::AccountReviewed(customer())),
        Just(Fact::Associated { customer: customer(), partnership: "fabrikam".parse().unwrap() }),
        text().prop_map(Fact::DomainFree),
        text().prop_map(move |sku| Fact::Unclaimed {
            customer: customer(),
            product: Product { product: "CFQ7TTC0AAAA".into(), sku },
        }),
        Just(Fact::Field(subscription("m365"), Field::ScheduledChange)),
        Just(Fact::Pending(Address::subscription(&"contoso".parse().unwrap(), &"m365".parse().unwrap()))),
        Just(Fact::Credentials(customer())),
        Just(Fact::LastDone(StepKey::new(subscription("m365").into(), StepName::ChangeQuantity))),
    ]
}

/// Steps in order, each with its own key, and hostile text wherever text can stand.
pub(crate) fn arbitrary_steps() -> impl Strategy<Value = Vec<Step>> {
    let one = (
        (arbitrary_action(), hostile(), prop::option::of(text()), text()),
        prop::collection::vec((text(), prop::option::of(text()), text(), prop::option::of(text())), 0..3),
        prop::collection::vec((arbitrary_fact(), arbitrary_value()), 0..3),
        prop::sample::select(vec![Undo::Yes, Undo::No, Undo::WithinDays(7)]),
        prop::sample::select(vec![Motive::Intent, Motive::Restore]),
    );
    prop::collection::vec(one, 0..5).prop_map(|all| {
        let mut steps: Vec<Step> = Vec::new();
        for (i, ((action, reason, place, other), fields, facts, undo, motive)) in all.into_iter().enumerate() {
            let mut next = step("change-quantity subscription/contoso/m365", "customer/contoso", action);
            next.key = StepKey::with(next.key.address, StepName::ALL[i], other);
            next.id = super::step_id(&next.key, next.class, &next.action);
            (next.reason, next.place, next.undo, next.motive) = (reason, place, undo, motive);
            next.changes = fields
                .into_iter()
                .map(|(field, before, after, note)| FieldChange { field, before, after, note })
                .collect();
            let brings = Brings::Something;
            next.goal = facts.iter().map(|(fact, _)| (fact.clone(), brings.clone())).collect();
            next.conditions =
                facts.into_iter().map(|(fact, value)| Condition { fact, expect: Expect::Is(value) }).collect();
            if let Some(before) = steps.last() {
                let why = next.reason.clone().into();
                next.needs = vec![Need { step: before.key.clone(), why }];
                next.risks = vec![Risk::Access, Risk::Money];
                next.readiness = Readiness::Asked { since: Timestamp::from_seconds(1_800_000_000) };
            }
            steps.push(next);
        }
        steps
    })
}

/// An outlook full of hostile text.
pub(crate) fn arbitrary_outlook() -> impl Strategy<Value = Outlook> {
    (hostile(), prop::option::of(hostile()), text(), prop::collection::vec(hostile(), 0..3)).prop_map(
        |(message, help, other, assumptions)| {
            let finding = Finding { help, ..Finding::error(Code::Drift, None, message) };
            let key = StepKey::with("customer/contoso".parse().unwrap(), StepName::InviteCustomer, other);
            Outlook {
                blocked: vec![Blocked { key, finding: finding.clone() }],
                findings: vec![finding],
                released: vec!["customer/@a.example".parse().unwrap()],
                renamed: std::collections::BTreeMap::from([(
                    "customer/a".parse().unwrap(),
                    "customer/@b.example".parse().unwrap(),
                )]),
                assumptions,
                ..Outlook::default()
            }
        },
    )
}
