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
            plan_svg(&instance, &plan, None)
        };
        let svg = draw();
        assert_eq!(svg, draw(), "{name}");
        let text = parse(&svg);
        for class in &instance.draft().classes {
            assert!(text.contains(&class.id), "{name}: {}", class.id);
        }
        assert!(svg.len() <= 400 * 1024, "{name}: {} bytes", svg.len());
        let phone = plan_phone_svg(&instance, &plan(&instance, 5, |s| s < 300).unwrap());
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
    for svg in [plan_svg(&school, &plan, None), plan_phone_svg(&school, &plan)] {
        assert!(svg.contains("@media screen and (prefers-color-scheme:dark)"));
        assert!(svg.contains("class=\"bg\"") && !svg.contains("fill=\"#fff\""), "no colour that stays white");
    }
}

#[test]
fn names_cannot_break_the_picture() {
    let mut school = crate::support::json(&fixture("two-stairs.json"));
    school["name"] = "<script>\"&\u{7}".into();
    school["classes"][0]["id"] = "1<b>&1".into();
    let school = Instance::from_json(school.to_string().as_bytes()).unwrap();
    let plan = plan(&school, 1, |s| s < 10).unwrap();
    let text = parse(&plan_svg(&school, &plan, None));
    assert!(text.contains("&lt;script&gt;") && text.contains("1&lt;b&gt;&amp;1"));
}
