//! `xiaoan.toml` in the data folder, every key also as `XIAOAN_…`. What the command line says wins over the variable,
//! the variable over the file. An unknown key in the file is refused with its line; an unknown variable is warned about.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use toml::Value;
use toml::de::DeTable;

use crate::sender::config::{Messages, read as read_messages};
use crate::stop::{Done, file, stop};
use crate::witness::config::{Witnesses, read as read_witnesses};
use crate::words;

pub const FILE: &str = "xiaoan.toml";
pub const LISTEN: &str = "127.0.0.1:8080";

/// Keys of the file; the variable is `XIAOAN_` and the key in capitals.
const KEYS: &[&str] = &[
    "listen",
    "database_url",
    "tls_cert",
    "tls_key",
    "tlog_public",
    "public_url",
    "log",
    "log_json",
    "witness",
    "message",
];
/// Those that are tables; as a variable the table's text is the same.
const TABLES: &[&str] = &["witness", "message"];
/// Variables that are no settings: the command line's folder, and those of build and tests.
const OTHER: &[&str] = &["XIAOAN_DATA", "XIAOAN_TEST_PG", "XIAOAN_WEB_DIST", "XIAOAN_WEB_DEV"];
const PREFIX: &str = "XIAOAN_";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub listen: SocketAddr,
    /// Absent: SQLite in the data folder.
    pub database_url: Option<String>,
    pub tls: Option<(PathBuf, PathBuf)>,
    pub tlog_public: bool,
    pub public_url: Option<String>,
    /// Filter of the log (`info`, `warn,web=debug`); absent: `info` while serving, else only errors.
    pub log: Option<String>,
    pub log_json: bool,
    /// Who witnesses the journal; nobody, when the table is not there.
    pub witness: Witnesses,
    /// By what messages leave the house.
    pub message: Messages,
    /// Variables that nobody knows.
    pub unknown: Vec<String>,
}

/// What was given: key, text, and where (file:line or the variable's name).
type Given = Vec<(String, String, String)>;

impl Config {
    /// Reads file and variables. Every fault is told at once.
    pub fn load(data: &Path, variables: impl Iterator<Item = (String, String)>) -> Done<Config> {
        let path = data.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(file(&path)(e)),
        };
        let mut faults = Vec::new();
        let mut given = from_file(&path, &text, &mut faults);
        let mut unknown = Vec::new();
        for (name, value) in variables {
            let Some(key) = name.strip_prefix(PREFIX).map(str::to_lowercase) else { continue };
            if KEYS.contains(&key.as_str()) {
                given.retain(|(known, _, _)| *known != key);
                given.push((key, value, name));
            } else if !OTHER.contains(&name.as_str()) {
                unknown.push(name);
            }
        }
        let config = from_given(data, &given, unknown, &mut faults);
        if faults.is_empty() { Ok(config) } else { Err(stop(faults.join("\n"))) }
    }
}

fn from_file(path: &Path, text: &str, faults: &mut Vec<String>) -> Given {
    let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let at = |line: usize| format!("{}:{line}", path.display());
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(e) => {
            let line = e.span().map_or(1, |span| line_of(span.start));
            faults.push(words::config_unreadable(&at(line), e.message()));
            return Given::new();
        }
    };
    let values: toml::Table = toml::from_str(text).unwrap_or_default();
    let mut given = Given::new();
    for key in table.get_ref().keys() {
        let (name, line) = (key.get_ref().to_string(), line_of(key.span().start));
        if !KEYS.contains(&name.as_str()) {
            faults.push(words::config_unknown(&at(line), &name, KEYS));
            continue;
        }
        match values.get(&name) {
            Some(Value::String(text)) => given.push((name, text.clone(), at(line))),
            Some(Value::Boolean(flag)) => given.push((name, flag.to_string(), at(line))),
            Some(Value::Table(table)) if TABLES.contains(&name.as_str()) => {
                given.push((name, toml::to_string(&table).unwrap_or_default(), at(line)))
            }
            _ => faults.push(words::config_value(&at(line), &name)),
        }
    }
    given
}

