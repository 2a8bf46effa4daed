//! Signing in at the simulated service without a secret: by a certificate, and by the token of a pipeline's platform.

use super::hall::{BASE, CLIENT, Hall, Who};
use crate::support::project::tenant;
use std::sync::Arc;
use twotier::backend::Observe as _;
use twotier::backend::partner_center::auth::{Certificate, Endpoint, Federated, Proof};
use twotier::model::Secret;
use twotier::observed::{Answer, Read, Why};

const SEED: &str = include_str!("../../../examples/quickstart/tenant.jsonl");
/// Made for tests and used nowhere else.
const PEM: &str = include_str!("../../../src/backend/partner_center/auth/fixture.pem");

fn hall() -> Arc<Hall> {
    Hall::of(tenant(SEED).tenant())
}
fn certificate() -> Proof {
    Proof::Certificate(Box::new(Certificate::from_pem(&Secret::new(PEM.to_owned())).expect("a certificate")))
}
/// `{"alg":"RS256"}` and claims of a job, with a signature nobody checks.
fn given(header: &str, claims: &str) -> Proof {
    let part = |text: &str| {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut coded = String::new();
        for three in text.as_bytes().chunks(3) {
            let bits =
                three.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - three.len()));
            for place in 0..=three.len() {
                coded.push(char::from(ALPHABET[bits >> (18 - 6 * place) & 63]));
            }
        }
        coded
    };
    Proof::Federated(Federated::Given(Secret::new(format!("{}.{}.c2ln", part(header), part(claims)))))
}
const JOB: &str = r#"{"iss":"https://token.actions.example","sub":"repo:o/r:ref:refs/heads/main","aud":"api://AzureADTokenExchange"}"#;

#[test]
fn a_certificate_or_a_token_of_a_job_signs_an_application_in_and_a_user_with_it() {
    let proofs = [certificate as fn() -> Proof, || given(r#"{"alg":"RS256"}"#, JOB)];
    for (proof, endpoint) in proofs.into_iter().flat_map(|proof| [(proof, Endpoint::V1), (proof, Endpoint::V2)]) {
        let user = hall().center_of(proof(), endpoint, Who::User);
        assert!(matches!(user.read(&Read::Relationships), Ok(Answer::Relationships(list)) if list.len() == 1));
        let alone = hall().center_of(proof(), endpoint, Who::Application);
        assert!(matches!(alone.read(&Read::Customers), Ok(Answer::Customers(list)) if !list.is_empty()));
        let refused = alone.read(&Read::Relationships);
        assert!(matches!(&refused, Err(Why::Denied(words)) if words.contains("`twotier login`")), "{refused:?}");
    }
}

#[test]
fn what_proves_nothing_is_refused_and_not_repeated() {
    let stranger = JOB.replace("api://AzureADTokenExchange", "https://elsewhere.example");
    for proof in [
        given(r#"{"alg":"none"}"#, JOB),
        given(r#"{"alg":"RS256"}"#, &stranger),
        Proof::Federated(Federated::Given(Secret::new("no-t0ken".to_owned()))),
        Proof::Nothing,
    ] {
        let hall = hall();
        let center = hall.center_of(proof, Endpoint::V2, Who::User);
        let Err(Why::Denied(words)) = center.read(&Read::Customers) else { panic!("nobody is signed in") };
        assert!(!words.contains("no-t0ken") && !words.contains("c2ln"), "{words}");
        // What is refused for good is not asked again.
        assert!(center.read(&Read::Relationships).is_err());
        assert!(hall.with(|world| world.requests()) <= 2);
    }
    assert!(BASE.starts_with("http://127.") && CLIENT.len() == 36, "nothing of it left this machine");
}
