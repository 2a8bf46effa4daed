//! The looking door: which calls answer a question, and what their replies mean together. Changes nothing, and tells of an
//! absence only what a documented code tells.

use super::center::Center;
use super::classify::{Problem, traced};
use super::decode::{Garbage, Node, json};
use super::request::Ask;
use super::retry::{Heard, Patience};
use super::{Profile, page, read, subscription, wire};
use crate::backend::{Bound, Observe, Price, Traffic};
use crate::model::{CartId, CustomerId, PartnerId, TenantId, Timestamp};
use crate::observed::{
    AddressCheck, Answer, AuditRecord, CartFate, Customer, Offer, PartnerCheck, Placed, Read, Relationship,
    ResellerStatus, Review, Subscription, Why,
};
use http::StatusCode;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

/// At most so many calls tell the provider's country.
const PROFILE: usize = 3;

/// How many PartnerIDs are asked about together. Source: unconfirmed, no page names a limit.
const TOGETHER: usize = 50;

impl Observe for Center {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        self.answer(read, self.patience())
    }
    fn read_all(&self, reads: &[Read]) -> Vec<Result<Answer, Why>> {
        let ids: Vec<&PartnerId> = reads.iter().filter_map(partner_id).collect();
        let checks = self.check_partners(&ids);
        let answer = |read: &Read| match partner_id(read) {
            Some(id) => checks.get(id).cloned().unwrap_or(Err(Why::NotRead)).map(Answer::PartnerId),
            None => self.read(read),
        };
        reads.iter().map(answer).collect()
    }
    fn audit(&self, since: Timestamp) -> Result<Vec<AuditRecord>, Why> {
        self.records(since)
    }
    fn price(&self, reads: &[Read]) -> Price {
        let batches = reads.iter().filter(|read| partner_id(read).is_some()).count().div_ceil(TOGETHER);
        let bound = if reads.iter().any(is_long) { Bound::AtLeast } else { Bound::Exact };
        let offers = reads.iter().any(|read| matches!(read, Read::Offer(_)));
        let profile = if offers && self.known_country().is_none() { PROFILE } else { 0 };
        Price { calls: batches + profile + reads.iter().map(calls_of).sum::<usize>(), bound }
    }
    fn traffic(&self) -> Option<Traffic> {
        let calls = self.calls();
        let per_minute = self.line.per_minute();
        Some(Traffic { made: calls.made, refused: calls.refused, pages: calls.pages, per_minute })
    }
}

fn partner_id(read: &Read) -> Option<&PartnerId> {
    match read {
        Read::PartnerId(id) => Some(id),
        Read::Relationships
        | Read::Customers
        | Read::CustomersOf(_)
        | Read::ResellersOf(_)
        | Read::Subscriptions(_)
        | Read::Subscription(..)
        | Read::SupportContact(..)
        | Read::Agreement(_)
        | Read::AccountReview(_)
        | Read::Country(_)
        | Read::Domain(_)
        | Read::PostalAddress(_)
        | Read::Offer(_)
        | Read::PartnerProfile(_)
        | Read::ResellerByTenant(_)
        | Read::ResellerByPartnerId(_)
        | Read::InvitationLink(_)
        | Read::Cart(..) => None,
    }
}

/// How many calls a question takes, as far as can be told before: a list as one page, both agreements, a cart's orders, a
/// country without a role.
fn calls_of(read: &Read) -> usize {
    match read {
        Read::PartnerId(_) => 0,
        Read::Agreement(_) | Read::Country(_) | Read::Cart(..) => 2,
        Read::Relationships
        | Read::Customers
        | Read::CustomersOf(_)
        | Read::ResellersOf(_)
        | Read::Subscriptions(_)
        | Read::Subscription(..)
        | Read::SupportContact(..)
        | Read::AccountReview(_)
        | Read::Domain(_)
        | Read::PostalAddress(_)
        | Read::Offer(_)
        | Read::PartnerProfile(_)
        | Read::ResellerByTenant(_)
        | Read::ResellerByPartnerId(_)
        | Read::InvitationLink(_) => 1,
    }
}

/// Whether it yields a list of several pages, whose number nothing tells before the last one is there: `totalCount` counts
/// a page. Source: learn, get-a-list-of-customers; unconfirmed, the .NET SDK (customers, users and audit records are paged).
fn is_long(read: &Read) -> bool {
    match read {
        Read::Customers | Read::CustomersOf(_) => true,
        Read::Relationships
        | Read::ResellersOf(_)
        | Read::Subscriptions(_)
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
        | Read::Cart(..) => false,
    }
}

