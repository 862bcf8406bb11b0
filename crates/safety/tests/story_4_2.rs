//! 4.2 建立健全安全工作责任体系: the eight posts, the directory from the posts, a vacancy seen one level above.

use safety::org::{Role, post};

use crate::world::on_both;

#[test]
fn the_directory_is_the_posts_and_a_vacant_one_is_shown_above() {
    on_both(|w| {
        let school = w.school;
        let book = w.sees("宋老师", move |cx| post::directory(cx, school)).unwrap();
        assert!(book.contacts.iter().any(|c| c.role == Role::SafetyHead && c.name.as_deref() == Some("李建国")));
        let vacant: Vec<Role> = book.vacant.iter().map(|(r, _)| *r).collect();
        assert_eq!(vacant, [Role::PupilsHead, Role::Reporter], "no canteen and no boarders, so neither is missing");
        let above = w.sees("于海涛", post::vacancies_below).unwrap();
        assert_eq!(above, [(school, "江湾中学".into(), Role::PupilsHead), (school, "江湾中学".into(), Role::Reporter)]);
        let person = w.person_id("宋老师");
        w.post(person, school, Role::Reporter);
        let above = w.sees("于海涛", post::vacancies_below).unwrap();
        assert_eq!(above.len(), 1);
    });
}
