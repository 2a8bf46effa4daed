//! The forms of text a manifest knows: how each is called, what an editor may check, what is really checked. One table
//! for the schemas and for the tool, so that both say the same.

use crate::diag::Code;
use crate::model::text::{flat, is_hostile, numbered};
use crate::model::{Address, Date, Name, PartnerId, Span, TenantId, country};

/// A form of text, named in schemas under `x-twotier`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Address,
    AgeRecipient,
    AzureRole,
    AzureScope,
    Code,
    Country,
    Culture,
    Date,
    Domain,
    DomainPrefix,
    Duration,
    Email,
    Guid,
    Language,
    Name,
    PartnerId,
    Url,
}

/// Why a text does not have its form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// What the text should have looked like, as a whole phrase.
    pub(super) expected: &'static str,
    /// How to mend it, when that can be told from the text.
    pub(super) help: Option<String>,
}

impl Format {
    /// Every form.
    pub(super) const ALL: [Self; 17] = [
        Self::Address,
        Self::AgeRecipient,
        Self::AzureRole,
        Self::AzureScope,
        Self::Code,
        Self::Country,
        Self::Culture,
        Self::Date,
        Self::Domain,
        Self::DomainPrefix,
        Self::Duration,
        Self::Email,
        Self::Guid,
        Self::Language,
        Self::Name,
        Self::PartnerId,
        Self::Url,
    ];

    /// The value of `x-twotier`, and the regular expression (ECMA 262) an editor checks.
    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::Address => ("address", r"^[a-z-]+(/@?[A-Za-z0-9.-]+){1,2}$"),
            Self::AgeRecipient => ("ageRecipient", r"^age1[02-9ac-hj-np-z]{58}$"),
            Self::AzureRole => ("azureRole", r"^[^/\s].{0,511}$"),
            Self::AzureScope => (
                "azureScope",
                r"^/(subscriptions/[0-9A-Fa-f-]{36}(/resourceGroups/[^/]{1,90}(/providers/.+)?)?|providers/Microsoft\.Management/managementGroups/[^/]{1,90})$",
            ),
            Self::Code => ("code", r"^TT[0-9]{4}$"),
            Self::Country => ("country", r"^[A-Z]{2}$"),
            Self::Culture => ("culture", r"^[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}$"),
            Self::Date => ("date", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            Self::Domain => ("domain", r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{1,62}$"),
            Self::DomainPrefix => ("domainPrefix", r"^[A-Za-z0-9]([A-Za-z0-9-]{0,25}[A-Za-z0-9])?$"),
            Self::Duration => ("duration", r"^[0-9]+[smhdw]$"),
            Self::Email => ("email", r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"),
            Self::Guid => ("guid", r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"),
            Self::Language => ("language", r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"),
            Self::Name => ("name", r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
            Self::PartnerId => ("partnerId", r"^[1-9][0-9]{3,9}$"),
            Self::Url => ("url", r"^https://[^\s/]+(/\S*)?$"),
        }
    }
    /// The value of `x-twotier`.
    pub(super) fn keyword(self) -> &'static str {
        self.row().0
    }
    /// A regular expression for editors; never stricter than [`Format::check`].
    pub(super) fn pattern(self) -> &'static str {
        self.row().1
    }
    /// The form a schema names.
    pub(super) fn named(keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.keyword() == keyword)
    }

    /// Whether `text` has this form.
    ///
    /// # Errors
    /// With what was expected, and how to mend it where the text tells.
    pub(super) fn check(self, text: &str) -> Result<(), Malformed> {
        match self {
            Self::Address => text.parse::<Address>().map(drop).map_err(|bad| plain(bad.expected)),
            Self::AgeRecipient => age_recipient(text),
            Self::AzureRole => azure_role(text),
            Self::AzureScope => azure_scope(text),
            Self::Code => code(text),
            Self::Country => country(text),
            Self::Culture => shape(is_culture(text), "a culture is a language and a country, such as `hu-HU`"),
            Self::Date => text.parse::<Date>().map(drop).map_err(|bad| plain(bad.expected)),
            Self::Domain => domain(text),
            Self::DomainPrefix => domain_prefix(text),
            Self::Duration => text.parse::<Span>().map(drop).map_err(|bad| plain(bad.expected)),
            Self::Email => email(text),
            Self::Guid => text.parse::<TenantId>().map(drop).map_err(|bad| plain(bad.expected)),
            Self::Language => shape(is_language(text), "a language is written as `hu` or `pt-BR`"),
            Self::Name => name(text),
            Self::PartnerId => PartnerId::parse(text).map(drop).map_err(|bad| plain(bad.expected)),
            Self::Url => url(text),
        }
    }
}

/// What a text of a form that a schema names looks like, in words.
#[must_use]
pub fn form(keyword: &str) -> Option<&'static str> {
    // Nothing has the form of an empty text.
    Format::named(keyword)?.check("").err().map(|malformed| malformed.expected)
}

