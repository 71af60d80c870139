//! How values of other crates cross between client and host (`#[cbor(with = …)]`).

/// Paths as the bytes the operating system gave, which need not be UTF-8.
pub(crate) mod path {
    use std::{
        ffi::OsString,
        os::unix::ffi::{OsStrExt, OsStringExt},
        path::{Path, PathBuf},
    };

    use minicbor::{
        Decoder, Encoder,
        bytes::ByteSlice,
        decode::Error as DecodeError,
        encode::{Error as EncodeError, Write},
    };

    pub(crate) fn encode<C, W: Write>(
        path: &Path,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.bytes(path.as_os_str().as_bytes())?.ok()
    }

    pub(crate) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<PathBuf, DecodeError> {
        Ok(OsString::from_vec(d.bytes()?.to_vec()).into())
    }

    pub(crate) fn cbor_len<C>(path: &Path, _: &mut C) -> usize {
        minicbor::len(<&ByteSlice>::from(path.as_os_str().as_bytes()))
    }
}

/// I/O errors as their number; what has none arrives as "other".
pub(crate) mod io_error {
    use std::io;

    use minicbor::{
        Decoder, Encoder,
        decode::Error as DecodeError,
        encode::{Error as EncodeError, Write},
    };

    /// Stands for an error that came from no system call.
    const NONE: i32 = 0;

    pub(crate) fn encode<C, W: Write>(
        error: &io::Error,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.i32(error.raw_os_error().unwrap_or(NONE))?.ok()
    }

    pub(crate) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<io::Error, DecodeError> {
        Ok(match d.i32()? {
            NONE => io::ErrorKind::Other.into(),
            number => io::Error::from_raw_os_error(number),
        })
    }

    pub(crate) fn cbor_len<C>(error: &io::Error, _: &mut C) -> usize {
        minicbor::len(error.raw_os_error().unwrap_or(NONE))
    }
}
