//! A PartnerID that the list of resellers shows for nobody: nobody is paid under it while its profile was not read, or where
//! it has none, and the simulated service tells the client what the embedded tenant tells.

use super::hall::Hall;
use super::{apply, begin_with, calm_apply, calm_plan, plan};
use crate::support::project::Project;
use std::collections::BTreeSet;
use twotier::backend::Observe;
use twotier::diag::Code;
use twotier::model::PartnerId;
use twotier::observed::{Answer, Read};

const SEED: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111","4811112","4811113"],"locationNames":{"4811113":"Fabrikam Szeged"}}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"HU","resellers":["fab00000-0000-4000-8000-000000000001"]}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000001","customer":"c0000000-0000-4000-8000-000000000001","product":{"productId":"CFQ7TTC0AAAA","skuId":"0001"},"offerName":"Backup","friendlyName":"backup","quantity":25,"partnerOfRecord":"4811111","term":"P1Y","billingCycle":"monthly","commitmentEnd":"2027-03-01T00:00:00Z"}}
"#;

const MANIFESTS: &str = r#"apiVersion: twotier/v1
kind: Provider
metadata: {name: distri}
spec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: "4800001", country: HU}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: fabrikam}
spec: {reseller: {displayName: Fabrikam, tenantId: fab00000-0000-4000-8000-000000000001, partnerIds: ["4811111", "4811112"], country: HU}, ensure: active}
---
apiVersion: twotier/v1
kind: Customer
metadata: {name: contoso}
spec:
  tenantId: c0000000-0000-4000-8000-000000000001
  reseller: fabrikam
  subscriptions:
    backup: {subscriptionId: 50000000-0000-4000-8000-000000000001, partnerOfRecord: {partnership: fabrikam, partnerId: "4811112"}}
"#;

#[test]
fn nobody_is_paid_under_a_partner_id_whose_profile_was_not_read() {
    for (fault, code) in [
        (r#"{"refused":{"status":404,"code":3000}}"#, Code::PartnerInvalid),
        (r#"{"refused":{"status":403,"code":2032}}"#, Code::Unknown),
        (r#"{"refused":{"status":400,"code":2000}}"#, Code::Unknown),
        (r#"{"status":404}"#, Code::Unknown),
        (r#"{"status":503}"#, Code::Unknown),
        (r#"{"throttled":3600}"#, Code::Unknown),
        (r#""truncated""#, Code::Unknown),
        (r#"{"html":200}"#, Code::Unknown),
    ] {
        let mut bench = begin_with(Project::of(&[("manifests/all.yaml", MANIFESTS)]), SEED);
        let before = bench.tenant.tenant();
        let script = format!(r#"{{"rules":[{{"method":"GET","path":"/v1/profiles/mpn","times":0,"fault":{fault}}}]}}"#);
        let script = serde_json::from_str(&script).expect("a script");
        let hall = Hall::of(bench.tenant.tenant()).faulty(&script);
        let planned = plan(&mut bench, (&hall, &BTreeSet::new()), &super::Quiet);
        let shown = bench.project.shown(&planned);
        assert_eq!(planned.plan.steps().len(), 0, "{fault}: {shown}");
        let codes: Vec<Code> = planned.outlook.blocked.iter().map(|blocked| blocked.finding.code).collect();
        assert_eq!(codes, [code], "{fault}: {shown}");
        let hall = Hall::of(bench.tenant.tenant()).faulty(&script);
        drop(apply(&mut bench, &hall));
        assert!(bench.tenant.tenant().subscriptions().eq(before.subscriptions()), "{fault}");
        // Once it answers, it goes on, without a word.
        let planned = calm_plan(&mut bench);
        assert_eq!((planned.plan.steps().len(), planned.outlook.findings.len()), (1, 0), "{fault}");
        calm_apply(&mut bench);
        assert_eq!(calm_plan(&mut bench).plan.steps().len(), 0, "{fault}");
    }
}

#[test]
fn the_service_tells_the_client_what_the_tenant_tells() {
    let tenant = crate::support::project::tenant(SEED);
    let center = Hall::of(tenant.tenant()).center();
    for (id, name) in [
        ("4811111", Some("Fabrikam")),
        ("4811113", Some("Fabrikam Szeged")),
        ("4800001", Some("Provider")),
        ("9999999", None),
    ] {
        let read = Read::PartnerProfile(PartnerId::new(id));
        let expect = Ok(name.map_or(Answer::NotThere, |name| Answer::PartnerProfile(name.into())));
        assert_eq!((center.read(&read), tenant.read(&read)), (expect.clone(), expect), "{id}");
    }
}
