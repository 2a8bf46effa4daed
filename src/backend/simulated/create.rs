//! Creating a customer, and the one-time passwords of its administrator. Passwords derive from public ids, so they guard
//! nothing but the simulation; they are shown once and only their digest is kept.

use super::partner::Refusal;
use super::perform::{api, refused};
use super::read::check_address;
use super::tenant::{Change, Tenant};
use super::wire::{Customer, ReplyEffect};
use crate::backend::BackendError;
use crate::model::digest::Digest;
use crate::model::secret::Secret;
use crate::model::{CustomerId, NewCustomer, country};
use crate::observed::AddressCheck;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeSet;

/// The number of the password that a new customer gets.
pub(super) const FIRST_PASSWORD: u32 = 1;

impl Tenant {
    /// A customer of a reseller, or a direct one when the provider itself stands in the reseller's place.
    /// Source: learn, create-a-customer-for-an-indirect-reseller.
    pub(super) fn create_customer(&mut self, new: &NewCustomer) -> Result<ReplyEffect, BackendError> {
        let domain = SmolStr::from(new.domain.to_lowercase());
        check_form(new)?;
        check_registration(new)?;
        if self.regions_apart(&new.address.country).is_some() {
            return Err(refused(2030, format_smolstr!("the partner may not sell in {}", new.address.country)));
        }
        // Without a reseller it becomes the provider's own customer, silently.
        let direct = new.reseller == self.id();
        if !direct && !self.partnered(new.reseller) {
            return Err(refused(3000, format_smolstr!("no active relationship with reseller {}", new.reseller)));
        }
        if self.domain_taken(&domain) {
            return Err(refused(1003, format_smolstr!("409: the domain {domain} is taken")));
        }
        let id = CustomerId::from_bytes(self.guid(&format!("customer {domain}")));
        if self.customers.contains_key(&id) {
            return Err(refused(1003, "409: a tenant of this id exists"));
        }
        self.customers.insert(Customer {
            tenant_id: id,
            domain: domain.clone(),
            company_name: new.company_name.clone(),
            country: Some(new.address.country.clone()),
            resellers: if direct { BTreeSet::new() } else { BTreeSet::from([new.reseller]) },
            review: self.header.new_customers,
            admin_access: new.default_admin_access,
            passwords: 0,
            password_digest: None,
        });
        self.next_password(id);
        self.note(Change {
            operation: "add_customer",
            by: api(),
            customer: Some(id),
            resource: domain,
            old: None,
            new: Some(format_smolstr!("reseller {}", new.reseller)),
        });
        Ok(ReplyEffect::CustomerCreated { customer: id })
    }
    /// Only while the provider holds an administrator role in the customer's tenant. Source: learn, reset-user-password.
    pub(super) fn reset_password(&mut self, id: CustomerId) -> Result<ReplyEffect, BackendError> {
        let user = self.admin(id)?;
        if !self.customers.get(&id).is_some_and(|customer| customer.admin_access) {
            return Err(refused(2032, "access denied: no administrator role in the customer's tenant"));
        }
        let number = self.next_password(id);
        self.note(Change {
            operation: "reset_customer_user_password",
            by: api(),
            customer: Some(id),
            resource: user,
            old: None,
            new: None,
        });
        Ok(ReplyEffect::PasswordReset { customer: id, number })
    }
    /// Login of the first administrator, whole.
    pub(super) fn admin(&self, id: CustomerId) -> Result<SmolStr, BackendError> {
        let customer = self.customers.get(&id).ok_or_else(|| BackendError::from(no_relationship()))?;
        Ok(format_smolstr!("admin@{}", customer.domain))
    }
    /// The `number`th one-time password of a customer.
    pub(super) fn password(&self, id: CustomerId, number: u32) -> Secret {
        Secret::new(format!("Sim!{}", &self.token(&format!("password {id} {number}"))[..12]))
    }
    /// Gives out another password; answers which.
    fn next_password(&mut self, id: CustomerId) -> u32 {
        let number = self.customers.get(&id).map_or(0, |customer| customer.passwords).saturating_add(FIRST_PASSWORD);
        let digest = Digest::of_bytes(self.password(id, number).expose().as_bytes());
        self.customers.edit(id, |customer| {
            customer.passwords = number;
            customer.password_digest = Some(digest);
        });
        number
    }
}

/// A call about a customer that is none of ours. Source: learn, error-codes (20002).
pub(super) fn no_relationship() -> Refusal {
    Refusal::new(20002, "no relationship between caller and account")
}

/// Source: learn, create-a-customer; validate-names-addresses.
fn check_form(new: &NewCustomer) -> Result<(), Refusal> {
    let input = |text: SmolStr| Err(Refusal::new(800_002, text));
    let domain = new.domain.to_lowercase();
    let prefix = domain.strip_suffix(".onmicrosoft.com").unwrap_or_default();
    if prefix.is_empty() || prefix.len() > 27 || !prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return input(format_smolstr!("{} is no domain of the form prefix.onmicrosoft.com", new.domain));
    }
    if new.company_name.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
        return input("the company name is too short".into());
    }
    let email = new.billing.email.to_lowercase();
    if !email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.')) {
        return input(format_smolstr!("{} is no e-mail address", new.billing.email));
    }
    if email.ends_with("@microsoft.com") {
        return input("the e-mail address must not be Microsoft's".into());
    }
    let named = |name: &SmolStr| (1..=50).contains(&name.chars().count());
    if !named(&new.billing.first_name) || !named(&new.billing.last_name) {
        return input("first and last name have 1 to 50 characters".into());
    }
    match check_address(&new.address) {
        AddressCheck::Passes => Ok(()),
        AddressCheck::Fails(why) => input(why),
    }
}

