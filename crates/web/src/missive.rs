//! 函 (2.6, 4.4): the missive to an agency, printed with its code, and the page behind the code, for which nobody needs an
//! account. No rule here: `safety::missive` judges. The code is shown once, on the sheet.

use askama::Template;
use axum::Router;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base::{Refusal, Result};
use qrcode::EcLevel;
use safety::hazard::{self, Act};
use safety::kernel::command::{Command, once};
use safety::missive::{self, Missive, Stand};
use safety::{Actor, Cx, Meta};

use crate::door::{Ask, Fields, Posted, cookie, own_site};
use crate::error::{Answer, FieldFault, WebError};
use crate::hazard::record::parse_id;
use crate::page::{self, At, Choice, Crumb, Kept, Shell, crumb};
use crate::qr;
use crate::state::Web;
use crate::words::missive as told;
use crate::words::{self, Word};

/// The cookie that says on which device a missive was signed for; one for each missive, as long as a missive lives.
const COOKIE: &str = "missive-";
/// Missives of a code that name its cookie.
const NAMED: usize = 8;
const SECRET: usize = 32;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/hazards/{id}/missive", post(write))
        .route("/a/{token}", get(front).post(sign))
        .route("/a/{token}/answer", post(answer))
}

/// What the missive says of its hazard.
struct Fact {
    what: String,
    place: String,
    unit: String,
    raised: String,
    due: String,
}

fn fact(cx: &mut Cx<'_, '_>, id: base::Id) -> Result<Fact> {
    let view = hazard::view::view(cx, id)?;
    let h = view.hazard;
    Ok(Fact {
        place: view.place_name.unwrap_or_default(),
        unit: view.unit_name,
        raised: words::at_full(h.received_at),
        due: h.fix_by.map_or(String::new(), words::at_full),
        what: h.what,
    })
}

#[derive(Template)]
#[template(path = "missive/sheet.html")]
struct Sheet {
    shell: Shell,
    crumbs: Vec<Crumb>,
    to: String,
    from: String,
    fact: Fact,
    until: String,
    today: String,
    href: String,
    qr: String,
}

/// The sheet stands at the address of a form: who loads it again sends the form again. The record's page gives each form a
/// key of its own, so that a missive is not replaced by that.
fn command(posted: &Posted, hazard: base::Id) -> Option<Command> {
    let key = base::Id::parse(posted.fields.get("request"))?;
    Some(Command::new(key, &[b"missive", hazard.to_string().as_bytes()]))
}

/// A key for one form.
pub fn request(now: base::Ms) -> String {
    base::Id::from_parts(now, base::random::<10>()).to_string()
}

/// Writes the missive and shows the sheet: the only time that its code is seen.
async fn write(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = parse_id(&id)?;
    let code = base::hex(&base::random::<16>());
    let secret = code.clone();
    let command = command(&posted, id);
    let job = move |cx: &mut Cx<'_, '_>| once(cx, command.as_ref(), |cx| missive::write(cx, id, &secret));
    web.write(posted.actor(), posted.meta.clone(), job).await?;
    let secret = code.clone();
    let read = web.read(posted.actor(), move |cx| Ok((missive::front(cx, &secret)?, fact(cx, id)?))).await;
    let (missive, fact) = match read {
        Ok(read) => read,
        // Of a repeated request the code just made belongs to no missive: the first one's is kept nowhere.
        Err(base::Error::Refused(Refusal::NotFound)) => return page::back(&format!("/hazards/{id}?missive=once")),
        Err(e) => return Err(e.into()),
    };
    let site = web.config.public_url.clone().unwrap_or_else(|| posted.signed.ask.origin.clone());
    let href = format!("{site}/a/{code}");
    page::full(&Sheet {
        shell: posted.signed.shell(&web, At::Hazards).await?,
        crumbs: vec![crumb(fact.what.clone(), format!("/hazards/{id}")), crumb(told::MISSIVE, "")],
        to: missive.agency_name,
        from: missive.by_name,
        until: words::day_full(missive.until_at.plus(-1).day()),
        today: words::day_long(web.now().day()),
        qr: qr::svg(&href, EcLevel::M)?,
        fact,
        href,
    })
}

