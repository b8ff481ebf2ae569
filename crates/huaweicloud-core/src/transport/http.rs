//! The seam between a call and the HTTP library that sends it.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;

use crate::{error::Error, future::BoxFuture};

/// A sender of HTTP requests: reqwest by default, a script in a test, or another HTTP library.
///
/// A transport sends exactly the request that it is given, once: it must not follow redirects, because a redirect would
/// carry tokens to another host, nor retry, nor add credentials. Time limits, retries and the limit of the body are
/// those of the client, which drops the future or the body when it needs no more of them.
///
/// An error is of kind [`Connect`](crate::ErrorKind::Connect) or marked with [`Error::not_sent`] if nothing was sent, so
/// that the call may be repeated; of any other error, the client assumes that the service may have seen the request.
///
/// A closure is a transport, for tests without a server:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), huaweicloud_core::Error> {
/// use huaweicloud_core::{Client, Config, Credential, Method, metadata::{Scope, Service}};
/// use std::sync::Arc;
///
/// static THINGS: Service = Service::new("things", "Things", "v1", Scope::Project, &[], &[]);
/// let config = Config::builder()
///     .credentials(Credential::keys("ACCESS-KEY", "SECRET-KEY"))
///     .endpoint("https://things.example.com")
///     .transport(Arc::new(|request: http::Request<_>| {
///         assert_eq!(request.uri(), "https://things.example.com/v1/things");
///         Ok(http::Response::new(r#"{"things":[]}"#.into()))
///     }))
///     .build()?;
/// let response = Client::new(&config, &THINGS)?.request(Method::GET, "/v1/things").send().await?;
/// assert_eq!(&response[..], br#"{"things":[]}"#);
/// # Ok(())
/// # }
/// ```
pub trait Transport: Send + Sync {
    /// Sends a request and returns the response when its head has arrived. The `Host` is that of the URI.
    ///
    /// # Errors
    ///
    /// Returns an error if no response arrives.
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<ResponseBody>, Error>>;
}

impl<F> Transport for F
where
    F: Fn(http::Request<Bytes>) -> Result<http::Response<ResponseBody>, Error> + Send + Sync,
{
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<ResponseBody>, Error>> {
        Box::pin(std::future::ready(self(request)))
    }
}

/// The body of a response from a [`Transport`]: bytes, text, or a stream of chunks.
///
/// ```
/// use huaweicloud_core::ResponseBody;
///
/// let response = http::Response::new(ResponseBody::from(r#"{"total_count":0}"#));
/// ```
pub struct ResponseBody(Chunks);

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

impl ResponseBody {
    /// Creates a body from a stream of chunks, which the client reads no further than its limit.
    pub fn stream(chunks: impl Stream<Item = Result<Bytes, Error>> + Send + 'static) -> Self {
        Self(Box::pin(chunks))
    }

    /// Returns the next chunk, or `None` after the last.
    pub(crate) async fn chunk(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|context| self.0.as_mut().poll_next(context)).await
    }
}

impl<T: Into<Bytes>> From<T> for ResponseBody {
    fn from(bytes: T) -> Self {
        Self::stream(Once(Some(bytes.into())))
    }
}

/// A stream of one chunk.
struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseBody")
    }
}
