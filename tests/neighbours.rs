//! The operations that support the histories: they find the ids with credentials alone and send documented requests.

use huaweicloud_core::{Client, Config, dynamic::Call};
use huaweicloud_sandbox::Sandbox;
use serde_json::{Map, Value, json};

use crate::support::{Canned, documented_call, examples, operations};

fn config(sandbox: &Sandbox) -> Config {
    let ids = sandbox.config_builder().project_id("0123456789abcdef0123456789abcdef");
    ids.domain_id("fedcba9876543210fedcba9876543210").build().unwrap()
}

#[tokio::test]
async fn operations_send_documented_requests_and_return_documented_responses() {
    let mut count = 0;
    for (service, entry, node) in operations() {
        let sandbox = Sandbox::builder().record_requests().start().await.unwrap();
        let operation = entry.operation;
        let arguments = documented_call(service, entry, &node);
        let client = Client::new(&config(&sandbox), service.metadata).unwrap();
        let response = Call::new(client, entry).arguments(arguments.clone()).send().await.unwrap();
        let documented = examples(service, entry, &node).into_iter().find(|example| !example.is_request).unwrap();
        let model =
            entry.decode_response(documented.value.to_string().as_bytes()).unwrap().to_json().to_value().unwrap();
        match operation.pagination {
            // The response holds only the requested page, which may be the complete list.
            Some(pagination) => {
                let (given, wanted) =
                    (response.pointer(pagination.items).unwrap(), model.pointer(pagination.items).unwrap());
                assert_eq!(given.get(0), wanted.get(0), "{}", operation.id);
            }
            None => {
                // Issued keys are those that the sandbox accepts.
                let without_keys = |mut body: Value| {
                    body.as_object_mut().unwrap().remove("credential");
                    body
                };
                assert_eq!(without_keys((*response).clone()), without_keys(model), "{}", operation.id);
            }
        }

        let request = sandbox.requests().remove(0);
        let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(request.method, operation.method, "{}", operation.id);
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let mut wanted = operation.path.to_owned();
        let mut pairs: Vec<String> = Vec::new();
        for parameter in node["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let Some(value) = arguments.get(name) else { continue };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            match parameter["in"].as_str().unwrap() {
                "path" => wanted = wanted.replace(&format!("{{{name}}}"), &text),
                "query" => pairs.push(format!("{name}={text}")),
                // Secret headers are sent as documented, too.
                _ => assert_eq!(header(name).as_deref(), Some(text.as_str()), "{}", operation.id),
            }
        }
        pairs.sort();
        assert_eq!((path, query), (wanted.as_str(), pairs.join("&").as_str()), "{}", operation.id);
        match arguments.get("body") {
            Some(body) => {
                assert_eq!(&serde_json::from_slice::<Value>(&request.body).unwrap(), body, "{}", operation.id)
            }
            None => assert!(request.body.is_empty(), "{}", operation.id),
        }
        assert_eq!(header("authorization").is_some(), !operation.anonymous, "{}", operation.id);
        count += 1;
    }
    assert!(count >= 19, "{count}");
}

#[tokio::test]
async fn parses_every_documented_error_shape() {
    let mut count = 0;
    for (service, entry, node) in operations() {
        for example in examples(service, entry, &node)
            .into_iter()
            .filter(|example| example.status.is_some_and(|status| status >= 300))
        {
            let status = example.status.unwrap();
            let server = Canned::response(&format!("{status} Documented"), "", &example.value.to_string()).await;
            let client = Client::new(&server.config(), service.metadata).unwrap();
            let error =
                Call::new(client, entry).arguments(documented_call(service, entry, &node)).send().await.unwrap_err();
            assert_eq!(error.status(), Some(status), "{}", example.name);
            let shape = example.value.get("error").unwrap_or(&example.value);
            let code = shape.get("error_code").or_else(|| shape.get("code")).unwrap();
            let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
            let message = shape.get("error_msg").or_else(|| shape.get("message")).unwrap().as_str().unwrap();
            assert_eq!((error.code(), error.message()), (Some(code.as_str()), message), "{}", example.name);
            count += 1;
        }
    }
    assert!(count >= 8, "{count}");
}