/// Source: learn, create-a-customer (600002, 600049, 600050, 600051).
fn check_registration(new: &NewCustomer) -> Result<(), Refusal> {
    let needed = country::needs_registration(&new.address.country);
    let country = &new.address.country;
    match &new.registration_number {
        Some(_) if !needed => {
            Err(Refusal::new(600_002, format_smolstr!("a registration number is not allowed in {country}")))
        }
        None if needed => Err(Refusal::new(600_049, format_smolstr!("{country} needs a registration number"))),
        Some(number) if number.trim().is_empty() => Err(Refusal::new(600_050, "the registration number is invalid")),
        Some(_) if new.address.phone.as_ref().is_none_or(|phone| phone.trim().is_empty()) => {
            Err(Refusal::new(600_051, format_smolstr!("{country} needs a phone number")))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{code, company, create, customer, newcomer, request, tenant};
    use super::*;
    use crate::model::{Effect, Operation};
    use crate::observed::{Answer, Read, Review};

    /// The code with which a changed newcomer is refused; the tenant must not change.
    fn refusal(change: impl FnOnce(&mut NewCustomer)) -> u32 {
        let (mut tenant, mut new) = (tenant(), newcomer());
        change(&mut new);
        let before = tenant.clone();
        let code = code(tenant.perform(&create(&new), request(1)));
        assert_eq!(tenant, before, "a refusal changes nothing");
        code
    }

    #[test]
    fn a_customer_is_created_for_its_reseller_and_its_password_shown_once() {
        let mut tenant = tenant();
        let effect = tenant.perform(&create(&newcomer()), request(1)).expect("created");
        let Effect::CustomerCreated { customer, user, password: Some(_) } = effect else {
            panic!("{effect:?}");
        };
        assert_eq!(user, "admin@proseware.onmicrosoft.com");
        assert_eq!(tenant.read(&Read::ResellersOf(customer)), Ok(Answer::Resellers(vec![company(1)])));
        assert_eq!(tenant.read(&Read::Agreement(customer)), Ok(Answer::Agreement(false)));
        let again = tenant.perform(&create(&newcomer()), request(1));
        assert_eq!(again, Ok(Effect::CustomerCreated { customer, user, password: None }));
        assert_eq!(
            code(tenant.perform(&create(&newcomer()), request(2))),
            1003,
            "another request finds the domain taken"
        );
    }

    #[test]
    fn taken_domains_conflict() {
        assert_eq!(refusal(|new| new.domain = "Contoso.onmicrosoft.com".into()), 1003);
        assert_eq!(refusal(|new| new.domain = "gone.onmicrosoft.com".into()), 1003);
    }

    #[test]
    fn registration_number_and_phone_follow_the_country() {
        assert_eq!(refusal(|new| new.registration_number = None), 600_049);
        assert_eq!(refusal(|new| new.registration_number = Some(" ".into())), 600_050);
        assert_eq!(refusal(|new| new.address.phone = None), 600_051);
        assert_eq!(refusal(|new| new.address.country = "SK".into()), 600_002);
    }

    #[test]
    fn an_unpartnered_reseller_or_another_region_is_refused() {
        assert_eq!(refusal(|new| new.reseller = company(2)), 3000);
        let abroad = |new: &mut NewCustomer| {
            new.address.country = "US".into();
            new.address.state = Some("WA".into());
            new.registration_number = None;
        };
        assert_eq!(refusal(abroad), 2030);
    }

    #[test]
    fn malformed_input_is_refused() {
        assert_eq!(refusal(|new| new.domain = "proseware.example".into()), 800_002);
        assert_eq!(refusal(|new| new.company_name = "!!".into()), 800_002);
        assert_eq!(refusal(|new| new.billing.email = "anna@microsoft.com".into()), 800_002);
        assert_eq!(refusal(|new| new.billing.email = "anna".into()), 800_002);
        assert_eq!(refusal(|new| new.address.postal_code = "0000".into()), 800_002);
    }

    #[test]
    fn new_customers_may_come_under_review() {
        let mut tenant = tenant();
        tenant.header.new_customers = Review::InReview;
        let Ok(Effect::CustomerCreated { customer, .. }) = tenant.perform(&create(&newcomer()), request(1)) else {
            panic!("not created");
        };
        assert_eq!(tenant.read(&Read::AccountReview(customer)), Ok(Answer::AccountReview(Review::InReview)));
    }

    #[test]
    fn a_password_is_reset_only_with_admin_access_and_is_another_each_time() {
        let mut tenant = tenant();
        let reset = |number| Operation::ResetAdminPassword { customer: customer(number) };
        assert_eq!(code(tenant.perform(&reset(2), request(1))), 2032);
        assert_eq!(code(tenant.perform(&reset(7), request(1))), 20002);
        let first = tenant.perform(&reset(1), request(1)).expect("reset");
        let second = tenant.perform(&reset(1), request(2)).expect("reset");
        assert_ne!(first, second);
        assert_eq!(tenant.perform(&reset(1), request(1)), Ok(first), "a repeat gives the same reply");
        assert_eq!(tenant.customer(customer(1)).expect("a customer").passwords, 2);
    }
}
