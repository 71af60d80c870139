//! A list of people as a file has it: comma-separated values of RFC 4180, UTF-8, with the header
//! `login,name,email` and optionally `key`, in any order.

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::requests::Enrol;

/// Most people in one file.
const MOST_ROWS: usize = 100_000;
/// Longest field in characters: more than any that can be used.
const LONGEST_FIELD: usize = 1024;
/// The kind of key where the file names none.
const KEY: &str = "p256";

/// One row of the file.
#[derive(Debug)]
pub struct Listed {
    /// The line it begins at, from 1.
    pub line: u64,
    /// Who is to be enrolled, unchecked.
    pub person: Enrol,
}

/// Reads a list of people.
///
/// # Errors
/// [`Error::BadField`] with the line, for what is no such file: nobody of it is enrolled.
pub fn read(text: &str) -> Result<Vec<Listed>> {
    let mut rows = Rows::of(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    let header = rows.next().transpose()?;
    let header = header.ok_or_else(|| bad(1, "it is empty"))?;
    let column = |name: &str| {
        header
            .fields
            .iter()
            .position(|field| field.as_str() == name)
    };
    let known = ["login", "name", "email", "key"];
    let mut seen = header.fields.iter();
    let once = |name: &str| seen.clone().filter(|field| field.as_str() == name).count() < 2;
    if !known.iter().all(|name| once(name)) || !seen.all(|field| known.contains(&field.as_str())) {
        return Err(bad(
            1,
            "the header has login, name, email and optionally key, each once",
        ));
    }
    let (Some(login), Some(name), Some(email)) = (column("login"), column("name"), column("email"))
    else {
        return Err(bad(1, "the header names no login, name or email"));
    };
    let key = column("key");
    let mut people = Vec::new();
    for row in rows {
        let Row { line, fields } = row?;
        if fields.iter().all(|field| field.is_empty()) {
            continue;
        }
        if fields.len() != header.fields.len() {
            return Err(bad(line, "it has more or fewer fields than the header"));
        }
        if people.len() == MOST_ROWS {
            return Err(bad(line, "a list has at most 100,000 people"));
        }
        let field = |at: usize| fields[at].trim().to_owned();
        let kind = key.map(field).filter(|kind| !kind.is_empty());
        people.push(Listed {
            line,
            person: Enrol {
                login: field(login),
                name: field(name),
                email: field(email),
                key: kind.unwrap_or_else(|| KEY.to_owned()),
            },
        });
    }
    Ok(people)
}

fn bad(line: u64, why: &'static str) -> Error {
    Error::BadField {
        what: "the list of people",
        value: format!("line {line}"),
        why,
    }
}

/// A field as a file has it: always in quotes, so that nothing in it ends it.
pub(crate) fn quoted(field: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("\"{}\"", field.replace('"', "\"\"")))
}

/// Fields are wiped: some files have codes in them.
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) fields: Vec<Zeroizing<String>>,
}

/// The records of a file, RFC 4180 §2: fields in quotes may hold line ends, commas and doubled quotes.
pub(crate) struct Rows<'t> {
    rest: std::iter::Peekable<std::str::Chars<'t>>,
    line: u64,
}

impl<'t> Rows<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        Self {
            rest: text.chars().peekable(),
            line: 1,
        }
    }

    fn field(&mut self) -> Result<Zeroizing<String>> {
        let mut field = Zeroizing::new(String::new());
        let quoted = self.rest.next_if_eq(&'"').is_some();
        loop {
            let next = match self.rest.peek() {
                None if quoted => return Err(bad(self.line, "a quote is not closed")),
                Some(',' | '\n' | '\r') | None if !quoted => return Ok(field),
                _ => self.rest.next().unwrap_or_default(),
            };
            match next {
                '"' if !quoted => return Err(bad(self.line, "a quote stands within a field")),
                '"' if self.rest.next_if_eq(&'"').is_none() => {
                    return match self.rest.peek() {
                        Some(',' | '\n' | '\r') | None => Ok(field),
                        Some(_) => Err(bad(self.line, "something follows a closed quote")),
                    };
                }
                '\n' => self.line += 1,
                _ => {}
            }
            if field.len() >= LONGEST_FIELD {
                return Err(bad(self.line, "a field is too long"));
            }
            field.push(next);
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rest.peek()?;
        let line = self.line;
        let mut fields = Vec::new();
        loop {
            match self.field() {
                Ok(field) => fields.push(field),
                Err(error) => {
                    self.rest = "".chars().peekable();
                    return Some(Err(error));
                }
            }
            // More than any header has.
            if fields.len() > 16 {
                self.rest = "".chars().peekable();
                return Some(Err(bad(line, "it has too many fields")));
            }
            if self.rest.next_if_eq(&',').is_some() {
                continue;
            }
            let _ = self.rest.next_if_eq(&'\r');
            if self.rest.next_if_eq(&'\n').is_some() {
                self.line += 1;
            }
            return Some(Ok(Row { line, fields }));
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn people(text: &str) -> Vec<String> {
        let listed = read(text).unwrap();
        let said = listed.iter().map(|Listed { line, person }| {
            let Enrol {
                login,
                name,
                email,
                key,
            } = person;
            format!("{line}: {login}|{name}|{email}|{key}")
        });
        said.collect()
    }

    #[test]
    fn rows_are_read_as_spreadsheets_write_them() {
        assert_eq!(
            people("\u{FEFF}login,name,email\r\nada,Ada Lovelace,ada@example.org\r\n"),
            ["2: ada|Ada Lovelace|ada@example.org|p256"]
        );
        assert_eq!(
            people(
                "key,email,name,login\nrsa3072,b@example.org,\"Bob \"\"B\"\", Jr\",bob\n\n,,,\n"
            ),
            ["2: bob|Bob \"B\", Jr|b@example.org|rsa3072"]
        );
        assert_eq!(
            people("login,name,email\n\"a\",\"x\ny\",c@d\nb,B,e@f").len(),
            2
        );
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_line() {
        for (text, line) in [
            ("", "line 1"),
            ("login,name\n", "line 1"),
            ("login,name,email,email\n", "line 1"),
            ("login,name,email,role\n", "line 1"),
            ("login,name,email\na,b\n", "line 2"),
            ("login,name,email\na,b,c@d,e\n", "line 2"),
            ("login,name,email\na,\"b,c@d\n", "line 3"),
            ("login,name,email\na,b\"c,c@d\n", "line 2"),
            ("login,name,email\n\n\na,\"b\"c,d\n", "line 4"),
        ] {
            let refused = read(text).unwrap_err().to_string();
            assert!(refused.contains(line), "{text:?}: {refused}");
        }
        assert!(read(&format!("login,name,email\na,{},c@d", "x".repeat(9999))).is_err());
    }

    #[test]
    fn what_is_quoted_is_read_again() {
        for text in ["", "a,b", "\"", "x\r\ny", "=1+1"] {
            let line = format!("{},{}\n", *quoted(text), *quoted("z"));
            let row = Rows::of(&line).next().unwrap().unwrap();
            assert_eq!(*row.fields[0], text);
        }
    }
}
