//! The only path from a request to a response: authenticate, send, classify, retry, decode.

use std::{any::Any, pin::pin, sync::Arc, time::Duration};

use tracing::Instrument as _;

use super::{
    attempt::Answer,
    decode::{NewModel, empty},
    retry::Retries,
    target::Target,
};
use crate::{
    codegen::body::Body,
    config::Config,
    error::{Error, ErrorKind},
    future::BoxFuture,
    metadata::Service,
    request::{Outgoing, Request},
    response::Response,
};

/// A client for one service, on which the generated client of this service is built. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client(Arc<Target>);

/// Replacement for a time limit that overflows the clock.
const FOREVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

impl Client {
    /// Creates a client for a service. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Returns an error if the service has no endpoint in the configured region.
    pub fn new(config: &Config, service: &'static Service) -> Result<Self, Error> {
        Target::new(config, service).map(|target| Self(Arc::new(target)))
    }

    /// Returns the description of the service.
    #[must_use]
    pub fn service(&self) -> &'static Service {
        self.0.service
    }

    /// Returns whether requests are checked against the documented rules, unless their options say otherwise.
    pub(crate) fn checks_rules(&self) -> bool {
        self.0.config.0.check_rules
    }

    /// Sends a request and deserializes the response.
    pub(crate) async fn send<T: Body + Default>(self, request: Request) -> Result<Response<T>, Error> {
        let response = self.call(request, empty::<T>).await?;
        // The model is always the one that `empty` has created.
        Ok(response.map(|model| (model as Box<dyn Any>).downcast().map_or_else(|_| T::default(), |model| *model)))
    }

    /// Sends a request and deserializes the response into a new model. Not generic, so that it is compiled only once.
    pub(crate) fn call(
        self,
        request: Request,
        new: NewModel,
    ) -> BoxFuture<'static, Result<Response<Box<dyn Body>>, Error>> {
        // Boxed, because moving it from one future to the next costs more than an allocation.
        let outgoing = request.into_outgoing(self.checks_rules()).map(Box::new);
        Box::pin(async move {
            let Answer { response, model } = self.execute(&*outgoing?, Some(new)).await?;
            let model = model.unwrap_or_else(new);
            Ok(response.map(|()| model))
        })
    }

    /// Sends an HTTP request, within the total timeout of the call.
    pub(crate) async fn execute(&self, request: &Outgoing, new: Option<NewModel>) -> Result<Answer, Error> {
        let operation = request.operation;
        let span = tracing::info_span!(
            "huaweicloud.call",
            "otel.kind" = "client",
            "rpc.service" = self.0.service.name,
            "rpc.method" = operation.api,
            "http.request.method" = request.method.as_str(),
            "url.template" = operation.path,
            "server.address" = self.0.authority.as_str(),
        );
        let attempts = self.attempts(request, new).instrument(span);
        attempts.await.map_err(|error| error.with_operation(operation.id))
    }

    /// Makes attempts until one succeeds, fails permanently, or must not be retried.
    async fn attempts(&self, request: &Outgoing, new: Option<NewModel>) -> Result<Answer, Error> {
        let config = &*self.0.config.0;
        let clock = &*config.clock;
        let policy = request.options.get().retry.as_ref().unwrap_or(&config.retry);
        let limit = request.options.get().timeout.unwrap_or(config.timeout);
        let start = clock.instant();
        let end = start.checked_add(limit).unwrap_or(start + FOREVER);
        let left = || end.saturating_duration_since(clock.instant());
        let mut retries = Retries::new(&request.method, request.operation, policy, &config.budget, clock);
        let (mut attempts, mut refreshed, mut last) = (0, false, None);
        let outcome = loop {
            let ready = pin!(async {
                if let Some(rate_limit) = &config.rate_limit {
                    rate_limit.wait(clock).await;
                }
                self.0.identify(request).await
            });
            let identity = match clock.within(left(), ready).await {
                Some(Ok(identity)) => identity,
                Some(Err(error)) => break Err(error.with_attempts(attempts)),
                None => break Err(out_of_time(limit, last, attempts)),
            };
            attempts += 1;
            let error = match self.0.attempt(request, &identity, left(), new).await {
                Ok(answer) => {
                    tracing::debug!(
                        "http.response.status_code" = answer.response.status,
                        "http.request.resend_count" = attempts - 1,
                        "huaweicloud.request_id" = answer.response.request_id(),
                        "responded"
                    );
                    config.budget.refill();
                    break Ok(answer);
                }
                Err(error) => error.with_attempts(attempts),
            };
            if error.is_timeout() && left().is_zero() {
                break Err(out_of_time(limit, last, attempts));
            }
            tracing::debug!(
                "http.response.status_code" = error.status(),
                "http.request.resend_count" = attempts - 1,
                "huaweicloud.request_id" = error.request_id(),
                "error.type" = ?error.kind(),
                "error.code" = error.code(),
                "failed"
            );
            // Refreshed credentials allow one more attempt, regardless of the policy.
            if let Some(credential) = &identity.credential
                && !refreshed
                && error.is_expired()
                && config.credentials.expired(credential)
            {
                refreshed = true;
                continue;
            }
            let Some(delay) = retries.next(&error, left()) else { break Err(error) };
            last = Some(error);
            clock.sleep(delay).await;
        };
        if attempts > 1 {
            tracing::info!(attempts, delays = ?retries.delays(), succeeded = outcome.is_ok(), "retried");
        }
        outcome
    }
}

/// Creates an error for the total timeout; `last` is the error of the previous attempt.
fn out_of_time(limit: Duration, last: Option<Error>, attempts: u32) -> Error {
    let message = format!("no response within {limit:?} in all");
    let error = match last {
        None => Error::new(ErrorKind::Timeout, message),
        Some(last) => {
            Error::new(ErrorKind::Timeout, format!("{message}; the attempt before failed: {last}")).with_source(last)
        }
    };
    let error = if attempts == 0 { error.not_sent() } else { error };
    error.with_attempts(attempts)
}
