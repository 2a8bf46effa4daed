//! `renamedFrom`: which old address each new one takes over. Never moves a binding itself.

use super::draft::{Draft, Rename};
use crate::diag::{At, Code};
use crate::model::{Address, CustomerKey, SubscriptionKey};
use std::collections::BTreeMap;

/// New address → old address. The subscriptions of a renamed customer move with it.
pub(super) fn resolve(draft: &mut Draft, declared: &BTreeMap<Address, At>) -> BTreeMap<Address, Address> {
    let mut renames = std::mem::take(&mut draft.renames);
    renames.sort_by(|a, b| a.old.cmp(&b.old).then(a.at.cmp(&b.at)));
    check(draft, &renames, declared);
    let customers: BTreeMap<CustomerKey, CustomerKey> = renames
        .iter()
        .filter_map(|rename| {
            let (Address::Customer(new), Address::Customer(old)) = (&rename.new, &rename.old) else { return None };
            Some((new.clone(), old.clone()))
        })
        .collect();
    let mut renamed: BTreeMap<Address, Address> =
        renames.into_iter().map(|Rename { new, old, at: _ }| (new, old)).collect();
    if !customers.is_empty() {
        subscriptions(draft, &customers, &mut renamed);
    }
    renamed
}

/// The subscriptions of renamed customers, each with the name it had if it was renamed too.
fn subscriptions(
    draft: &Draft,
    customers: &BTreeMap<CustomerKey, CustomerKey>,
    renamed: &mut BTreeMap<Address, Address>,
) {
    for (subscription, _) in &draft.subscriptions {
        let key = &subscription.key;
        let Some(customer) = customers.get(&key.customer) else { continue };
        let new = Address::Subscription(key.clone());
        let before = renamed.get(&new).unwrap_or(&new);
        let Address::Subscription(SubscriptionKey { customer: _, leaf }) = before else { continue };
        let leaf = leaf.clone();
        renamed.insert(new, Address::Subscription(SubscriptionKey { customer: customer.clone(), leaf }));
    }
}

fn check(draft: &mut Draft, renames: &[Rename], declared: &BTreeMap<Address, At>) {
    for Rename { new, old, at } in renames {
        if new == old {
            let message = format!("`{new}` is renamed from itself");
            draft.error(Code::Renamed, *at, message, "write the former name, or remove `renamedFrom`");
        } else if let Some(there) = declared.get(old) {
            let message = format!("`{new}` is renamed from `{old}`, which is still declared");
            let help = "remove the old document, or `renamedFrom`";
            draft.clash(Code::Renamed, *at, message, (help, *there, "the old one is here"));
        }
    }
    for pair in renames.windows(2) {
        let [first, second] = pair else { continue };
        if first.old == second.old && first.new != second.new {
            let message = format!("`{}` and `{}` are both renamed from `{}`", first.new, second.new, first.old);
            draft.clash(Code::Renamed, second.at, message, ("one of the two is the old one", first.at, "first here"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};

    #[test]
    fn the_old_name_is_no_longer_declared_and_goes_to_one() {
        check(
            "Customer a, {renamedFrom: a} {tenantId: %c1}\nCustomer b, {renamedFrom: a} {tenantId: %c2}\nCustomer c, {renamedFrom: gone} {tenantId: %c3}\nCustomer d, {renamedFrom: gone} {tenantId: %c4}",
            &[
                "TT0210 error at a: `customer/a` is renamed from itself",
                "TT0210 error at a: `customer/a` and `customer/b` are both renamed from `customer/a`",
                "TT0210 error at a: `customer/b` is renamed from `customer/a`, which is still declared; help: remove the old document, or `renamedFrom`; also at a: the old one is here",
                "TT0210 error at gone: `customer/c` and `customer/d` are both renamed from `customer/gone`",
            ],
        );
    }

    #[test]
    fn subscriptions_move_with_their_customer() {
        let desired = meant(
            "Customer contoso, {renamedFrom: old} {tenantId: %c1, subscriptions: {m365: {subscriptionId: %s1}}}\nSubscription visio, {renamedFrom: viso} {customer: contoso, subscriptionId: %s2}\nCustomer litware {tenantId: %c2, subscriptions: {m365: {subscriptionId: %s3}}}",
        );
        let renamed: Vec<String> = desired.renamed.iter().map(|(new, old)| format!("{new} {old}")).collect();
        assert_eq!(
            renamed,
            [
                "customer/contoso customer/old",
                "subscription/contoso/m365 subscription/old/m365",
                "subscription/contoso/visio subscription/old/viso",
            ]
        );
    }
}
