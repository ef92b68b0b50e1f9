//! The surface of a path, which determines the format of its error responses.

/// One of the HTTP API surfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// `/v1`, and every path without a format of its own.
    Mudawyl,
    /// `/ver1` and `/public/api/ver1`.
    ThreeCommas,
    /// `/api/v1`.
    Lumetrade,
    /// `/v2`.
    Currencycloud,
}

impl Surface {
    /// The surface of a path, or of a route's template.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
        if starts(&["/ver1/", "/public/api/"]) {
            Self::ThreeCommas
        } else if starts(&["/api/v1/"]) {
            Self::Lumetrade
        } else if starts(&["/v2/"]) {
            Self::Currencycloud
        } else {
            Self::Mudawyl
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_one_surface() {
        for (path, surface) in [
            ("/ver1/accounts", Surface::ThreeCommas),
            ("/public/api/ver1/accounts/{id}", Surface::ThreeCommas),
            ("/api/v1/accounts", Surface::Lumetrade),
            ("/v2/accounts/find", Surface::Currencycloud),
            ("/v1/priv/account", Surface::Mudawyl),
            ("/", Surface::Mudawyl),
        ] {
            assert_eq!(Surface::of(path), surface, "{path}");
        }
    }
}
