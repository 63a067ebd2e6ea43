//! The `.env` file: variables one a line, as both predecessors read them.
//!
//! Read here rather than by a crate: those at hand put other variables in the place of `$word`, which the predecessors did
//! not, so a secret with a dollar in it would silently become another one.

/// The variables of a file's text.
///
/// # Errors
/// The number of the first line that is no variable.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, usize> {
    let mut variables = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=').ok_or(at + 1)?;
        let name = name.strip_prefix("export ").unwrap_or(name).trim();
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
        if name.is_empty() || !name.chars().all(fits) {
            return Err(at + 1);
        }
        variables.push((name.to_owned(), unquoted(value.trim()).ok_or(at + 1)?));
    }
    Ok(variables)
}

/// A value without its quotes, or without the comment after it. `None` when a quote does not end on its line.
fn unquoted(value: &str) -> Option<String> {
    let Some(quote) = value.chars().next().filter(|first| "'\"`".contains(*first)) else {
        let end = value.find(" #").unwrap_or(value.len());
        return Some(value.get(..end)?.trim_end().to_owned());
    };
    let rest = value.get(1..)?;
    let inside = rest.get(..rest.find(quote)?)?;
    // Only double quotes know an escape, and only this one.
    Some(if quote == '"' { inside.replace("\\n", "\n") } else { inside.to_owned() })
}

/// A line that gives a value back as it is, here, in a shell and in Compose. `None` when no quotes fit around it.
pub(super) fn line(name: &str, value: &str) -> Option<String> {
    let quote = ['\'', '"'].into_iter().find(|quote| !value.contains(*quote))?;
    let spoilt = value.contains(['\n', '\r']) || (quote == '"' && value.contains(['$', '\\', '`']));
    (!spoilt).then(|| format!("{name}={quote}{value}{quote}\n"))
}

/// The text with these variables set, and every other line as it was.
pub(super) fn with(text: &str, variables: &[(&str, &str)]) -> Option<String> {
    let sets = |line: &str| {
        let name = line.split_once('=').map_or("", |(name, _)| name).trim();
        let name = name.strip_prefix("export ").unwrap_or(name).trim();
        variables.iter().any(|(ours, _)| *ours == name)
    };
    let mut kept: String = text.lines().filter(|line| !sets(line)).map(|line| format!("{line}\n")).collect();
    for (name, value) in variables {
        kept.push_str(&line(name, value)?);
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        parse(text).unwrap().pop().unwrap().1
    }

    #[test]
    fn values_are_read_as_the_predecessors_read_them() {
        for (line, expected) in [
            ("A=b", "b"),
            ("export A = b # why", "b"),
            ("A=b#c", "b#c"),
            ("A=two words", "two words"),
            ("A=pa$word~x", "pa$word~x"),
            ("A='$x # y'", "$x # y"),
            ("A=\"one\\ntwo\" # why", "one\ntwo"),
            ("A=", ""),
            ("\u{feff}A=b\r\n", "b"),
            ("A=a=b==", "a=b=="),
        ] {
            assert_eq!(value(line), expected, "{line}");
        }
        assert_eq!(parse("# only\n\n a comment"), Err(3));
        assert_eq!(parse("A='never ends"), Err(1));
    }

    #[test]
    fn what_is_written_is_read_back_and_other_lines_stay() {
        for secret in ["plain", "with'quote", "$a`b\"c\\d", "a#b", ""] {
            assert_eq!(value(&line("A", secret).unwrap()), secret);
        }
        assert_eq!(line("A", "both'and\"$"), None);
        let text = with("# mine\nOTHER=1\nexport A='old'\n", &[("A", "new"), ("B", "x")]).unwrap();
        assert_eq!(text, "# mine\nOTHER=1\nA='new'\nB='x'\n");
    }
}
