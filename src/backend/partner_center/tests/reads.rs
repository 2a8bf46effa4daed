//! What replies answer, and what they do not: an absence only by a documented code, a list only to its last page.

use super::*;
use crate::backend::{Bound, Observe, Price};
use crate::model::operation::SupportContact;
use crate::model::product::Commerce;
use crate::model::{BillingCycle, CartId, OrderId, Product, Term};
use crate::observed::{
    AddressCheck, Answer, CartFate, Customer, Offer, PartnerCheck, Placed, Read, ResellerStatus, Review, Sold, Status,
    Why,
};

/// What a question is answered with, after these calls.
fn answer(read: &Read, steps: Vec<(&str, Reply)>) -> Result<Answer, Why> {
    let rig = Rig::new(steps);
    let answer = rig.center.read(read);
    let _all = rig.made();
    answer
}
const CUSTOMERS: &str = "GET /v1/customers?size=500";
fn page_of(ids: &[u8], next: Option<&str>) -> String {
    let items: Vec<String> = ids
        .iter()
        .map(|n| {
            let id = tenant(*n);
            format!(r#"{{"id":"{id}","companyProfile":{{"domain":"C{n}.onmicrosoft.com","companyName":"C {n}"}}}}"#)
        })
        .collect();
    let next = next.map_or_else(String::new, |token| {
        format!(
            r#","next":{{"uri":"/customers?size=500&seekOperation=Next","method":"GET","headers":[{{"key":"MS-ContinuationToken","value":"{token}"}}]}}"#
        )
    });
    format!(r#"{{"totalCount":37,"items":[{}],"links":{{"self":{{"uri":"x"}}{next}}}}}"#, items.join(","))
}
const NEXT: &str = "GET /v1/customers?size=500&seekOperation=Next";

#[test]
fn a_list_is_read_to_its_last_page_by_tokens_and_never_by_a_count() {
    let rig = Rig::new(vec![
        (CUSTOMERS, ok(&page_of(&[1, 2], Some("a")))),
        (NEXT, ok(&page_of(&[], Some("b")))),
        (NEXT, ok(&page_of(&[3], None))),
    ]);
    let listed = rig.center.read(&Read::Customers);
    let expect = |n: u8| Customer {
        id: tenant(n).into(),
        domain: format!("c{n}.onmicrosoft.com").into(),
        company_name: format!("C {n}").into(),
    };
    assert_eq!(listed, Ok(Answer::Customers(vec![expect(1), expect(2), expect(3)])));
    assert_eq!(rig.center.traffic().map(|traffic| (traffic.made, traffic.pages)), Some((3, 2)));
    let tokens: Vec<_> = rig.made().iter().map(|made| made.header("ms-continuationtoken").map(str::to_owned)).collect();
    assert_eq!(tokens, [None, Some("a".into()), Some("b".into())]);
}

#[test]
fn a_list_that_fails_or_goes_in_circles_is_unknown_and_never_shorter() {
    let first = || (CUSTOMERS, ok(&page_of(&[1, 2], Some("a"))));
    let circle = answer(&Read::Customers, vec![first(), (NEXT, ok(&page_of(&[3], Some("a"))))]);
    assert_eq!(circle, Err(Why::Partial));
    let torn = || (NEXT, ok(&page_of(&[3], None)[..60]));
    let cut = answer(&Read::Customers, vec![first(), torn(), torn(), torn(), torn(), torn()]);
    assert_eq!(cut, Err(Why::Failed("the reply cannot be understood: it ends in the middle".into())));
    let refused = answer(&Read::Customers, vec![first(), (NEXT, coded(400, 800_002))]);
    assert_eq!(refused, Err(Why::Refused("800002: no 800002 (request aa-11, correlation bb-22)".into())));
}

#[test]
fn a_failure_that_passes_is_asked_again_after_a_while() {
    let rig = Rig::new(vec![
        (CUSTOMERS, Reply::Lost),
        (CUSTOMERS, reply(503, "")),
        (CUSTOMERS, page(200)),
        (CUSTOMERS, ok(&page_of(&[1], None))),
    ]);
    assert!(rig.center.read(&Read::Customers).is_ok());
    assert!(rig.clock.elapsed() >= Duration::from_millis(5500), "{:?}", rig.clock.elapsed());
    let ids: std::collections::BTreeSet<_> =
        rig.made().iter().map(|made| made.header("ms-requestid").map(str::to_owned)).collect();
    assert_eq!(ids.len(), 4, "a question that is asked again is a question of its own");
}

#[test]
fn a_refused_pace_is_waited_out_and_then_unknown() {
    let busy = || with(reply(429, r#"{"statusCode":429,"message":"Rate limit is exceeded."}"#), "retry-after", "57");
    let rig = Rig::new(vec![(CUSTOMERS, busy()), (CUSTOMERS, ok(&page_of(&[1], None)))]);
    assert!(rig.center.read(&Read::Customers).is_ok());
    assert!(rig.clock.elapsed() >= Duration::from_secs(57));
    assert_eq!((rig.center.calls().made, rig.center.calls().refused), (2, 1));
    let for_ever: Vec<_> = (0..11).map(|_| (CUSTOMERS, busy())).collect();
    assert_eq!(answer(&Read::Customers, for_ever), Err(Why::Throttled));
}

#[test]
fn one_new_token_is_tried_and_a_refusal_that_is_known_is_explained() {
    let rig = Rig::new(vec![(CUSTOMERS, coded(401, 800_001)), (CUSTOMERS, ok(&page_of(&[], None)))]);
    assert_eq!(rig.center.read(&Read::Customers), Ok(Answer::Customers(Vec::new())));
    let tokens: Vec<_> = rig.made().iter().map(|made| made.header("authorization").map(str::to_owned)).collect();
    assert_eq!(tokens, [Some("Bearer any-t0".into()), Some("Bearer any-t1".into())]);
    let twice = answer(&Read::Customers, vec![(CUSTOMERS, coded(401, 800_001)), (CUSTOMERS, reply(401, ""))]);
    assert!(matches!(&twice, Err(Why::Denied(text)) if text.contains("sign in again")), "{twice:?}");
    let mfa = answer(&Read::Customers, vec![(CUSTOMERS, coded(401, 900_421))]);
    assert!(matches!(&mfa, Err(Why::Denied(text)) if text.contains("multi-factor")), "{mfa:?}");
}

#[test]
fn what_stands_in_between_is_named() {
    let portal = || (CUSTOMERS, page(302));
    let read = answer(&Read::Customers, vec![portal(), portal(), portal(), portal(), portal()]);
    assert!(matches!(&read, Err(Why::Failed(text)) if text.contains("not from Partner Center")), "{read:?}");
    let gateway = || (CUSTOMERS, page(404));
    let read = answer(&Read::Customers, vec![gateway(), gateway(), gateway(), gateway(), gateway()]);
    assert!(matches!(read, Err(Why::Failed(_))));
}

#[test]
fn what_does_not_exist_is_told_by_its_code_alone() {
    let one = of_customer("GET", &format!("/subscriptions/{}", subscription()));
    let read = Read::Subscription(customer(), subscription());
    assert_eq!(answer(&read, vec![(&one, coded(404, 20003))]), Ok(Answer::NotThere));
    assert!(matches!(answer(&read, vec![(&one, coded(404, 1000))]), Err(Why::Refused(_))));
    assert!(matches!(answer(&read, vec![(&one, reply(404, ""))]), Err(Why::Refused(_))));
    let list = of_customer("GET", "/subscriptions");
    assert_eq!(answer(&Read::Subscriptions(customer()), vec![(&list, coded(404, 60003))]), Ok(Answer::NotThere));
    assert_eq!(answer(&Read::Subscriptions(customer()), vec![(&list, coded(403, 20002))]), Ok(Answer::NotThere));
}

#[test]
fn relationships_are_active_by_a_word_of_any_case() {
    let body = r#"{"items":[
        {"id":"484E548C-f5f3-4528-93a9-c16c6373cb59","name":"First Up","relationshipType":"is_indirect_cloud_solution_provider_of","state":"Active","mpnId":"4847383","location":"US"},
        {"id":"b01b1487-b36e-4e6d-9b5e-0b58974c4b28","name":"Rele","partnerId":4847433,"state":"Suspended"}]}"#;
    let target = "GET /v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf";
    let Ok(Answer::Relationships(list)) = answer(&Read::Relationships, vec![(target, ok(body))]) else { panic!() };
    assert_eq!(list.iter().map(|r| r.active).collect::<Vec<_>>(), [true, false]);
    assert_eq!(list[1].partner_id, Some(partner("4847433")));
    assert_eq!(list[0].country.as_deref(), Some("US"));
}

#[test]
fn a_customer_without_a_reseller_is_told_by_null() {
    let target = of_customer("GET", "/relationships");
    let read = Read::ResellersOf(customer());
    assert_eq!(answer(&read, vec![(&target, ok("null"))]), Ok(Answer::Resellers(Vec::new())));
    let one = format!(r#"{{"totalCount":1,"items":[{{"id":"{}"}}]}}"#, tenant(7));
    assert_eq!(answer(&read, vec![(&target, ok(&one))]), Ok(Answer::Resellers(vec![tenant(7)])));
    let empty = || (target.as_str(), ok(""));
    let nothing = answer(&read, vec![empty(), empty(), empty(), empty(), empty()]);
    assert!(matches!(nothing, Err(Why::Failed(_))), "an empty body is no empty list: {nothing:?}");
}

#[test]
fn subscriptions_of_both_generations_are_understood() {
    let body = r#"{"items":[
        {"id":"924671ba-eab9-45d7-95ed-dbd9477f182b","offerId":"CFQ7TTC0LH18:0001:CFQ7TTC0K971","offerName":"Basic",
         "friendlyName":"nick","productType":{"id":"OnlineServicesNCE"},"quantity":25,"status":"active","autoRenewEnabled":true,
         "billingCycle":"monthly","termDuration":"P1Y","partnerId":"4811111","commitmentEndDate":"2027-01-13T00:00:00Z",
         "scheduledNextTermInstructions":{"product":{"termDuration":"P1Y","billingCycle":"Annual"},"quantity":20},"orderId":"34b3"},
        {"id":"968BA1CF-C146-4ADF-A300-308DCF718EEE","offerId":"2828BE95-46BA-4F91-B2FD-0BEF192ECF60","offerName":"Archiving",
         "quantity":2,"status":"warped","billingType":"license","partnerId":""},
        {"id":"924671ba-eab9-45d7-95ed-dbd9477f182c","offerName":"RI","productType":{"id":"Azure","subType":{"id":"VirtualMachineReservedInstances"}},
         "quantity":"1","status":"Suspended","billingCycle":"one_time"}]}"#;
    let target = of_customer("GET", "/subscriptions");
    let read = answer(&Read::Subscriptions(customer()), vec![(&target, ok(body))]);
    let Ok(Answer::Subscriptions(list)) = read else { panic!("{read:?}") };
    let [new, legacy, reserved] = list.as_slice() else { panic!("{list:?}") };
    assert_eq!(new.product, Some(Product { product: "CFQ7TTC0LH18".into(), sku: "0001".into() }));
    assert_eq!((new.commerce, new.status, new.partner_changeable), (Commerce::New, Status::Active, true));
    assert_eq!((new.term, new.billing_cycle), (Some(Term::P1Y), Some(BillingCycle::Monthly)));
    assert_eq!(new.at_end.to_string(), "renew, quantity 20, billing annual");
    assert_eq!(new.commitment_end.map(|end| end.to_string()).as_deref(), Some("2027-01-13T00:00:00Z"));
    assert_eq!((legacy.commerce, legacy.status, legacy.product.clone()), (Commerce::Legacy, Status::Other, None));
    assert_eq!((legacy.partner_of_record.clone(), legacy.friendly_name.as_str()), (None, "Archiving"));
    assert_eq!((reserved.partner_changeable, reserved.billing_cycle, reserved.quantity), (false, None, 1));
}

#[test]
fn what_can_be_given_back_is_told_by_the_own_read() {
    let body = format!(
        r#"{{"id":"{}","productType":{{"id":"OnlineServicesNCE"}},"quantity":5,"status":"active","refundableQuantity":
            {{"totalQuantity":3,"details":[{{"quantity":1,"allowedUntilDateTime":"2026-11-26T00:00:00Z"}},
            {{"quantity":2,"allowedUntilDateTime":"2026-11-28T00:00:00Z"}}]}}}}"#,
        subscription()
    );
    let target = of_customer("GET", &format!("/subscriptions/{}", subscription()));
    let read = answer(&Read::Subscription(customer(), subscription()), vec![(&target, ok(&body))]);
    let Ok(Answer::Subscription(detail)) = read else { panic!("{read:?}") };
    assert_eq!(detail.refundable, 3);
    assert_eq!(detail.refundable_until.map(|at| at.to_string()).as_deref(), Some("2026-11-28T00:00:00Z"));
}

