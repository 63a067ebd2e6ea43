//! The doubtful habits of StartInfinity, each as a switch with the recommended choice as its default.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// One field a doubt; the names are what the control route takes behind `infinity.`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// What a request without `X-API-Version` gets.
    pub missing_version: MissingVersion,
    /// Whether an unknown `X-API-Version` looks like an authentication failure; else it is read as the newest.
    pub unknown_version_refused: bool,
    /// The status of "Removed in selected version": 400, 404 or 410.
    pub removed_status: u16,
    /// Whether deleting a reference is one of the removed routes.
    pub delete_reference_removed: bool,
    /// The status of an answer that created something: 200 or 201.
    pub create_status: u16,
    /// Whether a delete answers 204 without a body.
    pub delete_empty: bool,
    /// Whether single objects come as `{"data": …}`.
    pub data_wrapper: bool,
    /// Whether `settings.labels` comes as an object keyed by index, as PHP writes a list with gaps.
    pub labels_as_object: bool,
    /// Whether hook events are strings or objects.
    pub hook_events: HookEvents,
    /// Whether creating or updating an item answers with its values.
    pub values_in_write_answers: bool,
    /// Whether an item's values carry `id` and `item_id` outside legacy too.
    pub value_ids: bool,
    /// Whether deleted things still appear in lists, marked as deleted.
    pub deleted_in_lists: bool,
    /// Whether a deleted thing can still be read by its id, marked as deleted.
    pub deleted_readable: bool,
    /// Whether `after` is set on the last page too, where `has_more` is false.
    pub after_on_last_page: bool,
    /// What lists are sorted by when nothing is asked.
    pub default_sort: SortBy,
    /// Whether lists run from new to old when no direction is asked.
    pub default_descending: bool,
    /// For how many seconds the signed link of an attachment keeps the same signature.
    pub attachment_link_seconds: u32,
    /// Comments older than this many days are gone; 0 keeps them all.
    pub purge_comments_after_days: u32,
    /// Whether archiving an item archives its subitems.
    pub archive_subitems: bool,
    /// Whether archiving a folder archives its subfolders and items.
    pub archive_folder_items: bool,
    /// Whether `null` as a value's data clears it; else it is refused.
    pub null_clears: bool,
    /// Whether a value for an attribute that the item's folder does not show is refused.
    pub refuse_unattached: bool,
    /// Whether an invitation answers with the user or with the invitation.
    pub invite_answer: InviteAnswer,
    /// Whether a second running timer of the same user on the same item is refused.
    pub one_timer: bool,
    /// Whether a board's own automation sets the end date when a status turns to done.
    pub automation: bool,
    /// Whether every delivery to a hook is recorded twice.
    pub duplicate_deliveries: bool,
    /// Requests in any sixty seconds before 429; 0 for no limit.
    pub requests_per_minute: usize,
    /// Whether a 429 names the seconds to wait.
    pub retry_after: bool,
}

/// See [`Switches::missing_version`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingVersion {
    /// Six clients live on it.
    Legacy,
    /// One integrator reports it.
    Unauthenticated,
    /// As if the newest had been asked for.
    Newest,
}

/// See [`Switches::hook_events`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HookEvents {
    /// Objects, but strings in legacy.
    Auto,
    /// `{"event": "item.created"}` always.
    Objects,
    /// `"item.created"` always.
    Strings,
}

/// See [`Switches::default_sort`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// By id.
    Id,
    /// By creation, then id.
    CreatedAt,
}

/// See [`Switches::invite_answer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InviteAnswer {
    /// The invited user.
    User,
    /// `{id, email, created_at}`.
    Invitation,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            missing_version: MissingVersion::Legacy,
            unknown_version_refused: true,
            removed_status: 410,
            delete_reference_removed: false,
            create_status: 201,
            delete_empty: false,
            data_wrapper: false,
            labels_as_object: false,
            hook_events: HookEvents::Auto,
            values_in_write_answers: true,
            value_ids: false,
            deleted_in_lists: false,
            deleted_readable: true,
            after_on_last_page: true,
            default_sort: SortBy::CreatedAt,
            default_descending: false,
            attachment_link_seconds: 600,
            purge_comments_after_days: 0,
            archive_subitems: true,
            archive_folder_items: true,
            null_clears: true,
            refuse_unattached: false,
            invite_answer: InviteAnswer::User,
            one_timer: false,
            automation: false,
            duplicate_deliveries: false,
            requests_per_minute: 180,
            retry_after: true,
        }
    }
}

impl Switches {
    /// All switches and their present values.
    pub fn all(&self) -> Map<String, Value> {
        match json!(self) {
            Value::Object(all) => all,
            _ => Map::new(),
        }
    }

    /// The same switches with one of them set.
    ///
    /// # Errors
    /// No switch has this name, or the value does not fit it.
    pub fn with(&self, name: &str, value: &Value) -> Result<Self, String> {
        let mut all = self.all();
        if all.insert(name.to_owned(), value.clone()).is_none() {
            return Err(format!("there is no switch named `{name}`"));
        }
        let changed: Self = serde_json::from_value(Value::Object(all)).map_err(|error| format!("`{name}`: {error}"))?;
        if !matches!(changed.create_status, 200 | 201) {
            return Err("`create_status` is 200 or 201".to_owned());
        }
        if !matches!(changed.removed_status, 400 | 404 | 410) {
            return Err("`removed_status` is 400, 404 or 410".to_owned());
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_takes_only_values_that_fit_it() {
        let start = Switches::default();
        assert_eq!(start.with("create_status", &json!(200)).unwrap().create_status, 200);
        assert!(start.with("create_status", &json!(204)).is_err());
        assert!(start.with("hook_events", &json!("sometimes")).unwrap_err().contains("hook_events"));
        assert!(start.with("no_such", &json!(true)).unwrap_err().contains("no_such"));
    }
}
