//! The HTTP server.

use std::{
    error::Error as _,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    auth::{self, Denied, Signed},
    content::Content,
    contract::{Route, Subject},
    faults::{self, Fault, FaultyBody},
    known::KnownIds,
    plan::{Concerned, FaultPlan},
    records,
    response::{BodyEnd, MockResponse},
    rules::{self, Sent},
};

/// The maximum size of a request body, as in the gateway, in bytes.
const MAX_BODY: usize = 12 << 20;

/// The maximum size of the head of a request, in bytes: many times that of a token.
const MAX_HEAD: usize = 64 << 10;

/// How long nothing is accepted after a failure to accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A request as received.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// The HTTP method.
    pub method: String,
    /// The path and the query, undecoded.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

#[derive(Debug)]
pub(crate) struct State {
    content: Content,
    known_ids: KnownIds,
    faults: FaultPlan,
    started: Instant,
    read_timeout: Duration,
    recorded: Option<Mutex<Vec<RecordedRequest>>>,
    served: AtomicU64,
}

impl State {
    pub(crate) fn new(content: Content, record: bool, faults: FaultPlan, read_timeout: Duration) -> Self {
        Self {
            content,
            known_ids: KnownIds::default(),
            faults,
            started: Instant::now(),
            read_timeout,
            recorded: record.then(Mutex::default),
            served: AtomicU64::new(0),
        }
    }

    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let contracts = self.content.contracts.iter();
        contracts
            .flat_map(|contract| contract.service.operations.iter().map(move |entry| (contract, entry.operation)))
            .filter(|(_, operation)| operation.history.is_some())
            .map(|(contract, operation)| Subject {
                service: contract.service,
                operation: operation.id,
                arguments: contract.documented_arguments(operation),
            })
            .collect()
    }

    pub(crate) fn recorded(&self) -> Vec<RecordedRequest> {
        match &self.recorded {
            Some(recorded) => recorded.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            None => Vec::new(),
        }
    }

    /// Returns the response to a request, or `None` if a fault suppresses it.
    fn handle(&self, request: &RecordedRequest) -> Option<MockResponse> {
        // Replacing what is not UTF-8 would make different targets, and so their signatures, equal.
        if percent_decode_str(&request.target).decode_utf8().is_err() {
            return Some(MockResponse::gateway(400, "APIGW.0201", "Bad request: the path or the query is not UTF-8"));
        }
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let Some(route) = self.content.contracts.iter().find_map(|contract| {
            let method = http::Method::from_bytes(request.method.as_bytes()).ok()?;
            contract.route(&method, path)
        }) else {
            let message = "The API does not exist or has not been published in the environment";
            return Some(MockResponse::gateway(404, "APIGW.0101", message));
        };
        let RecordedRequest { method, headers, body, .. } = request;
        let query = &pairs(query);
        let arguments = rules::arguments(&route, &Sent { query, headers, body });
        let response = self.response(&route, &Signed { method, path, query, headers, body }, &arguments);
        let none = Map::new();
        let concerned = Concerned {
            service: route.contract.service.metadata.id,
            operation: route.operation.id,
            arguments: arguments.as_ref().unwrap_or(&none),
            elapsed: self.started.elapsed(),
        };
        let Some(fault) = self.faults.next(&concerned) else { return Some(response) };
        if let (Some(list), Fault::Grow { .. } | Fault::Remove { .. }) = (response.list, fault) {
            self.content.changes.change(list, |changes| match fault {
                Fault::Grow { by } => changes.grow(*by),
                Fault::Remove { by } => changes.remove(*by),
                _ => {}
            });
        }
        faults::inject_fault(fault, response)
    }

    fn response(
        &self,
        route: &Route<'_>,
        signed: &Signed<'_>,
        arguments: &Result<Map<String, Value>, String>,
    ) -> MockResponse {
        if !route.operation.anonymous
            && let Err(Denied { code, message }) = auth::check(signed, SystemTime::now())
        {
            return MockResponse::gateway(401, code, &message);
        }
        let arguments = match arguments {
            Ok(arguments) => arguments,
            Err(rule) => return refusal(route, 400, "APIGW.0106", &format!("Orchestration error: {rule}")),
        };
        if let Err(reason) = self.known_ids.check(&self.content, route, arguments) {
            return refusal(route, 404, "SANDBOX.0404", &reason);
        }
        let Some(success) = records::response(&self.content, route, arguments) else {
            return MockResponse::gateway(500, "APIGW.0601", "The spec documents no response");
        };
        let body = success.body.map(|body| body.to_string());
        let mut response = MockResponse::text(success.status, &body.unwrap_or_default());
        response.pagination = route.operation.pagination.as_ref();
        response.list = success.list;
        for name in route.contract.secret_headers(route.operation) {
            if let (Ok(name), Ok(token)) = (name.parse::<HeaderName>(), HeaderValue::from_str(auth::TOKEN)) {
                response.headers.insert(name, token);
            }
        }
        response
    }
}

/// Returns the documented error response with a reason in its message, or one of the gateway if none is documented.
fn refusal(route: &Route<'_>, status: u16, code: &str, reason: &str) -> MockResponse {
    let Some((status, example)) = route.contract.documented(route.operation, &status.to_string()) else {
        return MockResponse::gateway(status, code, reason);
    };
    let mut body = example.clone();
    if let Some(message) = body.get_mut("error_msg") {
        *message = format!("{}: {reason}", message.as_str().unwrap_or_default()).into();
    }
    MockResponse::json(status, &body)
}

/// Returns the decoded pairs of a query, which is UTF-8. A plus sign is literal: the gateway does not use form encoding.
fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

/// Accepts connections until the task is aborted, which also closes all connections.
pub(crate) async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(state.read_timeout).max_header_size(MAX_HEAD);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Without a free file descriptor, accepting again at once would fail again, and so on.
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        let service = service_fn(move |request| respond(Arc::clone(&state), request));
        let mut connection = builder.serve_connection(TokioIo::new(stream), service);
        connections.spawn(async move {
            // A peer that disconnects affects only its own connection.
            let Err(error) = (&mut connection).await else { return };
            let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
            if cause.is_some_and(|cause| cause.kind() == io::ErrorKind::ConnectionReset) {
                // Closing the connection then sends a reset.
                let _ = connection.into_parts().io.inner().set_zero_linger();
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Responds to a request. An error closes the connection, or resets it if it is [`io::ErrorKind::ConnectionReset`].
async fn respond(state: Arc<State>, request: Request<Incoming>) -> io::Result<Response<FaultyBody>> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let mock = match tokio::time::timeout(state.read_timeout, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => {
            let request = RecordedRequest {
                method: parts.method.to_string(),
                target,
                headers: parts.headers,
                body: body.to_bytes(),
            };
            let response = state.handle(&request);
            if let Some(recorded) = &state.recorded {
                recorded.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            }
            response.ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionReset))?
        }
        Ok(Err(_)) => MockResponse::gateway(413, "APIGW.0201", "The request body is too large or incomplete"),
        Err(_) => MockResponse::gateway(408, "APIGW.0201", "The request body did not arrive in time"),
    };
    if mock.end == BodyEnd::HangBefore {
        std::future::pending::<()>().await;
    }
    let id = format!("{:032x}", state.served.fetch_add(1, Ordering::Relaxed) + 1);
    let mut response = Response::new(FaultyBody::new(&mock.body, mock.end));
    *response.status_mut() = http::StatusCode::from_u16(mock.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_LENGTH, mock.body.len().into());
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    headers.extend(mock.headers);
    Ok(response)
}
