//! Two revisions of a file compared as pictures: every page of both, and the places where they look
//! different.
//!
//! The comparison of objects judges; this shows. It hides nothing by leaving pages out: every page is
//! drawn, two pictures at a time, so that memory does not grow with the document; where annotations or
//! layers can make paper differ from the screen, two more, as they would be printed.

mod places;

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use pdf::render::{self, Medium, PageNumber, PageSize, Picture, Renderer, Scale};

use self::places::{Cells, places};
use crate::document;
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::output::{Output, UNNOTED, unwritable};
use crate::requests::{Between, Existing, PdfFile};
use crate::wire::{Comparison, PageComparison, Rect};

/// Pixels a point: 144 dpi, at which one changed digit of small print is seen.
const SCALE: f64 = 2.0;
/// Longest side that is drawn; larger pages are drawn smaller.
const LONGEST_SIDE: f64 = 4096.0;

/// Compares two revisions of a file.
pub(crate) fn compare(
    surroundings: &Surroundings,
    file: &PdfFile,
    between: Between,
) -> Result<Comparison> {
    let pair = Pair::open(surroundings, file, between)?;
    pair.compare(&mut |_, _| Ok(()))
}

/// Compares two revisions of a file, and draws the pages that look different into a folder:
/// `page-3-before.png` and `page-3-after.png`, with the places marked.
pub(crate) fn compare_to(
    surroundings: &Surroundings,
    file: &PdfFile,
    between: Between,
    folder: &Path,
    existing: Existing,
) -> Result<Comparison> {
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    let pair = Pair::open(surroundings, file, between)?;
    pair.compare(&mut |page, pictures| {
        for (picture, when) in pictures.iter().zip(["before", "after"]) {
            let Some(picture) = picture else { continue };
            let boxes: Vec<_> = page
                .places
                .iter()
                .chain(&page.printed)
                .map(|place| pixels(place, page, picture))
                .collect();
            let png = picture.marked(&boxes).to_png()?;
            let name = format!("page-{}-{when}.png", page.page);
            let path = folder.join(name);
            if existing == Existing::Keep && path.exists() {
                return Err(Error::OutputExists { path });
            }
            let mut output = Output::begin(&path, UNNOTED)?;
            let written = output.file().write_all(&png);
            written.map_err(|error| unwritable(&path, error))?;
            output.keep(existing)?;
        }
        Ok(())
    })
}

/// Both states, open for drawing.
struct Pair {
    from: u64,
    to: u64,
    before: render::Document,
    after: render::Document,
    /// Pages that may look different on paper; none where that cannot be told.
    on_paper: Option<HashSet<u32>>,
}

/// Sees a page that looks different, and both pictures of it.
type See<'s> = dyn FnMut(&PageComparison, [Option<&Picture>; 2]) -> Result<()> + 's;

impl Pair {
    fn open(surroundings: &Surroundings, file: &PdfFile, between: Between) -> Result<Self> {
        let (from, to) = ends(file, between)?;
        let whole = document::open(file)?;
        let printed =
            [from, to].map(|end| whole.as_of(end).and_then(|then| then.printed_otherwise()));
        let on_paper = match printed {
            [Ok(before), Ok(after)] => Some(before.union(&after).copied().collect()),
            _ => None,
        };
        let renderer = Renderer::start(&surroundings.programs)?;
        let open = |length| {
            let password = file.password.as_ref().map(document::password);
            renderer.open_as_of(&file.path, password, length)
        };
        Ok(Self {
            from,
            to,
            before: open(from)?,
            after: open(to)?,
            on_paper,
        })
    }

    fn compare(&self, see: &mut See<'_>) -> Result<Comparison> {
        let (pages_before, pages_after) = (self.before.pages(), self.after.pages());
        let mut pages = Vec::new();
        for number in 1..=pages_before.max(pages_after) {
            let Some(page) = PageNumber::new(number) else {
                continue;
            };
            let draw = |medium| {
                let before = (number <= pages_before).then(|| draw(&self.before, page, medium));
                let after = (number <= pages_after).then(|| draw(&self.after, page, medium));
                Both::of(before, after)
            };
            let seen = draw(Medium::Screen)?;
            let is_printed = self.on_paper.as_ref();
            let printed = match is_printed.is_none_or(|pages| pages.contains(&number)) {
                true => Some(draw(Medium::Paper)?),
                false => None,
            };
            if let Some((found, pictures)) = different(number, seen, printed) {
                see(&found, pictures.each_ref().map(Option::as_ref))?;
                pages.push(found);
            }
        }
        Ok(Comparison {
            from: self.from,
            to: self.to,
            pages_before,
            pages_after,
            pages,
        })
    }
}

/// A page's size and picture, or why there is none.
type Drawn = render::Result<(PageSize, Picture)>;

fn draw(document: &render::Document, page: PageNumber, medium: Medium) -> Drawn {
    let size = document.page_size(page)?;
    let scale = SCALE.min(LONGEST_SIDE / size.width.max(size.height));
    Ok((size, document.page_on(medium, page, Scale::new(scale)?)?))
}

