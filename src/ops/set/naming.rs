//! Only what names one reseller: which fields of a document do, whatever form they have. Never changes anything.

use super::{Assignment, Written};
use crate::diag::or_near;
use crate::manifest::document::{Customer, PartnerOfRecordRef, Spec, SupportContactRef};
use crate::manifest::{Parsed, Spanned};
use crate::model::{Kind, Name, PartnerId};
use std::collections::BTreeSet;

/// A reseller, by whatever names it.
pub(super) struct Naming<'a> {
    name: &'a Name,
    /// Its PartnerIDs, as manifests declare them.
    ids: BTreeSet<PartnerId>,
}

impl<'a> Naming<'a> {
    pub(super) fn of(written: &Written, name: &'a Name) -> Self {
        let ids = super::stays::ids(written).into_iter().filter(|(_, owner)| owner == name);
        Self { name, ids: ids.map(|(id, _)| id).collect() }
    }

    /// Whether the reseller is this one.
    pub(super) fn is(&self, reseller: &Name) -> bool {
        self.name == reseller
    }

    /// Whether a partner of record is this one, be it asserted.
    pub(super) fn is_partner(&self, written: Option<&Spanned<PartnerOfRecordRef>>) -> bool {
        match written.map(|written| &written.value) {
            Some(PartnerOfRecordRef::Partnership(name) | PartnerOfRecordRef::Exact { partnership: name, .. }) => {
                self.is(name)
            }
            Some(PartnerOfRecordRef::Asserted(id)) => self.ids.contains(id),
            Some(PartnerOfRecordRef::None) | None => false,
        }
    }

    /// Why nothing is meant: which kinds do name it, if any does.
    pub(super) fn nobody(&self, written: &Written, kind: Kind) -> String {
        let names = |parsed: &&Parsed| {
            let spec = &parsed.document.spec;
            self.has_reseller(spec) || self.has_support(spec) || self.has_partner(spec)
        };
        let others: BTreeSet<&str> =
            written.documents.iter().filter(names).map(|parsed| parsed.kind().slug()).collect();
        let others: Vec<&str> = others.into_iter().collect();
        let also =
            if others.is_empty() { String::new() } else { format!("; documents that do: {}", others.join(", ")) };
        let partnerships = written.documents.iter().filter(|parsed| parsed.kind() == Kind::Partnership);
        let known: BTreeSet<&Name> = partnerships.map(|parsed| &parsed.document.metadata.name.value).collect();
        let near = if known.contains(self.name) {
            String::new()
        } else {
            or_near(self.name.as_str(), known.into_iter().map(Name::as_str))
        };
        format!("no {} names `{}` in these fields{also}{near}", kind.slug(), self.name)
    }

    fn is_support(&self, written: Option<&SupportContactRef>) -> bool {
        match written {
            Some(SupportContactRef::Partnership(name)) => self.is(name),
            Some(SupportContactRef::Provider) | None => false,
        }
    }

    /// Whether a customer has it as a reseller, the first or another.
    fn is_reseller(&self, spec: &Customer) -> bool {
        spec.reseller.iter().chain(&spec.other_resellers).any(|reseller| self.is(&reseller.value))
    }

    /// Whether the field that a value is for names it; what is no reseller's field, whether any field does.
    pub(super) fn has(&self, parsed: &Parsed, value: &Assignment) -> bool {
        let spec = &parsed.document.spec;
        match value {
            Assignment::Reseller(_) => self.has_reseller(spec),
            Assignment::SupportContact(_) => self.has_support(spec),
            Assignment::PartnerOfRecord(_) => self.has_partner(spec),
            Assignment::Quantity(_)
            | Assignment::FriendlyName(_)
            | Assignment::Contact(..)
            | Assignment::Renewal(..)
            | Assignment::Label(..) => self.has_reseller(spec) || self.has_support(spec) || self.has_partner(spec),
        }
    }

    fn has_reseller(&self, spec: &Spec) -> bool {
        match spec {
            Spec::Customer(spec) => self.is_reseller(spec),
            Spec::AzureAccess(spec) => self.is(&spec.reseller.value),
            Spec::Provider(_)
            | Spec::Partnership(_)
            | Spec::ResellerAssociation(_)
            | Spec::Subscription(_)
            | Spec::SupportDelegation(_)
            | Spec::Acknowledgement(_) => false,
        }
    }

    fn has_support(&self, spec: &Spec) -> bool {
        match spec {
            Spec::Customer(spec) => self.is_support(spec.support_contact.as_ref().map(|it| &it.value)),
            Spec::SupportDelegation(spec) => self.is_support(Some(&spec.support_contact.value)),
            Spec::Provider(_)
            | Spec::Partnership(_)
            | Spec::ResellerAssociation(_)
            | Spec::Subscription(_)
            | Spec::AzureAccess(_)
            | Spec::Acknowledgement(_) => false,
        }
    }

    fn has_partner(&self, spec: &Spec) -> bool {
        match spec {
            Spec::Customer(spec) => {
                spec.subscriptions.values().any(|one| self.is_partner(one.value.partner_of_record.as_ref()))
            }
            Spec::Subscription(spec) => self.is_partner(spec.partner_of_record.as_ref()),
            Spec::Provider(_)
            | Spec::Partnership(_)
            | Spec::ResellerAssociation(_)
            | Spec::SupportDelegation(_)
            | Spec::AzureAccess(_)
            | Spec::Acknowledgement(_) => false,
        }
    }
}
