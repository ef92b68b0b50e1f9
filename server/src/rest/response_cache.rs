//! Response cache of the public lists. It stores the response bytes (plain, gzip and brotli, each with its
//! ETag) for one version of the lists' data (`service::platform::public_list`), so that a write invalidates them.

use super::mudawyl::error::MudawylFailure;
use crate::assets;
use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use flate2::{Compression, write::GzEncoder};
use service::{
    SharedDesk,
    platform::public_list::{self, DataVersion},
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    io::Write as _,
    sync::{Arc, PoisonError, RwLock},
};

/// The maximum number of cached responses; exceeding it clears the cache.
const MOST: usize = 512;
/// The largest response to cache, in bytes. Requests with a longer target than `LONGEST` bypass the cache.
const LARGEST: usize = 1 << 20;
const LONGEST: usize = 512;
/// Brotli's quality: a list is compressed once and read often.
const BROTLI: i32 = 9;

/// One encoding of a response.
struct Encoding {
    bytes: Bytes,
    tag: HeaderValue,
}

/// A cached response in all its encodings.
struct CachedResponse {
    version: DataVersion,
    kind: HeaderValue,
    plain: Encoding,
    gzip: Option<Encoding>,
    brotli: Option<Encoding>,
}

/// Responses by request path and query.
#[derive(Default)]
pub(crate) struct ResponseCache(RwLock<HashMap<String, Arc<CachedResponse>>>);

/// Middleware of the public list routes.
pub(crate) async fn serve(
    desk: SharedDesk,
    cache: Arc<ResponseCache>,
    request: Request,
    next: Next,
) -> Response {
    let question = request.uri().path_and_query().map_or("", |target| target.as_str());
    if !matches!(*request.method(), Method::GET | Method::HEAD) || question.len() > LONGEST {
        return next.run(request).await;
    }
    // Read before the response is generated: a concurrent change then makes the entry stale, never wrong.
    let version = match public_list::current_version(&desk).await {
        Ok(version) => version,
        Err(error) => return MudawylFailure::Service(error).into_response(),
    };
    if let Some(kept) = cache.find(question, version) {
        return kept.answer(request.headers());
    }
    let (question, headers) = (question.to_owned(), request.headers().clone());
    let (parts, body) = next.run(request).await.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).cloned();
    let (StatusCode::OK, Some(kind)) = (parts.status, kind) else {
        return Response::from_parts(parts, body);
    };
    // The lists come in pages, so that their size is bounded.
    match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) if bytes.len() > LARGEST => Response::from_parts(parts, Body::from(bytes)),
        Ok(bytes) => {
            let kept = Arc::new(CachedResponse::new(version, kind, bytes));
            cache.put(question, Arc::clone(&kept));
            kept.answer(&headers)
        }
        Err(error) => MudawylFailure::Service(service::Error::fault(error)).into_response(),
    }
}

impl ResponseCache {
    fn find(&self, question: &str, version: DataVersion) -> Option<Arc<CachedResponse>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(question).filter(|kept| kept.version == version).cloned()
    }

    fn put(&self, question: String, kept: Arc<CachedResponse>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(&question) {
            all.clear();
        }
        all.insert(question, kept);
    }
}

impl CachedResponse {
    fn new(version: DataVersion, kind: HeaderValue, bytes: Bytes) -> Self {
        let hash = hex::encode(Sha256::digest(&bytes).get(..12).unwrap_or_default());
        let form = |bytes: Bytes, coding: &str| {
            let tag = HeaderValue::from_str(&format!("\"{hash}{coding}\"")).ok()?;
            Some(Encoding { bytes, tag })
        };
        let smaller = |packed: Option<Vec<u8>>| packed.filter(|packed| packed.len() < bytes.len());
        let gzip = smaller(gzip(&bytes)).and_then(|packed| form(packed.into(), "-gzip"));
        let brotli = smaller(brotli(&bytes)).and_then(|packed| form(packed.into(), "-br"));
        let tag = HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { version, kind, plain: Encoding { bytes, tag }, gzip, brotli }
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let (coding, form) = assets::best(
            request,
            [
                (Some("br"), self.brotli.as_ref()),
                (Some("gzip"), self.gzip.as_ref()),
                (None, Some(&self.plain)),
            ],
        )
        .unwrap_or((None, &self.plain));
        let unchanged = form.tag.to_str().is_ok_and(|tag| assets::matches(request, tag));
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::ETAG, form.tag.clone());
        // Any cache may store it but must revalidate each time, so a list is never older than a second.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(header::CONTENT_TYPE, self.kind.clone());
        if let Some(coding) = coding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        *response.body_mut() = Body::from(form.bytes.clone());
        response
    }
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).ok()?;
    packer.finish().ok()
}

fn brotli(bytes: &[u8]) -> Option<Vec<u8>> {
    let settings = brotli::enc::BrotliEncoderParams { quality: BROTLI, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &settings).ok()?;
    Some(packed)
}
