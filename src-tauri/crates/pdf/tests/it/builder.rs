//! Small PDFs, written by hand so that they can be wrong on purpose.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use pdf::{
    Document, Look, PageNumber, Password, Placement, Result, Revision, ShownRect, SignatureDetails,
    SignatureField,
};

/// A document of numbered objects and a cross-reference table.
#[derive(Clone)]
pub(crate) struct Pdf {
    objects: BTreeMap<u32, String>,
    trailer: String,
}

impl Pdf {
    /// Catalog 1, page tree 2, one page 3 with content 4.
    pub(crate) fn new() -> Self {
        let content = "0.8 g 10 10 20 20 re f";
        Self {
            objects: BTreeMap::new(),
            trailer: String::new(),
        }
        .object(1, "<</Type/Catalog/Pages 2 0 R>>")
        .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
        .page("/MediaBox[0 0 300 200]")
        .object(
            4,
            &format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
        )
    }

    /// Puts an object in place of the one with that number.
    pub(crate) fn object(mut self, number: u32, body: &str) -> Self {
        self.objects.insert(number, body.to_owned());
        self
    }

    /// Replaces the page's attributes.
    pub(crate) fn page(self, attributes: &str) -> Self {
        let page = format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<>>{attributes}>>");
        self.object(3, &page)
    }

    /// Replaces the catalog's attributes.
    pub(crate) fn catalog(self, attributes: &str) -> Self {
        self.object(1, &format!("<</Type/Catalog/Pages 2 0 R{attributes}>>"))
    }

    /// Adds entries to the trailer.
    pub(crate) fn trailer(mut self, entries: &str) -> Self {
        self.trailer.push_str(entries);
        self
    }

    /// Header and objects, with the offset of each.
    pub(crate) fn body(&self) -> (Vec<u8>, BTreeMap<u32, usize>) {
        let mut bytes = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let mut offsets = BTreeMap::new();
        for (number, body) in &self.objects {
            offsets.insert(*number, bytes.len());
            bytes.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        (bytes, offsets)
    }

    /// The whole file.
    pub(crate) fn build(&self) -> Vec<u8> {
        let (mut bytes, offsets) = self.body();
        let at = bytes.len();
        let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
        for (number, offset) in &offsets {
            table.push_str(&format!("{number} 1\n{offset:010} 00000 n \n"));
        }
        let size = offsets.keys().max().unwrap() + 1;
        table.push_str(&format!(
            "trailer\n<</Size {size}/Root 1 0 R{}>>\n",
            self.trailer
        ));
        table.push_str(&format!("startxref\n{at}\n%%EOF\n"));
        bytes.extend_from_slice(table.as_bytes());
        bytes
    }

    /// The file with its tail written by `tail` from the offsets and where it starts.
    pub(crate) fn build_with(
        &self,
        tail: impl Fn(&BTreeMap<u32, usize>, usize) -> String,
    ) -> Vec<u8> {
        let (mut bytes, offsets) = self.body();
        let tail = tail(&offsets, bytes.len());
        bytes.extend_from_slice(tail.as_bytes());
        bytes
    }
}

pub(crate) fn open(bytes: &[u8]) -> Result<Document> {
    Document::open(Arc::new(bytes.to_vec()))
}

pub(crate) fn look(name: &str) -> Look {
    Look::new(name, ["24 Nov 2026, 10:42 +01:00".to_owned()])
}

/// On the first page.
pub(crate) fn visible(x: f64, y: f64, width: f64, height: f64) -> Placement {
    let rect = ShownRect::new(x, y, width, height).unwrap();
    Placement::Visible {
        page: PageNumber::FIRST,
        rect,
        look: look("Ana Ruiz"),
    }
}

pub(crate) fn invisible() -> Placement {
    Placement::Invisible {
        page: PageNumber::FIRST,
    }
}

/// What signing gave: the file and the field's name and byte range.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) name: String,
    pub(crate) byte_range: [u64; 4],
}

/// Signs with zeros.
pub(crate) fn sign(bytes: &[u8], placement: &Placement) -> Result<Signed> {
    sign_document(&open(bytes)?, placement)
}

pub(crate) fn sign_document(document: &Document, placement: &Placement) -> Result<Signed> {
    sign_with(document, placement, 512, |_| Vec::new())
}

/// Opens with a password.
pub(crate) fn open_with(bytes: &[u8], password: &str) -> Result<Document> {
    let password = Password::new(password.to_owned());
    Document::open_with(Arc::new(bytes.to_vec()), Some(&password))
}

/// Signs with what `make` gives for the covered bytes.
pub(crate) fn sign_with(
    document: &Document,
    placement: &Placement,
    reserved: usize,
    make: impl FnOnce(&[u8]) -> Vec<u8>,
) -> Result<Signed> {
    sign_field(
        document,
        |revision| revision.add_signature_field(placement),
        reserved,
        None,
        make,
    )
}

/// Fills an empty field of an opened document.
pub(crate) fn fill_document(document: &Document, name: &str) -> Result<Signed> {
    let field = |revision: &mut Revision| revision.fill_signature_field(name, &look("Ana Ruiz"));
    sign_field(document, field, 512, Some("Gesehen: ü"), |_| Vec::new())
}

/// Fills an empty signature field with zeros.
pub(crate) fn fill(bytes: &[u8], name: &str) -> Result<Signed> {
    fill_for(bytes, name, None)
}

/// The same, for a reason.
pub(crate) fn fill_for(bytes: &[u8], name: &str, reason: Option<&str>) -> Result<Signed> {
    let field = |revision: &mut Revision| revision.fill_signature_field(name, &look("Ana Ruiz"));
    sign_field(&open(bytes)?, field, 512, reason, |_| Vec::new())
}

pub(crate) fn sign_field(
    document: &Document,
    field: impl FnOnce(&mut Revision) -> Result<SignatureField>,
    reserved: usize,
    reason: Option<&str>,
    make: impl FnOnce(&[u8]) -> Vec<u8>,
) -> Result<Signed> {
    let mut revision = Revision::begin(document)?;
    let field = field(&mut revision)?;
    let details = SignatureDetails {
        sub_filter: "ETSI.CAdES.detached",
        digest: "SHA256",
        signing_time: 1_795_513_327,
        offset_minutes: 60,
        name: Some("Ana Ruíz (legal) \\".to_owned()),
        reason: reason.map(str::to_owned),
        location: None,
        revision_id: [7; 16],
        extension: None,
    };
    let unsigned = revision.lay_out(&field, &details, reserved)?;
    let byte_range = unsigned.byte_range();
    let mut bytes = Cursor::new(Vec::new());
    let mut covered = Vec::new();
    unsigned.write_to(&mut bytes, &mut |chunk| covered.extend_from_slice(chunk))?;
    unsigned.complete(&make(&covered))?.write_to(&mut bytes)?;
    Ok(Signed {
        bytes: bytes.into_inner(),
        name: field.name,
        byte_range,
    })
}

/// The file as text, for looking into what was appended.
pub(crate) fn appended(input: &[u8], output: &[u8]) -> String {
    String::from_utf8_lossy(&output[input.len()..]).into_owned()
}
