//! What an appearance is made of before its objects have numbers: content, resources, objects.

use std::fmt::Write;

use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};

use super::constraints::{Constraints, Ink};
use super::flate;
use super::icc;
use super::look::Colour;

/// Objects that name one another by their place in a list: object 1 is the first.
#[derive(Debug, Default)]
pub(super) struct Arena(Vec<Object>);

impl Arena {
    pub(super) fn add(&mut self, object: impl Into<Object>) -> ObjectId {
        self.0.push(object.into());
        (u32::try_from(self.0.len()).unwrap_or(u32::MAX), 0)
    }

    /// Adds objects that name one another by their places in a list of their own; says how to
    /// turn those into places here.
    pub(super) fn add_all(&mut self, objects: &[Object]) -> impl Fn(ObjectId) -> ObjectId + use<> {
        let before = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let moved = move |(number, generation): ObjectId| (number + before, generation);
        self.0.extend(objects.iter().map(|object| {
            let mut object = object.clone();
            renumber(&mut object, &moved);
            object
        }));
        moved
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_objects(self) -> Vec<Object> {
        self.0
    }
}

/// Gives every reference within an object another number.
pub(super) fn renumber(object: &mut Object, number: &dyn Fn(ObjectId) -> ObjectId) {
    match object {
        Object::Reference(id) => *id = number(*id),
        Object::Array(array) => array
            .iter_mut()
            .for_each(|element| renumber(element, number)),
        Object::Dictionary(dictionary) => renumber_values(dictionary, number),
        Object::Stream(stream) => renumber_values(&mut stream.dict, number),
        _ => {}
    }
}

fn renumber_values(dictionary: &mut Dictionary, number: &dyn Fn(ObjectId) -> ObjectId) {
    dictionary
        .iter_mut()
        .for_each(|(_, value)| renumber(value, number));
}

/// A content stream in the making, with the resources that it names.
#[derive(Debug)]
pub(super) struct Canvas {
    pub(super) content: String,
    pub(super) arena: Arena,
    constraints: Constraints,
    fonts: Dictionary,
    objects: Dictionary,
    states: Dictionary,
    patterns: Dictionary,
    profile: Option<ObjectId>,
    /// Opacities that have a graphics state, in thousandths, for fills and for strokes.
    opacities: Vec<(u16, u16)>,
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    Fill,
    Stroke,
}

impl Canvas {
    pub(super) fn new(constraints: Constraints) -> Self {
        Self {
            content: String::new(),
            arena: Arena::default(),
            constraints,
            fonts: Dictionary::new(),
            objects: Dictionary::new(),
            states: Dictionary::new(),
            patterns: Dictionary::new(),
            profile: None,
            opacities: Vec::new(),
        }
    }

    pub(super) fn constraints(&self) -> Constraints {
        self.constraints
    }

    /// Writes a line of operators.
    pub(super) fn op(&mut self, operators: std::fmt::Arguments<'_>) {
        let _ = self.content.write_fmt(operators);
        self.content.push('\n');
    }

    /// Makes a colour the current one.
    pub(super) fn colour(&mut self, colour: Colour, what: For) {
        let fill = what == For::Fill;
        let parts = |colour: Colour| {
            [colour.red, colour.green, colour.blue]
                .map(|part| short(f64::from(part) / 255.0))
                .join(" ")
        };
        match self.constraints.ink {
            Ink::DeviceRgb if !colour.is_grey() => {
                let operator = if fill { "rg" } else { "RG" };
                self.op(format_args!("{} {operator}", parts(colour)));
            }
            Ink::Srgb if !colour.is_grey() => self.calibrated(&parts(colour), fill),
            Ink::Calibrated => self.calibrated(&parts(colour), fill),
            Ink::Grey | Ink::Srgb | Ink::DeviceRgb => {
                let operator = if fill { "g" } else { "G" };
                let level = short(f64::from(colour.luma()) / 255.0);
                self.op(format_args!("{level} {operator}"));
            }
        }
    }

    fn calibrated(&mut self, parts: &str, fill: bool) {
        self.profile();
        let (space, colour) = if fill { ("cs", "sc") } else { ("CS", "SC") };
        self.op(format_args!("/S {space} {parts} {colour}"));
    }

