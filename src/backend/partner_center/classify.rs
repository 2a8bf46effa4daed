//! What a reply that is no success means, by call and code: what to do next. The same number means different things in
//! different calls, so codes are never looked at alone. Source: learn, error-codes, api-throttling-guidance.

use super::call::Call;
use super::decode::{Node, bare, json, whole};
use super::mask::Mask;
use crate::model::Timestamp;
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};
use std::time::Duration;

/// Why a call did not succeed, in the service's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// The service's code, if it gave one.
    pub(super) code: Option<u32>,
    /// Its words, in one line.
    pub(super) text: SmolStr,
    /// What its support asks for: the ids of the reply.
    pub(super) ids: SmolStr,
    /// Whether the service itself answered, and not something in between.
    pub(super) from_service: bool,
    /// How long it asks to be left alone.
    pub(super) retry_after: Option<Duration>,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// For good: no.
    Refused,
    /// The signed-in user or application may not; the mend, where there is one.
    Denied(&'static str),
    /// What was asked about does not exist.
    Absent,
    /// Not yet: minutes or hours.
    Later,
    /// Too many requests.
    Throttled,
    /// The token is not taken; another may be.
    Token,
    /// Somebody changed it meanwhile: read again first.
    Moved,
    /// It may pass; whether something happened is not told.
    Passing,
    /// Something between here and the service answered: the call did not get there.
    InBetween,
    /// A domain or tenant of this name exists already.
    Conflict,
    /// The cart was checked out before.
    Submitted,
    /// It is the answer to the question.
    Told,
}

const MFA: &str = "the sign-in was without multi-factor authentication, which every call for application and user needs: \
                   sign in again with it, `twotier login`";
const AUDIENCE: &str = "the token is for another service: sign in again for Partner Center, `twotier login`";
const APP_ONLY: &str = "this call needs application and user, not the application alone: `twotier login`";
const ROLE: &str = "the signed-in user needs the role Admin agent (or Sales agent) in the partner tenant, and with \
                    application and user the application must be registered in Partner Center";
const CONDITIONAL: &str =
    "a Conditional Access policy of the tenant blocks this sign-in: an administrator must allow it";

