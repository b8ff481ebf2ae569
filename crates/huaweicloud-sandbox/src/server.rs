//! The server: one way from a request to an answer.

use std::{
    convert::Infallible,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, header};
use http_body_util::{BodyExt as _, Full, Limited};
use huaweicloud_core::Service;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    Subject, answer,
    auth::{self, Denied, Signed},
    contract::Contract,
    rules::{self, Sent},
};

/// Largest body that the gateway takes.
const MAX_BODY: usize = 12 << 20;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Method.
    pub method: String,
    /// Path and query, undecoded.
    pub target: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

#[derive(Debug)]
pub(crate) struct State {
    contracts: Vec<Contract>,
    records: usize,
    recorded: Option<Mutex<Vec<Recorded>>>,
    served: AtomicU64,
}

impl State {
    pub(crate) fn new(services: &[&'static Service], records: usize, record: bool) -> io::Result<Self> {
        Ok(Self {
            contracts: services.iter().map(|service| Contract::read(service)).collect::<io::Result<_>>()?,
            records,
            recorded: record.then(Mutex::default),
            served: AtomicU64::new(0),
        })
    }

    pub(crate) fn subjects(&self) -> Vec<Subject> {
        self.contracts
            .iter()
            .flat_map(|contract| contract.service.operations.iter().map(move |entry| (contract, entry.operation)))
            .filter(|(_, operation)| operation.history.is_some())
            .map(|(contract, operation)| Subject {
                service: contract.service,
                operation: operation.id,
                arguments: contract.documented_arguments(operation),
            })
            .collect()
    }

    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        match &self.recorded {
            Some(recorded) => recorded.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            None => Vec::new(),
        }
    }

    /// Status and body for a request.
    fn handle(&self, request: &Recorded) -> (u16, Value) {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let Some(route) = self.contracts.iter().find_map(|contract| {
            let method = http::Method::from_bytes(request.method.as_bytes()).ok()?;
            contract.route(&method, path)
        }) else {
            return gateway(404, "APIGW.0101", "The API does not exist or has not been published in the environment");
        };
        let query = pairs(query);
        let Recorded { method, headers, body, .. } = request;
        let signed = Signed { method, path, query: &query, headers, body };
        if let Err(Denied { code, message }) = auth::check(&signed, SystemTime::now()) {
            return gateway(401, code, &message);
        }
        match rules::arguments(&route, &Sent { query: &query, headers, body }) {
            Ok(arguments) => answer::answer(&route, &arguments, self.records)
                .unwrap_or_else(|| gateway(500, "APIGW.0601", "The spec documents no answer")),
            Err(rule) => match route.contract.documented(route.operation, '4') {
                Some((status, example)) => {
                    let mut body = example.clone();
                    if let Some(message) = body.get_mut("error_msg") {
                        *message = format!("{}: {rule}", message.as_str().unwrap_or_default()).into();
                    }
                    (status, body)
                }
                None => gateway(400, "APIGW.0106", &format!("Orchestration error: {rule}")),
            },
        }
    }
}

/// An answer of the gateway itself.
fn gateway(status: u16, code: &str, message: &str) -> (u16, Value) {
    (status, json!({ "error_code": code, "error_msg": message }))
}

/// The pairs of a query, decoded. A plus is a plus: the gateway does not know form encoding.
fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

/// Accepts until its task ends; then every connection ends with it.
pub(crate) async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        // A connection that failed before it was there is the peer's business.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let service = service_fn(move |request| respond(Arc::clone(&state), request));
            // A peer that goes away ends its connection, and nothing else.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let (status, answer) = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => {
            let request =
                Recorded { method: parts.method.to_string(), target, headers: parts.headers, body: body.to_bytes() };
            let answer = state.handle(&request);
            if let Some(recorded) = &state.recorded {
                recorded.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            }
            answer
        }
        Err(_) => gateway(413, "APIGW.0201", "The request body is too large or incomplete"),
    };
    let id = format!("{:032x}", state.served.fetch_add(1, Ordering::Relaxed) + 1);
    let mut response = Response::new(Full::from(answer.to_string()));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    if let Ok(id) = http::HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    Ok(response)
}
