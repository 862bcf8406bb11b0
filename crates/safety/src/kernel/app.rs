//! The program as the doors see it: one `write`, one `read`, signals after the commit.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use base::{Clock, Ms, Result, Seed};
use db::{Db, Tx};

use super::actor::{Actor, Meta};
use super::cx::{Cx, Signal};
use super::memo::Memo;
use super::proof::{self, Sequencer};
use crate::pack::{Pack, Packs};

type Listener = Box<dyn Fn(Signal) + Send + Sync>;

/// What it takes to open the house.
pub struct Setup {
    pub target: db::Target,
    pub data: PathBuf,
    pub clock: Clock,
    /// Origin of the log and seed of its signing key (`DIR/log.key`).
    pub origin: String,
    pub key: [u8; 32],
    /// False only while the demo is being filled.
    pub durable: bool,
    pub readers: usize,
    pub max_pages: Option<i64>,
}

impl Setup {
    pub fn new(target: db::Target, data: &Path, clock: Clock, origin: &str, key: [u8; 32]) -> Setup {
        Setup {
            target,
            data: data.into(),
            clock,
            origin: origin.into(),
            key,
            durable: true,
            readers: 3,
            max_pages: None,
        }
    }
}

pub struct App {
    db: Db,
    clock: Clock,
    data: PathBuf,
    packs: RwLock<Arc<Packs>>,
    /// A pack or school time was changed since `packs` was read.
    stale: Arc<AtomicBool>,
    memo: Arc<Memo>,
    signer: Arc<Sequencer>,
    listeners: Arc<RwLock<Vec<Listener>>>,
    /// Findings of the newest self-audit: `table id: what`.
    pub(super) findings: Mutex<Option<super::audit::Audit>>,
}

