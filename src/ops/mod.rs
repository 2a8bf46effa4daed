//! One file a command, thin over the layers below: takes values and doors, answers with values. Never prints, never
//! reads an argument or a variable; whoever gets only `&dyn Observe` cannot write.

pub mod explain;
