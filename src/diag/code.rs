//! The stable codes of findings, each with a title and the text `explain` prints. Codes are never reused or renumbered.

use std::fmt;
use std::str::FromStr;

macro_rules! codes {
    ($($name:ident = $number:literal, $title:literal, $text:literal;)*) => {
        /// A finding's stable code, printed as `TT0123`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code {
            $(#[doc = $title] $name = $number,)*
        }
        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// One phrase: what it is.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
            /// Why it exists and how to mend it.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    // ── 0001-0099: files and YAML
    FileUnreadable = 1, "a file or folder could not be read", "Every file below `manifests` must be readable: a file that is skipped would release its documents. Mend the permission, or move the file out of the folder.";
    FileTooLarge = 2, "a file is larger than 64 MiB", "Split it: many documents in many files load faster too.";
    NotUtf8 = 3, "a file is not UTF-8", "Save it as UTF-8. The place of the first byte that is not is shown.";
    SymlinkLoop = 4, "a folder contains itself through a symbolic link", "Remove the link, or name the wanted folders one by one under `manifests` in the project file.";
    YamlSyntax = 5, "YAML syntax error", "The document cannot be read as YAML 1.2. The documents after the next `---` are read all the same, so that all findings come at once.";
    Tab = 6, "a tab in the indentation", "YAML forbids tabs there. Use spaces.";
    DuplicateKey = 7, "a key is written twice", "Most YAML readers silently keep the last one. Here it is an error, because one of the two was meant and nobody can know which.";
    AliasLimit = 8, "aliases expand beyond the limit", "An alias may repeat a small part of its document. Beyond the limit the file is refused: nested aliases can grow without bound.";
    TooDeep = 9, "nesting is too deep", "No kind nests deeper than a dozen levels.";
    NothingDeclared = 10, "no documents were found", "The listed files and folders hold no document. An empty project plans nothing; check `manifests` in the project file.";
    ProjectFile = 11, "the project file is not right", "`twotier.yaml` knows `manifests`, `center`, `state`, `format`, `refresh` and `lint`.";
    UnsupportedYaml = 12, "a YAML feature that manifests do not use", "Tags, merge keys and keys that are not plain text have no meaning in a manifest and are refused rather than ignored.";
    Unchecked = 13, "references into a file were not checked", "A document that cannot be read may declare a name that others refer to, so such references are not called wrong. What the rest of the manifests says is checked all the same. Mend the file, then check again.";
    LeadsOut = 14, "a path that leads out of the project", "Whoever proposes a change decides which files a project names, and text that does not parse is shown where it stands: so nothing outside of the project file's folder is read, by link or by name, and nothing hidden in it (`.git`, the state). Put the file itself in the project. Who runs twotier may name places elsewhere: `TWOTIER_MANIFESTS`, `TWOTIER_CENTER` and `--center` are not bound to it.";
    FileEmpty = 15, "a manifest file is empty", "An empty file takes nothing away: but if it held documents before, their addresses are released, and nobody keeps to them any more. Restore its text, or delete it to say so.";
    // ── 0100-0199: shape of documents
    FileUnread = 16, "files that hold documents and are not read", "What they declare is in no plan. Manifests are `*.yaml` and `*.yml` files in the files and folders that `manifests` of the project file lists, by itself the folder `manifests`; JSON is not read, nor a folder whose name is nearly the listed one.";
    UnknownKind = 100, "unknown kind or apiVersion", "`apiVersion` is `twotier/v1`; the kinds are Provider, Partnership, Customer, ResellerAssociation, Subscription, SupportDelegation, AzureAccess and Acknowledgement.";
    UnknownField = 101, "unknown field", "A field nobody reads would be a silent mistake, so it is refused. The nearest known name is shown. Names are camelCase.";
    DanglingReference = 102, "a reference to something no manifest declares", "Names refer to documents of this project. Declare the document, or correct the name.";
    WrongType = 103, "a value has the wrong type", "YAML reads `48` as a number, `yes` as text and `true` as a truth value. Quote what is text: PartnerIDs, postal codes, SKU ids.";
    MissingField = 104, "a required field is missing", "The schema of the kind says which fields are required: `twotier schema KIND`.";
    NullValue = 105, "a field has no value", "A field that is not written is not managed. `null` would say neither that nor anything else: remove the line.";
    UnknownValue = 106, "a value that is none of the known ones", "The known values are listed in the message and in the schema.";
    BadValue = 107, "a value is not well formed", "GUIDs have the form 8-4-4-4-12, PartnerIDs 4 to 10 digits, countries two upper-case letters, dates 2026-11-23, names are DNS labels.";
    EqualAddress = 108, "two documents have one address", "A name is unique in its kind; a subscription's in its customer, whether inline or standalone.";
    EqualIdentity = 109, "two documents mean one live object", "Two documents with one tenant id, domain, subscription id or PartnerID would fight over it. Keep one. Where only an id that a run learned, or the tenant, shows that they are one, neither of them does anything until one is gone.";
    NotOneProvider = 110, "a project has exactly one Provider", "A project is one tenant with one state. Other CSP regions are other projects.";
    EitherOr = 111, "fields that exclude or need each other", "Some fields only make sense together, others not at all together; the message names them.";
    UnquotedText = 112, "a text that YAML reads as something else", "Quote it.";
    // ── 0200-0299: what manifests say together
    MixedLetters = 113, "a word of letters that look alike", "A letter of one alphabet stands among those of another, as a Cyrillic \u{43e} in an English word: it reads as the name that it is not, in plans, mails and the portal. Write the word in one alphabet. A name may be in any, and have words of several.";
    TwoRelations = 200, "a relation is declared twice", "A relation stands either inline or in a document of its own. Two places would disagree one day.";
    ContradictingDelegation = 201, "two delegations name different support contacts", "A subscription has one support contact.";
    EndedReseller = 202, "an ended partnership is still used", "From `decidedOn` on nothing new may point to the reseller: move it to another one first.";
    EndingIncomplete = 203, "an ending without what it needs", "Ending a partnership is a legal act: the declaration, the dates and what was said to whom are part of the manifest.";
    CountryRule = 204, "a rule of the customer's country", "Some countries demand a registration number and a phone number, others refuse the first. Source: learn, create-a-customer.";
    OrderWithoutReseller = 205, "an order without partner of record", "Partner Center books such an order silently without a reseller, and the incentive is lost. Name `partnerOfRecord`, or the customer's `reseller`.";
    ProviderAsReseller = 206, "the provider cannot be partner of record", "The provider's own PartnerID is refused as partner of record. Source: learn, code 2072.";
    ForeignRegion = 207, "reseller, customer and provider are in different CSP regions", "Partnerships and customers do not cross CSP regions. Of a customer that is there the plan looks where its tenant is, before it orders for it or invites it to a reseller; without a role in that tenant nobody tells it, and only the service refuses the order (2030). Source: learn, regional-authorization-overview.";
    ForeignPartnerId = 208, "a PartnerID that is none of the reseller's", "`{partnership, partnerId}` must name one of the `partnerIds` of that partnership.";
    LegacyOnly = 209, "support contacts exist for legacy subscriptions only", "New-commerce subscriptions have no support contact, in API or portal. Source: learn, get-a-subscription-s-support-contact.";
    Renamed = 210, "a rename that cannot be followed", "`renamedFrom` names the old `metadata.name`, which must no longer be declared.";
    Freeze = 211, "a date or span that is not right", "`from` comes before `to`, `expires` lies after the decision.";
    CreateOnlyDiffers = 212, "a create-only field differs from what is there", "It was used when the object was created and cannot be changed by API. Correct the manifest, or change it where the message says.";
    AzureElsewhere = 213, "an Azure subscription of two customers", "A subscription lies in one tenant, so a scope in it is a scope of one customer: the other document would send somebody into the wrong tenant. Documents with `ensure: absent` are not held against this: a subscription may have moved.";
    AnothersGroup = 214, "one group, two resellers", "The AdminAgents group of a reseller is its own: a role that is granted to it is that reseller's, whatever the document calls it. Two partnerships with one `adminAgentsGroupId`, or an access for one reseller whose `principal` is the group of another, would give the role to a company that nobody reads of.";
    // ── 0300-0399: what stands against a step, seen in the tenant
    Unknown = 300, "something a step rests on could not be read", "Unknown is not absent. The step is blocked until the read succeeds; the message says which.";
    CustomerAbsent = 301, "a customer is not there", "The bound customer is in no list of ours: it left, or its relationship ended. It is never created anew. Invite it, or remove the document.";
    SubscriptionAbsent = 302, "a subscription is not there", "The bound subscription is not among the customer's. It is never bought anew; remove `subscriptionId` only to buy on purpose.";
    SubscriptionNotActive = 303, "a subscription is not active", "Suspended, expired and deleted subscriptions cannot be changed, and none is ever bought anew. Of one that a run saw in use `drift` says who did it, where audit records tell. An end that its own `renewal` said, set before, is noted once. What is left so on purpose: `lint: {TT0303: {except: [{address, reason, expires}]}}` in the project file keeps `plan`, `drift` and `lint` silent about it. Source: learn, update-a-subscription-by-id, subscription-lifecycle.";
    DomainTaken = 304, "the domain belongs to somebody", "A new customer needs a free domain. Choose another prefix.";
    DomainOurs = 305, "the domain or the tenant of a customer to create belongs to another customer of ours", "A `create` is taken for a customer that is there only where its company name is the declared one, the declared reseller is among its resellers and its tenant is not known to be in another country: else seats would be bought for somebody else. Choose another `domainPrefix`, or declare the one that is there by `tenantId`. Beside a `tenantId` that is written, the company name must be that customer's until a run knows it.";
    AddressRefused = 306, "the postal address does not pass validation", "Partner Center would refuse it; the suggestion is shown where there is one.";
    AgreementMissing = 307, "the customer has not signed the Microsoft Customer Agreement", "Orders are refused until it has; only the customer can accept it. Source: learn, integrate confirm-customer-agreement.";
    UnderReview = 308, "the customer's account was refused", "Microsoft reviews new accounts, and `await-review` waits for that; an account that was refused can order nothing. Ask Microsoft why, in a support request of Partner Center. Source: learn, retrieve-validation-status; codes 800073-800075.";
    NothingToBuy = 309, "the product cannot be bought as declared", "No availability, or several, for this product, SKU, term and billing cycle in the provider's country. Where it is sold in other forms, they are listed: correct `term` or `billingCycle`.";
    UnclaimedTwin = 310, "a live subscription of the same product is claimed by no manifest", "Buying a second one is probably a mistake. Bind the one that is there with `subscriptionId`. If it is another one, name it: `purchase: {additional: {beside: [its id]}}`. `additional: true` alone does not pass it: after a lost state it may be what this very document bought.";
    ReleasedTwin = 311, "a released address beside a new one", "A bound document disappeared and a new unbound one like it appeared: this looks like a rename. Say `renamedFrom` in the document that was renamed; in one that stands in its customer's document, write the `subscriptionId` of the old one.";
    Conflict = 312, "declared and observed both moved", "Since the field was last settled somebody changed it in the tenant and somebody changed the manifest. Nobody can know which is meant. Write what is there and apply, so that both agree; then write what is meant.";
    Drift = 313, "the tenant moved, the manifest did not", "Changed outside this project. What buys, releases or renews is reported, not undone, unless `onDrift` says so.";
    QuantityWindow = 314, "seats cannot be lowered now", "New commerce takes seats back only within seven days of buying them. Source: learn, change-the-quantity-of-a-subscription.";
    ScheduledChangeLost = 315, "a scheduled change would be deleted", "The service deletes what is scheduled for renewal when the quantity changes. What is written as `renewal` is set again by a step of the same plan; what is not written is nobody's to set. Source: learn, create-a-new-subscription.";
    DefaultWouldReplace = 316, "a default would replace another partner of record", "At first adoption only a written `partnerOfRecord` replaces one that is there.";
    NotChangeable = 317, "this kind of subscription cannot be changed so", "Reservations, savings plans and subscriptions that are not licences keep their partner of record.";
    Protected = 318, "the address is protected", "`twotier/protect: \"true\"` forbids every step that takes something away. It belongs to the live object: where a protected document comes to mean another one, the former is told under Guards as a loosening, unless a protected document means it.";
    Pending = 319, "an earlier order is not visible yet, and its document is gone", "Orders show up to 15 minutes late, and one that somebody begins may have happened. While that is not known, nothing else is bought for that customer under a new name: it would be the same one a second time. Plan again when it shows; then the subscription is there to be bound or left. An order that failed is said to have failed: `twotier state resolve`.";
    Unresolved = 320, "an earlier effect has an unknown outcome", "It could not be settled by looking. Nothing is bought, created or changed again at that address until somebody says how it ended; everything else goes on. Look in Partner Center at the customer's subscriptions and order history, or at the list of customers. It is there: `twotier state resolve N happened --id SUBSCRIPTIONID --order ORDERID --reason TEXT` (a customer: `--id TENANTID`; a change has no id); the address means that object from then on, and the next plan has nothing to do there. It is not there: `twotier state resolve N did-not-happen --reason TEXT`, and the next plan has the step again. In doubt wait: orders show up to 15 minutes late, and each `apply` looks once more.";
    NoRecipients = 321, "nobody could read the new customer's password", "`Provider.credentials.recipients` names no age public key. Without one the one-time password would be lost.";
    NoSealing = 322, "this build cannot seal passwords", "It was built without the `age` feature, so it creates no customers.";
    NeedBlocked = 323, "something it needs is blocked", "Mend that one first.";
    CustomerAmbiguous = 324, "two declared customers are one", "Seen in the tenant: the domain and the tenant id belong to one customer. Keep one document.";
    ResellerNotAssociated = 325, "the partner of record is not among the customer's resellers", "Allowed, but unusual: the reseller cannot manage what it is paid for. `plan` tells it of subscriptions that it gives such a partner of record, also where the customer was invited and has not accepted yet; `lint` tells it of all. Where the customer had the reseller when the plan was approved and has it no more, the step is `stale`.";
    HandoffDeclined = 326, "a person declined the hand-off", "It is not asked again until somebody reopens it: `twotier handoffs reopen ID --reason TEXT`. A role in a customer's Azure that was to be replaced stays until the new one is granted, because nobody might support the customer in between: `ensure: absent` has it taken back all the same.";
    NoInvitationLink = 327, "the provider's invitation link is missing", "Resellers are invited with one fixed link, copied once from the portal into `Provider.invitationUrl`.";
    PartnershipGone = 328, "a partnership that was active is no longer listed", "Somebody ended it though no run of ours asked for that, or the reseller lost its authorisation. It is not invited anew by itself: find out why, then `twotier state forget` its binding to invite again, or declare it ended. One that people ended because its document said so is invited again as soon as it says `ensure: active`.";
    Cycle = 329, "steps need each other in a circle", "The manifest lines that make the circle are shown; one of them must go.";
    CredentialsKept = 330, "a delivered password is still kept", "Once it reached its person the sealed object has no purpose: `twotier credentials forget ADDRESS --by NAME --reason TEXT`.";
    NoContact = 331, "nobody is named to write to", "An invitation is a mail to somebody: write `contact.email` of the customer, or `reseller.contact.email` of the partnership. The lists of the tenant tell no address, and what one read per customer would tell is who the bills of a company once went to, a person's data for another purpose: so `import` leaves it out. Many at once: a table `name,contact.email` and `twotier set customer --from FILE`.";
    Unsettled = 332, "an effect of an earlier run is not settled yet", "A run wrote down what it was about to do and not how it ended: it is under way, or it died. Whether it happened is not known, so nothing is bought, created or changed again there. `twotier apply` looks before it plans and settles it; what looking cannot tell is then told with `state resolve`.";
    AcceptanceExpired = 333, "an acceptance of drift expired", "Until its last day a value that `onDrift` accepts counts as settled. After it the value is drift again. Accept it anew with a reason, write it into the field, or remove the acceptance.";
    RenewalUnclear = 334, "what happens at the end of the term is not clear", "Something is scheduled for the subscription that this version has no word for, or the service does not tell whether it renews. It is not overwritten: look in the portal. Auto-renew off alone is no such case: write `renewal: {action: cancel}`, `extend` or `renew` to say what is meant.";
    SettledByApply = 335, "an apply would settle a value that moved", "The tenant moved and the manifest followed, and no run has seen both so far. `twotier apply` remembers that they agree, also where there is nothing else to do; until then a further change in the tenant looks as if both had moved.";
    AssertionFails = 336, "an assertion about the tenant does not hold", "`partnerOfRecord: none` and `{partnerId}` without a partnership only assert what already is so; nothing is set by them. Either the manifest was written wrongly, or somebody changed the tenant: `twotier explain ADDRESS` and `twotier history` tell what earlier runs saw. Correct the assertion, or name a partnership to set it.";
    PurchaseOrder = 337, "an order with a purchase order", "Partner Center has no field for the number of a customer's purchase order. Where Microsoft asks for one, the order waits in the status `pending po upload` until a file, the customer's price and the currency are attached to it, which twotier does not do. Keep the number in `purchase.reference`, or order in the portal and bind what was bought with `subscriptionId`. Source: learn, attaching-purchase-order-and-completing-po-details.";
    EndDate = 338, "a day on which the term cannot end", "A term ends before its whole length only on the last day of a month, or on the day on which another live new-commerce subscription of the customer ends. The allowed days are listed. Source: learn, custom-term-end-dates.";
    EndingHeld = 340, "something still hangs on a partnership that is to end", "Partner of record and support move first, to `ending.transferTo`; a reservation, a savings plan or a subscription that is not active cannot move and is named under `ending.leaveBehind`. Once the partnership is gone, the service refuses every change of a subscription that still has its PartnerID.";
    SearchIncomplete = 341, "not every customer was looked through for an ending", "Also a customer of another reseller may have a subscription with this one as partner of record. `ending.search: everyCustomer` looks through the whole tenant, `knownCustomers` says that the rest is knowingly left unsearched.";
    AccessRemains = 342, "what access an ended partnership leaves", "The end of a partnership takes no right away from the reseller. What we granted and know of is named; what it holds by itself only the customer sees and removes.";
    LeftBehindInVain = 343, "what is said to stay behind is not there", "Nothing under `ending.leaveBehind` is moved, so a name that means nothing may hide that the wrong one is written.";
    EarlierGrant = 344, "an earlier grant of the same address may still stand, and what it grants is not known", "A role in a customer's Azure that is no longer declared is asked back by a step of its own. Of this one, which an older version asked for, only the text is known: `twotier handoffs show ID` has its command, with `New` for `Remove`. Azure keeps it, and nobody can see it from here. Once it is taken back, `twotier handoffs reopen ID --reason TEXT`, then `twotier handoffs declined ID --reason TEXT`, end this note.";
    SharedGrant = 345, "two documents are about the same role in Azure", "One `AzureAccess` gives up a role, at a scope and for a principal, that another one declares. Azure has it once, so nothing is taken back while any document declares it.";
    LeftGrant = 346, "a role in Azure whose document is gone", "A document that disappears takes nothing away: the reseller keeps the role. Declare it again with `ensure: absent` (any role will do), and everything that was granted under its name is asked back. If somebody took it back already: `twotier handoffs reopen ID --reason TEXT`, then `twotier handoffs declined ID --reason TEXT` of the grant.";
    GrantOfAnother = 368, "a role in Azure was granted for another reseller than its document names", "Its document names another partnership than before, or its partnership means another tenant, and the group or principal is still the former one. It may be the former reseller's, which then keeps its access under the new name. Write the new reseller's group, and the former role is asked back; or reopen the hand-off, and people are asked to grant it anew.";
    IncentiveKept = 369, "an incentive stays where somebody moved it in the tenant", "No run of ours gave it to whoever has it now: it was moved in the portal or elsewhere, and the manifest followed. Had it not, the plan would have brought back the one who had it when a run last looked. `twotier apply` remembers that both agree, also where there is nothing else to do. To give it back, name the former one as `partnerOfRecord`.";
    ResellerStays = 347, "a customer moves to another reseller, and the former one stays", "No call and no page of the provider takes one reseller from a customer: the former one stays among its resellers and keeps the administrator rights it has. Only the customer ends them. Told while the change is planned; the former reseller loses what the plan moves, such as the partner of record, and nothing else.";
    CalledBack = 360, "people were asked for something that is planned no more", "A request that nobody answered is not wanted any more: its document is gone or says something else, its day moved, or something it needs has to come first. The next `apply` withdraws it, and `handoffs` lists it no more; whoever has the text already must be told. What was done all the same is said with `handoffs done ID --anyway`; planned again, it is asked anew. What is only blocked is not withdrawn: it waits.";
    DoneAnyway = 361, "something was done although it was withdrawn", "Somebody says that a hand-off was done after nobody wanted it any more. Nothing undoes it by itself: look at what it changed. Told for 30 days.";
    EndedUnasked = 352, "a partnership ended before anybody was asked to end it", "It is declared to end, and it is no longer listed, before its day or before the hand-off `end-partnership` was given to anybody: somebody ended it in the portal, or the reseller lost its authorisation. What was to come first may not be done: partners of record, support contacts, notices. Told until 30 days after a run recorded it; `history` keeps it.";
    NoticeUnproven = 353, "nobody says that a notice was given before the end", "An end that shows proves no notice. The hand-off stays open: say `twotier handoffs done ID --evidence WHERE`, or write in `ending.notices` how it was: `{how: sent, on, evidence}` or `{how: notRequired, reason}`.";
    MeansAnother = 356, "a document means another object than before", "Earlier runs knew this address as one live object, and its document names another one now: a `subscriptionId` or `tenantId` was changed or swapped. Every step of it is one of the other object, whatever its name says. What was settled, asked of people or acknowledged for the former one does not count for it. Nothing is done for it, or because of it, before a run has recorded the change. Only the run of a plan that somebody read does that: `apply FILE`, or a yes on a terminal; `apply --auto-approve` leaves it and says so, because what is done for another object by a slip is to be seen by a person first. The plan after it goes on. An id that was changed by mistake is mended before anything happened.";
    OtherDomain = 358, "a customer has another domain than its document means", "An earlier run knew this document's customer, and the document names a domain now that this customer does not have: the domain (or `create.domainPrefix`) was changed to that of another company, or the customer changed its own. Which of them is meant is not guessed, so nothing is done for either. Write `tenantId`, which never changes, if the known one is meant; a document with another name for another customer.";
    PassedOver = 367, "a customer is told by no notice", "The notice of an ending partnership goes to the reseller's customers, who stay its customers whatever happens. Somebody else may have it as partner of record or support contact without being its customer; once that is moved nothing tells of it any more, so whom to write to is said now.";
    WaitsLong = 354, "something is waited for longer than two weeks", "A wait ends when what it is for shows in the tenant, and nobody else notices when it never does. It is counted from when somebody said that the hand-off before it was done, or was asked for it, or from when the service accepted the change. Ask whoever must act, as the finding says; `handoffs reopen ID --reason TEXT` asks anew.";
    CredentialsUndelivered = 355, "a password is sealed and was never delivered", "The one-time password of a new customer lies sealed for longer than a week, and nobody acknowledged `deliver-credentials`. Deliver it and say so, or `twotier credentials forget ADDRESS --undelivered --by NAME --reason TEXT`, after which the next plan makes a new one.";
    TermBegan = 351, "a new term has the seats that its renewal said, and `quantity` says others", "What a renewal that was applied before said of the next term (seats, term, billing) has come: that is no drift, and `onDrift` brings nothing back. `quantity` still speaks of the term before. Write what is there; nothing is bought until the manifest says another number than before, or its `renewal` does.";
    DomainNear = 349, "a customer to invite has nearly the domain of one that is there", "A customer that is named by `domain` and is none of ours is invited, and bought for once it accepts. Where its domain is a slip of the hand away from that of a customer, or the same name under another ending (lists show `x.onmicrosoft.com` only), somebody else would be invited in its place. Correct `domain`, or write the `tenantId`; if both companies are meant, declare both: then it is only told.";
    DomainBound = 350, "a customer to create is there already", "A customer of ours has the domain that `create` would make, the declared company name (whatever its case and signs) and the declared reseller: it is taken for the declared one, nothing is created, and what the document orders is bought for it. Told until a run has remembered it. If another company is meant, choose another `domainPrefix`. The first password of one that an earlier state created is not kept here: where nobody has it, `twotier credentials forget ADDRESS --undelivered` has the next plan make a new one.";
    // ── 0400-0499: resellers
    PartnerInvalid = 400, "a PartnerID fails validation as partner of record", "Since 2025 Microsoft validates it at every order and change. Source: learn, validate-reseller-partner-of-record.";
    PartnerContradicts = 401, "a declared PartnerID contradicts the relationship", "The list of indirect resellers shows another PartnerID for this tenant, or shows this one for another tenant. The relationship is the truth: what the partnership would do under that PartnerID is blocked, and what others have under it is left to them, also when the partnership ends.";
    AgreementUnsigned = 402, "the reseller has not signed the Microsoft Partner Agreement", "It cannot be partner of record before. Source: learn, verify-indirect-reseller-mpa-status.";
    ResellerUnknown = 403, "the reseller is not known to Microsoft", "The PartnerID or tenant does not exist, or has no reseller account. Source: learn, codes 2200, 2204, 2205.";
    ResellerRegion = 404, "the reseller is authorised in another region", "Source: learn, codes 2201 and 2203.";
    Stranger = 405, "an accepted partnership that nobody declared", "The invitation link is reusable: whoever has it may accept. Declare the reseller, or remove the partnership in the portal. A project that declares only some of its resellers says `lint: {TT0405: {severity: off}}` in the project file: `plan`, `drift` and `lint` leave the others out.";
    PartnershipNotActive = 406, "the partnership is not active", "It is listed in another state.";
    SupportedByStranger = 407, "a support contact outside every partnership", "The subscription is supported by a tenant that is neither the provider nor a declared reseller.";
    PartnerUnproven = 408, "a reseller is known by its PartnerID alone", "The invitation link is reusable, and a PartnerID is a number that can be mistaken or given out wrongly. So a partnership whose `tenantId` is not written, and that no earlier run knew, is taken to be the listed reseller that goes by one of its PartnerIDs only where name and country agree too, and the plan says so under `Assumed`. Where they do not agree, nothing is done for it: nobody gets access, becomes partner of record, supports or ends on a PartnerID alone. Ask the reseller for its tenant and write it: `reseller: {tenantId: ...}`.";
    PartnerAmbiguous = 409, "one PartnerID, several resellers", "Two resellers that are listed go by PartnerIDs of one partnership, or one PartnerID is shown for two active resellers. Which one is meant, or whose incentive it would be, is not known, so nothing rests on it. Write the `tenantId` of the one that is meant; a PartnerID that two have is cleared up with them, and the wrong partnership removed in the portal. The end of one of them moves nothing that has it: each is named under `partnerOfRecord` of its document, or stays behind.";
    PartnerIdMoved = 410, "a PartnerID went over to another partnership", "A document declares a PartnerID that was another partnership's when a run last recorded whose it is, and the list of indirect resellers shows it for nobody. A document alone proves nothing: until the change is recorded what has that PartnerID counts as the former partnership's. It is moved with that one's end and holds it, a move away from it counts against `limits.movedPartnerOfRecord`, and nobody is paid under it for the new one, whose own end waits. The run of a plan that somebody read records it, `apply --auto-approve` does not, and the next plan goes on. A PartnerID that was moved by mistake is put back before anything happened.";
    OtherName = 411, "a reseller goes by another name than declared", "The list of indirect resellers calls the tenant otherwise than the document, or places it in another country. A tenant id says nothing to a reader: whoever reviews a change by the names of the manifests would take one company for another. Look which one is meant, then write `displayName` and `country` as the list has them, or correct `tenantId`.";
    ProfileOtherName = 412, "the profile of a PartnerID has another name than the reseller", "The list of indirect resellers shows one PartnerID of each; of other locations only a manifest says whose they are, and whoever has the PartnerID is paid. So before a step makes it partner of record, the profile that Microsoft keeps of it is asked for its name. Where that is exactly the name of another reseller, listed or declared, nobody is paid under it: the step is blocked. Where it is merely another name, as branches have, the step stays and the name stands beside the PartnerID: `fabrikam (4811113, by its profile Fabrikam Szeged)`. The profile tells a name and no tenant: a sign, no proof. Where it gives another name than when the plan was approved, the step is `stale`. Ask the reseller whether the location is its own; if it is not, take it out of `partnerIds`. Source: learn, get-partner-by-mpn-id.";
    GroupMoved = 413, "a group was the AdminAgents group of another reseller", "The AdminAgents group of a reseller is a group of its tenant, for good. A run recorded this one as that of another partnership, and a document declares it for this one, or gives it a role for this one. To take it out of the other document makes it nobody else's: what is granted to it is granted to that company. A role is not asked for while this stands. Where the other document named it by mistake, declare it as `adminAgentsGroupId` of the partnership whose it is: the run of a plan that somebody read records that, `apply --auto-approve` does not, and the next plan goes on.";
    // ── 0500-0599: limits and gates
    Acknowledge = 500, "a step needs an acknowledgement", "It takes something away. Commit the `Acknowledgement` that is printed, with a reason; there is no `--force`.";
    AcknowledgementExpired = 501, "an acknowledgement has expired", "It lets nothing pass any more. Write a new one, or remove it.";
    AcknowledgementUnused = 502, "an acknowledgement names nothing", "Its limit or cause does not exist.";
    TooManyEndings = 503, "more partnerships would be ended than `limits.endedPartnerships` allows", "Counted per run and over a rolling day. Apply in smaller parts, or commit the `Acknowledgement` that is printed, with a reason; there is no `--force`.";
    TooManyMoves = 504, "more partners of record would be replaced than `limits.movedPartnerOfRecord` allows", "Counts every subscription that is taken from another reseller, also where drift is restored; per run and over a rolling day. Apply in smaller parts, or commit the `Acknowledgement` that is printed.";
    TooManyLowered = 505, "more quantities would be lowered than `limits.loweredQuantity` allows", "Counts every lowered quantity and every next term with fewer seats than would have gone on, all of them where auto-renew is off and nobody tells what then; per run and over a rolling day. Without this limit every lowered quantity needs an acknowledgement (TT0500), and so does one at first adoption; a next term does not, because it can be taken back until it begins.";
    TooManyRenewals = 506, "more renewals would end than `limits.endedRenewals` allows", "Counts every renewal set to cancel or extend; one that is only set again, because a change of the quantity deletes it, counts once. Per run and over a rolling day. Apply in smaller parts, or commit the `Acknowledgement` that is printed.";
    TooMuchAccess = 507, "more access would be granted than `limits.grantedAccess` allows", "Counts every new customer with default administrator access and every Azure grant; per run and over a rolling day. Apply in smaller parts, or commit the `Acknowledgement` that is printed.";
    TooManySeats = 508, "more seats would be bought than `limits.boughtSeats` allows", "Counts the seats of every order, of every raised quantity, and those that go on after a term, renewed or month by month, beyond what would have: none after a cancellation, nor where auto-renew is off and nobody tells; per run and over a rolling day. Apply in smaller parts, or commit the `Acknowledgement` that is printed.";
    AcknowledgementSpent = 509, "an acknowledgement is used up", "As many steps as it says were done under it, so it lets nothing pass any more, and so were those that others of its limit and documents let pass which are declared no more: until the day those would have expired they count for whatever takes their place. Remove it; a new one takes a new name.";
    AcknowledgementIdle = 510, "an acknowledgement that nothing needs", "No step of its causes counts against its limit. What it was written for is done, or it names the wrong limit or document; left there it lets something else pass one day. Remove it, or correct it.";
    Frozen = 512, "a freeze window is open", "From the first to the last day of a window of `Provider.freeze` nothing is applied: plans are printed and can be reviewed, and `apply` refuses them. A window of today is recorded at once, with whatever else the change tightens; what it loosens waits. A window that is shortened or taken out counts from the run after the one that records it, and never for steps that were approved with that change.";
    AcknowledgementUsed = 511, "an acknowledgement lets a limit be passed", "Steps of this plan are not counted against a limit, because an `Acknowledgement` of their documents covers them. Read who says so, why, for how much and until when: what is left of it lets steps of later changes pass, too, where nobody will see it in the difference.";
    AcknowledgementWide = 513, "an acknowledgement lets much more pass than this plan needs", "More than twice what the plan needs, or for more than 30 days: what is left of it lets steps of later changes pass, where nobody sees it in the difference. Write into `atMost` what the plan needs, and an early day into `expires`; a later change brings its own.";
    NoLimits = 454, "the provider declares no limits", "Without `limits` nothing bounds what one change takes away or grants: ended partnerships, moved partners of record, ended renewals, new access, seats bought; only a lowered quantity is acknowledged one by one. `limits: {movedPartnerOfRecord: {max: 20, percent: 5}}` and so on bound a run and a day, and what is over is let pass by an `Acknowledgement`.";
    // ── 0450-0499: the live tenant, as `lint` sees it
    PartnerMissing = 450, "a subscription has no partner of record", "Partner Center books an order without one silently, and the reseller's incentive is lost. Write `partnerOfRecord`; a reservation or savings plan cannot be given one afterwards. Source: learn, indirect-provider-tasks.";
    PartnerUnknown = 451, "a partner of record that belongs to no reseller of ours", "A PartnerID that lapsed, is wrong or was never ours blocks every later change of the subscription. Set one of a partnership, or add the id to `partnerIds` of the reseller it belongs to.";
    ExtendedTerm = 452, "a subscription that does not renew", "Since 2026 a new-commerce subscription whose auto-renew is off may go on month by month at a higher price (Extended Service Term) instead of ending: off is no cancellation. Say what is meant: `renewal: {action: renew}`, `cancel` or `extend`. Source: learn, Extended service terms (EST).";
    NoAdminAccess = 453, "a customer is created without administrator access", "`defaultAdminAccess: none` leaves nobody of ours who could reset a one-time password whose reply was lost.";
    // ── 0600-0699: state
    NoState = 600, "the state is missing", "A missing state is unknown, not empty: with it the knowledge of what was bought would be lost. If this tenant never had one: `twotier state init`.";
    OtherTenant = 601, "the state belongs to another tenant", "Genesis names another provider tenant than the manifests. Point `state` elsewhere.";
    Released = 602, "a managed document disappeared", "Nothing is taken away. The address is no longer managed; to end something, say so in a document.";
    JournalDamaged = 603, "the journal is damaged", "An object is torn, changed, missing or out of its chain. Nothing is guessed: restore the state from its newest copy, and hold it against the head that the log of the last `apply` names: `state verify --head`. Where there is no copy, keep the damaged folder for whoever audits, name a new place (`state`), begin it by `state init`, and wait 15 minutes, since orders show late. What was bought then blocks a second order, and what is there is bound anew; lost are sealed passwords, what people said, and the limits and protections in force: review the first plan like the very first one. Where only the last objects are wrong because a newer twotier wrote them, use that version.";
    JournalOdd = 604, "a record that changes nothing", "It speaks of something the journal does not hold, or its run no longer held the lease. It was passed over; somebody else than this tool may have written it.";
    SealedUnusable = 605, "a sealed password is gone or changed", "The journal names a ciphertext that is not there or is another one. `twotier credentials forget ADDRESS --undelivered` has the next plan make a new one.";
    StateFresh = 606, "no run was made with this state yet", "A state that has seen no run knows of no order, no hand-off, no limit and no protection: what is declared now is all that holds. The first plan of a tenant says so rightly. If the tenant is managed already, another state is the true one: name it by `--state` or TWOTIER_STATE, and ask who changed `state`; two states of one tenant buy twice.";
    CheckpointNotCompared = 607, "a checkpoint was not compared with the records", "It was folded by the rules of another version, which no command of this one reads, or the records it stands for are damaged. It holds nothing that the records do not say: deleted, it is missed by nobody.";
    NotCompared = 612, "what else changed in the manifests is not told", "A plan also tells what manifests and project file say otherwise than what was approved last and no step shows: whom to write to, links, names, what silences an alarm. For that it compares with the commit of the run that last applied a plan which told all that; a run that was refused, one of `--waiting` and one whose manifests are others than those the plan was made of leave it where it is. A run names its commit by `TWOTIER_COMMIT`, what the pipeline says, or the commit of a work tree whose manifests are all committed. No run has named one yet, or this clone does not hold it. Compare with a commit that is here, `plan --base REF`, or fetch the whole history.";
    StateCommitted = 613, "the state is committed to the repository", "Whoever may propose a change could bring a state of their own along, without limits, protections and memory of what was bought. Keep the state where only the jobs that plan and apply reach it, name that place by TWOTIER_STATE, and take the folder out of the repository: `git rm -r --cached FOLDER`, with a line in `.gitignore`.";
    // ── 0700-0799: sign-in and roles
    RoleMissing = 700, "a step needs a role that the signed-in user does not hold", "`center.roles` says which roles the user has in Partner Center, and none of them is enough: `apply` would refuse before it writes anything. The words are `adminAgent`, `salesAgent`, `helpdeskAgent`, `globalAdmin`, `billingAdmin` and `userAdmin`; `TWOTIER_ROLES`, a list with commas, outranks the project file. Let somebody with the role apply, have the role given (it takes effect within an hour), correct `center.roles`, or leave those steps out: `plan --target ADDRESS --out FILE` plans the rest, and `apply FILE` stays within it. Source: learn, permissions-overview.";
    TokenOld = 701, "the stored refresh token is getting old", "A refresh token lasts 90 days and is renewed whenever it is used and the new one can be kept. `twotier login` stores a new one. Source: learn, gdap-and-secure-application-model.";
    TokenNotKept = 702, "a renewed refresh token was not kept", "Signing in gave a new refresh token. A variable can only be read, so the old one goes on until its 90 days are over: name a file or commands that can write under `center.token`.";
}

impl Code {
    /// Whether an acknowledgement can let it be passed.
    #[must_use]
    pub fn is_limit(self) -> bool {
        matches!(
            self,
            Self::Acknowledge
                | Self::TooManyEndings
                | Self::TooManyMoves
                | Self::TooManyLowered
                | Self::TooManyRenewals
                | Self::TooMuchAccess
                | Self::TooManySeats
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TT{:04}", *self as u16)
    }
}
impl FromStr for Code {
    type Err = ();
    /// `TT0123`, any case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let upper = text.to_ascii_uppercase();
        Self::ALL.iter().copied().find(|code| code.to_string() == upper).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip_and_are_explained() {
        for code in Code::ALL {
            assert_eq!(code.to_string().parse(), Ok(*code));
            assert!(!code.title().ends_with('.') && code.text().ends_with('.'), "{code}");
        }
    }
}
