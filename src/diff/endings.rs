//! What still hangs on a reseller whose partnership is to end: subscriptions with it as partner of record, legacy
//! support contacts, customers that nobody else is invited to serve. Never says that nothing does where it did not look.

mod search;

use super::owners::Claim;
use super::{Diff, Moved, Partner, RelationState, Sides, SupportDiff, SupportState, Verdict, unknown};
use crate::desired::{self, Customer, Ending, Identity, Origin, Partnership};
use crate::diag::Finding;
use crate::ledger::{Doubt, LiveId, Pending, PendingWhat};
use crate::model::{
    Address, CustomerId, CustomerKey, Field, Managed, Name, PartnerId, SubscriptionId, SubscriptionKey, TenantId, Value,
};
use crate::observed::{self, Facet, Status};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What hangs on the reseller of a listed partnership that is to end.
#[derive(Debug)]
pub struct EndingDiff<'a> {
    /// The partnership.
    pub partnership: &'a Partnership,
    /// How it is to end.
    pub ending: &'a Ending,
    /// The reseller's tenant.
    pub tenant: TenantId,
    /// The reseller's customers, by key.
    pub customers: Vec<(CustomerKey, &'a observed::Customer)>,
    /// Subscriptions that have it as partner of record and do not stay behind, by key.
    pub held: Vec<Held<'a>>,
    /// Legacy subscriptions that it supports and that do not stay behind, by key.
    pub supported: Vec<Supported>,
    /// Customers to be invited to the partnership that takes over.
    pub invitations: Vec<Invitation<'a>>,
    /// How much of the tenant was looked through.
    pub coverage: Coverage,
    /// What could not be read of what was to be looked through.
    pub unread: Vec<Finding>,
}

/// A subscription with the reseller as partner of record.
#[derive(Debug)]
pub struct Held<'a> {
    /// Which.
    pub key: SubscriptionKey,
    /// As observed.
    pub observed: &'a observed::Subscription,
    /// How it gets away.
    pub way: Way<'a>,
}

/// A legacy subscription that the reseller supports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supported {
    /// Which.
    pub key: SubscriptionKey,
    /// Whether somebody else can.
    pub mobility: Mobility,
    customer: CustomerId,
    id: SubscriptionId,
}

/// How a subscription gets away from the reseller.
#[derive(Debug)]
pub enum Way<'a> {
    /// It is declared: the steps of its document take it.
    Document,
    /// A step of the ending takes it.
    Ending,
    /// An earlier step did, which does not show yet.
    Pending(&'a Pending),
    /// An earlier step may have.
    Doubtful(Doubt<'a>),
    /// It cannot.
    Stuck(&'static str),
}

/// Whether something can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mobility {
    /// It can.
    Movable,
    /// It cannot, and this is why.
    Stuck(&'static str),
}

/// A customer of the reseller that is to be invited to the one that takes over.
#[derive(Debug)]
pub struct Invitation<'a> {
    /// The customer.
    pub customer: Cow<'a, Customer>,
    /// The partnership that takes over.
    pub to: &'a Name,
    /// Whether it is known not to belong to it yet.
    pub state: RelationState,
}

/// How much of the tenant was looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Customers whose subscriptions were looked through.
    pub searched: usize,
    /// Customers of the tenant that were not; none when nobody counted them, on purpose.
    pub left: Option<usize>,
}

/// A reseller that leaves, and the PartnerID of the one that takes over.
#[derive(Debug)]
struct Leaver<'a> {
    partnership: &'a Partnership,
    ending: &'a Ending,
    taker: Option<&'a PartnerId>,
}

/// PartnerIDs of resellers that leave, and where what they have goes.
#[derive(Debug, Default)]
pub(super) struct Leaving<'a> {
    by_partner: BTreeMap<PartnerId, Leaver<'a>>,
    /// PartnerIDs that another reseller goes by too, with the partnerships that leave under them.
    shared: BTreeMap<PartnerId, BTreeSet<&'a Name>>,
    /// Subscriptions that stay behind.
    left_behind: BTreeSet<(CustomerId, SubscriptionId)>,
}

