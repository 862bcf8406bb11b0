//! When the database does not answer in time (locked, or out of reach) a press is kept in a file of its own, on the disk
//! before it is answered, and replayed when the database is back: oldest first, each once, with the time at which it
//! was kept. The press was given its id before the first try, so that the try that came too late and the replay are the
//! same alarm. What is kept here has told nobody yet, and whoever pressed is told so.
//!
//! A button's address and the token of a session are kept as their hashes; whose they are is asked at the replay, and
//! nobody's press is laid aside. Not here: rules (`safety::alarm`).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base::{Error, Fault, Id, Ms, Refusal, Result};
use safety::alarm::{NewAlarm, button, raise};
use safety::org::{login, people, post};
use safety::{Actor, Cx, Meta};
use serde::{Deserialize, Serialize};

use crate::state::Web;

/// The database must answer a press within this; a second is what the person has.
pub const ANSWER: Duration = Duration::from_millis(700);
/// Presses kept at once: beyond, the disk is somebody's toy.
const KEPT_MAX: usize = 10_000;
/// Of these from whom nobody knew yet: half, so that strangers do not take the room of people who are signed in.
const UNKNOWN_MAX: usize = KEPT_MAX / 2;
/// Ends the name of such a one.
const UNKNOWN: &str = "-u.json";
/// Between two looks at what is kept.
const LOOK: Duration = Duration::from_millis(500);
const FOLDER: &str = "alarms";

/// Who pressed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum By {
    Login {
        login: Id,
        post: Option<Id>,
    },
    /// The hash of a button's address, in hexadecimal.
    Button {
        hash: String,
    },
    /// The hash of a session's token, in hexadecimal: nobody could be asked whose it is.
    Session {
        hash: String,
    },
}

impl By {
    /// Was it known who pressed? Of the others a stranger may make up as many as he likes.
    fn is_known(&self) -> bool {
        matches!(self, By::Login { .. })
    }
}

/// A press on the disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    pub by: By,
    pub new: NewAlarm,
    /// When it was kept, business time.
    pub at: i64,
}

fn folder(web: &Web) -> PathBuf {
    web.app.data().join(FOLDER)
}

/// Keeps a press: when this answers Ok it is on the disk. Refuses Busy when too many are kept.
pub async fn keep(web: &Web, by: By, new: NewAlarm) -> Result<()> {
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    let (folder, at) = (folder(web), web.now());
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let id = new.id.ok_or_else(|| Error::broken("a press without an id"))?;
    let known = by.is_known();
    let kept = serde_json::to_vec(&Kept { by, new, at: at.0 }).map_err(|e| Error::broken(format!("press: {e}")))?;
    // Sorted by time, and by the order of coming within it.
    let name = format!("{:015}-{serial:012}-{id}{}", at.0, if known { ".json" } else { UNKNOWN });
    // Not in the heavy lane: an alarm waits for nobody's picture.
    let done = tokio::task::spawn_blocking(move || store(&folder, &name, known, &kept)).await;
    done.unwrap_or_else(|e| Err(Error::broken(format!("press: {e}"))))
}

fn store(folder: &Path, name: &str, known: bool, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    let full = |e: std::io::Error| {
        tracing::error!(error = %e, "a press could not be kept");
        Error::from(Fault::Full)
    };
    std::fs::create_dir_all(folder).map_err(full)?;
    let all = names(folder);
    let unknown = |path: &&PathBuf| path.to_string_lossy().ends_with(UNKNOWN);
    if all.len() >= KEPT_MAX || (!known && all.iter().filter(unknown).count() >= UNKNOWN_MAX) {
        return Err(Refusal::Busy.into());
    }
    let part = folder.join(format!("{name}.part"));
    let mut file = std::fs::File::create(&part).map_err(full)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(full)?;
    std::fs::rename(&part, folder.join(name)).map_err(full)?;
    std::fs::File::open(folder).and_then(|dir| dir.sync_all()).map_err(full)
}

/// What is kept, oldest first.
fn names(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let mut names: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == "json")).collect();
    names.sort();
    names
}

/// Replays what is kept, for as long as the doors are open; also what an earlier run left behind.
pub async fn replay(web: Web) {
    let folder = folder(&web);
    loop {
        for path in names(&folder) {
            match one(&web, &path).await {
                Ok(()) => drop(std::fs::remove_file(&path)),
                // Still away: nothing behind it is tried, so that the order stays.
                Err(Error::Fault(Fault::Gone | Fault::Full)) | Err(Error::Refused(Refusal::Busy)) => break,
                Err(e) => {
                    tracing::error!(error = %e, file = %path.display(), "a press could not be replayed; it stays beside");
                    let _ = std::fs::rename(&path, path.with_extension("refused"));
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn one(web: &Web, path: &Path) -> Result<()> {
    let read = std::fs::read(path).map_err(|e| Error::broken(format!("press: {e}")))?;
    let kept: Kept = serde_json::from_slice(&read).map_err(|e| Error::broken(format!("press: {e}")))?;
    let meta = Meta { source: "queue", claimed_at: Some(Ms(kept.at)), device_at: None };
    let (actor, new) = (who(web, &kept.by).await?, kept.new);
    match kept.by {
        By::Login { .. } | By::Session { .. } => web.write(&actor, meta, move |cx| raise::raise(cx, &new)).await?,
        By::Button { hash } => {
            web.write(&actor, meta, move |cx| button::pressed_hash(cx, &bytes(&hash), new.id, new.test)).await?
        }
    };
    Ok(())
}

fn bytes(hex: &str) -> Vec<u8> {
    let pair = |at: usize| hex.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    (0..hex.len()).step_by(2).filter_map(pair).collect()
}

async fn who(web: &Web, by: &By) -> Result<Actor> {
    let system = Actor::system();
    match by {
        By::Button { .. } => Ok(system),
        By::Login { login, post } => {
            let (login, post) = (*login, *post);
            web.read(&system, move |cx| actor(cx, login, post)).await
        }
        By::Session { hash } => {
            let hash = bytes(hash);
            web.read(&system, move |cx| Ok(login::by_hash(cx, &hash)?.actor)).await
        }
    }
}

fn actor(cx: &mut Cx<'_, '_>, id: Id, asked: Option<Id>) -> Result<Actor> {
    let gone = || Error::from(Refusal::SignIn);
    let person = login::open_person(cx, id)?.ok_or_else(gone)?;
    let person = people::load(cx, person)?;
    let posts = post::of_person(cx, person.id)?;
    let post = posts.iter().find(|p| Some(p.id) == asked).or(posts.first()).ok_or_else(gone)?;
    login::actor(cx, id, &person, post)
}
