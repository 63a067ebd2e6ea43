//! When two writings of a name are the same name: one rule for customers on bills and for whatever boards name.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use infini_mcp_core::tool::text;

/// A name without what keyboards, systems and documents write differently: case, composed letters and ligatures, kinds and
/// number of blanks, invisible characters, `ß` or `ss`. Accents stay: `Müller` and `Muller` are two companies.
pub fn fold(name: &str) -> String {
    // What joins pictures stays in a text that is shown, and makes no other name.
    let plain: String = text::clean(name).nfkc().filter(|character| !text::is_invisible(*character)).collect();
    let plain = plain.to_lowercase();
    plain.replace('ß', "ss").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same without accents, for finding what somebody typed.
pub fn without_accents(name: &str) -> String {
    let plain: String = fold(name).nfkd().filter(|character| !is_combining_mark(*character)).collect();
    plain.replace('ß', "ss").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name as it is shown: composed letters, single blanks.
pub fn tidy(name: &str) -> String {
    let composed: String = name.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_name_in_many_writings_is_one_name() {
        for written in [
            "Gro\u{308}\u{df}e & Ma\u{df}  GmbH",
            "GR\u{d6}SSE & MASS GMBH",
            " Gr\u{f6}\u{1e9e}e\u{a0}& Ma\u{df}\u{2009}GmbH\u{200b} ",
            "Grösse & Mass GmbH",
            "\u{ff27}röße & Maß GmbH",
        ] {
            assert_eq!(fold(written), "grösse & mass gmbh", "{written}");
        }
        assert_eq!(tidy(" Gro\u{308}\u{df}e\u{a0} GmbH"), "Größe GmbH");
    }

    #[test]
    fn names_that_differ_in_a_letter_stay_apart() {
        for (one, other) in [("Müller", "Muller"), ("Maß GmbH", "Masse GmbH"), ("A B", "AB"), ("Mass AG", "Mass GmbH")]
        {
            assert_ne!(fold(one), fold(other));
        }
        assert_eq!(without_accents("Müller"), without_accents("MULLER"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_and_forms_do_not_matter(name in "\\PC{0,24}") {
            prop_assert_eq!(fold(&fold(&name)), fold(&name));
            prop_assert_eq!(fold(&name.nfd().collect::<String>()), fold(&name.nfc().collect::<String>()));
        }
    }
}
