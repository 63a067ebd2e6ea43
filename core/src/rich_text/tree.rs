//! HTML as a tree, by the standard's own rules, of a depth and size that bound the work.

use std::cell::RefCell;
use std::io;

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::serialize::{Serialize, SerializeOpts, Serializer, TraversalScope, serialize};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, LocalName, Namespace, ParseOpts, QualName, local_name, ns, parse_fragment};

use std::borrow::Cow;

/// Elements within each other. No editor goes so far; beyond it a text may cost the square of its length.
const DEEPEST: usize = 100;
/// Bytes that are read between two looks at how deep it has become.
const AT_ONCE: usize = 1_024;

/// A node of a tree.
pub(super) type Id = usize;

#[derive(Debug, Default)]
struct Node {
    parent: Option<Id>,
    children: Vec<Id>,
    depth: usize,
    kind: Kind,
}

#[derive(Debug, Default)]
enum Kind {
    /// The document, or a comment.
    #[default]
    Nothing,
    Text(String),
    Element(QualName, Vec<Attribute>),
}

/// A piece of HTML that was read.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    deepest: usize,
}

impl Tree {
    /// Reads it; nothing where it is nested too deeply, which only an attack is.
    pub fn read(html: &str) -> Option<Self> {
        let body = QualName::new(None, ns!(html), local_name!("body"));
        let sink = Sink(RefCell::new(Self { nodes: vec![Node::default()], deepest: 0 }));
        let mut parser = parse_fragment(sink, ParseOpts::default(), body, Vec::new(), false);
        let mut rest = html;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.floor_char_boundary(AT_ONCE));
            parser.process(StrTendril::from_slice(now));
            let so_far = parser.tokenizer.sink.sink.0.borrow();
            if so_far.deepest > DEEPEST || so_far.nodes.len() > html.len() + AT_ONCE {
                return None;
            }
            rest = later;
        }
        Some(parser.finish())
    }

    /// What stands at the top.
    pub fn top(&self) -> &[Id] {
        // A fragment is read into an `html` element below the document.
        self.children(0).first().map_or(&[], |html| self.children(*html))
    }

    /// What stands in a node.
    pub fn children(&self, id: Id) -> &[Id] {
        self.nodes.get(id).map_or(&[], |node| &node.children)
    }

    /// The name of an element.
    pub fn name(&self, id: Id) -> Option<&str> {
        match &self.nodes.get(id)?.kind {
            Kind::Element(name, _) => Some(&name.local),
            Kind::Text(_) | Kind::Nothing => None,
        }
    }

    /// The text of a node that is one.
    pub fn text(&self, id: Id) -> Option<&str> {
        match &self.nodes.get(id)?.kind {
            Kind::Text(text) => Some(text),
            Kind::Element(..) | Kind::Nothing => None,
        }
    }

    /// The names and values of an element's attributes.
    pub fn attributes(&self, id: Id) -> impl Iterator<Item = (&str, &str)> {
        let attributes = match self.nodes.get(id).map(|node| &node.kind) {
            Some(Kind::Element(_, attributes)) => attributes.as_slice(),
            _ => &[],
        };
        attributes.iter().map(|attribute| (&*attribute.name.local, &*attribute.value))
    }

    /// One attribute of an element.
    pub fn attribute(&self, id: Id, name: &str) -> Option<&str> {
        self.attributes(id).find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// What a node stands in, from near to far.
    pub fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> {
        let parent = |id: &Id| self.nodes.get(*id).and_then(|node| node.parent);
        std::iter::successors(parent(&id), parent)
    }

    /// Whether a node stands in an element of one of these names.
    pub fn is_within(&self, id: Id, names: &[&str]) -> bool {
        self.ancestors(id).any(|id| self.name(id).is_some_and(|name| names.contains(&name)))
    }

    /// A node and everything in it, in order.
    pub fn all(&self, id: Id) -> Vec<Id> {
        let (mut all, mut next) = (Vec::new(), vec![id]);
        while let Some(id) = next.pop() {
            all.push(id);
            next.extend(self.children(id).iter().rev());
        }
        all
    }

    /// A node as HTML.
    pub fn html(&self, id: Id) -> String {
        let mut html = Vec::new();
        let options = SerializeOpts {
            scripting_enabled: false,
            traversal_scope: TraversalScope::IncludeNode,
            create_missing_parent: false,
        };
        // Writing to memory cannot fail.
        let _ = serialize(&mut html, &Branch(self, id), options);
        String::from_utf8(html).unwrap_or_default()
    }

    fn node(&mut self, id: Id) -> Option<&mut Node> {
        self.nodes.get_mut(id)
    }

    fn add(&mut self, kind: Kind) -> Id {
        self.nodes.push(Node { kind, ..Node::default() });
        self.nodes.len() - 1
    }

    fn place(&mut self, parent: Id, at: usize, child: NodeOrText<Id>) {
        let at = at.min(self.children(parent).len());
        let id = match child {
            NodeOrText::AppendNode(id) => {
                self.take_out(id);
                id
            }
            NodeOrText::AppendText(text) => {
                let before = at.checked_sub(1).and_then(|at| self.children(parent).get(at).copied());
                if let Some(Kind::Text(said)) = before.and_then(|id| self.node(id)).map(|node| &mut node.kind) {
                    said.push_str(&text);
                    return;
                }
                self.add(Kind::Text(text.to_string()))
            }
        };
        let depth = self.nodes.get(parent).map_or(0, |node| node.depth) + 1;
        self.deepest = self.deepest.max(depth);
        if let Some(node) = self.node(id) {
            node.parent = Some(parent);
            node.depth = depth;
        }
        if let Some(parent) = self.node(parent) {
            parent.children.insert(at.min(parent.children.len()), id);
        }
    }

    fn take_out(&mut self, id: Id) {
        let parent = self.node(id).and_then(|node| node.parent.take());
        if let Some(parent) = parent.and_then(|parent| self.node(parent)) {
            parent.children.retain(|child| *child != id);
        }
    }
}

