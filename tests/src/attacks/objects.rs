//! Objects, streams and cross-references that readers read in different ways.

use super::original::PREPARED_CONTENT;
use super::update::{Update, body, first, last, replaced, start_of_section, stream};
use super::{Attack, Originals};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let originals_of = originals.numbered();
    for original in originals_of
        .iter()
        .filter(|original| original.name != "streams")
    {
        for (name, file) in ambiguous(&original.file) {
            attacks.push(Attack::new(
                &format!("object-{name}-{}", original.name),
                file,
            ));
        }
    }
    for (name, file) in in_streams(&originals.streams) {
        attacks.push(Attack::new(&format!("object-{name}-streams"), file));
    }
    for (name, file) in in_encrypted(&originals.encrypted) {
        attacks.push(Attack::new(&format!("object-{name}-encrypted"), file));
    }
    for original in originals.all() {
        for (name, file) in bytes(&original.file) {
            attacks.push(Attack::new(&format!("byte-{name}-{}", original.name), file));
        }
    }
    attacks
}

type Files = Vec<(&'static str, Vec<u8>)>;

const EVIL: &str = "BT /F1 24 Tf 72 700 Td (Pay 100000 EUR) Tj ET";

fn ambiguous(signed: &[u8]) -> Files {
    let page = body(signed, 3);
    let update = || Update::of(signed);
    let evil = stream("", EVIL);
    let section = start_of_section(signed);
    let paged = |old: &str, new: &str| {
        update()
            .object(3, page.replace(old, new))
            .object(700, &evil)
    };
    vec![
        (
            "key-twice",
            paged("/Contents[5 0 R]", "/Contents 700 0 R/Contents[5 0 R]").write(),
        ),
        (
            "key-twice-the-other-way",
            paged("/Contents[5 0 R]", "/Contents[5 0 R]/Contents 700 0 R").write(),
        ),
        (
            "key-with-an-escape",
            paged("/Contents[5 0 R]", "/C#6Fntents 700 0 R/Contents[5 0 R]").write(),
        ),
        (
            "key-with-a-zero",
            paged("/Contents[5 0 R]", "/Contents#00 700 0 R/Contents[5 0 R]").write(),
        ),
        (
            "reference-of-another-generation",
            paged("[5 0 R]", "[5 1 R]").write(),
        ),
        (
            "number-twice-in-the-update",
            [
                &update().object(5, &evil).bodies()[..],
                &Update::of(signed).write()[signed.len()..],
            ]
            .concat(),
        ),
        (
            "of-a-new-generation",
            update().generation(1).object(5, &evil).write(),
        ),
        (
            "of-a-new-generation-of-the-page",
            update().generation(1).object(3, &page).write(),
        ),
        ("freed-and-used-again", {
            let once = update().free(5).write();
            Update::of(&once).generation(1).object(5, &evil).write()
        }),
        ("freed-and-used-again-as-it-was", {
            let once = update().free(5).write();
            Update::of(&once).object(5, &evil).write()
        }),
        ("freed-page", update().free(3).write()),
        (
            "freed-signature",
            update()
                .free(super::update::number_of(signed, "/Type/Sig/"))
                .write(),
        ),
        (
            "freed-field",
            update()
                .free(super::update::number_of(signed, "/T<"))
                .write(),
        ),
        (
            "entry-points-into-a-stream",
            update()
                .at(5, last(signed, "\n5 0 obj\n").expect("a twin") + 1)
                .write(),
        ),
        (
            "entry-points-at-another-object",
            update()
                .at(5, first(signed, "\n7 0 obj").expect("it") + 1)
                .write(),
        ),
        (
            "entry-points-beyond-the-file",
            update().at(5, 9_999_999).write(),
        ),
        ("entry-points-at-zero", update().at(5, 0).write()),
        (
            "entry-points-before-its-object",
            update()
                .at(5, first(signed, "\n5 0 obj").expect("it") - 1)
                .write(),
        ),
        (
            "stream-length-too-short",
            update()
                .object(
                    5,
                    evil.replace(&format!("/Length {}", EVIL.len()), "/Length 10"),
                )
                .write(),
        ),
        (
            "stream-length-too-long",
            update()
                .object(
                    5,
                    evil.replace(&format!("/Length {}", EVIL.len()), "/Length 9000"),
                )
                .write(),
        ),
        (
            "stream-length-negative",
            update()
                .object(
                    5,
                    evil.replace(&format!("/Length {}", EVIL.len()), "/Length -1"),
                )
                .write(),
        ),
        (
            "stream-length-refers-to-itself",
            update()
                .object(
                    5,
                    evil.replace(&format!("/Length {}", EVIL.len()), "/Length 5 0 R"),
                )
                .write(),
        ),
        (
            "stream-in-another-file",
            update()
                .object(5, evil.replace("<<", "<</F(evil.bin)"))
                .write(),
        ),
        (
            "stream-of-an-unknown-filter",
            update()
                .object(5, evil.replace("<<", "<</Filter/Evil"))
                .write(),
        ),
        (
            "comment-with-an-end",
            update()
                .object(5, &evil)
                .before_section("%%EOF\n% startxref\n")
                .write(),
        ),
        ("two-sections-of-one-number", {
            let once = update().object(5, &evil).write();
            replaced(&once, "trailer", "5 1\n0000000015 00000 n \ntrailer")
        }),
        ("section-that-counts-wrong", {
            let once = update().object(5, &evil).write();
            replaced(&once, "5 1\n", "5 9\n")
        }),
        ("section-of-negative-numbers", {
            let once = update().object(5, &evil).write();
            replaced(&once, "5 1\n", "-5 1\n")
        }),
        ("entries-of-19-bytes", {
            let once = update().object(5, &evil).write();
            replaced(&once, " 00000 n \n", " 00000 n\n")
        }),
        ("hybrid-of-an-evil-stream", hybrid(signed)),
        (
            "hybrid-that-leads-nowhere",
            update().object(700, "<<>>").trailer("/XRefStm 3").write(),
        ),
        (
            "previous-is-the-section-itself",
            update().previous(Some(signed.len())).write(),
        ),
        ("previous-in-a-loop", {
            let once = update().object(5, &evil).write();
            Update::of(&once)
                .previous(Some(start_of_section(&once)))
                .trailer(&format!("/Prev {section}"))
                .write()
        }),
        ("previous-negative", {
            let file = update().object(5, &evil).write();
            replaced(&file, &format!("/Prev {section}"), "/Prev -1")
        }),
        (
            "trailer-key-twice",
            update().object(5, &evil).trailer("/Root 25 0 R").write(),
        ),
        (
            "missing-object-is-supplied",
            update().object(PREPARED_CONTENT, &evil).write(),
        ),
        ("in-a-new-stream-of-objects", {
            let page = page.replace("5 0 R", "17 0 R");
            let packed = stream("/Type/ObjStm/N 1/First 4", &format!("3 0 {page}"));
            update()
                .object(700, packed)
                .in_stream(3, 700)
                .write_stream()
        }),
        ("in-a-new-stream-of-objects-unsaid", {
            let packed = stream("/Type/ObjStm/N 1/First 4", &format!("3 0 {page}"));
            update().object(700, packed).object(5, &evil).write_stream()
        }),
        (
            "header-in-the-update",
            update()
                .object(5, &evil)
                .before_section("%PDF-2.0\n")
                .write(),
        ),
    ]
}

/// A table that says nothing, and beside it a stream that says all, for readers that look there.
fn hybrid(signed: &[u8]) -> Vec<u8> {
    let with_stream = Update::of(signed)
        .object(5, stream("", EVIL))
        .size(900)
        .write_stream();
    let place = start_of_section(&with_stream);
    // The stream's own end is taken for bytes of no section.
    let cut = last(&with_stream, "startxref").expect("an end");
    let file = [
        &with_stream[..cut],
        format!("startxref\n{}\n%%EOF\n", start_of_section(signed)).as_bytes(),
    ]
    .concat();
    Update::of(&file)
        .size(900)
        .trailer(&format!("/XRefStm {place}"))
        .write_table()
}

fn in_streams(signed: &[u8]) -> Files {
    let evil = stream("", EVIL);
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/CropBox[0 0 595 842]/Resources 6 0 R/Contents[17 0 R]/Annots 9 0 R>>";
    let container = format!("3 0 {page}");
    let packed = stream("/Type/ObjStm/N 1/First 4", &container);
    vec![
        (
            "outside-of-its-stream",
            Update::of(signed).object(3, page).write(),
        ),
        (
            "content-replaced",
            Update::of(signed).object(5, &evil).write(),
        ),
        (
            "stream-of-objects-replaced",
            Update::of(signed).object(28, packed).write(),
        ),
        (
            "stream-of-objects-freed",
            Update::of(signed).free(28).write(),
        ),
        (
            "stream-of-objects-emptied",
            Update::of(signed)
                .stream(28, "/Type/ObjStm/N 0/First 0", "")
                .write(),
        ),
        (
            "by-a-table",
            Update::of(signed).object(5, &evil).write_table(),
        ),
    ]
}

fn in_encrypted(signed: &[u8]) -> Files {
    let page = super::update::number_of(signed, "/Contents [");
    let body = body(signed, page);
    let update = || Update::of(signed);
    let crypt = super::update::number_of(signed, "/Filter /Standard");
    vec![
        (
            "page-turned",
            update()
                .object(page, body.replacen("<<", "<</Rotate 180", 1))
                .write(),
        ),
        (
            "content-in-the-clear",
            update()
                .object(
                    page,
                    body.replacen("/Contents [", "/Contents 700 0 R/X[", 1),
                )
                .object(
                    700,
                    stream("/Filter[/Crypt]/DecodeParms[<</Name/Identity>>]", EVIL),
                )
                .write(),
        ),
        ("without-encryption", update().without("/Encrypt").write()),
        // It is part of the key.
        (
            "another-identifier",
            update().without("/ID").trailer("/ID[<00><00>]").write(),
        ),
        ("without-an-identifier", update().without("/ID").write()),
        (
            "encryption-replaced",
            update()
                .object(
                    crypt,
                    super::update::body(signed, crypt).replace("/P ", "/P -"),
                )
                .write(),
        ),
        ("freed", update().free(page).write()),
        ("end-missing", update().end("").write()),
    ]
}

/// A byte here and there.
fn bytes(signed: &[u8]) -> Files {
    let flipped = |at: usize| {
        let mut file = signed.to_vec();
        file[at] ^= 1;
        file
    };
    let section = start_of_section(signed);
    let contents = super::original::Waiting::of(signed).contents;
    // message-digest, and the last digit that is not room.
    let attributes = last(signed, "2a864886f70d010904").expect("a signature");
    let room = signed[..contents.end - 1]
        .iter()
        .rev()
        .take_while(|digit| **digit == b'0');
    let value = contents.end - 1 - room.count();
    vec![
        ("of-the-header", flipped(7)),
        (
            "of-the-first-object",
            flipped(first(signed, "/Catalog").unwrap_or(20) + 2),
        ),
        (
            "of-a-page",
            flipped(first(signed, "/MediaBox").unwrap_or(60) + 2),
        ),
        ("of-the-signed-attributes", flipped(attributes + 40)),
        ("of-the-signature-value", flipped(value - 9)),
        (
            "of-the-time",
            flipped(last(signed, "/M(").unwrap_or(section - 1) + 10),
        ),
        ("of-the-section", flipped(section + 2)),
        ("of-the-end", flipped(signed.len() - 3)),
        ("removed", [&signed[..30], &signed[31..]].concat()),
        ("inserted", [&signed[..30], b" ", &signed[30..]].concat()),
        ("before-the-header", [b"\n", signed].concat()),
    ]
}
