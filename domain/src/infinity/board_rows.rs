//! A board in an answer, with the people who may open it.

use schemars::JsonSchema;
use serde::Serialize;

use super::dates;
use super::directory::Member;
use super::names::Rows;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::text::Foreign;

/// A board.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BoardDetail {
    /// Board id.
    id: Option<String>,
    /// Its name.
    name: Option<String>,
    /// What it is for.
    description: Option<Foreign>,
    /// As #RRGGBB.
    color: Option<String>,
    /// Who may open it: id, name.
    #[schemars(with = "Rows")]
    users: Vec<UserName>,
    /// When made.
    created_at: Option<String>,
}

/// A user.
#[derive(Debug, Serialize)]
pub struct UserName {
    id: i64,
    name: Option<String>,
}

impl BoardDetail {
    /// From an API row; who is no member any more has no name.
    pub fn of(row: &types::Board, members: &[Member]) -> Self {
        let name = |id: i64| {
            let member = members.iter().find(|member| i64::from(&member.id) == id);
            member.map(|member| member.name.clone())
        };
        let description = row.description.as_deref().filter(|text| !text.trim().is_empty());
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            description: description.map(Foreign::html),
            color: row.color.clone(),
            users: row.user_ids.iter().flatten().map(|id| UserName { id: *id, name: name(*id) }).collect(),
            created_at: row.created_at.as_deref().map(dates::shown),
        }
    }
}
