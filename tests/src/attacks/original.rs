//! Documents that were properly signed, from which the attacks are made.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Cursor;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use pdf::{
    Certification, Document, LockedFields, Look, PageNumber, Placement, Revision, ShownRect,
    SignatureDetails, SignatureField,
};
use sha2::{Digest, Sha256};

use super::cms::{Cms, Signer};
use super::signer::{Key, Party, Terms};
use super::update::{last, stream};

/// Room for a signature, in bytes.
const RESERVED: usize = 6000;

/// The authority that is trusted, and who signs.
#[derive(Debug, Clone)]
pub struct People {
    /// The only anchor.
    pub root: Party,
    /// Who signs properly.
    pub ada: Party,
    /// Somebody nobody vouches for.
    pub mallory: Party,
}

impl Default for People {
    fn default() -> Self {
        let root = Party::root(&Terms::authority("Test Root"), Key::from_seed(1));
        let ada = root.issue(&Terms::person("Ada Lovelace"), Key::from_seed(2));
        let mallory = Party::root(&Terms::person("Ada Lovelace"), Key::from_seed(66));
        Self { root, ada, mallory }
    }
}

impl People {
    /// Ada's signature over a digest, with her authority's certificate.
    #[must_use]
    pub fn sign(&self, digest: &[u8]) -> Vec<u8> {
        Cms::of(Signer::honest(&self.ada, digest), &[&self.ada, &self.root]).der()
    }
}

/// How the cross-references are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A table.
    Table,
    /// A stream, and the objects in a stream of objects where they may be.
    Streams,
}

/// Objects that are in the document for somebody who prepares an attack before it is signed, which
/// no page shows: what a page might consist of instead, an appearance, another catalog.
pub const PREPARED_CONTENT: u32 = 17;
/// An appearance that says another amount.
pub const PREPARED_APPEARANCE: u32 = 18;
/// Another catalog with another page.
pub const PREPARED_CATALOG: u32 = 25;

/// A contract of two pages: text, a form, layers, links, and what an attacker has prepared in it.
#[must_use]
pub fn contract(form: Form) -> Vec<u8> {
    let page = "/MediaBox[0 0 595 842]/CropBox[0 0 595 842]/Resources 6 0 R";
    let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 19 0 R>>";
    let form_of = "/Type/XObject/Subtype/Form/BBox[0 0 128 20]/Resources 6 0 R";
    let words = |text: &str| format!("BT /F1 18 Tf 4 4 Td ({text}) Tj ET");
    let page_words = |text: &str| {
        format!(
            "BT /F1 24 Tf 72 700 Td ({text}) Tj ET\n/OC /L1 BDC BT /F1 18 Tf 72 660 Td (Layer) Tj ET EMC\n/Logo Do"
        )
    };
    // The bytes of another object 5, which a table may name.
    let twin = format!(
        "5 0 obj\n{}\nendobj\n",
        stream("", &page_words("Pay 100000 EUR"))
    );
    let objects: Vec<String> = vec![
        "<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R/OCProperties 20 0 R/Metadata 22 0 R/Lang(en)>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R{page}/Contents[5 0 R]/Annots 9 0 R>>"),
        format!("<</Type/Page/Parent 2 0 R{page}/Contents 7 0 R>>"),
        stream("", &page_words("Pay 100 EUR")),
        "<</Font<</F1 8 0 R>>/Properties<</L1 21 0 R>>/XObject<</Logo 23 0 R>>>>".to_owned(),
        stream("", &page_words("Second page")),
        font.to_owned(),
        "[11 0 R 12 0 R 13 0 R 14 0 R]".to_owned(),
        "<</Fields[11 0 R 12 0 R]/DA(/F1 12 Tf)/DR 6 0 R/SigFlags 3>>".to_owned(),
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/V(100)/F 4/Rect[72 600 200 620]/P 3 0 R/AP<</N 15 0 R>>>>".to_owned(),
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(Approval)/F 4/Rect[300 600 480 660]/P 3 0 R>>".to_owned(),
        "<</Type/Annot/Subtype/Stamp/F 2/Rect[60 690 300 730]/P 3 0 R/AP<</N 16 0 R>>>>".to_owned(),
        "<</Type/Annot/Subtype/Link/Rect[72 500 200 520]/P 3 0 R/A<</S/URI/URI(https://example.org/)>>>>".to_owned(),
        stream(form_of, &words("100")),
        stream(form_of, &words("Pay 100000 EUR")),
        stream("", &format!("{}\n%\n{twin}", page_words("Pay 100000 EUR"))),
        stream(form_of, &words("100000")),
        stream("", "/CMapName /Words def"),
        "<</OCGs[21 0 R]/D<</Order[21 0 R]/ON[21 0 R]>>>>".to_owned(),
        "<</Type/OCG/Name(Layer)>>".to_owned(),
        stream("/Type/Metadata/Subtype/XML", "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'/><?xpacket end='w'?>"),
        stream(form_of, "0 0 1 rg 0 0 10 10 re f"),
        "<</Title(Contract)/Author(Ada)>>".to_owned(),
        "<</Type/Catalog/Pages 26 0 R/AcroForm 10 0 R>>".to_owned(),
        "<</Type/Pages/Kids[27 0 R]/Count 1>>".to_owned(),
        format!("<</Type/Page/Parent 26 0 R{page}/Contents 17 0 R>>"),
    ];
    match form {
        Form::Table => table(&objects),
        Form::Streams => streams(&objects),
    }
}

