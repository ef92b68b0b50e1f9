//! Parts of islands whose type is erased. A [`Part`] is Leptos's `AnyView` without what an island never uses: the browser's
//! bundles would contain all of its code once more for hydrating while waiting for data, for each erased type.

use super::reactive::Dynamic;
use leptos::{prelude::*, tachys::html::InertElement};
use std::sync::Arc;

#[cfg(feature = "islands")]
pub(crate) use browser::Part;

/// The server renders the same HTML as for an `AnyView`.
#[cfg(not(feature = "islands"))]
pub(crate) type Part = AnyView;

/// The conversion to a [`Part`].
pub(crate) trait IntoPart {
    /// Erases the type of a view.
    fn part(self) -> Part;

    /// Erases the type of a view that is replaced when it changes, and not updated.
    fn replaced(self) -> Part;

    /// Erases the type of a view that belongs to the island as the server renders it. As for [`still`], a part that is built
    /// later must not contain it.
    fn fixed(self) -> Part;
}

#[cfg(not(feature = "islands"))]
impl<V: IntoAny> IntoPart for V {
    fn part(self) -> Part {
        self.into_any()
    }

    fn replaced(self) -> Part {
        self.into_any()
    }

    fn fixed(self) -> Part {
        self.into_any()
    }
}

/// A row of a list that changes: its key, and a function that renders it. A row of the same key is not rendered again.
pub(crate) type Row = (String, Arc<dyn Fn() -> Part + Send + Sync>);

/// A part that is rendered again when its signals change: the bundle contains one effect for all of them.
pub(crate) type Changing = Box<dyn FnMut() -> Option<Part> + Send>;

/// A part that is rendered again when the signals in `render` change.
pub(crate) fn changing(render: impl FnMut() -> Option<Part> + Send + 'static) -> Changing {
    Box::new(render)
}

/// The rows of a list: one list in the bundle for all kinds of rows.
pub(crate) fn rows(each: Dynamic<Vec<Row>>) -> impl IntoView {
    view! { <For each=move || each() key=|row: &Row| row.0.clone() let(row)>{(row.1)()}</For> }
}

/// An element that stays as the server has rendered it. The browser skips it, so that neither its code nor its texts are part
/// of the bundle: it belongs only where the whole island is hydrated, never into a part that is built later.
pub(crate) fn still<V: IntoView>(make: impl FnOnce() -> V) -> InertElement {
    #[cfg(feature = "islands")]
    {
        let _ = make;
        InertElement::new("")
    }
    #[cfg(not(feature = "islands"))]
    InertElement::new(make().to_html())
}

#[cfg(feature = "islands")]
mod browser {
    use super::IntoPart;
    use leptos::tachys::{
        html::attribute::{Attribute, any_attribute::AnyAttribute},
        hydration::Cursor,
        renderer::{
            Rndr,
            types::{Element, Node, Placeholder},
        },
        view::{Mountable, Position, PositionState, Render, RenderHtml, add_attr::AddAnyAttr},
    };
    use std::any::{Any, TypeId};

    /// A view of any type.
    pub(crate) struct Part(Box<dyn Erased>);

    /// The elements of a [`Part`] on the page.
    pub(crate) struct PartState {
        /// The type of the view, if it can be updated.
        kind: Option<TypeId>,
        view: Box<dyn ErasedState>,
        /// Marks the place of a view without elements.
        placeholder: Option<Placeholder>,
    }

    trait Erased: Send {
        fn kind(&self) -> Option<TypeId>;
        fn exists(&self) -> bool;
        fn build(self: Box<Self>) -> Box<dyn ErasedState>;
        fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Box<dyn ErasedState>;
        fn rebuild(self: Box<Self>, state: &mut dyn Any);
    }

    trait ErasedState: Mountable {
        fn any(&mut self) -> &mut dyn Any;
    }

