//! A snapshot stands for the tenant: the same plan, whole or blocked, never another one.

use crate::support::project::{Project, tenant};
use crate::support::world::worlds;
use proptest::prelude::*;
use std::collections::BTreeSet;
use twotier::backend::Observe;
use twotier::diag::Code;
use twotier::ledger::Ledger;
use twotier::observed::Observed;
use twotier::ops::planning;
use twotier::snapshot;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_plans_what_the_tenant_plans(world in worlds(), cut in 0.1..1.0f64) {
        let files = world.manifests();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (project, tenant) = (Project::of(&files), tenant(&world.seed()));
        let (ledger, targets) = (Ledger::default(), BTreeSet::new());
        let question = project.question(&tenant, &ledger, &targets);

        let mut observed = Observed::default();
        let live = loop {
            let (planned, missing) = planning::make(question, &observed);
            let unread: Vec<_> = missing.into_iter().filter(|read| !observed.was_read(read)).collect();
            if unread.is_empty() {
                break planned;
            }
            for read in unread {
                observed.absorb(&read, tenant.read(&read));
            }
        };
        let mut bytes = Vec::new();
        snapshot::write(&observed, &ledger, tenant.tenant().id(), tenant.clock(), &mut bytes).expect("memory");
        let whole = snapshot::read(&mut &bytes[..]).expect("our own snapshot");
        prop_assert!(whole.wholeness.is_whole());
        let (offline, missing) = planning::make(question, &whole.observed);
        prop_assert!(missing.is_empty(), "{:?}", missing);
        prop_assert_eq!(&offline, &live);

        // Cut off anywhere: fewer steps, never others.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share")]
        let kept = &bytes[..(bytes.len() as f64 * cut) as usize];
        if let Ok(part) = snapshot::read(&mut &kept[..]) {
            let ids: BTreeSet<_> = live.plan.steps().iter().map(|step| step.id).collect();
            for step in planning::make(question, &part.observed).0.plan.steps() {
                // A change behind a blocked one is blocked by the chain alone: that says nothing about what is missing.
                let chained = live
                    .outlook
                    .blocked
                    .iter()
                    .any(|blocked| blocked.key == step.key && blocked.finding.code == Code::NeedBlocked);
                prop_assert!(
                    ids.contains(&step.id) || chained,
                    "{} is planned only because something is missing",
                    step.key
                );
            }
        }
    }
}
