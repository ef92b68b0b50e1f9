//! The payment page and the invoice page. Plain HTML that loads nothing but a stylesheet.

use crate::{
    books::{Books, Card, Invoice, Session},
    failure::CheckoutFailure,
    shared::CheckoutState,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Micros, time::SECOND};
use std::{fmt::Write as _, sync::Arc};

/// The content security policy. `form-action` is added per page, because browsers also apply it to redirects
/// of a form.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
const STYLE: &str = concat!(include_str!("../../../style/tokens.css"), include_str!("page.css"));

pub(crate) async fn style() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")];
    (kind, STYLE).into_response()
}

/// The payment page.
pub(crate) async fn show(State(shared): State<Arc<CheckoutState>>, Path(id): Path<String>) -> Response {
    pay_page(&shared, &id, StatusCode::OK, None)
}

/// Pays, and redirects to the page that opened the checkout.
pub(crate) async fn pay(
    State(shared): State<Arc<CheckoutState>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let Some(card) = chosen(&body) else {
        return pay_page(&shared, &id, StatusCode::UNPROCESSABLE_ENTITY, Some("Choose a card."));
    };
    let (of, session) = (Arc::clone(&shared), id.clone());
    let paid = tokio::task::spawn_blocking(move || {
        of.try_write(|open| open.pay(&session, card).map_err(CheckoutFailure::from))
    });
    match paid.await {
        Ok(Ok(Some(session))) => see_other(&session.success_page()),
        // Already paid, perhaps by a second click, so redirect to the success URL.
        Ok(Ok(None)) => match shared.read(|books, _| books.sessions.get(&id).cloned()) {
            Some(session) if session.subscription.is_some() => see_other(&session.success_page()),
            _ => pay_page(&shared, &id, StatusCode::CONFLICT, None),
        },
        Ok(Err(CheckoutFailure::Declined)) => {
            let message = "The card was declined and nothing was charged. Choose another card.";
            pay_page(&shared, &id, StatusCode::PAYMENT_REQUIRED, Some(message))
        }
        Ok(Err(failure)) => failure.into_response(),
        Err(_) => CheckoutFailure::Broken.into_response(),
    }
}

/// The page of an invoice, which can be printed, and paid while it is open.
pub(crate) async fn invoice(State(shared): State<Arc<CheckoutState>>, Path(id): Path<String>) -> Response {
    invoice_page(&shared, &id, StatusCode::OK, None)
}

/// Pays an open invoice with a different card.
pub(crate) async fn pay_invoice(
    State(shared): State<Arc<CheckoutState>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let Some(card) = chosen(&body) else {
        return invoice_page(&shared, &id, StatusCode::UNPROCESSABLE_ENTITY, Some("Choose a card."));
    };
    let (of, number) = (Arc::clone(&shared), id.clone());
    let paid = tokio::task::spawn_blocking(move || {
        of.try_write(|open| {
            let due = open.books.invoices.get(&number).filter(|i| !i.paid && !i.void).cloned();
            let Some(due) = due else { return Ok(()) };
            if let Some(customer) = open.books.customers.get_mut(&due.customer) {
                customer.card = Some(card);
            }
            open.charge(&number, true)?;
            open.note(&due.subscription, &number, Ok(()));
            Ok::<(), CheckoutFailure>(())
        })
    });
    match paid.await {
        Ok(Ok(())) => invoice_page(&shared, &id, StatusCode::OK, None),
        Ok(Err(CheckoutFailure::Declined)) => {
            let message = "The card was declined and nothing was charged. Choose another card.";
            invoice_page(&shared, &id, StatusCode::PAYMENT_REQUIRED, Some(message))
        }
        Ok(Err(failure)) => failure.into_response(),
        Err(_) => CheckoutFailure::Broken.into_response(),
    }
}

fn chosen(body: &[u8]) -> Option<Card> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).ok()?;
    fields.into_iter().find(|(name, _)| name == "card").and_then(|(_, word)| Card::parse(&word))
}

fn pay_page(shared: &CheckoutState, id: &str, status: StatusCode, message: Option<&str>) -> Response {
    let found = shared.read(|books, now| {
        let session = books.sessions.get(id)?;
        Some((session.clone(), session.is_open(now), offer(books, session)))
    });
    let Some((session, open, offer)) = found else { return nowhere() };
    let back = session.cancel_url.clone().unwrap_or_else(|| session.success_page());
    let back = format!("<a class=\"button\" href=\"{}\" data-testid=\"back\">Back</a>", escape(&back));
    let body = if open {
        format!(
            "<h1>Checkout</h1>{offer}{}<form method=\"post\">{}<div class=\"row\"><button class=\"button main\" \
             data-testid=\"pay\">Pay</button>{back}</div></form>",
            problem(message),
            cards()
        )
    } else {
        let why = if session.subscription.is_some() {
            "This checkout is already paid. You won't be charged again."
        } else {
            "This checkout has expired. You weren't charged. Choose your plan again."
        };
        format!("<h1>Checkout</h1><p data-testid=\"closed\">{why}</p><p>{back}</p>")
    };
    // The form redirects the browser to the site that opened the page, which the policy must allow.
    let target = origin(&session.success_url);
    answer(status, "Checkout", &body, &format!("{POLICY}; form-action 'self' {target}"))
}

fn offer(books: &Books, session: &Session) -> String {
    let price = books.prices.get(&session.price);
    let cost = price.map_or_else(String::new, |p| money(p.amount, &p.currency));
    let interval = price.map_or("month", |p| p.interval.word());
    format!(
        "<dl class=\"offer\"><div><dt>Plan</dt><dd data-testid=\"plan\">{}</dd></div><div><dt>Price</dt>\
         <dd data-testid=\"price\">{cost} a {interval}</dd></div></dl>",
        escape(&books.price_name(price))
    )
}

