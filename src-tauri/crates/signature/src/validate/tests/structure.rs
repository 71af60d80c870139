//! Revisions that hide in the structure of the file: undone, unlisted, without their end, or seen by
//! some readers alone.

use super::attacks::{body, changed, headlines, signed_form, update, with_objects};
use super::*;

fn evil() -> &'static str {
    "<</Length 45>>\nstream\nBT /F1 24 Tf 72 700 Td (Goodbye, world) Tj ET\nendstream"
}

/// Replaces the first occurrence behind the signed revision.
fn behind(signed: &[u8], file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let tail = String::from_utf8_lossy(&file[signed.len()..]).into_owned();
    assert!(tail.contains(from), "{from} is not in {tail}");
    [signed, tail.replacen(from, to, 1).as_bytes()].concat()
}

#[test]
fn a_change_that_a_later_revision_undoes_is_seen() {
    let file = signed_form();
    let content = body(&file, 4);
    let undone = update(&update(&file, &[(4, evil())]), &[(4, &content)]);
    changed(&undone, "page 1 was changed");
    let validation = judged(&undone);
    let allowed: Vec<_> = validation.revisions.iter().map(|one| one.allowed).collect();
    assert_eq!(allowed, [true, true, false, false]);
    assert_eq!(
        validation.revisions[2].what[0].to_string(),
        "page 1 was changed"
    );
    let signed_by = validation.revisions[1].signed_by.as_deref();
    assert_eq!(
        signed_by,
        Some(validation.signatures[0].field.name.as_str())
    );
}

#[test]
fn a_revision_that_the_next_one_leaves_out_is_seen() {
    let file = signed_form();
    let hidden = update(&file, &[(4, evil())]);
    // The next update goes on from the signed revision, as if the one between were not there.
    let next = update(&hidden, &[]);
    let previous = |file: &[u8]| {
        let text = String::from_utf8_lossy(file).into_owned();
        let last = text.rsplit("startxref\n").next().unwrap().to_owned();
        last.lines().next().unwrap().to_owned()
    };
    let (skip, to) = (previous(&hidden), previous(&file));
    let next = behind(
        &hidden,
        &next,
        &format!("/Prev {skip}"),
        &format!("/Prev {to:0>width$}", width = skip.len()),
    );
    changed(&next, "no complete revision");
}

#[test]
fn an_update_without_its_end_before_one_that_is_whole_is_seen() {
    let file = signed_form();
    for end in ["", "%%EO\n", "startxref\n1\n%%EOF\n"] {
        let cut = with_objects(&file, &[], 1, end);
        let whole = update(&cut, &[]);
        let validation = judged(&whole);
        assert_eq!(validation.headline, Headline::Changed, "{end:?}");
    }
    // The table alone, without startxref.
    let cut = behind(&file, &update(&file, &[]), "startxref", "% tartxref");
    assert_eq!(headlines(&update(&cut, &[])), [Headline::Changed]);
}

#[test]
fn objects_that_no_section_names_are_seen() {
    let file = signed_form();
    let updated = update(&file, &[(180, "<<>>")]);
    let twice = behind(
        &file,
        &updated,
        "180 0 obj",
        "4 0 obj\n(unlisted)\nendobj\n180 0 obj",
    );
    changed_or_broken(&twice);
    // In a place the section does not name, before its objects and behind its trailer.
    for (at, put) in [
        ("startxref", "4 0 obj\n(x)\nendobj\nstartxref"),
        ("startxref", "%%EOF\nstartxref"),
        ("startxref", "startxref\n9\nstartxref"),
        ("startxref", "%PDF-1.4\nstartxref"),
        ("trailer", "trailer\n<</Size 200/Root 180 0 R>>\ntrailer"),
    ] {
        changed_or_broken(&behind(&file, &updated, at, put));
    }
}

#[track_caller]
fn changed_or_broken(file: &[u8]) {
    let headline = judged(file).headline;
    assert!(headline >= Headline::Changed, "{headline:?}");
}

#[test]
fn sections_that_readers_read_in_two_ways_are_seen() {
    let file = signed_form();
    let updated = update(&file, &[(180, "<<>>")]);
    for (from, to) in [
        (
            "<</Size 200/Root 1 0 R",
            "<</Size 200/Root 180 0 R/Root 1 0 R",
        ),
        ("180 1\n", "180 1\n0000000009 00000 n \n180 1\n"),
        ("/Root 1 0 R", "/Root 1 0 R/XRefStm 15"),
    ] {
        changed_or_broken(&behind(&file, &updated, from, to));
    }
}

#[test]
fn the_signature_taken_from_the_permissions_or_a_layer_switched_is_a_change() {
    let file = signed_form();
    for (entry, told) in [
        ("/Perms<</DocMDP 180 0 R>>", "the document's entry"),
        ("/OCProperties<</OCGs[]/D<</OFF[]>>>>", "layers"),
        ("/Names<</JavaScript<<>>>>", "the document's entry"),
        ("/AA<<>>", "the document's entry"),
        ("/Collection<<>>", "the document's entry"),
    ] {
        let catalog = body(&file, 1).replace("/Type", &format!("{entry}/Type"));
        changed(&update(&file, &[(1, &catalog), (180, "<<>>")]), told);
    }
}

