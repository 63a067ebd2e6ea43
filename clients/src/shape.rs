//! What a document says an answer looks like: the static tables that `build.rs` writes are made of these.

/// One operation of an upstream document.
#[derive(Debug)]
pub struct Operation {
    /// The document's `operationId`.
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path template, relative to the base URL, with `{parameters}`.
    pub path: &'static str,
    /// Another spelling of the path that upstream may use instead (`x-alternate-path`).
    pub alternate_path: Option<&'static str>,
    /// What a successful answer holds.
    pub answer: Answer,
}

/// What a successful answer holds.
#[derive(Debug)]
pub struct Answer {
    /// The JSON shape, or nothing where the document promises no body.
    pub shape: Option<&'static Shape>,
    /// Whether a success without a body is documented.
    pub may_be_empty: bool,
}

/// The documented form of one JSON value.
#[derive(Debug)]
pub enum Shape {
    /// Anything at all.
    Any,
    /// A string; `known` lists the values the document names, none when it names none.
    Text {
        /// Values the document lists.
        known: &'static [&'static str],
    },
    /// A number with or without a fraction.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A list of one kind of value.
    List(&'static Shape),
    /// An object with these fields; others may come and are kept out of the typed answer.
    Object(&'static [Field]),
    /// An object used as a dictionary.
    Map(&'static Shape),
    /// Upstream may send `bare` where `object` is meant; it then stands for `property`.
    BareOr {
        /// The property that the bare value stands for.
        property: &'static str,
        /// The bare form.
        bare: &'static Shape,
        /// The full form.
        object: &'static Shape,
    },
}

/// One field of an object.
#[derive(Debug)]
pub struct Field {
    /// The name as it stands in JSON.
    pub name: &'static str,
    /// The form of its value.
    pub shape: &'static Shape,
    /// Whether the document promises that it is there.
    pub required: bool,
    /// Whether the document allows `null`.
    pub nullable: bool,
}
