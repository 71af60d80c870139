//! Files of tests in memory.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::shell::{command, has, output};

/// Where the kernel keeps files in memory, and how many bytes must be free there.
const MEMORY: &str = "/dev/shm";
const ROOM: u64 = 2 << 30;

/// Has tests write into memory where there is room: they sync whatever is to last, thousands of
/// times, and a disk that loses its power is not among what they try.
pub(crate) fn in_memory(command: &mut Command) -> &mut Command {
    if env::var_os("TMPDIR").is_none() && has_room(Path::new(MEMORY)) {
        command.env("TMPDIR", MEMORY);
    }
    command
}

/// Whether a folder is in memory, takes programs, and has room.
fn has_room(folder: &Path) -> bool {
    if !has("findmnt") {
        return false;
    }
    let columns = [
        "--noheadings",
        "--bytes",
        "--output",
        "FSTYPE,OPTIONS,AVAIL",
    ];
    let mounted = output(command("findmnt", &columns).arg("--target").arg(folder));
    mounted.is_ok_and(|mounted| {
        let mut words = mounted.split_whitespace();
        words.next() == Some("tmpfs")
            && words.next().is_some_and(|options| {
                let mut options = options.split(',');
                options.all(|option| !["ro", "noexec"].contains(&option))
            })
            && words
                .next()
                .and_then(|free| free.parse().ok())
                .is_some_and(|free: u64| free >= ROOM)
    })
}
