//! The letters in German: the same facts in the same order as the English ones. Never says more or less than they do.

use crate::desired::{Create, Ending, Partnership, Provider};
use crate::model::text::flat;

/// Subject and body.
pub(super) type Words = (String, String);

/// When an end comes.
pub(super) fn when(ending: &Ending) -> String {
    ending.effective_on.map_or_else(|| "in den nächsten Tagen".to_owned(), |day| format!("am {day}"))
}

pub(super) fn invite_reseller(provider: &Provider, link: &str, partnership: &Partnership) -> Words {
    let body = format!(
        "wir möchten mit {} im Microsoft-Programm Cloud Solution Provider zusammenarbeiten.\n\
         Ein globaler Administrator Ihres Partnermandanten nimmt über diesen Link an:\n\n  {link}\n\n\
         Vorher muss Ihr Unternehmen als indirekter Reseller in unserer Region registriert sein\n\
         und die Microsoft-Partnervereinbarung unterzeichnet haben, unter der PartnerID {}.\n\n\
         Mandant des Anbieters: {}, PartnerID {}",
        flat(&partnership.display_name),
        partnership.partner_ids.first().map_or("", |id| id.as_str()),
        provider.tenant,
        provider.partner_id,
    );
    ("Einladung zur Zusammenarbeit als indirekter Anbieter und indirekter Reseller".to_owned(), body)
}

pub(super) fn invite_customer(partnership: &Partnership, link: &str) -> Words {
    let who = flat(&partnership.display_name);
    let body = format!(
        "{who} soll ein Reseller Ihrer Organisation werden, mit uns als Anbieter.\n\
         Ein globaler Administrator Ihres Mandanten nimmt über diesen Link an:\n\n  {link}\n\n\
         Die Annahme gibt niemandem Administratorrechte und ändert kein Abonnement."
    );
    (format!("{who} als Ihr Microsoft-Reseller"), body)
}

pub(super) fn request_agreement() -> Words {
    let body = "bevor etwas für Sie bestellt werden kann, muss Ihre Organisation den Microsoft-Kundenvertrag\n\
                (Microsoft Customer Agreement) annehmen. Das können nur Sie: ein globaler Administrator meldet\n\
                sich im Microsoft 365 Admin Center an, öffnet Abrechnung > Abrechnungskonten > Verträge,\n\
                liest den Vertrag und nimmt ihn an.";
    ("Bitte nehmen Sie den Microsoft-Kundenvertrag an".to_owned(), body.to_owned())
}

pub(super) fn deliver_credentials(customer: &str, create: &Create) -> Words {
    let domain = &create.domain;
    let body = format!(
        "der erste Administrator Ihres neuen Mandanten ist\n\n  admin@{domain}\n\n\
         Sein Einmalkennwort erreicht Sie auf einem anderen Weg als dieser Mail. Melden Sie sich unter\n\
         https://admin.microsoft.com an und ändern Sie es sofort.\n\n\
         (For us: a recipient opens it with `twotier credentials open customer/{customer}`, hands it\n\
         over in person or by telephone, then acknowledges this and forgets it.)"
    );
    (format!("Administratorkonto von {domain}"), body)
}

pub(super) fn reset_by_hand() -> Words {
    let body = "das Einmalkennwort Ihres ersten Administrators ging verloren, bevor es Sie erreichen konnte,\n\
                und wir haben keinen Administratorzugriff auf Ihren Mandanten. Bitte setzen Sie es über\n\
                https://passwordreset.microsoftonline.com oder mit dem Microsoft-Support zurück.";
    ("Administratorkennwort Ihres neuen Mandanten".to_owned(), body.to_owned())
}

pub(super) fn to_partner(provider: &Provider, partnership: &Partnership, ending: &Ending) -> Words {
    let contract = ending.contract.as_ref().map_or_else(String::new, |contract| format!(" ({})", flat(contract)));
    let body = format!(
        "die Partnerschaft von {} als indirektem Reseller mit uns als indirektem Anbieter{contract}\n\
         endet {}. Vorher:\n\n\
         - Abonnements, bei denen Sie als Partner of Record eingetragen sind, und Supportkontakte\n\
         \x20 älterer Abonnements werden umgezogen;\n\
         - bitte geben Sie den Zugriff auf die Mandanten der Kunden zurück, den Sie nicht mehr brauchen:\n\
         \x20 GDAP-Beziehungen, Rollen in Azure, Gastkonten. Wir können ihn weder sehen noch entfernen.\n\n\
         Die Kunden und ihre Abonnements bleiben, wie sie sind.\n\n\
         Mandant des Anbieters: {}, PartnerID {}",
        flat(&partnership.display_name),
        when(ending),
        provider.tenant,
        provider.partner_id,
    );
    (format!("Unsere Partnerschaft endet {}", when(ending)), body)
}

pub(super) fn to_customers(partnership: &Partnership, ending: &Ending, next: Option<&Partnership>) -> Words {
    let who = flat(&partnership.display_name);
    let takes_over = next.map_or_else(String::new, |next| {
        let next = flat(&next.display_name);
        format!("{next} übernimmt. Ist {next} noch nicht Ihr Reseller, können Sie eine Einladung dazu erhalten.\n")
    });
    let body = format!(
        "{who} ist {} nicht mehr Ihr Reseller bei uns.\n{takes_over}\
         Ihre Abonnements, Preise und Daten bleiben, wie sie sind.\n\n\
         {who} hat möglicherweise noch Zugriff auf Ihren Mandanten. Bitte sehen Sie nach und entfernen\n\
         Sie, was Sie nicht mehr wollen:\n\n\
         - Microsoft 365 Admin Center > Einstellungen > Partnerbeziehungen\n\
         - Azure-Portal > Abonnements > Zugriffssteuerung (IAM)\n\
         - Entra Admin Center > Benutzer (Gäste) und Unternehmensanwendungen",
        match ending.effective_on {
            Some(day) => format!("ab {day}"),
            None => when(ending),
        },
    );
    (format!("{who} ist nicht mehr Ihr Microsoft-Reseller"), body)
}
