//! Messages on a line: length in four bytes, big-endian, then one CBOR item. Each request is
//! answered before the next one is sent, so an answer needs no number.
//!
//! Every buffer a message passes through is made in its final size and wiped: some carry a PIN.

use std::io::{self, Read, Write};

use minicbor::{CborLen, Decode, Encode};
use zeroize::Zeroizing;

/// Longest message in bytes. A batch of 10,000 digests is a third of it.
pub(crate) const LONGEST: usize = 1 << 20;

/// A whole message, length included.
pub(crate) type Frame = Zeroizing<Vec<u8>>;

/// The length in front of each message.
const HEADER: usize = size_of::<u32>();

/// Encodes a message.
///
/// # Errors
/// The length in bytes of one longer than [`LONGEST`].
pub(crate) fn encode<T: Encode<()> + CborLen<()>>(message: &T) -> Result<Frame, usize> {
    let length = minicbor::len(message);
    if length > LONGEST {
        return Err(length);
    }
    // In one allocation: growing would leave copies behind.
    let mut frame = Zeroizing::new(Vec::with_capacity(HEADER + length));
    frame.extend_from_slice(&(length as u32).to_be_bytes());
    let Ok(()) = minicbor::encode(message, &mut *frame).map_err(|_| length) else {
        return Err(length);
    };
    debug_assert_eq!(frame.len(), HEADER + length, "the length was foreseen");
    Ok(frame)
}

/// Decodes a message; `None` if it is not one, or has bytes after its end.
pub(crate) fn decode<'b, T: Decode<'b, ()>>(message: &'b [u8]) -> Option<T> {
    let mut decoder = minicbor::Decoder::new(message);
    let value = decoder.decode().ok()?;
    (decoder.position() == message.len()).then_some(value)
}

/// Writes a message.
pub(crate) fn send(mut socket: impl Write, frame: &Frame) -> io::Result<()> {
    socket.write_all(frame)
}

/// Reads a message; `None` at the end of the stream.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] for a length above [`LONGEST`].
pub(crate) fn receive(mut socket: impl Read) -> io::Result<Option<Frame>> {
    let mut header = [0; HEADER];
    match socket.read_exact(&mut header) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_be_bytes(header) as usize;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = Zeroizing::new(vec![0; length]);
    socket.read_exact(&mut message)?;
    Ok(Some(message))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_out_as_it_went_in() {
        let frame = encode(&("text".to_owned(), 7_u64)).unwrap();
        let message = receive(frame.as_slice()).unwrap().unwrap();
        let (text, number): (String, u64) = decode(&message).unwrap();
        assert_eq!((text.as_str(), number), ("text", 7));
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_anything_is_allocated() {
        let header = [0xFF; HEADER];
        let refused = receive(header.as_slice()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_message_cut_short_is_an_error_and_none_is_the_end() {
        let frame = encode(&"text".to_owned()).unwrap();
        assert!(receive(&frame[..frame.len() - 1]).is_err());
        assert!(receive(&[][..]).unwrap().is_none());
    }

    #[test]
    fn bytes_after_a_message_are_refused() {
        let frame = encode(&7_u64).unwrap();
        let message = [&frame[HEADER..], &[0]].concat();
        assert!(decode::<u64>(&message).is_none());
    }
}
