//! Parts of Binance's API that it has retired: the spot listen keys, in favour of the WebSocket API.

use super::{call::Endpoint, spot};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

/// The page that Binance's web server has for a path that is gone.
const PAGE: &str = "<html>\r\n<head><title>410 Gone</title></head>\r\n<body>\r\n<center><h1>410 Gone</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// Whether an endpoint is among them.
pub(crate) fn is_retired(endpoint: &Endpoint) -> bool {
    endpoint.path == spot::LISTEN_KEY
}

/// The response to a request for any of them. It is not in the API's format, because the API is not reached.
pub(crate) async fn gone() -> Response {
    (StatusCode::GONE, [(header::CONTENT_TYPE, "text/html")], PAGE).into_response()
}
