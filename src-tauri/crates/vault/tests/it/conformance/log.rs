//! Leaves, heads, and the tree over the records that each leaf names.

use vault::{
    Error, Event, Head, LeafIndex, LoggedRequest, MAX_LEAVES, NewLeaf, Sha256, Store, TreeChange,
    TreeEntry, TreeNode,
};

use super::FIRST;
use crate::rows::{FOUNDER, intent, key_id, leaf, machine, outcome, request, root};

pub(super) async fn leaves_come_back_in_order_and_in_pages(store: &dyn Store) {
    for number in 1..10 {
        let index = store.append(leaf(&format!("kind{number}"))).await.unwrap();
        assert_eq!(index, LeafIndex(number));
    }
    assert_eq!(store.leaf_count().await.unwrap(), 10);
    let mut kinds = Vec::new();
    loop {
        let from = LeafIndex(u64::try_from(kinds.len()).unwrap());
        let page = store.leaves(from, 4).await.unwrap();
        if page.is_empty() {
            break;
        }
        for leaf in page {
            assert_eq!(leaf.index.0, u64::try_from(kinds.len()).unwrap());
            assert_eq!(leaf.leaf, format!("leaf of {}", leaf.kind).into_bytes());
            kinds.push(leaf.kind);
        }
    }
    assert_eq!(kinds.len(), 10);
    assert_eq!(kinds[9], "kind9");
    let expected = Event {
        salt: b"salt of kind9".to_vec(),
        bytes: b"event of kind9".to_vec(),
    };
    assert_eq!(store.event(LeafIndex(9)).await.unwrap(), Some(expected));
    assert_eq!(store.event(LeafIndex(10)).await.unwrap(), None);
    let all = store.leaves(LeafIndex(0), u32::MAX).await.unwrap();
    assert!(all.len() <= usize::try_from(MAX_LEAVES).unwrap());
    let beyond = store.leaves(LeafIndex(u64::MAX), 1).await;
    assert!(matches!(beyond, Err(Error::TooLarge { .. })));
}

pub(super) async fn a_request_is_logged_once(store: &dyn Store) {
    assert_eq!(store.find_by_request(request(1)).await.unwrap(), None);
    let index = store.append(intent(1)).await.unwrap();
    let found = store.find_by_request(request(1)).await.unwrap();
    let mut expected = LoggedRequest {
        index,
        kind: "intent".to_owned(),
        outcome: None,
    };
    assert_eq!(found.as_ref(), Some(&expected));
    let again = store.append(intent(1)).await;
    assert!(matches!(again, Err(Error::RequestRepeated { index: first }) if first == index));
    let again = store
        .begin_try(key_id(FOUNDER), machine(1), FIRST, intent(1))
        .await;
    assert!(matches!(again, Err(Error::RequestRepeated { .. })));
    let tries = store.tries(key_id(FOUNDER), machine(1)).await.unwrap();
    assert_eq!(tries, None, "a repeated request costs no try");

    expected.outcome = Some(store.append(outcome(index)).await.unwrap());
    let found = store.find_by_request(request(1)).await.unwrap();
    assert_eq!(found, Some(expected));
}

pub(super) async fn an_intent_is_open_until_its_outcome(store: &dyn Store) {
    let first = store.append(intent(1)).await.unwrap();
    let second = store.append(intent(2)).await.unwrap();
    store.append(leaf("login")).await.unwrap();
    let open = store.intents_without_outcome().await.unwrap();
    assert_eq!(open.len(), 2, "only an intent asks for an outcome");
    assert_eq!((open[0].index, open[1].index), (first, second));
    assert_eq!(open[0].request_id, Some(request(1)));
    assert!(open[0].at <= store.now().await.unwrap());

    store.append(outcome(first)).await.unwrap();
    let open = store.intents_without_outcome().await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].index, second);
    let again = store.append(outcome(first)).await;
    assert!(matches!(again, Err(Error::OutcomeRepeated { index }) if index == first));
}

pub(super) async fn an_outcome_is_of_a_leaf_that_exists(store: &dyn Store) {
    for beyond in [LeafIndex(1), LeafIndex(u64::MAX)] {
        let refused = store.append(outcome(beyond)).await;
        assert!(matches!(refused, Err(Error::LeafUnknown { index }) if index == beyond));
    }
}

