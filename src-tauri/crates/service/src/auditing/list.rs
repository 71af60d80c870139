//! The log as a person reads it: events, newest first, a page at a time.

use vault::LeafIndex;

use super::PAGE;
use crate::audit::{Act, Outcome, Told};
use crate::error::Result;
use crate::station::Station;
use crate::wire::{LogPage, LogRow, ReadLog};

/// Most events on one page.
const LONGEST_PAGE: u32 = 200;
/// Most leaves that one request looks through for what it asks.
const LOOKED_THROUGH: u64 = 16 * 1024;

/// A page of events.
///
/// Names stand in events alone, which may be erased, so that what is asked for is looked for leaf by
/// leaf; a page may be short, or empty, and still have a next one.
pub(crate) fn list(station: &Station, asked: &ReadLog) -> Result<LogPage> {
    let total = station.wait(station.store.leaf_count())?;
    let limit = asked.limit.clamp(1, LONGEST_PAGE) as usize;
    let mut end = asked.before.unwrap_or(total).min(total);
    let lowest = end.saturating_sub(LOOKED_THROUGH);
    let mut rows = Vec::new();
    while end > lowest && rows.len() < limit {
        let begin = end.saturating_sub(u64::from(PAGE)).max(lowest);
        let count = u32::try_from(end - begin).unwrap_or(PAGE);
        let page = station.wait(station.store.logged(LeafIndex(begin), count))?;
        for logged in page.iter().rev() {
            end = logged.leaf.index.0;
            let row = row(logged);
            if is_asked_for(&row, asked) {
                rows.push(row);
                if rows.len() == limit {
                    break;
                }
            }
        }
        if page.is_empty() {
            end = begin;
        }
    }
    Ok(LogPage {
        total,
        rows,
        next: (end > 0).then_some(end),
    })
}

fn row(logged: &vault::Logged) -> LogRow {
    let leaf = &logged.leaf;
    let event = logged.event.as_ref();
    let told = event.and_then(|event| Told::read(&leaf.leaf, &event.salt, &event.bytes));
    let mut row = LogRow {
        index: leaf.index.0,
        kind: leaf.kind.clone(),
        erased: event.is_none(),
        edited: event.is_some() && told.is_none(),
        at: leaf.at.0,
        act: None,
        login: None,
        officer: None,
        outcome: None,
        note: None,
        documents: 0,
        intent: leaf.intent.map(|intent| intent.0),
    };
    if let Some(told) = told {
        row.at = told.time;
        row.documents = u32::try_from(told.digests.len()).unwrap_or(u32::MAX);
        row.act = Act::read(&told.act);
        row.login = told.login;
        row.officer = told.officer;
        row.outcome = told.outcome.as_deref().and_then(Outcome::read);
        row.note = told.note;
    }
    row
}

fn is_asked_for(row: &LogRow, asked: &ReadLog) -> bool {
    let person = asked.person.as_deref().is_none_or(|person| {
        [&row.login, &row.officer]
            .into_iter()
            .flatten()
            .any(|login| login.to_lowercase().contains(&person.to_lowercase()))
    });
    person
        && asked.act.is_none_or(|act| row.act == Some(act))
        && asked.from.is_none_or(|from| row.at >= from)
        && asked.until.is_none_or(|until| row.at <= until)
}
