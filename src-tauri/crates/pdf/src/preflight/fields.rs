//! What fields tell of a signature that is to come: demands, locks, names and boxes.

use std::collections::HashSet;

use super::{MOST_NAMES, Preflight};
use crate::document::Document;
use crate::error::Result;
use crate::field::Field;
use crate::page::ShownRect;

/// Most empty signature fields that are looked at one by one.
const MOST_EMPTY: usize = 64;

impl Document {
    pub(super) fn look_at_fields(&self, fields: &[Field], found: &mut Preflight) -> Result<()> {
        let mut names = HashSet::new();
        for field in fields {
            let is_repeated = !names.insert(field.name.as_str());
            let is_told = found.repeated.contains(&field.name);
            if is_repeated && !is_told && found.repeated.len() < MOST_NAMES {
                found.repeated.push(field.name.clone());
            }
        }
        let locks = self.locks()?;
        found.new_fields_locked = locks.cover_new_fields();
        let empty = fields
            .iter()
            .filter(|field| field.kind == "Sig" && !field.has_value);
        for field in empty.take(MOST_EMPTY) {
            let tell = |names: &mut Vec<String>| {
                if names.len() < MOST_NAMES {
                    names.push(field.name.clone());
                }
            };
            if locks.cover(&field.name) {
                tell(&mut found.locked);
            }
            if fields.iter().any(|other| is_over(field, other)) {
                tell(&mut found.overlapping);
            }
            let dictionary = self.dictionary(&field.id.into())?.unwrap_or_default();
            if !self.get(&dictionary, b"SV")?.is_null() {
                tell(&mut found.seed_values);
            }
        }
        Ok(())
    }
}

/// Whether two fields have area in common.
fn is_over(field: &Field, other: &Field) -> bool {
    let (Some((page, one)), Some((of_other, two))) = (field.place, other.place) else {
        return false;
    };
    // Boxes that only touch do not matter, nor does what no printer shows.
    const HAIR: f64 = 0.5;
    let overlap = |from: fn(&ShownRect) -> f64, size: fn(&ShownRect) -> f64| {
        let end = (from(&one) + size(&one)).min(from(&two) + size(&two));
        end - from(&one).max(from(&two)) > HAIR
    };
    page == of_other
        && field.id != other.id
        && overlap(ShownRect::x, ShownRect::width)
        && overlap(ShownRect::y, ShownRect::height)
}
