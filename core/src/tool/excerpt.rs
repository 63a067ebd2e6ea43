//! The beginning of a text that is too long for where it is shown.

use super::text::clean;

/// `text` on one line and without what hides; a longer one ends at a word and says how much is left out.
pub fn excerpt(text: &str, max: usize) -> String {
    let line = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, next)) = line.char_indices().nth(max) else { return line };
    let head = line.get(..end).unwrap_or_default();
    let kept = match head.rfind(' ') {
        // A word that alone is longer than half of the room is cut where the room ends.
        Some(space) if next != ' ' && space >= head.len() / 2 => head.get(..space).unwrap_or(head),
        _ => head.trim_end(),
    };
    let left = line.chars().count().saturating_sub(kept.chars().count());
    format!("{kept}… ({left} more characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_stays_as_it_is_on_one_line() {
        assert_eq!(excerpt("  Grüße\n aus\u{202e}  Köln ", 14), "Grüße aus Köln");
    }

    #[test]
    fn a_longer_one_ends_at_a_word_and_says_how_much_is_left_out() {
        assert_eq!(excerpt("one two three four", 10), "one two… (11 more characters)");
        assert_eq!(excerpt("one two three four", 13), "one two three… (5 more characters)");
        assert_eq!(excerpt(&"ü".repeat(30), 10), format!("{}… (20 more characters)", "ü".repeat(10)));
        assert_eq!(excerpt(&format!("a {}", "b".repeat(30)), 10), format!("a {}… (22 more characters)", "b".repeat(8)));
    }
}
