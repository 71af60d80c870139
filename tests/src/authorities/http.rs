//! HTTP/1.1 as far as a test needs it: one request a connection, one thread each.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Most bytes of a request that are taken.
const MOST: u64 = 1 << 20;
/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_secs(10);
/// Between two bytes of what drips.
const DRIP: Duration = Duration::from_millis(5);

/// A request.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) body: Vec<u8>,
}

/// What is answered.
pub(super) enum Reply {
    /// A status, a content type and a body.
    Answer(u16, &'static str, Vec<u8>),
    Redirect(String),
    Close,
    Drip,
}

impl Reply {
    pub(super) fn status(status: u16) -> Self {
        Self::Answer(status, "text/plain", b"no\n".to_vec())
    }

    pub(super) fn binary(content_type: &'static str, body: &[u8]) -> Self {
        Self::Answer(200, content_type, body.to_vec())
    }
}

/// A listener with its threads.
pub(super) struct Listener {
    url: String,
    address: std::net::SocketAddr,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Takes a free port of loopback, and gives the address of what will answer there.
pub(super) fn bind() -> (TcpListener, String) {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of loopback is free");
    let address = socket.local_addr().expect("it has an address");
    (socket, format!("http://{address}"))
}

impl Listener {
    pub(super) fn serve(
        socket: TcpListener,
        answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let address = socket.local_addr().expect("it has an address");
        let ended = Arc::new(AtomicBool::new(false));
        let (answer, seen) = (Arc::new(answer), Arc::clone(&ended));
        let thread = thread::spawn(move || {
            let connections: Mutex<Vec<JoinHandle<()>>> = Mutex::default();
            for connection in socket.incoming() {
                if seen.load(Ordering::Relaxed) {
                    break;
                }
                let Ok(connection) = connection else { continue };
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
                let one = thread::spawn(move || {
                    let _ = converse(connection, &*answer, &seen);
                });
                let mut all = connections.lock().expect("nobody else has it");
                all.retain(|thread| !thread.is_finished());
                all.push(one);
            }
            for thread in connections.into_inner().expect("nobody else has it") {
                let _ = thread.join();
            }
        });
        Self {
            url: format!("http://{address}"),
            address,
            ended,
            thread: Some(thread),
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for somebody.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn converse(
    connection: TcpStream,
    answer: &dyn Fn(&Asked) -> Reply,
    ended: &AtomicBool,
) -> std::io::Result<()> {
    connection.set_read_timeout(Some(SILENCE))?;
    connection.set_write_timeout(Some(SILENCE))?;
    let mut reader = BufReader::new((&connection).take(MOST));
    let (mut path, mut length) = head(&mut reader)?;
    let mut out = &connection;
    // A proxy is asked to connect, and then is the host itself.
    if path.is_none() {
        out.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
        (path, length) = head(&mut reader)?;
    }
    let path = path.unwrap_or_default();
    let mut body = vec![0; usize::try_from(u64::min(length, MOST)).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    match answer(&Asked { path, body }) {
        Reply::Answer(status, content_type, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} Said\r\nContent-Type: {content_type}\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            out.write_all(head.as_bytes())?;
            out.write_all(&body)?;
        }
        Reply::Redirect(to) => {
            let head = format!(
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\
                 Connection: close\r\n\r\n"
            );
            out.write_all(head.as_bytes())?;
        }
        Reply::Close => {}
        Reply::Drip => {
            out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
            while !ended.load(Ordering::Relaxed) {
                out.write_all(&[0x30])?;
                thread::sleep(DRIP);
            }
        }
    }
    let _ = connection.shutdown(Shutdown::Write);
    Ok(())
}

/// Reads the head of a request: its path, none for CONNECT, and the length of its body.
fn head(reader: &mut impl BufRead) -> std::io::Result<(Option<String>, u64)> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let connects = words.next() == Some("CONNECT");
    let path = words.next().unwrap_or("/").to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap_or(0);
            }
            Some(_) => {}
            None => return Ok(((!connects).then_some(path), length)),
        }
    }
}
