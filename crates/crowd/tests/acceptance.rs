//! Bounds, clearance and plans on the reference set (acceptance items 1–5, 10, 11; the others stand
//! in `brute`, `bad`, `tables`, `pictures`, `random`).

use crate::support::{judge, reference, scenarios};
use crowd::referee::{self, Entry};
use crowd::{Instance, Mode, bound, bound_json, closure_cards, evacuate_json, plan, single_closures};
use serde_json::json;

#[test]
fn acceptance_01_bounds_equal_the_reference() {
    let Some(dir) = reference() else { return };
    for (name, instance, want) in scenarios(&dir) {
        let have = bound_json(&instance).unwrap();
        assert_eq!(have["lower_bound_dismissal_s"], want["lb_dismissal_s"], "{name}");
        assert_eq!(have["lower_bound_evacuation_s"], want["lb_evacuation_s"], "{name}");
        assert!(have.get("exact").is_none(), "{name}: nothing was left out");
        assert!(!have["min_cut"].as_array().unwrap().is_empty(), "{name}: a floor has a reason");
    }
}

#[test]
fn acceptance_02_clearance_and_longest_queues_equal_the_reference() {
    let Some(dir) = reference() else { return };
    for (name, instance, want) in scenarios(&dir) {
        let have = bound_json(&instance).unwrap();
        let (sfpe, reference) = (&have["sfpe_all_at_once_s"], &want["sfpe_all_at_once_s"]);
        assert!((sfpe.as_f64().unwrap() - reference.as_f64().unwrap()).abs() <= 1.0, "{name}: {sfpe} {reference}");
        for place in 0..2 {
            let edges = (&have["bottlenecks"][place]["edge"], &want["sfpe_bottlenecks"][place]["edge"]);
            assert_eq!(edges.0, edges.1, "{name}");
        }
        assert_eq!(have["bottlenecks"].as_array().unwrap().len(), want["sfpe_bottlenecks"].as_array().unwrap().len());
    }
}

#[test]
fn the_minimum_cut_is_the_reason() {
    let Some(dir) = reference() else { return };
    // twice as wide everywhere on the cut: the floor falls
    for (name, instance, _) in scenarios(&dir) {
        let floor = bound(&instance, Mode::Dismissal, &mut || true).unwrap();
        let mut draft = instance.draft().clone();
        for c in &floor.min_cut {
            let e = &mut draft.edges[c.edge];
            e.width_m = e.width_m.map(|w| (w * 2.0).min(20.0));
            e.cap_ps = e.cap_ps.map(|c| c * 2.0);
        }
        let wider = Instance::new(draft).unwrap().closed(instance.scenario()).unwrap();
        let better = bound(&wider, Mode::Dismissal, &mut || true).unwrap();
        assert!(better.steps < floor.steps, "{name}: {} -> {}", floor.steps, better.steps);
    }
}

#[test]
fn acceptance_03_and_04_plans_pass_the_referee_and_come_near_the_best_known() {
    let Some(dir) = reference() else { return };
    let mut ratios = Vec::new();
    for (name, instance, want) in scenarios(&dir) {
        let plan = plan(&instance, 1, |steps| steps < 20_000).unwrap();
        let verdict = judge(&instance, &plan);
        assert_eq!(verdict.faults, Vec::<String>::new(), "{name}");
        let floor = want["lb_dismissal_s"].as_f64().unwrap();
        let best = want["best_known_block_plan_s"].as_f64().unwrap();
        assert!(verdict.makespan_s >= floor, "{name}: below the floor");
        assert!(verdict.makespan_s <= 1.05 * best, "{name}: {} against {best}", verdict.makespan_s);
        ratios.push(verdict.makespan_s / floor);
    }
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    assert!(mean <= 1.13, "mean ratio to the bound {mean}");
}

#[test]
fn the_first_answers_are_no_worse_than_one_pass() {
    let Some(dir) = reference() else { return };
    for (name, instance, want) in scenarios(&dir) {
        let plan = plan(&instance, 1, |steps| steps < 400).unwrap();
        let have = judge(&instance, &plan).makespan_s;
        assert!(have <= want["one_pass_greedy_s"].as_f64().unwrap(), "{name}: {have} {}", want["one_pass_greedy_s"]);
    }
}

