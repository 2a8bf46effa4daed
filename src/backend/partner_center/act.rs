//! The acting door: each operation as the call that has the effect, and the questions that must come before it. The effect
//! is one call, made once; whoever wants it repeated looks first.

use super::center::Center;
use super::classify::{Meaning, traced};
use super::decode::{Garbage, Node, bare, json};
use super::request::Ask;
use super::retry::{Heard, Patience, in_between};
use super::send::{Terms, Trouble};
use super::subscription::{Whole, already, detail};
use super::{SignInError, change, password, read, renewal, wire};
use crate::backend::{Actuate, BackendError};
use crate::model::operation::{CartLine, SubscriptionChange, SupportContact, Visible};
use crate::model::{
    BillingCycle, CartId, CustomerId, Effect, NewCustomer, Operation, Product, Renewal, RequestId, Secret, Span,
    SubscriptionId, Term,
};
use crate::observed::{Customer, Subscription, Why};
use http::{Response, StatusCode};
use smol_str::{SmolStr, format_smolstr};
use std::time::Duration;

/// How long an operation may take in all; whoever journals it counts on that.
const WHOLE: Duration = Duration::from_secs(58);
/// When at the latest its own call must be on its way.
const START_BY: Duration = Duration::from_secs(28);
/// How long to stay away when nothing says.
const UNTOLD: Span = Span::seconds(30);

impl Actuate for Center {
    fn perform(&self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError> {
        let begun = self.line.doors.clock.elapsed();
        let slept = self.line.doors.clock.slept();
        let turn = Turn { request, begun, slept, patience: Patience::of_a_change(begun) };
        match operation {
            Operation::CreateCustomer(new) => self.create_customer(new, turn),
            Operation::ResetAdminPassword { customer } => self.reset_password(*customer, turn),
            Operation::MakeCart { customer, line } => self.make_cart(*customer, line, turn),
            Operation::CheckOut { customer, cart } => self.check_out(*customer, cart, turn),
            Operation::ChangeSubscription { customer, subscription, change } => {
                self.change_subscription((*customer, *subscription), change, turn)
            }
            Operation::SetSupportContact { customer, subscription, contact } => {
                self.set_support_contact((*customer, *subscription), contact, turn)
            }
        }
    }
}

/// One operation under way.
#[derive(Clone, Copy)]
struct Turn {
    request: RequestId,
    begun: Duration,
    slept: Duration,
    patience: Patience,
}

impl Center {
    /// Makes the call that has the effect.
    fn effect(&self, ask: &Ask, turn: Turn) -> Result<Response<Vec<u8>>, Trouble> {
        let left = (turn.begun + WHOLE).saturating_sub(self.line.doors.clock.elapsed());
        // What its turn may still take is not there for its reply.
        let timeout = left.saturating_sub(Duration::from_secs(2)).max(Duration::from_secs(1));
        let start_by = turn.begun + START_BY;
        self.line.send(ask, Terms { request: turn.request, start_by, timeout, slept: Some(turn.slept) })
    }

    fn create_customer(&self, new: &NewCustomer, turn: Turn) -> Result<Effect, BackendError> {
        let reply = match self.effect(&change::create_customer(new), turn) {
            Err(Trouble::Said(problem, Meaning::Conflict)) => {
                let refused = BackendError::Refused { code: problem.code(), text: problem.words() };
                return self.perhaps_ours(new, turn.patience, refused);
            }
            other => other.map_err(|trouble| self.error(trouble))?,
        };
        let created = understood(&reply, |node| wire::created(node, &new.domain))?;
        Ok(Effect::CustomerCreated {
            customer: created.customer,
            user: created.user,
            password: created.password.map(Secret::new),
        })
    }

