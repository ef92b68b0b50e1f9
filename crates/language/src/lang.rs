//! The languages.

#[cfg(feature = "pseudo")]
use domain::profile::Language;

/// A language of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// The pseudo-locale of the tests: English texts, accented, longer and written right to left. A text
    /// that is not in a table, or is assembled in code, is visible in it.
    #[cfg(feature = "pseudo")]
    Pseudo,
}

impl Lang {
    /// The language of a page by the browser's cookie; the pseudo-locale only if the server allows it.
    #[cfg(feature = "pseudo")]
    #[must_use]
    pub fn chosen(cookie: Option<&str>, pseudo: bool) -> Self {
        if pseudo && cookie == Some(Self::Pseudo.code()) { Self::Pseudo } else { Self::En }
    }

    /// The language of messages to a user, by the language of their profile. A server that allows the
    /// pseudo-locale writes in it to users who have not chosen a language.
    #[cfg(feature = "pseudo")]
    #[must_use]
    pub const fn of_recipient(profile: Option<Language>, pseudo: bool) -> Self {
        match profile {
            None if pseudo => Self::Pseudo,
            // Arabic has no texts yet.
            None | Some(Language::English | Language::Arabic) => Self::En,
        }
    }

    /// The value of the `lang` attribute.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            #[cfg(feature = "pseudo")]
            Self::Pseudo => "en-XA",
        }
    }

    /// The value of the `dir` attribute.
    #[must_use]
    pub const fn dir(self) -> &'static str {
        if self.right_to_left() { "rtl" } else { "ltr" }
    }

    /// Whether it is written right to left.
    #[must_use]
    pub const fn right_to_left(self) -> bool {
        match self {
            Self::En => false,
            #[cfg(feature = "pseudo")]
            Self::Pseudo => true,
        }
    }
}

#[cfg(all(test, feature = "pseudo"))]
mod tests {
    use super::*;

    #[test]
    fn the_pseudo_locale_needs_the_switch() {
        assert_eq!(Lang::chosen(Some("en-XA"), true), Lang::Pseudo);
        assert_eq!(Lang::chosen(Some("en-XA"), false), Lang::En);
        assert_eq!(Lang::chosen(Some("ar"), true), Lang::En);
        assert_eq!(Lang::chosen(None, true), Lang::En);
    }

    #[test]
    fn a_chosen_language_comes_before_the_pseudo_locale() {
        assert_eq!(Lang::of_recipient(None, true), Lang::Pseudo);
        assert_eq!(Lang::of_recipient(Some(Language::English), true), Lang::En);
        assert_eq!(Lang::of_recipient(None, false), Lang::En);
    }
}
