//! Identifiers of people within names, such as `RUIZ ANA - 12345678Z`, are not shown whole.
//!
//! Many certificates carry the number of an identity card, of a tax payer or of an insured person in
//! their names (ETSI EN 319 412-1, section 5.1.3, semantics identifiers). On paper that number would
//! be read by everyone who gets the document; of it the fourth to the seventh digit stay, as the
//! Spanish data protection authority recommends, so that the person can still be told from namesakes.

/// So many digits are no house number, no year and no version.
const FEWEST_DIGITS: usize = 6;
/// Groups of digits parted by spaces are one number from here on.
const FEWEST_SPACED: usize = 9;
/// Digits that stay, counted from 0.
const SHOWN: std::ops::Range<usize> = 3..7;

/// The text with its identifiers masked.
pub(super) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, tail) = rest.split_at(start);
        masked.push_str(before);
        let length = spaced(tail).unwrap_or_else(|| token(tail));
        let (word, after) = tail.split_at(length);
        masked.push_str(&masked_word(word));
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// Length of a word of letters and digits, with single dots, hyphens and slashes between them.
fn token(text: &str) -> usize {
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters
            .peek()
            .is_some_and(|(_, c)| c.is_ascii_alphanumeric());
        let inner = matches!(character, '.' | '-' | '/') && next;
        if !(character.is_ascii_alphanumeric() || inner) {
            break;
        }
        end = at + character.len_utf8();
    }
    end
}

/// Length of a number in groups that are parted by single spaces, as social security numbers are.
fn spaced(text: &str) -> Option<usize> {
    let mut end = 0;
    let (mut groups, mut digits) = (0, 0);
    for group in text.split(' ') {
        let is_number = !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || group.len() > 6 {
            break;
        }
        end += group.len() + usize::from(groups > 0);
        groups += 1;
        digits += group.len();
    }
    (groups >= 3 && digits >= FEWEST_SPACED).then_some(end)
}

fn masked_word(word: &str) -> String {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits < FEWEST_DIGITS || is_date(word) {
        return word.to_owned();
    }
    // What kind of number it is may be read: PNOES-, IDC, DNI-.
    let kind = word
        .find('-')
        .filter(|end| {
            word.bytes()
                .take(*end)
                .all(|byte| byte.is_ascii_alphabetic())
        })
        .map_or(0, |end| end + 1);
    let mut seen = 0;
    let masked = word.char_indices().map(|(at, character)| {
        if at < kind || !character.is_ascii_alphanumeric() {
            return character;
        }
        if !character.is_ascii_digit() {
            return '*';
        }
        seen += 1;
        if SHOWN.contains(&(seen - 1)) {
            character
        } else {
            '*'
        }
    });
    masked.collect()
}

/// Whether a word is a date or two years.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['.', '-', '/']).collect();
    let number = |part: &str| part.parse::<u32>().ok();
    let year =
        |part: &str| part.len() == 4 && number(part).is_some_and(|y| (1800..2200).contains(&y));
    let small = |part: &str, most: u32| {
        part.len() <= 2 && number(part).is_some_and(|n| (1..=most).contains(&n))
    };
    match parts.as_slice() {
        [one, other] => year(one) && year(other),
        [one, middle, last] => {
            (year(last) && small(one, 31) && small(middle, 31))
                || (year(one) && small(middle, 12) && small(last, 31))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_many_countries_are_masked() {
        for (name, shown) in [
            // Spain: DNI, NIE; and as a semantics identifier.
            ("RUIZ ANA - 12345678Z", "RUIZ ANA - ***4567**"),
            (
                "RUIZ ANA - NIF 12345678Z (FIRMA)",
                "RUIZ ANA - NIF ***4567** (FIRMA)",
            ),
            ("PÉREZ LEÓN X1234567L", "PÉREZ LEÓN ****4567*"),
            ("IDCES-12345678Z", "IDCES-***4567**"),
            // Estonia, Lithuania, Latvia.
            (
                "MÄNNIK,MARI-LIIS,47101010033",
                "MÄNNIK,MARI-LIIS,***0101****",
            ),
            ("PNOEE-38001085718", "PNOEE-***0108****"),
            ("BĒRZIŅŠ 161175-19997", "BĒRZIŅŠ ***175-1****"),
            // Italy, Portugal, Poland, Brazil, Sweden, Belgium, France, United Kingdom.
            (
                "ROSSI MARIO RSSMRA85T10A562S",
                "ROSSI MARIO **********0*562*",
            ),
            ("BI123456789", "*****4567**"),
            ("Kowalski PESEL 85071012345", "Kowalski PESEL ***7101****"),
            ("João Silva:123.456.789-09", "João Silva:***.456.7**-**"),
            ("Svensson 850101-1234", "Svensson ***101-1***"),
            ("Peeters 85.07.30-033.28", "Peeters **.*7.30-0**.**"),
            (
                "DUPONT 1 85 05 78 006 084 36",
                "DUPONT * ** 05 78 *** *** **",
            ),
            ("SMITH QQ123456C", "SMITH *****456*"),
        ] {
            assert_eq!(mask(name), shown);
        }
    }

    #[test]
    fn ordinary_names_years_and_dates_stay_as_they_are() {
        for name in [
            "Ana Ruiz Gómez",
            "Anne-Marie O'Neill, M.Sc.",
            "Jean-Luc 2",
            "Ministry of Works 2026",
            "Expo 1998-2004 GmbH",
            "Board of 24.11.2026",
            "2026-11-24",
            "Building 12, Room 3045",
            "ISO 27001 office",
            "Unit 12 2026",
            "王小明",
            "آنا رويز ١٢٣٤٥٦٧٨",
        ] {
            assert_eq!(mask(name), name);
        }
    }
}