/// Who leaves. After bindings are known, before subscriptions are compared.
pub(super) fn leaving<'a>(sides: Sides<'a>, diff: &Diff<'a>) -> Leaving<'a> {
    let mut leaving = Leaving::default();
    for (partnership, ending, tenant) in listed(sides, diff) {
        let taker = taker(sides.desired, ending).map(|(_, partner_id)| partner_id);
        for id in ids(sides, diff, (partnership, tenant)) {
            match diff.owners.claim(&partnership.name, &id) {
                Claim::Own => drop(leaving.by_partner.insert(id, Leaver { partnership, ending, taker })),
                // What another reseller has is not taken from it because this one leaves.
                Claim::Shared(_) => drop(leaving.shared.entry(id).or_default().insert(&partnership.name)),
                Claim::Foreign(_) | Claim::Former(_) => {}
            }
        }
        leaving.left_behind.extend(ending.leave_behind.keys().filter_map(|key| diff.bindings.subscription(key)));
    }
    leaving
}

/// The PartnerIDs that a reseller goes by: as declared, as listed, and as recorded: what was taken out of the document by the
/// change that ends it, or by another run that nobody read, hangs on it still.
fn ids(sides: Sides<'_>, diff: &Diff<'_>, (partnership, tenant): (&Partnership, TenantId)) -> BTreeSet<PartnerId> {
    let list = sides.look.observed().relationships();
    let own = list.known().and_then(|list| list.get(&tenant)).and_then(|relation| relation.partner_id.clone());
    partnership.partner_ids.iter().cloned().chain(own).chain(diff.owners.recorded_of(tenant)).collect()
}

/// PartnerIDs that came over by the very change that ends it: whether what has them hangs on it is not recorded yet.
fn unproven<'a>(sides: Sides<'a>, diff: &Diff<'a>, (partnership, tenant): (&'a Partnership, TenantId)) -> Vec<Finding> {
    let ids = ids(sides, diff, (partnership, tenant)).into_iter();
    let unproven = ids.filter(|id| matches!(diff.owners.claim(&partnership.name, id), Claim::Former(_)));
    unproven.filter_map(|id| diff.owners.against(partnership, &id)).collect()
}

/// Partnerships that are to end and are still listed.
fn listed<'a>(sides: Sides<'a>, diff: &Diff<'a>) -> Vec<(&'a Partnership, &'a Ending, TenantId)> {
    let partners = diff.partners.iter().filter_map(|(name, partner)| match partner {
        Partner::Listed { tenant, .. } => Some((sides.desired.partnerships.get(*name)?, *tenant)),
        Partner::NotListed | Partner::Unknown(_) => None,
    });
    partners.filter_map(|(partnership, tenant)| Some((partnership, partnership.ending.as_deref()?, tenant))).collect()
}

impl<'a> Leaving<'a> {
    /// The reseller that leaves and is partner of record of a subscription that does not stay behind.
    fn of(&self, customer: CustomerId, observed: &observed::Subscription) -> Option<&Leaver<'a>> {
        let leaver = self.by_partner.get(observed.partner_of_record.as_ref()?)?;
        (!self.left_behind.contains(&(customer, observed.id))).then_some(leaver)
    }
    /// Whether a subscription has a PartnerID of this one that another reseller goes by too.
    fn shares(&self, partnership: &Name, observed: &observed::Subscription) -> bool {
        let shared = observed.partner_of_record.as_ref().and_then(|id| self.shared.get(id));
        shared.is_some_and(|names| names.contains(partnership))
    }
    /// Whether a partner of record leaves, and the subscription does not stay behind.
    pub(super) fn takes(&self, customer: CustomerId, observed: &observed::Subscription) -> Option<&'a Ending> {
        self.of(customer, observed).map(|leaver| leaver.ending)
    }
    /// The change that a declared subscription with an unmanaged partner of record takes for the ending.
    pub(super) fn moved(&self, customer: CustomerId, observed: &observed::Subscription) -> Option<Moved> {
        let partner_id = self.of(customer, observed)?.taker?;
        if mobility(observed) != Mobility::Movable {
            return None;
        }
        Some(Moved {
            field: Managed::PartnerOfRecord,
            declared: Value::text(partner_id),
            observed: observed::field_value(observed, Field::PartnerOfRecord),
            settled: None,
            verdict: Verdict::Intent,
        })
    }
}

