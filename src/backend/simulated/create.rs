//! Creating a customer, and the one-time passwords of its administrator. Passwords derive from public ids, so they guard
//! nothing but the simulation; they are shown once and only their digest is kept.

use super::partner::Refusal;
use super::perform::{api, refused};
use super::read::check_address;
use super::tenant::{Change, Tenant};
use super::wire::Customer;
use crate::backend::BackendError;
use crate::model::digest::Digest;
use crate::model::secret::Secret;
use crate::model::{CustomerId, Effect, NewCustomer, country};
use crate::observed::AddressCheck;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeSet;

impl Tenant {
    /// Source: learn, create-a-customer-for-an-indirect-reseller.
    pub(super) fn create_customer(&mut self, new: &NewCustomer) -> Result<Effect, BackendError> {
        let domain = SmolStr::from(new.domain.to_lowercase());
        check_form(new)?;
        check_registration(new)?;
        if self.regions_apart(&new.address.country).is_some() {
            return Err(refused(2030, format_smolstr!("the partner may not sell in {}", new.address.country)));
        }
        if !self.partnered(new.reseller) {
            return Err(refused(3000, format_smolstr!("no active relationship with reseller {}", new.reseller)));
        }
        if self.domain_taken(&domain) {
            return Err(refused(1003, format_smolstr!("409: the domain {domain} is taken")));
        }
        let id = CustomerId::from_bytes(self.guid(&format!("customer {domain}")));
        if self.customers.contains_key(&id) {
            return Err(refused(1003, "409: a tenant of this id exists"));
        }
        self.customers.insert(
            id,
            Customer {
                tenant_id: id,
                domain: domain.clone(),
                company_name: new.company_name.clone(),
                country: Some(new.address.country.clone()),
                resellers: BTreeSet::from([new.reseller]),
                review: self.header.new_customers,
                admin_access: new.default_admin_access,
                passwords: 0,
                password_digest: None,
            },
        );
        let password = self.next_password(id);
        self.note(Change {
            operation: "add_customer",
            by: api(),
            customer: Some(id),
            resource: domain,
            old: None,
            new: Some(format_smolstr!("reseller {}", new.reseller)),
        });
        Ok(Effect::CustomerCreated { customer: id, user: self.admin(id)?, password: Some(password) })
    }
    /// Only while the provider holds an administrator role in the customer's tenant. Source: learn, reset-user-password.
    pub(super) fn reset_password(&mut self, id: CustomerId) -> Result<Effect, BackendError> {
        let user = self.admin(id)?;
        if !self.customers.get(&id).is_some_and(|customer| customer.admin_access) {
            return Err(refused(2032, "access denied: no administrator role in the customer's tenant"));
        }
        let password = self.next_password(id);
        self.note(Change {
            operation: "reset_customer_user_password",
            by: api(),
            customer: Some(id),
            resource: user.clone(),
            old: None,
            new: None,
        });
        Ok(Effect::PasswordReset { user, password })
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
    fn next_password(&mut self, id: CustomerId) -> Secret {
        let number = self.customers.get(&id).map_or(1, |customer| customer.passwords.saturating_add(1));
        let password = self.password(id, number);
        if let Some(customer) = self.customers.get_mut(&id) {
            customer.passwords = number;
            customer.password_digest = Some(Digest::of_bytes(password.expose().as_bytes()));
        }
        password
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
