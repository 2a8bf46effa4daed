//! Who there is: companies, partnerships, customers, signatures, strangers' domains. Never decides anything.

use super::defaults;
use crate::model::digest::Digest;
use crate::model::{CustomerId, PartnerId, TenantId, Timestamp};
use crate::observed::Review;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

record! {
    /// A company that may become a reseller, or a stranger.
    pub struct Company {
        /// Its tenant.
        pub tenant_id: TenantId,
        /// Its name.
        pub name: SmolStr,
        /// Two letters; decides the CSP region.
        pub country: SmolStr,
        /// PartnerIDs of type Location; the first is the one the relationship list shows.
        #[serde(default)]
        pub partner_ids: Vec<PartnerId>,
        /// PartnerIDs of type Global: they exist, but fail as partner of record.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub global_partner_ids: Vec<PartnerId>,
        /// What the profile of a PartnerID calls it, where that is not the name of the company.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub location_names: BTreeMap<PartnerId, SmolStr>,
        /// Whether it signed the Microsoft Partner Agreement.
        #[serde(default = "defaults::yes", skip_serializing_if = "defaults::is_yes")]
        pub agreement_signed: bool,
        /// Whether it has an active account as indirect reseller.
        #[serde(default = "defaults::yes", skip_serializing_if = "defaults::is_yes")]
        pub enrolled: bool,
    }
    /// A partnership that the provider's list shows.
    pub struct Relationship {
        /// The reseller's tenant, one of the companies.
        pub tenant_id: TenantId,
        /// Whether the list calls it active.
        #[serde(default = "defaults::yes", skip_serializing_if = "defaults::is_yes")]
        pub active: bool,
    }
    /// A customer of the provider.
    pub struct Customer {
        /// Its tenant.
        pub tenant_id: CustomerId,
        /// Its default domain, lower case.
        pub domain: SmolStr,
        /// Its name.
        pub company_name: SmolStr,
        /// Two letters; the provider's country when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub country: Option<SmolStr>,
        /// The tenants of its resellers.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        pub resellers: BTreeSet<TenantId>,
        /// Its account review.
        #[serde(default = "defaults::passed", skip_serializing_if = "defaults::is_passed")]
        pub review: Review,
        /// Whether the provider holds an administrator role there.
        #[serde(default = "defaults::yes", skip_serializing_if = "defaults::is_yes")]
        pub admin_access: bool,
        /// How many one-time passwords were given out.
        #[serde(default, skip_serializing_if = "defaults::is_none_given")]
        pub passwords: u32,
        /// Digest of the last one; passwords themselves are never kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password_digest: Option<Digest>,
    }
    /// That a customer signed the Microsoft Customer Agreement.
    pub struct Agreement {
        /// Who signed.
        pub customer: CustomerId,
        /// When.
        pub signed_on: Timestamp,
    }
    /// A domain that belongs to somebody who is no customer of ours (yet).
    pub struct TakenDomain {
        /// Lower case.
        pub domain: SmolStr,
        /// Whose; needed if it is to accept an invitation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tenant_id: Option<CustomerId>,
        /// The name of whoever has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub company_name: Option<SmolStr>,
        /// Its country.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub country: Option<SmolStr>,
    }
}
