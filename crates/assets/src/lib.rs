//! Everything the browser loads: scripts, styles, icons, service worker, manifest.
//!
//! The files are bundled by `build.rs` from `web/` and live in the binary three times over: plain, brotli, gzip.
//! The room serves every item of the notice and none in particular: it holds the outbox that carries a guard's round
//! without network, the live rows, the look. It holds no words of the server (those are in `web`) and opens no door:
//! which encoding to send, and with which headers, is the business of `web`.

/// One file of the bundle in its three encodings.
#[derive(Debug)]
pub struct Asset {
    /// Address, `/assets/app.3f2a91.js`; the hash is of the content, so that it may be cached for ever.
    pub path: &'static str,
    pub mime: &'static str,
    pub raw: &'static [u8],
    pub br: &'static [u8],
    pub gz: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const SERVICE_WORKER: &str = "sw.js";
const MANIFEST: &str = "manifest.webmanifest";

/// The file at an address below `/assets/`, or none.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    FILES.iter().map(|(_, asset)| asset).find(|asset| asset.path == path)
}

/// Address of a named file: `app.js`, `app.css`, `icons.svg`, `mark.svg`.
///
/// A name that the bundle does not hold is a slip in a template: it panics in debug builds and tests; a release build
/// answers an address that gives 404 rather than taking the page down.
#[must_use]
pub fn url(name: &str) -> &'static str {
    if let Some((_, asset)) = FILES.iter().find(|(known, _)| *known == name) {
        return asset.path;
    }
    debug_assert!(false, "no file named {name:?} in the bundle");
    "/assets/unknown"
}

/// Served at `/sw.js` with `no-cache`: its scope is the whole site, so it has no hashed name.
#[must_use]
pub fn service_worker() -> &'static Asset {
    named(SERVICE_WORKER)
}

/// Served at `/manifest.webmanifest`.
#[must_use]
pub fn manifest() -> &'static Asset {
    named(MANIFEST)
}

/// Every file, in the order of the bundle's list.
pub fn all() -> impl Iterator<Item = &'static Asset> {
    FILES.iter().map(|(_, asset)| asset)
}

fn named(name: &str) -> &'static Asset {
    FILES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, asset)| asset)
        .expect("build.mjs always writes the service worker and the manifest")
}

#[cfg(test)]
mod tests;
