//! The tools of StartInfinity.

pub mod infinity_add_item_comment;
pub mod infinity_archive_item;
pub mod infinity_create_comment;
pub mod infinity_create_item;
pub mod infinity_create_items;
pub mod infinity_create_subitem;
pub mod infinity_delete_comment;
pub mod infinity_describe_board;
pub mod infinity_get_comment;
pub mod infinity_get_item;
pub mod infinity_get_profile;
pub mod infinity_list_boards;
pub mod infinity_list_comments;
pub mod infinity_list_items;
pub mod infinity_list_subitems;
pub mod infinity_search_items;
pub mod infinity_update_comment;
pub mod infinity_update_item;
pub mod infinity_update_items;
