//! Flags and help of `import`, `bind` and `set`: what writes manifests.

use crate::ops::set::Assignment;
use clap::{Args, ValueEnum};

pub(super) const IMPORT: &str = "\
Looks at the tenant and writes manifests for what is there and no document declares yet: partnerships, customers with their \
resellers, live subscriptions with their partner of record. A plan right after it has no steps.

New documents go to `resellers/RESELLER/reseller.yaml`, `resellers/RESELLER/customers/CUSTOMER.yaml` and `customers/CUSTOMER.yaml` \
below the first listed folder of manifests. Documents that are there are kept as they are, comments too; a new subscription \
or reseller of a declared customer is added to its document. Nothing is ever removed: what is gone is told. A project without \
a Provider document gets one, of what the tenant tells of its provider.

What is not written is not managed: quantities, names and renewals stay with whoever changes them today, until \
--manage: it writes them for what is new, and adds those that documents lack that are there. What is written stays as it is.

What is read from a service is remembered at once: interrupted in whatever way, the same command goes on where it stopped.

Examples:
  twotier import --dry-run > review.txt
  twotier import
  twotier import --manage quantity,friendlyName --yes";
pub(super) const IMPORT_AFTER: &str =
    "Exit codes: 0 written, or nothing to write; 1 fault, 3 manifests not valid, 6 sign-in, 64 usage.";

/// Flags of `import`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArgs {
    /// Fields to manage beside identity, resellers and partner of record
    #[arg(long, value_enum, value_name = "FIELD", value_delimiter = ',')]
    pub(crate) manage: Vec<ManageField>,
    /// Put a line on top of new files that tells editors where the schemas are: a URL, or a folder of the project
    #[arg(long, value_name = "PLACE")]
    pub(crate) schemas: Option<String>,
    /// How much is read anew.
    #[command(flatten)]
    pub(crate) refresh: super::RefreshArgs,
    /// How changes are agreed to.
    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// What `--manage` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "camelCase")]
pub(crate) enum ManageField {
    /// Seats
    Quantity,
    /// Names shown to people
    FriendlyName,
    /// What happens at the end of the term
    Renewal,
    /// Who supports legacy subscriptions
    SupportContact,
    /// All of these
    All,
}

/// How changes are agreed to.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Consent {
    /// Show what would be written, and write nothing
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Write without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
}

pub(super) const BIND: &str = "\
Writes ids that earlier runs learned into the manifests (`tenantId` of resellers and customers, `subscriptionId`), so that a \
document means the same object even without the state. A customer declared by `domain` is then declared by `tenantId`. \
Comments and everything else stay as they are; a file that could not be changed so is left alone, and the change is shown.

Examples:
  twotier bind --dry-run
  twotier bind --yes";
pub(super) const BIND_AFTER: &str =
    "Exit codes: 0 written, or nothing to write; 1 fault, 3 manifests not valid, 64 usage.";

/// Flags of `bind`.
#[derive(Clone, Debug, Args)]
pub(crate) struct BindArgs {
    /// How changes are agreed to.
    #[command(flatten)]
    pub(crate) consent: Consent,
}

pub(super) const SET: &str = "\
Writes values into many manifests at once, shows the difference and asks. Comments and everything else stay as they are. \
Works on manifests that have errors, as long as it brings no new ones; what it means for the tenant is shown by `plan`.

Fields: reseller and supportContact of customers; supportContact of support-delegation and reseller of azure-access; partnerOfRecord, quantity, friendlyName, renewal.action \
(renew, cancel, extend), renewal.quantity, renewal.term, renewal.billingCycle and renewal.endDate of subscriptions; \
contact.email, contact.name and contact.language of customers and of partnerships; label.KEY of any document. On customers, partnerOfRecord is written into each of their subscriptions, wherever it is declared. A partner of record is \
a partnership, PARTNERSHIP/PARTNERID, or as an assertion /PARTNERID or none. What is asserted already stays, and is counted, \
unless its subscription is named itself or --assertions says otherwise.

--naming RESELLER selects whatever names a reseller, and changes only the fields that do: a customer whose reseller is \
another keeps it, and only its partner of record or support contact moves.

A customer that changes its reseller takes its file along from `resellers/OLD/customers` to `resellers/NEW/customers`, where \
the repository is laid out so; a file that is there is never overwritten. What names the old reseller by itself stays with it, \
and is counted with the command that moves it too.

Examples:
  twotier set customer -l group=contoso reseller=northwind
  twotier set subscription contoso/m365 quantity=30 partnerOfRecord=northwind
  twotier set customer --naming fabrikam reseller=northwind partnerOfRecord=northwind supportContact=northwind
  twotier set subscription -l group=contoso renewal.action=cancel
  twotier set customer contoso fourthcoffee label.group=retail --yes
  twotier set customer --from contacts.csv       (name,contact.email,contact.language)
  twotier set subscription --from renewals.csv   (name,renewal.action,renewal.quantity)";
pub(super) const SET_AFTER: &str = "\
Exit codes: 0 written, or nothing to write; 1 fault, 3 the manifests would have a new error, 64 usage or nothing selected.";

/// Flags of `set`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SetArgs {
    /// Kind of the documents: customer, subscription, partnership, ...
    #[arg(value_name = "KIND")]
    pub(crate) kind: String,
    /// Names (a subscription's: CUSTOMER/NAME), then FIELD=VALUE
    #[arg(value_name = "NAME|FIELD=VALUE", required_unless_present = "from")]
    pub(crate) words: Vec<String>,
    /// Only documents with these labels
    #[arg(short = 'l', long = "label", value_name = "KEY=VALUE", value_delimiter = ',')]
    pub(crate) labels: Vec<String>,
    /// A table (CSV) with a line for each document: `name`, then columns of fields; an empty cell says nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["labels", "all"])]
    pub(crate) from: Option<std::path::PathBuf>,
    /// All documents of the kind
    #[arg(long, conflicts_with = "labels")]
    pub(crate) all: bool,
    /// Only fields that name this reseller; of customers, their subscriptions in documents of their own too
    #[arg(long, value_name = "RESELLER", conflicts_with = "from")]
    pub(crate) naming: Option<String>,
    /// Replace asserted partners of record (`none`, `{partnerId}`) too
    #[arg(long)]
    pub(crate) assertions: bool,
    /// How changes are agreed to.
    #[command(flatten)]
    pub(crate) consent: Consent,
}

impl SetArgs {
    /// Names and values apart.
    ///
    /// # Errors
    /// What is wrong with a value.
    pub(crate) fn apart(&self) -> Result<(Vec<&str>, Vec<Assignment>), String> {
        let (values, names): (Vec<&str>, Vec<&str>) =
            self.words.iter().map(String::as_str).partition(|word| word.contains('='));
        Ok((names, values.into_iter().map(Assignment::parse).collect::<Result<_, _>>()?))
    }
}
