//! The lines about one thing, found among those of thousands of people.
//!
//! The file of a machine grows by some lines for each person and is in the order of the log. Beside it
//! lies a copy of its beginning in the order of the digests, which follows from it and is made anew now
//! and then: what is asked for is found there in a few reads, and the few lines behind it are gone
//! through.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::{Signed, Subject, signed};
use crate::audit::records::Hash;
use crate::error::{Error, Result};
use crate::home::write_private;

/// Length of a line in bytes: digest, index of the intent, index of the outcome.
pub(super) const LINE: usize = 48;
/// Lines of the file that no sorted copy need have.
const UNSORTED: u64 = 1024;

/// A line.
pub(super) type Line = [u8; LINE];

/// All lines, as they are at one time.
pub(crate) struct Lines {
    copy: Option<Sorted>,
    /// The lines behind the copy, in the order of the digests.
    behind: Vec<Line>,
}

impl Lines {
    /// So many of the file, and new ones.
    pub(super) fn read(folder: &Path, kept: u64, new: &[Line]) -> Result<Self> {
        let read = || -> io::Result<Self> {
            let copy = Sorted::open(folder)?.filter(|copy| copy.count <= kept);
            let from = copy.as_ref().map_or(0, |copy| copy.count);
            let mut behind = lines(folder, from, kept)?;
            behind.extend_from_slice(new);
            sort(&mut behind);
            Ok(Self { copy, behind })
        };
        read().map_err(Error::State)
    }

    /// Every place where this was signed.
    pub(crate) fn places(&self, digest: &Hash) -> Result<Vec<Signed>> {
        let copied = match &self.copy {
            Some(copy) => copy.of(digest).map_err(Error::State)?,
            None => Vec::new(),
        };
        let first = self.behind.partition_point(|line| line[..32] < digest[..]);
        let behind = self.behind[first..].iter();
        let behind = behind.take_while(|line| line.starts_with(digest));
        Ok(copied.iter().chain(behind).map(signed).collect())
    }

    /// The acts about something, in the order in which they were done. An intent has one outcome: a
    /// second one is somebody's who could not sign what the first one names.
    pub(crate) fn acts(&self, subject: Subject) -> Result<Vec<u64>> {
        let mut intents = BTreeSet::new();
        let mut outcomes = Vec::new();
        for place in self.places(&subject.line())? {
            match place {
                Signed::Done { intent, outcome } if intents.insert(intent) => {
                    outcomes.push(outcome)
                }
                Signed::Done { .. } => {}
                Signed::Before { outcome } => outcomes.push(outcome),
            }
        }
        Ok(outcomes)
    }

    /// Where the last of them was done.
    pub(crate) fn last(&self, subject: Subject) -> Result<Option<u64>> {
        Ok(self.acts(subject)?.last().copied())
    }
}

/// The copy.
struct Sorted {
    file: File,
    /// How many lines it has.
    count: u64,
}

