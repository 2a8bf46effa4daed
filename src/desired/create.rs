//! Customers to create: the rules of their country and of the form, as far as they are known without the service.
//! Never validates an address against the service.

use super::draft::{Belongs, Draft};
use super::{Create, Identity};
use crate::diag::{At, Code};
use crate::manifest::Spanned;
use crate::manifest::document;
use crate::model::operation::{BillingContact, PostalAddress};
use crate::model::{Name, country};
use smol_str::{SmolStr, format_smolstr};

/// The domain that a prefix makes, lower case.
pub(super) fn domain(prefix: &str) -> SmolStr {
    format_smolstr!("{}.onmicrosoft.com", prefix.to_ascii_lowercase())
}

/// How a customer is created. One whose `tenantId` is written is there already: its `create` is only kept.
pub(super) fn resolve(
    draft: &mut Draft,
    name: &Name,
    written: Spanned<document::Create>,
    identity: &Option<(Identity, At)>,
    belongs: Belongs,
) -> Create {
    match identity {
        Some((Identity::Id(_), _)) => {}
        Some((Identity::Domain(_), _)) | None => rules(draft, name, &written, belongs),
    }
    let Spanned { value, at } = written;
    let document::Create { domain_prefix, company, billing, registration_number, default_admin_access } = value;
    let document::Billing { first_name, last_name, email, culture, language, address } = billing;
    draft.spelled(&company.name);
    Create {
        at,
        domain: domain(&domain_prefix),
        company_name: company.name.value,
        registration_number: registration_number.map(|number| number.value),
        billing: BillingContact {
            first_name: first_name.value,
            last_name: last_name.value,
            email: email.value,
            culture: culture.value,
            language: language.value,
        },
        address: self::address(address.value),
        admin_access: default_admin_access.value,
    }
}

fn address(written: document::PostalAddress) -> PostalAddress {
    let document::PostalAddress { country, city, state, postal_code, line1, line2, phone } = written;
    PostalAddress {
        country: country.value,
        state: state.map(|state| state.value),
        city: city.value,
        postal_code: postal_code.value,
        line1: line1.value,
        line2: line2.map(|line| line.value),
        phone: phone.map(|phone| phone.value),
    }
}

fn rules(draft: &mut Draft, name: &Name, create: &Spanned<document::Create>, belongs: Belongs) {
    if matches!(belongs, Belongs::Nowhere) {
        let message = format!("customer `{name}` is to be created, but names no `reseller`");
        let help = "write `reseller`: without it Partner Center would silently make a direct customer";
        draft.error(Code::EitherOr, create.at, message, help);
    }
    texts(draft, create);
    country_rules(draft, create);
    region(draft, &create.billing.address.country, belongs);
}

/// Source: learn, validate-names-addresses.
fn texts(draft: &mut Draft, create: &document::Create) {
    let email = &create.billing.email;
    if email.to_ascii_lowercase().ends_with("@microsoft.com") {
        let message = format!("`{}` cannot be billed", email.value);
        draft.error(Code::BadValue, email.at, message, "write an address of the customer, not of Microsoft");
    }
    let company = &create.company.name;
    let short = company.trim().chars().nth(1).is_none();
    let form = company.trim().trim_end_matches('.').eq_ignore_ascii_case("ltd");
    if short || form || !company.chars().any(char::is_alphanumeric) {
        let help = "a company name has at least 2 characters, not only special ones, and is more than its legal form";
        draft.error(Code::BadValue, company.at, format!("`{}` is no company name", company.value), help);
    }
}

/// Source: learn, create-a-customer (registration number, phone) and validate-an-address (state).
fn country_rules(draft: &mut Draft, create: &document::Create) {
    let address = &create.billing.address;
    let land = &address.country.value;
    let registered = country::needs_registration(land);
    match &create.registration_number {
        None if registered => {
            let message = format!("a new customer in {land} needs a `registrationNumber`");
            draft.error(Code::CountryRule, address.country.at, message, "write it under `create`, quoted");
        }
        Some(number) if !registered => {
            let message = format!("a new customer in {land} must have no `registrationNumber`");
            draft.error(Code::CountryRule, number.at, message, "remove the line");
        }
        None | Some(_) => {}
    }
    if registered && address.phone.is_none() {
        let message = format!("a new customer in {land} needs a `phone`");
        draft.error(Code::CountryRule, address.at, message, "write it under `billing.address`, quoted");
    }
    if country::needs_state(land) && address.state.is_none() {
        let message = format!("an address in {land} needs a `state`");
        draft.error(Code::CountryRule, address.at, message, "write it under `billing.address`");
    }
}

