//! Find for each operation of the old document the one that it became, though its path or its id may be another now.

use super::reading::{Operation, template};

/// What became of an operation.
pub enum Pair<'a> {
    /// It is in both documents.
    Both(Operation<'a>, Operation<'a>),
    /// It is only in the old one.
    Gone(Operation<'a>),
    /// It is only in the new one.
    Came(Operation<'a>),
}

/// One way in which two operations can be the same.
type Likeness = fn(&Operation<'_>, &Operation<'_>) -> bool;

/// The surest first: a path with another parameter name is the same path.
const LIKENESSES: [Likeness; 3] =
    [|old, new| same_place(old, new) && same_id(old, new), same_place, |old, new| same_id(old, new)];

/// Pair the operations, in the order of the old document, with the new ones last.
pub fn pairs<'a>(old: Vec<Operation<'a>>, mut new: Vec<Operation<'a>>) -> Vec<Pair<'a>> {
    let mut found: Vec<(Operation<'a>, Option<Operation<'a>>)> = old.into_iter().map(|one| (one, None)).collect();
    for alike in LIKENESSES {
        for (one, other) in found.iter_mut().filter(|(_, other)| other.is_none()) {
            *other = new.iter().position(|candidate| alike(one, candidate)).map(|place| new.remove(place));
        }
    }
    let both = found.into_iter().map(|(one, other)| match other {
        Some(other) => Pair::Both(one, other),
        None => Pair::Gone(one),
    });
    both.chain(new.into_iter().map(Pair::Came)).collect()
}

fn same_place(old: &Operation<'_>, new: &Operation<'_>) -> bool {
    old.method == new.method && template(old.path) == template(new.path)
}

fn same_id(old: &Operation<'_>, new: &Operation<'_>) -> bool {
    old.id() == new.id()
}
