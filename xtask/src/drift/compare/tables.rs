//! Tables of a document against the nodes of the spec: parameters, members of bodies, headers.

use serde_json::Value;

use super::*;

impl<'a> Compare<'a> {
    // Tables against the spec.

    pub(super) fn parameters(&mut self) {
        let operation = self.operation;
        for (place, role) in [("path", Role::Path), ("query", Role::Query), ("header", Role::Header)] {
            let rows: Vec<&Row> = self.document.rows(&role).filter(|row| !is_transport(&row.name)).collect();
            let nodes: Vec<Node<'a>> = list(self.node, "parameters")
                .enumerate()
                .filter(|(_, parameter)| text(parameter, "in") == place)
                .map(|(index, parameter)| {
                    let pointer = format!("{}/parameters/{index}", operation.pointer);
                    let name = text(parameter, "name");
                    Node {
                        name,
                        schema_pointer: step(&pointer, "schema"),
                        pointer,
                        schema: parameter.get("schema").unwrap_or(&Value::Null),
                        // The client sets the token from the credentials, or signs the request instead.
                        required: parameter["required"] == true && name != TOKEN_HEADER,
                    }
                })
                .collect();
            if role == Role::Path && operation.path != self.document.path {
                // The different endpoint is already reported.
                continue;
            }
            self.fields(&rows, &nodes, &step(&operation.pointer, "parameters"), &operation.pointer.clone(), true);
        }
        let has_token = |name: &str| name.eq_ignore_ascii_case(TOKEN_HEADER);
        if !operation.is_anonymous()
            && !self.document.rows(&Role::Header).any(|row| has_token(&row.name))
            && !list(self.node, "parameters").any(|parameter| has_token(text(parameter, "name")))
        {
            self.about("presence", Some(TOKEN_HEADER), "no row for credentials", "a signature or a token");
        }
    }

    pub(super) fn bodies(&mut self) {
        let operation = self.operation;
        let rows: Vec<&Row> = self.document.rows(&Role::Body).collect();
        let at = step(&operation.pointer, "requestBody");
        match self.node.pointer(&format!("/requestBody{SCHEMA}")) {
            Some(schema) => {
                let resolved = self.resolve(schema, format!("{at}{SCHEMA}"));
                self.fields(
                    &rows,
                    &properties(&resolved),
                    &step(&resolved.pointer, "properties"),
                    &resolved.pointer,
                    true,
                );
                let needed = rows.iter().any(|row| row.mandatory == Fact::Stated(true));
                if self.node["requestBody"]["required"] == true && !needed {
                    self.add(finding(
                        &at,
                        "required",
                        vec![at.clone()],
                        "no field that the body must have",
                        "always a body",
                        false,
                    ));
                }
            }
            None if !rows.is_empty() => {
                self.add(finding(&at, "presence", vec![operation.pointer.clone()], "a request body", "none", true))
            }
            None => {}
        }
        for (status, response) in members(self.node, "responses") {
            let at = step(&step(&operation.pointer, "responses"), status);
            let success = status.starts_with('2');
            let number = status.parse().ok();
            let rows = self.response(number, success);
            let Some(schema) = response.pointer(SCHEMA) else { continue };
            let resolved = self.resolve(schema, format!("{at}{SCHEMA}"));
            if rows.is_empty() {
                if success {
                    let mut finding =
                        finding(&at, "presence", vec![at.clone()], "no table of the response", "a response", false);
                    finding.lost = true;
                    self.add(finding);
                }
                continue;
            }
            self.fields(
                &rows,
                &properties(&resolved),
                &step(&resolved.pointer, "properties"),
                &resolved.pointer,
                false,
            );
            self.in_band_status(&at, response, &rows);
            let headers: Vec<&Row> = [Role::ResponseHeader(number), Role::ResponseHeader(None)]
                .iter()
                .flat_map(|role| self.document.rows(role))
                .filter(|row| success && !is_transport(&row.name))
                .collect();
            let nodes: Vec<Node<'a>> = members(response, "headers")
                .map(|(name, header)| {
                    let pointer = step(&step(&at, "headers"), name);
                    let schema = header.get("schema").unwrap_or(&Value::Null);
                    Node { name, schema_pointer: step(&pointer, "schema"), pointer, schema, required: false }
                })
                .collect();
            self.fields(&headers, &nodes, &step(&at, "headers"), &at, false);
        }
    }

