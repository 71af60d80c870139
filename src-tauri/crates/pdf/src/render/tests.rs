//! With the real library: beside the test binary's folder, or where `CHANCERY_PDFIUM` says.

use std::{env, fs, thread};

use image::ImageFormat;
use tempfile::TempDir;

use super::*;

/// Opens with the password `opensesame`; a page of 20 by 10 points, made by `qpdf --encrypt`.
const PASSWORD_NEEDED: &[u8] = include_bytes!("password_needed.pdf");

const WHITE: [u8; 4] = [255, 255, 255, 255];
const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const NOTHING: [u8; 4] = [0, 0, 0, 0];

/// The folder with the library: `target/debug` for a test in `target/debug/deps`.
fn library_dir() -> PathBuf {
    env::var_os("CHANCERY_PDFIUM").map_or_else(
        || {
            let test = env::current_exe().expect("a running test has a path");
            test.ancestors()
                .nth(2)
                .expect("a test lies in target/debug/deps")
                .to_owned()
        },
        PathBuf::from,
    )
}

fn renderer() -> Renderer {
    Renderer::start(&library_dir())
        .unwrap_or_else(|error| panic!("run `cargo xtask setup`: {error}"))
}

/// A PDF with these objects, the first of them its catalog, and an xref table.
fn pdf(objects: &[&str]) -> Vec<u8> {
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let start = file.len();
    let size = objects.len() + 1;
    file += &format!("{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    file.into_bytes()
}

/// One page of 20 by 10 points with a box of 5 by 5 in its lower left corner.
fn corner(color: &str) -> Vec<u8> {
    let content = format!("{color} rg 0 0 5 5 re f");
    pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 20 10]/Contents 4 0 R>>",
        &format!(
            "<</Length {}>>\nstream\n{content}\nendstream",
            content.len()
        ),
    ])
}

fn saved(folder: &TempDir, name: &str, pdf: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, pdf).unwrap();
    path
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn scale(pixels_per_point: f64) -> Scale {
    Scale::new(pixels_per_point).unwrap()
}

/// The pixel at a column and row, from the top left.
fn pixel(picture: &Picture, column: usize, row: usize) -> [u8; 4] {
    let at = (row * picture.width() as usize + column) * picture::PIXEL;
    picture.as_rgba()[at..at + picture::PIXEL]
        .try_into()
        .unwrap()
}

#[test]
fn a_page_is_drawn_at_the_scale_asked_for() {
    let folder = folder();
    let path = saved(&folder, "red.pdf", &corner("1 0 0"));
    let document = renderer().open(&path).unwrap();
    let picture = document.page(PageNumber::FIRST, scale(3.0)).unwrap();
    assert_eq!((picture.width(), picture.height()), (60, 30));
    assert_eq!(pixel(&picture, 2, 27), RED, "lower left, where the box is");
    assert_eq!(pixel(&picture, 2, 2), WHITE, "upper left");
    assert_eq!(pixel(&picture, 57, 27), WHITE, "lower right");
}

#[test]
fn a_page_is_shown_cropped_and_turned() {
    let folder = folder();
    let turned = pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/CropBox[10 20 110 50]/Rotate 90>>",
    ]);
    let path = saved(&folder, "turned.pdf", &turned);
    let document = renderer().open(&path).unwrap();
    let size = document.page_size(PageNumber::FIRST).unwrap();
    assert_eq!(
        size,
        PageSize {
            width: 30.0,
            height: 100.0
        }
    );
}

#[test]
fn the_appearance_of_a_signature_is_drawn() {
    let folder = folder();
    let content = "1 0 0 rg 0 0 10 5 re f";
    let signed = pdf(&[
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 20 10]/Annots[4 0 R]>>",
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature)/F 132/P 3 0 R/Rect[10 0 20 5]/AP<</N 5 0 R>>/V<</Type/Sig>>>>",
        &format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 10 5]/Length {}>>\nstream\n{content}\nendstream",
            content.len()
        ),
    ]);
    let path = saved(&folder, "signed.pdf", &signed);
    let document = renderer().open(&path).unwrap();
    let picture = document.page(PageNumber::FIRST, scale(1.0)).unwrap();
    assert_eq!(pixel(&picture, 15, 7), RED, "inside the widget");
    assert_eq!(pixel(&picture, 5, 7), WHITE, "beside it");
}

#[test]
fn the_paper_of_a_sheet_is_transparent() {
    let picture = renderer().sheet(corner("0 0 1"), scale(2.0)).unwrap();
    assert_eq!(pixel(&picture, 2, 17), BLUE);
    assert_eq!(pixel(&picture, 30, 2), NOTHING);
}

#[test]
fn a_sheet_has_one_page() {
    let two = pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 9 9]>>",
        "<</Type/Page/Parent 2 0 R>>",
        "<</Type/Page/Parent 2 0 R>>",
    ]);
    let error = renderer().sheet(two, scale(1.0)).unwrap_err();
    assert!(matches!(error, Error::NotOneSheet { pages: 2 }), "{error}");
}

#[test]
fn webp_and_png_hold_the_same_pixels() {
    let picture = renderer().sheet(corner("0 0 1"), scale(4.0)).unwrap();
    for (format, file) in [
        (ImageFormat::WebP, picture.to_webp().unwrap()),
        (ImageFormat::Png, picture.to_png().unwrap()),
    ] {
        let decoded = image::load_from_memory_with_format(&file, format)
            .unwrap()
            .to_rgba8();
        assert_eq!(decoded.as_raw(), picture.as_rgba(), "{format:?}");
    }
}

