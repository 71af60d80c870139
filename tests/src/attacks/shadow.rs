//! Shadow attacks: whoever had the document signed has prepared in it what is shown afterwards.

use super::original::{PREPARED_APPEARANCE, PREPARED_CATALOG, PREPARED_CONTENT};
use super::update::{Update, body, last, stream};
use super::{Attack, Originals};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    originals
        .numbered()
        .iter()
        .flat_map(|original| {
            let form = if original.name == "streams" {
                super::original::contract(super::original::Form::Table)
            } else {
                original.file.clone()
            };
            let of = |(name, file)| Attack::new(&format!("shadow-{name}-{}", original.name), file);
            shown(&original.file, &form)
                .into_iter()
                .map(of)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// What objects say is read in `plain`, where they are not in streams.
fn shown(signed: &[u8], plain: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let update = || Update::of(signed);
    let body = |number| {
        let head = format!("\n{number} 0 obj\n");
        body(
            if last(signed, &head).is_some() {
                signed
            } else {
                plain
            },
            number,
        )
    };
    let edited = |number: u32, old: &str, new: &str| {
        let body = body(number);
        assert!(body.contains(old), "{old:?} is not in {body:?}");
        update().object(number, body.replace(old, new)).write()
    };
    let twin = last(signed, "\n5 0 obj\n").expect("a prepared object") + 1;
    let content = format!("{PREPARED_CONTENT} 0 R");
    let appearance = format!("/N {PREPARED_APPEARANCE} 0 R");
    vec![
        ("hide-by-freeing-the-content", update().free(5).write()),
        ("hide-by-freeing-an-image", update().free(23).write()),
        ("hide-by-freeing-an-annotation", update().free(14).write()),
        ("hide-by-null", update().object(23, "null").write()),
        (
            "hide-by-another-type",
            update()
                .stream(23, "/Type/XObject/Subtype/Nothing", "")
                .write(),
        ),
        (
            "hide-by-an-empty-form",
            update()
                .stream(23, "/Type/XObject/Subtype/Form/BBox[0 0 0 0]", "")
                .write(),
        ),
        ("hide-by-a-layer", edited(20, "/ON[21 0 R]", "/OFF[21 0 R]")),
        (
            "hide-by-the-base-state",
            edited(20, "/ON[21 0 R]", "/BaseState/OFF"),
        ),
        (
            "hide-by-the-annotation-flag",
            edited(14, "/Rect", "/F 2/Rect"),
        ),
        (
            "replace-the-content-by-a-prepared-one",
            edited(3, "5 0 R", &content),
        ),
        (
            "replace-the-content-by-a-reference",
            update().object(5, &content).write(),
        ),
        (
            "replace-by-cross-references-only",
            update().at(5, twin).write(),
        ),
        (
            "replace-the-font",
            update()
                .object(8, "<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>")
                .write(),
        ),
        (
            "replace-the-font-of-the-form",
            edited(10, "/DR 6 0 R", "/DR<</Font<</F1 17 0 R>>>>"),
        ),
        (
            "replace-the-words-of-the-font",
            update().stream(19, "", "/CMapName /Others def").write(),
        ),
        (
            "replace-the-appearance-of-a-field",
            edited(11, "/N 15 0 R", &appearance),
        ),
        ("replace-the-appearance-and-the-value", {
            let field = body(11)
                .replace("/N 15 0 R", &appearance)
                .replace("(100)", "(100000)");
            update().object(11, field).write()
        }),
        (
            "replace-the-stream-of-the-appearance",
            update()
                .stream(
                    15,
                    "/Type/XObject/Subtype/Form/BBox[0 0 128 20]/Resources 6 0 R",
                    "BT /F1 18 Tf 4 4 Td (100000) Tj ET",
                )
                .write(),
        ),
        (
            "replace-the-value-not-the-appearance",
            edited(11, "(100)", "(100000)"),
        ),
        (
            "replace-the-appearance-by-a-page-content",
            edited(11, "/N 15 0 R", "/N 5 0 R"),
        ),
        ("show-the-hidden-annotation", edited(13, "/F 2", "/F 4")),
        (
            "show-the-hidden-annotation-by-no-flag",
            edited(13, "/F 2", ""),
        ),
        (
            "hide-and-replace-by-the-catalog",
            update().root(PREPARED_CATALOG).write(),
        ),
        (
            "hide-and-replace-by-the-pages",
            edited(1, "/Pages 2 0 R", "/Pages 26 0 R"),
        ),
        ("hide-and-replace-by-a-kid", edited(2, "3 0 R", "27 0 R")),
        (
            "hide-and-replace-by-the-page",
            update().object(3, body(27)).write(),
        ),
        ("hide-and-replace-in-the-catalog-and-back", {
            let once = update().root(PREPARED_CATALOG).write();
            Update::of(&once).object(5, stream("", "")).root(1).write()
        }),
    ]
}
