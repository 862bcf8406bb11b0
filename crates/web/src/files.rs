//! Photos on their way in and out. In: decoded in the heavy lane under a pixel limit, turned upright, shrunk to 1600 px,
//! written again as JPEG (which drops EXIF with its coordinates), hashed, written and fsynced with its folder; only then
//! may a transaction name it. Out: whoever may read a record that uses the file may see it.
//! Not here: which record uses what (`safety::kernel::files`).

use std::io::{Cursor, Write};
use std::path::Path;

use axum::Router;
use axum::extract::{Path as Segment, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
use base::{Error, Fault, Id, Problem, Refusal, Result, limits};
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use safety::kernel::files as kept;
use safety::{Actor, Cx, Photo};
use sha2::{Digest, Sha256};

use crate::door::Signed;
use crate::error::{Answer, WebError};
use crate::state::Web;

/// Longest side of a stored photo, and of its small picture, pixels.
const SIDE: u32 = 1_600;
const THUMB_SIDE: u32 = 320;
const JPEG_QUALITY: u8 = 80;
const THUMB_QUALITY: u8 = 70;
/// Bytes that the decoder may use: four for each of `PHOTO_PIXELS`, and room for its tables.
const DECODER_BYTES: u64 = limits::PHOTO_PIXELS * 4 + 64 * 1024 * 1024;
const JPEG: &str = "image/jpeg";

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Takes an upload in: decodes, shrinks, stores. Refuses Invalid `photo`: TooBig, NotPicture.
pub async fn take(web: &Web, bytes: Vec<u8>) -> Result<Photo> {
    if bytes.len() > limits::PHOTO_BYTES {
        return Err(Error::invalid("photo", Problem::TooBig { max: limits::PHOTO_BYTES as i64 }));
    }
    let data = web.app.data().to_path_buf();
    web.heavy(move || {
        let picture = decode(&bytes)?;
        let jpeg = encode(&picture, SIDE, JPEG_QUALITY)?;
        let hash = base::hex(&sha256(&jpeg));
        store(&kept::path(&data, &hash), &jpeg)?;
        Ok(Photo { hash, mime: JPEG.into(), bytes: jpeg.len() as i64 })
    })
    .await
}

/// Reads JPEG, PNG or WebP, upright. A picture that claims more than `PHOTO_PIXELS` is refused before it is decoded.
fn decode(bytes: &[u8]) -> Result<DynamicImage> {
    let not_picture = || Error::invalid("photo", Problem::NotPicture);
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| not_picture())?;
    let mut decoder = reader.into_decoder().map_err(|_| not_picture())?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > limits::PHOTO_PIXELS {
        return Err(not_picture());
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES);
    decoder.set_limits(limits).map_err(|_| not_picture())?;
    // A picture without a readable orientation is taken as it lies.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| not_picture())?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn encode(picture: &DynamicImage, side: u32, quality: u8) -> Result<Vec<u8>> {
    let small;
    let fitting = if picture.width() > side || picture.height() > side {
        small = picture.thumbnail(side, side);
        &small
    } else {
        picture
    };
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, quality);
    fitting.to_rgb8().write_with_encoder(encoder).map_err(|e| Error::broken(format!("jpeg: {e}")))?;
    Ok(out)
}

/// Writes and fsyncs file and folder. A file that is there already has the same content: its name is its hash.
fn store(path: &Path, bytes: &[u8]) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().ok_or_else(|| Error::broken("a file without a folder"))?;
    let made = std::fs::create_dir_all(folder);
    let written = made.and_then(|()| {
        let name = format!(".new-{}", base::hex(&base::random::<8>()));
        let new = folder.join(name);
        let mut file = std::fs::File::create(&new)?;
        let whole = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| std::fs::rename(&new, path));
        if whole.is_err() {
            // Half a file under a name of its own harms nobody; it is swept with the orphans.
            let _ = std::fs::remove_file(&new);
        }
        whole?;
        std::fs::File::open(folder)?.sync_all()
    });
    written.map_err(|e| match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Fault::Full.into(),
        kind => Error::broken(format!("a photo could not be stored: {kind:?}")),
    })
}

pub fn routes() -> Router<Web> {
    Router::new().route("/files/{hash}", get(show))
}

/// Nouns whose records carry photos, with the question whether the viewer may see such a file.
fn may_see(cx: &mut Cx<'_, '_>, noun: &str, id: Id) -> Result<bool> {
    match noun {
        "hazard" => safety::hazard::view::may_see_file(cx, id),
        "drill" => Ok(safety::drill::load(cx, id).is_ok()),
        "incident" => safety::incident::view::may_see_file(cx, id),
        _ => Ok(false),
    }
}

/// The type of a file, if the actor may see a record that uses it.
pub(crate) async fn mime_for(web: &Web, actor: &Actor, hash: &str) -> Result<Option<String>> {
    let hash = hash.to_string();
    web.read(actor, move |cx| {
        for (noun, id, mime) in kept::uses(cx, &hash)? {
            if may_see(cx, &noun, id)? {
                return Ok(Some(mime));
            }
        }
        Ok(None)
    })
    .await
}

async fn show(State(web): State<Web>, signed: Signed, Segment(hash): Segment<String>) -> Answer {
    if kept::hash_bytes(&hash).is_none() || hash.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(WebError::not_found());
    }
    let Some(mime) = mime_for(&web, signed.actor(), &hash).await? else { return Err(Refusal::NotFound.into()) };
    let small = signed.ask.param("w").is_some();
    let data = web.app.data().to_path_buf();
    let bytes = match small {
        false => {
            let path = kept::path(&data, &hash);
            tokio::fs::read(path).await.map_err(|e| Error::broken(format!("a stored photo: {:?}", e.kind())))?
        }
        true => {
            let named = data.join("thumbs").join(&hash[..2]).join(format!("{hash}-{THUMB_SIDE}.jpg"));
            match tokio::fs::read(&named).await {
                Ok(bytes) => bytes,
                Err(_) => web.heavy(move || thumb(&kept::path(&data, &hash), &named)).await?,
            }
        }
    };
    let kind = if small { JPEG.to_string() } else { mime };
    let kind = HeaderValue::from_str(&kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    // The name is the content, but who may see it can change: the browser's own cache only.
    let keep = HeaderValue::from_static("private, max-age=86400, immutable");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], bytes).into_response())
}

/// Makes the small picture and keeps it; one that cannot be kept (full disk) is shown all the same.
fn thumb(from: &Path, to: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(from).map_err(|e| Error::broken(format!("a stored photo: {:?}", e.kind())))?;
    let small = encode(&decode(&bytes)?, THUMB_SIDE, THUMB_QUALITY)?;
    let _ = store(to, &small);
    Ok(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_out_shrunk_and_a_bomb_is_refused_by_its_head() {
        let big = DynamicImage::new_rgb8(3_200, 1_000);
        let jpeg = encode(&big, SIDE, JPEG_QUALITY).unwrap();
        let back = decode(&jpeg).unwrap();
        assert_eq!((back.width(), back.height()), (1_600, 500));
        // A PNG head that claims 100 000 × 100 000 and has no content.
        let mut bomb = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
        bomb.extend_from_slice(&100_000u32.to_be_bytes());
        bomb.extend_from_slice(&100_000u32.to_be_bytes());
        bomb.extend_from_slice(&[8, 2, 0, 0, 0, 0, 0, 0, 0]);
        assert!(decode(&bomb).is_err());
        assert!(decode(b"<svg/>").is_err());
    }
}
