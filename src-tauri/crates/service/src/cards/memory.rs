//! What this machine remembers of modules for cards: which a person chose, and what their files
//! were when they were last used (CUSTODY-FORMAT 5: a change is said, not refused).

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::home::{State, create_private_folder, write_private};
use crate::signing_algorithm::hex;

/// Most modules whose files are remembered.
const MOST: usize = 64;

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Modules that a person chose.
    #[serde(default)]
    pub(super) chosen: Vec<PathBuf>,
    /// SHA-256 of modules by their path.
    #[serde(default)]
    files: BTreeMap<PathBuf, String>,
}

impl Memory {
    /// What is remembered; nothing where that cannot be read, so that a damaged file stops nobody.
    pub(super) fn load(state: &State) -> Self {
        fs::read(state.card_drivers_file())
            .ok()
            .and_then(|content| serde_json::from_slice(&content).ok())
            .unwrap_or_default()
    }

    fn store(&self, state: &State) -> io::Result<()> {
        let path = state.card_drivers_file();
        create_private_folder(path.parent().unwrap_or(Path::new(".")))?;
        write_private(&path, &serde_json::to_vec_pretty(self)?)
    }

    /// Remembers the file of a module; says whether it was another one before.
    ///
    /// What cannot be remembered is compared with nothing the next time.
    pub(super) fn remember(state: &State, module: &Path, sha256: &[u8; 32]) -> bool {
        let _alone = alone();
        let mut memory = Self::load(state);
        let now = hex(sha256);
        let before = memory.files.insert(module.to_owned(), now.clone());
        if before.as_ref() == Some(&now) {
            return false;
        }
        while memory.files.len() > MOST {
            memory.files.pop_first();
        }
        let _ = memory.store(state);
        before.is_some()
    }

    /// Remembers a module that a person chose, or forgets those that were.
    pub(super) fn choose(state: &State, module: Option<PathBuf>) -> io::Result<()> {
        let _alone = alone();
        let mut memory = Self::load(state);
        match module {
            Some(module) if memory.chosen.contains(&module) => return Ok(()),
            Some(module) => memory.chosen.insert(0, module),
            None => memory.chosen.clear(),
        }
        memory.chosen.truncate(MOST);
        memory.store(state)
    }
}

/// Modules are looked at side by side: what one remembers must not be lost to another.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn another_file_at_a_module_s_path_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::new(folder.path().join("state"));
        let module = Path::new("/usr/lib/module.so");
        let seen = [[1; 32], [1; 32], [2; 32], [2; 32]]
            .map(|sha256| Memory::remember(&state, module, &sha256));
        assert_eq!(seen, [false, false, true, false]);
    }

    #[test]
    fn a_module_that_was_chosen_is_known_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::new(folder.path().join("state"));
        let module = PathBuf::from("/opt/module.so");
        Memory::choose(&state, Some(module.clone())).unwrap();
        Memory::choose(&state, Some(module.clone())).unwrap();
        assert_eq!(Memory::load(&state).chosen, [module]);
        fs::write(state.card_drivers_file(), "damaged").unwrap();
        assert_eq!(Memory::load(&state), Memory::default());
    }
}
