//! Long texts of boards: kept upstream as HTML, read and written by models as Markdown.
//!
//! Both forms are read into one model of blocks and lines, and both are written from it. What the model does not know is
//! therefore neither shown nor stored, and a text that was read can be written back without a loss.

mod block;
mod common;
mod escape;
mod line;
mod merge;
mod part;
mod read_html;
mod read_lists;
mod read_markdown;
mod storable;
mod tree;
mod write_html;
mod write_markdown;

pub use merge::{Stored, is_html, to_html};

#[cfg(test)]
mod tests;
