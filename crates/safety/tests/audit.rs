//! Whatever is changed, added or removed behind the program's back is named, table and record.

use base::Id;
use db::args;
use safety::hazard::Act;
use safety::hazard::act::Input;
use safety::kernel::audit::{self, What};
use safety::kernel::{proof, registry};
use safety::org::people;

use crate::world::{World, fixed, on_both, on_both_unaudited};

fn lived_in(w: &World) -> Id {
    let id = w.assigned();
    w.act("王建军", id, Act::Rectify, fixed("换了电池")).unwrap();
    let (place, now) = (w.stair, w.app.now());
    w.by("李建国", move |cx| {
        let seen = safety::check::NewPlaceSeen { place, result: safety::check::Seen::Fine, seen_at: now };
        let new = safety::check::NewCheck {
            id: None,
            unit: None,
            title: "周排查".into(),
            places: vec![seen],
            with: vec![],
            behalf: None,
            note: None,
            back_reason: None,
        };
        safety::check::record(cx, &new)
    })
    .unwrap();
    let actor = w.actor("张福贵");
    w.system(move |cx| safety::org::login::failed(cx, actor.login.unwrap(), "wrong", "test")).unwrap();
    crate::roll::lived_in(w);
    crate::pack_store::lived_in(w);
    w.system(|cx| {
        use safety::kernel::witness::{Outcome, Stand, answered, configure};
        configure(cx, &[("w.example".into(), "http://w.example".into())], 1)?;
        let seen = Outcome { name: "w.example".into(), stand: Stand::Forked, seen: Some(3), line: None };
        answered(cx, "", 9, &[seen])
    })
    .unwrap();
    w.by("李建国", |cx| safety::duty::feed::open(cx, "0123456789abcdef0123456789abcdef")).unwrap();
    crate::text::lived_in(w);
    crate::story_support::lived_in(w);
    crate::story_tip::lived_in(w);
    crate::story_missive::lived_in(w);
    crate::notice::lived_in(w);
    crate::story_1_2_urgent::lived_in(w);
    crate::story_3_5::lived_in(w);
    crate::story_2_5::lived_in(w);
    crate::story_1_2::lived_in(w);
    crate::message::lived_in(w);
    crate::story_5_2::lived_in(w);
    crate::story_1_2_clue::lived_in(w);
    // Sets packs of its own, so it comes last.
    crate::story_1_1::lived_in(w);
    id
}

#[test]
fn a_changed_an_added_and_a_removed_row_of_every_record_table_are_named() {
    on_both(|w| {
        lived_in(w);
        for table in registry::records() {
            let name = table.name;
            let row =
                w.app.db().read(move |tx| tx.row(&format!("select * from {name} order by id limit 1"), &[])).unwrap();
            let row = row.unwrap_or_else(|| panic!("the story leaves {name} empty"));
            let (id, at) = (row.id("id").unwrap(), row.int("received_at").unwrap());

            raw(w, format!("update {name} set received_at = received_at + 1 where id = $1"), id);
            assert_eq!(findings(w), [(What::Changed, name.to_string(), id)], "{name} changed");
            raw(w, format!("update {name} set received_at = received_at - 1 where id = $1"), id);
            assert_eq!(findings(w), [], "{name} as it was");

            let columns: Vec<String> = row.columns().map(|(c, _)| c.to_string()).collect();
            let list = columns.join(", ");
            let fake = Id::from_parts(base::Ms(at), [9; 10]);
            let values = columns.iter().map(|c| match c.as_str() {
                "id" => "$1".into(),
                "name" if name == "login" => "'geist'".into(),
                "part" if name == "duty" => "'topic:geist'".into(),
                // Bytes of its own: an address opens one calendar.
                "address" if name == "feed" => "salt".into(),
                "code" if name == "tip" || name == "missive" => "salt".into(),
                "address" if matches!(name, "feed" | "alarm_button") => "salt".into(),
                "class" if matches!(name, "alarm_roll" | "absence") => "salt".into(),
                "dedupe" if name == "outside" => "'geist'".into(),
                "subject" if name == "clue" => "salt".into(),
                "notice" if name == "notice_urgent" => "salt".into(),
                "alarm" if name == "incident_draft" => "salt".into(),
                "serial" if name == "alarm" => "serial + 1000".into(),
                "period" if name == "period_sheet" => "'geist'".into(),
                "edition" if name == "building" => "99".into(),
                "held_on" if name == "movement_day" => "99".into(),
                "from_on" if name == "incident_zero" => "0".into(),
                c => c.to_string(),
            });
            let values = values.collect::<Vec<String>>().join(", ");
            let copy = format!("insert into {name} ({list}) select {values} from {name} where id = $2");
            w.app.db().write(move |tx| tx.exec(&copy, args![fake, id])).unwrap();
            assert_eq!(findings(w), [(What::Unlogged, name.to_string(), fake)], "{name} added");
            raw(w, format!("delete from {name} where id = $1"), fake);

            let held: Vec<db::Value> = row.columns().map(|(_, v)| v.clone()).collect();
            raw(w, format!("delete from {name} where id = $1"), id);
            assert_eq!(findings(w), [(What::Removed, name.to_string(), id)], "{name} removed");
            let marks: Vec<String> = (1..=columns.len()).map(|i| format!("${i}")).collect();
            let back = format!("insert into {name} ({list}) values ({})", marks.join(", "));
            w.app.db().write(move |tx| tx.exec(&back, &held)).unwrap();
        }
    });
}

