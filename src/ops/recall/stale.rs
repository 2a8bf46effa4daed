//! Which remembered answers may still be used: a pure function of the answers, the service's audit records, what our own
//! runs did, and the time. Whatever is in doubt is dropped and looked at again; nothing here asks anybody.

use crate::journal::{Deed, To, Told};
use crate::model::{CustomerId, Digest, Span, Timestamp};
use crate::observed::{Answer, AuditRecord, Read, Status, Subscription, Why};
use crate::snapshot::cache::Remembered;
use std::collections::BTreeMap;

/// So long after a change it may still not show, in the records or in a list. Source: learn, partner-center-webhooks (events
/// up to 48 hours late); unconfirmed for audit records, whose delay no page tells.
pub const LATE: Span = Span::days(2);
/// A term that ends this soon may have ended, by the service's clock.
const NEAR: Span = Span::days(1);
/// The shortest life of a remembered answer; the longest is twice that.
const LIFE: Span = Span::days(4);

/// Why a remembered answer is not used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// It has lived long enough: a share is looked at again each day, whatever the records tell.
    Aged,
    /// It is of a time that is still to come.
    Future,
    /// A record speaks of its customer.
    Changed,
    /// A record speaks of whose customers are whose.
    Related,
    /// A run of ours did something there.
    Ours,
    /// A term ended, or is about to.
    TermEnd,
    /// A subscription is on its way from one state to another.
    Unsettled,
    /// Nothing is known of what changed since: why.
    Gap(String),
}

/// What is known of the time since.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The service's records since [`since`], or why they cannot all be told.
    pub records: Result<&'a [AuditRecord], &'a Why>,
    /// What runs of ours did since then.
    pub deeds: &'a [Deed],
    /// When it is.
    pub now: Timestamp,
}

/// What is left of remembered answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    /// May be used as they are.
    pub kept: Vec<Remembered>,
    /// May not, and why.
    pub dropped: Vec<(Read, Dropped)>,
}

/// Drops what has lived long enough. What is left decides how far back records must be asked for.
#[must_use]
pub fn of_age(remembered: Vec<Remembered>, now: Timestamp) -> Sifted {
    let aged = |one: &Remembered| {
        if one.at > now {
            return Some(Dropped::Future);
        }
        (now.since(one.at) >= life(&one.read)).then_some(Dropped::Aged)
    };
    sift(remembered, aged)
}

/// Since when records and deeds are needed for these answers; none when there are none.
#[must_use]
pub fn since(remembered: &[Remembered]) -> Option<Timestamp> {
    remembered.iter().map(|one| before(one.at)).min()
}

/// Drops what may have changed.
#[must_use]
pub fn unchanged(remembered: Vec<Remembered>, evidence: Evidence<'_>) -> Sifted {
    let Evidence { records, deeds, now } = evidence;
    let news = match records.map_err(|why| why.to_string()).and_then(|records| News::of(records, deeds, now)) {
        Ok(news) => news,
        Err(gap) => return sift(remembered, |_| Some(Dropped::Gap(gap.clone()))),
    };
    sift(remembered, |one| news.against(one).or_else(|| time_alone(&one.answer, now)))
}

/// Drops what runs of ours may have changed, and nothing else.
#[must_use]
pub fn not_ours(remembered: Vec<Remembered>, deeds: &[Deed]) -> Sifted {
    let mut news = News::default();
    let heard = deeds.iter().try_for_each(|deed| news.own(deed));
    match heard {
        Ok(()) => sift(remembered, |one| news.against(one)),
        Err(gap) => sift(remembered, |_| Some(Dropped::Gap(gap.clone()))),
    }
}

fn sift(remembered: Vec<Remembered>, why: impl Fn(&Remembered) -> Option<Dropped>) -> Sifted {
    let mut sifted = Sifted::default();
    for one in remembered {
        match why(&one) {
            None => sifted.kept.push(one),
            Some(dropped) => sifted.dropped.push((one.read, dropped)),
        }
    }
    sifted
}

