//! A search that found nothing, taken less literally: its words need not stand together, nor in this order.

use super::super::pages::{Ask, Page};
use super::super::price_lists::Wanted;
use super::super::vendor_filter::VendorFilter;
use super::{Product, Search, is_of_one, look_through, page_of};
use infini_mcp_core::tool::{Ctx, Result};

const SAID: &str =
    "No article has the words as they were written together; these have all of them, wherever they stand.";
const NOTHING: &str = "Nothing was found. A part number, or one word of the description, finds more; infinigate_list_manufacturers gives the vendors.";

/// The articles that have all words; `empty` is what the search as it was written brought.
pub(super) async fn find(
    ctx: &Ctx,
    search: &Search,
    ask: Ask,
    empty: Page<Product>,
) -> Result<(Page<Product>, Option<String>)> {
    let Some(word) = most_telling(&search.words) else { return Ok((empty, Some(NOTHING.to_owned()))) };
    let wanted = Wanted::of(Some(&search.words), &[]);
    let by_word = Search { words: word.to_owned(), ..search.clone() };
    let is_of_vendor = |product: &Product| match &search.vendors {
        VendorFilter::Names(names) => is_of_one(names, product),
        VendorFilter::Any | VendorFilter::Codes(_) => true,
    };
    let walked = look_through(ctx, &by_word, ask, |product| is_of_vendor(product) && wanted.has(product)).await?;
    let (is_whole, looked_through) = (walked.is_whole, walked.looked_through);
    let page = page_of(walked, ask);
    let note = match (page.rows.is_empty() && ask.skip == 0, is_whole) {
        (false, _) => SAID.to_owned(),
        (true, true) => NOTHING.to_owned(),
        (true, false) => format!(
            "Nothing was found; only the first {looked_through} articles with {word:?} were looked through. Use more exact words."
        ),
    };
    Ok((page, Some(note)))
}

/// The longest of several words: most likely the one that the fewest articles have.
fn most_telling(words: &str) -> Option<&str> {
    let mut all = words.split_whitespace().filter(|word| word.chars().filter(|one| one.is_alphanumeric()).count() > 1);
    let first = all.next()?;
    let longest = all.fold(first, |best, word| if word.chars().count() > best.chars().count() { word } else { best });
    (words.split_whitespace().count() > 1).then_some(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_is_searched_and_a_single_one_was_searched_already() {
        assert_eq!(most_telling("T25 Firebox 3y"), Some("Firebox"));
        assert_eq!(most_telling("Firebox"), None);
        assert_eq!(most_telling("- + ."), None);
    }
}
