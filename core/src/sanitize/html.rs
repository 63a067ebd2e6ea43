//! HTML as plain text: read by a tokenizer of the standard, in one pass, so that no text takes longer than its length.
//!
//! There is no tree: nothing that is nested deeply, left open or closed twice costs more than the same number of
//! characters elsewhere.

use std::borrow::Cow;
use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// Longest address of a link that is shown beside its text, in bytes.
const LONGEST_LINK: usize = 500;

/// HTML as plain text: paragraphs and list entries on lines of their own, cells of a table apart, links with their
/// addresses, scripts and styles gone, entities read.
pub fn from_html(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return html.trim().to_owned();
    }
    let html = with_its_end(html);
    let mut page = Page::default();
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<Infallible> {
        page.read(event);
        None
    });
    emitter.naively_switch_states(true);
    // Nothing comes out of it: what is read goes to the page.
    for _ in Tokenizer::new_with_emitter(html.as_ref(), emitter) {}
    page.text.trim().to_owned()
}

/// A tag that never ends would swallow what follows it; people write `a <b` and mean it.
fn with_its_end(html: &str) -> Cow<'_, str> {
    let end = html.rfind('>').map_or(0, |at| at + 1);
    match html.split_at_checked(end) {
        Some((tags, rest)) if rest.contains('<') => format!("{tags}{}", rest.replace('<', "&lt;")).into(),
        _ => html.into(),
    }
}

/// The text read so far, and where the reader is.
#[derive(Default)]
struct Page {
    text: String,
    /// The element whose text no page shows.
    hidden: Option<&'static str>,
    tag: Tag,
    /// The address of the link that is open, and where its text begins.
    link: Option<(String, usize)>,
}

/// The tag that is being read.
#[derive(Default)]
struct Tag {
    is_link: bool,
    is_href: bool,
    href: Option<String>,
}

/// Elements whose text no page shows.
const HIDDEN: [&str; 7] = ["script", "style", "template", "noscript", "iframe", "noembed", "title"];

impl Page {
    fn read(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => self.opened(&String::from_utf8_lossy(name)),
            CallbackEvent::AttributeName { name } => self.tag.is_href = self.tag.is_link && name == b"href",
            CallbackEvent::AttributeValue { value } => {
                // The first one counts, as in a browser.
                if self.tag.is_href && self.tag.href.is_none() {
                    self.tag.href = address(&String::from_utf8_lossy(value));
                }
            }
            CallbackEvent::CloseStartTag { .. } => {
                if let Some(href) = std::mem::take(&mut self.tag).href {
                    self.link = Some((href, self.text.len()));
                }
            }
            CallbackEvent::EndTag { name } => self.closed(&String::from_utf8_lossy(name)),
            CallbackEvent::String { value } if self.hidden.is_none() => {
                self.text.push_str(&String::from_utf8_lossy(value));
            }
            CallbackEvent::String { .. }
            | CallbackEvent::Comment { .. }
            | CallbackEvent::Doctype { .. }
            | CallbackEvent::Error(_) => {}
        }
    }

    fn opened(&mut self, name: &str) {
        self.tag = Tag { is_link: name == "a", ..Tag::default() };
        if self.hidden.is_some() {
            return;
        }
        match name {
            "br" | "hr" => self.end_line(),
            "li" => {
                self.end_line();
                self.text.push_str("- ");
            }
            "td" | "th" => self.next_cell(),
            name if is_block(name) => self.end_line(),
            name if is_element(name) => self.hidden = HIDDEN.into_iter().find(|hidden| *hidden == name),
            // Somebody's address in angle brackets, not a tag.
            name => self.text.push_str(&format!("<{name}>")),
        }
    }

    fn closed(&mut self, name: &str) {
        if self.hidden.is_some_and(|hidden| hidden == name) {
            self.hidden = None;
        }
        if self.hidden.is_some() {
            return;
        }
        if name == "a" {
            self.end_link();
        } else if is_block(name) {
            self.end_line();
        }
    }

    /// A link whose text is its address needs no second one.
    fn end_link(&mut self) {
        let Some((href, from)) = self.link.take() else { return };
        let is_said = self.text.get(from..).is_some_and(|text| text.contains(href.trim_end_matches('/')));
        if !is_said {
            self.text.push_str(&format!(" ({href})"));
        }
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn next_cell(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push_str(" | ");
        }
    }
}

