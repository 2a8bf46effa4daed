//! The proof of an application by its certificate: a short-lived token it signs itself. Source: learn,
//! certificate-credentials (PS256, `x5t#S256`, valid for minutes). The private key never leaves this file.

use crate::model::{RequestId, Secret, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PSS_SHA256, RsaKeyPair};
use serde_json::json;
use smol_str::{SmolStr, format_smolstr};

/// How long an assertion is valid, in seconds.
const LASTS: i64 = 600;

/// A certificate with its private key.
pub struct Certificate {
    thumbprint: String,
    key: RsaKeyPair,
}
impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[certificate]")
    }
}

/// For whom an assertion is made.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Client id of the application.
    pub client: &'a str,
    /// The token endpoint.
    pub audience: &'a str,
    /// A number nobody else has.
    pub unique: RequestId,
    /// When.
    pub now: Timestamp,
}

impl Certificate {
    /// From the text of a PEM file with a certificate and its RSA private key.
    ///
    /// # Errors
    /// What is missing or not of the right kind; the text is not repeated.
    pub fn from_pem(text: &Secret) -> Result<Self, SmolStr> {
        let text = text.expose();
        let certificate =
            block(text, "CERTIFICATE").ok_or("it holds no certificate (`-----BEGIN CERTIFICATE-----`)")??;
        let key = if let Some(der) = block(text, "PRIVATE KEY") {
            RsaKeyPair::from_pkcs8(&der?)
        } else if let Some(der) = block(text, "RSA PRIVATE KEY") {
            RsaKeyPair::from_der(&der?)
        } else if text.contains("ENCRYPTED PRIVATE KEY") {
            return Err("its private key is encrypted; this tool reads `-----BEGIN PRIVATE KEY-----` only".into());
        } else {
            return Err("it holds no private key (`-----BEGIN PRIVATE KEY-----`)".into());
        };
        let key =
            key.map_err(|error| format_smolstr!("its private key is no RSA key of 2048 bits or more ({error})"))?;
        Ok(Self { thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate)), key })
    }
    /// A signed assertion.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn assert(&self, claim: Claim<'_>) -> Result<Secret, SmolStr> {
        let Claim { client, audience, unique, now } = claim;
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint});
        let payload = json!({
            "aud": audience, "iss": client, "sub": client, "jti": unique.to_string(),
            "iat": now.seconds(), "nbf": now.seconds(), "exp": now.seconds() + LASTS,
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&payload));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| SmolStr::new_static("the assertion cannot be signed: the system gives no randomness"))?;
        Ok(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

/// The first block of a kind in a PEM text.
fn block(text: &str, kind: &str) -> Option<Result<Vec<u8>, SmolStr>> {
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let inner = text.split_once(&begin)?.1.split_once(&end)?.0;
    let compact: String = inner.split_whitespace().collect();
    Some(STANDARD.decode(compact).map_err(|_| format_smolstr!("its block `{kind}` is not base64")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{KeyPair as _, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};

    /// Made for this test and used nowhere else.
    const PEM: &str = include_str!("fixture.pem");

    fn certificate(text: &str) -> Result<Certificate, SmolStr> {
        Certificate::from_pem(&Secret::new(text.to_owned()))
    }

    #[test]
    fn an_assertion_is_signed_and_names_its_certificate() {
        let certificate = certificate(PEM).expect("a certificate");
        let claim = Claim {
            client: "c1",
            audience: "https://login.microsoftonline.com/t/oauth2/v2.0/token",
            unique: RequestId::from_bytes([7; 16]),
            now: Timestamp::from_seconds(1000),
        };
        let assertion = certificate.assert(claim).expect("signed");
        let parts: Vec<&str> = assertion.expose().split('.').collect();
        let json = |part: &str| -> serde_json::Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
        };
        // `openssl x509 -outform der | openssl dgst -sha256 -binary | base64`, for the web.
        assert_eq!(
            json(parts[0]),
            json!({"alg": "PS256", "typ": "JWT", "x5t#S256": "1Cca0_aGTwdrz66lX2GsALr-NabeRGAMyZG4lapm09Y"})
        );
        let payload = json(parts[1]);
        assert_eq!((payload["exp"].as_i64(), payload["nbf"].as_i64()), (Some(1600), Some(1000)));
        assert_eq!((payload["iss"].as_str(), payload["sub"].as_str()), (Some("c1"), Some("c1")));
        let public = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, certificate.key.public_key().as_ref());
        let signed = format!("{}.{}", parts[0], parts[1]);
        public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(parts[2]).expect("base64")).expect("the signature");
        assert_eq!(format!("{certificate:?}"), "[certificate]");
    }

    #[test]
    fn each_file_that_will_not_do_is_told() {
        let key = PEM.find("-----BEGIN PRIVATE").expect("a key");
        for (text, part) in [
            ("", "holds no certificate"),
            (&PEM[..key], "holds no private key"),
            (&PEM.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "is encrypted"),
            (&PEM.replace("\nMII", "\n*II"), "not base64"),
            (&PEM.replace("-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\nAAAA"), "no RSA key"),
        ] {
            let told = certificate(text).map(|_| ()).expect_err(part);
            assert!(told.contains(part), "{told}");
        }
    }
}
