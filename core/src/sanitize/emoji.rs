//! Pictures that are written with several characters, of which some cannot be seen alone.

/// Joins two pictures to one.
const JOINER: char = '\u{200D}';
/// Asks for the picture where there is also a plain sign.
const AS_PICTURE: char = '\u{FE0F}';
/// The frame that makes a digit a key.
const KEY: char = '\u{20E3}';

/// Whether a character that cannot be seen belongs to the picture between `before` and `after`. One at a time: a row of
/// them could spell a message.
pub fn is_part(before: Option<char>, character: char, after: Option<char>) -> bool {
    match character {
        JOINER => {
            before.is_some_and(|before| is_picture(before) || before == AS_PICTURE) && after.is_some_and(is_picture)
        }
        AS_PICTURE => before.is_some_and(is_picture) || (before.is_some_and(is_on_a_key) && after == Some(KEY)),
        _ => false,
    }
}

/// Characters that are shown as a picture, or can be; shades of skin are among them.
fn is_picture(character: char) -> bool {
    matches!(character,
        '\u{A9}' | '\u{AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}'
        | '\u{24C2}' | '\u{25A0}'..='\u{27BF}' | '\u{2934}' | '\u{2935}' | '\u{2B00}'..='\u{2BFF}' | '\u{3030}' | '\u{303D}' | '\u{3297}'
        | '\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
}

fn is_on_a_key(character: char) -> bool {
    character.is_ascii_digit() || matches!(character, '#' | '*')
}
