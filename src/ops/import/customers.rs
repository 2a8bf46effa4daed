//! The customers an import finds: a new document for each that no document declares, additions to those that are declared.
//! Never changes or removes what is written.

use super::partnerships::Partners;
use super::{Managed, Work};
use crate::desired::Delegated;
use crate::diag::At;
use crate::ledger::LiveId;
use crate::manifest::emit::{NewDocument, Yaml, document, order, visible};
use crate::manifest::{Change, Edit, Parsed};
use crate::model::product::Commerce;
use crate::model::{CustomerId, CustomerKey, Kind, Name, TenantId};
use crate::observed::{Customer, Facet, Status, Subscription};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The document of a customer.
#[derive(Clone, Copy)]
struct Document {
    /// Where it begins.
    at: At,
    inline: Inline,
    support: Support,
}

/// Whether manifests say who supports a customer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Support {
    Said,
    Unsaid,
}

/// Whether a document has subscriptions.
#[derive(Clone, Copy)]
enum Inline {
    Some,
    None,
}

/// Names of the resellers of every customer.
type Associations = BTreeMap<CustomerId, BTreeSet<Name>>;

impl Work<'_, '_> {
    /// Finds and declares customers.
    pub(super) fn customers(&mut self, partners: &Partners) {
        let associations = self.associations(partners);
        let documents = self.documents();
        let mut names = self.known.customer_names();
        let own = CustomerId::from(self.known.desired.provider.tenant);
        for customer in self.there.customers.values().filter(|customer| customer.id != own) {
            let none = BTreeSet::new();
            let resellers = associations.get(&customer.id).unwrap_or(&none);
            match self.known.customers.get(&customer.id) {
                Some(name) => {
                    self.imported.old.customers += 1;
                    self.add_to(customer.id, name, (documents.get(name).copied(), resellers), partners);
                }
                None => {
                    let name = self.known.former(LiveId::Customer(customer.id)).unwrap_or_else(|| {
                        let label = customer.domain.split('.').next().unwrap_or_default();
                        names.make(&[label, &customer.company_name], "customer", customer.id.as_bytes())
                    });
                    self.declare_customer(customer, &name, resellers, partners);
                }
            }
        }
    }

    /// Relations that are there and no document declares.
    fn associations(&self, partners: &Partners) -> Associations {
        let mut found = Associations::new();
        for (tenant, name) in &partners.names {
            let Facet::Known(list) = self.there.observed.customers_of(*tenant) else { continue };
            for customer in list.keys().filter(|id| !self.known.associations.contains(&(**id, name.clone()))) {
                found.entry(*customer).or_default().insert(name.clone());
            }
        }
        found
    }

    /// The document of each customer.
    fn documents(&self) -> BTreeMap<Name, Document> {
        let delegated: BTreeSet<&CustomerKey> = self.known.desired.support.keys().map(Delegated::customer).collect();
        let document = |parsed: &Parsed| {
            let spec = parsed.document.spec.customer()?;
            let inline = if spec.subscriptions.is_empty() { Inline::None } else { Inline::Some };
            let name = &parsed.document.metadata.name.value;
            let said = spec.support_contact.is_some() || delegated.contains(&CustomerKey::Named(name.clone()));
            let support = if said { Support::Said } else { Support::Unsaid };
            Some((name.clone(), Document { at: parsed.at, inline, support }))
        };
        self.written.documents.iter().filter_map(document).collect()
    }

    fn declare_customer(&mut self, customer: &Customer, name: &Name, resellers: &BTreeSet<Name>, partners: &Partners) {
        let live = self.live(customer.id, name);
        let main = main_reseller(resellers, &live, partners).cloned();
        let others = resellers.iter().filter(|reseller| Some(*reseller) != main.as_ref());
        let others: Vec<Yaml> = others.map(|reseller| Yaml::text(reseller.as_str())).collect();
        let mut spec = vec![(SmolStr::new_static("tenantId"), Yaml::text(customer.id.to_string()))];
        let mut field = |key: &'static str, value| spec.push((SmolStr::new_static(key), value));
        if let Some(main) = &main {
            field("reseller", Yaml::text(main.as_str()));
        }
        if !others.is_empty() {
            field("otherResellers", Yaml::List(others));
        }
        if let Some(contact) = self.support_contact(customer.id, &live, partners) {
            field("supportContact", contact);
        }
        let subscriptions = self.subscriptions((customer.id, name), &live, partners);
        if !subscriptions.is_empty() {
            field("subscriptions", Yaml::Map(subscriptions));
        }
        let (company, domain) = (visible(&customer.company_name), visible(&customer.domain));
        let title = if company.is_empty() { domain } else { format!("{company}, {domain}") };
        let new = NewDocument { kind: Kind::Customer, name, comments: vec![title], spec: Yaml::Map(spec) };
        let mut path = self.folder.clone();
        if let Some(main) = &main {
            path.extend(["resellers", main.as_str()]);
        }
        path.extend(["customers", &format!("{name}.yaml")]);
        self.file(path, customer.id.as_bytes(), document(&new));
        self.imported.new.customers += 1;
    }