#[test]
fn the_referee_agrees_with_the_reference_plans() {
    let Some(dir) = reference() else { return };
    for (name, instance, want) in scenarios(&dir) {
        let entries: Vec<Entry> = serde_json::from_value(want["best_known_plan"].clone()).unwrap();
        let verdict = referee::check(instance.draft(), instance.shut(), &entries, &[]);
        assert_eq!(verdict.faults, Vec::<String>::new(), "{name}");
        assert_eq!(Some(verdict.makespan_s), want["best_known_block_plan_s"].as_f64(), "{name}");
    }
}

#[test]
fn the_referee_sees_what_is_wrong() {
    let Some(dir) = reference() else { return };
    let (_, instance, want) = scenarios(&dir).remove(0);
    let good: Vec<Entry> = serde_json::from_value(want["best_known_plan"].clone()).unwrap();
    let faults = |change: &dyn Fn(&mut Vec<Entry>)| {
        let mut entries = good.clone();
        change(&mut entries);
        referee::check(instance.draft(), instance.shut(), &entries, &[]).faults.join("\n")
    };
    assert!(faults(&|e| e[1].start_s = 0.0).contains("over"));
    assert!(faults(&|e| e[0].rate_ps = 1.6).contains("rate"));
    assert!(faults(&|e| e[0].rate_ps = 0.3).contains("rate"));
    assert!(faults(&|e| e[0].start_s = 0.5).contains("grid"));
    assert!(faults(&|e| drop(e.remove(0))).contains("not in the timetable"));
    assert!(faults(&|e| e.push(e[0].clone())).contains("twice"));
    assert!(faults(&|e| drop(e[0].path.remove(2))).contains("does not lead"));
    assert!(faults(&|e| drop(e[0].path.pop())).contains("no target"));
    let shut = instance.closed("c1").unwrap();
    let verdict = referee::check(shut.draft(), shut.shut(), &good, &[]);
    assert!(verdict.faults.iter().any(|f| f.contains("shut")));
}

#[test]
fn a_longer_budget_is_never_worse_and_equal_steps_are_equal() {
    let Some(dir) = reference() else { return };
    for (name, instance, _) in scenarios(&dir).into_iter().filter(|s| !s.0.contains("dev-06")) {
        let with = |steps: u64, seed: u64| plan(&instance, seed, |done| done < steps).unwrap();
        let mut last = u32::MAX;
        for steps in [0, 1, 15, 200, 3000] {
            let plan = with(steps, 7);
            assert!(plan.makespan <= last, "{name}: {steps} steps");
            assert_eq!(plan.steps, steps);
            last = plan.makespan;
        }
        assert_eq!(with(700, 3), with(700, 3), "{name}");
    }
}

fn floor_of(draft: crowd::Draft) -> u32 {
    bound(&Instance::new(draft).unwrap(), Mode::Dismissal, &mut || true).unwrap().steps
}

#[test]
fn acceptance_05_mutations_move_the_floor_the_right_way() {
    let Some(dir) = reference() else { return };
    for (name, instance, want) in scenarios(&dir).into_iter().filter(|s| s.0.ends_with("base")) {
        let draft = instance.draft().clone();
        let floor = want["lb_dismissal_s"].as_u64().unwrap() as u32;
        for i in 0..draft.edges.len() {
            if draft.edges[i].kind == crowd::WayKind::Stair {
                let mut wider = draft.clone();
                wider.edges[i].width_m = wider.edges[i].width_m.map(|w| w + 0.6);
                assert!(floor_of(wider) <= floor, "{name}: widening {}", draft.edges[i].id);
            }
        }
        for i in single_closures(&instance) {
            let id = &draft.edges[i].id;
            let shut = instance.with_shut("x", &[id]).unwrap();
            if shut.unreachable(Mode::Dismissal).is_empty() {
                let steps = bound(&shut, Mode::Dismissal, &mut || true).unwrap().steps;
                assert!(steps >= floor, "{name}: closing {id}");
            }
        }
        let mut more = draft.clone();
        more.classes[0].n += 1.0;
        assert!(floor_of(more) >= floor, "{name}: one pupil more");
        let mut faster = draft.clone();
        faster.rules.speed_factor *= 2.0;
        assert!(floor_of(faster) < floor, "{name}: twice the pace");
        assert_eq!(floor_of(renamed(&draft)), floor, "{name}: other letters on the buildings");
    }
}

