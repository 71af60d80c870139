//! Tagged documents: where a new widget comes into the structure (ISO 32000-2 §14.7), read back by
//! `lopdf` alone.

use crate::builder::{Pdf, appended, invisible, open, sign, visible};
use crate::tools::{Check, qpdf, qpdf_check};
use lopdf::{Dictionary, Document, Object, ObjectId};

const MARKED: &str = "/MarkInfo<</Marked true>>/StructTreeRoot 5 0 R";
const PAGE: &str = "/MediaBox[0 0 300 200]/StructParents 0";

/// A tagged document: root 5 with these entries, its document element 6 with these kids, a
/// paragraph 7, and what else is needed from 8 on.
fn tagged(root: &str, kids: &str, others: &[(u32, &str)]) -> Pdf {
    let pdf = Pdf::new()
        .catalog(MARKED)
        .page(PAGE)
        .object(5, &format!("<</Type/StructTreeRoot{root}>>"))
        .object(6, &format!("<</Type/StructElem/S/Document/P 5 0 R{kids}>>"))
        .object(7, "<</Type/StructElem/S/P/P 6 0 R/Pg 3 0 R/K 0>>");
    others
        .iter()
        .fold(pdf, |pdf, (number, body)| pdf.object(*number, body))
}

fn dictionary<'d>(document: &'d Document, object: &'d Object) -> &'d Dictionary {
    document.dereference(object).unwrap().1.as_dict().unwrap()
}

/// Looks an entry up in a number tree by its limits, as readers do.
fn look_up<'d>(document: &'d Document, node: &'d Dictionary, key: i64) -> Option<ObjectId> {
    if let Ok(kids) = node.get(b"Kids") {
        let kids = document.dereference(kids).unwrap().1.as_array().unwrap();
        let mut within = kids.iter().filter(|kid| {
            let limits = dictionary(document, kid).get(b"Limits").unwrap();
            let limits = limits.as_array().unwrap();
            let [least, most] = [0, 1].map(|index| limits[index].as_i64().unwrap());
            (least..=most).contains(&key)
        });
        let kid = within.next()?;
        assert!(within.next().is_none(), "limits do not overlap");
        return look_up(document, dictionary(document, kid), key);
    }
    let nums = document.dereference(node.get(b"Nums").unwrap()).unwrap().1;
    let nums = nums.as_array().unwrap();
    let keys: Vec<i64> = nums
        .iter()
        .step_by(2)
        .map(|key| key.as_i64().unwrap())
        .collect();
    assert!(keys.is_sorted(), "keys rise: {keys:?}");
    let at = keys.iter().position(|found| *found == key)?;
    nums[2 * at + 1].as_reference().ok()
}

fn kids(document: &Document, element: &Dictionary) -> Vec<Object> {
    let Ok(kids) = element.get(b"K") else {
        return Vec::new();
    };
    match document.dereference(kids).unwrap().1 {
        Object::Array(kids) => kids.clone(),
        Object::Null => Vec::new(),
        _ => vec![kids.clone()],
    }
}

/// The `Form` element of the signature's widget and its parent, if the widget has one.
fn form(bytes: &[u8]) -> Option<(Dictionary, ObjectId)> {
    let document = Document::load_mem(bytes).unwrap();
    let is_signature = |object: &Object| {
        object.as_dict().is_ok_and(|dictionary| {
            dictionary.get(b"FT").and_then(Object::as_name).ok() == Some(b"Sig")
        })
    };
    let mut widgets = document
        .objects
        .iter()
        .filter(|(_, object)| is_signature(object));
    let (id, widget) = widgets.next().unwrap();
    let key = widget.as_dict().unwrap().get(b"StructParent").ok()?;
    let root = document.catalog().unwrap().get(b"StructTreeRoot").unwrap();
    let root = dictionary(&document, root);
    let tree = dictionary(&document, root.get(b"ParentTree").unwrap());
    let element = look_up(&document, tree, key.as_i64().unwrap());
    let element = element.expect("the parent tree has the key");
    let form = document.get_dictionary(element).unwrap().clone();
    assert_eq!(form.get(b"S").unwrap(), &Object::Name(b"Form".to_vec()));
    let reference = form.get(b"K").unwrap().as_dict().unwrap();
    assert_eq!(reference.get(b"Obj").unwrap(), &Object::Reference(*id));
    let parent = form.get(b"P").unwrap().as_reference().unwrap();
    let siblings = kids(&document, document.get_dictionary(parent).unwrap());
    assert_eq!(siblings.last(), Some(&Object::Reference(element)));
    Some((form, parent))
}

