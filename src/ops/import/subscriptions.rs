//! The subscriptions an import writes into a customer: those that are live and that no document declares. And the
//! managed fields that the document of a declared one lacks. Never claims one that an order may mean.

use super::partnerships::Partners;
use super::{Managed, Work};
use crate::diag::At;
use crate::ledger::LiveId;
use crate::manifest::document::Spec;
use crate::manifest::emit::{Yaml, order};
use crate::manifest::{Change, Edit, Parsed};
use crate::model::{CustomerId, Leaf, Name, NextTerm, Renewal, SubscriptionKey};
use crate::observed::{AtEnd, Subscription};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

impl Work<'_, '_> {
    /// New subscriptions of a customer, by name.
    pub(super) fn subscriptions(
        &mut self,
        (customer, name): (CustomerId, &Name),
        live: &[Subscription],
        partners: &Partners,
    ) -> Vec<(SmolStr, Yaml)> {
        let mut names = self.known.subscription_names(name);
        let mut new = Vec::new();
        for subscription in live {
            if let Some(key) = self.known.subscriptions.get(&(customer, subscription.id)) {
                self.imported.old.subscriptions += 1;
                self.complete(key, name, subscription);
                continue;
            }
            let product = subscription.product.as_ref();
            if product.is_some_and(|product| self.known.may_be_ordered(customer, product, subscription.id)) {
                self.leave_out(
                    format!("subscription `{}` of customer `{name}`", subscription.id),
                    "the customer's document orders one of the same product: write `subscriptionId` there if it is meant",
                );
                continue;
            }
            let id = LiveId::Subscription(customer, subscription.id);
            let leaf = self.known.former(id).unwrap_or_else(|| {
                let product = product.map_or("", |product| product.product.as_str());
                let texts = [subscription.friendly_name.as_str(), &subscription.offer_name, product];
                names.make(&texts, "subscription", subscription.id.as_bytes())
            });
            new.push((SmolStr::new(leaf.as_str()), self.written_subscription(name, subscription, partners)));
        }
        self.imported.new.subscriptions += new.len();
        new.sort_by(|(a, _), (b, _)| a.cmp(b));
        new
    }

    fn written_subscription(&mut self, customer: &Name, subscription: &Subscription, partners: &Partners) -> Yaml {
        let mut fields = vec![("subscriptionId", Yaml::text(subscription.id.to_string()))];
        let wishes = self.wishes;
        let managed = self.managed(&wishes.manage, customer, subscription);
        let (before, after): (Vec<_>, Vec<_>) = managed.into_iter().partition(|(field, _)| *field == "quantity");
        fields.extend(before);
        let partner = partners.written(subscription.partner_of_record.as_ref());
        let is_written = partner.is_some();
        fields.extend(partner.map(|partner| ("partnerOfRecord", partner)));
        fields.extend(after);
        if !is_written {
            self.leave_out(
                format!("partner of record of subscription `{}` of customer `{customer}`", subscription.id),
                "the tenant holds a PartnerID that no manifest could name",
            );
        }
        Yaml::map(fields)
    }

    /// The fields that are managed only when asked for, in their order.
    fn managed(
        &mut self,
        manage: &BTreeSet<Managed>,
        customer: &Name,
        subscription: &Subscription,
    ) -> Vec<(&'static str, Yaml)> {
        let mut fields = Vec::new();
        if manage.contains(&Managed::Quantity) && subscription.quantity > 0 {
            fields.push(("quantity", Yaml::Number(subscription.quantity)));
        }
        let name = &subscription.friendly_name;
        let shown = (1..=256).contains(&name.chars().count()) && !name.contains(char::is_control);
        if manage.contains(&Managed::FriendlyName) && shown {
            fields.push(("friendlyName", Yaml::text(&subscription.friendly_name)));
        }
        if manage.contains(&Managed::Renewal) {
            match renewal(&subscription.at_end) {
                Ok(renewal) => fields.push(("renewal", renewal)),
                Err(why) => self
                    .leave_out(format!("renewal of subscription `{}` of customer `{customer}`", subscription.id), why),
            }
        }
        fields
    }

