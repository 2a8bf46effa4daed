//! What people are asked, word for word. Built from manifests alone where it can be, so that the text does not change
//! when only the tenant does; never holds a password or a token.

pub(super) mod azure;
pub(super) mod ending;
mod german;

use super::step::Action;
use super::{Ask, Step};
use crate::desired::{Contact, Create, Customer, Listing, Partnership, Provider};
use crate::model::CustomerKey;
use crate::model::text::flat;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The languages that letters are written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tongue {
    English,
    German,
}
impl Tongue {
    /// The one somebody is written to in: theirs, else English.
    fn of(contact: Option<&Contact>) -> Self {
        contact.and_then(|contact| contact.language.as_deref()).and_then(Self::named).unwrap_or(Self::English)
    }
    /// By its tag, whatever its region: `de-AT`. None where there is no letter in it.
    fn named(language: &str) -> Option<Self> {
        match language.split('-').next() {
            Some("de") => Some(Self::German),
            Some("en") => Some(Self::English),
            Some(_) | None => None,
        }
    }
}

/// That letters are in English where another language is wanted, told once.
pub(super) fn untranslated(steps: &[Step]) -> Option<String> {
    let wanted: BTreeSet<&str> = steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::HandOff(ask) if ask.to.is_some() => Some(ask.language.as_str()),
            Action::HandOff(_) | Action::Api(_) | Action::Await { .. } | Action::Guard(_) => None,
        })
        .filter(|language| Tongue::named(language).is_none())
        .collect();
    let listed = wanted.into_iter().map(|language| format!("`{language}`")).collect::<Vec<_>>().join(", ");
    (!listed.is_empty()).then(|| format!("mails are in English: there is no text in {listed} here"))
}

fn greeting(contact: Option<&Contact>) -> String {
    match (contact.and_then(|contact| contact.name.as_ref()), Tongue::of(contact)) {
        (Some(name), Tongue::English) => format!("Dear {},\n\n", flat(name)),
        (None, Tongue::English) => "Hello,\n\n".to_owned(),
        (Some(name), Tongue::German) => format!("Guten Tag {},\n\n", flat(name)),
        (None, Tongue::German) => "Guten Tag,\n\n".to_owned(),
    }
}

/// Whether a letter that was read and a text greet in the same language.
pub(super) fn are_of_one_language(letter: &str, text: &str) -> bool {
    let is_german = |text: &str| text.starts_with("Guten Tag");
    let read = letter.split_once("\n\n").map_or(letter, |(_, body)| body);
    is_german(read) == is_german(text)
}

fn ask(template: &str, contact: Option<&Contact>, summary: String, (subject, body): (String, String)) -> Ask {
    Ask {
        template: template.into(),
        to: contact.map(|contact| contact.email.clone()),
        language: contact.and_then(|contact| contact.language.clone()).unwrap_or_else(|| "en".into()),
        wanted: BTreeMap::new(),
        summary,
        subject,
        text: format!("{}{body}\n", greeting(contact)),
        annex: String::new(),
    }
}

impl Ask {
    /// With what it asks for, by name: all that the manifests decide.
    fn wanting(self, wanted: &[(&str, &str)]) -> Self {
        self.wanting_all(wanted.iter().map(|(name, value)| (*name, SmolStr::new(value))))
    }
    fn wanting_all<'n>(mut self, wanted: impl IntoIterator<Item = (&'n str, SmolStr)>) -> Self {
        self.wanted.extend(wanted.into_iter().map(|(name, value)| (SmolStr::new(name), value)));
        self
    }
}

/// The provider's link to a reseller. Source: learn, indirect-provider-tasks (the link must stay in the text).
pub(super) fn invite_reseller(provider: &Provider, link: &str, partnership: &Partnership, contact: &Contact) -> Ask {
    let words = match Tongue::of(Some(contact)) {
        Tongue::German => german::invite_reseller(provider, link, partnership),
        Tongue::English => (
            "Invitation to work together as indirect provider and indirect reseller".to_owned(),
            format!(
                "We would like to work with {} in the Microsoft Cloud Solution Provider program.\n\
                 A global administrator of your partner tenant accepts by opening this link:\n\n  {link}\n\n\
                 Before that, your company must be enrolled as an indirect reseller in our region\n\
                 and have signed the Microsoft Partner Agreement, under PartnerID {}.\n\n\
                 Provider tenant: {}, PartnerID {}",
                flat(&partnership.display_name),
                partnership.partner_ids.first().map_or("", |id| id.as_str()),
                provider.tenant,
                provider.partner_id,
            ),
        ),
    };
    let summary = format!("mail to {}, with the invitation link", contact.email);
    ask("invite-reseller", Some(contact), summary, words)
        .wanting(&[("link", link), ("partnerId", partnership.partner_ids.first().map_or("", |id| id.as_str()))])
}

