//! Judges the doc comment, which is what the model reads.

use proc_macro2::Span;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

use super::Faults;
use crate::read::Function;

/// The doc comment's text, when it starts with a sentence.
pub fn doc(function: &Function, faults: &mut Faults) -> Option<String> {
    let mut lines = Vec::new();
    let mut place: Option<Span> = None;
    for expression in function.attributes.iter().filter_map(doc_expression) {
        let Some(text) = literal(expression) else {
            faults
                .over(expression, "a tool's doc comment is written out here, where the model's words can be reviewed");
            return None;
        };
        place.get_or_insert(text.span());
        lines.extend(text.value().split('\n').map(without_indent));
    }
    let place = place.unwrap_or(function.signature.ident.span());
    let doc = lines.join("\n").trim().to_owned();
    if doc.is_empty() {
        faults.at(place, "a tool has a doc comment: the model reads it to know when to call the tool");
        return None;
    }
    if !starts_with_a_sentence(&doc) {
        faults.at(place, "the doc comment starts with a sentence that says what the tool does, up to its full stop");
    }
    Some(doc)
}

/// What `#[doc = …]` says, which is what `///` becomes; `#[doc(hidden)]` and its like say nothing to the model.
fn doc_expression(attribute: &Attribute) -> Option<&Expr> {
    match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => Some(&meta.value),
        _ => None,
    }
}

/// A text, also when it comes out of a `macro_rules` variable, which wraps it in an invisible group.
fn literal(expression: &Expr) -> Option<&LitStr> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// Only the one space that everybody writes after `///` goes; a list inside the text keeps its shape.
fn without_indent(line: &str) -> String {
    line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
}

/// A sentence starts with a letter or a digit (not a heading or a list) and ends within the first paragraph.
fn starts_with_a_sentence(doc: &str) -> bool {
    let paragraph = doc.split("\n\n").next().unwrap_or_default();
    let mut characters = paragraph.chars().peekable();
    if !characters.peek().is_some_and(|first| first.is_alphanumeric()) {
        return false;
    }
    while let Some(character) = characters.next() {
        let ends_a_word = characters.peek().is_none_or(|next| next.is_whitespace());
        if matches!(character, '.' | '!' | '?') && ends_a_word {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{starts_with_a_sentence, without_indent};

    #[test]
    fn a_sentence_may_run_over_lines_and_be_followed_by_more() {
        assert!(starts_with_a_sentence("List boards."));
        assert!(starts_with_a_sentence("List all\nboards. Use first.\n\nNot for items"));
        assert!(starts_with_a_sentence("2.5 times faster!"));
    }

    #[test]
    fn headings_lists_and_unfinished_lines_are_no_sentence() {
        for doc in ["# Boards.", "- boards.", "List boards", "List boards\n\nUse first.", "v1.2"] {
            assert!(!starts_with_a_sentence(doc), "{doc}");
        }
    }

    #[test]
    fn only_the_first_space_of_a_line_is_taken_away() {
        assert_eq!(without_indent("   - deep "), "  - deep");
        assert_eq!(without_indent("tight"), "tight");
    }
}
