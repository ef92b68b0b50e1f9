//! The plural forms of a text with places.

use crate::{Lang, entry::Template};

/// A plural category of CLDR. English has two of them, Arabic has all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// A form of its own for 0, as in Arabic.
    Zero,
    /// The singular.
    One,
    /// The dual, as in Arabic.
    Two,
    /// A form for few, in Arabic 3 to 10.
    Few,
    /// A form for many, in Arabic 11 to 99.
    Many,
    /// All other numbers.
    Other,
}

impl Lang {
    /// The plural category of a whole number, by CLDR's rules for cardinals.
    const fn category(self, count: usize) -> Category {
        match self {
            Self::En => english(count),
            #[cfg(feature = "pseudo")]
            Self::Pseudo => english(count),
        }
    }
}

const fn english(count: usize) -> Category {
    if count == 1 { Category::One } else { Category::Other }
}

/// The plural forms of a text with places. The first place is the number, which a form may leave out.
#[derive(Clone, Copy)]
pub struct Plural {
    lang: Lang,
    /// By category; the last one also stands for categories without a form.
    forms: &'static [(Category, &'static str)],
}

impl Plural {
    /// Compiled forms in a language.
    #[must_use]
    pub const fn new(lang: Lang, forms: &'static [(Category, &'static str)]) -> Self {
        Self { lang, forms }
    }

    /// Chooses the form of `count` and replaces its marks.
    #[must_use]
    pub fn fill(self, count: usize, values: &[&str]) -> String {
        Template::new(self.lang, self.form(self.lang.category(count))).fill(values)
    }

    /// The compiled text of a category.
    fn form(self, wanted: Category) -> &'static str {
        let found = self.forms.iter().find(|(category, _)| *category == wanted).or(self.forms.last());
        found.map(|(_, text)| *text).unwrap_or_default()
    }
}

/// A number as it appears in a text: grouped by thousands.
#[must_use]
pub fn number(count: usize) -> String {
    domain::figures::grouped(&count.to_string())
}

#[cfg(feature = "pseudo")]
impl crate::entry::TextEntry for Plural {
    fn pseudo(&self) -> Self {
        let forms: Vec<_> = self.forms.iter().map(|(of, text)| (*of, crate::pseudo::text(text))).collect();
        Self { lang: Lang::Pseudo, forms: forms.leak() }
    }

    fn texts(&self) -> Vec<&'static str> {
        self.forms.iter().map(|(_, text)| *text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_has_two_forms() {
        let forms: &[_] = const {
            &[
                (Category::One, crate::marked!("one session of {user}", 1, count, user)),
                (Category::Other, crate::marked!("{count} sessions of {user}", 1, count, user)),
            ]
        };
        let sessions = |count| Plural::new(Lang::En, forms).fill(count, &[&number(count), "Ada"]);
        assert_eq!([0, 1, 2].map(sessions), ["0 sessions of Ada", "one session of Ada", "2 sessions of Ada"]);
        assert_eq!(sessions(1_200), "1,200 sessions of Ada");
    }

    #[test]
    fn each_of_six_categories_has_its_form_or_the_last() {
        use Category::{Few, Many, One, Other, Two, Zero};
        let arabic: &[_] =
            &[(Zero, "zero"), (One, "one"), (Two, "two"), (Few, "few"), (Many, "many"), (Other, "other")];
        for (category, text) in arabic {
            assert_eq!(Plural::new(Lang::En, arabic).form(*category), *text);
        }
        assert_eq!(Plural::new(Lang::En, &[(Few, "few"), (Other, "other")]).form(One), "other");
    }
}