fn plain(expected: &'static str) -> Malformed {
    Malformed { expected, help: None }
}

fn shape(fits: bool, expected: &'static str) -> Result<(), Malformed> {
    if fits { Ok(()) } else { Err(plain(expected)) }
}

/// `text`, changed to what was probably meant, if that has the form.
fn instead(format: Format, text: &str, expected: &'static str) -> Malformed {
    let help = format.check(text).is_ok().then(|| format!("write \"{text}\""));
    Malformed { expected, help }
}

fn name(text: &str) -> Result<(), Malformed> {
    let Err(bad) = text.parse::<Name>() else { return Ok(()) };
    let lower = text.to_lowercase().replace(['_', ' ', '.'], "-");
    Err(instead_unless_same(Format::Name, text, &lower, bad.expected))
}

fn country(text: &str) -> Result<(), Malformed> {
    const EXPECTED: &str = "a country is its two upper-case letters of ISO 3166-1";
    if country::exists(text) {
        return Ok(());
    }
    let upper = text.to_uppercase();
    let meant = if upper == "UK" { "GB" } else { upper.as_str() };
    Err(Malformed { expected: EXPECTED, help: country::exists(meant).then(|| format!("write \"{meant}\"")) })
}

fn is_label(text: &str) -> bool {
    let inner = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (1..=63).contains(&text.len()) && inner && !text.starts_with('-') && !text.ends_with('-')
}

fn is_domain(text: &str) -> bool {
    let Some((_, top)) = text.rsplit_once('.') else { return false };
    let named = top.len() >= 2 && top.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    text.len() <= 253 && named && text.split('.').all(is_label)
}

fn domain(text: &str) -> Result<(), Malformed> {
    const EXPECTED: &str = "a domain is written as `contoso.onmicrosoft.com`, without scheme or path";
    if is_domain(text) {
        return Ok(());
    }
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
    let bare = bare.split('/').next().unwrap_or_default().trim_end_matches('.');
    let meant = if is_label(bare) { format!("{bare}.onmicrosoft.com") } else { bare.to_owned() };
    Err(instead_unless_same(Format::Domain, text, &meant, EXPECTED))
}

/// Source: learn, verify-domain-availability (the domain is `prefix.onmicrosoft.com`); the bound of 27 characters:
/// Source: unconfirmed, the portal's form.
fn domain_prefix(text: &str) -> Result<(), Malformed> {
    const EXPECTED: &str =
        "a domain prefix is 1 to 27 letters, digits and inner hyphens, the part before `.onmicrosoft.com`";
    if text.len() <= 27 && is_label(text) {
        return Ok(());
    }
    let meant = text.split('.').next().unwrap_or_default();
    Err(instead_unless_same(Format::DomainPrefix, text, meant, EXPECTED))
}

fn email(text: &str) -> Result<(), Malformed> {
    const EXPECTED: &str = "an e-mail address is written as `name@contoso.example`";
    if let Some(sign) = text.chars().find(|sign| !sign.is_ascii()) {
        let help = format!("`{}` is {}, which may look like another letter", sign.escape_debug(), numbered(sign));
        return Err(Malformed { expected: EXPECTED, help: Some(help) });
    }
    let Some((local, host)) = text.rsplit_once('@') else { return Err(plain(EXPECTED)) };
    let atoms = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    shape((1..=64).contains(&local.len()) && local.bytes().all(atoms) && !dots && is_domain(host), EXPECTED)
}

