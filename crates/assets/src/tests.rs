//! What the door relies on: names, addresses, encodings, sizes, and that nothing is loaded from elsewhere.

use super::{VERSION, all, find, manifest, service_worker, url};

/// Named in the agreement between pages and browser code; a page may use any of them.
const ICONS: &str = "today hazard watch emergency ledger register school notice bell more search plus minus siren print camera \
                     mic check check-list pin phone user users building back next close filter download clock shield link qr \
                     sun moon key out help warn edit comment up history proof torch supervise score settings";
const KB: usize = 1024;

fn text(name: &str) -> &'static str {
    let file = find(url(name)).expect("a named file is found at its own address");
    std::str::from_utf8(file.raw).expect("text files are UTF-8")
}

#[test]
fn named_files_have_hashed_addresses_and_are_found_there() {
    for name in ["app.js", "app.css", "icons.svg", "mark.svg"] {
        let path = url(name);
        let file = find(path).unwrap();
        assert_eq!(file.path, path);
        let (stem, ending) = name.split_once('.').unwrap();
        let hash = path
            .strip_prefix(&format!("/assets/{stem}."))
            .and_then(|rest| rest.strip_suffix(&format!(".{ending}")))
            .unwrap();
        assert_eq!(hash.len(), 8, "{path}");
    }
    assert!(find("/assets/app.js").is_none(), "the name without its hash is no address");
    assert!(find("/assets/../Cargo.toml").is_none());
}

#[test]
#[should_panic(expected = "no file named")]
fn an_unknown_name_is_a_slip_in_a_template() {
    let _ = url("nothing.js");
}

#[test]
fn every_file_is_there_three_times_and_smaller_packed() {
    assert!(all().count() >= 8);
    for file in all() {
        assert!(!file.raw.is_empty() && !file.br.is_empty(), "{}", file.path);
        assert!(file.gz.starts_with(&[0x1f, 0x8b]), "{} is not gzip", file.path);
        if file.raw.len() > KB {
            assert!(file.br.len() < file.raw.len() && file.br.len() <= file.gz.len(), "{}", file.path);
        }
    }
}

#[test]
fn the_budgets_hold() {
    let packed = |name: &str| find(url(name)).unwrap().br.len();
    assert!(packed("app.js") <= 20 * KB, "app.js {}", packed("app.js"));
    assert!(packed("app.css") <= 12 * KB, "app.css {}", packed("app.css"));
    assert!(packed("icons.svg") <= 2 * KB, "icons.svg {}", packed("icons.svg"));
}

#[test]
fn the_sprite_holds_every_agreed_drawing() {
    let sprite = text("icons.svg");
    for icon in ICONS.split_whitespace() {
        assert!(sprite.contains(&format!("<symbol id=\"{icon}\"")), "{icon}");
    }
}

#[test]
fn the_service_worker_stores_the_shell_of_this_very_build() {
    let worker = std::str::from_utf8(service_worker().raw).unwrap();
    assert_eq!(service_worker().path, "/sw.js");
    assert!(worker.contains(VERSION));
    for name in ["app.js", "app.css", "icons.svg"] {
        assert!(worker.contains(url(name)), "{name}");
    }
    assert_eq!(VERSION.len(), 8);
}

#[test]
fn the_manifest_names_a_drawing_that_exists() {
    let text = std::str::from_utf8(manifest().raw).unwrap();
    assert_eq!((manifest().path, manifest().mime), ("/manifest.webmanifest", "application/manifest+json"));
    assert!(text.contains(url("mark.svg")) && text.contains("\"lang\":\"zh-CN\""));
}

#[test]
fn nothing_comes_from_elsewhere() {
    assert!(!text("app.css").contains("http"), "no fonts, no images from other hosts");
    let lock = include_str!("../web/package-lock.json");
    assert!(!lock.contains("\"resolved\""), "the lock file names no registry; web/.npmrc keeps it so");
    assert!(lock.matches("\"integrity\"").count() >= 4);
}

#[test]
fn the_content_policy_can_forbid_inline_code() {
    for file in all().filter(|file| file.path.starts_with("/assets/app.") && file.mime.starts_with("text/javascript")) {
        let script = std::str::from_utf8(file.raw).unwrap();
        assert!(!script.contains("new Function") && !script.contains("eval("), "{}", file.path);
    }
}
