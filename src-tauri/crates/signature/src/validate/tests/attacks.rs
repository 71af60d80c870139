//! What somebody without the key can do to a signed document, and what another signer does.

use super::*;

/// A page with text, a text field and an empty signature field; object 99 is named and not there.
pub(super) fn form() -> Vec<u8> {
    let content = "BT /F1 24 Tf 72 700 Td (Hello, world) Tj ET";
    build(&[
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 7 0 R]/DA(/Helv 0 Tf)>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[4 0 R 99 0 R]\
         /Resources<</Font<</F1 5 0 R>>>>/Annots 8 0 R>>",
        &format!(
            "<</Length {}>>\nstream\n{content}\nendstream",
            content.len()
        ),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/V(100)/Rect[72 600 200 620]/P 3 0 R>>",
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(Approval)/Rect[300 600 480 660]/P 3 0 R>>",
        "[6 0 R 7 0 R]",
        // Hidden, in that no page shows it.
        "<</Type/Annot/Subtype/FreeText/Contents(Pay 1000)/Rect[72 690 300 730]>>",
    ])
}

pub(super) fn build(objects: &[&str]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let (start, size) = (file.len(), objects.len() + 1);
    let trailer = format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(table.as_bytes());
    file.extend_from_slice(trailer.as_bytes());
    file
}

pub(super) fn signed_form() -> Vec<u8> {
    signed_with_chain(&form(), &[ca().certificate()])
}

/// The body of an object as it was last written.
pub(super) fn body(file: &[u8], number: u32) -> String {
    let text = String::from_utf8_lossy(file);
    let head = format!("\n{number} 0 obj\n");
    let start = text.rfind(&head).unwrap() + head.len();
    let rest = &text[start..];
    rest[..rest.find("\nendobj").unwrap()].to_owned()
}

/// What an entry of the appended table says.
pub(super) enum New<'a> {
    Body(&'a str),
    Free,
}

