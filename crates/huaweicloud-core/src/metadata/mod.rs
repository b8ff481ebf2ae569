//! Services and operations as data: what the specs say, for programs that read it.
//!
//! Generated crates fill this in with the constructors of these types; the transport, the sandbox and the command line
//! read it and know no service by name. Fields may be added to any of them.
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

pub use history::{EventMapping, ListedBy, Words};
pub use operation::{InBandStatus, Location, Operation, Parameter};
pub use pagination::{PageSize, PageStyle, Pagination};
pub use rules::{Member, ObjectRule, Rule, ValueType};
pub use service::{Endpoint, Scope, Service};
