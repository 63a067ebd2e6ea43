//! Text written so that Markdown takes it literally.

/// How careful a line is written. What reads worse is used only where the plainer form would be read back differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Care {
    /// Only what could mean something at its place is escaped.
    Light,
    /// Every sign that can mean something anywhere is.
    Heavy,
    /// And the marks are elements, which mean the same whatever stands beside them.
    Elements,
}

/// Writes text behind what was written of the line so far.
pub(super) fn text(page: &mut String, text: &str, care: Care, is_in_link: bool) {
    for (at, character) in text.char_indices() {
        let rest = text.get(at + character.len_utf8()..).unwrap_or_default();
        let is_special = match care {
            Care::Light => matters(page, character, rest, is_in_link),
            Care::Heavy | Care::Elements => character.is_ascii_punctuation(),
        };
        if is_special {
            page.push('\\');
        }
        page.push(character);
    }
}

fn matters(before: &str, character: char, rest: &str, is_in_link: bool) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let (last, next) = (line.chars().next_back(), rest.chars().next());
    let is_apart = |beside: Option<char>| beside.is_none_or(char::is_whitespace);
    match character {
        '`' => true,
        '\\' => next.is_none_or(|next| next.is_ascii_punctuation()),
        '*' => line.is_empty() || !(last.is_some_and(char::is_whitespace) && next.is_some_and(char::is_whitespace)),
        '_' => {
            let is_inside = last.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric);
            !is_inside && !(last.is_some_and(char::is_whitespace) && next.is_some_and(char::is_whitespace))
        }
        '~' => last == Some('~') || next.is_none_or(|next| next == '~') || !is_apart(last),
        '<' => next.is_none_or(|next| next.is_ascii_alphabetic() || "/!?".contains(next)),
        '&' => is_entity(rest),
        '[' => is_in_link || line.is_empty() || last == Some('!'),
        ']' => is_in_link || next.is_none_or(|next| "([:".contains(next)),
        '|' => line.is_empty() || next.is_none(),
        _ if line.is_empty() => begins_a_block(character, rest),
        '.' | ')' => line.len() <= 9 && line.bytes().all(|byte| byte.is_ascii_digit()) && is_apart(next),
        _ => false,
    }
}

fn is_entity(rest: &str) -> bool {
    let end = rest.find(';').unwrap_or(rest.len());
    let is_named = end > 0 && rest.bytes().take(end).all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
    // What follows the piece may complete it.
    is_named && (end < rest.len() || end <= 32)
}

/// Whether a sign at the beginning of a line is more than itself.
fn begins_a_block(character: char, rest: &str) -> bool {
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    let is_alone = |sign: char| rest.chars().all(|other| other == sign || other.is_whitespace());
    match character {
        '#' => word.len() < 6 && word.chars().all(|sign| sign == '#'),
        '-' | '+' => word.is_empty() || is_alone(character) || rest.starts_with(['-', ':', '|']),
        '>' => true,
        '=' => is_alone('='),
        ':' => rest.starts_with(['-', '|']),
        _ => false,
    }
}
