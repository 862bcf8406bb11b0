//! 1.2: what witnesses say is kept: states, heads with enough signatures, and every disagreement as a record.

use base::{Ms, Result};
use journal::{Cosigner, CosignerKey, cosignatures};
use safety::Cx;
use safety::kernel::proof;
use safety::kernel::witness::{self, Outcome, Stand};

use crate::world::{World, on_both};

const COUNTY: &str = "220281.xiaoan/witness";
const POLICE: &str = "police.jilin/witness";

fn cosigner(name: &str) -> Cosigner {
    Cosigner::new(name, [name.len() as u8; 32]).unwrap()
}

fn configured(w: &World, quorum: i64) {
    let named = [COUNTY, POLICE].map(|name| (name.to_string(), format!("http://{name}")));
    w.system(move |cx| witness::configure(cx, &named, quorum)).unwrap();
    w.app.db().settle(10_000).unwrap();
}

fn question(w: &World, old: u64) -> witness::Question {
    w.app.db().read(move |tx| witness::question(tx, old)).unwrap().unwrap()
}

fn fine(name: &str, head: &str, seconds: u64) -> Outcome {
    let line = cosigner(name).cosign(&journal::body(head).unwrap(), seconds);
    Outcome { name: name.into(), stand: Stand::Cosigned, seen: None, line: Some((line, Ms(seconds as i64 * 1_000))) }
}

fn bad(name: &str, stand: Stand, seen: Option<u64>) -> Outcome {
    Outcome { name: name.into(), stand, seen, line: None }
}

fn answered(w: &World, q: &witness::Question, outcomes: &[Outcome]) -> usize {
    let (head, size, outcomes) = (q.head.clone(), q.size, outcomes.to_vec());
    w.system(move |cx| witness::answered(cx, &head, size, &outcomes)).unwrap()
}

fn standing(w: &World) -> witness::Standing {
    w.app.db().settle(10_000).unwrap();
    w.app.db().read(witness::standing).unwrap()
}

fn keys() -> Vec<CosignerKey> {
    [COUNTY, POLICE].iter().map(|name| CosignerKey::parse(&cosigner(name).verifier_key()).unwrap()).collect()
}

fn somebody(w: &World) {
    w.person("新来的人", w.school, &[]);
    w.app.db().settle(10_000).unwrap();
}

#[test]
fn enough_signatures_under_one_head_make_it_witnessed_also_one_after_another() {
    on_both(|w| {
        assert!(!standing(w).short(w.app.now()));
        configured(w, 2);
        let q = question(w, 0);
        assert!(q.proof.is_empty());
        assert_eq!(answered(w, &q, &[fine(COUNTY, &q.head, 100), bad(POLICE, Stand::Down, None)]), 0);
        let now = standing(w);
        assert_eq!(now.witnessed, None);
        assert_eq!(
            now.witnesses.iter().map(|k| (k.stand, k.size)).collect::<Vec<_>>(),
            [(Stand::Cosigned, q.size), (Stand::Down, 0)]
        );
        // The second comes later, for the same head; the first has signed it again meanwhile.
        answered(w, &q, &[fine(POLICE, &q.head, 200), fine(COUNTY, &q.head, 300)]);
        let now = standing(w);
        let witnessed = now.witnessed.unwrap();
        assert_eq!((witnessed.size, witnessed.witnesses), (q.size, 2));
        let found = cosignatures(&witnessed.note, &keys()).unwrap();
        assert_eq!(found.iter().map(|c| c.seconds).collect::<Vec<_>>(), [300, 200]);
        assert_eq!(witnessed.note.lines().filter(|line| line.starts_with('—')).count(), 3);
        assert_eq!(w.app.db().read(witness::checkpoint).unwrap().unwrap(), witnessed.note);

        // The log moves on: the newest head is bare again, the witnessed one stays, and carries the proofs.
        somebody(w);
        let bare = w.app.db().read(witness::checkpoint).unwrap().unwrap();
        assert_eq!(Some(bare), w.app.checkpoint().unwrap());
        let old = w.app.db().read(|tx| tx.row("select id from leaf where n = 3", &[])).unwrap().unwrap();
        let id = old.id("id").unwrap();
        let vkey = w.app.verifier_key();
        let bundle = w.app.db().read(move |tx| proof::bundle(tx, id, &vkey, false)).unwrap().unwrap();
        assert_eq!(bundle.checkpoint, witnessed.note);
        journal::verify_bundle(&bundle.to_json(), Some(&w.app.verifier_key())).unwrap();
        // A later head is asked for from the size that each witness knows.
        let next = question(w, q.size);
        assert!(next.size > q.size && !next.proof.is_empty());
        assert!(w.app.db().read(move |tx| witness::question(tx, next.size + 1)).unwrap().is_none());
    });
}

