//! Artwork that is wrong, or made to do harm; and that what a file says of a picture is heeded.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use image::codecs::jpeg::JpegEncoder;
use pdf::appearance::{Artwork, ArtworkPlace, FontFile, Pen, sheet};
use pdf::render::Scale;
use pdf::{Error, Look};

use crate::builder::Pdf;
use crate::looks::{disc, png};
use crate::tools::{Check, qpdf, qpdf_check};

/// Far above what any refusal takes.
const LONG: Duration = Duration::from_secs(10);

fn refusal(bytes: &[u8]) -> String {
    let started = Instant::now();
    let error = Artwork::read(bytes).expect_err("this is not to be used");
    assert!(started.elapsed() < LONG);
    error.to_string()
}

fn alone(bytes: &[u8]) -> Vec<u8> {
    let artwork = Artwork::read(bytes).unwrap();
    let look = Look::of_lines([]).with_artwork(artwork, ArtworkPlace::Alone);
    sheet(&look, 100.0, 100.0).unwrap()
}

fn svg(inside: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' \
         viewBox='0 0 10 10'>{inside}</svg>"
    )
}

/// The picture that PDFium draws of a sheet of 100 by 100 points: a pixel a point.
fn drawn(sheet: Vec<u8>) -> image::RgbaImage {
    let renderer = crate::shown::renderer();
    let picture = renderer.sheet(sheet, Scale::new(1.0).unwrap()).unwrap();
    image::RgbaImage::from_raw(
        picture.width(),
        picture.height(),
        picture.as_rgba().to_vec(),
    )
    .unwrap()
}

#[test]
fn an_svg_that_grows_without_end_is_refused() {
    let mut uses = "<defs><g id='a0'><rect width='1' height='1'/></g>".to_owned();
    for level in 1..30 {
        let inner = format!("<use xlink:href='#a{}'/>", level - 1).repeat(10);
        uses.push_str(&format!("<g id='a{level}'>{inner}</g>"));
    }
    uses.push_str("</defs><use xlink:href='#a29'/>");
    let mut patterns = "<defs><pattern id='p0' width='1' height='1'/>".to_owned();
    for level in 1..30 {
        let rect = format!("<rect width='1' height='1' fill='url(#p{})'/>", level - 1);
        let rects = rect.repeat(10);
        let pattern = format!("<pattern id='p{level}' width='9' height='9'>{rects}</pattern>");
        patterns.push_str(&pattern);
    }
    patterns.push_str("</defs><rect width='9' height='9' fill='url(#p29)'/>");
    let deep = "<g>".repeat(100_000);
    let mut laughs = "<!DOCTYPE svg [<!ENTITY l0 'ha'>".to_owned();
    for level in 1..30 {
        let inner = format!("&l{};", level - 1).repeat(10);
        laughs.push_str(&format!("<!ENTITY l{level} '{inner}'>"));
    }
    laughs.push_str("]>");
    let turbulence = "<filter id='f'><feTurbulence baseFrequency='.1' numOctaves='900000000'/>\
                      </filter><rect width='9' height='9' filter='url(#f)'/>";
    // An element with a class may be drawn with whatever a style sheet names, under any rule.
    let mut classes = "<style>".to_owned() + &".a{fill:url(#r)}".repeat(100_000) + "</style>";
    classes.push_str(&"<g class='a'/>".repeat(100_000));
    let mut styles = "<style>".to_owned();
    (0..4000).for_each(|index| styles.push_str(&format!("url(#r{index})")));
    styles.push_str("</style>");
    (0..4000).for_each(|index| styles.push_str(&format!("<rect id='r{index}'/>")));
    styles.push_str(&"<g class='a'/>".repeat(4000));
    for (what, bomb) in [
        ("classes", svg(&classes)),
        ("styles", svg(&styles)),
        ("uses", svg(&uses)),
        ("patterns", svg(&patterns)),
        ("depth", svg(&deep)),
        ("entities", format!("{laughs}{}", svg("<text>&l29;</text>"))),
        ("turbulence", svg(turbulence)),
        (
            "itself",
            svg(&"<g id='x'><use xlink:href='#x'/>".repeat(400)),
        ),
    ] {
        let why = refusal(bomb.as_bytes());
        assert!(
            why.starts_with("the artwork cannot be used"),
            "{what}: {why}"
        );
    }
}

