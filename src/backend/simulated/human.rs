//! The human sides: what people at the reseller, at the customer and at Microsoft do, and edits somebody makes in the
//! portal. Never sends or keeps an invitation: a link is valid for whoever opens it.

use super::change::Key;
use super::tenant::{Change, Tenant};
use super::wire::{Agreement, By, Customer, Relationship, ScheduledChange, TakenDomain};
use crate::model::{CustomerId, PartnerId, SubscriptionChange, SubscriptionId, TenantId};
use crate::observed::{Review, Status};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeSet;

/// What a person does, outside the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Human {
    /// A company's global administrator accepts the provider's invitation.
    AcceptPartnership {
        /// By its tenant.
        company: TenantId,
    },
    /// The same person says no.
    DeclinePartnership {
        /// By its tenant.
        company: TenantId,
    },
    /// A global administrator of a customer (or of a tenant that becomes one) accepts the two-tier invitation.
    AcceptCustomerInvitation {
        /// Who accepts.
        customer: CustomerId,
        /// For which reseller.
        reseller: TenantId,
    },
    /// The same person says no.
    DeclineCustomerInvitation {
        /// Who declines.
        customer: CustomerId,
        /// For which reseller.
        reseller: TenantId,
    },
    /// The customer signs the Microsoft Customer Agreement.
    Sign {
        /// Who signs.
        customer: CustomerId,
    },
    /// Microsoft's review of the account comes to an end, or begins.
    Review {
        /// Whose account.
        customer: CustomerId,
        /// How.
        outcome: Review,
    },
    /// Somebody at the provider ends a partnership in the portal. Customers, rights and partners of record stay.
    /// Source: learn, indirect-provider-tasks.
    EndPartnership {
        /// By its tenant.
        company: TenantId,
    },
    /// Microsoft takes a reseller's authorization away: it stays listed, its PartnerIDs fail from now on.
    /// Source: learn, new-indirect-reseller-requirement.
    Deauthorize {
        /// By its tenant.
        company: TenantId,
    },
    /// Somebody edits a subscription in the portal; no rule is asked.
    EditSubscription {
        /// Whose.
        customer: CustomerId,
        /// Which.
        subscription: SubscriptionId,
        /// How.
        edit: Edit,
    },
}

/// An edit in the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Quantity, partner of record or name.
    Set(SubscriptionChange),
    /// No partner of record any more.
    ClearPartnerOfRecord,
    /// Suspended, resumed, deleted.
    Status(Status),
    /// Something is scheduled for the next term, or no longer.
    Schedule(Option<ScheduledChange>),
}

/// Whether something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Played {
    /// It did.
    Done,
    /// It was so already.
    AlreadySo,
}

/// Why a person cannot do that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HumanError {
    /// No company of this tenant.
    #[error("no company has the tenant `{0}`")]
    UnknownCompany(TenantId),
    /// No customer, and nobody who could become one.
    #[error("no customer and no taken domain has the tenant `{0}`")]
    UnknownCustomer(CustomerId),
    /// No such subscription.
    #[error("the customer has no subscription `{0}`")]
    UnknownSubscription(SubscriptionId),
    /// It has no account as an indirect reseller.
    #[error("`{0}` is not enrolled as an indirect reseller, so it cannot accept")]
    NotEnrolled(SmolStr),
    /// It has not signed the Microsoft Partner Agreement.
    #[error("`{0}` has not signed the Microsoft Partner Agreement, so it cannot accept")]
    NotSigned(SmolStr),
    /// Its CSP region is another one.
    #[error("`{company}` is in the region {theirs}, the provider in {ours}, so it cannot accept")]
    OtherRegion {
        /// Its name.
        company: SmolStr,
        /// The provider's.
        ours: &'static str,
        /// Its own.
        theirs: &'static str,
    },
    /// There is no active partnership.
    #[error("there is no active partnership with `{0}`")]
    NotPartnered(TenantId),
}

