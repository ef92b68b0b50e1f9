//! Characters that are not seen, but change how what is seen reads.

/// Control characters, marks and overrides of direction, joiners of no width, and the unassigned tags that spell
/// without being seen. No name may hold one: it would say on every page what it does not.
#[must_use]
pub fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}
