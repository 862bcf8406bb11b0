//! A running server: readiness, one writer, what works beside it, the clock, the graceful end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::run::{command, export, own_demo, with_input, xiaoan};

struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
}

/// Serves on a free port and waits for the line that says where.
fn start(data: &Path, args: &[&str]) -> Server {
    open(data, &[&["serve", "--listen", "127.0.0.1:0"], args].concat())
}

fn open(data: &Path, args: &[&str]) -> Server {
    let mut child = command(data, args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("http://") {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "it ended without serving");
    }
    let address =
        line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_else(|| panic!("{line}"));
    Server { address: address.to_string(), child, out }
}

impl Server {
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
    /// SIGTERM; answers the exit code.
    fn stop(mut self) -> i32 {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

#[test]
fn one_writer_at_a_time_and_the_rest_works_beside_it() {
    let (guard, data) = own_demo();
    let server = start(&data, &[]);
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    let checkpoint = server.get("/tlog/checkpoint");
    assert!(checkpoint.contains("demo.xiaoan/log/2026"), "{checkpoint}");
    xiaoan(&data, &["user", "block", "guard"]).refused(1, "同时只能有一个写入者");
    xiaoan(&data, &["serve", "--listen", "127.0.0.1:0"]).refused(1, "同时只能有一个写入者");
    xiaoan(&data, &["serve", "--listen", &server.address]).refused(1, "已被占用");
    with_input(&data, &["user", "reset", "guard", "--password-stdin"], "menwei-2026\n").refused(1, "写入者");
    xiaoan(&data, &["journal", "verify"]).fine();
    assert!(export(&data, "contacts").contains("张福贵"));
    xiaoan(&data, &["backup", guard.path().join("b.tar").to_str().unwrap()]).fine();
    assert_eq!(server.stop(), 0);
    xiaoan(&data, &["user", "block", "guard"]).fine();
    let doctor = xiaoan(&data, &["doctor"]);
    assert!(doctor.out.contains("好    数据库") && doctor.out.contains("签名有效"), "{}{}", doctor.out, doctor.err);
}

#[test]
fn a_demos_clock_runs_as_asked_and_never_goes_back() {
    let (_guard, data) = own_demo();
    let server = start(&data, &["--clock", "2026-11-23T07:30:00+08:00,x3600"]);
    // Deadlines pass in simulated time: an hour a second. Two answers make sure that some of it has run.
    let mut seen = String::new();
    for _ in 0..200 {
        seen = xiaoan(&data, &["journal", "verify"]).fine().out;
        if clock_of(&data) > 1_795_390_200_000 + 3 * 3_600_000 {
            break;
        }
    }
    assert!(seen.contains("全部一致"));
    assert_eq!(server.stop(), 0);
    let stands = clock_of(&data);
    assert!(stands > 1_795_390_200_000 + 3 * 3_600_000, "{stands}");
    let early = ["serve", "--listen", "127.0.0.1:0", "--clock", "2026-11-23T07:30:00+08:00"];
    xiaoan(&data, &early).refused(1, "时间不能倒退");
    let server = start(&data, &[]);
    assert_eq!(server.stop(), 0);
    assert!(clock_of(&data) >= stands);
}

fn clock_of(data: &Path) -> i64 {
    let db = rusqlite::Connection::open(data.join("xiaoan.db")).unwrap();
    let text: String = db.query_row("select value from setting where name = 'clock'", [], |row| row.get(0)).unwrap();
    text.parse().unwrap()
}

#[test]
fn the_demo_serves_when_it_is_filled_and_again_when_it_is_there() {
    let folder = db::testing::TempDir::new();
    let data = folder.path().join("demo");
    let demo = ["demo", "--schools", "3", "--listen", "127.0.0.1:0"];
    for _ in ["filled", "there already"] {
        let server = open(&data, &demo);
        assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
        assert_eq!(server.stop(), 0);
        assert!(clock_of(&data) >= 1_795_390_200_000);
    }
}
