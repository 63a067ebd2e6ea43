//! What the simulated StartInfinity remembers at the start: the same rows with the same ids every time.

mod contracts;
mod customers;
mod ground;
mod people;
mod projects;
mod talk;
mod words;

use super::state::State;
use ground::Ground;

/// A memory with two workspaces, three open boards, a private one and a foreign workspace.
pub fn state() -> State {
    let mut ground = Ground::default();
    people::settle(&mut ground);
    projects::settle(&mut ground);
    customers::settle(&mut ground);
    contracts::settle(&mut ground);
    talk::settle(&mut ground);
    ground.state.last_number = 90_000;
    ground.state
}
