//! What an API client does: sign in, submit hazards with their keys, page through lists, read the head of the log.

use std::io;
use std::path::Path;

use base::{Clock, Id};
use serde_json::{Value, json};

use crate::http::{Answer, Client};

/// Pages of one list that are read; a list longer than this is a mistake of the caller.
const PAGES_MAX: usize = 2_000;
/// Rows of a page: the most that the API gives.
const PAGE_ROWS: usize = 200;

/// A line of `DIR/demo-accounts.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub login: String,
    pub password: String,
    pub role: String,
    pub unit: String,
}

/// The accounts of a demo folder.
pub fn accounts(data: &Path) -> io::Result<Vec<Account>> {
    let text = std::fs::read_to_string(data.join("demo-accounts.json"))?;
    let list: Vec<Value> = serde_json::from_str(&text).map_err(io::Error::other)?;
    let word = |line: &Value, name: &str| line[name].as_str().unwrap_or("").to_string();
    let read = |line: &Value| Account {
        login: word(line, "login"),
        password: word(line, "password"),
        role: word(line, "role"),
        unit: word(line, "unit"),
    };
    Ok(list.iter().map(read).collect())
}

/// The account with that login.
pub fn account(data: &Path, login: &str) -> io::Result<Account> {
    let found = accounts(data)?.into_iter().find(|account| account.login == login);
    found.ok_or_else(|| io::Error::other(format!("no account {login} in {}", data.display())))
}

/// Asks for a session without judging the answer.
pub fn ask_session(client: &mut Client, login: &str, password: &str) -> io::Result<Answer> {
    client.post_json("/api/v1/session", &[], &json!({ "login": login, "password": password }))
}

/// Signs in and gives the token.
pub fn sign_in(client: &mut Client, login: &str, password: &str) -> io::Result<String> {
    let answer = ask_session(client, login, password)?;
    match answer.json()["token"].as_str() {
        Some(token) if answer.status < 300 => Ok(token.to_string()),
        _ => Err(io::Error::other(format!("{login} was not let in: {} {}", answer.status, answer.text()))),
    }
}

/// A sentence that says what is wrong, different for each number.
pub fn sentence(n: u64) -> String {
    const WHAT: &[&str] = &[
        "楼梯转角疏散指示灯不亮",
        "窗户限位器脱落",
        "配电箱门锁损坏",
        "走廊灭火器压力不足",
        "扶手松动需加固",
        "门前台阶结冰未撒盐",
    ];
    format!("{} 第{n}号", WHAT[(n % WHAT.len() as u64) as usize])
}

/// A submission: its key and its words, so that it can be sent again to the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    pub key: Id,
    pub what: String,
    /// A place of the submitter's school; absent = it is said in words.
    pub place: Option<Id>,
}

impl Submission {
    pub fn new(n: u64) -> Submission {
        Submission::of(sentence(n), None)
    }
    /// With a key of its own.
    pub fn of(what: String, place: Option<Id>) -> Submission {
        Submission { key: Id::new(Clock::wall().now()), what, place }
    }
    pub fn body(&self) -> Value {
        match self.place {
            Some(place) => json!({ "what": self.what, "place": place.to_string(), "category": "fire" }),
            None => json!({ "what": self.what, "place_text": "3号楼东楼梯二层", "category": "fire" }),
        }
    }
    /// Sends it without judging the answer.
    pub fn send(&self, client: &mut Client) -> io::Result<Answer> {
        let key = self.key.to_string();
        client.post_json("/api/v1/hazards", &[("idempotency-key", &key)], &self.body())
    }
    /// Sends it; anything but an acknowledgement with an id is an error.
    pub fn acknowledged(&self, client: &mut Client) -> Result<String, String> {
        let answer = self.send(client).map_err(|e| e.to_string())?;
        match answer.json()["id"].as_str() {
            Some(id) if answer.status < 300 => Ok(id.to_string()),
            _ => Err(format!("{} {}", answer.status, answer.text())),
        }
    }
}

/// Every item of a list of the API, page by page.
pub fn whole_list(client: &mut Client, path: &str) -> io::Result<Vec<Value>> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    for _ in 0..PAGES_MAX {
        let join = if path.contains('?') { '&' } else { '?' };
        let answer = client.get(&format!("{path}{join}limit={PAGE_ROWS}{cursor}"))?;
        if answer.status != 200 {
            return Err(io::Error::other(format!("{path}: {} {}", answer.status, answer.text())));
        }
        let page = answer.json();
        items.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", crate::http::escape(next)),
            None => return Ok(items),
        }
    }
    Err(io::Error::other(format!("{path} has no end")))
}

/// Size and root (base64) that the newest signed head tells.
pub fn head(client: &mut Client) -> io::Result<(u64, String)> {
    let answer = client.get("/tlog/checkpoint")?;
    let text = answer.text();
    let mut lines = text.lines().skip(1);
    let size = lines.next().and_then(|line| line.parse().ok());
    match (size, lines.next()) {
        (Some(size), Some(root)) if answer.status == 200 => Ok((size, root.to_string())),
        _ => Err(io::Error::other(format!("no head: {} {text}", answer.status))),
    }
}

/// Does the text speak Chinese?
pub fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}
