//! Static descriptions of services and operations, generated from the specs.
//!
//! Generated crates construct these types; the transport, the mock server and the command line read them and contain
//! nothing specific to a service. Fields may be added to any of these types.
//!
//! ```
//! use huaweicloud_core::metadata::{Operation, Parameter, Rule};
//!
//! static LIST_THINGS: Operation = Operation::new("list_things", "ListThings", "GET", "/v1/things")
//!     .parameters(&[Parameter::query("limit", Rule::integer().min(1).max(100))]);
//!
//! assert_eq!(LIST_THINGS.parameters[0].rule.to_string(), "1 to 100");
//! ```

mod history;
mod operation;
mod pagination;
mod rules;
mod service;

pub use history::{Changes, EventMapping, ListedBy, Words};
pub use operation::{InBandStatus, Location, Operation, Parameter};
pub use pagination::{ItemOrder, PageSize, PageStyle, Pagination};
pub use rules::{Member, ObjectRule, Rule, ValueType};
pub use service::{Endpoint, Scope, Service};
