//! Authentication by a token in `X-Auth-Token`.

use super::error::CurrencycloudFailure;
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

pub(super) const TOKEN: &str = "x-auth-token";

/// Authenticates a request by its token; rejects it if the token is invalid or expired.
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
        Err(error) => Err(CurrencycloudFailure::from(error).into_response()),
    }
}

async fn caller(
    desk: &SharedDesk,
    permission: Option<Permission>,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<Caller> {
    let token = only(headers, TOKEN).ok_or(Error::Unauthenticated)?;
    let program = api_client::by_token(desk, origin, token).await?;
    api_client::permit(desk, origin, &program, permission)?;
    Ok(Caller(program))
}
