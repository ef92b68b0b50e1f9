//! Authentication by key and secret in two headers.

use super::error::LumetradeFailure;
use crate::{
    proxy,
    rest::{
        client::{Caller, only},
        fields::{Fields, Unreadable},
    },
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
            let query = request.uri().query().unwrap_or_default();
            check_query(query).map_err(LumetradeFailure::into_response)?;
            request.extensions_mut().insert(caller);
            Ok(request)
        }
        Err(error) => Err(LumetradeFailure::from(error).into_response()),
    }
}

/// Rejects a query that cannot be parsed, because not every route reads it.
fn check_query(query: &str) -> std::result::Result<(), LumetradeFailure> {
    let problem = match Fields::parse(query.as_bytes()) {
        Ok(_) => return Ok(()),
        Err(Unreadable::Twice(name)) => format!("{name} is given twice"),
        Err(_) => "parameters must be UTF-8 text".to_owned(),
    };
    Err(LumetradeFailure::validation(problem))
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