/// What was drawn of a page in both states.
struct Both {
    before: Option<(PageSize, Picture)>,
    after: Option<(PageSize, Picture)>,
    not_drawn: Option<String>,
}

impl Both {
    fn of(before: Option<Drawn>, after: Option<Drawn>) -> Result<Self> {
        let mut not_drawn = None;
        let mut drawn = |drawn: Option<Drawn>| match drawn {
            Some(Ok(drawn)) => Ok(Some(drawn)),
            None => Ok(None),
            // One page that cannot be drawn is no reason not to see the others.
            Some(Err(
                error @ (render::Error::NotDrawn { .. }
                | render::Error::NoSize { .. }
                | render::Error::TooLarge { .. }),
            )) => {
                not_drawn = Some(error.to_string());
                Ok(None)
            }
            Some(Err(error)) => Err(Error::from(error)),
        };
        let (before, after) = (drawn(before)?, drawn(after)?);
        Ok(Self {
            before,
            after,
            not_drawn,
        })
    }

    /// Width and height of the page, in points.
    fn size(&self) -> (f64, f64) {
        let drawn = self.after.as_ref().or(self.before.as_ref());
        drawn.map_or((0.0, 0.0), |(size, _)| (size.width, size.height))
    }

    /// Where the two differ, and at how many pixels a point; nothing if one of them is not there, or
    /// they are of two sizes.
    fn cells(&self) -> Option<(Cells, f64)> {
        let ((_, old), (_, new)) = (self.before.as_ref()?, self.after.as_ref()?);
        let same = (old.width(), old.height()) == (new.width(), new.height());
        let cells = || Cells::differing(old.as_rgba(), new.as_rgba(), new.width() as usize);
        let scale = f64::from(new.width()) / self.size().0;
        same.then(|| (cells(), scale))
    }
}

/// Compares what was drawn of a page, and what would be printed of it.
fn different(
    page: u32,
    seen: Both,
    on_paper: Option<Both>,
) -> Option<(PageComparison, [Option<Picture>; 2])> {
    let (width, height) = seen.size();
    let cells = seen.cells();
    let found = match &cells {
        Some((cells, scale)) => places(cells, *scale, height),
        None => vec![Rect {
            x: 0.0,
            y: 0.0,
            width,
            height,
        }],
    };
    let on_paper = on_paper.filter(|_| cells.is_some());
    let printed = match (&cells, on_paper.as_ref().map(Both::cells)) {
        (Some((seen, _)), Some(Some((printed, scale)))) => {
            places(&printed.without(seen), scale, height)
        }
        _ => Vec::new(),
    };
    if found.is_empty() && printed.is_empty() {
        return None;
    }
    let pictured = match on_paper {
        Some(on_paper) if found.is_empty() => on_paper,
        _ => seen,
    };
    let found = PageComparison {
        page,
        width,
        height,
        places: found,
        printed,
        not_drawn: pictured.not_drawn,
    };
    let picture = |drawn: Option<(PageSize, Picture)>| drawn.map(|(_, picture)| picture);
    Some((found, [picture(pictured.before), picture(pictured.after)]))
}

/// A place in pixels of a picture, from the top left: left, top, right, bottom.
fn pixels(place: &Rect, page: &PageComparison, picture: &Picture) -> [u32; 4] {
    let (across, down) = (
        f64::from(picture.width()) / page.width,
        f64::from(picture.height()) / page.height,
    );
    let top = page.height - place.y - place.height;
    [
        (place.x * across).round() as u32,
        (top * down).round() as u32,
        ((place.x + place.width) * across).round() as u32,
        ((top + place.height) * down).round() as u32,
    ]
}

/// Where the two revisions end.
fn ends(file: &PdfFile, between: Between) -> Result<(u64, u64)> {
    let document = document::open(file)?;
    let unreadable = |source| Error::Document {
        path: file.path.clone(),
        source,
    };
    let mut ends = document.revision_ends().map_err(unreadable)?;
    // Bytes behind the last one are looked at, too.
    if ends.last() != Some(&document.len()) {
        ends.push(document.len());
    }
    let numbered = |number: u32| {
        let index = usize::try_from(number)
            .ok()
            .and_then(|number| number.checked_sub(1));
        index
            .and_then(|index| ends.get(index))
            .copied()
            .ok_or(Error::BadField {
                what: "revision",
                value: number.to_string(),
                why: "revisions count from 1 to that of the file",
            })
    };
    let to = match between.to {
        Some(number) => numbered(number)?,
        None => document.len(),
    };
    let from = match between.from {
        Some(number) => numbered(number)?,
        None => {
            let signatures = document.signatures().map_err(unreadable)?;
            let signed = signatures
                .iter()
                .filter_map(|signature| signature.byte_range);
            let first = signed
                .map(|[_, _, start, length]| start.saturating_add(length))
                .min();
            let first = first.filter(|end| *end <= document.len());
            first.or(ends.first().copied()).unwrap_or(document.len())
        }
    };
    Ok((from, to))
}