#[test]
fn a_later_signature_whose_box_covers_the_page_is_a_change_and_over_another_field_is_told() {
    let file = signed_form();
    let later = |rect: ShownRect| {
        let placement = Placement::Visible {
            page: PageNumber::FIRST,
            rect,
            look: look(),
        };
        let field = |revision: &mut Revision| revision.add_signature_field(&placement);
        let waiting = prepared_in(&file, &ada(), &[], Level::BB, field).unwrap();
        let value = key().sign(waiting.prepared.digest());
        waiting.complete(&value)
    };
    changed(
        &later(ShownRect::new(0.0, 0.0, 595.0, 842.0).unwrap()),
        "covers most of page 1",
    );
    // Over the amount.
    let over = later(ShownRect::new(60.0, 590.0, 180.0, 60.0).unwrap());
    let first = &judged(&over).signatures[0];
    assert_eq!(
        first.headline,
        Headline::ValidChangedAsAllowed,
        "{:?}",
        first.findings
    );
    let codes: Vec<_> = first.findings.iter().map(Finding::code).collect();
    assert!(codes.contains(&"later_signature_over_another"), "{codes:?}");
}

#[test]
fn objects_prepared_before_signing_and_put_into_use_later_are_seen() {
    // Object 9 is in the signed file and shown by nothing.
    let file = signed_form();
    let page = body(&file, 3).replace("[4 0 R 99 0 R]", "[4 0 R 9 0 R] ");
    changed(&update(&file, &[(3, &page)]), "page 1 was changed");
    let swapped = body(&file, 9);
    changed(&update(&file, &[(4, &swapped)]), "page 1 was changed");
    // One revision puts it into the file, the next one into use.
    let stored = update(&file, &[(180, evil())]);
    let page = body(&file, 3).replace("[4 0 R 99 0 R]", " 180 0 R");
    changed(&update(&stored, &[(3, &page)]), "page 1 was changed");
    let stored = update(&file, &[(180, "<</Kids[181 0 R]>>")]);
    changed(&update(&stored, &[(181, evil())]), "was added");
}

#[test]
fn each_of_many_revisions_is_judged_by_itself() {
    let mut file = signed_form();
    let mut signed = 1;
    for turn in 0..6 {
        if turn % 2 == 0 {
            file = signed_with_chain(&file, &[]);
            signed += 1;
        } else {
            let amount = body(&file, 6);
            let value = amount.find("/V(").unwrap();
            let amount = format!(
                "{}/V({turn}{}",
                &amount[..value],
                &amount[amount.find(")/Rect").unwrap()..]
            );
            let next = update(&file, &[(6, &amount)]);
            file = behind(&file, &next, "/Size 200", &format!("/Size 9{turn}99"));
        }
    }
    let validation = judged(&file);
    assert_eq!(validation.signatures.len(), signed);
    assert_eq!(validation.headline, Headline::ValidChangedAsAllowed);
    assert_eq!(validation.revisions.len(), 8);
    let evil = update(&file, &[(5, "<<>>")]);
    assert_eq!(headlines(&evil), vec![Headline::Changed; signed]);
}

#[test]
fn boxes_that_lie_about_their_page_or_their_size_are_changes() {
    let file = signed_form();
    let later = |rect: &str, page: &str| {
        let field = format!(
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(New)/Rect[{rect}]{page}/V 182 0 R/AP<</N 181 0 R>>>>"
        );
        let look = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 3>>\nstream\nq Q\nendstream";
        let value = "<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>";
        let form = body(&file, 1).replace("]/DA(", " 180 0 R]/DA(");
        let annots = body(&file, 8).replace(']', " 180 0 R]");
        update(
            &file,
            &[
                (1, &form),
                (8, &annots),
                (180, &field),
                (181, look),
                (182, value),
            ],
        )
    };
    changed(&later("0 0 595 500", ""), "covers most of page 1");
    changed(&later("0 0 595 500", "/P 3 0 R"), "covers most of page 1");
    changed(
        &later("0 0 9999999999 9999999999", "/P 3 0 R"),
        "form field New was changed",
    );
    changed(&later("0 0 (x) 99", ""), "form field New was changed");
    // Not those of one signature alone: two halves are a whole.
    let half = |file: &[u8], y: f64| {
        let placement = Placement::Visible {
            page: PageNumber::FIRST,
            rect: ShownRect::new(0.0, y, 595.0, 300.0).unwrap(),
            look: look(),
        };
        let field = |revision: &mut Revision| revision.add_signature_field(&placement);
        let waiting = prepared_in(file, &ada(), &[], Level::BB, field).unwrap();
        let value = key().sign(waiting.prepared.digest());
        waiting.complete(&value)
    };
    let once = half(&file, 0.0);
    assert_eq!(judged(&once).headline, Headline::ValidChangedAsAllowed);
    changed(&half(&once, 400.0), "covers most of page 1");
}
