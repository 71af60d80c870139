//! A document with one of everything that a reader shows, follows or believes, signed; and what can
//! be done to it. Every entry of every object is changed in turn: none of it is what a signature
//! allows, so that none is valid but what is listed.

mod by_hand;
mod entries;
mod values;

use super::original::{People, Waiting, table_of, visible};
use super::update::stream;
use super::{Attack, Originals};

/// Numbers of what is attacked by hand.
const PAGE: u32 = 3;
const CONTENT: u32 = 5;
const RESOURCES: u32 = 6;
const FONT: u32 = 8;
const ANNOTATIONS: u32 = 9;
const FORM: u32 = 10;
/// Three text fields, each of a third of the page.
const WALLS: [u32; 3] = [11, 12, 13];
const BUTTON: u32 = 14;
/// A text field with a value and without an appearance.
const UNDRAWN: u32 = 15;
/// A comment that hides a line of the page, and one that viewers draw.
const DRAWN_COMMENT: u32 = 16;
const COMMENT: u32 = 17;
/// Named by the resources, drawn by the page: not in the file, and free.
const MISSING: u32 = 200;
const FREE: u32 = 60;
/// The document, unsigned.
#[must_use]
pub(super) fn document() -> Vec<u8> {
    let words = |text: &str| format!("BT /F1 18 Tf 4 4 Td ({text}) Tj ET");
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 595 280]/Resources 6 0 R";
    let content = "/P <</MCID 0>> BDC BT /F1 24 Tf 72 700 Td (Pay 100 EUR) Tj ET EMC\n\
                   /OC /L1 BDC BT /F1 9 Tf 72 650 Td (Layer) Tj ET EMC\n/Logo Do /Ghost Do /Spirit Do";
    let wall = |name: &str, bottom: u32| {
        let top = bottom + 260;
        format!(
            "<</Type/Annot/Subtype/Widget/FT/Tx/T({name})/V()/F 4/Rect[20 {bottom} 575 {top}]/P 3 0 R\
             /AP<</N 20 0 R>>/DA(/F1 12 Tf)>>"
        )
    };
    let objects: Vec<(u32, String)> = vec![
        (
            1,
            "<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R/OCProperties 30 0 R/Metadata 32 0 R/Lang(en)\
             /Names 33 0 R/Dests 36 0 R/Outlines 37 0 R/StructTreeRoot 39 0 R/MarkInfo<</Marked true>>\
             /PageLabels 42 0 R/OutputIntents[43 0 R]/ViewerPreferences<</Direction/L2R>>\
             /PageMode/UseNone/OpenAction 47 0 R>>"
                .to_owned(),
        ),
        (
            2,
            "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/Resources 6 0 R/MediaBox[0 0 595 842]/Rotate 0>>"
                .to_owned(),
        ),
        (
            PAGE,
            "<</Type/Page/Parent 2 0 R/Contents[5 0 R]/Annots 9 0 R/CropBox[0 0 595 842]\
             /StructParents 0/UserUnit 1/Group 46 0 R/Trans<</S/R>>/Tabs/S>>"
                .to_owned(),
        ),
        (4, "<</Type/Page/Parent 2 0 R/Contents 7 0 R>>".to_owned()),
        (CONTENT, stream("", content)),
        (
            RESOURCES,
            "<</Font<</F1 8 0 R>>/Properties<</L1 31 0 R>>/ColorSpace<</C1 45 0 R>>\
             /ExtGState<</G1 44 0 R>>/XObject<</Logo 23 0 R/Ghost 200 0 R/Spirit 60 0 R>>>>"
                .to_owned(),
        ),
        (7, stream("", &words("Second page"))),
        (
            FONT,
            "<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+Any/FirstChar 32/LastChar 33/Widths 24 0 R\
             /FontDescriptor 25 0 R/Encoding 26 0 R/ToUnicode 27 0 R>>"
                .to_owned(),
        ),
        (
            ANNOTATIONS,
            "[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 16 0 R 17 0 R 18 0 R 19 0 R]".to_owned(),
        ),
        (
            FORM,
            "<</Fields[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 18 0 R]/DA(/F9 12 Tf)/SigFlags 3/CO[11 0 R]\
             /DR<</Font<</F1 8 0 R>>>>/XFA 48 0 R/Q 0>>"
                .to_owned(),
        ),
        (WALLS[0], wall("Low", 20)),
        (WALLS[1], wall("Middle", 290)),
        (WALLS[2], wall("High", 560)),
        (
            BUTTON,
            "<</Type/Annot/Subtype/Widget/FT/Btn/T(Agree)/V/Off/AS/Off/F 4/Rect[20 300 575 580]\
             /P 3 0 R/AP<</N<</Yes 21 0 R/Off 20 0 R>>>>/MK<</CA(4)>>>>"
                .to_owned(),
        ),
        (
            UNDRAWN,
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(Sum)/V(100)/F 4/Rect[72 600 200 620]/P 3 0 R>>"
                .to_owned(),
        ),
        (
            DRAWN_COMMENT,
            "<</Type/Annot/Subtype/Highlight/F 4/Rect[72 690 300 730]/P 3 0 R/C[1 1 0]\
             /QuadPoints[72 730 300 730 72 690 300 690]/AP<</N 22 0 R>>/Contents(Look)/CA 1>>"
                .to_owned(),
        ),
        (
            COMMENT,
            "<</Type/Annot/Subtype/Text/F 4/Rect[500 700 520 720]/P 3 0 R/Contents(Why?)/Name/Note>>"
                .to_owned(),
        ),
        (
            18,
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(Approval)/F 4/Rect[300 600 480 660]/P 3 0 R\
             /Lock 49 0 R>>"
                .to_owned(),
        ),
        (
            19,
            "<</Type/Annot/Subtype/Link/Rect[72 500 200 520]/P 3 0 R/Border[0 0 0]\
             /A<</S/URI/URI(https://example.org/)>>/StructParent 1>>"
                .to_owned(),
        ),
        (20, stream(form, "q Q")),
        (21, stream(form, &words("Pay 100000 EUR"))),
        (22, stream(form, "1 1 0 rg 0 0 595 280 re f")),
        (23, stream(form, "0 0 1 rg 0 0 10 10 re f")),
        (24, "[500 500]".to_owned()),
        (
            25,
            "<</Type/FontDescriptor/FontName/ABCDEF+Any/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0\
             /Ascent 800/Descent -200/CapHeight 700/StemV 80/FontFile2 28 0 R>>"
                .to_owned(),
        ),
        (
            26,
            "<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[1/one]>>".to_owned(),
        ),
        (27, stream("", "/CMapName /Words def")),
        (28, stream("/Length1 4", "font")),
        (
            30,
            "<</OCGs[31 0 R]/D<</Order[31 0 R]/ON[31 0 R]/AS[<</Event/View/OCGs[31 0 R]>>]>>>>"
                .to_owned(),
        ),
        (31, "<</Type/OCG/Name(Layer)/Usage<</Print<</PrintState/ON>>>>>>".to_owned()),
        (
            32,
            stream(
                "/Type/Metadata/Subtype/XML",
                "<x:xmpmeta xmlns:x='adobe:ns:meta/'><title>One</title></x:xmpmeta>",
            ),
        ),
        (
            33,
            "<</EmbeddedFiles<</Names[(a.txt) 34 0 R]>>/JavaScript<</Names[(a) 47 0 R]>>>>"
                .to_owned(),
        ),
        (34, "<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 35 0 R>>/AFRelationship/Data>>".to_owned()),
        (35, stream("/Type/EmbeddedFile/Subtype/text#2Fplain", "harmless")),
        (36, "<</Chapter[3 0 R/Fit]>>".to_owned()),
        (37, "<</Type/Outlines/First 38 0 R/Last 38 0 R/Count 1>>".to_owned()),
        (38, "<</Title(One hundred)/Parent 37 0 R/Dest[3 0 R/Fit]>>".to_owned()),
        (39, "<</Type/StructTreeRoot/K 40 0 R/ParentTree 41 0 R/RoleMap<</Money/Span>>>>".to_owned()),
        (
            40,
            "<</Type/StructElem/S/P/P 39 0 R/Pg 3 0 R/K 0/ActualText(Pay 100 EUR)/Alt(100)/Lang(en)>>"
                .to_owned(),
        ),
        (41, "<</Nums[0[40 0 R]]>>".to_owned()),
        (42, "<</Nums[0<</S/D>>]>>".to_owned()),
        (
            43,
            "<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)>>".to_owned(),
        ),
        (44, "<</Type/ExtGState/ca 1/BM/Normal>>".to_owned()),
        (45, "[/Indexed/DeviceRGB 1<000000ffffff>]".to_owned()),
        (46, "<</S/Transparency/CS/DeviceRGB/I true>>".to_owned()),
        (47, "<</S/JavaScript/JS(1;)>>".to_owned()),
        (48, stream("", "<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")),
        (49, "<</Type/SigFieldLock/Action/Include/Fields[(Nobody)]>>".to_owned()),
        (50, "<</Title(Contract)/Producer(Anybody)>>".to_owned()),
        // Named by nothing.
        (51, "<</Linearized 1/L 99999/H[1 2]/O 3/E 9/N 2/T 9>>".to_owned()),
    ];
    table_of(&objects, FREE, "/Root 1 0 R/Info 50 0 R/ID[<00><00>]")
}
pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, file) in by_hand::shown(&originals.prepared)
        .into_iter()
        .chain(by_hand::fonts(&originals.prepared))
    {
        attacks.push(Attack::new(&format!("prepared-{name}-approved"), file));
    }
    let commented = by_hand::commented(&originals.commentable);
    for (name, file) in commented
        .into_iter()
        .chain(by_hand::marked(&originals.commentable))
    {
        attacks.push(Attack::new(&format!("prepared-{name}-commentable"), file));
    }
    for (name, file) in entries::each(&originals.prepared) {
        attacks.push(Attack::new(&format!("entry-{name}-approved"), file));
    }
    for (name, file) in values::signed_so(&originals.people) {
        attacks.push(Attack::new(&format!("value-{name}"), file));
    }
    attacks
}
type Files = Vec<(String, Vec<u8>)>;
/// Signed by Ada in a box; comments are allowed if the level says so.
#[must_use]
pub(super) fn signed(people: &People, level: Option<pdf::Certification>) -> Vec<u8> {
    let document = document();
    let waiting = match level {
        Some(level) => Waiting::lay_out(&document, super::original::certifying(level)),
        None => Waiting::lay_out(&document, visible),
    };
    let signature = people.sign(&waiting.digest());
    waiting.complete(&signature)
}
