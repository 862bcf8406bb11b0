//! Part C, acceptance 6, with real processes: two witnesses cosign, one goes down, a forked head and a database put back
//! to yesterday are refused and raised; the log with cosignatures verifies with a third party's code; a witness killed
//! again and again forgets nothing and signs no second history.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use base::{Seed, Stopwatch};
use db::testing::TempDir;
use journal::witness::request;
use journal::{CosignerKey, Hash, Signer, TreeStore, cosignatures};
use load::api::Submission;
use load::drive::sleep_ms;
use load::http::{Answer, Client};
use load::server::{copy_folder, free_port};

use crate::faults::{House, alone, run, said, serve, token};
use crate::run::{command, xiaoan};

/// How long something may take that takes a second on a quiet machine.
const PATIENCE_MS: i64 = 120_000;

struct Witness {
    data: PathBuf,
    port: u16,
    log: String,
    vkey: String,
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Witness {
    fn start(data: &Path, name: &str, port: u16, log: &str) -> Witness {
        let listen = format!("127.0.0.1:{port}");
        let words = ["witness", "--listen", &listen, "--name", name, "--log", log];
        let mut child = command(data, &words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (mut line, mut vkey) = (String::new(), String::new());
        while !line.contains("http://") {
            line.clear();
            assert_ne!(out.read_line(&mut line).unwrap(), 0, "the witness ended at its start");
            if let Some(key) = line.trim().strip_prefix("见证公钥 ") {
                vkey = key.to_string();
            }
        }
        Witness { data: data.into(), port, log: log.into(), vkey, child, out }
    }
    fn key(&self) -> CosignerKey {
        CosignerKey::parse(&self.vkey).unwrap()
    }
    fn client(&self) -> Client {
        Client::new(([127, 0, 0, 1], self.port).into()).unwrap().waiting(20_000)
    }
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
    /// Killed, and started again on the same folder and port.
    fn again(mut self) -> Witness {
        self.kill();
        let name = self.key().name().to_string();
        Witness::start(&self.data.clone(), &name, self.port, &self.log.clone())
    }
    /// Size known and heads held against the log.
    fn seen(&self) -> (u64, i64) {
        let told = self.client().get("/").unwrap().json();
        (told["logs"][0]["size"].as_u64().unwrap(), told["logs"][0]["against"].as_i64().unwrap())
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let mut rest = String::new();
        let _ = self.out.read_to_string(&mut rest);
    }
}

#[track_caller]
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let watch = Stopwatch::start();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(watch.elapsed_ms() < PATIENCE_MS, "{what} did not come");
        sleep_ms(100);
    }
}

fn configure(data: &Path, witnesses: &[&Witness]) {
    let one = |w: &&Witness| format!("{{ url = \"http://127.0.0.1:{}\", vkey = \"{}\" }}", w.port, w.vkey);
    let list = witnesses.iter().map(one).collect::<Vec<_>>().join(", ");
    std::fs::write(data.join("xiaoan.toml"), format!("[witness]\nevery = 1\nlist = [{list}]\n")).unwrap();
}

fn submit(client: &mut Client, what: &str) {
    let answer = Submission::of(what.into(), None).send(client).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
}

fn head(client: &mut Client) -> (u64, String) {
    let note = client.get("/tlog/checkpoint").unwrap().text();
    (journal::peek_checkpoint(&note).unwrap().size, note)
}

/// The newest head when it carries these witnesses' signatures.
fn cosigned(client: &mut Client, keys: &[CosignerKey]) -> Option<(u64, String)> {
    let (size, note) = head(client);
    (cosignatures(&note, keys).unwrap().len() == keys.len()).then_some((size, note))
}

fn metric(client: &mut Client, name: &str) -> Option<i64> {
    let told: Answer = client.get("/metrics").unwrap();
    told.text().lines().find_map(|line| line.strip_prefix(&format!("{name} "))?.parse().ok())
}

