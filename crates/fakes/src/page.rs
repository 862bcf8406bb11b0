//! What came in, for people and for programs. The words come from whoever runs the fakes.

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use crate::Fakes;
use crate::keep::Received;

/// Rows on the page, newest first.
const ROWS: usize = 200;

/// The page's words.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub title: &'static str,
    pub empty: &'static str,
    /// When, by which channel, to whom, what, how it went.
    pub columns: [&'static str; 5],
    pub taken: &'static str,
    pub repeated: &'static str,
    /// A channel's name.
    pub channel: Option<fn(&str) -> &'static str>,
}

pub fn routes() -> Router<Fakes> {
    Router::new().route("/", get(page)).route("/received", get(received))
}

async fn received(State(fakes): State<Fakes>) -> Response {
    axum::Json(fakes.received().iter().map(Received::json).collect::<Vec<_>>()).into_response()
}

async fn page(State(fakes): State<Fakes>) -> Html<String> {
    let words = &fakes.0.page;
    let all = fakes.received();
    let rows: String = all.iter().rev().take(ROWS).map(|one| row(words, one)).collect();
    let head: String = words.columns.iter().map(|word| format!("<th scope=\"col\">{word}</th>")).collect();
    let body = match all.is_empty() {
        true => format!("<p>{}</p>", words.empty),
        false => format!("<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"),
    };
    Html(format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"3\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{0}</title><style>:root{{color-scheme:light dark}}\
         body{{font:15px/1.6 sans-serif;margin:1.5rem auto;max-width:70rem;padding:0 1rem}}table{{border-collapse:\
         collapse;width:100%}}td,th{{border-bottom:1px solid #8886;padding:.4rem;text-align:left;vertical-align:top;\
         overflow-wrap:anywhere}}</style><h1>{0}</h1>{body}</html>",
        words.title
    ))
}

fn row(words: &Page, one: &Received) -> String {
    let state = match (&one.refused, one.repeated) {
        (Some(why), _) => escape(why),
        (None, 0) => words.taken.to_string(),
        (None, n) => format!("{}，{} {n}", words.taken, words.repeated),
    };
    let at = base::Ms(one.at_ms).show("%H:%M:%S");
    let channel = words.channel.map_or(one.channel, |name| name(one.channel));
    format!("<tr><td>{at}<td>{channel}<td>{}<td>{}<td>{state}</tr>", escape(&one.to), escape(&one.text))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
