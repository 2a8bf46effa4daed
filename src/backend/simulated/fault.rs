//! Scripted faults over any backend: replies lost before or after the effect, throttling, "come back later", reads that fail,
//! end early or show what was. Deterministic: the nth matching call fails, nothing is drawn by lot.

use super::kind::{OperationKind, ReadKind};
use crate::backend::{Actuate, BackendError, Observe};
use crate::model::{Effect, Operation, RequestId, Timestamp};
use crate::observed::{Answer, Read, Why};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A list of faults; a call fails by the first rule that is due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Script {
    /// The rules, in order.
    pub rules: Vec<Rule>,
}

/// When what goes wrong. With neither `operation` nor `read` it matches every call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Only operations of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationKind>,
    /// Only reads of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<ReadKind>,
    /// Only calls whose JSON contains this text, such as an id or a domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<SmolStr>,
    /// The first of the matching calls that fails, from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many in a row fail; 0 means all from then on.
    #[serde(default = "one")]
    pub times: u32,
    /// How.
    pub fault: Fault,
    /// For `throttled`: until when; long past when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// For `refused`: the code; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fault {
    /// An operation: nothing happens, and nobody can tell. A read: it fails.
    LoseBefore,
    /// An operation: it happens, and the reply is lost. A read: it fails.
    LoseAfter,
    /// Nothing happens; it may pass.
    Transient,
    /// Nothing happens; too many requests.
    Throttled,
    /// Nothing happens; come back later.
    Later,
    /// Nothing happens; not allowed.
    Denied,
    /// Nothing happens; the service says no.
    Refused,
    /// A read: the list ends before its last page. An operation: as `loseBefore`.
    Partial,
    /// A read: the answer is the one given first to the same question, so what came since does not show yet; a question
    /// asked for the first time is answered as it stands. An operation: it happens, and the reply is lost.
    Stale,
}

/// A backend whose calls fail as a script says.
#[derive(Debug)]
pub struct Faulty<B> {
    inner: B,
    script: Script,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// How many calls matched each rule.
    matched: Vec<u32>,
    /// The first answer to each question.
    first: BTreeMap<Read, Answer>,
}

/// One call, as rules see it.
enum Call<'a> {
    Operation(&'a Operation),
    Read(&'a Read),
}

impl<B> Faulty<B> {
    /// Over a backend.
    pub fn new(inner: B, script: Script) -> Self {
        let matched = vec![0; script.rules.len()];
        Self { inner, script, seen: Mutex::new(Seen { matched, first: BTreeMap::new() }) }
    }
    /// The backend below, which never fails by script.
    pub fn inner(&self) -> &B {
        &self.inner
    }
    /// How often each rule has matched so far, in the order of the script.
    #[must_use]
    pub fn matched(&self) -> Vec<u32> {
        self.lock().matched.clone()
    }
    /// Counts the call on every rule it matches; answers the first rule that is due.
    fn due(&self, call: &Call<'_>) -> Option<&Rule> {
        let mut seen = self.lock();
        let mut due = None;
        for (rule, matched) in self.script.rules.iter().zip(&mut seen.matched) {
            if !rule.matches(call) {
                continue;
            }
            *matched = matched.saturating_add(1);
            let end = if rule.times == 0 { u32::MAX } else { rule.nth.saturating_add(rule.times - 1) };
            if due.is_none() && (rule.nth..=end).contains(matched) {
                due = Some(rule);
            }
        }
        due
    }
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    fn matches(&self, call: &Call<'_>) -> bool {
        let kind = match (call, self.operation, self.read) {
            (_, None, None) => true,
            (Call::Operation(operation), Some(kind), _) => kind == OperationKind::of(operation),
            (Call::Read(read), _, Some(kind)) => kind == ReadKind::of(read),
            (Call::Operation(_), None, Some(_)) | (Call::Read(_), Some(_), None) => false,
        };
        kind && self.about.as_ref().is_none_or(|text| call.json().contains(text.as_str()))
    }
    fn code(&self) -> u32 {
        self.code.unwrap_or(0)
    }
}

impl Call<'_> {
    fn json(&self) -> String {
        let json = match self {
            Self::Operation(operation) => serde_json::to_string(operation),
            Self::Read(read) => serde_json::to_string(read),
        };
        json.unwrap_or_default()
    }
}

/// The words of every scripted fault.
const SCRIPTED: SmolStr = SmolStr::new_static("scripted fault");

impl<B: Observe> Observe for Faulty<B> {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        let rule = self.due(&Call::Read(read));
        match rule.map(|rule| (rule, rule.fault)) {
            None => {}
            Some((_, Fault::Stale)) => {
                if let Some(answer) = self.lock().first.get(read) {
                    return Ok(answer.clone());
                }
            }
            Some((rule, Fault::Refused)) => return Err(Why::Refused(format!("{}: {SCRIPTED}", rule.code()).into())),
            Some((_, Fault::Denied)) => return Err(Why::Denied(SCRIPTED)),
            Some((_, Fault::Throttled)) => return Err(Why::Throttled),
            Some((_, Fault::Partial)) => return Err(Why::Partial),
            Some((_, Fault::LoseBefore | Fault::LoseAfter | Fault::Transient | Fault::Later)) => {
                return Err(Why::Failed(SCRIPTED));
            }
        }
        let answer = self.inner.read(read)?;
        self.lock().first.entry(read.clone()).or_insert_with(|| answer.clone());
        Ok(answer)
    }
}