#[tokio::test]
async fn listed_ids_refer_to_existing_resources() {
    let sandbox = Sandbox::builder().records(3).start().await.unwrap();
    let config = config(&sandbox);
    let mut called = 0;
    for (service, entry, _) in operations() {
        let links = entry.operation.listed_by;
        if links.is_empty() {
            continue;
        }
        // The arguments found through the lists, one list after the other.
        let mut found = vec![Map::new()];
        for link in links {
            let lister =
                huaweicloud_catalog::services().iter().find(|service| service.metadata.id == link.service).unwrap();
            let list = lister.operation(link.operation).unwrap();
            let mut next = Vec::new();
            for arguments in found {
                let mut call = Call::new(Client::new(&config, lister.metadata).unwrap(), list);
                for needed in list.operation.listed_by {
                    let documented = Value::from("c15cc54e338d4506afd9bd8103071ff0");
                    call =
                        call.argument(needed.argument, arguments.get(needed.argument).unwrap_or(&documented).clone());
                }
                let mut items = call.items().unwrap();
                let mut seen = std::collections::BTreeSet::new();
                while let Some(item) = items.try_next().await.unwrap() {
                    let id = item
                        .value()
                        .pointer(link.value)
                        .unwrap_or_else(|| panic!("{} gives no {}", link.operation, link.value));
                    assert!(seen.insert(id.to_string()), "{} gives {id} twice", link.operation);
                    let mut more: Map<String, Value> = arguments.clone();
                    more.insert(link.argument.to_owned(), id.clone());
                    next.push(more);
                }
                assert!(seen.len() >= 2, "{}", link.operation);
            }
            found = next;
        }
        for arguments in found {
            let mut call = Call::new(Client::new(&config, service.metadata).unwrap(), entry);
            for (name, value) in &arguments {
                call = call.argument(name, value.clone());
            }
            match entry.operation.pagination {
                Some(_) => assert!(call.items().unwrap().try_next().await.unwrap().is_some(), "{arguments:?}"),
                None => {
                    let response = call.send().await.unwrap().to_string();
                    let id = arguments.values().next().unwrap().as_str().unwrap();
                    assert!(response.contains(id), "{} of {id} is another one's: {response}", entry.operation.id);
                }
            }
            called += 1;
        }
    }
    assert!(called >= 30, "{called}");
}

#[tokio::test]
async fn pagination_supplies_required_paging_parameters() {
    let sandbox = Sandbox::builder().made_up_ids().records(230).record_requests().start().await.unwrap();
    let config = config(&sandbox);
    let projectman = huaweicloud_projectman::Client::new(&config).unwrap();
    let mut projects = projectman.list_projects_v4().items();
    let first = projects.try_next().await.unwrap().unwrap();
    assert_eq!(first.project_id.as_deref(), Some("c15cc54e338d4506afd9bd8103071ff0"));

    let deploy = huaweicloud_codeartsdeploy::Client::new(&config).unwrap();
    let mut apps = deploy.list_all_app().project_id("0123456789abcdef0123456789abcdef").items();
    let mut count = 0;
    while let Some(app) = apps.try_next().await.unwrap() {
        assert_eq!(app.project_id.as_deref(), Some("0123456789abcdef0123456789abcdef"));
        count += 1;
    }
    assert_eq!(count, 230);
    let pages: Vec<Value> =
        sandbox.requests().iter().skip(1).map(|request| serde_json::from_slice(&request.body).unwrap()).collect();
    let asked: Vec<_> =
        pages.iter().map(|page| (page["page"].as_i64().unwrap(), page["size"].as_i64().unwrap())).collect();
    assert_eq!(asked, [(1, 100), (2, 100), (3, 100)]);

    // A single call gets no default paging parameters, and pagination does not hide a violated rule.
    let error = projectman.list_projects_v4().send().await.unwrap_err();
    assert!(error.to_string().contains("offset") && error.to_string().contains("is required"), "{error}");
    let error = projectman.list_projects_v4().limit(5_000).items().try_next().await.unwrap_err();
    assert!(error.to_string().contains("limit") && error.to_string().contains("5000"), "{error}");
    let error = deploy.list_all_app().size(0).items().try_next().await.unwrap_err();
    assert!(error.to_string().contains("size"), "{error}");
}