fn url(text: &str) -> Result<(), Malformed> {
    const EXPECTED: &str = "a link begins with `https://` and holds no spaces or credentials";
    let Some(rest) = text.strip_prefix("https://") else {
        let secure = text.strip_prefix("http://").map(|rest| format!("https://{rest}"));
        return Err(secure.map_or(plain(EXPECTED), |secure| instead(Format::Url, &secure, EXPECTED)));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = host.split_once(':').unwrap_or((host, "443"));
    let visible = rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    let named = host.split('.').all(is_label) && port.parse::<u16>().is_ok();
    shape(visible && named, EXPECTED)
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let rest = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_lowercase()) && parts.all(rest)
}

fn is_culture(text: &str) -> bool {
    let Some((language, land)) = text.rsplit_once('-') else { return false };
    let script = |part: &str| {
        part.len() == 4
            && part
                .bytes()
                .enumerate()
                .all(|(at, b)| if at == 0 { b.is_ascii_uppercase() } else { b.is_ascii_lowercase() })
    };
    let (language, scripted) = language.split_once('-').map_or((language, true), |(l, part)| (l, script(part)));
    is_language(language) && !language.contains('-') && scripted && country::exists(land)
}

fn code(text: &str) -> Result<(), Malformed> {
    const EXPECTED: &str = "a limit is the code of the finding that asks for it, such as `TT0500`";
    let known = text.parse::<Code>().is_ok_and(|code| code.to_string() == text);
    if known { Ok(()) } else { Err(instead_unless_same(Format::Code, text, &text.to_uppercase(), EXPECTED)) }
}

fn instead_unless_same(format: Format, text: &str, meant: &str, expected: &'static str) -> Malformed {
    if meant == text { plain(expected) } else { instead(format, meant, expected) }
}

fn azure_scope(text: &str) -> Result<(), Malformed> {
    const EXPECTED: &str = "a scope is `/subscriptions/GUID`, with `/resourceGroups/NAME` behind it where it is narrower, or \
                            `/providers/Microsoft.Management/managementGroups/NAME`";
    if !is_azure_scope(text) {
        let meant = instead_unless_same(Format::AzureScope, text, &in_the_usual_case(text), EXPECTED);
        return Err(Malformed { help: meant.help.or_else(|| wrong_in_scope(text)), ..meant });
    }
    Ok(())
}

/// What of a scope is wrong: it is long, and a message repeats its beginning.
fn wrong_in_scope(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.strip_prefix('/')?.split('/').collect();
    if let Some(dots) = parts.iter().find(|part| part.ends_with('.')) {
        return Some(format!("`{}` is no name: none in a scope ends with a period", flat(dots)));
    }
    let (id, rest) = match parts.as_slice() {
        ["subscriptions", id, rest @ ..] => (id, rest),
        ["providers", "Microsoft.Management", "managementGroups", _, odd, ..] => {
            return Some(format!("nothing stands behind the name of a management group: take `/{}` out", flat(odd)));
        }
        [first, ..] => return Some(format!("`/{}` is no beginning of a scope", flat(first))),
        [] => return None,
    };
    match rest {
        _ if !is_guid(id) => Some(format!("`{}` is no GUID", flat(id))),
        ["resourceGroups"] => Some("the name of the resource group is missing at its end".to_owned()),
        ["resourceGroups", _, "providers", kind @ ..] if kind.len() % 2 == 0 => {
            Some(format!("the name of a resource is missing at its end: `{}`", flat(&kind.join("/"))))
        }
        ["resourceGroups", _, "providers", ..] => None,
        ["resourceGroups", _, odd, ..] => Some(format!("`{}` stands where only `providers` may", flat(odd))),
        [odd, ..] => Some(format!("`{}` stands where only `resourceGroups` may", flat(odd))),
        [] => None,
    }
}

/// Azure does not tell letter case apart, and its own tools write scopes in several. Source: learn, resource-name-rules.
fn in_the_usual_case(scope: &str) -> String {
    const WORDS: [&str; 5] =
        ["subscriptions", "resourceGroups", "providers", "Microsoft.Management", "managementGroups"];
    let usual = |part: &'_ str| {
        WORDS.iter().find(|word| word.eq_ignore_ascii_case(part)).map_or(part.to_owned(), |it| (*it).to_owned())
    };
    scope.trim_end_matches('/').split('/').map(usual).collect::<Vec<_>>().join("/")
}

