//! Proves on the real documents that an answer, however odd, decodes into its generated type once it was mended.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::mend;
use crate::api::shape::{Operation, Shape};
use crate::api::{infinigate, infinity};

/// How many odd answers each type has to bear.
const ANSWERS: u64 = 150;

type Decode = fn(&str) -> Result<(), serde_json::Error>;

fn into<T: DeserializeOwned>(text: &str) -> Result<(), serde_json::Error> {
    serde_json::from_str::<T>(text).map(|_| ())
}

#[track_caller]
fn hold(operations: &'static [Operation], types: &[(&str, Decode)]) {
    let shape = |id: &str| operations.iter().find(|operation| operation.id == id).and_then(|found| found.answer.shape);
    for (id, decode) in types {
        let shape = shape(id).unwrap_or_else(|| panic!("{id} has no documented answer"));
        for seed in 0..ANSWERS {
            let sent = near(shape, &mut StdRng::seed_from_u64(seed), 0);
            let mut value = sent.clone();
            if mend(shape, &mut value).is_some() {
                let decoded = decode(&value.to_string());
                assert!(decoded.is_ok(), "{id}: {decoded:?}\nsent {sent}\nmended {value}");
            }
        }
    }
    for operation in operations {
        let Some(answer) = operation.answer.shape else { continue };
        let is_held = types.iter().filter_map(|(id, _)| shape(id)).any(|held| std::ptr::eq(held, answer));
        assert!(is_held, "add a line for the answer of {}", operation.id);
    }
}

/// A value that mostly fits the shape, and now and then does not.
fn near(shape: &Shape, rng: &mut StdRng, depth: usize) -> Value {
    if rng.random_bool(0.15) {
        return odd(rng);
    }
    match shape {
        Shape::Any => odd(rng),
        Shape::Text { .. } => json!("text"),
        Shape::Number => json!(1.5),
        Shape::Integer => json!(7),
        Shape::Boolean => json!(true),
        Shape::List(inner) => (0..rng.random_range(0..4_u8)).map(|_| near(inner, rng, depth + 1)).collect(),
        Shape::Map(inner) => Value::Object(Map::from_iter([("k".to_owned(), near(inner, rng, depth + 1))])),
        Shape::Object(_) if depth > 8 => json!({}),
        Shape::Object(fields) => {
            let some = fields.iter().filter(|_| rng.random_bool(0.6)).collect::<Vec<_>>();
            Value::Object(
                some.into_iter().map(|field| (field.name.to_owned(), near(field.shape, rng, depth + 1))).collect(),
            )
        }
        Shape::BareOr { bare, object, .. } => near(if rng.random_bool(0.5) { bare } else { object }, rng, depth),
    }
}

fn odd(rng: &mut StdRng) -> Value {
    let kinds = [
        json!(null),
        json!(false),
        json!(0),
        json!(-1.5),
        json!(u64::MAX),
        json!(1e300),
        json!("12"),
        json!("1,5"),
        json!(""),
        json!([]),
        json!({}),
        json!([null, 1, "a", { "id": [] }]),
        json!({ "0": 1, "3": { "id": "x" } }),
        json!({ "data": { "id": 1, "name": {} } }),
        json!({ "id": { "id": 3 }, "object": 5, "novel": [1] }),
    ];
    kinds[rng.random_range(0..kinds.len())].clone()
}

#[test]
fn every_mended_infinigate_answer_decodes() {
    use infinigate::types;
    hold(
        infinigate::operations(),
        &[
            ("getPurchaseInvoice", into::<types::InvoiceDetail>),
            ("listManufacturers", into::<types::ManufacturerList>),
            ("listPurchaseInvoices", into::<types::PagedDocumentInfo>),
            ("searchPriceList", into::<types::PriceListAnswer>),
            ("countPriceList", into::<types::PriceListCountAnswer>),
            ("getPurchaseQuote", into::<types::QuoteDetail>),
            ("listPurchaseQuotes", into::<types::QuoteListAnswer>),
            ("createToken", into::<types::TokenResponse>),
            ("acceptPurchaseQuote", into::<types::WriteAcknowledgement>),
        ],
    );
}

#[test]
fn every_mended_infinity_answer_decodes() {
    use infinity::types;
    hold(
        infinity::operations(),
        &[
            ("createFromURL", into::<types::Attachment>),
            ("getAttribute", into::<types::Attribute>),
            ("listAttributes", into::<types::AttributePage>),
            ("getBoard", into::<types::Board>),
            ("listBoards", into::<types::BoardPage>),
            ("getComment", into::<types::Comment>),
            ("listComments", into::<types::CommentPage>),
            ("getFolder", into::<types::Folder>),
            ("listFolders", into::<types::FolderPage>),
            ("createHook", into::<types::Hook>),
            ("listHooks", into::<types::HookPage>),
            ("inviteMember", into::<types::InviteResult>),
            ("getItem", into::<types::Item>),
            ("listItems", into::<types::ItemPage>),
            ("listMembers", into::<types::MemberPage>),
            ("createReference", into::<types::Reference>),
            ("createTimeEntry", into::<types::TimeEntry>),
            ("getMyProfileData", into::<types::User>),
            ("getViews", into::<types::View>),
            ("listViews", into::<types::ViewPage>),
            ("listWorkspaces", into::<types::WorkspacePage>),
        ],
    );
}
