//! Invoices and credit memos read whole: lines, usage, contracts and for whom they were.

pub mod bill;
mod contract_days;
pub mod contracts;
pub mod end_customers;
pub mod facts;
pub mod lines;
pub mod periods;
pub mod positions;
pub mod reading;
pub mod terms;
pub mod usage;
