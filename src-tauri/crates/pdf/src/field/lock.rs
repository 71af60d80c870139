//! Locks: which fields may not change once a signature is there (ISO 32000-2 §12.7.5.5, §12.8.2.4).

use std::collections::HashSet;

use lopdf::{Dictionary, Object};

use crate::document::Document;
use crate::error::Result;
use crate::text;

/// The fields that one lock covers, and what it leaves of the document's permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lock {
    fields: Option<Fields>,
    /// `/P`: 1 forbids every change (table 236; Acrobat writes it into FieldMDP parameters, too).
    level: Option<u8>,
}

/// The fields that a signature locks (table 236).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockedFields {
    /// All there are.
    All,
    /// Those with these fully qualified names, and what is below them.
    These(Vec<String>),
    /// All but those with these names.
    AllBut(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fields {
    All,
    Include(Vec<String>),
    Exclude(Vec<String>),
    /// An action of the future.
    Unknown,
}

impl Lock {
    /// Reads a signature field lock dictionary or the parameters of FieldMDP: the same entries.
    pub(crate) fn read(document: &Document, lock: &Dictionary) -> Result<Self> {
        let mut names = Vec::new();
        if let Object::Array(array) = document.get(lock, b"Fields")? {
            for name in &array {
                if let Object::String(bytes, _) = document.resolve(name)? {
                    names.push(text::decode(&bytes));
                }
            }
        }
        let fields = match document.get(lock, b"Action")? {
            Object::Name(action) => Some(match action.as_slice() {
                b"All" => Fields::All,
                b"Include" => Fields::Include(names),
                b"Exclude" => Fields::Exclude(names),
                _ => Fields::Unknown,
            }),
            _ => None,
        };
        let level = match document.get(lock, b"P")? {
            Object::Integer(level @ 1..=3) => u8::try_from(level).ok(),
            _ => None,
        };
        Ok(Self { fields, level })
    }

    /// A lock that covers fields and says nothing of the rest.
    pub(crate) fn of_fields(fields: LockedFields) -> Self {
        let fields = match fields {
            LockedFields::All => Fields::All,
            LockedFields::These(names) => Fields::Include(names),
            LockedFields::AllBut(names) => Fields::Exclude(names),
        };
        Self {
            fields: Some(fields),
            level: None,
        }
    }

    /// A lock that covers no field and allows what `level` says (DocMDP, table 257).
    pub(crate) fn of_level(level: u8) -> Self {
        Self {
            fields: None,
            level: Some(level),
        }
    }

    /// Whether it forbids every change.
    pub(crate) fn is_closed(&self) -> bool {
        self.level == Some(1)
    }

    /// Whether it covers a field, or one of those above it.
    pub(crate) fn covers(&self, name: &str) -> bool {
        let among = |names: &[String]| {
            let is = |above: &String| {
                let below = name.strip_prefix(above.as_str());
                below.is_some_and(|below| below.is_empty() || below.starts_with('.'))
            };
            names.iter().any(is)
        };
        match &self.fields {
            None => false,
            Some(Fields::All | Fields::Unknown) => true,
            Some(Fields::Include(names)) => among(names),
            Some(Fields::Exclude(names)) => !among(names),
        }
    }

    /// The parameters of the FieldMDP reference that a signature under this lock carries, its
    /// level no higher than `highest`; none for an action that is not known.
    pub(crate) fn parameters(&self, highest: u8) -> Option<String> {
        let (action, names) = match self.fields.as_ref()? {
            Fields::All => ("All", None),
            Fields::Include(names) => ("Include", Some(names)),
            Fields::Exclude(names) => ("Exclude", Some(names)),
            Fields::Unknown => return None,
        };
        let mut parameters = format!("/Type/TransformParams/V/1.2/Action/{action}");
        if let Some(names) = names {
            let name = |name: &String| format!("<{}>", text::hexadecimal(&text::encode(name)));
            let names: String = names.iter().map(name).collect();
            parameters.push_str(&format!("/Fields[{names}]"));
        }
        if let Some(level) = self.level {
            parameters.push_str(&format!("/P {}", level.min(highest)));
        }
        Some(parameters)
    }
}

/// The locks of one signature, or of all of a document.
#[derive(Debug, Default)]
pub(crate) struct Locks(Vec<Lock>);

impl Locks {
    /// Adds one.
    pub(super) fn add(&mut self, lock: Lock) {
        self.0.push(lock);
    }

    /// Adds all of another.
    pub(super) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether one of them forbids every change.
    pub(crate) fn are_closed(&self) -> bool {
        self.0.iter().any(Lock::is_closed)
    }

    /// The least level that one of them says.
    pub(crate) fn level(&self) -> Option<u8> {
        self.0.iter().filter_map(|lock| lock.level).min()
    }

    /// Whether one of them covers a field, which need not exist.
    pub(crate) fn cover(&self, name: &str) -> bool {
        self.0.iter().any(|lock| lock.covers(name))
    }

    /// Whether one of them covers every field but those it names.
    pub(crate) fn cover_new_fields(&self) -> bool {
        let covers = |lock: &Lock| match &lock.fields {
            Some(Fields::All | Fields::Exclude(_) | Fields::Unknown) => true,
            Some(Fields::Include(_)) | None => false,
        };
        self.0.iter().any(covers)
    }

    /// Names that are covered before there is a field of that name.
    pub(super) fn names(&self) -> HashSet<String> {
        let names = self.0.iter().filter_map(|lock| match &lock.fields {
            Some(Fields::Include(names)) => Some(names.iter().cloned()),
            _ => None,
        });
        names.flatten().collect()
    }
}
