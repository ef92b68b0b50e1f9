//! Linking a Telegram chat by a code.

use crate::{Entropy, Micros};
use serde::{Deserialize, Serialize};

/// Length of a link code, in characters: 130 random bits. Links carry it; a user who has another device at hand can
/// still type it.
pub const CODE_LENGTH: usize = 26;
/// Base address of bots.
pub const BOTS: &str = "https://t.me";
/// The alphabet of link codes. It has no characters that are easily confused, because users type the codes.
const LETTERS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// Generates a link code.
#[must_use]
pub fn link_code(entropy: &dyn Entropy) -> String {
    let mut bytes = [0_u8; CODE_LENGTH];
    entropy.fill(&mut bytes);
    // 256 is a multiple of 32, so every letter is equally likely.
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// Parses a link code as a user typed it, or returns `None` if it cannot be one.
#[must_use]
pub fn typed_code(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_lowercase();
    (code.len() == CODE_LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte))).then_some(code)
}

/// How a user links Telegram, and whether it is linked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// URL of the bot.
    pub bot_url: String,
    /// The link code to send to the bot. Shown only to the user it belongs to.
    pub code: String,
    /// When the link code expires.
    pub code_expires_at: Micros,
    /// Whether a chat is linked and messages reach it.
    pub active: bool,
    /// When the user first opened the Telegram settings.
    pub created_at: Micros,
    /// When any of this last changed.
    pub updated_at: Micros,
}

impl Method {
    /// The URL that opens the bot; at Telegram it carries the code, so that nothing needs to be typed.
    #[must_use]
    pub fn link(&self) -> String {
        match self.bot_url.strip_prefix(BOTS) {
            Some(name) if name.len() > 1 => format!("{}?start={}", self.bot_url, self.code),
            _ => self.bot_url.clone(),
        }
    }
}

/// Omits the code, because it links a chat to the user.
impl std::fmt::Debug for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Method").field("active", &self.active).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.fill(self.0);
        }
    }

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        for byte in 0..=255 {
            let code = link_code(&Fixed(byte));
            assert_eq!(typed_code(&format!(" {} ", code.to_uppercase())).as_deref(), Some(code.as_str()));
        }
        let twos = |count| "2".repeat(count);
        let wrong = [twos(0), twos(8), twos(25), twos(27), twos(25) + "o", twos(24) + "é"];
        for wrong in wrong {
            assert_eq!(typed_code(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_link_to_a_bot_carries_the_code() {
        let at = Micros(0);
        let method = |bot_url: &str| Method {
            bot_url: bot_url.into(),
            code: link_code(&Fixed(0)),
            code_expires_at: at,
            active: false,
            created_at: at,
            updated_at: at,
        };
        let code = "2".repeat(CODE_LENGTH);
        assert_eq!(method("https://t.me/desk_bot").link(), format!("https://t.me/desk_bot?start={code}"));
        for bare in ["https://t.me", "https://desk.example/telegram#say"] {
            assert_eq!(method(bare).link(), bare);
        }
    }
}
