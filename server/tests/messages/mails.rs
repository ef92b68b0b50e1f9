//! Mails: an unreachable server, mails that are sent once, a real server, and the unsubscribe link.

use super::setting::{SETTINGS, actor, by, changed_password, deliver};
use crate::common::{Person, TestServer, smtp::MailServer};
use domain::{
    notification::{Channel, Delivery, DeliveryFailure, FailureKind, Topic},
    time::MINUTE,
};
use reqwest::Method;
use serde_json::json;
use service::{
    messaging::notify::{self, Content, Letter},
    platform::settings::{MailSettings, Settings},
};
use std::collections::HashSet;
use store::testing::TestDb;

async fn an_unreachable_mail_server_loses_nothing(db: &TestDb) {
    // It holds the port and does not listen.
    let closed = tokio::net::TcpSocket::new_v4().unwrap();
    closed.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let port = closed.local_addr().unwrap().port();
    let mail = MailSettings {
        smtp_url: Some(format!("smtp://user:hunter2@127.0.0.1:{port}")),
        from: "Desk <desk@example.org>".into(),
    };
    let test_server = TestServer::with(db, Settings { mail, ..Settings::default() }).await;
    let (_, _) = (Person::sign_up(&test_server, "ada").await, Person::sign_up(&test_server, "bob").await);
    for name in ["ada", "bob"] {
        let me = actor(&test_server, name).await;
        test_server.clock.advance(1);
        changed_password(&test_server, &me).await;
    }
    assert_eq!(deliver(&test_server).await, 0);
    let mails = by(&test_server, Channel::Email).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(
        mails.iter().map(|mail| mail.attempts).sum::<i64>(),
        1,
        "when the server does not answer, the others do not try"
    );
    let tried = mails.iter().find(|mail| mail.attempts == 1).unwrap();
    assert_eq!(tried.failure, Some(DeliveryFailure::of(FailureKind::MailServerUnreachable)));
    assert!(!format!("{mails:?}").contains("hunter2"));
    for _ in 0..30 {
        test_server.clock.advance(120 * MINUTE);
        deliver(&test_server).await;
    }
    let mails = by(&test_server, Channel::Email).await;
    assert!(
        mails.iter().all(|mail| matches!(mail.delivery, Delivery::Dead(_)) && mail.attempts == 10),
        "{mails:?}"
    );
    let admin = actor(&test_server, "operator").await;
    notify::retry(&test_server.desk, &admin, mails[0].id).await.unwrap();
    let again = by(&test_server, Channel::Email).await;
    assert!(again.iter().any(|mail| mail.id == mails[0].id && matches!(mail.delivery, Delivery::Waiting)));
    let ada = actor(&test_server, "ada").await;
    assert!(matches!(
        notify::retry(&test_server.desk, &ada, mails[1].id).await,
        Err(service::Error::Forbidden)
    ));
}

async fn a_letter_is_written_once_and_a_false_link_stops_nothing(db: &TestDb) {
    let test_server = TestServer::open(db).await;
    let ada = Person::sign_up(&test_server, "ada").await;
    let me = actor(&test_server, "ada").await;
    let content =
        Content { topic: Some(Topic::WeeklyReport), ..Content::plain("Your week", "Nothing happened.") };
    let letter = Letter { once: "weekly:2026-01", content: &content };
    let mut written = HashSet::new();
    for _ in 0..2 {
        let mut tx = test_server.desk.db.begin().await.unwrap();
        assert!(notify::wants(&mut tx, me.user, Topic::WeeklyReport).await.unwrap());
        written.insert(notify::letter(&test_server.desk, &mut tx, me.user, &letter).await.unwrap());
        tx.commit().await.unwrap();
    }
    assert_eq!((written.len(), by(&test_server, Channel::Email).await.len()), (2, 1));
    let anyone = Person::anonymous(&test_server);
    let forged = format!("{}.weekly-report.{}", me.user.0.simple(), "ab".repeat(32));
    for token in ["", "x", forged.as_str()] {
        assert_eq!(
            anyone.post(&format!("/unsubscribe?token={token}"), json!({})).await.status,
            404,
            "{token}"
        );
        let page = anyone.get(&format!("/unsubscribe?token={token}")).await;
        assert!(page.status == 200 && page.text.contains("unsubscribe-invalid"), "{}", page.status);
    }
    assert_eq!(ada.get(SETTINGS).await.ok(200)["weeklyReport"], true);
}

/// The text without the line folding and quoting of mails.
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "")
        .replace("=\n", "")
        .replace("=3D", "=")
        .replace("\r\n", "\n")
        .replace("\n ", "\n")
}

/// The token of a mail's unsubscribe link.
fn stopping(mail: &str) -> String {
    let rest = mail.split_once("/unsubscribe?token=").unwrap().1;
    rest.split(['>', '"', '\n', '<']).next().unwrap().to_owned()
}

async fn a_mail_server_takes_html_and_text_and_one_click_stops_them(db: &TestDb) {
    let Some(server) = MailServer::start().await else { return };
    let mail = MailSettings { smtp_url: Some(server.url.clone()), from: "Desk <desk@example.org>".into() };
    let test_server = TestServer::with(db, Settings { mail, ..Settings::default() }).await;
    let ada = Person::sign_up(&test_server, "ada").await;
    let me = actor(&test_server, "ada").await;
    let content = Content {
        topic: Some(Topic::WeeklyReport),
        html: Some("<p>Your <em>week</em></p>".into()),
        ..Content::plain("Your week – سلام", "Nothing <happened>.")
    };
    let mut tx = test_server.desk.db.begin().await.unwrap();
    notify::letter(&test_server.desk, &mut tx, me.user, &Letter { once: "weekly", content: &content })
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(deliver(&test_server).await, 1);
    assert_eq!(deliver(&test_server).await, 0);
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 1, "{arrived:?}");
    let mail = unfolded(&arrived[0]);
    for seen in [
        "From: Desk <desk@example.org>",
        "To: ada@example.org",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "Nothing <happened>.",
        "Your <em>week</em>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "@example.org>",
    ] {
        assert!(mail.contains(seen), "{seen} is not in {mail}");
    }
    assert!(!mail.contains("<img"), "nothing reports that it was read");
    assert!(mail.contains("\">Unsubscribe from these e-mails</a>"), "the long address is not read: {mail}");
    let token = stopping(&mail);

    let anyone = Person::anonymous(&test_server);
    let page = anyone.get(&format!("/unsubscribe?token={token}")).await;
    assert!(page.status == 200 && page.text.contains("the weekly report"), "{}", page.status);
    assert_eq!(ada.get(SETTINGS).await.ok(200)["weeklyReport"], true, "opening a link changes nothing");
    let other = token.replace("weekly-report", "monthly-report");
    assert_eq!(
        anyone.post(&format!("/unsubscribe?token={other}"), json!({})).await.status,
        404,
        "signed for one topic"
    );
    let click = anyone.request(Method::POST, &format!("/unsubscribe?token={token}"));
    let click =
        click.header("content-type", "application/x-www-form-urlencoded").body("List-Unsubscribe=One-Click");
    assert_eq!(anyone.send(click).await.status, 200);
    let after = ada.get(SETTINGS).await.ok(200);
    assert_eq!((&after["weeklyReport"], &after["monthlyReport"]), (&json!(false), &json!(true)));
}

store::each_engine!(
    an_unreachable_mail_server_loses_nothing,
    a_letter_is_written_once_and_a_false_link_stops_nothing,
    a_mail_server_takes_html_and_text_and_one_click_stops_them,
);
