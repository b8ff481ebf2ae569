//! Shared test helpers: the specs as data, and a server with canned responses.

use huaweicloud_core::{
    Config, Credential, RetryPolicy,
    dynamic::{OperationDescriptor, Service},
};
use serde_json::{Map, Value};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

/// A secret that must not appear anywhere except in a signature.
pub const SECRET: &str = "the-secret-that-must-not-be-seen";

/// Returns every operation with its service and its node in the spec.
pub fn operations() -> Vec<(&'static Service, &'static OperationDescriptor, Value)> {
    let mut found = Vec::new();
    for service in huaweicloud_catalog::services() {
        let spec: Value = serde_json::from_str(service.spec).unwrap();
        for entry in service.operations {
            let method = entry.operation.method.to_lowercase();
            found.push((*service, entry, spec["paths"][entry.operation.path][method].clone()));
        }
    }
    found
}

/// Returns a runtime on the thread of the caller, for a test that is no `async` function.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A documented example.
pub struct Example {
    pub name: String,
    pub value: Value,
    pub is_request: bool,
    /// Status of the response; `None` for a request.
    pub status: Option<u16>,
    /// Whether the example has a generated type. Errors of any shape are parsed by the runtime instead.
    pub is_model: bool,
}

/// Returns all documented examples of an operation.
pub fn examples(service: &Service, entry: &OperationDescriptor, node: &Value) -> Vec<Example> {
    let success = node["responses"].as_object().unwrap().iter().find(|(status, _)| status.starts_with('2')).unwrap().1;
    let schema = |media: &Value| media.pointer("/content/application~1json/schema/$ref").cloned();
    let of = |media: &Value, part: &str, is_request: bool| -> Vec<Example> {
        let examples = media.pointer("/content/application~1json/examples").and_then(Value::as_object);
        examples
            .into_iter()
            .flatten()
            .map(|(name, example)| Example {
                name: format!("{}_{}_{part}_{name}", service.metadata.id, entry.operation.id),
                value: example["value"].clone(),
                is_request,
                status: part.parse().ok(),
                is_model: is_request || schema(media) == schema(success),
            })
            .collect()
    };
    let mut found = of(&node["requestBody"], "request", true);
    for (status, response) in node["responses"].as_object().unwrap() {
        found.extend(of(response, status, false));
    }
    found
}

/// Returns the arguments of the documented call of an operation: its required parameters and its body.
pub fn documented_call(service: &Service, entry: &OperationDescriptor, node: &Value) -> Map<String, Value> {
    let parameters = node["parameters"].as_array().into_iter().flatten();
    let mut arguments: Map<String, Value> = parameters
        .filter(|parameter| parameter["required"] == true && parameter["name"] != "X-Auth-Token")
        .map(|parameter| (parameter["name"].as_str().unwrap().to_owned(), parameter["example"].clone()))
        .collect();
    if let Some(body) = examples(service, entry, node).into_iter().find(|example| example.is_request) {
        arguments.insert("body".to_owned(), body.value);
    }
    arguments
}

/// A loopback server that reads one request for each response and sends the bytes of the response verbatim.
pub struct Canned {
    pub url: String,
    task: JoinHandle<Vec<String>>,
}

impl Canned {
    pub async fn start(responses: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            let mut requests = Vec::new();
            for response in responses {
                let (mut stream, _) = listener.accept().await.unwrap();
                requests.push(read_request(&mut stream).await);
                stream.write_all(&response).await.unwrap();
                stream.shutdown().await.unwrap();
            }
            requests
        });
        Self { url, task }
    }

    /// Starts a server with one response: status line, headers, body.
    pub async fn response(status: &str, headers: &str, body: &str) -> Self {
        Self::start(vec![response(status, headers, body)]).await
    }

    pub fn config(&self) -> Config {
        Config::builder()
            .credentials(Credential::keys("AKEXAMPLE", SECRET))
            .endpoint(&self.url)
            .retry(RetryPolicy::none())
            .build()
            .unwrap()
    }

    /// Returns the requests as received.
    pub async fn requests(self) -> Vec<String> {
        self.task.await.unwrap()
    }
}

pub fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}").into_bytes()
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap()))
                .unwrap_or(0_usize);
            if body.len() >= length {
                return text;
            }
        }
        let count = stream.read(&mut chunk).await.unwrap();
        assert_ne!(count, 0, "the client went away within its request");
        bytes.extend_from_slice(&chunk[..count]);
    }
}
