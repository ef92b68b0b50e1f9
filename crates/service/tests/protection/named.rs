//! The cases of findings/protection.md that can be expressed here, by their numbers.
