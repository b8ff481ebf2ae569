//! The source of an operation and its endpoint.

use super::*;

impl<'a> Compare<'a> {
    // Source and endpoint.

    pub(super) fn source(&mut self) {
        let documents = &self.operation.source.documents;
        let documents: Vec<_> = documents.iter().filter(|document| document.page.is_some()).collect();
        if !self.document.title.is_empty() && !documents.iter().any(|document| document.title == self.document.title) {
            let title = documents.first().map(|document| document.title.as_str()).unwrap_or_default();
            self.about("source", Some("title"), format!("title {:?}", self.document.title), format!("title {title:?}"));
        }
        // A scrape may lose the date of a document; each edition of a document has its own.
        let known: Vec<&str> = documents.iter().filter_map(|document| document.updated.as_deref()).collect();
        if let Some(date) = self.document.updated.as_deref().filter(|date| !known.contains(date)) {
            let known = if known.is_empty() { "no date".to_owned() } else { format!("updated {}", known.join(", ")) };
            self.about("source", None, format!("updated {date}"), known);
        }
    }

    pub(super) fn endpoint(&mut self) {
        let (document, operation) = (self.document, self.operation);
        if operation.method.to_string() != document.method || operation.path != document.path {
            let spec = format!("{} {}", operation.method, operation.path);
            self.about("endpoint", None, format!("{} {}", document.method, document.path), spec);
        }
        for example in document.examples.iter().filter(|example| example.is_request) {
            if example.address.as_deref().is_some_and(|address| address.starts_with("http://")) {
                self.about("endpoint", None, "an example over plain http", "https only");
            }
            if let Some(method) = example.method.as_deref().filter(|method| *method != document.method) {
                self.about("endpoint", None, format!("an example with {method}"), document.method.clone());
            }
        }
    }
}
