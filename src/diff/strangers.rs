//! Relationships that no document means, whatever part of the project is looked at. Never asks for a read: where the
//! list was not read nothing is said.

use super::bind::left_for_another;
use super::{Owners, Sides};
use crate::model::TenantId;
use crate::observed::{Facet, Relationship};
use std::collections::BTreeSet;

/// Active relationships that neither a document nor an earlier run means, by tenant. What a document meant before another
/// tenant was written in it, it means no more. The invitation link is reusable:
/// whoever has it may accept. Source: learn, indirect-provider-tasks.
#[must_use]
pub fn strangers<'a>(sides: Sides<'a>) -> Vec<&'a Relationship> {
    let Facet::Known(list) = sides.look.observed().relationships() else { return Vec::new() };
    let owners = Owners::of(sides.desired, sides.ledger, Some(list));
    let remembered: BTreeSet<TenantId> = remembered(sides).collect();
    let is_ours = |it: &Relationship| owners.speaks_of(it.tenant) || remembered.contains(&it.tenant);
    list.values().filter(|it| it.active && !is_ours(it)).collect()
}

/// The resellers that earlier runs had to do with. Documents that disappeared among them are told as released.
fn remembered<'a>(sides: Sides<'a>) -> impl Iterator<Item = TenantId> + 'a {
    let declared = sides.desired.partnerships.values();
    let left: BTreeSet<TenantId> = declared.filter_map(|it| left_for_another(sides, it)).collect();
    let bound = sides.ledger.bindings.values().filter_map(|live| live.reseller());
    bound.filter(move |tenant| !left.contains(tenant))
}
