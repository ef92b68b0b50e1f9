//! The contrast of texts: WCAG's level AAA, 7 to 1, computed from the colours of `style/tokens.css` in both themes.

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../../../style/tokens.css");

/// Level AAA for text of normal size.
const LEAST: f64 = 7.0;

/// The backgrounds of whole pages and panels.
const GROUNDS: [&str; 4] = ["page", "surface", "surface-sunken", "surface-raised"];
/// The colours of texts on any of [`GROUNDS`].
const TEXTS: [&str; 9] =
    ["text", "text-soft", "accent", "accent-strong", "pnl-up", "pnl-down", "good", "warn", "bad"];
/// Texts on backgrounds of their own.
const PAIRS: [(&str, &str); 15] = [
    ("text", "accent-wash"),
    ("text-soft", "accent-wash"),
    ("accent-strong", "accent-wash"),
    ("text", "good-wash"),
    ("good", "good-wash"),
    ("text", "warn-wash"),
    ("warn", "warn-wash"),
    ("text", "bad-wash"),
    ("bad", "bad-wash"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-up", "pnl-up"),
    ("on-down", "pnl-down"),
    ("surface", "bad"),
    ("surface", "accent-strong"),
];

/// The tokens of one theme.
struct Theme {
    dark: bool,
    tokens: BTreeMap<&'static str, &'static str>,
}

impl Theme {
    fn new(dark: bool) -> Self {
        let lines = TOKENS.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'));
        let value = |text: &'static str| text.trim().trim_end_matches(';');
        Self { dark, tokens: lines.map(|(name, text)| (name, value(text))).collect() }
    }

    /// Red, green and blue of a value.
    fn colour(&self, value: &str) -> [f64; 3] {
        let inside = |name: &str| value.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(both) = inside("light-dark") {
            let (light, dark) = both.split_once(", ").expect(value);
            return self.colour(if self.dark { dark } else { light });
        }
        if let Some(name) = inside("var") {
            let name = name.strip_prefix("--").expect(value);
            return self.colour(self.tokens.get(name).expect(name));
        }
        let digits = value.strip_prefix('#').expect(value);
        let wide = if digits.len() == 3 { 1 } else { 2 };
        let part = |place: usize| {
            let digits = digits[place * wide..(place + 1) * wide].repeat(3 - wide);
            f64::from(u8::from_str_radix(&digits, 16).expect(value)) / 255.0
        };
        [part(0), part(1), part(2)]
    }

    /// The relative luminance of a token's colour.
    fn luminance(&self, token: &str) -> f64 {
        let linear =
            |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
        let [red, green, blue] = self.colour(self.tokens.get(token).expect(token)).map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(&self, one: &str, other: &str) -> f64 {
        let (one, other) = (self.luminance(one), self.luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }
}

#[test]
fn the_contrast_of_known_colours_is_computed() {
    let theme =
        |dark| Theme { dark, tokens: [("ink", "#000"), ("paper", "light-dark(#fff, #777777)")].into() };
    assert!((theme(false).contrast("ink", "paper") - 21.0).abs() < 0.001);
    assert!((theme(true).contrast("paper", "ink") - 4.69).abs() < 0.01);
}

#[test]
fn every_text_has_enough_contrast_in_both_themes() {
    let mut weak = Vec::new();
    for dark in [false, true] {
        let theme = Theme::new(dark);
        let general = TEXTS.iter().flat_map(|text| GROUNDS.map(|ground| (*text, ground)));
        for (text, ground) in general.chain(PAIRS) {
            let contrast = theme.contrast(text, ground);
            if contrast < LEAST {
                weak.push(format!("{text} on {ground}, dark {dark}: {contrast:.2}"));
            }
        }
    }
    assert!(weak.is_empty(), "{weak:#?}");
}
