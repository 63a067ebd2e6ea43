//! A board for a purpose, planned with the person before anything is made.

use super::{Argument, Prompt, Words, numbered};
use crate::offers::completion::Source;

/// A purpose may take a few sentences.
const GOAL: usize = 2_000;

pub(super) static PROMPT: Prompt = Prompt {
    name: "plan_board",
    title: "Plan a board",
    description: "Plan a StartInfinity board for a purpose, or extend one: folders, attributes and first items, shown before they are made.",
    arguments: &[
        Argument {
            name: "goal",
            description: "What the board is for, in your words.",
            is_required: true,
            longest: GOAL,
            source: Source::Nothing,
            check: |_| None,
        },
        Argument::name("workspace", "The workspace by name; the only one when left out.", Source::Workspaces),
        Argument::name("board", "A board that exists and shall be extended.", Source::Boards),
    ],
    needs: &[
        "infinity_create_attribute",
        "infinity_create_board",
        "infinity_create_folder",
        "infinity_create_item",
        "infinity_list_attributes",
        "infinity_list_boards",
        "infinity_list_folders",
    ],
    write,
};

fn write(words: &Words<'_>) -> String {
    let (goal, board) = (words.said("goal").unwrap_or_default(), words.said("board"));
    let place = words.said("workspace").map(|name| format!(" in the workspace {name}")).unwrap_or_default();
    let about = match &board {
        Some(board) => format!("Extend the StartInfinity board {board}{place}"),
        None => format!("Plan a StartInfinity board{place}"),
    };
    let steps = [
        Some(format!("Call infinity_list_boards{place}. {}", if board.is_some() { "Find the board." } else { "If a board for this exists already, say so before you plan another one." })),
        Some(look_at(words, board.is_some())),
        Some("Draw up the plan: folders (few), attributes with name, type and labels (what is filtered or sorted by is a label, date, number, checkbox or member, not a text), and three to ten first items if the purpose names any. Use one language for all names, the one of the purpose.".to_owned()),
        Some("Show the plan as a short outline and say what is new and what is there already. Make nothing before I have agreed.".to_owned()),
        Some(format!("Once I agree, make it in this order: {}infinity_create_attribute for each attribute, infinity_create_folder for each folder with the attributes it shows, {}. Go by the ids in the answers; when a call fails, stop and tell me what is there so far.", if board.is_some() { "(infinity_create_board is not needed) " } else { "infinity_create_board, " }, items(words))),
    ];
    format!(
        "{about} for this purpose: {goal}.\n\n{}\n\nDelete, archive or rename nothing that is there. End the plan by asking me: shall I make it so, or what shall be different?",
        numbered(steps)
    )
}

fn look_at(words: &Words<'_>, exists: bool) -> String {
    let which =
        if exists { "that board" } else { "a board that is most like it, if there is one, to keep to its names" };
    if words.has("infinity_describe_board") {
        return format!(
            "Look at {which}: infinity_describe_board shows it whole; infinity_list_folders and infinity_list_attributes show more."
        );
    }
    format!("Look at {which} with infinity_list_folders and infinity_list_attributes.")
}

fn items(words: &Words<'_>) -> &'static str {
    if words.has("infinity_create_items") {
        "then infinity_create_items with an idempotency_key, or infinity_create_item for a single one"
    } else {
        "then infinity_create_item for each item"
    }
}
