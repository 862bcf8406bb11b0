//! The demo's photos: small drawn scenes, one before and one after for each kind of fault, so that a record shows what a
//! record with photos looks like. Written to `DIR/files/<ab>/<hash>` before any transaction names them.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::Path;

use image::{ImageFormat, Rgb, RgbImage};
use safety::Photo;
use safety::kernel::files;
use sha2::{Digest, Sha256};

const WIDTH: i32 = 320;
const HEIGHT: i32 = 240;

/// Scenes that `data/hazards.csv` names.
pub const SCENES: &[&str] = &[
    "stair",
    "corridor",
    "classroom",
    "wire",
    "door",
    "ice",
    "lab",
    "dorm",
    "kitchen",
    "gas",
    "boiler",
    "power",
    "gate",
    "street",
    "yard",
    "fence",
    "toilet",
    "building",
];

/// Photos by scene: before, after.
pub type Album = BTreeMap<&'static str, (Photo, Photo)>;

/// Draws every scene and stores the files. Faults: a folder that cannot be written.
pub fn store(data: &Path) -> std::io::Result<Album> {
    let mut album = Album::new();
    for scene in SCENES {
        album.insert(scene, (put(data, &draw(scene, false))?, put(data, &draw(scene, true))?));
    }
    Ok(album)
}

fn put(data: &Path, picture: &RgbImage) -> std::io::Result<Photo> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).map_err(std::io::Error::other)?;
    let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    let path = files::path(data, &hash);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::File::create(&path)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    Ok(Photo { hash, mime: "image/png".into(), bytes: bytes.len() as i64 })
}

type Ink = [u8; 3];

struct Canvas(RgbImage);

impl Canvas {
    fn new(ink: Ink) -> Canvas {
        Canvas(RgbImage::from_pixel(WIDTH as u32, HEIGHT as u32, Rgb(ink)))
    }
    fn dot(&mut self, x: i32, y: i32, ink: Ink) {
        if (0..WIDTH).contains(&x) && (0..HEIGHT).contains(&y) {
            self.0.put_pixel(x as u32, y as u32, Rgb(ink));
        }
    }
    fn block(&mut self, x: i32, y: i32, w: i32, h: i32, ink: Ink) {
        for yy in y..y + h {
            for xx in x..x + w {
                self.dot(xx, yy, ink);
            }
        }
    }
    fn disc(&mut self, cx: i32, cy: i32, r: i32, ink: Ink) {
        for y in -r..=r {
            for x in -r..=r {
                if x * x + y * y <= r * r {
                    self.dot(cx + x, cy + y, ink);
                }
            }
        }
    }
    fn line(&mut self, from: (i32, i32), to: (i32, i32), wide: i32, ink: Ink) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs()).max(1);
        for i in 0..=steps {
            let (x, y) = (from.0 + dx * i / steps, from.1 + dy * i / steps);
            self.block(x - wide / 2, y - wide / 2, wide, wide, ink);
        }
    }
    /// Between two sloping edges, from `top` to `bottom`.
    fn taper(&mut self, top: (i32, i32, i32), bottom: (i32, i32, i32), ink: Ink) {
        let tall = (bottom.0 - top.0).max(1);
        for i in 0..=tall {
            let left = top.1 + (bottom.1 - top.1) * i / tall;
            let right = top.2 + (bottom.2 - top.2) * i / tall;
            self.block(left, top.0 + i, right - left, 1, ink);
        }
    }
}

/// A room in one-point perspective: walls, floor, far wall.
fn room(lit: bool) -> Canvas {
    let (wall, floor, far): (Ink, Ink, Ink) = if lit {
        ([223, 230, 226], [185, 196, 190], [207, 217, 214])
    } else {
        ([61, 72, 84], [42, 50, 59], [48, 57, 68])
    };
    let edge = if lit { [150, 160, 156] } else { [30, 36, 42] };
    let mut c = Canvas::new(wall);
    c.taper((150, 110, 210), (HEIGHT, 0, WIDTH), floor);
    c.block(110, 50, 100, 100, far);
    for (from, to) in [((0, 0), (110, 50)), ((320, 0), (210, 50)), ((0, 240), (110, 150)), ((320, 240), (210, 150))] {
        c.line(from, to, 2, edge);
    }
    c
}

