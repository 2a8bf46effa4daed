//! The wire form of what is to happen at the end of a term. Only grows; never guesses what an older file leaves open.

use super::form;
use super::question;
use crate::model::product::Commerce;
use crate::model::{BillingCycle, Date, NextTerm, Renewal, Term};
use crate::observed::{AtEnd as Observed, Unclear};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What is to happen at the end of the term.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "action")]
pub(in crate::snapshot) enum AtEnd {
    /// A new term; what is left out stays as it is.
    Renew {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product: Option<Box<question::Product>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quantity: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term: Option<Term>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        billing_cycle: Option<BillingCycle>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<form::Day>")]
        end_date: Option<Date>,
    },
    /// It ends.
    Cancel,
    /// It goes on month by month.
    Extend,
    /// Auto-renew is off and nothing is scheduled.
    Off,
    /// Something is scheduled that has no word here.
    Scheduled {
        /// In the service's words.
        #[schemars(with = "String")]
        text: SmolStr,
    },
    /// It was not told.
    Untold,
}

impl From<Observed> for AtEnd {
    fn from(at_end: Observed) -> Self {
        match at_end {
            Observed::Known(Renewal::Renew(NextTerm { product, quantity, term, billing_cycle, end })) => Self::Renew {
                product: product.map(|it| Box::new((*it).into())),
                quantity,
                term,
                billing_cycle,
                end_date: end,
            },
            Observed::Known(Renewal::Cancel) => Self::Cancel,
            Observed::Known(Renewal::Extend) => Self::Extend,
            Observed::Unknown(Unclear::Off) => Self::Off,
            Observed::Unknown(Unclear::Scheduled(text)) => Self::Scheduled { text },
            Observed::Unknown(Unclear::Untold) => Self::Untold,
        }
    }
}
impl From<AtEnd> for Observed {
    fn from(at_end: AtEnd) -> Self {
        match at_end {
            AtEnd::Renew { product, quantity, term, billing_cycle, end_date: end } => {
                let product = product.map(|it| Box::new((*it).into()));
                Self::Known(Renewal::Renew(NextTerm { product, quantity, term, billing_cycle, end }))
            }
            AtEnd::Cancel => Self::Known(Renewal::Cancel),
            AtEnd::Extend => Self::Known(Renewal::Extend),
            AtEnd::Off => Self::Unknown(Unclear::Off),
            AtEnd::Scheduled { text } => Self::Unknown(Unclear::Scheduled(text)),
            AtEnd::Untold => Self::Unknown(Unclear::Untold),
        }
    }
}

/// What a file of before says, which had a flag and a line of words.
pub(in crate::snapshot) fn of_before(commerce: Commerce, auto_renew: bool, scheduled: Option<SmolStr>) -> Observed {
    match (auto_renew, scheduled, commerce) {
        (_, Some(words), _) => Observed::Unknown(Unclear::Scheduled(words)),
        (true, None, _) => Observed::SAME_AGAIN,
        (false, None, Commerce::Legacy) => Observed::Known(Renewal::Cancel),
        (false, None, Commerce::New) => Observed::Unknown(Unclear::Off),
    }
}
