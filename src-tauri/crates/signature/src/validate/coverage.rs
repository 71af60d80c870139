//! Whether a byte range is honest, and how much of the file it covers (ISO 32000-2 §12.8.1).

use super::finding::Finding;

/// How much of the file a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// All bytes of the file but the signature itself.
    WholeFile,
    /// All bytes of an earlier revision but the signature itself.
    Revision,
    /// Less than a whole revision.
    Partial,
}

/// A ByteRange array: offset and length of the bytes before and after the gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ranges {
    /// End of the first range; it starts at byte 0.
    pub(super) gap_start: u64,
    /// Start of the second range.
    pub(super) gap_end: u64,
    /// End of the second range.
    pub(super) end: u64,
}

impl Ranges {
    /// Takes a ByteRange apart, if it is two ranges in order within a file of `length` bytes.
    pub(super) fn read(byte_range: [u64; 4], length: u64) -> Result<Self, Finding> {
        let [first, gap_start, gap_end, rest] = byte_range;
        let end = gap_end
            .checked_add(rest)
            .ok_or(Finding::ByteRangeMalformed)?;
        if first != 0 || gap_start == 0 || gap_start >= gap_end || rest == 0 {
            return Err(Finding::ByteRangeMalformed);
        }
        if end > length {
            return Err(Finding::ByteRangeBeyondFile { end, length });
        }
        Ok(Self {
            gap_start,
            gap_end,
            end,
        })
    }

    /// Number of bytes between the ranges.
    pub(super) const fn gap_len(&self) -> u64 {
        self.gap_end - self.gap_start
    }

    /// Judges what the ranges leave out: `gap`, which must be `contents` as a hexadecimal string
    /// and nothing else.
    pub(super) fn check_gap(&self, gap: &[u8], contents: &[u8]) -> Result<(), Finding> {
        let leaves_a_gap = || Finding::ByteRangeLeavesAGap {
            from: self.gap_start,
            to: self.gap_end,
        };
        let digits = gap
            .strip_prefix(b"<")
            .and_then(|gap| gap.strip_suffix(b">"))
            .ok_or_else(leaves_a_gap)?;
        let (pairs, []) = digits.as_chunks::<2>() else {
            return Err(leaves_a_gap());
        };
        let decoded: Option<Vec<u8>> = pairs
            .iter()
            .map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?))
            .collect();
        match decoded {
            None => Err(leaves_a_gap()),
            Some(decoded) if decoded != contents => Err(Finding::ContentsNotInTheGap),
            Some(_) => Ok(()),
        }
    }

    /// How much of a file of `length` bytes is covered.
    ///
    /// `ends_revision` says whether a revision of the document ends at an offset.
    pub(super) fn coverage(
        &self,
        length: u64,
        ends_revision: impl FnOnce(u64) -> bool,
        findings: &mut Vec<Finding>,
    ) -> Coverage {
        if self.end == length {
            return Coverage::WholeFile;
        }
        if ends_revision(self.end) {
            return Coverage::Revision;
        }
        findings.push(Finding::ByteRangeEndsInsideARevision { end: self.end });
        Coverage::Partial
    }
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENTS: &[u8] = &[0x30, 0xab];

    fn gap(gap: &[u8]) -> Result<(), Finding> {
        let ranges = Ranges::read([0, 10, 20, 5], 25).expect("it is honest");
        ranges.check_gap(gap, CONTENTS)
    }

    #[test]
    fn a_byte_range_is_two_ranges_in_order_within_the_file() {
        assert!(Ranges::read([0, 10, 20, 5], 25).is_ok());
        for malformed in [
            [1, 10, 20, 5],
            [0, 0, 20, 5],
            [0, 20, 20, 5],
            [0, 21, 20, 5],
            [0, 10, 20, 0],
            [0, 10, u64::MAX, 1],
            [0, u64::MAX, 20, 5],
        ] {
            assert_eq!(
                Ranges::read(malformed, 25),
                Err(Finding::ByteRangeMalformed)
            );
        }
        assert_eq!(
            Ranges::read([0, 10, 20, 6], 25),
            Err(Finding::ByteRangeBeyondFile {
                end: 26,
                length: 25
            })
        );
    }

    #[test]
    fn byte_range_leaves_a_gap() {
        assert_eq!(gap(b"<30ab>"), Ok(()));
        assert_eq!(gap(b"<30AB>"), Ok(()));
        let found = Err(Finding::ByteRangeLeavesAGap { from: 10, to: 20 });
        for other in [
            &b""[..],
            b"<",
            b"<>>",
            b"30ab",
            b" <30ab>",
            b"<30ab> ",
            b"<30ab>/Reason(x)<30ab>",
            b"<30 ab>",
            b"<30a>",
            b"<30ag>",
        ] {
            assert_eq!(gap(other), found, "{:?}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn contents_elsewhere_than_in_the_gap() {
        assert_eq!(gap(b"<30ac>"), Err(Finding::ContentsNotInTheGap));
        assert_eq!(gap(b"<30ab00>"), Err(Finding::ContentsNotInTheGap));
        assert_eq!(gap(b"<>"), Err(Finding::ContentsNotInTheGap));
    }

    #[test]
    fn only_the_end_of_the_file_or_of_a_revision_is_no_partial_coverage() {
        let ranges = Ranges::read([0, 10, 20, 5], 30).expect("it is honest");
        let mut findings = Vec::new();
        assert_eq!(
            ranges.coverage(25, |_| false, &mut findings),
            Coverage::WholeFile
        );
        assert_eq!(findings, []);
        assert_eq!(
            ranges.coverage(30, |at| at == 25, &mut findings),
            Coverage::Revision
        );
        assert_eq!(
            ranges.coverage(30, |_| false, &mut findings),
            Coverage::Partial
        );
        assert_eq!(
            findings,
            [Finding::ByteRangeEndsInsideARevision { end: 25 }]
        );
    }
}
