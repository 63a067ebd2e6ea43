//! Why the files of users and credentials cannot be used or changed.

use std::io;
use std::path::PathBuf;

use super::cipher::SHORTEST_KEY;

/// What happened, what was not done, and what to do. No variant carries a secret or a part of a file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("{} cannot be read: {cause}. {}", .path.display(), unread(.cause))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {cause}. Nothing was changed. A file that is mounted by itself into a container cannot be replaced: mount its folder.", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file does not have the form it should have.
    #[error("{} {problem}. Nothing was changed. Put it right, or bring the file back from a backup.", .path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The store does not open.
    #[error("{} does not open with this key. Nothing was changed. Set MCP_CREDENTIAL_STORE_KEY (or MCP_CREDENTIAL_STORE_KEY_FILE) to the key it was made with.", .path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// The store opens in part: somebody changed it.
    #[error("{} was changed by something other than infini-mcp: {what}. Nothing was changed. Bring the file back from a backup.", .path.display())]
    Tampered {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// There is no key.
    #[error(
        "MCP_CREDENTIAL_STORE_KEY is not set, so the credential store cannot be opened. Set it, or MCP_CREDENTIAL_STORE_KEY_FILE; `infini-mcp credentials init` makes one."
    )]
    NoKey,
    /// The key could be guessed.
    #[error(
        "the key of the credential store has fewer than {SHORTEST_KEY} characters, so it could be guessed. Nothing was written. Take a random one; `infini-mcp credentials init` makes one when none is set."
    )]
    ShortKey,
    /// What was asked for does not go with what there is.
    #[error("{0}")]
    Refused(String),
}

/// The advice for a file that cannot be read.
fn unread(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::NotFound => {
            "`infini-mcp credentials init` makes it; MCP_USERS_FILE and MCP_CREDENTIAL_STORE_FILE say where it is."
        }
        io::ErrorKind::PermissionDenied => "Make it readable for the user that the server runs as.",
        _ => "MCP_USERS_FILE and MCP_CREDENTIAL_STORE_FILE say where it is.",
    }
}