    /// A domain that is taken: by an earlier call of ours whose reply was lost, if the same company has it as a customer of
    /// ours and the reseller is among its resellers; else by somebody else.
    fn perhaps_ours(
        &self,
        new: &NewCustomer,
        patience: Patience,
        refused: BackendError,
    ) -> Result<Effect, BackendError> {
        let unknown =
            |why: Why| BackendError::Unknown(format_smolstr!("{refused}, and whose it is cannot be told: {why}"));
        let listed = self.customers(&read::customers_by_domain(&new.domain), patience).map_err(unknown)?;
        let ours = |it: &Customer| it.domain == new.domain.to_lowercase() && it.is_company(&new.company_name);
        let Some(found) = listed.into_iter().find(ours) else {
            return Err(refused);
        };
        let theirs = self.resellers(found.id, patience).map_err(unknown)?.unwrap_or_default();
        if !theirs.contains(&new.reseller) {
            return Err(refused);
        }
        let user = format_smolstr!("admin@{}", new.domain);
        Ok(Effect::CustomerCreated { customer: found.id, user, password: None })
    }

    fn reset_password(&self, customer: CustomerId, turn: Turn) -> Result<Effect, BackendError> {
        let users =
            self.line.hear_list(&read::users(customer), turn.patience, wire::user).map_err(|why| self.before(why))?;
        let admin =
            users.unwrap_or_default().into_iter().find(wire::User::is_admin).ok_or_else(|| BackendError::Refused {
                code: 0,
                text: "no user of the customer is `admin@`: its first administrator was renamed or removed".into(),
            })?;
        let password = password::strong(self.line.doors.random.as_ref());
        let reply = self.effect(&change::reset_password(customer, &admin.id, &password), turn);
        acknowledged(&reply.map_err(|trouble| self.error(trouble))?)?;
        Ok(Effect::PasswordReset { user: admin.login, password })
    }

    fn make_cart(&self, customer: CustomerId, line: &CartLine, turn: Turn) -> Result<Effect, BackendError> {
        // Availabilities change: what was found a moment ago may be gone, and is looked for again once.
        for _ in 0..2 {
            let item = self.item(customer, (&line.product, line.term, line.billing_cycle), turn.patience)?;
            let reply = match self.effect(&change::make_cart(customer, line, &item), turn) {
                Err(Trouble::Said(_, Meaning::Moved)) => continue,
                other => other.map_err(|trouble| self.error(trouble))?,
            };
            let cart = understood(&reply, wire::cart)?;
            // A line may be wrong inside a cart that was made. Source: learn, cart-resources (CartError).
            return match cart.error {
                Some((code, text)) => Err(BackendError::Refused { code, text }),
                None => Ok(Effect::CartMade { cart: cart.id }),
            };
        }
        Err(BackendError::Refused {
            code: 400_019,
            text: format_smolstr!("what is sold of {} keeps changing", line.product),
        })
    }

    /// The one catalogue item that is sold to the customer's country in this form.
    fn item(
        &self,
        customer: CustomerId,
        (product, term, cycle): (&Product, Term, BillingCycle),
        patience: Patience,
    ) -> Result<SmolStr, BackendError> {
        let before = |why| self.before(why);
        let country = self.line.hear_object(&read::customer(customer), patience, wire::country_of).map_err(before)?;
        let country = match country.flatten() {
            Some(country) => country,
            None => self.country(patience).map_err(before)?,
        };
        let ask = read::availabilities(product, &country);
        let found =
            self.line.hear_object(&ask, patience, |page| wire::items_for(page, (term, cycle))).map_err(before)?;
        let found = found.unwrap_or_default();
        match found.as_slice() {
            [item] => Ok(item.clone()),
            other => Err(BackendError::Refused {
                code: 400_019,
                text: format_smolstr!(
                    "{product} is sold {} times in {country} for {term} billed {cycle}; it must be exactly once",
                    other.len(),
                ),
            }),
        }
    }

    fn check_out(&self, customer: CustomerId, cart: &CartId, turn: Turn) -> Result<Effect, BackendError> {
        let reply = match self.effect(&change::check_out(customer, cart), turn) {
            Err(Trouble::Said(problem, Meaning::Submitted)) => return Err(BackendError::Unknown(problem.in_full())),
            // The cart holds what is sold no more; another is made when the step is planned again.
            Err(Trouble::Said(problem, Meaning::Moved)) => {
                return Err(BackendError::Refused { code: problem.code(), text: problem.words() });
            }
            other => other.map_err(|trouble| self.error(trouble))?,
        };
        let out = understood(&reply, wire::checked_out)?;
        match (out.orders.into_iter().next(), out.errors.into_iter().next()) {
            (Some(order), _) => {
                let subscription = order.lines.iter().find_map(|line| line.subscription);
                Ok(Effect::CheckedOut { order: order.id, subscription })
            }
            (None, Some((code, text))) => Err(BackendError::Refused { code, text }),
            (None, None) => Err(BackendError::Unknown("the check-out answered neither an order nor an error".into())),
        }
    }

