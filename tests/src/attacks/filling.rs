//! Fields are filled with what they do not offer, and what draws them is another: a choice, and a text
//! whose appearance has no resources of its own, so that readers look in the form's.

use super::original::{Waiting, approval, table_of};
use super::update::{Update, body, stream};
use super::{Attack, Originals};

const FORM: u32 = 5;
const CHOICE: u32 = 6;
const METADATA: u32 = 14;

fn document() -> Vec<u8> {
    let shape = "/Type/XObject/Subtype/Form/BBox[0 0 128 20]";
    let widget = "/Type/Annot/Subtype/Widget/F 4/P 3 0 R";
    let objects: Vec<(u32, String)> = vec![
        (
            1,
            "<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Metadata 14 0 R>>".to_owned(),
        ),
        (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned()),
        (
            3,
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
             /Annots[6 0 R 7 0 R 8 0 R]>>"
                .to_owned(),
        ),
        (4, stream("", "q Q")),
        (
            FORM,
            "<</Fields[6 0 R 7 0 R 8 0 R]/SigFlags 3\
             /DR<</Font<</F1 9 0 R>>/XObject<</Sum 12 0 R/Spare 13 0 R>>>>>>"
                .to_owned(),
        ),
        (
            CHOICE,
            format!(
                "<<{widget}/FT/Ch/Ff 131072/T(Plan)/Opt[(Small)[(L)(Large)]]/V(Small)\
                 /Rect[72 500 200 520]/AP<</N 10 0 R>>>>"
            ),
        ),
        (
            7,
            format!("<<{widget}/FT/Tx/T(Sum)/V(100)/Rect[72 600 200 620]/AP<</N 11 0 R>>>>"),
        ),
        (
            8,
            format!("<<{widget}/FT/Sig/T(Approval)/Rect[300 600 480 660]>>"),
        ),
        (
            9,
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        ),
        (
            10,
            stream(&format!("{shape}/Resources<<>>"), "0 0 10 10 re f"),
        ),
        (11, stream(shape, "/Sum Do")),
        (
            12,
            stream(&format!("{shape}/Resources<<>>"), "0 0 1 1 re f"),
        ),
        (
            13,
            stream(&format!("{shape}/Resources<<>>"), "0 0 2 2 re f"),
        ),
        (
            METADATA,
            stream(
                "/Type/Metadata/Subtype/XML",
                "<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>",
            ),
        ),
        (
            15,
            stream(&format!("{shape}/Resources<<>>"), "0 0 100 20 re f"),
        ),
    ];
    table_of(&objects, 16, "/Root 1 0 R/ID[<00><00>]")
}

/// The document, signed in its own field.
pub(super) fn signed(originals: &Originals) -> Vec<u8> {
    let waiting = Waiting::lay_out(&document(), approval);
    let signature = originals.people.sign(&waiting.digest());
    waiting.complete(&signature)
}

/// The choice filled anew, with another appearance.
fn chosen(signed: &[u8], value: &str) -> Vec<u8> {
    let field = body(signed, CHOICE)
        .replace("/V(Small)", &format!("/V{value}"))
        .replace("/N 10 0 R", "/N 701 0 R");
    let shape = "/Type/XObject/Subtype/Form/BBox[0 0 128 20]/Resources<<>>";
    Update::of(signed)
        .object(CHOICE, field)
        .object(701, stream(shape, "0 0 20 20 re f"))
        .write()
}

/// Values that the choice offers: none is an attack.
pub(super) fn offered(signed: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("stored", chosen(signed, "(L)")),
        ("shown", chosen(signed, "<FEFF004C0061007200670065>")),
        ("several", chosen(signed, "[(L)(Small)]")),
        (
            "nothing-drawn-uses-it",
            edited(signed, FORM, "/Spare 13 0 R", "/Spare 15 0 R"),
        ),
    ]
}

fn edited(signed: &[u8], number: u32, old: &str, new: &str) -> Vec<u8> {
    let was = body(signed, number);
    assert!(was.contains(old), "{old:?} is not in {was:?}");
    Update::of(signed)
        .object(number, was.replacen(old, new, 1))
        .write()
}

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let signed = signed(originals);
    let form = |old: &str, new: &str| edited(&signed, FORM, old, new);
    let xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>";
    let metadata = |entries: &str| {
        Update::of(&signed)
            .object(METADATA, stream(entries, xmp))
            .write()
    };
    let files = [
        ("choice-that-is-not-offered", chosen(&signed, "(Huge)")),
        (
            "choices-that-are-not-offered",
            chosen(&signed, "[(L)(Huge)]"),
        ),
        ("choice-that-is-a-name", chosen(&signed, "/L")),
        (
            "what-a-value-draws-is-another",
            form("/Sum 12 0 R", "/Sum 15 0 R"),
        ),
        ("what-a-value-draws-is-gone", form("/Sum 12 0 R", "")),
        (
            "resources-have-something-else",
            form("/DR<<", "/DR<</JavaScript<</Names[]>>"),
        ),
        (
            "metadata-with-an-action",
            metadata("/Type/Metadata/Subtype/XML/A<</S/JavaScript/JS(1)>>"),
        ),
        (
            "metadata-with-an-appearance",
            metadata("/Type/Metadata/Subtype/XML/AP<</N 15 0 R>>"),
        ),
    ];
    files
        .into_iter()
        .map(|(name, file)| Attack::new(&format!("filling-{name}"), file))
        .collect()
}