impl Center {
    /// Answers one question.
    fn answer(&self, read: &Read, patience: Patience) -> Result<Answer, Why> {
        let line = &self.line;
        let there = |answer: Option<Answer>| answer.unwrap_or(Answer::NotThere);
        Ok(match read {
            Read::Relationships => Answer::Relationships(self.relationships(patience)?),
            Read::Customers => Answer::Customers(self.customers(&read::customers(), patience)?),
            Read::CustomersOf(reseller) => Answer::Customers(self.customers(&read::customers_of(*reseller), patience)?),
            Read::ResellersOf(customer) => there(self.resellers(*customer, patience)?.map(Answer::Resellers)),
            Read::Subscriptions(customer) => there(
                line.hear_list(&read::subscriptions(*customer), patience, subscription::listed)?
                    .map(Answer::Subscriptions),
            ),
            Read::Subscription(customer, id) => {
                let detail = line.hear_object(&read::subscription(*customer, *id), patience, subscription::detail)?;
                there(detail.map(|detail| Answer::Subscription(Box::new(detail))))
            }
            Read::SupportContact(customer, id) => there(
                line.hear_object(&read::support_contact(*customer, *id), patience, wire::support_contact)?
                    .map(Answer::SupportContact),
            ),
            Read::Agreement(customer) => self.agreement(*customer, patience)?,
            Read::AccountReview(customer) => self.review(*customer, patience)?,
            Read::Country(customer) => self.country_of(*customer, patience)?,
            Read::Domain(domain) => self.domain(domain, patience)?,
            Read::PostalAddress(address) => self.postal_address(&read::postal_address(address), patience)?,
            Read::Offer(offer) => self.offer(offer, patience)?,
            Read::PartnerId(id) => {
                Answer::PartnerId(self.check_partners(&[id]).remove(id).unwrap_or(Err(Why::NotRead))?)
            }
            Read::PartnerProfile(id) => there(
                line.hear_object(&read::partner_profile(id), patience, |node| wire::partner_name(node, id))?
                    .map(Answer::PartnerProfile),
            ),
            Read::ResellerByTenant(id) => self.reseller("tenantId", &id.to_string(), patience)?,
            Read::ResellerByPartnerId(id) => self.reseller("mpnId", id.as_str(), patience)?,
            Read::InvitationLink(reseller) => self.invitation_link(*reseller, patience)?,
            Read::Cart(customer, cart) => self.cart_fate(*customer, cart, patience)?,
        })
    }

    pub(super) fn relationships(&self, patience: Patience) -> Result<Vec<Relationship>, Why> {
        let list = self.line.hear_list(&read::relationships(), patience, wire::relationship)?;
        list.ok_or_else(|| Why::Implausible("the list of resellers does not exist".into()))
    }

    pub(super) fn customers(&self, ask: &Ask, patience: Patience) -> Result<Vec<Customer>, Why> {
        let list = self.line.hear_list(ask, patience, wire::customer)?;
        list.ok_or_else(|| Why::Implausible("the list of customers does not exist".into()))
    }

    /// `null` in place of a list is how none is told. Source: unconfirmed, learn.microsoft.com/answers/questions/339.
    pub(super) fn resellers(&self, customer: CustomerId, patience: Patience) -> Result<Option<Vec<TenantId>>, Why> {
        let ask = read::resellers_of(customer);
        let whole = |reply: &http::Response<Vec<u8>>| {
            let value = json(reply.body())?;
            if value.is_null() {
                return Ok(Some(Vec::new()));
            }
            let page = Node::of(&value)?;
            let tenants = page::entries(&page)?.iter().map(wire::tenant).collect::<Result<Vec<_>, _>>()?;
            Ok(page::next(&page, &ask)?.is_none().then_some(tenants))
        };
        match self.line.hear(&ask, patience, whole)? {
            Heard::Told(Some(tenants)) => Ok(Some(tenants)),
            Heard::Told(None) => self.line.hear_list(&ask, patience, wire::tenant),
            Heard::Absent => Ok(None),
            Heard::Said(problem) => Err(Why::Refused(problem.in_full())),
        }
    }