impl Tenant {
    /// Lets a person do something.
    ///
    /// # Errors
    /// When that person could not do it in the real world either; nothing changed then.
    pub fn play(&mut self, human: &Human) -> Result<Played, HumanError> {
        match human {
            Human::AcceptPartnership { company } => self.accept_partnership(*company),
            Human::DeclinePartnership { company } => {
                let name = self.companies.get(company).ok_or(HumanError::UnknownCompany(*company))?.name.clone();
                self.told(
                    "create_partner_relationship",
                    None,
                    format_smolstr!("{company}"),
                    format_smolstr!("declined by {name}"),
                );
                Ok(Played::Done)
            }
            Human::AcceptCustomerInvitation { customer, reseller } => self.accept_customer(*customer, *reseller),
            Human::DeclineCustomerInvitation { customer, reseller } => {
                if !self.customers.contains_key(customer) && self.stranger(*customer).is_none() {
                    return Err(HumanError::UnknownCustomer(*customer));
                }
                let resource = format_smolstr!("{reseller}");
                self.told("extend_relationship", Some(*customer), resource, "declined".into());
                Ok(Played::Done)
            }
            Human::Sign { customer } => self.sign(*customer),
            Human::Review { customer, outcome } => {
                let before = self.customers.edit(*customer, |it| std::mem::replace(&mut it.review, *outcome));
                Ok(changed(before.ok_or(HumanError::UnknownCustomer(*customer))? != *outcome))
            }
            Human::EndPartnership { company } => {
                self.relationships.remove(company).ok_or(HumanError::NotPartnered(*company))?;
                self.told("remove_partner_relationship", None, format_smolstr!("{company}"), "removed".into());
                Ok(Played::Done)
            }
            Human::Deauthorize { company } => {
                let entry = self.companies.get_mut(company).ok_or(HumanError::UnknownCompany(*company))?;
                Ok(changed(std::mem::replace(&mut entry.enrolled, false)))
            }
            Human::EditSubscription { customer, subscription, edit } => self.edit((*customer, *subscription), edit),
        }
    }

    /// Source: learn, indirect-reseller-tasks (enrolled, agreement signed, same CSP region).
    fn accept_partnership(&mut self, id: TenantId) -> Result<Played, HumanError> {
        let company = self.companies.get(&id).ok_or(HumanError::UnknownCompany(id))?;
        let name = company.name.clone();
        if !company.enrolled {
            return Err(HumanError::NotEnrolled(name));
        }
        if !company.agreement_signed {
            return Err(HumanError::NotSigned(name));
        }
        if let Some((ours, theirs)) = self.regions_apart(&company.country) {
            return Err(HumanError::OtherRegion { company: name, ours, theirs });
        }
        if self.partnered(id) {
            return Ok(Played::AlreadySo);
        }
        self.relationships.insert(id, Relationship { tenant_id: id, active: true });
        self.told("create_partner_relationship", None, format_smolstr!("{id}"), format_smolstr!("accepted by {name}"));
        Ok(Played::Done)
    }
    fn accept_customer(&mut self, id: CustomerId, reseller: TenantId) -> Result<Played, HumanError> {
        if !self.partnered(reseller) {
            return Err(HumanError::NotPartnered(reseller));
        }
        self.same_region(id)?;
        if !self.customers.contains_key(&id) {
            let stranger = self.stranger(id).cloned().ok_or(HumanError::UnknownCustomer(id))?;
            self.taken_domains.remove(&stranger.domain);
            self.customers.insert(newcomer(id, stranger));
        }
        let is_new = self.customers.edit(id, |it| it.resellers.insert(reseller));
        if !is_new.ok_or(HumanError::UnknownCustomer(id))? {
            return Ok(Played::AlreadySo);
        }
        self.told("extend_relationship", Some(id), format_smolstr!("{reseller}"), "accepted".into());
        Ok(Played::Done)
    }
    /// Customers do not cross regions either; of one whose country is not told nothing is said.
    /// Source: learn, regional-authorization-overview.
    fn same_region(&self, id: CustomerId) -> Result<(), HumanError> {
        let customer = self.customers.get(&id).map(|it| (&it.domain, &it.country));
        let stranger = || self.stranger(id).map(|it| (&it.domain, &it.country));
        let Some((domain, Some(country))) = customer.or_else(stranger) else { return Ok(()) };
        match self.regions_apart(country) {
            Some((ours, theirs)) => Err(HumanError::OtherRegion { company: domain.clone(), ours, theirs }),
            None => Ok(()),
        }
    }
    fn stranger(&self, id: CustomerId) -> Option<&TakenDomain> {
        self.taken_domains.values().find(|taken| taken.tenant_id == Some(id))
    }
    fn sign(&mut self, id: CustomerId) -> Result<Played, HumanError> {
        if !self.customers.contains_key(&id) {
            return Err(HumanError::UnknownCustomer(id));
        }
        if self.agreements.contains_key(&id) {
            return Ok(Played::AlreadySo);
        }
        self.agreements.insert(id, Agreement { customer: id, signed_on: self.header.clock });
        self.told("create_agreement", Some(id), format_smolstr!("{id}"), "signed".into());
        Ok(Played::Done)
    }
    fn edit(&mut self, key: Key, edit: &Edit) -> Result<Played, HumanError> {
        let subscription = self.subscriptions.get_mut(&key).ok_or(HumanError::UnknownSubscription(key.1))?;
        let before = subscription.clone();
        let texts = match edit {
            Edit::Set(change) => {
                self.set(key, change, person());
                return Ok(changed(self.subscriptions.get(&key) != Some(&before)));
            }
            Edit::ClearPartnerOfRecord => {
                let old = subscription.partner_of_record.take();
                let old = old.as_ref().map_or("none", PartnerId::as_str);
                (format_smolstr!("partnerId {old}"), SmolStr::new_static("partnerId none"))
            }
            Edit::Status(status) if *status == before.status => return Ok(Played::AlreadySo),
            Edit::Status(status) => {
                self.set_status(key, *status, person());
                return Ok(Played::Done);
            }
            Edit::Schedule(scheduled) => {
                (subscription.auto_renew, subscription.scheduled_action) = (true, None);
                subscription.scheduled_change.clone_from(scheduled);
                (SmolStr::new_static("scheduled change"), SmolStr::new_static("scheduled change"))
            }
        };
        if *subscription == before {
            return Ok(Played::AlreadySo);
        }
        self.updated(key, person(), texts);
        Ok(Played::Done)
    }
    fn told(&mut self, operation: &str, customer: Option<CustomerId>, resource: SmolStr, new: SmolStr) {
        self.note(Change { operation, by: person(), customer, resource, old: None, new: Some(new) });
    }
}