fn before(at: Timestamp) -> Timestamp {
    at.plus(Span::seconds(-LATE.as_seconds()))
}

/// How long an answer lives: 4 to 8 days, by its question, so that what was read at once is not due at once.
fn life(read: &Read) -> Span {
    let mark = Digest::of_bytes(format!("{read:?}").as_bytes());
    let [first, second, third, ..] = *mark.as_bytes();
    let lot = i64::from(u32::from_be_bytes([0, first, second, third]));
    Span::seconds(LIFE.as_seconds() + LIFE.as_seconds() * lot / (1 << 24))
}

/// What time alone may have changed.
fn time_alone(answer: &Answer, now: Timestamp) -> Option<Dropped> {
    let subscriptions: &[Subscription] = if let Answer::Subscriptions(list) = answer { list } else { &[] };
    subscriptions.iter().find_map(|subscription| match subscription.status {
        Status::Pending | Status::Suspended | Status::Other => Some(Dropped::Unsettled),
        Status::Active => subscription.commitment_end.filter(|end| *end <= now.plus(NEAR)).map(|_| Dropped::TermEnd),
        // Over: what comes after it, nobody renews and no step distinguishes.
        Status::Expired | Status::Disabled | Status::Deleted => None,
    })
}

/// What an operation of a record changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Whose customers are whose.
    Relation,
    /// What a customer has.
    Customer,
    /// Nothing that is remembered; of a customer or of nobody.
    Nothing,
    /// It is not known.
    Unknown,
}

/// Source: learn, auditing-resources (operationType).
fn reach(operation: &str) -> Reach {
    match operation {
        "add_customer"
        | "delete_customer"
        | "delete_tip_customer"
        | "remove_partner_customer_relationship"
        | "extend_relationship"
        | "create_partner_relationship"
        | "remove_partner_relationship"
        | "create_transfer"
        | "update_transfer" => Reach::Relation,
        "update_subscription"
        | "upgrade_subscription"
        | "convert_trial_subscription"
        | "create_order"
        | "update_order"
        | "create_new_commerce_migration" => Reach::Customer,
        "update_customer_qualification"
        | "update_customer_billing_profile"
        | "update_customer_partner_contract_company_name"
        | "update_customer_spending_budget"
        | "create_customer_user"
        | "delete_customer_user"
        | "update_customer_user"
        | "update_customer_user_licenses"
        | "update_sfb_customer_user_licenses"
        | "reset_customer_user_password"
        | "update_customer_user_principal_name"
        | "restore_customer_user"
        | "add_user_member"
        | "remove_user_member"
        | "create_mpn_association"
        | "update_mpn_association"
        | "register_application"
        | "unregister_application"
        | "add_application_credential"
        | "remove_application_credential"
        | "create_partner_user"
        | "update_partner_user"
        | "remove_partner_user"
        | "create_self_serve_policy"
        | "update_self_serve_policy"
        | "delete_self_serve_policy"
        | "create_referral"
        | "update_referral"
        | "create_related_referral"
        | "update_related_referral"
        | "get_software_key"
        | "get_software_download_link"
        | "increase_spending_limit"
        | "ready_invoice"
        | "create_agreement" => Reach::Nothing,
        other if ["granular_admin_", "dap_admin_"].iter().any(|family| other.starts_with(family)) => Reach::Nothing,
        _ => Reach::Unknown,
    }
}

/// The newest instant at which something happened, by what it happened to.
#[derive(Default)]
struct News {
    customers: BTreeMap<CustomerId, Timestamp>,
    relations: Option<Timestamp>,
    ours: BTreeMap<CustomerId, (u64, Timestamp)>,
    our_relations: Option<(u64, Timestamp)>,
}

