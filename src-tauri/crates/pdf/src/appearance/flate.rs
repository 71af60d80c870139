//! Streams of appearances, compressed.
//!
//! The files of a batch show the same: what was compressed a moment ago is taken as it was.

use std::cell::RefCell;

use lopdf::Stream;

/// How many streams are remembered: those of one appearance in a few fonts.
const REMEMBERED: usize = 8;
/// Larger ones are not: a megabyte and a half in all.
const LARGEST: usize = 192 << 10;

/// What was compressed, and what came of it; nothing where it was not worth it.
struct Known {
    plain: Vec<u8>,
    compressed: Option<Stream>,
}

thread_local! {
    /// The newest first.
    static KNOWN: RefCell<Vec<Known>> = const { RefCell::new(Vec::new()) };
}

/// Compresses a stream that has no filter yet. One that does not get smaller stays as it is: an
/// uncompressed stream is as good.
pub(super) fn compress(stream: &mut Stream) {
    if stream.dict.has(b"Filter") {
        return;
    }
    KNOWN.with_borrow_mut(|known| {
        let at = known.iter().position(|known| known.plain == stream.content);
        let newest = match at {
            Some(at) => known.remove(at),
            None => Known::by_compressing(&stream.content),
        };
        if let Some(compressed) = &newest.compressed {
            if let Ok(filter) = compressed.dict.get(b"Filter") {
                stream.dict.set("Filter", filter.clone());
            }
            stream.set_content(compressed.content.clone());
        }
        if newest.plain.len() <= LARGEST {
            known.insert(0, newest);
            known.truncate(REMEMBERED);
        }
    });
}

impl Known {
    fn by_compressing(plain: &[u8]) -> Self {
        let mut stream = Stream::new(lopdf::Dictionary::new(), plain.to_vec());
        let compressed = stream.compress().is_ok() && stream.dict.has(b"Filter");
        Self {
            plain: plain.to_vec(),
            compressed: compressed.then_some(stream),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn stream(content: &[u8]) -> Stream {
        let mut dictionary = lopdf::Dictionary::new();
        dictionary.set("Mine", true);
        Stream::new(dictionary, content.to_vec())
    }

    #[test]
    fn a_known_stream_is_what_compressing_gives() {
        let (long, short) = ([b'a'; 5000], *b"ab");
        for content in [&long[..], &short, &long, &short] {
            let (mut ours, mut theirs) = (stream(content), stream(content));
            compress(&mut ours);
            theirs.compress().unwrap();
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn a_large_stream_is_compressed_and_not_remembered() {
        let mut large = stream(&vec![b'a'; LARGEST + 1]);
        compress(&mut large);
        assert!(large.content.len() < LARGEST);
        let remembered = |known: &Known| known.plain.len() > LARGEST;
        assert!(!KNOWN.with_borrow(|known| known.iter().any(remembered)));
    }
}
