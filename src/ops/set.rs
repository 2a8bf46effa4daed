//! `set`: one value in many manifests at once. Changes text only; what the change means for the tenant is for `plan`.

mod layout;
mod naming;
mod stays;
mod table;
mod value;

pub use stays::{Stays, What};
pub use table::{Each, decoded, table};
pub use value::{Assignment, FIELDS, Partner};

use super::fault::Fault;
use super::rewrite::{FileChange, Written};
use crate::diag::or_near;
use crate::manifest::document::{
    Customer, Metadata, PartnerOfRecordRef, Renewal, Spec, StandaloneSubscription, Subscription,
};
use crate::manifest::emit::{Yaml, order};
use crate::manifest::{Change, Edit, Parsed, Spanned};
use crate::model::{Kind, Name};
use naming::Naming;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Which documents, and what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Of which kind.
    pub kind: Kind,
    /// These; none are all that have the labels.
    pub names: BTreeSet<SmolStr>,
    /// Labels they must have.
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// Only fields that name this partnership, and of customers their standalone subscriptions too.
    pub naming: Option<Name>,
    /// What is written.
    pub values: Vec<Assignment>,
    /// What else is written into single ones.
    pub each: Each,
    /// What becomes of partners of record that are asserted, where many subscriptions are meant at once.
    pub assertions: Assertions,
}

impl Order {
    /// Every value, whomever it is for.
    fn all(&self) -> impl Iterator<Item = &Assignment> {
        self.values.iter().chain(self.each.values().flatten())
    }
    /// The values for a document or subscription.
    fn values_of<'a>(&'a self, name: &str) -> Vec<&'a Assignment> {
        self.values.iter().chain(self.each.get(name).into_iter().flatten()).collect()
    }
    /// The customers that are meant, where customers are.
    fn owners(&self, written: &Written) -> BTreeSet<Name> {
        let meant = |parsed: &&Parsed| {
            let name = parsed.document.metadata.name.value.as_str();
            self.kind == Kind::Customer
                && parsed.kind() == Kind::Customer
                && self.has_labels(parsed)
                && (self.names.is_empty() || self.names.contains(name))
        };
        written.documents.iter().filter(meant).map(|parsed| parsed.document.metadata.name.value.clone()).collect()
    }
    /// Whether a document has the labels.
    fn has_labels(&self, parsed: &Parsed) -> bool {
        let there = &parsed.document.metadata.labels;
        self.labels.iter().all(|(key, value)| there.get(key).is_some_and(|it| it.value == *value))
    }
}

/// What becomes of an asserted partner of record (`none`, `{partnerId}`) in a subscription that is not named itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assertions {
    /// It stays: somebody said on purpose that nothing is written to the tenant there.
    Leave,
    /// It is replaced like any other.
    Replace,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The files with the values in them.
    pub changes: Vec<FileChange>,
    /// How much was meant.
    pub meant: Meant,
    /// What stays with the resellers that customers are taken from.
    pub stays: Vec<Stays>,
    /// Files that stay in the folder of another reseller, as their new place is taken.
    pub kept: Vec<PathBuf>,
}

/// How much was meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meant {
    /// Documents or subscriptions.
    pub documents: usize,
    /// Subscriptions whose asserted partner of record was left.
    pub left: usize,
}

