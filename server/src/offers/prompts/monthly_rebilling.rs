//! The usage of a month, made ready for the bills to the reseller's own customers.

use chrono::NaiveDate;

use super::{Argument, NAME, Prompt, Words, numbered};
use crate::offers::completion::Source;

pub(super) static PROMPT: Prompt = Prompt {
    name: "monthly_rebilling",
    title: "Monthly rebilling",
    description: "Prepare what each end customer used in a month for billing: quantities, cost, price, margin, and what changed.",
    arguments: &[
        Argument {
            name: "month",
            description: "The month, as 2026-10; the last full one when left out.",
            is_required: false,
            longest: NAME,
            source: Source::Months,
            check: |value| {
                let is_month = NaiveDate::parse_from_str(&format!("{value}-01"), "%Y-%m-%d").is_ok();
                (!is_month || value.len() != "2026-10".len()).then_some("it is a month such as 2026-10")
            },
        },
        Argument::name("end_customer", "Only this end customer: name, domain or short code.", Source::Nothing),
    ],
    needs: &["infinigate_list_end_customers", "infinigate_msp_usage"],
    write,
};

fn write(words: &Words<'_>) -> String {
    let (month, customer) = (words.said("month"), words.said("end_customer"));
    let when = month.as_ref().map_or("the last full month".to_owned(), |month| format!("the month {month}"));
    let whom = customer.as_ref().map(|customer| format!(", for the end customer {customer} only")).unwrap_or_default();
    let arguments: Vec<String> =
        [month.map(|month| format!("month {month}")), customer.map(|name| format!("end_customer {name}"))]
            .into_iter()
            .flatten()
            .collect();
    let with = if arguments.is_empty() { String::new() } else { format!(" with {}", arguments.join(" and ")) };
    let aliases = if words.has("infinigate_list_aliases") {
        " infinigate_list_aliases shows which are joined already."
    } else {
        ""
    };
    let steps = [
        Some(format!("Call infinigate_list_end_customers for that month. Look for one company under several names, domains or short codes, and for bills_without_customer.{aliases}")),
        Some(format!("Call infinigate_msp_usage{with}. While it says has_more, go on with next_skip and csv false. The attached CSV file holds every single piece.")),
        Some("Call infinigate_msp_usage for the month before in the same way, with csv false, to compare.".to_owned()),
        Some("If an answer says that it is not complete, say for which days or bills, before any number.".to_owned()),
        Some("Show one table for each end customer: article, quantity, cost, recommended price, margin, change of the quantity against the month before; then its sums, one for each currency. Never add up two currencies.".to_owned()),
        Some("Then list what to look at before billing: customers who are new or gone, quantities that changed by more than a fifth, articles without a recommended price, a negative margin, pieces whose service period is not told.".to_owned()),
    ];
    let aliases = if words.has("infinigate_set_alias") {
        "Set aliases with infinigate_set_alias only as I confirm them. "
    } else {
        ""
    };
    format!(
        "Prepare the rebilling of {when}{whom}.\n\n{}\n\nNothing is sent or billed from here. {aliases}End by asking me: are the customers put together rightly, and which of the points shall be cleared before the bills go out?",
        numbered(steps)
    )
}
