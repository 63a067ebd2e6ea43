//! The tools of StartInfinity.

pub mod infinity_add_workspace_member;
pub mod infinity_archive_folder;
pub mod infinity_create_attribute;
pub mod infinity_create_board;
pub mod infinity_create_folder;
pub mod infinity_create_item;
pub mod infinity_delete_attribute;
pub mod infinity_get_attribute;
pub mod infinity_get_board;
pub mod infinity_get_folder;
pub mod infinity_get_profile;
pub mod infinity_invite_workspace_member;
pub mod infinity_list_attributes;
pub mod infinity_list_boards;
pub mod infinity_list_folders;
pub mod infinity_list_items;
pub mod infinity_list_workspace_members;
pub mod infinity_list_workspaces;
pub mod infinity_remove_workspace_member;
pub mod infinity_update_attribute;
pub mod infinity_update_folder;
