//! What lies near a hazard on its page: the check during which it was found, the same place before, and, where its sentence
//! tells of somebody hurt, the incident that is or should be reported (1.2). Whether it tells is asked of `safety`.

use base::{Id, Result};
use safety::clue::desk::{self, Beside, Told};
use safety::hazard::Hazard;
use safety::hazard::view::View;
use safety::incident::Kind;
use safety::kernel::rights::Action;
use safety::{Actor, Cx};

use crate::page::Asks;
use crate::state::Web;
use crate::words::{self, record as say};

/// Something near: the same place, the check.
pub struct Near {
    pub word: &'static str,
    pub tone: &'static str,
    pub title: String,
    pub href: String,
    pub note: String,
}

/// What the sentence says of people.
#[derive(Default)]
pub struct Harm {
    /// The form of the first report, filled with what is known; none when nothing is to be reported here.
    pub report: Option<Asks>,
    /// Incidents of those days that the viewer may read.
    pub incidents: Vec<Near>,
}

pub fn harm(cx: &mut Cx<'_, '_>, h: &Hazard) -> Result<Harm> {
    let Some(found) = desk::harm(cx, h)? else { return Ok(Harm::default()) };
    let may = cx.require(Action::IncidentReport, h.unit, false).is_ok();
    // A report of before may be of another matter: nobody is kept silent by it.
    let (sentence, pressing) = match found.told {
        Told::Perhaps => (say::HARM_PERHAPS, false),
        _ => (say::HARM, true),
    };
    let asks = || Asks { words: sentence, act: words::incident::NEW, href: form(h), pressing };
    let report = (may && found.told != Told::Yes).then(asks);
    Ok(Harm { report, incidents: found.beside.iter().map(incident).collect() })
}

/// What a phone is asked once its hazard has arrived. Most sentences tell of nobody: then nothing is read.
pub async fn asks(web: &Web, actor: &Actor, id: Id, what: &str) -> Result<Option<Asks>> {
    if !safety::hazard::harm::told(what) {
        return Ok(None);
    }
    let job = move |cx: &mut Cx<'_, '_>| {
        let h = safety::hazard::load(cx, id)?;
        harm(cx, &h)
    };
    Ok(web.read(actor, job).await?.report)
}

fn incident(b: &Beside) -> Near {
    Near {
        word: words::incident::TITLE,
        tone: "r",
        title: format!("{} {}", b.number, words::incident::kind(b.kind)),
        href: format!("/incidents/{}", b.id),
        note: say::same_days(b.happened_at),
    }
}

/// 「/incidents/new?unit=…&kind=hurt&what=…&place=…」
fn form(h: &Hazard) -> String {
    let (form, start) = ("/incidents/new?".to_string(), "/incidents/new?".len());
    let mut query = form_urlencoded::Serializer::for_suffix(form, start);
    query.append_pair("unit", &h.unit.to_string()).append_pair("kind", Kind::Hurt.code()).append_pair("what", &h.what);
    if let Some(place) = h.place {
        query.append_pair("place", &place.to_string());
    }
    if let Some(text) = &h.place_text {
        query.append_pair("place_text", text);
    }
    query.finish()
}

/// The check, the earlier record, the others at the place.
pub fn of(v: &View) -> Vec<Near> {
    let mut out = Vec::new();
    if let (Some(id), Some(title)) = (v.hazard.check_run, v.check_title.clone()) {
        out.push(Near {
            word: "排查",
            tone: "",
            title,
            href: format!("/checks/{id}"),
            note: "这一条是排查时发现的".into(),
        });
    }
    if let Some(id) = v.hazard.recurs {
        let times = v.hazard.recurrence + 1;
        out.push(Near {
            word: words::thing::RECURRING.word,
            tone: "r",
            title: "上一次的记录".into(),
            href: format!("/hazards/{id}"),
            note: format!("同一处、同一类，第 {times} 次"),
        });
    }
    for one in &v.near {
        let state = words::state(one.state);
        out.push(Near {
            word: state.word,
            tone: state.tone,
            title: one.what.clone(),
            href: format!("/hazards/{}", one.id),
            note: format!("{} · 同一处", words::at(one.received_at)),
        });
    }
    out
}
