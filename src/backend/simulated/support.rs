//! Who supports a subscription: legacy only, the provider unless a reseller of it is named. Independent of the partner of
//! record, and of whether the partnership still stands.

use super::change::{Key, deleted};
use super::perform::{api, refused};
use super::tenant::Tenant;
use super::wire::{By, ReplyEffect, Support};
use crate::backend::BackendError;
use crate::model::operation::{SupportContact, Visible};
use crate::model::product::Commerce;
use crate::observed::Status;
use smol_str::{SmolStr, format_smolstr};

impl Tenant {
    /// Source: learn, update-a-subscription-s-support-contact (not for new commerce; the code of that refusal is not
    /// documented, so there is none).
    pub(super) fn set_support_contact(
        &mut self,
        key: Key,
        contact: &SupportContact,
    ) -> Result<ReplyEffect, BackendError> {
        let subscription = self.found(key)?;
        match (subscription.commerce, subscription.status) {
            (Commerce::New, _) => return Err(refused(0, "support contacts do not exist for new commerce")),
            (Commerce::Legacy, Status::Deleted) => return Err(deleted()),
            (
                Commerce::Legacy,
                Status::Active
                | Status::Suspended
                | Status::Pending
                | Status::Expired
                | Status::Disabled
                | Status::Other,
            ) => {}
        }
        let own = contact.tenant == self.header.tenant_id;
        let theirs = self.companies.get(&contact.tenant).is_some_and(|c| c.partner_ids.contains(&contact.partner));
        let fits = if own {
            self.header.partner_id.as_ref().is_none_or(|id| *id == contact.partner)
        } else {
            theirs && self.partnered(contact.tenant)
        };
        if !fits {
            return Err(refused(3000, "the support contact is neither the provider nor a reseller of it"));
        }
        self.put_support(key, (!own).then(|| contact.into()), api());
        Ok(ReplyEffect::Changed { visible: Visible::Now })
    }

    /// Sets who supports a subscription; none is the provider.
    fn put_support(&mut self, key: Key, support: Option<Support>, by: By) {
        let Some(subscription) = self.subscriptions.get_mut(&key) else { return };
        let words = |support: Option<&Support>| match support {
            Some(support) => format_smolstr!("supportTenantId {}", support.tenant_id),
            None => SmolStr::new_static("supportTenantId of the provider"),
        };
        let texts = (words(subscription.support_contact.as_ref()), words(support.as_ref()));
        subscription.support_contact = support;
        self.updated(key, by, texts);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{code, company, customer, request, subscription, tenant};
    use super::*;
    use crate::model::{Operation, PartnerId, TenantId};
    use crate::observed::{Answer, Read};

    #[test]
    fn support_contacts_are_for_legacy_and_partnered_resellers() {
        let mut tenant = tenant();
        let put = |number, tenant: TenantId, partner: &str| Operation::SetSupportContact {
            customer: customer(1),
            subscription: subscription(number),
            contact: SupportContact { tenant, partner: PartnerId::new(partner) },
        };
        let contact = Read::SupportContact(customer(1), subscription(2));
        let own = SupportContact { tenant: tenant.id(), partner: PartnerId::new("4800001") };
        assert_eq!(tenant.read(&contact), Ok(Answer::SupportContact(own.clone())), "the provider by default");
        assert_eq!(code(tenant.perform(&put(1, company(1), "4811111"), request(1))), 0);
        assert_eq!(tenant.read(&Read::SupportContact(customer(1), subscription(1))), Ok(Answer::NotThere));
        assert_eq!(code(tenant.perform(&put(2, company(2), "4822222"), request(1))), 3000);
        assert_eq!(code(tenant.perform(&put(2, company(1), "4822222"), request(1))), 3000);
        tenant.perform(&put(2, company(1), "4811111"), request(1)).expect("set");
        let theirs = SupportContact { tenant: company(1), partner: PartnerId::new("4811111") };
        assert_eq!(tenant.read(&contact), Ok(Answer::SupportContact(theirs)));
        tenant.perform(&put(2, own.tenant, "4800001"), request(2)).expect("set back");
        assert_eq!(tenant.read(&contact), Ok(Answer::SupportContact(own)));
    }
}
