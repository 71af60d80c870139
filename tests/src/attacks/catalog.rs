//! Entries of the catalog, the trailer and the description that say something else than when it was
//! signed.

use super::update::{Update, body, stream};
use super::{Attack, Originals};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let plain = originals
        .numbered()
        .into_iter()
        .filter(|original| original.name != "streams")
        .flat_map(|original| {
            let name = original.name;
            // What describes the document may change unless nothing may.
            let forbidden =
                |(what, _): &(&str, Vec<u8>)| name == "certified-1" || !DESCRIPTIONS.contains(what);
            let of = |(what, file)| Attack::new(&format!("catalog-{what}-{name}"), file);
            let entries = entries(&original.file).into_iter().filter(forbidden);
            entries.map(of).collect::<Vec<_>>()
        });
    plain.chain(permissions(originals)).collect()
}

const DESCRIPTIONS: [&str; 4] = [
    "another-title",
    "another-author",
    "without-a-title",
    "another-description",
];

fn entries(signed: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let catalog = body(signed, 1);
    let update = || Update::of(signed);
    let with = |entries: &str| {
        update()
            .object(1, catalog.replacen("<<", &format!("<<{entries}"), 1))
            .object(700, "<<>>")
            .write()
    };
    let without = |entry: &str| {
        assert!(catalog.contains(entry), "{entry:?} is not in {catalog:?}");
        update().object(1, catalog.replace(entry, "")).write()
    };
    vec![
        // A higher one is what a writer of newer things must set; it changes nothing that is shown.
        ("an-older-version", with("/Version/1.0")),
        (
            "another-language",
            update()
                .object(1, catalog.replace("/Lang(en)", "/Lang(de)"))
                .write(),
        ),
        ("without-language", without("/Lang(en)")),
        ("without-layers", without("/OCProperties 20 0 R")),
        ("without-metadata", without("/Metadata 22 0 R")),
        ("without-a-form", without("/AcroForm 10 0 R")),
        ("without-pages", without("/Pages 2 0 R")),
        ("page-labels", with("/PageLabels<</Nums[0<</P(100)>>]>>")),
        ("page-mode", with("/PageMode/FullScreen")),
        (
            "viewer-preferences",
            with("/ViewerPreferences<</HideToolbar true>>"),
        ),
        ("destinations", with("/Dests<<>>")),
        ("outlines", with("/Outlines 700 0 R")),
        ("threads", with("/Threads[]")),
        (
            "structure",
            with("/StructTreeRoot 700 0 R/MarkInfo<</Marked true>>"),
        ),
        ("output-intents", with("/OutputIntents[700 0 R]")),
        (
            "piece-information",
            with("/PieceInfo<<>>/LastModified(D:2026)"),
        ),
        ("base-address", with("/URI<</Base(https://evil.example/)>>")),
        (
            "legal-attestation",
            with("/Legal<</Attestation(all is well)>>"),
        ),
        (
            "requirements",
            with("/Requirements[<</Type/Requirement/S/EnableJavaScripts>>]"),
        ),
        ("web-capture", with("/SpiderInfo<<>>")),
        ("needs-rendering", with("/NeedsRendering true")),
        ("unknown-entry", with("/Evil 700 0 R")),
        ("store-of-the-page", with("/DSS 3 0 R")),
        ("store-that-is-no-dictionary", with("/DSS[5 0 R]")),
        ("extension-that-is-a-page", with("/Extensions 3 0 R")),
        (
            "another-title",
            update()
                .object(24, "<</Title(Another)/Author(Ada)>>")
                .write(),
        ),
        (
            "another-author",
            update()
                .object(24, "<</Title(Contract)/Author(Mallory)>>")
                .write(),
        ),
        ("without-a-title", update().object(24, "<<>>").write()),
        (
            "another-description",
            update()
                .object(700, "<</Title(Another)>>")
                .trailer("/Info 700 0 R")
                .without("/Info")
                .write(),
        ),
        (
            "layers-locked",
            update()
                .object(
                    20,
                    body(signed, 20).replace("/Order", "/Locked[21 0 R]/Order"),
                )
                .write(),
        ),
        (
            "layers-of-another-configuration",
            update()
                .object(
                    20,
                    body(signed, 20).replace("/D<<", "/Configs[<</OFF[21 0 R]>>]/D<<"),
                )
                .write(),
        ),
        ("metadata-no-stream", update().object(22, "<<>>").write()),
        (
            "catalog-is-a-stream",
            update()
                .object(
                    1,
                    stream(catalog.trim_start_matches('<').trim_end_matches('>'), ""),
                )
                .write(),
        ),
        (
            "encrypted-afterwards",
            update()
                .object(700, "<</Filter/Standard/V 1/R 2/O<00>/U<00>/P -4>>")
                .trailer("/Encrypt 700 0 R")
                .write(),
        ),
    ]
}

/// What says that a document is certified is taken away or made weaker.
fn permissions(originals: &Originals) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (signed, level) in originals.certified.iter().zip(1..) {
        let catalog = body(signed, 1);
        let at = catalog.find("/Perms").expect("it is certified");
        let end = at + catalog[at..].find(">>").expect("its end") + 2;
        let entry = &catalog[at..end];
        let value = super::update::number_of(signed, "/Type/Sig/");
        let signature = body(signed, value);
        let mut add = |name: &str, file| {
            attacks.push(Attack::new(
                &format!("permissions-{name}-certified-{level}"),
                file,
            ));
        };
        let replaced = |new: &str| {
            Update::of(signed)
                .object(1, catalog.replace(entry, new))
                .write()
        };
        add("removed", replaced(""));
        add("emptied", replaced("/Perms<<>>"));
        add("null", replaced("/Perms null"));
        add("of-another-signature", replaced("/Perms<</DocMDP 12 0 R>>"));
        add("as-usage-rights", replaced(&entry.replace("DocMDP", "UR3")));
        add(
            "with-usage-rights",
            replaced(&entry.replace("<<", "<</UR3 700 0 R")),
        );
        let weaker = signature.replace(&format!("/P {level}"), "/P 4");
        add("weaker", Update::of(signed).object(value, weaker).write());
        let none = signature.replace("/DocMDP", "/NoMDP");
        add(
            "of-another-method",
            Update::of(signed).object(value, none).write(),
        );
    }
    attacks
}
