//! 举报 (1.2): a page for everybody, without an account, reached by the code on a poster; the receipt with its number and
//! the proof that nobody can lose the tip quietly; the bureau's desk. No rule here: `safety::tip` judges.
//!
//! The door counts addresses in memory and stores none. Behind a proxy all askers may share one address: the count is
//! wide enough for a school's gate at dismissal and too narrow for a machine.

use askama::Template;
use axum::Router;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use base::{Id, Refusal, Result, limits};
use qrcode::EcLevel;
use safety::kernel::proof;
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::{UnitKind, login, unit};
use safety::tip::{self, Kind, NewTip, Outcome, Tip};
use safety::{Actor, Cx, Meta};

use crate::door::{Ask, Fields, Posted, Signed, own_site};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, ListTab, Shell, Task, crumb};
use crate::qr;
use crate::state::Web;
use crate::unit::{ListTabNow, id_of, list_tabs};
use crate::words::tip as told;
use crate::words::{self, Word};

/// Letters of a receipt number: no I, L, O, U, so that it can be read from paper (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a number: 80 bits, beyond guessing.
const CODE: usize = 16;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/tips/new", get(form).post(submit))
        .route("/tips/receipt", get(receipt))
        .route("/tips/proof", get(bundle))
        .route("/tips", get(list))
        .route("/tips/poster", get(poster))
        .route("/tips/gate", post(gate))
        .route("/tips/{id}", get(show))
        .route("/tips/{id}/{verb}", post(act))
}

/// A fresh receipt number.
fn number() -> String {
    let bits = base::random::<10>().iter().fold(0u128, |all, byte| all << 8 | u128::from(*byte));
    (0..CODE).rev().map(|i| LETTERS[(bits >> (5 * i)) as usize & 31] as char).collect()
}

/// As it was typed from paper: spaces, dashes and letters that look like figures are understood.
fn code_of(text: &str) -> String {
    let letter = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(letter).take(CODE).collect()
}

/// 「7KQ2-9MXT-B4D8-WVHR」
fn grouped(code: &str) -> String {
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

#[derive(Template)]
#[template(path = "tip/new.html")]
struct NewPage {
    shell: Shell,
    unit: String,
    name: String,
    kinds: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
    said: String,
}

async fn new_page(
    web: &Web,
    ask: &Ask,
    typed: Fields,
    faults: Vec<FieldFault>,
    said: String,
) -> std::result::Result<NewPage, WebError> {
    let unit = typed.id("unit")?;
    let place = match unit {
        Some(id) => web.read(&Actor::system(), move |cx| tip::place(cx, id)).await,
        None => Err(Refusal::NotFound.into()),
    };
    let name = match place {
        Ok(place) => place.name,
        // Shut or unknown: the same page says so, and where else to go.
        Err(base::Error::Refused(_)) => String::new(),
        Err(fault) => return Err(fault.into()),
    };
    Ok(NewPage {
        shell: Shell::bare(web, ask),
        unit: unit.map_or(String::new(), |u| u.to_string()),
        kinds: Kind::ALL.iter().map(|k| Choice::new(k.code(), told::kind(*k))).collect(),
        name,
        typed,
        faults,
        said,
    })
}

async fn form(State(web): State<Web>, ask: Ask) -> Answer {
    let page = new_page(&web, &ask, ask.fields(), Vec::new(), String::new()).await?;
    let shut = page.name.is_empty() && !page.unit.is_empty();
    let status = if shut { StatusCode::NOT_FOUND } else { StatusCode::OK };
    page::again(&page, status)
}

async fn submit(State(web): State<Web>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    own_site(&parts)?;
    let ask = Ask::of(&web, &parts);
    let request = Request::from_parts(parts, body);
    let body = axum::body::Bytes::from_request(request, &web).await.map_err(|e| WebError::http(e.status()))?;
    let typed = Fields::parse(&body);
    if let Some(seconds) = web.tips.take(&ask.address) {
        let page = new_page(&web, &ask, typed, Vec::new(), told::rest(seconds)).await?;
        return page::again(&page, StatusCode::TOO_MANY_REQUESTS);
    }
    let code = number();
    let taken = match read(&typed) {
        Ok(new) => {
            let code = code.clone();
            let meta = Meta::of("tip");
            web.write(&Actor::system(), meta, move |cx| tip::submit(cx, &new, &code)).await
        }
        Err(e) => Err(e),
    };
    match taken {
        Ok(_) => Ok(Redirect::to(&format!("/tips/receipt?code={code}&new=1")).into_response()),
        Err(e) => {
            let Kept { status, faults } = page::keep(&ask, e)?;
            page::again(&new_page(&web, &ask, typed, faults, String::new()).await?, status)
        }
    }
}

fn read(typed: &Fields) -> Result<NewTip> {
    Ok(NewTip {
        unit: typed.id("unit")?.ok_or(Refusal::NotFound)?,
        kind: typed.text("kind"),
        what: typed.text("what"),
        happened_on: typed.day("happened_on")?,
        contact: typed.text("contact"),
    })
}

#[derive(Template)]
#[template(path = "tip/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    fresh: bool,
    code: String,
    shown: String,
    said: String,
    found: Option<Found>,
}

