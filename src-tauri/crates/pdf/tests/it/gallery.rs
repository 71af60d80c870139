//! The contact sheet: looks, rotations and scripts, drawn by PDFium from signed files.
//!
//! `cargo xtask looks` writes it as a picture for people; the test looks whether anything leaves its
//! box, is missing, or is drawn otherwise on a turned page.

use std::env;

use image::{Rgba, RgbaImage};
use pdf::appearance::{Alignment, Artwork, ArtworkPlace, Border, Colour, Pen};
use pdf::render::{Renderer, Scale};
use pdf::{Look, PageNumber, Placement, ShownRect};

use crate::builder::{Pdf, sign};
use crate::looks::{EMBLEM, SCRIPTS, disc, in_script, strokes};
use crate::shown::renderer;

/// Pixels for each point.
const SCALE: u32 = 2;
/// A cell in points, and the box in it: left, bottom, width, height.
const CELL: [u32; 2] = [216, 84];
const BOX: [u32; 4] = [8, 7, 200, 70];
/// Rotations of the pages.
const TURNS: [u32; 4] = [0, 90, 180, 270];

/// Makes a look from the plain one of a script.
type Make = Box<dyn Fn(Look) -> Look>;

/// Looks by name.
fn looks() -> Vec<(&'static str, Make)> {
    let svg = || Artwork::read(EMBLEM.as_bytes()).unwrap();
    let drawn = || {
        let pen = Pen {
            width: 3.0,
            colour: Some(Colour {
                red: 20,
                green: 40,
                blue: 140,
            }),
        };
        Artwork::drawn(&strokes(), pen).unwrap()
    };
    let border = || Border::new(0.75, Colour::grey(120)).unwrap();
    let tint = Colour {
        red: 240,
        green: 246,
        blue: 255,
    };
    vec![
        ("plain", Box::new(|look| look)),
        (
            "framed",
            Box::new(move |look| {
                look.without_seal()
                    .with_border(border())
                    .with_background(tint)
            }),
        ),
        (
            "centred",
            Box::new(|look| look.without_seal().with_alignment(Alignment::Centre)),
        ),
        (
            "PNG left",
            Box::new(|look| look.with_artwork(Artwork::read(&disc()).unwrap(), ArtworkPlace::Left)),
        ),
        (
            "SVG left",
            Box::new(move |look| look.with_artwork(svg(), ArtworkPlace::Left)),
        ),
        (
            "drawn left",
            Box::new(move |look| look.with_artwork(drawn(), ArtworkPlace::Left)),
        ),
        (
            "drawn above",
            Box::new(move |look| look.with_artwork(drawn(), ArtworkPlace::Above)),
        ),
        (
            "SVG behind",
            Box::new(move |look| {
                look.with_artwork(svg(), ArtworkPlace::Behind)
                    .with_border(border())
            }),
        ),
        (
            "PDF page left",
            Box::new(|look| {
                let page = pdf::appearance::sheet(&in_script("Thai").unwrap(), 120.0, 60.0);
                let page = Artwork::read(&page.unwrap()).unwrap();
                look.with_artwork(page, ArtworkPlace::Left)
            }),
        ),
    ]
}

/// A page turned by so many degrees that is shown as a cell, the box framed faintly.
fn page(turn: u32) -> Vec<u8> {
    let [wide, high] = CELL;
    let (width, height) = if turn.is_multiple_of(180) {
        (wide, high)
    } else {
        (high, wide)
    };
    let content = "";
    Pdf::new()
        .page(&format!("/MediaBox[0 0 {width} {height}]/Rotate {turn}"))
        .object(
            4,
            &format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
        )
        .build()
}

fn cell(renderer: &Renderer, look: &Look, turn: u32) -> RgbaImage {
    let [x, y, width, height] = BOX.map(f64::from);
    let placement = Placement::Visible {
        page: PageNumber::FIRST,
        rect: ShownRect::new(x, y, width, height).unwrap(),
        look: look.clone(),
    };
    let signed = sign(&page(turn), &placement).unwrap();
    let file = crate::tools::temporary(&signed.bytes);
    let document = renderer.open(file.path()).unwrap();
    let scale = Scale::new(f64::from(SCALE)).unwrap();
    let picture = document.page(PageNumber::FIRST, scale).unwrap();
    document.close().unwrap();
    let (width, height) = (picture.width(), picture.height());
    RgbaImage::from_raw(width, height, picture.as_rgba().to_vec()).unwrap()
}

/// Whether a pixel of a cell lies in the box.
fn is_within(x: u32, y: u32) -> bool {
    let [left, bottom, width, height] = BOX.map(|edge| edge * SCALE);
    let top = CELL[1] * SCALE - bottom - height;
    (left..left + width).contains(&x) && (top..top + height).contains(&y)
}

#[test]
fn every_look_stays_in_its_box_on_pages_of_every_rotation_and_is_the_same_on_all() {
    let renderer = renderer();
    let wanted = env::var_os("CHANCERY_CONTACT_SHEET");
    let looks = looks();
    let [wide, high] = CELL.map(|side| side * SCALE);
    let rows = looks.len() * TURNS.len();
    let mut contact = RgbaImage::from_pixel(
        wide * SCRIPTS.len() as u32,
        high * rows as u32,
        Rgba([200, 200, 200, 255]),
    );
    for (row, (name, make)) in (0..).zip(&looks) {
        for (column, (script, ..)) in (0..).zip(SCRIPTS) {
            // All of them take most of a minute: two for each look show that none leaves its box.
            if wanted.is_none() && (row * 2 + column) % SCRIPTS.len() as u32 > 1 {
                continue;
            }
            let Some(look) = in_script(script).map(make) else {
                continue;
            };
            let cells = TURNS.map(|turn| cell(&renderer, &look, turn));
            let upright = &cells[0];
            for (turn, cell) in (0..).zip(&cells) {
                let what = format!("{name}, {script}, {} degrees", turn * 90);
                let mut inked = 0;
                let mut differing = 0;
                for (x, y, pixel) in cell.enumerate_pixels() {
                    let inks = pixel.0[..3].iter().any(|part| *part < 200);
                    inked += u32::from(inks);
                    assert!(!inks || is_within(x, y), "{what}: ink at {x}, {y}");
                    let other = upright.get_pixel(x, y);
                    let near = pixel
                        .0
                        .iter()
                        .zip(other.0)
                        .all(|(a, b)| a.abs_diff(b) < 128);
                    differing += u32::from(!near);
                }
                assert!(inked > 300, "{what}: nothing is drawn");
                assert!(
                    differing * 12 < inked,
                    "{what}: {differing} of {inked} differ"
                );
                let at = (column * wide, (row * 4 + turn) * high);
                for (x, y, pixel) in cell.enumerate_pixels() {
                    // The edge of the cell stays grey, as a line between prints.
                    if x > 0 && y > 0 {
                        contact.put_pixel(at.0 + x, at.1 + y, *pixel);
                    }
                }
            }
        }
    }
    if let Some(path) = wanted {
        contact.save(path).unwrap();
    }
}
