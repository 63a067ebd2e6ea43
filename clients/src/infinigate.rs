//! Infinigate: its generated client, its operations, and its document.

crate::generated!("infinigate");