/// The files with the values in them, those of customers in the folder of their reseller.
///
/// # Errors
/// When nothing is selected, a field is none of the kind, a text would not read as meant afterwards, or the manifests
/// would have an error that they do not have now.
pub fn set(written: &Written, order: &Order) -> Result<Proposal, Fault> {
    let (left, meant) = (order.names.clone(), Meant::default());
    let naming = order.naming.as_ref().map(|name| Naming::of(written, name));
    let mut choice = Choice {
        order,
        naming,
        owners: order.owners(written),
        left,
        known: BTreeSet::new(),
        edits: Vec::new(),
        meant,
        refused: None,
        without_action: None,
    };
    let slug = order.kind.slug();
    if let Some(odd) = order.all().find(|value| !value.fits(order.kind)) {
        let whose =
            if odd.fits(Kind::Subscription) { ": `twotier set subscription CUSTOMER/NAME` sets it" } else { "" };
        return Err(Fault::Usage(format!("a {slug} has no `{}` that can be set{whose}", odd.field())));
    }
    if written.desired.is_some() {
        are_declared(written, order)?;
    }
    written.documents.iter().for_each(|parsed| choice.document(parsed));
    if let Some(unknown) = choice.left.first() {
        let labels = if order.labels.is_empty() { "" } else { ", or it has not these labels" };
        let near = or_near(unknown, choice.known.iter().map(SmolStr::as_str));
        if order.kind == Kind::Subscription && !unknown.contains('/') {
            return Err(Fault::Usage(format!("`{unknown}` names no subscription: say CUSTOMER/NAME{near}")));
        }
        return Err(Fault::Usage(format!("no manifest declares `{slug}/{unknown}`{labels}{near}")));
    }
    if choice.meant.documents == 0 {
        let nobody = choice.naming.map(|naming| naming.nobody(written, order.kind));
        return Err(Fault::Usage(nobody.unwrap_or_else(|| format!("no {slug} has these labels"))));
    }
    let meant = choice.meant;
    if let Some(name) = choice.refused {
        return Err(Fault::Usage(format!(
            "`azure-access/{name}` names its principal, which is the old reseller's: change it by hand"
        )));
    }
    if let Some(name) = choice.without_action {
        return Err(Fault::Usage(format!(
            "`subscription/{name}` declares no renewal yet: say `renewal.action=renew` as well"
        )));
    }
    let mut changes = written.edited(choice.edits)?;
    written.check(&changes)?;
    let (mut stays, mut kept) = (Vec::new(), Vec::new());
    let to: BTreeSet<&Name> = order.all().filter_map(Assignment::reseller).collect();
    if order.kind == Kind::Customer && !to.is_empty() {
        let after = written.with(&changes);
        let one = to.first().copied().filter(|_| to.len() == 1);
        stays = stays::stays(written, &after, order, one);
        kept = layout::follow(written, &after, &mut changes);
    }
    Ok(Proposal { changes, meant, stays, kept })
}

/// That the partnerships an order names are there: said once, not for each document.
fn are_declared(written: &Written, order: &Order) -> Result<(), Fault> {
    let partnerships = written.documents.iter().filter(|parsed| parsed.kind() == Kind::Partnership);
    let known: BTreeSet<&Name> = partnerships.map(|parsed| &parsed.document.metadata.name.value).collect();
    let Some(unknown) = order.all().filter_map(Assignment::partnership).find(|name| !known.contains(name)) else {
        return Ok(());
    };
    let near = or_near(unknown.as_str(), known.iter().map(|name| name.as_str()));
    Err(Fault::Usage(format!("no manifest declares `partnership/{unknown}`{near}")))
}

/// Whether nothing is said of a next term.
fn is_bare(renewal: &Renewal) -> bool {
    let Renewal { action: _, quantity, term, billing_cycle, end_date } = renewal;
    quantity.is_none() && term.is_none() && billing_cycle.is_none() && end_date.is_none()
}

/// A subscription as it is written.
struct Leaf<'a> {
    /// Its name in its customer's document, none in its own.
    name: Option<&'a Name>,
    partner: Option<&'a Spanned<PartnerOfRecordRef>>,
    renewal: Option<&'a Renewal>,
}

struct Choice<'a> {
    order: &'a Order,
    naming: Option<Naming<'a>>,
    /// Customers whose standalone subscriptions are meant with them.
    owners: BTreeSet<Name>,
    /// Names that were not found yet.
    left: BTreeSet<SmolStr>,
    /// Every name that could have been meant.
    known: BTreeSet<SmolStr>,
    edits: Vec<Edit>,
    meant: Meant,
    /// An Azure access whose principal would not be its reseller's.
    refused: Option<Name>,
    /// A subscription of whose renewal something would be said, and not what becomes of it.
    without_action: Option<SmolStr>,
}

