//! Partner of record as meant: written, defaulted from the customer's reseller, or asserted. Never asks whether a
//! PartnerID is valid.

use super::PartnerOfRecord;
use super::draft::{Belongs, Draft};
use super::subscriptions::{Means, Place};
use crate::diag::{At, Code, Finding, nearest};
use crate::manifest::Spanned;
use crate::manifest::document::PartnerOfRecordRef;
use crate::model::{Name, PartnerId};

/// Whose incentive it is, and where that stands or comes from. An order without anybody is a finding: Partner Center
/// books it silently. Source: learn, order-resources.
pub(super) fn resolve(
    draft: &mut Draft,
    place: &Place<'_>,
    means: Means,
    written: Option<Spanned<PartnerOfRecordRef>>,
) -> (PartnerOfRecord, At) {
    let Some(Spanned { value, at }) = written else { return default(draft, place, means) };
    let meant = match value {
        PartnerOfRecordRef::Partnership(name) => first(draft, place, name, at),
        PartnerOfRecordRef::Exact { partnership, partner_id } => exact(draft, place, at, partnership, partner_id),
        PartnerOfRecordRef::Asserted(id) => asserted(draft, place, means, Some(id), at),
        PartnerOfRecordRef::None => asserted(draft, place, means, None, at),
    };
    (meant, at)
}

fn default(draft: &mut Draft, place: &Place<'_>, means: Means) -> (PartnerOfRecord, At) {
    match place.belongs {
        Belongs::To(found, at) => {
            let partner = &draft.partners[found].resolved;
            let meant = partner.partner_ids.first().map_or(PartnerOfRecord::Unmanaged, |id| {
                PartnerOfRecord::Defaulted { partnership: partner.name.clone(), partner_id: id.clone() }
            });
            (meant, at)
        }
        Belongs::Unresolved => (PartnerOfRecord::Unmanaged, place.at),
        Belongs::Nowhere => {
            if means == Means::Order {
                let message = format!("subscription `{}` is to be bought without partner of record", place.leaf);
                let help = format!("write `partnerOfRecord`, or `reseller` of customer `{}`", place.customer);
                draft.error(Code::OrderWithoutReseller, place.at, message, help);
            }
            (PartnerOfRecord::Unmanaged, place.at)
        }
    }
}

fn partner(draft: &mut Draft, place: &Place<'_>, name: &Name, at: At) -> Option<usize> {
    draft.active_partner(name, at, format_args!("subscription `{}` names partner of record", place.leaf))
}

fn first(draft: &mut Draft, place: &Place<'_>, name: Name, at: At) -> PartnerOfRecord {
    let found = partner(draft, place, &name, at);
    match found.and_then(|found| draft.partners[found].resolved.partner_ids.first().cloned()) {
        Some(partner_id) => PartnerOfRecord::Written { partnership: name, partner_id },
        None => PartnerOfRecord::Unmanaged,
    }
}

fn exact(draft: &mut Draft, place: &Place<'_>, at: At, name: Name, partner_id: PartnerId) -> PartnerOfRecord {
    let Some(found) = partner(draft, place, &name, at) else { return PartnerOfRecord::Unmanaged };
    let partner = &draft.partners[found].resolved;
    if !partner.partner_ids.contains(&partner_id) {
        let meant = nearest(partner_id.as_str(), partner.partner_ids.iter().map(PartnerId::as_str));
        let help = match meant {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => format!("add it to `partnerIds` of partnership `{name}`, or name the partnership it belongs to"),
        };
        let message = format!("PartnerID `{partner_id}` is none of partnership `{name}`");
        let finding = Finding::error(Code::ForeignPartnerId, at, message).help(help);
        let finding = finding.related(partner.at, "the partnership is here");
        draft.findings.push(finding);
    }
    PartnerOfRecord::Written { partnership: name, partner_id }
}