#[test]
fn a_picture_beyond_the_limits_is_refused_before_it_is_drawn() {
    let folder = folder();
    let path = saved(&folder, "page.pdf", &corner("1 0 0"));
    let document = renderer().open(&path).unwrap();
    // 20 by 10 points: the side is too long first, then the area, then it fits.
    for too_large in [1e300, f64::from(MAX_SIDE) / 20.0 + 1.0, 600.0] {
        let error = document
            .page(PageNumber::FIRST, scale(too_large))
            .unwrap_err();
        assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    }
    let smallest = document.page(PageNumber::FIRST, scale(1e-9)).unwrap();
    assert_eq!((smallest.width(), smallest.height()), (1, 1));
}

#[test]
fn a_scale_is_a_number_above_zero() {
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Scale::new(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_page_that_is_not_there_is_named() {
    let folder = folder();
    let path = saved(&folder, "page.pdf", &corner("1 0 0"));
    let document = renderer().open(&path).unwrap();
    assert_eq!(document.pages(), 1);
    for missing in [2, u32::MAX] {
        let page = PageNumber::new(missing).unwrap();
        let error = document.page(page, scale(1.0)).unwrap_err();
        assert!(
            matches!(error, Error::NoSuchPage { page: told, pages: 1 } if told == page),
            "{error}"
        );
    }
    assert_eq!(PageNumber::new(0), None);
}

#[test]
fn a_file_that_needs_a_password_says_so() {
    let folder = folder();
    let path = saved(&folder, "locked.pdf", PASSWORD_NEEDED);
    let error = renderer().open(&path).unwrap_err();
    assert!(matches!(error, Error::PasswordNeeded), "{error}");
}

#[test]
fn what_is_no_pdf_is_refused() {
    let folder = folder();
    for (name, bytes) in [("empty.pdf", &b""[..]), ("text.pdf", b"Dear Ada,")] {
        let error = renderer().open(&saved(&folder, name, bytes)).unwrap_err();
        assert!(matches!(error, Error::NotAPdf(_)), "{name}: {error}");
    }
}

#[test]
fn what_is_no_file_is_unreadable() {
    let folder = folder();
    for path in [folder.path().to_owned(), folder.path().join("absent.pdf")] {
        let error = renderer().open(&path).unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    }
}

#[test]
fn a_file_replaced_on_disk_is_drawn_anew() {
    let folder = folder();
    let path = saved(&folder, "page.pdf", &corner("1 0 0"));
    let document = renderer().open(&path).unwrap();
    let before = document.page(PageNumber::FIRST, scale(1.0)).unwrap();
    // Of another length, so that the two differ by more than a clock may tell.
    fs::write(&path, corner("0.0 0.0 1.0")).unwrap();
    let after = document.page(PageNumber::FIRST, scale(1.0)).unwrap();
    assert_eq!(pixel(&before, 2, 7), RED);
    assert_eq!(pixel(&after, 2, 7), BLUE);
}

#[test]
fn a_file_cut_short_while_open_gives_no_picture_of_old_bytes() {
    let folder = folder();
    let path = saved(&folder, "page.pdf", &corner("1 0 0"));
    let document = renderer().open(&path).unwrap();
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .and_then(|file| file.set_len(40))
        .unwrap();
    assert!(document.page(PageNumber::FIRST, scale(1.0)).is_err());
}

#[test]
fn more_files_than_stay_open_can_be_drawn() {
    let folder = folder();
    let renderer = renderer();
    let documents: Vec<_> = (0..20)
        .map(|number| {
            let path = saved(&folder, &format!("{number}.pdf"), &corner("1 0 0"));
            renderer.open(&path).unwrap()
        })
        .collect();
    for document in &documents {
        let picture = document.page(PageNumber::FIRST, scale(1.0)).unwrap();
        assert_eq!(pixel(&picture, 2, 7), RED);
    }
}

#[test]
fn closing_one_handle_leaves_another_on_the_same_file_usable() {
    let folder = folder();
    let path = saved(&folder, "page.pdf", &corner("1 0 0"));
    let [first, second] = [(); 2].map(|()| renderer().open(&path).unwrap());
    first.close().unwrap();
    assert!(second.page(PageNumber::FIRST, scale(1.0)).is_ok());
}

#[test]
fn many_threads_can_ask_at_once() {
    let folder = folder();
    let path = saved(&folder, "page.pdf", &corner("1 0 0"));
    let document = renderer().open(&path).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let picture = document.page(PageNumber::FIRST, scale(1.0)).unwrap();
                assert_eq!(pixel(&picture, 2, 7), RED);
            });
        }
    });
}

#[test]
fn a_panic_while_drawing_ends_neither_the_thread_nor_the_program() {
    let renderer = renderer();
    let error = renderer
        .ask::<()>(|_| panic!("as a library might"))
        .unwrap_err();
    assert!(matches!(error, Error::Crashed), "{error}");
    assert!(renderer.sheet(corner("1 0 0"), scale(1.0)).is_ok());
}

#[test]
fn a_missing_library_is_named_with_what_to_do() {
    let folder = folder();
    let error = worker::spawn(&folder.path().join("libpdfium.so"), sync_channel(1).1).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("cargo xtask setup"), "{message}");
}

#[test]
fn a_process_draws_with_one_library() {
    let first = renderer();
    let other = folder();
    let error = Renderer::start(other.path()).unwrap_err();
    assert!(matches!(error, Error::OtherLibrary { .. }), "{error}");
    assert!(first.sheet(corner("1 0 0"), scale(1.0)).is_ok());
}
