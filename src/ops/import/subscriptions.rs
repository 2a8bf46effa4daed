//! The subscriptions an import writes into a customer: those that are live and that no document declares. Never claims one
//! that an order may mean.

use super::partnerships::Partners;
use super::{Managed, Work};
use crate::ledger::LiveId;
use crate::manifest::emit::Yaml;
use crate::model::product::Commerce;
use crate::model::{CustomerId, Name};
use crate::observed::Subscription;
use smol_str::SmolStr;

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
            if self.known.subscriptions.contains_key(&(customer, subscription.id)) {
                self.imported.old.subscriptions += 1;
                continue;
            }
            let product = subscription.product.as_ref();
            if product.is_some_and(|product| self.known.orders.contains(&(customer, product.clone()))) {
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
        let manage = &self.wishes.manage;
        if manage.contains(&Managed::Quantity) && subscription.quantity > 0 {
            fields.push(("quantity", Yaml::Number(subscription.quantity)));
        }
        let partner = partners.written(subscription.partner_of_record.as_ref());
        let is_written = partner.is_some();
        fields.extend(partner.map(|partner| ("partnerOfRecord", partner)));
        let shown = (1..=256).contains(&subscription.friendly_name.chars().count());
        if manage.contains(&Managed::FriendlyName) && shown {
            fields.push(("friendlyName", Yaml::text(&subscription.friendly_name)));
        }
        // What is scheduled may be anything: only what renews or not as it is can be said.
        let told = subscription.commerce == Commerce::New && subscription.scheduled_change.is_none();
        if manage.contains(&Managed::Renewal) && told {
            let action = if subscription.auto_renew { "renew" } else { "cancel" };
            fields.push(("renewal", Yaml::inline([("action", Yaml::text(action))])));
        }
        if !is_written {
            self.leave_out(
                format!("partner of record of subscription `{}` of customer `{customer}`", subscription.id),
                "the tenant holds a PartnerID that no manifest could name",
            );
        }
        Yaml::map(fields)
    }
}