#[test]
fn a_support_contact_may_begin_with_a_byte_order_mark() {
    let body = "\u{feff}{\"supportTenantId\":\"3B33E682-00C3-41EE-9DD2-A548ADF56438\",\"supportMpnId\":\"4391507\"}";
    let target = of_customer("GET", &format!("/subscriptions/{}/supportcontact", subscription()));
    let expected = SupportContact {
        tenant: "3b33e682-00c3-41ee-9dd2-a548adf56438".parse().expect("a tenant"),
        partner: partner("4391507"),
    };
    let read = Read::SupportContact(customer(), subscription());
    assert_eq!(answer(&read, vec![(&target, ok(body))]), Ok(Answer::SupportContact(expected)));
}

#[test]
fn an_agreement_is_signed_by_either_status_and_unsigned_only_by_both() {
    let (direct, listed) = (
        of_customer("GET", "/directSignedMicrosoftCustomerAgreementStatus"),
        of_customer("GET", "/agreements?agreementType=MicrosoftCustomerAgreement"),
    );
    let signed = |steps| answer(&Read::Agreement(customer()), steps);
    let (no, none) = (r#"{"isSigned":false}"#, r#"{"totalCount":0,"items":[]}"#);
    let agreed = r#"{"items":[{"type":"MicrosoftCustomerAgreement","dateAgreed":"2019-08-26T00:00:00"}]}"#;
    assert_eq!(signed(vec![(&direct, ok(r#"{"isSigned":true}"#))]), Ok(Answer::Agreement(true)));
    assert_eq!(signed(vec![(&direct, ok(no)), (&listed, ok(agreed))]), Ok(Answer::Agreement(true)));
    assert_eq!(signed(vec![(&direct, ok(no)), (&listed, ok(none))]), Ok(Answer::Agreement(false)));
    assert_eq!(signed(vec![(&direct, coded(400, 5)), (&listed, ok(agreed))]), Ok(Answer::Agreement(true)));
    assert!(matches!(signed(vec![(&direct, coded(400, 5)), (&listed, ok(none))]), Err(Why::Refused(_))));
    assert!(matches!(signed(vec![(&direct, ok(no)), (&listed, coded(403, 5))]), Err(Why::Refused(_))));
}

#[test]
fn an_account_without_a_status_is_not_held_back() {
    let target = of_customer("GET", "/validationStatus?type=account");
    let review = |reply| answer(&Read::AccountReview(customer()), vec![(&target, reply)]);
    for (word, expected) in [
        ("Allowed", Review::Passed),
        ("NotAllowed", Review::Refused),
        ("UnderReview", Review::InReview),
        ("Not Ready", Review::InReview),
    ] {
        let body = format!(r#"{{"type":"account","status":"{word}"}}"#);
        assert_eq!(review(ok(&body)), Ok(Answer::AccountReview(expected)), "{word}");
    }
    assert_eq!(review(coded(404, 600_074)), Ok(Answer::AccountReview(Review::Passed)));
    assert_eq!(review(coded(403, 20002)), Ok(Answer::NotThere), "nobody's account has passed nothing");
    assert!(review(reply(404, "")).is_err());
}

#[test]
fn a_country_is_told_by_the_directory_or_the_profile_and_never_by_where_it_is_billed() {
    let (directory, profile) = (of_customer("GET", "/organization"), of_customer("GET", ""));
    let country = |steps| answer(&Read::Country(customer()), steps);
    let us = Ok(Answer::Country("US".into()));
    for body in [
        r#"[{"street":"1 Microsoft Way","countryLetterCode":"us","displayName":"Contoso"}]"#,
        r#"{"companyProfile":{"address":{"country":"US"}}}"#,
    ] {
        assert_eq!(country(vec![(&directory, ok(body))]), us, "{body}");
    }
    let company = || ok(r#"{"id":"x","companyProfile":{"domain":"c","address":{"country":"US"}}}"#);
    let billed = || ok(r#"{"id":"x","companyProfile":{},"billingProfile":{"defaultAddress":{"country":"US"}}}"#);
    for untold in [coded(403, 2032), reply(403, ""), coded(404, 1000), ok("[]"), ok(r#"{"id":"x"}"#)] {
        assert_eq!(country(vec![(&directory, untold), (&profile, company())]), us);
    }
    let none = country(vec![(&directory, coded(403, 900_308)), (&profile, billed())]);
    assert!(matches!(none, Err(Why::Refused(_))), "a role that is missing there is nobody's sign-in: {none:?}");
    assert_eq!(country(vec![(&directory, coded(403, 20002))]), Ok(Answer::NotThere));
    assert_eq!(country(vec![(&directory, coded(403, 2032)), (&profile, coded(404, 60003))]), Ok(Answer::NotThere));
}

#[test]
fn a_profile_names_the_partner_id_that_was_asked_for_and_no_other() {
    let target = "GET /v1/profiles/mpn?mpnId=4866667";
    let told = |steps| answer(&Read::PartnerProfile(partner("4866667")), steps);
    let profile = |reply| told(vec![(target, reply)]);
    let named = |id: &str| format!(r#"{{"partnerName":"Evil Corp Debrecen",{id}"profileType":"MpnProfile"}}"#);
    let name = Ok(Answer::PartnerProfile("Evil Corp Debrecen".into()));
    assert_eq!(profile(ok(&named(r#""mpnId":"4866667","#))), name);
    assert_eq!(profile(ok(&named(r#""partnerId":"4866667","#))), name);
    let nameless = [r#"{"mpnId":"4866667"}"#, r#"{"mpnId":"4866667","partnerName":" "}"#].map(str::to_owned);
    // One's own is nobody else's.
    for garbage in [named(r#""mpnId":"4800001","#), named("")].iter().chain(&nameless) {
        let steps = (0..5).map(|_| (target, ok(garbage))).collect();
        assert!(matches!(told(steps), Err(Why::Failed(_))), "{garbage}");
    }
    assert_eq!(profile(coded(404, 3000)), Ok(Answer::NotThere));
    assert!(profile(reply(404, "")).is_err(), "never by a status alone");
}

#[test]
fn a_domain_is_free_only_when_the_service_itself_says_so() {
    let target = "HEAD /v1/domains/x.onmicrosoft.com";
    let read = Read::Domain("x.onmicrosoft.com".into());
    assert_eq!(answer(&read, vec![(target, ok(""))]), Ok(Answer::Domain(true)));
    assert_eq!(answer(&read, vec![(target, reply(404, ""))]), Ok(Answer::Domain(false)));
    let elsewhere = |status| Reply::Http(status, Vec::new(), Vec::new());
    for status in [404, 200] {
        let steps = (0..5).map(|_| (target, elsewhere(status))).collect();
        assert!(matches!(answer(&read, steps), Err(Why::Failed(_))), "{status}");
    }
}

#[test]
fn an_address_that_fails_says_how_and_what_would_do() {
    let read = || {
        let address = crate::model::operation::PostalAddress {
            country: "US".into(),
            state: None,
            city: "Redmond".into(),
            postal_code: "98052".into(),
            line1: "Microsoft Way".into(),
            line2: None,
            phone: None,
        };
        Read::PostalAddress(Box::new(address))
    };
    let check = |reply| answer(&read(), vec![("POST /v1/validations/address", reply)]);
    assert_eq!(check(ok(r#"{"status":"VerifiedShippable"}"#)), Ok(Answer::PostalAddress(AddressCheck::Passes)));
    let partial = r#"{"status":"StreetPartial","validationMessage":"Region","suggestedAddresses":[{"addressLine1":"1 Microsoft Way","city":"Redmond"}]}"#;
    let fails = |words: &str| Ok(Answer::PostalAddress(AddressCheck::Fails(words.into())));
    assert_eq!(check(ok(partial)), fails("StreetPartial: Region; suggested: 1 Microsoft Way, Redmond"));
    assert!(matches!(check(coded(400, 800_002)), Ok(Answer::PostalAddress(AddressCheck::Fails(_)))));
}

#[test]
fn availabilities_are_counted_by_form_in_the_providers_country() {
    let profile =
        r#"{"companyName":"P","defaultAddress":{"country":"hu"},"tenantId":"f0f0f0f0-f0f0-f0f0-f0f0-f0f0f0f0f0f0"}"#;
    let items = r#"{"items":[
        {"catalogItemId":"A:1:X","isPurchasable":true,"sku":{"id":"1","title":"Mail E1"},"product":{"title":"Mail"},"terms":[{"duration":"P1Y","billingCycle":"Annual"},{"duration":"P1Y","billingCycle":"Monthly"}]},
        {"catalogItemId":"A:1:Y","isPurchasable":false,"sku":"1","terms":[{"duration":"P1Y","billingCycle":"Monthly"}]},
        {"catalogItemId":"A:1:Z","terms":[{"duration":"P1M","billingCycle":"Monthly"}]}]}"#;
    let rig = Rig::new(vec![
        ("GET /v1/profiles/organization", ok(profile)),
        ("GET /v1/profiles/mpn", ok(r#"{"mpnId":"4800001"}"#)),
        ("GET /v1/products/A/skus/1/availabilities?country=HU", ok(items)),
        ("GET /v1/products/A/skus/1/availabilities?country=HU", coded(404, 400_018)),
    ]);
    let product = Product { product: "A".into(), sku: "1".into() };
    let read = Read::Offer(Offer { product, term: Term::P1Y, billing_cycle: BillingCycle::Monthly });
    let forms =
        [(Term::P1M, BillingCycle::Monthly), (Term::P1Y, BillingCycle::Monthly), (Term::P1Y, BillingCycle::Annual)];
    assert_eq!(
        rig.center.read(&read),
        Ok(Answer::Offer(Sold { ways: 1, forms: forms.into(), title: Some("Mail E1".into()) }))
    );
    assert_eq!(rig.center.read(&read), Ok(Answer::Offer(Sold::default())));
    let _all = rig.made();
}

#[test]
fn partner_ids_of_a_round_go_in_one_call() {
    let told = r#"{"validationResults":[{"partnerId":"111111","isValidPartnerIdOnRecord":true},
        {"partnerId":222222,"isValidPartnerIdOnRecord":false,"errorCode":900400,"errorDescription":"not a location"}]}"#;
    let target = "POST /v1/partners/validateresellers";
    let rig = Rig::new(vec![(target, ok(told)), (CUSTOMERS, ok(&page_of(&[], None)))]);
    let reads = ["111111", "222222", "333333"].map(|id| Read::PartnerId(partner(id)));
    let reads: Vec<Read> = reads.into_iter().chain([Read::Customers]).collect();
    assert_eq!(rig.center.price(&reads), Price { calls: 2, bound: Bound::AtLeast }, "a list may have pages");
    assert_eq!(rig.center.price(&reads[..3]), Price { calls: 1, bound: Bound::Exact });
    let answers = rig.center.read_all(&reads);
    assert_eq!(answers[0], Ok(Answer::PartnerId(PartnerCheck::Valid)));
    assert_eq!(answers[1], Ok(Answer::PartnerId(PartnerCheck::Invalid("900400: not a location".into()))));
    assert!(matches!(&answers[2], Err(Why::Implausible(_))), "one that is not told of is unknown");
    assert_eq!(answers[3], Ok(Answer::Customers(Vec::new())));
    assert_eq!(rig.made()[0].json(), serde_json::json!({ "partnerIds": ["111111", "222222", "333333"] }));
}

#[test]
fn one_partner_id_the_service_chokes_on_leaves_the_others_known() {
    let target = "POST /v1/partners/validateresellers";
    let valid = r#"{"validationResults":[{"partnerId":"111111","isValidPartnerIdOnRecord":true}]}"#;
    let rig = Rig::new(vec![(target, coded(400, 800_002)), (target, ok(valid)), (target, coded(400, 800_002))]);
    let answers = rig.center.read_all(&["111111", "x"].map(|id| Read::PartnerId(partner(id))));
    assert_eq!(answers[0], Ok(Answer::PartnerId(PartnerCheck::Valid)));
    assert!(matches!(&answers[1], Err(Why::Refused(_))));
    let _all = rig.made();
}

#[test]
fn a_reseller_that_has_not_signed_is_told_by_an_error() {
    let target = "GET /v1/compliance/csp/agreementstatus?mpnId=123456";
    let status = |reply| answer(&Read::ResellerByPartnerId(partner("123456")), vec![(target, reply)]);
    assert_eq!(status(ok(r#"{"isAgreementSigned":true}"#)), Ok(Answer::Reseller(ResellerStatus::Signed)));
    assert!(matches!(status(coded(400, 2206)), Ok(Answer::Reseller(ResellerStatus::NotSigned(_)))));
    assert!(matches!(status(coded(400, 2201)), Ok(Answer::Reseller(ResellerStatus::OtherRegion(_)))));
    assert!(matches!(status(coded(400, 2200)), Ok(Answer::Reseller(ResellerStatus::NotFound(_)))));
    assert!(matches!(status(coded(400, 2000)), Err(Why::Refused(_))));
}

#[test]
fn the_order_of_a_cart_is_found_and_a_late_one_is_not_absent() {
    let (cart, orders) = (of_customer("GET", "/carts/k1"), of_customer("GET", "/orders"));
    let read = Read::Cart(customer(), CartId::new("k1"));
    let in_cart = |status: &str| {
        format!(
            r#"{{"id":"k1","status":"{status}","creationTimestamp":"2026-11-20T10:00:00Z","lineItems":[{{"id":0,"catalogItemId":"A:1:X",
                "quantity":2,"participants":[{{"key":"transaction_reseller","value":"5357564"}}]}}]}}"#
        )
    };
    let order = |id: &str, made: &str, quantity: u32, subscription: &str| {
        format!(
            r#"{{"id":"{id}","creationDate":"{made}","lineItems":[{{"offerId":"A:1:X","quantity":{quantity},"partnerIdOnRecord":"5357564"{subscription}}}]}}"#
        )
    };
    let list = |orders: &[String]| format!(r#"{{"items":[{}]}}"#, orders.join(","));
    assert_eq!(answer(&read, vec![(&cart, ok(&in_cart("Active")))]), Ok(Answer::Cart(CartFate::Open)));
    assert_eq!(answer(&read, vec![(&cart, coded(404, 800_008))]), Ok(Answer::NotThere));
    let older = order("o0", "2026-11-19T10:00:00Z", 2, "");
    let other = order("o1", "2026-11-20T10:01:00Z", 3, "");
    let late =
        answer(&read, vec![(&cart, ok(&in_cart("Ordered"))), (&orders, ok(&list(&[older.clone(), other.clone()])))]);
    assert!(matches!(&late, Err(Why::Failed(text)) if text.contains("does not show yet")), "{late:?}");
    let named = format!(r#","subscriptionId":"{}""#, subscription());
    let found = order("o2", "2026-11-20T10:01:00Z", 2, &named);
    let fate =
        answer(&read, vec![(&cart, ok(&in_cart("Ordered"))), (&orders, ok(&list(&[older, other, found.clone()])))]);
    let ordered = CartFate::Ordered { order: OrderId::new("o2"), subscription: Some(subscription()) };
    assert_eq!(fate, Ok(Answer::Cart(ordered)));
    let twin = order("o3", "2026-11-20T10:02:00Z", 2, "");
    let twins = answer(&read, vec![(&cart, ok(&in_cart("Ordered"))), (&orders, ok(&list(&[found, twin])))]);
    let placed = |order: &str, subscription| Placed { order: OrderId::new(order), subscription };
    let both = CartFate::OneOf(vec![placed("o2", Some(subscription())), placed("o3", None)]);
    assert_eq!(twins, Ok(Answer::Cart(both)));
}

#[test]
fn orders_in_another_form_than_the_cart_are_not_its_own() {
    let (cart, orders) = (of_customer("GET", "/carts/k1"), of_customer("GET", "/orders"));
    let read = Read::Cart(customer(), CartId::new("k1"));
    let in_cart = r#"{"id":"k1","status":"Ordered","creationTimestamp":"2026-11-20T10:00:00Z","lineItems":[{"id":0,
        "catalogItemId":"A:1:X","quantity":2,"termDuration":"P1Y","billingCycle":"annual"}]}"#;
    let order = |id: &str, cycle: &str, term: &str| {
        format!(
            r#"{{"id":"{id}","creationDate":"2026-11-20T10:01:00Z"{cycle},"lineItems":[{{"offerId":"A:1:X","quantity":2{term}}}]}}"#
        )
    };
    let (annual, monthly) = (r#","billingCycle":"annual""#, r#","billingCycle":"monthly""#);
    let (year, years) = (r#","termDuration":"P1Y""#, r#","termDuration":"P3Y""#);
    let list = [order("o1", monthly, year), order("o2", annual, years), order("o3", annual, year)].join(",");
    let fate = answer(&read, vec![(&cart, ok(in_cart)), (&orders, ok(&format!(r#"{{"items":[{list}]}}"#)))]);
    let own = CartFate::Ordered { order: OrderId::new("o3"), subscription: None };
    assert_eq!(fate, Ok(Answer::Cart(own)));
    let untold = format!(r#"{{"items":[{},{}]}}"#, order("o3", annual, year), order("o4", "", ""));
    let fate = answer(&read, vec![(&cart, ok(in_cart)), (&orders, ok(&untold))]);
    assert!(matches!(&fate, Ok(Answer::Cart(CartFate::OneOf(both))) if both.len() == 2), "{fate:?}");
}

#[test]
fn orders_that_do_not_tell_their_form_are_told_apart_by_what_they_brought() {
    let (cart, orders) = (of_customer("GET", "/carts/k1"), of_customer("GET", "/orders"));
    let list = of_customer("GET", "/subscriptions");
    let in_cart = r#"{"id":"k1","status":"Ordered","creationTimestamp":"2026-11-20T10:00:00Z","lineItems":[{"id":0,
        "catalogItemId":"A:1:X","quantity":2,"termDuration":"P1Y","billingCycle":"annual"}]}"#;
    let ids = [1, 2].map(|n| format!("50000000-0000-4000-8000-00000000000{n}"));
    let order = |id: &str, brought: &str| {
        format!(
            r#"{{"id":"{id}","creationDate":"2026-11-20T10:01:00Z","lineItems":[{{"offerId":"A:1:X","quantity":2,"subscriptionId":"{brought}"}}]}}"#
        )
    };
    let brought = |id: &str, term: &str| {
        format!(
            r#"{{"id":"{id}","offerId":"A:1:X","status":"active","quantity":2,"termDuration":"{term}","billingCycle":"annual"}}"#
        )
    };
    let both = format!(r#"{{"items":[{},{}]}}"#, order("o1", &ids[0]), order("o2", &ids[1]));
    let there = format!(r#"{{"items":[{},{}]}}"#, brought(&ids[0], "P3Y"), brought(&ids[1], "P1Y"));
    let fate = answer(
        &Read::Cart(customer(), CartId::new("k1")),
        vec![(&cart, ok(in_cart)), (&orders, ok(&both)), (&list, ok(&there))],
    );
    let own = CartFate::Ordered { order: OrderId::new("o2"), subscription: ids[1].parse().ok() };
    assert_eq!(fate, Ok(Answer::Cart(own)), "the other one is another cart's");
}

#[test]
fn the_provider_knows_itself() {
    let rig = Rig::new(vec![
        (
            "GET /v1/profiles/organization",
            ok(r#"{"tenantId":"f0f0f0f0-f0f0-f0f0-f0f0-f0f0f0f0f0f0","companyName":"Trey"}"#),
        ),
        ("GET /v1/profiles/mpn", ok(r#"{"mpnId":"4391507"}"#)),
        ("GET /v1/profiles/legalbusiness", ok(r#"{"companyName":"Legal","address":{"country":"US"}}"#)),
    ]);
    let profile = rig.center.profile().expect("known");
    let expected = Profile {
        tenant: tenant(0xf0),
        partner_id: Some(partner("4391507")),
        country: Some("US".into()),
        name: "Trey".into(),
    };
    assert_eq!(profile, expected);
    let _all = rig.made();
}

#[test]
fn audit_records_are_read_in_windows_of_thirty_days() {
    let empty = || ok(r#"{"totalCount":0,"items":[]}"#);
    let same =
        r#"{"items":[{"id":"r1","operationType":"update_subscription","operationDate":"2026-10-20T09:00:00Z"}]}"#;
    let at = |from: &str, to: &str| format!("GET /v1/auditrecords?startDate={from}&endDate={to}&size=500");
    let windows = [at("2026-08-28", "2026-09-26"), at("2026-09-27", "2026-10-26"), at("2026-10-27", "2026-11-25")];
    let steps = vec![(windows[0].as_str(), empty()), (&windows[1], ok(same)), (&windows[2], ok(same))];
    let rig = Rig::new(steps);
    let records = rig.center.audit("2026-08-28T09:00:00Z".parse().expect("an instant")).expect("told");
    assert_eq!(records.len(), 1, "a record that two windows tell is one");
    let _all = rig.made();
}
