//! The dashboard's table of open positions: its profit is live, and each row can be traded and closed.

use crate::components::rendered::Rendered as _;
use crate::{
    api::trade::desk_page,
    components::{
        confirm::Confirm,
        tables::{self, NUMBER, ROOMY, ROOMY_NUMBER, WORDS, tight, tone},
        ticks::Ticks,
    },
    figures, visit,
    words::{
        home::{Home, home},
        orders::orders,
        pages::pages,
    },
};
use domain::{
    ExchangeKey, Position, StrategyType,
    live::{PositionProtection, ProtectionState},
    money,
};
use leptos::prelude::*;

/// A position with its key and its protection.
pub(crate) struct OpenPosition {
    pub(crate) key: ExchangeKey,
    pub(crate) position: Position,
    pub(crate) protection: PositionProtection,
}

/// The place of a position's profit in the page, as the stream names it.
fn place(open: &OpenPosition) -> String {
    format!("{} {} {}", open.key.id, open.position.symbol, open.position.side.word())
}

/// The table. Its container carries the number of its rows, which the stream's messages are compared with.
pub(crate) fn open_positions(rows: &[OpenPosition], ticks: &Ticks) -> AnyView {
    let (words, texts) = (pages(visit::lang()), home(visit::lang()));
    if rows.is_empty() {
        return view! { <p class="empty" data-pnl-rows="0">{words.no_positions}</p> }.rendered();
    }
    let columns = [
        (words.col_market, WORDS),
        (words.col_side, WORDS),
        (words.col_size, ROOMY_NUMBER),
        (words.col_entry, ROOMY_NUMBER),
        (words.col_stop, NUMBER),
        (words.col_profit, NUMBER),
        (words.col_key, ROOMY),
        (texts.actions, WORDS),
    ];
    let count = rows.len().to_string();
    let rows = rows.iter().map(|open| row(texts, open, ticks)).collect_view();
    view! { <div data-pnl-rows=count>{tables::scrolling(words.positions.to_owned(), &columns, rows)}</div> }
        .rendered()
}

fn row(words: &'static Home, open: &OpenPosition, ticks: &Ticks) -> AnyView {
    let OpenPosition { key, position: p, protection } = open;
    let (stop, tone_of_stop) = tables::stop_of(p, *protection, ticks);
    let side = orders(visit::lang()).way(p.side);
    let symbol = p.symbol.to_string();
    let size = format!("{} {}", money::text(p.contracts), p.symbol.base());
    view! {
        <tr data-testid="position-row">
            <th scope="row">{symbol.clone()}{tables::supervision_of(*protection)}{tight(&[&size, &key.name])}</th>
            <td>{side}</td>
            <td class="roomy number">{money::text(p.contracts)}</td>
            <td class="roomy number">{ticks.price(&p.symbol, p.entry_price)}</td>
            <td class="number" data-change=tone_of_stop data-testid="position-stop">{stop}</td>
            <td class="number live-figure" data-pnl=place(open) data-change=tone(p.unrealized_pnl) data-testid="position-pnl">{figures::signed_cents(p.unrealized_pnl)}</td>
            <td class="roomy">{key.name.clone()}</td>
            <td><div class="row-actions">{actions(words, open, &symbol)}</div></td>
        </tr>
    }
    .rendered()
}

/// The links to the trade page, and the button that closes the position after a question.
fn actions(words: &'static Home, open: &OpenPosition, symbol: &str) -> AnyView {
    let (key, name) = (open.key.id.to_string(), &open.key.name);
    let amount = format!("{} {}", money::text(open.position.contracts), open.position.symbol.base());
    let question = words.close_sure(&amount, name);
    let (side, hedged) = (open.position.side.word(), open.position.position_side.is_hedged());
    let mut values = vec![("key", key.clone()), ("symbol", symbol.to_owned())];
    let (mut named, mut row) = (symbol.to_owned(), format!("{key}-{symbol}"));
    if hedged {
        values.push(("positionSide", side.to_owned()));
        named = words.side_of_market(orders(visit::lang()).way(open.position.side), symbol);
        row = format!("{row}-{side}");
    }
    let close = Confirm {
        named: Some(words.close_label(&named, name)),
        yes: words.close_yes.to_owned(),
        row,
        ..Confirm::new("open-position-close", &values, words.close, &question, "position-close")
    };
    let foreign = open.protection.state == ProtectionState::Foreign && open.key.active;
    let adopt = (foreign && open.key.strategy_type == StrategyType::Manual).then(|| {
        let form = format!("{}&positionSide={side}&adopt=1#adopt", desk_page(&key, symbol));
        view! { <a class="button" data-kind="main" href=form aria-label=words.adopt_label(&named, name) data-testid="position-adopt">{words.adopt}</a> }
    });
    view! {
        {adopt}
        <a class="button" data-kind="quiet" href=desk_page(&key, symbol) aria-label=words.trade_label(symbol, name) data-testid="position-trade">{words.trade}</a>
        {close.show()}
    }
    .rendered()
}
