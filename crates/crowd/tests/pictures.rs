//! Pictures: well-formed, every class on them, same bytes for the same input, small enough.

use crate::support::{fixture, reference, scenarios};
use crowd::{Instance, bound_svg, evacuate, evacuation_svg, plan, plan_phone_svg, plan_svg, reckon};

/// A strict little reader: tags balance, attributes are quoted, only known entities; gives the text content.
fn parse(svg: &str) -> String {
    let (mut open, mut text, mut rest) = (Vec::new(), String::new(), svg);
    while let Some(start) = rest.find('<') {
        let (before, from) = rest.split_at(start);
        text.push_str(before);
        let end = from.find('>').expect("a tag is closed");
        let tag = &from[1..end];
        rest = &from[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "tags balance");
            continue;
        }
        let name: String = tag.chars().take_while(|c| c.is_alphanumeric()).collect();
        assert_eq!(tag.matches('"').count() % 2, 0, "attributes are quoted: {tag}");
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    for part in text.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|e| part.starts_with(e)), "{part}");
    }
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    text
}

#[test]
fn acceptance_08_every_class_is_on_the_picture_and_bytes_are_stable() {
    let Some(dir) = reference() else { return };
    for (name, instance, _) in scenarios(&dir) {
        let draw = || {
            let plan = plan(&instance, 5, |s| s < 300).unwrap();
            plan_svg(&instance, &plan, None, None)
        };
        let svg = draw();
        assert_eq!(svg, draw(), "{name}");
        let text = parse(&svg);
        for class in &instance.draft().classes {
            assert!(text.contains(&class.id), "{name}: {}", class.id);
        }
        assert!(svg.len() <= 400 * 1024, "{name}: {} bytes", svg.len());
        let phone = plan_phone_svg(&instance, &plan(&instance, 5, |s| s < 300).unwrap(), None);
        assert!(phone.contains("viewBox=\"0 0 390 "), "{name}");
        let text = parse(&phone);
        assert!(instance.draft().classes.iter().all(|c| text.contains(&c.id)), "{name}");
    }
}

#[test]
fn an_evacuation_sheet_is_drawn() {
    let school = Instance::from_json(&fixture("two-stairs.json")).unwrap().closed("west").unwrap();
    let sheet = evacuate(&school, 1, |s| s < 50).unwrap();
    let svg = evacuation_svg(&school, &sheet);
    let text = parse(&svg);
    assert!(text.contains("西楼梯封闭") && text.contains("疏散路线图"));
    assert!(["1-1", "3-1", "5-1", "6-1"].iter().all(|c| text.contains(c)));
}

#[test]
fn the_reason_is_drawn() {
    let school = Instance::from_json(&fixture("two-stairs.json")).unwrap();
    let known = reckon(&school, &mut || true).unwrap();
    let svg = bound_svg(&school, &known);
    assert_eq!(svg, bound_svg(&school, &known));
    let text = parse(&svg);
    assert!(text.contains("瓶颈图") && text.contains("一直走满") && text.contains("管理参考，不代替消防设计审查"));
    assert_eq!(svg.matches("class=\"r\"").count(), known.dismissal.min_cut.len(), "the ways of the cut are red");
}

#[test]
fn a_dark_screen_gets_dark_paper_and_the_printer_white() {
    let school = Instance::from_json(&fixture("two-stairs.json")).unwrap();
    let plan = plan(&school, 1, |s| s < 20).unwrap();
    for svg in [plan_svg(&school, &plan, None, None), plan_phone_svg(&school, &plan, None)] {
        assert!(svg.contains("@media screen and (prefers-color-scheme:dark)"));
        assert!(svg.contains("class=\"bg\"") && !svg.contains("fill=\"#fff\""), "no colour that stays white");
    }
}