    /// An account that has no status is not held back. Source: learn, retrieve-validation-status (600074).
    fn review(&self, customer: CustomerId, patience: Patience) -> Result<Answer, Why> {
        let told = |reply: &http::Response<Vec<u8>>| wire::review(&Node::of(&json(reply.body())?)?);
        Ok(match self.line.hear(&read::account_review(customer), patience, told)? {
            Heard::Told(review) => Answer::AccountReview(review),
            Heard::Said(_) => Answer::AccountReview(Review::Passed),
            Heard::Absent => Answer::NotThere,
        })
    }

    /// From the directory of its tenant, else from its profile: each is told only to whoever has a role there. Where it is
    /// billed says nothing. Source: learn, get-customer-organization, get-a-customer-by-id.
    fn country_of(&self, customer: CustomerId, patience: Patience) -> Result<Answer, Why> {
        let told = |reply: &http::Response<Vec<u8>>| wire::organization(&json(reply.body())?);
        match self.line.hear(&read::organization(customer), patience, told) {
            Ok(Heard::Told(Some(country))) => return Ok(Answer::Country(country)),
            Ok(Heard::Absent) => return Ok(Answer::NotThere),
            Ok(Heard::Told(None) | Heard::Said(_)) | Err(Why::Refused(_)) => {}
            Err(why) => return Err(why),
        }
        match self.line.hear_object(&read::customer(customer), patience, wire::company_country)? {
            Some(Some(country)) => Ok(Answer::Country(country)),
            Some(None) => Err(Why::Refused("the country is told only with a role in the customer's tenant".into())),
            None => Ok(Answer::NotThere),
        }
    }

