//! Say whose token it is.
//!
//! Everything this server writes to StartInfinity is signed with this user, so people ask for it first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinity::dates;
use crate::tool::{Ctx, Result, tool};

/// Nothing is needed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {}

/// The token's user.
#[derive(Serialize, JsonSchema)]
pub struct Profile {
    /// User id, as member values take it.
    id: Option<i64>,
    /// Full name.
    name: Option<String>,
    /// E-mail address.
    email: Option<String>,
    /// Job title.
    job: Option<String>,
    /// Where they are.
    location: Option<String>,
    /// Their tagline.
    tagline: Option<String>,
    /// Address of their picture.
    photo_url: Option<String>,
    /// When the account was made.
    created_at: Option<String>,
}

/// Get the StartInfinity user this server acts as.
///
/// Shows whether the token works.
#[tool(reads)]
pub async fn infinity_get_profile(ctx: &Ctx, _args: Args) -> Result<Profile> {
    let user = ctx.infinity()?.get_my_profile_data().send().await?.into_inner();
    Ok(Profile {
        id: user.id,
        name: user.name,
        email: user.email,
        job: user.job,
        location: user.location,
        tagline: user.tagline,
        photo_url: user.photo_url,
        created_at: user.created_at.as_deref().map(dates::shown),
    })
}