/// Roles are compared by name: a role's id, and the same role's name, would be two. Source: learn, built-in-roles.
fn azure_role(text: &str) -> Result<(), Malformed> {
    const EXPECTED: &str = "a role is written by its name, such as `Owner`, not by its id: at most 512 characters, no control \
                            characters, no typographic quotes, no space or `/` in front";
    const BUILT_IN: [(&str, &str); 4] = [
        ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
        ("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
        ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"),
        ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"),
    ];
    let id = text.rsplit('/').next().unwrap_or_default().to_lowercase();
    if let Some((_, name)) = BUILT_IN.iter().find(|(known, _)| *known == id) {
        return Err(instead(Format::AzureRole, name, EXPECTED));
    }
    let clean = text.chars().count() <= 512 && !text.is_empty() && !text.contains(is_hostile);
    let fits =
        clean && !text.contains(is_typographic) && text.trim() == text && !text.starts_with('/') && !is_guid(text);
    if fits { Ok(()) } else { Err(instead_unless_same(Format::AzureRole, text, text.trim(), EXPECTED)) }
}

/// A shell takes these for single quotes. Source: learn, about_quoting_rules.
fn is_typographic(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201b}')
}

/// No name in it ends with a period, and whoever sends it may shorten `..`: then it is another scope than was read.
/// Source: learn, resource-name-rules.
fn is_azure_scope(text: &str) -> bool {
    let visible = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'`$\\<>|&;*%?#".contains(&b));
    let Some(rest) = text.strip_prefix('/').filter(|_| visible && text.len() <= 2048) else {
        return false;
    };
    let parts: Vec<&str> = rest.split('/').collect();
    let named = parts.iter().all(|part| !part.is_empty() && !part.ends_with('.'));
    let fits = match parts.as_slice() {
        ["subscriptions", id] => is_guid(id),
        ["subscriptions", id, "resourceGroups", _] => is_guid(id),
        ["subscriptions", id, "resourceGroups", _, "providers", _, _, more @ ..] => is_guid(id) && more.len() % 2 == 1,
        ["providers", "Microsoft.Management", "managementGroups", _] => true,
        _ => false,
    };
    fits && named
}

fn is_guid(text: &str) -> bool {
    text.parse::<TenantId>().is_ok()
}

/// bech32 with the prefix `age` and 32 bytes of key: checks length, alphabet and checksum, not the curve.
fn age_recipient(text: &str) -> Result<(), Malformed> {
    const EXPECTED: &str =
        "an age public key is `age1` and 58 lower-case letters and digits, as `age-keygen` prints it";
    if text.starts_with("AGE-SECRET-KEY-") {
        const SECRET: &str = "this is a secret key: only the public key (`age1...`) belongs here";
        let help = Some("take the secret key out of the history too, and make a new pair".to_owned());
        return Err(Malformed { expected: SECRET, help });
    }
    if text.len() != 62 || !text.starts_with("age1") {
        return Err(plain(EXPECTED));
    }
    let Some(values) = text[4..].bytes().map(bech32_value).collect::<Option<Vec<u8>>>() else {
        return Err(plain(EXPECTED));
    };
    shape(bech32_checksum(&values), "an age public key ends with a checksum, which does not fit: a character is wrong")
}

fn bech32_value(byte: u8) -> Option<u8> {
    let at = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l".iter().position(|b| *b == byte)?;
    u8::try_from(at).ok()
}