#[test]
fn two_witnesses_sign_one_goes_down_and_a_log_put_back_or_forked_is_raised() {
    let _turn = alone();
    let (house, place) = (House::new(), TempDir::new());
    let log = said(&run(&house.data, &["journal", "key"])).trim().to_string();
    let start = |name: &str| {
        Witness::start(&place.path().join(name), &format!("{name}.jilin/witness"), free_port().unwrap(), &log)
    };
    let (county, police) = (start("county"), start("police"));
    let (both, first) = ([county.key(), police.key()], [county.key()]);
    configure(&house.data, &[&county, &police]);
    let yesterday = place.path().join("yesterday");
    copy_folder(&house.data, &yesterday).unwrap();

    // Both sign, and the log verifies with a third party's code.
    let server = serve(&house.data, &[]);
    let bearer = token(&server, &house.data);
    let mut client = server.client().bearer(&bearer);
    submit(&mut client, "见证演练 第一条");
    let (size, note) = until("two cosignatures", || cosigned(&mut client, &both));
    assert_eq!(
        until("the quorum", || Some(client.get("/tlog/witnessed").unwrap()).filter(|a| a.status == 200)).text(),
        note
    );
    assert_eq!((county.seen(), police.seen()), ((size, 0), (size, 0)));
    assert_eq!(metric(&mut client, "xiaoan_witnessed_leaves"), Some(size as i64));
    third_party(&mut client, &log, &[&county.vkey, &police.vkey], place.path());
    proven(&house.data, place.path(), &county.vkey, &police.vkey);

    // One is down: nothing waits for it, the other signs on; back again, it catches up.
    let port = police.port;
    let vkey = police.vkey.clone();
    drop(police);
    submit(&mut client, "见证演练 第二条");
    let (size, _) = until("the other's cosignature", || cosigned(&mut client, &first).filter(|(n, _)| *n > size));
    assert_eq!(client.get("/tlog/witnessed").unwrap().status, 200);
    let police = Witness::start(&place.path().join("police"), "police.jilin/witness", port, &log);
    assert_eq!(police.vkey, vkey, "its key is made once");
    submit(&mut client, "见证演练 第三条");
    let (last, _) = until("both again", || cosigned(&mut client, &both).filter(|(n, _)| *n > size));
    assert_eq!(metric(&mut client, "xiaoan_witness_findings"), Some(0));
    assert!(server.stop().unwrap().success());
    let doctor = xiaoan(&house.data, &["doctor"]);
    assert!(doctor.out.contains("好    见证"), "{}{}", doctor.out, doctor.err);

    // The whole database of yesterday, under the same key: it is whole in itself, and only the witnesses know better.
    let server = serve(&yesterday, &[]);
    let mut client = server.client().bearer(&bearer);
    let found = until("the roll-back", || metric(&mut client, "xiaoan_witness_findings").filter(|n| *n == 2));
    assert_eq!(found, 2);
    let doctor = xiaoan(&yesterday, &["doctor"]);
    assert!(doctor.out.contains("注意  见证") && doctor.out.contains("换回了旧的"), "{}", doctor.out);
    assert_eq!(client.get("/tlog/witnessed").unwrap().status, 404);
    // It grows past what the witnesses know: now it is another log of the same name.
    let bearer = token(&server, &yesterday);
    let mut client = server.client().bearer(&bearer);
    let mut n = 0;
    while head(&mut client).0 <= last {
        n += 1;
        submit(&mut client, &format!("另一本 第{n}条"));
    }
    until("the fork", || metric(&mut client, "xiaoan_witness_findings").filter(|n| *n == 4));
    let (grown, note) = head(&mut client);
    assert!(grown > last && cosignatures(&note, &both).unwrap().is_empty(), "{note}");
    assert_eq!(county.seen().0, last);
    assert!(county.seen().1 >= 1 && police.seen().1 >= 1);
    assert!(server.stop().unwrap().success());
    xiaoan(&yesterday, &["journal", "verify"]).fine();

    // The true log goes on where it was.
    let server = serve(&house.data, &[]);
    let bearer = token(&server, &house.data);
    let mut client = server.client().bearer(&bearer);
    submit(&mut client, "见证演练 第四条");
    until("both for the true log", || cosigned(&mut client, &both).filter(|(n, _)| *n > last));
    assert!(server.stop().unwrap().success());
}

