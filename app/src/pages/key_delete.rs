//! `/keys/delete?id=`: the confirmation for deleting a key, with what is open at the exchange.

use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        show::show,
        tables,
        ticks::Ticks,
    },
    visit,
    words::{pages::Pages, pages::pages},
};
use domain::live::PositionProtection;
use leptos::{either::EitherOf3, prelude::*};
use service::{
    Error,
    trading::{
        key::{self, KeyUse},
        order,
    },
};

pub(crate) fn page() -> impl IntoView {
    let id = visit::query("id");
    show(|visit| async move {
        let (words, actor) = (pages(visit::lang()), visit.trader()?);
        let id = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let keys = key::list_keys(&visit.desk, actor).await?;
        let key = keys.into_iter().find(|key| key.id == id).ok_or(Error::NotFound)?;
        let open = key::delete_check(&visit.desk, actor, id).await?;
        let shown = order::protection_of(&visit.desk, actor, id, &open.positions, &open.orders).await?;
        let posted = Posted::read(&visit).await?;
        let title = words.delete_title(&key.name);
        let any = !open.known || !open.positions.is_empty() || !open.orders.is_empty();
        let leave = if any { words.delete_leave } else { words.delete_yes };
        let close = any.then(|| {
            view! {
                <button type="submit" name="open" value="close" class="button" data-kind="main"
                    data-testid="key-delete-close">{words.delete_close}</button>
            }
        });
        let body = view! {
            <h1>{title.clone()}</h1>
            {posted.message()}
            <p class="lead">{words.delete_lead}</p>
            {show_open(words, key.name, open, shown)}
            {any.then(|| view! { <p>{words.delete_choice}</p> })}
            <form method="post" action="/api/key-delete" class="row">
                <input type="hidden" name="id" value=id.to_string()/>
                {close}
                <button type="submit" name="open" value="leave" class="button" data-kind="bad" data-testid="key-delete-yes">{leave}</button>
                <a class="button" href="/keys" data-testid="key-delete-no">{words.delete_no}</a>
            </form>
        };
        Ok(frame(&visit, &title, Width::Wide, body))
    })
}

fn show_open(
    words: &'static Pages,
    name: String,
    open: KeyUse,
    shown: Vec<PositionProtection>,
) -> impl IntoView {
    if !open.known {
        return EitherOf3::A(view! { <p class="message" data-tone="warn">{words.delete_unknown}</p> });
    }
    if open.positions.is_empty() && open.orders.is_empty() {
        return EitherOf3::B(view! { <p>{words.delete_none}</p> });
    }
    let rows = open.positions.into_iter().zip(shown);
    let positions = rows.map(|(p, shown)| (name.clone(), p, shown)).collect::<Vec<_>>();
    let positions = (!positions.is_empty()).then(|| {
        view! { <h2 class="panel-title">{words.positions}</h2>{tables::positions(positions, &Ticks::default())} }
    });
    let orders = (!open.orders.is_empty()).then(|| {
        let table = tables::order_table(&open.orders, words.open_orders);
        view! { <h2 class="panel-title">{words.open_orders}</h2>{table} }
    });
    EitherOf3::C(view! {
        <p class="message" data-tone="warn" data-testid="still-open">{words.delete_open}</p>
        <div class="panel">{positions}{orders}</div>
    })
}