fn changed(really: bool) -> Played {
    if really { Played::Done } else { Played::AlreadySo }
}

fn person() -> By {
    By::User(SmolStr::new_static("portal"))
}

/// A tenant that becomes a customer by accepting: the link gives no administrator role.
fn newcomer(id: CustomerId, stranger: TakenDomain) -> Customer {
    let TakenDomain { domain, tenant_id: _, company_name, country } = stranger;
    Customer {
        tenant_id: id,
        company_name: company_name.unwrap_or_else(|| domain.clone()),
        domain,
        country,
        resellers: BTreeSet::new(),
        review: Review::Passed,
        admin_access: false,
        passwords: 0,
        password_digest: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{company, customer, tenant};
    use super::*;
    use crate::observed::{Answer, Read, ResellerStatus};

    fn listed(tenant: &Tenant) -> Vec<TenantId> {
        match tenant.read(&Read::Relationships) {
            Ok(Answer::Relationships(list)) => list.into_iter().filter(|r| r.active).map(|r| r.tenant).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_accepted_partnership_is_listed_and_its_partner_id_valid() {
        let mut tenant = tenant();
        let accept = Human::AcceptPartnership { company: company(2) };
        assert_eq!(tenant.play(&accept), Ok(Played::Done));
        assert_eq!(tenant.play(&accept), Ok(Played::AlreadySo));
        assert_eq!(listed(&tenant), [company(1), company(2)]);
        assert!(tenant.check_partner(&PartnerId::new("4822222")).is_ok());
    }

    #[test]
    fn who_cannot_accept_says_why_and_changes_nothing() {
        let mut tenant = tenant();
        let before = tenant.clone();
        for (who, expected) in [
            (company(3), HumanError::NotSigned("Tailspin".into())),
            (company(4), HumanError::OtherRegion { company: "Wingtip".into(), ours: "Europe", theirs: "US" }),
            (company(5), HumanError::NotEnrolled("Litware".into())),
            (company(9), HumanError::UnknownCompany(company(9))),
        ] {
            assert_eq!(tenant.play(&Human::AcceptPartnership { company: who }), Err(expected));
        }
        assert_eq!(tenant, before);
    }

    #[test]
    fn the_status_reads_agree_with_who_can_accept() {
        let tenant = tenant();
        let by_tenant = |number| match tenant.read(&Read::ResellerByTenant(company(number))) {
            Ok(Answer::Reseller(status)) => status,
            other => panic!("{other:?}"),
        };
        assert_eq!(by_tenant(2), ResellerStatus::Signed);
        assert!(matches!(by_tenant(3), ResellerStatus::NotSigned(text) if text.starts_with("2206")));
        assert!(matches!(by_tenant(4), ResellerStatus::OtherRegion(text) if text.starts_with("2201")));
        assert!(matches!(by_tenant(5), ResellerStatus::NotFound(text) if text.starts_with("2204")));
        assert!(matches!(by_tenant(9), ResellerStatus::NotFound(text) if text.starts_with("2205")));
        let unknown = tenant.read(&Read::ResellerByPartnerId(PartnerId::new("4812345")));
        assert!(matches!(unknown, Ok(Answer::Reseller(ResellerStatus::NotFound(text))) if text.starts_with("2200")));
    }

    #[test]
    fn a_declined_invitation_leaves_only_a_record() {
        let mut tenant = tenant();
        tenant.play(&Human::DeclinePartnership { company: company(2) }).expect("declined");
        assert_eq!(listed(&tenant), [company(1)]);
        assert_eq!(tenant.audit().len(), 1);
    }

    #[test]
    fn a_customer_gains_a_reseller_by_accepting() {
        let mut tenant = tenant();
        let invitation = |who, reseller| Human::AcceptCustomerInvitation { customer: customer(who), reseller };
        assert_eq!(tenant.play(&invitation(1, company(2))), Err(HumanError::NotPartnered(company(2))));
        assert!(matches!(tenant.read(&Read::InvitationLink(company(2))), Err(crate::observed::Why::Refused(_))));
        tenant.play(&Human::AcceptPartnership { company: company(2) }).expect("accepted");
        let link = tenant.read(&Read::InvitationLink(company(2)));
        assert!(matches!(link, Ok(Answer::InvitationLink(url)) if url.contains("msppid=4822222")));
        assert_eq!(tenant.play(&invitation(1, company(2))), Ok(Played::Done));
        assert_eq!(tenant.play(&invitation(1, company(2))), Ok(Played::AlreadySo));
        let both = Answer::Resellers(vec![company(1), company(2)]);
        assert_eq!(tenant.read(&Read::ResellersOf(customer(1))), Ok(both));
        assert_eq!(tenant.play(&invitation(7, company(2))), Err(HumanError::UnknownCustomer(customer(7))));
    }

    #[test]
    fn a_stranger_becomes_a_customer_by_accepting() {
        let mut tenant = tenant();
        let id = tenant.tenant_of_domain("FourthCoffee.onmicrosoft.com").expect("known to the world");
        assert_eq!(tenant.read(&Read::ResellersOf(id)), Ok(Answer::NotThere));
        tenant.play(&Human::AcceptCustomerInvitation { customer: id, reseller: company(1) }).expect("accepted");
        assert_eq!(tenant.read(&Read::ResellersOf(id)), Ok(Answer::Resellers(vec![company(1)])));
        assert_eq!(tenant.read(&Read::Domain("fourthcoffee.onmicrosoft.com".into())), Ok(Answer::Domain(true)));
        assert!(!tenant.customer(id).expect("a customer").admin_access);
    }

    #[test]
    fn nobody_of_another_region_becomes_a_customer_or_gains_a_reseller() {
        let mut tenant = tenant();
        for company in tenant.taken_domains.values_mut() {
            company.country = Some("US".into());
        }
        tenant.customers.edit(customer(1), |it| it.country = Some("US".into())).expect("a customer");
        let stranger = tenant.tenant_of_domain("fourthcoffee.onmicrosoft.com").expect("known to the world");
        tenant.play(&Human::AcceptPartnership { company: company(2) }).expect("accepted");
        for id in [stranger, customer(1)] {
            let refused = tenant.play(&Human::AcceptCustomerInvitation { customer: id, reseller: company(2) });
            assert!(matches!(refused, Err(HumanError::OtherRegion { .. })), "{refused:?}");
        }
        assert_eq!(tenant.read(&Read::ResellersOf(stranger)), Ok(Answer::NotThere));
        assert_eq!(tenant.read(&Read::ResellersOf(customer(1))), Ok(Answer::Resellers(vec![company(1)])));
    }

    #[test]
    fn an_ended_partnership_leaves_customers_and_partners_of_record_behind() {
        let mut tenant = tenant();
        tenant.play(&Human::EndPartnership { company: company(1) }).expect("ended");
        assert!(listed(&tenant).is_empty());
        assert_eq!(tenant.read(&Read::ResellersOf(customer(1))), Ok(Answer::Resellers(vec![company(1)])));
        assert_eq!(tenant.visible(customer(1)).filter(|s| s.partner_of_record.is_some()).count(), 2);
        let again = tenant.play(&Human::EndPartnership { company: company(1) });
        assert_eq!(again, Err(HumanError::NotPartnered(company(1))));
    }

    #[test]
    fn signing_shows_at_once() {
        let mut tenant = tenant();
        assert_eq!(tenant.read(&Read::Agreement(customer(2))), Ok(Answer::Agreement(false)));
        tenant.play(&Human::Sign { customer: customer(2) }).expect("signed");
        assert_eq!(tenant.read(&Read::Agreement(customer(2))), Ok(Answer::Agreement(true)));
    }
}
