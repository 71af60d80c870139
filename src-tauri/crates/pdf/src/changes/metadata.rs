//! The description of a document: `/Info` (ISO 32000-2 §14.3.3) and XMP (§14.3.2).
//!
//! Neither is part of a page, yet the title may stand in the window's bar: a change is told.

use lopdf::{Dictionary, Object, ObjectId};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::rules::{Comparison, differing};
use super::{Change, Explained};
use crate::document::Document;
use crate::error::{Error, Result};
use crate::stream::{self, Fault};
use crate::xref::Entry;

/// What the dictionary of a metadata stream may have (§14.3.2, table 347; §7.3.8.2, table 5).
const METADATA_KEYS: [&[u8]; 6] = [
    b"Type",
    b"Subtype",
    b"Length",
    b"Filter",
    b"DecodeParms",
    b"DL",
];
/// Largest metadata that is looked at; larger is not taken for any.
const LARGEST_METADATA: usize = 4 << 20;

impl Comparison<'_> {
    /// Looks at the trailer's `/Info`, which may be another object or there for the first time.
    pub(super) fn information(&mut self) -> Result<()> {
        let old = self.old().chain().trailer().get(b"Info").ok();
        let Some(new) = self.new_state().chain().trailer().get(b"Info").ok() else {
            if old.is_some() {
                self.explained(Explained::Description);
            }
            return Ok(());
        };
        if old == Some(new) {
            return Ok(());
        }
        match self.new_dictionary(new)? {
            Some(new) if self.is_added_information(&new) => {
                self.explained(Explained::Description);
            }
            _ => self.suspect(Change::Information),
        }
        Ok(())
    }

    fn is_added_information(&self, new: &Dictionary) -> bool {
        new.iter().all(|(_, value)| is_word(value))
    }

    /// The object that `/Info` names.
    pub(super) fn description(
        &mut self,
        id: ObjectId,
        old: &Dictionary,
        new: &Dictionary,
    ) -> Result<()> {
        let differing = differing(old, new);
        let words = differing
            .iter()
            .all(|key| new.get(key).map_or(true, is_word));
        // What is named from elsewhere, too, may be something else.
        if !words || self.uses.of_number(id.0).next().is_some() {
            self.suspect(Change::Information);
            return Ok(());
        }
        // What a producer stamps with every revision is nothing a person reads.
        let stamped = |key: &Vec<u8>| key == b"ModDate" || key == b"Producer";
        if !differing.iter().all(stamped) {
            self.explained(Explained::Description);
        }
        Ok(())
    }

    /// Whether a changed stream is the metadata of the document, and still are metadata.
    pub(super) fn metadata(&mut self, id: ObjectId) -> Result<bool> {
        let root = self.old().root();
        let is_metadata = self.is_only_used(id, |by, path| by == root && path == "/Metadata")
            && is_xmp(self.new_state(), id)?;
        if is_metadata {
            self.explained(Explained::Description);
        }
        Ok(is_metadata)
    }

    /// Whether the catalog's new `/Metadata` were added and are metadata.
    pub(super) fn new_metadata(&mut self, value: &Object) -> Result<bool> {
        let is_metadata = match value {
            Object::Reference(id) => self.is_added(value) && is_xmp(self.new_state(), *id)?,
            _ => false,
        };
        if is_metadata {
            self.explained(Explained::Description);
        }
        Ok(is_metadata)
    }
}

/// Whether a value of `/Info` is what one may be: nothing that leads elsewhere.
fn is_word(value: &Object) -> bool {
    matches!(
        value,
        Object::String(..) | Object::Name(_) | Object::Boolean(_) | Object::Null
    )
}

/// Whether a stream is well-formed XML without a document type, starts as XMP does (ISO 16684-1
/// §7.3.3), and has nothing beside it.
fn is_xmp(document: &Document, id: ObjectId) -> Result<bool> {
    let source = &**document.source();
    let offset = match document.chain().find(source, id.0)? {
        Entry::At { offset, generation } if generation == id.1 => offset,
        _ => return Ok(false),
    };
    let length_of = |id| document.fetch(id);
    let encryption = document.encryption();
    let read = stream::read(
        source,
        document.len(),
        offset,
        LARGEST_METADATA,
        &length_of,
        encryption,
    );
    match read {
        Ok(stream) => {
            let dictionary = &stream.dictionary;
            let known = |(key, _): (&Vec<u8>, &Object)| METADATA_KEYS.contains(&key.as_slice());
            Ok(stream.id == id && dictionary.iter().all(known) && is_well_formed(&stream.content))
        }
        Err(Fault::Error(Error::Read(source))) => Err(Error::Read(source)),
        Err(_) => Ok(false),
    }
}

fn is_well_formed(xml: &[u8]) -> bool {
    let xml = xml.strip_prefix(b"\xef\xbb\xbf").unwrap_or(xml);
    let Ok(xml) = std::str::from_utf8(xml) else {
        return false;
    };
    let mut reader = Reader::from_str(xml);
    let mut depth = 0usize;
    let mut is_rooted = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                if depth == 0 {
                    let name = element.local_name();
                    let name: &str = name.as_ref();
                    if is_rooted || name != "xmpmeta" && name != "RDF" {
                        return false;
                    }
                    is_rooted = true;
                }
                depth += 1;
            }
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => return is_rooted && depth == 0,
            Ok(Event::DocType(_)) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xmp_is_well_formed_xml_of_one_root_without_a_document_type() {
        let packet = "<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
                      <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><r/></x:xmpmeta>\n<?xpacket end=\"w\"?>";
        assert!(is_well_formed(packet.as_bytes()));
        for wrong in [
            "",
            "words",
            "<x:xmpmeta>",
            "<x:xmpmeta></x:other>",
            "<!DOCTYPE a><x:xmpmeta></x:xmpmeta>",
            "<html></html>",
            "<x:xmpmeta></x:xmpmeta><x:xmpmeta></x:xmpmeta>",
        ] {
            assert!(!is_well_formed(wrong.as_bytes()), "{wrong}");
        }
    }
}