impl<'a> Choice<'a> {
    fn document(&mut self, parsed: &Parsed) {
        let metadata = &parsed.document.metadata;
        if let Spec::Subscription(spec) = &parsed.document.spec
            && self.owners.contains(&spec.customer.value)
        {
            return self.standalone(parsed, spec);
        }
        if !self.order.has_labels(parsed) {
            return;
        }
        if self.order.kind == Kind::Subscription {
            return self.subscriptions(parsed);
        }
        let name = metadata.name.value.as_str();
        if parsed.kind() != self.order.kind || !self.is_selected(&name.into()) {
            return;
        }
        let values = self.meant_for(parsed, name);
        self.meant.documents += usize::from(self.naming.is_none() || !values.is_empty());
        self.labels(parsed, metadata, &values);
        self.contact(parsed, &values);
        for value in values {
            match (value, &parsed.document.spec) {
                (Assignment::Reseller(name), Spec::Customer(spec)) => self.reseller(parsed, spec, name),
                (Assignment::SupportContact(who), Spec::Customer(_)) => {
                    self.set(parsed, &["spec"], ("supportContact", Yaml::text(who)), order::CUSTOMER);
                }
                (Assignment::SupportContact(who), Spec::SupportDelegation(_)) => {
                    self.set(parsed, &["spec"], ("supportContact", Yaml::text(who)), &[]);
                }
                (Assignment::Reseller(name), Spec::AzureAccess(spec)) => {
                    // A group of the old reseller would go on to be granted, in the name of the new one.
                    if spec.principal.is_some() && spec.reseller.value != *name {
                        self.refused.get_or_insert_with(|| metadata.name.value.clone());
                    }
                    self.set(parsed, &["spec"], ("reseller", Yaml::text(name.as_str())), &[]);
                }
                (Assignment::PartnerOfRecord(partner), Spec::Customer(spec)) => {
                    for (leaf, one) in &spec.subscriptions {
                        self.partner_of_record((parsed, Some(leaf)), one.partner_of_record.as_ref(), partner);
                    }
                }
                // Labels are written together; other fields do not come here.
                (_, _) => {}
            }
        }
    }

