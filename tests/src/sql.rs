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

/// The rows of a table as the statements that insert them.
///
/// # Panics
/// As [`run`].
#[must_use]
pub fn rows(database: &Path, table: &str) -> String {
    let output = Command::new("sqlite3")
        .arg(database)
        .arg(format!(".mode insert {table}"))
        .arg(format!("SELECT * FROM {table}"))
        .output()
        .expect("sqlite3 runs (Debian: apt-get install sqlite3)");
    String::from_utf8(output.stdout).expect("sqlite3 prints text")
}

/// Runs SQL with the triggers out of the way and puts them back as they were: who may write to a
/// database may do that, and a missing one would be noticed. References are not checked.
///
/// # Panics
/// As [`run`].
pub fn edit(database: &Path, sql: &str) -> String {
    edit_with(database, "", sql)
}

/// The same, with something to be done before the transaction.
///
/// # Panics
/// As [`run`].
pub fn edit_with(database: &Path, first: &str, sql: &str) -> String {
    let triggers = "FROM sqlite_schema WHERE type = 'trigger'";
    let drop = run(
        database,
        &format!("SELECT 'DROP TRIGGER ' || name || ';' {triggers}"),
    );
    let make = run(database, &format!("SELECT sql || ';' {triggers}"));
    run(
        database,
        &format!("{first}; PRAGMA foreign_keys = OFF; BEGIN; {drop} {sql}; {make} COMMIT;"),
    )
}
