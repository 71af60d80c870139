//! What an SVG draws, as far as PDF can say the same.

use usvg::tiny_skia_path::{Path, PathSegment, Transform};
use usvg::{
    BlendMode, FillRule, Group, LineCap, LineJoin, Node, Opacity, Paint as SvgPaint, PaintOrder,
    SpreadMethod,
};

use crate::appearance::look::Colour;
use crate::matrix::Matrix;

/// A path that is painted, with its clips.
pub(super) struct Item {
    pub(super) path: Vec<Segment>,
    /// From the path's space to the SVG's.
    pub(super) matrix: Matrix,
    pub(super) clips: Vec<Clip>,
    /// In the order they are painted.
    pub(super) paints: Vec<Painting>,
}

/// An outline that bounds what is painted.
#[derive(Clone)]
pub(super) struct Clip {
    pub(super) path: Vec<Segment>,
    pub(super) matrix: Matrix,
    pub(super) even_odd: bool,
}

/// A piece of a path.
#[derive(Clone)]
pub(super) enum Segment {
    Move([f64; 2]),
    Line([f64; 2]),
    Curve([[f64; 2]; 3]),
    Close,
}

/// How a path is painted.
pub(super) enum Painting {
    Fill {
        paint: Paint,
        opacity: f64,
        even_odd: bool,
    },
    Stroke {
        paint: Paint,
        opacity: f64,
        line: Line,
    },
}

/// What a stroke's line looks like.
pub(super) struct Line {
    pub(super) width: f64,
    pub(super) cap: u8,
    pub(super) join: u8,
    pub(super) miter: f64,
    pub(super) dashes: Vec<f64>,
    pub(super) offset: f64,
}

/// A colour or a run of colours.
pub(super) enum Paint {
    Plain(Colour),
    Gradient(Gradient),
}

/// A run of colours: along a line, or from one circle to another.
pub(super) struct Gradient {
    /// Four numbers or six, as the shading's `/Coords` wants them.
    pub(super) coords: Vec<f64>,
    /// From its space to the path's.
    pub(super) matrix: Matrix,
    pub(super) stops: Vec<(f64, Colour)>,
}

impl Item {
    pub(super) fn is_seen_through(&self) -> bool {
        self.paints.iter().any(|painting| match painting {
            Painting::Fill { opacity, .. } | Painting::Stroke { opacity, .. } => *opacity < 1.0,
        })
    }
}

/// What is drawn; `None` where PDF cannot say it.
pub(super) fn items(tree: &usvg::Tree) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    collect(tree.root(), &State::default(), &mut items)?;
    Some(items)
}

/// What holds for the nodes of a group.
#[derive(Clone)]
struct State {
    transform: Transform,
    clips: Vec<Clip>,
    opacity: f64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            transform: Transform::identity(),
            clips: Vec::new(),
            opacity: 1.0,
        }
    }
}

fn collect(group: &Group, outer: &State, items: &mut Vec<Item>) -> Option<()> {
    let plain = group.mask().is_none()
        && group.filters().is_empty()
        && group.blend_mode() == BlendMode::Normal;
    plain.then_some(())?;
    let mut state = outer.clone();
    state.transform = state.transform.pre_concat(group.transform());
    let mut clip = group.clip_path();
    while let Some(path) = clip {
        state.clips.push(outline(path, state.transform)?);
        clip = path.clip_path();
    }
    if group.opacity() != Opacity::ONE {
        // Of one thing that is painted once the opacity is its own; of several it is the group's.
        is_painted_once(group).then_some(())?;
        state.opacity *= f64::from(group.opacity().get());
    }
    for node in group.children() {
        match node {
            Node::Group(group) => collect(group, &state, items)?,
            Node::Path(path) => items.extend(item(path, &state)?),
            Node::Text(text) => collect(text.flattened(), &state, items)?,
            Node::Image(_) => return None,
        }
    }
    Some(())
}

fn is_painted_once(group: &Group) -> bool {
    match group.children() {
        [Node::Path(path)] => path.fill().is_none() || path.stroke().is_none(),
        [Node::Group(group)] => is_painted_once(group),
        _ => false,
    }
}

/// The outline of a clip that is one path; a union of several cannot be said in general.
fn outline(clip: &usvg::ClipPath, transform: Transform) -> Option<Clip> {
    let mut transform = transform.pre_concat(clip.transform());
    let mut group = clip.root();
    loop {
        group.clip_path().is_none().then_some(())?;
        transform = transform.pre_concat(group.transform());
        match group.children() {
            [Node::Group(inner)] => group = inner,
            [Node::Path(path)] => {
                let fill = path.fill()?;
                return Some(Clip {
                    path: segments(path.data()),
                    matrix: matrix(transform),
                    even_odd: fill.rule() == FillRule::EvenOdd,
                });
            }
            _ => return None,
        }
    }
}

