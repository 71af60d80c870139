//! Fonts of this machine, for characters that no bundled one has: Chinese, Japanese, Korean.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pdf::Look;
use pdf::appearance::FontFile;

/// Parts of the names of files that have many characters, the best first.
const WIDE: [&str; 12] = [
    "notosanscjk",
    "sourcehansans",
    "notoserifcjk",
    "sourcehanserif",
    "pingfang",
    "hiragino",
    "applesdgothic",
    "wqy",
    "droidsansfallback",
    "unifont",
    "ipag",
    "nanumgothic",
];
/// Most files that are looked at, and the largest.
const MOST_FILES: usize = 4000;
const MOST_READ: usize = 40;
const LARGEST_FILE: u64 = 64 << 20;

/// Fonts that were found useful: a ghost is drawn many times.
static FOUND: Mutex<Vec<FontFile>> = Mutex::new(Vec::new());

/// The look with fonts for as many of these characters as the machine has; what is still missing is
/// refused when it is drawn.
pub(super) fn with_installed(look: Look, folders: &[PathBuf], missing: &[char]) -> Look {
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let covers = |fonts: &[FontFile], character: char| fonts.iter().any(|font| font.has(character));
    let wanted: Vec<char> = missing
        .iter()
        .copied()
        .filter(|character| !covers(&found, *character))
        .collect();
    if !wanted.is_empty() {
        let more = search(folders, &wanted);
        found.extend(more);
    }
    let mut look = look;
    for font in found.iter() {
        if missing.iter().any(|character| font.has(*character)) {
            look = look.with_font(font.clone());
        }
    }
    look
}

/// Fonts that have the characters, as few as the order of files gives.
fn search(folders: &[PathBuf], characters: &[char]) -> Vec<FontFile> {
    let mut wanted = characters.to_vec();
    let mut fonts = Vec::new();
    for path in candidates(folders).into_iter().take(MOST_READ) {
        if wanted.is_empty() {
            break;
        }
        let Ok(bytes) = fs::read(&path) else {
            continue;
        };
        let bytes: Arc<[u8]> = bytes.into();
        let index = index_for(&FontFile::names(&bytes), characters);
        let Ok(font) = FontFile::new(bytes, index) else {
            continue;
        };
        let before = wanted.len();
        wanted.retain(|character| !font.has(*character));
        if wanted.len() < before {
            fonts.push(font);
        }
    }
    fonts
}

/// Of a collection for several languages the one that the characters are of.
fn index_for(names: &[String], characters: &[char]) -> u32 {
    let any = |range: std::ops::RangeInclusive<char>| characters.iter().any(|c| range.contains(c));
    let mark = if any('\u{3040}'..='\u{30FF}') {
        "JP"
    } else if any('\u{AC00}'..='\u{D7AF}') {
        "KR"
    } else {
        "SC"
    };
    // Such as NotoSansCJKjp-Regular, SourceHanSansSC-Regular.
    let is_of = |name: &String| {
        let family = name.split('-').next().unwrap_or_default();
        family.to_ascii_uppercase().ends_with(mark)
    };
    let index = names.iter().position(is_of);
    index
        .and_then(|index| u32::try_from(index).ok())
        .unwrap_or(0)
}

/// Font files: those that are known to have many characters first, regular before other weights.
fn candidates(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders: VecDeque<PathBuf> = folders.iter().cloned().collect();
    let mut files = Vec::new();
    let mut seen = 0;
    while let Some(folder) = folders.pop_front() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            seen += 1;
            if seen > MOST_FILES {
                break;
            }
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            // Links between folders may go round; a link to a file is its file.
            if kind.is_dir() {
                folders.push_back(entry.path());
            } else if let Some(rank) = rank(&entry.path()) {
                files.push((rank, entry.path()));
            }
        }
    }
    files.sort();
    files.into_iter().map(|(_, path)| path).collect()
}

/// How early a file is looked at; `None` for what is no font or too large.
fn rank(path: &Path) -> Option<(usize, bool)> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    matches!(extension.as_str(), "ttf" | "otf" | "ttc" | "otc").then_some(())?;
    let meta = fs::metadata(path).ok()?;
    (meta.is_file() && meta.len() <= LARGEST_FILE).then_some(())?;
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let wide = WIDE.iter().position(|part| name.contains(part));
    let is_other_weight = ["bold", "light", "black", "thin", "italic", "oblique"]
        .iter()
        .any(|weight| name.contains(weight));
    Some((wide.unwrap_or(WIDE.len()), is_other_weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_collection_the_language_of_the_text_is_taken() {
        let names = ["jp", "kr", "sc"].map(|mark| format!("NotoSansCJK{mark}-Regular"));
        assert_eq!(index_for(&names, &['承', 'ま']), 0);
        assert_eq!(index_for(&names, &['승']), 1);
        assert_eq!(index_for(&names, &['承']), 2);
        assert_eq!(index_for(&["Arial".to_owned()], &['承']), 0);
    }
}
