//! `drift`: what changed in the tenant that no run of ours did, field by field, with who did it where the service's
//! audit records tell. Holds only the looking door.

mod objects;

pub use objects::{Gone, How, Left, Stranger};

use super::fault::Fault;
use super::observe::{self, Looked, RestsOn, Wants};
use super::plan::Ground;
use super::project::Valid;
use crate::desired::{Accepted, Subscription, Support};
use crate::diag::{At, Code};
use crate::diff::{
    self, Course, Diff, Look, Moved, OutOfUse, Scope, Sides, SubscriptionState, SupportState, Verdict, course, mend,
};
use crate::model::{Address, CustomerId, Date, Field, Span, SubscriptionId, Value};
use crate::observed::{AuditRecord, Observed, Read, Status, Why, field_value};
use crate::policy::lint::{Level, Settings, is_silent};
use std::collections::BTreeSet;

/// How far back audit records are asked for. Source: learn, get-a-record-of-partner-center-activity-by-user (90 days; a
/// day less, since they are asked for by date).
const KEPT: Span = Span::days(-89);

/// A field that moved in the tenant since a run of ours settled it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drifted {
    /// Whose.
    pub address: Address,
    /// Where its document stands.
    pub at: At,
    /// Which field.
    pub field: Field,
    /// What the manifest says.
    pub declared: Value,
    /// What was last settled.
    pub settled: Option<Value>,
    /// What is there.
    pub observed: Value,
    /// What becomes of it.
    pub disposition: Disposition,
    /// Who did it, as far as audit records tell.
    pub by: Option<AuditRecord>,
}

/// What becomes of something that drifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// The next apply brings the declared value back.
    Restored,
    /// It is only told: write what is there to accept it, or `onDrift` to have it back.
    Reported,
    /// It is only told, and no manifest could say otherwise: what can be done about it.
    Told(&'static str),
    /// The manifest moved as well: somebody must decide.
    Conflict,
    /// It stays for now: a manifest says so.
    Accepted(Box<Accepted>),
}
impl Disposition {
    /// One word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::Reported | Self::Told(_) => "reported",
            Self::Conflict => "conflict",
            Self::Accepted(_) => "accepted",
        }
    }
    fn of(course: Course<'_>) -> Option<Self> {
        match course {
            Course::Set => None,
            Course::Restore => Some(Self::Restored),
            Course::Report => Some(Self::Reported),
            Course::Conflict => Some(Self::Conflict),
            Course::Accepted(accepted) => Some(Self::Accepted(Box::new(accepted.clone()))),
        }
    }
}

/// What drifted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// By address, then field.
    pub rows: Vec<Drifted>,
    /// What was bound and is no longer there, by address.
    pub gone: Vec<Gone>,
    /// Relations that were there and ended, by customer.
    pub left: Vec<Left>,
    /// Active resellers that no manifest declares, by tenant.
    pub strangers: Vec<Stranger>,
    /// Why audit records tell nothing, if they were wanted and could not be read.
    pub unaudited: Option<Why>,
    /// What could not be compared, because it could not be read.
    pub unread: BTreeSet<String>,
}

impl Drift {
    /// What nobody accepted.
    pub fn open(&self) -> impl Iterator<Item = &Drifted> {
        self.rows.iter().filter(|row| row.accepted().is_none())
    }
    /// Whether there is something that somebody should look at.
    #[must_use]
    pub fn has_news(&self) -> bool {
        let Self { rows: _, gone, left, strangers, unaudited: _, unread: _ } = self;
        self.open().next().is_some() || !gone.is_empty() || !left.is_empty() || !strangers.is_empty()
    }
}
impl Drifted {
    /// By whom it is accepted, why and until when, if it is.
    #[must_use]
    pub fn accepted(&self) -> Option<&Accepted> {
        match &self.disposition {
            Disposition::Accepted(accepted) => Some(accepted),
            Disposition::Restored | Disposition::Reported | Disposition::Told(_) | Disposition::Conflict => None,
        }
    }
}

