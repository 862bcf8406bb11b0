//! Photos on their way in: what is no picture, too big or a bomb is refused in words; what is one is shrunk and loses
//! its EXIF; and only who may read the record sees the file.

use std::io::Cursor;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use image::{DynamicImage, ImageFormat};
use web::door::Posted;
use web::error::WebError;

use crate::world::{Browser, Page, World};

const MARK: &str = "----xiaoan-test";

/// A form as a browser sends it: fields, then files.
fn multipart(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fields {
        out.extend(format!("--{MARK}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for (name, bytes) in files {
        let head = "Content-Disposition: form-data; name=\"photo\"; filename=\"";
        out.extend(format!("--{MARK}\r\n{head}{name}\"\r\nContent-Type: image/jpeg\r\n\r\n").bytes());
        out.extend_from_slice(bytes);
        out.extend(b"\r\n");
    }
    out.extend(format!("--{MARK}--\r\n").bytes());
    out
}

/// A house with one more route: it answers the hashes of what it was sent.
fn with_intake(w: &mut World) {
    async fn take(State(_): State<web::Web>, posted: Posted) -> Result<Json<Vec<(String, i64)>>, WebError> {
        Ok(Json(posted.photos()?.into_iter().map(|p| (p.hash, p.bytes)).collect()))
    }
    let dress = axum::middleware::from_fn_with_state(w.web.clone(), web::error::dress);
    let route = Router::new().route("/try", post(take)).layer(dress).with_state(w.web.clone());
    w.router = w.router.clone().merge(route);
}

async fn send(b: &mut Browser, csrf: bool, files: &[(&str, &[u8])]) -> Page {
    let token = b.csrf.clone();
    let fields: &[(&str, &str)] = if csrf { &[("csrf", &token)] } else { &[] };
    let kind = format!("multipart/form-data; boundary={MARK}");
    b.ask(Method::POST, "/try", &[("content-type", &kind)], Body::from(multipart(fields, files))).await
}

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A JPEG whose EXIF says: turn by 90°, taken at a place.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS 43.8378N 126.5494E");
    let mut out = jpeg[..2].to_vec();
    out.extend_from_slice(&[0xff, 0xe1]);
    out.extend_from_slice(&(exif.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(&exif);
    out.extend_from_slice(&jpeg[2..]);
    out
}

#[tokio::test]
async fn a_picture_is_shrunk_turned_upright_and_forgets_where_it_was_taken() {
    let mut w = World::new();
    with_intake(&mut w);
    let mut b = w.signed("guard").await;
    let sent = with_exif(&picture(2_400, 1_200, ImageFormat::Jpeg));
    let page = send(&mut b, true, &[("a.jpg", &sent), ("b.png", &picture(40, 30, ImageFormat::Png)), ("", b"")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let photos = page.json();
    assert_eq!(photos.as_array().unwrap().len(), 2, "an empty file field is no photo");
    let hash = photos[0][0].as_str().unwrap();
    let stored = std::fs::read(safety::kernel::files::path(w.app.data(), hash)).unwrap();
    let back = image::load_from_memory(&stored).unwrap();
    assert_eq!((back.width(), back.height()), (800, 1_600));
    assert!(!stored.windows(4).any(|b| b == b"Exif" || b == b"GPS "));
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_in_words() {
    let mut w = World::new();
    with_intake(&mut w);
    let mut b = w.signed("guard").await;
    let mut bomb = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
    bomb.extend_from_slice(&100_000u32.to_be_bytes());
    bomb.extend_from_slice(&100_000u32.to_be_bytes());
    bomb.extend_from_slice(&[8, 2, 0, 0, 0, 0, 0, 0, 0]);
    let huge = vec![0xff; 13 * 1024 * 1024];
    let small = picture(8, 8, ImageFormat::Jpeg);
    let many: Vec<(&str, &[u8])> = vec![("a.jpg", small.as_slice()); 7];
    for (what, files, said) in [
        ("not a picture", vec![("a.jpg", b"hello".as_slice())], "这张图打不开，换一张试试。照片、截图都可以。"),
        ("a script", vec![("a.jpg", b"<svg onload=alert(1)>".as_slice())], "这张图打不开"),
        ("half a picture", vec![("a.jpg", &small[..40])], "这张图打不开"),
        ("a bomb", vec![("a.png", bomb.as_slice())], "这张图打不开"),
        ("13 MiB", vec![("a.jpg", huge.as_slice())], "照片太大，每张最多 12 MB。请换一张小的。"),
        ("seven", many, "最多 6 张照片，请去掉几张。"),
    ] {
        let page = send(&mut b, true, &files).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {}", page.text);
        assert!(page.text.contains(said), "{what}: {}", page.text);
    }
}

#[tokio::test]
async fn nothing_of_a_form_without_our_token_is_stored() {
    let mut w = World::new();
    with_intake(&mut w);
    let mut b = w.signed("guard").await;
    let page = send(&mut b, false, &[("a.jpg", &picture(8, 8, ImageFormat::Jpeg))]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!w.app.data().join("files").exists());
    let mut nobody = w.browser();
    let page = send(&mut nobody, true, &[("a.jpg", &picture(8, 8, ImageFormat::Jpeg))]).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(!w.app.data().join("files").exists());
}

#[tokio::test]
async fn a_file_is_seen_by_those_who_may_read_its_record() {
    let mut w = World::new();
    with_intake(&mut w);
    let mut b = w.signed("guard").await;
    let page = send(&mut b, true, &[("a.jpg", &picture(900, 600, ImageFormat::Jpeg))]).await.json();
    let (hash, bytes) = (page[0][0].as_str().unwrap().to_string(), page[0][1].as_i64().unwrap());
    let path = format!("/files/{hash}");
    assert_eq!(b.get(&path).await.status, StatusCode::NOT_FOUND, "no record uses it yet");
    let (stair, name) = (w.stair, hash.clone());
    w.by("guard", move |cx| {
        let photo = safety::Photo { hash: name.clone(), mime: "image/jpeg".into(), bytes };
        let new = safety::hazard::NewHazard {
            what: "灯不亮".into(),
            place: Some(stair),
            photos: vec![photo],
            ..safety::hazard::NewHazard::default()
        };
        safety::hazard::raise::raise(cx, &new)
    })
    .unwrap();
    let whole = b.get(&path).await;
    assert_eq!((whole.status, whole.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert_eq!(whole.bytes.len() as i64, bytes);
    let small = b.get(&format!("{path}?w=320")).await;
    assert_eq!(image::load_from_memory(&small.bytes).unwrap().width(), 320);
    let mut officer = w.signed("officer").await;
    assert_eq!(officer.get(&path).await.status, StatusCode::OK);
    for login in ["stranger", "auditor"] {
        assert_eq!(w.signed(login).await.get(&path).await.status, StatusCode::NOT_FOUND, "{login}");
    }
    assert_eq!(w.browser().get(&path).await.status, StatusCode::SEE_OTHER);
}
