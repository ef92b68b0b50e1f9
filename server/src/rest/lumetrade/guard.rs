//! Authentication by key and secret in two headers.

use super::error::LumetradeFailure;
use crate::{
    proxy,
    rest::client::{Caller, only},
};
use axum::{
    extract::Request,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use domain::Permission;
use service::{Error, Origin, Result, SharedDesk, identity::api_client};

/// Authenticates a request by the client's key and secret.
pub(crate) async fn admit(
    desk: &SharedDesk,
    permission: Option<Permission>,
    mut request: Request,
) -> std::result::Result<Request, Response> {
    let origin = proxy::origin(request.extensions(), request.headers());
    match caller(desk, permission, request.headers(), &origin).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            Ok(request)
        }
        Err(error) => Err(LumetradeFailure::from(error).into_response()),
    }
}

async fn caller(
    desk: &SharedDesk,
    permission: Option<Permission>,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<Caller> {
    let (Some(key), Some(secret)) = (only(headers, "x-api-key"), only(headers, "x-api-secret")) else {
        return Err(Error::Unauthenticated);
    };
    let program = api_client::by_secret(desk, origin, key, secret).await?;
    api_client::permit(desk, origin, &program, permission)?;
    Ok(Caller(program))
}