/// The same school with A and B exchanged in every name.
fn renamed(draft: &crowd::Draft) -> crowd::Draft {
    let swap = |text: &str| -> String {
        let exchange = |c| match c {
            'A' => 'B',
            'B' => 'A',
            c => c,
        };
        text.chars().map(exchange).collect()
    };
    let keep = draft.targets.clone();
    let mut d = draft.clone();
    for n in &mut d.nodes {
        n.id = swap(&n.id);
        n.building = n.building.as_ref().map(|b| swap(b));
    }
    for e in &mut d.edges {
        (e.id, e.from, e.to) = (swap(&e.id), swap(&e.from), swap(&e.to));
    }
    d.classes.iter_mut().for_each(|c| c.room = swap(&c.room));
    d.closures.iter_mut().flat_map(|c| &mut c.edges).for_each(|e| *e = swap(e));
    d.targets.evacuation = keep.evacuation.iter().map(|t| swap(t)).collect();
    d.targets.dismissal = keep.dismissal.iter().map(|t| swap(t)).collect();
    d
}

#[test]
fn acceptance_10_every_single_closure_has_a_card() {
    let Some(dir) = reference() else { return };
    let (_, instance, _) = scenarios(&dir).into_iter().find(|s| s.0.contains("dev-06")).unwrap();
    let mut seen = 0;
    let cards = closure_cards(&instance, 1, 20, |done, all| {
        assert!(done < all);
        seen += 1;
        true
    })
    .unwrap();
    assert_eq!(cards.len(), single_closures(&instance).len());
    assert_eq!(seen, cards.len());
    for card in &cards {
        let id = &instance.draft().edges[card.edge].id;
        let shut = instance.with_shut(id, &[id]).unwrap();
        assert_eq!(judge(&shut, &card.plan).faults, Vec::<String>::new(), "{id}");
        assert!(card.plan.makespan >= card.lower_bound, "{id}");
        assert!(card.plan.slots.iter().all(|s| !s.path.contains(&card.edge)), "{id} is shut");
    }
    assert!(closure_cards(&instance, 1, 20, |done, _| done < 2).is_err(), "cancelled");
}

#[test]
fn evacuation_beats_the_habit_and_respects_the_floor() {
    let Some(dir) = reference() else { return };
    for (name, instance, want) in scenarios(&dir) {
        let sheet = evacuate_json(&instance, 1, |steps| steps < 100).unwrap();
        let at = |key: &str| sheet[key].as_f64().unwrap();
        assert_eq!(sheet["physical_floor_s"], want["lb_evacuation_s"], "{name}");
        assert!(at("clearance_s") >= at("physical_floor_s"), "{name}");
        assert!(at("clearance_s") <= at("nearest_exit_s"), "{name}");
        assert_eq!(sheet["nearest_exit_s"], bound_json(&instance).unwrap()["sfpe_all_at_once_s"]);
        let persons: f64 = instance.draft().classes.iter().map(|c| c.n).sum();
        let out: f64 = sheet["shares"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|s| instance.draft().edges.iter().any(|e| e.exit && s["edge"] == json!(e.id)))
            .map(|s| s["persons"].as_f64().unwrap())
            .sum();
        assert_eq!(out, persons, "{name}: everybody leaves by an exit");
    }
    let (_, c1, _) = scenarios(&dir).into_iter().find(|s| s.0 == "dev-05-junior36-twobuildings c1").unwrap();
    let sheet = evacuate_json(&c1, 1, |steps| steps < 300).unwrap();
    assert_eq!(sheet["nearest_exit_s"], 697);
    assert!(sheet["clearance_s"].as_f64().unwrap() <= 470.0, "{}", sheet["clearance_s"]);
}

#[test]
fn acceptance_11_macroscopic_times_are_near_the_microscopic_ones() {
    let Some(dir) = reference() else { return };
    let rows = crate::lab::rows(&dir);
    assert_eq!(rows.len(), 16);
    for r in rows {
        let ratio = r.ours / r.theirs;
        assert!((0.85..=1.15).contains(&ratio), "{} {} m: {} s against {} s", r.what, r.width_m, r.ours, r.theirs);
    }
}