impl News {
    /// What records and deeds tell; why they do not tell everything.
    fn of(records: &[AuditRecord], deeds: &[Deed], now: Timestamp) -> Result<Self, String> {
        let mut news = Self::default();
        for record in records {
            news.hear(record)?;
        }
        for deed in deeds {
            news.own(deed)?;
        }
        news.complete(deeds, now)?;
        Ok(news)
    }

    fn hear(&mut self, record: &AuditRecord) -> Result<(), String> {
        let reach = reach(&record.operation.to_ascii_lowercase());
        match (record.customer, reach) {
            // Of whose customers, it does not say; and of partners, which have no customer's id.
            (None, Reach::Relation) | (Some(_), Reach::Relation | Reach::Unknown) => {
                self.relations = self.relations.max(Some(record.at));
            }
            (_, Reach::Nothing) | (Some(_), Reach::Customer) => {}
            (None, Reach::Customer | Reach::Unknown) => {
                return Err(format!(
                    "an audit record of {} (`{}`) does not say whose it is",
                    record.at, record.operation
                ));
            }
        }
        if let Some(customer) = record.customer {
            let last = self.customers.entry(customer).or_insert(record.at);
            *last = record.at.max(*last);
        }
        Ok(())
    }

    fn own(&mut self, deed: &Deed) -> Result<(), String> {
        let newer = |(number, at): (u64, Timestamp)| (number.max(deed.number), at.max(deed.at));
        let customer = match deed.to {
            To::Customer(customer) => Some(customer),
            To::Newcomer(customer) => {
                self.our_relations = Some(self.our_relations.map_or((deed.number, deed.at), newer));
                customer
            }
            To::Anybody => return Err(format!("object {} of the journal does not say whose it is", deed.number)),
        };
        if let Some(customer) = customer {
            let last = self.ours.entry(customer).or_insert((deed.number, deed.at));
            *last = newer(*last);
        }
        Ok(())
    }

    /// What we did ourselves must be told of, once it had time to: else the records lose things.
    fn complete(&self, deeds: &[Deed], now: Timestamp) -> Result<(), String> {
        let due = deeds.iter().filter(|deed| deed.told == Told::Must && deed.at < before(now));
        for deed in due {
            let (To::Customer(customer) | To::Newcomer(Some(customer))) = deed.to else { continue };
            let last = self.customers.get(&customer);
            if last.is_none_or(|last| *last < before(deed.at)) {
                return Err(format!(
                    "the audit records do not tell what object {} of the journal did, so they are not whole",
                    deed.number
                ));
            }
        }
        Ok(())
    }

    /// What speaks against a remembered answer.
    fn against(&self, one: &Remembered) -> Option<Dropped> {
        let since = before(one.at);
        let ours = |deed: Option<&(u64, Timestamp)>| deed.is_some_and(|(n, at)| *n > one.journal || *at >= since);
        let happened = |at: Option<&Timestamp>| at.is_some_and(|at| *at >= since);
        let (own, changed, why) = match &one.read {
            Read::CustomersOf(_) => {
                (ours(self.our_relations.as_ref()), happened(self.relations.as_ref()), Dropped::Related)
            }
            Read::ResellersOf(id) | Read::Subscriptions(id) => {
                (ours(self.ours.get(id)), happened(self.customers.get(id)), Dropped::Changed)
            }
            // Never remembered: always looked at.
            Read::Relationships
            | Read::Customers
            | Read::Subscription(..)
            | Read::SupportContact(..)
            | Read::Agreement(_)
            | Read::AccountReview(_)
            | Read::Country(_)
            | Read::Domain(_)
            | Read::PostalAddress(_)
            | Read::Offer(_)
            | Read::PartnerId(_)
            | Read::PartnerProfile(_)
            | Read::ResellerByTenant(_)
            | Read::ResellerByPartnerId(_)
            | Read::InvitationLink(_)
            | Read::Cart(..) => return Some(Dropped::Changed),
        };
        if own {
            return Some(Dropped::Ours);
        }
        changed.then_some(why)
    }
}