/// An assertion of what already is so: it cannot order anything.
fn asserted(draft: &mut Draft, place: &Place<'_>, means: Means, id: Option<PartnerId>, at: At) -> PartnerOfRecord {
    if means == Means::Order {
        let what = id.as_ref().map_or("none", PartnerId::as_str);
        let message =
            format!("subscription `{}` is to be bought, but only asserts partner of record `{what}`", place.leaf);
        let help = "an assertion is never written: name the partnership, or `{partnership, partnerId}`";
        draft.error(Code::OrderWithoutReseller, at, message, help);
    }
    let own = draft.provider.as_ref().is_some_and(|provider| Some(&provider.partner_id) == id.as_ref());
    if own {
        let message =
            format!("subscription `{}` asserts the provider's own PartnerID as partner of record", place.leaf);
        let finding = Finding::warning(Code::ProviderAsReseller, at, message);
        draft.findings.push(finding.help("write `none` if nobody has the incentive"));
    }
    PartnerOfRecord::Asserted(id)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};
    use super::PartnerOfRecord;
    use crate::model::PartnerId;

    const ORDER: &str = "product: {productId: P, skuId: \"1\"}, quantity: 1, term: P1M, billingCycle: monthly";
    const LIVE: &str = "subscriptionId: %s1";

    fn of(reseller: &str, subscription: &str, partner: &str) -> String {
        let partner = if partner.is_empty() { String::new() } else { format!(", partnerOfRecord: {partner}") };
        format!("Customer contoso {{tenantId: %c1{reseller}, subscriptions: {{m365: {{{subscription}{partner}}}}}}}")
    }
    fn partner(reseller: &str, written: &str) -> PartnerOfRecord {
        let desired = meant(&of(reseller, LIVE, written));
        desired.subscriptions.into_values().next().expect("a subscription").partner_of_record
    }
    fn name(text: &str) -> crate::model::Name {
        text.parse().expect("a name")
    }

    #[test]
    fn it_is_written_or_the_reseller_of_the_customer() {
        let (first, second) = (PartnerId::new("4811111"), PartnerId::new("4811112"));
        let fabrikam = name("fabrikam");
        let defaulted = PartnerOfRecord::Defaulted { partnership: fabrikam.clone(), partner_id: first.clone() };
        assert_eq!(partner(", reseller: fabrikam", ""), defaulted);
        let written = PartnerOfRecord::Written { partnership: fabrikam.clone(), partner_id: first };
        assert_eq!(partner(", reseller: northwind", "fabrikam"), written);
        let exact = PartnerOfRecord::Written { partnership: fabrikam, partner_id: second };
        assert_eq!(partner("", "{partnership: fabrikam, partnerId: \"4811112\"}"), exact);
        assert_eq!(partner("", ""), PartnerOfRecord::Unmanaged);
        assert_eq!(partner(", reseller: fabrikam", "none"), PartnerOfRecord::Asserted(None));
        let stranger = PartnerOfRecord::Asserted(Some(PartnerId::new("4999999")));
        assert_eq!(partner("", "{partnerId: \"4999999\"}"), stranger);
    }

    #[test]
    fn a_default_stands_where_the_reseller_is_written() {
        let desired = meant(&of(", reseller: fabrikam", LIVE, ""));
        let contoso = desired.customers.values().next().expect("a customer");
        let subscription = desired.subscriptions.values().next().expect("a subscription");
        assert_eq!(Some(subscription.partner_at), contoso.reseller.as_ref().map(|(_, at)| *at));
    }

    #[test]
    fn an_order_names_a_partnership() {
        check(
            &of("", ORDER, ""),
            &[
                "TT0205 error at m365: subscription `m365` is to be bought without partner of record; help: write `partnerOfRecord`, or `reseller` of customer `contoso`",
            ],
        );
        check(
            &of(", reseller: fabrikam", ORDER, "none"),
            &["TT0205 error at none: subscription `m365` is to be bought, but only asserts partner of record `none`"],
        );
        check(
            &of("", ORDER, "{partnerId: \"4811111\"}"),
            &[
                "TT0205 error at partnerOfRecord: subscription `m365` is to be bought, but only asserts partner of record `4811111`",
            ],
        );
        check(&of("", ORDER, "fabrikam"), &[]);
    }

    #[test]
    fn a_written_partner_id_is_one_of_the_partnership() {
        check(
            &of("", LIVE, "{partnership: fabrikam, partnerId: \"4811113\"}"),
            &[
                "TT0208 error at partnerOfRecord: PartnerID `4811113` is none of partnership `fabrikam`; help: did you mean \"4811111\"?; also at fabrikam",
            ],
        );
    }

    #[test]
    fn the_provider_as_partner_of_record_is_doubtful_even_as_an_assertion() {
        check(&of("", LIVE, "{partnerId: \"4800001\"}"), &["TT0206 warning at partnerOfRecord"]);
    }
}
