//! A restore: an officer's signed word that the log goes on from an older one.
//!
//! A vault from a backup is a log that was cut, and machines refuse it. What they accept in its place
//! is a statement over the lost head, the new head and the reason, signed by an officer's own key;
//! each is accepted once, so that it cannot be used again for a cut of another day. A machine that has
//! taken up the act by which it was signed needs it no more, whether it needed it then or not.

use minicbor::{Decoder, Encoder};
use sha2::{Digest, Sha256};
use vault::LeafIndex;

use super::Station;
use super::officers::Officers;
use super::remembered::Remembered;
use crate::audit::records::Hash;
use crate::custody::RowMessage;
use crate::error::Result;

/// What an officer states: `CBOR[1, organisation, sequence, [lost size, lost root], [new size, new
/// root], reason, time]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The organisation.
    pub(crate) organisation: [u8; 16],
    /// Counts restores from 1.
    pub(crate) sequence: u64,
    /// Size and root of the newest head that was known and is lost.
    pub(crate) lost: (u64, Hash),
    /// Size and root of the head that the log goes on from.
    pub(crate) new: (u64, Hash),
    /// Why, in a person's words.
    pub(crate) reason: String,
    /// Unix seconds.
    pub(crate) time: i64,
}

impl Statement {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Encoder::new(Vec::new());
        let written: std::result::Result<(), minicbor::encode::Error<std::convert::Infallible>> =
            (|| {
                writer.array(7)?.u8(1)?.bytes(&self.organisation)?;
                writer.u64(self.sequence)?;
                for (size, root) in [&self.lost, &self.new] {
                    writer.array(2)?.u64(*size)?.bytes(root)?;
                }
                writer.str(&self.reason)?.i64(self.time)?;
                Ok(())
            })();
        written.expect("writing CBOR into a Vec does not fail");
        writer.into_writer()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Decoder::new(bytes);
        if reader.array().ok()? != Some(7) || reader.u8().ok()? != 1 {
            return None;
        }
        let organisation = reader.bytes().ok()?.try_into().ok()?;
        let sequence = reader.u64().ok()?;
        let mut head = || {
            let pair = reader.array().ok()? == Some(2);
            let size = reader.u64().ok()?;
            let root = reader.bytes().ok()?.try_into().ok()?;
            pair.then_some((size, root))
        };
        let (lost, new) = (head()?, head()?);
        let statement = Self {
            organisation,
            sequence,
            lost,
            new,
            reason: reader.str().ok()?.to_owned(),
            time: reader.i64().ok()?,
        };
        (reader.position() == bytes.len()).then_some(statement)
    }

    /// What the officer signs: `"chancery restore v1" ‖ 0 ‖ SHA-256(statement)`.
    pub(crate) fn to_be_signed(bytes: &[u8]) -> RowMessage {
        RowMessage::new([b"chancery restore v1\0".as_slice(), &Sha256::digest(bytes)].concat())
    }
}

/// The restore that explains why a log does not go on from what is remembered, if there is one that
/// this machine has not accepted yet.
pub(crate) fn accepted(station: &Station, remembered: &Remembered) -> Result<Option<Statement>> {
    let officers = Officers::of(station)?;
    for restore in station.wait(station.store.restores())? {
        let Some(statement) = Statement::read(&restore.statement) else {
            continue;
        };
        let message = Statement::to_be_signed(&restore.statement);
        let when = LeafIndex(statement.new.0);
        let signed = officers.vouch(&message, &restore.signature, when);
        if signed
            && statement.organisation == station.organisation.fixed.organisation.0
            && statement.sequence == restore.sequence
            && statement.sequence > remembered.restores
            // One that this machine has gone on after without need, or was of use already.
            && !remembered
                .noted
                .as_ref()
                .is_some_and(|noted| noted.went_through(&message.digest()))
            && statement.lost.0 >= remembered.frontier.size()
        {
            return Ok(Some(statement));
        }
    }
    Ok(None)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_read_as_it_was_written_and_signed_whole() {
        let statement = Statement {
            organisation: [1; 16],
            sequence: 2,
            lost: (120, [3; 32]),
            new: (100, [4; 32]),
            reason: "the disk failed".to_owned(),
            time: 5,
        };
        let bytes = statement.to_bytes();
        assert_eq!(Statement::read(&bytes).unwrap(), statement);
        for end in 0..bytes.len() {
            assert_eq!(Statement::read(&bytes[..end]), None);
        }
        let other = Statement {
            lost: (121, [3; 32]),
            ..statement
        };
        assert_ne!(
            Statement::to_be_signed(&bytes),
            Statement::to_be_signed(&other.to_bytes())
        );
    }
}