    /// Returns the rows of a response body; rows without a status are those of the success response.
    pub(super) fn response(&self, status: Option<u16>, success: bool) -> Vec<&'a Row> {
        let rows: Vec<&Row> = self.document.rows(&Role::Response(status)).collect();
        if rows.is_empty() && success { self.document.rows(&Role::Response(None)).collect() } else { rows }
    }

    /// Adds a finding if the spec has an in-band status that the document does not mention.
    pub(super) fn in_band_status(&mut self, at: &str, response: &Value, rows: &[&Row]) {
        let Some(in_band) = response.get("x-in-band-status") else { return };
        let documented = ["status", "code"].iter().any(|key| {
            let first = text(in_band, key).split('/').nth(1).unwrap_or_default();
            rows.iter().any(|row| row.name == first)
        });
        if !documented {
            let spec = format!("a body with {} is one", text(in_band, "code"));
            self.add(finding(
                at,
                "in-band status",
                vec![at.to_owned()],
                "nothing of errors with this status",
                spec,
                false,
            ));
        }
    }

    /// Compares the rows of a table with parameters, properties or headers.
    pub(super) fn fields(
        &mut self,
        rows: &[&'a Row],
        nodes: &[Node<'a>],
        container: &str,
        owner: &str,
        is_request: bool,
    ) {
        let same = |row: &Row, node: &Node<'_>| {
            row.name == node.name || (row.role == Role::Header && row.name.eq_ignore_ascii_case(node.name))
        };
        let extra: Vec<(usize, &&Row)> =
            rows.iter().enumerate().filter(|(_, row)| !nodes.iter().any(|node| same(row, node))).collect();
        let missing: Vec<(usize, &Node<'_>)> =
            nodes.iter().enumerate().filter(|(_, node)| !rows.iter().any(|row| same(row, node))).collect();
        // One field removed and one added, at the same position and of the same type, is a rename.
        let renamed = match (&extra[..], &missing[..]) {
            ([(at, row)], [(was, node)])
                if at == was && row.kind.stated().is_none_or(|kind| self.mismatch(kind, node).is_none()) =>
            {
                Some((*row, *node))
            }
            _ => None,
        };
        if let Some((row, node)) = renamed {
            let nodes = vec![node.pointer.clone()];
            self.add(finding(&node.pointer, "name", nodes, row.name.clone(), node.name, true));
        } else {
            for (_, row) in extra {
                let must = row.mandatory == Fact::Stated(true);
                let document = if must { "a mandatory field" } else { "a field" };
                let mut found = finding(
                    container,
                    "presence",
                    vec![owner.to_owned()],
                    document,
                    "no such field",
                    must && is_request,
                );
                found.member = Some(row.name.clone());
                self.add(found);
            }
            for (_, node) in missing {
                let document = "no such field";
                self.add(finding(&node.pointer, "presence", vec![node.pointer.clone()], document, "a field", true));
            }
        }
        for row in rows {
            if let Some(node) = nodes.iter().find(|node| same(row, node)) {
                self.field(row, node, is_request);
            }
        }
    }

    pub(super) fn field(&mut self, row: &'a Row, node: &Node<'a>, is_request: bool) {
        let resolved = self.resolve(node.schema, node.schema_pointer.clone());
        let mut nodes = vec![node.pointer.clone()];
        nodes.extend(resolved.nodes.iter().cloned());
        let found = |about, document: String, spec: String, breaking| {
            finding(&node.pointer, about, nodes.clone(), document, spec, breaking)
        };
        if let Some(must) = row.mandatory.stated()
            && *must != node.required
        {
            let words = |must: bool| if must { "mandatory" } else { "optional" }.to_owned();
            self.add(found("required", words(*must), words(node.required), is_request && *must));
        }
        match &row.kind {
            Fact::Stated(Kind::Other(word)) => {
                let mut lost = found("type", format!("the unknown type {word}"), type_text(&resolved), false);
                lost.lost = true;
                self.add(lost);
            }
            Fact::Stated(kind) => {
                if let Some(spec) = self.mismatch(kind, node) {
                    self.add(found("type", kind.to_string(), spec, true));
                }
                self.schema_name(row, kind, node, &nodes);
            }
            Fact::Lost => {
                let mut lost = found("type", "lost".to_owned(), type_text(&resolved), false);
                lost.lost = true;
                self.add(lost);
            }
            Fact::Silent | Fact::Empty => {}
        }
        self.limits(&row.limits, row, resolved.schema, &found, is_request);
        if resolved.schema["nullable"] == true || node.schema["nullable"] == true {
            let stated = row.description.stated().is_some_and(|text| text.to_lowercase().contains("null"));
            if !stated {
                self.add(found("nullable", "nothing of null".to_owned(), "may be null".to_owned(), false));
            }
        }
        self.words(row, node, &nodes);
        if let Some(index) = row.table {
            let inner = self.element(resolved);
            if inner.schema.get("properties").is_some() && self.seen.insert((index, inner.pointer.clone())) {
                let rows: Vec<&Row> = self.document.tables[index].rows.iter().collect();
                self.fields(
                    &rows,
                    &properties(&inner),
                    &step(&inner.pointer, "properties"),
                    &inner.pointer,
                    is_request,
                );
            }
        }
    }

    /// Descriptions cannot be compared; a deviation about one covers it as long as that of the document is unchanged.
    pub(super) fn words(&mut self, row: &Row, node: &Node<'a>, nodes: &[String]) {
        let Some(described) = self.spec.value.pointer(&node.pointer) else { return };
        if list(described, "x-deviation").any(|deviation| text(deviation, "about") == "description") {
            let stated = row.description.stated().map(|text| digest(text)).unwrap_or_default();
            self.add(finding(
                &node.pointer,
                "description",
                nodes.to_vec(),
                format!("words {stated}"),
                "words of our own",
                false,
            ));
        }
    }

    /// Compares the documented name of a schema with that of its component.
    pub(super) fn schema_name(&mut self, row: &Row, kind: &Kind, node: &Node<'a>, nodes: &[String]) {
        let Some(name) = kind.object().filter(|name| !name.eq_ignore_ascii_case(&row.name) && !name.contains('.'))
        else {
            return;
        };
        let inner = self.element(self.resolve(node.schema, node.schema_pointer.clone()));
        if let Some(component) = inner.component
            && inner.schema.get("properties").is_some()
            && component != name
        {
            let mut nodes = nodes.to_vec();
            nodes.push(inner.pointer.clone());
            self.add(finding(&inner.pointer, "name", nodes, name, component, false));
        }
    }

    /// Returns the type of the spec if a documented type does not fit it.
    pub(super) fn mismatch(&self, kind: &Kind, node: &Node<'a>) -> Option<String> {
        let resolved = self.resolve(node.schema, node.schema_pointer.clone());
        (!self.fits(kind, resolved.schema)).then(|| type_text(&resolved))
    }

    pub(super) fn fits(&self, kind: &Kind, schema: &Value) -> bool {
        let (kind_of, format) = (raw::kind(schema), text(schema, "format"));
        match kind {
            _ if text(schema, "x-type") == "any" => false,
            Kind::Text => kind_of == "string" && !is_time(schema),
            Kind::Integer => kind_of == "integer",
            Kind::Long => kind_of == "integer" && format == "int64",
            Kind::Number => kind_of == "number",
            Kind::Boolean => kind_of == "boolean",
            Kind::Object(_) | Kind::Map(_) => kind_of == "object",
            Kind::Array(item) => {
                kind_of == "array"
                    && item.as_ref().is_none_or(|item| {
                        schema.get("items").is_none_or(|items| self.fits(item, raw::resolve(&self.spec.value, items).1))
                    })
            }
            Kind::Binary => kind_of == "string",
            Kind::Other(_) => true,
        }
    }
}

/// Returns the first eight hex digits of the SHA-256 hash of a description. Only letters and digits count, in lower
/// case, so that the result does not depend on how a scraper breaks the lines.
pub fn digest(words: &str) -> String {
    let letters: String = words.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Sha256::digest(letters).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