const HEADER: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
const ENTRIES: &str = "/Root 1 0 R/Info 24 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]";

fn table(objects: &[String]) -> Vec<u8> {
    let mut file = HEADER.to_vec();
    let size = objects.len() + 1;
    let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let start = file.len();
    let _ = write!(
        table,
        "trailer\n<</Size {size}{ENTRIES}>>\nstartxref\n{start}\n%%EOF\n"
    );
    file.extend_from_slice(table.as_bytes());
    file
}

/// A file of objects by their numbers; those between them are free, `free` as if it had been used.
pub(super) fn table_of(objects: &[(u32, String)], free: u32, entries: &str) -> Vec<u8> {
    let mut file = HEADER.to_vec();
    let size = free + 1;
    let mut places = BTreeMap::new();
    for (number, object) in objects {
        places.insert(*number, file.len());
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let start = file.len();
    let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n");
    for number in 1..size {
        let _ = match places.get(&number) {
            Some(place) => writeln!(table, "{place:010} 00000 n "),
            None => writeln!(table, "0000000000 00001 f "),
        };
    }
    let _ = write!(
        table,
        "trailer\n<</Size {size}{entries}>>\nstartxref\n{start}\n%%EOF\n"
    );
    file.extend_from_slice(table.as_bytes());
    file
}

/// All but streams in one stream of objects.
fn streams(objects: &[String]) -> Vec<u8> {
    let mut file = HEADER.to_vec();
    let mut entries: BTreeMap<u32, (u8, u32, u16)> = BTreeMap::new();
    entries.insert(0, (0, 0, 65535));
    let (mut heads, mut bodies) = (String::new(), String::new());
    let offset = |file: &Vec<u8>| u32::try_from(file.len()).expect("a small file");
    let (container, section) = (objects.len() + 1, objects.len() + 2);
    let number = |index: usize| u32::try_from(index).expect("a few objects");
    for (object, index) in objects.iter().zip(1..) {
        if object.contains("endstream") {
            entries.insert(number(index), (1, offset(&file), 0));
            file.extend_from_slice(format!("{index} 0 obj\n{object}\nendobj\n").as_bytes());
        } else {
            let place = u16::try_from(heads.split_whitespace().count() / 2).expect("a few objects");
            entries.insert(number(index), (2, number(container), place));
            let _ = write!(heads, "{index} {} ", bodies.len());
            bodies.push_str(object);
            bodies.push('\n');
        }
    }
    entries.insert(number(container), (1, offset(&file), 0));
    let count = heads.split_whitespace().count() / 2;
    let body = stream(
        &format!("/Type/ObjStm/N {count}/First {}", heads.len()),
        &(heads + &bodies),
    );
    file.extend_from_slice(format!("{container} 0 obj\n{body}\nendobj\n").as_bytes());
    let start = offset(&file);
    entries.insert(number(section), (1, start, 0));
    let mut data = Vec::new();
    for (kind, second, third) in entries.values() {
        data.push(*kind);
        data.extend_from_slice(&second.to_be_bytes());
        data.extend_from_slice(&third.to_be_bytes());
    }
    let (size, length) = (section + 1, data.len());
    let head = format!(
        "{section} 0 obj\n<</Type/XRef/W[1 4 2]/Size {size}{ENTRIES}/Length {length}>>\nstream\n"
    );
    file.extend_from_slice(head.as_bytes());
    file.extend_from_slice(&data);
    file.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
    file
}

/// A document encrypted for everybody to open, by qpdf.
///
/// # Panics
/// If qpdf cannot.
#[must_use]
pub fn encrypted(file: &[u8], folder: &Path) -> Vec<u8> {
    let (open, locked) = (folder.join("open.pdf"), folder.join("locked.pdf"));
    std::fs::write(&open, file).expect("it is written");
    let status = Command::new("qpdf")
        .args(["--encrypt", "", "owner", "256", "--"])
        .args([&open, &locked])
        .status();
    assert!(status.is_ok_and(|status| status.success()), "install qpdf");
    std::fs::read(&locked).expect("it was written")
}

/// A document whose signature is still to be put in.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The file.
    pub file: Vec<u8>,
    /// The array of `/ByteRange`, with the room behind it.
    pub byte_range: Range<usize>,
    /// The string of `/Contents`, from `<` to behind `>`.
    pub contents: Range<usize>,
}

