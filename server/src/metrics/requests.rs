//! Counts of completed requests, and how long they took, by route template.

use super::exposition::{Exposition, labels};
use axum::http::{Method, StatusCode};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError, RwLock},
    time::Duration,
};

/// Upper bounds of the duration buckets, in seconds.
const BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const KNOWN: usize = 6;
/// Methods that are counted separately; a caller may invent others.
const METHODS: [Method; KNOWN] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
const COUNT: &str = "slipstream_http_requests_total";
const TIME: &str = "slipstream_http_request_seconds";

/// The responses to one method of one route.
#[derive(Default)]
struct Responses {
    by_status: BTreeMap<u16, u64>,
    /// How many took no longer than each bound, but longer than the bound before.
    buckets: [u64; BUCKETS.len()],
    seconds: f64,
}

/// The responses of one route, by the method's index in `METHODS`; the last are those of all other methods.
type ByMethod = [Mutex<Responses>; KNOWN + 1];

/// All responses, by route template.
#[derive(Default)]
pub(super) struct Requests(RwLock<HashMap<String, ByMethod>>);

impl Requests {
    pub(super) fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let method = METHODS.iter().position(|known| known == method).unwrap_or(KNOWN);
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(responses) = known.get(route) {
            return add(responses, method, status, took);
        }
        drop(known);
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        add(all.entry(route.to_owned()).or_default(), method, status, took);
    }

    pub(super) fn write(&self, text: &mut Exposition) {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut routes: Vec<_> = all.iter().collect();
        routes.sort_unstable_by_key(|(route, _)| *route);
        text.metric(COUNT, "counter", "Completed HTTP requests");
        each(&routes, |of, responses| {
            for (status, count) in &responses.by_status {
                text.sample(COUNT, &format!("{of},{}", labels(&[("status", &status.to_string())])), count);
            }
        });
        text.metric(TIME, "histogram", "Time to the first byte of the response");
        each(&routes, |of, responses| responses.write_times(text, of));
    }
}

impl Responses {
    fn write_times(&self, text: &mut Exposition, of: &str) {
        let bucket = format!("{TIME}_bucket");
        let mut within = 0;
        for (bound, count) in BUCKETS.iter().zip(self.buckets) {
            within += count;
            text.sample(&bucket, &format!("{of},le=\"{bound}\""), within);
        }
        let count: u64 = self.by_status.values().sum();
        text.sample(&bucket, &format!("{of},le=\"+Inf\""), count);
        text.sample(&format!("{TIME}_sum"), of, self.seconds);
        text.sample(&format!("{TIME}_count"), of, count);
    }
}

fn add(route: &ByMethod, method: usize, status: StatusCode, took: Duration) {
    let Some(responses) = route.get(method) else { return };
    let mut responses = responses.lock().unwrap_or_else(PoisonError::into_inner);
    *responses.by_status.entry(status.as_u16()).or_default() += 1;
    let seconds = took.as_secs_f64();
    responses.seconds += seconds;
    let bucket = BUCKETS.iter().position(|bound| seconds <= *bound);
    if let Some(count) = bucket.and_then(|bucket| responses.buckets.get_mut(bucket)) {
        *count += 1;
    }
}

/// Calls `write` with the labels and the responses of each route and method that was requested.
fn each(routes: &[(&String, &ByMethod)], mut write: impl FnMut(&str, &Responses)) {
    for (route, by_method) in routes {
        for (method, responses) in by_method.iter().enumerate() {
            let responses = responses.lock().unwrap_or_else(PoisonError::into_inner);
            let method = METHODS.get(method).map_or("other", Method::as_str);
            if !responses.by_status.is_empty() {
                write(&labels(&[("route", route.as_str()), ("method", method)]), &responses);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(requests: &Requests) -> String {
        let mut text = Exposition::default();
        requests.write(&mut text);
        text.into_text()
    }

    #[test]
    fn responses_are_counted_by_status_and_their_times_summed_up_in_buckets() {
        let requests = Requests::default();
        for (status, millis) in [(200, 1), (200, 3), (404, 3), (500, 60_000)] {
            let status = StatusCode::from_u16(status).unwrap();
            requests.count(&Method::GET, "/a/{id}", status, Duration::from_millis(millis));
        }
        let text = text(&requests);
        for line in [
            "# TYPE slipstream_http_requests_total counter",
            "slipstream_http_requests_total{route=\"/a/{id}\",method=\"GET\",status=\"200\"} 2",
            "slipstream_http_requests_total{route=\"/a/{id}\",method=\"GET\",status=\"404\"} 1",
            "# TYPE slipstream_http_request_seconds histogram",
            "slipstream_http_request_seconds_bucket{route=\"/a/{id}\",method=\"GET\",le=\"0.0005\"} 0",
            "slipstream_http_request_seconds_bucket{route=\"/a/{id}\",method=\"GET\",le=\"0.001\"} 1",
            "slipstream_http_request_seconds_bucket{route=\"/a/{id}\",method=\"GET\",le=\"0.005\"} 3",
            "slipstream_http_request_seconds_bucket{route=\"/a/{id}\",method=\"GET\",le=\"10\"} 3",
            "slipstream_http_request_seconds_bucket{route=\"/a/{id}\",method=\"GET\",le=\"+Inf\"} 4",
            "slipstream_http_request_seconds_sum{route=\"/a/{id}\",method=\"GET\"} 60.007",
            "slipstream_http_request_seconds_count{route=\"/a/{id}\",method=\"GET\"} 4",
        ] {
            assert!(text.lines().any(|known| known == line), "no {line} in\n{text}");
        }
    }

    #[test]
    fn invented_methods_share_one_series() {
        let requests = Requests::default();
        for method in ["HUNTER2", "HUNTER3"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            requests.count(&method, "/a", StatusCode::OK, Duration::ZERO);
        }
        let text = text(&requests);
        let line = "slipstream_http_requests_total{route=\"/a\",method=\"other\",status=\"200\"} 2";
        assert!(text.contains(line) && !text.contains("HUNTER"), "{text}");
    }
}
