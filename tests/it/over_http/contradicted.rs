//! A customer that a list shows and that the service, asked about it, says is none of ours: neither is taken for true, so
//! nothing is bought for it and nobody is asked.

use super::hall::Hall;
use super::{apply, begin, calm_apply, made, plan, settle, twins};
use std::collections::BTreeSet;
use twotier::diag::Code;

#[test]
fn a_customer_that_is_listed_and_said_to_be_nobodys_is_unknown() {
    for (status, code) in [(403, 20002), (404, 60003)] {
        for what in ["subscriptions", "directSignedMicrosoftCustomerAgreementStatus", "validationStatus"] {
            let mut bench = begin(&twins());
            let before = made(&bench.tenant.tenant());
            let refused = serde_json::json!({"rules": [{
                "method": "GET", "path": format!("/v1/customers/*/{what}"), "times": 0,
                "fault": {"refused": {"status": status, "code": code}},
            }]});
            let script = serde_json::from_value(refused).expect("a script");
            let hall = Hall::of(bench.tenant.tenant()).faulty(&script);
            let planned = plan(&mut bench, (&hall, &BTreeSet::new()), &super::Quiet);
            let shown = bench.project.shown(&planned);
            assert_eq!(planned.plan.steps().len(), 0, "{code} {what}: {shown}");
            let codes: BTreeSet<Code> = planned.outlook.blocked.iter().map(|blocked| blocked.finding.code).collect();
            assert_eq!(codes, BTreeSet::from([Code::Unknown]), "{code} {what}: {shown}");
            assert!(shown.contains("a list of customers has the customer"), "{shown}");
            let hall = Hall::of(bench.tenant.tenant()).faulty(&script);
            drop(apply(&mut bench, &hall));
            assert_eq!(made(&bench.tenant.tenant()), before, "{code} {what}");
            // Once the service agrees with itself, it goes on.
            calm_apply(&mut bench);
            settle(&mut bench, "0s");
            assert_eq!(made(&bench.tenant.tenant()), (1, 2, 2), "{code} {what}");
        }
    }
}