#[test]
fn nothing_that_an_svg_names_outside_itself_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.png");
    fs::write(&secret, disc()).unwrap();
    let secret = secret.display();
    let image = svg(&format!(
        "<image width='9' height='9' xlink:href='{secret}'/>"
    ));
    assert!(refusal(image.as_bytes()).contains("picture in it"));
    let sheet_ = format!("<?xml-stylesheet href='file://{secret}'?>");
    let entity = format!("<!DOCTYPE svg [<!ENTITY e SYSTEM 'file://{secret}'>]>");
    let styled = svg(&format!(
        "<style>@import url('file://{secret}'); rect {{ fill: url(file://{secret}#a) }}</style>\
         <rect width='9' height='9'/><use xlink:href='file://{secret}#a'/>"
    ));
    // These are harmless: what they name is not there.
    for harmless in [sheet_ + &svg("<rect width='9' height='9'/>"), styled] {
        let drawn = alone(harmless.as_bytes());
        assert!(!drawn.windows(10).any(|window| window == b"secret.png"));
    }
    let named = format!("{entity}{}", svg("<text>&e;</text>"));
    assert!(refusal(named.as_bytes()).contains("not in form"));
}

#[test]
fn what_pdf_cannot_say_of_an_svg_is_drawn_as_pixels() {
    let masked = svg(
        "<mask id='m'><rect width='10' height='5' fill='white'/></mask>\
         <rect width='10' height='10' fill='red' mask='url(#m)'/>",
    );
    let sheet = alone(masked.as_bytes());
    assert_eq!(qpdf_check(&sheet), Check::Clean);
    let picture = drawn(sheet);
    assert_eq!(picture.get_pixel(50, 20).0, [255, 0, 0, 255]);
    assert_eq!(picture.get_pixel(50, 80).0[3], 0);
}

#[test]
fn an_svg_is_drawn_as_paths_with_its_transforms_clips_and_gradients() {
    let paths = svg(
        "<defs><clipPath id='c'><circle cx='5' cy='5' r='5'/></clipPath>\
         <linearGradient id='g' gradientTransform='rotate(90)'><stop stop-color='#f00'/>\
         <stop offset='1' stop-color='#00f'/></linearGradient></defs>\
         <g clip-path='url(#c)' transform='translate(10 0) scale(-1 1)'>\
         <rect width='10' height='10' fill='url(#g)'/></g>",
    );
    let sheet = alone(paths.as_bytes());
    let plain = String::from_utf8_lossy(&qpdf(&sheet, &["--qdf"])).into_owned();
    assert!(!plain.contains("/Image"), "it is no picture");
    let picture = drawn(sheet);
    let [top, middle, bottom] = [10, 50, 90].map(|y| picture.get_pixel(50, y).0);
    assert!(top[0] > 220 && top[2] < 40, "{top:?}");
    assert!(middle[0].abs_diff(middle[2]) < 40, "{middle:?}");
    assert!(bottom[2] > 220 && bottom[0] < 40, "{bottom:?}");
    assert_eq!(picture.get_pixel(8, 8).0[3], 0, "outside the clip");
}

#[test]
fn text_of_an_svg_that_no_font_has_is_refused_by_name() {
    let error = Artwork::read(svg("<text>王</text>").as_bytes()).unwrap_err();
    assert!(matches!(error, Error::NoGlyph { character: '王' }));
}

