//! A number that came as text, read as people of several countries write it; what could be two numbers is not guessed.

use serde_json::Number;

/// Why a text is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It is none.
    NoNumber,
    /// It could be either, as `1.234` is 1234 to one reader and a little more than 1 to another.
    Either(String, String),
}

impl Doubt {
    /// What to send instead; completes “it takes …”.
    pub fn wanted(&self) -> String {
        match self {
            Self::NoNumber => "a number such as 1234.5".to_owned(),
            Self::Either(whole, fraction) => {
                format!("one number, and this may be {whole} or {fraction}: send a JSON number, not a text")
            }
        }
    }
}

/// The number in a text: `21.25`, `21,25`, `1.234,50`, `1'234.50`, `1 234`, `-3`, `1e3`.
///
/// # Errors
/// When it is none, or could be two.
pub fn read(text: &str) -> Result<Number, Doubt> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let has_power = digits.starts_with(|first: char| first.is_ascii_digit()) && digits.contains(['e', 'E']);
    let plain = if has_power { digits.to_owned() } else { plain(digits)? };
    // JSON knows no number that begins with a point or with zeros.
    let plain = plain.trim_start_matches('0');
    let zero = if plain.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" };
    serde_json::from_str(&format!("{sign}{zero}{plain}")).map_err(|_| Doubt::NoNumber)
}

/// Digits with a point at most, from digits with separators.
fn plain(digits: &str) -> Result<String, Doubt> {
    let (mut groups, mut separators) = (vec![String::new()], Vec::new());
    for character in digits.chars() {
        match (character, groups.last_mut()) {
            ('0'..='9', Some(group)) => group.push(character),
            ('.' | ',', _) => {
                separators.push(character);
                groups.push(String::new());
            }
            // Blanks and apostrophes only keep thousands apart.
            (' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\'' | '’', _) => {
                separators.push('_');
                groups.push(String::new());
            }
            _ => return Err(Doubt::NoNumber),
        }
    }
    let Some((&last, earlier)) = separators.split_last() else {
        return groups.pop().filter(|group| !group.is_empty()).ok_or(Doubt::NoNumber);
    };
    let fraction = groups.pop().filter(|group| !group.is_empty()).ok_or(Doubt::NoNumber)?;
    let whole = groups.concat();
    match earlier {
        [] if last == '_' => thousands(&groups, &fraction),
        [] if may_be_thousands(&groups, &fraction) => {
            Err(Doubt::Either(format!("{whole}{fraction}"), format!("{whole}.{fraction}")))
        }
        [] => Ok(format!("{whole}.{fraction}")),
        [first, ..] if earlier.iter().any(|separator| separator != first) => Err(Doubt::NoNumber),
        [first, ..] if *first == last => thousands(&groups, &fraction),
        [_, ..] if last == '_' => Err(Doubt::NoNumber),
        [_, ..] => match groups.split_last() {
            Some((end, begin)) => Ok(format!("{}.{fraction}", thousands(begin, end)?)),
            None => Err(Doubt::NoNumber),
        },
    }
}

/// Whether groups of digits stand as thousands do: up to three, and then three each.
fn may_be_thousands(groups: &[String], last: &str) -> bool {
    let is_first = |group: &String| (1..=3).contains(&group.len()) && !group.starts_with('0');
    groups.first().is_some_and(is_first) && groups.iter().skip(1).all(|group| group.len() == 3) && last.len() == 3
}

fn thousands(groups: &[String], last: &str) -> Result<String, Doubt> {
    if may_be_thousands(groups, last) { Ok(format!("{}{last}", groups.concat())) } else { Err(Doubt::NoNumber) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, wanted) in [
            ("21,25", "21.25"),
            ("21.25", "21.25"),
            (" 1.234,50", "1234.50"),
            ("1,234.50", "1234.50"),
            ("1'234.50", "1234.50"),
            ("1 234", "1234"),
            ("1\u{202f}234,5", "1234.5"),
            ("1.234.567", "1234567"),
            ("1234.567", "1234.567"),
            ("0,125", "0.125"),
            (",5", "0.5"),
            ("-3", "-3"),
            ("−3,1", "-3.1"),
            ("+007", "7"),
            ("0", "0"),
            ("1e3", "1e3"),
        ] {
            let wanted: Number = serde_json::from_str(wanted).unwrap();
            assert_eq!(read(text).unwrap().as_f64(), wanted.as_f64(), "{text}");
        }
        assert!(read("0").unwrap().is_u64() && read("1 234").unwrap().is_u64());
    }

    #[test]
    fn what_could_be_two_numbers_is_asked_back() {
        for text in ["1.234", "1,234", "-12.000", "999,999"] {
            let Err(Doubt::Either(whole, fraction)) = read(text) else { panic!("{text} was guessed") };
            assert!(!whole.contains('.') && fraction.contains('.'), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in
            ["", "-", ".", "5.", "viele", "12 34", "1.23.456", "1,2.3,4", "1.234 5", "0x10", "1-2", "e3", "1_000"]
        {
            assert_eq!(read(text), Err(Doubt::NoNumber), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_what_json_says_is_what_is_read(text in ".{0,12}", number in any::<i32>(), cents in 0_u8..100) {
            let _ = read(&text);
            prop_assert_eq!(read(&number.to_string()).unwrap().as_i64(), Some(i64::from(number)));
            let (point, comma) = (format!("{number}.{cents:02}"), format!("{number},{cents:02}"));
            let wanted: f64 = point.parse().unwrap();
            prop_assert_eq!(read(&point).unwrap().as_f64(), Some(wanted));
            prop_assert_eq!(read(&comma).unwrap().as_f64(), Some(wanted));
        }
    }
}