/// The partnership that takes over, and the PartnerID it does so under.
#[must_use]
pub fn taker<'a>(desired: &'a desired::Desired, ending: &'a Ending) -> Option<(&'a Name, &'a PartnerId)> {
    let to = ending.transfer_to.as_ref()?;
    Some((to, desired.partnerships.get(to)?.partner_ids.first()?))
}

/// The partnership that takes over a customer of one that ends: whom its document names as its reseller, else the one that takes
/// over what nobody declares.
#[must_use]
pub fn heir<'a>(
    desired: &'a desired::Desired,
    (ends, ending): (&Partnership, &'a Ending),
    customer: &CustomerKey,
) -> Option<&'a Name> {
    let written = desired.customers.get(customer).and_then(|customer| customer.reseller.as_ref());
    let own = match written {
        Some((reseller, _)) => Some(reseller).filter(|reseller| **reseller != ends.name),
        None => {
            desired.associations_of(customer).map(|(reseller, _)| reseller).find(|reseller| **reseller != ends.name)
        }
    };
    own.or(ending.transfer_to.as_ref())
}

/// The partnership that ends and had this PartnerID, and who takes over.
#[must_use]
pub fn left_by<'a>(endings: &[EndingDiff<'a>], key: &SubscriptionKey) -> Option<(&'a Partnership, &'a Ending)> {
    let found = endings.iter().find(|ending| ending.held.binary_search_by(|held| held.key.cmp(key)).is_ok())?;
    Some((found.partnership, found.ending))
}

/// What a change of partner of record or support contact needs. Source: learn, update-a-subscription-by-id.
fn mobility(observed: &observed::Subscription) -> Mobility {
    match (observed.status, observed.partner_changeable) {
        (Status::Active, true) => Mobility::Movable,
        (Status::Active, false) => Mobility::Stuck("a reservation or savings plan"),
        (Status::Suspended, _) => Mobility::Stuck("suspended"),
        (Status::Pending, _) => Mobility::Stuck("pending"),
        (Status::Expired | Status::Disabled | Status::Deleted | Status::Other, _) => Mobility::Stuck("not active"),
    }
}

pub(super) fn compare<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    for (partnership, ending, tenant) in listed(sides, diff) {
        let mut found = EndingDiff {
            partnership,
            ending,
            tenant,
            customers: Vec::new(),
            held: Vec::new(),
            supported: Vec::new(),
            invitations: Vec::new(),
            coverage: Coverage { searched: 0, left: None },
            unread: unproven(sides, diff, (partnership, tenant)),
        };
        own_customers(sides, diff, &mut found);
        let spoken: BTreeSet<SubscriptionKey> = diff.support.iter().map(|spoken| spoken.key.clone()).collect();
        for customer in search::searched(sides, diff, &mut found) {
            search::search(sides, diff, customer, &mut found);
        }
        let state = taking(diff, &found);
        let silent = found.supported.iter().filter(|supported| !spoken.contains(&supported.key));
        let moves = silent.filter(|supported| supported.mobility == Mobility::Movable);
        let moves = moves.map(|supported| SupportDiff {
            key: supported.key.clone(),
            declared: &ending.support,
            state: state(supported),
        });
        diff.support.extend(moves);
        found.held.sort_by(|a, b| a.key.cmp(&b.key));
        found.supported.sort_by(|a, b| a.key.cmp(&b.key));
        diff.endings.push(found);
    }
    diff.support.sort_by(|a, b| a.key.cmp(&b.key));
    shown(sides, diff);
}

