//! The provider: exactly one, its limits and freezes well formed. Never compares limits with a plan.

use super::draft::Draft;
use super::sort::Doc;
use super::{Listing, Provider};
use crate::diag::{At, Code, Finding};
use crate::manifest::Spanned;
use crate::manifest::document;
use crate::model::{Bound, Freeze, Kind, Limit, Limits, Span};

/// Takes the one provider; several or none is a finding.
pub(super) fn resolve(draft: &mut Draft, docs: Vec<Doc<document::Provider>>) {
    let mut docs = docs.into_iter();
    let Some(first) = docs.next() else {
        if !draft.some_broken(Kind::Provider) {
            let help = "declare it: `kind: Provider` with `tenantId`, `partnerId` and `country`";
            draft
                .findings
                .push(Finding::error(Code::NotOneProvider, None, "no manifest declares a Provider").help(help));
        }
        return;
    };
    for other in docs {
        let message = format!("`{}` is a second Provider", other.name);
        let help = "a project is one tenant: keep one, and put the other into a project of its own";
        draft.clash(Code::NotOneProvider, other.at, message, (help, first.at, "the first is here"));
    }
    let provider = provider(draft, first);
    draft.provider = Some(provider);
}

fn provider(draft: &mut Draft, doc: Doc<document::Provider>) -> Provider {
    let Doc { name, at, guard: _, spec } = doc;
    let document::Provider { tenant_id, partner_id, country, invitation_url, listing, credentials, limits, freeze } =
        *spec;
    let freeze: Vec<(Freeze, At)> = freeze.into_iter().map(|span| self::freeze(draft, span)).collect();
    let limits_at = limits.as_ref().map_or(at, |limits| limits.at);
    Provider {
        tenant: tenant_id.value,
        partner_id: partner_id.value,
        country: country.value,
        country_at: country.at,
        invitation_url: invitation_url.map(|url| url.value),
        recipients: credentials.map_or_else(Vec::new, |to| to.recipients.into_iter().map(|key| key.value).collect()),
        limits: limits.map_or_else(Limits::new, |limits| self::limits(&limits)),
        limits_at,
        listing: listing.map(|listing| self::listing(draft, listing)),
        freeze: freeze.iter().map(|(freeze, _)| freeze.clone()).collect(),
        freeze_at: freeze.into_iter().collect(),
        name,
        at,
    }
}

fn listing(draft: &mut Draft, listing: Spanned<document::Listing>) -> Listing {
    let document::Listing { display_name, url, description, countries, review_every } = listing.value;
    let often = |text: &str| text.parse::<Span>().ok().filter(|span| span.as_seconds() > 0);
    let every = review_every.as_ref().and_then(|every| often(every));
    if let (Some(written), None) = (&review_every, every) {
        let message = format!("`reviewEvery` is `{}`", written.value);
        draft.error(Code::BadValue, written.at, message, "write a duration, such as `90d`");
    }
    Listing {
        at: listing.at,
        display_name: display_name.map(|text| text.value),
        url: url.map(|text| text.value),
        description: description.map(|text| text.value),
        countries: countries.into_iter().map(|country| country.value).collect(),
        review_every: every,
    }
}

fn limits(limits: &document::Limits) -> Limits {
    let document::Limits {
        ended_partnerships,
        moved_partner_of_record,
        lowered_quantity,
        ended_renewals,
        granted_access,
        bought_seats,
    } = limits;
    let written = [
        (Limit::EndedPartnerships, ended_partnerships),
        (Limit::MovedPartnerOfRecord, moved_partner_of_record),
        (Limit::LoweredQuantity, lowered_quantity),
        (Limit::EndedRenewals, ended_renewals),
        (Limit::GrantedAccess, granted_access),
        (Limit::BoughtSeats, bought_seats),
    ];
    let bound = |limit: &Spanned<document::Limit>| {
        let document::Limit { max, percent } = limit.value;
        Bound { max, percent }
    };
    written.into_iter().filter_map(|(limit, written)| Some((limit, bound(written.as_ref()?)))).collect()
}

fn freeze(draft: &mut Draft, span: document::Freeze) -> (Freeze, At) {
    let document::Freeze { from, to, reason } = span;
    later(draft, ("from", from.value, from.at), ("to", to.value, to.at));
    (Freeze { from: from.value, to: to.value, reason: reason.value }, from.at)
}

/// A finding unless the second date is the first one or later.
pub(super) fn later<D: Ord + std::fmt::Display>(draft: &mut Draft, first: (&str, D, At), second: (&str, D, At)) {
    if second.1 < first.1 {
        let message = format!("`{}` {} lies before `{}` {}", second.0, second.1, first.0, first.1);
        let mend = ("correct one of the two dates", first.2, "the earlier one is here");
        draft.clash(Code::Freeze, second.2, message, mend);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_all, meant, meant_all};
    use super::*;

    const PROVIDER: &str = "Provider distri {tenantId: %t0, partnerId: \"4800001\", country: HU}";

    #[test]
    fn a_project_has_exactly_one_provider() {
        check_all(&[PROVIDER], &[]);
        check_all(&[""], &["TT0110 error: no manifest declares a Provider"]);
        check_all(
            &[PROVIDER, &PROVIDER.replace("distri", "other"), PROVIDER],
            &[
                "TT0110 error at other: `other` is a second Provider; help: a project is one tenant",
                "TT0110 error at distri: `distri` is a second Provider",
            ],
        );
    }

    #[test]
    fn freezes_and_reviews_are_well_formed() {
        let spec = PROVIDER
            .replace('}', ", listing: {reviewEvery: 0d}, freeze: [{from: 2026-12-24, to: 2026-12-20, reason: r}]}");
        check_all(
            &[&spec],
            &[
                "TT0107 error at 0d: `reviewEvery` is `0d`",
                "TT0211 error at 2026-12-20: `to` 2026-12-20 lies before `from` 2026-12-24",
            ],
        );
    }

    #[test]
    fn limits_are_those_written() {
        let limits = |text: &str| {
            let provider = PROVIDER.replace('}', &format!(", limits: {{{text}}}}}"));
            meant_all(&[&provider]).provider.limits
        };
        let one = limits("boughtSeats: {max: 5, percent: 1}, endedRenewals: {max: 0}");
        assert_eq!(one, limits("endedRenewals: {max: 0}, boughtSeats: {percent: 1, max: 5}"));
        let bound = Bound { max: Some(5), percent: Some(1) };
        assert_eq!((one.len(), one[&Limit::BoughtSeats]), (2, bound));
        assert_eq!(meant("").provider.limits, Limits::new());
    }
}