/// Signs, and looks whether the earlier kids of `parent` are there still, and qpdf content.
fn signed(pdf: &Pdf, parent: u32) -> Dictionary {
    let input = pdf.build();
    let before = Document::load_mem(&input).unwrap();
    let output = sign(&input, &visible(100.0, 40.0, 180.0, 60.0))
        .unwrap()
        .bytes;
    let text = appended(&input, &output);
    let (form, found) = form(&output).unwrap_or_else(|| panic!("it is tagged: {text}"));
    assert_eq!(found, (parent, 0), "{text}");
    let after = Document::load_mem(&output).unwrap();
    let of = |document: &Document| {
        let parent = document.get_dictionary(found).unwrap();
        kids(document, parent)
    };
    let (earlier, later) = (of(&before), of(&after));
    assert_eq!(&later[..earlier.len()], earlier, "{text}");
    assert_eq!(later.len(), earlier.len() + 1, "{text}");
    if qpdf_check(&input) == Check::Clean {
        assert_eq!(qpdf_check(&output), Check::Clean, "{text}");
    }
    form
}

const NUMS: &str = "/ParentTree<</Nums[0 7 0 R]>>";

#[test]
fn a_widget_comes_last_in_the_document_element_however_its_kids_are_written() {
    for (kids, other) in [
        ("", None),
        ("/K 7 0 R", None),
        ("/K[7 0 R]", None),
        ("/K[]", None),
        ("/K 0", None),
        ("/K null", None),
        ("/K<</Type/MCR/MCID 0/Pg 3 0 R>>", None),
        ("/K 8 0 R", Some("[7 0 R]")),
        ("/K 8 0 R", Some("<</Type/MCR/MCID 0/Pg 3 0 R>>")),
    ] {
        let others: Vec<_> = other.map(|other| (8, other)).into_iter().collect();
        signed(&tagged(&format!("/K 6 0 R{NUMS}"), kids, &others), 6);
        signed(&tagged(&format!("/K[6 0 R]{NUMS}"), kids, &others), 6);
        signed(
            &tagged(
                &format!("/K 9 0 R{NUMS}"),
                kids,
                &[others, vec![(9, "[6 0 R]")]].concat(),
            ),
            6,
        );
    }
}

#[test]
fn a_document_element_is_told_by_its_role() {
    let role = |map: &str, kind: &str| {
        tagged(&format!("/K 6 0 R{NUMS}{map}"), "", &[])
            .object(6, &format!("<</Type/StructElem/S/{kind}/P 5 0 R/K 7 0 R>>"))
    };
    signed(&role("/RoleMap<</Book/Whole/Whole/Document>>", "Book"), 6);
    signed(&role("", "Sect"), 6);
    // A paragraph holds no form; a loop of roles ends.
    signed(&role("", "P"), 5);
    signed(&role("/RoleMap<</A/B/B/A>>", "A"), 5);
}

#[test]
fn several_elements_at_the_top_get_one_more() {
    let two = &[(8, "<</Type/StructElem/S/P/P 5 0 R/Pg 3 0 R/K 1>>")];
    let root = format!("/K[8 0 R 7 0 R]{NUMS}");
    signed(&tagged(&root, "", two), 5);
    let root = format!("/K[8 0 R 6 0 R]{NUMS}");
    signed(&tagged(&root, "", two), 6);
}

#[test]
fn the_parent_tree_may_be_flat_nested_indirect_or_missing() {
    let leaf = |from: u32| format!("<</Limits[{from} {from}]/Nums[{from} 7 0 R]>>");
    let (first, second) = (leaf(0), leaf(4));
    for (tree, others, key) in [
        ("", vec![], 0),
        ("/ParentTreeNextKey 3", vec![], 3),
        (NUMS, vec![], 1),
        ("/ParentTree<<>>", vec![], 0),
        ("/ParentTree<</Nums[]>>/ParentTreeNextKey 9", vec![], 9),
        // A promise that was broken.
        (
            "/ParentTree<</Nums[0 7 0 R 5 7 0 R]>>/ParentTreeNextKey 2",
            vec![],
            6,
        ),
        ("/ParentTree 8 0 R", vec![(8, "<</Nums[0 7 0 R]>>")], 1),
        (
            "/ParentTree 8 0 R",
            vec![(8, "<</Nums 9 0 R>>"), (9, "[0 7 0 R]")],
            1,
        ),
        (
            "/ParentTree 8 0 R",
            vec![(8, "<</Kids[9 0 R 10 0 R]>>"), (9, &first), (10, &second)],
            5,
        ),
        (
            "/ParentTree<</Kids 8 0 R>>",
            vec![
                (8, "[9 0 R]"),
                (9, "<</Limits[0 4]/Kids[10 0 R 11 0 R]>>"),
                (10, &first),
                (11, &second),
            ],
            5,
        ),
    ] {
        let pdf = tagged(&format!("/K 6 0 R{tree}"), "/K 7 0 R", &others);
        signed(&pdf, 6);
        let output = sign(&pdf.build(), &visible(10.0, 40.0, 180.0, 60.0))
            .unwrap()
            .bytes;
        let text = String::from_utf8_lossy(&output);
        assert!(
            text.contains(&format!("/StructParent {key}")),
            "{tree}: {text}"
        );
        if tree.contains("NextKey") {
            assert!(
                text.contains(&format!("/ParentTreeNextKey {}", key + 1)),
                "{tree}"
            );
        }
    }
}

