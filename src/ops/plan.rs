//! `plan` and `snapshot`: what would change, and what is there. Holds only the looking door and what is remembered, so
//! neither can write to the tenant or the state.

use super::fault::Fault;
use super::observe::{self, Looked};
use super::planning::{self, Question};
use super::project::Valid;
use super::recall::Recall;
use crate::backend::Observe;
use crate::desired::Desired;
use crate::ledger::Ledger;
use crate::model::{Address, Class, TenantId, Timestamp};
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
    let Ground { ledger, now, .. } = ground;
    let question = Question { desired: &project.desired, sources: &project.sources, ledger, targets, now };
    let (planned, looked) = planning::recall_and_make(question, ground.eyes(progress));
    match looked.denied {
        Some(why) => Err(Fault::Denied(why)),
        None => Ok((planned, looked)),
    }
}

/// A partnership with the customers the manifests give it, to be looked at alone.
///
/// # Errors
/// When no manifest declares that partnership.
pub fn customers_of(desired: &Desired, reseller: &Address) -> Result<BTreeSet<Address>, Fault> {
    let declared = match reseller {
        Address::Partnership(name) => desired.partnerships.get(name).map(|_| name),
        Address::Provider(_)
        | Address::Customer(_)
        | Address::ResellerAssociation(_)
        | Address::Subscription(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => None,
    };
    let name = declared.ok_or_else(|| Fault::Usage(format!("no manifest declares a partnership `{reseller}`")))?;
    let theirs = desired.associations.keys().filter(|(_, partnership)| partnership == name);
    Ok(theirs.map(|(customer, _)| Address::Customer(customer.clone())).chain([reseller.clone()]).collect())
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
    };
    Ok(planning::make(question, &snapshot.observed).0)
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
    /// Only hand-offs and waits are left.
    Wait,
    /// Nothing.
    Nothing,
}

/// What can be done next with a plan.
#[must_use]
pub fn next(file: &PlanFile) -> Next {
    let steps = file.plan().steps();
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
    } else {
        Next::Nothing
    }
}