fn from_given(data: &Path, given: &Given, unknown: Vec<String>, faults: &mut Vec<String>) -> Config {
    let find = |key: &str| given.iter().find(|(name, _, _)| name == key);
    let text = |key: &str| find(key).map(|(_, value, _)| value.clone()).filter(|v| !v.is_empty());
    let mut wrong = |key: &str| {
        if let Some((name, _, place)) = find(key) {
            faults.push(words::config_value(place, name));
        }
    };
    let mut flag = |key: &str, default: bool| match text(key).as_deref() {
        None => default,
        Some("true" | "1") => true,
        Some("false" | "0") => false,
        Some(_) => {
            wrong(key);
            default
        }
    };
    let (tlog_public, log_json) = (flag("tlog_public", true), flag("log_json", false));
    let standard: SocketAddr = LISTEN.parse().expect("the standard address is one");
    let listen = text("listen").map_or(Some(standard), |t| t.parse().ok());
    if listen.is_none() {
        wrong("listen");
    }
    let witness = text("witness").map_or(Some(Witnesses::default()), |text| read_witnesses(&text));
    if witness.is_none() {
        wrong("witness");
    }
    let message = text("message").map_or(Some(Messages::default()), |text| read_messages(&text));
    if message.is_none() {
        wrong("message");
    }
    let path = |key: &str| text(key).map(|p| data.join(p));
    let tls = match (path("tls_cert"), path("tls_key")) {
        (Some(cert), Some(key)) => Some((cert, key)),
        (None, None) => None,
        _ => {
            faults.push(words::CONFIG_TLS.into());
            None
        }
    };
    Config {
        listen: listen.unwrap_or(standard),
        database_url: text("database_url"),
        tls,
        tlog_public,
        public_url: text("public_url"),
        log: text("log"),
        log_json,
        witness: witness.unwrap_or_default(),
        message: message.unwrap_or_default(),
        unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, variables: &[(&str, &str)]) -> Done<Config> {
        let dir = db::testing::TempDir::new();
        std::fs::write(dir.path().join(FILE), text).unwrap();
        let variables = variables.iter().map(|(k, v)| (k.to_string(), v.to_string()));
        Config::load(dir.path(), variables).map_err(|mut e| {
            e.text = e.text.replace(&dir.path().display().to_string(), "DIR");
            e
        })
    }

    #[test]
    fn unknown_keys_and_bad_values_are_told_with_their_lines_all_at_once() {
        let e = load("# 配置\nlisten = \"nowhere\"\nport = 80\ntlog_public = \"ja\"\n", &[]).unwrap_err();
        assert_eq!(e.code, 1);
        let lines: Vec<&str> = e.text.lines().collect();
        assert_eq!(lines.len(), 3, "{}", e.text);
        assert!(lines[0].starts_with("DIR/xiaoan.toml:3") && lines[0].contains("port"), "{}", lines[0]);
        assert!(e.text.contains("DIR/xiaoan.toml:2") && e.text.contains("DIR/xiaoan.toml:4"), "{}", e.text);
        let e = load("listen = \n", &[]).unwrap_err();
        assert!(e.text.starts_with("DIR/xiaoan.toml:1"), "{}", e.text);
    }

    #[test]
    fn a_variable_wins_over_the_file_and_an_unknown_one_is_only_named() {
        let config = load(
            "listen = \"0.0.0.0:9000\"\ntlog_public = false\n",
            &[("XIAOAN_LISTEN", "127.0.0.1:7000"), ("XIAOAN_LISTNE", "x"), ("XIAOAN_TEST_PG", "y"), ("HOME", "/")],
        )
        .unwrap();
        assert_eq!(config.listen.port(), 7000);
        assert!(!config.tlog_public);
        assert_eq!(config.unknown, ["XIAOAN_LISTNE"]);
    }

    #[test]
    fn witnesses_are_a_table_with_addresses_and_keys() {
        let vkey = journal::Cosigner::new("police.jilin/witness", [3; 32]).unwrap().verifier_key();
        let one = format!("{{ url = \"http://10.0.0.1:8090\", vkey = \"{vkey}\" }}");
        let config = load(&format!("[witness]\nlist = [{one}]\n"), &[]).unwrap();
        let known = &config.witness;
        assert_eq!((known.list.len(), known.quorum, known.every_s), (1, 1, 10));
        assert_eq!(
            (known.list[0].key.name(), known.list[0].url.as_str()),
            ("police.jilin/witness", "http://10.0.0.1:8090")
        );
        let spoken = format!("quorum = 1\nevery = 1\nlist = [{one}]");
        assert_eq!(load("", &[("XIAOAN_WITNESS", &spoken)]).unwrap().witness.every_s, 1);
        assert!(load("", &[]).unwrap().witness.list.is_empty());
        let log = journal::Signer::new("a/log", [3; 32]).unwrap().verifier_key();
        for bad in [
            format!("[witness]\nlist = [{one}, {one}]\n"),
            format!("[witness]\nquorum = 2\nlist = [{one}]\n"),
            format!("[witness]\nevery = 0\nlist = [{one}]\n"),
            format!("[witness]\nlisst = [{one}]\n"),
            format!("[witness]\nlist = [{}]\n", one.replace("http:", "ftp:")),
            format!("[witness]\nlist = [{}]\n", one.replace(&vkey, &log)),
            "witness = 3\n".into(),
        ] {
            let text = format!("# 配置\n{bad}");
            let e = load(&text, &[]).unwrap_err();
            assert!(e.text.contains("xiaoan.toml:2") && e.text.contains("witness"), "{text}{}", e.text);
        }
    }

    #[test]
    fn far_sides_are_a_table_and_their_secrets_are_never_printed() {
        let gateway =
            "gateway = { url = \"http://10.0.0.1/gateway/\", key = \"k\", secret = \"geheim\", voice = true }";
        let mail = "mail = { host = \"smtp.example\", port = 465, from = \"a@b.example\", name = \"n\", password = \"geheim\" }";
        let rest = "contact = \"mailto:a@b.example\"\nhosts = [\"10.0.0.1:9000\"]";
        let config = load(&format!("[message]\n{gateway}\n{mail}\n{rest}\n"), &[]).unwrap();
        let known = &config.message;
        assert_eq!(known.gateway.as_ref().unwrap().url, "http://10.0.0.1/gateway");
        assert_eq!((known.voice, known.mail.as_ref().unwrap().port, known.hosts.len()), (true, 465, 1));
        assert!(!format!("{config:?}").contains("geheim"), "{config:?}");
        for bad in [
            gateway.replace("http://10.0.0.1/gateway/", "10.0.0.1"),
            gateway.replace("key = \"k\", ", ""),
            mail.replace("465", "0"),
            mail.replace("name = \"n\", ", ""),
            mail.replace("465", "465, shelter = \"plain\""),
            "contact = \"nobody\"".into(),
            "hosts = [\"http://a/\"]".into(),
            "hots = []".into(),
        ] {
            let e = load(&format!("# 配置\n[message]\n{bad}\n"), &[]).unwrap_err();
            assert!(e.text.contains("xiaoan.toml:2") && e.text.contains("message"), "{bad}{}", e.text);
            assert!(!e.text.contains("geheim"), "{}", e.text);
        }
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        assert!(load("tls_cert = \"a.pem\"\n", &[]).is_err());
        let config = load("tls_cert = \"a.pem\"\ntls_key = \"/etc/k.pem\"\n", &[]).unwrap();
        assert!(config.tls.unwrap().1.ends_with("etc/k.pem"));
    }
}
