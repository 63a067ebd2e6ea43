//! The tests at three doors: a tool through the runtime, the server through its transports, the seam through the wire.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod access;
mod batches;
mod books;
mod client_config;
mod commands;
mod completion;
mod confirmation;
mod create_order;
mod credentials;
mod doctor;
mod door;
mod first_steps;
mod health;
mod hostile;
mod infinigate_catalogue;
mod infinigate_customers;
mod infinigate_dates;
mod infinigate_invoices;
mod infinigate_money;
mod infinigate_odd_bills;
mod infinigate_quotes;
mod infinigate_reports;
mod infinity_attachments;
mod infinity_bulk;
mod infinity_comments;
mod infinity_direct;
mod infinity_hooks;
mod infinity_items;
mod infinity_links;
mod infinity_members;
mod infinity_pages;
mod infinity_search;
mod infinity_structure;
mod infinity_time;
mod infinity_versions;
mod infinity_views;
mod laws;
mod ledger;
mod line;
mod list_changes;
mod live_drift;
mod metrics;
mod oauth;
mod oauth_assertions;
mod oauth_clients;
mod oauth_issuer;
mod oauth_resource;
mod oauth_tokens;
mod operations;
mod order_numbers;
mod overlapping;
mod predecessors;
mod process;
mod prompts;
mod questions;
mod resources;
mod sandbox_framework;
mod sandbox_infinigate;
mod sandbox_infinity;
mod seam_infinity;
mod seam_retry;
mod seam_secrets;
mod seam_token;
mod seam_upstream;
mod served;
mod server_http;
mod server_http_manners;
mod server_http_streams;
mod server_limits;
mod server_shares;
mod server_stdio;
mod shell;
mod tidy;
mod tools_infinigate;
mod tools_infinity;
mod traces;
mod vault;
