//! Where widgets are shown (ISO 32000-2 §12.5.2): at most two passes over the pages for all fields,
//! the first only as far as the page of the first.

use std::collections::HashMap;

use lopdf::{Object, ObjectId};

use super::{Field, Terminal};
use crate::document::Document;
use crate::error::{Error, Result};
use crate::page::{Page, ShownRect};

/// Finds the pages of widgets; reads the pages when it is first asked.
pub(crate) struct Places<'d> {
    document: &'d Document,
    pages: Option<Pages>,
    /// The page of every annotation, for widgets that do not name theirs.
    annotations: Option<HashMap<ObjectId, usize>>,
    /// Whether the pages could not be read; it is not tried again.
    unreadable: bool,
}

/// Pages from the first on, and the index of each by its object.
struct Pages {
    all: Vec<Option<Page>>,
    by_id: HashMap<ObjectId, usize>,
    /// Whether they are all there are.
    whole: bool,
}

impl<'d> Places<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self {
            document,
            pages: None,
            annotations: None,
            unreadable: false,
        }
    }

    /// Adds its place to a field.
    pub(crate) fn field(&mut self, field: Terminal) -> Result<Field> {
        let place = self.place(&field)?;
        Ok(placed(field, place))
    }

    /// The same, or none where pages cannot be read: what is wrong with them is no reason not to
    /// judge a signature.
    pub(crate) fn field_anywhere(&mut self, field: Terminal) -> Result<Field> {
        let place = match self.unreadable {
            true => None,
            false => match self.place(&field) {
                Err(Error::Read(source)) => return Err(Error::Read(source)),
                Err(_) => {
                    self.unreadable = true;
                    None
                }
                Ok(place) => place,
            },
        };
        Ok(placed(field, place))
    }

    fn place(&mut self, field: &Terminal) -> Result<Option<(u32, ShownRect)>> {
        let index = match field.rect {
            Some(_) => match field.widgets.first() {
                Some(widget) => self.index(*widget, field.page)?,
                None => None,
            },
            None => None,
        };
        let page = index
            .zip(self.pages.as_ref())
            .and_then(|(index, pages)| Some((index, pages.all.get(index)?.as_ref()?)));
        Ok(page.zip(field.rect).and_then(|((index, page), rect)| {
            Some((u32::try_from(index + 1).ok()?, page.to_shown(rect)?))
        }))
    }

    /// The page that a widget is on, which may be `named` by its `/P`.
    pub(crate) fn page(
        &mut self,
        widget: ObjectId,
        named: Option<ObjectId>,
    ) -> Result<Option<&Page>> {
        let index = self.index(widget, named)?;
        let page = index
            .zip(self.pages.as_ref())
            .and_then(|(index, pages)| pages.all.get(index)?.as_ref());
        Ok(page)
    }

    /// The index of the page that a widget is on.
    fn index(&mut self, widget: ObjectId, named: Option<ObjectId>) -> Result<Option<usize>> {
        if let Some(page) = named {
            // Most widgets name their page, and what is behind it need not be read.
            let pages = match &mut self.pages {
                Some(pages) => pages,
                none => none.insert(Pages::to(self.document, page)?),
            };
            if let Some(index) = pages.by_id.get(&page) {
                return Ok(Some(*index));
            }
        }
        let pages = match self.pages.take() {
            Some(pages) if pages.whole => pages,
            _ => Pages::all(self.document)?,
        };
        let pages = self.pages.insert(pages);
        if let Some(index) = named.and_then(|page| pages.by_id.get(&page)) {
            return Ok(Some(*index));
        }
        let annotations = match &mut self.annotations {
            Some(annotations) => annotations,
            none => none.insert(pages.annotations(self.document)?),
        };
        Ok(annotations.get(&widget).copied())
    }
}

fn placed(field: Terminal, place: Option<(u32, ShownRect)>) -> Field {
    Field {
        id: field.id,
        name: field.name,
        kind: field.kind,
        place,
        has_value: field.has_value,
        label: field.label,
    }
}

impl Pages {
    fn all(document: &Document) -> Result<Self> {
        Ok(Self::of(document.pages()?, None))
    }

    /// Reads no further than a page; all if it is none of them.
    fn to(document: &Document, last: ObjectId) -> Result<Self> {
        Ok(Self::of(document.pages_to(Some(last))?, Some(last)))
    }

    fn of(all: Vec<Option<Page>>, last: Option<ObjectId>) -> Self {
        let ids = all.iter().enumerate();
        let by_id: HashMap<_, _> = ids
            .filter_map(|(index, page)| Some((page.as_ref()?.id(), index)))
            .collect();
        let whole = last.is_none_or(|last| !by_id.contains_key(&last));
        Self { all, by_id, whole }
    }

    fn annotations(&self, document: &Document) -> Result<HashMap<ObjectId, usize>> {
        let mut annotations = HashMap::new();
        for (index, page) in self.all.iter().enumerate() {
            let Some(page) = page else { continue };
            let Some(page) = document.dictionary(&page.id().into())? else {
                continue;
            };
            let Object::Array(array) = document.get(&page, b"Annots")? else {
                continue;
            };
            for id in array.iter().filter_map(|object| object.as_reference().ok()) {
                // One that several pages show is on the first.
                annotations.entry(id).or_insert(index);
            }
        }
        Ok(annotations)
    }
}
