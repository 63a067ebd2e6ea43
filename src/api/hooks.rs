//! How a generated client is led through the seam: two hooks, the same for both services.

/// Implements the generated client's hooks so that every request it makes is sent by [`Seam`](super::send::Seam).
macro_rules! through_the_seam {
    ($client:ty) => {
        impl progenitor_client::ClientHooks<$crate::api::send::Seam> for $client {
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
                Ok(self.inner().exec(request, info.operation_id).await)
            }
        }
    };
}

pub(super) use through_the_seam;
