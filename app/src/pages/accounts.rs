//! `/accounts`: exchange accounts with their profits, currency accounts, and sub-accounts.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        countries::country_name,
        form::{Field, Posted, radios, select},
        frame::{Width, frame},
        show::show,
        tables::tone,
    },
    figures,
    islands::fresh::Fresh,
    visit,
    words::{
        money::{Money, money},
        pages::pages,
    },
};
use domain::{
    Decimal, ExchangeKey,
    ledger::{CurrencyAccount, TransferStatus},
    sub_account::SubAccount,
};
use leptos::prelude::*;
use service::{
    money::{
        ledger::{self, Movers, UserCountry},
        sub_account::{self, Filter, Found, SubAccountPage},
    },
    trading::exchange_account::{self, ExchangeAccount, Gain},
};

/// Erases a view's type, so that it does not become part of the page's type, which grows with each nested
/// view.
fn any(view: impl IntoView + 'static) -> AnyView {
    view.rendered()
}

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (money(visit::lang()), visit.trader()?);
        let desk = &visit.desk;
        let exchanges = exchange_account::list_accounts(desk, actor).await?;
        let currencies = ledger::list_accounts(desk, actor).await?;
        let place = ledger::place(desk, actor).await?;
        let movers = ledger::movers(desk, actor).await?;
        let subs = sub_account::find(desk, actor, &Filter::default(), &SubAccountPage::default()).await?;
        let posted = Posted::read(&visit).await?;
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.message()}
            <div data-fresh="slow">{exchange_table(words, &exchanges)}</div>
            <Fresh/>
            <section aria-labelledby="currencies-title" class="stack" data-testid="currencies">
                <h2 id="currencies-title" class="panel-title">{words.currencies}</h2>
                {country(words, &place)}
                {currency_cards(words, &currencies)}
                <div class="columns">
                    {open(words, &posted.of("account-open"), &place, &currencies)}
                    {move_form(words, &posted.of("account-move"), movers)}
                </div>
            </section>
            {sub_table(words, subs)}
        };
        Ok(frame(&visit, words.title, Width::Wide, body.rendered()))
    })
}

fn exchange_table(words: &'static Money, all: &[ExchangeAccount]) -> AnyView {
    let content = if all.is_empty() {
        any(view! { <p class="empty">{words.no_exchanges}</p> })
    } else {
        let rows = all.iter().map(exchange_row).collect_view();
        any(view! {
            <div class="table-scroll" tabindex="0" role="group" aria-label=words.exchanges>
                <table class="table" data-testid="exchange-accounts">
                    <thead><tr>
                        <th scope="col">{words.exchange_account}</th>
                        <th scope="col" class="number">{words.worth}</th>
                        <th scope="col" class="roomy number">{words.day}</th>
                        <th scope="col" class="roomy number">{words.month}</th>
                        <th scope="col" class="number">{words.total}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <section class="panel" aria-labelledby="exchanges-title">
            <h2 id="exchanges-title" class="panel-title">{words.exchanges}</h2>
            {content}
        </section>
    }
    .rendered()
}

fn btc(amount: Decimal) -> String {
    format!("{} BTC", figures::decimal(amount.round_dp(6)))
}

fn trade_type(key: &ExchangeKey) -> &'static str {
    pages(visit::lang()).trade_type_of(key.trade_type)
}

fn exchange_row(account: &ExchangeAccount) -> AnyView {
    let ExchangeAccount { key, worth, .. } = account;
    let cell = |class: &'static str, of: Gain| {
        view! {
            <td class=class>
                <span data-change=tone(of.usd)>{figures::signed_cents(of.usd)}</span>
                <span class="second roomy">{btc(of.btc)}</span>
            </td>
        }
    };
    view! {
        <tr data-testid="exchange-account">
            <th scope="row"><a href=format!("/trade?key={}", key.id)>{key.name.clone()}</a>
                <span class="second">{format!("{} · {}", key.exchange_id.display_name(), trade_type(key))}</span></th>
            <td class="number">{figures::cents(worth.usd)}<span class="second roomy">{btc(worth.btc)}</span></td>
            {cell("roomy number", worth.day)}
            {cell("roomy number", worth.month)}
            {cell("number", worth.total)}
        </tr>
    }
    .rendered()
}

fn currency_cards(words: &'static Money, all: &[CurrencyAccount]) -> AnyView {
    let none = all.is_empty().then(|| view! { <p class="empty">{words.no_currencies}</p> });
    let card = |account: &CurrencyAccount| {
        view! {
            <li class="panel currency" data-testid="currency-account">
                <div class="key-head">
                    <h3 class="key-name">{account.currency.clone()}</h3>
                    <code class="hint">{account.public_id.clone()}</code>
                </div>
                <dl class="figures">
                    <div><dt>{words.balance}</dt><dd data-testid="balance">{figures::decimal(account.available.decimal())}</dd></div>
                    <div><dt>{words.locked}</dt><dd>{figures::decimal(account.locked.decimal())}</dd></div>
                </dl>
                <p><a href=format!("/accounts/movements?id={}", account.public_id)>{words.movements}</a></p>
            </li>
        }
    };
    view! {
        {none}
        <ul class="cards wide-cards">{all.iter().map(card).collect_view()}</ul>
    }
    .rendered()
}

