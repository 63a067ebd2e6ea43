//! What hangs below a folder, so that whoever archives it knows what goes with it.

use futures::{StreamExt, TryStreamExt, stream};

use super::folders::Folder;
use super::pages::LARGEST;
use super::place::Place;
use infini_mcp_core::api::ids::FolderId;
use infini_mcp_core::tool::{Ctx, Result};

/// Folders whose items are counted.
const MOST_FOLDERS: usize = 20;
/// Requests under way at a time.
const AT_ONCE: usize = 4;

/// Subfolders at any depth, and the items in them and in the folder itself.
#[derive(Debug)]
pub struct Content {
    /// The paths of the subfolders.
    pub subfolders: Vec<String>,
    /// The number of items, such as `12` or `more than 100`: upstream counts nothing, so this is one page a folder.
    pub items: String,
}

/// Looks into a folder.
///
/// # Errors
/// Those of the requests.
pub async fn of(ctx: &Ctx, place: &Place, folder: &Folder) -> Result<Content> {
    let below = place.below(folder);
    let mut ids = vec![folder.id.clone()];
    ids.extend(below.iter().map(|folder| folder.id.clone()));
    let is_cut = ids.len() > MOST_FOLDERS;
    ids.truncate(MOST_FOLDERS);
    let read = ids.into_iter().map(|id| first_page(ctx, place, id));
    let pages: Vec<(usize, bool)> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
    let sum: usize = pages.iter().map(|(items, _)| items).sum();
    let is_more = is_cut || pages.iter().any(|(_, has_more)| *has_more);
    let mut subfolders: Vec<String> = below.into_iter().map(|folder| folder.path.clone()).collect();
    subfolders.sort();
    Ok(Content { subfolders, items: if is_more { format!("more than {sum}") } else { sum.to_string() } })
}

/// How many living items a folder has on its first page, and whether there are more.
async fn first_page(ctx: &Ctx, place: &Place, folder: FolderId) -> Result<(usize, bool)> {
    let client = ctx.infinity()?;
    let list = client.list_items().workspace(&place.workspace.id).board_id(&place.board.id);
    let page = list.folder_id(&folder).limit(i64::from(LARGEST)).send().await?.into_inner();
    let living = page.data.unwrap_or_default().into_iter().filter(|item| item.deleted != Some(true)).count();
    Ok((living, page.has_more.unwrap_or_default()))
}
