//! The grammar of a `confirm` question: plain text with `{dotted.path}` placeholders.

/// Everything wrong with the question, in the order of the text; nothing when it can be filled in.
///
/// A placeholder is one or more `snake_case` names joined by dots. `{{` and `}}` stand for the braces themselves.
pub fn faults(template: &str) -> Vec<String> {
    if template.trim().is_empty() {
        return vec!["the question is empty".to_owned()];
    }
    let mut faults = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (_, tail) = rest.split_at(at);
        rest = after_brace(tail, &mut faults);
    }
    faults
}

/// Judges the brace that `tail` starts with and gives the text behind it.
fn after_brace<'a>(tail: &'a str, faults: &mut Vec<String>) -> &'a str {
    for escaped in ["{{", "}}"] {
        if let Some(rest) = tail.strip_prefix(escaped) {
            return rest;
        }
    }
    let Some(inside) = tail.strip_prefix('{') else {
        faults.push("a `}` has no `{` before it; a plain brace is written `}}`".to_owned());
        return tail.strip_prefix('}').unwrap_or_default();
    };
    // A second `{` before the `}` means that the first one was never closed: the next placeholder is judged on its own.
    let end = inside.find(['{', '}']).unwrap_or(inside.len());
    let (path, rest) = inside.split_at(end);
    let Some(rest) = rest.strip_prefix('}') else {
        faults.push(format!("`{{{}` is never closed; a plain brace is written `{{{{`", path.trim_end()));
        return rest;
    };
    if path.is_empty() {
        faults.push("`{}` names nothing; say what stands there, as in `{quote.total}`".to_owned());
    } else if !path.split('.').all(is_name) {
        faults.push(format!("`{{{path}}}` is not a path of field names joined by dots, as in `{{quote.total}}`"));
    }
    rest
}

fn is_name(segment: &str) -> bool {
    segment.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && segment.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::faults;

    fn assert_good(template: &str) {
        assert_eq!(faults(template), Vec::<String>::new(), "{template}");
    }

    fn assert_one_fault(template: &str, words: &str) {
        match faults(template).as_slice() {
            [only] => assert!(only.contains(words), "{template}: {only}"),
            other => panic!("{template}: {other:?}"),
        }
    }

    #[test]
    fn text_without_placeholders_is_a_question() {
        assert_good("Empty the waste basket?");
    }

    #[test]
    fn placeholders_are_names_or_dotted_paths() {
        assert_good("{name}");
        assert_good("Buy {quote.total} {quote.currency} (quote {document_number})?");
        assert_good("{a}{b.c_2.d}");
        assert_good("Für {gerät}?".replace("gerät", "geraet").as_str());
    }

    #[test]
    fn doubled_braces_are_plain_text() {
        assert_good("{{not a placeholder}}");
        assert_good("{{{name}}}");
    }

    #[test]
    fn a_question_of_blanks_is_refused() {
        assert_one_fault("", "empty");
        assert_one_fault(" \n", "empty");
    }

    #[test]
    fn an_open_brace_must_be_closed() {
        assert_one_fault("Delete {name", "`{name` is never closed");
        assert_one_fault("Delete {", "`{` is never closed");
        assert_one_fault("Delete {name and {id}?", "`{name and` is never closed");
    }

    #[test]
    fn a_closing_brace_must_have_been_opened() {
        assert_one_fault("Delete name}?", "has no `{`");
        assert_one_fault("}", "has no `{`");
    }

    #[test]
    fn a_placeholder_must_name_something() {
        assert_one_fault("Delete {}?", "names nothing");
    }

    #[test]
    fn a_placeholder_is_nothing_but_field_names_and_dots() {
        for template in ["{name:?}", "{ name }", "{a..b}", "{.a}", "{a.}", "{0}", "{Name}", "{gerät}", "{a()}"] {
            assert_one_fault(template, "field names joined by dots");
        }
    }

    #[test]
    fn every_fault_of_one_question_is_found() {
        assert_eq!(faults("{} } {a b} {c").len(), 4);
    }
}
