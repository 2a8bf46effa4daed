//! What is to happen at the end of a subscription's term, as far as the service tells it. Where it leaves something open,
//! that is unknown: never guessed from a flag.

use super::Subscription;
use crate::model::renewal::OFF;
use crate::model::{NextTerm, Renewal};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// What is to happen at the end of the term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AtEnd {
    /// This; of a next term only what is scheduled for it.
    Known(Renewal),
    /// The service does not tell.
    Unknown(Unclear),
}

/// Why it is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unclear {
    /// Auto-renew is off and nothing is scheduled. Under new commerce that may be an end, or a purchase month by month.
    /// Source: learn, "Extended service terms (EST)".
    Off,
    /// Something is scheduled that has no word here, in the service's.
    Scheduled(SmolStr),
    /// The service does not say whether it renews.
    Untold,
}

impl AtEnd {
    /// The same again, with nothing scheduled.
    pub const SAME_AGAIN: Self = Self::Known(Renewal::SAME_AGAIN);

    /// What is scheduled and would be lost if the service deleted it, in words.
    #[must_use]
    pub fn scheduled(&self) -> Option<SmolStr> {
        match self {
            Self::Known(Renewal::Renew(next)) => {
                let words = next.to_string();
                words.strip_prefix(", ").map(SmolStr::from)
            }
            Self::Known(Renewal::Cancel) => Some("its end".into()),
            Self::Known(Renewal::Extend) => Some("to go on month by month".into()),
            Self::Unknown(Unclear::Scheduled(words)) => Some(words.clone()),
            Self::Unknown(Unclear::Off | Unclear::Untold) => None,
        }
    }
}
impl fmt::Display for AtEnd {
    /// One line: what is scheduled, no more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(renewal) => renewal.fmt(f),
            Self::Unknown(Unclear::Off) => f.write_str(OFF),
            Self::Unknown(Unclear::Scheduled(words)) => write!(f, "unclear: {words}"),
            Self::Unknown(Unclear::Untold) => f.write_str("not told"),
        }
    }
}

impl Subscription {
    /// What it is now, as a next term that changes nothing.
    #[must_use]
    pub fn as_it_is(&self) -> NextTerm {
        let Self { quantity, term, billing_cycle, .. } = self;
        NextTerm { product: None, quantity: Some(*quantity), term: *term, billing_cycle: *billing_cycle, end: None }
    }
    /// The same with what is scheduled told in short, however much of it the service repeats.
    #[must_use]
    pub fn in_short(mut self) -> Self {
        if let AtEnd::Known(Renewal::Renew(next)) = &self.at_end {
            self.at_end = AtEnd::Known(Renewal::Renew(next.beside(&self.as_it_is())));
        }
        self
    }
    /// What is to happen at the end of its term, a next term in full.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn renewal(&self) -> Result<Renewal, &Unclear> {
        match &self.at_end {
            AtEnd::Known(Renewal::Renew(next)) => Ok(Renewal::Renew(next.or(&self.as_it_is()))),
            AtEnd::Known(ends @ (Renewal::Cancel | Renewal::Extend)) => Ok(ends.clone()),
            AtEnd::Unknown(unclear) => Err(unclear),
        }
    }
    /// What a change to so many seats would delete on the server, in words. That a legacy one does not renew is no schedule.
    /// Source: learn, create-a-new-subscription.
    #[must_use]
    pub fn would_lose(&self) -> Option<SmolStr> {
        use crate::model::product::Commerce;
        match (self.commerce, &self.at_end) {
            (Commerce::Legacy, AtEnd::Known(Renewal::Cancel)) => None,
            (Commerce::Legacy | Commerce::New, at_end) => at_end.scheduled(),
        }
    }
}
