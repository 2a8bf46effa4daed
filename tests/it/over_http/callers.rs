//! Several callers, one client: they share its pace, its token and its counts, and each gets its own answer.

use super::hall::Hall;
use crate::support::project::tenant;
use std::fmt::Write as _;
use twotier::backend::Observe as _;
use twotier::backend::simulated::http::Limits;
use twotier::model::{Clock as _, CustomerId};
use twotier::observed::{Answer, Read};

const CUSTOMERS: usize = 120;
const CALLERS: usize = 6;
/// Requests a minute, half of what a client begins with: the limit is met, and found.
const RATE: u32 = 250;

fn id(n: usize) -> CustomerId {
    format!("c0000000-0000-4000-8000-{n:012}").parse().expect("an id")
}
fn seed() -> String {
    let mut seed = String::from(
        "{\"format\":\"twotier-tenant/1\",\"tenantId\":\"11111111-1111-4111-8111-111111111111\",\"clock\":\"2026-11-23T09:00:00Z\",\"partnerId\":\"4800001\",\"country\":\"HU\"}\n",
    );
    for n in 0..CUSTOMERS {
        let customer = id(n);
        writeln!(seed, "{{\"customer\":{{\"tenantId\":\"{customer}\",\"domain\":\"c{n}.onmicrosoft.com\",\"companyName\":\"C {n}\"}}}}").expect("text");
        writeln!(seed, "{{\"subscription\":{{\"subscriptionId\":\"50000000-0000-4000-8000-{n:012}\",\"customer\":\"{customer}\",\"commerce\":\"legacy\",\"offerName\":\"Offer\",\"friendlyName\":\"s{n}\",\"quantity\":1}}}}").expect("text");
    }
    // Records come kind by kind.
    let (first, mut rest) =
        seed.split_once('\n').map(|(first, rest)| (first.to_owned(), rest.lines().collect::<Vec<_>>())).expect("lines");
    rest.sort_by_key(|line| !line.starts_with("{\"customer"));
    std::iter::once(first.as_str()).chain(rest).map(|line| format!("{line}\n")).collect()
}

#[test]
fn callers_share_one_pace_and_each_gets_its_own_answer() {
    let hall = Hall::of(tenant(&seed()).tenant());
    hall.with(|world| world.set_limits(Limits { partner: RATE, customer: 0, page: 0 }));
    let center = hall.center();
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let center = &center;
            scope.spawn(move || {
                // Each asks about all of them, beginning elsewhere.
                for n in (0..CUSTOMERS).map(|n| (n + caller * CUSTOMERS / CALLERS) % CUSTOMERS) {
                    let Ok(Answer::Subscriptions(list)) = center.read(&Read::Subscriptions(id(n))) else {
                        panic!("customer {n} is not answered");
                    };
                    assert_eq!(
                        list.iter().map(|one| one.friendly_name.to_string()).collect::<Vec<_>>(),
                        [format!("s{n}")]
                    );
                }
            });
        }
    });
    let (calls, asked) = (center.calls(), hall.with(|world| world.requests()));
    let answered = u64::try_from(CUSTOMERS * CALLERS).expect("small");
    assert_eq!(calls.made, answered + calls.refused, "every call is counted, and repeated only when it was refused");
    assert_eq!(asked, calls.made + 1, "one sign-in for all");
    assert!(calls.refused >= 1 && calls.refused * 20 <= calls.made, "{calls:?}");
    // Nobody was faster than is allowed, though six were in a hurry.
    let minutes = hall.elapsed().as_secs_f64() / 60.0;
    assert!(answered as f64 <= f64::from(RATE) * (minutes + 1.0), "{answered} in {minutes} minutes");
}
