//! The box is where the signer drew it, however the page is written.

use proptest::prelude::*;

use crate::builder::{Pdf, look, open, sign, visible};
use crate::tools::{Check, Picture, qpdf_check};
use pdf::{Error, PageNumber, Placement, ShownRect};

/// Pixels for each point in renderings.
const SCALE: usize = 2;
/// The box that is drawn, left, bottom, width, height, on a page shown as 300 by 200 points.
const DRAWN: [f64; 4] = [40.0, 30.0, 170.0, 60.0];

/// A page that is empty but for the signature.
fn page(attributes: &str, tree: &str) -> Vec<u8> {
    Pdf::new()
        .object(2, &format!("<</Type/Pages/Kids[3 0 R]/Count 1{tree}>>"))
        .object(3, &format!("<</Type/Page/Parent 2 0 R{attributes}>>"))
        .build()
}

fn render_signed(input: &[u8], unit: usize) -> Picture {
    let [x, y, width, height] = DRAWN;
    let signed = sign(input, &visible(x, y, width, height)).unwrap();
    assert_eq!(qpdf_check(&signed.bytes), Check::Clean);
    let picture = Picture::render(&signed.bytes, 72 * SCALE * unit);
    assert_eq!((picture.width, picture.height), (300 * SCALE, 200 * SCALE));
    picture
}

/// Darkness in each cell of a grid over the drawn box.
fn cells(picture: &Picture) -> Vec<u32> {
    let [x, y, width, height] = DRAWN.map(|value| value as usize * SCALE);
    let top = picture.height - y - height;
    let side = 5 * SCALE;
    let mut cells = Vec::new();
    for row in (top..top + height).step_by(side) {
        for column in (x..x + width).step_by(side) {
            let sum = (row..row + side)
                .flat_map(|y| (column..column + side).map(move |x| (x, y)))
                .map(|(x, y)| picture.darkness(x, y))
                .sum::<u32>();
            cells.push(sum / (side * side) as u32);
        }
    }
    cells
}

fn distance(one: &[u32], other: &[u32]) -> u32 {
    let sum: u32 = one
        .iter()
        .zip(other)
        .map(|(one, other)| one.abs_diff(*other))
        .sum();
    sum / one.len() as u32
}

#[test]
fn the_appearance_is_within_the_drawn_box_and_upright_on_every_kind_of_page() {
    let reference = render_signed(&page("/MediaBox[0 0 300 200]", ""), 1);
    let expected = reference.ink().unwrap();
    let expected_cells = cells(&reference);
    let upside_down: Vec<u32> = expected_cells.iter().rev().copied().collect();
    assert!(
        distance(&expected_cells, &upside_down) > 12,
        "the comparison tells nothing"
    );
    let [x, y, width, height] = DRAWN.map(|value| value as usize * SCALE);
    let top = reference.height - y - height;
    assert!(expected[0] >= x && expected[2] < x + width, "{expected:?}");
    assert!(
        expected[1] >= top && expected[3] < top + height,
        "{expected:?}"
    );

    for turn in [0, 90, 180, 270, -90, 450] {
        let sideways = (turn / 90) % 2 != 0;
        let (w, h) = if sideways { (200, 300) } else { (300, 200) };
        let sized =
            |left: i32, bottom: i32| format!("[{left} {bottom} {} {}]", left + w, bottom + h);
        let pages = [
            (
                format!("/Rotate {turn}/MediaBox{}", sized(0, 0)),
                String::new(),
            ),
            (
                format!("/Rotate {turn}/MediaBox{}", sized(-150, -90)),
                String::new(),
            ),
            (
                format!(
                    "/Rotate {turn}/MediaBox[-50 -60 700 800]/CropBox{}",
                    sized(33, 47)
                ),
                String::new(),
            ),
            // Corners in the other order are the same box (§7.9.5).
            (
                format!("/Rotate {turn}/MediaBox[{} {} 7 9]", 7 + w, 9 + h),
                String::new(),
            ),
            (
                String::new(),
                format!("/Rotate {turn}/MediaBox{}", sized(11, 13)),
            ),
            (
                format!("/CropBox{}", sized(20, 30)),
                format!("/Rotate {turn}/MediaBox[0 0 900 900]/CropBox[1 2 3 4]"),
            ),
            (
                format!(
                    "/Rotate {turn}/UserUnit 2/MediaBox[5 6 {} {}]",
                    5 + w / 2,
                    6 + h / 2
                ),
                String::new(),
            ),
        ];
        for (attributes, tree) in pages {
            let unit = if attributes.contains("UserUnit") {
                2
            } else {
                1
            };
            let picture = render_signed(&page(&attributes, &tree), unit);
            let ink = picture
                .ink()
                .unwrap_or_else(|| panic!("no ink: {attributes} {tree}"));
            for (edge, expected) in ink.iter().zip(&expected) {
                let near = edge.abs_diff(*expected) <= 2;
                assert!(near, "{attributes} {tree}: {ink:?}, not {expected:?}");
            }
            let difference = distance(&cells(&picture), &expected_cells);
            assert!(
                difference <= 6,
                "{attributes} {tree}: differs by {difference}"
            );
        }
    }
}

