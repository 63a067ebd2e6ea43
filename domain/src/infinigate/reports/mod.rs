//! What the reports over many bills share: grouping, names of customers, tables and charts.

pub mod aliases;
pub mod chart;
pub mod contract_terms;
pub mod customers;
pub mod late_usage;
pub mod rebilling;
pub mod renewals;
pub mod spend;
pub mod spreadsheet;
pub mod suggestions;
