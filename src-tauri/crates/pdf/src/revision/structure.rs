//! The place of a new widget in the structure tree (ISO 32000-2 §14.7): a `Form` element with a
//! reference to it, so that who reads by structure comes by the signature.
//!
//! ISO 14289-1 (PDF/UA-1) §7.18.4 wants it for every widget, 14289-2 §8.10.1 too. Only before the
//! first signature: afterwards a changed structure tree is a change of the document, to pyHanko as
//! to [`changes`](crate::changes).

use lopdf::{Dictionary, Object, ObjectId};

use super::Revision;
use super::edit::{Edit, insert_text};
use crate::document::Document;
use crate::error::{Error, Result};
use crate::page::Page;

/// Deepest tree of parents that is followed.
const DEEPEST: usize = 32;
/// Most elements at the top of the tree that are looked at for a `Document`.
const MOST_AT_TOP: usize = 64;
/// Most names that a role is mapped through.
const MOST_ROLES: usize = 8;
/// The namespace of PDF 2.0 (§14.8.6.1), in which a `Form` is what it is in that of PDF 1.7.
const PDF_2: &[u8] = b"http://iso.org/pdf2/ssn";

/// What a change of the tree came to: nothing where the tree is not in form.
type Tagged<T> = Result<Option<T>>;

impl Revision {
    /// Puts a widget into the structure of a tagged document and gives its `/StructParent`.
    ///
    /// A structure tree that is not in form is left as it is, and the widget out of it.
    pub(super) fn tag(&mut self, widget: ObjectId, page: &Page) -> Tagged<i64> {
        if !self.first_signature || !self.claims.tagged {
            return Ok(None);
        }
        let (objects, next) = (self.objects.clone(), self.next);
        let tagged = match self.add_element(widget, page) {
            Err(Error::Read(source)) => return Err(Error::Read(source)),
            // Whatever was begun is undone below.
            Err(_) => None,
            Ok(tagged) => tagged,
        };
        if tagged.is_none() {
            (self.objects, self.next) = (objects, next);
        }
        Ok(tagged)
    }

    fn add_element(&mut self, widget: ObjectId, page: &Page) -> Tagged<i64> {
        let document = self.document.clone();
        let root = document.catalog().get(b"StructTreeRoot");
        let Ok(Object::Reference(root)) = root else {
            return Ok(None);
        };
        let root = self.last_reference(*root)?;
        let Some(tree) = document.dictionary(&root.into())? else {
            return Ok(None);
        };
        let Some(key) = document.next_parent_key(&tree)? else {
            return Ok(None);
        };
        let parent = document.top_element(&tree)?.unwrap_or(root);
        let element = self.allocate()?;
        let reference = |(number, generation): ObjectId| format!("{number} {generation} R");
        let (widget, page) = (reference(widget), reference(page.id()));
        let mut text = format!(
            "<</Type/StructElem/S/Form/P {}/Pg {page}/K<</Type/OBJR/Obj {widget}/Pg {page}>>",
            reference(parent)
        );
        if let Some(namespace) = document.pdf_2_namespace(parent)? {
            text.push_str(&format!("/NS {}", reference(namespace)));
        }
        // Without a language of the document, that of what is read out is told here (14289-1 §7.2).
        if !document.catalog().has(b"Lang") {
            text.push_str("/Lang(en)");
        }
        text.push_str(">>");
        self.objects.insert(element, text.into_bytes());

        let mut edit = self.edit(parent)?;
        self.append_kid(&mut edit, element)?;
        self.keep(parent, edit);

        let mut edit = self.edit(root)?;
        if self.add_parent(&mut edit, key, element)?.is_none() {
            return Ok(None);
        }
        if edit.raw.dictionary.has(b"ParentTreeNextKey") {
            edit.set(b"ParentTreeNextKey", (key + 1).to_string().as_bytes());
        }
        self.keep(root, edit);
        Ok(Some(key))
    }

