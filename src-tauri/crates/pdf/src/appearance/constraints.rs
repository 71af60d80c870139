//! What a document allows of what is drawn in it.

/// What a document allows of what is drawn in it.
///
/// ISO 19005-1 (PDF/A-1) knows no transparency; ISO 19005-2 and -4 want a blending colour space for
/// it. All of them bind device colours to an output intent. A look is drawn within these bounds, or
/// refused where it cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Constraints {
    /// How colours are said.
    pub ink: Ink,
    /// Whether anything may be seen through.
    pub transparency: Transparency,
    /// Whether pages of other documents may be taken in, with whatever they are made of.
    pub foreign: Foreign,
}

/// Whether pages of other documents may be taken in.
///
/// Their fonts, colours and transparency are their own: a PDF/A that held one might be none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Foreign {
    /// As they are.
    #[default]
    Allowed,
    /// Not at all; a picture of one can be.
    Refused,
}

/// How colours are said (ISO 32000-2 §8.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ink {
    /// `DeviceGray` alone; colours become greys.
    Grey,
    /// Greys as `DeviceGray`, colours as sRGB by its ICC profile: right wherever there is an output
    /// intent, of whatever kind, and in every ordinary document.
    #[default]
    Srgb,
    /// Everything by the profile: for a PDF/A without an output intent.
    Calibrated,
    /// Greys as `DeviceGray`, colours as `DeviceRGB`.
    DeviceRgb,
}

/// Whether anything may be seen through (ISO 32000-2 §11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transparency {
    /// Soft masks and opacities are allowed.
    #[default]
    Allowed,
    /// Artwork stands on the look's ground, or on white.
    Flattened,
}
