//! The profile of sRGB (IEC 61966-2-1), made here: ICC.1:2001-04, which PDF/A-1 wants.

/// Entries of the curve from device values to light.
const CURVE: u16 = 1024;

/// White, red, green and blue as the profile connection space has them: XYZ, adapted to D50.
const WHITE: [f64; 3] = [0.9642, 1.0, 0.8249];
const RED: [f64; 3] = [0.436_065_674, 0.222_488_403, 0.013_916_016];
const GREEN: [f64; 3] = [0.385_147_095, 0.716_873_169, 0.097_076_416];
const BLUE: [f64; 3] = [0.143_066_406, 0.060_607_910, 0.714_096_069];

/// The profile's bytes.
pub(super) fn srgb() -> Vec<u8> {
    let curve = curve();
    let tags: [(&[u8; 4], Vec<u8>); 7] = [
        (b"desc", description("sRGB IEC61966-2.1")),
        (b"cprt", text("No copyright, use freely")),
        (b"wtpt", xyz(WHITE)),
        (b"rXYZ", xyz(RED)),
        (b"gXYZ", xyz(GREEN)),
        (b"bXYZ", xyz(BLUE)),
        (b"rTRC", curve),
    ];
    // The three curves are one.
    let count = tags.len() + 2;
    let mut at = 128 + 4 + 12 * count;
    let mut table = u32_bytes(count);
    let mut data = Vec::new();
    for (signature, bytes) in &tags {
        let names: &[&[u8; 4]] = match *signature {
            b"rTRC" => &[b"rTRC", b"gTRC", b"bTRC"],
            other => &[other],
        };
        for name in names {
            table.extend_from_slice(*name);
            table.extend(u32_bytes(at));
            table.extend(u32_bytes(bytes.len()));
        }
        data.extend_from_slice(bytes);
        data.resize(data.len().next_multiple_of(4), 0);
        at = 128 + 4 + 12 * count + data.len();
    }
    let mut profile = u32_bytes(at);
    profile.extend([0; 4]);
    // Version 2.1, a display's, RGB to XYZ.
    profile.extend([2, 0x10, 0, 0]);
    profile.extend(b"mntrRGB XYZ ");
    // 1 January 2026, and the mark of a profile; no platform, flags, maker or model.
    for part in [2026_u16, 1, 1, 0, 0, 0] {
        profile.extend(part.to_be_bytes());
    }
    profile.extend(b"acsp");
    profile.resize(68, 0);
    for part in WHITE {
        profile.extend(fixed(part));
    }
    profile.resize(128, 0);
    profile.extend(table);
    profile.extend(data);
    profile
}

/// `curveType`: the transfer function of sRGB.
fn curve() -> Vec<u8> {
    let mut bytes = b"curv\0\0\0\0".to_vec();
    bytes.extend(u32_bytes(usize::from(CURVE)));
    for step in 0..CURVE {
        let value = f64::from(step) / f64::from(CURVE - 1);
        let light = if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        };
        bytes.extend(((light * 65535.0).round() as u16).to_be_bytes());
    }
    bytes
}

fn xyz(parts: [f64; 3]) -> Vec<u8> {
    let mut bytes = b"XYZ \0\0\0\0".to_vec();
    parts.iter().for_each(|part| bytes.extend(fixed(*part)));
    bytes
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = b"text\0\0\0\0".to_vec();
    bytes.extend(text.as_bytes());
    bytes.push(0);
    bytes
}

/// `textDescriptionType`: in ASCII, with neither of its other forms.
fn description(text: &str) -> Vec<u8> {
    let mut bytes = b"desc\0\0\0\0".to_vec();
    bytes.extend(u32_bytes(text.len() + 1));
    bytes.extend(text.as_bytes());
    bytes.extend([0; 1 + 4 + 4 + 2 + 1 + 67]);
    bytes
}

/// `s15Fixed16Number`.
fn fixed(value: f64) -> [u8; 4] {
    ((value * 65536.0).round() as i32).to_be_bytes()
}

fn u32_bytes(value: usize) -> Vec<u8> {
    u32::try_from(value)
        .unwrap_or(u32::MAX)
        .to_be_bytes()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_as_long_as_it_says_and_its_tags_lie_within() {
        let profile = srgb();
        let number = |at: usize| {
            let bytes = profile.get(at..at + 4).expect("within");
            u32::from_be_bytes(bytes.try_into().expect("four")) as usize
        };
        assert_eq!(number(0), profile.len());
        assert_eq!(profile.get(36..40), Some(&b"acsp"[..]));
        for tag in 0..number(128) {
            let entry = 132 + 12 * tag;
            let (at, length) = (number(entry + 4), number(entry + 8));
            assert_eq!(at % 4, 0);
            assert!(at + length <= profile.len());
        }
    }
}
