//! Tenants that nobody would make on purpose. Never says what must hold for them.

use super::{Seed, reseller};
use proptest::prelude::*;

/// Names as only other people have them.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "(?s).{0,8}",
        prop::sample::select(vec![
            "NO",
            "null",
            "provider",
            "all",
            "none",
            "",
            " ",
            "- a",
            "a: b #c",
            "\u{202e}x",
            "\"'\\",
            "{{x}}",
            "---",
            "é",
            "1e5",
            "0x1",
            "a\n---\nkind: Provider",
            "4811111",
            "2026-11-23",
            "Contoso",
            "contoso",
        ])
        .prop_map(str::to_owned),
    ]
}

/// Tenants that nobody would make on purpose.
pub(crate) fn odd_tenants() -> impl Strategy<Value = String> {
    let company = (names(), prop::sample::select(vec!["HU", "DE", "US", "XX"]), any::<bool>(), any::<bool>(), 0..5u8);
    let line = (names(), names(), 0..8u8, any::<bool>(), any::<bool>());
    let there = (names(), any::<u8>(), prop::collection::vec(line, 0..4));
    (prop::collection::vec(company, 0..4), prop::collection::vec(there, 0..5)).prop_map(|(companies, customers)| {
        let mut seed = Seed::new();
        for (n, (name, country, active, has_id, shared)) in companies.iter().enumerate() {
            let ids = match (has_id, shared) {
                (false, _) => vec![],
                (true, 0) => vec!["4811111".to_owned()],
                (true, 1) => vec!["4800001".to_owned()],
                (true, 2) => vec!["no id".to_owned(), "4811111".to_owned()],
                (true, _) => vec![format!("48222{n}"), format!("48333{n}")],
            };
            seed.0.push(serde_json::json!({"company": {"tenantId": reseller(n), "name": name, "country": country, "partnerIds": ids}}));
            seed.0.push(serde_json::json!({"relationship": {"tenantId": reseller(n), "active": active}}));
        }
        for (n, (name, of, subscriptions)) in customers.iter().enumerate() {
            let own: Vec<usize> = (0..companies.len()).filter(|r| of & (1 << r) != 0).collect();
            let domain = if of % 3 == 0 { format!("contoso.example{n}") } else { format!("customer{n}.onmicrosoft.com") };
            seed = seed.customer(n, name, &domain, &own);
            for (s, (friendly, offer, partner, legacy, renews)) in subscriptions.iter().enumerate() {
                let mut more = serde_json::json!({"offerName": offer, "autoRenew": renews});
                match partner {
                    0 => {}
                    1 => more["partnerOfRecord"] = "4800001".into(),
                    2 => more["partnerOfRecord"] = "4999999".into(),
                    3 => more["partnerOfRecord"] = "no id".into(),
                    4 => more["partnerOfRecord"] = " ".into(),
                    5 => more["partnerOfRecord"] = "4811111".into(),
                    n => more["partnerOfRecord"] = format!("48{}", if *n == 6 { "2220" } else { "3330" }).into(),
                }
                if *legacy {
                    more["commerce"] = "legacy".into();
                    more["product"] = serde_json::Value::Null;
                    more["supportContact"] = serde_json::json!({"tenantId": reseller(s % 3), "partnerId": "482220"});
                }
                let status = ["active", "suspended", "expired", "disabled", "deleted", "pending"];
                more["status"] = status[(n + s * 2 + usize::from(*partner)) % 6].into();
                seed = seed.subscription(n * 10 + s, n, friendly, more);
            }
        }
        seed.text()
    })
}
