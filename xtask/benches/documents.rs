//! Benchmarks of reading a document of 10 MB in three layouts: HTML, one cell per line, and one cell per line with
//! pipes.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking")]

use std::fmt::Write as _;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use xtask::document::Document;

const SIZE: usize = 10_000_000;

/// Returns a document of at least [`SIZE`] bytes, filled with schema tables.
fn document(table: impl Fn(&mut String, usize), line: fn(&str) -> String) -> String {
    let mut out = String::new();
    for text in [
        "Listing Things",
        "Function",
        "Lists things.",
        "URI",
        "GET /v1/things",
        "Response Parameters",
        "Status code: 200",
    ] {
        out.push_str(&line(text));
    }
    let mut number = 0;
    while out.len() < SIZE {
        table(&mut out, number);
        number += 1;
    }
    for text in ["Example Responses", "{ \"a\" : [ 1, 2 ] }", "Error Codes"] {
        out.push_str(&line(text));
    }
    out
}

const FIELDS: [(&str, &str); 4] =
    [("id", "String"), ("size", "Integer"), ("inner", "Array of Inner objects"), ("label", "String")];
const WORDS: &str = "Words about it. Minimum length: 1 Maximum length: 64. The value can be a, b, or c.";

fn html() -> String {
    document(
        |out, number| {
            write!(out, "<table><caption>Table {number} Thing{number}</caption><tr><th>Parameter</th><th>Type</th><th>Description</th></tr>").unwrap();
            for (name, kind) in FIELDS {
                write!(out, "<tr><td><p>{name}</p></td><td><p>{kind}</p></td><td><p>{WORDS}</p></td></tr>").unwrap();
            }
            out.push_str("</table>\n");
        },
        |text| format!("<p>{text}</p>\n"),
    )
}

fn vertical() -> String {
    document(
        |out, number| {
            write!(out, "Table {number} Thing{number}\n\nParameter\n\nType\n\nDescription\n\n").unwrap();
            for (name, kind) in FIELDS {
                write!(out, "{name}\n\n{kind}\n\n{WORDS}\n\n").unwrap();
            }
        },
        |text| format!("{text}\n\n"),
    )
}

fn cell_pipe() -> String {
    document(
        |out, _| {
            out.push_str("Parameter |\nType |\nDescription |\n---|---|---|\n");
            for (name, kind) in FIELDS {
                write!(out, "{name} |\n{kind} |\n{WORDS} |\n").unwrap();
            }
        },
        |text| format!("{text}\n"),
    )
}

fn documents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read a page of 10 MB");
    group.sample_size(10).throughput(Throughput::Bytes(SIZE as u64));
    for (name, text) in [("html", html()), ("vertical", vertical()), ("cell-pipe", cell_pipe())] {
        group.bench_function(name, |bencher| bencher.iter(|| Document::read(&text).unwrap()));
    }
    group.finish();
}

criterion_group!(benches, documents);
criterion_main!(benches);
