//! The operations of the document.

use domain::{Permission, Role};
use reqwest::Method;
use serde_json::{Map, Value};
use server::{api_router::RouteInfo, rest::surface::Surface};
use service::SharedDesk;

/// One operation, as the document describes it and as its route is registered.
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) route: RouteInfo,
    described: Value,
    components: Value,
}

/// All operations.
pub(super) fn all(desk: &SharedDesk) -> Vec<Operation> {
    let (document, routes) = server::router::api(desk);
    let of = |route: RouteInfo| Operation {
        method: route.method.as_str().parse().unwrap(),
        path: route.path.clone(),
        described: document["paths"][&route.path][route.method.as_str().to_lowercase()].clone(),
        components: document["components"].clone(),
        route,
    };
    routes.into_iter().map(of).collect()
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Operation {
    /// A field of its description.
    pub(super) fn described(&self, name: &str) -> &Value {
        &self.described[name]
    }

    pub(super) fn surface(&self) -> Surface {
        Surface::of(&self.path)
    }

    /// Whether it is for signed-in users or their programs.
    pub(super) fn private(&self) -> bool {
        self.route.role == Role::Trader
    }

    pub(super) fn closed(&self) -> bool {
        self.route.role > Role::Anyone
    }

    pub(super) fn permission(&self) -> Option<Permission> {
        self.route.program.and_then(|(_, permission)| permission)
    }

    /// Whether its path contains an id.
    pub(super) fn names(&self) -> bool {
        self.path.contains('{')
    }

    pub(super) fn parameters(&self) -> &[Value] {
        self.described["parameters"].as_array().map_or(&[], Vec::as_slice)
    }

    /// One of its responses, inline or referenced.
    pub(super) fn response(&self, status: u16) -> Option<&Value> {
        self.resolved(self.described["responses"].get(status.to_string())?)
    }

    /// The statuses that it can return.
    pub(super) fn statuses(&self) -> Vec<u16> {
        self.described["responses"]
            .as_object()
            .unwrap()
            .keys()
            .map(|status| status.parse().unwrap())
            .collect()
    }

    /// The example of a response; `None` if it has no body.
    pub(super) fn answers(&self, status: u16) -> Option<&Value> {
        self.response(status)?.pointer("/content/application~1json/example")
    }

    /// The bodies that it accepts, by content type.
    pub(super) fn takes(&self) -> impl Iterator<Item = (&String, &Value)> {
        let content = self.described.pointer("/requestBody/content").and_then(Value::as_object);
        content.into_iter().flatten()
    }

    /// The content type of its body and an example; `None` if it takes none, or raw bytes.
    pub(super) fn body(&self) -> Option<(&str, &Map<String, Value>)> {
        let (kind, media) = self.takes().find(|(kind, _)| *kind != "multipart/form-data")?;
        Some((kind, media["example"].as_object()?))
    }

    /// The fields that its body may have.
    pub(super) fn fields(&self) -> Vec<String> {
        let media = self.takes().map(|(_, media)| &media["schema"]).next();
        let schema = media.and_then(|schema| self.resolved(schema));
        let fields = schema.and_then(|schema| schema["properties"].as_object());
        fields.map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    }

    /// Its path with an id in place of the parameter, and examples of the required query parameters.
    pub(super) fn target(&self, thing: &str) -> String {
        let needed = self.parameters().iter().filter(|p| p["in"] == "query" && p["required"] == true);
        let pairs: Vec<_> = needed
            .map(|p| {
                let example = &p["example"];
                let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                format!("{}={}", p["name"].as_str().unwrap(), text.replace('/', "%2F"))
            })
            .collect();
        let part = |part: &str| if part.starts_with('{') { thing.to_owned() } else { part.to_owned() };
        let path = self.path.split('/').map(part).collect::<Vec<_>>().join("/");
        if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> Option<&'a Value> {
        match value["$ref"].as_str() {
            Some(reference) => self.components.pointer(reference.strip_prefix("#/components")?),
            None => Some(value),
        }
    }
}
