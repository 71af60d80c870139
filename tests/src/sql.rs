//! What somebody with write access to the database would do, done with `sqlite3`.

use std::path::Path;
use std::process::Command;

/// Runs SQL on a database and gives what it prints.
///
/// # Panics
/// If `sqlite3` is missing or the SQL is refused.
pub fn run(database: &Path, sql: &str) -> String {
    let output = Command::new("sqlite3")
        .arg(database)
        .arg(sql)
        .output()
        .expect("sqlite3 runs (Debian: apt-get install sqlite3)");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("sqlite3 prints text")
        .trim()
        .to_owned()
}

/// Takes away the triggers of a database: who may write to it may do that, too.
pub fn drop_triggers(database: &Path) {
    let triggers = run(
        database,
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    );
    for trigger in triggers.lines() {
        run(database, &format!("DROP TRIGGER \"{trigger}\""));
    }
}
