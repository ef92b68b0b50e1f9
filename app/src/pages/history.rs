//! `/history?key=&symbol=&of=`: orders and trades of one account, and the automated and manual entries and the closed
//! trades of all accounts.

use crate::{
    components::{
        filters::{self, Filter, tabs},
        frame::{Width, frame},
        show::show,
        tables,
    },
    pages::{
        closed_trades::{self, ClosedQuery},
        dashboard,
        past::{self, TradeQuery},
        trade::choose,
    },
    visit::{self, Visit, encoded},
    words::{copies::copies, home::home, pages::Pages, pages::pages},
};
use domain::{ExchangeKey, Symbol};
use leptos::{either::EitherOf4, prelude::*};
use service::{
    Error,
    trading::{key, market, order},
};

/// Orders or trades of one key and market.
pub(crate) fn page() -> impl IntoView {
    let (key, symbol) = (visit::query("key"), visit::query("symbol"));
    let of = visit::query("of");
    let trades = of.as_deref() == Some("trades");
    let request = TradeQuery::read(of.as_deref());
    let closed = (of.as_deref() == Some(closed_trades::OF)).then(ClosedQuery::read);
    show(move |visit| async move {
        let words = pages(visit::lang());
        let keys = key::list_keys(&visit.desk, visit.trader()?).await?;
        if let Some(closed) = closed {
            let here = of_tabs(words, None, closed_trades::OF);
            let section = closed_trades::section(&visit, &keys, &closed).await?;
            let body = view! { <h1>{words.history_title}</h1>{here}{section} };
            return Ok(frame(&visit, words.history_title, Width::Wide, body));
        }
        if let Some(request) = request {
            let here = of_tabs(words, None, request.of());
            let section = past::section(&visit, &keys, &request).await?;
            let body = view! { <h1>{words.history_title}</h1>{here}{section} };
            return Ok(frame(&visit, words.history_title, Width::Wide, body));
        }
        let Some(chosen) = choose(&keys, key.as_deref())?.cloned() else {
            let body = view! {
                <h1>{words.history_title}</h1>
                <p class="lead">{words.history_no_key}</p>
                {dashboard::empty(&visit, words)}
            };
            return Ok(frame(&visit, words.history_title, Width::Wide, body));
        };
        let symbol = crate::pages::trade::symbol_of(symbol.as_deref())?;
        let filters = filters(&visit, words, &keys, &chosen, &symbol, trades).await?;
        let rows = rows(&visit, words, &chosen, &symbol, trades).await?;
        let here = of_tabs(words, Some((&chosen, &symbol)), if trades { "trades" } else { "orders" });
        let body = view! {
            <h1>{words.history_title}</h1>
            {here}
            {filters}
            <section class="panel" aria-label=if trades { words.history_trades } else { words.history_orders }>{rows}</section>
        };
        Ok(frame(&visit, words.history_title, Width::Wide, body))
    })
}

async fn rows(
    visit: &Visit,
    words: &'static Pages,
    key: &ExchangeKey,
    symbol: &Symbol,
    trades: bool,
) -> Result<impl IntoView + use<>, Error> {
    let actor = visit.trader()?;
    if trades {
        let list = order::list_trades(&visit.desk, actor, key.id, symbol).await?;
        if list.is_empty() {
            return Ok(EitherOf4::A(view! { <p class="empty">{words.history_empty_trades}</p> }));
        }
        let table = tables::trade_table(&list, words.history_trades);
        return Ok(EitherOf4::B((table, newest_only(words, list.len()))));
    }
    let list = order::list_history(&visit.desk, actor, key.id, symbol).await?;
    if list.is_empty() {
        return Ok(EitherOf4::C(view! { <p class="empty">{words.history_empty_orders}</p> }));
    }
    let table = tables::order_table(&list, words.history_orders);
    Ok(EitherOf4::D((table, newest_only(words, list.len()))))
}

/// A note that the list ends before the account's history does.
fn newest_only(words: &'static Pages, shown: usize) -> impl IntoView + use<> {
    (shown >= usize::from(order::HISTORY))
        .then(|| view! { <p class="hint">{words.history_newest(shown)}</p> })
}

async fn filters(
    visit: &Visit,
    words: &'static Pages,
    keys: &[ExchangeKey],
    chosen: &ExchangeKey,
    symbol: &Symbol,
    trades: bool,
) -> Result<AnyView, Error> {
    let markets = market::list_markets(&visit.desk, chosen.trade_type).await?;
    let keys = keys.iter().map(|key| (key.id.to_string(), key.name.clone())).collect();
    let markets = markets.into_iter().map(|m| (m.symbol.to_string(), m.symbol.to_string())).collect();
    let (key, market) = (chosen.id.to_string(), symbol.to_string());
    let all = vec![
        Filter { name: "key", label: words.choose_key, value: key, options: Some(keys) },
        Filter { name: "symbol", label: words.choose_market, value: market, options: Some(markets) },
    ];
    let of = if trades { "trades" } else { "orders" };
    Ok(filters::form("/history", &[("of", of)], all, copies(visit::lang()).show))
}

/// The tabs; the first two keep the selected account.
fn of_tabs(
    words: &'static Pages,
    chosen: Option<(&ExchangeKey, &Symbol)>,
    here: &'static str,
) -> impl IntoView + use<> {
    let account = chosen
        .map(|(key, symbol)| format!("key={}&symbol={}&", key.id, encoded(&symbol.to_string())))
        .unwrap_or_default();
    let more = copies(visit::lang());
    let links = [
        ("orders", words.history_orders),
        ("trades", words.history_trades),
        ("strategy", more.tab_strategy),
        ("manual", more.tab_manual),
        (closed_trades::OF, home(visit::lang()).closed_trades),
    ];
    let href = |of: &str| match of {
        "orders" | "trades" => format!("/history?{account}of={of}"),
        _ => format!("/history?of={of}"),
    };
    tabs(words.history_title, links.map(|(of, text)| (href(of), of, text, of == here)).into())
}
