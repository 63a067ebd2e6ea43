//! What the reports over many bills share: grouping, names of customers, tables and charts.

pub mod aliases;
pub mod chart;
pub mod customers;
pub mod rebilling;
pub mod renewals;
pub mod spend;
pub mod spreadsheet;
