//! All texts of the user interface, by key. One table per part, so that a page's wasm contains only its own.
//!
//! A text is one entry, complete with its punctuation: code never joins entries to a sentence. An entry with
//! places (`{symbol}`) is a method whose parameters are the places, so the compiler reports a missing one.
//!
//! A further language is a further value of [`Lang`] and a further column of the macros below: the compiler
//! then reports every missing text, every missing plural form and every wrong place.

#[cfg(feature = "ssr")]
pub(crate) mod audit_actions;
#[cfg(feature = "ssr")]
pub(crate) mod billing;
#[cfg(feature = "ssr")]
pub(crate) mod clients;
#[cfg(feature = "ssr")]
pub(crate) mod closed;
#[cfg(feature = "ssr")]
pub(crate) mod copies;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod desk;
pub(crate) mod entry;
#[cfg(feature = "ssr")]
pub(crate) mod follows;
pub(crate) mod language;
pub(crate) mod live;
#[cfg(feature = "ssr")]
pub(crate) mod messages;
#[cfg(feature = "ssr")]
pub(crate) mod money;
#[cfg(feature = "ssr")]
pub(crate) mod notices;
#[cfg(feature = "ssr")]
pub(crate) mod operator;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod orders;
#[cfg(feature = "ssr")]
pub(crate) mod pages;
#[cfg(feature = "ssr")]
pub(crate) mod personal;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod plural;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod problems;
#[cfg(feature = "ssr")]
pub(crate) mod pseudo;
#[cfg(feature = "ssr")]
pub(crate) mod reference;
#[cfg(feature = "ssr")]
pub(crate) mod reports;
#[cfg(feature = "ssr")]
pub(crate) mod security;
#[cfg(feature = "ssr")]
pub(crate) mod strategies;
#[cfg(feature = "ssr")]
pub(crate) mod sub;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
pub(crate) mod users;

pub use language::Lang;

/// The language of the current page.
#[cfg(feature = "ssr")]
pub(crate) fn lang() -> Lang {
    crate::visit::lang()
}

/// The language of the current page: the only one that the bundles contain. With a second one, the `lang`
/// attribute of the document decides.
#[cfg(not(feature = "ssr"))]
pub(crate) const fn lang() -> Lang {
    Lang::En
}

/// Defines a table: a struct with a text per key, and the function that returns it for a language.
///
/// - `title: "Copy trading"` is a field.
/// - `stop_title(strategy): "Stop copying {strategy}?"` is a method that takes a text for each place.
/// - `sessions(count): plural { one: "{count} session", other: "{count} sessions" }` is a method that takes the
///   number in its first place, and a text for each other place.
/// - `since(time): around { "Since {time} UTC." }` is a method that returns the texts before and after its place,
///   for a place that is an element of the page.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident, $get:ident {
        $($key:ident $(($($place:ident),+))? : $en:tt $({ $($forms:tt)+ })?),* $(,)?
    }) => {
        $(#[$doc])*
        pub(crate) struct $name {
            $(pub(crate) $key: $crate::words::table_entry!(@type $(($($place),+))? $en)),*
        }

        static EN: $name = $name {
            $($key: $crate::words::table_entry!(@en $(($($place),+))? $en $({ $($forms)+ })?)),*
        };

        impl $name {
            $($crate::words::table_entry!{@method $key $(($($place),+))? $en})*

            /// Every entry with its texts.
            #[cfg(all(test, feature = "ssr"))]
            pub(crate) fn entries(&self) -> Vec<(&'static str, Vec<&'static str>)> {
                vec![$((stringify!($key), $crate::words::entry::TextEntry::texts(&self.$key))),*]
            }
        }

        $(#[$doc])*
        pub(crate) fn $get(lang: $crate::words::Lang) -> &'static $name {
            match lang {
                $crate::words::Lang::En => &EN,
                #[cfg(feature = "ssr")]
                $crate::words::Lang::Pseudo => {
                    static PSEUDO: std::sync::LazyLock<$name> = std::sync::LazyLock::new(|| $name {
                        $($key: $crate::words::entry::TextEntry::pseudo(&EN.$key)),*
                    });
                    &PSEUDO
                }
            }
        }
    };
}
pub(crate) use table;

