//! Units, people, posts and places by their forms: what was typed stays, and what was done can be seen.

use axum::http::StatusCode;

use crate::world::World;

#[tokio::test]
async fn a_form_comes_back_with_everything_typed_and_the_list_on_top() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let path = format!("/units/{}/people", w.school);
    let long = "长".repeat(61);
    let page =
        b.post(&path, &[("name", &long), ("mobile", "不知道"), ("role", "guard"), ("title", "<b>东门</b>")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("有 <span data-errors-count>2</span> 处要改"));
    assert!(page.text.contains("<a href=\"#f-name\">名称最多 60 字，现在 61 字。</a>"));
    assert!(page.text.contains("<a href=\"#f-mobile\">手机号看不懂，请再看一下。</a>"));
    assert!(page.text.contains(&format!("value=\"{long}\"")) && page.text.contains("value=\"不知道\""));
    assert!(page.text.contains("&#60;b&#62;东门&#60;/b&#62;") && !page.text.contains("<b>东门"));
    assert!(page.text.contains("<option value=\"guard\" selected>"));
}

#[tokio::test]
async fn a_new_person_gets_a_post_and_a_slip_that_opens_the_door_once() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let path = format!("/units/{}/people", w.school);
    let added =
        b.post(&path, &[("name", "赵敏"), ("mobile", "139 0000 1111"), ("role", "teacher"), ("title", "班主任")]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER);
    let person = added.location().to_string();
    let page = b.get(&person).await;
    assert!(page.text.contains("<h1>赵敏</h1>") && page.text.contains("还没有账号"));
    let slip = b.post(&format!("{person}/login"), &[]).await;
    assert_eq!((slip.status, slip.header("cache-control")), (StatusCode::OK, "no-store"));
    let login = slip.between("<dt>账号</dt><dd><b>", "</b>").unwrap().to_string();
    let password = slip.between("<code>", "</code>").unwrap().to_string();
    assert!(login.starts_with("zm") && password.len() == 12);
    assert!(slip.text.contains("<svg"));
    assert_eq!(w.browser().sign_in(&login, &password).await.location(), "/me?first=1");
    let again = b.post(&format!("{person}/login"), &[]).await;
    assert_eq!(again.between("<dt>账号</dt><dd><b>", "</b>").unwrap(), login, "the login stays, the password is new");
    assert_eq!(w.browser().sign_in(&login, &password).await.status, StatusCode::UNAUTHORIZED);
    let guard = w.signed("guard").await.post(&format!("{person}/login"), &[]).await;
    assert_eq!(guard.status, StatusCode::FORBIDDEN);
    let stranger = w.signed("stranger").await.post(&format!("{person}/login"), &[]).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_blocked_login_is_out_at_once() {
    let w = World::new();
    let mut guard = w.signed("guard").await;
    let mut head = w.signed("head").await;
    let path = format!("/persons/{}/block", w.people["guard"]);
    assert_eq!(head.post(&path, &[("blocked", "1")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(guard.get("/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(w.browser().sign_in("guard", crate::world::PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    head.post(&path, &[("blocked", "0")]).await;
    assert_eq!(w.browser().sign_in("guard", crate::world::PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_post_is_handed_over_with_its_work_and_cannot_just_end() {
    let w = World::new();
    let hazard = w.raise("guard", "疏散指示灯不亮");
    let fixer = w.people["fixer"];
    let input = safety::hazard::Input {
        grade: Some(safety::hazard::Grade::Minor),
        assignee: Some(fixer),
        ..safety::hazard::Input::default()
    };
    w.by("head", move |cx| safety::hazard::act::act(cx, hazard, safety::hazard::Act::Assign, &input)).unwrap();
    let mut b = w.signed("head").await;
    let page = b.get(&format!("/persons/{fixer}")).await;
    let post = page.between("action=\"/posts/", "/handover\"").unwrap().to_string();
    let stuck = b.post(&format!("/posts/{post}/end"), &[]).await;
    assert_eq!(stuck.status, StatusCode::CONFLICT);
    assert!(stuck.text.contains("此人手上还有没办完的隐患，请先办交接。"));
    let teacher = w.people["teacher"].to_string();
    let done = b.post(&format!("/posts/{post}/handover"), &[("person", &teacher)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let heir = w.system(move |cx| safety::hazard::load(cx, hazard)).unwrap().assignee;
    assert_eq!(heir, Some(w.people["teacher"]));
}

#[tokio::test]
async fn a_school_changes_its_figures_but_its_name_only_the_bureau() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let path = format!("/units/{}", w.school);
    let fields =
        [("pupils", "1284"), ("boarders", "236"), ("canteen_shown", "1"), ("canteen", "1"), ("phone", "0432-1234567")];
    assert_eq!(head.post(&path, &fields).await.status, StatusCode::SEE_OTHER);
    let page = head.get(&path).await;
    assert!(
        page.text.contains("1\u{2009}284 人") && page.text.contains("有食堂") && page.text.contains("0432-1234567")
    );
    let over = head.post(&path, &[("pupils", "100"), ("boarders", "236")]).await;
    assert!(over.text.contains("住宿生不能多过学生数，最多 100。"));
    assert_eq!(head.post(&path, &[("name", "江湾大学")]).await.status, StatusCode::FORBIDDEN);
    let mut officer = w.signed("officer").await;
    assert_eq!(
        officer.post(&format!("{path}/rename"), &[("name", "江湾实验中学"), ("reason", "市局批复")]).await.status,
        StatusCode::SEE_OTHER
    );
    let page = officer.get(&path).await;
    assert!(
        page.text.contains("<h1>江湾实验中学</h1>")
            && page.text.contains("更名：江湾中学 → 江湾实验中学")
            && page.text.contains("市局批复")
    );
}

#[tokio::test]
async fn the_bureau_opens_a_school_and_closes_it_and_the_directory_shows_its_vacancies() {
    let w = World::new();
    let mut b = w.signed("officer").await;
    let parent = w.county.to_string();
    let missing = b.post("/units", &[("parent", &parent), ("name", "新校")]).await;
    assert!(missing.text.contains("请选类别。") && missing.text.contains("value=\"新校\""));
    let opened = b
        .post("/units", &[("parent", &parent), ("kind", "school"), ("name", "示例第12小学"), ("stage", "primary")])
        .await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let unit = opened.location().to_string();
    let page = b.get(&unit).await;
    assert!(page.text.contains("启用日") && page.text.contains("name=\"kept_from\""), "{}", page.text);
    let early = b.post(&unit, &[("kept_from", "2020-01-01")]).await;
    assert!(early.text.contains("启用日不能早过设立的日子。"), "{}", early.text);
    assert_eq!(b.post(&unit, &[("kept_from", "2027-03-01")]).await.status, StatusCode::SEE_OTHER);
    assert!(b.get(&unit).await.text.contains("<dd>2027-03-01"));
    let directory = b.get(&format!("{unit}/posts")).await;
    for role in ["校长", "分管副校长", "门卫", "信息报送员"] {
        assert!(directory.text.contains(role), "{role}");
    }
    assert!(!directory.text.contains("宿舍管理员"), "no boarders");
    let below = b.get(&format!("/units/{}/posts", w.county)).await;
    assert!(below.text.contains("示例第12小学") && below.text.contains("马校长 13900000000"));
    let no_reason = b.post(&format!("{unit}/close"), &[("reason", " ")]).await;
    assert!(no_reason.text.contains("请写一句原因。"));
    assert_eq!(b.post(&format!("{unit}/close"), &[("reason", "并校")]).await.status, StatusCode::SEE_OTHER);
    let closed = b.get(&unit).await;
    assert!(closed.text.contains("<span>撤销</span>") && closed.text.contains("并校"));
}

#[tokio::test]
async fn a_school_with_open_hazards_is_not_closed_and_the_page_says_which_and_where_they_are() {
    let w = World::new();
    w.raise("guard", "东楼梯灯不亮");
    w.raise("guard", "锅炉房门前堆了煤");
    let path = format!("/units/{}", w.school);
    let mut b = w.signed("officer").await;
    let form = b.get(&format!("{path}/life?do=close")).await.text;
    assert!(form.contains(&format!("/hazards?bucket=open&amp;unit={}\">2 条隐患没有办结</a>", w.school)), "{form}");
    assert!(!b.get(&format!("{path}/life?do=rename")).await.text.contains("没有办结"));
    let refused = b.post(&format!("{path}/close"), &[("reason", "停办")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("还有 2 条隐患没有办结（") && refused.text.contains("请先逐条销账再办。"));
    assert!(refused.text.contains("value=\"停办\""), "what was typed stays");
    assert_eq!(w.signed("head").await.get("/").await.status, StatusCode::OK, "and its people are still in post");
}

#[tokio::test]
async fn a_label_leads_to_its_place_and_another_schools_label_says_whose_it_is() {
    let w = World::with(|c| c.public_url = Some("https://anquan.example".into()));
    let mut b = w.signed("head").await;
    let labels = b.get(&format!("/units/{}/places/labels", w.school)).await;
    assert_eq!(labels.text.matches("class=\"label\"").count(), 2);
    let one = b.get(&format!("/units/{}/places/labels?place={}", w.school, w.stair)).await;
    assert_eq!(one.text.matches("class=\"label\"").count(), 1);
    let code = one.between("<code>", "</code>").unwrap().to_string();
    let found = b.get(&format!("/q/{}", code.to_uppercase())).await;
    assert!(found.text.contains("3号楼东楼梯二层") && found.text.contains(&format!("/hazards/new?place={}", w.stair)));
    let foreign = w.signed("stranger").await.get(&format!("/q/{code}")).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(foreign.text.contains("这个码是 江湾中学 的，不是本校的。"));
}

#[tokio::test]
async fn a_place_is_renamed_and_taken_out_of_use() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let path = format!("/places/{}", w.stair);
    assert_eq!(b.post(&path, &[("name", "东楼梯"), ("kind", "stair")]).await.status, StatusCode::SEE_OTHER);
    assert!(b.get(&path).await.text.contains("<h1>东楼梯</h1>"));
    assert_eq!(b.post(&format!("{path}/close"), &[]).await.status, StatusCode::SEE_OTHER);
    let page = b.get(&path).await;
    assert!(page.text.contains("这个地点已停用") && !page.text.contains("/hazards/new?place="));
    let twice = b.post(&format!("{path}/close"), &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(!b.get(&format!("/units/{}/places", w.school)).await.text.contains(">东楼梯</a>"));
}

#[tokio::test]
async fn one_person_switches_between_posts() {
    let w = World::new();
    let person = w.people["head"];
    let unit = w.school;
    w.system(move |cx| {
        let new = safety::org::post::NewPost {
            id: None,
            unit,
            person,
            role: safety::org::Role::Vice,
            title: Some("值周校长".into()),
            acting: true,
            from_on: None,
        };
        safety::org::post::give(cx, &new)
    })
    .unwrap();
    let mut b = w.signed("head").await;
    let page = b.get("/").await;
    assert!(page.text.contains("action=\"/me/posts\""));
    let ids: Vec<&str> =
        page.text.split("<button name=\"post\" value=\"").skip(1).map(|t| t.split('"').next().unwrap()).collect();
    let now = |text: &str| text.contains("<span>值周校长 · 李建国</span>");
    let before = now(&page.text);
    for id in ids {
        b.post("/me/posts", &[("post", id)]).await;
        if now(&b.get("/").await.text) != before {
            return;
        }
    }
    panic!("no post was taken up");
}

#[tokio::test]
async fn a_unit_is_moved_and_merged_by_form_and_its_page_tells_its_life() {
    let w = World::new();
    let path = format!("/units/{}", w.school);
    let other = w.actor("farofficer").unit.to_string();
    let mut admin = w.signed("admin").await;
    let page = admin.get(&path).await;
    for verb in ["rename", "move", "merge", "close"] {
        assert!(page.text.contains(&format!("{path}/life?do={verb}")), "{verb}");
    }
    let form = admin.get(&format!("{path}/life?do=move")).await;
    assert!(
        form.text.contains("<h1>划转</h1>") && form.text.contains(&format!("<option value=\"{other}\">桦甸市教育局"))
    );
    assert!(!form.text.contains(&format!("<option value=\"{}\"", w.county)), "where it stands already is no choice");
    assert!(form.text.contains("value=\"2026-11-16\""), "today");

    let bare = admin.post(&format!("{path}/move"), &[("parent", &other), ("on", "2026-11-17"), ("reason", " ")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("请写一句原因。") && bare.text.contains("日期不能晚于今天。"));
    assert!(bare.text.contains("value=\"2026-11-17\"") && bare.text.contains(&format!("value=\"{other}\" selected")));
    let none = admin.post(&format!("{path}/move"), &[("reason", "区划调整")]).await;
    assert!(none.text.contains("请选上级。"));
    let told = [("parent", other.as_str()), ("on", "2026-11-10"), ("reason", "区划调整")];
    assert_eq!(admin.post(&format!("{path}/move"), &told).await.location(), path);
    let life = admin.get(&path).await.text;
    assert!(life.contains("划转：昌邑区教育局 → 桦甸市教育局") && life.contains("2026-11-10 · 区划调整"), "{life}");
    assert_eq!(w.signed("officer").await.get(&path).await.status, StatusCode::NOT_FOUND, "rights follow the tree");

    let mut far = w.signed("farofficer").await;
    let form = far.get(&format!("{path}/life?do=merge")).await;
    assert!(form.text.contains("北山路小学") && !form.text.contains("桦甸市教育局</option>"));
    let into = w.foreign_school.to_string();
    let done = far.post(&format!("{path}/merge"), &[("into", &into), ("reason", "生源减少")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = far.get(&path).await.text;
    assert!(page.contains("并入 北山路小学") && page.contains("生源减少") && !page.contains("life?do="));
    assert_eq!(far.get(&format!("{path}/life?do=close")).await.status, StatusCode::NOT_FOUND, "nothing is left to do");
    let root = format!("/units/{}", w.city);
    assert!(admin.get(&root).await.text.contains("life?do=rename"));
    assert_eq!(admin.get(&format!("{root}/life?do=close")).await.status, StatusCode::NOT_FOUND);
    let school = format!("/units/{}", w.foreign_school);
    assert_eq!(w.signed("stranger").await.get(&format!("{school}/life?do=close")).await.status, StatusCode::FORBIDDEN);
}
