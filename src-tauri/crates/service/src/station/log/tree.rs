//! The tree over the current records, as the newest leaf vouches for it: read along paths, changed and
//! mended.

use vault::{LeafIndex, NewLeaf, Sha256};

use super::draft::Draft;
use super::{ATTEMPTS, Log};
use crate::audit;
use crate::audit::records::{Entry, Hash, Tree};
use crate::error::Result;
use crate::station::records;

impl Log<'_> {
    /// The tree with these entries in it; none if nothing changes, or in a log that has no tree yet.
    pub(super) fn tree(&mut self, entries: &[Entry]) -> Result<Option<Tree>> {
        if entries.is_empty() || self.records.is_none() {
            return Ok(None);
        }
        let paths: Vec<Hash> = entries.iter().map(|entry| entry.path).collect();
        let found = self.along(&paths)?;
        let Some(root) = self.records else {
            return Ok(None);
        };
        let mut tree = Tree::of(root);
        for (path, found) in paths.iter().zip(&found) {
            tree.take_up(path, found)?;
        }
        for entry in entries {
            tree.set(*entry)?;
        }
        Ok(Some(tree))
    }

    /// What the vault has along these paths, at a time when this is the newest leaf.
    fn along(&mut self, paths: &[Hash]) -> Result<Vec<audit::records::Found>> {
        for _ in 0..ATTEMPTS {
            let asked = paths.iter().map(|path| Sha256::from(*path)).collect();
            let found = self.station.wait(self.station.store.tree_paths(asked))?;
            if found.leaves == self.frontier.size() && found.paths.len() == paths.len() {
                let found: Vec<_> = found.paths.iter().map(records::found).collect();
                if self.are_of_the_tree(paths, &found) || !self.mend_tree()? {
                    return Ok(found);
                }
                continue;
            }
            self.catch_up()?;
        }
        Err(audit::Error::RecordsRestless.into())
    }

    /// Whether this is what lies along the paths in the tree that the newest leaf names.
    fn are_of_the_tree(&self, paths: &[Hash], found: &[audit::records::Found]) -> bool {
        let Some(root) = self.records else {
            return true;
        };
        let mut pairs = paths.iter().zip(found);
        pairs.all(|(path, found)| found.under(&root, path).is_ok())
    }

    /// Makes the inner nodes anew from the entries, where these are the ones that the newest leaf
    /// vouches for; says whether they are. Nobody need be trusted for that: the root decides.
    fn mend_tree(&mut self) -> Result<bool> {
        if self.mended {
            return Ok(false);
        }
        self.mended = true;
        let mut entries = Vec::new();
        let mut after = None;
        loop {
            let store = &self.station.store;
            let page = self
                .station
                .wait(store.tree_entries(after, vault::MAX_TREE_ENTRIES))?;
            let Some(last) = page.last() else { break };
            after = Some(last.path);
            entries.extend(page.iter().map(|entry| Entry {
                path: *entry.path.as_bytes(),
                value: *entry.value.as_bytes(),
            }));
        }
        let tree = Tree::over(entries);
        if Some(tree.root()) != self.records {
            return Ok(false);
        }
        let nodes = records::change(&tree, None, None).nodes;
        let store = &self.station.store;
        self.station
            .wait(store.replace_tree_nodes(nodes, self.frontier.size()))
    }

    /// The values at these paths that the newest leaf vouches for; none in a log that has no tree
    /// over the records yet.
    pub(crate) fn current(&mut self, paths: &[Hash]) -> Result<Option<Vec<Option<Hash>>>> {
        if self.records.is_none() {
            return Ok(None);
        }
        let found = self.along(paths)?;
        let Some(root) = self.records else {
            return Ok(None);
        };
        let values = paths.iter().zip(&found);
        let values = values.map(|(path, found)| Ok(found.under(&root, path)?));
        values.collect::<Result<_>>().map(Some)
    }

    /// Whether the log is older than the tree over the records, and has none yet.
    pub(crate) fn has_no_records(&self) -> bool {
        self.records.is_none()
    }

    /// Writes the leaf that makes the tree over the records of a log that has none; nothing may have
    /// been logged since this log's newest leaf.
    pub(crate) fn write_first_tree(
        &mut self,
        draft: Draft<'_>,
        tree: &Tree,
    ) -> Result<(LeafIndex, NewLeaf)> {
        let mut leaf = self.draft(draft, Some(tree.root()))?;
        leaf.tree = Some(records::change(tree, None, Some(self.frontier.size())));
        let index = self.station.wait(self.station.store.append(leaf.clone()))?;
        Ok((index, leaf))
    }
}