/// The parts of an entry of a [`table!`], by its form: a text, a text with places, or plural forms.
macro_rules! table_entry {
    (@type $en:literal) => { &'static str };
    (@type ($($place:ident),+) plural) => { $crate::words::plural::Plural };
    (@type ($place:ident) around) => { $crate::words::entry::AroundLink };
    (@type ($($place:ident),+) $en:literal) => { $crate::words::entry::Template };

    (@en $en:literal) => { $crate::words::entry::plain($en) };
    (@en ($($place:ident),+) plural { one: $one:literal, other: $other:literal $(,)? }) => {
        $crate::words::plural::Plural::new($crate::words::Lang::En, const { &[
            ($crate::words::plural::Category::One, $crate::words::marked!($one, 1, $($place),+)),
            ($crate::words::plural::Category::Other, $crate::words::marked!($other, 1, $($place),+)),
        ] })
    };
    (@en ($place:ident) around { $en:literal }) => {
        $crate::words::entry::AroundLink::new($crate::words::marked!($en, 0, $place))
    };
    (@en ($($place:ident),+) $en:literal) => {
        $crate::words::entry::Template::new($crate::words::Lang::En, $crate::words::marked!($en, 0, $($place),+))
    };

    (@method $key:ident $en:literal) => {};
    (@method $key:ident ($count:ident $(, $place:ident)*) plural) => {
        pub(crate) fn $key(&self, $count: usize $(, $place: &str)*) -> String {
            self.$key.fill($count, &[&$crate::words::plural::number($count) $(, $place)*])
        }
    };
    (@method $key:ident ($place:ident) around) => {
        pub(crate) fn $key(&self) -> (&'static str, &'static str) {
            self.$key.split()
        }
    };
    (@method $key:ident ($place:ident) $en:literal) => {
        pub(crate) fn $key(&self, $place: &str) -> String {
            self.$key.one($place)
        }
    };
    (@method $key:ident ($first:ident, $second:ident) $en:literal) => {
        pub(crate) fn $key(&self, $first: &str, $second: &str) -> String {
            self.$key.two($first, $second)
        }
    };
    (@method $key:ident ($($place:ident),+) $en:literal) => {
        pub(crate) fn $key(&self $(, $place: &str)+) -> String {
            self.$key.fill(&[$($place),+])
        }
    };
}
pub(crate) use table_entry;

/// A text whose places are marks, computed by the compiler, which reports a place that is not declared and a
/// declared one that is missing. The first `$optional` places may be missing.
macro_rules! marked {
    ($text:literal, $optional:literal, $($place:ident),+) => {{
        const PLACES: &[&str] = &[$(stringify!($place)),+];
        const LENGTH: usize = $crate::words::entry::length($text);
        const MARKED: &[u8] = &$crate::words::entry::marked::<LENGTH>($text, PLACES, $optional);
        const TEXT: &str = $crate::words::entry::as_text(MARKED);
        TEXT
    }};
}
pub(crate) use marked;

/// Defines the function that returns the text of each value of an enum; the compiler reports a value without a
/// text.
#[cfg(any(feature = "ssr", feature = "desk"))]
macro_rules! texts {
    ($(#[$doc:meta])* $get:ident($key:ty) { $($value:pat => $en:literal),* $(,)? }) => {
        $(#[$doc])*
        pub(crate) fn $get(lang: $crate::words::Lang, key: $key) -> &'static str {
            match lang {
                $crate::words::Lang::En => match key { $($value => $en),* },
                #[cfg(feature = "ssr")]
                $crate::words::Lang::Pseudo => {
                    $crate::words::pseudo::text($get($crate::words::Lang::En, key))
                }
            }
        }
    };
}
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) use texts;