/// Moves of undeclared subscriptions that did not show and do now.
fn shown<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    for (address, pending) in &sides.ledger.pending {
        let (Address::Subscription(key), PendingWhat::Change { field, value, .. }) = (address, &pending.what) else {
            continue;
        };
        if sides.desired.subscriptions.contains_key(key) || *field == Field::SupportContact {
            continue;
        }
        let Some((customer, id)) = diff.bindings.subscription(key) else { continue };
        if let Facet::Known(there) = sides.look.observed().subscription(customer, id)
            && (observed::field_value(there, *field) == *value || sides.is_overdue(pending))
        {
            diff.shown.insert(address.clone());
        }
    }
}

fn key_of(diff: &Diff<'_>, id: CustomerId) -> CustomerKey {
    match diff.bindings.address(LiveId::Customer(id)) {
        Some(Address::Customer(key)) => key.clone(),
        Some(_) | None => CustomerKey::Id(id),
    }
}

fn own_customers<'a>(sides: Sides<'a>, diff: &Diff<'a>, found: &mut EndingDiff<'a>) {
    let list = match sides.look.customers_of(found.tenant) {
        Facet::Known(list) => list,
        Facet::Absent => return,
        Facet::Unknown(why) => {
            let what = format!("the customers of `{}`", found.partnership.name);
            return found.unread.push(unknown(&what, &why));
        }
    };
    found.customers = list.iter().map(|(id, customer)| (key_of(diff, *id), customer)).collect();
    found.customers.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (key, customer) in &found.customers {
        let Some(to) = heir(sides.desired, (found.partnership, found.ending), key) else { continue };
        let is_declared = sides.desired.associations.contains_key(&(key.clone(), to.clone()));
        if is_declared || search::twin(diff, key).is_some() {
            continue;
        }
        let state = match diff.partners.get(to) {
            Some(Partner::Listed { tenant, .. }) => match sides.look.associated(customer.id, *tenant) {
                Facet::Known(true) => continue,
                Facet::Known(false) | Facet::Absent => RelationState::Missing,
                Facet::Unknown(why) => RelationState::Unknown(unknown(&format!("the resellers of `{key}`"), &why)),
            },
            Some(Partner::NotListed) | None => RelationState::Missing,
            Some(Partner::Unknown(finding)) => RelationState::Unknown(finding.clone()),
        };
        let customer = sides
            .desired
            .customers
            .get(key)
            .map_or_else(|| Cow::Owned(undeclared(key.clone(), customer.id, found.ending)), Cow::Borrowed);
        found.invitations.push(Invitation { customer, to, state });
    }
}

/// A customer that no manifest names.
fn undeclared(key: CustomerKey, id: CustomerId, ending: &Ending) -> Customer {
    Customer {
        key,
        at: ending.at,
        origin: Origin::Named,
        identity: Identity::Id(id),
        reseller: None,
        contact: None,
        create: None,
    }
}

/// How the support of what no delegation speaks of moves.
fn taking<'a>(diff: &Diff<'a>, found: &EndingDiff<'a>) -> impl Fn(&Supported) -> SupportState + use<> {
    let observed = found.tenant;
    let taker = found.ending.transfer_to.as_ref().map(|to| diff.partners.get(to).cloned());
    move |supported| {
        let (customer, id) = (supported.customer, supported.id);
        match &taker {
            Some(Some(Partner::Unknown(finding))) => SupportState::Blocked(finding.clone()),
            Some(Some(Partner::NotListed) | None) => SupportState::AfterPartnership { customer, id, observed },
            Some(Some(Partner::Listed { .. })) | None => {
                SupportState::Moved { customer, id, observed, verdict: Verdict::Intent, settled: None }
            }
        }
    }
}
