//! Where the parts of a look go in its box.

use super::look::{Alignment, ArtworkPlace, Look};
use super::wrap::{Block, Text};
use super::{LARGEST, PADDING, SMALLEST};
use crate::error::{Error, Result};

/// The seal takes at most this part of the width.
const SEAL: f64 = 0.3;
/// What artwork beside or above text may take of the room, the most first.
const SHARES: [f64; 4] = [0.5, 0.4, 0.3, 0.2];
/// Artwork beside text gives way until that has this size, in points; above it, until that.
const COMFORTABLE: f64 = 8.0;
const COMFORTABLE_BELOW: f64 = 6.5;
/// A seal is worth drawing from here on, in points.
const SMALLEST_SEAL: f64 = 2.0 * SMALLEST;

/// A rectangle: left, bottom, width, height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// What goes where.
pub(super) struct Layout {
    /// Of seal or artwork.
    pub(super) mark: Option<Area>,
    /// The text with the room it is aligned in.
    pub(super) text: Option<(Block, Area)>,
}

impl Area {
    /// The largest area of a shape that fits into this one, in its middle.
    pub(super) fn contain(self, (width, height): (f64, f64)) -> Self {
        let scale = (self.width / width).min(self.height / height);
        let (width, height) = (width * scale, height * scale);
        Self {
            x: self.x + (self.width - width) / 2.0,
            y: self.y + (self.height - height) / 2.0,
            width,
            height,
        }
    }

    fn inset(self, by: f64) -> Self {
        Self {
            x: self.x + by,
            y: self.y + by,
            width: self.width - 2.0 * by,
            height: self.height - 2.0 * by,
        }
    }
}

/// Space round the content.
pub(super) fn padding(look: &Look, width: f64, height: f64) -> f64 {
    let border = look.border.map_or(0.0, |border| border.width);
    border + (width.min(height) * PADDING.0).clamp(PADDING.1, PADDING.2)
}

/// Arranges a look in a box; `rtl` is whether it is read from the right.
pub(super) fn arrange(
    look: &Look,
    text: &Text<'_>,
    rtl: bool,
    (width, height): (f64, f64),
) -> Result<Layout> {
    let gap = padding(look, width, height);
    let room = Area {
        x: 0.0,
        y: 0.0,
        width,
        height,
    }
    .inset(gap);
    let artwork = look
        .artwork
        .as_ref()
        .map(|(artwork, place)| (artwork.size(), *place));
    if !(room.width > 0.0 && room.height > 0.0) {
        return Err(too_small(look, text)?);
    }
    if look.is_artwork_alone() {
        let mark = match artwork {
            Some((size, _)) => Some(room.contain(size)),
            None if look.seal => Some(room.contain((1.0, 1.0))),
            None => None,
        };
        return Ok(Layout { mark, text: None });
    }
    let fitted = match artwork {
        None if look.seal => beside_seal(text, rtl, room, gap)?,
        None => None,
        Some((size, ArtworkPlace::Left)) => {
            let rooms = SHARES.map(|share| {
                let most = Area {
                    width: room.width * share,
                    ..room
                };
                beside(room, most.contain(size).width, gap, rtl)
            });
            most_artwork(text, &rooms, size, COMFORTABLE)?
        }
        Some((size, ArtworkPlace::Above)) => {
            let rooms = SHARES.map(|share| {
                let (mark, rest) = above(room, room.height * share, gap);
                (aligned(mark, size, look.alignment, rtl), rest)
            });
            most_artwork(text, &rooms, size, COMFORTABLE_BELOW)?
        }
        Some((size, ArtworkPlace::Behind | ArtworkPlace::Alone)) => {
            let block = text.fit(room.width, room.height)?;
            block.map(|block| Layout {
                mark: Some(room.contain(size)),
                text: Some((block, room)),
            })
        }
    };
    if let Some(layout) = fitted {
        return Ok(layout);
    }
    if artwork.is_none()
        && let Some(block) = text.fit(room.width, room.height)?
    {
        return Ok(Layout {
            mark: None,
            text: Some((block, room)),
        });
    }
    Err(too_small(look, text)?)
}