/// A row of the table: in which calls, with which status (0: any), which code, means what.
type Row = (&'static [Call], u16, u32, Meaning);

/// Any call.
const ANY: &[Call] = &[];
const ABOUT_A_CUSTOMER: &[Call] = &[
    Call::Customer,
    Call::Organization,
    Call::ResellersOf,
    Call::Subscriptions,
    Call::Subscription,
    Call::SupportContact,
    Call::DirectSigned,
    Call::Agreements,
    Call::AccountReview,
    Call::Cart,
    Call::Orders,
];
const ORDERS: &[Call] = &[Call::MakeCart, Call::CheckOut];
const CHANGES: &[Call] = &[Call::ChangeSubscription, Call::SetSupportContact];
/// Refused for want of a role in the customer's tenant, which says nothing about the provider's own roles.
const IN_THE_CUSTOMERS_TENANT: &[Call] = &[Call::Organization, Call::Users, Call::ResetPassword];

/// The first row that fits counts.
const TABLE: &[Row] = &[
    // Who may.
    (ANY, 401, 900_420, Meaning::Denied(AUDIENCE)),
    (ANY, 401, 900_421, Meaning::Denied(MFA)),
    (ANY, 0, 900_329, Meaning::Denied(APP_ONLY)),
    (ANY, 0, 900_309, Meaning::Denied(CONDITIONAL)),
    (IN_THE_CUSTOMERS_TENANT, 403, 900_308, Meaning::Refused),
    (IN_THE_CUSTOMERS_TENANT, 403, 2032, Meaning::Refused),
    (IN_THE_CUSTOMERS_TENANT, 403, 900_150, Meaning::Refused),
    (ANY, 0, 900_308, Meaning::Denied(ROLE)),
    (ANY, 0, 900_150, Meaning::Denied(ROLE)),
    (ANY, 403, 2032, Meaning::Denied(ROLE)),
    (ANY, 0, 1002, Meaning::Denied(ROLE)),
    (ANY, 403, 90_000, Meaning::Denied(ROLE)),
    // What is not there. Never by a status alone.
    (ABOUT_A_CUSTOMER, 404, 60_003, Meaning::Absent),
    (ABOUT_A_CUSTOMER, 403, 20_002, Meaning::Absent),
    (ABOUT_A_CUSTOMER, 404, 20_002, Meaning::Absent),
    (&[Call::Subscription, Call::SupportContact], 404, 20_003, Meaning::Absent),
    (&[Call::Cart], 404, 800_008, Meaning::Absent),
    (&[Call::Availabilities], 404, 400_013, Meaning::Absent),
    (&[Call::Availabilities], 404, 400_018, Meaning::Absent),
    (&[Call::Availabilities], 404, 400_019, Meaning::Absent),
    (&[Call::Profile], 404, 3000, Meaning::Absent),
    // Answers that come as errors. Source: learn, retrieve-validation-status, verify-indirect-reseller-mpa-status.
    (&[Call::AccountReview], 404, 600_074, Meaning::Told),
    (&[Call::AgreementStatus], 400, 2200, Meaning::Told),
    (&[Call::AgreementStatus], 400, 2201, Meaning::Told),
    (&[Call::AgreementStatus], 400, 2203, Meaning::Told),
    (&[Call::AgreementStatus], 400, 2204, Meaning::Told),
    (&[Call::AgreementStatus], 400, 2205, Meaning::Told),
    (&[Call::AgreementStatus], 400, 2206, Meaning::Told),
    // Not yet.
    (ORDERS, 409, 800_060, Meaning::Later),
    (ORDERS, 409, 800_064, Meaning::Later),
    (ORDERS, 409, 800_014, Meaning::Later),
    (CHANGES, 409, 800_014, Meaning::Later),
    (CHANGES, 409, 800_082, Meaning::Later),
    (CHANGES, 409, 900_278, Meaning::Later),
    // What happened before.
    (&[Call::CheckOut], 400, 800_065, Meaning::Submitted),
    (&[Call::CreateCustomer], 409, 1003, Meaning::Conflict),
    // Somebody else was faster.
    (ANY, 400, 2055, Meaning::Moved),
    (ANY, 417, 800_036, Meaning::Moved),
    (ORDERS, 404, 400_019, Meaning::Moved),
    // The service is out of order.
    (ANY, 500, 800_003, Meaning::Passing),
    (ANY, 500, 800_005, Meaning::Passing),
    (ANY, 500, 800_094, Meaning::Passing),
    (ANY, 500, 900_192, Meaning::Passing),
];

/// Why a reply is no success, under the mask of its request; nothing when it is one.
pub(super) fn problem(reply: &Response<Vec<u8>>, mask: &Mask, now: Timestamp) -> Option<Problem> {
    let status = reply.status();
    // Documented with 200. Source: learn, error-codes ("this item isn't available").
    let unavailable =
        || says(reply.body(), b"400072") && words(reply.body(), mask).is_some_and(|w| w.code == Some(400_072));
    if status.is_success() && !unavailable() {
        return None;
    }
    let Words { code, text } = words(reply.body(), mask).unwrap_or_default();
    let page = bare(reply.body()).first() == Some(&b'<');
    let known = code.is_some() || [StatusCode::TOO_MANY_REQUESTS, StatusCode::UNAUTHORIZED].contains(&status);
    let from_service = traced(reply.headers()) || (known && !page);
    let text = match text {
        Some(text) => text,
        None if page => format_smolstr!("HTTP {}, with a page for people", status.as_u16()),
        None => format_smolstr!("HTTP {} without words", status.as_u16()),
    };
    let retry_after = retry_after(reply, &text, now);
    Some(Problem { status, code, text, ids: ids(reply.headers()), from_service, retry_after })
}

/// Whether a reply carries an id of the service. Source: learn, headers.
pub(super) fn traced(headers: &HeaderMap) -> bool {
    ["ms-requestid", "ms-correlationid", "ms-cv"].iter().any(|id| headers.contains_key(*id))
}

/// What it means for a call.
pub(super) fn meaning(call: Call, problem: &Problem) -> Meaning {
    let status = problem.status.as_u16();
    let fits = |(calls, with, code, _): &&Row| {
        (calls.is_empty() || calls.contains(&call)) && (*with == 0 || *with == status) && problem.code == Some(*code)
    };
    if let Some((_, _, _, meaning)) = TABLE.iter().find(fits) {
        return *meaning;
    }
    match status {
        429 => Meaning::Throttled,
        401 if problem.from_service => Meaning::Token,
        // Without a body; that the service itself says so shows by its ids. Source: learn, verify-domain-availability.
        404 if call == Call::Domain && problem.from_service => Meaning::Told,
        400 if call == Call::PostalAddress && problem.from_service => Meaning::Told,
        408 | 500 | 502..=599 => Meaning::Passing,
        _ if !problem.from_service => Meaning::InBetween,
        403 if problem.code.is_none() && !IN_THE_CUSTOMERS_TENANT.contains(&call) => Meaning::Denied(ROLE),
        412 | 417 => Meaning::Moved,
        // While a renewal is under way, without a documented code. Source: learn, create-a-new-subscription.
        409 if call == Call::ChangeSubscription && problem.code != Some(27_009) => Meaning::Later,
        409 if call == Call::CreateCustomer => Meaning::Conflict,
        _ => Meaning::Refused,
    }
}

impl Problem {
    /// The code, 0 when there is none.
    pub(super) fn code(&self) -> u32 {
        self.code.unwrap_or(0)
    }
    /// The words, with the ids that support asks for.
    pub(super) fn words(&self) -> SmolStr {
        match self.ids.as_str() {
            "" => self.text.clone(),
            ids => format_smolstr!("{} ({ids})", self.text),
        }
    }
    /// The same with the code before it.
    pub(super) fn in_full(&self) -> SmolStr {
        match self.code {
            Some(code) => format_smolstr!("{code}: {}", self.words()),
            None => self.words(),
        }
    }
    /// Code and words alone, where they are the answer to a question: equal answers read equally, so that a plan that
    /// did not change is told in the same bytes.
    pub(super) fn answer(&self) -> SmolStr {
        match self.code {
            Some(code) => format_smolstr!("{code}: {}", self.text),
            None => self.text.clone(),
        }
    }
    /// The same with the mend after it.
    pub(super) fn with(&self, mend: &str) -> SmolStr {
        format_smolstr!("{}; {mend}", self.in_full())
    }
}

#[derive(Default)]
struct Words {
    code: Option<u32>,
    text: Option<SmolStr>,
}

/// Code and words of an error body, in any of its shapes. Source: learn, error-codes (`description`),
/// api-throttling-guidance (`statusCode`, `message`), confirm-customer-consent-customer-agreement (`errorName`).
fn words(body: &[u8], mask: &Mask) -> Option<Words> {
    // An error is small; what is not is somebody's page.
    let value = (body.len() <= 65_536).then(|| json(body).ok()).flatten()?;
    let node = Node::of(&value).ok()?;
    let inner = node.node("error").ok().flatten();
    let of = |node: &Node<'_>| {
        let text = ["description", "message", "error_description", "errorName"]
            .into_iter()
            .find_map(|key| node.get(key).and_then(Value::as_str).map(|text| mask.line(text)))
            .filter(|text| !text.is_empty());
        let code = ["code", "errorCode"].into_iter().find_map(|key| node.get(key).and_then(whole));
        (code, text)
    };
    let (code, text) = of(&node);
    let (inner_code, inner_text) = inner.as_ref().map(of).unwrap_or_default();
    Some(Words { code: code.or(inner_code), text: text.or(inner_text) })
}

