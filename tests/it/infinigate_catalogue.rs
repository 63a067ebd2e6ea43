//! The catalogue of Infinigate: articles by number, manufacturers and whole price lists.

use serde_json::{Value, json};

use crate::door::Door;

const SKUS: &str = "infinigate_get_products_by_sku";
const MAKERS: &str = "infinigate_list_manufacturers";
const LIST: &str = "infinigate_get_price_list";
const SEARCH: &str = "infinigate_search_products";

fn texts(answer: &Value, list: &str, field: &str) -> Vec<String> {
    answer[list].as_array().unwrap().iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

fn tokens(answer: &Value) -> usize {
    tiktoken_rs::o200k_base().unwrap().encode_ordinary(&answer.to_string()).len()
}

fn says(error: &Value, part: &str) {
    assert!(error["message"].as_str().unwrap().contains(part), "{part} in {error:#}");
}

async fn calls(door: &Door, operation: &str) -> u64 {
    let ledger = door.ledger().await;
    let row = ledger["operations"].as_array().unwrap().iter().find(|row| row["operation"] == operation).cloned();
    row.map_or(0, |row| row["calls"].as_u64().unwrap())
}

#[tokio::test]
async fn numbers_of_both_kinds_are_found_and_each_says_which_it_was() {
    let door = Door::sandbox().await;
    let answer = door.call(SKUS, json!({ "skus": ["200417", "TP-M", "02-SSC-6447", "FTN-PROJ-1"] })).await.unwrap();
    assert_eq!(texts(&answer, "products", "requested"), ["200417", "TP-M", "02-SSC-6447", "FTN-PROJ-1"]);
    assert_eq!(texts(&answer, "products", "matched"), ["infinigate", "vendor", "infinigate", "infinigate"]);
    assert_eq!(texts(&answer, "products", "sku")[1], "HOS-TP-M");
    let first = &answer["products"][0];
    assert_eq!((&first["price"], &first["list_price"]), (&json!(1210.5), &json!(1614)));
    assert_eq!((&first["currency"], &first["stock"]), (&json!("EUR"), &json!(12)));
    let on_request = &answer["products"][3];
    assert_eq!(on_request["price_on_request"], true);
    assert!(on_request.get("price").is_none());
    for absent in ["not_found", "ambiguous", "notes"] {
        assert!(answer.get(absent).is_none(), "{answer:#}");
    }
}

#[tokio::test]
async fn what_is_not_found_and_what_is_ambiguous_is_said() {
    let door = Door::sandbox().await;
    let answer = door.call(SKUS, json!({ "skus": "WGT20041, NO-SUCH-1, 200417" })).await.unwrap();
    assert_eq!((&answer["not_found"], &answer["ambiguous"]), (&json!(["NO-SUCH-1"]), &json!(["WGT20041"])));
    assert_eq!(texts(&answer, "products", "sku"), ["200418", "200981", "200417"]);
    assert_eq!(texts(&answer, "products", "requested"), ["WGT20041", "WGT20041", "200417"]);
    assert!(answer["notes"].to_string().contains("infinigate_search_products"), "{answer:#}");
}

#[tokio::test]
async fn numbers_are_taken_in_any_case_and_as_numbers_and_once() {
    let door = Door::sandbox().await;
    let answer = door.call(SKUS, json!({ "skus": [200417, "hos-tp-m", "tp-m", "200417"] })).await.unwrap();
    assert_eq!(texts(&answer, "products", "requested"), ["200417", "hos-tp-m", "tp-m"]);
    assert_eq!(texts(&answer, "products", "matched"), ["infinigate", "infinigate", "vendor"]);
    let one = door.call(SKUS, json!({ "skus": "200417" })).await.unwrap();
    assert_eq!(one["count"], 1);
}

#[tokio::test]
async fn a_kind_that_is_known_is_the_only_one_asked_for() {
    let door = Door::sandbox().await;
    let ours = door.call(SKUS, json!({ "skus": ["TP-M", "200417"], "sku_type": "infinigate" })).await.unwrap();
    assert_eq!((&ours["not_found"], &ours["count"]), (&json!(["TP-M"]), &json!(1)));
    assert!(ours["notes"][0].as_str().unwrap().contains("sku_type auto"));
    assert_eq!(calls(&door, "getPriceListByVendorSku").await, 0);
    let theirs = door.call(SKUS, json!({ "skus": ["TP-M", "200417"], "sku_type": "vendor" })).await.unwrap();
    assert_eq!((&theirs["not_found"], &theirs["count"]), (&json!(["200417"]), &json!(1)));
    assert_eq!(calls(&door, "getPriceListBySku").await, 1);
}

#[tokio::test]
async fn fifty_numbers_are_looked_up_in_addresses_that_stay_short() {
    let door = Door::sandbox().await;
    let all = door.call(SEARCH, json!({ "query": "1Y", "take": 100 })).await.unwrap();
    let mut skus = texts(&all, "products", "vendor_sku");
    skus.truncate(40);
    assert_eq!(skus.len(), 40);
    let strange: Vec<String> = (0..10).map(|number| format!("{}{number}", "x".repeat(58))).collect();
    skus.extend(strange.clone());
    for switches in [json!({}), json!({ "infinigate.max_take": 7 })] {
        door.fault(switches).await;
        let answer = door.call(SKUS, json!({ "skus": skus })).await.unwrap();
        assert_eq!(texts(&answer, "products", "requested"), skus[..40]);
        assert_eq!(answer["not_found"], json!(strange));
    }
    assert!(calls(&door, "getPriceListByVendorSku").await > 4);
    assert_eq!(door.ledger().await["refused"], json!([]));
}

#[tokio::test]
async fn lists_that_are_none_or_too_long_are_refused_before_anything_is_sent() {
    let door = Door::sandbox().await;
    let many: Vec<String> = (0..51).map(|number| number.to_string()).collect();
    for (skus, part) in [
        (json!([]), "at least 1 entries"),
        (json!(many), "at most 50 entries"),
        (json!(many.join(",")), "at most 50 entries"),
        (json!([" "]), "not an article number"),
        (json!(["A\u{0}B"]), "not an article number"),
        (json!({ "a": 1 }), "must be a list"),
    ] {
        let error = door.refused(SKUS, json!({ "skus": skus })).await;
        assert_eq!(error["code"], "invalid_arguments", "{error:#}");
        says(&error, part);
    }
    let kind = door.refused(SKUS, json!({ "skus": ["1"], "sku_type": "ean" })).await;
    says(&kind, "one of auto, infinigate, vendor");
    assert_eq!(door.ledger().await["operations"], json!([]));
}

#[tokio::test]
async fn manufacturers_come_by_name_with_the_codes_that_documents_tell() {
    let door = Door::sandbox().await;
    let all = door.call(MAKERS, json!({})).await.unwrap();
    assert_eq!((&all["count"], &all["total_count"], &all["has_more"]), (&json!(9), &json!(9), &json!(false)));
    let names = texts(&all, "manufacturers", "name");
    assert!(names.is_sorted_by_key(|name| name.to_lowercase()), "{names:?}");
    let sophos = door.call(MAKERS, json!({ "name": "soph" })).await.unwrap();
    assert_eq!(sophos["manufacturers"], json!([{ "name": "Sophos", "codes": ["SO_CL"] }]));
    let coded = door.call(MAKERS, json!({ "name": "hpa" })).await.unwrap();
    assert_eq!(texts(&coded, "manufacturers", "name"), ["HPE Aruba Networking"]);
    let page = door.call(MAKERS, json!({ "limit": 4, "skip": 6 })).await.unwrap();
    assert_eq!((&page["count"], &page["has_more"]), (&json!(3), &json!(false)));
    let first = door.call(MAKERS, json!({ "take": 4 })).await.unwrap();
    assert_eq!((&first["next_skip"], &first["has_more"]), (&json!(4), &json!(true)));
    let nobody = door.call(MAKERS, json!({ "name": "Sofos" })).await.unwrap();
    assert_eq!(nobody["count"], 0);
    assert!(nobody["notes"][0].as_str().unwrap().contains("Sophos"), "{nobody:#}");
    assert_eq!(calls(&door, "listManufacturers").await, 1, "the names are remembered");
    says(&door.refused(MAKERS, json!({ "take": 0 })).await, "from 1 to 100");
}

#[tokio::test]
async fn manufacturers_are_an_answer_even_where_documents_cannot_be_read() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinigate.fail_next": { "count": 9, "status": 403, "operation": "listPurchaseQuotes" } }))
        .await;
    let all = door.call(MAKERS, json!({})).await.unwrap();
    assert_eq!(all["count"], 9);
    assert!(all["notes"][0].as_str().unwrap().contains("could not be learned"), "{all:#}");
}

