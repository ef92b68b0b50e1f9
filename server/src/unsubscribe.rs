//! `POST /unsubscribe`: the one-click request of mail programs (RFC 8058), without cookies or scripts. The
//! page at the same address has a button for users.

use app::Visit;
use axum::{Extension, Router, extract::Query, http::StatusCode, routing::post};
use serde::Deserialize;
use service::{Error, messaging::notify};

/// The query parameters.
#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

/// The route, open to everyone, because the link identifies the user.
pub(crate) fn routes() -> Router {
    Router::new().route("/unsubscribe", post(one_click))
}

/// Responds directly, without a redirect, because mail programs do not follow any.
async fn one_click(
    Extension(visit): Extension<Visit>,
    Query(link): Query<Link>,
) -> (StatusCode, &'static str) {
    match notify::unsubscribe(&visit.desk, &link.token).await {
        Ok(_) => (StatusCode::OK, "Unsubscribed.\n"),
        Err(Error::NotFound) => (StatusCode::NOT_FOUND, "This link is invalid.\n"),
        Err(error) => {
            tracing::error!(%error, "could not process an unsubscribe link");
            (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side. Try again in a moment.\n")
        }
    }
}
