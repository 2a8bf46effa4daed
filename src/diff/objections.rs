//! What stands against resellers and their PartnerIDs, as policy judged it: values only, so that planning needs no rule.

use crate::diag::Finding;
use crate::model::{Name, PartnerId};
use std::collections::BTreeMap;

/// Findings that forbid using a reseller or a PartnerID.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Objections {
    /// Against inviting or using a partnership.
    pub partnerships: BTreeMap<Name, Finding>,
    /// Against a PartnerID as partner of record.
    pub partners: BTreeMap<PartnerId, Finding>,
    /// What blocks nothing and should be known.
    pub findings: Vec<Finding>,
}