    impl<S: Mountable + 'static> ErasedState for S {
        fn any(&mut self) -> &mut dyn Any {
            self
        }
    }

    impl<V: RenderHtml + 'static> Erased for V
    where
        V::State: 'static,
    {
        fn kind(&self) -> Option<TypeId> {
            Some(TypeId::of::<V>())
        }

        fn exists(&self) -> bool {
            V::EXISTS
        }

        fn build(self: Box<Self>) -> Box<dyn ErasedState> {
            Box::new(Render::build(*self))
        }

        fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Box<dyn ErasedState> {
            Box::new(RenderHtml::hydrate::<true>(*self, cursor, position))
        }

        fn rebuild(self: Box<Self>, state: &mut dyn Any) {
            if let Some(state) = state.downcast_mut() {
                Render::rebuild(*self, state);
            }
        }
    }

    /// A view without the code that updates it.
    struct Replaced<V>(V);

    impl<V: RenderHtml + 'static> Erased for Replaced<V>
    where
        V::State: 'static,
    {
        fn kind(&self) -> Option<TypeId> {
            None
        }

        fn exists(&self) -> bool {
            V::EXISTS
        }

        fn build(self: Box<Self>) -> Box<dyn ErasedState> {
            Box::new(Render::build(self.0))
        }

        fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Box<dyn ErasedState> {
            Box::new(RenderHtml::hydrate::<true>(self.0, cursor, position))
        }

        fn rebuild(self: Box<Self>, _: &mut dyn Any) {}
    }

    /// A view without the code that builds and updates it.
    struct Fixed<V>(V);

    impl<V: RenderHtml + 'static> Erased for Fixed<V>
    where
        V::State: 'static,
    {
        fn kind(&self) -> Option<TypeId> {
            None
        }

        fn exists(&self) -> bool {
            V::EXISTS
        }

        fn build(self: Box<Self>) -> Box<dyn ErasedState> {
            Box::new(Render::build(()))
        }

        fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Box<dyn ErasedState> {
            Box::new(RenderHtml::hydrate::<true>(self.0, cursor, position))
        }

        fn rebuild(self: Box<Self>, _: &mut dyn Any) {}
    }

    impl<V: RenderHtml> IntoPart for V
    where
        V::Owned: 'static,
    {
        fn part(self) -> Part {
            Part(Box::new(self.into_owned()))
        }

        fn replaced(self) -> Part {
            Part(Box::new(Replaced(self.into_owned())))
        }

        fn fixed(self) -> Part {
            Part(Box::new(Fixed(self.into_owned())))
        }
    }

    impl Render for Part {
        type State = PartState;

        fn build(self) -> PartState {
            let (kind, exists) = (self.0.kind(), self.0.exists());
            let view = self.0.build();
            PartState { kind, view, placeholder: (!exists).then(Rndr::create_placeholder) }
        }

        fn rebuild(self, state: &mut PartState) {
            if self.0.kind().is_some_and(|kind| state.kind == Some(kind)) {
                self.0.rebuild((*state.view).any());
                return;
            }
            let mut new = self.build();
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
        }
    }

    impl AddAnyAttr for Part {
        type Output<NewAttr: Attribute> = Self;

        /// No island adds attributes to its parts.
        fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self {
            self
        }
    }

    impl RenderHtml for Part {
        type AsyncOutput = Self;
        type Owned = Self;

        const MIN_LENGTH: usize = 0;

        fn dry_resolve(&mut self) {}

        async fn resolve(self) -> Self {
            self
        }

        /// The browser renders no HTML.
        fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

        fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> PartState {
            let (kind, exists) = (self.0.kind(), self.0.exists());
            let view = self.0.hydrate(cursor, position);
            PartState { kind, view, placeholder: (!exists).then(|| cursor.next_placeholder(position)) }
        }

        fn into_owned(self) -> Self {
            self
        }
    }

    impl Mountable for PartState {
        fn unmount(&mut self) {
            self.view.unmount();
            if let Some(placeholder) = &mut self.placeholder {
                placeholder.unmount();
            }
        }

        fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
            self.view.mount(parent, marker);
            if let Some(placeholder) = &mut self.placeholder {
                placeholder.mount(parent, marker);
            }
        }

        fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
            self.view.insert_before_this(child)
                || self.placeholder.as_ref().is_some_and(|placeholder| placeholder.insert_before_this(child))
        }

        fn elements(&self) -> Vec<Element> {
            self.view.elements()
        }
    }
}
