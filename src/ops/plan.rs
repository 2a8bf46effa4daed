//! `plan` and `snapshot`: what would change, and what is there. Holds only the looking door and what is remembered, so
//! neither can write to the tenant or the state.

use super::fault::Fault;
use super::observe::{self, Looked};
use super::planning::{self, Question};
use super::project::Valid;
use super::recall::Recall;
use crate::backend::Observe;
use crate::desired::Desired;
use crate::diag::Code;
use crate::diff;
use crate::diff::Scope;
use crate::ledger::{Guards, Ledger, LiveId};
use crate::model::{Address, Class, CustomerId, TenantId, Timestamp};
use crate::observed::{Facet, Observed, Read};
use crate::plan::file::PlanFile;
use crate::plan::{Planned, Readiness};
use crate::snapshot::{self, Snapshot};
use std::collections::BTreeSet;
use std::path::Path;

/// What a plan is made against.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Looks.
    pub observe: &'a dyn Observe,
    /// What is remembered.
    pub ledger: &'a Ledger,
    /// When.
    pub now: Timestamp,
    /// What earlier looks brought.
    pub recall: &'a Recall,
    /// Guards that an approved plan was made under, where it changes them.
    pub under: Option<&'a Guards>,
}
impl<'a> Ground<'a> {
    /// What one looks with.
    #[must_use]
    pub fn eyes(self, progress: &'a dyn observe::Progress) -> observe::Eyes<'a> {
        observe::Eyes { observe: self.observe, recall: self.recall, progress }
    }
}

/// Plans against the tenant as it is now.
///
/// # Errors
/// When nothing may be read at all: nobody is signed in, or without a role.
pub fn live(
    project: &Valid,
    ground: Ground<'_>,
    targets: &BTreeSet<Address>,
    progress: &dyn observe::Progress,
) -> Result<(Planned, Looked), Fault> {
    let Ground { ledger, now, under, .. } = ground;
    let (desired, sources) = (&project.desired, &project.sources);
    let question = Question { desired, sources, ledger, targets, now, under };
    let (planned, looked) = planning::recall_and_make(question, ground.eyes(progress));
    match looked.denied {
        Some(why) => Err(Fault::Denied(why)),
        None => Ok((planned, looked)),
    }
}

/// Targets as they are meant: a partnership is all that is done with one reseller, so it brings the customers that the
/// manifests give it.
#[must_use]
pub fn with_customers(desired: &Desired, targets: &[Address]) -> BTreeSet<Address> {
    let brought = targets.iter().filter_map(|target| customers_of(desired, target).ok());
    targets.iter().cloned().chain(brought.flatten()).collect()
}

/// A partnership with the customers the manifests give it, to be looked at alone.
///
/// # Errors
/// When no manifest declares that partnership.
pub fn customers_of(desired: &Desired, reseller: &Address) -> Result<BTreeSet<Address>, Fault> {
    let declared = reseller.as_partnership().filter(|name| desired.partnerships.contains_key(*name));
    let name = declared.ok_or_else(|| Fault::Usage(format!("no manifest declares a partnership `{reseller}`")))?;
    let theirs = desired.associations.keys().filter(|(_, partnership)| partnership == name);
    Ok(theirs.map(|(customer, _)| Address::Customer(customer.clone())).chain([reseller.clone()]).collect())
}

/// What was seen and what is remembered of one reseller and its customers, for somebody who may see no others. Lists of
/// other resellers' customers are left out whole: a shorter list would prove absences.
#[must_use]
pub fn of_reseller(
    (desired, ledger): (&Desired, &Ledger),
    theirs: &BTreeSet<Address>,
    observed: &Observed,
    planned: &Planned,
) -> (Observed, Ledger) {
    let live: Vec<LiveId> = theirs.iter().filter_map(|address| planned.bindings.get(address)).collect();
    let resellers: BTreeSet<TenantId> = live.iter().copied().filter_map(LiveId::reseller).collect();
    let listed = resellers.iter().filter_map(|tenant| match observed.customers_of(*tenant) {
        Facet::Known(list) => Some(list.keys().copied()),
        Facet::Absent | Facet::Unknown(_) => None,
    });
    let declared = live.iter().copied().filter_map(LiveId::customer);
    let customers: BTreeSet<CustomerId> = listed.flatten().chain(declared).collect();
    let seen = observed.only(|read| match read {
        Read::Customers => false,
        Read::CustomersOf(reseller) => resellers.contains(reseller),
        Read::ResellersOf(customer)
        | Read::Subscriptions(customer)
        | Read::Subscription(customer, _)
        | Read::SupportContact(customer, _)
        | Read::Agreement(customer)
        | Read::AccountReview(customer)
        | Read::Country(customer)
        | Read::Cart(customer, _) => customers.contains(customer),
        Read::Relationships
        | Read::Domain(_)
        | Read::PostalAddress(_)
        | Read::Offer(_)
        | Read::PartnerId(_)
        | Read::PartnerProfile(_)
        | Read::ResellerByTenant(_)
        | Read::ResellerByPartnerId(_)
        | Read::InvitationLink(_) => true,
    });
    let scope = Scope::of(theirs, desired);
    let kept = |address: &Address| match address {
        Address::Provider(_) | Address::Partnership(_) => true,
        Address::Acknowledgement(_)
        | Address::Customer(_)
        | Address::Subscription(_)
        | Address::ResellerAssociation(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_) => scope.holds(address),
    };
    (seen, ledger.clone().only(kept))
}

/// Plans against a snapshot; its instant is now, and what it does not hold is unknown.
///
/// # Errors
/// When it is of another tenant than the manifests declare.
pub fn offline(project: &Valid, snapshot: &Snapshot, targets: &BTreeSet<Address>) -> Result<Planned, Fault> {
    same_tenant(project, snapshot.tenant)?;
    let question = Question {
        desired: &project.desired,
        sources: &project.sources,
        ledger: &snapshot.ledger,
        targets,
        now: snapshot.at,
        under: None,
    };
    let mut planned = planning::make(question, &snapshot.observed).0;
    planned.outlook.blocked.iter_mut().for_each(|blocked| diff::not_held(&mut blocked.finding));
    Ok(planned)
}

/// That manifests and center mean one tenant.
///
/// # Errors
/// When they do not.
pub fn same_tenant(project: &Valid, center: TenantId) -> Result<(), Fault> {
    same_tenant_id(project.desired.provider.tenant, center)
}

/// The same of a declared tenant.
///
/// # Errors
/// When it is another one.
pub fn same_tenant_id(declared: TenantId, center: TenantId) -> Result<(), Fault> {
    if declared == center { Ok(()) } else { Err(Fault::OtherCenter { declared, center }) }
}

/// Reads a snapshot.
///
/// # Errors
/// When the file cannot be read or is no snapshot.
#[expect(clippy::disallowed_methods, reason = "an edge: a file named on the command line")]
pub fn read_snapshot(path: &Path) -> Result<Snapshot, Fault> {
    let unread = |source| Fault::File { path: path.into(), what: "read", source };
    let mut file = std::fs::File::open(path).map_err(unread)?;
    snapshot::read(&mut file).map_err(|error| unread(std::io::Error::other(error)))
}

/// What can be done next with a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// An API or ledger step is ready.
    Apply,
    /// Only hand-offs and waits are left, or a person has to mend what stands against the rest.
    Wait,
    /// Nothing, because something could not be read.
    Unread,
    /// Nothing.
    Nothing,
}

/// What can be done next with a plan.
#[must_use]
pub fn next(file: &PlanFile) -> Next {
    let (steps, blocked) = (file.plan().steps(), &file.outlook().blocked);
    let ready = |class: Class, readiness: &Readiness| match (class, readiness) {
        (Class::Api | Class::Ledger, Readiness::Ready) => true,
        (Class::Api | Class::Ledger, Readiness::Waiting | Readiness::Asked { .. }) => false,
        (Class::HandOff | Class::Wait, _) => false,
    };
    let people = |class: Class| match class {
        Class::HandOff | Class::Wait => true,
        Class::Api | Class::Ledger => false,
    };
    if steps.iter().any(|step| ready(step.class, &step.readiness)) {
        Next::Apply
    } else if steps.iter().any(|step| people(step.class)) {
        Next::Wait
    } else if blocked.iter().any(|held| held.finding.is(Code::Unknown)) {
        Next::Unread
    } else if blocked.is_empty() {
        Next::Nothing
    } else {
        Next::Wait
    }
}
