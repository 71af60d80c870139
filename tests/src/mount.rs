//! Small file systems of a test's own, for disks that are full or cannot be written to.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, mounted for as long as this lives.
pub struct Mount(PathBuf);

impl Mount {
    /// Mounts one of so many kibibytes on a folder, which is made if need be.
    ///
    /// None without the right to mount: then the test says that it saw nothing.
    ///
    /// # Panics
    /// If there is no folder or no `mount`.
    #[must_use]
    pub fn on(folder: &Path, kibibytes: u32) -> Option<Self> {
        fs::create_dir_all(folder).expect("the folder can be made");
        let size = format!("size={kibibytes}k,mode=700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "chancery-test"])
            .arg(folder)
            .output()
            .expect("mount runs");
        if mounted.status.success() {
            return Some(Self(folder.to_owned()));
        }
        crate::say(&format!(
            "not run: {}",
            String::from_utf8_lossy(&mounted.stderr).trim()
        ));
        None
    }

    /// Fills it to the last byte.
    ///
    /// # Panics
    /// If that is not how it ends.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("there is room for a name");
        for size in [4096, 1] {
            let error = loop {
                if let Err(error) = filler.write_all(&vec![0; size]) {
                    break error;
                }
            };
            assert_eq!(error.kind(), ErrorKind::StorageFull);
        }
    }

    /// Makes room again.
    ///
    /// # Panics
    /// If it was not filled.
    pub fn make_room(&self) {
        fs::remove_file(self.filler()).expect("it was filled");
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Lets nobody write to it any more.
    ///
    /// # Panics
    /// If it cannot be mounted again.
    pub fn close(&self) {
        let status = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(&self.0)
            .status()
            .expect("mount runs");
        assert!(status.success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: a host process may still have a file open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
