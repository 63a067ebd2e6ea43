//! The tools of StartInfinity.

pub mod infinity_create_item;
pub mod infinity_get_profile;
pub mod infinity_list_boards;
pub mod infinity_list_items;
