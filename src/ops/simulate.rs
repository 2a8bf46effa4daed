//! `simulate`: the other sides of the embedded tenant, by address or by tenant id. Maps an address to a live id with
//! the manifests, learned bindings, PartnerIDs and domains; never plays a side the tenant's rules refuse.

use super::fault::Fault;
use super::memory;
use crate::backend::simulated::{Edit, Embedded, Human, Tenant};
use crate::desired::{Desired, Identity};
use crate::journal::record::BegunFor;
use crate::journal::store::Folder;
use crate::journal::{JournalError, Store};
use crate::ledger::{HandoffState, Ledger, LiveId};
use crate::model::{
    Address, CustomerId, CustomerKey, Leaf, Name, PartnerId, StepName, SubscriptionChange, SubscriptionId, TenantId,
};
use crate::observed::{Review, Status};
use std::collections::BTreeSet;
use std::path::Path;

/// What somebody does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Play {
    /// Accepts an invitation.
    Accept,
    /// Declines it.
    Decline,
    /// Signs the Microsoft Customer Agreement.
    Sign,
    /// Is reviewed by Microsoft.
    Review(Review),
    /// Is no partner any more.
    End,
}

/// Who does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A partnership's reseller or a customer, by address.
    Address(Address),
    /// Anybody, by tenant.
    Company(TenantId),
}

/// What addresses are looked up in.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The manifests; none when they are not valid, and then only companies are known.
    pub desired: Option<&'a Desired>,
    /// What is remembered.
    pub ledger: &'a Ledger,
    /// The tenant.
    pub tenant: &'a Tenant,
}

/// The human side that is meant. `reseller` is the partnership a customer answers; none is the one that is asked.
///
/// # Errors
/// When an address means nobody, or nobody who could do that.
pub fn human(known: Known<'_>, play: &Play, actor: &Actor, reseller: Option<&Address>) -> Result<Human, Fault> {
    let who = known.who(actor)?;
    match (play, who, reseller) {
        (Play::Accept, Who::Company(company), None) => Ok(Human::AcceptPartnership { company }),
        (Play::Decline, Who::Company(company), None) => Ok(Human::DeclinePartnership { company }),
        (Play::Accept, Who::Company(company), Some(address)) => {
            let reseller = known.partnership(address)?;
            Ok(Human::AcceptCustomerInvitation { customer: company.into(), reseller })
        }
        (Play::Decline, Who::Company(company), Some(address)) => {
            let reseller = known.partnership(address)?;
            Ok(Human::DeclineCustomerInvitation { customer: company.into(), reseller })
        }
        (Play::Accept, Who::Customer(customer, key), named) => {
            Ok(Human::AcceptCustomerInvitation { customer, reseller: known.asked(&key, named)? })
        }
        (Play::Decline, Who::Customer(customer, key), named) => {
            Ok(Human::DeclineCustomerInvitation { customer, reseller: known.asked(&key, named)? })
        }
        (Play::Sign, who, _) => Ok(Human::Sign { customer: who.customer() }),
        (Play::Review(outcome), who, _) => Ok(Human::Review { customer: who.customer(), outcome: *outcome }),
        (Play::End, Who::Company(company), _) => Ok(Human::EndPartnership { company }),
        (Play::End, Who::Customer(_, key), _) => {
            Err(Fault::Usage(format!("`customer/{key}` is no partner that could end a partnership")))
        }
    }
}

/// What somebody changes elsewhere, as `FIELD=VALUE`.
///
/// # Errors
/// When the address means no live subscription, or the value is none of its field's.
pub fn edit(known: Known<'_>, address: &Address, value: &str) -> Result<Human, Fault> {
    let (customer, subscription) = known.subscription(address)?;
    let bad = |what: &str| Fault::Usage(format!("`{value}`: {what}"));
    let (field, text) = value.split_once('=').ok_or_else(|| bad("it has the form FIELD=VALUE"))?;
    let edit = match field {
        "quantity" => {
            let quantity = text.parse().map_err(|_| bad("a quantity is a whole number"))?;
            Edit::Set(SubscriptionChange::Quantity(quantity))
        }
        "friendlyName" => Edit::Set(SubscriptionChange::FriendlyName(text.into())),
        "partnerOfRecord" if text == "none" => Edit::ClearPartnerOfRecord,
        "partnerOfRecord" if text.bytes().all(|digit| digit.is_ascii_digit()) => {
            Edit::Set(SubscriptionChange::PartnerOfRecord(PartnerId::new(text)))
        }
        "renewal" => {
            let renewal = text.parse().map_err(|_| bad("a renewal is renew, cancel or extend"))?;
            Edit::Set(SubscriptionChange::Renewal(renewal))
        }
        "status" => {
            let known = [Status::Active, Status::Suspended, Status::Expired, Status::Disabled, Status::Deleted];
            let status = known.into_iter().find(|status| status.to_string() == text);
            Edit::Status(status.ok_or_else(|| bad("a status is active, suspended, expired, disabled or deleted"))?)
        }
        _ => {
            return Err(bad(
                "known are quantity=NUMBER, friendlyName=TEXT, partnerOfRecord=PARTNERID or none, renewal=renew, cancel or \
                 extend, and status=active, suspended, expired, disabled or deleted",
            ));
        }
    };
    Ok(Human::EditSubscription { customer, subscription, edit })
}

