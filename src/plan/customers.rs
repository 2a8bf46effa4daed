//! Creating customers, their credentials, and inviting them to resellers. Never creates one whose password nobody could
//! read, or whose reseller is not certain.

use super::build::{Making, PartnerReady, Sealing};
use super::draft::{Standing, api, hand_off, key, wait};
use super::letters;
use super::region;
use super::step::{Brings, Mark, Risk, Undo, Wanted, WantedCustomer};
use super::waits;
use crate::desired::{Create, Customer, Relation};
use crate::diag::{Code, Finding};
use crate::diff::{Past, Presence, RelationDiff, RelationState, doubted, known_as, unknown};
use crate::ledger::CredentialState;
use crate::manifest::document::DefaultAdminAccess;
use crate::model::{Address, CustomerId, CustomerKey, Fact, Name, StepKey, StepName, Timestamp, Value};
use crate::observed::{AddressCheck, Facet};
use smol_str::SmolStr;

pub(super) fn make(making: &mut Making<'_, '_>) {
    for (key, presence) in &making.diff.customers {
        let Some(customer) = making.desired().customers.get(*key) else { continue };
        stand(making, customer, presence);
    }
    for relation in &making.diff.relations {
        related(making, relation);
    }
}

fn stand(making: &mut Making<'_, '_>, customer: &Customer, presence: &Presence) {
    let address = Address::Customer(customer.key.clone());
    let usual = if customer.create.is_some() { StepName::CreateCustomer } else { StepName::InviteCustomer };
    if let Some(doubt) = making.ledger().doubt(&known_as(making.desired(), making.ledger(), &address)) {
        making.drafts.block(key(address, doubt.key().step), doubted(making.ledger(), doubt, customer.at));
        return;
    }
    match presence {
        Presence::Gone(finding) | Presence::Unknown(finding) => {
            making.drafts.block(key(address, usual), finding.clone())
        }
        Presence::ToCreate(Some(finding)) => making.drafts.block(key(address, usual), finding.clone()),
        Presence::ToCreate(None) => {
            if let Some(create) = &customer.create {
                match creation(making, customer, create) {
                    Ok(()) => deliver(making, customer, create, Some(StepName::CreateCustomer)),
                    Err(finding) => making.drafts.block(key(address, usual), finding),
                }
            }
        }
        Presence::Pending(id) => {
            let origin = making.origin(&address, customer.at);
            let step = wait(
                key(address.clone(), StepName::AwaitChange),
                format!("the new customer {} shows in a list", customer.key),
                origin,
            );
            let step = step.reaches(Fact::Binding(address.clone()), Brings::Exactly(Value::text(id)));
            let since = making.ledger().pending.get(&address).map(|pending| pending.since);
            waits::add(making, step.because("created, not visible yet"), since);
        }
        Presence::Live(id) => credentials(making, customer, *id),
        // Each of its relations invites it.
        Presence::ToInvite => {}
    }
}

/// Who could read a one-time password that is made now.
fn sealed_to(making: &Making<'_, '_>) -> Vec<SmolStr> {
    let mut keys = making.in_force.recipients.clone();
    keys.sort();
    keys
}

/// Whether somebody could read the one-time password.
fn readable(making: &Making<'_, '_>, create: &Create) -> Result<(), Finding> {
    if making.sealing == Sealing::Missing {
        return Err(Finding::error(Code::NoSealing, create.at, "this build cannot seal the one-time password")
            .help("use a build with the `age` feature"));
    }
    if making.desired().provider.recipients.is_empty() {
        return Err(Finding::error(
            Code::NoRecipients,
            create.at,
            "nobody could read the one-time password of the new customer",
        )
        .help("name age public keys under `credentials.recipients` of the Provider"));
    }
    if making.in_force.recipients.is_empty() {
        return Err(Finding::error(
            Code::NoRecipients,
            create.at,
            "every recipient of the new customer's password is new",
        )
        .help("new recipients can read passwords from the run after the one that records them: apply once more"));
    }
    Ok(())
}

