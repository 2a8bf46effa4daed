//! Whether a customer that is there may be served from here: provider, reseller and customer are in one CSP region. Claims
//! nothing where the country of its tenant is not told.

use super::build::Making;
use crate::diag::{At, Code, Finding};
use crate::model::{CustomerId, CustomerKey, country};
use crate::observed::Facet;

/// What stands against an order for a customer, or against its association with a reseller. A partner of record is not
/// held against it: what was sold to a customer from here proves more than a table of countries, and a tenant never moves.
/// Source: learn, regional-authorization-overview; error-codes (2030).
pub(super) fn apart(making: &Making<'_, '_>, key: &CustomerKey, id: CustomerId, at: At) -> Option<Finding> {
    let ours = &making.desired().provider.country;
    // Nobody's country decides anything where the provider's region is not known.
    let here = country::csp_region(ours)?;
    let theirs = match making.sides.look.country(id) {
        Facet::Known(theirs) => theirs,
        Facet::Absent | Facet::Unknown(_) => return None,
    };
    let there = country::csp_region(theirs).filter(|there| *there != here)?;
    let message = format!("customer `{key}` is in {theirs} (CSP region {there}), the provider in {ours} ({here})");
    let help = "customers do not cross CSP regions, and the service refuses it: take this out here, and declare the \
                customer in the project of a provider of its own region";
    Some(Finding::error(Code::ForeignRegion, at, message).help(help))
}
