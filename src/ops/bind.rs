//! `bind`: writes learned ids into the manifests, so that they mean the same objects without the state. Never asks the
//! tenant and never writes over an id that stands there.

use super::fault::Fault;
use super::rewrite::{FileChange, Written};
use crate::desired::Desired;
use crate::diag::At;
use crate::diff::bound_to;
use crate::ledger::{Ledger, LiveId};
use crate::manifest::document::Spec;
use crate::manifest::emit::{Yaml, order};
use crate::manifest::{Change, Edit, Parsed};
use crate::model::{Address, Name};
use smol_str::SmolStr;

/// An id that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Of what.
    pub address: Address,
    /// Which.
    pub id: LiveId,
}

/// The files with the learned ids in them, and which ids these are.
///
/// # Errors
/// When the manifests are not valid, or a text would not read as meant afterwards.
pub fn bind(written: &Written, ledger: &Ledger) -> Result<(Vec<FileChange>, Vec<Bound>), Fault> {
    let Some(desired) = &written.desired else { return written.clone().valid().map(|_| Default::default()) };
    let learned = Learned { desired, ledger };
    let mut edits = Vec::new();
    let mut bound = Vec::new();
    for parsed in &written.documents {
        for (address, id, edit) in learned.edits(parsed) {
            bound.push(Bound { address, id });
            edits.push(edit);
        }
    }
    let changes = written.edited(edits)?;
    written.check(&changes)?;
    Ok((changes, bound))
}

struct Learned<'a> {
    desired: &'a Desired,
    ledger: &'a Ledger,
}

type Found = (Address, LiveId, Edit);

impl Learned<'_> {
    fn id(&self, address: &Address) -> Option<LiveId> {
        bound_to(self.desired, self.ledger, address)
    }

    fn edits(&self, parsed: &Parsed) -> Vec<Found> {
        let name = &parsed.document.metadata.name.value;
        let at = parsed.at;
        match &parsed.document.spec {
            Spec::Partnership(spec) if spec.reseller.tenant_id.is_none() => {
                let address = Address::Partnership(name.clone());
                self.found(address, at, (&["spec", "reseller"], "tenantId", order::RESELLER)).into_iter().collect()
            }
            Spec::Customer(spec) => {
                let address = Address::customer(name);
                let own = self.found(address, at, (&["spec"], "tenantId", order::CUSTOMER));
                let own = own.filter(|_| spec.tenant_id.is_none()).map(|(address, id, mut edit)| {
                    if let (Some(_), Change::Set(value)) = (&spec.domain, &edit.change) {
                        edit.change = Change::InPlaceOf("domain".into(), value.clone());
                    }
                    (address, id, edit)
                });
                let unbound = spec.subscriptions.iter().filter(|(_, it)| it.subscription_id.is_none());
                let subscriptions = unbound.filter_map(|(leaf, _)| self.inline(name, leaf, at));
                own.into_iter().chain(subscriptions).collect()
            }
            Spec::Subscription(spec) if spec.subscription_id.is_none() => {
                let address = Address::subscription(&spec.customer, name);
                self.found(address, at, (&["spec"], "subscriptionId", order::SUBSCRIPTION)).into_iter().collect()
            }
            Spec::Partnership(_)
            | Spec::Subscription(_)
            | Spec::Provider(_)
            | Spec::ResellerAssociation(_)
            | Spec::SupportDelegation(_)
            | Spec::AzureAccess(_)
            | Spec::Acknowledgement(_) => Vec::new(),
        }
    }

    fn inline(&self, customer: &Name, leaf: &Name, at: At) -> Option<Found> {
        let path = ["spec", "subscriptions", leaf.as_str()];
        self.found(Address::subscription(customer, leaf), at, (&path, "subscriptionId", order::SUBSCRIPTION))
    }

    fn found(
        &self,
        address: Address,
        document: At,
        (path, key, order): (&[&str], &str, &'static [&'static str]),
    ) -> Option<Found> {
        let id = self.id(&address)?;
        let edit = Edit {
            document,
            path: path.iter().map(SmolStr::new).collect(),
            key: key.into(),
            change: Change::Set(Yaml::text(id.to_string())),
            order,
        };
        Some((address, id, edit))
    }
}
