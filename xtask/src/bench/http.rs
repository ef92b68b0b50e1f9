//! A small HTTP/1.1 client on one keep-alive connection, for setting up the desk and timing single requests.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A response, and the time from the first byte sent to the last one read.
pub(super) struct TimedResponse {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) time: Duration,
}

impl TimedResponse {
    /// The body as JSON; an error unless the status is a success.
    pub(super) fn json(self) -> Result<Value> {
        if !(200..300).contains(&self.status) {
            bail!("answered {}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        if self.body.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&self.body)?) }
    }
}

/// One connection, with headers that are sent with each request.
pub(super) struct Client {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    headers: String,
}

impl Client {
    pub(super) fn connect(addr: SocketAddr, headers: &[(&str, &str)]) -> Result<Self> {
        let writer = TcpStream::connect(addr)?;
        writer.set_nodelay(true)?;
        writer.set_read_timeout(Some(Duration::from_secs(30)))?;
        let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers = format!("Host: {addr}\r\n{}", lines.collect::<String>());
        Ok(Self { reader: BufReader::new(writer.try_clone()?), writer, headers })
    }

    pub(super) fn get(&mut self, path: &str) -> Result<TimedResponse> {
        self.send("GET", path, None)
    }

    pub(super) fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<TimedResponse> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{}{kind}Content-Length: {}\r\n\r\n{body}",
            self.headers,
            body.len()
        );
        let start = Instant::now();
        self.writer.write_all(request.as_bytes())?;
        let (status, body) = self.read()?;
        Ok(TimedResponse { status, body, time: start.elapsed() })
    }

    fn read(&mut self) -> Result<(u16, Vec<u8>)> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.with_context(|| format!("not an HTTP answer: {first:?}"))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
        }
        let body = if chunked { self.chunks()? } else { self.exactly(length)? };
        Ok((status, body))
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(self.line()?.trim(), 16)?;
            body.extend(self.exactly(size)?);
            self.line()?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        Ok(body)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            bail!("the connection was closed");
        }
        Ok(line.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn both_framings_are_read_on_one_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut requests = BufReader::new(stream.try_clone().unwrap()).lines();
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
                "HTTP/1.1 422 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            ] {
                while !requests.next().unwrap().unwrap().is_empty() {}
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let mut client = Client::connect(addr, &[("Authorization", "x")]).unwrap();
        assert_eq!(client.get("/a").unwrap().json().unwrap()["a"], 1);
        let answer = client.get("/b").unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (422, b"abcde".as_slice()));
        server.join().unwrap();
    }
}
