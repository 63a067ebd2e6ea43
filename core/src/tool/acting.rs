//! The program that acts for a caller, as the log and the ledger name it.

use super::text::clean;
use crate::state::ActingClient;

/// Longest id and longest name that are kept: ids are addresses, and nothing longer is read by anybody.
const LONGEST_ID: usize = 200;
const LONGEST_NAME: usize = 60;

/// The program with this id and name, which it may have chosen itself: one line each, short, and without characters that
/// hide. One without a name goes by its id.
pub fn acting_client(id: &str, name: &str) -> ActingClient {
    let id = one_line(id, LONGEST_ID);
    let name = one_line(name, LONGEST_NAME);
    ActingClient { name: if name.is_empty() { one_line(&id, LONGEST_NAME) } else { name }, id }
}

fn one_line(text: &str, most: usize) -> String {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    let line = clean(&words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
    line.chars().take(most).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_calls_itself_is_one_short_line_in_the_log() {
        let client = acting_client("https://tools.example/c", " De\u{202e}sk\n\u{1b}[2J\u{2028}app ");
        assert_eq!((client.id.as_str(), client.name.as_str()), ("https://tools.example/c", "Desk [2J app"));
        assert_eq!(acting_client("desk", "").name, "desk");
        let long = acting_client(&"i".repeat(5_000), &"n".repeat(5_000));
        assert_eq!((long.id.len(), long.name.len()), (LONGEST_ID, LONGEST_NAME));
    }
}