/// Provider, reseller and customer are in one CSP region. Source: learn, regional-authorization-overview.
fn region(draft: &mut Draft, written: &Spanned<SmolStr>, belongs: Belongs) {
    let Some(theirs) = country::csp_region(written) else { return };
    let provider = draft.provider.as_ref().map(|provider| ("provider", &provider.country, provider.country_at));
    let reseller = match belongs {
        Belongs::To(found, _) => {
            let reseller = &draft.partners[found].resolved;
            Some(("reseller", &reseller.country, reseller.country_at))
        }
        Belongs::Nowhere | Belongs::Unresolved => None,
    };
    let other = [provider, reseller].into_iter().flatten().find_map(|(who, land, at)| {
        country::csp_region(land).filter(|ours| *ours != theirs).map(|ours| (who, land, ours, at))
    });
    if let Some((who, land, ours, at)) = other {
        let message =
            format!("the customer is in {} (CSP region {theirs}), its {who} in {land} ({ours})", written.value);
        let help = "customers do not cross CSP regions: this one belongs to a provider of its own region";
        draft.clash(Code::ForeignRegion, written.at, message, (help, at, "declared here"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};

    /// A customer to create; `change` is put in place of a part of it.
    fn create(from: &str, to: &str) -> String {
        let whole = "Customer contoso {reseller: fabrikam, create: {domainPrefix: Contoso, company: {name: Contoso}, \
            billing: {firstName: A, lastName: B, email: a@contoso.example, culture: de-DE, language: de, \
            address: {country: DE, city: Berlin, postalCode: \"10115\", line1: Platz 1}}, defaultAdminAccess: none}}";
        assert!(whole.contains(from), "{from}");
        whole.replace(from, to)
    }

    #[test]
    fn a_customer_is_created_for_a_reseller() {
        let customers = meant(&create("Contoso,", "Contoso,")).customers;
        let made: Vec<_> = customers.into_values().filter_map(|it| it.create).map(|it| it.domain).collect();
        assert_eq!(made, ["contoso.onmicrosoft.com"]);
        check(
            &create("reseller: fabrikam, ", ""),
            &[
                "TT0111 error at create: customer `contoso` is to be created, but names no `reseller`; help: write `reseller`: without it Partner Center would silently make a direct customer",
            ],
        );
        check(
            &create("reseller:", "domain: c.example, reseller:"),
            &["TT0111 error at c.example: customer `contoso` has both `domain` and `create`"],
        );
    }

    #[test]
    fn registration_number_and_phone_follow_the_country() {
        check(
            &create("country: DE", "country: HU"),
            &[
                "TT0204 error at address: a new customer in HU needs a `phone`",
                "TT0204 error at HU: a new customer in HU needs a `registrationNumber`",
            ],
        );
        let phone =
            create("line1: Platz 1", "line1: Platz 1, phone: \"+36 1 000\"").replace("country: DE", "country: HU");
        check(&phone.replace("billing:", "registrationNumber: \"1\", billing:"), &[]);
        check(
            &create("billing:", "registrationNumber: \"1\", billing:"),
            &["TT0204 error at \"1\": a new customer in DE must have no `registrationNumber`; help: remove the line"],
        );
    }

    #[test]
    fn some_countries_demand_a_state_and_regions_are_not_crossed() {
        check(
            &create("country: DE", "country: US"),
            &[
                "TT0204 error at address: an address in US needs a `state`",
                "TT0207 error at US: the customer is in US (CSP region US), its provider in HU (Europe)",
            ],
        );
    }

    #[test]
    fn names_and_addresses_that_would_be_refused_are_found() {
        check(
            &create("a@contoso.example", "a@Microsoft.com"),
            &["TT0107 error at a@Microsoft.com: `a@Microsoft.com` cannot be billed"],
        );
        for name in ["C", "\"--\"", "Ltd."] {
            let message = format!("TT0107 error at {name}: `{}` is no company name", name.trim_matches('"'));
            check(&create("name: Contoso", &format!("name: {name}")), &[&message]);
        }
    }

    #[test]
    fn a_create_may_stay_beside_the_tenant_it_made() {
        let there = create("reseller: fabrikam", "tenantId: %c1").replace("country: DE", "country: HU");
        assert!(meant(&there).customers.into_values().all(|it| it.create.is_some()));
    }
}