    /// Adds what a declared customer has and its document does not say.
    fn add_to(
        &mut self,
        id: CustomerId,
        name: &Name,
        (document, resellers): (Option<Document>, &BTreeSet<Name>),
        partners: &Partners,
    ) {
        let live = self.live(id, name);
        let subscriptions = self.subscriptions((id, name), &live, partners);
        let Some(Document { at: document, inline, support }) = document else { return };
        let edit = |path: &[&str], key: &str, change, order| Edit {
            document,
            path: path.iter().map(SmolStr::new).collect(),
            key: key.into(),
            change,
            order,
        };
        if !resellers.is_empty() {
            let items = resellers.iter().map(|reseller| Yaml::text(reseller.as_str())).collect();
            self.edits.push(edit(&["spec"], "otherResellers", Change::Append(items), order::CUSTOMER));
        }
        if support == Support::Unsaid
            && let Some(contact) = self.support_contact(id, &live, partners)
        {
            self.imported.added += 1;
            self.edits.push(edit(&["spec"], "supportContact", Change::Set(contact), order::CUSTOMER));
        }
        if subscriptions.is_empty() {
            return;
        }
        match inline {
            Inline::Some => {
                for (leaf, subscription) in subscriptions {
                    self.edits.push(edit(&["spec", "subscriptions"], &leaf, Change::Set(subscription), &[]));
                }
            }
            Inline::None => {
                let all = Change::Set(Yaml::Map(subscriptions));
                self.edits.push(edit(&["spec"], "subscriptions", all, order::CUSTOMER));
            }
        }
    }

    /// Live subscriptions of a customer.
    fn live(&mut self, id: CustomerId, name: &Name) -> Vec<Subscription> {
        match self.there.observed.subscriptions(id) {
            Facet::Known(list) => list.iter().filter(|it| it.status.occupies()).cloned().collect(),
            Facet::Absent => Vec::new(),
            Facet::Unknown(why) => {
                self.leave_out(format!("subscriptions of customer `{name}`"), format!("{why}; import again"));
                Vec::new()
            }
        }
    }

    /// Who supports all legacy subscriptions of a customer, if it is one, and one that can be named.
    fn support_contact(&mut self, id: CustomerId, live: &[Subscription], partners: &Partners) -> Option<Yaml> {
        if !self.wishes.manage.contains(&Managed::SupportContact) {
            return None;
        }
        let active = |it: &&Subscription| it.commerce == Commerce::Legacy && it.status == Status::Active;
        let mut tenants: BTreeSet<TenantId> = BTreeSet::new();
        for subscription in live.iter().filter(active) {
            match self.there.observed.support(id, subscription.id) {
                Facet::Known(contact) => drop(tenants.insert(contact.tenant)),
                Facet::Absent | Facet::Unknown(_) => return None,
            }
        }
        let mut tenants = tenants.into_iter();
        let (one, None) = (tenants.next()?, tenants.next()) else {
            self.leave_out(
                format!("support contacts of customer `{id}`"),
                "they differ: write a SupportDelegation for each",
            );
            return None;
        };
        if one == self.known.desired.provider.tenant {
            return Some(Yaml::text("provider"));
        }
        let name = partners.names.get(&one).map(|name| Yaml::text(name.as_str()));
        if name.is_none() {
            self.leave_out(format!("support contact of customer `{id}`"), format!("`{one}` is no partner of ours"));
        }
        name
    }
}

/// The reseller that is partner of record of most of a customer's subscriptions; of equal ones the first by name.
fn main_reseller<'r>(resellers: &'r BTreeSet<Name>, live: &[Subscription], partners: &Partners) -> Option<&'r Name> {
    let own = |name: &Name| {
        live.iter().filter(|it| it.partner_of_record.as_ref().and_then(|id| partners.of(id)) == Some(name)).count()
    };
    resellers.iter().rev().max_by_key(|name| own(name))
}