#[derive(Template)]
#[template(path = "missive/show.html")]
struct MissivePage {
    shell: Shell,
    token: String,
    from: String,
    to: String,
    written: String,
    until: String,
    state: Word,
    stands: &'static str,
    sign: bool,
    /// On the device that signed for it.
    fact: Option<Fact>,
    signed: String,
    answer: bool,
    answered: String,
    results: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

/// The device's own secret for this missive; "" when it has none.
fn device(headers: &axum::http::HeaderMap, token: &str) -> String {
    cookie(headers, &cookie_name(token)).unwrap_or("").to_string()
}

fn cookie_name(token: &str) -> String {
    format!("{COOKIE}{}", token.get(..NAMED).unwrap_or_default())
}

/// A code as the sheets have it; anything else is no missive.
fn token_of(text: &str) -> std::result::Result<String, WebError> {
    let fine = text.len() == SECRET && text.bytes().all(|b| b.is_ascii_hexdigit());
    if fine { Ok(text.to_ascii_lowercase()) } else { Err(WebError::not_found()) }
}

async fn page_of(
    web: &Web,
    ask: &Ask,
    token: &str,
    device: &str,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<MissivePage, WebError> {
    let code = token.to_string();
    let missive = web.read(&Actor::system(), move |cx| missive::front(cx, &code)).await?;
    let stand = missive.stand(web.now());
    let ours = missive.is_of(device);
    let fact = if ours && matches!(stand, Stand::Signed | Stand::Answered) {
        let (code, device) = (token.to_string(), device.to_string());
        let (_, actor) = web.read(&Actor::system(), move |cx| missive::actor(cx, &code, &device)).await?;
        let id = missive.hazard;
        // Gone from the agency's hands: the missive still says that it was answered, and nothing more.
        web.read(&actor, move |cx| fact(cx, id)).await.ok()
    } else {
        None
    };
    Ok(MissivePage {
        shell: Shell::bare(web, ask),
        token: token.into(),
        written: words::at_full(missive.received_at),
        until: words::day_full(missive.until_at.plus(-1).day()),
        state: told::state(stand),
        stands: told::stands(stand, ours),
        sign: stand == Stand::Waiting,
        signed: who(&missive),
        answer: ours && stand == Stand::Signed && fact.is_some(),
        answered: if ours { missive.note.clone().unwrap_or_default() } else { String::new() },
        results: told::RESULTS.iter().map(|(code, label)| Choice::new(*code, *label)).collect(),
        from: missive.by_name,
        to: missive.agency_name,
        fact,
        typed,
        faults,
    })
}

fn who(missive: &Missive) -> String {
    match (missive.signed_at, &missive.signer) {
        (Some(at), Some(signer)) => format!("{} {signer}", words::at_full(at)),
        _ => String::new(),
    }
}

async fn front(State(web): State<Web>, Path(token): Path<String>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let (ask, token) = (Ask::of(&web, &parts), token_of(&token)?);
    let device = device(&parts.headers, &token);
    page::full(&page_of(&web, &ask, &token, &device, Fields::default(), Vec::new()).await?)
}

/// A posted form of nobody in particular, from our own page.
async fn posted(web: &Web, request: Request) -> std::result::Result<(Ask, Fields, axum::http::HeaderMap), WebError> {
    let (parts, body) = request.into_parts();
    own_site(&parts)?;
    let ask = Ask::of(web, &parts);
    let headers = parts.headers.clone();
    let request = Request::from_parts(parts, body);
    let body = axum::body::Bytes::from_request(request, web).await.map_err(|e| WebError::http(e.status()))?;
    Ok((ask, Fields::parse(&body), headers))
}

async fn sign(State(web): State<Web>, Path(token): Path<String>, request: Request) -> Answer {
    let token = token_of(&token)?;
    let (ask, typed, _) = posted(&web, request).await?;
    if let Some(seconds) = web.tips.take(&ask.address) {
        return Err(WebError::Wait { seconds });
    }
    let device = base::hex(&base::random::<16>());
    let (code, mine, signer) = (token.clone(), device.clone(), typed.text("signer"));
    let done =
        web.write(&Actor::system(), Meta::of("missive"), move |cx| missive::sign(cx, &code, &mine, &signer)).await;
    match done {
        Ok(()) => Ok(remember(&web, &token, &device)),
        Err(e) => again(&web, &ask, &token, "", typed, e).await,
    }
}

/// Binds the missive to this device, until the missive is dead.
fn remember(web: &Web, token: &str, device: &str) -> Response {
    let age = missive::DAYS * 24 * 3_600;
    let secure = if web.tls() { "; Secure" } else { "" };
    let name = cookie_name(token);
    let text = format!("{name}={device}; Path=/a/; Max-Age={age}; SameSite=Lax; HttpOnly{secure}");
    let mut response = Redirect::to(&format!("/a/{token}")).into_response();
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

async fn again(web: &Web, ask: &Ask, token: &str, device: &str, typed: Fields, e: base::Error) -> Answer {
    let Kept { status, faults } = page::keep(ask, e)?;
    page::again(&page_of(web, ask, token, device, typed, faults).await?, status)
}

async fn answer(State(web): State<Web>, Path(token): Path<String>, request: Request) -> Answer {
    let token = token_of(&token)?;
    let (ask, typed, headers) = posted(&web, request).await?;
    let device = device(&headers, &token);
    let (code, mine) = (token.clone(), device.clone());
    // Another device learns nothing, not even that there is such a missive to answer.
    let (_, actor) = web.read(&Actor::system(), move |cx| missive::actor(cx, &code, &mine)).await?;
    let asked = match typed.get("result") {
        "done" => Ok(Act::AnswerDone),
        "taken" => Ok(Act::AnswerTaken),
        "back" => Ok(Act::AnswerBack),
        "" => Err(base::Error::invalid("result", base::Problem::Required)),
        _ => Err(base::Error::invalid("result", base::Problem::Unknown)),
    };
    let done = match asked.and_then(|act| Ok((act, typed.at("until")?))) {
        Ok((act, until)) => {
            let (code, mine, note) = (token.clone(), device.clone(), typed.text("note"));
            let job = move |cx: &mut Cx<'_, '_>| missive::answer(cx, &code, &mine, act, &note, until);
            web.write(&actor, Meta::of("missive"), job).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok((StatusCode::SEE_OTHER, [(header::LOCATION, format!("/a/{token}"))]).into_response()),
        Err(base::Error::Refused(Refusal::NoRight)) => Err(WebError::not_found()),
        Err(e) => again(&web, &ask, &token, &device, typed, e).await,
    }
}

/// Who answered by a missive at a moment: such a step has no person of the roll, and is named by the agency and by who signed.
pub fn answerers(missives: &[Missive]) -> Vec<(base::Ms, String)> {
    let one = |l: &Missive| {
        let signer = l.signer.as_deref().unwrap_or_default();
        l.answered_at.map(|at| (at, told::by_missive(&l.agency_name, signer)))
    };
    missives.iter().filter_map(one).collect()
}

/// A missive in the hazard's record.
pub struct Line {
    pub state: Word,
    pub to: String,
    pub at: String,
    pub signed: String,
    pub until: String,
}

pub fn lines(missives: &[Missive], now: base::Ms) -> Vec<Line> {
    let one = |l: &Missive| Line {
        state: told::state(l.stand(now)),
        to: l.agency_name.clone(),
        at: words::at(l.received_at),
        signed: who(l),
        until: words::day_full(l.until_at.plus(-1).day()),
    };
    missives.iter().map(one).collect()
}
