use std::collections::BTreeMap;

use base::{Id, Ms, Seed};
use journal::{Leaf, Value, WireFault, canonical, commitment, limits};

use crate::world::{leaf, unhex};

/// Pairs of encoded key and encoded value, to be put together wrongly.
fn pairs(leaf: &Leaf) -> Vec<(Vec<u8>, Vec<u8>)> {
    let bytes = leaf.encode();
    let mut at = 1;
    let mut next = |out: &mut Vec<u8>| {
        let (major, short) = (bytes[at] >> 5, bytes[at] & 31);
        let wide = match short {
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => 0,
        };
        let n = bytes[at + 1..at + 1 + wide].iter().fold(0, |n: usize, b| n << 8 | *b as usize);
        let n = if wide == 0 { short as usize } else { n };
        let end = at + 1 + wide + if major == 2 || major == 3 { n } else { 0 };
        out.extend_from_slice(&bytes[at..end]);
        at = end;
    };
    (0..bytes[0] & 31)
        .map(|_| {
            let (mut key, mut value) = (Vec::new(), Vec::new());
            next(&mut key);
            next(&mut value);
            (key, value)
        })
        .collect()
}

fn joined(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut out = vec![0xa0 | pairs.len() as u8];
    pairs.iter().for_each(|(key, value)| out.extend([key.as_slice(), value].concat()));
    out
}

fn plain() -> Leaf {
    Leaf {
        op: "hazard.raise".into(),
        table: "hazard".into(),
        id: Id::from_bytes(&[0x11; 16]).unwrap(),
        version: 1,
        county: 220_281,
        unit: Some(Id::from_bytes(&[0x22; 16]).unwrap()),
        login: None,
        post: None,
        behalf: None,
        clause: Some("2.6".into()),
        source: "app".into(),
        received_at: Ms(1_795_390_200_000),
        claimed_at: Some(Ms(-1)),
        device_at: None,
        commit: [0x33; 32],
        erased: true,
    }
}

#[test]
fn a_leaf_has_the_bytes_that_another_encoder_gives() {
    assert_eq!(plain().encode(), unhex(GOLDEN));
    assert_eq!(Leaf::decode(&unhex(GOLDEN)), Ok(plain()));
}

/// One line a pair, keys sorted; made with an encoder written apart from this crate.
const GOLDEN: &str = concat!(
    "ad",
    "6a636c61696d65645f617420",
    "66636c6175736563322e36",
    "66636f6d6d697458203333333333333333333333333333333333333333333333333333333333333333",
    "66636f756e74791a00035c79",
    "66657261736564f5",
    "6269645011111111111111111111111111111111",
    "626f706c68617a6172642e7261697365",
    "6b72656365697665645f61741b000001a2059858c0",
    "66736f7572636563617070",
    "657461626c656668617a617264",
    "64756e69745022222222222222222222222222222222",
    "617601",
    "6776657273696f6e01",
);

#[test]
fn leaves_survive_a_round_trip_and_stay_short() {
    let mut seed = Seed::named(5, "leaf");
    let mut longest = 0;
    for _ in 0..2_000 {
        let one = leaf(&mut seed);
        let bytes = one.encode();
        assert_eq!(Leaf::decode(&bytes), Ok(one));
        longest = longest.max(bytes.len());
    }
    assert!((250..400).contains(&longest), "{longest} bytes");
    for n in [
        i64::MIN,
        i64::MIN + 1,
        -257,
        -256,
        -25,
        -24,
        -1,
        0,
        23,
        24,
        255,
        256,
        65_535,
        65_536,
        u32::MAX as i64,
        i64::MAX,
    ] {
        let one = Leaf { version: n, received_at: Ms(n), ..plain() };
        assert_eq!(Leaf::decode(&one.encode()), Ok(one));
    }
}

#[test]
fn what_is_cut_long_or_followed_is_refused() {
    let bytes = plain().encode();
    for cut in 0..bytes.len() {
        assert_eq!(Leaf::decode(&bytes[..cut]), Err(WireFault::Truncated), "cut at {cut}");
    }
    assert_eq!(Leaf::decode(&[&bytes[..], &[0]].concat()), Err(WireFault::Trailing));
    let long = Leaf { op: "x".repeat(limits::LEAF_BYTES_MAX), ..plain() };
    assert_eq!(Leaf::decode(&long.encode()), Err(WireFault::TooLong));
    // A head that promises what is not there takes no memory.
    for head in [
        "bb7fffffffffffffff",
        "a1617650",
        "a161765b7fffffffffffffff",
        "a17bffffffffffffffff",
        "a161767bffffffffffffffff",
    ] {
        assert_eq!(Leaf::decode(&unhex(head)), Err(WireFault::Truncated), "{head}");
    }
}

