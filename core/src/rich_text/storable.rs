//! What may be stored: what shapes a text, and nothing that acts in the browser of whoever reads it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

use super::read_html::is_address;
use super::tree::{Id, Tree};

const SCHEMES: [&str; 4] = ["https", "http", "mailto", "tel"];
/// Elements whose content is no text.
const WITH_CONTENT: [&str; 7] = ["script", "style", "template", "noscript", "iframe", "title", "textarea"];

/// What a caller writes.
static WRITTEN: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from([
            "a",
            "b",
            "blockquote",
            "br",
            "code",
            "del",
            "div",
            "em",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "img",
            "input",
            "ins",
            "li",
            "mark",
            "ol",
            "p",
            "pre",
            "s",
            "span",
            "strong",
            "sub",
            "sup",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "tr",
            "u",
            "ul",
        ]))
        .clean_content_tags(WITH_CONTENT.into())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("code", HashSet::from(["class"])),
            ("img", HashSet::from(["src", "alt"])),
            ("input", HashSet::from(["checked", "disabled"])),
            ("li", HashSet::from(["data-type", "data-checked"])),
            ("ol", HashSet::from(["start"])),
            ("td", HashSet::from(["style", "colspan", "rowspan"])),
            ("th", HashSet::from(["style", "colspan", "rowspan"])),
            ("ul", HashSet::from(["data-type"])),
        ]))
        .tag_attribute_values(HashMap::from([("input", HashMap::from([("type", HashSet::from(["checkbox"]))]))]))
        .filter_style_properties(["text-align"].into())
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("code", "class") => value.starts_with("language-").then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        })
        .url_schemes(SCHEMES.into())
        .link_rel(None);
    builder
});

/// What was stored before and stays; its editor may know more than this server, so only what acts is taken out.
static KEPT: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .add_tags(["figure", "figcaption", "input", "label", "mark", "section", "u"])
        .clean_content_tags(WITH_CONTENT.into())
        .add_generic_attributes(["class", "id", "contenteditable"])
        .add_generic_attribute_prefixes(["data-"])
        .add_tag_attributes("input", ["type", "checked", "disabled"])
        .url_schemes(SCHEMES.into())
        .link_rel(None);
    builder
});

/// HTML of a caller as it may be stored.
pub(super) fn written(html: &str) -> String {
    match Tree::read(html) {
        Some(_) => WRITTEN.clean(html).to_string(),
        // What is nested so deeply is no text of a person.
        None => super::write_html::write(&super::read_markdown::literal(&crate::sanitize::from_html(html))),
    }
}

/// HTML that is stored already, as it may be stored again.
pub(super) fn kept(tree: &Tree, id: Id) -> String {
    let html = tree.html(id);
    if has_acting(tree, id) { KEPT.clean(&html).to_string() } else { html }
}

/// Whether anything in a node could act.
pub(super) fn has_acting(tree: &Tree, id: Id) -> bool {
    tree.all(id).into_iter().any(|id| acts(tree, id))
}

fn acts(tree: &Tree, id: Id) -> bool {
    let Some(name) = tree.name(id) else { return false };
    let is_active =
        ["script", "style", "template", "noscript", "object", "embed", "form", "link", "meta", "base", "svg", "math"];
    is_active.contains(&name)
        || tree.attributes(id).any(|(attribute, value)| {
            let leads = matches!(
                attribute,
                "href" | "src" | "action" | "formaction" | "srcdoc" | "data" | "poster" | "background"
            );
            attribute.starts_with("on") || (leads && !is_address(value.trim()) && !is_relative(value))
        })
}

/// An address within the site has no scheme.
fn is_relative(address: &str) -> bool {
    let before = address.split(['/', '?', '#']).next().unwrap_or_default();
    !before.contains([':', '&']) && !address.contains(|character: char| character.is_control())
}
