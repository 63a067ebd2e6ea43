//! What the Infinigate tools share.

pub mod addresses;
pub mod bills;
pub mod dates;
pub mod descriptions;
pub mod documents;
pub mod email;
pub mod exact;
pub mod invoices;
pub mod merge;
pub mod money;
pub mod pages;
pub mod products;
pub mod quotes;
pub mod reports;
pub mod vendor_filter;
pub mod vendors;