fn outdoors(day: bool) -> Canvas {
    let mut c = Canvas::new(if day { [196, 214, 230] } else { [140, 154, 168] });
    c.block(0, 160, WIDTH, 80, if day { [206, 208, 202] } else { [170, 176, 180] });
    c
}

const RED: Ink = [196, 48, 40];
const GREEN: Ink = [31, 157, 90];
const STEEL: Ink = [120, 130, 140];
const DARK: Ink = [36, 42, 48];
const WHITE: Ink = [245, 247, 247];
const YELLOW: Ink = [236, 182, 40];

fn draw(scene: &str, after: bool) -> RgbImage {
    let canvas = match scene {
        "stair" | "corridor" | "toilet" => passage(scene, after),
        "classroom" | "lab" | "dorm" | "kitchen" => inside(scene, after),
        "wire" | "power" => electric(scene, after),
        "door" => door(after),
        "gas" | "boiler" => boiler(scene, after),
        "ice" => ice(after),
        _ => outside(scene, after),
    };
    canvas.0
}

fn passage(scene: &str, after: bool) -> Canvas {
    let mut c = room(after);
    if scene == "stair" {
        for i in 0..8 {
            c.line((110 - i * 14, 152 + i * 12), (210 + i * 14, 152 + i * 12), 2, if after { STEEL } else { DARK });
        }
    }
    // The sign over the far door: dark, then lit.
    c.block(136, 60, 48, 18, if after { GREEN } else { [38, 51, 45] });
    let arrow = if after { WHITE } else { [70, 86, 77] };
    c.line((148, 69), (172, 69), 2, arrow);
    c.line((166, 64), (172, 69), 2, arrow);
    c.line((166, 74), (172, 69), 2, arrow);
    if scene == "corridor" {
        c.block(30, 96, 16, 40, RED);
        c.block(34, 88, 8, 8, DARK);
        if !after {
            c.block(216, 150, 70, 50, [120, 92, 60]);
            c.block(226, 128, 44, 24, [138, 108, 74]);
        }
    }
    if scene == "toilet" {
        let shine = if after { [198, 208, 204] } else { [150, 190, 214] };
        c.taper((180, 90, 200), (226, 60, 240), shine);
    }
    c
}

fn inside(scene: &str, after: bool) -> Canvas {
    let mut c = room(after || scene == "kitchen");
    match scene {
        "classroom" => {
            c.block(124, 66, 72, 34, [30, 74, 58]);
            for i in 0..3 {
                c.block(60 + i * 74, 176, 52, 10, [176, 132, 84]);
            }
            if !after {
                c.line((150, 52), (176, 100), 2, WHITE);
                c.line((176, 100), (160, 148), 2, WHITE);
            }
        }
        "lab" => {
            c.block(40, 168, 240, 14, STEEL);
            c.disc(96, 152, 14, if after { GREEN } else { RED });
            c.disc(150, 152, 14, GREEN);
            c.block(196, 128, 18, 40, [200, 214, 222]);
        }
        "dorm" => {
            for y in [110, 170] {
                c.block(40, y, 220, 10, [96, 112, 136]);
                c.block(40, y - 22, 4, 22, STEEL);
                c.block(256, y - 22, 4, 22, STEEL);
            }
            if after {
                c.line((44, 92), (256, 92), 4, STEEL);
            } else {
                c.block(120, 156, 70, 12, RED);
            }
        }
        _ => {
            c.block(50, 130, 220, 60, [216, 220, 222]);
            for i in 0..3 {
                c.disc(88 + i * 72, 142, 22, if after { [236, 240, 240] } else { [150, 120, 70] });
                c.disc(88 + i * 72, 142, 14, if after { [120, 180, 110] } else { [96, 80, 50] });
            }
        }
    }
    c
}

fn electric(scene: &str, after: bool) -> Canvas {
    let mut c = room(true);
    if scene == "power" {
        c.block(90, 50, 140, 150, STEEL);
        c.block(100, 60, 120, 130, if after { [170, 180, 188] } else { DARK });
        if after {
            c.taper((96, 159, 161), (130, 140, 180), YELLOW);
        } else {
            for i in 0..5 {
                c.line((110 + i * 22, 66), (118 + i * 18, 186), 3, if i % 2 == 0 { RED } else { YELLOW });
            }
        }
        return c;
    }
    c.block(120, 90, 80, 60, WHITE);
    c.disc(144, 120, 7, DARK);
    c.disc(176, 120, 7, DARK);
    if !after {
        c.line((120, 150), (70, 220), 4, RED);
        c.line((130, 150), (96, 226), 3, YELLOW);
        c.block(118, 88, 30, 14, [92, 60, 40]);
    }
    c
}