/// What the number leads to.
struct Found {
    unit: String,
    kind: &'static str,
    what: String,
    at: String,
    state: Word,
    stands: &'static str,
    outcome: &'static str,
    answer: String,
    qr: String,
}

async fn receipt(State(web): State<Web>, ask: Ask) -> Answer {
    let code = code_of(&ask.param("code").unwrap_or_default());
    let mut page = ReceiptPage {
        shell: Shell::bare(&web, &ask),
        fresh: ask.param("new").is_some(),
        shown: grouped(&code),
        code: code.clone(),
        said: String::new(),
        found: None,
    };
    if code.is_empty() {
        return page::full(&page);
    }
    let wanted = code.clone();
    let tip = match web.read(&Actor::system(), move |cx| tip::receipt(cx, &wanted)).await {
        Ok(tip) => tip,
        Err(base::Error::Refused(_)) => {
            page.said = told::NO_SUCH.into();
            return page::again(&page, StatusCode::NOT_FOUND);
        }
        Err(fault) => return Err(fault.into()),
    };
    let site = web.config.public_url.clone().unwrap_or_else(|| ask.origin.clone());
    page.found = Some(Found {
        qr: qr::svg(&format!("{site}/tips/receipt?code={code}"), EcLevel::M)?,
        unit: tip.unit_name,
        kind: told::kind(tip.kind),
        what: tip.what,
        at: words::at_full(tip.received_at),
        state: told::state(tip.state),
        stands: told::told(tip.state),
        outcome: tip.outcome.map_or("", told::outcome),
        answer: tip.answer.unwrap_or_default(),
    });
    page::full(&page)
}

/// The proof that it stands in the log, with the teller's own words: checked anywhere without this server.
async fn bundle(State(web): State<Web>, ask: Ask) -> Answer {
    let code = code_of(&ask.param("code").unwrap_or_default());
    let vkey = web.app.verifier_key();
    let read = move |cx: &mut Cx<'_, '_>| {
        let tip = tip::receipt(cx, &code)?;
        // Within a second of the telling the head is not signed yet: it is there on the next try.
        proof::bundle(cx.tx, tip.id, &vkey, true)?.ok_or_else(|| Refusal::Busy.into())
    };
    let bundle = web.read(&Actor::system(), read).await?;
    let kind = HeaderValue::from_static("application/json");
    let name = HeaderValue::from_static("attachment; filename=\"xiaoan-tip-proof.json\"");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], bundle.to_json()).into_response())
}

struct Row {
    id: String,
    unit: String,
    kind: &'static str,
    what: String,
    at: String,
    who: String,
    state: Word,
}

fn row(tip: &Tip) -> Row {
    Row {
        id: tip.id.to_string(),
        unit: tip.unit_name.clone(),
        kind: told::kind(tip.kind),
        what: tip.what.clone(),
        at: words::at(tip.received_at),
        who: tip.closed_by.clone().or_else(|| tip.taken_by.clone()).unwrap_or_default(),
        state: told::state(tip.state),
    }
}

#[derive(Template)]
#[template(path = "tip/list.html")]
struct ListPage {
    shell: Shell,
    sentence: String,
    tabs: Vec<ListTab>,
    rows: Vec<Row>,
    older: String,
    newest: String,
    filtered: bool,
    /// Since when the gate of the own bureau is open; "" while it is shut.
    since: String,
    may_gate: bool,
}