    /// The whole resource as it stands now, with one field changed. Source: learn, update-a-subscription-by-id.
    fn change_subscription(
        &self,
        (customer, id): (CustomerId, SubscriptionId),
        change: &SubscriptionChange,
        turn: Turn,
    ) -> Result<Effect, BackendError> {
        let now = |reply: &Response<Vec<u8>>| {
            let told = json(reply.body())?;
            let node = Node::of(&told)?;
            Ok((Whole::of(reply.body())?, detail(&node)?.subscription, node.text("offerId")?))
        };
        let (whole, subscription, offer) = self.standing(&read::subscription(customer, id), turn.patience, now)?;
        if subscription.id != id {
            return Err(BackendError::Transient("the service answered about another subscription".into()));
        }
        if already(&subscription, change) {
            return Ok(Effect::Changed { visible: Visible::Now });
        }
        renewal::may_be_set(&subscription, change)?;
        let item = self.next_item(customer, (&subscription, offer), change, turn.patience)?;
        let whole = whole.changed(&subscription, change, item.as_deref());
        let body = whole.and_then(|whole| whole.body()).map_err(unwritable)?;
        self.changed(&change::change_subscription(customer, id, body), turn)
    }

    /// What a next term is sold as, where one has to be scheduled: in the form it has now as what it is now, else as what
    /// the catalogue has just once.
    fn next_item(
        &self,
        customer: CustomerId,
        (now, offer): (&Subscription, Option<SmolStr>),
        change: &SubscriptionChange,
        patience: Patience,
    ) -> Result<Option<SmolStr>, BackendError> {
        let SubscriptionChange::Renewal(Renewal::Renew(next)) = change else { return Ok(None) };
        let Some(next) = renewal::to_schedule(now, next) else { return Ok(None) };
        let Some((product, term, cycle)) = renewal::form(&next) else { return Ok(None) };
        let same = (now.product.as_ref(), now.term, now.billing_cycle) == (Some(product), Some(term), Some(cycle));
        if same { Ok(offer) } else { self.item(customer, (product, term, cycle), patience).map(Some) }
    }

    fn set_support_contact(
        &self,
        (customer, id): (CustomerId, SubscriptionId),
        contact: &SupportContact,
        turn: Turn,
    ) -> Result<Effect, BackendError> {
        let now = |reply: &Response<Vec<u8>>| Whole::of(reply.body());
        let mut whole = self.standing(&read::support_contact(customer, id), turn.patience, now)?;
        let name = self.name_of(contact, turn.patience).map_err(|why| self.before(why))?;
        let tenant = contact.tenant.to_string();
        for (key, value) in
            [("supportTenantId", tenant.as_str()), ("supportMpnId", contact.partner.as_str()), ("name", &name)]
        {
            whole.set(key, &value.into()).map_err(unwritable)?;
        }
        let body = whole.body().map_err(unwritable)?;
        self.changed(&change::set_support_contact(customer, id, body), turn)
    }

    /// The name of who supports: the provider's own, or a reseller's.
    fn name_of(&self, contact: &SupportContact, patience: Patience) -> Result<SmolStr, Why> {
        if contact.tenant == self.provider() {
            return Ok(self.read_profile(patience)?.name);
        }
        let theirs =
            self.relationships(patience)?.into_iter().find(|relationship| relationship.tenant == contact.tenant);
        Ok(theirs.map(|relationship| relationship.name).unwrap_or_default())
    }

