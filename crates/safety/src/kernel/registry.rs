//! Every table: is it a record (each change has a leaf, the self-audit holds it against the log), and if not, why not.

pub struct Table {
    pub name: &'static str,
    pub record: bool,
    /// For a record: its columns that hold a person's data and are emptied by an erasure. Else: why it is no record.
    pub note: &'static str,
}

const fn record(name: &'static str, personal: &'static str) -> Table {
    Table { name, record: true, note: personal }
}

const fn other(name: &'static str, why: &'static str) -> Table {
    Table { name, record: false, note: why }
}

pub const TABLES: &[Table] = &[
    record("unit", "phone"),
    record("unit_step", ""),
    record("person", "name mobile"),
    record("login", "password"),
    record("post", "title"),
    record("place", ""),
    record("signin", "device"),
    record("class", ""),
    record("class_span", ""),
    record("pupil", "name"),
    record("pupil_span", ""),
    record("check_run", "note"),
    record("check_place", ""),
    record("hazard", "what place_text protection measure"),
    record("hazard_step", "note change"),
    other("leaf", "the log itself: verified against its own tree"),
    other("tree", "hashes of the log: recomputed by every verification"),
    other("checkpoint", "the newest signed head: verified by its signature"),
    other("command", "answers remembered for repeated requests: kept 30 days"),
    other("due", "deadlines derived from records"),
    other("file_use", "index of photos; their hashes stand in the records"),
    other("setting", "the machine's own settings: clock of a demo, last audit"),
    other("unit_tree", "closure of unit.parent: rebuilt from it"),
    other("session", "who is signed in now; every sign-in is a record of its own"),
    other("schema_migration", "which migrations have run"),
];

pub fn records() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|t| t.record)
}
