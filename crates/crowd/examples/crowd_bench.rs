//! Prints the table of goals G1–G6: run with `cargo run --release -p crowd --example crowd_bench [STEPS_PER_CLASS]`.
//!
//! Times are CPU seconds of this thread (from the kernel's accounting; 0 where there is none). The search gets about two
//! CPU seconds a scenario: a fixed number of steps ÷ classes, so that the plans are the same on every machine.

use crowd::{Instance, Mode, bound, bound_json, closure_cards, draft_from_tables, evacuate, plan, single_closures};
use serde_json::Value;
use std::path::PathBuf;

fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|v| v.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

fn timed<T>(f: impl FnOnce() -> T) -> (T, f64) {
    let before = cpu();
    let out = f();
    (out, cpu() - before)
}

fn main() {
    let budget = std::env::args().nth(1).and_then(|v| v.parse().ok()).unwrap_or(9_000_000u64);
    reference(budget);
    largest();
    bulk();
}

fn reference(budget: u64) {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/crowd");
    let Ok(bytes) = std::fs::read(dir.join("expected-dev.json")) else {
        println!("the reference set ../shared/testdata/crowd is not here: skipped");
        return;
    };
    let expected: Value = serde_json::from_slice(&bytes).expect("the reference set is JSON");
    println!(
        "{:31} {:>5} {:>5} {:>6} {:>6} {:>6} {:>6} {:>7} {:>7}",
        "instance scenario", "bound", "best", "first", "plan", "/best", "/bound", "bound s", "plan s"
    );
    let (mut best_sum, mut floor_sum, mut count) = (0.0, 0.0, 0.0);
    for school in expected.as_array().expect("a list of schools") {
        let id = school["id"].as_str().expect("a school has an id");
        let text = std::fs::read(dir.join(format!("{id}.json"))).expect("the school is there");
        let base = Instance::from_json(&text).expect("the school is sound");
        for (scenario, want) in school["scenarios"].as_object().expect("scenarios") {
            let instance = base.closed(scenario).expect("a known closure");
            let (have, bound_s) = timed(|| bound_json(&instance).expect("a bound"));
            let same = ["lb_dismissal_s", "lb_evacuation_s", "sfpe_all_at_once_s"]
                .iter()
                .zip(["lower_bound_dismissal_s", "lower_bound_evacuation_s", "sfpe_all_at_once_s"])
                .all(|(w, h)| want[*w] == have[h]);
            let first = plan(&instance, 1, |steps| steps < 15).expect("a plan").makespan;
            // a crowd to be simulated makes every step dearer
            let dear = if instance.draft().nodes.iter().any(|n| n.hold > 0.0) { 8 } else { 1 };
            let steps = budget / instance.draft().classes.len() as u64 / dear;
            let (plan, plan_s) = timed(|| plan(&instance, 1, |done| done < steps).expect("a plan"));
            let have_s = f64::from(plan.makespan) * instance.draft().time_step_s;
            let best = want["best_known_block_plan_s"].as_f64().expect("a figure");
            let floor = want["lb_dismissal_s"].as_f64().expect("a figure");
            (best_sum, floor_sum, count) = (best_sum + have_s / best, floor_sum + have_s / floor, count + 1.0);
            println!(
                "{:31} {:>5} {best:>5} {first:>6} {have_s:>6} {:>6.3} {:>6.3} {bound_s:>7.3} {plan_s:>7.2}",
                format!("{id} {scenario}"),
                if same { "equal" } else { "DIFF" },
                have_s / best,
                have_s / floor,
            );
        }
    }
    println!("mean: {:.4} of the best known, {:.4} of the bound\n", best_sum / count, floor_sum / count);
}

