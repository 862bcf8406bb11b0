//! Which deadline calls which noun: a list, nothing else. Runs every second; after an outage it catches up, each missed
//! deadline once, with the time for which it was planned.

use base::Result;

use crate::clue;
use crate::duty;
use crate::kernel::actor::{Actor, Meta};
use crate::kernel::app::App;
use crate::kernel::cx::Cx;
use crate::kernel::due::{self, Due};

/// Transactions of period sheets in one round: at a month's close deadlines must not wait behind ten thousand schools.
const SHEET_ROUNDS: usize = 4;
/// Rounds of the detectors in one tick.
const CLUE_ROUNDS: usize = 40;
/// Deadlines fired in one round.
const ROUND: i64 = 200;

/// Fires one deadline that was taken. For `run`, and for the demo that walks its own time.
pub fn fire(cx: &mut Cx<'_, '_>, due: &Due) -> Result<()> {
    match due.noun.as_str() {
        "hazard" => crate::hazard::due_fired(cx, due.id, &due.rule, due.due_at),
        "incident" => crate::incident::due_fired(cx, due.id, &due.rule, due.due_at),
        "alarm" => crate::alarm::act::due_fired(cx, due.id, due.due_at),
        "notice" => crate::notice::urgent::due_fired(cx, due.id, due.due_at),
        other => {
            tracing::error!(noun = other, "a deadline without a noun");
            Ok(())
        }
    }
}

/// Nouns that `fire` knows; a test holds the table `due` against it.
pub const NOUNS: &[&str] = &["hazard", "incident", "alarm", "notice"];

/// Fires what is due; answers how many. Each is its own transaction, so that one fault stops no other.
pub fn run(app: &App) -> Result<usize> {
    run_while(app, &|| true)
}

/// `run`, which asks before each step whether to go on: the program must not be kept from ending by hundreds of
/// deadlines. What was not reached stays due.
pub fn run_while(app: &App, on: &dyn Fn() -> bool) -> Result<usize> {
    app.reload_packs()?;
    let system = Actor::system();
    let ready = app.read(&system, |cx| due::ready(cx, ROUND))?;
    let mut fired = 0;
    for due in ready {
        if !on() {
            return Ok(fired);
        }
        let one = due.clone();
        let done = app.write(&system, Meta::of("tick"), move |cx| {
            if due::take(cx, &one)? {
                fire(cx, &one)?;
                return Ok(true);
            }
            Ok(false)
        });
        match done {
            Ok(true) => fired += 1,
            Ok(false) => {}
            Err(e) => tracing::error!(rule = due.rule, id = %due.id, error = %e, "a deadline could not fire"),
        }
    }
    clues(app, &system, on)?;
    counters(app, &system, on)?;
    sheets(app, &system, on)?;
    Ok(fired)
}

/// Lets the detectors look at what has ripened; a round at a time, so that nothing waits behind a year of records.
fn clues(app: &App, system: &Actor, on: &dyn Fn() -> bool) -> Result<()> {
    for _ in 0..CLUE_ROUNDS {
        if !on() || !app.read(system, clue::find::waiting)? {
            return Ok(());
        }
        app.write(system, Meta::of("tick"), clue::find::look)?;
    }
    Ok(())
}

/// Folds what the board's counters have gathered.
fn counters(app: &App, system: &Actor, on: &dyn Fn() -> bool) -> Result<()> {
    while on() && app.read(system, duty::tally::waiting)? {
        app.write(system, Meta::of("tick"), duty::tally::fold)?;
    }
    Ok(())
}

/// Writes a few period sheets, if periods have closed; once a day it finds that there are none left.
fn sheets(app: &App, system: &Actor, on: &dyn Fn() -> bool) -> Result<()> {
    for _ in 0..SHEET_ROUNDS {
        if !on() {
            break;
        }
        let Some(units) = app.read(system, duty::frozen::pending)? else { return Ok(()) };
        app.write(system, Meta::of("tick"), move |cx| duty::frozen::freeze(cx, &units))?;
    }
    Ok(())
}

/// Once a night: forgets what is kept for a time only.
pub fn sweep(app: &App) -> Result<()> {
    app.write(&Actor::system(), Meta::of("tick"), |cx| {
        crate::kernel::command::sweep(cx)?;
        crate::org::login::sweep(cx)?;
        crate::message::sweep(cx)?;
        clue::find::again(cx)?;
        Ok(())
    })
}