fn invoice_page(shared: &CheckoutState, id: &str, status: StatusCode, message: Option<&str>) -> Response {
    let found = shared.read(|books, _| {
        let invoice = books.invoices.get(id)?;
        let payer = books.customers.get(&invoice.customer).and_then(|c| c.email.clone());
        Some((invoice.clone(), payer.unwrap_or_default()))
    });
    let Some((invoice, payer)) = found else { return nowhere() };
    let state = if invoice.paid {
        "Paid"
    } else if invoice.void {
        "Void"
    } else {
        "Open"
    };
    let form = if invoice.paid || invoice.void {
        String::new()
    } else {
        format!(
            "{}<form method=\"post\">{}<button class=\"button main\" data-testid=\"pay\">Pay</button></form>",
            problem(message),
            cards()
        )
    };
    let body = format!(
        "<h1>Invoice {}</h1><dl class=\"offer\"><div><dt>Billed to</dt><dd>{}</dd></div><div><dt>Date</dt><dd>{}</dd></div>\
         <div><dt>Status</dt><dd data-testid=\"state\">{state}</dd></div></dl>{}{form}",
        escape(&invoice.number),
        escape(&payer),
        date(invoice.made.created),
        lines(&invoice)
    );
    answer(status, &format!("Invoice {}", invoice.number), &body, &format!("{POLICY}; form-action 'self'"))
}

fn lines(invoice: &Invoice) -> String {
    let mut rows = String::new();
    for line in &invoice.lines {
        let (what, cost) = (escape(&line.description), money(line.amount, &invoice.currency));
        let (from, to) = (date(line.start), date(line.end));
        let _ = write!(
            rows,
            "<tr><td>{what}<br><small>{from} – {to}</small></td><td class=\"number\">{cost}</td></tr>"
        );
    }
    if invoice.credited != 0 {
        let cost = money(-invoice.credited, &invoice.currency);
        let _ = write!(rows, "<tr><td>Credit</td><td class=\"number\">{cost}</td></tr>");
    }
    let due = money(invoice.due(), &invoice.currency);
    format!(
        "<table><thead><tr><th scope=\"col\">Description</th><th scope=\"col\" class=\"number\">Amount</th></tr></thead>\
         <tbody>{rows}</tbody><tfoot><tr><th scope=\"row\">Total</th><td class=\"number\" data-testid=\"total\">{due}\
         </td></tr></tfoot></table>"
    )
}

fn cards() -> String {
    let options = [
        (Card::Pays, "4242 4242 4242 4242", "Succeeds now and at every renewal"),
        (Card::Declined, "4000 0000 0000 0002", "Declined"),
        (Card::PaysOnce, "4000 0000 0000 0341", "Succeeds now, declined at every renewal"),
    ];
    let option = |(card, number, what): (Card, &str, &str)| {
        let (word, checked) = (card.word(), if card == Card::Pays { " checked" } else { "" });
        format!(
            "<label><input type=\"radio\" name=\"card\" value=\"{word}\"{checked}><span><code>{number}</code><br>\
             <small>{what}</small></span></label>"
        )
    };
    let options: String = options.into_iter().map(option).collect();
    format!("<fieldset><legend>Test card</legend>{options}</fieldset>")
}

fn problem(message: Option<&str>) -> String {
    message
        .map(|text| {
            format!("<p class=\"problem\" role=\"alert\" data-testid=\"problem\">{}</p>", escape(text))
        })
        .unwrap_or_default()
}

fn nowhere() -> Response {
    let body = "<h1>Page not found</h1><p>This checkout or invoice doesn't exist. Check the address.</p>";
    answer(StatusCode::NOT_FOUND, "Checkout", body, POLICY)
}

fn answer(status: StatusCode, title: &str, body: &str, policy: &str) -> Response {
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>{} · Test \
         checkout</title><link rel=\"stylesheet\" href=\"../style.css\"></head><body><header><strong>Test checkout</strong> \
         <span class=\"badge\">TEST MODE</span></header><main>{body}</main></body></html>",
        escape(title)
    );
    let policy = HeaderValue::from_str(policy).unwrap_or(HeaderValue::from_static(POLICY));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, page).into_response()
}

fn see_other(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// Scheme and host of a URL; empty if it has none.
fn origin(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || b".:-[]".contains(&b));
    if plain && matches!(scheme, "http" | "https") { format!("{scheme}://{host}") } else { String::new() }
}

fn escape(text: &str) -> String {
    let safe = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(safe).collect()
}

/// Formats an amount as `20.00 USD`.
fn money(cents: i64, currency: &str) -> String {
    let (sign, whole) = (if cents < 0 { "−" } else { "" }, cents.unsigned_abs());
    format!("{sign}{}.{:02} {}", whole / 100, whole % 100, escape(&currency.to_uppercase()))
}

fn date(seconds: i64) -> String {
    Micros(seconds.saturating_mul(SECOND)).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_is_markup() {
        assert_eq!(escape("<a href='x' b=\"&\">"), "&lt;a href=&#39;x&#39; b=&quot;&amp;&quot;&gt;");
        assert_eq!(money(-2_005, "usd"), "−20.05 USD");
        assert_eq!(date(1_666_614_008), "2022-10-24");
    }

    #[test]
    fn a_form_leads_to_an_origin_or_nowhere() {
        assert_eq!(origin("http://127.0.0.1:3000/billing?x=1"), "http://127.0.0.1:3000");
        assert_eq!(origin("https://desk.example"), "https://desk.example");
        for bad in ["", "javascript:alert(1)", "https://a b/", "http://x;script-src *", "ftp://x"] {
            assert_eq!(origin(bad), "", "{bad}");
        }
    }
}
