//! What an answer carries beside its facts: a picture to look at, a file to keep.

/// Something that travels with an answer. The facts never depend on it, for not every client shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attachment {
    /// A picture for the person, as PNG. Models take four kinds of pictures and end the conversation at any other, so that
    /// no other can be said here; a drawing in another form is a file.
    Png(Vec<u8>),
    /// A text file.
    File {
        /// What it is called, as a URI of this server.
        uri: String,
        /// For example `text/csv`.
        media_type: &'static str,
        /// The content.
        text: String,
    },
}