#[tokio::test]
async fn a_price_list_is_read_once_and_given_in_pages() {
    let door = Door::sandbox().await;
    let (mut all, mut skip) = (Vec::new(), Some(0));
    while let Some(at) = skip {
        let page = door.call(LIST, json!({ "manufacturer": "watch guard", "take": 7, "skip": at })).await.unwrap();
        assert_eq!(page["manufacturer"], "WatchGuard");
        assert!(page["count"].as_u64().unwrap() <= 7 && page["age_seconds"].is_u64());
        assert_eq!(page["has_more"].as_bool().unwrap(), page.get("next_skip").is_some());
        all.extend(texts(&page, "products", "sku"));
        skip = page["next_skip"].as_u64();
        assert_eq!(page["total_count"].as_u64().unwrap() as usize > all.len(), skip.is_some());
    }
    assert!(all.len() > 20);
    assert_eq!(calls(&door, "getPriceListByManufacturer").await, 1);
    let anew = door.call(LIST, json!({ "manufacturer": "WGT", "refresh": true })).await.unwrap();
    assert_eq!((anew["total_count"].as_u64().unwrap() as usize, &anew["count"]), (all.len(), &json!(20)));
    assert_eq!(calls(&door, "getPriceListByManufacturer").await, 2);
    assert!(anew["products"][0].get("stock").is_none(), "the list tells no stock");
    assert!(tokens(&anew) < 4_000, "{} tokens", tokens(&anew));
}