/// Source: BIP 173, which age's recipients follow.
fn bech32_checksum(values: &[u8]) -> bool {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let prefix = b"age";
    let high = prefix.iter().map(|b| b >> 5);
    let low = prefix.iter().map(|b| b & 31);
    let all = high.chain([0]).chain(low).chain(values.iter().copied());
    let sum = all.fold(1u32, |sum, value| {
        let top = sum >> 25;
        let next = ((sum & 0x01ff_ffff) << 5) ^ u32::from(value);
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(next, |next, bit| next ^ GENERATOR[bit])
    });
    sum == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_form_or_say_what_it_is() {
        for (format, good, bad) in [
            (Format::Address, "customer/contoso", "customers/contoso"),
            (
                Format::AgeRecipient,
                "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
                "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8q",
            ),
            (Format::AzureRole, "Virtual Machine Contributor", "11111111-1111-4111-8111-111111111111"),
            (Format::AzureRole, "it's ours", "Owner\nReader"),
            (Format::AzureRole, "Owner (test)", "it\u{2019}s ours"),
            (Format::AzureRole, "Rôle de lecture", "Owner\u{202e}"),
            (
                Format::AzureScope,
                "/subscriptions/50000000-0000-4000-8000-000000000001/resourceGroups/prod",
                "/subscriptions/x",
            ),
            (
                Format::AzureScope,
                "/subscriptions/50000000-0000-4000-8000-000000000001/resourceGroups/a.b",
                "/subscriptions/50000000-0000-4000-8000-000000000001/resourceGroups/..",
            ),
            (
                Format::AzureScope,
                "/providers/Microsoft.Management/managementGroups/root",
                "/providers/Microsoft.Management/managementGroups/.",
            ),
            (
                Format::AzureScope,
                "/subscriptions/50000000-0000-4000-8000-000000000001/resourceGroups/a/providers/Microsoft.Storage/storageAccounts/b",
                "/subscriptions/50000000-0000-4000-8000-000000000001/resourceGroups/a/providers/Microsoft.Storage/storageAccounts/../../..",
            ),
            (
                Format::AzureScope,
                "/subscriptions/50000000-0000-4000-8000-000000000001/resourceGroups/a-b",
                "/subscriptions/50000000-0000-4000-8000-000000000001/resourceGroups/%2e%2e",
            ),
            (Format::Code, "TT0500", "TT9999"),
            (Format::Country, "NO", "no"),
            (Format::Culture, "hu-HU", "hu"),
            (Format::Culture, "sr-Latn-RS", "sr-latn-RS"),
            (Format::Date, "2026-02-28", "2026-02-29"),
            (Format::Domain, "contoso.onmicrosoft.com", "contoso"),
            (Format::DomainPrefix, "contoso", "contoso.onmicrosoft.com"),
            (Format::Duration, "90d", "90"),
            (Format::Email, "it.team+csp@contoso.example", "it@contoso"),
            (Format::Guid, "c0000000-0000-4000-8000-000000000001", "c0000000"),
            (Format::Language, "pt-BR", "Portuguese"),
            (Format::Name, "contoso-1", "Contoso_1"),
            (Format::PartnerId, "4811111", "4811111x"),
            (Format::Url, "https://partner.microsoft.com/x?y=1#z", "ftp://partner.microsoft.com"),
        ] {
            assert_eq!(format.check(good), Ok(()), "{good}");
            assert!(format.check(bad).is_err(), "{bad}");
            assert_eq!(Format::named(format.keyword()), Some(format));
        }
    }

    #[test]
    fn near_misses_are_mended() {
        for (format, written, meant) in [
            (Format::AzureRole, "8E3AF657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
            (
                Format::AzureRole,
                "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
                "Reader",
            ),
            (Format::AzureRole, "Owner ", "Owner"),
            (
                Format::AzureScope,
                "/Subscriptions/50000000-0000-4000-8000-000000000001/resourcegroups/Prod/",
                "/subscriptions/50000000-0000-4000-8000-000000000001/resourceGroups/Prod",
            ),
            (Format::Country, "no", "NO"),
            (Format::Country, "hu", "HU"),
            (Format::Country, "UK", "GB"),
            (Format::Domain, "https://contoso.example/", "contoso.example"),
            (Format::Domain, "contoso", "contoso.onmicrosoft.com"),
            (Format::DomainPrefix, "contoso.onmicrosoft.com", "contoso"),
            (Format::Name, "Contoso West", "contoso-west"),
            (Format::Url, "http://invite.example/x", "https://invite.example/x"),
            (Format::Code, "tt0500", "TT0500"),
        ] {
            let help = format.check(written).expect_err(written).help;
            assert_eq!(help, Some(format!("write \"{meant}\"")), "{written}");
        }
    }

    #[test]
    fn a_secret_key_in_a_manifest_is_named_as_such() {
        let bad = Format::AgeRecipient.check("AGE-SECRET-KEY-1QQQ").expect_err("secret");
        assert!(bad.expected.contains("secret key"));
    }

    #[test]
    fn links_carry_no_credentials() {
        for bad in ["https://user:pw@host.example/", "https://host.example/a b", "https://", "https://host:x/"] {
            assert!(Format::Url.check(bad).is_err(), "{bad}");
        }
    }
}
