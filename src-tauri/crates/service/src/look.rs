//! Looks by name: what a signature shows, chosen by a person or an organisation.
//!
//! Three places have looks: the product, the organisation's folder (`looks/NAME.json`) and the
//! person's own (`looks/NAME.json` in their configuration); the first that has a name gives it. A
//! look's lines are [templates](template) of what is known when a signature is made; what a look file
//! is made of is in [`mod@file`].

mod builtin;
mod file;
mod fonts;
mod identifier;
mod template;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use pdf::Look;

use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::wire;
use file::LookFile;
pub(crate) use template::Facts;

/// The look where none is chosen.
const DEFAULT: &str = "name-and-date";
/// Largest look file: artwork within it is base64.
const LARGEST_FILE: u64 = 48 << 20;
/// Longest name.
const LONGEST_NAME: usize = 64;
/// Most looks of one folder that are listed.
const MOST_LISTED: usize = 200;

/// Which look is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookChoice {
    /// By name.
    Named(String),
    /// By its file; only the command line chooses so.
    File(PathBuf),
}

impl Default for LookChoice {
    fn default() -> Self {
        Self::Named(DEFAULT.to_owned())
    }
}

impl LookChoice {
    /// What a person types: a name, or a path, which has a separator in it or ends in `.json`.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        if text.contains(['/', std::path::MAIN_SEPARATOR]) || text.ends_with(".json") {
            Self::File(PathBuf::from(text))
        } else {
            Self::Named(text.to_owned())
        }
    }
}

/// Draws up a look for somebody's signature at a time.
pub(crate) fn of(
    station: &Station,
    choice: &LookChoice,
    record: &KeyRecord,
    now: i64,
    words: (Option<&str>, Option<&str>),
) -> Result<Look> {
    let (reason, location) = words;
    let organisation = station.ca()?;
    let serial: String = record
        .certificate
        .serial()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let facts = Facts {
        name: record.name(),
        login: record.login(),
        email: &record.row.account.email,
        organisation: organisation.subject_common_name(),
        serial: &serial,
        reason: reason.unwrap_or_default(),
        location: location.unwrap_or_default(),
        now,
    };
    by(&station.surroundings, choice, &facts)
}

/// Draws up a look with what is known of a signature.
pub(crate) fn by(
    surroundings: &Surroundings,
    choice: &LookChoice,
    facts: &Facts<'_>,
) -> Result<Look> {
    let (look, folder) = find(surroundings, choice)?;
    draw_up(&look, folder.as_deref(), &surroundings.fonts, facts)
}

/// Lists the looks there are, by where they come from and then by name.
pub(crate) fn list(surroundings: &Surroundings) -> Vec<wire::LookEntry> {
    let mut looks: Vec<wire::LookEntry> = builtin::NAMES
        .iter()
        .map(|name| entry(name, None, wire::LookSource::Product))
        .collect();
    for (folder, source) in [
        (
            surroundings.home.looks_folder(),
            wire::LookSource::Organisation,
        ),
        (surroundings.looks.clone(), wire::LookSource::Own),
    ] {
        let mut found = BTreeMap::new();
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = path.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            let is_json = path
                .extension()
                .is_some_and(|extension| extension == "json");
            let Some(name) = name.filter(|name| is_json && is_name(name)) else {
                continue;
            };
            let hidden = looks.iter().any(|look| look.name == name);
            if !hidden && found.len() < MOST_LISTED {
                let title = read(&path).ok().and_then(|look| look.title);
                found.insert(name.to_owned(), entry(name, title, source));
            }
        }
        looks.extend(found.into_values());
    }
    looks
}

fn entry(name: &str, title: Option<String>, source: wire::LookSource) -> wire::LookEntry {
    wire::LookEntry {
        name: name.to_owned(),
        title,
        source,
    }
}

/// Reads a look file and draws it for a person who does not exist, so that what is wrong is told.
pub(crate) fn check(surroundings: &Surroundings, path: &Path) -> Result<()> {
    sample(surroundings, &LookChoice::File(path.to_owned())).map(|_| ())
}

/// A look for a person who does not exist.
pub(crate) fn sample(surroundings: &Surroundings, choice: &LookChoice) -> Result<Look> {
    let (look, folder) = find(surroundings, choice)?;
    draw_up(
        &look,
        folder.as_deref(),
        &surroundings.fonts,
        &Facts::sample(),
    )
}

/// A look and the folder that the files it names lie in.
fn find(surroundings: &Surroundings, choice: &LookChoice) -> Result<(LookFile, Option<PathBuf>)> {
    let name = match choice {
        LookChoice::File(path) => {
            return Ok((read(path)?, path.parent().map(Path::to_owned)));
        }
        LookChoice::Named(name) => name,
    };
    if let Some(look) = builtin::look(name) {
        return Ok((look, None));
    }
    if is_name(name) {
        for folder in [surroundings.home.looks_folder(), surroundings.looks.clone()] {
            let path = folder.join(format!("{name}.json"));
            if path.exists() {
                return Ok((read(&path)?, Some(folder)));
            }
        }
    }
    Err(unusable(name, "there is no look of this name"))
}

/// Whether a text can be the name of a look: letters, digits, hyphens, never a path.
fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn read(path: &Path) -> Result<LookFile> {
    let unread = |source| Error::File {
        doing: "read",
        path: path.to_owned(),
        source,
    };
    // Opening a pipe would wait for its other end.
    if !std::fs::metadata(path).map_err(unread)?.is_file() {
        let name = path.display().to_string();
        return Err(unusable(&name, "it is no regular file"));
    }
    let file = File::open(path).map_err(unread)?;
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unread)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(unusable(
            &path.display().to_string(),
            "it is larger than 48 MB",
        ));
    }
    LookFile::parse(&bytes).map_err(|why| unusable(&path.display().to_string(), &why))
}

fn draw_up(
    look: &LookFile,
    folder: Option<&Path>,
    fonts: &[PathBuf],
    facts: &Facts<'_>,
) -> Result<Look> {
    let look = look.draw_up(folder, facts)?;
    // Only what no bundled font has is looked for: most signatures never ask the machine.
    let missing = pdf::appearance::without_font(&look).map_err(document)?;
    if missing.is_empty() {
        return Ok(look);
    }
    Ok(fonts::with_installed(look, fonts, &missing))
}

/// The error of a look that `pdf` does not take.
fn document(source: pdf::Error) -> Error {
    Error::Document {
        path: PathBuf::from("look"),
        source,
    }
}

fn unusable(name: &str, why: &str) -> Error {
    Error::Look {
        name: name.to_owned(),
        why: why.to_owned(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path_and_a_path_is_never_a_name() {
        assert_eq!(LookChoice::typed("full"), LookChoice::Named("full".into()));
        for path in ["./full", "full.json", "/etc/passwd"] {
            assert_eq!(LookChoice::typed(path), LookChoice::File(path.into()));
        }
        for no_name in ["", "..", "../x", "a/b", "a b", "é"] {
            assert!(!is_name(no_name), "{no_name}");
        }
    }

    #[test]
    fn a_look_that_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.json");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).unwrap();
        for path in [pipe.as_path(), folder.path()] {
            assert!(matches!(read(path), Err(Error::Look { .. })));
        }
    }

    #[test]
    fn every_look_of_the_product_can_be_drawn() {
        for name in builtin::NAMES {
            let file = builtin::look(name).unwrap();
            let look = draw_up(&file, None, &[], &Facts::sample()).unwrap();
            pdf::appearance::sheet(&look, 220.0, 80.0).unwrap();
        }
    }
}
