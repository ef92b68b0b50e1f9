//! The languages of the user interface.

/// A language of the user interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// The pseudo-locale of the tests: English texts, accented, longer and written right to left. A text
    /// that is not in a table, or is assembled in code, is visible in it.
    #[cfg(feature = "ssr")]
    Pseudo,
}

impl Lang {
    /// The language of the cookie; the pseudo-locale only if the server allows it.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn chosen(cookie: Option<&str>, pseudo: bool) -> Self {
        if pseudo && cookie == Some(Self::Pseudo.code()) { Self::Pseudo } else { Self::En }
    }

    /// The value of the `lang` attribute.
    #[cfg(feature = "ssr")]
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pseudo => "en-XA",
        }
    }

    /// The value of the `dir` attribute.
    #[cfg(feature = "ssr")]
    pub(crate) const fn dir(self) -> &'static str {
        if self.right_to_left() { "rtl" } else { "ltr" }
    }

    /// Whether it is written right to left.
    pub(crate) const fn right_to_left(self) -> bool {
        match self {
            Self::En => false,
            #[cfg(feature = "ssr")]
            Self::Pseudo => true,
        }
    }
}
