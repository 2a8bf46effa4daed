//! Countries as Partner Center treats them: which exist, which CSP region they sell in, where a registration number
//! and a phone are demanded. Static tables; never asks the service.

/// ISO 3166-1 alpha-2 codes in use, two letters each, sorted.
const ISO: &str = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ\
DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKN\
KPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPT\
PWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

/// Where `organizationRegistrationNumber` and a phone are mandatory. Source: learn, create-a-customer.
const REGISTERED: &str = "AM AZ BY HU KZ KG MD RU TJ UZ UA IN BR ZA PL AE SA TR TH VN MM IQ SS VE";

/// EU, EFTA, United Kingdom and microstates: one CSP region. Source: learn, regional-authorization-overview.
const EUROPE: &str =
    "AD AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MT NL NO PL PT RO SE SI SK SM VA";

/// Countries that are a CSP region of their own. Source: learn, regional-authorization-overview.
const SINGLE: &str = "US CA BR IN JP KR CN AU";

/// Where the state is required and checked. Source: learn, validate-an-address.
const WITH_STATES: &str = "US CA CN MX";

fn listed(list: &str, code: &str) -> bool {
    list.split(' ').any(|entry| entry == code)
}

/// Whether `code` is an assigned ISO 3166-1 code in upper case.
#[must_use]
pub fn exists(code: &str) -> bool {
    code.len() == 2 && ISO.as_bytes().chunks(2).any(|pair| pair == code.as_bytes())
}

/// Every assigned code, sorted.
pub fn all() -> impl Iterator<Item = &'static str> {
    (0..ISO.len()).step_by(2).map(|at| &ISO[at..at + 2])
}

/// Whether new customers there need a registration number and a phone number.
#[must_use]
pub fn needs_registration(code: &str) -> bool {
    listed(REGISTERED, code)
}

/// Whether an address there needs a state.
#[must_use]
pub fn needs_state(code: &str) -> bool {
    listed(WITH_STATES, code)
}

/// The CSP region, where it is known for certain; two countries are known to differ only when both are `Some`.
#[must_use]
pub fn csp_region(code: &str) -> Option<&'static str> {
    if listed(EUROPE, code) {
        return Some("Europe");
    }
    SINGLE.split(' ').find(|single| *single == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_hold_real_countries_only() {
        assert_eq!(all().count(), 249);
        for list in [REGISTERED, EUROPE, SINGLE, WITH_STATES] {
            for code in list.split(' ') {
                assert!(exists(code), "{code}");
            }
        }
        assert!(exists("NO") && !exists("no") && !exists("UK") && !exists("XX"));
    }

    #[test]
    fn the_words_of_the_manifest_name_the_countries_that_demand_a_registration_number() {
        let words = include_str!("../manifest/document/customer.rs").replace("\n    /// ", " ");
        let (before, last) = REGISTERED.rsplit_once(' ').expect("several");
        assert!(words.contains(&format!("{} and {last}", before.replace(' ', ", "))));
    }

    #[test]
    fn regions_are_known_or_not_claimed() {
        assert_eq!(csp_region("HU"), csp_region("NO"));
        assert_ne!(csp_region("HU"), csp_region("US"));
        assert_eq!(csp_region("KE"), None);
    }
}
