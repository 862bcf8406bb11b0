//! Bundles the browser code (`web/`) and writes the table of files that `src/lib.rs` includes.
//!
//! - The sources are copied to `<target>/web` and built there, so that the source tree is never written and debug,
//!   release and test builds share one `node_modules`. A file lock keeps two cargo runs from installing at once.
//! - `npm ci` runs only when the bytes of `package-lock.json` differ from those of the last install.
//! - `XIAOAN_WEB_DIST=DIR` takes a bundle made elsewhere (`node build.mjs DIR`) for machines without node or network.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// What the bundle is made from; everything else beside it is ours alone (locks, stamps, `node_modules`).
const SOURCES: [&str; 6] = ["package.json", "package-lock.json", ".npmrc", "build.mjs", "src", "icons"];
/// The bundle's own list of files: `name TAB path TAB mime TAB file`, one a line, first line `version TAB hash`.
const LIST: &str = "files.tsv";
/// No bundle comes near it; a longer list means that the folder given is not ours.
const MAX_FILES: usize = 100;
const HINT: &str = "The web pages are bundled with Node.js 18 or newer and npm; install them (Debian: apt install nodejs npm), \
                    or set XIAOAN_WEB_DIST to a bundle made elsewhere with `node build.mjs DIR`.";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for source in SOURCES {
        println!("cargo:rerun-if-changed=web/{source}");
    }
    println!("cargo:rerun-if-env-changed=XIAOAN_WEB_DIST");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts"));
    let made = match std::env::var_os("XIAOAN_WEB_DIST").filter(|dir| !dir.is_empty()) {
        Some(dir) => {
            println!("cargo:rerun-if-changed={}", Path::new(&dir).join(LIST).display());
            fs::canonicalize(&dir).map_err(|e| format!("XIAOAN_WEB_DIST: {}: {e}", Path::new(&dir).display()))
        }
        None => bundle(&out),
    };
    if let Err(message) = made.and_then(|dist| write_table(&dist, &out)) {
        for line in message.lines() {
            println!("cargo:warning={line}");
            eprintln!("{line}");
        }
        exit(1);
    }
}

/// Builds the bundle into `OUT_DIR/dist` and returns that folder.
fn bundle(out: &Path) -> Result<PathBuf, String> {
    let web = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("web");
    // OUT_DIR is <target>/<profile>/build/<crate-hash>/out.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is not inside a target folder")?;
    let work = target.join("web");
    fs::create_dir_all(&work).map_err(|e| told(&work, &e))?;
    let lock_path = work.join(".lock");
    let lock = File::create(&lock_path).map_err(|e| told(&lock_path, &e))?;
    lock.lock().map_err(|e| told(&lock_path, &e))?;

    for source in SOURCES {
        let to = work.join(source);
        if to.is_dir() {
            fs::remove_dir_all(&to).map_err(|e| told(&to, &e))?;
        }
        copy(&web.join(source), &to).map_err(|e| told(&to, &e))?;
    }
    install(&work)?;
    let dist = out.join("dist");
    run("node", &["build.mjs", &dist.to_string_lossy()], &work)?;
    Ok(dist)
}

/// `npm ci`, unless the same lock file was installed before.
fn install(work: &Path) -> Result<(), String> {
    let wanted = fs::read(work.join("package-lock.json")).map_err(|e| told(work, &e))?;
    let stamp = work.join("node_modules/.xiaoan-lock");
    if fs::read(&stamp).is_ok_and(|seen| seen == wanted) {
        return Ok(());
    }
    run("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], work)?;
    fs::write(&stamp, wanted).map_err(|e| told(&stamp, &e))
}

fn run(program: &str, args: &[&str], dir: &Path) -> Result<(), String> {
    let output = Command::new(program).args(args).current_dir(dir).output();
    match output {
        Err(e) => Err(format!("xiaoan: cannot run `{program}`: {e}.\n{HINT}")),
        Ok(o) if o.status.success() => Ok(()),
        Ok(o) => Err(format!(
            "xiaoan: `{program} {}` ended with {}.\n{}{}\n{HINT}",
            args.join(" "),
            o.status,
            String::from_utf8_lossy(&o.stdout),
            String::from_utf8_lossy(&o.stderr)
        )),
    }
}

/// Turns the bundle's list into Rust: one `Asset` a line with its three encodings.
fn write_table(dist: &Path, out: &Path) -> Result<(), String> {
    let list = dist.join(LIST);
    let text = fs::read_to_string(&list).map_err(|e| told(&list, &e))?;
    let mut lines = text.lines();
    let version = lines
        .next()
        .and_then(|l| l.strip_prefix("version\t"))
        .ok_or_else(|| format!("{}: the first line is not `version TAB hash`", list.display()))?;
    let mut rows = String::new();
    for (number, line) in lines.enumerate() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, path, mime, file] = cells[..] else {
            return Err(format!("{}: line {} has not four cells", list.display(), number + 2));
        };
        if number >= MAX_FILES {
            return Err(format!("{}: more than {MAX_FILES} files", list.display()));
        }
        let mut bytes = Vec::with_capacity(3);
        for ending in ["", ".br", ".gz"] {
            let at = dist.join(format!("{file}{ending}"));
            if !at.is_file() {
                return Err(format!("{}: named in {LIST} but absent", at.display()));
            }
            bytes.push(format!("include_bytes!({:?})", at.to_string_lossy()));
        }
        rows.push_str(&format!(
            "    ({name:?}, Asset {{ path: {path:?}, mime: {mime:?}, raw: {}, br: {}, gz: {} }}),\n",
            bytes[0], bytes[1], bytes[2]
        ));
    }
    let rust = format!(
        "/// Hash of every file in the bundle.\npub const VERSION: &str = {version:?};\nstatic FILES: &[(&str, Asset)] = &[\n{rows}];\n"
    );
    let at = out.join("assets.rs");
    fs::write(&at, rust).map_err(|e| told(&at, &e))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn told(path: &Path, error: &io::Error) -> String {
    format!("xiaoan: {}: {error}", path.display())
}
