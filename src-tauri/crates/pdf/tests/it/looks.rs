//! What looks are like in a signed file: every script, every kind of artwork, every rotation.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use pdf::appearance::{
    Alignment, Artwork, ArtworkPlace, Border, Colour, Constraints, FontFile, Foreign, Ink, Line,
    LineStyle, Transparency, sheet, sheet_within, without_font,
};
use pdf::{Error, Look};
use proptest::prelude::*;

use crate::tools::{Check, qpdf_check, temporary};

/// Scripts by name, with a name and lines in each.
pub(crate) const SCRIPTS: [(&str, &str, [&str; 3]); 9] = [
    (
        "Latin",
        "Ana Ruiz Gómez",
        [
            "Ministry of Works",
            "24 Nov 2026, 10:42 +01:00",
            "Office official: first flight",
        ],
    ),
    (
        "Greek",
        "Άννα Ρουίθ",
        [
            "Υπουργείο Έργων",
            "24 Νοε 2026, 10:42 +01:00",
            "Εγκρίνω το έγγραφο",
        ],
    ),
    (
        "Cyrillic",
        "Анна Руис",
        [
            "Министерство работ",
            "24 ноя 2026, 10:42 +01:00",
            "Утверждаю документ",
        ],
    ),
    (
        "Arabic",
        "آنا رويز",
        [
            "وزارة الأشغال العامة",
            "24 نوفمبر 2026، 10:42",
            "أوافق على هذا المستند",
        ],
    ),
    (
        "Hebrew",
        "חנה רואיז",
        [
            "משרד העבודה",
            "24 בנובמבר 2026, 10:42",
            "אני מאשרת (סופית) מסמך זה",
        ],
    ),
    (
        "Devanagari",
        "अना रुइज़",
        [
            "लोक निर्माण मंत्रालय",
            "24 नवंबर 2026, 10:42",
            "मैं स्वीकृति की पुष्टि करती हूँ, क्षत्रिय",
        ],
    ),
    (
        "Thai",
        "อานา รุยซ์",
        ["กระทรวงโยธาธิการ", "24 พ.ย. 2569 10:42", "ที่นี่ น้ำดื่ม ผู้ใหญ่ ปั๊ม"],
    ),
    (
        "mixed",
        "Ana Ruiz أنا رويز",
        [
            "Invoice فاتورة رقم 123 (paid)",
            "24 Nov 2026, 10:42 +01:00",
            "דוח Q3-2026 v1.2",
        ],
    ),
    (
        "CJK",
        "王小明",
        [
            "東京都港区役所",
            "2026年11月24日 10:42",
            "承認いたします。승인합니다",
        ],
    ),
];

/// A font for Chinese, Japanese and Korean, where the machine has one.
pub(crate) fn cjk() -> Option<FontFile> {
    let path = Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc");
    let bytes: Arc<[u8]> = fs::read(path).ok()?.into();
    Some(FontFile::new(bytes, 0).unwrap())
}

/// The plain look in a script; `None` where the machine lacks its font.
pub(crate) fn in_script(script: &str) -> Option<Look> {
    let (_, name, lines) = SCRIPTS.into_iter().find(|(known, ..)| *known == script)?;
    let look = Look::new(name, lines.map(str::to_owned));
    if script == "CJK" {
        return Some(look.with_font(cjk()?));
    }
    Some(look)
}

pub(crate) fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let picture = image::RgbaImage::from_fn(width, height, |x, y| image::Rgba(pixel(x, y)));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A blue disc that fades into nothing.
pub(crate) fn disc() -> Vec<u8> {
    png(240, 240, |x, y| {
        let distance = (f64::from(x) - 120.0).hypot(f64::from(y) - 120.0);
        let alpha = ((118.0 - distance) / 40.0).clamp(0.0, 1.0) * 255.0;
        [30, 80, 170, alpha as u8]
    })
}

pub(crate) fn strokes() -> Vec<Vec<[f64; 2]>> {
    let wave = (0..60).map(|step| {
        let t = f64::from(step) / 4.0;
        [t * 12.0, 40.0 - 30.0 * (t * 1.3).sin() * (1.0 - t / 20.0)]
    });
    let under = (0..20).map(|step| [f64::from(step) * 9.0, 85.0 - f64::from(step % 5)]);
    vec![wave.collect(), under.collect(), vec![[190.0, 20.0]]]
}