impl<B: Actuate> Actuate for Faulty<B> {
    fn perform(&self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError> {
        let Some(rule) = self.due(&Call::Operation(operation)) else {
            return self.inner.perform(operation, request);
        };
        Err(match rule.fault {
            Fault::LoseAfter | Fault::Stale => {
                // A refusal is lost like any other reply.
                let _lost = self.inner.perform(operation, request);
                BackendError::Unknown(SCRIPTED)
            }
            Fault::LoseBefore | Fault::Partial => BackendError::Unknown(SCRIPTED),
            Fault::Transient => BackendError::Transient(SCRIPTED),
            Fault::Throttled => BackendError::Throttled { until: rule.until.unwrap_or(Timestamp::from_seconds(0)) },
            Fault::Later => BackendError::Later { text: SCRIPTED },
            Fault::Denied => BackendError::Denied(SCRIPTED),
            Fault::Refused => BackendError::Refused { code: rule.code(), text: SCRIPTED },
        })
    }
}

fn one() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{create, customer, newcomer, patch, request, tenant};
    use super::super::memory::Memory;
    use super::*;
    use crate::model::SubscriptionChange;

    fn faulty(script: &str) -> Faulty<Memory> {
        Faulty::new(Memory::new(tenant()), serde_yaml::from_str(script).expect("a script"))
    }
    fn rename(text: &str) -> Operation {
        patch(1, SubscriptionChange::FriendlyName(text.into()))
    }

    #[test]
    fn a_reply_lost_after_the_effect_is_found_by_repeating() {
        let backend = faulty("- {operation: createCustomer, fault: loseAfter}");
        let lost = backend.perform(&create(&newcomer()), request(1));
        assert_eq!(lost, Err(BackendError::Unknown(SCRIPTED)));
        assert_eq!(backend.inner().tenant().customers().count(), 3);
        let found = backend.perform(&create(&newcomer()), request(1));
        assert!(matches!(found, Ok(Effect::CustomerCreated { password: None, .. })), "the password is lost: {found:?}");
    }

    #[test]
    fn a_request_lost_before_the_effect_has_none() {
        let backend = faulty("- {operation: renameSubscription, fault: loseBefore}");
        assert_eq!(backend.perform(&rename("x"), request(1)), Err(BackendError::Unknown(SCRIPTED)));
        assert_eq!(backend.inner().tenant(), tenant());
        assert!(backend.perform(&rename("x"), request(1)).is_ok());
    }

    #[test]
    fn rules_count_only_what_they_match() {
        let backend = faulty("- {operation: renameSubscription, about: later, nth: 2, times: 2, fault: transient}");
        assert!(backend.perform(&rename("x"), request(1)).is_ok());
        for (number, fails) in [(2, false), (3, true), (4, true), (5, false)] {
            let outcome = backend.perform(&rename("later"), request(number));
            assert_eq!(outcome.is_err(), fails, "call {number}");
        }
        assert_eq!(backend.matched(), [4]);
    }

    #[test]
    fn each_fault_says_what_to_do_next() {
        let until = "2026-11-23T09:05:00Z".parse().expect("a time");
        for (fault, expected) in [
            ("throttled, until: 2026-11-23T09:05:00Z", BackendError::Throttled { until }),
            ("later", BackendError::Later { text: SCRIPTED }),
            ("denied", BackendError::Denied(SCRIPTED)),
            ("refused, code: 900121", BackendError::Refused { code: 900_121, text: SCRIPTED }),
        ] {
            let backend = faulty(&format!("- {{times: 0, fault: {fault}}}"));
            assert_eq!(backend.perform(&rename("x"), request(1)), Err(expected.clone()));
            assert_eq!(backend.perform(&rename("x"), request(1)), Err(expected));
            assert_eq!(backend.inner().tenant(), tenant());
        }
    }

    #[test]
    fn reads_fail_without_claiming_an_absence() {
        for (fault, expected) in [
            ("partial", Why::Partial),
            ("throttled", Why::Throttled),
            ("denied", Why::Denied(SCRIPTED)),
            ("transient", Why::Failed(SCRIPTED)),
            ("refused, code: 2030", Why::Refused("2030: scripted fault".into())),
        ] {
            let backend = faulty(&format!("- {{read: customers, fault: {fault}}}"));
            assert_eq!(backend.read(&Read::Customers), Err(expected));
            assert!(backend.read(&Read::Customers).is_ok(), "once");
        }
    }

    #[test]
    fn a_stale_read_shows_what_was() {
        let backend = faulty("- {read: subscription, nth: 2, fault: stale}");
        let read = Read::Subscription(customer(1), super::super::fixture::subscription(1));
        let before = backend.read(&read);
        backend.perform(&rename("x"), request(1)).expect("renamed");
        assert_eq!(backend.read(&read), before);
        assert_ne!(backend.read(&read), before);
    }

    #[test]
    fn misspelt_rules_are_refused() {
        for bad in
            ["- {operation: createCustmer, fault: later}", "- {fault: later, tmes: 2}", "- {operation: checkOut}"]
        {
            assert!(serde_yaml::from_str::<Script>(bad).is_err(), "{bad}");
        }
    }
}
