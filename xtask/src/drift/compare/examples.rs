//! Examples of a document against its tables and the spec.

use std::collections::HashSet;

use serde_json::Value;

use super::*;

impl<'a> Compare<'a> {
    // Examples against tables and spec.

    pub(super) fn examples(&mut self) {
        let document = self.document;
        let mut shown: HashSet<String> = HashSet::new();
        for example in &document.examples {
            if example.is_request {
                self.request_line(example, &mut shown);
            }
            self.example_body(example);
        }
        if self.operation.path != document.path {
            // With different paths, the values of an example cannot be assigned to parameters.
            return;
        }
        for (index, parameter) in list(self.node, "parameters").enumerate() {
            let name = text(parameter, "name");
            let needed = parameter["required"] == true && name != TOKEN_HEADER && text(parameter, "in") != "header";
            if needed
                && !shown.contains(name)
                && let Some(value) = parameter.get("example")
            {
                let pointer = format!("{}/parameters/{index}", self.operation.pointer);
                self.add(finding(&pointer, "example", vec![pointer.clone()], "no example of it", plain(value), false));
            }
        }
    }

    /// Compares the path and query values of an example request.
    pub(super) fn request_line(&mut self, example: &'a Example, shown: &mut HashSet<String>) {
        let Some(path) = example.path() else { return };
        let mut values: Vec<(&str, &str, Role)> =
            example.query.iter().map(|(name, value)| (name.as_str(), value.as_str(), Role::Query)).collect();
        let (template, actual): (Vec<&str>, Vec<&str>) =
            (self.document.path.split('/').collect(), path.split('/').collect());
        let fits = template.len() == actual.len()
            && template
                .iter()
                .zip(&actual)
                .all(|(wanted, is)| wanted == is || (wanted.starts_with('{') && !is.is_empty()));
        if fits {
            for (wanted, is) in template.iter().zip(actual) {
                if let Some(name) = wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    values.push((name, is, Role::Path));
                }
            }
        } else {
            let document = format!("an example that calls {path}");
            self.about("endpoint", None, document, self.document.path.clone());
        }
        for (name, value, role) in values {
            let node = list(self.node, "parameters").enumerate().find(|(_, parameter)| text(parameter, "name") == name);
            let row = self.document.rows(&role).find(|row| row.name == name);
            let pointer = node.map(|(index, _)| format!("{}/parameters/{index}", self.operation.pointer));
            let Some(row) = row else {
                self.unlisted(pointer, "parameters", &self.operation.pointer.clone(), name, node.is_some());
                continue;
            };
            if value.starts_with('{') || value.is_empty() {
                continue;
            }
            shown.insert(name.to_owned());
            let Some((pointer, (_, parameter))) = pointer.zip(node) else { continue };
            let resolved = self.resolve(&parameter["schema"], step(&pointer, "schema"));
            let mut nodes = vec![pointer.clone()];
            nodes.extend(resolved.nodes.iter().cloned());
            // A URL contains only text; a value that parses as a number is one, unless the table says string.
            let is_text = matches!(row.kind.stated(), Some(Kind::Text));
            let json = serde_json::from_str(value).ok().filter(|_| !is_text).unwrap_or_else(|| Value::from(value));
            self.value(&json, row, &pointer, &nodes);
            let known = self.findings.iter().any(|finding| finding.pointer == pointer && !finding.lost);
            if let Some(ours) = parameter.get("example").map(plain).filter(|ours| ours != value && !known) {
                self.add(finding(&pointer, "example", nodes, value, ours, false));
            }
        }
    }

    /// Adds a finding for a member of an example that no table lists, unless a rename already reports it.
    pub(super) fn unlisted(&mut self, pointer: Option<String>, place: &str, owner: &str, name: &str, known: bool) {
        let renamed = |finding: &Finding| Some(&finding.pointer) == pointer.as_ref() && finding.about == "name";
        if self.findings.iter().any(renamed) {
            return;
        }
        let document = "in an example, in no table";
        match pointer {
            Some(pointer) => {
                self.add(finding(&pointer, "presence", vec![pointer.clone()], document, "a field", false));
            }
            None => {
                let spec = if known { "a field" } else { "no such field" };
                let mut found = finding(&step(owner, place), "presence", vec![owner.to_owned()], document, spec, false);
                found.member = Some(name.to_owned());
                self.add(found);
            }
        }
    }

    pub(super) fn example_body(&mut self, example: &'a Example) {
        let operation = self.operation;
        let (media, media_pointer) = if example.is_request {
            (self.node.pointer("/requestBody/content/application~1json"), step(&operation.pointer, "requestBody"))
        } else {
            let success = operation.success().map(|(status, _)| status.to_owned());
            let status = example.status.map(|status| status.to_string()).or(success).unwrap_or_default();
            let at = step(&step(&operation.pointer, "responses"), &status);
            (self.spec.value.pointer(&at).and_then(|response| response.pointer("/content/application~1json")), at)
        };
        let media_pointer = format!("{media_pointer}/content/application~1json");
        let json = match &example.body {
            Body::None => return,
            Body::Broken(reason) => {
                let nodes = vec![media_pointer.clone(), operation.pointer.clone()];
                let document = format!("an example that does not parse: {reason}");
                self.add(finding(&media_pointer, "example", nodes, document, "one that does", false));
                return;
            }
            Body::Json(json) => json,
        };
        let rows: Vec<&Row> = if example.is_request {
            self.document.rows(&Role::Body).collect()
        } else {
            let own: Vec<&Row> = self.document.rows(&Role::Response(example.status)).collect();
            let success = operation.success().and_then(|(status, _)| status.parse().ok());
            // An error response may have no table of its own.
            if own.is_empty() { self.response(success, true) } else { own }
        };
        let Some(schema) = media.and_then(|media| media.get("schema")) else { return };
        let resolved = self.resolve(schema, format!("{media_pointer}/schema"));
        self.members(json, &rows, &resolved, example.is_request);
        let ours: Vec<&Value> = media
            .map(|media| members(media, "examples").filter_map(|(_, example)| example.get("value")).collect())
            .unwrap_or_default();
        if ours.is_empty() || ours.contains(&json) {
            return;
        }
        let fewest = ours
            .iter()
            .map(|ours| {
                let mut found = Vec::new();
                differences(json, ours, "", &mut found);
                found
            })
            .min_by_key(Vec::len)
            .unwrap_or_default();
        for (place, document, spec) in fewest.into_iter().take(5) {
            // Skip differences that the tables or types already report.
            let node = self.property_at(&resolved, &place);
            let last = place.rsplit('/').next();
            let known = |finding: &Finding| {
                let here = node.as_ref() == Some(&finding.pointer);
                here && matches!(finding.about, "type" | "presence" | "name" | "values" | "nullable")
                    || finding.about == "presence" && finding.member.as_deref() == last
            };
            if self.findings.iter().any(known) {
                continue;
            }
            let mut found = finding(
                &step(&media_pointer, "examples"),
                "example",
                vec![media_pointer.clone()],
                document,
                spec,
                false,
            );
            found.member = Some(place);
            self.add(found);
        }
    }

    /// Returns the pointer of the property that a position in an example belongs to.
    pub(super) fn property_at(&self, resolved: &Resolved<'a>, place: &str) -> Option<String> {
        let mut at = self.resolve(self.spec.value.pointer(&resolved.pointer)?, resolved.pointer.clone());
        let mut last = None;
        for name in place.split('/').skip(1) {
            if at.schema.get("items").is_some() {
                at = self.element(at);
                continue;
            }
            let properties = properties(&at);
            let node = properties.iter().find(|node| node.name == name)?;
            last = Some(node.pointer.clone());
            at = self.resolve(node.schema, node.schema_pointer.clone());
        }
        last
    }

    /// Compares the members of an object in an example with the rows of its table.
    pub(super) fn members(&mut self, json: &'a Value, rows: &[&'a Row], resolved: &Resolved<'a>, is_request: bool) {
        let Some(object) = json.as_object() else { return };
        let nodes = properties(resolved);
        for row in rows
            .iter()
            .filter(|row| is_request && row.mandatory == Fact::Stated(true) && !object.contains_key(&row.name))
        {
            if let Some(node) = nodes.iter().find(|node| node.name == row.name) {
                let spec = if node.required { "mandatory" } else { "optional" };
                self.add(finding(
                    &node.pointer,
                    "required",
                    vec![node.pointer.clone()],
                    "mandatory in the table, not in an example",
                    spec,
                    false,
                ));
            }
        }
        for (name, value) in object {
            let node = nodes.iter().find(|node| node.name == name.as_str());
            let Some(row) = rows.iter().find(|row| row.name == *name) else {
                self.unlisted(
                    node.map(|node| node.pointer.clone()),
                    "properties",
                    &resolved.pointer,
                    name,
                    node.is_some(),
                );
                continue;
            };
            let (pointer, around) = match node {
                Some(node) => {
                    let inner = self.resolve(node.schema, node.schema_pointer.clone());
                    (node.pointer.clone(), inner)
                }
                None => continue,
            };
            let mut places = vec![pointer.clone()];
            places.extend(around.nodes.iter().cloned());
            self.value(value, row, &pointer, &places);
            if let Some(index) = row.table {
                let inner = self.element(around);
                let rows: Vec<&Row> = self.document.tables[index].rows.iter().collect();
                let elements: Vec<&Value> = match value {
                    Value::Array(elements) => elements.iter().collect(),
                    value => vec![value],
                };
                for element in elements {
                    self.members(element, &rows, &inner, is_request);
                }
            }
        }
    }

    /// Compares a value of an example with its row.
    pub(super) fn value(&mut self, value: &Value, row: &Row, pointer: &str, nodes: &[String]) {
        let Some(kind) = row.kind.stated() else { return };
        if value.is_null() {
            self.add(finding(pointer, "nullable", nodes.to_vec(), "null in an example", "never null", false));
            return;
        }
        if !matches_json(kind, value) {
            let document = format!("{kind} in the table, {} in an example", json_type(value));
            let spec = type_text(&self.resolve(
                self.spec.value.pointer(pointer).map_or(&Value::Null, |node| node.get("schema").unwrap_or(node)),
                pointer.to_owned(),
            ));
            self.add(finding(pointer, "type", nodes.to_vec(), document, spec, false));
            return;
        }
        let texts: Vec<&str> = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect(),
        };
        for text in texts {
            if let Fact::Stated(values) = &row.limits.values
                && !values.iter().any(|value| value == text)
            {
                let document = format!("{} in the table, {text} in an example", values.join(", "));
                self.add(finding(pointer, "values", nodes.to_vec(), document, "as specified", false));
            }
            if let Some((low, high)) = &row.limits.between
                && !(text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= high.len())
            {
                let document = format!("{low} to {high} in the table, {text} in an example");
                self.add(finding(pointer, "values", nodes.to_vec(), document, "any text", false));
            }
        }
    }
}

fn matches_json(kind: &Kind, value: &Value) -> bool {
    match kind {
        Kind::Text | Kind::Binary => value.is_string(),
        Kind::Integer | Kind::Long => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Object(_) | Kind::Map(_) => value.is_object(),
        Kind::Array(item) => value.as_array().is_some_and(|values| {
            item.as_ref().is_none_or(|item| values.iter().all(|value| matches_json(item, value)))
        }),
        Kind::Other(_) => true,
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Collects the positions at which two JSON values differ, with both values.
fn differences(document: &Value, spec: &Value, at: &str, found: &mut Vec<(String, String, String)>) {
    match (document, spec) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, value) in left {
                match right.get(name) {
                    Some(other) => differences(value, other, &step(at, name), found),
                    None => found.push((step(at, name), short(value), "nothing".to_owned())),
                }
            }
            for (name, value) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                found.push((step(at, name), "nothing".to_owned(), short(value)));
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                differences(left, right, &format!("{at}/{index}"), found);
            }
        }
        (left, right) if left == right => {}
        (left, right) => found.push((at.to_owned(), short(left), short(right))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