impl Sorted {
    /// Opens it, if there is one.
    fn open(folder: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path_of_copy(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let count = file.metadata()?.len() / LINE as u64;
        Ok(Some(Self { file, count }))
    }

    /// The lines with a digest, in the order of the log.
    fn of(&self, digest: &Hash) -> io::Result<Vec<Line>> {
        let (mut from, mut to) = (0, self.count);
        while from < to {
            let middle = from + (to - from) / 2;
            if self.line(middle)?[..32] < digest[..] {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        let mut found = Vec::new();
        for at in from..self.count {
            let line = self.line(at)?;
            if !line.starts_with(digest) {
                break;
            }
            found.push(line);
        }
        Ok(found)
    }

    fn line(&self, at: u64) -> io::Result<Line> {
        let mut line = [0; LINE];
        self.file.read_exact_at(&mut line, at * LINE as u64)?;
        Ok(line)
    }
}

/// Makes the copy anew, if more lines than a few have come since.
pub(super) fn sort_anew(folder: &Path, count: u64) -> io::Result<()> {
    let copied = Sorted::open(folder)?.map_or(0, |copy| copy.count);
    if count < copied.saturating_add(UNSORTED) {
        return Ok(());
    }
    let mut lines = lines(folder, 0, count)?;
    sort(&mut lines);
    write_private(&path_of_copy(folder), lines.as_flattened())
}

/// Removes the copy, where the file is begun anew.
pub(super) fn forget_copy(folder: &Path) -> io::Result<()> {
    match fs::remove_file(path_of_copy(folder)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Lines of one digest stay in the order of the log.
fn sort(lines: &mut [Line]) {
    lines.sort_by(|one, other| one[..32].cmp(&other[..32]));
}

/// The lines of the file in this range; it must have them.
fn lines(folder: &Path, from: u64, to: u64) -> io::Result<Vec<Line>> {
    if from >= to {
        return Ok(Vec::new());
    }
    let file = File::open(path(folder))?;
    if file.metadata()?.len() / (LINE as u64) < to {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let count = usize::try_from(to - from).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut lines = vec![[0; LINE]; count];
    file.read_exact_at(lines.as_flattened_mut(), from * LINE as u64)?;
    Ok(lines)
}

/// How many lines the file has.
pub(super) fn count(folder: &Path) -> u64 {
    fs::metadata(path(folder)).map_or(0, |file| file.len() / LINE as u64)
}

/// The file in the order of the log.
pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("signed-rows")
}

fn path_of_copy(folder: &Path) -> PathBuf {
    folder.join("signed-rows.sorted")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Lines of a log in which every seventh act is about the same.
    fn of_the_log(count: u64) -> Vec<Line> {
        let line = |number: u64| {
            let about = if number.is_multiple_of(7) { 0 } else { number };
            let mut line = [0; LINE];
            line[..32].copy_from_slice(&crate::signing_algorithm::sha256(&about.to_be_bytes()));
            line[32..40].copy_from_slice(&(2 * number).to_be_bytes());
            line[40..].copy_from_slice(&(2 * number + 1).to_be_bytes());
            line
        };
        (0..count).map(line).collect()
    }

    fn digest(about: u64) -> Hash {
        crate::signing_algorithm::sha256(&about.to_be_bytes())
    }

    /// What going through all lines finds.
    fn gone_through(lines: &[Line], digest: &Hash) -> Vec<Signed> {
        let of = lines.iter().filter(|line| line.starts_with(digest));
        of.map(signed).collect()
    }

    #[test]
    fn what_is_found_in_the_copy_behind_it_and_among_new_ones_is_what_going_through_all_finds() {
        let folder = tempfile::tempdir().unwrap();
        let all = of_the_log(2 * UNSORTED);
        let (kept, new) = all.split_at(all.len() - 20);
        let copied = UNSORTED + 300;
        fs::write(path(folder.path()), kept.as_flattened()).unwrap();
        sort_anew(folder.path(), copied).unwrap();
        let lines = Lines::read(folder.path(), kept.len() as u64, new).unwrap();
        assert_eq!(lines.copy.as_ref().unwrap().count, copied);
        assert_eq!(lines.behind.len() as u64, all.len() as u64 - copied);
        for about in 0..all.len() as u64 + 10 {
            let places = lines.places(&digest(about)).unwrap();
            assert_eq!(places, gone_through(&all, &digest(about)), "{about}");
        }
        assert!(lines.places(&digest(0)).unwrap().len() > 200);
    }

    #[test]
    fn a_copy_of_more_lines_than_a_machine_has_taken_up_is_not_asked() {
        let folder = tempfile::tempdir().unwrap();
        let all = of_the_log(UNSORTED + 100);
        fs::write(path(folder.path()), all.as_flattened()).unwrap();
        sort_anew(folder.path(), all.len() as u64).unwrap();
        let taken_up = &all[..50];
        let lines = Lines::read(folder.path(), 50, &[]).unwrap();
        for about in 0..100 {
            let places = lines.places(&digest(about)).unwrap();
            assert_eq!(places, gone_through(taken_up, &digest(about)), "{about}");
        }
    }

    #[test]
    fn a_copy_is_made_anew_when_many_lines_have_come_and_goes_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let all = of_the_log(3 * UNSORTED);
        fs::write(path(folder.path()), all.as_flattened()).unwrap();
        let copied = || {
            let copy = Sorted::open(folder.path()).unwrap();
            copy.map(|copy| copy.count)
        };
        sort_anew(folder.path(), UNSORTED - 1).unwrap();
        assert_eq!(copied(), None);
        sort_anew(folder.path(), UNSORTED).unwrap();
        sort_anew(folder.path(), 2 * UNSORTED - 1).unwrap();
        assert_eq!(copied(), Some(UNSORTED));
        sort_anew(folder.path(), 2 * UNSORTED).unwrap();
        assert_eq!(copied(), Some(2 * UNSORTED));
        forget_copy(folder.path()).unwrap();
        assert_eq!(copied(), None);
    }

    #[test]
    fn a_file_that_lost_lines_is_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let all = of_the_log(10);
        fs::write(path(folder.path()), all[..9].as_flattened()).unwrap();
        assert!(Lines::read(folder.path(), 10, &[]).is_err());
    }
}