#[test]
fn every_other_way_of_writing_a_leaf_is_refused() {
    let good = pairs(&plain());
    assert_eq!(joined(&good), plain().encode());
    let at = |name: &str| good.iter().position(|(key, _)| key.ends_with(name.as_bytes())).unwrap();
    let with = |name: &str, value: &str| {
        let mut other = good.clone();
        other[at(name)].1 = unhex(value);
        Leaf::decode(&joined(&other))
    };
    // Heads longer than they need be.
    for (name, value) in [
        ("v", "1801"),
        ("v", "190001"),
        ("v", "1a00000001"),
        ("v", "1b0000000000000001"),
        ("county", "1b0000000000035c79"),
    ] {
        assert_eq!(with(name, value), Err(WireFault::NotCanonical), "{name} as {value}");
    }
    assert_eq!(with("source", "7803617070"), Err(WireFault::NotCanonical));
    // Kinds that leaves do not have: streams, arrays, maps, tags, false, null, floats, integers beyond 64 bits.
    for value in [
        "7f63617070ff",
        "81",
        "a0",
        "c101",
        "f4",
        "f6",
        "f97e00",
        "fb3ff0000000000000",
        "f8f5",
        "1bffffffffffffffff",
        "3b8000000000000000",
    ] {
        assert_eq!(with("version", value), Err(WireFault::Unreadable), "version as {value}");
    }
    assert_eq!(with("source", "62c328"), Err(WireFault::Unreadable), "not UTF-8");
    // Right kinds in the wrong places.
    for (name, key, value) in [
        ("op", "op", "01"),
        ("county", "county", "6131"),
        ("unit", "unit", "4122"),
        ("erased", "erased", "01"),
        ("commit", "commit", "4133"),
        ("claimed_at", "claimed_at", "f5"),
        ("v", "v", "6131"),
    ] {
        assert_eq!(with(name, value), Err(WireFault::Missing(key)), "{name} as {value}");
    }
    assert_eq!(with("v", "02"), Err(WireFault::Version(2)));
    // Order, twice, unknown, left out.
    for n in 1..good.len() {
        let mut other = good.clone();
        other.swap(n - 1, n);
        assert_eq!(Leaf::decode(&joined(&other)), Err(WireFault::NotCanonical), "{n} swapped");
        let mut other = good.clone();
        other.insert(n, good[n].clone());
        assert_eq!(Leaf::decode(&joined(&other)), Err(WireFault::NotCanonical), "{n} twice");
    }
    let mut other = good.clone();
    other.push((unhex("6177"), unhex("01")));
    assert_eq!(Leaf::decode(&joined(&other)), Err(WireFault::Unknown("w".into())));
    for name in ["op", "table", "id", "version", "county", "source", "received_at", "commit", "v"] {
        let mut other = good.clone();
        other.remove(other.iter().position(|(key, _)| key[1..] == *name.as_bytes()).unwrap());
        assert_eq!(Leaf::decode(&joined(&other)), Err(WireFault::Missing(name)));
    }
    assert_eq!(Leaf::decode(&unhex("a10101")), Err(WireFault::Unreadable), "a key that is no text");
    assert_eq!(Leaf::decode(&unhex("01")), Err(WireFault::Unreadable));
    assert_eq!(Leaf::decode(&unhex("bfff")), Err(WireFault::Unreadable));
}

#[test]
fn any_bytes_get_an_answer_and_what_is_taken_encodes_to_itself() {
    let mut seed = Seed::named(9, "bytes");
    let mut taken = 0;
    for round in 0..60_000 {
        let mut bytes = if round % 3 == 0 {
            (0..seed.below(4)).flat_map(|_| seed.bytes32()).collect()
        } else {
            leaf(&mut seed).encode()
        };
        for _ in 0..seed.below(4) {
            match (bytes.len(), seed.below(3)) {
                (0, _) => bytes.push(0xa0),
                (length, 0) => bytes[seed.below(length as u64) as usize] = seed.below(256) as u8,
                (length, 1) => bytes.insert(seed.below(length as u64) as usize, seed.below(256) as u8),
                (length, _) => drop(bytes.remove(seed.below(length as u64) as usize)),
            }
        }
        if let Ok(read) = Leaf::decode(&bytes) {
            assert_eq!(read.encode(), bytes);
            taken += 1;
        }
    }
    // A quarter of the two thirds is left as it was; of the others some change only an id or a time.
    assert!((10_000..30_000).contains(&taken), "{taken}");
}

#[test]
fn a_records_bytes_are_its_columns_by_name_without_the_salt() {
    let mut columns = BTreeMap::from([
        ("title".to_owned(), Value::Text("楼梯扶手松动".into())),
        ("id".to_owned(), Value::Bytes(vec![1, 2])),
        ("county".to_owned(), Value::Int(-220_281)),
    ]);
    let expected = unhex("a366636f756e74793a00035c78626964420102657469746c6572e6a5bce6a2afe689b6e6898be69dbee58aa8");
    assert_eq!(canonical(&columns), expected);
    columns.insert("salt".to_owned(), Value::Bytes(vec![9; 32]));
    assert_eq!(canonical(&columns), expected);
}

#[test]
fn a_commitment_is_hmac_sha_256() {
    // RFC 4231, cases 1 and 2.
    let one = unhex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_eq!(commitment(&[0x0b; 20], b"Hi There").to_vec(), one);
    let two = unhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(commitment(b"Jefe", b"what do ya want for nothing?").to_vec(), two);
}
