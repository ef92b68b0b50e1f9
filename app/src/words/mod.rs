//! All texts of the user interface, by key. One table per part, so that a page's wasm contains only its own.
//!
//! A further language is a further column of each table: the compiler then reports every missing text.

#[cfg(feature = "ssr")]
pub(crate) mod billing;
#[cfg(feature = "ssr")]
pub(crate) mod clients;
#[cfg(feature = "ssr")]
pub(crate) mod closed;
#[cfg(feature = "ssr")]
pub(crate) mod copies;
#[cfg(feature = "ssr")]
pub(crate) mod deeds;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod desk;
#[cfg(feature = "ssr")]
pub(crate) mod follows;
pub(crate) mod live;
#[cfg(feature = "ssr")]
pub(crate) mod messages;
#[cfg(feature = "ssr")]
pub(crate) mod money;
#[cfg(feature = "ssr")]
pub(crate) mod operator;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod orders;
#[cfg(feature = "ssr")]
pub(crate) mod pages;
#[cfg(feature = "ssr")]
pub(crate) mod people;
#[cfg(feature = "ssr")]
pub(crate) mod personal;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod problems;
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

/// A language of the user interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lang {
    #[default]
    En,
}

impl Lang {
    /// The value of the `lang` attribute.
    #[cfg(feature = "ssr")]
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
        }
    }

    /// The value of the `dir` attribute.
    #[cfg(feature = "ssr")]
    pub(crate) const fn dir(self) -> &'static str {
        match self {
            Self::En => "ltr",
        }
    }
}

/// Defines a table: a struct with a text per key, and the function that returns it for a language.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident, $get:ident { $($key:ident: $en:literal),* $(,)? }) => {
        $(#[$doc])*
        pub(crate) struct $name { $(pub(crate) $key: &'static str),* }

        static EN: $name = $name { $($key: $en),* };

        $(#[$doc])*
        pub(crate) const fn $get(lang: $crate::words::Lang) -> &'static $name {
            match lang {
                $crate::words::Lang::En => &EN,
            }
        }
    };
}
pub(crate) use table;

/// Defines the function that returns the text of each value of an enum; the compiler reports a value without a
/// text.
macro_rules! texts {
    ($(#[$doc:meta])* $get:ident($key:ty) { $($value:pat => $en:literal),* $(,)? }) => {
        $(#[$doc])*
        pub(crate) const fn $get(lang: $crate::words::Lang, key: $key) -> &'static str {
            match lang {
                $crate::words::Lang::En => match key { $($value => $en),* },
            }
        }
    };
}
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) use texts;

/// Replaces each `{}` by a value, in order.
pub(crate) fn fill(text: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut parts = text.split("{}");
    out.push_str(parts.next().unwrap_or_default());
    for (part, value) in parts.zip(values.iter().copied().chain(std::iter::repeat(""))) {
        out.push_str(value);
        out.push_str(part);
    }
    out
}

/// A number of things: the text for one, otherwise the plural with the number in the place of `{}`.
#[cfg(feature = "ssr")]
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { one.to_owned() } else { fill(many, &[&number.to_string()]) }
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn fills_places_in_order() {
        assert_eq!(fill("{} of {}", &["1", "2"]), "1 of 2");
        assert_eq!(fill("none", &["1"]), "none");
        assert_eq!(fill("{} and {}", &["1"]), "1 and ");
    }
}
