//! What the tests of every rule share: short manifests, and findings as text.

use super::{Desired, resolve};
use crate::diag::{At, Finding, SourceMap};
use crate::manifest::{Manifests, parse};
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// Declared beside every tested document.
const BASE: &str = r#"
Provider distri {tenantId: %t0, partnerId: "4800001", country: HU}
Partnership fabrikam {reseller: {displayName: F, tenantId: %t1, partnerIds: ["4811111", "4811112"], country: HU, contact: {email: a@f.example}}, ensure: active}
Partnership northwind {reseller: {displayName: N, partnerIds: ["4822222"], country: HU, contact: {email: a@n.example}}, ensure: active}
"#;

/// YAML of short manifests: a line is `Kind name {spec}` or `Kind name, {more metadata} {spec}`. `%c1` is a GUID; the
/// letter tells it from others.
pub(super) fn yaml(short: &str) -> String {
    let mut text = String::new();
    for line in short.lines().filter(|line| !line.is_empty()) {
        let (kind, rest) = line.split_once(' ').expect("a kind");
        let (name, spec) = rest.split_once(" {").expect("a spec");
        let (more, spec) = match name.strip_suffix(',') {
            Some(_) => spec.split_once("} {").expect("metadata and spec"),
            None => ("", spec),
        };
        let name = name.trim_end_matches(',');
        let comma = if more.is_empty() { "" } else { ", " };
        text.push_str(&format!(
            "---\napiVersion: twotier/v1\nkind: {kind}\nmetadata: {{name: {name}{comma}{more}}}\nspec: {{{spec}\n"
        ));
    }
    for letter in ['c', 's', 't', 'g'] {
        for number in 0..10 {
            let guid = format!("{letter}0000000-0000-4000-8000-00000000000{number}");
            text = text.replace(&format!("%{letter}{number}"), &guid.replace(['s', 't', 'g'], "5"));
        }
    }
    text
}

fn parsed(files: &[&str]) -> (SourceMap, Manifests) {
    let mut sources = SourceMap::default();
    for (number, short) in files.iter().enumerate() {
        sources.add(PathBuf::from(format!("{number}.yaml")), Arc::from(yaml(short)));
    }
    let manifests = parse(&sources);
    (sources, manifests)
}

fn place(sources: &SourceMap, at: At) -> &str {
    &sources.file(at.file).expect("a file").text[at.start as usize..at.end as usize]
}

/// `TT0102 error at fabrikan: message; help: ...; also at first: what`
fn shown(sources: &SourceMap, finding: &Finding) -> String {
    let Finding { code, severity, at, address: _, message, help, related } = finding;
    let at = at.map_or_else(String::new, |at| format!(" at {}", place(sources, at)));
    let help = help.as_ref().map_or_else(String::new, |help| format!("; help: {help}"));
    let also: String = related.iter().map(|(at, what)| format!("; also at {}: {what}", place(sources, *at))).collect();
    format!("{code} {severity}{at}: {message}{help}{also}")
}

/// The findings of `short` beside [`BASE`]; each begins with what is expected of it.
#[track_caller]
pub(super) fn check(short: &str, expected: &[&str]) {
    check_all(&[BASE, short], expected);
}

/// The same without [`BASE`].
#[track_caller]
pub(super) fn check_all(files: &[&str], expected: &[&str]) {
    let (sources, manifests) = parsed(files);
    let faults: Vec<String> = manifests.findings.iter().map(|finding| shown(&sources, finding)).collect();
    assert_eq!(faults, <[String; 0]>::default(), "the parser finds faults");
    let (desired, findings) = resolve(manifests);
    let found: Vec<String> = findings.iter().map(|finding| shown(&sources, finding)).collect();
    let fits =
        found.len() == expected.len() && found.iter().zip(expected).all(|(found, wanted)| found.starts_with(wanted));
    assert!(fits, "found {found:#?}\nexpected {expected:#?}");
    let errors = found.iter().any(|finding| finding[6..].starts_with(" error"));
    assert_eq!(desired.is_none(), errors, "{found:#?}");
}

/// What `short` means beside [`BASE`]; it has no errors.
#[track_caller]
pub(super) fn meant(short: &str) -> Desired {
    meant_all(&[BASE, short])
}

