//! Relations of customers and resellers: which are missing, and which a run saw before they ended. Never takes what was not
//! read for ended.

use super::{Diff, Partner, Past, Presence, RelationDiff, RelationState, Sides, former, unknown};
use crate::desired::Relation;
use crate::diag::{Code, Finding};
use crate::model::{Address, CustomerKey, Field, Name, Value};
use crate::observed::Facet;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Partnerships of a customer, by name.
type Names<'a> = BTreeSet<&'a str>;

/// A customer's relations.
pub(super) struct Side<'a> {
    /// Those that a run saw while they were declared.
    pub(super) last: BTreeSet<SmolStr>,
    /// Those that are declared.
    pub(super) all: Names<'a>,
    /// Those of them that are there.
    pub(super) seen: Names<'a>,
    /// Whether one is to come.
    pub(super) moves: bool,
}
impl Side<'_> {
    fn of(sides: Sides<'_>, diff: &Diff<'_>, customer: &CustomerKey) -> Self {
        let last = remembered(sides, diff, customer);
        Self { last, all: Names::new(), seen: Names::new(), moves: false }
    }
}

pub(super) fn compare<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    diff.renamed_partnerships = renamed(sides);
    let mut declared: BTreeMap<&CustomerKey, Side<'a>> = BTreeMap::new();
    for ((customer, partnership), relation) in &sides.desired.associations {
        if !sides.scope.holds(&Address::Customer(customer.clone())) {
            continue;
        }
        let Side { last, all, seen, moves } =
            declared.entry(customer).or_insert_with(|| Side::of(sides, diff, customer));
        all.insert(partnership.as_str());
        match standing(sides, diff, customer, partnership) {
            Standing::There => {
                diff.unchanged += 1;
                seen.insert(partnership.as_str());
            }
            Standing::ToldElsewhere => {}
            Standing::Differs(state) => {
                *moves = true;
                let past = past(sides, diff, (last, partnership), &state);
                if past == Past::There {
                    diff.findings.push(ended(customer, partnership, relation));
                }
                diff.relations.push(RelationDiff { customer, partnership, relation, past, state });
            }
        }
    }
    for (address, fields) in &sides.ledger.settled {
        if let (Address::Customer(customer), true) = (address, fields.contains_key(&Field::Reseller)) {
            let is_declared = sides.desired.customers.contains_key(customer) && sides.scope.holds(address);
            // What is no longer declared is forgotten: declared again one day, it is meant anew.
            if is_declared {
                declared.entry(customer).or_insert_with(|| Side::of(sides, diff, customer));
            }
        }
    }
    former::tell(sides, diff, &declared);
    for (customer, side) in &declared {
        settle(diff, customer, side);
    }
}

/// Where a relation stands.
enum Standing {
    There,
    Differs(RelationState),
    /// What stands against the customer or the partnership is told there.
    ToldElsewhere,
}

fn standing(sides: Sides<'_>, diff: &Diff<'_>, customer: &CustomerKey, partnership: &Name) -> Standing {
    match (diff.customers.get(customer), diff.partners.get(partnership)) {
        (Some(Presence::Live(id)), Some(Partner::Listed { tenant, .. })) => match sides.look.associated(*id, *tenant) {
            Facet::Known(true) => Standing::There,
            Facet::Known(false) | Facet::Absent => Standing::Differs(RelationState::Missing),
            Facet::Unknown(why) => {
                let what = format!("the resellers of `{customer}`");
                Standing::Differs(RelationState::Unknown(unknown(&what, &why)))
            }
        },
        (
            Some(Presence::Live(_) | Presence::ToCreate(_) | Presence::ToInvite),
            Some(Partner::NotListed | Partner::Listed { .. }),
        ) => Standing::Differs(RelationState::Missing),
        _ => Standing::ToldElsewhere,
    }
}

/// Old name to new name of each partnership under whose old name the ledger remembers it.
fn renamed(sides: Sides<'_>) -> BTreeMap<SmolStr, SmolStr> {
    let name = |address: &Address| address.as_partnership().map(|name| SmolStr::new(name.as_str()));
    let renamed = sides.desired.renamed.keys().filter_map(|new| Some((name(new)?, new)));
    let open = renamed.filter_map(|(to, new)| {
        let old = super::remembered(sides.desired, sides.ledger, new)?;
        Some((name(&old)?, to))
    });
    open.collect()
}

/// The partnerships that a run saw among a customer's resellers while they were declared, as they are called now.
fn remembered(sides: Sides<'_>, diff: &Diff<'_>, customer: &CustomerKey) -> BTreeSet<SmolStr> {
    let address = Address::Customer(customer.clone());
    let settled = super::settled((sides.desired, sides.ledger), &diff.bindings, &address);
    match settled.and_then(|fields| fields.get(&Field::Reseller)) {
        Some(Value::List(names)) => {
            names.iter().map(|name| diff.renamed_partnerships.get(name).unwrap_or(name).clone()).collect()
        }
        Some(Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::None) | None => BTreeSet::new(),
    }
}

/// Whoever a partnership meant before is not the one that it means now.
fn past(sides: Sides<'_>, diff: &Diff<'_>, (last, with): (&BTreeSet<SmolStr>, &Name), state: &RelationState) -> Past {
    let there = || last.contains(with.as_str());
    let partnership = Address::Partnership(with.clone());
    let is_same = || !super::means_another((sides.desired, sides.ledger), &diff.bindings, &partnership);
    match state {
        RelationState::Missing if there() && is_same() => Past::There,
        RelationState::Missing | RelationState::Unknown(_) => Past::Never,
    }
}

/// What is remembered from now on: what is seen, and what was seen and is declared still, until it is seen again.
fn settle(diff: &mut Diff<'_>, customer: &CustomerKey, Side { last, all, seen, moves: _ }: &Side<'_>) {
    let kept = last.iter().map(SmolStr::as_str).filter(|name| all.contains(name));
    let now: BTreeSet<&str> = kept.chain(seen.iter().copied()).collect();
    if !now.iter().copied().eq(last.iter().map(SmolStr::as_str)) {
        let names = now.into_iter().map(SmolStr::new).collect();
        let fields = diff.settled.entry(Address::Customer(customer.clone())).or_default();
        fields.insert(Field::Reseller, Value::List(names));
    }
}

fn ended(customer: &CustomerKey, partnership: &Name, relation: &Relation) -> Finding {
    let message = format!("`{partnership}` was among the resellers of customer `{customer}` and is no longer");
    Finding::warning(Code::Drift, relation.at, message)
        .about(Address::Customer(customer.clone()))
        .help("`twotier drift` says who ended it; invite the customer again, or take the reseller out of the manifest")
}
