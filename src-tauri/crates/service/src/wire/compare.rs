//! Two revisions of a file, as pictures show them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Rect;

/// Where two revisions of a file look different.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Comparison {
    /// Length of the file at the end of the earlier revision.
    #[ts(type = "number")]
    pub from: u64,
    /// Length of the file at the end of the later one.
    #[ts(type = "number")]
    pub to: u64,
    /// How many pages the earlier one has; all of them were drawn.
    pub pages_before: u32,
    /// How many pages the later one has; all of them were drawn.
    pub pages_after: u32,
    /// The pages that look different, in order.
    pub pages: Vec<PageComparison>,
}

/// Where a page looks different.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PageComparison {
    /// Counted from 1.
    pub page: u32,
    /// Width of the later page as shown, in points; of the earlier one where there is none.
    pub width: f64,
    /// Height, likewise.
    pub height: f64,
    /// Boxes round what is different; the whole page where it is in one of them only, or of another
    /// size.
    pub places: Vec<Rect>,
    /// The same of what is different on paper and not on the screen.
    pub printed: Vec<Rect>,
    /// Why the page could not be drawn in one of them, so that it counts as different.
    pub not_drawn: Option<String>,
}