    /// The profile of sRGB, embedded once.
    fn profile(&mut self) -> ObjectId {
        match self.profile {
            Some(profile) => profile,
            None => {
                let mut stream = Stream::new(
                    dictionary! { "N" => 3, "Alternate" => "DeviceRGB" },
                    icc::srgb(),
                );
                flate::compress(&mut stream);
                let id = self.arena.add(stream);
                *self.profile.insert(id)
            }
        }
    }

    /// The colour space of pictures and shadings, and how many parts their colours have.
    pub(super) fn space(&mut self, is_grey: bool) -> (Object, usize) {
        match self.constraints.ink {
            Ink::Grey => (Object::from("DeviceGray"), 1),
            Ink::Srgb | Ink::DeviceRgb if is_grey => (Object::from("DeviceGray"), 1),
            Ink::DeviceRgb => (Object::from("DeviceRGB"), 3),
            Ink::Srgb | Ink::Calibrated => {
                let profile = Object::Reference(self.profile());
                (Object::Array(vec![Object::from("ICCBased"), profile]), 3)
            }
        }
    }

    /// Names a font in the resources; the numbering starts with 1.
    pub(super) fn add_font(&mut self, name: &str, font: ObjectId) {
        self.fonts.set(name, font);
    }

    /// Adds an external object and says its name.
    pub(super) fn add_object(&mut self, object: ObjectId) -> String {
        let name = format!("X{}", self.objects.len() + 1);
        self.objects.set(name.as_bytes().to_vec(), object);
        name
    }

    /// Adds a pattern and says its name.
    pub(super) fn add_pattern(&mut self, pattern: Dictionary) -> String {
        let id = self.arena.add(pattern);
        let name = format!("P{}", self.patterns.len() + 1);
        self.patterns.set(name.as_bytes().to_vec(), id);
        name
    }

    /// Whether something drawn before is seen through.
    pub(super) fn has_opacity(&self) -> bool {
        !self.opacities.is_empty()
    }

    /// Makes opacities of fills and strokes the current ones.
    pub(super) fn opacity(&mut self, fill: f64, stroke: f64) {
        let thousandths = |opacity: f64| (opacity.clamp(0.0, 1.0) * 1000.0).round() as u16;
        let wanted = (thousandths(fill), thousandths(stroke));
        let known = self.opacities.iter().position(|known| *known == wanted);
        let at = known.unwrap_or_else(|| {
            let state = dictionary! {
                "ca" => Object::Real(f32::from(wanted.0) / 1000.0),
                "CA" => Object::Real(f32::from(wanted.1) / 1000.0),
            };
            self.states
                .set(format!("G{}", self.opacities.len() + 1), state);
            self.opacities.push(wanted);
            self.opacities.len() - 1
        });
        self.op(format_args!("/G{} gs", at + 1));
    }

    /// The form XObject (ISO 32000-2 §8.10) of what was drawn, which comes last in the arena.
    pub(super) fn finish(mut self, width: f64, height: f64) -> Arena {
        let mut resources = Dictionary::new();
        let mut spaces = Dictionary::new();
        if let Some(profile) = self.profile {
            let space = vec![Object::from("ICCBased"), Object::Reference(profile)];
            spaces.set("S", Object::Array(space));
        }
        for (key, named) in [
            ("Font", self.fonts),
            ("XObject", self.objects),
            ("ExtGState", self.states),
            ("Pattern", self.patterns),
            ("ColorSpace", spaces),
        ] {
            // Font is there even where it is empty: some readers of forms ask for it.
            if key == "Font" || !named.is_empty() {
                resources.set(key, named);
            }
        }
        let zero = || Object::Integer(0);
        let form = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Form",
            "BBox" => vec![zero(), zero(), real(width), real(height)],
            "Resources" => resources,
        };
        let mut stream = Stream::new(form, self.content.into_bytes());
        flate::compress(&mut stream);
        self.arena.add(stream);
        self.arena
    }
}

/// A number as objects have it, to a thousandth.
pub(super) fn real(value: f64) -> Object {
    Object::Real(((value * 1000.0).round() / 1000.0) as f32)
}

/// A number with at most three decimals, as content streams want it.
pub(super) fn short(value: f64) -> String {
    decimals(value, 3)
}

/// A number with at most so many decimals.
pub(super) fn decimals(value: f64, most: usize) -> String {
    let text = format!("{value:.most$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    match text {
        "-0" => "0".to_owned(),
        text => text.to_owned(),
    }
}
