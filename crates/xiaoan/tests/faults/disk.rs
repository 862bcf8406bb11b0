//! A full disk: a small file system of its own, in memory, which only root may mount; elsewhere the test says that it
//! is left out.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use base::Stopwatch;
use db::testing::TempDir;
use load::api::{self, Submission};
use load::server::copy_folder;

use super::{alone, assert_journal_holds, assert_problem, master, page_client, serve, system, token};

/// Room that is left before the ballast is put in.
const ROOM_KIB: u64 = 24 * 1024;
/// Room that is left after it: enough for some submissions and never for all.
const LEFT_KIB: u64 = 512;
const SUBMISSIONS_MAX: u64 = 20_000;
const ANSWER_MS: i64 = 2_000;

/// A file system of a given size; gone when dropped.
struct Small {
    place: PathBuf,
    _dir: TempDir,
}

impl Small {
    fn mount(kib: u64) -> Option<Small> {
        let dir = TempDir::new();
        let place = dir.path().join("disk");
        std::fs::create_dir(&place).unwrap();
        let size = format!("size={kib}k");
        let mounted = system(&["mount", "-t", "tmpfs", "-o", &size, "tmpfs", place.to_str().unwrap()]);
        mounted.then(|| Small { place, _dir: dir })
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        system(&["umount", "-l", self.place.to_str().unwrap()]);
    }
}

fn folder_kib(place: &Path) -> u64 {
    let size = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => folder_kib(&entry.path()),
        // Files take whole pages, and at least one for the name.
        _ => entry.metadata().map_or(0, |meta| meta.len() / 1024 + 8),
    };
    std::fs::read_dir(place).unwrap().flatten().map(size).sum()
}

/// Fills the disk until only `left` KiB are free: writes until nothing goes in, then gives the rest back.
fn ballast(place: &Path, left_kib: u64) {
    let mut file = File::create(place).unwrap();
    let mut kib = 0;
    while file.write_all(&[7; 1024]).is_ok() {
        kib += 1;
    }
    file.set_len((kib - left_kib) * 1024).unwrap();
}

#[test]
fn on_a_full_disk_submissions_get_507_lists_go_on_and_room_alone_brings_writing_back() {
    let _turn = alone();
    let demo = master();
    let Some(small) = Small::mount(folder_kib(demo) + ROOM_KIB) else {
        eprintln!("SKIPPED: a file system cannot be mounted here (only root may), so no disk was filled");
        return;
    };
    let data = small.place.join("data");
    copy_folder(demo, &data).unwrap();
    let server = serve(&data, &[]);
    let token = token(&server, &data);
    let mut client = server.client().bearer(&token);
    let before = Submission::new(1).acknowledged(&mut client).unwrap();

    let filler = small.place.join("ballast");
    ballast(&filler, LEFT_KIB);
    let (mut held, mut refused) = (vec![before], None);
    for n in 2..SUBMISSIONS_MAX {
        let one = Submission::new(n);
        let watch = Stopwatch::start();
        let answer = one.send(&mut client).unwrap();
        let took = watch.elapsed_ms();
        assert!(took <= ANSWER_MS, "an answer took {took} ms");
        if answer.status == 201 {
            held.push(answer.json()["id"].as_str().unwrap().to_string());
            continue;
        }
        assert_problem(&answer, 507, "full");
        refused = Some(one);
        break;
    }
    let refused = refused.expect("the disk filled up");
    assert_problem(&refused.send(&mut client).unwrap(), 507, "full");

    // Reading goes on, for programs and for people.
    let listed = client.get("/api/v1/hazards?limit=50").unwrap();
    assert_eq!(listed.status, 200, "{}", listed.text());
    assert_eq!(
        listed.json()["items"][0]["id"],
        held.last().unwrap().as_str(),
        "the newest is what was acknowledged last"
    );
    let page = page_client(&server, &token).get("/hazards").unwrap();
    assert!(page.status == 200 && api::is_chinese(&page.text()), "{}", page.status);
    assert!(server.client().get("/healthz").unwrap().status == 200);

    std::fs::remove_file(&filler).unwrap();
    let watch = Stopwatch::start();
    let id = refused.acknowledged(&mut client).unwrap();
    assert!(watch.elapsed_ms() <= 5_000, "{} ms after there was room", watch.elapsed_ms());
    assert_eq!(id, refused.key.to_string());
    held.push(id);
    Submission::new(SUBMISSIONS_MAX).acknowledged(&mut client).unwrap();
    for id in &held {
        assert_eq!(client.get(&format!("/api/v1/hazards/{id}")).unwrap().status, 200, "{id}");
    }
    eprintln!("{} submissions before the disk was full and after", held.len());
    assert_journal_holds(&data, &[]);
    assert!(server.stop().unwrap().success());
    assert_journal_holds(&data, &[]);
}
