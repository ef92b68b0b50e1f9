//! Rendering of views that stay as the server has sent them.

use leptos::{prelude::*, tachys::html::InertElement};

/// Rendering to finished HTML.
pub(crate) trait Rendered {
    /// Renders the view now; the result is its HTML. Only this way of rendering is compiled for the types in it, and
    /// not also those that wait for data, build elements in a browser or erase types (`into_any`), which were most of
    /// the machine code of this crate. A view that waits for data must be awaited before. Islands inside are sent as
    /// before.
    fn rendered(self) -> AnyView;
}

impl<V: RenderHtml> Rendered for V {
    fn rendered(self) -> AnyView {
        InertElement::new(self.to_html()).into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_html_is_that_of_the_view() {
        let row = |text: &'static str| view! { <p class="a" title=text>{text}" "<b>{1}</b></p> };
        let rows = || ["x < y", "\"z\""].map(row).into_iter().collect_view();
        assert_eq!(rows().rendered().to_html(), rows().to_html());
        let part = view! { <ul>{rows().rendered()}</ul> };
        assert_eq!(part.rendered().to_html(), format!("<ul>{}</ul>", rows().to_html()));
    }
}
