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

/// Leads every request of a generated client through its [`Passage`].
macro_rules! through_the_passage {
    ($client:ty) => {
        impl progenitor_client::ClientHooks<$crate::Inner> for $client {
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

use through_the_passage;
