//! Searching the price list and looking articles up.

use serde_json::{Value, json};

use super::lists::page;
use super::seed::catalogue::Article;
use super::seed::vendors;
use super::switches::{CountShape, Switches};
use crate::service::{Reply, Request};

/// Articles with the word in a SKU or the description, whatever the case; all filters must agree.
fn found<'a>(articles: &'a [Article], request: &'a Request) -> impl Iterator<Item = &'a Article> {
    let word = request.path("searchword").to_lowercase();
    articles.iter().filter(move |article| {
        let texts = [&article.sku, &article.vendor_sku, &article.description];
        texts.iter().any(|text| text.to_lowercase().contains(&word))
            && passes(request.queries("VendorCodes"), article.vendor.code)
            && passes(request.queries("ProductTypes"), article.kind.name())
            && passes(request.queries("EndUserTypes"), article.end_user_type)
    })
}

/// A filter that is not there lets everything through.
fn passes(wanted: &[String], value: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|one| one.eq_ignore_ascii_case(value))
}

pub(super) fn search(articles: &[Article], request: &Request, switches: &Switches) -> Reply {
    page(found(articles, request).map(Article::row).collect(), request, switches.list_shape_pricelist, switches)
}

pub(super) fn count(articles: &[Article], request: &Request, switches: &Switches) -> Reply {
    let count = found(articles, request).count();
    Reply::json(
        200,
        match switches.count_shape {
            CountShape::Number => json!(count),
            CountShape::Object => json!({ "count": count }),
        },
    )
}

/// Which of its numbers an article is looked up by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Sku,
    VendorSku,
}

/// Articles with one of the numbers asked for; unknown numbers are just absent.
pub(super) fn look_up(articles: &[Article], request: &Request, by: By, switches: &Switches) -> Reply {
    let wanted = request.queries("no");
    let rows = articles.iter().filter(|article| match by {
        By::Sku => wanted.contains(&article.sku),
        By::VendorSku => wanted.contains(&article.vendor_sku),
    });
    page(rows.map(Article::row).collect(), request, switches.list_shape_pricelist, switches)
}

/// Everything of one manufacturer, by its exact name and without stock.
pub(super) fn of_manufacturer(articles: &[Article], request: &Request, switches: &Switches) -> Reply {
    let name = request.query("manufacturerName").unwrap_or_default();
    let rows = articles.iter().filter(|article| article.vendor.name == name).map(|article| {
        let mut row = article.row();
        row.as_object_mut().and_then(|fields| fields.remove("stockLevel"));
        row
    });
    page(rows.collect(), request, switches.list_shape_pricelist, switches)
}

/// The names of all manufacturers; codes are only in quotes.
pub(super) fn manufacturers() -> Reply {
    Reply::json(200, vendors::ALL.iter().map(|vendor| Value::from(vendor.name)).collect())
}
