//! The tree over the current records.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row, Sqlite};

use super::log;
use super::row::bytes;
use crate::error::{Error, Result};
use crate::id::Sha256;
use crate::log::NewLeaf;
use crate::store::MAX_TREE_ENTRIES;
use crate::tree::{DEPTHS, TreeChange, TreeEntry, TreeNode, TreePath, TreePaths, node_id, range};

/// The name in `meta` under which the root lies that the newest leaf names.
const ROOT: &str = "records_root";

/// Nodes asked for at once. A tree of a million entries is hardly deeper.
const STEP: usize = 32;

pub(super) async fn root(connection: &mut SqliteConnection) -> Result<Option<Sha256>> {
    let row = sqlx::query("SELECT value FROM meta WHERE name = ?")
        .bind(ROOT)
        .fetch_optional(connection)
        .await?;
    row.map(|row| bytes(&row, "value")).transpose()
}

/// Brings the tree to the root that a leaf names; refuses a leaf that was made from another tree.
///
/// The caller's transaction holds the write lock; `leaves` is how many there are before this one.
pub(super) async fn follow(
    connection: &mut SqliteConnection,
    leaf: &NewLeaf,
    leaves: u64,
) -> Result<()> {
    let now = root(connection).await?;
    let Some(change) = &leaf.tree else {
        return if now == leaf.records {
            Ok(())
        } else {
            Err(Error::RecordsMoved)
        };
    };
    if now != change.from || change.after.is_some_and(|after| after != leaves) {
        return Err(Error::RecordsMoved);
    }
    write(connection, change).await?;
    let Some(root) = leaf.records else {
        return Err(Error::RecordsMoved);
    };
    sqlx::query(
        "INSERT INTO meta (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(ROOT)
    .bind(root.as_bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts these in the place of all inner nodes.
pub(super) async fn replace_nodes(
    connection: &mut SqliteConnection,
    nodes: &[TreeNode],
) -> Result<()> {
    sqlx::query("DELETE FROM tree_node")
        .execute(&mut *connection)
        .await?;
    write_nodes(connection, nodes).await
}

async fn write_nodes(connection: &mut SqliteConnection, nodes: &[TreeNode]) -> Result<()> {
    for node in nodes {
        sqlx::query(
            "INSERT INTO tree_node (id, left, right) VALUES (?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET left = excluded.left, right = excluded.right",
        )
        .bind(node_id(&node.path, node.depth))
        .bind(node.left.as_bytes().as_slice())
        .bind(node.right.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn write(connection: &mut SqliteConnection, change: &TreeChange) -> Result<()> {
    write_nodes(connection, &change.nodes).await?;
    for entry in &change.entries {
        sqlx::query(
            "INSERT INTO tree_entry (path, value) VALUES (?, ?)
             ON CONFLICT (path) DO UPDATE SET value = excluded.value",
        )
        .bind(entry.path.as_bytes().as_slice())
        .bind(entry.value.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Reads what lies along several paths; the caller's transaction makes it one snapshot.
pub(super) async fn paths(
    connection: &mut SqliteConnection,
    asked: &[Sha256],
) -> Result<TreePaths> {
    let leaves = log::count_leaves(connection).await?;
    let root = root(connection).await?;
    let mut paths = Vec::with_capacity(asked.len());
    for path in asked {
        let nodes = nodes(connection, path).await?;
        // Below the last node there is one entry or none; a second one is nobody's of ours.
        let (first, last) = range(path, nodes.len());
        let entry = entry(connection, &first, &last).await?;
        paths.push(TreePath { nodes, entry });
    }
    Ok(TreePaths {
        leaves,
        root,
        paths,
    })
}

/// The inner nodes on a path, from the root on, up to where one is missing.
async fn nodes(connection: &mut SqliteConnection, path: &Sha256) -> Result<Vec<(Sha256, Sha256)>> {
    let mut found = Vec::new();
    for begin in (0..DEPTHS).step_by(STEP) {
        let mut query =
            QueryBuilder::<Sqlite>::new("SELECT id, left, right FROM tree_node WHERE id IN (");
        let mut ids = query.separated(", ");
        for depth in begin..begin + STEP {
            let depth = u8::try_from(depth).expect("256 depths fit one byte");
            ids.push_bind(node_id(path, depth));
        }
        query.push(")");
        let rows = query.build().fetch_all(&mut *connection).await?;
        let mut rows: Vec<_> = rows.iter().map(node).collect::<Result<_>>()?;
        rows.sort_by_key(|(depth, ..)| *depth);
        for (depth, left, right) in rows {
            if depth != found.len() {
                return Ok(found);
            }
            found.push((left, right));
        }
        if found.len() < begin + STEP {
            break;
        }
    }
    Ok(found)
}

fn node(row: &SqliteRow) -> Result<(usize, Sha256, Sha256)> {
    let id: &[u8] = row.try_get("id")?;
    let depth = id.first().copied().unwrap_or_default();
    Ok((
        usize::from(depth),
        bytes(row, "left")?,
        bytes(row, "right")?,
    ))
}

/// The first entry within a range.
async fn entry(
    connection: &mut SqliteConnection,
    first: &[u8; 32],
    last: &[u8; 32],
) -> Result<Option<TreeEntry>> {
    let row = sqlx::query(
        "SELECT path, value FROM tree_entry WHERE path >= ? AND path <= ? ORDER BY path LIMIT 1",
    )
    .bind(first.as_slice())
    .bind(last.as_slice())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(tree_entry).transpose()
}

/// A page of entries in the order of their paths.
pub(super) async fn page(
    connection: &mut SqliteConnection,
    after: Option<Sha256>,
    limit: u32,
) -> Result<Vec<TreeEntry>> {
    let rows =
        sqlx::query("SELECT path, value FROM tree_entry WHERE path > ? ORDER BY path LIMIT ?")
            .bind(
                after
                    .as_ref()
                    .map_or(&[][..], |path| path.as_bytes().as_slice()),
            )
            .bind(limit.min(MAX_TREE_ENTRIES))
            .fetch_all(connection)
            .await?;
    rows.iter().map(tree_entry).collect()
}

fn tree_entry(row: &SqliteRow) -> Result<TreeEntry> {
    Ok(TreeEntry {
        path: bytes(row, "path")?,
        value: bytes(row, "value")?,
    })
}
