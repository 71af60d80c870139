//! How single values are read.

use service::requests::{Certification, Level, LockedFields};
use service::wire;

/// Reads a PAdES level (ETSI EN 319 142-1 §6).
pub(super) fn level(text: &str) -> Result<Level, String> {
    Level::read(text).ok_or_else(|| "b-b, b-t, b-lt or b-lta is wanted".to_owned())
}

/// Reads a time as people write it, UTC where no offset is given, or `@` and Unix seconds.
pub(super) fn time(text: &str) -> Result<i64, String> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().map_err(|_| "no whole number".to_owned());
    }
    let instant: Result<jiff::Timestamp, _> = text.parse();
    let date = || {
        let date: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(date).ok()
    };
    instant
        .ok()
        .or_else(date)
        .map(jiff::Timestamp::as_second)
        .ok_or_else(|| "write it as 2031-01-31T12:00:00Z or 2031-01-31".to_owned())
}

pub(super) fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("NAME=VALUE is wanted".to_owned()),
    }
}

pub(super) fn certification(text: &str) -> Result<Certification, String> {
    let level = text.parse().ok().and_then(Certification::from_level);
    level.ok_or_else(|| "1, 2 or 3 is wanted".to_owned())
}

pub(super) fn locked_fields(text: &str) -> Result<LockedFields, String> {
    let names = |text: &str| -> Result<Vec<String>, String> {
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        if names.iter().any(String::is_empty) {
            return Err("all, NAME,NAME… or all-but:NAME,NAME… is wanted".to_owned());
        }
        Ok(names)
    };
    match (text, text.strip_prefix("all-but:")) {
        ("all", _) => Ok(LockedFields::All),
        (_, Some(rest)) => names(rest).map(LockedFields::AllBut),
        _ => names(text).map(LockedFields::These),
    }
}

pub(super) fn size(text: &str) -> Result<(f64, f64), String> {
    let sides = text.split_once(',');
    sides
        .and_then(|(width, height)| Some((width.trim().parse().ok()?, height.trim().parse().ok()?)))
        .filter(|(width, height): &(f64, f64)| width.is_finite() && height.is_finite())
        .ok_or_else(|| "two numbers are wanted: WIDTH,HEIGHT".to_owned())
}

pub(super) fn rect(text: &str) -> Result<wire::Rect, String> {
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| {
            part.trim()
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
        })
        .collect::<Option<_>>()
        .ok_or("four numbers are wanted: X,Y,WIDTH,HEIGHT")?;
    let [x, y, width, height] = numbers[..] else {
        return Err("four numbers are wanted: X,Y,WIDTH,HEIGHT".to_owned());
    };
    Ok(wire::Rect {
        x,
        y,
        width,
        height,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_rect_is_four_finite_numbers() {
        assert_eq!(
            rect("1,2.5, 30,40").unwrap(),
            wire::Rect {
                x: 1.0,
                y: 2.5,
                width: 30.0,
                height: 40.0
            }
        );
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "1,2,3,inf",
            "1,2,3,NaN",
        ] {
            assert!(rect(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn locked_fields_are_all_some_or_all_but_some() {
        let names = || vec!["A.b".to_owned(), "C".to_owned()];
        assert_eq!(locked_fields("all").unwrap(), LockedFields::All);
        assert_eq!(
            locked_fields("A.b, C").unwrap(),
            LockedFields::These(names())
        );
        assert_eq!(
            locked_fields("all-but:A.b,C").unwrap(),
            LockedFields::AllBut(names())
        );
        for wrong in ["", ",", "A,,B", "all-but:"] {
            assert!(locked_fields(wrong).is_err(), "{wrong}");
        }
    }
}
