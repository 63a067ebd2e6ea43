//! The tools of StartInfinity.

pub mod infinity_create_hook;
pub mod infinity_create_item;
pub mod infinity_create_reference;
pub mod infinity_create_time_entry;
pub mod infinity_create_view;
pub mod infinity_delete_hook;
pub mod infinity_delete_reference;
pub mod infinity_delete_time_entry;
pub mod infinity_delete_view;
pub mod infinity_get_profile;
pub mod infinity_get_view;
pub mod infinity_list_boards;
pub mod infinity_list_hooks;
pub mod infinity_list_items;
pub mod infinity_list_references;
pub mod infinity_list_time_entries;
pub mod infinity_list_views;
pub mod infinity_update_hook;
pub mod infinity_update_time_entry;
pub mod infinity_update_view;
pub mod infinity_upload_attachment_from_base64;
pub mod infinity_upload_attachment_from_url;