async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let (state, cursor) = (query.read("state", tip::State::from_code)?, query.opt("cursor"));
    let ((tips, next), open, since) = web
        .read(signed.actor(), move |cx| {
            let page = tip::list(cx, state, cursor.as_deref(), limits::LIST_ROWS)?;
            Ok((page, tip::waiting(cx)?, tip::open_since(cx)?))
        })
        .await?;
    let tab = |label: &str, value: &str| ListTab {
        label: label.into(),
        href: signed.ask.link("state", value),
        current: state.map_or("", tip::State::code) == value,
        ..ListTab::default()
    };
    let mut tabs = vec![tab(words::pages::ALL, "")];
    tabs.extend(tip::State::ALL.iter().map(|s| tab(told::state(*s).word, s.code())));
    let mut shell = signed.shell(&web, At::Units).await?;
    shell.tabs = list_tabs(signed.actor(), signed.actor().unit, ListTabNow::Tips);
    page::full(&ListPage {
        sentence: told::open(open),
        tabs,
        rows: tips.iter().map(row).collect(),
        older: next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if query.has("cursor") { signed.ask.link("cursor", "") } else { String::new() },
        filtered: state.is_some(),
        since: since.map_or(String::new(), words::at_full),
        may_gate: reach(signed.actor().role, Action::TipGate) == Reach::Unit,
        shell,
    })
}

async fn gate(State(web): State<Web>, posted: Posted) -> Answer {
    let open = posted.fields.get("as") == "open";
    web.act(&posted, move |cx| tip::gate(cx, open)).await?;
    page::back("/tips")
}

#[derive(Template)]
#[template(path = "tip/poster.html")]
struct PosterPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    schools: Vec<Choice>,
    chosen: String,
    by: String,
    posters: Vec<Poster>,
    /// Links to the sheets of all schools: 「全部 120 所的码」, or 「第 1—120 张」 where they are more than one printing.
    batches: Vec<(String, String)>,
}

/// One sheet.
struct Poster {
    name: String,
    qr: String,
    href: String,
}

/// Sheets in one printing: a county has so many schools.
const POSTERS: usize = 120;

/// Links to all sheets, by printings.
fn batches(all: usize) -> Vec<(String, String)> {
    let batch = |n: usize| {
        let (first, last) = (n * POSTERS + 1, all.min((n + 1) * POSTERS));
        let words = if all <= POSTERS { told::all_posters(all) } else { told::posters(first, last) };
        (words, format!("/tips/poster?batch={}", n + 1))
    };
    if all < 2 { Vec::new() } else { (0..all.div_ceil(POSTERS)).map(batch).collect() }
}

/// Sheets for the gates of schools, printed by the bureau: one, or all of them.
async fn poster(State(web): State<Web>, signed: Signed) -> Answer {
    let fields = signed.ask.fields();
    let wanted = fields.id("unit")?;
    let batch = fields.int("batch")?.and_then(|n| usize::try_from(n - 1).ok());
    let (schools, place) = web
        .read(signed.actor(), move |cx| {
            if reach(cx.actor.role, Action::TipRead) != Reach::Subtree {
                return Err(Refusal::NoRight.into());
            }
            let mut schools = Vec::new();
            for kind in [UnitKind::School, UnitKind::Centre, UnitKind::Point] {
                schools.extend(unit::institutions(cx, kind)?);
            }
            schools.sort_by(|a, b| a.name.cmp(&b.name));
            let place = match wanted {
                Some(id) => {
                    // Only of a unit that the asker reads.
                    unit::show(cx, id)?;
                    Some(tip::place(cx, id)?)
                }
                None => None,
            };
            Ok((schools, place))
        })
        .await?;
    let site = web.config.public_url.clone().unwrap_or_else(|| signed.ask.origin.clone());
    let sheet = |id: Id, name: &str| -> Result<Poster> {
        let href = format!("{site}/tips/new?unit={id}");
        Ok(Poster { name: name.into(), qr: qr::svg(&href, EcLevel::M)?, href })
    };
    let posters = match (&place, batch) {
        (Some(p), _) => vec![sheet(p.id, &p.name)?],
        (None, Some(n)) => {
            let some = schools.iter().skip(n.saturating_mul(POSTERS)).take(POSTERS);
            some.map(|u| sheet(u.id, &u.name)).collect::<Result<_>>()?
        }
        (None, None) => Vec::new(),
    };
    page::full(&PosterPage {
        shell: signed.shell(&web, At::Units).await?,
        crumbs: vec![crumb(told::TIPS, "/tips"), crumb("校门口的码", "")],
        batches: batches(schools.len()),
        schools: schools.into_iter().map(|u| Choice::new(u.id.to_string(), u.name)).collect(),
        chosen: place.as_ref().map_or(String::new(), |p| p.id.to_string()),
        by: signed.actor().unit_name.clone(),
        posters,
    })
}