/// The same without [`BASE`].
#[track_caller]
pub(super) fn meant_all(files: &[&str]) -> Desired {
    let (sources, manifests) = parsed(files);
    let (desired, findings) = resolve(manifests);
    let found: Vec<String> = findings.iter().map(|finding| shown(&sources, finding)).collect();
    desired.unwrap_or_else(|| panic!("{found:#?}"))
}

#[test]
fn references_to_documents_with_faults_are_no_findings() {
    let faulty =
        "Customer contoso {tenantId: 1}\nPartnership old {}\nSubscription m365 {customer: litware, subscriptionId: 1}";
    let users = "\
Customer adatum {tenantId: %c1, reseller: old}
Customer litware {tenantId: %c2}
ResellerAssociation west {reseller: fabrikam, customers: [contoso]}
SupportDelegation litware {supportContact: old, customers: [litware], subscriptions: [m365]}
Acknowledgement march {limit: TT0500, cause: subscription/contoso/m365, atMost: 1, reason: r, by: b, expires: 2026-12-01}
";
    let (_, manifests) = parsed(&[BASE, faulty, users]);
    let faults = manifests.findings.clone();
    assert!(!faults.is_empty());
    let (desired, findings) = resolve(manifests);
    assert_eq!(findings, faults);
    assert!(desired.is_none());
}

/// Documents with and without faults, of every kind.
const MIXED: &str = r#"
Customer contoso {tenantId: %c1, reseller: fabrikam, otherResellers: [northwind], supportContact: provider, subscriptions: {a: {subscriptionId: %s1}, b: {subscriptionId: %s2, partnerOfRecord: none}}}
Customer contoso {domain: contoso.onmicrosoft.com}
Customer litware, {annotations: {twotier/protect: "true"}} {tenantId: %c1, reseller: fabrikan, subscriptions: {a: {subscriptionId: %s1}}}
Subscription a {customer: contoso, subscriptionId: %s2}
Subscription c {customer: contoso, product: {productId: P, skuId: "1"}, quantity: 1, term: P1Y, billingCycle: annual}
ResellerAssociation east {reseller: northwind, customers: [contoso, {domain: x.example}, {tenantId: %c2}]}
ResellerAssociation west {reseller: northwind, customers: [litware, {domain: X.example}]}
SupportDelegation one {supportContact: fabrikam, customers: [contoso], subscriptions: all}
SupportDelegation two {supportContact: northwind, customers: [contoso], subscriptions: [a, {subscriptionId: %s2}]}
Customer adatum, {renamedFrom: contoso} {tenantId: %c3}
Customer fourth, {renamedFrom: contoso} {tenantId: %c4}
"#;

/// Documents without faults.
const SOUND: &str = r#"
Customer contoso {tenantId: %c1, reseller: fabrikam, supportContact: provider, subscriptions: {a: {subscriptionId: %s1}, b: {subscriptionId: %s2, renewal: {action: cancel}}}}
Customer litware, {annotations: {twotier/protect: "true"}, renamedFrom: old} {tenantId: %c2, subscriptions: {a: {subscriptionId: %s3}}}
Subscription c {customer: contoso, product: {productId: P, skuId: "1"}, quantity: 1, term: P1Y, billingCycle: annual}
ResellerAssociation east {reseller: northwind, customers: [contoso, {domain: x.example}, {tenantId: %c4}]}
ResellerAssociation west {reseller: fabrikam, customers: [litware, {domain: X.example}]}
SupportDelegation two {supportContact: northwind, customers: [contoso], subscriptions: [a, {subscriptionId: %s2}]}
AzureAccess prod {customer: contoso, reseller: fabrikam, principal: %g1, scope: /subscriptions/%s9, role: Owner, ensure: present}
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_order_of_documents_changes_nothing(mixed in any::<bool>(), keys in prop::collection::vec(any::<u32>(), 16)) {
        let (_, manifests) = parsed(&[BASE, if mixed { MIXED } else { SOUND }]);
        let mut shuffled = manifests.clone();
        let mut keyed: Vec<_> = keys.into_iter().zip(shuffled.documents).collect();
        keyed.sort_by_key(|(key, _)| *key);
        shuffled.documents = keyed.into_iter().map(|(_, document)| document).collect();
        prop_assert_eq!(shuffled.documents.len(), manifests.documents.len());
        let (desired, findings) = resolve(manifests);
        prop_assert_eq!(desired.is_none(), mixed);
        let (again, found) = resolve(shuffled);
        prop_assert_eq!(findings, found);
        prop_assert_eq!(format!("{desired:?}"), format!("{again:?}"));
    }
}
