//! Strict parsing of the fields of a query, a form or a multipart body: repeated names, non-text bytes and
//! files are reported as errors, never guessed at.

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Multipart, Request},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};

/// Fields in the order received. They may hold secrets and are therefore never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

/// Why a request's fields cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A name was given twice.
    Twice(String),
    /// A value is not UTF-8, or contains a zero byte.
    NotText,
    /// The body exceeds the size limit.
    TooLarge,
    /// The body is not a form.
    NotAForm,
}

impl Fields {
    /// Parses a query string, or a body in the same format.
    ///
    /// # Errors
    /// As [`Unreadable`] describes.
    pub fn parse(text: &[u8]) -> Result<Self, Unreadable> {
        let mut fields = Self::default();
        for pair in text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(at);
            fields.add(decoded(name)?, decoded(value.get(1..).unwrap_or_default())?)?;
        }
        Ok(fields)
    }

    /// Parses the body of a request: a form, or multipart. An empty body has no fields.
    ///
    /// # Errors
    /// As [`Unreadable`] describes.
    pub async fn of_body(request: Request) -> Result<Self, Unreadable> {
        match kind(request.headers()).as_str() {
            "multipart/form-data" => Self::of_multipart(request).await,
            form => {
                let form = form == "application/x-www-form-urlencoded";
                let bytes = Bytes::from_request(request, &()).await.map_err(|r| too_large(r.status()))?;
                if form || bytes.is_empty() { Self::parse(&bytes) } else { Err(Unreadable::NotAForm) }
            }
        }
    }

    async fn of_multipart(request: Request) -> Result<Self, Unreadable> {
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Unreadable::NotAForm)?;
        let mut fields = Self::default();
        while let Some(part) = parts.next_field().await.map_err(|e| too_large(e.status()))? {
            let name = part.name().map(str::to_owned);
            let (Some(name), None) = (name, part.file_name()) else { return Err(Unreadable::NotAForm) };
            let bytes = part.bytes().await.map_err(|e| too_large(e.status()))?;
            fields.add(name, text(bytes.to_vec())?)?;
        }
        Ok(fields)
    }

    fn add(&mut self, name: String, value: String) -> Result<(), Unreadable> {
        if self.0.iter().any(|(known, _)| *known == name) && !name.ends_with("[]") {
            return Err(Unreadable::Twice(name));
        }
        self.0.push((name, value));
        Ok(())
    }

    /// Returns the value of one field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The field names, in the order received.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// All fields as name and value.
    #[must_use]
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

/// The media type, in lower case and without parameters.
pub(crate) fn kind(headers: &HeaderMap) -> String {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn too_large(status: StatusCode) -> Unreadable {
    if status == StatusCode::PAYLOAD_TOO_LARGE { Unreadable::TooLarge } else { Unreadable::NotAForm }
}

/// Decodes form encoding. A percent sign that begins no valid escape is taken literally.
fn decoded(raw: &[u8]) -> Result<String, Unreadable> {
    let digit = |at: usize| raw.get(at).and_then(|b| char::from(*b).to_digit(16));
    let (mut bytes, mut at) = (Vec::with_capacity(raw.len()), 0);
    while let Some(byte) = raw.get(at) {
        let escaped = digit(at + 1).zip(digit(at + 2)).filter(|_| *byte == b'%');
        match escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(value) => {
                bytes.push(value);
                at += 3;
            }
            None => {
                bytes.push(if *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    text(bytes)
}

/// Zero bytes are valid UTF-8, but Postgres does not accept them in text.
fn text(bytes: Vec<u8>) -> Result<String, Unreadable> {
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).ok_or(Unreadable::NotText)
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        Fields::parse(text.as_bytes()).ok().map(Fields::into_pairs).unwrap_or_default()
    }

    #[test]
    fn reads_what_forms_send() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs("a=1+2&b=%C3%A4&&c&d=%zz%4"),
            [pair("a", "1 2"), pair("b", "ä"), pair("c", ""), pair("d", "%zz%4"),]
        );
        assert_eq!(pairs("t[]=x&t[]=y"), [pair("t[]", "x"), pair("t[]", "y")]);
    }

    #[test]
    fn reports_unreadable_fields() {
        assert_eq!(Fields::parse(b"a=1&a=2").err(), Some(Unreadable::Twice("a".into())));
        assert_eq!(Fields::parse(b"a=%FF").err(), Some(Unreadable::NotText));
        assert_eq!(Fields::parse(b"a=\xff").err(), Some(Unreadable::NotText));
        assert_eq!(Fields::parse(b"a=%00").err(), Some(Unreadable::NotText));
    }

    proptest! {
        #[test]
        fn any_input_is_parsed_or_reported(raw: Vec<u8>) {
            let _ = Fields::parse(&raw);
        }

        #[test]
        fn an_encoded_value_is_decoded(value in "[^\0]*") {
            let encoded = serde_urlencoded::to_string([("a", &value)]).unwrap();
            let fields = Fields::parse(encoded.as_bytes()).unwrap();
            prop_assert_eq!(fields.get("a"), Some(value.as_str()));
        }
    }
}