/// A JPEG, red above and blue below, that Exif calls turned.
fn turned(orientation: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 48, |_, y| {
        image::Rgb(if y < 24 { [230, 20, 20] } else { [20, 20, 230] })
    });
    let mut bytes = Vec::new();
    picture
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 95))
        .unwrap();
    let mut exif =
        b"\xFF\xE1\x00\x00Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"taken at 41.38 N 2.17 E");
    exif[3] = u8::try_from(exif.len() - 2).unwrap();
    bytes.splice(2..2, exif);
    bytes
}

#[test]
fn a_jpeg_is_turned_as_exif_says_and_its_metadata_stays_behind() {
    // What is seen at the top and at the left, as the red part is turned.
    for (orientation, at, away) in [
        (1, (50, 30), (50, 70)),
        (3, (50, 70), (50, 30)),
        (6, (70, 50), (30, 50)),
        (8, (30, 50), (70, 50)),
    ] {
        let sheet = alone(&turned(orientation));
        assert!(!sheet.windows(8).any(|window| window == b"taken at"));
        assert_eq!(qpdf_check(&sheet), Check::Clean);
        let picture = drawn(sheet);
        let (red, blue) = (
            picture.get_pixel(at.0, at.1),
            picture.get_pixel(away.0, away.1),
        );
        assert!(red[0] > 180 && red[2] < 80, "{orientation}: {red:?}");
        assert!(blue[2] > 180 && blue[0] < 80, "{orientation}: {blue:?}");
    }
}

#[test]
fn a_jpeg_that_stands_upright_is_embedded_as_it_is() {
    let jpeg = turned(1);
    let scan = jpeg
        .windows(2)
        .position(|pair| pair == b"\xFF\xDA")
        .unwrap();
    let sheet = alone(&jpeg);
    let scan = &jpeg[scan..];
    assert!(sheet.windows(scan.len()).any(|window| window == scan));
}

#[test]
fn pictures_that_are_too_large_or_damaged_are_refused() {
    let whole = disc();
    for cut in [9, 30, whole.len() / 2, whole.len() - 30] {
        assert!(refusal(&whole[..cut]).contains("damaged"), "{cut}");
    }
    let jpeg = turned(1);
    assert!(refusal(&jpeg[..120]).contains("damaged"));
    // A header that promises 60,000 by 60,000 pixels.
    let mut bomb = png(4, 4, |_, _| [0; 4]);
    bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let mut crc = crc32fast(&bomb[12..29]);
    bomb[29..33].swap_with_slice(&mut crc);
    assert!(refusal(&bomb).contains("pixels"));
    assert!(refusal(b"GIF89a").contains("neither"));
    assert!(refusal(b"").contains("neither"));
}

/// CRC-32 as PNG has it.
fn crc32fast(bytes: &[u8]) -> [u8; 4] {
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    });
    (!crc).to_be_bytes()
}

#[test]
fn a_page_that_is_encrypted_damaged_or_too_much_is_refused() {
    let plain = Pdf::new().build();
    Artwork::read(&plain).unwrap();
    let locked = qpdf(&plain, &["--encrypt", "", "owner", "256", "--"]);
    assert!(refusal(&locked).contains("encrypted"));
    assert!(refusal(&plain[..plain.len() / 2]).contains("damaged"));
    // Each of them holds all that follow.
    let mut within = String::new();
    (7..4000).for_each(|number| within.push_str(&format!("({number} 0 obj\n")));
    within.push_str(&format!("({}", "x".repeat(20_000)));
    within.push_str(&")".repeat(3994));
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources 5 0 R>>";
    let all: String = (6..4000).map(|number| format!("{number} 0 R ")).collect();
    let within = Pdf::new()
        .object(3, page)
        .object(5, &format!("<</X [{all}]>>"))
        .object(6, &within);
    let (body, _) = within.body();
    let bomb = within.build_with(|offsets, at| {
        let mut table = "xref\n0 4000\n0000000000 65535 f \n".to_owned();
        let mut from = offsets[&6];
        for number in 1..4000u32 {
            let offset = match offsets.get(&number) {
                Some(offset) => *offset,
                None => {
                    let head = format!("({number} 0 obj\n");
                    let found = body[from..].windows(head.len());
                    from += found
                        .take(100)
                        .position(|part| part == head.as_bytes())
                        .unwrap()
                        + 1;
                    from
                }
            };
            table.push_str(&format!("{offset:010} 00000 n \n"));
        }
        format!("{table}trailer\n<</Size 4000/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n")
    });
    assert!(refusal(&bomb).contains("more in it"));
    let nested = "[".repeat(5000) + &"]".repeat(5000);
    let deep = Pdf::new().page(&format!("/MediaBox[0 0 9 9]/Resources<</X {nested}>>"));
    let _ = Artwork::read(&deep.build());
    let mut many = Pdf::new().page("/MediaBox[0 0 9 9]/Resources 5 0 R");
    let all: String = (6..9000).map(|number| format!("{number} 0 R ")).collect();
    many = many.object(5, &format!("<</X [{all}]>>"));
    for number in 6..9000 {
        many = many.object(number, "null");
    }
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources 5 0 R>>";
    assert!(refusal(&many.object(3, page).build()).contains("more objects"));
}

