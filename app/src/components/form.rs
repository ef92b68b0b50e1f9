//! Plain forms: fields with their problems beside them, and the result of the last post.

pub(crate) use super::confirm::act_sure;
use crate::components::rendered::Rendered as _;
use crate::{
    notice::{PostNotice, Rejection},
    visit::{self, CARRIED, Visit},
    words::{notices, problems},
};
use domain::validation::FieldProblem;
use leptos::{either::Either, prelude::*};
use service::{
    Error,
    identity::flash::{self, Flash},
};

/// The result of the last post of any form on this page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Posted(Option<Flash>);

impl Posted {
    /// Reads the flash that the URL refers to.
    pub(crate) async fn read(visit: &Visit) -> Result<Self, Error> {
        let named = visit::query("flash");
        if named.as_deref() == Some(CARRIED) {
            return Ok(Self(visit.take_flash()));
        }
        let id = named.and_then(|id| id.parse().ok());
        let (Some(id), Some(token)) = (id, &visit.session) else { return Ok(Self::default()) };
        Ok(Self(flash::take_flash(&visit.desk, token, id).await?))
    }

    /// The values and problems of a form that was not posted, such as one whose fields are in the query.
    pub(crate) const fn with(flash: Flash) -> Self {
        Self(Some(flash))
    }

    /// Only if the form `name` was posted; otherwise empty.
    pub(crate) fn of(&self, name: &str) -> Self {
        Self(self.0.clone().filter(|f| f.form == name))
    }

    /// Only if the form `name` of the row with this id was posted, on a page that has this form in every row.
    pub(crate) fn of_row(&self, name: &str, id: &str) -> Self {
        let posted = self.of(name);
        if posted.value("id") == id { posted } else { Self::default() }
    }

    /// Everything except a failure of the form `name`, which shows it beside its own button.
    pub(crate) fn besides(&self, name: &str) -> Self {
        Self(self.0.clone().filter(|f| f.form != name || f.notice.is_some()))
    }

    /// The submitted value of a field.
    pub(crate) fn value(&self, field: &str) -> String {
        self.values().iter().find(|(name, _)| name == field).map(|(_, v)| v.clone()).unwrap_or_default()
    }

    /// All submitted values.
    pub(crate) fn values(&self) -> &[(String, String)] {
        self.0.as_ref().map(|f| f.values.as_slice()).unwrap_or_default()
    }

    /// Whether a field, or a part of it, has a problem.
    pub(crate) fn wrong(&self, field: &str) -> bool {
        self.problem(field).is_some()
    }

    /// The results piece by piece, or a secret that is shown once.
    pub(crate) fn details(&self) -> &[(String, String)] {
        self.0.as_ref().map(|f| f.details.as_slice()).unwrap_or_default()
    }

    pub(crate) fn flash(&self) -> Option<&Flash> {
        self.0.as_ref()
    }

    pub(crate) fn failed(&self) -> bool {
        self.0.as_ref().is_some_and(|f| f.notice.is_none())
    }

