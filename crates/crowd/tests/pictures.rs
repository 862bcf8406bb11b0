//! Pictures: well-formed, every class on them, same bytes for the same input, small enough.

use crate::support::{fixture, reference, scenarios};
use crowd::{Instance, evacuate, evacuation_svg, plan, plan_svg};

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
fn every_class_is_on_the_picture_and_bytes_are_stable() {
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
fn names_cannot_break_the_picture() {
    let mut school = crate::support::json(&fixture("two-stairs.json"));
    school["name"] = "<script>\"&\u{7}".into();
    school["classes"][0]["id"] = "1<b>&1".into();
    let school = Instance::from_json(school.to_string().as_bytes()).unwrap();
    let plan = plan(&school, 1, |s| s < 10).unwrap();
    let text = parse(&plan_svg(&school, &plan, None));
    assert!(text.contains("&lt;script&gt;") && text.contains("1&lt;b&gt;&amp;1"));
}
