use base::{Seed, Stopwatch};
use journal::witness::{Admitted, NotCosigned, Witness, conflict_size, request};
use journal::{Hash, prove_consistency, root};

use crate::world::{Log, MemStore, leaves, signer};

/// A witness of the test log that remembers as the real one does.
struct Desk {
    witness: Witness,
    known: Option<(u64, Hash)>,
}

impl Desk {
    fn new() -> Desk {
        let mut witness = Witness::default();
        witness.watch("220200.xiaoan/log/2026", &signer("key").verifier_key()).unwrap();
        Desk { witness, known: None }
    }
    fn ask(&mut self, body: &str) -> Result<Admitted, NotCosigned> {
        let admitted = self.witness.admit(body.as_bytes())?;
        admitted.follows(self.known)?;
        self.known = Some((admitted.head.size, admitted.head.root));
        Ok(admitted)
    }
}

fn head(store: &MemStore, size: u64) -> String {
    signer("key").checkpoint(size, root(&mut store.clone(), size).unwrap())
}

fn step(store: &MemStore, old: u64, new: u64) -> String {
    request(old, &prove_consistency(&mut store.clone(), old, new).unwrap(), &head(store, new))
}

fn refused(desk: &mut Desk, body: &str) -> (u16, String) {
    let before = desk.known;
    let refusal = desk.ask(body).unwrap_err();
    assert_eq!(desk.known, before);
    (refusal.status(), refusal.body())
}

#[test]
fn a_log_that_only_grows_is_cosigned_at_every_size() {
    let log = Log::of(leaves(700, "grows"), "key");
    let mut desk = Desk::new();
    let mut old = 0;
    for new in [1, 2, 3, 255, 256, 257, 300, 512, 699, 700, 700] {
        let admitted = desk.ask(&step(&log.store, old, new)).unwrap_or_else(|e| panic!("{old} to {new}: {e:?}"));
        assert_eq!(admitted.head.size, new);
        assert_eq!(admitted.note, head(&log.store, new));
        old = new;
    }
    assert_eq!(desk.known, Some((700, log.head().root)));
}

#[test]
fn the_request_has_the_form_of_the_specification() {
    let log = Log::of(leaves(9, "form"), "key");
    let body = step(&log.store, 3, 8);
    let lines: Vec<&str> = body.split('\n').collect();
    assert_eq!(lines[0], "old 3");
    let gap = lines.iter().position(|line| line.is_empty()).unwrap();
    assert!(gap > 1 && lines[1..gap].iter().all(|line| line.len() == 44), "{body}");
    assert_eq!(lines[gap + 1..gap + 3], ["220200.xiaoan/log/2026", "8"]);
    assert!(body.ends_with('\n'));
    // From zero there is no proof, and the empty line follows at once.
    assert!(step(&log.store, 0, 9).starts_with("old 0\n\n220200.xiaoan/log/2026\n9\n"));
}

#[test]
fn every_refusal_has_the_status_that_the_protocol_fixes() {
    let log = Log::of(leaves(60, "status"), "key");
    let mut desk = Desk::new();
    desk.ask(&step(&log.store, 0, 40)).unwrap();
    let good = step(&log.store, 40, 60);

    let stranger = journal::Signer::new("220300.xiaoan/log/2026", [1; 32]).unwrap().checkpoint(60, [2; 32]);
    assert_eq!(refused(&mut desk, &request(40, &[], &stranger)).0, 404);
    let thief = signer("thief").checkpoint(60, log.head().root);
    assert_eq!(refused(&mut desk, &request(40, &[], &thief)).0, 403);
    // A line in the log's own name and key that does not hold spoils the note, also beside one that does.
    let broken = good.replacen("\n60\n", "\n59\n", 1);
    assert_eq!(refused(&mut desk, &broken).0, 403);
    assert_eq!(refused(&mut desk, &request(41, &[], &head(&log.store, 40))).0, 400);
    assert_eq!(refused(&mut desk, &step(&log.store, 39, 60)), (409, "40\n".into()));
    assert_eq!(refused(&mut desk, &step(&log.store, 0, 60)), (409, "40\n".into()));
    assert_eq!(conflict_size(b"40\n"), Some(40));
    for bad in [&b"40"[..], b"040\n", b"\n", b"-1\n", b"40\n\n", b"\xff\n"] {
        assert_eq!(conflict_size(bad), None, "{bad:?}");
    }
    let proof = prove_consistency(&mut log.store.clone(), 40, 60).unwrap();
    let mut turned = proof.clone();
    turned.reverse();
    for (what, wrong) in [("none", vec![]), ("short", proof[1..].to_vec()), ("turned", turned)] {
        assert_eq!(refused(&mut desk, &request(40, &wrong, &head(&log.store, 60))).0, 422, "{what}");
    }
    assert_eq!(refused(&mut desk, &request(40, &proof, &head(&log.store, 40))).0, 422, "a proof between equal sizes");
    // Zero: no proof may be given, and the empty tree has one root only.
    let mut fresh = Desk::new();
    assert_eq!(refused(&mut fresh, &request(0, &proof, &head(&log.store, 60))).0, 422);
    assert_eq!(refused(&mut fresh, &request(0, &[], &signer("key").checkpoint(0, [3; 32]))).0, 422);
    fresh.ask(&request(0, &[], &head(&MemStore::default(), 0))).unwrap();
    assert_eq!(fresh.known.unwrap().0, 0);
    fresh.ask(&step(&log.store, 0, 60)).unwrap();
    // And the good one is still good.
    desk.ask(&good).unwrap();
}

