//! Every call written for the two Node servers is taken: the same tools, the same names of arguments, nothing more required.

use infini_mcp::tool::catalogue::Catalogue;

/// Tool, the arguments it required, and those it took besides.
const CALLS: &[(&str, &[&str], &[&str])] = &[
    ("infinity_get_profile", &[], &["response_format"]),
    ("infinity_list_workspaces", &[], &["limit", "after", "before", "sort_by", "sort_direction", "response_format"]),
    (
        "infinity_list_workspace_members",
        &["workspace_id"],
        &["limit", "after", "before", "sort_by", "sort_direction", "response_format"],
    ),
    ("infinity_invite_workspace_member", &["workspace_id", "email"], &["role", "response_format"]),
    ("infinity_add_workspace_member", &["workspace_id", "user_id"], &["role", "response_format"]),
    ("infinity_remove_workspace_member", &["workspace_id", "user_id"], &["response_format"]),
    (
        "infinity_list_boards",
        &["workspace_id"],
        &["limit", "after", "before", "sort_by", "sort_direction", "response_format"],
    ),
    ("infinity_get_board", &["workspace_id", "board_id"], &["response_format"]),
    ("infinity_create_board", &["workspace_id", "name"], &["description", "color", "user_ids", "response_format"]),
    (
        "infinity_list_folders",
        &["workspace_id", "board_id"],
        &["limit", "after", "before", "sort_by", "sort_direction", "response_format"],
    ),
    ("infinity_get_folder", &["workspace_id", "board_id", "folder_id"], &["response_format"]),
    (
        "infinity_create_folder",
        &["workspace_id", "board_id", "name"],
        &["color", "parent_id", "attribute_ids", "sort_order", "settings", "response_format"],
    ),
    (
        "infinity_update_folder",
        &["workspace_id", "board_id", "folder_id"],
        &["name", "color", "parent_id", "attribute_ids", "sort_order", "settings", "response_format"],
    ),
    ("infinity_archive_folder", &["workspace_id", "board_id", "folder_id"], &["response_format"]),
    (
        "infinity_list_attributes",
        &["workspace_id", "board_id"],
        &["limit", "after", "before", "sort_by", "sort_direction", "response_format"],
    ),
    ("infinity_get_attribute", &["workspace_id", "board_id", "attribute_id"], &["response_format"]),
    (
        "infinity_create_attribute",
        &["workspace_id", "board_id", "name", "type"],
        &["default_data", "settings", "response_format"],
    ),
    (
        "infinity_update_attribute",
        &["workspace_id", "board_id", "attribute_id"],
        &["name", "type", "default_data", "settings", "response_format"],
    ),
    ("infinity_delete_attribute", &["workspace_id", "board_id", "attribute_id"], &["response_format"]),
    (
        "infinity_list_items",
        &["workspace_id", "board_id"],
        &["limit", "after", "before", "sort_by", "sort_direction", "folder_id", "expand", "response_format"],
    ),
    ("infinity_get_item", &["workspace_id", "board_id", "item_id"], &["expand", "response_format"]),
    (
        "infinity_create_item",
        &["workspace_id", "board_id", "folder_id"],
        &["parent_id", "values", "values_by_name", "name", "title", "sort_order", "response_format"],
    ),
    (
        "infinity_update_item",
        &["workspace_id", "board_id", "item_id"],
        &["folder_id", "parent_id", "values", "sort_order", "response_format"],
    ),
    ("infinity_archive_item", &["workspace_id", "board_id", "item_id"], &["response_format"]),
    (
        "infinity_list_subitems",
        &["workspace_id", "board_id", "parent_item_id"],
        &["limit", "after", "before", "sort_by", "sort_direction", "folder_id", "expand", "response_format"],
    ),
    (
        "infinity_create_subitem",
        &["workspace_id", "board_id", "folder_id", "parent_item_id"],
        &["values", "values_by_name", "name", "title", "sort_order", "response_format"],
    ),
    (
        "infinity_list_comments",
        &["workspace_id", "board_id", "item_id"],
        &["limit", "after", "before", "sort_by", "sort_direction", "expand", "response_format"],
    ),
    ("infinity_get_comment", &["workspace_id", "board_id", "item_id", "comment_id"], &["expand", "response_format"]),
    ("infinity_create_comment", &["workspace_id", "board_id", "item_id", "text"], &["parent_id", "response_format"]),
    ("infinity_add_item_comment", &["workspace_id", "board_id", "item_id", "comment_text"], &["response_format"]),
    (
        "infinity_update_comment",
        &["workspace_id", "board_id", "item_id", "comment_id"],
        &["text", "parent_id", "response_format"],
    ),
    ("infinity_delete_comment", &["workspace_id", "board_id", "item_id", "comment_id"], &["response_format"]),
    ("infinity_upload_attachment_from_url", &["workspace_id", "url"], &["response_format"]),
    (
        "infinity_upload_attachment_from_base64",
        &["workspace_id", "file_name", "content_base64"],
        &["content_type", "response_format"],
    ),
    (
        "infinity_list_views",
        &["workspace_id", "board_id"],
        &["limit", "after", "before", "sort_by", "sort_direction", "folder_id", "response_format"],
    ),
    ("infinity_get_view", &["workspace_id", "board_id", "view_id"], &["response_format"]),
    (
        "infinity_create_view",
        &["workspace_id", "board_id", "folder_id", "name", "type"],
        &["sort_order", "settings", "response_format"],
    ),
    (
        "infinity_update_view",
        &["workspace_id", "board_id", "view_id"],
        &["folder_id", "name", "type", "sort_order", "settings", "response_format"],
    ),
    ("infinity_delete_view", &["workspace_id", "board_id", "view_id"], &["response_format"]),
    (
        "infinity_create_reference",
        &["workspace_id", "board_id", "attribute_id", "from_item_id", "to_item_id"],
        &["response_format"],
    ),
    ("infinity_delete_reference", &["workspace_id", "board_id", "reference_id"], &["response_format"]),
    (
        "infinity_list_hooks",
        &["workspace_id", "board_id"],
        &["limit", "after", "before", "sort_by", "sort_direction", "response_format"],
    ),
    ("infinity_create_hook", &["workspace_id", "board_id", "url", "events"], &["response_format"]),
    ("infinity_update_hook", &["workspace_id", "board_id", "hook_id"], &["url", "events", "response_format"]),
    ("infinity_delete_hook", &["workspace_id", "board_id", "hook_id"], &["response_format"]),
    (
        "infinity_create_time_entry",
        &["workspace_id", "board_id", "item_id", "attribute_id"],
        &["started_at", "ended_at", "description", "response_format"],
    ),
    (
        "infinity_update_time_entry",
        &["workspace_id", "board_id", "time_entry_id"],
        &["item_id", "attribute_id", "started_at", "ended_at", "description", "response_format"],
    ),
    ("infinity_delete_time_entry", &["workspace_id", "board_id", "time_entry_id"], &["response_format"]),
    ("infinigate_search_products", &[], &[]),
    ("infinigate_get_products_by_sku", &[], &[]),
    ("infinigate_list_manufacturers", &[], &[]),
    ("infinigate_list_invoices", &[], &[]),
    ("infinigate_get_invoice", &[], &[]),
    ("infinigate_list_quotes", &[], &[]),
    ("infinigate_get_quote", &[], &[]),
    ("infinigate_accept_quote", &[], &[]),
    ("infinigate_reject_quote", &[], &[]),
    ("infinigate_create_order", &[], &[]),
];

#[test]
fn every_tool_of_the_predecessors_takes_every_argument_it_took() {
    let catalogue = Catalogue::everything();
    for (tool, required, optional) in CALLS {
        let offered = catalogue.find(tool).unwrap_or_else(|| panic!("there is no {tool}"));
        let properties = offered.input["properties"].as_object().unwrap();
        for argument in required.iter().chain(*optional) {
            assert!(properties.contains_key(*argument), "{tool} does not take `{argument}`");
        }
        // Of the Infinigate server only the names of its tools are known.
        if tool.starts_with("infinity_") {
            let now: Vec<&str> = offered
                .input
                .get("required")
                .and_then(|required| required.as_array())
                .into_iter()
                .flatten()
                .filter_map(|name| name.as_str())
                .collect();
            let more: Vec<&&str> = now.iter().filter(|name| !required.contains(name)).collect();
            assert!(more.is_empty(), "{tool} requires {more:?}, which it did not before");
        }
    }
}
