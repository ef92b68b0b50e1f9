//! The names that a file declares, from its tokens. Macros are read like other code: what they declare counts too.

use super::super::place::Place;
use proc_macro2::{Delimiter, Group, Ident, TokenTree};

/// The names declared in one sequence of tokens, and in the bodies of its structs and enums.
pub(super) fn declared(tokens: &[TokenTree]) -> Vec<(Place, Ident)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Ident(word) = token else { continue };
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        // A lifetime, or a raw pointer's `*const`.
        if is(before, '\'') || is(before, '*') {
            continue;
        }
        let place = match () {
            () if word == "struct" || word == "enum" || word == "trait" || word == "union" => Place::Type,
            () if word == "type" => Place::Alias,
            () if word == "fn" || word == "mod" || word == "const" || word == "static" => Place::Name,
            () if word == "macro_rules" => {
                found.extend(ident(tokens, at + 2).map(|name| (Place::Name, name.clone())));
                continue;
            }
            () if word == "pub" => {
                by_macro(tokens, at, &mut found);
                continue;
            }
            () => continue,
        };
        let Some(name) = named(tokens, at) else { continue };
        found.push((place, name.clone()));
        match body(tokens, at) {
            Some(body) if word == "struct" || word == "union" => fields(body, &mut found),
            Some(body) if word == "enum" => variants(body, &mut found),
            _ => {}
        }
    }
    found
}

/// Words between `const` or `static` and a name, or in the place of one.
const NO_NAMES: [&str; 5] = ["fn", "unsafe", "async", "extern", "_"];

fn named(tokens: &[TokenTree], at: usize) -> Option<&Ident> {
    let next = ident(tokens, at + 1)?;
    if next == "mut" || next == "ref" {
        return ident(tokens, at + 2);
    }
    (!NO_NAMES.iter().any(|word| next == word)).then_some(next)
}

/// `pub Name { … }` in a macro that declares enums.
fn by_macro(tokens: &[TokenTree], at: usize, found: &mut Vec<(Place, Ident)>) {
    let scoped = usize::from(matches!(tokens.get(at + 1), Some(TokenTree::Group(_))));
    let (Some(name), Some(TokenTree::Group(body))) =
        (ident(tokens, at + 1 + scoped), tokens.get(at + 2 + scoped))
    else {
        return;
    };
    if body.delimiter() == Delimiter::Brace && name != "use" && name != "const" {
        found.push((Place::Type, name.clone()));
        variants(body, found);
    }
}

/// The braces of a declaration, before its end.
fn body(tokens: &[TokenTree], at: usize) -> Option<&Group> {
    for token in tokens.iter().skip(at + 2) {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return Some(group),
            TokenTree::Punct(punct) if punct.as_char() == ';' => return None,
            _ => {}
        }
    }
    None
}

fn fields(body: &Group, found: &mut Vec<(Place, Ident)>) {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    for at in 0..tokens.len() {
        let Some(name) = ident(&tokens, at) else { continue };
        let colon = is(tokens.get(at + 1), ':') && !is(tokens.get(at + 2), ':');
        if colon && !is(at.checked_sub(1).and_then(|at| tokens.get(at)), ':') {
            found.push((Place::Name, name.clone()));
        }
    }
}

fn variants(body: &Group, found: &mut Vec<(Place, Ident)>) {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    for at in 0..tokens.len() {
        let Some(name) = ident(&tokens, at) else { continue };
        let starts = match at.checked_sub(1).and_then(|at| tokens.get(at)) {
            None => true,
            Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Bracket,
            token => is(token, ','),
        };
        if starts {
            found.push((Place::Name, name.clone()));
            if let Some(TokenTree::Group(inner)) = tokens.get(at + 1)
                && inner.delimiter() == Delimiter::Brace
            {
                fields(inner, found);
            }
        }
    }
}

fn ident(tokens: &[TokenTree], at: usize) -> Option<&Ident> {
    match tokens.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident),
        _ => None,
    }
}

fn is(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::TokenStream;

    fn names(source: &str) -> Vec<(Place, String)> {
        let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
        declared(&tokens).into_iter().map(|(place, ident)| (place, ident.to_string())).collect()
    }

    fn plain(source: &str) -> Vec<String> {
        names(source).into_iter().map(|one| one.1).collect()
    }

    #[test]
    fn items_are_declared() {
        assert_eq!(
            plain("fn a() {} mod b; const C: u8 = 1; static mut D: u8 = 1; macro_rules! e {}"),
            ["a", "b", "C", "D", "e"]
        );
        assert_eq!(
            names("struct A; trait B {} type C = u8;"),
            [(Place::Type, "A".to_owned()), (Place::Type, "B".to_owned()), (Place::Alias, "C".to_owned())]
        );
    }

    #[test]
    fn fields_and_variants_are_declared() {
        let source = "struct A<T> where T: B { #[x] pub(crate) a: HashMap<K, V>, b: std::c::D }";
        assert_eq!(plain(source), ["A", "a", "b"]);
        assert_eq!(
            plain("enum A { /// Doc.\n B, C { d: u8 }, E(F), G = 1 << 2 }"),
            ["A", "B", "C", "d", "E", "G"]
        );
        assert_eq!(plain("words! {}"), Vec::<String>::new());
        assert_eq!(plain("pub Kind { Email = \"email\", Chat = \"chat\" }"), ["Kind", "Email", "Chat"]);
    }

    #[test]
    fn uses_are_not_declarations() {
        let source = "const fn a(x: &'static str, y: *const u8, z: fn(u8)) -> B { C { d: told() } }";
        assert_eq!(plain(source), ["a"]);
        assert_eq!(plain("pub use a::{b}; impl const { }"), Vec::<String>::new());
    }
}
