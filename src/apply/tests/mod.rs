//! Whole runs against the simulated tenant: what is planned from manifests is applied by hand-driven machines and by the
//! real driver, with crashes, lost replies, late ones and interrupts. Never sleeps, never touches a file.

mod approval;
mod crash;
mod fate;
mod machine;
mod rig;
mod sessions;
