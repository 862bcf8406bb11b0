//! What is dear to work out and rarely changes (the roster behind a board), kept in memory until a commit signals one of
//! the nouns that it was made from. Nothing here is true by itself: it is made anew from the rows at any time.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Things kept at once; the whole is dropped beyond.
const KEPT_MAX: usize = 64;

#[derive(Default)]
pub struct Memo {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// How often each noun changed since the start.
    changes: BTreeMap<&'static str, u64>,
    kept: BTreeMap<String, (u64, Arc<dyn Any + Send + Sync>)>,
}

impl Memo {
    fn with<T>(&self, job: impl FnOnce(&mut Inner) -> T) -> T {
        job(&mut self.inner.lock().unwrap_or_else(|e| e.into_inner()))
    }
    /// Something of this noun changed.
    pub fn touch(&self, noun: &'static str) {
        self.with(|inner| *inner.changes.entry(noun).or_default() += 1);
    }
    /// The state of these nouns: grows with each change of one of them, so that equal means unchanged.
    pub fn stamp(&self, nouns: &[&'static str]) -> u64 {
        self.with(|inner| nouns.iter().map(|n| inner.changes.get(n).copied().unwrap_or(0)).sum())
    }
    pub fn get<T: Send + Sync + 'static>(&self, key: &str, stamp: u64) -> Option<Arc<T>> {
        self.with(|inner| {
            let (at, kept) = inner.kept.get(key)?;
            (*at == stamp).then(|| kept.clone().downcast().ok()).flatten()
        })
    }
    /// `stamp` is that from before the work: a change meanwhile makes the thing stale at once.
    pub fn keep(&self, key: &str, stamp: u64, made: Arc<dyn Any + Send + Sync>) {
        self.with(|inner| {
            if inner.kept.len() >= KEPT_MAX && !inner.kept.contains_key(key) {
                inner.kept.clear();
            }
            inner.kept.insert(key.into(), (stamp, made));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_kept_until_one_of_its_nouns_changes_also_during_the_work() {
        let memo = Memo::default();
        let before = memo.stamp(&["unit", "post"]);
        memo.keep("roster", before, Arc::new(7i64));
        assert_eq!(memo.get::<i64>("roster", memo.stamp(&["unit", "post"])).as_deref(), Some(&7));
        memo.touch("hazard");
        assert!(memo.get::<i64>("roster", memo.stamp(&["unit", "post"])).is_some());
        memo.touch("post");
        assert!(memo.get::<i64>("roster", memo.stamp(&["unit", "post"])).is_none());
        memo.keep("roster", before, Arc::new(8i64));
        assert!(memo.get::<i64>("roster", memo.stamp(&["unit", "post"])).is_none(), "made from older rows");
        for n in 0..200 {
            memo.keep(&n.to_string(), 0, Arc::new(n));
        }
        assert!(memo.with(|inner| inner.kept.len()) <= KEPT_MAX);
    }
}