#[test]
fn a_box_off_the_page_is_refused() {
    let input = page("/MediaBox[0 0 300 200]", "");
    for [x, y] in [
        [-1.0, 0.0],
        [131.0, 0.0],
        [0.0, -1.0],
        [0.0, 141.0],
        [1e9, 0.0],
    ] {
        let refused = sign(&input, &visible(x, y, 170.0, 60.0)).unwrap_err();
        assert!(matches!(refused, Error::BoxOutside { .. }), "{refused:?}");
    }
    assert!(ShownRect::new(0.0, 0.0, f64::NAN, 1.0).is_err());
    assert!(matches!(
        sign(&input, &visible(0.0, 0.0, 3.0, 3.0)),
        Err(Error::BoxTooSmall { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_input_is_a_strict_prefix_and_the_signature_is_found_again(
        origin in (-500.0..500.0f64, -500.0..500.0f64),
        size in (200.0..1500.0f64, 200.0..1500.0f64),
        turn in prop::sample::select(vec![0, 90, 180, 270, 360, -90]),
        unit in prop::sample::select(vec![1.0, 1.5, 3.0]),
        place in (0.0..1.0f64, 0.0..1.0f64),
        name in "[A-Za-zÀ-ÿΑ-Ωα-ωА-я .'-]{1,20}",
    ) {
        let (left, bottom) = origin;
        let (right, top) = (left + size.0, bottom + size.1);
        let input = page(
            &format!("/Rotate {turn}/UserUnit {unit}/MediaBox[{left:.2} {bottom:.2} {right:.2} {top:.2}]"),
            "",
        );
        let document = open(&input).unwrap();
        let (width, height) = document.page(PageNumber::FIRST).unwrap().shown_size();
        let (x, y) = (place.0 * (width - 180.0), place.1 * (height - 60.0));
        let rect = ShownRect::new(x, y, 180.0, 60.0).unwrap();
        let placement = Placement::Visible { page: PageNumber::FIRST, rect, look: look(&name) };
        let signed = match sign(&input, &placement) {
            Err(Error::NoGlyph { .. }) => return Ok(()),
            signed => signed.unwrap(),
        };
        prop_assert!(signed.bytes.len() > input.len());
        prop_assert_eq!(&signed.bytes[..input.len()], &input[..]);

        let signatures = open(&signed.bytes).unwrap().signatures().unwrap();
        prop_assert_eq!(signatures.len(), 1);
        let found = &signatures[0];
        prop_assert_eq!(found.byte_range, Some(signed.byte_range));
        let [start, length, second, rest] = signed.byte_range;
        prop_assert_eq!(start, 0);
        prop_assert_eq!(second + rest, signed.bytes.len() as u64);
        let gap = &signed.bytes[length as usize..second as usize];
        prop_assert!(gap.starts_with(b"<") && gap.ends_with(b">") && gap.len() == 1026);
        prop_assert_eq!(&found.contents, &vec![0; 512]);
        let (page, box_) = found.field.place.unwrap();
        prop_assert_eq!(page, 1);
        for (found, drawn) in [
            (box_.x(), rect.x()),
            (box_.y(), rect.y()),
            (box_.width(), rect.width()),
            (box_.height(), rect.height()),
        ] {
            prop_assert!((found - drawn).abs() < 0.02, "{} is not {}", found, drawn);
        }
    }
}
