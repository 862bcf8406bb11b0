//! The tampers of the design (security.md §4, S4) as far as a log alone can show them: each is noticed and named.
//! Rows that were edited or deleted by SQL are the self-audit's (`safety`); here a record's edit shows in its bundle.

use std::collections::BTreeMap;

use base::Ms;
use journal::{
    Checkpoint, Leaf, LogFault, LogReader, LogReport, StoreReader, TileFolder, append, entry_bundle, verify_log,
    verify_log_since,
};

use crate::tile::exported;
use crate::world::{Log, MemStore, leaf, leaves, signer};

const SIZE: usize = 3_000;

fn audit(log: &Log, seen: &[Checkpoint]) -> Result<LogReport, LogFault> {
    let mut reader = StoreReader {
        checkpoint: log.checkpoint.clone(),
        entries: &mut |first, count| Ok(log.entries.iter().skip(first as usize).take(count).cloned().collect()),
        store: &mut log.store.clone(),
    };
    verify_log_since(&mut reader, &log.vkey, seen)
}

fn audit_files(files: &BTreeMap<String, Vec<u8>>, vkey: &str) -> Result<LogReport, LogFault> {
    verify_log(&mut TileFolder::new(&mut |path| Ok(files.get(path).cloned())), vkey)
}

fn log() -> Log {
    Log::of(leaves(SIZE, "tamper"), "key")
}

#[test]
fn an_honest_log_holds_in_a_store_and_as_files() {
    for size in [0, 1, 2, 255, 256, 257, 1_023, 1_024, 1_025, SIZE] {
        let log = Log::of(leaves(size, "honest"), "key");
        let report = audit(&log, &[]).unwrap();
        assert_eq!((report.size, report.root), (size as u64, log.head().root));
        assert_eq!(audit_files(&exported(&log), &log.vkey).unwrap(), report);
    }
}

#[test]
fn an_honest_log_goes_on_from_every_head_seen_earlier() {
    let all = leaves(SIZE, "tamper");
    let seen: Vec<Checkpoint> =
        [0, 1, 700, 1_024, 1_024, 2_999, SIZE].map(|size| Log::of(all[..size].to_vec(), "key").head()).to_vec();
    assert_eq!(audit(&log(), &seen).unwrap().size, SIZE as u64);
}

#[test]
fn an_edited_entry_is_named() {
    for n in [0, 1, 1_500, 2_047, 2_999] {
        let mut log = log();
        let mut edited = Leaf::decode(&log.entries[n]).unwrap();
        edited.version += 1;
        log.entries[n] = edited.encode();
        assert_eq!(audit(&log, &[]), Err(LogFault::Entry(n as u64)));
        // Also when the stored hash of the leaf was changed to fit: then the tree above it gives it away.
        log.store.hashes[journal::stored_count(n as u64) as usize] = journal::leaf_hash(&log.entries[n]);
        assert_eq!(audit(&log, &[]), Err(LogFault::Root));
    }
}

#[test]
fn an_entry_of_noise_is_named_without_stored_hashes_too() {
    struct Bare(Log);
    impl LogReader for Bare {
        fn checkpoint(&mut self) -> base::Result<String> {
            Ok(self.0.checkpoint.clone())
        }
        fn entries(&mut self, first: u64, count: usize) -> base::Result<Vec<Vec<u8>>> {
            Ok(self.0.entries[first as usize..][..count].to_vec())
        }
    }
    let mut log = log();
    let vkey = log.vkey.clone();
    assert_eq!(verify_log(&mut Bare(log.clone()), &vkey).unwrap().size, SIZE as u64);
    log.entries[77][20] ^= 1;
    let whole = verify_log(&mut Bare(log.clone()), &vkey);
    assert!(matches!(whole, Err(LogFault::Root | LogFault::Entry(77))), "{whole:?}");
    log.entries[77] = vec![0xff; 9];
    assert_eq!(verify_log(&mut Bare(log), &vkey), Err(LogFault::Entry(77)));
}

#[test]
fn a_dropped_a_swapped_and_an_inserted_entry_are_named() {
    let mut dropped = log();
    dropped.entries.remove(1_234);
    assert_eq!(audit(&dropped, &[]), Err(LogFault::Entry(1_234)));
    let mut swapped = log();
    swapped.entries.swap(10, 2_000);
    assert_eq!(audit(&swapped, &[]), Err(LogFault::Entry(10)));
    let mut inserted = log();
    inserted.entries.insert(500, inserted.entries[3].clone());
    assert_eq!(audit(&inserted, &[]), Err(LogFault::Entry(500)));
}

#[test]
fn a_log_cut_short_is_named_at_the_cut() {
    let mut cut = log();
    cut.entries.truncate(2_990);
    assert_eq!(audit(&cut, &[]), Err(LogFault::Entry(2_990)));
    cut.entries.clear();
    assert_eq!(audit(&cut, &[]), Err(LogFault::Entry(0)));
}

#[test]
fn a_changed_stored_hash_is_told_from_a_changed_entry() {
    for (level, n) in [(0, 0), (0, 2_222), (1, 700), (8, 3), (11, 0)] {
        let mut log = log();
        let at = tlog_tiles::tlog::stored_hash_index(level, n);
        log.store.hashes[at as usize][0] ^= 1;
        assert_eq!(audit(&log, &[]), Err(LogFault::Hash { level, n }));
    }
}

