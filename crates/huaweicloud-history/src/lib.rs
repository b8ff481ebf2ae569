#![doc = include_str!("../README.md")]

mod calls;
mod discover;
mod event;
mod failure;
mod filter;
mod map;
mod order;
mod read;
mod reader;
mod stream;
mod summary;
mod template;
mod thing;

pub use discover::Things;
pub use event::{Actor, Change, Event, Record, SCHEMA, SCHEMA_VERSION};
pub use failure::{Failure, FailureKind};
pub use map::Mapper;
pub use order::newest_first;
pub use read::Records;
pub use stream::{Events, History, Order};
pub use summary::Summary;
pub use thing::{Thing, ThingError, ThingKind};
