//! Invisible characters, which can make a text look like another.

/// Returns whether a character is invisible: control characters, direction marks and overrides, zero-width joiners,
/// and tag characters. Names must not contain any, because they would not read as they are stored.
#[must_use]
pub fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}