/// Appends a revision.
pub(super) fn with_objects(
    file: &[u8],
    objects: &[(u32, New<'_>)],
    root: u32,
    end: &str,
) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let previous = text.rsplit("startxref\n").next().unwrap();
    let previous: usize = previous.lines().next().unwrap().parse().unwrap();
    let mut out = file.to_vec();
    let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
    for (number, new) in objects {
        match new {
            New::Body(body) => {
                table.push_str(&format!("{number} 1\n{:010} 00000 n \n", out.len()));
                out.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
            }
            New::Free => table.push_str(&format!("{number} 1\n0000000000 00001 f \n")),
        }
    }
    let start = out.len();
    out.extend_from_slice(
        format!(
            "{table}trailer\n<</Size 200/Root {root} 0 R/Prev {previous}>>\nstartxref\n{start}\n{end}"
        )
        .as_bytes(),
    );
    out
}

pub(super) fn update(file: &[u8], objects: &[(u32, &str)]) -> Vec<u8> {
    let objects: Vec<_> = objects
        .iter()
        .map(|(number, body)| (*number, New::Body(body)))
        .collect();
    with_objects(file, &objects, 1, "%%EOF\n")
}

/// Asserts that the first signature, intact as it is, is changed afterwards, and why.
#[track_caller]
pub(super) fn changed(file: &[u8], why: &str) {
    let validation = judged(file);
    let mut signatures = validation.signatures.iter();
    let first = signatures.find(|signature| signature.intact.is_some());
    let first = first.expect("the signed bytes are as they were");
    let words: Vec<_> = first.findings.iter().map(ToString::to_string).collect();
    assert_eq!(first.headline, Headline::Changed, "{words:?}");
    assert!(
        words.iter().any(|words| words.contains(why)),
        "{why:?} is not in {words:?}"
    );
    assert!(validation.headline >= Headline::Changed);
}

#[test]
fn shadow_page_content_after_signature() {
    let file = signed_form();
    let evil = "<</Length 45>>\nstream\nBT /F1 24 Tf 72 700 Td (Goodbye, world) Tj ET\nendstream";
    changed(&update(&file, &[(4, evil)]), "page 1 was changed");
    let page = body(&file, 3).replace("[4 0 R 99 0 R]", " 180 0 R");
    changed(
        &update(&file, &[(3, &page), (180, evil)]),
        "page 1 was changed",
    );
}

#[test]
fn page_resources_after_signature() {
    let file = signed_form();
    let font = "<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>";
    changed(&update(&file, &[(5, font)]), "page 1 was changed");
}

#[test]
fn an_object_that_was_missing_is_supplied() {
    let file = signed_form();
    let evil = "<</Length 30>>\nstream\nBT /F1 24 Tf 9 9 Td (x) Tj ET \nendstream";
    changed(&update(&file, &[(99, evil)]), "was added");
}

#[test]
fn annotation_over_the_text_after_signature() {
    let file = signed_form();
    let annots = body(&file, 8);
    let note = "<</Type/Annot/Subtype/FreeText/Contents(x)/Rect[72 690 300 730]>>";
    let longer = annots.replace(']', " 180 0 R]");
    changed(
        &update(&file, &[(8, &longer), (180, note)]),
        "annotations on page 1",
    );
    // One that was in the signed file already, and not shown.
    let longer = annots.replace(']', " 9 0 R]");
    changed(&update(&file, &[(8, &longer)]), "annotations on page 1");
    let shorter = annots.replace("6 0 R", "");
    changed(&update(&file, &[(8, &shorter)]), "");
    let page = body(&file, 3).replace("/Annots 8 0 R", "/Annots[180 0 R]");
    changed(
        &update(&file, &[(3, &page), (180, note)]),
        "annotations on page 1",
    );
}

#[test]
fn a_box_that_moves_after_signature() {
    let file = signed_form();
    let field = body(&file, 6).replace("[72 600", "[72 690");
    changed(
        &update(&file, &[(6, &field)]),
        "the form field Amount was changed",
    );
    let moved = body(&file, 7).replace("[300 600", "[72 690");
    changed(
        &update(&file, &[(7, &moved)]),
        "the form field Approval was changed",
    );
}

#[test]
fn freed_object_after_signature() {
    let file = signed_form();
    changed(
        &with_objects(&file, &[(4, New::Free)], 1, "%%EOF\n"),
        "object 4 0 was removed",
    );
}

#[test]
fn page_added_after_signature() {
    let file = signed_form();
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>";
    let tree = "<</Type/Pages/Kids[3 0 R 180 0 R]/Count 2>>";
    changed(
        &update(&file, &[(2, tree), (180, page)]),
        "pages were added",
    );
}

#[test]
fn revision_without_its_end() {
    let file = signed_form();
    for end in ["", "%%EO", "%%EOF\n% more\n"] {
        changed(&with_objects(&file, &[], 1, end), "no complete revision");
    }
    let white_space = judged(&with_objects(&file, &[], 1, "%%EOF\n\n\n"));
    assert_eq!(white_space.headline, Headline::Valid, "nobody reads it");
    let mut file = file;
    file.extend_from_slice(b"180 0 obj\n<<>>\nendobj\n%%EOF\n");
    changed(&file, "no complete revision");
}

#[test]
fn another_catalog_or_an_action_in_it() {
    let file = signed_form();
    let catalog = body(&file, 1);
    let other = [(180, New::Body(&catalog))];
    let moved = judged(&with_objects(&file, &other, 180, "%%EOF\n"));
    assert_eq!(moved.headline, Headline::Valid, "it says the same");
    let acting = catalog.replace("/Type", "/OpenAction<</S/JavaScript/JS(x)>>/Type");
    changed(&update(&file, &[(1, &acting)]), "OpenAction");
    let redrawn = catalog.replace("/DA(", "/NeedAppearances true/DA(");
    changed(&update(&file, &[(1, &redrawn)]), "the form was changed");
}

#[test]
fn a_smaller_size_hides_objects_from_strict_readers() {
    let file = signed_form();
    let update = update(&file, &[]);
    let at = update.len() - file.len();
    let tail = String::from_utf8_lossy(&update[file.len()..]).replace("/Size 200", "/Size 4  ");
    assert_eq!(tail.len(), at);
    changed(&[file.as_slice(), tail.as_bytes()].concat(), "written anew");
}

#[test]
fn the_look_of_a_later_signature_replaced() {
    let once = signed_form();
    let twice = signed_with_chain(&once, &[ca().certificate()]);
    let text = String::from_utf8_lossy(&twice).into_owned();
    let widget = text.rfind("/T<").unwrap();
    let head = text[..widget].rfind(" 0 obj").unwrap();
    let number = text[..head].rsplit('\n').next().unwrap();
    let number: u32 = number.parse().unwrap();
    let evil = body(&twice, number).replace("/AP<</N ", "/AP<</N 180 0 R/D ");
    assert!(evil.contains("180 0 R"), "{evil}");
    let look = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 3>>\nstream\nq Q\nendstream";
    let file = update(&twice, &[(number, &evil), (180, look)]);
    assert_eq!(headlines(&file), [Headline::Changed; 2]);
}

#[test]
fn a_key_twice_is_read_in_two_ways() {
    let file = signed_form();
    let page = body(&file, 3);
    let twice = page.replace("/Type", "/Contents 9 0 R/Type");
    changed(&update(&file, &[(3, &twice)]), "two ways");
}

#[test]
fn a_new_field_explains_nothing_unless_a_signature_that_holds_is_in_it() {
    let file = signed_form();
    let form = body(&file, 1).replace("]/DA(", " 180 0 R]/DA(");
    let annots = body(&file, 8).replace(']', " 180 0 R]");
    let field = |entries: &str| {
        format!(
            "<</Type/Annot/Subtype/Widget/T(New)/Rect[72 690 300 730]/P 3 0 R\
             /AP<</N 181 0 R>>{entries}>>"
        )
    };
    let look = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 3>>\nstream\nq Q\nendstream";
    let value = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached\
                 /ByteRange[0 1 2 3]/Contents<00>>>";
    let with = |field: &str| {
        let objects = [
            (1, form.as_str()),
            (8, &annots),
            (180, field),
            (181, look),
            (182, value),
        ];
        update(&file, &objects)
    };
    for entries in [
        "/FT/Tx/V(x)",
        "/FT/Sig",
        "/FT/Sig/V 5 0 R",
        "/FT/Sig/V 182 0 R/AA<<>>",
    ] {
        changed(&with(&field(entries)), "not a signature");
    }
    let twin = field("/FT/Sig/V 182 0 R").replace("(New)", "(Amount)");
    changed(&with(&twin), "not a signature");
    let copied = field("/FT/Sig/V 182 0 R").replace("181 0 R", "4 0 R");
    changed(&with(&copied), "not a signature");
    changed(&with(&field("/FT/Sig/V 182 0 R")), "does not hold");
}

#[test]
fn a_list_that_is_also_the_content_of_a_page_is_not_extended() {
    let mut objects: Vec<String> = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    ]
    .map(str::to_owned)
    .to_vec();
    objects.push(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots 4 0 R>>".to_owned(),
    );
    objects.push("[]".to_owned());
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let once = signed_with_chain(&build(&objects), &[]);
    let twice = signed_with_chain(&once, &[]);
    let first = &judged(&twice).signatures[0];
    assert_eq!(first.headline, Headline::Changed, "{:?}", first.findings);
}

