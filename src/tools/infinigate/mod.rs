//! The tools of Infinigate.

pub mod infinigate_accept_quote;
pub mod infinigate_get_invoice;
pub mod infinigate_get_quote;
pub mod infinigate_list_invoices;
pub mod infinigate_search_products;