#[derive(Template)]
#[template(path = "tip/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    unit: String,
    unit_id: String,
    kind: &'static str,
    what: String,
    on: String,
    contact: String,
    at: String,
    taken: String,
    closed: String,
    outcome: &'static str,
    answer: String,
    state: Word,
    take: bool,
    close: bool,
    outcomes: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ShowPage, WebError> {
    let (tip, may) = web
        .read(signed.actor(), move |cx| {
            let tip = tip::show(cx, id)?;
            let may = crate::unit::may(cx, Action::TipHandle, tip.unit)?;
            Ok((tip, may))
        })
        .await?;
    let by = |at: Option<base::Ms>, who: &Option<String>| {
        at.map_or(String::new(), |at| format!("{} {}", words::at(at), who.clone().unwrap_or_default()))
    };
    let may = |act| may && tip.state.next(act).is_some();
    Ok(ShowPage {
        shell: signed.shell(web, At::Units).await?,
        crumbs: vec![crumb(told::TIPS, "/tips"), crumb(tip.unit_name.clone(), "")],
        id: id.to_string(),
        unit_id: tip.unit.to_string(),
        kind: told::kind(tip.kind),
        on: tip.happened_on.map_or(String::new(), words::day_full),
        at: words::at_full(tip.received_at),
        taken: by(tip.taken_at, &tip.taken_by),
        closed: by(tip.closed_at, &tip.closed_by),
        outcome: tip.outcome.map_or("", told::outcome),
        state: told::state(tip.state),
        take: may(tip::Act::Take),
        close: may(tip::Act::Close),
        outcomes: Outcome::ALL.iter().map(|o| Choice::new(o.code(), told::outcome(*o))).collect(),
        unit: tip.unit_name,
        what: tip.what,
        contact: tip.contact.unwrap_or_default(),
        answer: tip.answer.unwrap_or_default(),
        typed,
        faults,
    })
}

async fn show(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&show_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

async fn act(State(web): State<Web>, Path((id, verb)): Path<(String, String)>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let (outcome, answer) = (posted.fields.text("outcome"), posted.fields.text("answer"));
    let done = match verb.as_str() {
        "take" => web.act(&posted, move |cx| tip::take(cx, id)).await,
        "close" => web.act(&posted, move |cx| tip::close(cx, id, &outcome, &answer)).await,
        _ => return Err(WebError::not_found()),
    };
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/tips/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(&web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}

/// The line of 今日, while something waits.
pub fn task(cx: &mut Cx<'_, '_>) -> Result<Option<Task>> {
    let n = tip::waiting(cx)?;
    let line = || Task {
        when: told::WAITS.into(),
        title: told::open(n),
        detail: told::NOBODY_ELSE.into(),
        clause: "1.2".into(),
        verb: told::VERB.into(),
        href: "/tips".into(),
        ..Task::default()
    };
    Ok((n > 0).then(line))
}

/// Who has the desk of tips in the menu.
pub fn reads(actor: &Actor) -> bool {
    login::at_bureau(actor) && reach(actor.role, Action::TipRead) == Reach::Subtree
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_back_as_it_is_written_on_paper() {
        let code = number();
        assert_eq!(code.len(), CODE);
        assert_eq!(code_of(&grouped(&code)), code);
        assert_eq!(code_of(" 7kq2-9mxt b4d8—wvhr"), "7KQ29MXTB4D8WVHR");
        assert_eq!(code_of("ol1I"), "0111");
        assert_ne!(number(), code);
    }
}
