//! What the SQLite schema itself refuses, whoever asks.

use vault::{Head, LeafIndex, SqliteStore, Store};

use crate::rows::{empty_sqlite, initial, root, tamper};

/// Runs each statement on a founded vault and returns what it was answered.
async fn answers<const N: usize>(statements: [&'static str; N]) -> [Result<(), String>; N] {
    let (store, path, _directory) = empty_sqlite().await;
    store.initialise(initial()).await.unwrap();
    let head = Head {
        notarised: false,
        size: 1,
        root: root(1),
        note: "note".to_owned(),
    };
    store.put_head(head).await.unwrap();
    store.close().await;
    let mut answers = statements.map(|_| Ok(()));
    for (answer, statement) in answers.iter_mut().zip(statements) {
        *answer = tamper(&path, statement).await.map_err(|e| e.to_string());
    }
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.leaf_count().await.unwrap(), 1);
    answers
}

#[tokio::test]
async fn leaves_certificates_heads_and_keys_are_never_updated_or_deleted() {
    let statements = [
        "UPDATE leaf SET kind = 'other'",
        "DELETE FROM event; DELETE FROM leaf",
        "UPDATE certificate SET subject = 'CN=Mallory'",
        "PRAGMA foreign_keys = OFF; DELETE FROM certificate",
        "UPDATE head SET note = 'other'",
        "DELETE FROM head",
        "UPDATE key SET spki = x'00'",
        "PRAGMA foreign_keys = OFF; DELETE FROM key",
        "PRAGMA foreign_keys = OFF; DELETE FROM key_state",
        "UPDATE event SET bytes = x'00'",
    ];
    // The second statement's first half erases the event, which is allowed; the last then finds no
    // row to update, so it is tried apart.
    let [rest @ .., _] = answers(statements).await;
    for (answer, statement) in rest.iter().zip(statements) {
        let refusal = answer.as_ref().expect_err(statement);
        assert!(refusal.contains("never"), "{statement}: {refusal}");
    }
    let [event] = answers(["UPDATE event SET bytes = x'00'"]).await;
    assert!(event.unwrap_err().contains("never updated"));
}

#[tokio::test]
async fn a_replace_does_not_get_round_the_triggers() {
    let statements = [
        "INSERT OR REPLACE INTO leaf (leaf_index, kind, bytes, at) VALUES (0, 'x', x'00', 0)",
        "PRAGMA recursive_triggers = ON; PRAGMA foreign_keys = OFF;
         REPLACE INTO certificate SELECT sha256, key, serial, x'00', 0, 0, '' FROM certificate",
    ];
    let [leaf, certificate] = answers(statements).await;
    assert!(leaf.unwrap_err().contains("end of the log"));
    assert!(certificate.unwrap_err().contains("never deleted"));
}

#[tokio::test]
async fn the_log_has_no_gaps() {
    let [gap, before] = answers([
        "INSERT INTO leaf (leaf_index, kind, bytes, at) VALUES (2, 'x', x'00', 0)",
        "INSERT INTO head (size, root, note) SELECT size, zeroblob(32), 'fork' FROM head",
    ])
    .await;
    assert!(gap.unwrap_err().contains("end of the log"));
    assert!(before.unwrap_err().contains("one root"));
}

#[tokio::test]
async fn an_erased_event_leaves_its_leaf() {
    let (store, path, _directory) = empty_sqlite().await;
    store.initialise(initial()).await.unwrap();
    tamper(&path, "DELETE FROM event WHERE leaf_index = 0")
        .await
        .unwrap();
    assert_eq!(store.event(LeafIndex(0)).await.unwrap(), None);
    let leaves = store.leaves(LeafIndex(0), 1).await.unwrap();
    assert_eq!(leaves[0].leaf, initial().leaf.leaf);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}