#[test]
fn what_is_in_streams_of_objects_is_tagged_as_well() {
    let pdf = tagged(&format!("/K 6 0 R{NUMS}"), "/K 7 0 R", &[]);
    let input = qpdf(&pdf.build(), &["--object-streams=generate"]);
    let output = sign(&input, &visible(100.0, 40.0, 180.0, 60.0))
        .unwrap()
        .bytes;
    assert!(form(&output).is_some());
    assert_eq!(qpdf_check(&output), Check::Clean);
}

#[test]
fn a_language_is_told_where_the_document_has_none() {
    let pdf = tagged(&format!("/K 6 0 R{NUMS}"), "/K 7 0 R", &[]);
    assert!(signed(&pdf, 6).has(b"Lang"));
    let pdf = pdf.catalog(&format!("{MARKED}/Lang(de)"));
    assert!(!signed(&pdf, 6).has(b"Lang"), "it is inherited");
}

#[test]
fn the_namespace_of_the_document_element_is_taken_over_if_it_is_that_of_pdf_2() {
    let element = "/NS 8 0 R";
    for (namespace, taken) in [
        ("http://iso.org/pdf2/ssn", true),
        ("http://example.org/own", false),
    ] {
        let namespace = format!("<</Type/Namespace/NS({namespace})>>");
        let pdf = tagged(
            &format!("/K 6 0 R{NUMS}/Namespaces[8 0 R]"),
            element,
            &[(8, &namespace)],
        );
        assert_eq!(signed(&pdf, 6).has(b"NS"), taken);
    }
}

#[test]
fn a_document_that_is_not_tagged_gets_no_structure() {
    let pdf = tagged(&format!("/K 6 0 R{NUMS}"), "/K 7 0 R", &[]);
    for catalog in [
        "/StructTreeRoot 5 0 R",
        "/StructTreeRoot 5 0 R/MarkInfo<</Marked false>>",
        "/MarkInfo<</Marked true>>",
        "/MarkInfo<</Marked true>>/StructTreeRoot 99 0 R",
        "/MarkInfo<</Marked true>>/StructTreeRoot<</K 6 0 R>>",
    ] {
        let place = visible(100.0, 40.0, 180.0, 60.0);
        let output = sign(&pdf.clone().catalog(catalog).build(), &place);
        assert!(form(&output.unwrap().bytes).is_none(), "{catalog}");
    }
}

#[test]
fn a_structure_that_is_not_in_form_is_left_as_it_is() {
    for (root, others) in [
        ("/K 6 0 R/ParentTree 8 0 R", vec![(8, "<</Kids[8 0 R]>>")]),
        ("/K 6 0 R/ParentTree 8 0 R", vec![(8, "<</Kids[99 0 R]>>")]),
        ("/K 6 0 R/ParentTree(no tree)", vec![]),
        ("/K 6 0 R/ParentTree<</Nums 7>>", vec![]),
        ("/K 6 0 R/ParentTreeNextKey 2147483647", vec![]),
    ] {
        let input = tagged(root, "/K 7 0 R", &others).build();
        let output = sign(&input, &visible(100.0, 40.0, 180.0, 60.0))
            .unwrap()
            .bytes;
        assert!(!appended(&input, &output).contains("StructElem"), "{root}");
    }
}

#[test]
fn a_second_signature_leaves_the_structure_and_the_first_signature_alone() {
    let input = tagged(&format!("/K 6 0 R{NUMS}"), "/K 7 0 R", &[]).build();
    let first = sign(&input, &visible(100.0, 40.0, 180.0, 60.0))
        .unwrap()
        .bytes;
    let second = sign(&first, &visible(10.0, 120.0, 180.0, 60.0))
        .unwrap()
        .bytes;
    assert!(!appended(&first, &second).contains("StructElem"));
    let document = open(&second).unwrap();
    let signatures = document.signatures().unwrap();
    let changes = document.changes_since(&signatures[0]).unwrap();
    assert_eq!(changes.unexplained, []);
    assert_eq!(changes.signed.len(), 1);
}

#[test]
fn what_is_not_shown_is_in_the_structure_for_pdf_ua_1_alone() {
    for (part, is_tagged) in [(0, false), (1, true), (2, false)] {
        let xml =
            format!("<d xmlns:u=\"http://www.aiim.org/pdfua/ns/id/\"><u:part>{part}</u:part></d>");
        let metadata = format!("<</Length {}>>stream\n{xml}\nendstream", xml.len());
        let pdf = tagged(&format!("/K 6 0 R{NUMS}"), "/K 7 0 R", &[(8, &metadata)]);
        let input = pdf.catalog(&format!("{MARKED}/Metadata 8 0 R")).build();
        let output = sign(&input, &invisible()).unwrap().bytes;
        assert_eq!(form(&output).is_some(), is_tagged, "PDF/UA-{part}");
    }
}
