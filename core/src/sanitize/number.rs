//! The plain form of a number that people give, such as a purchase order's: what looks the same is the same.

use unicode_normalization::UnicodeNormalization;

use super::is_invisible;

/// Everything that is printed as a short line and typed for a hyphen: the dashes of Unicode, and the minus sign.
const DASHES: &[char] = &[
    '\u{58a}',
    '\u{5be}',
    '\u{1400}',
    '\u{1806}',
    '\u{2010}',
    '\u{2011}',
    '\u{2012}',
    '\u{2013}',
    '\u{2014}',
    '\u{2015}',
    '\u{2043}',
    '\u{2212}',
    '\u{2e17}',
    '\u{2e1a}',
    '\u{2e3a}',
    '\u{2e3b}',
    '\u{2e40}',
    '\u{2e5d}',
    '\u{301c}',
    '\u{3030}',
    '\u{30a0}',
    '\u{fe31}',
    '\u{fe32}',
    '\u{fe58}',
    '\u{fe63}',
    '\u{ff0d}',
    '\u{10ead}',
];

/// One form for all ways to write the same number: compatible characters are composed (NFKC), every dash is `-`, blanks of
/// any kind and number are one blank and none at the ends, and what nobody sees is gone. Capitals stay as they are.
pub fn plain_number(text: &str) -> String {
    // Composed once more at the end: what was taken out may have kept two characters apart.
    let seen: String = text.nfkc().filter(|character| !is_invisible(*character)).map(plain).collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    words.join(" ").nfkc().collect()
}

fn plain(character: char) -> char {
    if DASHES.contains(&character) { '-' } else { character }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        for written in [
            "PO-9 B\u{fc}ro",
            "PO\u{2011}9 B\u{fc}ro",
            "PO\u{2212}9 B\u{fc}ro",
            "PO\u{2013}9\u{a0}B\u{fc}ro",
            " PO-9  B\u{fc}ro\u{3000}",
            "PO-9 Bu\u{308}ro",
            "P\u{200b}O-\u{feff}9 B\u{fc}ro\u{200d}",
            "P\u{ad}O-9\tB\u{fc}ro\n",
            "\u{ff30}\u{ff2f}\u{ff0d}\u{ff19} B\u{fc}ro",
            "PO-9 Bu\u{200b}\u{308}ro",
        ] {
            assert_eq!(plain_number(written), "PO-9 B\u{fc}ro", "{}", written.escape_unicode());
        }
        for other in ["PO9", "PO-90", "PO 9", "po-9 B\u{fc}ro", "PO-9 Buro"] {
            assert_ne!(plain_number(other), "PO-9 B\u{fc}ro", "{other}");
        }
    }

    proptest! {
        #[test]
        fn the_plain_form_is_plain_already(text in "\\PC{0,40}|[\\x00-\\x7f\u{a0}\u{ad}\u{200b}\u{2010}-\u{2015}\u{308}a-z]{0,20}") {
            let once = plain_number(&text);
            prop_assert_eq!(plain_number(&once), once.clone());
            prop_assert_eq!(once.trim(), once.as_str());
        }

        #[test]
        fn an_ordinary_number_stays_as_it_is(text in "[A-Za-z0-9/_.#-]{1,12}( [A-Za-z0-9/_.#-]{1,12}){0,2}") {
            prop_assert_eq!(plain_number(&text), text);
        }
    }
}
