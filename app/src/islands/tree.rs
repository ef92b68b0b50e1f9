//! Reads JSON without serde: the browser parses it, and we pick what we need. serde's code for the desk's
//! types alone would be a quarter of its wasm.
//!
//! Readers are written against [`Tree`]; tests run them on the output of the server's serde.

/// A value of a parsed JSON text.
pub(crate) trait Tree: Sized {
    /// A member of an object; `None` if it is absent or null.
    fn get(&self, key: &str) -> Option<Self>;
    /// The items of an array.
    fn items(&self) -> Option<Vec<Self>>;
    /// The text of a string.
    fn text(&self) -> Option<String>;
    /// An integer within 53 bits.
    #[cfg_attr(not(any(feature = "islands", test)), allow(dead_code))] // of the stream's envelope, which pages do not read
    fn int(&self) -> Option<i64>;
    #[cfg_attr(not(any(feature = "islands", test)), allow(dead_code))] // likewise
    fn truth(&self) -> Option<bool>;

    /// A member's text; empty if there is none.
    fn string(&self, key: &str) -> String {
        self.get(key).and_then(|v| v.text()).unwrap_or_default()
    }
}

#[cfg(feature = "islands")]
impl Tree for wasm_bindgen::JsValue {
    fn get(&self, key: &str) -> Option<Self> {
        js_sys::Reflect::get(self, &key.into()).ok().filter(|v| !v.is_undefined() && !v.is_null())
    }

    fn items(&self) -> Option<Vec<Self>> {
        js_sys::Array::is_array(self).then(|| js_sys::Array::from(self).to_vec())
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    #[allow(clippy::cast_possible_truncation)] // the numbers we write this way stay below 2^53
    fn int(&self) -> Option<i64> {
        self.as_f64().map(|n| n as i64)
    }

    fn truth(&self) -> Option<bool> {
        self.as_bool()
    }
}

/// Parses a text with the browser's JSON parser.
#[cfg(feature = "islands")]
pub(crate) fn parse(text: &str) -> Option<wasm_bindgen::JsValue> {
    js_sys::JSON::parse(text).ok()
}

#[cfg(any(feature = "ssr", test))]
impl Tree for serde_json::Value {
    fn get(&self, key: &str) -> Option<Self> {
        Self::get(self, key).filter(|v| !v.is_null()).cloned()
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.as_array().cloned()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn int(&self) -> Option<i64> {
        self.as_i64()
    }

    fn truth(&self) -> Option<bool> {
        self.as_bool()
    }
}