fn creation(making: &mut Making<'_, '_>, customer: &Customer, create: &Create) -> Result<(), Finding> {
    let address = Address::Customer(customer.key.clone());
    readable(making, create)?;
    match making.sides.look.postal(&create.address) {
        Facet::Known(AddressCheck::Passes) => {}
        Facet::Known(AddressCheck::Fails(text)) => {
            return Err(Finding::error(
                Code::AddressRefused,
                create.at,
                format!("the postal address does not pass: {text}"),
            ));
        }
        Facet::Absent => {
            return Err(Finding::error(Code::AddressRefused, create.at, "the postal address does not pass"));
        }
        Facet::Unknown(why) => return Err(unknown("whether the postal address passes", &why)),
    }
    let Some((reseller, _)) = &customer.reseller else {
        return Err(Finding::error(Code::MissingField, create.at, "a new customer needs its `reseller`"));
    };
    let partner = making.partner(reseller)?;
    let Create { domain, company_name, registration_number, billing, address: postal, admin_access, at: _ } = create;
    let access = *admin_access == DefaultAdminAccess::ProviderAndReseller;
    let sealed_to = sealed_to(making);
    let readers = sealed_to.join(", ");
    let wanted = Wanted::CreateCustomer {
        customer: customer.key.clone(),
        reseller: reseller.clone(),
        details: Box::new(WantedCustomer {
            domain: domain.clone(),
            company_name: company_name.clone(),
            registration_number: registration_number.clone(),
            billing: billing.clone(),
            address: postal.clone(),
            default_admin_access: access,
            sealed_to,
        }),
    };
    let origin = making.origin(&address, create.at);
    let step = api(key(address.clone(), StepName::CreateCustomer), wanted, origin)
        .marked(Mark::Add)
        .changing("domain", None, domain.clone())
        .changing("company", None, company_name.clone())
        .changing("reseller", None, reseller.as_str())
        .changing("defaultAdminAccess", None, if access { "provider-and-reseller" } else { "none" })
        .changing("passwordTo", None, readers)
        .risking(&[Risk::Access, Risk::Legal], Undo::No)
        .calling(3)
        .rests_on(Fact::DomainFree(domain.clone()), Value::Bool(true))
        .reaches(Fact::Binding(address.clone()), Brings::Something);
    let active = Fact::PartnershipActive(reseller.clone());
    let bound = Fact::Binding(Address::Partnership(reseller.clone()));
    let step = match partner {
        PartnerReady::Active(tenant) => step.rests_on(active, Value::Bool(true)).rests_on(bound, Value::text(tenant)),
        PartnerReady::After(need) => step
            .rests_after(active, need.clone(), Brings::Exactly(Value::Bool(true)))
            .rests_after(bound, need.clone(), Brings::Something)
            .need(need, "a customer is created for an active reseller"),
    };
    making.drafts.add(step);
    Ok(())
}

/// The sealed password is to reach its person: after `after`, or because it lies there.
fn deliver(making: &mut Making<'_, '_>, customer: &Customer, create: &Create, after: Option<StepName>) {
    let address = Address::Customer(customer.key.clone());
    let origin = making.origin(&address, create.at);
    let delivering = key(address.clone(), StepName::DeliverCredentials);
    match hand_off(delivering.clone(), letters::deliver_credentials(customer, create), &making.asked, origin) {
        Standing::Open(step) => {
            let fact = Fact::Credentials(customer.key.clone());
            let step = match after {
                Some(name) => {
                    let need = key(address, name);
                    let brings = Brings::Exactly(Value::text("sealed"));
                    step.rests_after(fact, need.clone(), brings).need(need, "it seals the password")
                }
                None => step.rests_on(fact, Value::text("sealed")).because("sealed, not delivered yet"),
            };
            making.drafts.add(step.risking(&[Risk::Access], Undo::No));
        }
        Standing::Done(_) => {}
        Standing::Declined(finding) => making.drafts.block(delivering, finding),
    }
}

fn credentials(making: &mut Making<'_, '_>, customer: &Customer, live: CustomerId) {
    let address = Address::Customer(customer.key.clone());
    let known = known_as(making.desired(), making.ledger(), &address);
    let ledger = making.sides.ledger;
    let (Some(create), Some((kept, credential))) = (&customer.create, ledger.password(&known, live)) else { return };
    match credential.state {
        CredentialState::Forgotten => {}
        CredentialState::Sealed { .. } => {
            if !was_delivered(making, &address, credential.at) {
                deliver(making, customer, create, None);
            }
            remind(making, customer, kept);
        }
        CredentialState::Lost => {
            reset(making, customer, create);
            deliver(making, customer, create, Some(StepName::ResetAdminPassword));
        }
    }
}

