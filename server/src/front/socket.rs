//! A connection's socket. It records reads and writes, and releases the connection's slot when it closes,
//! also after an upgrade to a WebSocket.

use super::{Connection, connections::ConnectionSlot};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A socket that reports its activity to a [`Connection`].
pub(super) struct Watched {
    stream: TcpStream,
    connection: Arc<Connection>,
    _place: ConnectionSlot,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, connection: Arc<Connection>, place: ConnectionSlot) -> Self {
        // Price updates are small and should not wait for each other. A peer that has already gone is
        // detected later.
        let _ = stream.set_nodelay(true);
        Self { stream, connection, _place: place }
    }

    fn wrote(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes @ 1..)) => self.connection.sent(bytes),
            Poll::Pending => self.connection.sent(0),
            Poll::Ready(_) => {}
        }
        written
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.connection.release();
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.connection.received();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
