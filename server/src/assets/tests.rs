use super::*;
use std::io;
use std::path::Path;

// The style bundler is part of the build script, where no test can run, so its tests are here.
#[path = "../../build/css.rs"]
mod css;

static FILE: Asset = Asset {
    bytes: b"plain",
    br: Some(b"br"),
    gz: Some(b"gzip"),
    mime: "text/css; charset=utf-8",
    hash: "abc",
    immutable: true,
};
static BARE: Asset = Asset { br: None, gz: None, immutable: false, ..FILE };

fn request(headers: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::from_str(value).unwrap());
    }
    map
}

fn coding(asset: &'static Asset, accept: &str) -> Option<&'static str> {
    negotiate(asset, &request(&[("accept-encoding", accept)])).0
}

#[test]
fn the_best_form_that_both_know_is_sent() {
    assert_eq!(coding(&FILE, "gzip, deflate, br, zstd"), Some("br"));
    assert_eq!(coding(&FILE, "gzip"), Some("gzip"));
    assert_eq!(coding(&FILE, "GZIP;q=1.0, br;q=0.5"), Some("gzip"));
    assert_eq!(coding(&FILE, "br;q=0, *"), Some("gzip"));
    assert_eq!(coding(&FILE, "*"), Some("br"));
    assert_eq!(coding(&FILE, "identity, br;q=0.1"), None);
    assert_eq!(coding(&FILE, "br;q=nonsense"), None);
    assert_eq!(coding(&FILE, "zstd"), None);
    assert_eq!(coding(&BARE, "br, gzip"), None);
    assert_eq!(negotiate(&FILE, &HeaderMap::new()), (None, b"plain".as_slice()));
}

#[test]
fn a_weight_has_at_most_three_decimals() {
    let weights = ["1", "1.000", "0.5", "0.001", "0", "1.1", "0.5555", "-1", ""].map(thousandths);
    assert_eq!(weights, [1000, 1000, 500, 1, 0, 0, 0, 0, 0]);
}

#[tokio::test]
async fn a_file_comes_with_its_headers() {
    let response = respond(&FILE, &Method::GET, &request(&[("accept-encoding", "br")]));
    assert_eq!(response.status(), StatusCode::OK);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/css; charset=utf-8");
    assert_eq!(header("content-encoding"), "br");
    assert_eq!(header("content-length"), "2");
    assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header("etag"), "\"abc-br\"");
    assert_eq!(header("vary"), "accept-encoding");
    let body = axum::body::to_bytes(response.into_body(), 1024).await.unwrap();
    assert_eq!(body, b"br".as_slice());
}

#[tokio::test]
async fn head_has_the_headers_and_no_body() {
    let response = respond(&FILE, &Method::HEAD, &HeaderMap::new());
    assert_eq!(response.headers()["content-length"], "5");
    assert!(axum::body::to_bytes(response.into_body(), 1024).await.unwrap().is_empty());
}

#[test]
fn a_file_at_a_lasting_address_is_revalidated() {
    let response = respond(&BARE, &Method::GET, &HeaderMap::new());
    assert_eq!(response.headers()["cache-control"], "public, no-cache");
    for known in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"] {
        let response = respond(&BARE, &Method::GET, &request(&[("if-none-match", known)]));
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert!(response.headers().contains_key("etag"));
    }
    let other = request(&[("if-none-match", "\"abc-br\"")]);
    assert_eq!(respond(&BARE, &Method::GET, &other).status(), StatusCode::OK);
}

#[test]
fn only_reading_is_allowed() {
    let response = respond(&FILE, &Method::POST, &HeaderMap::new());
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "GET, HEAD");
}

#[tokio::test]
async fn the_style_sheet_is_inside_the_program_and_whole() {
    let response = serve(Method::GET, css_href().parse().unwrap(), HeaderMap::new()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/css; charset=utf-8");
    let asset = lookup(css_href()).unwrap();
    assert!(asset.immutable);
    let text = std::str::from_utf8(asset.bytes).unwrap();
    assert!(!text.contains("@import") && !text.contains("/*"));
}

#[tokio::test]
async fn missing_assets_are_not_found() {
    for path in ["/pkg/nothing.css", "/../Cargo.toml", "/"] {
        let response = serve(Method::GET, path.parse().unwrap(), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn the_table_is_sorted_and_its_bundles_are_in_it() {
    assert!(ASSETS.is_sorted_by_key(|(address, _)| *address));
    for (name, stem) in BUNDLES {
        assert_eq!(bundle(name), Some(*stem));
        assert!(lookup(&format!("/pkg/{stem}.js")).is_some_and(|asset| asset.immutable));
        assert!(
            lookup(&format!("/pkg/{stem}_bg.wasm")).is_some_and(|asset| asset.mime == "application/wasm")
        );
    }
    assert_eq!(bundle("nothing"), None);
}

fn sheets(path: &Path) -> io::Result<String> {
    match path.to_str() {
        Some("style/main.css") => Ok("@layer base, parts;\n@import \"base.css\" layer(base);\n\
                                      @import url('parts/all.css') layer(parts);\n@import \"bare.css\";\n"
            .to_owned()),
        Some("style/base.css") => Ok("a { color: red }\n".to_owned()),
        Some("style/parts/all.css") => Ok("@import \"button.css\";\n".to_owned()),
        Some("style/parts/button.css") => Ok("b { margin: 0 }\n".to_owned()),
        Some("style/bare.css") => Ok("i { padding: 0 }\n".to_owned()),
        Some("odd.css") => Ok("@import \"print.css\" print;\n".to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

#[test]
fn imports_are_replaced_by_their_layers() {
    let bundled = css::bundle(Path::new("style/main.css"), &sheets).unwrap();
    assert_eq!(
        css::minify(&bundled),
        "@layer base, parts;\n@layer base {\na { color: red }\n}\n\
         @layer parts {\nb { margin: 0 }\n}\ni { padding: 0 }\n"
    );
    let error = css::bundle(Path::new("odd.css"), &sheets).unwrap_err();
    assert!(error.to_string().contains("cannot bundle `@import \"print.css\" print;`"), "{error}");
    let error = css::bundle(Path::new("absent.css"), &sheets).unwrap_err();
    assert!(error.to_string().starts_with("absent.css"), "{error}");
}

#[test]
fn comments_go_and_strings_stay() {
    let css = "/* a */\n  b::before { content: \"/* é \\\" */\"; } /* c\n d */\n\n e {}/* open";
    assert_eq!(css::minify(css), "b::before { content: \"/* é \\\" */\"; }\ne {}\n");
}

#[test]
fn addresses_of_public_files_are_fingerprinted() {
    let css = "a{src:url(/f.woff2);b:url(\"/f.woff2\");c:url('/f.woff2#x');d:url(/f.woff22)}";
    assert_eq!(
        css::readdress(css, "/f.woff2", "/pkg/f-1.woff2"),
        "a{src:url(/pkg/f-1.woff2);b:url(\"/pkg/f-1.woff2\");c:url('/pkg/f-1.woff2#x');d:url(/f.woff22)}"
    );
}