#[tokio::test]
async fn a_price_list_is_filtered_by_words_and_kinds() {
    let door = Door::sandbox().await;
    let ask = json!({ "manufacturer": "Sophos", "query": "xgs 107", "product_types": "[\"hardware\"]" });
    let some = door.call(LIST, ask).await.unwrap();
    assert_eq!(some["total_count"], 4);
    assert!(texts(&some, "products", "description").iter().all(|text| text.starts_with("XGS 107")));
    let none = door.call(LIST, json!({ "manufacturer": "Sophos", "query": "toaster" })).await.unwrap();
    assert_eq!((&none["count"], &none["total_count"], &none["has_more"]), (&json!(0), &json!(0), &json!(false)));
    let beyond = door.call(LIST, json!({ "manufacturer": "Sophos", "skip": 5_000 })).await.unwrap();
    assert_eq!((&beyond["count"], &beyond["has_more"]), (&json!(0), &json!(false)));
}

#[tokio::test]
async fn a_manufacturer_that_is_nobody_is_answered_with_the_nearest() {
    let door = Door::sandbox().await;
    let error = door.refused(LIST, json!({ "manufacturer": "Baracuda Networks" })).await;
    assert_eq!(error["code"], "not_found");
    says(&error, "Barracuda");
    assert_eq!(door.refused(LIST, json!({ "manufacturer": " " })).await["code"], "invalid_arguments");
    says(&door.refused(LIST, json!({ "vendor": "Sophos" })).await, "`manufacturer` is missing");
    assert_eq!(calls(&door, "getPriceListByManufacturer").await, 0);
}

#[tokio::test]
async fn a_word_for_several_manufacturers_lists_them() {
    let door = Door::sandbox().await;
    door.fault(
        json!({ "infinigate.drift": [{ "operation": "listManufacturers", "pointer": "/0", "set": "Extreme Cloud" }] }),
    )
    .await;
    let error = door.refused(LIST, json!({ "manufacturer": "extreme" })).await;
    assert_eq!(error["code"], "ambiguous_name", "{error:#}");
    assert_eq!(error["candidates"], json!([{ "name": "Extreme Cloud" }, { "name": "Extreme Networks" }]));
}

#[tokio::test]
async fn a_price_list_that_upstream_cuts_short_is_said_to_be() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinigate.max_take": 10 })).await;
    let answer = door.call(LIST, json!({ "manufacturer": "Sophos" })).await.unwrap();
    assert_eq!(answer["total_count"], 10);
    assert!(answer["notes"][0].as_str().unwrap().contains("gave only 10 of"), "{answer:#}");
}

#[tokio::test]
async fn a_default_search_stays_small_whatever_is_found() {
    let door = Door::sandbox().await;
    for query in ["firewall", "er", "year", "365", "1Y"] {
        let answer = door.call(SEARCH, json!({ "query": query })).await.unwrap();
        let size = tokens(&answer);
        assert!(size < 2_000, "{query}: {size} tokens for {} rows", answer["count"]);
    }
}

#[tokio::test]
async fn a_search_with_an_unknown_code_says_so() {
    let door = Door::sandbox().await;
    let answer = door.call(SEARCH, json!({ "query": "firewall", "vendors": ["ZZZ"] })).await.unwrap();
    assert_eq!(answer["count"], 0);
    assert!(answer["notes"][0].as_str().unwrap().contains("vendor code ZZZ"), "{answer:#}");
    let known = door.call(SEARCH, json!({ "query": "toaster", "vendors": ["HOS"] })).await.unwrap();
    assert!(!known.to_string().contains("vendor code"), "{known:#}");
}

#[tokio::test]
async fn a_search_that_finds_nothing_as_written_finds_what_has_all_words_and_says_so() {
    let door = Door::sandbox().await;
    let known = door.call(SKUS, json!({ "skus": ["200417"], "detail": "full" })).await.unwrap();
    let description = known["products"][0]["description"].as_str().unwrap().to_owned();
    let words: Vec<&str> = description.split(|character: char| !character.is_alphanumeric()).collect();
    let query = format!("{} {}", words.last().unwrap(), words[0]);
    let answer = door.call(SEARCH, json!({ "query": query, "take": 100 })).await.unwrap();
    assert!(texts(&answer, "products", "sku").contains(&"200417".to_owned()), "{query}: {answer:#}");
    assert!(answer["notes"][0].as_str().unwrap().contains("have all of them"), "{answer:#}");
    let all = answer["total_count"].as_u64().unwrap();
    let next = door.call(SEARCH, json!({ "query": query, "take": 1, "skip": 1 })).await.unwrap();
    assert_eq!((next["total_count"].as_u64(), next["count"].as_u64()), (Some(all), Some(u64::from(all > 1))));
    let none = door.call(SEARCH, json!({ "query": "Firebox nonsensical" })).await.unwrap();
    assert_eq!((&none["count"], &none["total_count"]), (&json!(0), &json!(0)), "{none:#}");
    assert!(none["notes"][0].as_str().unwrap().starts_with("Nothing was found."), "{none:#}");
}