    /// Makes an element the last kid of another, or of the root.
    fn append_kid(&mut self, parent: &mut Edit, element: ObjectId) -> Result<()> {
        let kids = parent.raw.dictionary.get(b"K").cloned();
        let (number, generation) = element;
        match kids.unwrap_or(Object::Null) {
            Object::Null => parent.set(b"K", format!("{number} {generation} R").as_bytes()),
            Object::Array(_) => parent.append_to_array(b"K", element)?,
            Object::Reference(id)
                if matches!(
                    self.document.fetch(self.last_reference(id)?)?,
                    Object::Array(_)
                ) =>
            {
                self.append_to_array_object(self.last_reference(id)?, element)?;
            }
            // One kid, as a reference, a number or a dictionary: now there are two.
            _ => {
                let kid = parent.value(b"K").unwrap_or_default();
                let end = format!(" {number} {generation} R]");
                let both = [b"[", kid, end.as_bytes()].concat();
                parent.set(b"K", &both);
            }
        }
        Ok(())
    }

    /// Adds an entry to the parent tree (§14.7.5.4), whose root the structure tree's root holds.
    fn add_parent(&mut self, root: &mut Edit, key: i64, element: ObjectId) -> Tagged<()> {
        let tree = root.raw.dictionary.get(b"ParentTree").cloned();
        match tree.unwrap_or(Object::Null) {
            Object::Null => {
                let tree = self.allocate()?;
                let text = format!("<</Nums[{key} {} {} R]>>", element.0, element.1);
                self.objects.insert(tree, text.into_bytes());
                root.set(b"ParentTree", format!("{} {} R", tree.0, tree.1).as_bytes());
                Ok(Some(()))
            }
            Object::Dictionary(_) => {
                let bytes = root.value(b"ParentTree").unwrap_or_default();
                let mut node = Edit::parse(bytes, self.document.root())?;
                let added = self.add_to_node(&mut node, key, element, 0)?;
                if node.is_changed() {
                    root.set(b"ParentTree", &node.finish());
                }
                Ok(added)
            }
            Object::Reference(id) => {
                let id = self.last_reference(id)?;
                let mut node = self.edit(id)?;
                let added = self.add_to_node(&mut node, key, element, 0)?;
                self.keep(id, node);
                Ok(added)
            }
            _ => Ok(None),
        }
    }

    /// Adds the highest key of a number tree (§7.9.7) below a node: into the last of its leaves.
    fn add_to_node(
        &mut self,
        node: &mut Edit,
        key: i64,
        element: ObjectId,
        depth: usize,
    ) -> Tagged<()> {
        if depth > DEEPEST {
            return Ok(None);
        }
        let document = self.document.clone();
        let dictionary = &node.raw.dictionary;
        if let Some(last) = document.last_kid(dictionary)? {
            let id = self.last_reference(last)?;
            let mut kid = self.edit(id)?;
            if self
                .add_to_node(&mut kid, key, element, depth + 1)?
                .is_none()
            {
                return Ok(None);
            }
            self.keep(id, kid);
        } else {
            let pair = format!("{key} {} {} R", element.0, element.1);
            match dictionary.get(b"Nums").cloned().unwrap_or(Object::Null) {
                Object::Null => node.set(b"Nums", format!("[{pair}]").as_bytes()),
                Object::Array(_) => {
                    let mut nums = node.value(b"Nums").unwrap_or_default().to_vec();
                    if insert_text(&mut nums, &pair).is_none() {
                        return Ok(None);
                    }
                    node.set(b"Nums", &nums);
                }
                Object::Reference(id) => {
                    let id = self.last_reference(id)?;
                    let Some(raw) = document.fetch_raw(id)? else {
                        return Ok(None);
                    };
                    let mut nums = raw.bytes.get(raw.range).unwrap_or_default().to_vec();
                    if insert_text(&mut nums, &pair).is_none() {
                        return Ok(None);
                    }
                    self.objects.insert(id, nums);
                }
                _ => return Ok(None),
            }
        }
        // The root of a tree has no limits, and all others must (table 37).
        if depth > 0 {
            let least = match document.get(&node.raw.dictionary, b"Limits")? {
                Object::Array(limits) => limits.first().and_then(|least| least.as_i64().ok()),
                _ => None,
            };
            let least = least.unwrap_or(key).min(key);
            node.set(b"Limits", format!("[{least} {key}]").as_bytes());
        }
        Ok(Some(()))
    }
}

