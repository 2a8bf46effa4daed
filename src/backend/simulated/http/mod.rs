//! The simulated tenant behind HTTP: a pure function from request to response, and a listener on loopback that alone knows
//! sockets. Its wire shapes are its own, pinned to the documented samples; it shares none with any client, so that a wrong
//! key cannot agree with itself.

mod act;
mod audit;
mod body;
mod call;
mod carts;
mod catalog;
mod checks;
mod connection;
mod control;
mod customers;
mod delivery;
mod endpoints;
mod faults;
mod filter;
mod listener;
mod living;
mod log;
mod new_customer;
mod orders;
mod page;
mod patch;
mod profiles;
mod renewal;
mod reply;
mod resellers;
mod shape;
mod sign_in;
mod subscriptions;
mod throttle;
mod users;
mod world;

pub use act::{Act, ActError, Set};
pub use delivery::Delivery;
pub use endpoints::answer;
pub use faults::{Fault, Rule, Script};
pub use listener::{Address, ListenError, Listener};
pub use living::{Living, LivingError, read};
pub use throttle::Limits;
pub use world::World;