/// The ids of a reply, as far as they are ids. Source: learn, headers (some replies name each twice).
fn ids(headers: &HeaderMap) -> SmolStr {
    let id = |name: &str| {
        let first = headers.get(name)?.to_str().ok()?.split(',').next()?.trim();
        let plain =
            !first.is_empty() && first.len() <= 64 && first.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        plain.then(|| first.to_owned())
    };
    match (id("ms-requestid"), id("ms-correlationid")) {
        (Some(request), Some(correlation)) => format_smolstr!("request {request}, correlation {correlation}"),
        (Some(request), None) => format_smolstr!("request {request}"),
        (None, Some(correlation)) => format_smolstr!("correlation {correlation}"),
        (None, None) => SmolStr::default(),
    }
}

/// From the header, in seconds or as a date, else from the words. Source: learn, api-throttling-guidance.
fn retry_after(reply: &Response<Vec<u8>>, text: &str, now: Timestamp) -> Option<Duration> {
    let header = reply.headers().get(http::header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let date = |text: &str| {
        let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_second();
        u64::try_from(Timestamp::from_seconds(at).since(now).as_seconds()).ok()
    };
    let told = header.and_then(|text| text.trim().parse().ok().or_else(|| date(text.trim())));
    let spoken = || text.split("again in ").nth(1)?.split(' ').next()?.parse().ok();
    told.or_else(spoken).map(|seconds: u64| Duration::from_secs(seconds.clamp(1, 3600)))
}

fn says(body: &[u8], what: &[u8]) -> bool {
    body.len() <= 65_536 && body.windows(what.len()).any(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Vec<u8>> {
        let mut reply = Response::builder().status(status);
        for (name, value) in headers {
            reply = reply.header(*name, *value);
        }
        reply.body(body.as_bytes().to_vec()).expect("a reply")
    }
    fn now() -> Timestamp {
        "2026-07-21T04:10:58Z".parse().expect("a time")
    }
    const IDS: [(&str, &str); 2] = [("MS-RequestId", "aa-11,aa-11"), ("MS-CorrelationId", "bb-22")];
    fn means(call: Call, status: u16, body: &str) -> Meaning {
        meaning(call, &problem(&reply(status, &IDS, body), &Mask::default(), now()).expect("a problem"))
    }

    #[test]
    fn the_three_shapes_of_an_error_are_read_with_code_words_and_ids() {
        let words =
            |status, body| problem(&reply(status, &IDS, body), &Mask::default(), now()).expect("a problem").in_full();
        let both = "(request aa-11, correlation bb-22)";
        let usual = r#"{"code":"2201","description":"The CSP region\r\n differs.","data":[],"source":"PartnerFD"}"#;
        assert_eq!(words(400, usual), format!("2201: The CSP region differs. {both}"));
        let throttled = r#"{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }"#;
        assert_eq!(words(429, throttled), format!("Rate limit is exceeded. Try again in 57 seconds. {both}"));
        let extended = r#"{"code":600061,"message":"m","description":"d","errorName":"n","isRetryable":false}"#;
        assert_eq!(words(400, extended), format!("600061: d {both}"));
        assert_eq!(words(503, ""), format!("HTTP 503 without words {both}"));
        assert_eq!(words(403, "<html>no</html>"), format!("HTTP 403, with a page for people {both}"));
        assert_eq!(words(400, r#"{"Code":7,"Description":"Pascal"}"#), format!("7: Pascal {both}"));
        assert!(
            problem(&reply(400, &[], &format!(r#"{{"description":"{}"}}"#, "x".repeat(900))), &Mask::default(), now())
                .is_some_and(|problem| problem.text.len() < 320)
        );
    }

    #[test]
    fn what_a_code_means_depends_on_the_call() {
        let coded = |code: u32| format!(r#"{{"code":{code},"description":"d"}}"#);
        let rows = [
            (Call::Subscription, 404, 20003, Meaning::Absent),
            (Call::ChangeSubscription, 404, 20003, Meaning::Refused),
            (Call::Subscriptions, 404, 60003, Meaning::Absent),
            (Call::Subscriptions, 404, 1000, Meaning::Refused),
            (Call::Subscriptions, 403, 20002, Meaning::Absent),
            // One customer's fault, and no missing role: others go on.
            (Call::CheckOut, 403, 20002, Meaning::Refused),
            (Call::MakeCart, 403, 20002, Meaning::Refused),
            (Call::ChangeSubscription, 403, 20002, Meaning::Refused),
            (Call::SetSupportContact, 403, 20002, Meaning::Refused),
            (Call::Users, 403, 20002, Meaning::Refused),
            (Call::ResetPassword, 403, 20002, Meaning::Refused),
            (Call::Cart, 404, 800_008, Meaning::Absent),
            (Call::CheckOut, 404, 800_008, Meaning::Refused),
            (Call::CheckOut, 409, 800_064, Meaning::Later),
            (Call::CheckOut, 400, 800_065, Meaning::Submitted),
            (Call::ChangeSubscription, 409, 900_278, Meaning::Later),
            (Call::ChangeSubscription, 409, 27009, Meaning::Refused),
            (Call::ChangeSubscription, 409, 5, Meaning::Later),
            (Call::CreateCustomer, 409, 1003, Meaning::Conflict),
            (Call::ChangeSubscription, 400, 2055, Meaning::Moved),
            (Call::CheckOut, 404, 400_019, Meaning::Moved),
            (Call::Availabilities, 404, 400_019, Meaning::Absent),
            (Call::CheckOut, 403, 13605, Meaning::Refused),
            (Call::Relationships, 403, 1002, Meaning::Denied(ROLE)),
            (Call::ResetPassword, 403, 900_308, Meaning::Refused),
            (Call::CreateCustomer, 403, 900_308, Meaning::Denied(ROLE)),
            (Call::Customers, 401, 900_420, Meaning::Denied(AUDIENCE)),
            (Call::Customers, 401, 900_421, Meaning::Denied(MFA)),
            (Call::Customers, 403, 900_329, Meaning::Denied(APP_ONLY)),
            (Call::Customers, 401, 800_001, Meaning::Token),
            (Call::CreateCustomer, 500, 800_005, Meaning::Passing),
            (Call::Customers, 429, 0, Meaning::Throttled),
        ];
        for (call, status, code, meant) in rows {
            assert_eq!(means(call, status, &coded(code)), meant, "{call:?} {status} {code}");
        }
    }

    #[test]
    fn a_404_without_a_code_proves_nothing() {
        for call in [Call::Subscription, Call::Cart, Call::Subscriptions, Call::AccountReview, Call::Availabilities] {
            assert_eq!(means(call, 404, ""), Meaning::Refused, "{call:?}");
            let gateway =
                problem(&reply(404, &[], "<html>not found</html>"), &Mask::default(), now()).expect("a problem");
            assert_eq!(meaning(call, &gateway), Meaning::InBetween, "{call:?}");
        }
    }

    #[test]
    fn a_refusal_may_come_with_200() {
        let body = r#"{"code":400072,"description":"This item isn't available."}"#;
        let problem = problem(&reply(200, &IDS, body), &Mask::default(), now()).expect("a problem");
        assert_eq!((meaning(Call::MakeCart, &problem), problem.code()), (Meaning::Refused, 400_072));
        let mentioned = r#"{"items":[{"orderId":"400072"}]}"#;
        assert_eq!(super::problem(&reply(200, &IDS, mentioned), &Mask::default(), now()), None);
    }

    #[test]
    fn how_long_to_wait_is_told_in_three_ways() {
        let wait = |headers: &[(&str, &str)], body: &str| {
            problem(&reply(429, headers, body), &Mask::default(), now())
                .expect("a problem")
                .retry_after
                .map(|wait| wait.as_secs())
        };
        assert_eq!(wait(&[("Retry-After", "57")], ""), Some(57));
        assert_eq!(wait(&[("Retry-After", "Tue, 21 Jul 2026 04:11:28 GMT")], ""), Some(30));
        assert_eq!(wait(&[], r#"{"message":"Rate limit is exceeded. Try again in 12 seconds."}"#), Some(12));
        assert_eq!(wait(&[("Retry-After", "0")], ""), Some(1));
        assert_eq!(wait(&[], ""), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn no_reply_breaks_the_reading_and_no_garbage_is_an_absence(
            status in 300_u16..600,
            body in prop::collection::vec(any::<u8>(), 0..120),
        ) {
            let reply = Response::builder().status(status).body(body).expect("a reply");
            let problem = problem(&reply, &Mask::default(), now()).expect("no success");
            prop_assume!(problem.code.is_none());
            for call in ABOUT_A_CUSTOMER {
                prop_assert_ne!(meaning(*call, &problem), Meaning::Absent);
            }
        }
    }
}
