//! What SQLite does with what it is asked often: it must not read more the more people there are.

use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::SqliteStore;
use super::accounts::{page_query, total_query};
use super::log::LATEST_HEAD;
use super::row::value;
use super::status::OFF;
use crate::account::Cursor;

/// What SQLite says it will do, one step a line.
async fn plan(store: &SqliteStore, query: &str) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {query}");
    let rows = sqlx::query(AssertSqlSafe(sql).into_sql_str())
        .fetch_all(&store.pool)
        .await
        .unwrap();
    rows.iter()
        .map(|row| value(row, "detail").unwrap())
        .collect()
}

async fn store() -> (SqliteStore, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.sqlite");
    (SqliteStore::create(&path).await.unwrap(), directory)
}

#[tokio::test]
async fn a_page_is_read_through_the_index_of_logins() {
    let (store, _directory) = store().await;
    let cursor = Cursor::parse("m");
    let query = page_query(&[], Some(&cursor), 51);
    let steps = plan(&store, query.sql().as_str()).await;
    assert!(
        steps
            .iter()
            .any(|step| step.starts_with("SEARCH account USING INDEX")
                && step.contains("(login_folded>?)")),
        "{steps:?}"
    );
    assert!(
        !steps
            .iter()
            .any(|step| step.starts_with("SCAN") || step.contains("TEMP B-TREE")),
        "no table is read whole, nothing is sorted: {steps:?}"
    );
}

#[tokio::test]
async fn a_search_is_a_range_of_the_index_of_words() {
    let (store, _directory) = store().await;
    let words = ["ada".to_owned(), "love".to_owned()];
    for query in [page_query(&words, None, 51), total_query(&words)] {
        let steps = plan(&store, query.sql().as_str()).await;
        assert!(
            steps
                .iter()
                .any(|step| step.starts_with("SEARCH account_word USING PRIMARY KEY")),
            "{steps:?}"
        );
        assert!(
            !steps.iter().any(|step| step.starts_with("SCAN")),
            "no table is read whole: {steps:?}"
        );
    }
}

#[tokio::test]
async fn the_newest_head_is_found_without_going_through_the_others() {
    let (store, _directory) = store().await;
    let steps = plan(&store, LATEST_HEAD).await;
    assert!(
        steps
            .iter()
            .any(|step| step.starts_with("SEARCH head USING INDEX") && step.contains("(size=?)")),
        "{steps:?}"
    );
    assert!(
        !steps.iter().any(|step| step.starts_with("SCAN")),
        "no table is read whole: {steps:?}"
    );
}

#[tokio::test]
async fn keys_in_use_are_not_gone_through_for_those_that_are_not() {
    let (store, _directory) = store().await;
    let steps = plan(&store, OFF).await;
    let of_states = steps.iter().filter(|step| step.contains(" key_state "));
    let of_states: Vec<_> = of_states.collect();
    assert!(
        of_states.len() == 2
            && of_states
                .iter()
                .all(|step| step.contains("key_state_not_active") || step.starts_with("SEARCH")),
        "{steps:?}"
    );
}
