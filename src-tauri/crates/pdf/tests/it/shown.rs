//! What the window draws: the ghost before, the page after, and the box where it was drawn.

use std::env;
use std::path::PathBuf;

use crate::builder::{Pdf, fill, look, sign, visible};
use pdf::PageNumber;
use pdf::render::{Picture, Renderer, Scale};

/// Pixels for each point.
const SCALE: u32 = 2;
/// The box that is drawn, left, bottom, width, height, on a page shown as 300 by 200 points.
const DRAWN: [u32; 4] = [40, 30, 170, 60];

pub(crate) fn renderer() -> Renderer {
    let library = env::var_os("CHANCERY_PDFIUM").map_or_else(
        || {
            let test = env::current_exe().expect("a running test has a path");
            let folder = test.ancestors().nth(2);
            folder.expect("a test lies in target/debug/deps").to_owned()
        },
        PathBuf::from,
    );
    Renderer::start(&library).unwrap_or_else(|error| panic!("run `cargo xtask setup`: {error}"))
}

fn scale() -> Scale {
    Scale::new(f64::from(SCALE)).unwrap()
}

/// Left, top, right, bottom of what is dark on white or on nothing.
fn ink(picture: &Picture) -> [u32; 4] {
    let [mut left, mut top, mut right, mut bottom] = [u32::MAX, u32::MAX, 0, 0];
    let pixels = picture.as_rgba().chunks_exact(4);
    for (at, pixel) in (0..).zip(pixels) {
        let (x, y) = (at % picture.width(), at / picture.width());
        // As on white paper.
        let light = u32::from(pixel[0]) * u32::from(pixel[3]) / 255 + 255 - u32::from(pixel[3]);
        if light < 160 {
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
    }
    [left, top, right, bottom]
}

#[test]
fn the_signed_page_shows_the_ghost_where_it_was_within_a_pixel() {
    let folder = tempfile::tempdir().unwrap();
    let renderer = renderer();
    let [x, y, width, height] = DRAWN;
    let [left, bottom, points_wide, points_high] = DRAWN.map(f64::from);
    let ghost = pdf::appearance::sheet(&look("Ana Ruiz"), points_wide, points_high).unwrap();
    let ghost = ink(&renderer.sheet(ghost, scale()).unwrap());
    let top = (200 - y - height) * SCALE;
    let expected = [
        ghost[0] + x * SCALE,
        ghost[1] + top,
        ghost[2] + x * SCALE,
        ghost[3] + top,
    ];
    for turn in [0, 90, 180, 270] {
        let (w, h) = if turn % 180 == 0 {
            (300, 200)
        } else {
            (200, 300)
        };
        let boxes = [
            format!("/MediaBox[0 0 {w} {h}]"),
            format!("/MediaBox[-70 -80 {} {}]", w - 70, h - 80),
            format!(
                "/MediaBox[-50 -60 700 800]/CropBox[33 47 {} {}]",
                w + 33,
                h + 47
            ),
        ];
        for boxes in boxes {
            let attributes = format!("/Type/Page/Parent 2 0 R/Rotate {turn}{boxes}");
            let page = |more: &str| Pdf::new().object(3, &format!("<<{attributes}{more}>>"));
            let drawn = visible(left, bottom, points_wide, points_high);
            let signed = sign(&page("").build(), &drawn).unwrap();
            // The same box as an empty field of the form.
            let field = crate::builder::open(&signed.bytes).unwrap();
            let rect = field.page(PageNumber::FIRST).unwrap().to_user_space(
                &pdf::ShownRect::new(left, bottom, points_wide, points_high).unwrap(),
            );
            let rect = rect.unwrap().map(|edge| edge.to_string()).join(" ");
            let form = page("/Annots[5 0 R]")
                .catalog("/AcroForm<</Fields[5 0 R]>>")
                .object(
                    5,
                    &format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[{rect}]>>"),
                )
                .build();
            let filled = fill(&form, "A").unwrap();
            for (what, bytes) in [("new", signed.bytes), ("filled", filled.bytes)] {
                let path = folder.path().join("signed.pdf");
                std::fs::write(&path, bytes).unwrap();
                let document = renderer.open(&path).unwrap();
                let picture = document.page(PageNumber::FIRST, scale()).unwrap();
                assert_eq!((picture.width(), picture.height()), (600, 400));
                let found = ink(&picture);
                let near = found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 1);
                assert!(near, "{what}, {attributes}: {found:?}, not {expected:?}");
                assert!(found[0] >= x * SCALE && found[2] < (x + width) * SCALE);
                assert!(found[1] >= top && found[3] < top + height * SCALE);
                document.close().unwrap();
            }
        }
    }
}
