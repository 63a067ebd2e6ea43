//! What the Infinigate tools share.

pub mod addresses;
pub mod dates;
pub mod descriptions;
pub mod documents;
pub mod email;
pub mod invoices;
pub mod lookup;
pub mod manufacturers;
pub mod merge;
pub mod money;
pub mod pages;
pub mod price_lists;
pub mod products;
pub mod quote_list;
pub mod quote_requests;
pub mod quotes;
pub mod rejection;
pub mod skus;
pub mod tiers;
pub mod vendor_filter;
pub mod vendors;