    /// The values for a document; where only what names a reseller is meant, those for its fields that do.
    fn meant_for(&self, parsed: &Parsed, name: &str) -> Vec<&'a Assignment> {
        let mut values = self.order.values_of(name);
        if let Some(naming) = &self.naming {
            values.retain(|value| naming.has(parsed, value));
        }
        values
    }

    /// Whether a document is selected by its name.
    fn is_selected(&mut self, name: &SmolStr) -> bool {
        self.known.insert(name.clone());
        let selected = self.order.names.is_empty() || self.order.names.contains(name);
        if selected {
            self.left.remove(name);
        }
        selected
    }

    /// A subscription in its own document, meant with its customer.
    fn standalone(&mut self, parsed: &Parsed, spec: &StandaloneSubscription) {
        let there = spec.partner_of_record.as_ref();
        for value in self.meant_for(parsed, spec.customer.value.as_str()) {
            if let Assignment::PartnerOfRecord(partner) = value {
                self.partner_of_record((parsed, None), there, partner);
                // Its customer is counted already, unless only this names the reseller.
                self.meant.documents += usize::from(self.naming.is_some());
            }
        }
    }

    /// A subscription that is not named itself.
    fn partner_of_record(
        &mut self,
        (parsed, leaf): (&Parsed, Option<&Name>),
        there: Option<&Spanned<PartnerOfRecordRef>>,
        partner: &Partner,
    ) {
        let is_meant = self.naming.as_ref().is_none_or(|naming| naming.is_partner(there));
        if is_meant && self.may_replace(there) {
            self.subscription(parsed, leaf, ("partnerOfRecord", partner.written()));
        }
    }

    /// Whether a partner of record may be written over, in a subscription that is not named itself; counts what is left.
    fn may_replace(&mut self, written: Option<&Spanned<PartnerOfRecordRef>>) -> bool {
        let asserted = written.is_some_and(|written| match &written.value {
            PartnerOfRecordRef::None | PartnerOfRecordRef::Asserted(_) => true,
            PartnerOfRecordRef::Partnership(_) | PartnerOfRecordRef::Exact { .. } => false,
        });
        let leave = asserted && self.order.assertions == Assertions::Leave;
        self.meant.left += usize::from(leave);
        !leave
    }

    fn subscriptions<'p>(&mut self, parsed: &'p Parsed) {
        let own = &parsed.document.metadata.name.value;
        let (customer, leaves): (&Name, Vec<Leaf<'_>>) = match &parsed.document.spec {
            Spec::Customer(spec) => {
                let leaf = |(name, one): (&'p Name, &'p Spanned<Subscription>)| Leaf {
                    name: Some(name),
                    partner: one.value.partner_of_record.as_ref(),
                    renewal: one.value.renewal.as_ref().map(|renewal| &renewal.value),
                };
                (own, spec.subscriptions.iter().map(leaf).collect())
            }
            Spec::Subscription(spec) => {
                let renewal = spec.renewal.as_ref().map(|renewal| &renewal.value);
                (&spec.customer.value, vec![Leaf { name: None, partner: spec.partner_of_record.as_ref(), renewal }])
            }
            Spec::Provider(_)
            | Spec::Partnership(_)
            | Spec::ResellerAssociation(_)
            | Spec::SupportDelegation(_)
            | Spec::AzureAccess(_)
            | Spec::Acknowledgement(_) => return,
        };
        for written in leaves {
            let Leaf { name: leaf, partner: partner_there, renewal: _ } = written;
            let name = smol_str::format_smolstr!("{customer}/{}", leaf.unwrap_or(own));
            let names_it = self.naming.as_ref().is_none_or(|naming| naming.is_partner(partner_there));
            if !self.is_selected(&name) || !names_it {
                continue;
            }
            self.meant.documents += 1;
            let values = self.order.values_of(&name);
            self.renewal((parsed, &name), &written, &values);
            for value in values {
                let (key, value) = match value {
                    Assignment::PartnerOfRecord(_)
                        if self.order.names.is_empty() && !self.may_replace(partner_there) =>
                    {
                        continue;
                    }
                    Assignment::PartnerOfRecord(partner) => ("partnerOfRecord", partner.written()),
                    Assignment::Quantity(quantity) => ("quantity", Yaml::Number(*quantity)),
                    Assignment::FriendlyName(name) => ("friendlyName", Yaml::text(name)),
                    Assignment::Reseller(_)
                    | Assignment::SupportContact(_)
                    | Assignment::Contact(..)
                    | Assignment::Renewal(..)
                    | Assignment::Label(..) => continue,
                };
                self.subscription(parsed, leaf, (key, value));
            }
        }
    }

    /// A renewal is made, changed, or where it is to be none replaced: what was said of a next term goes with it.
    fn renewal(&mut self, (parsed, name): (&Parsed, &SmolStr), leaf: &Leaf<'_>, values: &[&Assignment]) {
        let mut fields: Vec<(&str, Yaml)> = Vec::new();
        for field in order::RENEWAL {
            let value = values.iter().rev().find_map(|value| match value {
                Assignment::Renewal(name, value) if name == field => Some(value.clone()),
                Assignment::Renewal(..)
                | Assignment::Reseller(_)
                | Assignment::SupportContact(_)
                | Assignment::PartnerOfRecord(_)
                | Assignment::Quantity(_)
                | Assignment::FriendlyName(_)
                | Assignment::Contact(..)
                | Assignment::Label(..) => None,
            });
            fields.extend(value.map(|value| (*field, value)));
        }
        if fields.is_empty() {
            return;
        }
        let action = fields.first().filter(|(field, _)| *field == "action").map(|(_, value)| value.clone());
        let goes_on = action.is_none() || action == Some(Yaml::text("renew"));
        match leaf.renewal {
            Some(there) if goes_on || is_bare(there) => {
                let inline = leaf.name.map(|name| ["subscriptions", name.as_str()]);
                let path: Vec<&str> =
                    ["spec"].into_iter().chain(inline.into_iter().flatten()).chain(["renewal"]).collect();
                fields.into_iter().for_each(|field| self.set(parsed, &path, field, order::RENEWAL));
            }
            None if action.is_none() => drop(self.without_action.get_or_insert_with(|| name.clone())),
            Some(_) | None => self.subscription(parsed, leaf.name, ("renewal", Yaml::inline(fields))),
        }
    }

    fn set(&mut self, parsed: &Parsed, path: &[&str], (key, value): (&str, Yaml), order: &'static [&'static str]) {
        let path = path.iter().map(SmolStr::new).collect();
        self.edits.push(Edit { document: parsed.at, path, key: key.into(), change: Change::Set(value), order });
    }

    fn subscription(&mut self, parsed: &Parsed, leaf: Option<&Name>, field: (&str, Yaml)) {
        match leaf {
            Some(leaf) => self.set(parsed, &["spec", "subscriptions", leaf.as_str()], field, order::SUBSCRIPTION),
            None => self.set(parsed, &["spec"], field, order::SUBSCRIPTION),
        }
    }

    /// Who becomes the reseller is no other reseller any more: a relation stands once.
    fn reseller(&mut self, parsed: &Parsed, spec: &Customer, name: &Name) {
        let first = spec.reseller.as_ref().map(|reseller| &reseller.value);
        let naming = self.naming.as_ref();
        let is_first = naming.is_none_or(|naming| first.is_some_and(|first| naming.is(first)));
        let there: Vec<&Name> = spec.other_resellers.iter().map(|other| &other.value).collect();
        let mut others: Vec<&Name> = Vec::new();
        for other in &there {
            let other = if naming.is_some_and(|naming| naming.is(other)) { name } else { other };
            if !others.contains(&other) && Some(other) != if is_first { Some(name) } else { first } {
                others.push(other);
            }
        }
        let changed =
            (others != there).then(|| Yaml::List(others.into_iter().map(|other| Yaml::text(other.as_str())).collect()));
        if is_first {
            self.set(parsed, &["spec"], ("reseller", Yaml::text(name.as_str())), order::CUSTOMER);
        }
        if let Some(others) = changed {
            self.set(parsed, &["spec"], ("otherResellers", others), order::CUSTOMER);
        }
    }

    /// A contact is made or completed; who writes it all at once writes it in one line.
    fn contact(&mut self, parsed: &Parsed, values: &[&Assignment]) {
        let (path, there, order): (&[&str], _, _) = match &parsed.document.spec {
            Spec::Customer(spec) => (&["spec"], spec.contact.is_some(), order::CUSTOMER),
            Spec::Partnership(spec) => (&["spec", "reseller"], spec.reseller.contact.is_some(), order::RESELLER),
            Spec::Provider(_)
            | Spec::ResellerAssociation(_)
            | Spec::Subscription(_)
            | Spec::SupportDelegation(_)
            | Spec::AzureAccess(_)
            | Spec::Acknowledgement(_) => return,
        };
        let fields = values.iter().filter_map(|value| match value {
            Assignment::Contact(field, text) => Some((*field, Yaml::text(text))),
            Assignment::Reseller(_)
            | Assignment::SupportContact(_)
            | Assignment::PartnerOfRecord(_)
            | Assignment::Quantity(_)
            | Assignment::FriendlyName(_)
            | Assignment::Renewal(..)
            | Assignment::Label(..) => None,
        });
        let fields: Vec<(&str, Yaml)> = fields.collect();
        if there {
            let path: Vec<&str> = path.iter().copied().chain(["contact"]).collect();
            fields.into_iter().for_each(|field| self.set(parsed, &path, field, order::CONTACT));
        } else if !fields.is_empty() {
            let contact = Yaml::inline(fields);
            self.set(parsed, path, ("contact", contact), order);
        }
    }

    fn labels(&mut self, parsed: &Parsed, metadata: &Metadata, values: &[&Assignment]) {
        let labels = values.iter().filter_map(|value| match value {
            Assignment::Label(key, value) => Some((key, Yaml::text(value))),
            Assignment::Reseller(_)
            | Assignment::SupportContact(_)
            | Assignment::PartnerOfRecord(_)
            | Assignment::Quantity(_)
            | Assignment::FriendlyName(_)
            | Assignment::Contact(..)
            | Assignment::Renewal(..) => None,
        });
        if !metadata.labels.is_empty() {
            labels.for_each(|(key, value)| self.set(parsed, &["metadata", "labels"], (key, value), &[]));
            return;
        }
        let labels = Yaml::inline(labels);
        if labels != Yaml::Inline(Vec::new()) {
            self.set(parsed, &["metadata"], ("labels", labels), order::METADATA);
        }
    }
}
