//! Text that people and models write, made into the HTML that StartInfinity keeps of comments.

use infini_mcp_core::tool::text::{from_html, to_html};

/// Tags that only shape a text.
const SHAPING: [&str; 29] = [
    "p",
    "br",
    "div",
    "span",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "b",
    "i",
    "u",
    "strong",
    "em",
    "a",
    "blockquote",
    "pre",
    "code",
    "table",
    "li",
    "tr",
    "td",
    "th",
    "thead",
    "tbody",
    "s",
];

/// The HTML of a comment: plain text escaped, a paragraph a line; HTML as it is where it only shapes the text.
///
/// HTML that could do more, such as run a script or load a picture, is reduced to its text: what a model was made to
/// write must not act in the browser of a colleague.
pub fn comment(text: &str) -> String {
    let text = text.trim();
    match is_html(text) {
        true if only_shapes(text) => text.to_owned(),
        true => to_html(&from_html(text)),
        false => to_html(text),
    }
}

/// Only text that begins and ends with a tag is HTML: `3 < 4` and `<name>` in the middle of a sentence are not.
pub fn is_html(text: &str) -> bool {
    let text = text.trim();
    let first = text.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    text.ends_with('>') && first.is_some_and(|(tag, _)| SHAPING.contains(&name(tag).as_str()))
}

/// The name in a tag, without what follows it.
fn name(tag: &str) -> String {
    let name = tag.trim_start_matches('/').split(|sign: char| sign.is_whitespace() || sign == '/').next();
    name.unwrap_or_default().to_ascii_lowercase()
}

/// Whether every tag is one that shapes, without attributes but the address of a link.
fn only_shapes(html: &str) -> bool {
    html.split('<').skip(1).all(|piece| {
        let Some((tag, _)) = piece.split_once('>') else { return false };
        let name = name(tag);
        let rest = tag.trim_matches('/').get(name.len()..).unwrap_or_default().trim().trim_end_matches('/');
        SHAPING.contains(&name.as_str()) && (rest.is_empty() || (name == "a" && is_plain_link(rest)))
    })
}

/// `href="https://…"` and nothing else.
fn is_plain_link(attributes: &str) -> bool {
    let address = attributes.strip_prefix("href=\"").and_then(|rest| rest.strip_suffix('"'));
    address.is_some_and(|address| {
        let is_known = ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
        is_known && !address.contains(['"', '\'', '<', '>']) && !address.contains(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_escaped_and_its_lines_become_paragraphs() {
        assert_eq!(comment("3 < 4 & <b>\nzweite Zeile"), "<p>3 &lt; 4 &amp; &lt;b&gt;</p><p>zweite Zeile</p>");
    }

    #[test]
    fn html_that_only_shapes_stays_as_it_is() {
        let html = "<p>Hallo <b>Welt</b><br/><a href=\"https://a.example/b\">hier</a></p>";
        assert_eq!(comment(html), html);
    }

    #[test]
    fn html_that_could_act_is_reduced_to_its_text() {
        for html in [
            "<p>Hallo<script>alert(1)</script></p>",
            "<p onclick=\"x()\">Hallo</p>",
            "<p>Hallo<img src=x onerror=x></p>",
            "<p><a href=\"javascript:x()\">Hallo</a></p>",
        ] {
            assert_eq!(comment(html), "<p>Hallo</p>", "{html}");
        }
        let link = "<p><a href=\"https://a.example\" onclick=\"x()\">Hallo</a></p>";
        assert_eq!(comment(link), "<p>Hallo (https://a.example)</p>");
    }
}