    /// The problem of a field, as text.
    pub(crate) fn problem(&self, field: &str) -> Option<&'static str> {
        // A problem inside a document (`definition.stop`) belongs to the document's field.
        let within = |p: &&FieldProblem| p.field.split('.').next() == Some(field);
        let found = self.0.as_ref()?.fields.iter().find(within)?;
        Some(problems::problem(visit::lang(), found.problem))
    }

    /// The problem of a hidden field, as a message above the form.
    pub(crate) fn unseen(&self, field: &str) -> Option<impl IntoView + use<>> {
        let text = self.problem(field)?;
        Some(view! { <p class="message" data-tone="bad" role="alert" data-testid="message">{text}</p> })
    }

    /// The message above a form: an error or a success.
    pub(crate) fn message(&self) -> Option<impl IntoView + use<>> {
        let (flash, lang) = (self.0.as_ref()?, visit::lang());
        let (tone, role, text) = match (&flash.refusal, &flash.notice) {
            (Some(word), _) => ("bad", "alert", problems::rejection(lang, Rejection::read(word)).to_owned()),
            (None, Some(word)) => {
                let notice = PostNotice::read(word);
                let named = flash.about.as_deref().and_then(|name| notices::named_notice(lang, notice, name));
                ("good", "status", named.unwrap_or_else(|| problems::notice(lang, notice).to_owned()))
            }
            (None, None) => return None,
        };
        Some(view! { <p class="message" data-tone=tone role=role data-testid="message">{text}</p> })
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Field {
    /// The name of its form parameter.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// The input type; `text` if empty.
    pub(crate) kind: &'static str,
    /// The `autocomplete` attribute for password managers.
    pub(crate) autocomplete: &'static str,
    /// A short hint below the field.
    pub(crate) hint: &'static str,
    /// Distinguishes fields of the same name, if a page has several forms of this kind.
    pub(crate) scope: &'static str,
    /// Whether it may be empty.
    pub(crate) optional: bool,
    /// Whether it is a multi-line text area.
    pub(crate) long: bool,
    /// Whether it contains prose, as opposed to a document such as JSON.
    pub(crate) prose: bool,
}

impl Field {
    /// Renders the field with the submitted value and its problem.
    pub(crate) fn show(self, posted: &Posted) -> impl IntoView + use<> {
        self.show_with(posted, "", "")
    }

    /// As [`Self::show`], with an initial value and an id that distinguishes rows.
    pub(crate) fn show_with(self, posted: &Posted, start: &str, row: &str) -> AnyView {
        let Self { name, kind, autocomplete, optional, long, prose, .. } = self;
        let About { id, described, problem, first } = self.about(posted, row);
        // After a success the stored value is shown, not the submitted one.
        let typed = if posted.failed() { posted.value(name) } else { start.to_owned() };
        let wrong = problem.map(|_| "true");
        let control = if long {
            Either::Left(view! {
                <textarea id=id.clone() name=name rows="8" spellcheck=if prose { "true" } else { "false" } required=!optional autofocus=first
                    aria-describedby=described aria-invalid=wrong>{typed}</textarea>
            })
        } else {
            // A secret is never sent back.
            let value = (kind != "password").then_some(typed);
            Either::Right(view! {
                <input id=id.clone() name=name type=if kind.is_empty() { "text" } else { kind } value=value autocomplete=autocomplete
                    required=!optional autofocus=first aria-describedby=described aria-invalid=wrong/>
            })
        };
        self.around(id, problem, control)
    }

    /// Renders a selection from values and labels.
    pub(crate) fn select(
        self,
        posted: &Posted,
        options: Vec<(String, String)>,
        start: &str,
        row: &str,
    ) -> AnyView {
        let About { id, described, problem, first } = self.about(posted, row);
        let kept = posted.values().iter().any(|(name, _)| name == self.name);
        let chosen = if kept { posted.value(self.name) } else { start.to_owned() };
        let option = |(value, text): (String, String)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{text}</option> }
        };
        let options = options.into_iter().map(option).collect_view();
        let control = view! {
            <select id=id.clone() name=self.name autofocus=first aria-describedby=described
                aria-invalid=problem.map(|_| "true")>{options}</select>
        };
        self.around(id, problem, control)
    }

    fn about(self, posted: &Posted, row: &str) -> About {
        let id = format!("{}{row}-{}", self.scope, self.name);
        let problem = posted.problem(self.name);
        let described = match (self.hint.is_empty(), problem) {
            (_, Some(_)) => Some(format!("{id}-problem")),
            (false, None) => Some(format!("{id}-hint")),
            (true, None) => None,
        };
        // Screen reader and keyboard users get the focus on the first field with a problem.
        let first = posted.flash().is_some_and(|f| f.fields.first().is_some_and(|p| p.field == self.name));
        About { id, described, problem, first }
    }

    /// Renders label, control, hint and problem.
    fn around<V: IntoView>(self, id: String, problem: Option<&'static str>, control: V) -> AnyView {
        let (hint_id, problem_id) = (format!("{id}-hint"), format!("{id}-problem"));
        view! {
            <div class="field">
                <label for=id>{self.label}</label>
                {control}
                {(!self.hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{self.hint}</p> })}
                {problem.map(|text| view! { <p class="problem" id=problem_id>{text}</p> })}
            </div>
        }
        .rendered()
    }
}

