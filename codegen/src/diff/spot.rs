//! Name a place in both documents, in words a person would use.

/// Where a comparison is: below one part of one operation, in the old document and in the new one.
#[derive(Clone, Debug)]
pub struct Spot {
    /// In the old document, for example `answer 200, data[].name`.
    pub old: String,
    /// In the new document.
    pub new: String,
    /// The shared part both are in and the way from there, by which the same change in several operations is recognised.
    pub shared: Option<String>,
}

impl Spot {
    /// A part of an operation that has the same name in both documents.
    pub fn part(words: &str) -> Self {
        Self { old: words.to_owned(), new: words.to_owned(), shared: None }
    }

    /// A part that has another name in the new document.
    pub fn parts(old: &str, new: &str) -> Self {
        Self { old: old.to_owned(), new: new.to_owned(), shared: None }
    }

    /// The same place, inside a shared part.
    pub fn within(&self, shared: Option<&str>) -> Self {
        let shared = shared.map(str::to_owned).or_else(|| self.shared.clone());
        Self { shared, ..self.clone() }
    }

    /// A property of the object here.
    pub fn property(&self, name: &str) -> Self {
        self.below(&format!(".{name}"), name)
    }

    /// The elements of the list here.
    pub fn elements(&self) -> Self {
        self.below("[]", "[]")
    }

    /// The values of the map here.
    pub fn values(&self) -> Self {
        self.below(".*", "*")
    }

    /// One of the forms a value may take here.
    pub fn form(&self, number: usize) -> Self {
        self.below(&format!(" (form {number})"), &format!("form {number}"))
    }

    fn below(&self, further: &str, first: &str) -> Self {
        Self {
            old: joined(&self.old, further, first),
            new: joined(&self.new, further, first),
            shared: self.shared.as_ref().map(|shared| format!("{shared}{further}")),
        }
    }
}

/// `answer 200` and `name` are `answer 200, name`; that and `first` are `answer 200, name.first`.
fn joined(place: &str, further: &str, first: &str) -> String {
    if place.contains(", ") { format!("{place}{further}") } else { format!("{place}, {first}") }
}
