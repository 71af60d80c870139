//! SoftHSM's own files: its configuration, and a copy of what every login writes anew.

use std::fs;
use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::home::{Home, Surroundings, write_private};

/// A token's own file, beside those of its objects.
const TOKEN: &str = "token.object";
/// Our copy of it. SoftHSM (2.6.1, 2.7.0) looks only at names that end in `.object`.
const COPY: &str = "token.kept";
/// Length of the count in front of the file, which every writing raises.
const GENERATION: usize = 8;
/// Length of the type of the first attribute, which is always the same.
const FIRST_TYPE: usize = 8;

/// Writes SoftHSM's configuration for where the folder lies now, if it says anything else.
pub(crate) fn configure(surroundings: &Surroundings) -> Result<()> {
    let tokens = surroundings.home.tokens_folder();
    let path = surroundings.home.softhsm_file();
    let content = configuration(&tokens);
    if fs::read(&path).is_ok_and(|found| found == content.as_bytes()) {
        return Ok(());
    }
    write_private(&path, content.as_bytes()).map_err(|source| Error::File {
        doing: "write",
        path,
        source,
    })
}

fn configuration(tokens: &Path) -> String {
    format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nslots.removable = false\n\
         log.level = ERROR\n",
        tokens.display()
    )
}

/// Keeps a copy of each token's own file, and puts it back where the file is not whole.
///
/// At every login SoftHSM (2.6.1, 2.7.0) empties the file and fills it again. A process that ends
/// in between, and a disk that is full, leave it empty; the token is then not found, and every key
/// on it is out of reach. What it writes is what was there, but for the count in front.
///
/// To be called while nobody else on this machine logs in. Says whether one was put back.
pub(crate) fn keep_tokens(home: &Home) -> Result<bool> {
    let folder = home.tokens_folder();
    let failed = |path: &Path, source| Error::File {
        doing: "keep",
        path: path.to_owned(),
        source,
    };
    let tokens = match fs::read_dir(&folder) {
        Ok(tokens) => tokens,
        // The token will be missed when it is looked for, and by its name.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(&folder, error)),
    };
    let mut mended = false;
    for token in tokens {
        let token = token.map_err(|error| failed(&folder, error))?.path();
        if token.is_dir() {
            mended |= keep(&token).map_err(|error| failed(&token.join(TOKEN), error))?;
        }
    }
    Ok(mended)
}

fn keep(token: &Path) -> io::Result<bool> {
    let (file, copy) = (token.join(TOKEN), token.join(COPY));
    let (found, kept) = (read(&file)?, read(&copy)?);
    let attributes = |bytes: &[u8]| bytes.get(GENERATION..).map(<[u8]>::to_vec);
    if attributes(&found) == attributes(&kept) && !found.is_empty() {
        return Ok(false);
    }
    let first = |bytes: &[u8]| {
        bytes
            .get(GENERATION..GENERATION + FIRST_TYPE)
            .map(<[u8]>::to_vec)
    };
    let whole = first(&found).is_some_and(|first| first.iter().any(|byte| *byte != 0))
        && found.len() >= kept.len()
        && (kept.is_empty() || first(&found) == first(&kept));
    if whole {
        write_private(&copy, &found).map(|()| false) // made just now, or with another PIN
    } else if kept.is_empty() {
        Ok(false) // half made: whoever was founding it starts again
    } else {
        write_private(&file, &kept).map(|()| true)
    }
}

/// Reads a file; one that is not there is empty.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const FIRST: &[u8] = b"\0\0\0\0\0\0\0\x05\0\0\0\0\x80\0SI and more";

    fn kept_after(content: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let token = folder.path();
        fs::write(token.join(TOKEN), FIRST).unwrap();
        keep(token).unwrap();
        fs::write(token.join(TOKEN), content).unwrap();
        keep(token).unwrap();
        let read = |name| fs::read(token.join(name)).unwrap();
        (read(TOKEN), read(COPY))
    }

    #[test]
    fn a_file_that_was_emptied_cut_or_blanked_is_put_back() {
        for broken in [&b""[..], &FIRST[..9], &[0; 24][..]] {
            assert_eq!(kept_after(broken).0, FIRST);
        }
    }

    #[test]
    fn a_count_that_rose_is_left_as_it_is() {
        let mut raised = FIRST.to_vec();
        raised[7] += 1;
        assert_eq!(kept_after(&raised), (raised, FIRST.to_vec()));
    }

    #[test]
    fn a_file_that_says_something_else_is_copied_anew() {
        let mut other = FIRST.to_vec();
        *other.last_mut().unwrap() ^= 1;
        assert_eq!(kept_after(&other), (other.clone(), other));
    }
}