#[test]
fn a_forked_head_and_a_log_that_was_rolled_back_find_no_witness() {
    let entries = leaves(100, "fork");
    let log = Log::of(entries.clone(), "key");
    let mut desk = Desk::new();
    desk.ask(&step(&log.store, 0, 80)).unwrap();
    // The 71st leaf is another, the log goes on and is signed with its own key.
    let mut other = entries.clone();
    other[70] = leaves(1, "concealed").remove(0);
    let fork = Log::of(other, "key");
    for size in [81, 90, 100] {
        assert_eq!(refused(&mut desk, &step(&fork.store, 80, size)).0, 422, "{size}");
    }
    assert_eq!(refused(&mut desk, &step(&fork.store, 80, 80)).0, 422, "same size, other root");
    // Yesterday's copy: it believes that 60 is the last, and is told that 80 was seen.
    let old = Log::of(entries[..70].to_vec(), "key");
    assert_eq!(refused(&mut desk, &step(&old.store, 60, 70)), (409, "80\n".into()));
    // It cannot go back either.
    assert_eq!(refused(&mut desk, &request(80, &[], &head(&old.store, 70))).0, 400);
    // The true log is served as before.
    desk.ask(&step(&log.store, 80, 100)).unwrap();
}

#[test]
fn only_the_logs_own_lines_are_kept() {
    let log = Log::of(leaves(5, "lines"), "key");
    let noisy = log.checkpoint.clone() + "— someone.example AAAAAAECAwQ=\n";
    let admitted = Desk::new().ask(&request(0, &[], &noisy)).unwrap();
    assert_eq!(admitted.note, log.checkpoint);
    assert_eq!(admitted.body, journal::body(&log.checkpoint).unwrap());
}

#[test]
fn two_keys_of_one_log_are_both_trusted_and_limits_hold() {
    let log = Log::of(leaves(5, "keys"), "key");
    let mut witness = Witness::default();
    let origin = "220200.xiaoan/log/2026";
    for name in ["older", "key", "key"] {
        witness.watch(origin, &signer(name).verifier_key()).unwrap();
    }
    assert_eq!(witness.origins().collect::<Vec<_>>(), [origin]);
    assert!(witness.admit(request(0, &[], &log.checkpoint).as_bytes()).is_ok());
    let older = signer("older").checkpoint(5, log.head().root);
    assert!(witness.admit(request(0, &[], &older).as_bytes()).is_ok());
    assert!(witness.watch(origin, "nonsense").is_err());
    assert!(witness.watch("", &log.vkey).is_err());
    let many = [[5; 32]; 64];
    let status = |body: String| witness.admit(body.as_bytes()).unwrap_err().status();
    assert_eq!(status(request(5, &many, &log.checkpoint)), 400);
    assert_eq!(status(request(0, &[], &signer("key").checkpoint(u64::MAX, [1; 32]))), 400);
    assert_eq!(status(format!("old 0\n\n{}", "x".repeat(40_000))), 400);
    for n in 0..journal::limits::WITNESS_LOGS_MAX {
        assert_eq!(witness.watch(&format!("log{n}"), &log.vkey).is_ok(), n < journal::limits::WITNESS_LOGS_MAX - 1);
    }
}

/// Random bytes, and good requests with bytes changed, cut, doubled: an answer each time, never a panic, never a head
/// cosigned that is not the log's.
#[test]
fn any_bytes_are_answered() {
    let log = Log::of(leaves(90, "noise"), "key");
    let good = step(&log.store, 50, 90).into_bytes();
    let mut seed = Seed::named(11, "witness noise");
    let watch = Stopwatch::start();
    let (mut admitted, mut rounds) = (0, 0);
    while rounds < 20_000 && watch.elapsed_ms() < 20_000 {
        rounds += 1;
        let mut desk = Desk::new();
        desk.known = Some((50, root(&mut log.store.clone(), 50).unwrap()));
        let bytes = match seed.below(4) {
            0 => (0..seed.below(400)).map(|_| seed.below(256) as u8).collect(),
            1 => good[..seed.below(good.len() as u64) as usize].to_vec(),
            2 => {
                let (from, to) = (seed.below(good.len() as u64) as usize, seed.below(good.len() as u64) as usize);
                [&good[..to], &good[from..]].concat()
            }
            _ => {
                let mut bytes = good.clone();
                for _ in 0..1 + seed.below(3) {
                    let at = seed.below(bytes.len() as u64) as usize;
                    bytes[at] = if seed.chance(500) { seed.below(256) as u8 } else { *seed.pick(b"\n 0+=o") };
                }
                bytes
            }
        };
        match desk.witness.admit(&bytes).and_then(|admitted| admitted.follows(desk.known).map(|()| admitted)) {
            Ok(same) => {
                assert_eq!((same.head.size, same.head.root), (90, log.head().root));
                admitted += 1;
            }
            Err(refusal) => assert!([400, 403, 404, 409, 422].contains(&refusal.status())),
        }
    }
    assert!(rounds > 2_000, "{rounds}");
    // A cut at the very place, or a byte changed into itself, leaves a good request: rare, but it happens.
    assert!(admitted < rounds / 20, "{admitted} of {rounds}");
}
