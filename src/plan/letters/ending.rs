//! What is said before a partnership ends, and how it is ended, word for word. Never tells anybody our reason: that is
//! for ourselves.

use super::{Tongue, ask, german};
use crate::desired::{Contact, Ending, Partnership, Provider};
use crate::model::text::flat;
use crate::observed::Customer;
use crate::plan::Ask;
use std::collections::BTreeMap;

/// Who has access after the end, in three columns; none is ever empty.
pub(in crate::plan) struct Access {
    /// Granted by this plan.
    pub(in crate::plan) granted: String,
    /// Known to remain.
    pub(in crate::plan) remains: String,
}

/// What the provider cannot see. Source: learn, gdap-introduction; azure-plan-manage; indirect-provider-tasks.
pub(in crate::plan) const NOT_OBSERVABLE: &str =
    "the reseller's own GDAP relationships, its roles in the customers' Azure, its guest accounts and its applications";

/// Where the customer sees and removes that.
pub(in crate::plan) const SEEN_BY_CUSTOMER: &str = "the customer sees and removes it: Microsoft 365 admin center > Settings > Partner relationships (GDAP), Azure portal > Access control (IAM) (roles), Entra admin center > Users and Enterprise applications (guests, applications)";

/// `on 2026-12-01`, or when.
fn when(ending: &Ending) -> String {
    ending.effective_on.map_or_else(|| "in the next days".to_owned(), |day| format!("on {day}"))
}

/// The reseller is told. Source: learn, indirect-provider-tasks (nobody is told by the service).
pub(in crate::plan) fn to_partner(provider: &Provider, partnership: &Partnership, ending: &Ending) -> Ask {
    let contact = partnership.contact.as_ref();
    let to = contact.map_or_else(|| flat(&partnership.display_name), |contact| contact.email.to_string());
    let contract = ending.contract.as_ref().map_or_else(String::new, |contract| format!(" ({})", flat(contract)));
    let words = match Tongue::of(contact) {
        Tongue::German => german::to_partner(provider, partnership, ending),
        Tongue::English => (
            format!("Our partnership ends {}", when(ending)),
            format!(
                "The partnership of {} as indirect reseller with us as indirect provider{contract}\n\
                 ends {}. Before that:\n\n\
                 - subscriptions that have you as partner of record, and support contacts of legacy\n\
                 \x20 subscriptions, are moved;\n\
                 - please take back the access to the customers' tenants that you no longer need:\n\
                 \x20 GDAP relationships, roles in Azure, guest accounts. We can neither see nor remove it.\n\n\
                 The customers and their subscriptions stay as they are.\n\n\
                 Provider tenant: {}, PartnerID {}",
                flat(&partnership.display_name),
                when(ending),
                provider.tenant,
                provider.partner_id,
            ),
        ),
    };
    ask("send-notice/partner", contact, format!("mail to {to}: the partnership ends {}", when(ending)), words).wanting(
        &[
            ("ends", &when(ending)),
            ("contract", ending.contract.as_deref().unwrap_or_default()),
            ("decidedOn", &ending.decided_on.to_string()),
        ],
    )
}

/// A customer of the reseller, as the tenant names it, and whom its manifest says to write to.
pub(in crate::plan) struct Told<'a> {
    /// As observed.
    pub(in crate::plan) customer: &'a Customer,
    /// As declared.
    pub(in crate::plan) contact: Option<&'a Contact>,
    /// Who takes over.
    pub(in crate::plan) next: Option<&'a Partnership>,
}

/// Customers by who takes them over.
type Heirs<'a, 'l> = BTreeMap<&'a str, (Option<&'a Partnership>, Vec<&'l Told<'a>>)>;

fn by_heir<'a, 'l>(customers: &'l [Told<'a>]) -> Heirs<'a, 'l> {
    let mut heirs = Heirs::new();
    for told in customers {
        let name = told.next.map_or("", |next| next.name.as_str());
        heirs.entry(name).or_insert_with(|| (told.next, Vec::new())).1.push(told);
    }
    heirs
}