/// A record's proof carries the witnesses' signatures, and says so offline.
fn proven(data: &Path, place: &Path, county: &str, police: &str) {
    let file = place.join("proof.json");
    let path = file.to_str().unwrap();
    let out = xiaoan(data, &["journal", "prove", "江湾-2026-0003", "--out", path]).fine();
    assert!(out.out.contains("hazard"), "{}", out.out);
    let told = xiaoan(data, &["journal", "verify-bundle", path, "--witness", county, "--witness", police]).fine();
    assert!(told.out.contains("见证：county.jilin/witness 在 20"), "{}", told.out);
    let stranger = journal::Cosigner::new("nobody.example", [9; 32]).unwrap().verifier_key();
    xiaoan(data, &["journal", "verify-bundle", path, "--witness", &stranger])
        .refused(1, "没有 nobody.example 的见证签名");
}

/// The served files as the Go team's packages see them, cosignatures and all. Skipped, and said so, without Go.
fn third_party(client: &mut Client, log: &str, witnesses: &[&str], place: &Path) {
    const GOPATH: &str = "/usr/share/gocode";
    let here = Command::new("go").arg("version").output().is_ok();
    if !here || !Path::new(GOPATH).join("src/golang.org/x/mod/sumdb/tlog").is_dir() {
        return eprintln!(
            "SKIPPED: the third party's check of the witnessed log: Go or its packages are not installed"
        );
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../journal/tests/go");
    let program = place.join("verify");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg("verify.go")
        .current_dir(source)
        .env("GO111MODULE", "off")
        .env("GOPATH", GOPATH)
        .env("GOFLAGS", "")
        .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("third_party/cache"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let folder = place.join("log");
    let keep = |path: &str, bytes: &[u8]| {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    };
    let note = client.get("/tlog/witnessed").unwrap().text();
    let size = journal::peek_checkpoint(&note).unwrap().size;
    keep("checkpoint", note.as_bytes());
    keep("witnesses", witnesses.join("\n").as_bytes());
    for (level, entries) in [(0u8, true), (0, false), (1, false)] {
        let have = size >> (8 * level);
        for n in 0..have.div_ceil(256) {
            let kind = if entries { journal::TileKind::Entries } else { journal::TileKind::Hashes(level) };
            let path = journal::TilePath::in_tree(kind, n, size).unwrap().to_string();
            let answer = client.get(&format!("/tlog/{path}")).unwrap();
            assert_eq!(answer.status, 200, "{path}");
            keep(&path, &answer.body);
        }
    }
    // A proof made by a client out of the files alone.
    let mut read = |path: journal::TilePath| Ok(std::fs::read(folder.join(path.to_string())).unwrap());
    let proof = journal::inclusion_from_tiles(&mut read, 7, size).unwrap();
    use base64::Engine as _;
    let text = |hash: &Hash| format!(" {}", base64::engine::general_purpose::STANDARD.encode(hash));
    keep("proofs", format!("inclusion 7{}\n", proof.iter().map(text).collect::<String>()).as_bytes());
    let done = Command::new(&program).arg(&folder).arg(log).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    assert!(told.contains("county.jilin/witness at ") && told.contains("police.jilin/witness at "), "{told}");
    assert!(told.contains(&format!("{size} entries, 1 inclusion and 0 consistency proofs")), "{told}");
}

#[derive(Default)]
struct Store(u64, Vec<Hash>);

impl TreeStore for Store {
    fn size(&mut self) -> base::Result<u64> {
        Ok(self.0)
    }
    fn hashes(&mut self, at: &[u64]) -> base::Result<Vec<Hash>> {
        Ok(at.iter().map(|at| self.1[*at as usize]).collect())
    }
    fn append(&mut self, _: u64, hashes: &[Hash], size: u64) -> base::Result<()> {
        self.1.extend_from_slice(hashes);
        self.0 = size;
        Ok(())
    }
}

/// Kills fall anywhere: before, between storing and answering, after.
#[test]
fn a_witness_killed_twenty_times_under_load_forgets_no_head_that_it_signed() {
    let _turn = alone();
    let place = TempDir::new();
    let signer = Signer::new("kill.xiaoan/log/2026", [4; 32]).unwrap();
    let mut witness =
        Witness::start(&place.path().join("w"), "w.example", free_port().unwrap(), &signer.verifier_key());
    let key = [witness.key()];
    let mut store = Store::default();
    let leaves: Vec<Vec<u8>> = (0..20_000u32).map(|n| n.to_be_bytes().to_vec()).collect();
    journal::append(&mut store, &leaves).unwrap();
    let note = |store: &mut Store, size: u64| signer.checkpoint(size, journal::root(store, size).unwrap());
    let mut seed = Seed::named(1, "witness kill");
    let (mut known, mut signed, mut unanswered) = (0u64, 0, 0);
    for _ in 0..20 {
        let pid = witness.child.id().to_string();
        let after = 20 + seed.below(150) as i64;
        let killer = std::thread::spawn(move || {
            sleep_ms(after);
            Command::new("kill").args(["-9", &pid]).status().unwrap();
        });
        let mut client = witness.client();
        let mut tried = known;
        while tried == known {
            tried = known + 1 + seed.below(5);
            let proof = journal::prove_consistency(&mut store, known, tried).unwrap();
            let head = note(&mut store, tried);
            match client.send("POST", "/add-checkpoint", &[], request(known, &proof, &head).as_bytes()) {
                Ok(answer) if answer.status == 200 => {
                    let whole = head + &answer.text();
                    assert_eq!(cosignatures(&whole, &key).unwrap().len(), 1);
                    (known, signed) = (tried, signed + 1);
                }
                Ok(answer) => panic!("{} {}", answer.status, answer.text()),
                Err(_) => break,
            }
        }
        killer.join().unwrap();
        witness = witness.again();
        // What was answered is known; what was not may be known or not, and nothing else is.
        let (size, against) = witness.seen();
        assert!(size == known || size == tried, "{known} was signed, {tried} was asked, {size} is known");
        assert_eq!(against, 0);
        unanswered += usize::from(size != known);
        // The head that it knows is signed again, another of the same size is not.
        if size > 0 {
            let head = note(&mut store, size);
            let again =
                witness.client().send("POST", "/add-checkpoint", &[], request(size, &[], &head).as_bytes()).unwrap();
            assert_eq!(again.status, 200, "{}", again.text());
            assert_eq!(cosignatures(&(head + &again.text()), &key).unwrap().len(), 1);
        }
        known = size;
    }
    assert!(signed > 20, "only {signed} heads were signed: that is no load");
    eprintln!("20 kills, {signed} heads signed, {unanswered} stored whose answer was lost");
    let fork = signer.checkpoint(known, [9; 32]);
    let refused = witness.client().send("POST", "/add-checkpoint", &[], request(known, &[], &fork).as_bytes()).unwrap();
    assert_eq!(refused.status, 422);
    let stale = witness
        .client()
        .send("POST", "/add-checkpoint", &[], request(0, &[], &note(&mut store, 1)).as_bytes())
        .unwrap();
    assert_eq!(
        (stale.status, stale.text(), stale.header("content-type")),
        (409, format!("{known}\n"), Some("text/x.tlog.size"))
    );
    use sha2::Digest;
    let hash: String = sha2::Sha256::digest(signer.origin()).iter().map(|byte| format!("{byte:02x}")).collect();
    let monitored = witness.client().get(&format!("/{hash}/checkpoint")).unwrap();
    assert_eq!(journal::open_checkpoint(&monitored.text(), &signer.verifier_key()).unwrap().size, known);
    assert_eq!(cosignatures(&monitored.text(), &key).unwrap().len(), 1);
    assert_eq!(witness.client().get("/0000/checkpoint").unwrap().status, 404);
    let long = vec![b'x'; 100_000];
    assert_eq!(witness.client().send("POST", "/add-checkpoint", &[], &long).unwrap().status, 400);
}

#[test]
fn a_witness_names_itself_once_and_does_not_stand_where_the_log_stands() {
    let place = TempDir::new();
    let log = Signer::new("a.xiaoan/log", [4; 32]).unwrap().verifier_key();
    let data = place.path().join("w");
    xiaoan(&data, &["witness", "--listen", "127.0.0.1:0", "--log", &log]).refused(1, "--name");
    xiaoan(&data, &["witness", "--listen", "127.0.0.1:0", "--name", "见证", "--log", &log]).refused(2, "名字");
    xiaoan(&data, &["witness", "--listen", "127.0.0.1:0", "--name", "w.example", "--log", "nonsense"])
        .refused(2, "公钥");
    xiaoan(&data, &["witness", "--listen", "127.0.0.1:0"]).refused(2, "--log");
    let first = Witness::start(&data, "w.example", free_port().unwrap(), &log);
    let second = ["witness", "--listen", "127.0.0.1:0", "--log", &log];
    xiaoan(&data, &second).refused(1, "同时只能有一个写入者");
    drop(first);
    xiaoan(&data, &["witness", "--listen", "127.0.0.1:0", "--name", "x.example", "--log", &log])
        .refused(1, "w.example");
    let house = House::new();
    xiaoan(&house.data, &second).refused(1, "另一个目录");
}

#[test]
fn the_far_sides_can_be_tried_without_a_network() {
    use base::{Id, Ms};
    use courier::{Gateway, Line, Message, Outcome, Wire};
    use std::time::Duration;
    let place = TempDir::new();
    let (http, smtp) = (free_port().unwrap(), free_port().unwrap());
    let (listen, mail) = (format!("127.0.0.1:{http}"), format!("127.0.0.1:{smtp}"));
    let words = ["fakes", "--listen", &listen, "--smtp", &mail];
    let mut child = command(place.path(), &words).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let (mut line, mut told) = (String::new(), String::new());
    while !line.contains("按 Ctrl+C 停止") {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "{told}");
        told += &line;
    }
    for channel in ["企业微信", "钉钉", "飞书", "短信", "电话", "回调", "网页推送", "邮件"] {
        assert!(told.contains(channel), "{channel} is not told: {told}");
    }
    let mut client = Client::new(([127, 0, 0, 1], http).into()).unwrap();
    assert!(client.get("/").unwrap().text().contains("还没有收到消息"));
    let url = format!("http://{listen}/gateway");
    let desk = Gateway { url, key: fakes::GATEWAY_KEY.into(), secret: fakes::GATEWAY_SECRET.into() };
    let message = Message::new(Id::from_parts(Ms(0), [1; 10]), Line::Test, "http://xiaoan.example/i/1").unwrap();
    let call = desk.message("110", &message, |_| "【校安】测试", base::Stopwatch::wall_seconds());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(Wire::new().send(&call, Duration::from_secs(20)));
    assert!(matches!(desk.outcome(&answer), Outcome::Taken(Some(_))), "{answer:?}");
    let page = client.get("/").unwrap().text();
    assert!(page.contains("短信") && page.contains("【校安】测试") && page.contains("已收"), "{page}");
    assert_eq!(client.get("/received").unwrap().json()[0]["to"], "110");
    child.kill().unwrap();
    child.wait().unwrap();
    // They take what they are sent: only this machine may send.
    xiaoan(place.path(), &["fakes", "--listen", "0.0.0.0:0"]).refused(2, "0.0.0.0");
}
