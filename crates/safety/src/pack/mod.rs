//! The policy pack (decisions.md §5): the notice's 23 items as data, by which all nouns judge. A loaded pack is immutable
//! and named by its hash; a new pack never changes a closed period.
//!
//! - `model`   what a pack is
//! - `load`    reads one from its files, and says everything that is wrong with file and line
//! - `store`   drafts, editions and school time in the database
//! - `builtin` the pack that the program carries: `packs/jilin-2012`
//! - `lint`    what a well-formed pack may still not say; `burden` what it may not do to people
//! - `nouns`   what a pack may name and the program must know
//!
//! Serves every item, for each says who owes what; the nouns do the work.

pub mod builtin;
pub mod burden;
pub mod finding;
pub mod lint;
pub mod load;
pub mod model;
pub mod nouns;
pub mod store;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Day;
use base::calendar::SchoolCalendar;

pub use finding::{Finding, What};
pub use lint::check;
pub use load::{Files, load, read};
pub use model::{Amount, At, Basis, Pack, Param, Unit};

impl Pack {
    /// `packs/jilin-2012` as the program was built with.
    pub fn builtin() -> Arc<Pack> {
        builtin::pack()
    }
    /// A number by its key. A pack that was published before the key existed is read with the built-in pack's number; a
    /// key that no pack has cannot be loaded (`nouns::KEYS`), and a day stands in for it.
    pub fn param(&self, key: &str) -> Param {
        let own = self.params.get(key).cloned();
        own.or_else(|| Pack::builtin().params.get(key).cloned()).unwrap_or_else(|| Param {
            key: "missing".into(),
            clause: "2.6".into(),
            basis: Basis::Interpretation,
            source: None,
            reason: None,
            amount: Amount { value: 1, unit: Unit::Days },
            span_ms: base::Ms::DAY,
            at: At::default(),
        })
    }
    /// A time in milliseconds by its key.
    pub fn span(&self, key: &str) -> i64 {
        self.params.get(key).map_or_else(|| self.param(key).span_ms, |p| p.span_ms)
    }
    /// A count by its key (`nouns::COUNTS`).
    pub fn count(&self, key: &str) -> i64 {
        self.params.get(key).map_or_else(|| self.param(key).amount.value, |p| p.amount.value)
    }
    /// What to look at, by kind of place: the points of a check (chips on the page). Keys; the door words them.
    pub fn points(&self, place_kind: &str) -> &[String] {
        self.points.get(place_kind).or_else(|| self.points.get("other")).map_or(&[], Vec::as_slice)
    }
    pub fn entry(&self, id: &str) -> Option<&model::Entry> {
        self.entries.iter().find(|e| e.id == id)
    }
    pub fn item(&self, number: &str) -> Option<&model::Item> {
        self.items.iter().find(|i| i.number == number)
    }
}

/// The packs by the day from which each is in force.
#[derive(Clone, Debug)]
pub struct Packs {
    /// Ascending by day, never empty.
    timeline: Vec<(Day, Arc<Pack>)>,
    /// Calendars that differ from their pack's own: by place in the timeline and county.
    times: BTreeMap<(usize, i64), SchoolCalendar>,
}

impl Packs {
    /// In place of a county: set by the city for all.
    pub(crate) const EVERYWHERE: i64 = -1;

    pub fn builtin() -> Packs {
        let pack = Pack::builtin();
        Packs::new(vec![(pack.effective_on.unwrap_or_else(|| base::Ms(0).day()), pack)])
    }
    /// Packs with the day from which each is in force, in any order; the built-in one if there is none.
    pub fn new(mut timeline: Vec<(Day, Arc<Pack>)>) -> Packs {
        timeline.sort_by_key(|(from, _)| *from);
        if timeline.is_empty() { Packs::builtin() } else { Packs { timeline, times: BTreeMap::new() } }
    }
    /// The pack in force on a day: the period that begins on it is judged by this one. Days before the first pack are
    /// judged by the first.
    pub fn in_force(&self, day: Day) -> &Arc<Pack> {
        &self.timeline[self.at(day)].1
    }
    /// School time of a county on a day: the pack's calendar with what the county has set (terms, snow days).
    pub fn calendar(&self, day: Day, county: i64) -> &SchoolCalendar {
        let at = self.at(day);
        let own = self.times.get(&(at, county)).or_else(|| self.times.get(&(at, Packs::EVERYWHERE)));
        own.unwrap_or(&self.timeline[at].1.calendar)
    }
    /// Lays what the bureaus have set over each pack's calendar: the city's first, then the county's own.
    pub(crate) fn set_times(&mut self, counties: &BTreeMap<i64, Vec<store::time::Time>>) {
        self.times.clear();
        let city = counties.get(&Packs::EVERYWHERE).map_or(&[][..], Vec::as_slice);
        for (at, (_, pack)) in self.timeline.iter().enumerate() {
            for (county, own) in counties {
                let mut calendar = pack.calendar.clone();
                city.iter().for_each(|time| time.set(&mut calendar));
                if *county != Packs::EVERYWHERE {
                    own.iter().for_each(|time| time.set(&mut calendar));
                }
                self.times.insert((at, *county), calendar);
            }
        }
    }
    fn at(&self, day: Day) -> usize {
        self.timeline.partition_point(|(from, _)| *from <= day).saturating_sub(1)
    }
    /// A pack that is or was in force, by its hash.
    pub fn by_hash(&self, hash: &[u8]) -> Option<&Arc<Pack>> {
        self.timeline.iter().map(|(_, pack)| pack).find(|p| p.hash == hash)
    }
    /// All packs with the day from which each is in force, oldest first.
    pub fn timeline(&self) -> &[(Day, Arc<Pack>)] {
        &self.timeline
    }
}
