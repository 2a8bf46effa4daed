//! What parsing says of manifests, right and wrong.

use super::*;

fn manifests(text: &str) -> (SourceMap, Manifests) {
    let mut sources = SourceMap::default();
    sources.add("m.yaml".into(), text.into());
    let parsed = parse(&sources);
    (sources, parsed)
}

/// `line:column code message | help` of every finding.
fn findings(text: &str) -> Vec<String> {
    let (sources, parsed) = manifests(text);
    let line = |finding: &Finding| {
        let (line, column) = finding.at.map_or((0, 0), |at| sources.line_column(at));
        let help = finding.help.as_ref().map_or_else(String::new, |help| format!(" | {help}"));
        format!("{line}:{column} {} {}{help}", finding.code, finding.message)
    };
    parsed.findings.iter().map(line).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(findings(text), expected, "{text}");
}

/// A customer whose spec is `spec`, in line 4.
fn customer(spec: &str) -> String {
    format!("apiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec: {spec}\n")
}

const GUID: &str = "c0000000-0000-4000-8000-000000000001";

#[test]
fn a_document_gives_its_values_and_their_places() {
    let text = customer("{tenantId: c0000000-0000-4000-8000-000000000001, reseller: fabrikam}");
    let (sources, parsed) = manifests(&text);
    assert_eq!(parsed.findings, []);
    let [one] = parsed.documents.as_slice() else { panic!("one document") };
    let Spec::Customer(spec) = &one.document.spec else { panic!("a customer") };
    let reseller = spec.reseller.as_ref().expect("written");
    assert_eq!((reseller.as_str(), sources.show(reseller.at)), ("fabrikam", "m.yaml:4:66".to_owned()));
    assert_eq!((sources.show(one.name_at()), sources.show(one.at)), ("m.yaml:3:18".into(), "m.yaml:1:1".into()));
    assert_eq!((sources.show(one.api_version), sources.show(one.kind)), ("m.yaml:1:13".into(), "m.yaml:2:7".into()));
}

#[test]
fn places_are_right_with_carriage_returns_and_wide_characters() {
    let text = customer("{domain: é.example, x: 1}").replace('\n', "\r\n");
    let (sources, parsed) = manifests(&text);
    let shown: Vec<String> = parsed.findings.iter().filter_map(|f| f.at).map(|at| sources.show(at)).collect();
    assert_eq!(shown, ["m.yaml:4:16", "m.yaml:4:27"]);
}

#[test]
fn norway_is_text_and_lower_case_is_mended() {
    let provider = |country: &str| {
        let head = "apiVersion: twotier/v1\nkind: Provider\nmetadata: {name: distri}\n";
        format!("{head}spec: {{tenantId: {GUID}, partnerId: \"4800001\", country: {country}}}\n")
    };
    check(&provider("NO"), &[]);
    check(&provider("\"NO\""), &[]);
    check(
        &provider("no"),
        &["4:87 TT0107 `country` is `no`: a country is its two upper-case letters of ISO 3166-1 | write \"NO\""],
    );
}

#[test]
fn numbers_where_text_belongs_are_to_be_quoted() {
    check(
        &customer("{domain: 4811111, subscriptions: {a: {product: {productId: X, skuId: 0001}}}}"),
        &[
            "4:16 TT0112 `domain` is text, but YAML reads `4811111` as a number | quote it: \"4811111\"",
            "4:76 TT0112 `skuId` is text, but YAML reads `0001` as a number | quote it: \"0001\"",
        ],
    );
}

#[test]
fn types_that_do_not_fit_are_named_with_what_would() {
    check(
        &customer(
            "{otherResellers: a, contact: [x], create: 5, subscriptions: {a: {quantity: \"30\", purchase: {additional: yes}}}}",
        ),
        &[
            "4:24 TT0103 `otherResellers` must be a list, not the text `a` | write a list: [a]",
            "4:27 TT0103 `contact` must be a mapping with `email`, `language` or `name`, not a list | write it \
             without brackets or dash: x",
            "4:49 TT0103 `create` must be a mapping with `billing`, `company`, `defaultAdminAccess`, `domainPrefix` \
             or `registrationNumber`, not `5`, a number",
            "4:82 TT0103 `quantity` must be a whole number, not the text `30` | remove the quotes: 30",
            "4:111 TT0103 `additional` must be `true` or `false` or a mapping with `beside`, not the text `yes` | write \
             `true`, without quotes",
        ],
    );
}

#[test]
fn nothing_is_no_value() {
    let help = "remove the line: a field that is not written is not managed";
    check(
        &customer("{tenantId: ~, domain: null, reseller: }"),
        &[
            &format!("4:18 TT0105 `tenantId` has no value | {help}"),
            &format!("4:29 TT0105 `domain` has no value | {help}"),
            &format!("4:35 TT0105 `reseller` has no value | {help}"),
        ],
    );
}