pub(crate) const EMBLEM: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 120">
<defs><linearGradient id="sea" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#2a6fdb"/>
<stop offset=".6" stop-color="#0b3a8f"/><stop offset="1" stop-color="#061d49"/></linearGradient>
<radialGradient id="sun"><stop offset="0" stop-color="#fff2a8"/><stop offset="1" stop-color="#f0a020"/>
</radialGradient><clipPath id="oval"><ellipse cx="100" cy="60" rx="95" ry="55"/></clipPath></defs>
<g clip-path="url(#oval)"><rect width="200" height="120" fill="url(#sea)"/>
<circle cx="150" cy="38" r="20" fill="url(#sun)"/>
<path d="M0 90 Q25 70 50 90 T100 90 T150 90 T200 90 V120 H0Z" fill="#fff" fill-opacity=".35"/></g>
<ellipse cx="100" cy="60" rx="95" ry="55" fill="none" stroke="#1a1a1a" stroke-width="4"
 stroke-dasharray="14 5" stroke-linecap="round"/>
<text x="100" y="70" font-size="30" font-weight="bold" text-anchor="middle" fill="white">ΑΩ ministry</text>
</svg>"##;

/// What `pdftotext` reads on a sheet, line by line.
fn read(sheet: &[u8]) -> Vec<String> {
    let file = temporary(sheet);
    let output = Command::new("pdftotext")
        .arg(file.path())
        .arg("-")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let is_mark = |c: char| ('\u{202A}'..='\u{202E}').contains(&c) || c == '\u{c}';
    let lines = text.lines().map(|line| line.replace(is_mark, ""));
    let lines = lines.map(|line| line.trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

fn fonts(sheet: &[u8]) -> String {
    let file = temporary(sheet);
    let output = Command::new("pdffonts").arg(file.path()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn text_of_every_script_is_read_from_a_look_as_it_was_written() {
    for (script, name, lines) in SCRIPTS {
        let Some(look) = in_script(script) else {
            continue;
        };
        // poppler guesses at the order of numbers among words that are read from the right, and
        // turns the two letters of a ligature round; neither can be helped from here.
        let is_guessed = |line: &str| {
            let rtl = line.contains(|c| ('א'..='ي').contains(&c));
            rtl && line.contains(|c: char| c.is_ascii_digit())
        };
        let ligatures = |line: &str| line.contains("لأ") || line.contains("لى");
        let keep = |line: &&str| !is_guessed(line) && !ligatures(line);
        let found = read(&sheet(&look, 360.0, 120.0).unwrap());
        let wanted: Vec<&str> = std::iter::once(name).chain(lines).filter(keep).collect();
        assert!(!wanted.is_empty(), "{script}");
        // It also guesses at spaces, by the gaps between glyphs: behind a narrow mark there is one.
        let close = |line: &str| line.replace(' ', "");
        for line in wanted {
            let is_read = found.iter().any(|read| close(read) == close(line));
            assert!(is_read, "{line} in {found:#?}");
        }
    }
}

#[test]
fn a_ligature_that_is_read_from_the_right_is_said_as_it_is_read() {
    let look = Look::new("لأ", Vec::new());
    let plain = crate::tools::qpdf(&sheet(&look, 100.0, 40.0).unwrap(), &["--qdf"]);
    let plain = String::from_utf8_lossy(&plain).into_owned();
    assert!(plain.contains("<06440623>"), "lam, then alef with hamza");
}

#[test]
fn every_font_is_embedded_and_subset_and_can_be_read_back() {
    for (script, ..) in SCRIPTS {
        let Some(look) = in_script(script) else {
            continue;
        };
        let sheet = sheet(&look, 360.0, 120.0).unwrap();
        assert!(sheet.len() < 120_000, "{script}: {} bytes", sheet.len());
        assert_eq!(qpdf_check(&sheet), Check::Clean, "{script}");
        let fonts = fonts(&sheet);
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!rows.is_empty());
        for row in rows {
            assert!(row.get(6..7) == Some("+"), "a subset has a tag: {row}");
            let columns: Vec<&str> = row.split_whitespace().rev().collect();
            assert_eq!(columns.get(2..5), Some(&["yes"; 3][..]), "{script}: {row}");
        }
    }
}

#[test]
fn a_character_without_a_font_is_refused_by_name() {
    let look = Look::new("Ana", ["ok".to_owned(), "to 王 and 李".to_owned()]);
    let error = sheet(&look, 200.0, 60.0).unwrap_err();
    assert_eq!(error.to_string(), "no font has the character '王' (U+738B)");
    assert_eq!(without_font(&look).unwrap(), ['王', '李']);
}

#[test]
fn the_box_that_is_asked_for_is_large_enough() {
    let border = || Border::new(1.5, Colour::INK).unwrap();
    let art = || Artwork::read(&disc()).unwrap();
    let long = || {
        Look::new(
            "Ana Ruiz",
            ["a long line of many words to be set".to_owned()],
        )
    };
    for (what, look) in [
        ("plain", long()),
        ("border", long().with_border(border())),
        ("left", long().with_artwork(art(), ArtworkPlace::Left)),
        ("above", long().with_artwork(art(), ArtworkPlace::Above)),
        ("behind", long().with_artwork(art(), ArtworkPlace::Behind)),
    ] {
        let Err(Error::BoxTooSmall { width, height }) = sheet(&look, 12.0, 6.0) else {
            panic!("{what} fits a box in which nothing can be read");
        };
        sheet(&look, width, height).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

#[test]
fn greys_are_device_greys_and_colours_are_calibrated_unless_a_document_wants_otherwise() {
    let uses = |look: &Look, constraints: Constraints| {
        let sheet = sheet_within(look, constraints, 200.0, 70.0).unwrap();
        let plain = crate::tools::qpdf(&sheet, &["--qdf", "--object-streams=disable"]);
        let text = String::from_utf8_lossy(&plain).into_owned();
        ["DeviceRGB", "ICCBased", "/SMask", "/ca ", "/Transparency"]
            .map(|word| text.replace("/Alternate /DeviceRGB", "").contains(word))
    };
    let art = |bytes: &[u8]| {
        Look::new("Ana", Vec::new()).with_artwork(Artwork::read(bytes).unwrap(), ArtworkPlace::Left)
    };
    let none = [false; 5];
    let plain = Look::new("Ana", ["24 Nov 2026".to_owned()]);
    assert_eq!(uses(&plain, Constraints::default()), none);
    for (look, seen_through) in [
        (art(&disc()), [true, false]),
        (art(EMBLEM.as_bytes()), [false, true]),
    ] {
        let within = |ink, transparency| {
            let foreign = Foreign::Allowed;
            uses(
                &look,
                Constraints {
                    ink,
                    transparency,
                    foreign,
                },
            )
        };
        let [mask, opacity] = seen_through;
        assert_eq!(
            within(Ink::Srgb, Transparency::Allowed),
            [false, true, mask, opacity, false]
        );
        assert_eq!(
            within(Ink::DeviceRgb, Transparency::Allowed),
            [true, false, mask, opacity, false]
        );
        assert_eq!(
            within(Ink::Calibrated, Transparency::Flattened),
            [false, true, false, false, false]
        );
        assert_eq!(within(Ink::Grey, Transparency::Flattened), none);
    }
}

#[test]
fn a_page_of_a_pdf_is_drawn_and_not_where_a_document_allows_nothing_foreign() {
    let page = sheet(&in_script("Arabic").unwrap(), 200.0, 60.0).unwrap();
    let artwork = Artwork::read(&page).unwrap();
    let look = Look::new("Ana", Vec::new()).with_artwork(artwork, ArtworkPlace::Left);
    let drawn = sheet(&look, 200.0, 60.0).unwrap();
    assert_eq!(qpdf_check(&drawn), Check::Clean);
    assert!(read(&drawn).iter().any(|line| line.contains("المستند")));
    let constraints = Constraints {
        foreign: Foreign::Refused,
        ..Constraints::default()
    };
    let refused = sheet_within(&look, constraints, 200.0, 60.0);
    assert!(matches!(refused, Err(Error::Artwork { .. })));
}

fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[A-Za-zäöüßñÅfi]{1,14}",
        "[Α-Ρα-ω]{1,9}",
        "[А-Яа-я]{1,9}",
        "[ا-غف-ي]{1,9}",
        "[א-ת]{1,9}",
        "[क-ह][ा-ौ]?[क-ह]्[क-ह]",
        "[ก-ฮ][ัิ-ู]?[่-๋]?",
        "[0-9(),.:/-]{1,8}",
    ];
    proptest::collection::vec(word, 1..6).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_leaves_its_box(
        name in words(),
        lines in proptest::collection::vec(words(), 0..4),
        width in 20.0..300.0_f64,
        height in 12.0..120.0_f64,
        centred in any::<bool>(),
    ) {
        let alignment = if centred { Alignment::Centre } else { Alignment::Start };
        let lines = lines.iter().map(|line| Line::new(LineStyle::Plain, line));
        let look = Look::of_lines([Line::new(LineStyle::Name, &name)].into_iter().chain(lines))
            .with_alignment(alignment);
        // Drawn on a page with a margin: what left the box of the form would be cut.
        match pdf::appearance::extent(&look, width, height) {
            Ok([left, bottom, right, top]) => {
                prop_assert!(left >= 0.0 && bottom >= 0.0, "{left} {bottom}");
                prop_assert!(right <= width && top <= height, "{right} {top}");
            }
            Err(Error::BoxTooSmall { .. }) => {}
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
