//! Words of a service as they may be shown: without any secret that was sent to it, without what looks like one, in one
//! line and not long. Knows no call; finds what a request holds by itself.

use crate::model::Secret;
use http::{Request, header};
use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

/// Stands in place of a secret.
const MASKED: &str = "***";
/// At most so many characters of a service's words are kept.
const LONGEST: usize = 300;
/// Shorter values hide nothing and are part of ordinary words.
const SHORTEST: usize = 6;
/// Fields of a sign-in that are secret. Source: learn, v2-oauth2-auth-code-flow; v2-oauth2-device-code.
const FIELDS: [&str; 6] =
    ["refresh_token", "client_secret", "client_assertion", "code", "device_code", "code_verifier"];

/// The secrets of one request, in each form in which a reply may repeat them.
#[derive(Default)]
pub(super) struct Mask(Vec<Secret>);

impl Mask {
    /// Of a request: its token, the secret fields of a form, the passwords of a JSON body.
    pub(super) fn of(request: &Request<Vec<u8>>) -> Self {
        let mut secrets = Vec::new();
        let headers = request.headers();
        if let Some(bearer) = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) {
            secrets.push(bearer.trim_start_matches("Bearer ").to_owned());
        }
        match serde_json::from_slice::<Value>(request.body()) {
            Ok(body) => passwords(&body, &mut secrets),
            Err(_) => secrets.extend(
                form_urlencoded::parse(request.body())
                    .filter(|(key, _)| FIELDS.contains(&key.as_ref()))
                    .map(|(_, value)| value.into_owned()),
            ),
        }
        let encoded: Vec<String> = secrets.iter().flat_map(|secret| written(secret)).collect();
        let mut all: Vec<String> = secrets.into_iter().chain(encoded).filter(|text| text.len() >= SHORTEST).collect();
        // The longest first: one may be a part of another.
        all.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
        Self(all.into_iter().map(Secret::new).collect())
    }
    /// What may be shown of a text.
    pub(super) fn line(&self, text: &str) -> SmolStr {
        let known = self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose(), MASKED));
        in_one_line(&without_tokens(&known))
    }
}

/// How a value is written in a form, in a URL and in JSON.
fn written(secret: &str) -> [String; 3] {
    let form = form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
    let json = Value::from(secret).to_string();
    [form, super::request::segment(secret), json.trim_matches('"').to_owned()]
}

/// Every text under a key `password`, at any depth.
fn passwords(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value.as_str() {
                    Some(text) if key == "password" => found.push(text.to_owned()),
                    Some(_) | None => passwords(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| passwords(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A text whose words that look like a token, a key or an assertion are masked.
fn without_tokens(text: &str) -> String {
    let part_of_one = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '_' | '-' | '.' | '~');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| part_of_one(c) != part_of_one(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        out.push_str(if looks_secret(word) { MASKED } else { word });
        rest = after;
    }
    out
}

/// A JSON Web Token, or a long word of small and capital letters and digits, as base64 is; ids of objects and addresses
/// of pages are none.
fn looks_secret(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    (word.contains("eyJ") && word.len() >= 20) || (mixed && word.len() >= 40)
}

fn in_one_line(text: &str) -> SmolStr {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format_smolstr!("{}...", &line[..at]),
        None => line.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sent(bearer: &str, body: &str) -> Mask {
        let request = Request::post("https://x").header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        Mask::of(&request.body(body.as_bytes().to_vec()).expect("a request"))
    }

    #[test]
    fn what_was_sent_is_masked_in_each_form_and_the_rest_stays() {
        let form =
            "client_id=11111111-1111&client_secret=p%40ss~w%2Frd+1&refresh_token=0.abcdef&grant_type=refresh_token";
        let mask = sent("tok-en-1", form);
        for repeated in ["p@ss~w/rd 1", "p%40ss%7Ew%2Frd+1", "p%40ss~w%2Frd%201", "0.abcdef", "tok-en-1"] {
            assert_eq!(
                mask.line(&format!("you sent '{repeated}' as 11111111-1111")),
                "you sent '***' as 11111111-1111"
            );
        }
        let mask =
            sent("tok-en-1", r#"{"passwordProfile":{"password":"a\"b+c\\d","force":true},"name":"a common word"}"#);
        for repeated in [r#"a"b+c\d"#, r#"a\"b+c\\d"#, "a%22b%2Bc%5Cd"] {
            assert_eq!(
                mask.line(&format!("{repeated} is no\r\n password of a common word")),
                "*** is no password of a common word"
            );
        }
    }

    #[test]
    fn what_looks_like_a_token_is_masked_and_what_support_asks_for_is_not() {
        let mask = Mask::default();
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiIxIn0.sig";
        assert_eq!(mask.line(&format!("the token={jwt}, is wrong")), "the token=***, is wrong");
        let base64 = format!("{}==", "Ab3/".repeat(20));
        assert_eq!(mask.line(&base64), "***==");
        for plain in [
            "AADSTS700082: The refresh token has expired. See https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token",
            "request c0000000-0000-4000-8000-000000000001, correlation c0000000-0000-4000-8000-000000000002",
            "CFQ7TTC0LH18:0001:CFQ7TTC0KXP5 is not sold",
        ] {
            assert_eq!(mask.line(plain), plain);
        }
    }

    #[test]
    fn a_secret_at_the_cut_is_masked_before_it() {
        let line = sent("s3cr3t-token", "").line(&format!("{}s3cr3t-token", "x".repeat(LONGEST - 4)));
        assert!(!line.contains("s3cr"), "{line}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn no_password_is_repeated(password in "[!-~]{8,24}", before in ".{0,20}") {
            let body = serde_json::json!({"passwordProfile": {"password": password}}).to_string();
            let line = sent("tok-en-1", &body).line(&format!("{before}{password} {body}"));
            prop_assert!(!line.contains(&password), "{}", line);
        }
    }
}
