//! Text strings and dates (ISO 32000-2 §7.9.2, §7.9.4).

/// Decodes a text string: UTF-16BE or UTF-8 with a byte order mark, else PDFDocEncoding.
pub(crate) fn decode(bytes: &[u8]) -> String {
    if let Some(utf16) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        let (pairs, _) = utf16.as_chunks::<2>();
        let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
        return char::decode_utf16(units)
            .map(|c| c.unwrap_or('\u{FFFD}'))
            .collect();
    }
    if let Some(utf8) = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        return String::from_utf8_lossy(utf8).into_owned();
    }
    bytes.iter().map(|byte| pdf_doc(*byte)).collect()
}

/// A character of PDFDocEncoding, which is Latin-1 but for two stretches (annex D.3).
fn pdf_doc(byte: u8) -> char {
    const ACCENTS: [char; 8] = [
        '\u{2D8}', '\u{2C7}', '\u{2C6}', '\u{2D9}', '\u{2DD}', '\u{2DB}', '\u{2DA}', '\u{2DC}',
    ];
    const SIGNS: [char; 33] = [
        '\u{2022}', '\u{2020}', '\u{2021}', '\u{2026}', '\u{2014}', '\u{2013}', '\u{192}',
        '\u{2044}', '\u{2039}', '\u{203A}', '\u{2212}', '\u{2030}', '\u{201E}', '\u{201C}',
        '\u{201D}', '\u{2018}', '\u{2019}', '\u{201A}', '\u{2122}', '\u{FB01}', '\u{FB02}',
        '\u{141}', '\u{152}', '\u{160}', '\u{178}', '\u{17D}', '\u{131}', '\u{142}', '\u{153}',
        '\u{161}', '\u{17E}', '\u{FFFD}', '\u{20AC}',
    ];
    match byte {
        0x18..=0x1F => ACCENTS[usize::from(byte - 0x18)],
        0x80..=0xA0 => SIGNS[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

/// Encodes in PDFDocEncoding; `None` for text that it does not have.
pub(crate) fn encode_pdf_doc(text: &str) -> Option<Vec<u8>> {
    let byte = |c: char| (0..=255).find(|byte| c != '\u{FFFD}' && pdf_doc(*byte) == c);
    text.chars().map(byte).collect()
}

/// Encodes a text string: ASCII as it is, anything else as UTF-16BE with its mark.
pub(crate) fn encode(text: &str) -> Vec<u8> {
    if text.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        return text.as_bytes().to_vec();
    }
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}

/// Hexadecimal digits of bytes, for a string in angle brackets.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing into a String does not fail");
            text
        })
}

/// Writes a date: `D:20261124104207+01'00'`. `time` in Unix seconds, offset in minutes.
pub(crate) fn date(time: i64, offset_minutes: i16) -> String {
    let local = time.saturating_add(i64::from(offset_minutes) * 60);
    let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let offset = offset_minutes.unsigned_abs();
    format!(
        "D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{sign}{:02}'{:02}'",
        offset / 60,
        offset % 60
    )
}

/// Reads a date; what is left out is the least it can be, a missing zone is UTC.
pub(crate) fn parse_date(text: &str) -> Option<i64> {
    let text = text.strip_prefix("D:").unwrap_or(text);
    if !text.is_ascii() {
        return None;
    }
    let field = |at: usize, length: usize, least: i64| -> Option<i64> {
        match text.get(at..at + length) {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            _ if text.len() <= at || !text.as_bytes()[at].is_ascii_digit() => Some(least),
            _ => None,
        }
    };
    let year = text
        .get(..4)
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    let year: i64 = year.parse().ok()?;
    let (month, day) = (field(4, 2, 1)?, field(6, 2, 1)?);
    let (hour, minute, second) = (field(8, 2, 0)?, field(10, 2, 0)?, field(12, 2, 0)?);
    if !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let zone = text.get(14..).unwrap_or_default();
    let offset = match zone.bytes().next() {
        Some(sign @ (b'+' | b'-')) => {
            let number = |range: std::ops::Range<usize>| -> i64 {
                zone.get(range)
                    .and_then(|digits| digits.parse().ok())
                    .unwrap_or(0)
            };
            let minutes = number(1..3) * 60 + number(4..6);
            if sign == b'-' { -minutes } else { minutes }
        }
        _ => 0,
    };
    let days = days_from_civil(year, month, day);
    Some(days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60)
}

/// Year, month and day of a day counted from 1970-01-01 (proleptic Gregorian).
fn civil(days: i64) -> (i64, i64, i64) {
    // Counted in eras of 400 years that begin on a first of March.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_back_as_they_were_written() {
        assert_eq!(date(1_795_513_327, 60), "D:20261124104207+01'00'");
        for (time, offset) in [
            (0, 0),
            (1_795_513_327, 60),
            (951_782_400, -210),
            (4_102_444_799, 765),
        ] {
            assert_eq!(parse_date(&date(time, offset)), Some(time));
        }
        assert_eq!(parse_date("D:2026"), parse_date("D:20260101000000Z"));
        for wrong in [
            "",
            "D:",
            "D:20261301",
            "yesterday",
            "D:2026112410420",
            "D:ä",
        ] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn text_is_read_back_as_it_was_written() {
        for text in ["Ana Ruiz", "Ana Ruíz", "Ψηφιακή υπογραφή", "🖋"] {
            assert_eq!(decode(&encode(text)), text);
        }
        assert_eq!(decode(b"\x80\xA0\xE9"), "\u{2022}\u{20AC}\u{E9}");
    }
}