/// A path as it is painted; `Some(None)` for one that is not seen.
#[expect(
    clippy::option_option,
    reason = "nothing to draw is not nothing that can be said"
)]
fn item(path: &usvg::Path, state: &State) -> Option<Option<Item>> {
    if !path.is_visible() {
        return Some(None);
    }
    let fill = match path.fill() {
        None => None,
        Some(fill) => Some(Painting::Fill {
            paint: paint(fill.paint())?,
            opacity: f64::from(fill.opacity().get()) * state.opacity,
            even_odd: fill.rule() == FillRule::EvenOdd,
        }),
    };
    let stroke = match path.stroke() {
        None => None,
        Some(stroke) => Some(Painting::Stroke {
            paint: paint(stroke.paint())?,
            opacity: f64::from(stroke.opacity().get()) * state.opacity,
            line: line(stroke)?,
        }),
    };
    let paints = match path.paint_order() {
        PaintOrder::FillAndStroke => [fill, stroke],
        PaintOrder::StrokeAndFill => [stroke, fill],
    };
    Some(Some(Item {
        path: segments(path.data()),
        matrix: matrix(state.transform),
        clips: state.clips.clone(),
        paints: paints.into_iter().flatten().collect(),
    }))
}

fn line(stroke: &usvg::Stroke) -> Option<Line> {
    let width = f64::from(stroke.width().get());
    let dashes: Vec<f64> = stroke
        .dasharray()
        .unwrap_or_default()
        .iter()
        .map(|dash| f64::from(*dash))
        .collect();
    // Dashes much finer than their line are a tone of colour, and much work for every reader.
    let fine = !dashes.is_empty() && dashes.iter().sum::<f64>() < width * 0.1;
    (!fine && dashes.len() <= 64).then_some(())?;
    Some(Line {
        width,
        cap: match stroke.linecap() {
            LineCap::Butt => 0,
            LineCap::Round => 1,
            LineCap::Square => 2,
        },
        join: match stroke.linejoin() {
            LineJoin::Miter => 0,
            LineJoin::Round => 1,
            LineJoin::Bevel => 2,
            // A miter that is cut, not dropped, where it is too long.
            LineJoin::MiterClip => return None,
        },
        miter: f64::from(stroke.miterlimit().get()),
        dashes,
        offset: f64::from(stroke.dashoffset()),
    })
}

fn paint(paint: &SvgPaint) -> Option<Paint> {
    let wide = f64::from;
    match paint {
        SvgPaint::Color(colour) => Some(Paint::Plain(plain(*colour))),
        SvgPaint::LinearGradient(line) => {
            let coords = [line.x1(), line.y1(), line.x2(), line.y2()].map(wide);
            gradient(line, coords.to_vec())
        }
        SvgPaint::RadialGradient(circles) => {
            let (inner, outer) = (circles.fr().get(), circles.r().get());
            let (fx, fy) = (circles.fx(), circles.fy());
            let coords = [fx, fy, inner, circles.cx(), circles.cy(), outer].map(wide);
            gradient(circles, coords.to_vec())
        }
        SvgPaint::Pattern(_) => None,
    }
}

fn gradient(gradient: &usvg::BaseGradient, coords: Vec<f64>) -> Option<Paint> {
    let stops = gradient.stops();
    let opaque = stops.iter().all(|stop| stop.opacity() == Opacity::ONE);
    let sayable =
        opaque && gradient.spread_method() == SpreadMethod::Pad && (2..=64).contains(&stops.len());
    sayable.then(|| {
        Paint::Gradient(Gradient {
            coords,
            matrix: matrix(gradient.transform()),
            stops: stops
                .iter()
                .map(|stop| (f64::from(stop.offset().get()), plain(stop.color())))
                .collect(),
        })
    })
}

fn plain(colour: usvg::Color) -> Colour {
    Colour {
        red: colour.red,
        green: colour.green,
        blue: colour.blue,
    }
}

fn matrix(transform: Transform) -> Matrix {
    [
        transform.sx,
        transform.ky,
        transform.kx,
        transform.sy,
        transform.tx,
        transform.ty,
    ]
    .map(f64::from)
}

fn segments(path: &Path) -> Vec<Segment> {
    let point = |point: usvg::tiny_skia_path::Point| [f64::from(point.x), f64::from(point.y)];
    let mut last = [0.0; 2];
    let mut start = [0.0; 2];
    path.segments()
        .map(|segment| match segment {
            PathSegment::MoveTo(to) => {
                last = point(to);
                start = last;
                Segment::Move(last)
            }
            PathSegment::LineTo(to) => {
                last = point(to);
                Segment::Line(last)
            }
            PathSegment::QuadTo(by, to) => {
                // A cubic curve that is the same as the quadratic one.
                let (by, to) = (point(by), point(to));
                let near = |end: [f64; 2]| {
                    [
                        end[0] + (by[0] - end[0]) * 2.0 / 3.0,
                        end[1] + (by[1] - end[1]) * 2.0 / 3.0,
                    ]
                };
                let curve = [near(last), near(to), to];
                last = to;
                Segment::Curve(curve)
            }
            PathSegment::CubicTo(one, other, to) => {
                last = point(to);
                Segment::Curve([point(one), point(other), last])
            }
            PathSegment::Close => {
                last = start;
                Segment::Close
            }
        })
        .collect()
}
