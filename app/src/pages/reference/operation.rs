//! One operation: parameters, request body, responses, and an example call.

use super::{
    curl,
    model::{Field, Operation, ResponseModel},
};
use crate::components::rendered::Rendered as _;
use crate::words::reference::Words;
use leptos::prelude::*;

pub(super) fn view(words: &'static Words, operation: &Operation, base: &str) -> AnyView {
    let anchor = format!("#{}", operation.id);
    let description = operation.description.as_deref().map(|text| view! { <p>{prose(text)}</p> });
    let who =
        if operation.security.is_empty() { words.open.to_owned() } else { operation.security.join(", ") };
    view! {
        <details class="operation" data-testid="operation">
            <summary>
                <span class="verb" data-verb=operation.method.clone()>{operation.method.clone()}</span>
                <code class="path">{operation.path.clone()}</code>
                <span class="hint">{operation.summary.clone()}</span>
            </summary>
            // A link target unfolds the parents of the element with its id, not the element itself, so the id
            // is inside.
            <div class="operation-body" id=operation.id.clone()>
                {description}
                <p class="hint">
                    {words.headers}": "<code>{who}</code>" · "<a href=anchor>{words.link}</a>
                </p>
                {fields(words.parameters, words, &operation.parameters)}
                {operation.body.as_ref().map(|body| view! {
                    <h3>{words.body}</h3>
                    <p class="hint">{body.kinds.join(", ")}</p>
                    {fields(words.fields, words, &body.fields)}
                })}
                <h3>{words.call}</h3>
                {block(words.call, curl::command(operation, base))}
                <h3>{words.answers}</h3>
                {operation.answers.iter().map(answer).collect_view()}
            </div>
        </details>
    }
    .rendered()
}

fn fields(title: &'static str, words: &'static Words, fields: &[Field]) -> Option<AnyView> {
    let row = |field: &Field| {
        let needed = if field.required { words.required } else { words.optional };
        view! {
            <tr>
                <th scope="row"><code>{field.name.clone()}</code></th>
                <td>{field.place.clone()}</td>
                <td>{field.kind.clone()}</td>
                <td>{needed}</td>
                <td class="wrap">{prose(&field.description)}</td>
            </tr>
        }
    };
    (!fields.is_empty()).then(|| {
        view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label=title>
                <table class="table">
                    <caption class="visually-hidden">{title}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words.name}</th>
                            <th scope="col">{words.place}</th>
                            <th scope="col">{words.kind}</th>
                            <th scope="col">{words.needed}</th>
                            <th scope="col">{words.meaning}</th>
                        </tr>
                    </thead>
                    <tbody>{fields.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .rendered()
    })
}

fn answer(answer: &ResponseModel) -> AnyView {
    let mode = if answer.status < 300 { "good" } else { "off" };
    let status = answer.status.to_string();
    let headers = (!answer.headers.is_empty()).then(|| view! { " "<code>{answer.headers.join(", ")}</code> });
    let described = view! {
        <span class="badge" data-mode=mode>{status.clone()}</span>" "{answer.description.clone()}{headers}
    };
    match answer.example.clone() {
        None => view! { <p class="answer">{described}</p> }.rendered(),
        Some(example) => view! {
            <details class="answer"><summary>{described}</summary>{block(&status, example)}</details>
        }
        .rendered(),
    }
}

/// Formats text between backticks as code.
fn prose(text: &str) -> Vec<AnyView> {
    let part = |(number, part): (usize, &str)| {
        let part = part.to_owned();
        if number % 2 == 1 { view! { <code>{part}</code> }.rendered() } else { part.rendered() }
    };
    text.split('`').enumerate().map(part).collect()
}

/// Preformatted text that can be scrolled by keyboard.
fn block(label: &str, text: String) -> AnyView {
    view! { <pre class="code" tabindex="0" role="region" aria-label=label.to_owned()><code dir="ltr">{text}</code></pre> }
        .rendered()
}
