//! `/follows/stop?id=`: the confirmation for stopping a follow, with the choice what happens to the position.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::Posted,
        frame::{Width, frame},
        show::show,
    },
    visit,
    words::follows::{Follows, follows},
};
use domain::{FollowId, follow::Leaving};
use leptos::prelude::*;
use service::{Error, following::follow};

/// The choice to keep or close the position.
pub(crate) fn page() -> impl IntoView {
    let id = visit::query("id");
    show(|visit| async move {
        let words = follows(visit::lang());
        let id: FollowId = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let all = follow::list_follows(&visit.desk, visit.trader()?).await?;
        let follow = all.into_iter().find(|f| f.id == id).ok_or(Error::NotFound)?;
        let posted = Posted::read(&visit).await?;
        let title = words.stop_title(&follow.strategy.name);
        let body = view! {
            <h1>{title.clone()}</h1>
            <p class="lead">{words.stop_lead(&follow.key_name)}</p>
            {posted.message()}
            <form method="post" action="/api/follow-stop" class="form" data-testid="follow-stop-form">
                <input type="hidden" name="id" value=id.to_string()/>
                {position(words, follow.in_position)}
                <div class="row">
                    <button type="submit" class="button" data-kind="bad" data-testid="follow-stop-yes">{words.stop_yes}</button>
                    <a class="button" href="/follows">{words.stop_no}</a>
                </div>
            </form>
        };
        Ok(frame(&visit, &title, Width::Wide, body))
    })
}

fn position(words: &'static Follows, has_position: bool) -> impl IntoView {
    if !has_position {
        return view! {
            <input type="hidden" name="leaving" value=Leaving::Keep.word()/>
            <p>{words.stop_none}</p>
        }
        .rendered();
    }
    let choice = |leaving: Leaving, text: &'static str| {
        let checked = leaving == Leaving::Keep;
        view! {
            <label class="risk"><input type="radio" name="leaving" value=leaving.word() checked=checked/><span>{text}</span></label>
        }
    };
    view! {
        <fieldset class="choice">
            <legend>{words.stop_position}</legend>
            <div class="risks">{choice(Leaving::Keep, words.stop_keep)}{choice(Leaving::Close, words.stop_close)}</div>
        </fieldset>
    }
    .rendered()
}