/// The attributes of a control.
struct About {
    id: String,
    described: Option<String>,
    problem: Option<&'static str>,
    first: bool,
}

/// A button that acts on one row.
pub(crate) fn act(
    endpoint: &'static str,
    values: &[(&'static str, String)],
    text: &'static str,
    testid: &'static str,
) -> AnyView {
    let hidden = |(name, value): &(&'static str, String)| {
        view! { <input type="hidden" name=*name value=value.clone()/> }
    };
    view! {
        <form method="post" action=format!("/api/{endpoint}")>
            {values.iter().map(hidden).collect_view()}
            <button type="submit" class="button" data-testid=testid>{text}</button>
        </form>
    }
    .rendered()
}

/// A selection from values and labels.
pub(crate) fn select(
    posted: &Posted,
    name: &'static str,
    label: &'static str,
    scope: &str,
    options: Vec<(String, String)>,
    start: &str,
) -> AnyView {
    let id = format!("{scope}-{name}");
    let problem_id = format!("{id}-problem");
    let problem = posted.problem(name);
    let chosen = if posted.failed() { posted.value(name) } else { start.to_owned() };
    let option = |(value, text): (String, String)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{text}</option> }
    };
    let described = problem.map(|_| problem_id.clone());
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name aria-describedby=described aria-invalid=problem.map(|_| "true")>
                {options.into_iter().map(option).collect_view()}
            </select>
            {problem.map(|text| view! { <p class="problem" id=problem_id>{text}</p> })}
        </div>
    }
    .rendered()
}

/// Check boxes, each of which adds its value to a list.
pub(crate) fn boxes(
    posted: &Posted,
    name: &'static str,
    label: &'static str,
    options: &[(&'static str, &'static str)],
) -> AnyView {
    let ticked: Vec<_> = posted.values().iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect();
    let problem = posted.problem(name);
    let tick = |(place, (value, text)): (usize, (&'static str, &'static str))| {
        let on = ticked.iter().any(|word| word == value);
        view! {
            <label class="check">
                <input type="checkbox" name=format!("{name}[{place}]") value=value checked=on/><span>{text}</span>
            </label>
        }
    };
    view! {
        <fieldset class="choice">
            <legend>{label}</legend>
            <div class="checks">{options.iter().copied().enumerate().map(tick).collect_view()}</div>
            {problem.map(|text| view! { <p class="problem">{text}</p> })}
        </fieldset>
    }
    .rendered()
}

/// Radio buttons side by side.
pub(crate) fn radios(
    posted: &Posted,
    name: &'static str,
    label: &'static str,
    options: &[(&'static str, &'static str)],
) -> AnyView {
    radios_with(posted, name, label, options, options.first().map(|(value, _)| *value).unwrap_or_default())
}

/// As [`radios`], with an initial value.
pub(crate) fn radios_with(
    posted: &Posted,
    name: &'static str,
    label: &'static str,
    options: &[(&'static str, &'static str)],
    start: &str,
) -> AnyView {
    let typed = posted.value(name);
    let chosen = if typed.is_empty() { start.to_owned() } else { typed };
    let problem = posted.problem(name);
    let radio = |(value, text): (&'static str, &'static str)| {
        view! { <label><input type="radio" name=name value=value checked=chosen == value/><span>{text}</span></label> }
    };
    view! {
        <fieldset class="choice">
            <legend>{label}</legend>
            <div class="segments">{options.iter().copied().map(radio).collect_view()}</div>
            {problem.map(|text| view! { <p class="problem">{text}</p> })}
        </fieldset>
    }
    .rendered()
}