/// Begins again: discards the living copy of the embedded tenant and everything that is remembered of it.
///
/// # Errors
/// When what is remembered is, or may be, another tenant's or a service's, and when something cannot be removed; running it
/// again goes on.
#[expect(clippy::disallowed_methods, reason = "an edge: the state of an embedded tenant is thrown away on request")]
pub fn reset(store: &dyn Store, seed: &Path, state: &Path) -> Result<(), Fault> {
    check_ours(store, seed, &Embedded::copy_in(state))?;
    // The copy last: as long as it is there, the rest is known to be unfinished.
    for folder in Folder::ALL {
        let path = state.join(folder.name());
        match std::fs::remove_dir_all(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::File { path, what: "removed", source });
            }
            Ok(()) | Err(_) => {}
        }
    }
    Embedded::discard(state)?;
    Ok(())
}

/// Refuses what is not certainly remembered of the tenant in the seed.
fn check_ours(store: &dyn Store, seed: &Path, copy: &Path) -> Result<(), Fault> {
    match memory::same_kind(store, BegunFor::Embedded, copy)? {
        Some(beginning) => {
            let ours = Embedded::tenant_of(seed)?;
            let theirs = beginning.tenant;
            if theirs == ours { Ok(()) } else { Err(Fault::OtherTenant { ours, theirs }) }
        }
        // A reset that was cut off goes on: the copy goes last.
        None if copy.exists() || is_empty(store)? => Ok(()),
        None => Err(Fault::OfWhom { place: copy.parent().map(Path::to_owned).unwrap_or_default() }),
    }
}

