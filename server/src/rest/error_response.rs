//! The error response of a request, in the format of its surface: the one place that chooses between them.

use super::{
    currencycloud::error::CurrencycloudFailure, lumetrade::error::LumetradeFailure,
    mudawyl::error as mudawyl, surface::Surface, surface_error::SurfaceError,
    threecommas::error::ThreeCommasFailure,
};
use axum::response::{IntoResponse as _, Response};

/// Formats an error for a surface.
pub(crate) fn error_response(surface: Surface, error: SurfaceError) -> Response {
    match surface {
        Surface::Mudawyl => mudawyl::error_response(error),
        Surface::ThreeCommas => ThreeCommasFailure::from(error).into_response(),
        Surface::Lumetrade => LumetradeFailure::from(error).into_response(),
        Surface::Currencycloud => CurrencycloudFailure::from(error).into_response(),
    }
}
