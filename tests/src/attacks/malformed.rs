//! Objects behind a signature that nobody can read: the verdict comes out all the same.

use super::update::{Update, body, number_of, stream};
use super::{Attack, Originals};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let signed = &originals.approved;
    let value = number_of(signed, "/Type/Sig/");
    let field = number_of(signed, "/T<");
    let cut = |number: u32| {
        let body = body(signed, number);
        body[..body.len() / 2]
            .trim_end_matches(['>', ']'])
            .to_owned()
    };
    let with = |number: u32, new: &str| Update::of(signed).object(number, new).write();
    let files = [
        ("catalog", with(1, &cut(1))),
        ("page-tree", with(2, &cut(2))),
        ("page-tree-of-a-string", with(2, "(pages)")),
        (
            "page-tree-in-itself",
            with(2, "<</Type/Pages/Kids[2 0 R]/Count 1>>"),
        ),
        ("page-tree-without-an-end", {
            let kids = (600..900).fold(Update::of(signed), |update, number| {
                update.object(number, format!("<</Type/Pages/Kids[{} 0 R]>>", number + 1))
            });
            kids.object(2, "<</Type/Pages/Kids[600 0 R]>>").write()
        }),
        ("page", with(3, &cut(3))),
        ("page-of-another-number", {
            let update = Update::of(signed).object(3, body(signed, 3)).write();
            super::update::replaced(&update, "\n3 0 obj", "\n8 0 obj")
        }),
        ("page-content", with(5, "<</Length 9>>\nstream")),
        ("annotations", with(9, "[11 0 R")),
        ("form", with(10, &cut(10))),
        ("form-of-itself", with(10, "10 0 R")),
        ("field", with(11, &cut(11))),
        ("signature-field", with(field, &cut(field))),
        ("signature", with(value, "<</Type/Sig")),
        (
            "signature-of-a-stream",
            with(value, &stream("/Type/Sig", "x")),
        ),
        ("appearance", with(15, "<</Subtype")),
        ("metadata", with(22, "<</Type")),
        ("description", with(24, "<</Title(")),
        (
            "entry-beyond-the-file",
            Update::of(signed).at(3, 9_999_999_999).write(),
        ),
    ];
    files
        .into_iter()
        .map(|(name, file)| Attack::new(&format!("malformed-{name}-approved"), file))
        .collect()
}