#[test]
fn a_page_takes_only_what_it_draws_with_it_and_may_lead_back_into_itself() {
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 50]/Contents 4 0 R/Rotate 90\
                /Annots[7 0 R]/AA<</O<</S/JavaScript/JS(app.alert)>>>>\
                /Resources<</XObject<</Q 5 0 R>>>>>>";
    let form = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 18/PieceInfo 3 0 R\
                /Resources<</XObject<</Q 5 0 R>>>>>>stream\n0 0 9 9 re f /Q Do\nendstream";
    let file = Pdf::new()
        .object(3, page)
        .object(5, form)
        .object(7, "<</Type/Annot/Subtype/Link/A<</S/Launch/F(calc)>>>>")
        .build();
    let sheet = alone(&file);
    assert_eq!(qpdf_check(&sheet), Check::Clean);
    let plain = qpdf(&sheet, &["--qdf", "--object-streams=disable"]);
    let plain = String::from_utf8_lossy(&plain).into_owned();
    for word in ["JavaScript", "Launch", "PieceInfo", "Annot", "Parent 3"] {
        assert!(!plain.contains(word), "{word}");
    }
    assert_eq!(plain.matches("/Type /Page\n").count(), 1);
}

#[test]
fn a_signature_drawn_by_hand_is_bounded_too() {
    let pen = |width| Pen {
        width,
        colour: None,
    };
    let dot = vec![vec![[3.0, 3.0]]];
    assert!(Artwork::drawn(&dot, pen(1.0)).is_ok());
    for (strokes, width) in [
        (Vec::new(), 1.0),
        (vec![vec![[f64::NAN, 1.0]]], 1.0),
        (vec![vec![[1e300, 1.0]]], 1.0),
        (dot.clone(), 0.0),
        (vec![vec![[1.0, 1.0]; 30_000]], 1.0),
    ] {
        let drawn = Artwork::drawn(&strokes, pen(width));
        assert!(matches!(drawn, Err(Error::Artwork { .. })), "{width}");
    }
}

#[test]
fn a_font_file_that_is_none_or_is_cut_is_refused_or_draws() {
    let font = fs::read("fonts/NotoSansThai-Regular.ttf").unwrap();
    assert!(FontFile::new(b"no font".to_vec().into(), 0).is_err());
    assert!(FontFile::new(font.clone().into(), 3).is_err());
    for step in 1..40 {
        let mut damaged = font.clone();
        let at = font.len() * step / 40;
        if step % 2 == 0 {
            damaged.truncate(at);
        } else {
            damaged[at..(at + 400).min(font.len())].fill(0xFF);
        }
        let bytes: Arc<[u8]> = damaged.into();
        if let Ok(file) = FontFile::new(bytes, 0) {
            let look = Look::new("ที่", ["王".to_owned()]).with_font(file);
            let _ = sheet(&look, 100.0, 40.0);
        }
    }
}