impl Waiting {
    /// The newest signature of a file, as if it were not there yet.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn of(file: &[u8]) -> Self {
        let key = "/Contents<";
        let start = last(file, key).expect("a signature") + key.len() - 1;
        let length = file[start..]
            .iter()
            .position(|byte| *byte == b'>')
            .expect("an end")
            + 1;
        let key = "/ByteRange";
        let slot = last(file, key).expect("a byte range") + key.len();
        Self {
            file: file.to_vec(),
            byte_range: slot..start - "/Contents".len(),
            contents: start..start + length,
        }
    }

    /// Lays a field with the details of a signature out in a document.
    ///
    /// # Panics
    /// If the document does not take it.
    #[must_use]
    pub fn lay_out(
        file: &[u8],
        field: impl FnOnce(&mut Revision) -> pdf::Result<SignatureField>,
    ) -> Self {
        let document = Document::open(Arc::new(file.to_vec())).expect("a document");
        let mut revision = Revision::begin(&document).expect("a revision");
        let field = field(&mut revision).expect("a field");
        let details = SignatureDetails {
            sub_filter: "ETSI.CAdES.detached",
            digest: "SHA256",
            signing_time: 1_795_513_327,
            offset_minutes: 60,
            name: Some("Ada Lovelace".to_owned()),
            reason: None,
            location: None,
            revision_id: [7; 16],
            extension: None,
        };
        let unsigned = revision
            .lay_out(&field, &details, RESERVED)
            .expect("it fits");
        let mut out = Cursor::new(Vec::new());
        unsigned.write_to(&mut out, &mut |_| {}).expect("memory");
        Self::of(&out.into_inner())
    }

    /// SHA-256 over what the honest byte range covers.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        self.digest_of(&[0..self.contents.start, self.contents.end..self.file.len()])
    }

    /// SHA-256 over some ranges.
    #[must_use]
    pub fn digest_of(&self, ranges: &[Range<usize>]) -> Vec<u8> {
        let mut digest = Sha256::new();
        for range in ranges {
            digest.update(&self.file[range.clone()]);
        }
        digest.finalize().to_vec()
    }

    /// The four numbers of the honest byte range.
    #[must_use]
    pub fn ranges(&self) -> [usize; 4] {
        let Range { start, end } = self.contents;
        [0, start, end, self.file.len() - end]
    }

    /// With another text in the place of the byte range, as long as its room.
    ///
    /// # Panics
    /// If it is longer.
    #[must_use]
    pub fn with_byte_range(mut self, text: &str) -> Self {
        let slot = self.byte_range.clone();
        assert!(text.len() <= slot.len(), "{text} fits");
        self.file[slot.clone()].fill(b' ');
        self.file[slot.start..slot.start + text.len()].copy_from_slice(text.as_bytes());
        self
    }

    /// With the signature put in, zeros behind it.
    ///
    /// # Panics
    /// If it does not fit.
    #[must_use]
    pub fn complete(self, der: &[u8]) -> Vec<u8> {
        let digits: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
        self.with_digits(&digits)
    }

    /// With some text put in behind `<`, zeros behind it.
    ///
    /// # Panics
    /// If it does not fit.
    #[must_use]
    pub fn with_digits(mut self, digits: &str) -> Vec<u8> {
        let inner = self.contents.start + 1..self.contents.end - 1;
        assert!(digits.len() <= inner.len(), "it fits");
        self.file[inner.clone()].fill(b'0');
        self.file[inner.start..inner.start + digits.len()].copy_from_slice(digits.as_bytes());
        self.file
    }
}

/// A new field in a box on the first page.
///
/// # Errors
/// As [`Revision::add_signature_field`].
pub fn visible(revision: &mut Revision) -> pdf::Result<SignatureField> {
    revision.add_signature_field(&Placement::Visible {
        page: PageNumber::FIRST,
        rect: ShownRect::new(36.0, 36.0, 180.0, 60.0)?,
        look: look(),
    })
}

/// A new field that is not shown.
///
/// # Errors
/// As [`Revision::add_signature_field`].
pub fn invisible(revision: &mut Revision) -> pdf::Result<SignatureField> {
    revision.add_signature_field(&Placement::Invisible {
        page: PageNumber::FIRST,
    })
}

/// The prepared field.
///
/// # Errors
/// As [`Revision::fill_signature_field`].
pub fn approval(revision: &mut Revision) -> pdf::Result<SignatureField> {
    revision.fill_signature_field("Approval", &look())
}

/// A new field that certifies.
pub fn certifying(
    certification: Certification,
) -> impl FnOnce(&mut Revision) -> pdf::Result<SignatureField> {
    move |revision| {
        let mut field = visible(revision)?;
        revision.certify(&mut field, certification)?;
        Ok(field)
    }
}

/// A new field that locks all others.
///
/// # Errors
/// As [`Revision::lock`].
pub fn locking(revision: &mut Revision) -> pdf::Result<SignatureField> {
    let mut field = visible(revision)?;
    revision.lock(&mut field, &LockedFields::All)?;
    Ok(field)
}

fn look() -> Look {
    Look::new("Ada Lovelace", ["24 Nov 2026, 10:42 +01:00".to_owned()])
}
