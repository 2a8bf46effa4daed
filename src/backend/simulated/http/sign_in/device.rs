//! Device codes: pending until a person decides on the control side. Source: learn, v2-oauth2-device-code.

use super::grant::{Client, Factor};
use super::oauth::{Asked, Denial, Version};
use crate::backend::simulated::http::World;
use crate::backend::simulated::http::reply::Reply;
use crate::model::{Span, Timestamp};
use serde_json::json;

/// How long a code can be entered.
const LIFE: Span = Span::minutes(15);

/// What a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Decision {
    /// Nothing yet.
    Pending,
    /// Yes.
    Approved,
    /// No.
    Declined,
}

/// A code that was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Device {
    client: String,
    pub(super) user_code: String,
    pub(super) decision: Decision,
    given: Timestamp,
}

pub(super) fn answer(world: &mut World, asked: &Asked<'_>) -> Result<Reply, Denial> {
    let client = asked.field("client_id").map(str::to_owned).ok_or_else(|| {
        Denial::new("invalid_request", 900_144, "The request body must contain the following parameter: 'client_id'.")
    })?;
    let token = world.tenant().token(&format!("device {}", world.fresh("device")));
    let (code, user_code) = (format!("0.device.{token}"), token[..8].to_uppercase());
    let given = world.tenant().clock();
    let device = Device { client, user_code: user_code.clone(), decision: Decision::Pending, given };
    world.sign_in.devices.insert(code.clone(), device);
    let page = "https://microsoft.com/devicelogin";
    let message = format!("To sign in, use a web browser to open the page {page} and enter the code {user_code}.");
    Ok(Reply::ok(match asked.version {
        Version::One => json!({"user_code": user_code, "device_code": code, "verification_url": page,
            "expires_in": LIFE.as_seconds().to_string(), "interval": "5", "message": message}),
        Version::Two => json!({"user_code": user_code, "device_code": code, "verification_uri": page,
            "expires_in": LIFE.as_seconds(), "interval": 5, "message": message}),
    }))
}

/// Redeems a code, once it is approved.
pub(super) fn redeem(world: &mut World, asked: &Asked<'_>, client: &Client) -> Result<Factor, Denial> {
    let code = asked.field("device_code").or_else(|| asked.field("code")).unwrap_or_default();
    let unknown = || Denial::new("bad_verification_code", 70_018, "The device code is unknown.");
    let device = world.sign_in.devices.get(code).filter(|device| device.client == client.id).ok_or_else(unknown)?;
    if world.tenant().clock() >= device.given.plus(LIFE) {
        return Err(Denial::new("expired_token", 70_020, "The provided device code has expired."));
    }
    match device.decision {
        Decision::Pending => {
            let text = "The user has not yet decided. Continue polling.";
            Err(Denial::new("authorization_pending", 70_016, text))
        }
        Decision::Declined => Err(Denial::new("authorization_declined", 70_017, "The user declined the request.")),
        Decision::Approved => {
            world.sign_in.devices.remove(code);
            Ok(if world.sign_in.user.mfa { Factor::Second } else { Factor::Password })
        }
    }
}
