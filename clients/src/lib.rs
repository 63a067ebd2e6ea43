//! The clients that are generated from the vendored documents, and what the documents say of their answers.
//!
//! They are a crate of their own because compiling them takes longer than anything else here, and they change only when a
//! document does. What sends their requests is not theirs to know: see [`Passage`].

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::{Request, Response};

pub mod infinigate;
pub mod shape;
pub mod startinfinity;

/// The one way out for every request of the clients: credentials, rate, repetition and errors are its affair.
pub trait Passage: Debug + Send + Sync {
    /// Sends a request for the operation with this id.
    fn pass(&self, request: Request, operation: &'static str) -> BoxFuture<'_, Response>;
}

/// What a generated client carries.
pub type Inner = Arc<dyn Passage>;

/// What `build.rs` made for a service. Every request of its client goes through the [`Passage`].
macro_rules! generated {
    ($service:literal) => {
        #[allow(
            missing_docs,
            unused_imports,
            dead_code,
            rustdoc::all,
            clippy::all,
            clippy::unwrap_used,
            clippy::expect_used,
            clippy::panic,
            clippy::indexing_slicing,
            reason = "written by the generator, which has its own tests"
        )]
        mod generated {
            include!(concat!(env!("OUT_DIR"), "/", $service, ".rs"));
        }

        mod operations {
            //! The table of documented operations, written by `build.rs`.
            include!(concat!(env!("OUT_DIR"), "/", $service, "_operations.rs"));
        }

        pub use generated::{Client, ResponseValue, types};

        /// The document with its fixes applied, as JSON.
        pub const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/", $service, ".json"));

        /// Every documented operation, sorted by id.
        pub fn operations() -> &'static [$crate::shape::Operation] {
            operations::OPERATIONS
        }

        impl progenitor_client::ClientHooks<$crate::Inner> for Client {
            async fn pre<E>(
                &self,
                request: &mut reqwest::Request,
                _: &progenitor_client::OperationInfo,
            ) -> std::result::Result<(), progenitor_client::Error<E>> {
                // The generator sends the document's version, which neither service asks for under this name.
                request.headers_mut().remove("api-version");
                Ok(())
            }

            async fn exec(
                &self,
                request: reqwest::Request,
                info: &progenitor_client::OperationInfo,
            ) -> reqwest::Result<reqwest::Response> {
                use progenitor_client::ClientInfo as _;
                Ok(self.inner().pass(request, info.operation_id).await)
            }
        }
    };
}

use generated;
