//! Where in an answer the mending is at, kept on the stack and written out only when there is something to report.

/// A place in a JSON value: the way from the root, linked backwards.
#[derive(Clone, Copy)]
pub(in crate::api) struct Path<'a> {
    up: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Field(&'a str),
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    pub(super) fn root() -> Self {
        Self { up: None, step: Step::Root }
    }

    pub(super) fn field(&'a self, name: &'a str) -> Self {
        Self { up: Some(self), step: Step::Field(name) }
    }

    pub(super) fn key(&'a self, name: &'a str) -> Self {
        Self { up: Some(self), step: Step::Key(name) }
    }

    pub(super) fn index(&'a self, index: usize) -> Self {
        Self { up: Some(self), step: Step::Index(index) }
    }

    /// The JSON pointer to exactly this value.
    pub(super) fn pointer(&self) -> String {
        self.written(&|step| match step {
            Step::Root => String::new(),
            Step::Field(name) | Step::Key(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => format!("/{index}"),
        })
    }

    /// The pointer with `*` for list indexes and dictionary keys: the same for all rows of a list.
    pub(super) fn place(&self) -> String {
        self.written(&|step| match step {
            Step::Root => String::new(),
            Step::Field(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Key(_) | Step::Index(_) => "/*".to_owned(),
        })
    }

    fn written(&self, write: &dyn Fn(Step<'_>) -> String) -> String {
        let mut text = self.up.map_or_else(String::new, |up| up.written(write));
        text.push_str(&write(self.step));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_fields_and_generalises_rows() {
        let root = Path::root();
        let (rows, odd) = (root.field("a/b"), "x~y");
        let row = rows.index(3);
        let cell = row.key(odd);
        assert_eq!(cell.pointer(), "/a~1b/3/x~0y");
        assert_eq!(cell.place(), "/a~1b/*/*");
        assert_eq!(root.pointer(), "");
    }
}