    /// Signed by either status; not signed only by both.
    fn agreement(&self, customer: CustomerId, patience: Patience) -> Result<Answer, Why> {
        let signed = |node: &Node<'_>| {
            node.flag("isSigned")?.ok_or_else(|| Garbage("it does not say whether it is signed".into()))
        };
        let direct = self.line.hear_object(&read::direct_signed(customer), patience, signed);
        match &direct {
            Ok(Some(true)) => return Ok(Answer::Agreement(true)),
            Ok(None) => return Ok(Answer::NotThere),
            Ok(Some(false)) | Err(_) => {}
        }
        let listed = self.line.hear_object(&read::agreements(customer), patience, wire::agreed)?;
        match (direct, listed) {
            (_, Some(true)) => Ok(Answer::Agreement(true)),
            (_, None) => Ok(Answer::NotThere),
            (Err(why), Some(false)) => Err(why),
            (Ok(_), Some(false)) => Ok(Answer::Agreement(false)),
        }
    }

    /// Taken or free, when the service itself says so: both come without a body. Source: learn, verify-domain-availability.
    fn domain(&self, domain: &str, patience: Patience) -> Result<Answer, Why> {
        let taken = |reply: &http::Response<Vec<u8>>| {
            let said = traced(reply.headers()) && reply.status().is_success();
            said.then_some(()).ok_or_else(|| Garbage("it carries no id of the service".into()))
        };
        match self.line.hear(&read::domain(domain), patience, taken)? {
            Heard::Told(()) => Ok(Answer::Domain(true)),
            Heard::Said(problem) if problem.status == StatusCode::NOT_FOUND => Ok(Answer::Domain(false)),
            Heard::Said(problem) => Err(Why::Refused(problem.in_full())),
            Heard::Absent => Err(Why::Implausible("a check of a domain does not exist".into())),
        }
    }

    fn postal_address(&self, ask: &Ask, patience: Patience) -> Result<Answer, Why> {
        let check = |reply: &http::Response<Vec<u8>>| wire::address_check(&Node::of(&json(reply.body())?)?);
        Ok(Answer::PostalAddress(match self.line.hear(ask, patience, check)? {
            Heard::Told(check) => check,
            Heard::Said(problem) => AddressCheck::Fails(problem.answer()),
            Heard::Absent => return Err(Why::Implausible("the check of addresses does not exist".into())),
        }))
    }

    /// Counted in the provider's country. Source: learn, get-a-list-of-availabilities-for-a-sku (404: the product or SKU).
    fn offer(&self, offer: &Offer, patience: Patience) -> Result<Answer, Why> {
        let ask = read::availabilities(&offer.product, &self.country(patience)?);
        let found = self.line.hear_object(&ask, patience, |page| wire::sold(page, offer))?;
        Ok(Answer::Offer(found.unwrap_or_default()))
    }

    /// Source: learn, verify-indirect-reseller-mpa-status: everything but "signed" is told by an error.
    fn reseller(&self, key: &'static str, value: &str, patience: Patience) -> Result<Answer, Why> {
        let signed = |reply: &http::Response<Vec<u8>>| {
            let value = json(reply.body())?;
            let flag = Node::of(&value)?.flag("isAgreementSigned")?;
            flag.ok_or_else(|| Garbage("it does not say whether the agreement is signed".into()))
        };
        Ok(Answer::Reseller(match self.line.hear(&read::agreement_status(key, value), patience, signed)? {
            Heard::Told(true) => ResellerStatus::Signed,
            Heard::Told(false) => ResellerStatus::NotSigned("the Microsoft Partner Agreement is not signed".into()),
            Heard::Said(problem) => status_of(&problem)?,
            Heard::Absent => return Err(Why::Implausible("the status of resellers does not exist".into())),
        }))
    }

    fn invitation_link(&self, reseller: TenantId, patience: Patience) -> Result<Answer, Why> {
        let ask = read::invitation_link(self.provider(), reseller);
        let link = self.line.hear_object(&ask, patience, |node| node.need("url"))?;
        link.map(Answer::InvitationLink).ok_or_else(|| Why::Implausible("there is no invitation link".into()))
    }

    /// A cart that was ordered is found again among the customer's orders: by what was bought, with which partner of
    /// record, since the cart was made. Orders appear up to 15 minutes late. Source: learn, get-all-of-a-customer-s-orders.
    fn cart_fate(&self, customer: CustomerId, id: &CartId, patience: Patience) -> Result<Answer, Why> {
        let Some(cart) = self.line.hear_object(&read::cart(customer, id), patience, wire::cart)? else {
            return Ok(Answer::NotThere);
        };
        if !cart.ordered {
            return Ok(Answer::Cart(CartFate::Open));
        }
        let orders = self.line.hear_list(&read::orders(customer), patience, wire::order)?.unwrap_or_default();
        let mut theirs: Vec<wire::Order> = orders.into_iter().filter(|order| is_of(order, &cart)).collect();
        if theirs.len() > 1 && theirs.iter().any(|order| is_untold(order, &cart)) {
            let list = self.line.hear_list(&read::subscriptions(customer), patience, subscription::listed)?;
            theirs.retain(|order| is_in_form(order, &cart, list.as_deref().unwrap_or_default()));
        }
        theirs.sort_by(|one, other| (one.made, &one.id).cmp(&(other.made, &other.id)));
        let placed = |order: wire::Order| Placed {
            subscription: order.lines.iter().find_map(|line| line.subscription),
            order: order.id,
        };
        let mut placed: Vec<Placed> = theirs.into_iter().map(placed).collect();
        match (placed.pop(), placed.is_empty()) {
            (None, _) => Err(Why::Failed("the cart was ordered, and its order does not show yet".into())),
            (Some(Placed { order, subscription }), true) => Ok(Answer::Cart(CartFate::Ordered { order, subscription })),
            (Some(last), false) => {
                placed.push(last);
                Ok(Answer::Cart(CartFate::OneOf(placed)))
            }
        }
    }

    /// What the service says of PartnerIDs, asked together; one by one where it refuses a list.
    fn check_partners(&self, ids: &[&PartnerId]) -> BTreeMap<PartnerId, Result<PartnerCheck, Why>> {
        let mut checks = BTreeMap::new();
        for some in ids.chunks(TOGETHER) {
            match self.check_together(some) {
                Err(Why::Refused(_)) if some.len() > 1 => {
                    for id in some {
                        checks.extend(self.check_together(&[id]).unwrap_or_else(|why| all_unknown(&[id], &why)));
                    }
                }
                Err(why) => checks.extend(all_unknown(some, &why)),
                Ok(told) => checks.extend(told),
            }
        }
        checks
    }

    fn check_together(&self, ids: &[&PartnerId]) -> Result<Checks, Why> {
        let told = self.line.hear_object(&read::validate_resellers(ids), self.patience(), wire::partner_checks)?;
        let mut told: BTreeMap<PartnerId, PartnerCheck> = told.unwrap_or_default().into_iter().collect();
        let check = |id: &&PartnerId| {
            let missing = || Why::Implausible(format_smolstr!("the service says nothing about PartnerID {id}"));
            ((*id).clone(), told.remove(*id).ok_or_else(missing))
        };
        Ok(ids.iter().map(check).collect())
    }

    fn known_country(&self) -> MutexGuard<'_, Option<SmolStr>> {
        self.country.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The provider's country, asked once.
    pub(super) fn country(&self, patience: Patience) -> Result<SmolStr, Why> {
        // Held while it is asked for: whoever comes meanwhile waits for the answer.
        let mut known = self.known_country();
        if let Some(country) = &*known {
            return Ok(country.clone());
        }
        let country = self.read_profile(patience)?.country;
        let country = country.ok_or_else(|| Why::Implausible("the provider's profile names no country".into()))?;
        Ok(known.insert(country).clone())
    }

    /// Source: learn, get-an-organization-profile, get-partner-by-mpn-id, get-legal-business-profile.
    pub(super) fn read_profile(&self, patience: Patience) -> Result<Profile, Why> {
        let gone = |what: &str| Why::Implausible(format_smolstr!("the provider has no {what} profile"));
        let organization = self.line.hear_object(&read::profile("organization"), patience, |node| {
            let country = node.node("defaultAddress")?.map(|address| address.text("country")).transpose()?.flatten();
            Ok((node.need_parsed("tenantId")?, node.text("companyName")?, country))
        })?;
        let (tenant, name, country) = organization.ok_or_else(|| gone("organization"))?;
        let partner_id = self.line.hear_object(&read::profile("mpn"), patience, |node| node.text("mpnId"))?.flatten();
        let (name, country) = match (name, country) {
            (Some(name), Some(country)) => (name, Some(country)),
            (name, country) => {
                let legal = self.line.hear_object(&read::profile("legalbusiness"), patience, |node| {
                    let address = node.node("address")?.map(|address| address.text("country")).transpose()?.flatten();
                    Ok((node.text("companyName")?, address))
                })?;
                let (legal_name, legal_country) = legal.ok_or_else(|| gone("legal business"))?;
                (name.or(legal_name).unwrap_or_default(), country.or(legal_country))
            }
        };
        let country = country.map(|country| country.to_uppercase().into());
        Ok(Profile { tenant, partner_id: partner_id.map(PartnerId::new), country, name })
    }
}