/// Its customers are told: one draft, and whom it goes to, as the tenant names them. What manifests say of addresses and
/// languages stands in the annex: an edit of them must not ask for the notice again. Nor does the draft promise an
/// invitation: who has the next reseller already gets none.
pub(in crate::plan) fn to_customers(partnership: &Partnership, ending: &Ending, customers: &[Told<'_>]) -> Ask {
    let who = flat(&partnership.display_name);
    let heirs = by_heir(customers);
    let (takes_over, lists) = lists(&heirs);
    let count = match customers.len() {
        1 => "1 customer".to_owned(),
        n => format!("{n} customers"),
    };
    let body = format!(
        "{who} stops being your reseller with us {}.\n{takes_over}\
         Your subscriptions, prices and data stay as they are.\n\n\
         {who} may still have access to your tenant. Please look at it and remove what you no\n\
         longer want:\n\n\
         - Microsoft 365 admin center > Settings > Partner relationships\n\
         - Azure portal > Subscriptions > Access control (IAM)\n\
         - Entra admin center > Users (guests) and Enterprise applications\n\n\
         {lists}",
        when(ending),
    );
    let summary = format!("mail to {count}: their reseller changes {}", when(ending));
    let words = (format!("{who} stops being your Microsoft reseller"), body);
    let mut ask = ask("send-notice/customers", None, summary, words).wanting(&[
        ("ends", &when(ending)),
        ("next", &heirs.keys().copied().collect::<Vec<_>>().join(", ")),
        ("decidedOn", &ending.decided_on.to_string()),
    ]);
    ask.annex = addresses(customers) + &in_german((partnership, ending), &heirs);
    ask
}

/// Who takes over, in the letter, and whom it goes to; where there are several, each line stands above those who get it.
fn lists(heirs: &Heirs<'_, '_>) -> (String, String) {
    let line = |next: &Option<&Partnership>| {
        let next = next.as_ref().map(|next| flat(&next.display_name))?;
        Some(format!("{next} takes over. If it is not your reseller yet, you may get an invitation to accept it.\n"))
    };
    let list =
        |told: &[&Told<'_>]| told.iter().map(|it| format!("  {}", named(it.customer))).collect::<Vec<_>>().join("\n");
    if let [(next, told)] = heirs.values().collect::<Vec<_>>()[..] {
        return (line(next).unwrap_or_default(), format!("---- To each of these:\n\n{}", list(told)));
    }
    let one = |(next, told): &(Option<&Partnership>, Vec<&Told<'_>>)| match line(next) {
        Some(line) => format!("---- To each of these, with the line\n     {line}\n{}", list(told)),
        None => format!("---- To each of these, without such a line:\n\n{}", list(told)),
    };
    let all: Vec<String> = heirs.values().map(one).collect();
    ("[here the line that stands below]\n".to_owned(), all.join("\n\n"))
}

fn named(customer: &Customer) -> String {
    format!("{} ({})", flat(&customer.company_name), flat(&customer.domain))
}

/// Where each is written to, and for whom somebody has to look it up.
fn addresses(customers: &[Told<'_>]) -> String {
    let one = |Told { customer, contact, next: _ }: &Told<'_>| {
        let to = match contact {
            None => "nobody is named: its manifest has no `contact.email`".to_owned(),
            Some(Contact { name: _, email, language }) => {
                let language =
                    language.as_ref().map_or_else(String::new, |language| format!(", in {}", flat(language)));
                format!("{}{language}", flat(email))
            }
        };
        format!("  {}: {to}\n", named(customer))
    };
    format!("\n---- Where to, as the manifests say now:\n\n{}", customers.iter().map(one).collect::<String>())
}

/// The same letter for whom it is to be in German; nothing where it is for nobody.
fn in_german((partnership, ending): (&Partnership, &Ending), heirs: &Heirs<'_, '_>) -> String {
    let german = |told: &[&Told<'_>]| told.iter().any(|it| Tongue::of(it.contact) == Tongue::German);
    let one = |(next, _): &(Option<&Partnership>, Vec<&Told<'_>>)| {
        let (subject, body) = german::to_customers(partnership, ending, *next);
        let of_next =
            next.filter(|_| heirs.len() > 1).map(|next| format!(" whom {} takes over", flat(&next.display_name)));
        let of_next = of_next.unwrap_or_default();
        format!("\n---- In German, for those above{of_next}:\n\nSubject: {subject}\n\nGuten Tag,\n\n{body}\n")
    };
    heirs.values().filter(|(_, told)| german(told)).map(one).collect()
}

/// The portal's button, with the words of the declaration. Source: learn, indirect-provider-tasks.
pub(in crate::plan) fn end(partnership: &Partnership, ending: &Ending, access: &Access) -> Ask {
    let who = flat(&partnership.display_name);
    let ids: Vec<&str> = partnership.partner_ids.iter().map(|id| id.as_str()).collect();
    let behind: Vec<String> =
        ending.leave_behind.iter().map(|(key, left)| format!("  subscription/{key}: {}", flat(&left.reason))).collect();
    let behind = if behind.is_empty() { "  nothing".to_owned() } else { behind.join("\n") };
    let (granted, remains) = (flat(&access.granted), flat(&access.remains));
    ask(
        "end-partnership",
        None,
        format!("in the portal: Customers > Indirect resellers > {who} > Remove partnership"),
        (
            format!("End the partnership with {who}"),
            format!(
                "In Partner Center: Customers > Indirect resellers > {who} (PartnerID {}) >\n\
             Remove partnership > Yes. It takes an Admin agent or Sales agent.\n\n\
             It is declared by {} on {}, and this is confirmed with the button: the removal is made in\n\
             good faith, for a legitimate business purpose, in accordance with our agreements with the\n\
             customers and the partner; we defend Microsoft and hold it harmless.\n\
             Decided by {} on {}.\n\n\
             Stays behind, with this reseller as partner of record:\n{behind}\n\n\
             Access after the end:\n\
             - granted by this plan: {granted}\n\
             - known to remain: {remains}\n\
             - not observable by the provider: {NOT_OBSERVABLE}; {SEEN_BY_CUSTOMER}\n\n\
             Nobody is told by the service, and nothing is taken from the reseller but its place in the\n\
             list. It cannot be undone: a new partnership needs a new invitation.",
                ids.join(", "),
                flat(&ending.declared_by),
                ending.declared_on,
                flat(&ending.decided_by),
                ending.decided_on,
            ),
        ),
    )
    .wanting(&[
        ("declaredBy", &format!("{}, {}", ending.declared_by, ending.declared_on)),
        ("decidedBy", &format!("{}, {}", ending.decided_by, ending.decided_on)),
        ("leaveBehind", &ending.leave_behind.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ("partnerIds", &ids.join(", ")),
    ])
}