pub(super) fn fill(file: &[u8], name: &str) -> Vec<u8> {
    let field = |revision: &mut Revision| revision.fill_signature_field(name, &look());
    let chain = [ca().certificate()];
    let waiting = prepared_in(file, &ada(), &chain, Level::BB, field).unwrap();
    let value = key().sign(waiting.prepared.digest());
    waiting.complete(&value)
}

pub(super) fn headlines(file: &[u8]) -> Vec<Headline> {
    let signatures = judged(file).signatures;
    signatures
        .iter()
        .map(|signature| signature.headline)
        .collect()
}

#[test]
fn filling_an_empty_signature_field_is_allowed_and_so_are_further_fields() {
    let once = signed_form();
    let twice = fill(&once, "Approval");
    let allowed = Headline::ValidChangedAsAllowed;
    assert_eq!(headlines(&twice), [allowed, Headline::Valid]);
    let thrice = signed_with_chain(&twice, &[ca().certificate()]);
    assert_eq!(headlines(&thrice), [allowed, allowed, Headline::Valid]);
    // In the other order, too.
    let twice = signed_with_chain(&fill(&form(), "Approval"), &[ca().certificate()]);
    assert_eq!(headlines(&twice), [allowed, Headline::Valid]);
    // A change behind the second is one to both.
    let evil = update(&thrice, &[(5, "<<>>")]);
    assert_eq!(headlines(&evil), [Headline::Changed; 3]);
}

#[test]
fn an_update_that_changes_nothing_is_allowed() {
    let file = signed_form();
    let (page, catalog) = (body(&file, 3), body(&file, 1));
    let proof = catalog.replace("/Type", "/DSS 180 0 R/Type");
    let dss = "<</Type/DSS/Certs[]>>";
    for objects in [
        vec![(3, page.as_str())],
        vec![(1, proof.as_str()), (180, dss)],
    ] {
        let file = update(&file, &objects);
        assert_eq!(headlines(&file), [Headline::Valid]);
    }
}

#[test]
fn a_signature_that_locks_everything_is_changed_by_another() {
    // Locked by what the field says, which the second signer passed over.
    for lock in [
        "/Action/All",
        "/Action/Include/Fields[(Second)]",
        "/Action/Include/Fields[]/P 1",
    ] {
        let lock = format!("/T(Approval)/Lock<</Type/SigFieldLock{lock}>>");
        let objects: Vec<String> = (1..=9)
            .map(|number| body(&form(), number).replace("/T(Approval)", &lock))
            .collect();
        let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
        let once = fill(&build(&objects), "Approval");
        assert_eq!(headlines(&once), [Headline::Valid]);
        let form = body(&once, 1).replace("[6 0 R 7 0 R", "[6 0 R 7 0 R 180 0 R");
        let field = "<</FT/Sig/T(Second)/Rect[0 0 0 0]/V 181 0 R>>";
        let value = "<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>";
        let file = update(&once, &[(1, &form), (180, field), (181, value)]);
        changed(&file, "forbids it");
    }
}
