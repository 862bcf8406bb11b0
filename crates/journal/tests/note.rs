use base::Seed;
use journal::{NoteFault, Signer, open_checkpoint};

use crate::world::{Log, leaves, signer};

#[test]
fn a_checkpoint_is_a_signed_note_of_name_size_and_root() {
    let signer = signer("key");
    let text = signer.checkpoint(20_852_163, [7; 32]);
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(lines[..3], ["220200.xiaoan/log/2026", "20852163", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="]);
    assert_eq!(lines[3], "");
    assert!(lines[4].starts_with("— 220200.xiaoan/log/2026 "), "{}", lines[4]);
    assert_eq!(lines[5..], [""]);
    let head = open_checkpoint(&text, &signer.verifier_key()).unwrap();
    assert_eq!((head.origin.as_str(), head.size, head.root), ("220200.xiaoan/log/2026", 20_852_163, [7; 32]));
    assert_eq!(format!("{signer:?}"), "Signer { origin: \"220200.xiaoan/log/2026\", .. }");
}

#[test]
fn the_key_of_the_note_specification_has_its_published_form() {
    // From the specification of signed notes: the secret and the public key of PeterNeumann, and a text signed with it.
    use base64::Engine as _;
    let secret =
        base64::engine::general_purpose::STANDARD.decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").unwrap();
    let signer = Signer::new("PeterNeumann", secret[1..].try_into().unwrap()).unwrap();
    assert_eq!(signer.verifier_key(), "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
}

#[test]
fn what_is_not_signed_by_the_key_is_refused_by_name() {
    let log = Log::of(leaves(9, "note"), "key");
    let open = |text: &str| open_checkpoint(text, &log.vkey);
    assert_eq!(open(&log.checkpoint).unwrap().size, 9);
    assert_eq!(open(&log.checkpoint.replacen("\n9\n", "\n8\n", 1)), Err(NoteFault::Signature));
    assert_eq!(open(&log.checkpoint.replacen("/2026\n", "/2025\n", 1)), Err(NoteFault::Signature));
    assert_eq!(open_checkpoint(&log.checkpoint, &signer("other").verifier_key()), Err(NoteFault::Signature));
    for key in ["", "xiaoan", "xiaoan+00000000+AAAA", &log.vkey[..log.vkey.len() - 4]] {
        assert_eq!(open_checkpoint(&log.checkpoint, key), Err(NoteFault::Key), "{key}");
    }
    let body = log.checkpoint.split("\n\n").next().unwrap();
    for text in
        ["", "\n", body, &log.checkpoint[..log.checkpoint.len() - 1], &log.checkpoint.replace("\n9\n", "\n09\n")]
    {
        assert_eq!(open(text), Err(NoteFault::Shape), "{text:?}");
    }
    // An old signature under a new text, and a witness's line that nobody here knows.
    let newer = Log::of(leaves(10, "note"), "key");
    let replayed = newer.checkpoint.split("\n\n").next().unwrap().to_owned()
        + "\n\n"
        + log.checkpoint.split("\n\n").nth(1).unwrap();
    assert_eq!(open(&replayed), Err(NoteFault::Signature));
    let witnessed = log.checkpoint.clone() + "— witness.example AAAAAAECAwQ=\n";
    assert_eq!(open(&witnessed).unwrap(), log.head());
    assert_eq!(open(&format!("{}{}", log.checkpoint, " ".repeat(20_000))), Err(NoteFault::Shape));
}

#[test]
fn a_key_speaks_for_the_log_of_its_name_only() {
    let seed = Seed::named(1, "key").bytes32();
    let log = Log::of(leaves(3, "origin"), "key");
    let stranger = Signer::new("220300.xiaoan/log/2026", seed).unwrap();
    let theirs = stranger.checkpoint(3, log.head().root);
    assert_eq!(open_checkpoint(&theirs, &log.vkey), Err(NoteFault::Signature));
    // The stranger signs a text that names our log.
    let body = format!("{}\n", log.checkpoint.split("\n\n").next().unwrap());
    let mut note = signed_note::Note::new(body.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&stranger]).unwrap();
    let text = String::from_utf8(note.to_bytes()).unwrap();
    assert_eq!(open_checkpoint(&text, &stranger.verifier_key()), Err(NoteFault::Origin));
}

#[test]
fn a_name_that_notes_cannot_carry_is_refused() {
    for name in ["", "a b", "a+b", "a\nb", "日志", "tab\t", &"x".repeat(129)] {
        assert!(Signer::new(name, [1; 32]).is_err(), "{name:?}");
    }
    assert!(Signer::new(&"x".repeat(128), [1; 32]).is_ok());
}

#[test]
fn arbitrary_bytes_are_never_a_checkpoint_and_never_a_panic() {
    let log = Log::of(leaves(4, "noise"), "key");
    let mut seed = Seed::named(3, "noise");
    for _ in 0..3_000 {
        let mut bytes = log.checkpoint.clone().into_bytes();
        for _ in 0..1 + seed.below(3) {
            let at = seed.below(bytes.len() as u64) as usize;
            bytes[at] = seed.below(256) as u8;
        }
        let text = String::from_utf8_lossy(&bytes);
        if text != log.checkpoint {
            assert!(open_checkpoint(&text, &log.vkey).is_err(), "{text}");
        }
    }
}