fn beside_seal(text: &Text<'_>, rtl: bool, room: Area, gap: f64) -> Result<Option<Layout>> {
    let side = room.height.min(room.width * SEAL).min(4.0 * LARGEST);
    if side < SMALLEST_SEAL {
        return Ok(None);
    }
    let (mark, rest) = beside(room, side, gap, rtl);
    let block = text.fit(rest.width, rest.height)?;
    Ok(block.map(|block| Layout {
        mark: Some(mark.contain((1.0, 1.0))),
        text: Some((block, rest)),
    }))
}

/// Splits a room: a mark so wide where reading starts, and the rest.
fn beside(room: Area, width: f64, gap: f64, rtl: bool) -> (Area, Area) {
    let rest = room.width - width - gap;
    let (mark_x, rest_x) = if rtl {
        (room.x + room.width - width, room.x)
    } else {
        (room.x, room.x + width + gap)
    };
    let mark = Area {
        x: mark_x,
        width,
        ..room
    };
    let rest = Area {
        x: rest_x,
        width: rest,
        ..room
    };
    (mark, rest)
}

/// Splits a room: a mark so high at its top, and the rest.
fn above(room: Area, height: f64, gap: f64) -> (Area, Area) {
    let gap = gap / 2.0;
    let mark = Area {
        y: room.y + room.height - height,
        height,
        ..room
    };
    let rest = Area {
        height: room.height - height - gap,
        ..room
    };
    (mark, rest)
}

/// The part of a room that artwork of a size takes where lines are so aligned.
fn aligned(room: Area, size: (f64, f64), alignment: Alignment, rtl: bool) -> Area {
    let middle = room.contain(size);
    let spare = room.width - middle.width;
    let x = match (alignment, rtl) {
        (Alignment::Centre, _) => spare / 2.0,
        (Alignment::Start, false) | (Alignment::End, true) => 0.0,
        (Alignment::Start, true) | (Alignment::End, false) => spare,
    };
    Area {
        x: room.x + x,
        ..middle
    }
}

/// The first of several rooms where the text has a comfortable size and no line is broken, else the
/// first where it has that size, else the one where it is largest.
fn most_artwork(
    text: &Text<'_>,
    rooms: &[(Area, Area)],
    size: (f64, f64),
    comfortable: f64,
) -> Result<Option<Layout>> {
    let mut best: Option<Layout> = None;
    let mut largest = 0.0_f64;
    for (mark, rest) in rooms {
        if !(rest.width > 0.0 && rest.height > 0.0) {
            continue;
        }
        let Some(block) = text.fit(rest.width, rest.height)? else {
            continue;
        };
        let (reached, whole) = (block.size, text.is_whole(&block));
        let layout = Layout {
            mark: Some(mark.contain(size)),
            text: Some((block, *rest)),
        };
        if reached >= comfortable && whole {
            return Ok(Some(layout));
        }
        if reached > largest && largest < comfortable {
            largest = reached;
            best = Some(layout);
        }
    }
    Ok(best)
}

/// The error with a size at which the look fits.
fn too_small(look: &Look, text: &Text<'_>) -> Result<Error> {
    let (mut width, mut height) = match look.is_artwork_alone() {
        true => (SMALLEST, SMALLEST),
        false => text.least()?,
    };
    // The gap to the artwork is a padding, too.
    let [least_share] = SHARES.last_chunk().copied().unwrap_or([1.0]);
    let (mut across, mut upright) = (2.0, 2.0);
    match &look.artwork {
        Some((artwork, ArtworkPlace::Left)) => {
            let (wide, high) = artwork.size();
            let share = (height * wide / high).min(width * least_share / (1.0 - least_share));
            width += share.max(0.0) * 1.3;
            across = 3.5;
        }
        Some((_, ArtworkPlace::Above)) => {
            height /= 1.0 - least_share;
            upright = 3.0;
        }
        _ => {}
    }
    let mut needed = (width, height);
    // The padding depends on the size; it settles at once but where it is between its bounds.
    for _ in 0..8 {
        let padding = padding(look, needed.0, needed.1);
        needed = (width + across * padding, height + upright * padding);
    }
    Ok(Error::BoxTooSmall {
        width: needed.0.ceil(),
        height: needed.1.ceil(),
    })
}
