//! What every operation has in common, entered into the description in one place: how one signs in, the request key,
//! the times that may be said, and every refusal. An operation only describes what is its own.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, HttpMethod, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, Required,
    Response, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use super::wire;

/// One field that is to be changed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct FieldFault {
    /// Name of the field, with its place in a list: `places[2].seen_at`.
    field: String,
    /// What to do, in Chinese.
    title: String,
}

/// A refusal (RFC 9457).
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Problem {
    /// Where the kind of refusal is explained.
    #[schema(rename = "type")]
    r#type: String,
    /// What happened and what to do, in Chinese.
    title: String,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// Stable: sign_in, no_right, not_found, invalid, wrong_state, stale, duplicate, too_late, too_many,
    /// needs_evidence, pack_forbids, busy, must_change, csrf, no_method, too_big, media_type, full, gone, fault …
    code: String,
    /// What is to be changed; may be empty.
    fields: Vec<FieldFault>,
    /// Of a fault of the server: by it the line in the log is found.
    number: Option<String>,
}

/// Every refusal: status, name in the description, when.
const READ: &[(u16, &str, &str)] = &[
    (401, "Unauthorized", "Nobody is signed in, or the session has ended"),
    (403, "Forbidden", "Seen, but not for this post to do; or a first password must be changed (must_change)"),
    (404, "NotFound", "Not there, or not for the asker to know"),
    (405, "NoMethod", "The address has no such method; Allow names those that it has"),
    (422, "Invalid", "Fields that cannot be taken as they are, each with what to do"),
    (429, "TooMany", "Too many tries; Retry-After says how long to wait"),
    (500, "Fault", "A fault of the server; its number stands in the log"),
    (503, "Unavailable", "Too busy, or the database is out of reach: nothing was stored, Retry-After"),
];
const WRITE: &[(u16, &str, &str)] = &[
    (409, "Conflict", "The record has moved on (wrong_state, stale), or there is one already (duplicate)"),
    (413, "TooBig", "More content than is taken"),
    (415, "MediaType", "Content of another type than the operation takes"),
    (507, "Full", "The disk is full: nothing was stored, reading goes on"),
];

/// Names of the parameters that every act takes.
const KEY: &str = "IdempotencyKey";
const CLAIMED: &str = "ClaimedAt";
const DEVICE: &str = "DeviceAt";

pub fn base() -> OpenApi {
    let about = "校安: the safety of schools, by the notice of 2012. Sign in with POST /api/v1/session and send the token as \
        `Authorization: Bearer`. Lists take `limit` and `cursor` and give `items` and `next_cursor`. Times are RFC 3339 \
        with +08:00. A create without `id` takes the Idempotency-Key as id. Every refusal is application/problem+json.";
    let info = InfoBuilder::new().title("xiaoan").version(env!("CARGO_PKG_VERSION")).description(Some(about));
    OpenApiBuilder::new().info(info.build()).build()
}

/// Completes the description.
pub fn finish(mut api: OpenApi) -> OpenApi {
    let mut components = api.components.take().unwrap_or_default();
    common(&mut components);
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            let open = path.ends_with("/session") && method == HttpMethod::Post;
            complete(operation, method, !open);
            close_body(operation, &mut components);
        }
    }
    api.components = Some(components);
    api
}

/// The operations of a path that exist here.
fn operations(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    let PathItem { get, post, delete, .. } = item;
    let each = [(HttpMethod::Get, get), (HttpMethod::Post, post), (HttpMethod::Delete, delete)];
    each.into_iter().filter_map(|(method, op)| Some((method, op.as_mut()?))).collect()
}

fn complete(operation: &mut Operation, method: HttpMethod, secured: bool) {
    let writes = method != HttpMethod::Get;
    let refusals = READ.iter().chain(if writes { WRITE } else { &[] });
    for (status, name, _) in refusals {
        let reference = Ref::from_response_name(*name);
        operation.responses.responses.insert(status.to_string(), RefOr::Ref(reference));
    }
    if writes {
        let parameters = operation.parameters.get_or_insert_default();
        for name in [KEY, CLAIMED, DEVICE] {
            parameters.push(RefOr::Ref(Ref::new(format!("#/components/parameters/{name}"))));
        }
    }
    operation.security =
        Some(if secured { vec![SecurityRequirement::new("session", Vec::<String>::new())] } else { Vec::new() });
}

/// What a request holds is closed: a field that is not named is refused.
fn close_body(operation: &Operation, components: &mut Components) {
    let Some(RefOr::T(body)) = &operation.request_body else { return };
    for content in body.content.values() {
        if let RefOr::T(content) = content
            && let Some(RefOr::Ref(reference)) = &content.schema
            && let Some(name) = reference.ref_location.strip_prefix("#/components/schemas/")
            && let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(name)
        {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

fn refusal(when: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(when).content("application/problem+json", content).build()
}

fn header(name: &str, schema: RefOr<Schema>, about: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .schema(Some(schema))
        .description(Some(about))
        .build()
}

fn common(components: &mut Components) {
    components.schemas.extend(wire::schemas());
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    components.schemas.insert(FieldFault::name().into_owned(), FieldFault::schema());
    for (_, name, when) in READ.iter().chain(WRITE) {
        components.responses.insert((*name).into(), refusal(when).into());
    }
    let (id, at) = (Ref::from_schema_name("Uid"), Ref::from_schema_name("At"));
    let key = "Names the request: a repeat with the same content gets the first answer again and nothing is done twice; \
        with other content it is refused. Remembered for 30 days.";
    let claimed = "When it happened, if that was before it is sent.";
    let device = "What the device's own clock showed then.";
    for (name, parameter) in [
        (KEY, header("Idempotency-Key", RefOr::Ref(id), key)),
        (CLAIMED, header("X-Claimed-At", RefOr::Ref(at.clone()), claimed)),
        (DEVICE, header("X-Device-At", RefOr::Ref(at), device)),
    ] {
        components.parameters.insert(name.into(), parameter.into());
    }
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.security_schemes.insert("session".into(), SecurityScheme::Http(bearer).into());
}
