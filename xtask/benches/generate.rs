//! Benchmarks of code generation: of all services, and of synthetic specs, to show that the time is at most linear in
//! the number of operations.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking")]

use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use synthetic::synthetic;
use xtask::{lint, package, spec};

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

fn generate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("generate");
    group.sample_size(10);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    group.bench_function("all services", |bencher| {
        bencher.iter(|| {
            let specs = spec::load(&root, &[]).unwrap();
            lint::check(&specs).unwrap();
            specs.iter().map(|spec| package::code(spec).unwrap().len()).sum::<usize>()
        });
    });
    for operations in [10, 100, 1000] {
        let spec = synthetic(operations);
        group.throughput(Throughput::Elements(operations as u64));
        group.bench_with_input(BenchmarkId::new("operations", operations), &spec, |bencher, spec| {
            bencher.iter(|| {
                lint::check(std::slice::from_ref(spec)).unwrap();
                package::code(spec).unwrap().len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, generate);
criterion_main!(benches);
