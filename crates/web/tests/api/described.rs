//! The description against what it describes: every operation named, explained, with its refusals and its request key;
//! every act of a hazard mounted; every address answered.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use safety::hazard::Act;
use serde_json::Value;

use super::world::World;

const READ: &[&str] = &["401", "403", "404", "405", "422", "429", "500", "503"];
const WRITE: &[&str] = &["409", "413", "415", "507"];

fn document() -> Value {
    serde_json::to_value(web::api::document()).unwrap()
}

/// Follows `$ref`.
fn resolved<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    while let Some(reference) = value["$ref"].as_str() {
        value =
            document.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere"));
    }
    value
}

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let mut out = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            out.push((path.clone(), method.clone(), operation));
        }
    }
    out
}

#[test]
fn every_operation_is_named_and_declares_its_refusals_and_its_key() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let all = operations(&document);
    assert!(all.len() >= 110, "{} operations", all.len());
    let mut names = BTreeSet::new();
    for (path, method, operation) in &all {
        let at = format!("{method} {path}");
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{at} has no name"));
        assert!(names.insert(name), "{name} is there twice");
        assert!(operation["summary"].as_str().is_some_and(|s| s.len() > 5), "{at} has no summary");
        let refusals = READ.iter().chain(if method == "get" { &[][..] } else { WRITE });
        for status in refusals {
            let response = resolved(&document, &operation["responses"][*status]);
            let schema = &response["content"]["application/problem+json"]["schema"];
            assert_eq!(schema["$ref"], "#/components/schemas/Problem", "{at} {status}");
        }
        assert!(operation["responses"].as_object().unwrap().keys().any(|s| s.starts_with('2')), "{at} never succeeds");
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters: Vec<&Value> = parameters.map(|p| resolved(&document, p)).collect();
        let keyed = parameters.iter().any(|p| p["name"] == "Idempotency-Key" && p["in"] == "header");
        assert_eq!(keyed, method != "get", "{at}");
        let secured = operation["security"].as_array().is_some_and(|s| !s.is_empty());
        assert_eq!(secured, at != "post /api/v1/session", "{at}");
        for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            assert!(parameters.iter().any(|p| p["name"] == name && p["in"] == "path"), "{at} does not describe {name}");
        }
    }
}

/// Bodies are closed and bounded: no field but those that are named, no text without a limit.
#[test]
fn every_request_is_closed_and_every_text_has_a_limit() {
    let document = document();
    for (path, method, operation) in operations(&document) {
        let Some(content) = operation["requestBody"]["content"].as_object() else { continue };
        let Some(json) = content.get("application/json") else { continue };
        let schema = resolved(&document, &json["schema"]);
        assert_eq!(schema["additionalProperties"], false, "{method} {path}");
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            bounded(&document, field, &format!("{method} {path} {name}"));
        }
    }
}

fn bounded(document: &Value, schema: &Value, at: &str) {
    let schema = resolved(document, schema);
    if let Some(one) = schema["oneOf"].as_array() {
        one.iter().filter(|s| s["type"] != "null").for_each(|s| bounded(document, s, at));
        return;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let has = |name: &str| !schema[name].is_null();
    if kinds.contains(&"string") {
        assert!(has("maxLength") || has("format") || has("pattern") || has("enum"), "{at} has no limit: {schema}");
    }
    if kinds.contains(&"array") {
        assert!(has("maxItems"), "{at} has no limit: {schema}");
        bounded(document, &schema["items"], at);
    }
}

/// Every name that is used is explained, also where only a query uses it.
#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let text = document.to_string();
    let mut seen = BTreeSet::new();
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
        seen.insert(reference);
    }
    assert!(seen.len() >= 80, "{} references", seen.len());
}

/// What stands in answers is described without numbers for moments.
#[test]
fn no_moment_is_a_number() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            if field.ends_with("_at") || field.ends_with("_on") || field == "until" || field == "fix_by" {
                let text = schema.to_string();
                assert!(text.contains("/At") || text.contains("/Date"), "{name}.{field}: {text}");
            }
        }
    }
}

#[test]
fn every_act_of_a_hazard_has_its_address() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let by_program = [Act::Raise, Act::HandOver, Act::Overdue];
    for act in Act::ALL.iter().filter(|a| !by_program.contains(a)) {
        let path = format!("/api/v1/hazards/{{id}}/{}", act.code());
        assert!(paths.get(&path).is_some_and(|item| item["post"].is_object()), "{path} is not there");
    }
    let mounted = paths.keys().filter(|p| p.starts_with("/api/v1/hazards/{id}/")).count();
    assert_eq!(mounted, Act::ALL.len() - by_program.len());
}

#[tokio::test]
async fn the_description_is_served_to_everybody_and_every_address_answers() {
    let w = World::new();
    let served = w.send(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await.ok();
    assert_eq!(served.kind(), "application/json");
    assert_eq!(served.body, document());
    for (path, method, _) in operations(&document()) {
        let address = path.replace("{id}", &w.id("school")).replace("{code}", "abc234").replace("{hash}", "00");
        let request = Request::builder().method(method.to_uppercase().as_str()).uri(address.as_str());
        let reply = w.send(request.body(Body::empty()).unwrap()).await;
        let expected = if path.ends_with("/session") && method == "post" { 422 } else { 401 };
        assert_eq!(reply.status, expected, "{method} {path} is described and not mounted: {}", reply.body);
    }
}