    /// What stands now, and must be there.
    fn standing<T>(
        &self,
        ask: &Ask,
        patience: Patience,
        understand: impl Fn(&Response<Vec<u8>>) -> Result<T, Garbage>,
    ) -> Result<T, BackendError> {
        match self.line.hear(ask, patience, understand).map_err(|why| self.before(why))? {
            Heard::Told(told) => Ok(told),
            Heard::Absent => Err(BackendError::Refused { code: 20003, text: "the subscription does not exist".into() }),
            Heard::Said(problem) => Err(BackendError::Refused { code: problem.code(), text: problem.words() }),
        }
    }

    /// A change that was accepted shows at once or later. Source: learn, update-a-subscription-by-id (202 and `Location`).
    fn changed(&self, ask: &Ask, turn: Turn) -> Result<Effect, BackendError> {
        let reply = self.effect(ask, turn).map_err(|trouble| self.error(trouble))?;
        acknowledged(&reply)?;
        let visible = if reply.status() == StatusCode::ACCEPTED { Visible::Later } else { Visible::Now };
        Ok(Effect::Changed { visible })
    }

    /// What an effect's own call came to.
    fn error(&self, trouble: Trouble) -> BackendError {
        let now = self.line.doors.clock.now();
        let (problem, meaning) = match trouble {
            Trouble::Said(problem, meaning) => (problem, meaning),
            Trouble::SignIn(SignInError::Refused(text)) => return BackendError::Denied(text),
            Trouble::SignIn(SignInError::Failed(text)) | Trouble::NotSent(text) => {
                return BackendError::Transient(text);
            }
            Trouble::Lost(text) => return BackendError::Unknown(text),
            Trouble::NoTurn(wait) => return BackendError::Throttled { until: now.plus(span(wait)) },
        };
        match meaning {
            Meaning::Refused | Meaning::Absent | Meaning::Conflict | Meaning::Submitted | Meaning::Told => {
                BackendError::Refused { code: problem.code(), text: problem.words() }
            }
            Meaning::Denied(mend) => BackendError::Denied(problem.with(mend)),
            Meaning::Token => BackendError::Denied(problem.in_full()),
            Meaning::Later => BackendError::Later { text: problem.in_full() },
            Meaning::Throttled => BackendError::Throttled { until: now.plus(problem.retry_after.map_or(UNTOLD, span)) },
            Meaning::Moved => {
                BackendError::Transient(format_smolstr!("somebody changed it meanwhile: {}", problem.in_full()))
            }
            Meaning::InBetween => BackendError::Transient(in_between(&problem.in_full())),
            Meaning::Passing => BackendError::Unknown(problem.in_full()),
        }
    }

    /// What a question before the effect came to: nothing happened yet.
    fn before(&self, why: Why) -> BackendError {
        match why {
            Why::Denied(text) => BackendError::Denied(text),
            Why::Refused(text) => BackendError::Refused { code: 0, text },
            Why::Throttled => BackendError::Throttled { until: self.line.doors.clock.now().plus(UNTOLD) },
            Why::NotRead | Why::Failed(_) | Why::Partial | Why::Implausible(_) => {
                BackendError::Transient(format_smolstr!("a look before it: {why}"))
            }
        }
    }
}

/// Whether the service itself said yes: by its ids, or by an object. What stands in between says yes with a page.
fn acknowledged(reply: &Response<Vec<u8>>) -> Result<(), BackendError> {
    if traced(reply.headers()) || bare(reply.body()).first() == Some(&b'{') {
        return Ok(());
    }
    let words = format_smolstr!("HTTP {}", reply.status().as_u16());
    Err(BackendError::Unknown(in_between(&words)))
}

/// The reply to an effect that happened. One that cannot be understood leaves it unknown.
fn understood<T>(
    reply: &Response<Vec<u8>>,
    understand: impl Fn(&Node<'_>) -> Result<T, Garbage>,
) -> Result<T, BackendError> {
    let told = json(reply.body()).and_then(|value| understand(&Node::of(&value)?));
    told.map_err(|garbage| BackendError::Unknown(format_smolstr!("the reply cannot be understood: {garbage}")))
}

fn unwritable(garbage: Garbage) -> BackendError {
    BackendError::Refused { code: 0, text: garbage.0 }
}

fn span(length: Duration) -> Span {
    Span::seconds(i64::try_from(length.as_secs().max(1)).unwrap_or(i64::MAX))
}