/// Compares until nothing more is to be read, then asks who did it.
///
/// # Errors
/// When nothing may be read at all: nobody is signed in, or without a role.
pub fn live(
    project: &Valid,
    ground: Ground<'_>,
    (settings, progress): (&Settings, &dyn observe::Progress),
) -> Result<(Drift, Looked), Fault> {
    let compared = |observed: &Observed| -> (Compared, BTreeSet<Read>) {
        let look = Look::at(observed);
        let compared = {
            let (desired, ledger) = (&project.desired, ground.ledger);
            let sides = Sides { desired, ledger, look: &look, scope: &Scope::All, now: ground.now, under: None };
            let diff = diff::compare(sides);
            Compared {
                found: found(&diff, (settings, ground.now.date())),
                gone: objects::gone(sides, &diff),
                left: objects::left(&diff),
                // A project that declares only some of its resellers switches the rule about the others off.
                strangers: match settings.get(&Code::Stranger).and_then(|setting| setting.severity) {
                    Some(Level::Off) => Vec::new(),
                    Some(Level::At(_)) | None => objects::undeclared(sides),
                },
                unread: unread(&diff),
            }
        };
        (compared, look.missing())
    };
    let looked = observe::look(ground.eyes(progress), |observed| {
        let (compared, missing) = compared(observed);
        Wants { missing, rests_on: compared.rests_on() }
    });
    if let Some(why) = looked.denied {
        return Err(Fault::Denied(why));
    }
    let (compared, _) = compared(&looked.observed);
    Ok((compared.told(ground), looked))
}

/// What was found, before anybody asked who did it.
struct Compared {
    found: Vec<Found>,
    gone: Vec<Gone>,
    left: Vec<Left>,
    strangers: Vec<Stranger>,
    unread: BTreeSet<String>,
}

impl Compared {
    /// What drifted is looked at before it is told.
    fn rests_on(&self) -> RestsOn {
        if !self.gone.is_empty() || !self.left.is_empty() {
            return RestsOn::Everything;
        }
        RestsOn::Reads(self.found.iter().map(|found| Read::Subscriptions(found.live.0)).collect())
    }

    /// With who did it.
    fn told(self, ground: Ground<'_>) -> Drift {
        let Self { found, mut gone, mut left, mut strangers, unread } = self;
        let mut drift = Drift { unread, ..Drift::default() };
        if found.is_empty() && gone.is_empty() && left.is_empty() && strangers.is_empty() {
            return drift;
        }
        let records = match ground.observe.audit(ground.now.plus(KEPT)) {
            Ok(records) => records,
            Err(why) => {
                drift.unaudited = Some(why);
                Vec::new()
            }
        };
        gone.iter_mut().for_each(|one| one.by = objects::who_ended(one.live, &records));
        left.iter_mut().for_each(|one| one.by = objects::who_left(one, &records));
        strangers.iter_mut().for_each(|one| one.by = objects::who_came(one.tenant, &records));
        Drift { rows: audited(found, &records), gone, left, strangers, ..drift }
    }
}

/// Something that drifted, with the live object that an audit record would name.
struct Found {
    row: Drifted,
    live: (CustomerId, SubscriptionId),
}

fn found(diff: &Diff<'_>, (settings, today): (&Settings, Date)) -> Vec<Found> {
    let mut all = Vec::new();
    for one in &diff.subscriptions {
        if let SubscriptionState::Moved { customer, id, observed: _, moved } = &one.state {
            let fields = moved.iter().filter_map(|moved| field_row(one.declared, moved, today));
            all.extend(fields.map(|row| Found { row, live: (*customer, *id) }));
        }
    }
    for one in &diff.support {
        if let SupportState::Moved { customer, id, observed, verdict, settled } = &one.state
            && let Some(row) = support_row(one.declared, (Value::text(observed), *verdict, settled.clone()), today)
        {
            let row = Drifted { address: Address::Subscription(one.key.clone()), ..row };
            all.push(Found { row, live: (*customer, *id) });
        }
    }
    let told = |row: &Drifted| !is_silent(settings, (Code::SubscriptionNotActive, &row.address), today);
    let out_of_use = diff.out_of_use.iter().filter_map(|it| Some((status_row(it)?, it.live)));
    all.extend(out_of_use.filter(|(row, _)| told(row)).map(|(row, live)| Found { row, live }));
    all.sort_by(|a, b| (&a.row.address, a.row.field).cmp(&(&b.row.address, b.row.field)));
    all
}

fn field_row(declared: &Subscription, moved: &Moved, today: Date) -> Option<Drifted> {
    let Moved { field, declared: wanted, observed, settled, verdict: _ } = moved;
    Some(Drifted {
        address: Address::Subscription(declared.key.clone()),
        at: declared.at,
        field: Field::from(*field),
        declared: wanted.clone(),
        settled: settled.clone(),
        observed: observed.clone(),
        disposition: Disposition::of(moved.course(&declared.on_drift, today))?,
        by: None,
    })
}

