//! The vocabulary: ids, names, addresses, operations, time, digests. Holds plain values every layer may use;
//! never reads YAML, speaks HTTP, touches files or asks a clock.

pub mod address;
pub mod azure;
pub mod clock;
pub mod country;
pub mod digest;
pub mod ends;
pub mod extent;
pub mod fact;
pub mod freeze;
pub mod id;
pub mod limit;
pub mod operation;
pub mod product;
pub mod renewal;
mod schema;
pub mod secret;
pub mod step;
pub mod text;
pub mod time;

pub use address::{Address, CustomerKey, Kind, Leaf, SubscriptionKey};
pub use clock::{Clock, Sleeps};
pub use digest::Digest;
pub use ends::Ends;
pub use extent::{Extent, Seats};
pub use fact::{Fact, Field, Managed, Value};
pub use freeze::Freeze;
pub use id::{CartId, CustomerId, Name, OrderId, PartnerId, RequestId, SubscriptionId, TenantId};
pub use limit::{Bound, Count, Limit, Limits};
pub use operation::{Effect, NewCustomer, Operation, SubscriptionChange};
pub use product::{BillingCycle, Product, Term};
pub use renewal::{NextTerm, Renewal};
pub use secret::Secret;
pub use step::{Class, StepKey, StepName};
pub use time::{Date, Span, Timestamp};
