//! The repository's own PDFs.

use std::path::PathBuf;

/// A contract of three pages with room for a signature on the first.
#[must_use]
pub fn agreement() -> PathBuf {
    fixture("pdf/agreement.pdf")
}

/// A page shown turned by 90 degrees, with a text field and an empty signature field for each of
/// `names`; the first is labelled `Sign here`.
#[must_use]
pub fn form(names: &[&str]) -> Vec<u8> {
    let first = 6;
    let field = |(name, number): (&&str, usize)| {
        let bottom = 80 + 120 * (number - first);
        let label = if number == first {
            "/TU(Sign here)"
        } else {
            ""
        };
        format!(
            "<</Type/Annot/Subtype/Widget/FT/Sig/T({name}){label}\
             /Rect[{bottom} 60 {} 240]/P 3 0 R/F 4>>",
            bottom + 60
        )
    };
    let fields: Vec<String> = names.iter().zip(first..).map(field).collect();
    let all = (5..first + names.len()).map(|number| format!("{number} 0 R "));
    let all: String = all.collect();
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{all}]>>>>"),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate 90/Contents 4 0 R\
             /Resources<<>>/Annots[{all}]>>"
        ),
        "<</Length 22>>\nstream\n0.8 g 10 10 20 20 re f\nendstream".to_owned(),
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/Rect[20 700 60 820]/P 3 0 R/F 4>>".to_owned(),
    ];
    objects.extend(fields);
    let mut file = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let size = objects.len() + 1;
    let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let start = file.len();
    let end = format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(table.as_bytes());
    file.extend_from_slice(end.as_bytes());
    file
}

/// A file below `tests/fixtures`.
///
/// # Panics
/// If it is not there.
#[must_use]
pub fn fixture(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    assert!(path.is_file(), "no fixture {}", path.display());
    path
}
