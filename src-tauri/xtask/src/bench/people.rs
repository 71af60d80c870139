//! What lists of people cost when there are many: it must not depend on how many.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::costs::{self, Cost};
use super::stage::Stage;
use crate::shell::{command, converse, run, text_of};

/// Rows only: each has a key of its own, whose record belongs to somebody else and is listed as
/// damaged.
const PEOPLE: u32 = 10_000;

const ROWS: &str = "
BEGIN;
CREATE TEMP TABLE person AS
  WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :people)
  SELECT n, randomblob(16) AS account, randomblob(16) AS key, randomblob(32) AS certificate,
         printf('p%05d', n) AS login, printf('family%03d', n % 500) AS family FROM number;
INSERT INTO account (id, login, login_folded, name, email, role, created_at, row_version)
  SELECT account, login, login, 'Given ' || family, login || '@example.org', 'signer', 0, 1
  FROM person;
INSERT INTO account_word (word, account)
  SELECT login, account FROM person UNION SELECT family, account FROM person
  UNION SELECT 'given', account FROM person UNION SELECT 'example', account FROM person;
INSERT INTO key (id, account, ordinal, algorithm, spki, identity, origin)
  SELECT person.key, person.account, 1, algorithm, randomblob(91), identity, origin
  FROM person, key WHERE key.account = (SELECT id FROM account WHERE login = 'ana');
INSERT INTO certificate (sha256, key, serial, der, not_before, not_after, subject)
  SELECT person.certificate, person.key, randomblob(16), der, not_before, not_after, subject
  FROM person, certificate
  WHERE certificate.key = (SELECT id FROM key WHERE account =
                           (SELECT id FROM account WHERE login = 'ana'));
INSERT INTO key_state (key, version, status, certificate, wrapping_key)
  SELECT key, 1, 'active', certificate, 'wk-1' FROM person;
INSERT INTO seal (key, version, sealed, slots, signature)
  SELECT person.key, seal.version, sealed, slots, signature FROM person, seal
  WHERE seal.key = (SELECT id FROM key WHERE account =
                    (SELECT id FROM account WHERE login = 'ana'));
INSERT INTO record_mac (key, mac) SELECT key, randomblob(32) FROM person;
COMMIT;
";

/// Measures lists of 50 in an organisation of two, and in one of ten thousand.
pub(super) fn compare(stage: &Stage, runs: usize) -> Result<()> {
    let many = stage.folder().join("home-of-many");
    run(command("cp", &["-r"]).arg(stage.home()).arg(&many))?;
    let vault = many.join("vault.sqlite");
    let rows = ROWS.replace(":people", &PEOPLE.to_string());
    converse(command("sqlite3", &["-bail"]).arg(&vault), &rows)?;

    println!("\n50 people of a list; medians of {runs} interleaved runs");
    let list = |home: &Path, more: &[&str]| {
        let words = [&["--json", "users", "list", "--limit", "50"], more].concat();
        stage.call_of_chancery(home, &words)
    };
    let far = {
        let first = list(&many, &["--after", "p09000"]);
        costs::said(&first)?
    };
    let total = far.split_once("\"total\":").map(|(_, rest)| rest.trim());
    let total = total.and_then(|rest| rest.split([',', '\n']).next());
    println!("{} people, and {} on the far page", total.unwrap_or("?"), {
        far.matches("\"login\"").count()
    });
    text_of(&far, "login").context("the far page is empty")?;
    let calls = [
        ("of 2", list(&stage.home(), &[])),
        ("of 10,000, first page", list(&many, &[])),
        ("of 10,000, far page", list(&many, &["--after", "p09000"])),
        (
            "of 10,000, 20 found",
            list(&many, &["--search", "family123"]),
        ),
        ("of 10,000, all found", list(&many, &["--search", "given"])),
    ];
    let medians = costs::of_calls(&calls.each_ref().map(|(_, call)| call.clone()), runs)?;
    let floor = medians.first().copied().unwrap_or_default();
    costs::heading();
    for ((name, _), cost) in calls.iter().zip(&medians) {
        costs::line(
            name,
            Cost {
                memory: 0.0,
                ..*cost
            },
            floor,
        );
    }
    Ok(fs::remove_dir_all(&many)?)
}