#[test]
fn a_disagreement_is_a_record_entered_once_and_stays() {
    on_both(|w| {
        configured(w, 1);
        let q = question(w, 0);
        let rolled = bad(COUNTY, Stand::RolledBack, Some(q.size + 40));
        assert_eq!(answered(w, &q, std::slice::from_ref(&rolled)), 1);
        assert_eq!(answered(w, &q, &[rolled.clone(), bad(POLICE, Stand::Forked, Some(5))]), 1);
        assert_eq!(answered(w, &q, &[rolled, bad("stranger", Stand::Forked, Some(5))]), 0);
        let now = standing(w);
        assert_eq!(now.found, 2);
        let told: Vec<_> = now.findings.iter().map(|f| (f.witness.as_str(), f.stand, f.ours, f.theirs)).collect();
        assert!(told.contains(&(COUNTY, Stand::RolledBack, q.size, q.size + 40)), "{told:?}");
        assert!(told.contains(&(POLICE, Stand::Forked, q.size, 5)), "{told:?}");
        // Each has its leaf, and the log names what was done.
        let leaves =
            w.app.db().read(|tx| tx.rows("select bytes from leaf where tbl = 'witness_finding'", &[])).unwrap();
        let op = |row: &db::Row| journal::Leaf::decode(&row.blob("bytes").unwrap()).unwrap().op;
        assert_eq!(leaves.iter().map(op).collect::<Vec<_>>(), ["witness.disagree", "witness.disagree"]);
        // Whoever is taken out of the configuration is gone from the list, not from the findings.
        w.system(|cx| witness::configure(cx, &[], 0)).unwrap();
        let now = standing(w);
        assert_eq!((now.witnesses.len(), now.found, now.short(w.app.now())), (0, 2, false));
    });
}

#[test]
fn being_short_of_witnesses_is_said_after_a_quarter_of_an_hour_and_only_while_the_log_is_ahead() {
    on_both(|w| {
        configured(w, 2);
        let start = w.app.now();
        assert!(!standing(w).short(start.plus(witness::SHORT_MS)));
        assert!(standing(w).short(start.plus(witness::SHORT_MS + 1)));
        let q = question(w, 0);
        answered(w, &q, &[fine(COUNTY, &q.head, 100), fine(POLICE, &q.head, 100)]);
        // Nothing has happened since: an old signature under the newest head is enough.
        assert!(!standing(w).short(start.plus(10 * Ms::DAY)));
        somebody(w);
        assert!(!standing(w).short(start.plus(witness::SHORT_MS)));
        assert!(standing(w).short(start.plus(witness::SHORT_MS + 1)));
    });
}

#[test]
fn with_no_witness_everything_is_as_before() {
    on_both(|w| {
        somebody(w);
        let now = standing(w);
        assert_eq!((now.witnesses.len(), now.quorum, now.found), (0, 0, 0));
        assert_eq!(w.app.db().read(witness::checkpoint).unwrap(), w.app.checkpoint().unwrap());
        let none = |cx: &mut Cx<'_, '_>| -> Result<bool> { Ok(witness::witnessed(cx.tx)?.is_none()) };
        assert!(w.system(none).unwrap());
    });
}