type Checks = Vec<(PartnerId, Result<PartnerCheck, Why>)>;

fn all_unknown(ids: &[&PartnerId], why: &Why) -> Checks {
    ids.iter().map(|id| ((*id).clone(), Err(why.clone()))).collect()
}

/// Source: learn, verify-indirect-reseller-mpa-status.
fn status_of(problem: &Problem) -> Result<ResellerStatus, Why> {
    let text = problem.answer();
    Ok(match problem.code {
        Some(2206) => ResellerStatus::NotSigned(text),
        Some(2201 | 2203) => ResellerStatus::OtherRegion(text),
        Some(2200 | 2204 | 2205) => ResellerStatus::NotFound(text),
        Some(_) | None => return Err(Why::Refused(problem.in_full())),
    })
}

/// Whether an order may be a cart's: everything both tell agrees.
fn is_of(order: &wire::Order, cart: &wire::Cart) -> bool {
    let later = match (order.made, cart.made) {
        (Some(ordered), Some(made)) => ordered >= made,
        (None, _) | (_, None) => true,
    };
    let same = |line: &wire::Line| {
        line.item.eq_ignore_ascii_case(&cart.line.item)
            && line.quantity == cart.line.quantity
            && (line.partner.is_none() || line.partner == cart.line.partner)
            && agree(line.term, cart.line.term)
            && agree(line.billing_cycle, cart.line.billing_cycle)
    };
    later && order.lines.iter().any(same)
}

/// Whether an order does not tell in which form a cart's product was bought, and its subscription may.
fn is_untold(order: &wire::Order, cart: &wire::Cart) -> bool {
    let lacks = |line: &wire::Line| {
        let term = line.term.is_none() && cart.line.term.is_some();
        let cycle = line.billing_cycle.is_none() && cart.line.billing_cycle.is_some();
        line.subscription.is_some() && (term || cycle)
    };
    order.lines.iter().any(lacks)
}

/// Whether what an order brought may be of a cart's form: two carts that differ in nothing else must not change places.
fn is_in_form(order: &wire::Order, cart: &wire::Cart, list: &[Subscription]) -> bool {
    let mut brought = order.lines.iter().filter_map(|line| list.iter().find(|it| Some(it.id) == line.subscription));
    brought.all(|it| agree(it.term, cart.line.term) && agree(it.billing_cycle, cart.line.billing_cycle))
}

/// Whether two values may be one: they are, or one of them is not told.
fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}
