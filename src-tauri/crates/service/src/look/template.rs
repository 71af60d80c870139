//! Lines with fields in braces, filled in when a signature is made.

use jiff::ZonedDateTime;
use jiff::tz::TimeZone;

use super::file::Identifiers;
use super::identifier;

/// What is known when a signature is made; empty where it is not.
#[derive(Debug, Clone)]
pub(crate) struct Facts<'a> {
    pub(crate) name: &'a str,
    pub(crate) login: &'a str,
    pub(crate) email: &'a str,
    pub(crate) organisation: &'a str,
    /// Of the certificate, in hexadecimal.
    pub(crate) serial: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) location: &'a str,
    /// Unix seconds.
    pub(crate) now: i64,
}

impl Facts<'static> {
    /// Of a person who does not exist.
    pub(crate) fn sample() -> Self {
        Self {
            name: "Ana Ruiz Gómez",
            login: "ana",
            email: "ana.ruiz@example.org",
            organisation: "Ministry of Works",
            serial: "5f3a9c0e17b2",
            reason: "I approve this document",
            location: "Toledo",
            now: 1_795_513_327,
        }
    }
}

/// Facts with the language, the time zone and the discretion of a look.
pub(super) struct Words<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) language: &'a str,
    /// An IANA name; the machine's own zone where none is given.
    pub(super) zone: Option<&'a str>,
    pub(super) identifiers: Identifiers,
}

/// A line: text and fields.
#[derive(Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Field(Field),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Login,
    Email,
    Organisation,
    Serial,
    Reason,
    Location,
    Date,
    Time,
    Zone,
}

/// Fields by what is written between the braces.
const FIELDS: [(&str, Field); 10] = [
    ("name", Field::Name),
    ("login", Field::Login),
    ("email", Field::Email),
    ("organisation", Field::Organisation),
    ("serial", Field::Serial),
    ("reason", Field::Reason),
    ("location", Field::Location),
    ("date", Field::Date),
    ("time", Field::Time),
    ("zone", Field::Zone),
];

impl Template {
    /// Reads a line; `{{` and `}}` are braces themselves.
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = line;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, tail) = rest.split_at(at);
            text.push_str(before);
            if let Some(after) = tail.strip_prefix("{{") {
                text.push('{');
                rest = after;
            } else if let Some(after) = tail.strip_prefix("}}") {
                text.push('}');
                rest = after;
            } else if let Some(inner) = tail.strip_prefix('{') {
                let (name, after) = inner
                    .split_once('}')
                    .ok_or_else(|| format!("a field is not closed: {line:?}"))?;
                let field = FIELDS.iter().find(|(known, _)| *known == name);
                let (_, field) = field.ok_or_else(|| format!("there is no field {{{name}}}"))?;
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Field(*field));
                rest = after;
            } else {
                return Err(format!("a brace closes nothing: {line:?}"));
            }
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        Ok(Self(parts))
    }

    /// The line; `None` for one whose fields are all empty.
    pub(super) fn fill(&self, words: &Words<'_>) -> Option<String> {
        let mut line = String::new();
        let mut is_empty = None;
        for part in &self.0 {
            match part {
                Part::Text(text) => line.push_str(text),
                Part::Field(field) => {
                    let value = words.value(*field);
                    is_empty = Some(is_empty.unwrap_or(true) && value.is_empty());
                    line.push_str(&value);
                }
            }
        }
        (!is_empty.unwrap_or(false)).then_some(line)
    }
}

impl Words<'_> {
    fn value(&self, field: Field) -> String {
        let Facts {
            name,
            login,
            email,
            organisation,
            serial,
            reason,
            location,
            ..
        } = *self.facts;
        let discreet = |text: &str| match self.identifiers {
            Identifiers::Masked => identifier::mask(text),
            Identifiers::Shown => text.to_owned(),
        };
        match field {
            Field::Name => discreet(name),
            Field::Organisation => discreet(organisation),
            Field::Login => login.to_owned(),
            Field::Email => email.to_owned(),
            Field::Serial => serial.to_owned(),
            Field::Reason => reason.to_owned(),
            Field::Location => location.to_owned(),
            Field::Date => self.at().map_or_else(String::new, |at| self.date(&at)),
            Field::Time => self.strftime("%H:%M"),
            Field::Zone => self.strftime("%:z"),
        }
    }

    fn at(&self) -> Option<ZonedDateTime> {
        let zone = self.zone.and_then(|name| TimeZone::get(name).ok());
        let time = jiff::Timestamp::from_second(self.facts.now).ok()?;
        Some(time.to_zoned_datetime(zone.unwrap_or_else(TimeZone::system)))
    }

    fn strftime(&self, format: &str) -> String {
        let at = self.at();
        at.map_or_else(String::new, |at| at.strftime(format).to_string())
    }

    /// A date as people who write the language read it; as ISO 8601 where that is not known.
    fn date(&self, at: &ZonedDateTime) -> String {
        let (day, year) = (at.day(), at.year());
        let month = usize::try_from(at.month()).unwrap_or(1) - 1;
        let named = |names: &[&'static str; 12]| names.get(month).copied().unwrap_or_default();
        match self.language.split('-').next().unwrap_or_default() {
            "en" => format!("{day} {} {year}", named(&ENGLISH)),
            "de" => format!("{day}. {} {year}", named(&GERMAN)),
            "fr" | "es" | "it" | "pt" | "el" => at.strftime("%d/%m/%Y").to_string(),
            "ru" | "uk" | "bg" | "pl" | "cs" | "fi" | "tr" => at.strftime("%d.%m.%Y").to_string(),
            "zh" | "ja" => format!("{year}年{}月{day}日", month + 1),
            "ko" => format!("{year}년 {}월 {day}일", month + 1),
            _ => at.strftime("%Y-%m-%d").to_string(),
        }
    }
}

const ENGLISH: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const GERMAN: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn fill(line: &str, language: &str, facts: &Facts<'_>) -> Option<String> {
        let words = Words {
            facts,
            language,
            zone: Some("Europe/Madrid"),
            identifiers: Identifiers::Masked,
        };
        Template::parse(line).unwrap().fill(&words)
    }

    #[test]
    fn a_line_is_filled_in_the_language_and_zone_of_the_look() {
        let facts = Facts::sample();
        for (language, line) in [
            ("en", "24 Nov 2026, 10:42 +01:00"),
            ("de-AT", "24. November 2026, 10:42 +01:00"),
            ("es", "24/11/2026, 10:42 +01:00"),
            ("ja", "2026年11月24日, 10:42 +01:00"),
            ("xx", "2026-11-24, 10:42 +01:00"),
        ] {
            let filled = fill("{date}, {time} {zone}", language, &facts);
            assert_eq!(filled.as_deref(), Some(line));
        }
    }

    #[test]
    fn a_line_whose_fields_are_all_empty_is_left_out() {
        let facts = Facts {
            reason: "",
            ..Facts::sample()
        };
        assert_eq!(fill("Reason: {reason}", "en", &facts), None);
        let both = fill("{reason}{location}", "en", &facts);
        assert_eq!(both.as_deref(), Some("Toledo"));
        let braces = fill("{{as agreed}}", "en", &facts);
        assert_eq!(braces.as_deref(), Some("{as agreed}"));
    }

    #[test]
    fn what_a_fact_says_is_not_read_as_a_template() {
        let facts = Facts {
            reason: "{email}",
            ..Facts::sample()
        };
        assert_eq!(fill("{reason}", "en", &facts).as_deref(), Some("{email}"));
    }
}