#[tokio::test]
async fn decodes_string_encoded_list() {
    let (service, entry, node) =
        operations().into_iter().find(|(_, entry, _)| entry.operation.id == "list_issues_v4").unwrap();
    let plain = examples(service, entry, &node).into_iter().find(|example| !example.is_request).unwrap().value;
    let packed = Value::String(plain.to_string()).to_string();
    let server = Canned::response("200 OK", "content-type: application/json\r\n", &packed).await;
    let client = huaweicloud_projectman::Client::new(&server.config()).unwrap();
    let response = client.list_issues_v4().project_id("c15cc54e338d4506afd9bd8103071ff0").send().await.unwrap();
    assert_eq!(response.issues.len(), plain["issues"].as_array().unwrap().len());
    assert_eq!(response.issues[0].id, plain["issues"][0]["id"].as_i64());
}

#[tokio::test]
async fn creates_and_redacts_temporary_keys() {
    use huaweicloud_iam::types::{
        IdentityAssumeRole, IdentityToken, TemporaryAccessKeyAuth, TemporaryAccessKeyIdentity,
    };

    const MADE: &str = r#"{"credential": {"access": "MADEAK", "secret": "made-secret", "securitytoken": "made-token",
        "expires_at": "2099-12-31T23:59:59.574000Z"}}"#;
    let by_token = TemporaryAccessKeyIdentity::new()
        .methods(["token"])
        .token(IdentityToken::new().id("the-token").duration_seconds(3600));
    let by_agency = TemporaryAccessKeyIdentity::new()
        .methods(["assume_role"])
        .assume_role(IdentityAssumeRole::new().agency_name("operations").domain_name("example"));
    for (identity, part, wanted) in [
        (by_token, "token", json!({ "id": "the-token", "duration_seconds": 3600 })),
        (by_agency, "assume_role", json!({ "agency_name": "operations", "domain_name": "example" })),
    ] {
        let server = Canned::response("201 Created", "", MADE).await;
        let iam = huaweicloud_iam::Client::new(&server.config()).unwrap();
        let call = iam.create_temporary_access_key().auth(TemporaryAccessKeyAuth::new().identity(identity));
        assert!(!format!("{call:?}").contains("the-token"), "{call:?}");
        let response = call.send().await.unwrap();
        let credential = response.credential.as_ref().unwrap();
        assert_eq!(credential.access.as_deref(), Some("MADEAK"));
        assert_eq!(credential.secret.as_ref().unwrap().expose(), "made-secret");
        assert_eq!(credential.securitytoken.as_ref().unwrap().expose(), "made-token");
        assert!(!format!("{:?}", *response).contains("made-"), "{:?}", *response);
        let request = server.requests().await.remove(0);
        assert!(request.starts_with("POST /v3.0/OS-CREDENTIAL/securitytokens HTTP/1.1"), "{request}");
        let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!(body["auth"]["identity"][part], wanted);
        assert_eq!(body["auth"]["identity"]["methods"], json!([part]));
    }
}

#[tokio::test]
async fn since_and_until_return_only_events_between() {
    let sandbox = Sandbox::builder().made_up_ids().records(40).start().await.unwrap();
    let mut asked = 0;
    for (service, entry, _) in operations() {
        let Some(history) = entry.operation.history.as_ref().filter(|history| history.since.is_some()) else {
            continue;
        };
        let read = async |since: Option<i64>, until: Option<i64>| {
            let client = Client::new(&config(&sandbox), service.metadata).unwrap();
            let mut call = Call::new(client, entry);
            for parameter in entry.operation.parameters.iter().filter(|parameter| parameter.required) {
                call = call.argument(parameter.name, "0123456789abcdef0123456789abcdef");
            }
            for (name, time) in [(history.since, since), (history.until, until)] {
                if let Some(time) = time {
                    call = call.argument(name.unwrap(), time.to_string());
                }
            }
            let mut items = call.items().unwrap();
            let mut found = Vec::new();
            while let Some(item) = items.try_next().await.unwrap() {
                found.push(item);
            }
            found
        };
        let whole = read(None, None).await;
        assert_eq!(whole.len(), 40);
        // Newest first, one event per hour.
        let newest = whole[0].value()["operation_time"].as_str().unwrap().parse::<i64>().unwrap();
        let ago = |hours: i64| Some(newest - hours * 3_600_000);
        assert_eq!(read(ago(9), None).await, whole[..10], "{}", entry.operation.id);
        assert_eq!(read(None, ago(9)).await, whole[9..], "{}", entry.operation.id);
        assert_eq!(read(ago(9), ago(3)).await, whole[3..10], "{}", entry.operation.id);
        asked += 1;
    }
    assert!(asked >= 1);
}