impl App {
    /// Opens the database as its one writer and brings the schema up to date.
    /// Refuses with Busy when another writer holds it.
    pub fn open(setup: Setup) -> Result<Arc<App>> {
        let signer = Arc::new(Sequencer::new(&setup.origin, setup.key, setup.clock.clone())?);
        let mut options = db::Options::new(setup.target);
        let hook = signer.clone();
        options.sequence = Some(Arc::new(move |tx: &mut Tx<'_>| hook.run(tx)));
        options.durable = setup.durable;
        options.readers = setup.readers;
        options.max_pages = setup.max_pages;
        let db = Db::open(options)?;
        db.migrate(crate::MIGRATIONS)?;
        let packs = db.read(crate::pack::store::load)?;
        let app = App {
            db,
            clock: setup.clock,
            data: setup.data,
            packs: RwLock::new(Arc::new(packs)),
            stale: Arc::default(),
            memo: Arc::default(),
            signer,
            listeners: Arc::default(),
            findings: Mutex::new(None),
        };
        Ok(Arc::new(app))
    }

    pub fn db(&self) -> &Db {
        &self.db
    }
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
    pub fn now(&self) -> Ms {
        self.clock.now()
    }
    pub fn data(&self) -> &Path {
        &self.data
    }
    /// The pack in force now.
    pub fn pack(&self) -> Arc<Pack> {
        self.packs().in_force(self.now().day()).clone()
    }
    /// All packs by the day from which each is in force.
    pub fn packs(&self) -> Arc<Packs> {
        self.packs.read().unwrap_or_else(|e| e.into_inner()).clone()
    }
    /// Puts other packs in force, for whatever is asked from now on.
    pub fn set_packs(&self, packs: Packs) {
        *self.packs.write().unwrap_or_else(|e| e.into_inner()) = Arc::new(packs);
        self.memo.touch("pack");
    }
    /// Reads the packs again if one was published or school time set since. Never from an async task; `tick` asks every
    /// second, a door right after its act.
    pub fn reload_packs(&self) -> Result<()> {
        if self.stale.swap(false, Ordering::AcqRel) {
            match self.db.read(crate::pack::store::load) {
                Ok(packs) => self.set_packs(packs),
                Err(e) => {
                    self.stale.store(true, Ordering::Release);
                    return Err(e);
                }
            }
        }
        Ok(())
    }
    /// The public key of the log, as text for verifiers.
    pub fn verifier_key(&self) -> String {
        self.signer.verifier_key()
    }
    /// The name of the log, first line of its checkpoints.
    pub fn origin(&self) -> &str {
        self.signer.origin()
    }

    /// Called after each commit with each signal; must be quick (it runs on the database's thread).
    pub fn on_signal(&self, listener: impl Fn(Signal) + Send + Sync + 'static) {
        self.listeners.write().unwrap_or_else(|e| e.into_inner()).push(Box::new(listener));
    }

    /// One act: one transaction with its leaves; `done` is called after the commit. The job may be run again and must
    /// leave no trace outside its `Cx`.
    pub fn write_then<T: Send + 'static>(
        &self,
        actor: &Actor,
        meta: Meta,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        self.write_seeded(actor, meta, Seed::fresh(), job, done);
    }

    /// `write_then` with given randomness: ids and salts that the job makes come out the same by seed (the demo).
    pub fn write_seeded<T: Send + 'static>(
        &self,
        actor: &Actor,
        meta: Meta,
        seed: Seed,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let (actor, packs, now) = (actor.clone(), self.packs(), self.now());
        let (listeners, memo, touched) = (self.listeners.clone(), self.memo.clone(), self.memo.clone());
        let stale = self.stale.clone();
        let run = move |tx: &mut Tx<'_>| {
            let pack = packs.in_force(now.day());
            let (seed, signals) = (seed.clone(), Vec::new());
            let mut cx = Cx { tx, now, actor: &actor, meta: &meta, pack, packs: &packs, memo: &memo, seed, signals };
            super::rights::still_in_post(&mut cx)?;
            let value = job(&mut cx)?;
            Ok((value, cx.signals))
        };
        self.db.write_then(run, move |answer: Result<(T, Vec<Signal>)>| match answer {
            Ok((value, signals)) => {
                let listeners = listeners.read().unwrap_or_else(|e| e.into_inner());
                for signal in signals {
                    touched.touch(signal.noun);
                    if signal.noun == "pack" {
                        stale.store(true, Ordering::Release);
                    }
                    listeners.iter().for_each(|listen| listen(signal));
                }
                done(Ok(value));
            }
            Err(e) => done(Err(e)),
        });
    }

    /// `write_then`, waiting for the answer. Never from an async task.
    pub fn write<T: Send + 'static>(
        &self,
        actor: &Actor,
        meta: Meta,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.write_then(actor, meta, job, move |answer| {
            let _ = send.send(answer);
        });
        receive.recv().unwrap_or(Err(base::Fault::Gone.into()))
    }

    /// One snapshot, read-only.
    pub fn read_then<T: Send + 'static>(
        &self,
        actor: &Actor,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let (actor, packs, now) = (actor.clone(), self.packs(), self.now());
        let memo = self.memo.clone();
        let run = move |tx: &mut Tx<'_>| {
            let meta = Meta::of("web");
            let seed = Seed::new([0; 32]);
            let pack = packs.in_force(now.day());
            job(&mut Cx {
                tx,
                now,
                actor: &actor,
                meta: &meta,
                pack,
                packs: &packs,
                memo: &memo,
                seed,
                signals: Vec::new(),
            })
        };
        self.db.read_then(run, done);
    }

    /// `read_then`, waiting for the answer. Never from an async task.
    pub fn read<T: Send + 'static>(
        &self,
        actor: &Actor,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.read_then(actor, job, move |answer| {
            let _ = send.send(answer);
        });
        receive.recv().unwrap_or(Err(base::Fault::Gone.into()))
    }

    /// The newest signed head of the log.
    pub fn checkpoint(&self) -> Result<Option<String>> {
        self.db.read(proof::checkpoint)
    }
}
