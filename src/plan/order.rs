//! Puts steps in the order they are carried out: needs first, ties by address, row of the table, discriminator, so that
//! an unrelated edit moves nothing. Never drops a step silently: a circle is named whole.

use super::step::{Readiness, Step};
use crate::diag::{Code, Finding};
use crate::model::{Class, StepKey};
use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::iter::successors;

/// The order, and what could not be put in one.
pub(super) struct Ordered {
    pub(super) steps: Vec<Step>,
    pub(super) circles: Vec<(StepKey, Finding)>,
}

pub(super) fn order(mut steps: BTreeMap<StepKey, Step>) -> Ordered {
    let circles = circles(&steps);
    for (key, _) in &circles {
        steps.remove(key);
    }
    // What hangs on a circle falls with it.
    let mut fallen = Vec::new();
    while let Some((key, need)) = hanging(&steps) {
        steps.remove(&key);
        fallen.push((key, super::build::fallen(&need)));
    }
    Ordered { steps: sorted(steps), circles: circles.into_iter().chain(fallen).collect() }
}

fn hanging(steps: &BTreeMap<StepKey, Step>) -> Option<(StepKey, StepKey)> {
    steps.values().find_map(|step| {
        let need = step.needs.iter().find(|need| !steps.contains_key(&need.step))?;
        Some((step.key.clone(), need.step.clone()))
    })
}

fn sorted(mut steps: BTreeMap<StepKey, Step>) -> Vec<Step> {
    let mut dependents: BTreeMap<StepKey, Vec<StepKey>> = BTreeMap::new();
    let mut open: BTreeMap<StepKey, usize> = BTreeMap::new();
    for step in steps.values() {
        open.insert(step.key.clone(), step.needs.len());
        for need in &step.needs {
            dependents.entry(need.step.clone()).or_default().push(step.key.clone());
        }
    }
    let mut ready: BTreeSet<StepKey> = open.iter().filter(|(_, n)| **n == 0).map(|(key, _)| key.clone()).collect();
    let mut done: Vec<Step> = Vec::with_capacity(steps.len());
    let mut waiting: BTreeSet<StepKey> = BTreeSet::new();
    while let Some(key) = ready.pop_first() {
        let Some(mut step) = steps.remove(&key) else { continue };
        if step.needs.iter().any(|need| waiting.contains(&need.step)) {
            step.readiness = Readiness::Waiting;
        }
        if makes_wait(&step) {
            waiting.insert(key.clone());
        }
        for dependent in dependents.remove(&key).unwrap_or_default() {
            if let Some(left) = open.get_mut(&dependent) {
                *left -= 1;
                if *left == 0 {
                    ready.insert(dependent);
                }
            }
        }
        done.push(step);
    }
    done
}

/// Whether a step that needs this one cannot be done in the same run.
fn makes_wait(step: &Step) -> bool {
    match step.class {
        Class::HandOff | Class::Wait => true,
        Class::Api | Class::Ledger => step.readiness == Readiness::Waiting,
    }
}

/// The shortest way from a step over what it needs back to itself, among steps that all need each other.
fn path<'s>(first: &'s Step, members: &BTreeMap<&'s StepKey, &'s Step>) -> Vec<&'s Step> {
    let mut before: BTreeMap<&StepKey, &Step> = BTreeMap::new();
    let mut next = VecDeque::from([first]);
    while let Some(step) = next.pop_front() {
        if step.needs.iter().any(|need| need.step == first.key) {
            let mut path: Vec<&Step> = successors(Some(step), |step| before.get(&step.key).copied()).collect();
            path.reverse();
            return path;
        }
        for needed in step.needs.iter().filter_map(|need| members.get(&need.step).copied()) {
            if needed.key != first.key && !before.contains_key(&needed.key) {
                before.insert(&needed.key, step);
                next.push_back(needed);
            }
        }
    }
    Vec::new()
}

/// Every step on a circle, each with one path around it and the lines that make that.
fn circles(steps: &BTreeMap<StepKey, Step>) -> Vec<(StepKey, Finding)> {
    let mut graph = DiGraph::<&Step, ()>::new();
    let nodes: BTreeMap<&StepKey, _> = steps.values().map(|step| (&step.key, graph.add_node(step))).collect();
    for step in steps.values() {
        for need in &step.needs {
            if let (Some(from), Some(to)) = (nodes.get(&step.key), nodes.get(&need.step)) {
                graph.add_edge(*from, *to, ());
            }
        }
    }
    let mut found = Vec::new();
    for component in tarjan_scc(&graph) {
        let on_itself = component.first().is_some_and(|node| graph.contains_edge(*node, *node));
        if component.len() < 2 && !on_itself {
            continue;
        }
        let members: BTreeMap<&StepKey, &Step> =
            component.iter().map(|node| (&graph[*node].key, graph[*node])).collect();
        let path = members.values().next().map(|first| path(first, &members)).unwrap_or_default();
        let said: Vec<String> = path
            .iter()
            .chain(path.first())
            .map(|step| format!("`{}` ({})", step.key, step.place.as_deref().unwrap_or("no place")))
            .collect();
        let message = format!("steps need each other in a circle: {}", said.join(" needs "));
        for key in members.into_keys() {
            let finding = Finding::error(Code::Cycle, None, message.clone()).help("one of these lines must go");
            found.push((key.clone(), finding));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::example::{hand_off, key, needing, step};

    fn one(name: &str, needs: &[&str]) -> Step {
        let mut one = step(&of(name), "customer/contoso", hand_off("invite", "ann", "asked"));
        one.place = Some(format!("{name}.yaml:1:1").into());
        needs.iter().fold(one, |one, need| needing(one, &of(need), "because"))
    }
    fn of(name: &str) -> String {
        format!("invite-customer customer/{name}")
    }

    #[test]
    fn a_circle_is_told_as_a_path_and_falls_with_what_hangs_on_it() {
        let all = [
            one("a", &["c"]),
            one("b", &["a", "d"]),
            one("c", &["b"]),
            one("d", &["b"]),
            one("e", &["d"]),
            one("f", &[]),
        ];
        let Ordered { steps, circles } = order(all.into_iter().map(|step| (step.key.clone(), step)).collect());
        assert_eq!(steps.iter().map(|step| &step.key).collect::<Vec<_>>(), [&key(&of("f"))]);
        let on = |name: &str| circles.iter().find(|(of_it, _)| *of_it == key(&of(name))).map(|(_, finding)| finding);
        let told = |name: &str| on(name).map(|finding| (finding.code, finding.message.as_str()));
        let path = "steps need each other in a circle: `invite-customer customer/a` (a.yaml:1:1) needs \
            `invite-customer customer/c` (c.yaml:1:1) needs `invite-customer customer/b` (b.yaml:1:1) needs \
            `invite-customer customer/a` (a.yaml:1:1)";
        for member in ["a", "b", "c", "d"] {
            assert_eq!(told(member), Some((Code::Cycle, path)), "{member}");
        }
        assert_eq!(on("e").map(|finding| finding.code), Some(Code::NeedBlocked));
        assert_eq!(circles.len(), 5);
    }
}