/// Whether somebody says that it was delivered, to whomever and under whatever name: it is one password.
fn was_delivered(making: &Making<'_, '_>, address: &Address, sealed: Timestamp) -> bool {
    let own = known_as(making.desired(), making.ledger(), address);
    making.ledger().is_delivered(&[&own, address], sealed)
}

/// Delivered, and the sealed object is still there.
fn remind(making: &mut Making<'_, '_>, customer: &Customer, kept: &Address) {
    let address = Address::Customer(customer.key.clone());
    if making.drafts.has(&key(address.clone(), StepName::DeliverCredentials)) {
        return;
    }
    let message = format!("the password of customer `{}` is delivered and still kept", customer.key);
    // Who said so said it of the address: while the password goes by the id of its customer, that is not known of it.
    let help = if let Address::Customer(CustomerKey::Id(_)) = kept {
        format!("after the next `twotier apply`: `twotier credentials forget {address} --by NAME --reason TEXT`")
    } else {
        format!("`twotier credentials forget {kept} --by NAME --reason TEXT`")
    };
    making.findings.push(Finding::warning(Code::CredentialsKept, customer.at, message).about(address).help(help));
}

fn reset(making: &mut Making<'_, '_>, customer: &Customer, create: &Create) {
    let address = Address::Customer(customer.key.clone());
    let resetting = key(address.clone(), StepName::ResetAdminPassword);
    let origin = making.origin(&address, create.at);
    let fact = Fact::Credentials(customer.key.clone());
    let lost = Value::text("lost");
    match create.admin_access {
        DefaultAdminAccess::ProviderAndReseller => {
            let wanted = Wanted::ResetAdminPassword { customer: customer.key.clone(), sealed_to: sealed_to(making) };
            let mut step = api(resetting, wanted, origin)
                .because("the one-time password was lost")
                .risking(&[Risk::Access], Undo::No)
                .calling(2)
                .rests_on(fact.clone(), lost)
                .reaches(fact, Brings::Exactly(Value::text("sealed")));
            step.role = Some(super::Role::AdminAgent);
            making.drafts.add(step);
        }
        DefaultAdminAccess::None => {
            match hand_off(resetting.clone(), letters::reset_by_hand(customer), &making.asked, origin) {
                Standing::Open(step) => {
                    making.drafts.add(step.because("the one-time password was lost").rests_on(fact, lost))
                }
                Standing::Done(_) => {}
                Standing::Declined(finding) => making.drafts.block(resetting, finding),
            }
        }
    }
}

fn related(making: &mut Making<'_, '_>, diff: &RelationDiff<'_>) {
    let RelationDiff { customer: key, partnership, relation, past, state } = diff;
    let Some(customer) = making.desired().customers.get(*key) else { return };
    invite(making, customer, partnership, relation, state);
    match past {
        Past::Never => {}
        Past::There => making.drafts.restore(
            &StepKey::with(Address::Customer((*key).clone()), StepName::InviteCustomer, partnership.as_str()),
            "it was there and was ended in the tenant: ask who did it before the mail goes out",
        ),
    }
}