fn head(size: u64, root_number: u32, note: &str) -> Head {
    Head {
        notarised: false,
        size,
        root: root(root_number),
        note: note.to_owned(),
    }
}

pub(super) async fn the_head_over_the_most_leaves_is_the_latest(store: &dyn Store) {
    assert_eq!(store.latest_head().await.unwrap(), None);
    store.append(leaf("a")).await.unwrap();
    store.append(leaf("b")).await.unwrap();
    let signed = head(3, 3, "signed");
    let notarised = head(3, 3, "signed and notarised");
    store.put_head(signed.clone()).await.unwrap();
    store.put_head(head(2, 2, "late")).await.unwrap();
    assert_eq!(store.latest_head().await.unwrap().as_ref(), Some(&signed));
    store.put_head(notarised.clone()).await.unwrap();
    store.put_head(signed).await.unwrap();
    assert_eq!(store.latest_head().await.unwrap(), Some(notarised));
    assert_eq!(
        store.counts().await.unwrap().heads,
        3,
        "the same one counts once"
    );
}

pub(super) async fn a_head_does_not_cover_leaves_to_come(store: &dyn Store) {
    let refused = store.put_head(head(2, 2, "early")).await;
    assert!(matches!(
        refused,
        Err(Error::HeadAhead { size: 2, leaves: 1 })
    ));
}

pub(super) async fn two_roots_of_one_size_are_refused(store: &dyn Store) {
    store.put_head(head(1, 1, "one")).await.unwrap();
    let refused = store.put_head(head(1, 2, "another")).await;
    assert!(matches!(refused, Err(Error::HeadForked { size: 1 })));
}

pub(super) async fn a_tree_is_followed_by_every_leaf_and_changed_by_none_that_came_too_late(
    store: &dyn Store,
) {
    let sha = |byte: u8| Sha256::from_bytes([byte; 32]);
    let change = |from: Option<u8>, node: u8, entry: u8| TreeChange {
        from: from.map(sha),
        after: None,
        nodes: vec![TreeNode {
            depth: 0,
            path: sha(0),
            left: sha(node),
            right: sha(node + 1),
        }],
        entries: vec![TreeEntry {
            path: sha(entry),
            value: sha(entry + 1),
        }],
    };
    let rooted = |root: u8, tree: Option<TreeChange>| NewLeaf {
        records: Some(sha(root)),
        tree,
        ..leaf("changed")
    };
    let late = TreeChange {
        after: Some(7),
        ..change(None, 0x10, 0x20)
    };
    let refused = store.append(rooted(1, Some(late))).await;
    assert!(matches!(refused, Err(Error::RecordsMoved)), "{refused:?}");
    let first = rooted(1, Some(change(None, 0x10, 0x20)));
    store.append(first.clone()).await.unwrap();
    let found = store.tree_paths(vec![sha(0x20), sha(0xa0)]).await.unwrap();
    assert_eq!((found.leaves, found.root), (2, Some(sha(1))));
    let entry = TreeEntry {
        path: sha(0x20),
        value: sha(0x21),
    };
    assert_eq!(found.paths[0].nodes, [(sha(0x10), sha(0x11))]);
    assert_eq!(found.paths[0].entry, Some(entry));
    assert_eq!(found.paths[1].entry, None, "it is on the other side");

    // From a tree that is no more, or naming none, or another one.
    for refused in [first, leaf("changed"), rooted(2, None)] {
        let refused = store.append(refused).await;
        assert!(matches!(refused, Err(Error::RecordsMoved)), "{refused:?}");
    }
    assert_eq!(store.leaf_count().await.unwrap(), 2);
    store.append(rooted(1, None)).await.unwrap();
    let second = rooted(2, Some(change(Some(1), 0x30, 0xa0)));
    store.append(second).await.unwrap();
    let found = store.tree_paths(vec![sha(0x20)]).await.unwrap();
    assert_eq!(found.root, Some(sha(2)));
    assert_eq!(found.paths[0].nodes, [(sha(0x30), sha(0x31))]);
    let page = store.tree_entries(Some(sha(0x20)), 10).await.unwrap();
    assert_eq!(page.len(), 1, "{page:?}");
    assert_eq!(store.tree_entries(None, 10).await.unwrap().len(), 2);
    assert_eq!(store.keys(None, 10).await.unwrap(), [key_id(FOUNDER)]);
}