impl Document {
    /// A key that no entry of the parent tree has, and none will get that `/ParentTreeNextKey`
    /// promises.
    fn next_parent_key(&self, root: &Dictionary) -> Tagged<i64> {
        let mut next = match self.get(root, b"ParentTreeNextKey")? {
            Object::Integer(next) => next.max(0),
            _ => 0,
        };
        let mut node = match self.get(root, b"ParentTree")? {
            Object::Dictionary(tree) => tree,
            Object::Null => Dictionary::new(),
            _ => return Ok(None),
        };
        for _ in 0..=DEEPEST {
            // The last of a node's limits, as the last key of a leaf, is the highest.
            if let Object::Array(limits) = self.get(&node, b"Limits")? {
                let highest = limits.get(1).and_then(|highest| highest.as_i64().ok());
                next = next.max(highest.unwrap_or(-1).saturating_add(1));
            }
            if let Some(last) = self.last_kid(&node)? {
                node = match self.dictionary(&last.into())? {
                    Some(kid) => kid,
                    None => return Ok(None),
                };
                continue;
            }
            if let Object::Array(nums) = self.get(&node, b"Nums")? {
                let keys = nums.iter().step_by(2).filter_map(|key| key.as_i64().ok());
                next = next.max(keys.max().unwrap_or(-1).saturating_add(1));
            }
            return Ok((next < i64::from(i32::MAX)).then_some(next));
        }
        Ok(None)
    }

    /// The last kid of a number tree's node.
    fn last_kid(&self, node: &Dictionary) -> Tagged<ObjectId> {
        Ok(match self.get(node, b"Kids")? {
            Object::Array(kids) => kids.last().and_then(|kid| kid.as_reference().ok()),
            _ => None,
        })
    }

    /// The element that holds the document: a `Document`, or the only element there is where it is
    /// one that holds others. None where a new one belongs below the root.
    fn top_element(&self, root: &Dictionary) -> Tagged<ObjectId> {
        let kids = match root.get(b"K") {
            Ok(kid @ Object::Reference(_)) => match self.resolve(kid)? {
                Object::Array(kids) => kids,
                _ => vec![kid.clone()],
            },
            Ok(Object::Array(kids)) => kids.clone(),
            _ => Vec::new(),
        };
        let mut single = None;
        for kid in kids.iter().take(MOST_AT_TOP) {
            let Ok(id) = kid.as_reference() else {
                continue;
            };
            let Some(element) = self.dictionary(kid)? else {
                continue;
            };
            match self.standard_type(root, &element)?.as_slice() {
                b"Document" => return Ok(Some(id)),
                b"DocumentFragment" | b"Part" | b"Art" | b"Sect" | b"Div" => single = Some(id),
                _ => {}
            }
        }
        Ok(single.filter(|_| kids.len() == 1))
    }

    /// The type that an element's own stands for (§14.7.3): by the roles of its namespace, or of
    /// the tree.
    fn standard_type(&self, root: &Dictionary, element: &Dictionary) -> Result<Vec<u8>> {
        let roles = match self.get(element, b"NS")? {
            Object::Dictionary(namespace) => self.get(&namespace, b"RoleMapNS")?,
            _ => self.get(root, b"RoleMap")?,
        };
        let Object::Name(mut kind) = self.get(element, b"S")? else {
            return Ok(Vec::new());
        };
        let Object::Dictionary(roles) = roles else {
            return Ok(kind);
        };
        for _ in 0..MOST_ROLES {
            match self.get(&roles, &kind)? {
                Object::Name(next) if next != kind => kind = next,
                // A name with its namespace: of another one, whose roles are not followed.
                Object::Array(pair) => {
                    if let Some(Object::Name(next)) = pair.first() {
                        kind.clone_from(next);
                    }
                    break;
                }
                _ => break,
            }
        }
        Ok(kind)
    }

    /// The namespace of PDF 2.0 as an element names it, if it does.
    fn pdf_2_namespace(&self, element: ObjectId) -> Tagged<ObjectId> {
        let element = self.dictionary(&element.into())?.unwrap_or_default();
        let Ok(Object::Reference(id)) = element.get(b"NS") else {
            return Ok(None);
        };
        let namespace = self.dictionary(&(*id).into())?.unwrap_or_default();
        Ok(match self.get(&namespace, b"NS")? {
            Object::String(name, _) if name == PDF_2 => Some(*id),
            _ => None,
        })
    }
}