/// Invites a customer to a partnership's reseller, and waits for it.
pub(super) fn invite(
    making: &mut Making<'_, '_>,
    customer: &Customer,
    name: &Name,
    relation: &Relation,
    state: &RelationState,
) {
    let Some(partnership) = making.desired().partnerships.get(name) else { return };
    let address = Address::Customer(customer.key.clone());
    let with = |step| StepKey::with(address.clone(), step, name.as_str());
    let (inviting, awaiting) = (with(StepName::InviteCustomer), with(StepName::AwaitAssociation));
    if let RelationState::Unknown(finding) = state {
        making.drafts.block(inviting, finding.clone());
        return;
    }
    let created = matches!(making.diff.customers.get(&customer.key), Some(Presence::ToCreate(_)));
    // At creation the declared reseller is preset; only the others are invited.
    if created && customer.reseller.as_ref().is_some_and(|(reseller, _)| reseller == name) {
        return;
    }
    let partner = match making.partner(name) {
        Ok(partner) => partner,
        Err(finding) => return making.drafts.block(inviting, finding),
    };
    let link = match &partner {
        PartnerReady::After(_) => None,
        PartnerReady::Active(tenant) => match making.sides.look.link(*tenant) {
            Facet::Known(link) => Some(link),
            Facet::Absent => None,
            Facet::Unknown(why) => {
                return making.drafts.block(inviting, unknown("the customer's invitation link", &why));
            }
        },
    };
    let goal = (
        Fact::Associated { customer: customer.key.clone(), partnership: name.clone() },
        Brings::Exactly(Value::Bool(true)),
    );
    let origin = making.origin(&relation.cause, relation.at);
    let mut waiting =
        wait(awaiting, format!("{} shows among the customer's resellers", partnership.display_name), origin);
    waiting.goal.push(goal.clone());
    let since;
    match hand_off(
        inviting.clone(),
        letters::invite_customer(customer, partnership, link),
        making.asked_of(&customer.key),
        origin,
    ) {
        Standing::Open(step) => {
            since = step.asked();
            // Of whom was asked it was looked at then.
            if let (None, Some(Presence::Live(id))) = (since, making.diff.customers.get(&customer.key))
                && let Some(finding) = region::apart(making, &customer.key, *id, relation.at)
            {
                return making.drafts.block(inviting, finding);
            }
            let mut step = *step;
            step.goal.push(goal);
            if let PartnerReady::After(need) = partner {
                step = step.need(need, "the link names its tenant");
            }
            if created {
                step = step.need(key(address, StepName::CreateCustomer), "there must be somebody to invite");
            }
            if let Some(Presence::ToInvite) = making.diff.customers.get(&customer.key) {
                step = step.because("no customer of ours has its domain yet");
            }
            making.drafts.add(step);
            waiting = waiting.need(inviting, "");
        }
        Standing::Done(at) => {
            since = Some(at);
            waiting = waiting.because(format!("invited {}, not yet accepted", at.date()));
        }
        Standing::Declined(finding) => return making.drafts.block(inviting, finding),
    }
    waits::add(making, waiting, since);
}

/// Where the customer of an order stands.
pub(super) enum Buyer {
    /// There.
    Live(CustomerId),
    /// After this step.
    After(StepKey),
}

/// What an order needs of the customer's agreement.
pub(super) enum Agreement {
    /// Signed.
    Signed,
    /// After this wait.
    After(StepKey),
}

/// Whether the customer signed; asks for it where it did not.
pub(super) fn agreement(
    making: &mut Making<'_, '_>,
    customer: &CustomerKey,
    buyer: &Buyer,
) -> Result<Agreement, Finding> {
    if let Buyer::Live(id) = buyer {
        match making.sides.look.agreement(*id) {
            Facet::Known(true) => return Ok(Agreement::Signed),
            Facet::Known(false) | Facet::Absent => {}
            Facet::Unknown(why) => return Err(unknown("whether the customer signed its agreement", &why)),
        }
    }
    let address = Address::Customer(customer.clone());
    let awaiting = key(address.clone(), StepName::AwaitAgreement);
    if making.drafts.has(&awaiting) {
        return Ok(Agreement::After(awaiting));
    }
    let Some(declared) = making.desired().customers.get(customer) else {
        return Err(Finding::error(Code::AgreementMissing, None, "the customer is not declared"));
    };
    let requesting = key(address.clone(), StepName::RequestAgreement);
    let origin = making.origin(&address, declared.at);
    let goal = (Fact::AgreementSigned(customer.clone()), Brings::Exactly(Value::Bool(true)));
    let mut waiting =
        wait(awaiting.clone(), "the customer has accepted the Microsoft Customer Agreement".to_owned(), origin);
    waiting.goal.push(goal.clone());
    let since;
    match hand_off(requesting.clone(), letters::request_agreement(declared), making.asked_of(customer), origin) {
        Standing::Open(step) => {
            since = step.asked();
            let mut step = step.because("an order needs it, and it is not signed").risking(&[Risk::Legal], Undo::No);
            step.goal.push(goal);
            if let Buyer::After(need) = buyer {
                step = step.need(need.clone(), "there must be somebody to sign");
            }
            making.drafts.add(step);
            waiting = waiting.need(requesting, "");
        }
        Standing::Done(at) => {
            since = Some(at);
            waiting = waiting.because(format!("asked {}, not yet signed", at.date()));
        }
        Standing::Declined(finding) => return Err(finding),
    }
    waits::add(making, waiting, since);
    Ok(Agreement::After(awaiting))
}
