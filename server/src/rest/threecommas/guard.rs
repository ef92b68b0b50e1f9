//! Authentication by signed requests: key and signature in two headers, over the raw target and body.

use super::{error::ThreeCommasFailure, params::unreadable};
use crate::{
    proxy,
    rest::{
        client::{Caller, only},
        fields::{self, Fields},
        surface_error::SurfaceError,
    },
};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest as _, OriginalUri, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use domain::Permission;
use service::{
    Error, SharedDesk,
    identity::api_client::{self, BodyKind, Signed},
};

/// Authenticates a request by its signature. This reads the body, which is then restored.
pub(crate) async fn admit(
    desk: &SharedDesk,
    permission: Option<Permission>,
    request: Request,
) -> Result<Request, Response> {
    let (parts, body) = request.into_parts();
    let bytes = read(body).await.map_err(ThreeCommasFailure::into_response)?;
    match caller(desk, permission, &parts, &bytes).await {
        Ok(caller) => {
            let mut request = Request::from_parts(parts, Body::from(bytes));
            request.extensions_mut().insert(caller);
            Ok(request)
        }
        Err(failure) => Err(failure.into_response()),
    }
}

async fn read(body: Body) -> Result<Bytes, ThreeCommasFailure> {
    Bytes::from_request(Request::new(body), &()).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            SurfaceError::TooLarge.into()
        } else {
            ThreeCommasFailure::invalid("base", "body cannot be read")
        }
    })
}

async fn caller(
    desk: &SharedDesk,
    permission: Option<Permission>,
    parts: &Parts,
    body: &[u8],
) -> Result<Caller, ThreeCommasFailure> {
    let key = only(&parts.headers, "apikey").ok_or(Error::Unauthenticated)?;
    let signature = only(&parts.headers, "signature").ok_or_else(ThreeCommasFailure::signature)?;
    // The signature covers the whole path, also under the second prefix.
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
    let kind = match fields::kind(&parts.headers).as_str() {
        "application/json" => BodyKind::Json,
        "application/x-www-form-urlencoded" => BodyKind::Form,
        _ => BodyKind::Other,
    };
    let signed = Signed { path: uri.path(), query: uri.query(), body, kind, signature };
    let origin = proxy::origin(&parts.extensions, &parts.headers);
    let program = api_client::by_signature(desk, &origin, key, &signed).await?;
    let program = program.ok_or_else(ThreeCommasFailure::signature)?;
    api_client::permit(desk, &origin, &program, permission)?;
    // Here, because not every route reads its query.
    Fields::parse(uri.query().unwrap_or_default().as_bytes()).map_err(unreadable)?;
    Ok(Caller(program))
}
