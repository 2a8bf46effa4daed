//! Flags and help of `simulate`.

use super::planning::{address, span};
use crate::model::{Address, Span, TenantId};
use clap::{Args, Subcommand, ValueEnum};

pub(super) const SIMULATE: &str = "\
With `center: embedded:FILE` everybody else is simulated as well: the reseller that accepts, the customer that signs, \
Microsoft that reviews, and time. FILE is only read; the living copy lies in the state folder.

FILE is JSON Lines. The first line is the header, then one record a line, in any order; keys are camelCase, ids are GUIDs:
  {\"format\":\"twotier-tenant/1\",\"tenantId\":ID,\"clock\":TIME,\"partnerId\":\"4800001\",\"country\":\"HU\"}
  {\"company\":{\"tenantId\":ID,\"name\":\"Fabrikam\",\"country\":\"HU\",\"partnerIds\":[\"4811111\"]}}
  {\"relationship\":{\"tenantId\":ID}}
  {\"customer\":{\"tenantId\":ID,\"domain\":\"contoso.onmicrosoft.com\",\"companyName\":\"Contoso\",\"country\":\"HU\",\"resellers\":[ID]}}
  {\"agreement\":{\"customer\":ID,\"signedOn\":TIME}}
  {\"product\":{\"productId\":\"CFQ7TTC0AAAA\",\"skuId\":\"0001\",\"name\":\"M365\",\"availabilities\":[{\"id\":\"A1\",\"term\":\"P1Y\",\"billingCycle\":\"annual\"}]}}
  {\"subscription\":{\"subscriptionId\":ID,\"customer\":ID,\"product\":{\"productId\":..,\"skuId\":..},\"offerName\":\"M365\",\"friendlyName\":\"M365\",
    \"quantity\":25,\"partnerOfRecord\":\"4811111\",\"term\":\"P1Y\",\"billingCycle\":\"annual\",\"commitmentEnd\":TIME}}   (on one line)
  {\"takenDomain\":..}, {\"order\":..} and {\"audit\":..} as `simulate` writes them into the living copy.
A legacy subscription has \"commerce\":\"legacy\" and \"supportContact\":{\"tenantId\":ID,\"partnerId\":\"4811111\"}; a company that has no \
account \"enrolled\":false, one that has not signed \"agreementSigned\":false. An unknown key is refused with its line.

With `--listen` the tenant stands behind HTTP on loopback, as Partner Center and its sign-in service, until Ctrl-C. Its first \
line on stdout is where it listens. Below `/simulate/` is the control side: POST accept, decline, sign, review, end, \
deauthorize, clock, edit, faults, limits, user, refreshToken, devices/CODE/approve; GET tenant, requests, faults.

`--faults FILE` (YAML or JSON, the body of POST faults too) says which requests go wrong; a request goes wrong by the first rule \
that is due:
  seed: 7                  draws what is left to chance
  rules:
  - method: POST           only this method
    path: /v1/customers/*/orders   only such paths: * is one part, a last ** any rest
    nth: 2                 the first of the matching ones that goes wrong, from 1
    times: 3               how many in a row, 0 for all
    percent: 50            how likely each of them does
    acts: [...]            what somebody else does just before
    fault: {throttled: 30}   what goes wrong
Faults: {throttled: SECONDS}, {status: 503}, {refused: {status: 400, code: 3002}}, {html: STATUS}, huge, closeBefore: nothing \
happens; closeAfter, reset, {slow: MILLISECONDS}, truncated: it happens, and the reply is lost or comes in eight pieces, so long before each; lost: a list without its \
entries; repeated: a page that leads to itself; {late: SECONDS}: an order shows later.

Examples:
  twotier simulate accept partnership/northwind
  twotier simulate accept customer/contoso --reseller partnership/northwind
  twotier simulate accept --company 99999999-9999-4999-8999-999999999999
  twotier simulate sign customer/contoso
  twotier simulate edit subscription/contoso/m365 quantity=40
  twotier simulate advance-clock 15m
  twotier simulate reset
  twotier simulate --listen 127.0.0.1:0 --tenant tenant.jsonl --living living.jsonl --sign-in token";
pub(super) const SIMULATE_AFTER: &str =
    "Exit codes: 0 done, 1 that side could not do that, 3 manifests not valid, 64 usage.";

/// Either side: a person who acts, or the whole tenant as a service.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[cfg_attr(not(feature = "listen"), command(arg_required_else_help = true))]
pub(crate) struct SimulateArgs {
    /// Who does what.
    #[command(subcommand)]
    pub(crate) command: Option<SimulateCommand>,
    /// The tenant as a service.
    #[cfg(feature = "listen")]
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
}

/// The tenant as a service.
#[cfg(feature = "listen")]
#[derive(Clone, Debug, Args)]
pub(crate) struct ListenArgs {
    /// Stand behind HTTP on this loopback address; port 0 picks one
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<crate::backend::simulated::http::Address>,
    /// What is there at first [default: the project's embedded tenant]
    #[arg(long, value_name = "FILE", requires = "listen", value_hint = clap::ValueHint::FilePath)]
    pub(crate) tenant: Option<std::path::PathBuf>,
    /// Keep what changes in this file, and go on from it [default: in memory only]
    #[arg(long, value_name = "FILE", requires = "listen", value_hint = clap::ValueHint::FilePath)]
    pub(crate) living: Option<std::path::PathBuf>,
    /// Faults to begin with, as YAML or JSON
    #[arg(long, value_name = "FILE", requires = "listen", value_hint = clap::ValueHint::FilePath)]
    pub(crate) faults: Option<std::path::PathBuf>,
    /// Sign an administrator in for any application, and keep the refresh token in this file, for `center.token`
    #[arg(long, value_name = "FILE", requires = "listen", value_hint = clap::ValueHint::FilePath)]
    pub(crate) sign_in: Option<std::path::PathBuf>,
    /// Requests a minute, of the partner and about each customer; 0 is no limit
    #[arg(long, value_name = "NUMBER", requires = "listen", default_value_t = 500)]
    pub(crate) rate: u32,
    /// One line a request on stderr
    #[arg(long, requires = "listen")]
    pub(crate) log: bool,
}

/// Who does what.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum SimulateCommand {
    /// A reseller accepts the provider's invitation, or a customer accepts a reseller
    Accept(Actor),
    /// The same person says no
    Decline(Actor),
    /// A customer signs the Microsoft Customer Agreement
    Sign(Actor),
    /// Microsoft's review of a customer's account
    Review {
        /// Whose account
        #[command(flatten)]
        actor: Actor,
        /// How it stands from now on
        #[arg(long, value_enum, default_value_t = Outcome::Passed)]
        outcome: Outcome,
    },
    /// Somebody ends a partnership in the portal
    End(Actor),
    /// Somebody changes a subscription elsewhere: in the portal, in a reseller's storefront
    Edit {
        /// Which
        #[arg(value_parser = address)]
        address: Address,
        /// quantity, friendlyName, partnerOfRecord (a PartnerID, or none), renewal (renew, cancel, extend), or status (active,
        /// suspended, expired, disabled, deleted)
        #[arg(value_name = "FIELD=VALUE")]
        value: String,
    },
    /// Time passes
    AdvanceClock {
        /// How long: 30s, 15m, 6h, 8d, 2w
        #[arg(value_parser = span)]
        duration: Span,
    },
    /// Begin again: discards the living copy and the state with it
    Reset,
}

/// Who acts.
#[derive(Clone, Debug, Args)]
pub(crate) struct Actor {
    /// A partnership or customer of the manifests
    #[arg(value_parser = address, required_unless_present = "company", conflicts_with = "company")]
    pub(crate) address: Option<Address>,
    /// A company by its tenant, whether anybody declares it or not
    #[arg(long, value_name = "TENANTID", value_parser = tenant)]
    pub(crate) company: Option<TenantId>,
    /// For a customer: which partnership it answers [default: the one that is asked]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) reseller: Option<Address>,
}

/// How a review stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Outcome {
    /// Free to buy
    Passed,
    /// Being looked at
    InReview,
    /// Refused
    Refused,
}

fn tenant(text: &str) -> Result<TenantId, String> {
    text.parse().map_err(|error: crate::model::id::BadId| error.to_string())
}

#[cfg(all(test, feature = "listen"))]
mod tests {
    use super::SIMULATE;
    use crate::backend::simulated::http::Script;

    #[test]
    fn the_help_names_every_fault_and_an_unknown_one_is_answered_with_them() {
        let script = r#"{"rules": [{"fault": "nonsense"}]}"#;
        let known = serde_json::from_str::<Script>(script).expect_err("no such fault").to_string();
        let known: Vec<&str> = known.split('`').skip(3).step_by(2).collect();
        assert!(known.len() > 10, "{known:?}");
        for word in known {
            assert!(SIMULATE.contains(word), "{word}");
        }
    }
}