/// One that went out of use, unless it was so before, or that was declared.
fn status_row(out: &OutOfUse<'_>) -> Option<Drifted> {
    let OutOfUse { declared, live: _, observed, how } = out;
    match how {
        diff::How::Moved => {}
        diff::How::Known | diff::How::Declared => return None,
    }
    Some(Drifted {
        address: Address::Subscription(declared.key.clone()),
        at: declared.at,
        field: Field::Status,
        declared: Value::text(Status::Active),
        settled: None,
        observed: field_value(observed, Field::Status),
        disposition: Disposition::Told(mend(observed.status)),
        by: None,
    })
}

fn support_row(
    declared: &Support,
    (observed, verdict, settled): (Value, Verdict, Option<Value>),
    today: Date,
) -> Option<Drifted> {
    let course = course((Course::Restore, verdict), declared.on_drift.as_ref(), &observed, today);
    // Drift means that what is declared was settled, so the settled value is the declared one.
    let wanted = match verdict {
        Verdict::Drift => settled.clone().unwrap_or(Value::None),
        Verdict::Same | Verdict::Intent | Verdict::Conflict => match &declared.contact {
            crate::desired::Supporter::Provider => Value::text("provider"),
            crate::desired::Supporter::Partnership(name) => Value::text(name),
        },
    };
    Some(Drifted {
        address: declared.cause.clone(),
        at: declared.at,
        field: Field::SupportContact,
        declared: wanted,
        settled,
        disposition: Disposition::of(course)?,
        observed,
        by: None,
    })
}

/// What stood in the way of comparing.
fn unread(diff: &Diff<'_>) -> BTreeSet<String> {
    let subscriptions = diff.subscriptions.iter().filter_map(|one| match &one.state {
        SubscriptionState::Blocked(finding) => Some(finding),
        SubscriptionState::ToBuy | SubscriptionState::Moved { .. } | SubscriptionState::Pending(_) => None,
    });
    let support = diff.support.iter().filter_map(|one| match &one.state {
        SupportState::Blocked(finding) => Some(finding),
        SupportState::Moved { .. } | SupportState::AfterPartnership { .. } => None,
    });
    let customers = diff.customers.values().filter_map(|presence| match presence {
        diff::Presence::Unknown(finding) => Some(finding),
        diff::Presence::Live(_)
        | diff::Presence::ToCreate(_)
        | diff::Presence::Pending(_)
        | diff::Presence::ToInvite
        | diff::Presence::Gone(_) => None,
    });
    let partners = diff.partners.values().filter_map(|partner| match partner {
        diff::Partner::Unknown(finding) => Some(finding),
        diff::Partner::Listed { .. } | diff::Partner::NotListed => None,
    });
    let unknown = subscriptions.chain(support).chain(customers).chain(partners);
    unknown
        .filter(|finding| matches!(finding.code, Code::Unknown | Code::PartnerUnproven | Code::PartnerAmbiguous))
        .map(|finding| finding.message.clone())
        .collect()
}

/// With the newest record that tells of each value.
fn audited(found: Vec<Found>, records: &[AuditRecord]) -> Vec<Drifted> {
    let one = |Found { row, live: (customer, id) }: Found| {
        let id = id.to_string();
        let about = records.iter().filter(|record| {
            record.resource.eq_ignore_ascii_case(&id) && record.customer.is_none_or(|of| of == customer)
        });
        let by = about.filter(|record| tells(record, &row.observed)).max_by_key(|record| record.at).cloned();
        Drifted { by, ..row }
    };
    found.into_iter().map(one).collect()
}

/// Whether a record speaks of a value, as a word of its own: the service's wording differs by operation.
fn tells(record: &AuditRecord, value: &Value) -> bool {
    let Some(new) = &record.new else { return false };
    let value = value.to_string();
    let is_word = |c: char| c.is_alphanumeric() || c == '-';
    new.match_indices(&value).any(|(at, _)| {
        let before = new[..at].chars().next_back();
        let after = new[at + value.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn a_record_tells_of_a_value_only_as_a_word_of_its_own() {
        let record = |new: &str| AuditRecord {
            at: Timestamp::from_seconds(0),
            operation: "update_subscription".into(),
            user: Some("ann".into()),
            application: None,
            customer: None,
            resource: "x".into(),
            new: Some(new.into()),
        };
        let forty = Value::Number(40);
        assert!(tells(&record("quantity 40"), &forty));
        assert!(tells(&record("{\"quantity\":40}"), &forty));
        assert!(!tells(&record("quantity 400"), &forty));
        assert!(!tells(&record("quantity 140"), &forty));
        assert!(!tells(&AuditRecord { new: None, ..record("") }, &forty));
    }
}
