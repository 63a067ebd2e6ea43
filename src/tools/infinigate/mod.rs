//! The tools of Infinigate.

pub mod infinigate_accept_quote;
pub mod infinigate_create_order;
pub mod infinigate_get_invoice;
pub mod infinigate_get_price_list;
pub mod infinigate_get_products_by_sku;
pub mod infinigate_get_quote;
pub mod infinigate_list_aliases;
pub mod infinigate_list_end_customers;
pub mod infinigate_list_invoices;
pub mod infinigate_list_manufacturers;
pub mod infinigate_list_quotes;
pub mod infinigate_list_renewals;
pub mod infinigate_msp_usage;
pub mod infinigate_reject_quote;
pub mod infinigate_remove_alias;
pub mod infinigate_request_quote;
pub mod infinigate_search_products;
pub mod infinigate_set_alias;
pub mod infinigate_spend_report;
