//! Every table: is it a record (each change has a leaf, the self-audit holds it against the log), and if not, why not.

pub struct Table {
    pub name: &'static str,
    pub record: bool,
    /// For a record: its columns that hold a person's data and are emptied by an erasure. Else: why it is no record.
    pub note: &'static str,
    /// Columns of free text, in which a person may be named: an erasure takes the name out of them (`erase`). Such a
    /// table has a column `unit`; `find` comes last, after the texts that it is made of.
    pub texts: &'static str,
}

const fn record(name: &'static str, personal: &'static str) -> Table {
    Table { name, record: true, note: personal, texts: "" }
}

/// A record with free text.
const fn told(name: &'static str, texts: &'static str) -> Table {
    Table { name, record: true, note: "", texts }
}

const fn other(name: &'static str, why: &'static str) -> Table {
    Table { name, record: false, note: why, texts: "" }
}

pub const TABLES: &[Table] = &[
    record("unit", "phone"),
    told("unit_step", "reason"),
    record("person", "name mobile"),
    record("login", "password"),
    record("post", "title"),
    told("place", "name find"),
    record("signin", "device"),
    record("feed", ""),
    record("channel", "address secret"),
    told("pack_edition", "title reason"),
    told("school_time", "reason"),
    record("class", ""),
    record("class_span", ""),
    record("pupil", "name"),
    record("pupil_span", ""),
    told("check_run", "title note back_reason"),
    told("text_version", "title body meeting"),
    told("text_review", "note"),
    record("text_ack", ""),
    told("notice", "title body"),
    record("notice_sign", ""),
    record("notice_urgent", ""),
    told("notice_answer", "typed"),
    told("layer", "title note"),
    told("support", "reasons plan end_reason"),
    told("support_visit", "with_people seen advised done back_reason"),
    told("tip", "what contact answer"),
    record("tip_gate", ""),
    told("missive", "signer note"),
    record("check_place", ""),
    told("hazard", "what place_text protection measure five back_reason void_reason find"),
    told("hazard_step", "note change"),
    record("building", ""),
    told("movement", "title note back_reason"),
    record("movement_card", ""),
    told("movement_post", "place task"),
    told("movement_day", "note"),
    record("movement_finding", ""),
    told("gathering", "title place routes posts weather emergency back_reason outcome"),
    told("drill", "title place process problems drop_reason back_reason"),
    told("drill_class", "note"),
    told("incident", "what place_text void_reason find"),
    told("incident_report", "what place_text progress cause lessons reason"),
    told("incident_leg", "spoke_with"),
    told("incident_step", "note"),
    record("incident_zero", ""),
    told("incident_draft", "place_text reason"),
    told("alarm", "place_text end_reason"),
    told("alarm_step", "note"),
    record("alarm_roll", ""),
    told("alarm_button", "name"),
    record("alarm_line", ""),
    record("absence", ""),
    told("outside", "what void_reason"),
    told("clue", "explanation reason"),
    told("duty", "back_reason"),
    told("duty_step", "note"),
    told("credit", "reason"),
    told("work", "title body back_reason void_reason"),
    told("work_step", "before reason"),
    told("waiver", "reason"),
    told("resolution", "what note"),
    record("period_sheet", ""),
    told("period_addendum", "reason"),
    other("tally_delta", "counters derived from duties, not folded yet"),
    other("tally", "counters derived from duties: a recount must agree"),
    other("tally_month", "counters derived from duties: a recount must agree"),
    other("tally_day", "counters derived from duties: a recount must agree"),
    other("tally_unit", "counters derived from duties: a recount must agree"),
    other("frozen_until", "how far the freezing has come: seen from period_sheet"),
    record("witness_finding", ""),
    other("leaf", "the log itself: verified against its own tree"),
    other("tree", "hashes of the log: recomputed by every verification"),
    other("checkpoint", "the newest signed head: verified by its signature"),
    other("witness", "how each witness stood when it was last asked: asked again every few seconds"),
    other("cosigned", "the newest heads with cosignatures: verified by their signatures"),
    other("command", "answers remembered for repeated requests: kept 30 days"),
    other("clue_mark", "how far the detectors have looked: they can always look again"),
    other("due", "deadlines derived from records"),
    other("message", "who was told of what: ids only; what it was about is a record of its own"),
    other("outbox", "deliveries on their way and their receipts: kept for a time"),
    other("file_use", "index of photos; their hashes stand in the records"),
    other("setting", "the machine's own settings: clock of a demo, last audit"),
    other("unit_tree", "closure of unit.parent: rebuilt from it"),
    other("session", "who is signed in now; every sign-in is a record of its own"),
    other("schema_migration", "which migrations have run"),
];

pub fn records() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|t| t.record)
}
