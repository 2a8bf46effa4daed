//! A setting with where its value comes from. Holds no setting itself.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from, strongest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag of the command line.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// The project file.
    ProjectFile(PathBuf),
    /// A manifest, where no setting says otherwise.
    Manifest(PathBuf),
    /// Built in.
    Default,
}
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::ProjectFile(path) | Self::Manifest(path) => path.display().fmt(f),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    /// The value in force.
    pub(crate) value: T,
    /// Where it comes from.
    pub(crate) origin: Origin,
}
impl<T> Setting<T> {
    /// A value of this origin.
    pub(crate) fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}
