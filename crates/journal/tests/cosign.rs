use base::Seed;
use journal::{Cosigner, CosignerKey, NoteFault, body, cosignatures, open_checkpoint, with_lines};

use crate::world::{Log, leaves};

/// Made outside this code: key bytes 0, 1 … 31, signed with OpenSSL's Ed25519, ids hashed by hand.
const VKEY: &str = "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const BODY: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const LINE: &str = "— witness.example/w1 519lMgAAAABkGFDLBuRDazBLVac2NE+Y+IjbjQOcXLfF9CSDZVUIoS83rE1nFZsVE8Y\
                    iWV6Ngr7lV8H6bdoBQGP/l73euDMQ9k+bBQ==\n";
/// The second line of the specification's own example, whose key it does not give.
const STRANGER: &str = "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2o\
                        yin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

pub fn cosigner(name: &str) -> Cosigner {
    Cosigner::new(name, Seed::named(7, name).bytes32()).unwrap()
}

fn key(cosigner: &Cosigner) -> CosignerKey {
    CosignerKey::parse(&cosigner.verifier_key()).unwrap()
}

#[test]
fn a_cosignature_is_what_others_make_of_the_same_key_head_and_time() {
    let seed: Vec<u8> = (0..32).collect();
    let witness = Cosigner::new("witness.example/w1", seed.try_into().unwrap()).unwrap();
    assert_eq!(witness.verifier_key(), VKEY);
    assert_eq!(witness.cosign(BODY, 1_679_315_147), LINE);
    assert_eq!(format!("{witness:?}"), "Cosigner { name: \"witness.example/w1\", .. }");
    let note = format!("{BODY}\n{STRANGER}{LINE}");
    let found = cosignatures(&note, &[CosignerKey::parse(VKEY).unwrap()]).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].name.as_str(), found[0].seconds), ("witness.example/w1", 1_679_315_147));
    assert_eq!(found[0].line, LINE);
}

#[test]
fn the_log_and_its_witnesses_stand_under_one_head() {
    let log = Log::of(leaves(20, "cosign"), "key");
    let (county, police) = (cosigner("220281.xiaoan/witness"), cosigner("police.example"));
    let body = body(&log.checkpoint).unwrap();
    let lines = [county.cosign(&body, 100), police.cosign(&body, 200)];
    let note = with_lines(&log.checkpoint, &lines).unwrap();
    assert_eq!(note.lines().filter(|line| line.starts_with("— ")).count(), 3);
    assert_eq!(open_checkpoint(&note, &log.vkey).unwrap(), log.head());
    let found = cosignatures(&note, &[key(&police), key(&county)]).unwrap();
    assert_eq!(
        found.iter().map(|one| (one.name.as_str(), one.seconds)).collect::<Vec<_>>(),
        [("police.example", 200), ("220281.xiaoan/witness", 100)]
    );
    // A line that stands is not repeated; a witness's newer word counts.
    assert_eq!(with_lines(&note, &lines).unwrap(), note);
    let later = with_lines(&note, &[county.cosign(&body, 300)]).unwrap();
    assert_eq!(cosignatures(&later, &[key(&county)]).unwrap()[0].seconds, 300);
}

#[test]
fn a_cosignature_of_another_head_time_or_key_is_not_taken() {
    let log = Log::of(leaves(20, "cosign"), "key");
    let witness = cosigner("w.example");
    let text = body(&log.checkpoint).unwrap();
    let with = |line: String| cosignatures(&with_lines(&log.checkpoint, &[line]).unwrap(), &[key(&witness)]);
    assert_eq!(with(witness.cosign(&text, 9)).unwrap().len(), 1);
    assert_eq!(with(witness.cosign(&text.replace("\n20\n", "\n19\n"), 9)), Err(NoteFault::Signature));
    for seconds in [0, 1 << 63, u64::MAX] {
        assert_eq!(with(witness.cosign(&text, seconds)), Err(NoteFault::Signature), "{seconds}");
    }
    // The same name with another key is a stranger, whose line is let be.
    let thief = Cosigner::new("w.example", [9; 32]).unwrap();
    assert_eq!(with(thief.cosign(&text, 9)).unwrap(), []);
    // The log's own signature is of another type and never counts as a witness.
    assert_eq!(CosignerKey::parse(&log.vkey), Err(NoteFault::Key));
    // The time is under the signature.
    use base64::Engine as _;
    let line = witness.cosign(&text, 9);
    let mut bytes = base64::engine::general_purpose::STANDARD.decode(line.trim().rsplit(' ').next().unwrap()).unwrap();
    bytes[11] ^= 1;
    let other = format!("— w.example {}\n", base64::engine::general_purpose::STANDARD.encode(&bytes));
    assert_eq!(with(other), Err(NoteFault::Signature));
    assert_eq!(
        with(format!("— w.example {}\n", base64::engine::general_purpose::STANDARD.encode(&bytes[..50]))),
        Err(NoteFault::Signature)
    );
}

#[test]
fn a_witnesss_key_has_one_form() {
    for bad in [
        "",
        "w",
        "w+00000000+AAAA",
        "witness.example/w1+e75f6532+",
        "witness.example/w1+e75f6533+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "witness.example/w2+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "witness.example/w1+E75F653+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
    ] {
        assert_eq!(CosignerKey::parse(bad), Err(NoteFault::Key), "{bad}");
    }
    assert_eq!(CosignerKey::parse(&format!(" {VKEY}\n")).unwrap().name(), "witness.example/w1");
    for name in ["", "a b", "a+b", "见证"] {
        assert!(Cosigner::new(name, [1; 32]).is_err(), "{name:?}");
    }
}
