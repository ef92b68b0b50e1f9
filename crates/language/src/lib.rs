//! Texts in several languages: tables of entries with named places and plural forms.
//!
//! A text is one entry, complete with its punctuation: code never joins entries to a sentence. An entry with
//! places (`{symbol}`) is a method whose parameters are the places, so the compiler reports a missing one.
//! [`Template::fill`](entry::Template::fill) isolates the values in languages that are written right to left.
//!
//! A further language is a further value of [`Lang`] and a further column of the macros below: the compiler
//! then reports every missing text, every missing plural form and every wrong place.
//!
//! The tables of the pages are in `app::words`, those of mails, chats and reports beside their code in `service`.

pub mod entry;
mod lang;
pub mod plural;
#[cfg(feature = "pseudo")]
pub mod pseudo;

pub use lang::Lang;

/// Defines a table: a struct with a text per key, and the function that returns it for a language. Both are visible
/// in their crate, or everywhere after the word `pub`.
///
/// - `title: "Copy trading"` is a field.
/// - `stop_title(strategy): "Stop copying {strategy}?"` is a method that takes a text for each place.
/// - `sessions(count): plural { one: "{count} session", other: "{count} sessions" }` is a method that takes the
///   number in its first place, and a text for each other place.
/// - `since(time): around { "Since {time} UTC." }` is a method that returns the texts before and after its place,
///   for a place that is an element of the page.
#[macro_export]
macro_rules! table {
    ($(#[$doc:meta])* pub $name:ident, $get:ident { $($entries:tt)* }) => {
        $crate::table! { @define pub, $(#[$doc])* $name, $get { $($entries)* } }
    };
    (@define $vis:vis, $(#[$doc:meta])* $name:ident, $get:ident {
        $($key:ident $(($($place:ident),+))? : $en:tt $({ $($forms:tt)+ })?),* $(,)?
    }) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "the text of an entry says what it is")]
        $vis struct $name {
            $($vis $key: $crate::table_entry!(@type $(($($place),+))? $en)),*
        }

        static EN: $name = $name {
            $($key: $crate::table_entry!(@en $(($($place),+))? $en $({ $($forms)+ })?)),*
        };

        #[allow(missing_docs, reason = "the text of an entry says what it is")]
        impl $name {
            $($crate::table_entry!{@method $vis $key $(($($place),+))? $en})*

            $crate::table_entries!{$($key),*}
        }

        $(#[$doc])*
        #[must_use]
        $vis fn $get(lang: $crate::Lang) -> &'static $name {
            $crate::by_language!(lang, En => &EN, Pseudo => {
                static PSEUDO: std::sync::LazyLock<$name> = std::sync::LazyLock::new(|| $name {
                    $($key: $crate::entry::TextEntry::pseudo(&EN.$key)),*
                });
                &PSEUDO
            })
        }
    };
    ($(#[$doc:meta])* $name:ident, $get:ident { $($entries:tt)* }) => {
        $crate::table! { @define pub(crate), $(#[$doc])* $name, $get { $($entries)* } }
    };
}

/// The parts of an entry of a [`table!`], by its form: a text, a text with places, or plural forms.
#[doc(hidden)]
#[macro_export]
macro_rules! table_entry {
    (@type $en:literal) => { &'static str };
    (@type ($($place:ident),+) plural) => { $crate::plural::Plural };
    (@type ($place:ident) around) => { $crate::entry::AroundLink };
    (@type ($($place:ident),+) $en:literal) => { $crate::entry::Template };

    (@en $en:literal) => { $crate::entry::plain($en) };
    (@en ($($place:ident),+) plural { one: $one:literal, other: $other:literal $(,)? }) => {
        $crate::plural::Plural::new($crate::Lang::En, const { &[
            ($crate::plural::Category::One, $crate::marked!($one, 1, $($place),+)),
            ($crate::plural::Category::Other, $crate::marked!($other, 1, $($place),+)),
        ] })
    };
    (@en ($place:ident) around { $en:literal }) => {
        $crate::entry::AroundLink::new($crate::marked!($en, 0, $place))
    };
    (@en ($($place:ident),+) $en:literal) => {
        $crate::entry::Template::new($crate::Lang::En, $crate::marked!($en, 0, $($place),+))
    };

    (@method $vis:vis $key:ident $en:literal) => {};
    (@method $vis:vis $key:ident ($count:ident $(, $place:ident)*) plural) => {
        #[must_use]
        $vis fn $key(&self, $count: usize $(, $place: &str)*) -> String {
            self.$key.fill($count, &[&$crate::plural::number($count) $(, $place)*])
        }
    };
    (@method $vis:vis $key:ident ($place:ident) around) => {
        #[must_use]
        $vis fn $key(&self) -> (&'static str, &'static str) {
            self.$key.split()
        }
    };
    (@method $vis:vis $key:ident ($place:ident) $en:literal) => {
        #[must_use]
        $vis fn $key(&self, $place: &str) -> String {
            self.$key.one($place)
        }
    };
    (@method $vis:vis $key:ident ($first:ident, $second:ident) $en:literal) => {
        #[must_use]
        $vis fn $key(&self, $first: &str, $second: &str) -> String {
            self.$key.two($first, $second)
        }
    };
    (@method $vis:vis $key:ident ($($place:ident),+) $en:literal) => {
        #[must_use]
        $vis fn $key(&self $(, $place: &str)+) -> String {
            self.$key.fill(&[$($place),+])
        }
    };
}

/// A text whose places are marks, computed by the compiler, which reports a place that is not declared and a
/// declared one that is missing. The first `$optional` places may be missing.
#[doc(hidden)]
#[macro_export]
macro_rules! marked {
    ($text:literal, $optional:literal, $($place:ident),+) => {{
        const PLACES: &[&str] = &[$(stringify!($place)),+];
        const LENGTH: usize = $crate::entry::length($text);
        const MARKED: &[u8] = &$crate::entry::marked::<LENGTH>($text, PLACES, $optional);
        const TEXT: &str = $crate::entry::as_text(MARKED);
        TEXT
    }};
}

/// Defines the function that returns the text of each value of an enum; the compiler reports a value without a
/// text.
#[macro_export]
macro_rules! texts {
    ($(#[$doc:meta])* $get:ident($key:ty) { $($value:pat => $en:expr),* $(,)? }) => {
        $(#[$doc])*
        pub(crate) fn $get(lang: $crate::Lang, key: $key) -> &'static str {
            $crate::by_language!(
                lang,
                En => match key { $($value => $en),* },
                Pseudo => $crate::pseudo::text($get($crate::Lang::En, key))
            )
        }
    };
}

/// The value for a language.
#[cfg(feature = "pseudo")]
#[doc(hidden)]
#[macro_export]
macro_rules! by_language {
    ($lang:expr, En => $en:expr, Pseudo => $pseudo:expr) => {
        match $lang {
            $crate::Lang::En => $en,
            $crate::Lang::Pseudo => $pseudo,
        }
    };
}

/// The value for a language, without the pseudo-locale: what the browser does not need is not compiled.
#[cfg(not(feature = "pseudo"))]
#[doc(hidden)]
#[macro_export]
macro_rules! by_language {
    ($lang:expr, En => $en:expr, Pseudo => $pseudo:expr) => {
        match $lang {
            $crate::Lang::En => $en,
        }
    };
}

/// The function that returns every entry of a table with its texts, for tests.
#[cfg(feature = "pseudo")]
#[doc(hidden)]
#[macro_export]
macro_rules! table_entries {
    ($($key:ident),*) => {
        /// Every entry with its texts.
        #[cfg(test)]
        #[allow(dead_code, reason = "the app has tests over all its tables")]
        pub(crate) fn entries(&self) -> Vec<(&'static str, Vec<&'static str>)> {
            vec![$((stringify!($key), $crate::entry::TextEntry::texts(&self.$key))),*]
        }
    };
}

/// Without the pseudo-locale there are no tests over all tables.
#[cfg(not(feature = "pseudo"))]
#[doc(hidden)]
#[macro_export]
macro_rules! table_entries {
    ($($key:ident),*) => {};
}