/// The school of the demo's kind: three houses, long class names, stairs with names of their own.
fn named() -> Instance {
    let mut rooms = String::from("building,floor,room,x_m,class,grade,pupils\n");
    for (n, grade) in ["七", "八", "九"].iter().enumerate() {
        for k in 0..12 {
            let (floor, x) = (k / 3 + 1, 6 + k % 3 * 13);
            rooms.push_str(&format!("{}号,{floor},{n}-{k},{x},{grade}年级{}班,{},36\n", n + 1, k + 1, n + 7));
        }
    }
    let houses = |line: &str| (1..=3).map(|n| line.replace('#', &n.to_string())).collect::<String>();
    let file = |name: &str, head: &str, body: String| (format!("{name}.csv"), format!("{head}\n{body}").into_bytes());
    let files = [
        file("buildings", "building,floors,corridor_length_m", houses("#号,4,40\n")),
        file("stairs", "building,stair,x_m,width_m,exit_door_m", houses("#号,东,39,1.8,1.8\n#号,西,1,1.8,1.8\n")),
        file("halls", "building,hall,x_m,exit_door_m", houses("#号,1,20,2.4\n")),
        ("rooms.csv".to_owned(), rooms.into_bytes()),
        file("gates", "gate,width_m,distance_from_assembly_m", "大门,4,40\n".to_owned()),
    ];
    Instance::new(crowd::draft_from_tables("江湾中学", &files).unwrap()).unwrap()
}

#[test]
fn moments_are_times_of_the_clock_and_ways_are_called_as_people_call_them() {
    let school = named();
    let made = plan(&school, 1, |s| s < 20).unwrap();
    let bell = Some(11 * 3600 + 30 * 60);
    for svg in [plan_svg(&school, &made, None, bell), plan_phone_svg(&school, &made, bell)] {
        let text = parse(&svg);
        assert!(text.contains("11:30 打铃") && text.contains("11:30:00") && text.contains("11:31"), "{text}");
        assert!(!text.contains("从放学铃响算起"));
        assert!(text.contains("1号楼东梯 4→3层") && text.contains("3号楼西梯出口") && text.contains("大门"), "{text}");
        assert!(!text.contains("大门门") && !text.contains("楼楼"), "{text}");
    }
    let text = parse(&plan_svg(&school, &made, None, None));
    assert!(text.contains("时刻从放学铃响算起") && text.contains("0:00"));
}

/// Letters of a class stand within the box of its room, and boxes of one floor beside each other.
#[test]
fn long_class_names_do_not_overlap() {
    let school = named();
    let made = plan(&school, 1, |s| s < 20).unwrap();
    let svg = plan_svg(&school, &made, None, Some(11 * 3600));
    let number = |tag: &str, name: &str| -> f64 {
        let from = tag.split_once(&format!(" {name}=\"")).unwrap().1;
        from.split_once('"').unwrap().0.parse().unwrap()
    };
    let mut rooms: Vec<(i64, f64, f64)> = Vec::new();
    for tag in svg.split('<').filter(|t| t.starts_with("rect ") && t.contains("class=\"room\"")) {
        rooms.push((number(tag, "y").round() as i64, number(tag, "x"), number(tag, "width")));
    }
    assert_eq!(rooms.len(), 36);
    rooms.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    for two in rooms.windows(2).filter(|two| two[0].0 == two[1].0) {
        assert!(two[0].1 + two[0].2 <= two[1].1, "{two:?}");
    }
    // Six square letters and a figure at 14 px.
    assert!(rooms.iter().all(|r| r.2 >= 4.0 * 14.0 + 8.4 * 2.0), "{rooms:?}");
}

#[test]
fn names_cannot_break_the_picture() {
    let mut school = crate::support::json(&fixture("two-stairs.json"));
    school["name"] = "<script>\"&\u{7}".into();
    school["classes"][0]["id"] = "1<b>&1".into();
    let school = Instance::from_json(school.to_string().as_bytes()).unwrap();
    let plan = plan(&school, 1, |s| s < 10).unwrap();
    let text = parse(&plan_svg(&school, &plan, None, None));
    assert!(text.contains("&lt;script&gt;") && text.contains("1&lt;b&gt;&amp;1"));
}