#[test]
fn a_leaf_that_was_changed_is_noticed() {
    on_both_unaudited(|w| {
        lived_in(w);
        w.app.db().settle(10_000).unwrap();
        assert!(w.audit_now().clean());
        let sql = "update leaf set bytes = (select l.bytes from leaf l where l.n = 4) where n = 3";
        w.app.db().write(move |tx| tx.exec(sql, &[])).unwrap();
        let audit = w.audit_now();
        assert!(audit.findings.iter().any(|f| f.what == What::LeafChanged), "{audit:?}");
        assert!(audit.log.is_some());
    });
}

#[test]
fn a_leaf_that_was_taken_out_is_noticed_even_with_its_row() {
    on_both_unaudited(|w| {
        let id = lived_in(w);
        w.app.db().settle(10_000).unwrap();
        raw(w, "delete from hazard where id = $1".into(), id);
        w.app.db().write(move |tx| tx.exec("delete from leaf where tbl = 'hazard' and id = $1", args![id])).unwrap();
        let audit = w.audit_now();
        assert!(audit.log.is_some(), "{audit:?}");
    });
}

#[test]
fn erasing_a_person_leaves_every_other_proof_valid_and_no_name_behind() {
    on_both(|w| {
        let id = lived_in(w);
        let canary = w.person("要删除的人", w.school, &[]);
        assert!(w.sees("李建国", move |cx| people::show(cx, canary)).unwrap().name.is_some());
        w.by("市管理员", move |cx| people::erase(cx, canary)).unwrap();
        let gone = w.sees("李建国", move |cx| people::show(cx, canary)).unwrap();
        assert_eq!((gone.name, gone.mobile), (None, None));
        w.app.db().settle(10_000).unwrap();
        let vkey = w.app.verifier_key();
        let key = vkey.clone();
        let bundle = w.app.db().read(move |tx| proof::bundle(tx, id, &key, true)).unwrap().unwrap();
        let report = journal::verify_bundle(&bundle.to_json(), Some(&vkey)).unwrap();
        assert_eq!((report.table.as_str(), report.id), ("hazard", id));
        let rows = w.app.db().read(|tx| tx.rows("select n from leaf where tbl = 'person' order by n", &[])).unwrap();
        assert!(rows.len() > 17);
        let audit = audit::run(w.app.db(), &vkey, w.app.now()).unwrap();
        assert!(audit.clean(), "{audit:?}");
    });
}

#[test]
fn an_erasure_takes_the_name_out_of_what_others_wrote() {
    on_both(|w| {
        let gone = w.person("贾宝玉", w.school, &[]);
        let told = w.raise("张福贵", "贾宝玉把疏散指示灯碰坏了");
        let untold = w.raise("张福贵", "指示灯不亮");
        let input = Input { note: Some("请贾宝玉先别靠近".into()), ..Input::default() };
        w.act("李建国", told, Act::Comment, input).unwrap();
        let elsewhere = w.foreign_gate;
        let new = safety::hazard::NewHazard {
            what: "大门外贾宝玉停车堵路".into(),
            place: Some(elsewhere),
            category: Some(safety::hazard::Category::Fire),
            photos: vec![crate::world::photo(2)],
            ..Default::default()
        };
        w.by("北山主任", move |cx| safety::hazard::raise::raise(cx, &new)).unwrap();
        w.by("市管理员", move |cx| people::erase(cx, gone)).unwrap();
        let h = w.system(move |cx| safety::hazard::load(cx, told)).unwrap();
        assert_eq!(h.what, "■■■把疏散指示灯碰坏了");
        assert_eq!(w.system(move |cx| safety::hazard::load(cx, untold)).unwrap().version, 1, "nothing else is touched");
        let db = w.app.db();
        let left = |table: &str, column: &str, text: &str| {
            let sql = format!("select count(*) as n from {table} where {column} like $1");
            let like = format!("%{text}%");
            db.read(move |tx| tx.row(&sql, args![like.clone()])).unwrap().unwrap().int("n").unwrap()
        };
        assert_eq!((left("hazard_step", "note", "贾宝玉"), left("hazard_step", "note", "■■■")), (0, 1));
        assert_eq!(
            (left("hazard", "find", "贾宝玉"), left("hazard", "find", "jby")),
            (1, 1),
            "of the other county only"
        );
        assert_eq!(left("hazard", "what", "贾宝玉"), 1, "texts of other units are not reached");
    });
}

fn raw(w: &World, sql: String, id: Id) {
    assert_eq!(w.app.db().write(move |tx| tx.exec(&sql, args![id])).unwrap(), 1);
}

fn findings(w: &World) -> Vec<(What, String, Id)> {
    let audit = w.audit_now();
    assert_eq!((audit.more, audit.log), (0, None));
    audit.findings.into_iter().map(|f| (f.what, f.table, f.id)).collect()
}
