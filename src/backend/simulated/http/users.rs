//! The users of a customer: its first administrator, whose password can be set anew while the provider holds a role there.
//! Source: learn, get-a-list-of-all-user-accounts-for-a-customer; reset-user-password-for-a-customer.

use super::call::Call;
use super::customers::found;
use super::reply::{Failure, Reply};
use super::shape::{attributes, linked_collection, own_link};
use super::world::World;
use crate::backend::simulated::Tenant;
use crate::backend::simulated::wire::Customer;
use crate::model::{CustomerId, Digest, Effect, Operation, RequestId};
use http::StatusCode;
use serde_json::{Value, json};

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let tenant = world.tenant();
    let customer = found(tenant, call)?;
    allowed(customer)?;
    let rows = vec![admin(tenant, customer)];
    Ok(Reply::ok(linked_collection(rows, format!("/customers/{}/users", customer.tenant_id))))
}

/// Without a role in the customer's directory nothing of it can be read. Source: learn, dap-api-impact.
fn allowed(customer: &Customer) -> Result<(), Failure> {
    let text = "Access denied: no role in the customer's tenant.";
    if customer.admin_access { Ok(()) } else { Err(Failure::new(StatusCode::FORBIDDEN, 2032, text)) }
}

fn admin_id(tenant: &Tenant, customer: CustomerId) -> RequestId {
    RequestId::from_bytes(tenant.guid(&format!("admin of {customer}")))
}

fn admin(tenant: &Tenant, customer: &Customer) -> Value {
    let id = admin_id(tenant, customer.tenant_id);
    json!({
        "id": id.to_string(),
        "userPrincipalName": format!("admin@{}", customer.domain),
        "firstName": "Global",
        "lastName": "Administrator",
        "displayName": customer.company_name,
        "userDomainType": "none",
        "state": "active",
        "links": own_link(format!("/customers/{}/users/{id}", customer.tenant_id)),
        "attributes": attributes("CustomerUser"),
    })
}

/// The caller says the new password; only its digest is kept.
pub(super) fn reset_password(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let tenant = world.tenant();
    let customer = found(tenant, call)?.clone();
    if call.part(1).to_lowercase() != admin_id(tenant, customer.tenant_id).to_string() {
        return Err(Failure::new(StatusCode::NOT_FOUND, 60002, "User not found."));
    }
    let body = call.json()?;
    let profile = body.part("passwordprofile").ok_or_else(|| Failure::input("PasswordProfile is missing."))?;
    let password = profile.text("password").ok_or_else(|| Failure::input("Password is missing."))?;
    if !(8..=256).contains(&password.chars().count()) {
        return Err(Failure::input("The password does not meet the rules."));
    }
    let operation = Operation::ResetAdminPassword { customer: customer.tenant_id };
    let digest = Digest::of_bytes(password.as_bytes());
    let _reset: Effect = world.change(|tenant| {
        let effect = tenant.perform(&operation, call.request)?;
        tenant.customers.edit(customer.tenant_id, |entry| entry.password_digest = Some(digest));
        Ok::<_, crate::backend::BackendError>(effect)
    })?;
    let mut value = admin(world.tenant(), &customer);
    let force = profile.flag("forcechangepassword").unwrap_or(false);
    value["passwordProfile"] = json!({"forceChangePassword": force, "password": password});
    value["usageLocation"] = json!(customer.country.as_deref().unwrap_or("US"));
    value["lastDirectorySyncTime"] = Value::Null;
    value["softDeletionTime"] = Value::Null;
    Ok(Reply::ok(value))
}
