//! Byte ranges that are not two, in order, of the whole file but for the signature (ISO 32000-2
//! §12.8.1). Ada's key has signed each of them: whoever made the file may be her own software.

use std::ops::Range;

use super::original::{Waiting, visible};
use super::{Attack, Originals};

/// Signs what some ranges cover and says others.
fn signed(originals: &Originals, said: &str, covered: &[Range<usize>]) -> Vec<u8> {
    let waiting = Waiting::lay_out(&originals.contract, visible).with_byte_range(said);
    let signature = originals.people.sign(&waiting.digest_of(covered));
    waiting.complete(&signature)
}

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let waiting = Waiting::lay_out(&originals.contract, visible);
    let [_, start, end, rest] = waiting.ranges();
    let length = end + rest;
    let before = waiting.byte_range.start - 40;
    let honest = [0..start, end..length];
    let mut attacks = Vec::new();
    let mut add = |name: &str, said: &str, covered: &[Range<usize>]| {
        let name = format!("byte-range-{name}");
        attacks.push(Attack::new(&name, signed(originals, said, covered)));
    };
    add(
        "five-numbers",
        &format!("[0 {start} {end} {rest} 0]"),
        &honest,
    );
    add(
        "six-numbers",
        &format!("[0 100 200 {} {end} {rest}]", start - 200),
        &[0..100, 200..start, end..length],
    );
    add("two-numbers", &format!("[0 {start}]"), &honest[..1]);
    add("three-numbers", &format!("[0 {start} {end}]"), &honest[..1]);
    add("empty", "[]", &[]);
    add("null", "null", &honest);
    add("not-an-array", &format!("({start})"), &honest);
    add(
        "dictionary",
        &format!("<</A[0 {start} {end} {rest}]>>"),
        &honest,
    );
    add(
        "real-numbers",
        &format!("[0.0 {start}.0 {end}.0 {rest}.0]"),
        &honest,
    );
    add(
        "strings",
        &format!("[(0) ({start}) ({end}) ({rest})]"),
        &honest,
    );
    add(
        "negative-start",
        &format!("[-1 {} {end} {rest}]", start + 1),
        &honest,
    );
    add(
        "negative-length",
        &format!("[0 {start} {end} -{rest}]"),
        &honest[..1],
    );
    add(
        "negative-gap",
        &format!("[0 {start} -{end} {rest}]"),
        &honest,
    );
    add(
        "first-not-zero",
        &format!("[9 {} {end} {rest}]", start - 9),
        &[9..start, end..length],
    );
    add(
        "first-is-empty",
        &format!("[0 0 {end} {rest}]"),
        &honest[1..],
    );
    add(
        "second-is-empty",
        &format!("[0 {start} {end} 0]"),
        &honest[..1],
    );
    add("both-are-empty", "[0 0 0 0]", &[]);
    add(
        "overlap",
        &format!("[0 {start} {} {}]", start - 9, length - start + 9),
        &honest,
    );
    add(
        "swapped",
        &format!("[{end} {rest} 0 {start}]"),
        &[end..length, 0..start],
    );
    add(
        "no-gap",
        &format!("[0 {start} {start} {}]", length - start),
        &honest,
    );
    add(
        "gap-begins-early",
        &format!("[0 {before} {end} {rest}]"),
        &[0..before, end..length],
    );
    add(
        "gap-begins-one-early",
        &format!("[0 {} {end} {rest}]", start - 1),
        &[0..start - 1, end..length],
    );
    add(
        "gap-begins-one-late",
        &format!("[0 {} {end} {rest}]", start + 1),
        &[0..start + 1, end..length],
    );
    add(
        "gap-ends-late",
        &format!("[0 {start} {} {}]", end + 30, rest - 30),
        &[0..start, end + 30..length],
    );
    add(
        "gap-ends-one-late",
        &format!("[0 {start} {} {}]", end + 1, rest - 1),
        &[0..start, end + 1..length],
    );
    add(
        "gap-ends-one-early",
        &format!("[0 {start} {} {}]", end - 1, rest + 1),
        &[0..start, end - 1..length],
    );
    add(
        "gap-is-the-whole-dictionary",
        &format!("[0 {} {} {}]", before - 300, end + 9, rest - 9),
        &[0..before - 300, end + 9..length],
    );
    add(
        "ends-early",
        &format!("[0 {start} {end} {}]", rest - 20),
        &[0..start, end..length - 20],
    );
    add(
        "ends-one-early",
        &format!("[0 {start} {end} {}]", rest - 7),
        &[0..start, end..length - 7],
    );
    add(
        "ends-behind-contents",
        &format!("[0 {start} {end} 2]"),
        &[0..start, end..end + 2],
    );
    add(
        "ends-behind-the-file",
        &format!("[0 {start} {end} {}]", rest + 1),
        &honest,
    );
    add(
        "ends-at-the-limit",
        &format!("[0 {start} {end} {}]", i64::MAX),
        &honest,
    );
    add(
        "numbers-beyond-64-bits",
        &format!("[0 {start} {end} 18446744073709551616{rest}]"),
        &honest,
    );
    add(
        "sum-wraps",
        &format!("[0 {start} {end} {}]", u64::MAX - end as u64 + rest as u64),
        &honest,
    );
    add(
        "of-the-original-only",
        &format!("[0 100 200 {}]", originals.contract.len() - 200),
        &[0..100, 200..originals.contract.len()],
    );
    // Two arrays: the last one is honest, so that readers which take the first see another.
    let twice = format!("[0 9 9 {}]/ByteRange[0 {start} {end} {rest}]", length - 9);
    add("twice", &twice, &honest);
    let twice = format!("[0 {start} {end} {rest}]/ByteRange[0 9 9 {}]", length - 9);
    add("twice-the-first-is-honest", &twice, &honest);
    attacks
}
