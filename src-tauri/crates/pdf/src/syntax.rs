//! The syntax of objects (ISO 32000-2 §7.2, §7.3): from bytes to `lopdf`'s object model, with the
//! place of every entry of the outermost dictionary, so that it can be extended without being
//! written anew.

use std::ops::Range;

use lopdf::{Dictionary, Object, StringFormat};

/// Deepest nesting that is followed; real files stay below ten.
const DEEPEST: usize = 64;
/// Most elements of one array or dictionary.
const MOST_ELEMENTS: usize = 1 << 20;

/// What is wrong with the bytes.
pub(crate) type Wrong = &'static str;

/// Reads objects from a slice.
pub(crate) struct Parser<'b> {
    bytes: &'b [u8],
    pub(crate) at: usize,
    /// Whether a dictionary had a key twice: readers differ in which one they take.
    pub(crate) repeated: bool,
    /// Where strings stand, and what they say, if that is wanted.
    pub(crate) strings: Option<Vec<(Range<usize>, Vec<u8>)>>,
}

/// A dictionary with the byte range of each value.
#[derive(Debug, Clone)]
pub(crate) struct RawDictionary {
    pub(crate) dictionary: Dictionary,
    /// Key, then the range of `/Key value`, in the order of the file.
    pub(crate) entries: Vec<(Vec<u8>, Range<usize>)>,
    /// Where `>>` starts.
    pub(crate) close: usize,
}

impl<'b> Parser<'b> {
    pub(crate) fn new(bytes: &'b [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            repeated: false,
            strings: None,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Skips white space and comments.
    pub(crate) fn space(&mut self) {
        while let Some(byte) = self.peek() {
            if is_space(byte) {
                self.at += 1;
            } else if byte == b'%' {
                while self
                    .peek()
                    .is_some_and(|byte| byte != b'\r' && byte != b'\n')
                {
                    self.at += 1;
                }
            } else {
                break;
            }
        }
    }

    /// Takes a keyword if it stands here as a whole token.
    pub(crate) fn keyword(&mut self, word: &[u8]) -> bool {
        let follows = self.rest().get(word.len()).copied();
        if self.rest().starts_with(word) && follows.is_none_or(is_delimiting) {
            self.at += word.len();
            return true;
        }
        false
    }

    /// Reads an unsigned decimal integer.
    pub(crate) fn unsigned(&mut self) -> Result<u64, Wrong> {
        let digits = self
            .rest()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let text = self.rest().get(..digits).unwrap_or_default();
        let value = std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok());
        self.at += digits;
        value.ok_or("a number was expected")
    }

    /// Reads `N G obj`.
    pub(crate) fn object_header(&mut self) -> Result<(u32, u16), Wrong> {
        self.space();
        let number =
            u32::try_from(self.unsigned()?).map_err(|_| "an object number is too large")?;
        self.space();
        let generation =
            u16::try_from(self.unsigned()?).map_err(|_| "a generation is too large")?;
        self.space();
        if self.keyword(b"obj") {
            Ok((number, generation))
        } else {
            Err("no object starts here")
        }
    }