struct Branch<'a>(&'a Tree, Id);

impl Serialize for Branch<'_> {
    fn serialize<S: Serializer>(&self, serializer: &mut S, _: TraversalScope) -> io::Result<()> {
        let Self(tree, id) = self;
        match tree.nodes.get(*id).map(|node| &node.kind) {
            Some(Kind::Text(text)) => serializer.write_text(text),
            Some(Kind::Element(name, attributes)) => {
                let attributes = attributes.iter().map(|attribute| (&attribute.name, &*attribute.value));
                serializer.start_elem(name.clone(), attributes)?;
                for child in tree.children(*id) {
                    Branch(tree, *child).serialize(serializer, TraversalScope::IncludeNode)?;
                }
                serializer.end_elem(name.clone())
            }
            Some(Kind::Nothing) | None => Ok(()),
        }
    }
}

/// What the parser writes into.
struct Sink(RefCell<Tree>);

#[derive(Debug)]
struct Name(QualName);

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl TreeSink for Sink {
    type Handle = Id;
    type Output = Tree;
    type ElemName<'a> = Name;

    fn finish(self) -> Tree {
        self.0.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a Id) -> Name {
        match self.0.borrow().nodes.get(*target).map(|node| &node.kind) {
            Some(Kind::Element(name, _)) => Name(name.clone()),
            _ => Name(QualName::new(None, ns!(), local_name!(""))),
        }
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Id {
        self.0.borrow_mut().add(Kind::Element(name, attributes))
    }

    fn create_comment(&self, _: StrTendril) -> Id {
        self.0.borrow_mut().add(Kind::Nothing)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Id {
        self.0.borrow_mut().add(Kind::Nothing)
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        self.0.borrow_mut().place(*parent, usize::MAX, child);
    }

    fn append_based_on_parent_node(&self, element: &Id, before: &Id, child: NodeOrText<Id>) {
        let has_parent = self.0.borrow().nodes.get(*element).is_some_and(|node| node.parent.is_some());
        if has_parent { self.append_before_sibling(element, child) } else { self.append(before, child) }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Id) -> Id {
        *target
    }

    fn same_node(&self, one: &Id, other: &Id) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        let mut tree = self.0.borrow_mut();
        if let NodeOrText::AppendNode(id) = child {
            tree.take_out(id);
        }
        let Some(parent) = tree.nodes.get(*sibling).and_then(|node| node.parent) else { return };
        let at = tree.children(parent).iter().rposition(|id| id == sibling).unwrap_or(usize::MAX);
        tree.place(parent, at, child);
    }

    fn add_attrs_if_missing(&self, target: &Id, attributes: Vec<Attribute>) {
        if let Some(Kind::Element(_, present)) = self.0.borrow_mut().node(*target).map(|node| &mut node.kind) {
            let missing = attributes.into_iter().filter(|new| !present.iter().any(|old| old.name == new.name));
            let missing: Vec<Attribute> = missing.collect();
            present.extend(missing);
        }
    }

    fn remove_from_parent(&self, target: &Id) {
        self.0.borrow_mut().take_out(*target);
    }

    fn reparent_children(&self, from: &Id, to: &Id) {
        let children = self.0.borrow().children(*from).to_vec();
        for child in children {
            self.append(to, NodeOrText::AppendNode(child));
        }
    }
}