/// What begins and ends a line.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "tr"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "blockquote"
            | "pre"
            | "table"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "dl"
            | "dt"
            | "dd"
            | "figure"
            | "figcaption"
    )
}

fn is_element(name: &str) -> bool {
    name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-' || character == ':')
}

/// An address that a person could open.
fn address(href: &str) -> Option<String> {
    let href = href.trim();
    let is_known = ["https://", "http://", "mailto:"].iter().any(|scheme| href.starts_with(scheme));
    let is_whole = href.len() <= LONGEST_LINK
        && !href.contains(|character: char| character.is_whitespace() || character.is_control());
    (is_known && is_whole).then(|| href.trim_start_matches("mailto:").to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn html_becomes_text_and_scripts_vanish() {
        for (html, text) in [
            (
                "<p>Hallo &amp; <b>Gr&uuml;&szlig;e</b></p><script>alert(1)</script><ul><li>eins</li><li>zwei</li></ul>",
                "Hallo & Grüße\n- eins\n- zwei",
            ),
            ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
            ("a <b", "a <b"),
            ("<p>x</p> if a<b then", "x\n if a<b then"),
            ("one<br>two<br/>three", "one\ntwo\nthree"),
            ("<table><tr><th>Name</th><th>Sum</th></tr><tr><td>A</td><td>1</td></tr></table>", "Name | Sum\nA | 1"),
            (
                "<a href=\"https://a.example/b\">here</a>, <a href='javascript:x()'>there</a>",
                "here (https://a.example/b), there",
            ),
            ("<a href=\"https://a.example/\">https://a.example</a>", "https://a.example"),
            ("<a href=mailto:ada@a.example>ada@a.example</a>", "ada@a.example"),
            ("Ada <ada@a.example> wrote", "Ada <ada@a.example> wrote"),
            ("<STYLE>p{}</STYLE>a<!-- b --><script>if (a<b) x()</script>c", "ac"),
            ("&euro; &#8364; &#x20AC; &nosuch; & &lt;p&gt;", "€ € € &nosuch; & <p>"),
            ("<script>never closed", ""),
            ("", ""),
        ] {
            assert_eq!(from_html(html), text, "{html}");
        }
    }

    /// The shortest of several runs, so that a busy machine does not decide.
    fn time(html: &str) -> Duration {
        let run = || {
            let started = Instant::now();
            std::hint::black_box(from_html(html));
            started.elapsed()
        };
        (0..5).map(|_| run()).min().unwrap_or_default()
    }

    #[test]
    fn no_text_takes_longer_than_its_length() {
        type Attack = Box<dyn Fn(usize) -> String>;
        let attributes = |count: usize| format!("<a {}>x</a>", "b ".repeat(count * 10));
        let pieces = [
            "<script></script>",
            "<div>",
            "<script>",
            "<!--",
            "<",
            "&",
            "&#",
            "<a href=\"https://a.example\">",
            "</a",
            "<li",
            "<![CDATA[",
        ];
        let many = |piece: &'static str| move |count: usize| piece.repeat(count);
        let mut attacks: Vec<(&str, Attack)> = vec![("attributes", Box::new(attributes))];
        attacks.extend(pieces.map(|piece| (piece, Box::new(many(piece)) as Attack)));
        for (name, attack) in attacks {
            let (once, twice) = (time(&attack(20_000)), time(&attack(40_000)));
            // Four where it is quadratic; what is over in a moment is measured too badly to be judged.
            assert!(twice < once * 3 + Duration::from_millis(5), "{name}: {once:?}, then {twice:?}");
        }
    }
}
