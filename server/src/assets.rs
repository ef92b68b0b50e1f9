//! Static files that pages load: styles, icons, wasm. All of them are embedded in the binary (build.rs), so
//! that a single file runs from any directory. Fingerprinted files may be cached forever; the compressed
//! forms are produced at build time.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};

#[derive(Debug)]
pub(crate) struct Asset {
    bytes: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
    mime: &'static str,
    hash: &'static str,
    /// Whether the address contains a hash of the content, so that the file may be cached forever.
    immutable: bool,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Returns the file at an address such as `/robots.txt`, if there is one.
pub(crate) fn lookup(path: &str) -> Option<&'static Asset> {
    let index = ASSETS.binary_search_by(|(address, _)| (*address).cmp(path)).ok()?;
    ASSETS.get(index).map(|(_, asset)| asset)
}

pub(crate) fn css_href() -> &'static str {
    CSS
}

/// The address of the icon sprite; an icon is `<use href="{icons_href()}#name">`.
pub(crate) fn icons_href() -> &'static str {
    ICONS
}

/// The output name, in Leptos' sense, of a wasm bundle (`small` or `desk`). `None` in a build without wasm:
/// its pages can be read and their forms work, but there is no interactivity.
pub(crate) fn bundle(name: &str) -> Option<&'static str> {
    BUNDLES.iter().find(|(bundle, _)| *bundle == name).map(|(_, stem)| *stem)
}

/// Serves an embedded file; 404 with an empty body if there is none.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    match lookup(uri.path()) {
        Some(asset) => respond(asset, &method, &headers),
        None => empty(StatusCode::NOT_FOUND),
    }
}

/// Serves one file in the encoding that the client prefers.
pub(crate) fn respond(asset: &'static Asset, method: &Method, request: &HeaderMap) -> Response<Body> {
    if method != Method::GET && method != Method::HEAD {
        let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let (coding, bytes) = negotiate(asset, request);
    // Two encodings are two representations, so each has its own ETag.
    let tag = format!("\"{}{}\"", asset.hash, coding.map(|name| format!("-{name}")).unwrap_or_default());
    let unchanged = matches(request, &tag);
    let mut response = empty(if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    let headers = response.headers_mut();
    let keep = if asset.immutable { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if unchanged {
        return response;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if method == Method::GET {
        *response.body_mut() = Body::from(Bytes::from_static(bytes));
    }
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The available encoding with the highest quality; among equals, the smallest. A client that rejects all of
/// them gets the plain file, as RFC 9110 allows.
fn negotiate(asset: &'static Asset, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let forms = [(Some("br"), asset.br), (Some("gzip"), asset.gz), (None, Some(asset.bytes))];
    best(request, forms).unwrap_or((None, asset.bytes))
}

/// The encoding that the client prefers, the first among equals; `None` if it rejects all of them.
pub(crate) fn best<T>(
    request: &HeaderMap,
    forms: [(Option<&'static str>, Option<T>); 3],
) -> Option<(Option<&'static str>, T)> {
    let mut best = None;
    let mut best_quality = 0;
    for (coding, form) in forms {
        let quality = quality(request, coding);
        if let Some(form) = form.filter(|_| quality > best_quality) {
            (best, best_quality) = (Some((coding, form)), quality);
        }
    }
    best
}

/// The client's quality value for an encoding, in thousandths. The plain file has a small quality unless the
/// client states one: `Accept-Encoding: br` still means "compressed if you can".
fn quality(request: &HeaderMap, coding: Option<&str>) -> u16 {
    let name = coding.unwrap_or("identity");
    let mut wildcard = None;
    for value in request.get_all(header::ACCEPT_ENCODING) {
        for item in value.to_str().unwrap_or_default().split(',') {
            let mut parts = item.split(';').map(str::trim);
            let offered = parts.next().unwrap_or_default();
            let thousandths = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
            if offered.eq_ignore_ascii_case(name) {
                return thousandths;
            }
            if offered == "*" {
                wildcard = Some(thousandths);
            }
        }
    }
    wildcard.unwrap_or(if coding.is_none() { 1 } else { 0 })
}

/// Parses a weight: `0.5` -> 500. An invalid weight counts as a rejection.
fn thousandths(weight: &str) -> u16 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{whole}{fraction:0<3}");
    if fraction.len() > 3 { 0 } else { digits.parse().ok().filter(|value| *value <= 1000).unwrap_or(0) }
}

/// Compares If-None-Match with our ETag, using the weak comparison that the header requires.
pub(crate) fn matches(request: &HeaderMap, tag: &str) -> bool {
    let tags = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','));
    tags.map(str::trim).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests;
