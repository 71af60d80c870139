//! The lines between a client and its host: one socket for each worker, so that an answer wakes the
//! very thread that waits for it, and no other.
//!
//! The host is started with one more socket, its standard input. The lines come over it, and its
//! end tells either side that the other has gone.

use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use super::WORKERS;

/// One line for each worker.
pub(crate) type Lines = [UnixStream; WORKERS];

/// What goes along with descriptors: without a byte nothing is sent.
const BESIDE: [u8; 1] = [0];

/// Lays the lines: our ends, and those to be sent.
pub(crate) fn lay() -> io::Result<(Lines, Lines)> {
    let mut pairs = Vec::with_capacity(WORKERS);
    for _ in 0..WORKERS {
        pairs.push(UnixStream::pair()?);
    }
    let (ours, theirs): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    Ok((whole(ours)?, whole(theirs)?))
}

/// Hands the host its ends (SCM_RIGHTS, unix(7)).
pub(crate) fn send(over: &UnixStream, theirs: &Lines) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(WORKERS))];
    let mut along = SendAncillaryBuffer::new(&mut space);
    let ends: Vec<_> = theirs.iter().map(AsFd::as_fd).collect();
    along.push(SendAncillaryMessage::ScmRights(&ends));
    sendmsg(
        over,
        &[IoSlice::new(&BESIDE)],
        &mut along,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// Takes the host's ends.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] for anything but one socket for each worker.
pub(crate) fn receive(over: &UnixStream) -> io::Result<Lines> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(WORKERS))];
    let mut along = RecvAncillaryBuffer::new(&mut space);
    let mut beside = BESIDE;
    recvmsg(
        over,
        &mut [IoSliceMut::new(&mut beside)],
        &mut along,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    let ends = along.drain().flat_map(|message| match message {
        RecvAncillaryMessage::ScmRights(ends) => ends.collect::<Vec<OwnedFd>>(),
        _ => Vec::new(),
    });
    whole(ends.map(UnixStream::from).collect())
}

fn whole(lines: Vec<UnixStream>) -> io::Result<Lines> {
    let wrong = |_| io::ErrorKind::InvalidData.into();
    lines.try_into().map_err(wrong)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn each_end_that_was_sent_is_the_other_side_of_its_line() {
        let (near, far) = UnixStream::pair().unwrap();
        let (ours, theirs) = lay().unwrap();
        send(&near, &theirs).unwrap();
        drop(theirs);
        let theirs = receive(&far).unwrap();
        for (number, (mut our, mut their)) in (0_u8..).zip(ours.iter().zip(&theirs)) {
            our.write_all(&[number]).unwrap();
            let mut told = [0xFF];
            their.read_exact(&mut told).unwrap();
            assert_eq!(told, [number]);
        }
    }

    #[test]
    fn what_brings_no_lines_is_no_client() {
        let (mut near, far) = UnixStream::pair().unwrap();
        near.write_all(b"hello").unwrap();
        let refused = receive(&far).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        drop(near);
        let (near, far) = UnixStream::pair().unwrap();
        drop(near);
        assert!(receive(&far).is_err(), "nor is one that has gone");
    }
}
