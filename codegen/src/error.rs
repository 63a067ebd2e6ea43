//! What can go wrong while a document becomes a client, each said so that a maintainer knows what to do next.

use std::path::PathBuf;

/// Why a service's document could not be turned into a client.
///
/// `Display` names the file, what is wrong with it and the next step; `source()` keeps the parser's own words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that must be there could not be read.
    #[error("{}: cannot be read ({cause}). Nothing was generated; put the file in place and run again.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// A file could not be written.
    #[error("{}: cannot be written ({cause}). The other files were left as they are.", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// A file is not the YAML, JSON or TOML it should be.
    #[error("{}: is not what it should be: {detail}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What the parser found, with its position where it knows one.
        detail: String,
    },
    /// A fix does not begin with a `test` or `absent` step, so that nothing would notice when its reason is gone.
    #[error(
        "{}: does not begin with a `test` or `absent` step. Put one first: it must fail once upstream's document is right (why: {why}).",
        file.display()
    )]
    UntestedFix {
        /// The fix file.
        file: PathBuf,
        /// The fix's own reason.
        why: String,
    },
    /// A step of a fix does not fit the document any more.
    #[error("{0}")]
    FixNoLongerFits(Box<Misfit>),
    /// Fixes do not fit a document that was to be accepted.
    #[error(
        "{}\nNothing was accepted. Correct the fixes; one whose reason is gone can be left behind with --drop-fix NAME.",
        .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    )]
    FixesDoNotFit(Vec<Misfit>),
    /// A fix was named that is not there.
    #[error("there is no fix `{name}`; there are: {known}. Nothing was accepted.")]
    UnknownFix {
        /// The name given.
        name: String,
        /// The fixes of the service, comma-separated.
        known: String,
    },
    /// A document was to be accepted while another is, or was when it broke off.
    #[error(
        "{}: another document is being accepted, or was when that broke off. Nothing was accepted; if nobody is at it, delete the folder and run `cargo codegen check`.",
        path.display()
    )]
    Accepting {
        /// The folder that documents are accepted in.
        path: PathBuf,
    },
    /// A document could not be fetched.
    #[error("{address}: {detail}. Nothing was written.")]
    Unfetchable {
        /// Where it should have come from.
        address: String,
        /// What went wrong.
        detail: String,
    },
    /// The document as a whole cannot become a client, though each operation alone could.
    #[error("{}: the client could not be generated: {detail}", path.display())]
    Ungeneratable {
        /// The document.
        path: PathBuf,
        /// What the generator said.
        detail: String,
    },
    /// A service was named that has no folder.
    #[error("there is no service `{name}`; known are: {known}")]
    UnknownService {
        /// The name given.
        name: String,
        /// The folders that exist, comma-separated.
        known: String,
    },
}

/// A step of a fix, and what it found where it wanted to work.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error(
    "{}: the `{step}` step at {path} no longer fits.\n  why it is there: {why}\n  it expects: {expected}\n  the document now says: {found}\nRead what upstream changed, then correct the fix or delete it.",
    file.display()
)]
pub struct Misfit {
    /// The fix file.
    pub file: PathBuf,
    /// The fix's own reason.
    pub why: String,
    /// `test`, `absent`, `add`, `replace` or `remove`.
    pub step: String,
    /// JSON Pointer (RFC 6901) into the document.
    pub path: String,
    /// What the step wanted to find there.
    pub expected: String,
    /// What is there instead.
    pub found: String,
}