fn door(after: bool) -> Canvas {
    let mut c = room(after);
    c.block(100, 40, 120, 160, [150, 60, 48]);
    c.line((160, 40), (160, 200), 3, DARK);
    if after {
        c.line((110, 128), (152, 128), 6, WHITE);
        c.line((168, 128), (210, 128), 6, WHITE);
    } else {
        c.line((140, 118), (182, 140), 5, STEEL);
        c.disc(161, 132, 12, YELLOW);
    }
    c
}

fn boiler(scene: &str, after: bool) -> Canvas {
    let mut c = room(after);
    c.block(60, 90, 150, 100, [90, 96, 104]);
    c.disc(210, 140, 50, [90, 96, 104]);
    c.disc(120, 126, 26, WHITE);
    let needle = if after { (120, 104) } else { (140, 136) };
    c.line((120, 126), needle, 3, RED);
    let lamp = match (scene, after) {
        ("gas", false) => DARK,
        (_, false) => RED,
        _ => GREEN,
    };
    c.block(240, 60, 44, 30, WHITE);
    c.disc(262, 75, 9, lamp);
    if scene == "gas" {
        c.line((20, 40), (20, 210), 8, YELLOW);
        c.line((20, 120), (60, 120), 8, YELLOW);
    }
    c
}

fn ice(after: bool) -> Canvas {
    let mut c = outdoors(after);
    c.block(40, 40, 240, 120, [184, 150, 120]);
    c.block(30, 30, 260, 14, [110, 88, 72]);
    for i in 0..4 {
        c.block(64 + i * 56, 70, 30, 44, [90, 120, 146]);
    }
    if !after {
        for i in 0..12 {
            let x = 40 + i * 21;
            c.taper((44, x, x + 10), (62 + i * 7 % 34, x + 4, x + 6), [232, 244, 252]);
        }
        c.block(0, 196, WIDTH, 44, [226, 236, 244]);
    } else {
        c.line((30, 190), (290, 190), 4, YELLOW);
    }
    c
}

fn outside(scene: &str, after: bool) -> Canvas {
    let mut c = outdoors(true);
    match scene {
        "street" => {
            c.block(0, 150, WIDTH, 60, [96, 100, 106]);
            for i in 0..6 {
                c.block(i * 60, 178, 30, 5, WHITE);
            }
            c.block(0, 100, WIDTH, 50, [184, 150, 120]);
            if !after {
                c.block(60, 120, 60, 46, RED);
                c.block(150, 124, 50, 42, YELLOW);
            }
        }
        "fence" => {
            let gap = if after { 99 } else { 6 };
            for i in 0..16 {
                if i != gap && i != gap + 1 {
                    c.block(10 + i * 20, 80, 6, 110, DARK);
                }
            }
            c.block(0, 96, WIDTH, 5, DARK);
        }
        "gate" => {
            c.block(30, 70, 70, 110, [184, 150, 120]);
            c.block(46, 92, 36, 30, [150, 190, 214]);
            c.line((104, 150), (300, if after { 150 } else { 96 }), 6, RED);
        }
        "building" => {
            c.block(60, 20, 200, 160, [200, 176, 146]);
            for i in 0..12 {
                c.block(76 + i % 4 * 46, 36 + i / 4 * 46, 26, 28, [90, 120, 146]);
            }
            if !after {
                c.taper((60, 190, 236), (110, 206, 224), [120, 104, 88]);
            }
        }
        _ => {
            c.block(0, 150, WIDTH, 90, [176, 92, 72]);
            c.line((70, 60), (70, 190), 6, STEEL);
            c.line((250, 60), (250, 190), 6, STEEL);
            c.line((70, 62), (250, if after { 62 } else { 84 }), 6, STEEL);
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_is_another_picture_before_and_after() {
        let mut seen = std::collections::BTreeSet::new();
        for scene in SCENES {
            assert!(seen.insert(draw(scene, false).into_raw()), "{scene}");
            assert!(seen.insert(draw(scene, true).into_raw()), "{scene}");
        }
    }
}
