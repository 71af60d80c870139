//! Two revisions of a file, drawn and compared page by page.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::organisation::programs;

/// Twelve pages, each with its number, and a second revision that changes the last and adds one.
fn two_revisions() -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    let content = |words: &str| {
        let content = format!("BT /F1 24 Tf 72 700 Td ({words}) Tj ET");
        format!(
            "<</Length {}>>\nstream\n{content}\nendstream",
            content.len()
        )
    };
    let page = |content: u32| {
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {content} 0 R\
             /Resources<</Font<</F1 3 0 R>>>>>>"
        )
    };
    let tree = |pages: u32| {
        let kids: String = (0..pages)
            .map(|page| format!("{} 0 R ", 10 + page))
            .collect();
        format!("<</Type/Pages/Kids[{kids}]/Count {pages}>>")
    };
    let mut objects = vec![
        (1, "<</Type/Catalog/Pages 2 0 R>>".to_owned()),
        (2, tree(12)),
        (
            3,
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        ),
    ];
    for number in 0..12 {
        objects.push((10 + number, page(40 + number)));
        objects.push((40 + number, content(&format!("Page {}", number + 1))));
    }
    let mut append = |file: &mut Vec<u8>, objects: &[(u32, String)], previous: &str| {
        offsets.clear();
        for (number, body) in objects {
            offsets.push((*number, file.len()));
            file.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        let start = file.len();
        let entries = offsets.iter();
        let entries: String = entries
            .map(|(number, at)| format!("{number} 1\n{at:010} 00000 n \n"))
            .collect();
        let tail = format!(
            "xref\n0 1\n0000000000 65535 f \n{entries}trailer\n<</Size 99/Root 1 0 R{previous}>>\n\
             startxref\n{start}\n%%EOF\n"
        );
        file.extend_from_slice(tail.as_bytes());
        start
    };
    let first = append(&mut file, &objects, "");
    let changed = [
        (51, content("Page 13")),
        (2, tree(13)),
        (22, page(52)),
        (52, content("Added")),
    ];
    append(&mut file, &changed, &format!("/Prev {first}"));
    file
}

fn compare(file: &Path, more: &[&str]) -> Value {
    let mut command = Command::new(programs().join("chancery"));
    let folder = file.parent().unwrap();
    command.arg("--home").arg(folder.join("home")).arg("--json");
    let output = command
        .arg("compare")
        .arg(file)
        .args(more)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn pages_that_look_different_are_told_and_drawn_however_many_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let (file, pictures) = (folder.path().join("a.pdf"), folder.path().join("pictures"));
    fs::write(&file, two_revisions()).unwrap();
    let said = compare(&file, &["--pictures", pictures.to_str().unwrap()]);
    assert_eq!(
        (&said["pages_before"], &said["pages_after"]),
        (&12.into(), &13.into())
    );
    let pages = said["pages"].as_array().unwrap();
    let numbers: Vec<_> = pages
        .iter()
        .map(|page| page["page"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [12, 13], "behind the tenth page, too");
    // One digit: the place is round it and nothing else.
    let place: Vec<f64> = serde_json::from_value(pages[0]["places"][0].clone()).unwrap();
    assert!(
        place[0] > 72.0 && place[2] < 40.0 && place[3] < 40.0,
        "{place:?}"
    );
    assert!(place[1] < 705.0 && place[1] + place[3] > 715.0, "{place:?}");
    let whole: Vec<f64> = serde_json::from_value(pages[1]["places"][0].clone()).unwrap();
    assert_eq!(whole, [0.0, 0.0, 595.0, 842.0]);
    let mut drawn: Vec<_> = fs::read_dir(&pictures)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    drawn.sort();
    assert_eq!(
        drawn,
        [
            "page-12-after.png",
            "page-12-before.png",
            "page-13-after.png"
        ]
    );
    let same = compare(&file, &["--from", "2", "--to", "2"]);
    assert_eq!(same["pages"], Value::Array(vec![]));
}

/// One page with a layer that is only printed and a note that is only seen, and a revision that changes
/// what one of them says.
fn printed_otherwise(changed: u32) -> Vec<u8> {
    let stream = |entries: &str, content: &str| {
        format!(
            "<<{entries}/Length {}>>\nstream\n{content}\nendstream",
            content.len()
        )
    };
    let words = |words: &str| format!("BT /F1 24 Tf 2 10 Td ({words}) Tj ET");
    let form = |said: &str| {
        let entries = "/Type/XObject/Subtype/Form/BBox[0 0 200 40]\
                       /Resources<</Font<</F1 3 0 R>>>>";
        stream(entries, &words(said))
    };
    let objects = vec![
        "<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[7 0 R]/D<</ON[]/OFF[7 0 R]\
         /AS[<</Event/Print/Category[/Print]/OCGs[7 0 R]>>]>>>>>>"
            .to_owned(),
        "<</Type/Pages/Kids[4 0 R]/Count 1>>".to_owned(),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Annots[6 0 R 10 0 R]\
         /Resources<</XObject<</X 9 0 R>>/Properties<</L 7 0 R>>>>>>"
            .to_owned(),
        stream("", "/OC /L BDC q 1 0 0 1 72 600 cm /X Do Q EMC"),
        // Print and NoView.
        "<</Type/Annot/Subtype/Stamp/F 36/Rect[72 400 272 440]/AP<</N 8 0 R>>>>".to_owned(),
        "<</Type/OCG/Name(Paper)/Usage<</Print<</PrintState/ON>>>>>>".to_owned(),
        form("Stamped"),
        form("Layer"),
        // Not Print.
        "<</Type/Annot/Subtype/Stamp/F 0/Rect[72 200 272 240]/AP<</N 11 0 R>>>>".to_owned(),
        form("Seen"),
    ];
    let mut file = b"%PDF-1.7\n".to_vec();
    let append = |file: &mut Vec<u8>, objects: &[(usize, String)], previous: &str| {
        let mut entries = String::new();
        for (number, body) in objects {
            entries += &format!("{number} 1\n{:010} 00000 n \n", file.len());
            file.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        let start = file.len();
        let tail = format!(
            "xref\n0 1\n0000000000 65535 f \n{entries}trailer\n<</Size 12/Root 1 0 R{previous}>>\n\
             startxref\n{start}\n%%EOF\n"
        );
        file.extend_from_slice(tail.as_bytes());
        start
    };
    let numbered: Vec<_> = (1..).zip(objects).collect();
    let first = append(&mut file, &numbered, "");
    let another = [(changed as usize, form("Other"))];
    append(&mut file, &another, &format!("/Prev {first}"));
    file
}

#[test]
fn what_is_only_printed_is_told_and_what_is_only_seen_is_told_as_that() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    let boxes = |changed| {
        fs::write(&file, printed_otherwise(changed)).unwrap();
        let said = compare(&file, &[]);
        let count = |key: &str| said["pages"][0][key].as_array().map_or(0, Vec::len);
        (count("places") > 0, count("printed") > 0)
    };
    assert_eq!(boxes(8), (false, true), "a stamp for paper");
    assert_eq!(boxes(11), (true, false), "a stamp for the screen");
    assert_eq!(boxes(9), (false, true), "a layer for paper");
}