/// Four houses of five floors and two stairs, 72 classes, three gates.
fn large_school() -> Instance {
    let mut buildings = String::from(
        "building,floors,floor_height_m,corridor_width_m,corridor_length_m,riser_m,tread_m,path_to_assembly_m,path_width_m\n",
    );
    let mut stairs = String::from("building,stair,x_m,width_m,exit_door_m\n");
    let mut rooms = String::from("building,floor,room,x_m,doors,door_width_m,class,grade,pupils,not_before_s\n");
    for (b, house) in ["A", "B", "C", "D"].into_iter().enumerate() {
        buildings += &format!("{house},5,3.9,2.4,44,0.16,0.28,25,6\n");
        stairs += &format!("{house},1,4,1.8,1.6\n{house},2,40,1.8,1.6\n");
        for floor in 1..=5 {
            for r in 0..if floor > 3 { 3 } else { 4 } {
                let n = 44 + (b * 7 + floor * 3 + r * 5) % 12;
                rooms += &format!("{house},{floor},{house}{floor}{r},{},2,1.0,{house}{floor}{r},7,{n},0\n", 6 + 10 * r);
            }
        }
    }
    let files = [
        ("buildings.csv", buildings),
        ("stairs.csv", stairs),
        ("rooms.csv", rooms),
        ("gates.csv", "gate,width_m,distance_from_assembly_m\nG1,5,80\nG2,3,140\nG3,3,110\n".into()),
    ];
    let files: Vec<(String, Vec<u8>)> = files.into_iter().map(|(n, t)| (n.to_owned(), t.into_bytes())).collect();
    let draft = draft_from_tables("bench-72", &files).expect("the tables are sound");
    Instance::new(draft).expect("the school is sound")
}

fn largest() {
    let school = large_school();
    let (floor, bound_s) = timed(|| bound(&school, Mode::Dismissal, &mut || true).expect("a bound"));
    let (first, first_s) = timed(|| plan(&school, 1, |_| false).expect("a plan"));
    let (good, good_s) = timed(|| plan(&school, 1, |s| s < 15).expect("a plan"));
    let flight = school.draft().edges[single_closures(&school)[0]].id.clone();
    let (_, what_if_s) = timed(|| {
        let shut = school.with_shut("x", &[&flight]).expect("a known way");
        let floor = bound(&shut, Mode::Dismissal, &mut || true).expect("a bound");
        (floor, plan(&shut, 1, |s| s < 2_000).expect("a plan"))
    });
    let (cards, cards_s) = timed(|| closure_cards(&school, 1, 2_000, |_, _| true).expect("cards"));
    let (sheet, evacuate_s) = timed(|| evacuate(&school, 1, |s| s < 300).expect("a sheet"));
    println!(
        "72 classes: bound {} s in {:.0} ms CPU; first plan {} s in {:.1} ms; 15 passes {} s in {:.1} ms",
        floor.steps,
        bound_s * 1e3,
        first.makespan,
        first_s * 1e3,
        good.makespan,
        good_s * 1e3
    );
    println!(
        "72 classes: what-if of one closure (bound + 2,000 steps) {:.0} ms; {} cards in {cards_s:.1} s CPU",
        what_if_s * 1e3,
        cards.len()
    );
    println!(
        "72 classes: evacuation {} s, nearest {} s, floor {} s in {evacuate_s:.2} s CPU",
        sheet.clearance, sheet.nearest, sheet.floor
    );
    let peak = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = peak.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("VmHWM: unknown").to_owned();
    println!("peak memory so far: {peak}\n");
}

/// A sample of schools as a bureau has them, scaled to 3,000.
fn bulk() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/crowd");
    // mean about 18 classes, as the goal says
    let mix = [
        ("dev-01-village6", 8),
        ("dev-02-primary12", 5),
        ("dev-03-middle18", 4),
        ("dev-05-junior36-twobuildings", 2),
        ("dev-06-high60", 1),
    ];
    let (mut seconds, mut schools, mut classes) = (0.0, 0, 0);
    for (id, times) in mix {
        let Ok(text) = std::fs::read(dir.join(format!("{id}.json"))) else { return };
        for seed in 0..times {
            let (count, s) = timed(|| {
                let school = Instance::from_json(&text).expect("the school is sound");
                bound(&school, Mode::Dismissal, &mut || true).expect("a bound");
                let end = cpu() + 0.1;
                plan(&school, seed, |steps| steps % 64 != 0 || cpu() < end).expect("a plan");
                school.draft().classes.len()
            });
            (seconds, schools, classes) = (seconds + s, schools + 1, classes + count);
        }
    }
    let each = seconds / f64::from(schools);
    println!(
        "{schools} schools, mean {} classes: {:.3} CPU s each (100 ms of it polish); 3,000 schools on 2 cores: {:.0} s",
        classes / schools as usize,
        each,
        each * 3000.0 / 2.0
    );
}