    /// Adds managed fields that the document of a declared subscription does not have.
    fn complete(&mut self, key: &SubscriptionKey, customer: &Name, subscription: &Subscription) {
        let Leaf::Named(leaf) = &key.leaf else { return };
        let Some(written) = self.fields.get(&(customer.clone(), leaf.clone())).cloned() else { return };
        // What is written is not asked for, and so neither told as left out.
        let lacks = |field: &Managed| *field != Managed::SupportContact && !written.has.contains(field);
        let wanted: BTreeSet<Managed> = self.wishes.manage.iter().copied().filter(lacks).collect();
        for (field, value) in self.managed(&wanted, customer, subscription) {
            self.imported.added += 1;
            self.edits.push(Edit {
                document: written.document,
                path: written.path.clone(),
                key: field.into(),
                change: Change::Set(value),
                order: order::SUBSCRIPTION,
            });
        }
    }
}

/// A declared subscription as it is written.
#[derive(Clone)]
pub(super) struct Fields {
    document: At,
    path: Vec<SmolStr>,
    has: BTreeSet<Managed>,
}

/// Which of quantity, name and renewal are written.
fn said(written: [bool; 3]) -> BTreeSet<Managed> {
    let all = [Managed::Quantity, Managed::FriendlyName, Managed::Renewal].into_iter().zip(written);
    all.filter(|(_, is_written)| *is_written).map(|(field, _)| field).collect()
}

/// Every declared subscription as it is written, by customer and name.
pub(super) fn fields(documents: &[Parsed]) -> BTreeMap<(Name, Name), Fields> {
    let mut all = BTreeMap::new();
    for parsed in documents {
        let own = &parsed.document.metadata.name.value;
        if let Spec::Subscription(spec) = &parsed.document.spec {
            let has = said([spec.quantity.is_some(), spec.friendly_name.is_some(), spec.renewal.is_some()]);
            let fields = Fields { document: parsed.at, path: vec!["spec".into()], has };
            all.insert((spec.customer.value.clone(), own.clone()), fields);
        }
        for (leaf, one) in parsed.document.spec.customer().into_iter().flat_map(|spec| &spec.subscriptions) {
            let has = said([one.quantity.is_some(), one.friendly_name.is_some(), one.renewal.is_some()]);
            let path = vec!["spec".into(), "subscriptions".into(), leaf.as_str().into()];
            all.insert((own.clone(), leaf.clone()), Fields { document: parsed.at, path, has });
        }
    }
    all
}

/// What is scheduled, as it is written; of a next term, what a manifest has a word for.
fn renewal(at_end: &AtEnd) -> Result<Yaml, String> {
    let renewal = match at_end {
        AtEnd::Known(renewal) => renewal,
        AtEnd::Unknown(_) => return Err(format!("it is not clear what it comes to ({at_end}): write what is meant")),
    };
    let mut fields = vec![("action", Yaml::text(renewal.action()))];
    if let Renewal::Renew(NextTerm { product: _, quantity, term, billing_cycle, end }) = renewal {
        let fits = term.zip(*billing_cycle).is_none_or(|(term, cycle)| term.is_billed(cycle));
        fields.extend(quantity.filter(|seats| *seats > 0).map(|seats| ("quantity", Yaml::Number(seats))));
        fields.extend(term.filter(|_| fits).map(|term| ("term", Yaml::text(term.to_string()))));
        fields.extend(billing_cycle.filter(|_| fits).map(|cycle| ("billingCycle", Yaml::text(cycle.to_string()))));
        fields.extend(end.map(|end| ("endDate", Yaml::text(end.to_string()))));
    }
    Ok(Yaml::inline(fields))
}
