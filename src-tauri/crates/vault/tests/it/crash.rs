//! What is left when a caller, or the whole process, goes away half way.

use std::io::{BufRead, BufReader};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll};

use vault::{AccountQuery, Answer, Counts, LeafIndex, Result, SqliteStore, Store};

use crate::rows::{empty_sqlite, enrolment, initial, key_id, leaf};

/// Polls a future so many times and then drops it.
struct PolledAtMost<'a, T> {
    future: Option<Answer<'a, T>>,
    polls: u32,
}

impl<T> Future for PolledAtMost<'_, T> {
    type Output = Option<Result<T>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            self.future = None;
            return Poll::Ready(None);
        }
        self.polls -= 1;
        let future = self.future.as_mut().expect("it is dropped once, above");
        future.as_mut().poll(context).map(Some)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_dropped_at_any_point_is_whole_or_not_there() {
    let (store, _, _directory) = empty_sqlite().await;
    store.initialise(initial()).await.unwrap();
    // How far so many polls lead depends on how fast the database answers; the invariant does not.
    for number in 1..=60 {
        let before = store.counts().await.unwrap();
        let ended = PolledAtMost {
            future: Some(store.enrol(enrolment(number))),
            polls: 1 + number % 30,
        }
        .await;
        // Waits for the write lock, and so for whatever the dropped transaction still does.
        store.append(leaf("after")).await.unwrap();
        let without = Counts {
            leaves: before.leaves + 1,
            events: before.events + 1,
            ..before
        };
        let with = Counts {
            accounts: before.accounts + 1,
            keys: before.keys + 1,
            certificates: before.certificates + 1,
            leaves: before.leaves + 2,
            events: before.events + 2,
            ..before
        };
        let after = store.counts().await.unwrap();
        let record = store.record(key_id(number)).await.unwrap();
        match ended {
            Some(ended) => {
                ended.unwrap();
                assert_eq!(after, with, "what was answered is there");
            }
            None if record.is_some() => assert_eq!(after, with),
            None => assert_eq!(after, without),
        }
        assert_eq!(record.is_some(), after == with);
    }
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

/// Names the vault for the process that is to be killed.
const VICTIM: &str = "CHANCERY_TEST_VICTIM";

/// No test, but the process the next one kills: appends leaves and prints each index.
#[test]
#[ignore = "is run, and killed, by the next test"]
fn victim() {
    let Some(path) = std::env::var_os(VICTIM) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(path.as_ref()).await.unwrap();
        loop {
            let index = store.append(leaf("intent")).await.unwrap();
            use std::io::Write;
            writeln!(std::io::stdout(), "acknowledged {index}").unwrap();
        }
    });
}

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    let (store, path, _directory) = empty_sqlite().await;
    store.initialise(initial()).await.unwrap();
    store.close().await;
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["crash::victim", "--exact", "--ignored", "--nocapture"])
        .env(VICTIM, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut acknowledged = lines.filter_map(|line| {
        let line = line.unwrap();
        let index = line.strip_prefix("acknowledged ")?;
        Some(index.parse::<u64>().unwrap())
    });
    let some = acknowledged.by_ref().take(20).last().unwrap();
    victim.kill().unwrap();
    victim.wait().unwrap();
    let last = acknowledged.last().unwrap_or(some);

    let store = SqliteStore::open(&path).await.unwrap();
    let leaves = store.leaf_count().await.unwrap();
    assert!(leaves > last, "{leaves} leaves, {last} acknowledged");
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.events, leaves, "each leaf has its event");
    let next = store.append(leaf("after")).await.unwrap();
    assert_eq!(next, LeafIndex(leaves));
}

#[tokio::test]
async fn ten_thousand_people_are_paged_through() {
    let (store, path, _directory) = empty_sqlite().await;
    store.initialise(initial()).await.unwrap();
    // Enrolled in one statement: ten thousand durable commits would say nothing more.
    crate::rows::tamper(
        &path,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         INSERT INTO account
         SELECT randomblob(16), printf('Person%05d', i), printf('person%05d', i), 'Someone', '',
                'signer', 0, 1, NULL, NULL FROM n;
         INSERT INTO account_word SELECT login_folded, id FROM account WHERE login <> 'Founder'",
    )
    .await
    .unwrap();
    let mut query = AccountQuery {
        search: String::new(),
        after: None,
        limit: 500,
    };
    let mut seen = Vec::new();
    loop {
        let page = store.accounts(query.clone()).await.unwrap();
        assert_eq!(page.total, 10_001);
        seen.extend(page.accounts.into_iter().map(|row| row.account.login));
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 10_001);
    assert_eq!(seen.last().unwrap(), "Person10000");
    query.search = "person0999".to_owned();
    query.after = None;
    assert_eq!(store.accounts(query).await.unwrap().total, 10);
}