/// The two-tier link to a customer. `link` is none while the partnership is not active.
pub(super) fn invite_customer(customer: &Customer, partnership: &Partnership, link: Option<&SmolStr>) -> Ask {
    let contact = customer.contact.as_ref();
    let to = whom(customer, contact);
    let link = link.map_or("(the link is made when the partnership is active)", SmolStr::as_str);
    let words = match Tongue::of(contact) {
        Tongue::German => german::invite_customer(partnership, link),
        Tongue::English => (
            format!("{} as your Microsoft reseller", flat(&partnership.display_name)),
            format!(
                "{} is to become a reseller of your organization, with us as its provider.\n\
                 A global administrator of your tenant accepts by opening this link:\n\n  {link}\n\n\
                 Accepting gives nobody administrator rights and changes no subscription.",
                flat(&partnership.display_name),
            ),
        ),
    };
    let summary = format!("mail to {to}, with the two-tier link; gives no admin right");
    let mut ask = ask("invite-customer", contact, summary, words);
    ask.template = smol_str::format_smolstr!("invite-customer/{}", partnership.name);
    ask
}

/// The customer signs its agreement. Source: learn, integrate confirm-customer-agreement (2026-01).
pub(super) fn request_agreement(customer: &Customer) -> Ask {
    let billed = customer.create.as_deref().map(billed);
    let contact = customer.contact.as_ref().or(billed.as_ref());
    let to = whom(customer, contact);
    let words = match Tongue::of(contact) {
        Tongue::German => german::request_agreement(),
        Tongue::English => (
            "Please accept the Microsoft Customer Agreement".to_owned(),
            "Before anything can be ordered for you, your organization must accept the Microsoft\n\
             Customer Agreement. Only you can do it: a global administrator signs in to the\n\
             Microsoft 365 admin center, opens Billing > Billing accounts > Agreements, reads it\n\
             and accepts."
                .to_owned(),
        ),
    };
    ask("request-agreement", contact, format!("mail to {to}: sign the Microsoft Customer Agreement"), words)
}

/// Who is billed for a new customer: the one to write to where nobody else is named.
fn billed(create: &Create) -> Contact {
    Contact {
        name: Some(smol_str::format_smolstr!("{} {}", create.billing.first_name, create.billing.last_name)),
        email: create.billing.email.clone(),
        language: Some(create.billing.language.clone()),
    }
}

/// Whom a mail to a customer goes to, in the plan.
fn whom(customer: &Customer, contact: Option<&Contact>) -> String {
    match (contact, &customer.key) {
        (Some(contact), _) => contact.email.to_string(),
        (None, CustomerKey::Named(name)) => format!("nobody yet (write `contact.email` of customer/{name})"),
        // No document speaks of it.
        (None, CustomerKey::Id(_) | CustomerKey::Domain(_)) => "the customer".to_owned(),
    }
}

/// The sealed password to its person.
pub(super) fn deliver_credentials(customer: &Customer, create: &Create) -> Ask {
    let billed = billed(create);
    let contact = customer.contact.as_ref().unwrap_or(&billed);
    let words = match Tongue::of(Some(contact)) {
        Tongue::German => german::deliver_credentials(&customer.key.to_string(), create),
        Tongue::English => (
            format!("Administrator account of {}", create.domain),
            format!(
                "The first administrator of your new tenant is\n\n  admin@{}\n\n\
                 Its one-time password reaches you on another way than this mail. Sign in at\n\
                 https://admin.microsoft.com and change it at once.\n\n\
                 (For us: a recipient opens it with `twotier credentials open customer/{}`, hands it\n\
                 over in person or by telephone, then acknowledges this and forgets it.)",
                create.domain, customer.key,
            ),
        ),
    };
    ask("deliver-credentials", Some(contact), format!("the sealed password to {}", contact.email), words)
        .wanting(&[("domain", &create.domain)])
}

/// The password is lost and nobody of ours has administrator access.
pub(super) fn reset_by_hand(customer: &Customer) -> Ask {
    let contact = customer.contact.as_ref();
    let words = match Tongue::of(contact) {
        Tongue::German => german::reset_by_hand(),
        Tongue::English => (
            "Administrator password of your new tenant".to_owned(),
            "The one-time password of your first administrator was lost before it could reach you,\n\
             and we have no administrator access to your tenant. Please reset it through\n\
             https://passwordreset.microsoftonline.com or with Microsoft support."
                .to_owned(),
        ),
    };
    let summary = "the one-time password was lost, and we have no administrator access".to_owned();
    ask("reset-admin-password", contact, summary, words)
}

/// The public listing as it is meant to be. Nothing reads it, and only the Microsoft representative changes it.
pub(super) fn review_listing(provider: &Provider, listing: &Listing) -> Ask {
    let Listing { at: _, display_name, url, description, countries, review_every: _ } = listing;
    let countries = (!countries.is_empty()).then(|| SmolStr::new(countries.join(", ")));
    let lines = [("name", display_name), ("page", url), ("words", description), ("countries", &countries)];
    let wanted: Vec<(&str, &str)> = lines.iter().filter_map(|(what, value)| Some((*what, value.as_deref()?))).collect();
    let declared: Vec<String> =
        lines.iter().filter_map(|(what, value)| Some(format!("  {what}: {}", flat(value.as_ref()?)))).collect();
    ask(
        "review-listing",
        None,
        "look at the public list of indirect providers, and have it corrected where it differs".to_owned(),
        (
            "Our entry in the public list of indirect providers".to_owned(),
            format!(
                "Our entry in Microsoft's public list of indirect providers is meant to say:\n\n{}\n\n\
                 Look it up under PartnerID {}. Where it differs, ask our Microsoft representative to\n\
                 change it: there is no portal page and no API for it. Acknowledge this when the entry\n\
                 is right.",
                declared.join("\n"),
                provider.partner_id,
            ),
        ),
    )
    .wanting(&wanted)
}
