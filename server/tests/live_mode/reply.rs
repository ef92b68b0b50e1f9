//! Responses of the proxy that replace those of the exchange.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use std::io::Write as _;

/// A response that replaces the exchange's.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A page, as of a maintenance or of a firewall, with `Retry-After` in seconds if given.
    Page(u16, &'static str, Option<&'static str>),
    /// An error in Binance's format, with `Retry-After` in seconds if given.
    Error(u16, i64, Option<&'static str>),
    /// Half of a compressed response.
    HalfGzip,
    /// No response: the connection is broken in the middle of one.
    Broken,
}

/// Compresses a body.
pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

impl Reply {
    /// The response of this kind.
    pub(crate) fn into_response(self) -> Response {
        let (status, retry_after, kind, body) = match self {
            Self::Page(status, title, retry_after) => {
                let page =
                    format!("<HTML><HEAD><TITLE>{title}</TITLE></HEAD><BODY><H1>{title}</H1></BODY></HTML>");
                (status, retry_after, "text/html", page.into_bytes())
            }
            Self::Error(status, code, retry_after) => {
                let body = json!({ "msg": "Refused by the proxy.", "code": code, "data": { "new": [] } });
                (status, retry_after, "application/json", body.to_string().into_bytes())
            }
            Self::HalfGzip => {
                let whole = gzip(json!({ "symbol": "BTCUSDT", "orderId": 1 }).to_string().as_bytes());
                let half = whole[..whole.len() / 2].to_vec();
                return ([(header::CONTENT_ENCODING, "gzip")], half).into_response();
            }
            Self::Broken => {
                let pieces = [Ok("{"), Err(std::io::Error::other("broken"))];
                return Body::from_stream(futures::stream::iter(pieces)).into_response();
            }
        };
        let mut response = ([(header::CONTENT_TYPE, kind)], body).into_response();
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        response
    }
}