    /// Reads one object; a stream's dictionary is read as a dictionary.
    pub(crate) fn object(&mut self) -> Result<Object, Wrong> {
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Result<Object, Wrong> {
        if depth > DEEPEST {
            return Err("objects are nested too deep");
        }
        self.space();
        match self.peek().ok_or("the file ends within an object")? {
            b'<' if self.rest().starts_with(b"<<") => {
                Ok(Object::Dictionary(self.entries(depth)?.dictionary))
            }
            b'<' | b'(' => self.string(),
            b'/' => self.name().map(Object::Name),
            b'[' => self.array(depth),
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number_or_reference(),
            _ if self.keyword(b"true") => Ok(Object::Boolean(true)),
            _ if self.keyword(b"false") => Ok(Object::Boolean(false)),
            _ if self.keyword(b"null") => Ok(Object::Null),
            _ => Err("no object starts here"),
        }
    }

    /// Reads a dictionary and remembers where its entries stand.
    pub(crate) fn dictionary(&mut self) -> Result<RawDictionary, Wrong> {
        self.space();
        if self.rest().starts_with(b"<<") {
            self.entries(0)
        } else {
            Err("a dictionary was expected")
        }
    }

    fn entries(&mut self, depth: usize) -> Result<RawDictionary, Wrong> {
        self.at += 2;
        let mut dictionary = Dictionary::new();
        let mut entries = Vec::new();
        loop {
            self.space();
            if self.rest().starts_with(b">>") {
                let close = self.at;
                self.at += 2;
                return Ok(RawDictionary {
                    dictionary,
                    entries,
                    close,
                });
            }
            if entries.len() >= MOST_ELEMENTS {
                return Err("a dictionary has too many entries");
            }
            let start = self.at;
            let key = self.name()?;
            let value = self.nested(depth + 1)?;
            self.repeated |= dictionary.has(&key);
            entries.push((key.clone(), start..self.at));
            dictionary.set(key, value);
        }
    }

    fn array(&mut self, depth: usize) -> Result<Object, Wrong> {
        self.at += 1;
        let mut elements = Vec::new();
        loop {
            self.space();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Object::Array(elements));
            }
            if elements.len() >= MOST_ELEMENTS {
                return Err("an array has too many elements");
            }
            elements.push(self.nested(depth + 1)?);
        }
    }

    /// Reads a name, unescaped and without its slash.
    pub(crate) fn name(&mut self) -> Result<Vec<u8>, Wrong> {
        if self.peek() != Some(b'/') {
            return Err("a name was expected");
        }
        self.at += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| !is_delimiting(*byte)) {
            self.at += 1;
            let escaped = self
                .rest()
                .get(..2)
                .and_then(hex_pair)
                .filter(|_| byte == b'#');
            if let Some(value) = escaped {
                self.at += 2;
                name.push(value);
            } else {
                name.push(byte);
            }
        }
        Ok(name)
    }

    fn string(&mut self) -> Result<Object, Wrong> {
        let start = self.at;
        let string = if self.peek() == Some(b'<') {
            self.hexadecimal()?
        } else {
            self.literal()?
        };
        if let (Some(strings), Object::String(bytes, _)) = (&mut self.strings, &string) {
            strings.push((start..self.at, bytes.clone()));
        }
        Ok(string)
    }

    fn hexadecimal(&mut self) -> Result<Object, Wrong> {
        self.at += 1;
        let mut bytes = Vec::new();
        let mut high = None;
        loop {
            let byte = self.peek().ok_or("the file ends within a string")?;
            self.at += 1;
            match (
                byte,
                char::from(byte)
                    .to_digit(16)
                    .and_then(|digit| u8::try_from(digit).ok()),
            ) {
                (b'>', _) => break,
                (_, Some(digit)) => match high.take() {
                    Some(first) => bytes.push(first << 4 | digit),
                    None => high = Some(digit),
                },
                (byte, None) if is_space(byte) => {}
                _ => return Err("a hexadecimal string has another character"),
            }
        }
        bytes.extend(high.map(|first| first << 4));
        Ok(Object::String(bytes, StringFormat::Hexadecimal))
    }

    fn literal(&mut self) -> Result<Object, Wrong> {
        self.at += 1;
        let mut bytes = Vec::new();
        let mut open = 1usize;
        loop {
            let byte = self.peek().ok_or("the file ends within a string")?;
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(Object::String(bytes, StringFormat::Literal));
                    }
                }
                b'\\' => {
                    self.escape(&mut bytes)?;
                    continue;
                }
                b'\r' => {
                    // Any line end within a string is one line feed (§7.3.4.2).
                    if self.peek() == Some(b'\n') {
                        self.at += 1;
                    }
                    bytes.push(b'\n');
                    continue;
                }
                _ => {}
            }
            bytes.push(byte);
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), Wrong> {
        let byte = self.peek().ok_or("the file ends within a string")?;
        self.at += 1;
        match byte {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'\n' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit) = self.peek().filter(|byte| (b'0'..=b'7').contains(byte))
                    else {
                        break;
                    };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                // High-order overflow is ignored (§7.3.4.2, table 3).
                bytes.push(value.to_le_bytes()[0]);
            }
            other => bytes.push(other),
        }
        Ok(())
    }

    fn number_or_reference(&mut self) -> Result<Object, Wrong> {
        let token = self.token();
        let text = std::str::from_utf8(token).map_err(|_| "a number has another character")?;
        if let Ok(integer) = text.parse::<i64>() {
            if let Some(reference) = self.reference(integer) {
                return Ok(reference);
            }
            return Ok(Object::Integer(integer));
        }
        match text.parse::<f32>() {
            Ok(real) if real.is_finite() && !text.contains(['e', 'E', 'n', 'N']) => {
                Ok(Object::Real(real))
            }
            _ => Err("a number is not in form"),
        }
    }

    /// Takes the ` G R` after an object number, if it is there.
    fn reference(&mut self, number: i64) -> Option<Object> {
        let number = u32::try_from(number).ok()?;
        let back = self.at;
        self.space();
        let generation = self
            .unsigned()
            .ok()
            .and_then(|value| u16::try_from(value).ok());
        self.space();
        match generation {
            Some(generation) if self.keyword(b"R") => Some(Object::Reference((number, generation))),
            _ => {
                self.at = back;
                None
            }
        }
    }

    fn token(&mut self) -> &'b [u8] {
        let length = self
            .rest()
            .iter()
            .take_while(|byte| !is_delimiting(**byte))
            .count();
        let token = self.rest().get(..length).unwrap_or_default();
        self.at += length;
        token
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiting(byte: u8) -> bool {
    is_space(byte) || b"()<>[]{}/%".contains(&byte)
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(pair).ok()?;
    if text.starts_with(['+', '-']) {
        return None;
    }
    u8::from_str_radix(text, 16).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Object, Wrong> {
        Parser::new(text, 0).object()
    }

    #[test]
    fn strings_are_unescaped() {
        for (text, bytes) in [
            (&b"(a\\(b\\)c)"[..], &b"a(b)c"[..]),
            (b"(a(b)c)", b"a(b)c"),
            (b"(\\053\\53\\5x)", b"++\x05x"),
            (b"(a\\\r\nb\r\nc)", b"ab\nc"),
            (b"<4 1 4>", b"A@"),
        ] {
            assert_eq!(read(text).unwrap().as_str().unwrap(), bytes);
        }
    }

    #[test]
    fn a_reference_is_told_from_two_numbers() {
        assert_eq!(read(b"12 0 R").unwrap(), Object::Reference((12, 0)));
        assert_eq!(read(b"12 0 Rx").unwrap(), Object::Integer(12));
        let array = read(b"[1 2 3 0 R 4.5 /A#20B]").unwrap();
        assert_eq!(array.as_array().unwrap().len(), 5);
        assert_eq!(array.as_array().unwrap()[4], Object::Name(b"A B".to_vec()));
    }

    #[test]
    fn the_place_of_every_entry_is_known() {
        let text = b"<< /A 1 /B [ 2 3 ] /C<</D 4>> >>";
        let raw = Parser::new(text, 0).dictionary().unwrap();
        let shown: Vec<_> = raw
            .entries
            .iter()
            .map(|(_, range)| &text[range.clone()])
            .collect();
        assert_eq!(shown, [&b"/A 1"[..], b"/B [ 2 3 ]", b"/C<</D 4>>"]);
        assert_eq!(&text[raw.close..], b">>");
    }

    #[test]
    fn what_is_not_in_form_is_an_error() {
        let deep = vec![b'['; 100_000];
        for text in [
            &b""[..],
            b"<<",
            b"<</A",
            b"<</A>>",
            b"[1",
            b"(a",
            b"<4",
            b"<4z>",
            b"1e5",
            b"nan",
            b">",
            &deep,
        ] {
            assert!(
                read(text).is_err(),
                "{:?}",
                String::from_utf8_lossy(&text[..text.len().min(9)])
            );
        }
    }
}
