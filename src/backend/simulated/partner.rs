//! Who may be partner of record, and what the status of a reseller is. Never looks at a customer or a subscription.

use super::tenant::Tenant;
use super::wire::Company;
use crate::backend::BackendError;
use crate::model::{PartnerId, TenantId, country};
use crate::observed::ResellerStatus;
use smol_str::{SmolStr, format_smolstr};

/// A documented no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) text: SmolStr,
}
impl Refusal {
    pub(super) fn new(code: u32, text: impl Into<SmolStr>) -> Self {
        Self { code, text: text.into() }
    }
}
impl From<Refusal> for BackendError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { code: refusal.code, text: refusal.text }
    }
}

impl Tenant {
    /// Whether a PartnerID may be partner of record now.
    /// Source: learn, validate-reseller-partner-of-record (900154, 900400); create-an-order-for-a-customer-of-an-indirect-reseller
    /// (2072, 800015, 800016, 900123).
    pub(super) fn check_partner(&self, id: &PartnerId) -> Result<&Company, Refusal> {
        if self.header.partner_id.as_ref() == Some(id) {
            return Err(Refusal::new(2072, "the PartnerID of an indirect provider is not a valid partner of record"));
        }
        let Some(company) = self.company_of(id) else {
            return Err(Refusal::new(800_015, format_smolstr!("PartnerID {id} was not found")));
        };
        if !company.partner_ids.contains(id) {
            return Err(Refusal::new(900_400, format_smolstr!("PartnerID {id} is a global one; a location is needed")));
        }
        if !company.enrolled {
            let text = format_smolstr!("PartnerID {id} is not linked to an active CSP indirect reseller tenant");
            return Err(Refusal::new(900_154, text));
        }
        if !company.agreement_signed {
            let text =
                format_smolstr!("the reseller of PartnerID {id} has not accepted the Microsoft Partner Agreement");
            return Err(Refusal::new(900_123, text));
        }
        if !self.partnered(company.tenant_id) {
            let text = format_smolstr!("PartnerID {id} is not an indirect reseller of this provider");
            return Err(Refusal::new(800_016, text));
        }
        Ok(company)
    }
    /// What the profile of a PartnerID calls it. Source: learn, get-partner-by-mpn-id.
    pub(super) fn name_of(&self, id: &PartnerId) -> Option<SmolStr> {
        match self.company_of(id) {
            Some(company) => Some(company.location_names.get(id).unwrap_or(&company.name).clone()),
            None => (self.header.partner_id.as_ref() == Some(id)).then(|| SmolStr::new_static("Provider")),
        }
    }
    /// Whether an active partnership is listed.
    pub(super) fn partnered(&self, reseller: TenantId) -> bool {
        self.relationships.get(&reseller).is_some_and(|relationship| relationship.active)
    }
    /// The agreement status of a company asked for by its tenant.
    /// Source: learn, verify-indirect-reseller-mpa-status (2201, 2204, 2205, 2206).
    pub(super) fn status_by_tenant(&self, id: TenantId) -> ResellerStatus {
        match self.companies.get(&id) {
            None => ResellerStatus::NotFound(format_smolstr!("2205: tenant {id} is unknown")),
            Some(company) => self.status(company, "2206: the tenant has not signed the Microsoft Partner Agreement"),
        }
    }
    /// The same by PartnerID, of either type.
    /// Source: learn, verify-indirect-reseller-mpa-status (2200; without a code when `isAgreementSigned` is false).
    pub(super) fn status_by_partner(&self, id: &PartnerId) -> ResellerStatus {
        match self.company_of(id) {
            None => ResellerStatus::NotFound(format_smolstr!("2200: PartnerID {id} is unknown")),
            Some(company) => self.status(company, "the Microsoft Partner Agreement is not signed"),
        }
    }
    fn status(&self, company: &Company, unsigned: &'static str) -> ResellerStatus {
        if !company.enrolled {
            let text = format_smolstr!("2204: {} has no account as an indirect reseller", company.name);
            return ResellerStatus::NotFound(text);
        }
        if let Some((ours, theirs)) = self.regions_apart(&company.country) {
            return ResellerStatus::OtherRegion(format_smolstr!("2201: the region is {theirs}, the provider's {ours}"));
        }
        if company.agreement_signed {
            ResellerStatus::Signed
        } else {
            ResellerStatus::NotSigned(SmolStr::new_static(unsigned))
        }
    }
    /// The provider's region and another country's, where they are known to differ.
    pub(super) fn regions_apart(&self, theirs: &str) -> Option<(&'static str, &'static str)> {
        let ours = country::csp_region(self.header.country.as_ref()?)?;
        let theirs = country::csp_region(theirs)?;
        (ours != theirs).then_some((ours, theirs))
    }
}
