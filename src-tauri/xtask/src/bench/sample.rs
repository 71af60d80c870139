//! A PDF of one page and 16 KB.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

/// A grey picture that does not compress, by a generator that anybody can run again (MMIX).
fn noise(bytes: usize) -> Vec<u8> {
    let mut state: u64 = 7;
    (0..bytes)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        })
        .collect()
}

/// Writes it: a page, its content, and a picture (ISO 32000-1 §7.5).
pub(super) fn write(path: &Path) -> Result<()> {
    const WIDTH: usize = 128;
    const HEIGHT: usize = 120;
    let content = b"q 500 0 0 700 40 60 cm /I Do Q";
    let picture = noise(WIDTH * HEIGHT);
    let stream = |dictionary: String, content: &[u8]| {
        let mut object =
            format!("<<{dictionary}/Length {}>>\nstream\n", content.len()).into_bytes();
        object.extend(content);
        object.extend(b"\nendstream");
        object
    };
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 5 0 R>>>>\
          /Contents 4 0 R>>"
            .to_vec(),
        stream(String::new(), content),
        stream(
            format!(
                "/Type/XObject/Subtype/Image/Width {WIDTH}/Height {HEIGHT}\
                 /ColorSpace/DeviceGray/BitsPerComponent 8"
            ),
            &picture,
        ),
    ];
    let mut file = b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", file.len())?;
        file.extend(format!("{} 0 obj\n", index + 1).bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let start = file.len();
    file.extend(table.bytes());
    file.extend(
        format!(
            "trailer\n<</Size {}/Root 1 0 R/ID[<00112233445566778899aabbccddeeff>\
             <00112233445566778899aabbccddeeff>]>>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        )
        .bytes(),
    );
    Ok(fs::write(path, file)?)
}