#[test]
fn another_key_another_size_and_a_replayed_signature_are_refused() {
    let honest = log();
    let resigned = Log { checkpoint: signer("thief").checkpoint(SIZE as u64, honest.head().root), ..honest.clone() };
    assert_eq!(audit(&resigned, &[]), Err(LogFault::Signature));
    let resized = Log { checkpoint: honest.checkpoint.replacen("\n3000\n", "\n2999\n", 1), ..honest.clone() };
    assert_eq!(audit(&resized, &[]), Err(LogFault::Signature));
    let old = Log::of(honest.entries[..2_999].to_vec(), "key");
    let replayed = honest.checkpoint.split("\n\n").next().unwrap().to_owned()
        + "\n\n"
        + old.checkpoint.split("\n\n").nth(1).unwrap();
    assert_eq!(audit(&Log { checkpoint: replayed, ..honest.clone() }, &[]), Err(LogFault::Signature));
    let no_note = Log { checkpoint: "3000".into(), ..honest };
    assert!(matches!(audit(&no_note, &[]), Err(LogFault::Shape(_))));
}

#[test]
fn a_signed_size_that_the_entries_do_not_reach_or_give_is_refused() {
    let honest = log();
    let key = signer("key");
    let more = Log { checkpoint: key.checkpoint(3_001, honest.head().root), ..honest.clone() };
    assert_eq!(audit(&more, &[]), Err(LogFault::Entry(3_000)));
    let fewer = Log { checkpoint: key.checkpoint(2_999, honest.head().root), ..honest.clone() };
    assert_eq!(audit(&fewer, &[]), Err(LogFault::Root));
    let endless = Log { checkpoint: key.checkpoint(u64::MAX, honest.head().root), ..honest };
    assert!(matches!(audit(&endless, &[]), Err(LogFault::Shape(_))));
}

#[test]
fn the_holder_of_the_key_cannot_roll_back_fork_or_back_date_before_a_head_seen_earlier() {
    let honest = log();
    let seen = [Log::of(honest.entries[..2_000].to_vec(), "key").head(), honest.head()];
    let restored = Log::of(honest.entries[..2_500].to_vec(), "key");
    assert_eq!(audit(&restored, &[]).unwrap().size, 2_500, "by itself an old copy holds");
    assert_eq!(audit(&restored, &seen), Err(LogFault::Shrunk(3_000)));
    let mut forked = honest.entries.clone();
    forked[2_600] = leaf(&mut base::Seed::named(1, "fork")).encode();
    assert_eq!(audit(&Log::of(forked, "key"), &seen), Err(LogFault::Rewritten(3_000)));
    let mut dated = honest.entries.clone();
    let mut early = Leaf::decode(&dated[1_999]).unwrap();
    early.received_at = early.received_at.plus(-Ms::DAY);
    dated[1_999] = early.encode();
    dated.extend(leaves(10, "later"));
    let dated = Log::of(dated, "key");
    assert_eq!(audit(&dated, &[]).unwrap().size, 3_010, "by itself a new history holds");
    assert_eq!(audit(&dated, &seen), Err(LogFault::Rewritten(2_000)));
    let stranger = Checkpoint { origin: "220300.xiaoan/log/2026".into(), ..seen[0].clone() };
    assert!(matches!(audit(&honest, &[stranger]), Err(LogFault::Shape(_))));
}

#[test]
fn an_entry_that_was_signed_but_is_no_leaf_is_told() {
    let mut entries = leaves(600, "shape");
    entries[300] = b"not a leaf".to_vec();
    let told = audit(&Log::of(entries, "key"), &[]);
    assert!(matches!(&told, Err(LogFault::Shape(what)) if what.starts_with("entry 300 ")), "{told:?}");
}

#[test]
fn a_store_that_cannot_be_read_says_nothing_about_the_log() {
    let mut log = log();
    log.store.hashes.truncate(100);
    assert!(matches!(audit(&log, &[]), Err(LogFault::Read(_))));
    // And a log must not be appended to on such a ground.
    let mut broken: MemStore = log.store.clone();
    assert!(append(&mut broken, &log.entries[..1]).is_err());
}

#[test]
fn each_changed_file_of_an_export_is_noticed() {
    let log = log();
    let files = exported(&log);
    let (mut entries, mut hashes) = (0, 0);
    for path in files.keys().filter(|path| *path != "checkpoint") {
        let mut other = files.clone();
        let bytes = other.get_mut(path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 4;
        match audit_files(&other, &log.vkey) {
            Err(LogFault::Entry(_)) => entries += 1,
            Err(LogFault::Hash { .. }) => hashes += 1,
            told => panic!("{path}: {told:?}"),
        }
        other.get_mut(path).unwrap().pop();
        assert!(matches!(audit_files(&other, &log.vkey), Err(LogFault::Entry(_) | LogFault::Read(_))), "{path} cut");
        // What follows the last entry or hash, even in form, was not signed.
        let more = if path.contains("entries") { entry_bundle(&log.entries[..1]).unwrap() } else { vec![0; 32] };
        other.insert(path.clone(), [&files[path][..], &more].concat());
        assert!(matches!(audit_files(&other, &log.vkey), Err(LogFault::Entry(_) | LogFault::Read(_))), "{path} longer");
        other.remove(path);
        assert!(matches!(audit_files(&other, &log.vkey), Err(LogFault::Entry(_) | LogFault::Read(_))), "{path} gone");
    }
    // 3,000 = 11 × 256 + 184: twelve bundles, twelve tiles and one above them.
    assert_eq!((entries, hashes), (12, 13));
    let mut bare = files.clone();
    bare.remove("checkpoint");
    assert!(matches!(audit_files(&bare, &log.vkey), Err(LogFault::Read(_))));
}