#[test]
fn misspelt_names_get_the_nearest_one() {
    check(
        "apiVersion: twotier/v1\nkind: Partnership\nmetadata: {name: f, annotations: {twotier/protcet: \"true\"}}\n\
         spec: {reseller: {displaName: F, partnerIds: [\"4811111\"], country: HU, contact: {email: a@b.example}}, ensure: \
         activ}\n",
        &[
            "3:35 TT0101 unknown field `twotier/protcet` | did you mean `twotier/protect`?",
            "4:19 TT0101 unknown field `displaName` | did you mean `displayName`?",
            "4:112 TT0106 `ensure` is `activ`, but must be `active` or `ended` | did you mean `active`?",
        ],
    );
    check(
        "apiVersion: twotier/v1\nkind: Custmer\nmetadata: {name: a}\nspec: {}\n",
        &["2:7 TT0100 unknown kind `Custmer` | did you mean `Customer`?"],
    );
    check(
        "apiVersion: twotier/v2\nkind: Customer\nmetadata: {name: a}\nspec: {}\n",
        &["1:13 TT0100 unknown apiVersion `twotier/v2` | write `twotier/v1`"],
    );
}

#[test]
fn what_is_missing_is_named_where_it_belongs() {
    check(
        "apiVersion: twotier/v1\nkind: ResellerAssociation\nmetadata: {}\nspec:\n  reseller: a\n",
        &[
            "3:1 TT0104 `metadata` lacks `name` | name: A DNS label, unique in its kind (a subscription's: in its \
             customer).",
            "4:1 TT0104 `spec` lacks `customers` | customers: The customers: names, `{tenantId}` or `{domain}`.",
        ],
    );
    check(
        "kind: Customer\n",
        &[
            "1:1 TT0104 the document lacks `apiVersion` | apiVersion: The version of the manifests' form.",
            "1:1 TT0104 the document lacks `metadata`",
            "1:1 TT0104 the document lacks `spec`",
        ],
    );
}

#[test]
fn a_reference_has_one_of_its_forms() {
    check(
        "apiVersion: twotier/v1\nkind: SupportDelegation\nmetadata: {name: a}\nspec:\n  supportContact: All\n  customers: \
         [{}, {tenantId: c0000000-0000-4000-8000-000000000001, domain: a.b.example}, [x]]\n  subscriptions: every\n",
        &[
            "5:19 TT0107 `supportContact` is `All`: a name is 1 to 63 lower-case letters, digits and inner hyphens, \
             beginning with a letter or digit; or `provider`",
            "6:15 TT0111 an item of `customers` needs exactly one of `domain` or `tenantId`",
            "6:19 TT0111 an item of `customers` needs exactly one of `domain` or `tenantId`",
            "6:90 TT0103 an item of `customers` must be a customer's name, `{tenantId}` or `{domain}`, not a list | \
             write it without brackets or dash: x",
            "7:18 TT0106 `subscriptions` is `every`, but must be `all`, or a list of names and `{subscriptionId}` | \
             write a list: [every]",
        ],
    );
}

#[test]
fn a_syntax_error_costs_only_its_document() {
    let good = customer(&format!("{{tenantId: {GUID}}}"));
    for bad in ["a: \"b\n", "a: [b\n", "a: b: c\n", "\tb: 1\n", "a: {\n", "x: \u{1}\n", "? [\n", "- a\nb: c\n"] {
        let (_, parsed) = manifests(&format!("{good}---\n{bad}---\n{good}...\n---\n{bad}---\n{good}"));
        assert_eq!((parsed.documents.len(), parsed.untold.len()), (3, 2), "{bad:?}");
        assert_eq!(parsed.findings.len(), 2, "{bad:?}");
    }
}

#[test]
fn a_broken_document_is_still_known_by_name() {
    let text = format!("{}---\n{}", customer("{tenantId: x}"), customer("{tenantId: \"x}").replace("contoso", "other"));
    let (_, parsed) = manifests(&text);
    let broken = |name: &str| Broken {
        kind: Kind::Customer,
        name: name.parse().expect(name),
        customer: None,
        mentions: Vec::new(),
    };
    let name = |name: &str| name.parse::<Name>().expect(name);
    let told: Vec<&Broken> = parsed.broken.iter().collect();
    assert!(told.contains(&&broken("contoso")), "{told:?}");
    let may = |name_of: &str| {
        parsed
            .untold
            .iter()
            .any(|it| it.may_be(Kind::Customer) && it.names.as_ref().is_none_or(|names| names.contains(&name(name_of))))
    };
    assert!(told.contains(&&broken("other")) || may("other"));
    assert!(!may("fabrikam") && !parsed.untold.iter().any(|it| it.may_be(Kind::Provider)));
}

