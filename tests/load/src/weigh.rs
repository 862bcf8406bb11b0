//! What a page weighs on the wire: its own answer, and everything that its HTML and its scripts name. Bodies are asked
//! for in brotli and counted as they come, heads and framing included. What only a press of a button loads is not
//! counted, nor what the service worker fetches after the page stands.

use std::collections::BTreeSet;
use std::io;

use crate::http::{Answer, Client};

/// Files that one page may name.
const FILES_MAX: usize = 60;

#[derive(Clone, Debug, Default)]
pub struct Weight {
    /// The page alone: a later visit, when the files are in the browser's store.
    pub page: usize,
    /// The page with every file that it names.
    pub first: usize,
    pub files: Vec<(String, usize)>,
}

/// Weighs a page as the holder of a session cookie sees it.
pub fn weigh(client: &mut Client, path: &str, cookie: &str) -> io::Result<Weight> {
    let plain = ask(client, path, cookie, "identity")?;
    let packed = ask(client, path, cookie, "br")?;
    let mut weight = Weight { page: packed.wire, first: packed.wire, files: Vec::new() };
    let mut seen = BTreeSet::new();
    let mut waiting = named(&plain.text());
    while let Some(file) = waiting.pop() {
        if !seen.insert(file.clone()) {
            continue;
        }
        if seen.len() > FILES_MAX {
            return Err(io::Error::other(format!("{path} names over {FILES_MAX} files")));
        }
        let packed = ask(client, &file, cookie, "br")?;
        weight.first += packed.wire;
        weight.files.push((file.clone(), packed.wire));
        if file.ends_with(".js") {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            waiting.extend(imported(&ask(client, &file, cookie, "identity")?.text(), folder));
        }
    }
    weight.files.sort();
    Ok(weight)
}

fn ask(client: &mut Client, path: &str, cookie: &str, encoding: &str) -> io::Result<Answer> {
    let headers = [("accept-encoding", encoding), ("cookie", cookie), ("accept", "text/html,*/*")];
    let answer = client.send("GET", path, &headers, b"")?;
    if answer.status == 200 { Ok(answer) } else { Err(io::Error::other(format!("{path}: {}", answer.status))) }
}

/// Own addresses of scripts, styles, pictures and icons in the HTML, without what follows `#`.
fn named(html: &str) -> Vec<String> {
    let mut out = BTreeSet::new();
    for tag in html.split('<').filter_map(|part| part.split('>').next()) {
        let name = tag.split([' ', '\n']).next().unwrap_or("");
        let wanted: &[&str] = match name {
            "script" | "img" => &["src"],
            "link" | "use" | "image" => &["href"],
            _ => continue,
        };
        // A link to another page (`rel=next`, `canonical`) loads nothing.
        if name == "link"
            && !["stylesheet", "modulepreload", "preload", "manifest", "icon"].iter().any(|r| tag.contains(r))
        {
            continue;
        }
        for attribute in wanted {
            let value = tag.split(&format!("{attribute}=\"")).nth(1).and_then(|rest| rest.split('"').next());
            let file = value.and_then(|v| v.split('#').next()).filter(|f| f.starts_with('/') && !f.starts_with("//"));
            out.extend(file.map(str::to_string));
        }
    }
    out.into_iter().collect()
}

/// Scripts that a script loads at once (`import … from "./x.js"`), not those that it may load later (`import("…")`).
fn imported(script: &str, folder: &str) -> Vec<String> {
    let mut out = Vec::new();
    for mark in ["from\"", "import\""] {
        for rest in script.split(mark).skip(1) {
            let Some(file) = rest.split('"').next().filter(|f| f.ends_with(".js")) else { continue };
            match file.strip_prefix("./") {
                Some(file) => out.push(format!("{folder}/{file}")),
                None if file.starts_with('/') => out.push(file.to_string()),
                None => {}
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_files_once_and_foreign_ones_never() {
        let html = r##"<link rel="stylesheet" href="/assets/app.1.css"><link rel="next" href="/hazards?cursor=1">
            <script type="module" src="/assets/app.2.js"></script><a href="/hazards">x</a>
            <svg><use href="/assets/icons.3.svg#hazard"/></svg><use href="/assets/icons.3.svg#bell"/>
            <img src="//elsewhere.example/x.png">"##;
        assert_eq!(named(html), ["/assets/app.1.css", "/assets/app.2.js", "/assets/icons.3.svg"]);
    }

    #[test]
    fn what_a_script_loads_at_once_is_named_and_what_it_may_load_is_not() {
        let script = r#"import{a}from"./chunk.1.js";import"/assets/b.js";const l=()=>import("./late.js");"#;
        assert_eq!(imported(script, "/assets"), ["/assets/chunk.1.js", "/assets/b.js"]);
    }
}