fn is_empty(store: &dyn Store) -> Result<bool, Fault> {
    for folder in Folder::ALL {
        if !store.list_after(folder, None).map_err(JournalError::from)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Somebody who acts.
enum Who {
    Company(TenantId),
    Customer(CustomerId, CustomerKey),
}
impl Who {
    fn customer(&self) -> CustomerId {
        match self {
            Self::Company(company) => (*company).into(),
            Self::Customer(customer, _) => *customer,
        }
    }
}

impl Known<'_> {
    fn who(&self, actor: &Actor) -> Result<Who, Fault> {
        match actor {
            Actor::Company(company) => Ok(Who::Company(*company)),
            Actor::Address(address @ Address::Partnership(_)) => self.partnership(address).map(Who::Company),
            Actor::Address(Address::Customer(key)) => Ok(Who::Customer(self.customer(key)?, key.clone())),
            Actor::Address(
                other @ (Address::Provider(_)
                | Address::ResellerAssociation(_)
                | Address::Subscription(_)
                | Address::SupportDelegation(_)
                | Address::AzureAccess(_)
                | Address::Acknowledgement(_)),
            ) => Err(Fault::Usage(format!("`{other}` is nobody who acts; partnerships and customers are"))),
        }
    }
    /// A subscription and whose it is: its id, as written, as learned.
    fn subscription(&self, address: &Address) -> Result<(CustomerId, SubscriptionId), Fault> {
        let Address::Subscription(key) = address else {
            return Err(Fault::Usage(format!("`{address}` is no subscription")));
        };
        if let Some(LiveId::Subscription(customer, subscription)) = self.ledger.bindings.get(address) {
            return Ok((*customer, *subscription));
        }
        let written = match &key.leaf {
            Leaf::Id(id) => Some(*id),
            Leaf::Named(_) => {
                self.desired.and_then(|desired| desired.subscriptions.get(key)).and_then(|declared| declared.identity)
            }
        };
        let subscription = written.ok_or_else(|| Fault::Usage(format!("`{address}` is not in the tenant yet")))?;
        Ok((self.customer(&key.customer)?, subscription))
    }
    /// The tenant of a partnership's reseller: as written, as learned, else by PartnerID.
    fn partnership(&self, address: &Address) -> Result<TenantId, Fault> {
        let Address::Partnership(name) = address else {
            return Err(Fault::Usage(format!("`{address}` is no partnership")));
        };
        let declared = self.desired.and_then(|desired| desired.partnerships.get(name));
        let written = declared.and_then(|partnership| partnership.tenant);
        let learned = || match self.ledger.bindings.get(address) {
            Some(LiveId::Reseller(tenant)) => Some(*tenant),
            Some(LiveId::Customer(_) | LiveId::Subscription(..)) | None => None,
        };
        let by_partner_id = || {
            let ids = declared.map(|partnership| partnership.partner_ids.as_slice()).unwrap_or_default();
            ids.iter().find_map(|id| self.tenant.company_of(id)).map(|company| company.tenant_id)
        };
        written.or_else(learned).or_else(by_partner_id).ok_or_else(|| match declared {
            Some(_) => Fault::Usage(format!("no company of the tenant file has a PartnerID of `{address}`")),
            None => Fault::Usage(format!("no manifest declares `{address}`; name the company by `--company TENANTID`")),
        })
    }
    /// A customer's tenant: its id, as written, as learned, else by domain.
    fn customer(&self, key: &CustomerKey) -> Result<CustomerId, Fault> {
        let address = Address::Customer(key.clone());
        let declared = self.desired.and_then(|desired| desired.customers.get(key));
        let by_domain = |domain: &str| self.tenant.tenant_of_domain(&domain.to_lowercase());
        let written = match (key, declared.map(|customer| &customer.identity)) {
            (CustomerKey::Id(id), _) | (_, Some(Identity::Id(id))) => Some(*id),
            (CustomerKey::Named(_) | CustomerKey::Domain(_), Some(Identity::Domain(_)) | None) => None,
        };
        let learned = || match self.ledger.bindings.get(&address) {
            Some(LiveId::Customer(id)) => Some(*id),
            Some(LiveId::Reseller(_) | LiveId::Subscription(..)) | None => None,
        };
        let found = || match (key, declared.map(|customer| &customer.identity)) {
            (_, Some(Identity::Domain(domain))) | (CustomerKey::Domain(domain), _) => by_domain(domain),
            (CustomerKey::Named(_) | CustomerKey::Id(_), Some(Identity::Id(_)) | None) => None,
        };
        written.or_else(learned).or_else(found).ok_or_else(|| match declared {
            Some(_) => Fault::Usage(format!("`{address}` is not in the tenant yet")),
            None => Fault::Usage(format!("no manifest declares `{address}`; name it by `--company TENANTID`")),
        })
    }
    /// The reseller a customer answers: the one named, else the only one that asked it, else the only one declared.
    fn asked(&self, key: &CustomerKey, named: Option<&Address>) -> Result<TenantId, Fault> {
        if let Some(address) = named {
            return self.partnership(address);
        }
        let address = Address::Customer(key.clone());
        let open = self.ledger.handoffs.values().filter(|handoff| {
            handoff.key.step == StepName::InviteCustomer
                && handoff.key.address == address
                && match handoff.state {
                    HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } => true,
                    HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. } => false,
                }
        });
        let asking: BTreeSet<Name> = open.filter_map(|handoff| handoff.key.discriminator.parse().ok()).collect();
        let mut asking: Vec<Name> = asking.into_iter().collect();
        if asking.is_empty() {
            let declared = self.desired.map(|desired| desired.associations.keys()).into_iter().flatten();
            asking = declared.filter(|(customer, _)| customer == key).map(|(_, reseller)| reseller.clone()).collect();
        }
        match asking.as_slice() {
            [one] => self.partnership(&Address::Partnership(one.clone())),
            [] => {
                Err(Fault::Usage(format!("no reseller invites `{address}`; name one by `--reseller partnership/NAME`")))
            }
            several => {
                let names: Vec<String> = several.iter().map(|name| format!("partnership/{name}")).collect();
                Err(Fault::Usage(format!(
                    "several resellers invite `{address}`: name one by `--reseller`: {}",
                    names.join(", ")
                )))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::simulated::seed;
    use crate::ledger::Handoff;
    use crate::model::{Digest, StepKey, Timestamp};

    const SEED: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000002","name":"Northwind","country":"HU","partnerIds":["4822222"]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"HU"}}
"#;
    const MANIFESTS: &str = r#"
apiVersion: twotier/v1
kind: Provider
metadata: {name: distri}
spec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: "4800001", country: HU, invitationUrl: "https://invite.example/distri"}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: northwind}
spec: {reseller: {displayName: Northwind, partnerIds: ["4822222"], country: HU, contact: {email: csp@northwind.example}}, ensure: active}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: fabrikam}
spec: {reseller: {displayName: Fabrikam, partnerIds: ["4833333"], country: HU, contact: {email: csp@fabrikam.example}}, ensure: active}
---
apiVersion: twotier/v1
kind: Customer
metadata: {name: contoso}
spec: {domain: contoso.onmicrosoft.com, otherResellers: [northwind, fabrikam]}
"#;

    fn check(ledger: &Ledger, play: &Play, who: &str) -> Result<Human, String> {
        let mut sources = crate::diag::SourceMap::default();
        sources.add("a.yaml".into(), MANIFESTS.into());
        let (desired, findings) = crate::desired::resolve(crate::manifest::parse(&sources));
        let desired = desired.unwrap_or_else(|| panic!("{findings:?}"));
        let tenant = seed::parse("tenant.jsonl", SEED).expect("a tenant");
        let known = Known { desired: Some(&desired), ledger, tenant: &tenant };
        human(known, play, &Actor::Address(who.parse().expect("an address")), None).map_err(|fault| fault.to_string())
    }

    fn asked(reseller: &str) -> Ledger {
        let address = "customer/contoso".parse().expect("an address");
        let handoff = Handoff {
            key: StepKey::with(address, StepName::InviteCustomer, reseller),
            digest: Digest::of_bytes(b"text"),
            first: Digest::of_bytes(b"text"),
            text: String::new(),
            wanted: std::collections::BTreeMap::new(),
            asked: Timestamp::from_seconds(0),
            state: HandoffState::Asked,
        };
        let mut ledger = Ledger::default();
        ledger.handoffs.insert(Digest::of_bytes(b"step"), handoff);
        ledger
    }

    #[test]
    fn a_partnership_without_a_tenant_is_found_by_its_partner_id() {
        let company = "fab00000-0000-4000-8000-000000000002".parse().expect("a tenant");
        assert_eq!(
            check(&Ledger::default(), &Play::Accept, "partnership/northwind"),
            Ok(Human::AcceptPartnership { company })
        );
        let unknown = check(&Ledger::default(), &Play::Accept, "partnership/fabrikam");
        assert!(unknown.is_err_and(|why| why.contains("PartnerID")));
    }

    #[test]
    fn a_customer_answers_the_reseller_that_asked_it() {
        let customer = "c0000000-0000-4000-8000-000000000001".parse().expect("a customer");
        let reseller = "fab00000-0000-4000-8000-000000000002".parse().expect("a tenant");
        assert_eq!(
            check(&asked("northwind"), &Play::Accept, "customer/contoso"),
            Ok(Human::AcceptCustomerInvitation { customer, reseller })
        );
        let ambiguous = check(&Ledger::default(), &Play::Accept, "customer/contoso");
        assert!(ambiguous.is_err_and(|why| why.contains("--reseller")));
    }

    #[test]
    fn a_reseller_that_asked_twice_is_one_and_one_that_withdrew_is_none() {
        let mut ledger = asked("northwind");
        for (reseller, state) in [
            (
                "northwind",
                HandoffState::Acknowledged { by: "ann".into(), at: Timestamp::from_seconds(1), evidence: None },
            ),
            ("fabrikam", HandoffState::Withdrawn { at: Timestamp::from_seconds(1), anyway: None }),
        ] {
            let other = asked(reseller).handoffs.into_values().map(|it| Handoff { state: state.clone(), ..it });
            ledger.handoffs.extend(other.map(|it| (Digest::of_bytes(reseller.as_bytes()), it)));
        }
        assert!(check(&ledger, &Play::Accept, "customer/contoso").is_ok());
    }

    #[test]
    fn addresses_that_nobody_declares_or_that_cannot_act_are_refused() {
        for who in ["partnership/nobody", "customer/nobody", "subscription/contoso/m365", "provider/distri"] {
            assert!(check(&Ledger::default(), &Play::Sign, who).is_err(), "{who}");
        }
        assert!(check(&Ledger::default(), &Play::End, "customer/contoso").is_err());
    }
}
