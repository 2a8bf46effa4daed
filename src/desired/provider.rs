//! The provider: exactly one, its limits and freezes well formed. Never compares limits with a plan.

use super::draft::Draft;
use super::drift::drift;
use super::sort::Doc;
use super::{Freeze, Provider};
use crate::diag::{At, Code, Finding};
use crate::manifest::Spanned;
use crate::manifest::document;
use crate::model::{Address, Digest, Kind, Name, Span, StepName};
use serde_json::{Map, Value, json};

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
    let document::Provider {
        tenant_id,
        partner_id,
        country,
        invitation_url,
        listing,
        credentials,
        limits,
        freeze,
        on_drift,
    } = *spec;
    drift(draft, format_args!("provider `{name}`"), on_drift, &[]);
    if let Some(listing) = listing {
        self::listing(draft, &name, &listing);
    }
    let limits = limits.map(|limits| self::limits(draft, &name, &limits));
    Provider {
        tenant: tenant_id.value,
        partner_id: partner_id.value,
        country: country.value,
        invitation_url: invitation_url.map(|url| url.value),
        recipients: credentials.map_or_else(Vec::new, |to| to.recipients.into_iter().map(|key| key.value).collect()),
        limits,
        freeze: freeze.into_iter().map(|span| self::freeze(draft, span)).collect(),
        name,
        at,
    }
}

fn listing(draft: &mut Draft, name: &Name, listing: &Spanned<document::Listing>) {
    let document::Listing { display_name: _, url: _, description: _, countries: _, review_every } = &listing.value;
    let often = |text: &str| text.parse::<Span>().is_ok_and(|span| span.as_seconds() > 0);
    if let Some(every) = review_every.as_ref().filter(|every| !often(every)) {
        let message = format!("`reviewEvery` is `{}`", every.value);
        draft.error(Code::BadValue, every.at, message, "write a duration, such as `90d`");
    }
    draft.not_built(Address::Provider(name.clone()), listing.at, StepName::ReviewListing);
}

/// The digest of the limits as written.
fn limits(draft: &mut Draft, name: &Name, limits: &Spanned<document::Limits>) -> Digest {
    let document::Limits {
        ended_partnerships,
        moved_partner_of_record,
        lowered_quantity,
        ended_renewals,
        granted_access,
        bought_seats,
    } = &limits.value;
    let fields = [
        ("endedPartnerships", ended_partnerships),
        ("movedPartnerOfRecord", moved_partner_of_record),
        ("loweredQuantity", lowered_quantity),
        ("endedRenewals", ended_renewals),
        ("grantedAccess", granted_access),
        ("boughtSeats", bought_seats),
    ];
    let mut written = Map::new();
    for (field, limit) in fields {
        if let Some(limit) = limit {
            let document::Limit { max, percent } = limit.value;
            written.insert(field.to_owned(), json!({"max": max, "percent": percent}));
        }
    }
    draft.not_built(Address::Provider(name.clone()), limits.at, StepName::ChangeGuards);
    Digest::of_json(&Value::Object(written))
}

fn freeze(draft: &mut Draft, span: document::Freeze) -> Freeze {
    let document::Freeze { from, to, reason } = span;
    later(draft, ("from", from.value, from.at), ("to", to.value, to.at));
    Freeze { from: from.value, to: to.value, reason: reason.value, at: from.at }
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
    fn equal_limits_have_one_digest_however_written() {
        let limits = |text: &str| {
            let provider = PROVIDER.replace('}', &format!(", limits: {{{text}}}}}"));
            meant_all(&[&provider]).provider.limits
        };
        let one = limits("boughtSeats: {max: 5, percent: 1}, endedRenewals: {max: 0}");
        assert_eq!(one, limits("endedRenewals: {max: 0}, boughtSeats: {percent: 1, max: 5}"));
        assert_ne!(one, limits("boughtSeats: {max: 5}, endedRenewals: {max: 0}"));
        assert_eq!(meant("").provider.limits, None);
    }

    #[test]
    fn what_is_not_built_is_named_and_not_ignored() {
        let provider = PROVIDER.replace('}', ", limits: {boughtSeats: {max: 5}}, listing: {reviewEvery: 90d}}");
        let desired = meant_all(&[&provider]);
        let steps: Vec<String> = desired.not_built.iter().map(|it| format!("{} {}", it.step, it.address)).collect();
        assert_eq!(steps, ["review-listing provider/distri", "change-guards provider/distri"]);
    }
}