fn open(words: &'static Money, posted: &Posted, place: &UserCountry, present: &[CurrencyAccount]) -> AnyView {
    let missing = place.currencies.iter().filter(|c| !present.iter().any(|a| a.currency == c.code));
    let options: Vec<_> = missing.map(|c| (c.code.clone(), format!("{} · {}", c.code, c.name))).collect();
    let content = if options.is_empty() {
        any(view! { <p>{words.nothing_left}</p> })
    } else {
        any(view! {
            <form method="post" action="/api/account-open" class="form" novalidate data-testid="account-open">
                {select(posted, "currency", words.currency, "open", options, "")}
                <button type="submit" class="button" data-kind="main">{words.open}</button>
            </form>
        })
    };
    view! {
        <section class="panel" id="open" aria-labelledby="open-title">
            <h3 id="open-title" class="panel-title">{words.open_title}</h3>
            {content}
        </section>
    }
    .rendered()
}

/// The country that decides which currencies there are. It is part of the profile, and changed there.
fn country(words: &'static Money, place: &UserCountry) -> AnyView {
    let name = country_name(&place.country);
    let text = if place.stated { words.country_is(&name) } else { words.country_unset(&name) };
    view! {
        <p data-testid="country">{text}" "<a href="/settings/profile">{words.country_change}</a></p>
    }
    .rendered()
}

fn move_form(words: &'static Money, posted: &Posted, movers: Movers) -> AnyView {
    let Movers { account, keys, transfers } = movers;
    let keys: Vec<_> = keys
        .into_iter()
        .map(|key| (key.id.to_string(), format!("{} · {}", key.name, trade_type(&key))))
        .collect();
    let content = match (account, keys.is_empty()) {
        (None, _) => any(view! { <p>{words.move_need_account}</p> }),
        (_, true) => any(view! { <p>{words.move_need_key}</p> }),
        (Some(account), false) => {
            let amount = Field {
                name: "amount",
                label: words.amount,
                autocomplete: "off",
                scope: "move",
                ..Field::default()
            };
            let ways = [("to", words.to), ("from", words.from)];
            any(view! {
                <form method="post" action="/api/account-move" class="form roomy-form" novalidate data-testid="account-move">
                    <input type="hidden" name="account" value=account.public_id/>
                    {select(posted, "key", words.exchange_account, "move", keys, "")}
                    {radios(posted, "direction", words.direction, &ways)}
                    {amount.show(posted)}
                    <button type="submit" class="button" data-kind="main">{words.move_now}</button>
                </form>
            })
        }
    };
    let line = |transfer: &domain::ledger::Transfer| {
        let state = match transfer.status {
            TransferStatus::Working => words.working,
            TransferStatus::Done => words.done,
            TransferStatus::Failed => words.failed,
        };
        let what = super::movements::kind(words, transfer.kind);
        view! { <li>{format!("{} USDT · {what} · {state}", figures::decimal(transfer.amount.decimal()))}</li> }
    };
    let last = (!transfers.is_empty()).then(|| {
        let lines = transfers.iter().take(5).map(line).collect_view();
        view! { <h4 class="panel-title">{words.last_transfers}</h4><ul class="link-list" data-testid="transfers">{lines}</ul> }
    });
    view! {
        <section class="panel" id="move" aria-labelledby="move-title">
            <h3 id="move-title" class="panel-title">{words.move_title}</h3>
            <p>{words.move_lead}</p>
            {content}
            {last}
        </section>
    }
    .rendered()
}

fn sub_table(words: &'static Money, found: Found) -> AnyView {
    let Found { accounts, total } = found;
    let shown = accounts.len();
    let more = (i64::try_from(shown).unwrap_or(i64::MAX) < total).then(|| {
        view! { <p class="hint">{words.more(&shown.to_string(), &total.to_string())}</p> }
    });
    let row = |sub: &SubAccount| {
        let place = format!("{}, {}", sub.details.city, country_name(&sub.details.country));
        view! {
            <tr data-testid="sub-account">
                <th scope="row"><a href=format!("/accounts/sub?id={}", sub.id)>{sub.details.account_name.clone()}</a></th>
                <td>{sub.short_reference.clone()}</td>
                <td class="roomy">{place.trim_start_matches(", ").to_owned()}</td>
                <td>{super::sub_account::status(sub.details.status)}</td>
            </tr>
        }
    };
    let content = if accounts.is_empty() {
        any(view! { <p class="empty">{words.no_subs}</p> })
    } else {
        let rows = accounts.iter().map(row).collect_view();
        any(view! {
            <div class="table-scroll" tabindex="0" role="group" aria-label=words.subs>
                <table class="table">
                    <thead><tr>
                        <th scope="col">{words.credit_account}</th><th scope="col">{words.reference}</th>
                        <th scope="col" class="roomy">{words.place}</th><th scope="col">{words.status}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <section class="panel" id="subs" aria-labelledby="subs-title">
            <h2 id="subs-title" class="panel-title">{words.subs}</h2>
            {content}
            {more}
            <p><a class="button" href="/accounts/sub" data-testid="sub-add">{words.sub_add}</a></p>
        </section>
    }
    .rendered()
}