#[test]
fn what_cannot_be_told_may_have_any_name_it_may_be_given() {
    let may = |text: &str, kind: Kind, name: &str| {
        let (_, parsed) = manifests(text);
        assert_eq!((parsed.documents.len(), parsed.untold.len()), (0, 1), "{text}");
        let name = name.parse().expect("a name");
        parsed.untold[0].may_be(kind) && parsed.untold[0].names.as_ref().is_none_or(|names| names.contains(&name))
    };
    let cut = "metadata: [{name: contoso\nkind: Customer\n";
    assert!(may(cut, Kind::Customer, "contoso") && !may(cut, Kind::Customer, "contosso"));
    assert!(!may(cut, Kind::Partnership, "contoso"));
    let escaped = "metadata: [{name: \"cont\\u006fso\"\nkind: Customer\n";
    assert!(may(escaped, Kind::Customer, "contoso"), "a name may be written with escapes");
    assert!(may("kind: Customer\nspec: [\n", Kind::Customer, "anything"), "the name is still to be written");
    let nameless = "apiVersion: twotier/v1\nkind: Customer\nspec: {}\n";
    assert!(may(nameless, Kind::Customer, "anything") && !may(nameless, Kind::Partnership, "anything"));
    let kindless = "apiVersion: twotier/v1\nmetadata: {name: contoso}\nspec: {}\n";
    assert!(may(kindless, Kind::Partnership, "contoso") && !may(kindless, Kind::Partnership, "other"));
}

#[test]
fn tabs_are_named_where_they_stand() {
    check(
        "apiVersion: twotier/v1\nspec:\n\ttenantId: x\n",
        &["3:1 TT0006 tabs disallowed within this context (block indentation) | replace the tab by spaces"],
    );
}

#[test]
fn a_key_written_twice_is_an_error() {
    let (sources, parsed) = manifests(&customer(&format!("{{tenantId: {GUID}, reseller: a, reseller: b}}")));
    let [finding] = parsed.findings.as_slice() else { panic!("one finding") };
    assert_eq!((finding.code, &*finding.message), (Code::DuplicateKey, "key `reseller` is written twice"));
    assert_eq!(sources.show(finding.related[0].0), "m.yaml:4:56");
    let many: String = (0..50).map(|n| format!("k{}: {{}}, ", n % 40)).collect();
    let codes = manifests(&customer(&format!("{{subscriptions: {{{many}}}}}"))).1.findings;
    assert_eq!(codes.iter().filter(|finding| finding.code == Code::DuplicateKey).count(), 10);
}

#[test]
fn aliases_repeat_values_within_bounds() {
    let text = customer("{reseller: &r fabrikam, otherResellers: [*r], contact: &c {email: a@b.example}}");
    check(&text, &[]);
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
        + &('b'..='i').fold(String::new(), |text, c| {
            let before = char::from(u8::try_from(c).expect("a letter") - 1);
            format!(
                "{text}{c}: &{c} [*{before},*{before},*{before},*{before},*{before},*{before},*{before},*{before}]\n"
            )
        });
    let findings = findings(&bomb);
    assert!(findings.len() == 1 && findings[0].contains("TT0008"), "{findings:?}");
    assert!(self::findings("a: &a [*a]\nkind: x").iter().any(|line| line.contains("TT0008")));
}

#[test]
fn depth_is_bounded() {
    for text in ["[".repeat(200) + &"]".repeat(200), "a: ".to_owned() + &"{a: ".repeat(100) + &"}".repeat(100)] {
        assert!(findings(&text).iter().any(|line| line.contains("TT0009")), "{text}");
    }
    let aliases = "a: &a [[[[[[[[[[x]]]]]]]]]]\nb: &b [[[[[[[[[[*a]]]]]]]]]]\nc: [[[[[[[[[[*b]]]]]]]]]]\n";
    assert!(findings(aliases)[0].contains("TT0009"));
    assert!(!findings(&"[".repeat(5000)).is_empty());
}

#[test]
fn yaml_that_manifests_do_not_use_is_refused_not_ignored() {
    for bad in ["{<<: {a: 1}}", "{reseller: !!str a}", "{[a]: b}", "{? : b}", "{5: a}", "{true: b}", "!x {reseller: a}"]
    {
        let found = findings(&customer(bad));
        assert!(found.iter().any(|line| line.contains("TT0012")), "{bad}: {found:?}");
    }
    assert!(findings("%YAML 1.1\n---\na: b\n")[0].contains("TT0012"));
    check(&format!("%YAML 1.2\n---\n{}", customer("{domain: a.example}")), &[]);
}

#[test]
fn documents_without_content_are_passed_over() {
    for text in ["", "\n", "---\n", "---\n---\n# x\n---\n", "...\n", "~\n", "# only a comment"] {
        let (_, parsed) = manifests(text);
        assert_eq!((parsed.documents.len(), parsed.untold.len(), parsed.findings.len()), (0, 0, 0), "{text:?}");
    }
}

#[test]
fn dashes_inside_a_text_do_not_cut_it() {
    let text = customer("\n  domain: a.example\n  contact: {name: \"---\", email: a@b.example}\n")
        + "---\t\n"
        + &customer("\n  contact:\n    name: >-\n     ---\n     x\n    email: a@b.example\n");
    check(&text, &[]);
    assert_eq!(manifests(&text).1.documents.len(), 2);
}
