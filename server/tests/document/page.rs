//! `/docs`: every operation of the document, on our own page, from our own server.

use super::operation::all;
use crate::common::{Person, TestServer};
use store::testing::TestDb;

async fn the_page_shows_every_operation(db: &TestDb) {
    let server = TestServer::open(db).await;
    let page = Person::anonymous(&server).get("/docs").await;
    assert_eq!(page.status, 200);
    // Leptos puts hydration markers between texts.
    let text = page.text.replace("<!>", "");
    for operation in all(&server.desk) {
        let id = operation.described("operationId").as_str().unwrap();
        assert_eq!(text.matches(&format!(" id=\"{id}\"")).count(), 1, "{operation}");
        assert!(text.contains(&format!("<code class=\"path\">{}</code>", operation.path)), "{operation}");
    }
    assert!(text.contains("curl -X POST &#x27;") || text.contains("curl -X POST '"), "an example to paste");
    for elsewhere in ["src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!text.contains(elsewhere), "{elsewhere}");
    }
    let footer = Person::anonymous(&server).get("/").await;
    assert!(footer.text.contains("href=\"/docs\""));
}

store::each_engine!(the_page_shows_every_operation);
