//! Keys that stay on the signing token, one object for each person, where an organisation was founded
//! so: its token cannot wrap a key, or keeps keys outside by itself.
//!
//! A record of such a key is as every other. Its state names [`RESIDENT`] where others name a master,
//! and its seal keeps the CKA_ID, which is the id of the key's row, and the public key. So the secret
//! is judged, counted and changed as ever; but it is a rule of this program and no part of the key:
//! whoever has the signing PIN finds the object and signs without any secret (DESIGN 1, 3).

use std::collections::BTreeSet;

use token::{RawSignature, ResidentId, SpkiDer, Token};
use vault::{KeyId, MAX_TREE_ENTRIES};
use zeroize::Zeroizing;

use super::Station;
use super::tokens::SigningToken;
use crate::custody::seal::WrappedBlob;
use crate::error::Result;

/// What a state names where a key stays on the token; no master has this label, for theirs have a
/// number.
pub(crate) const RESIDENT: &str = "resident";

/// Length of a CKA_ID in bytes.
const ID: usize = 16;

/// What the seal of such a key keeps: CKA_ID ‖ SPKI DER, under mechanism 0 and RFC 0, which stand for
/// no wrapping.
pub(crate) fn sealed(id: [u8; ID], spki: &[u8]) -> WrappedBlob {
    WrappedBlob {
        wrapping_key: RESIDENT.to_owned(),
        mechanism: 0,
        rfc: 0,
        blob: Zeroizing::new([&id[..], spki].concat()),
    }
}

/// Reads it again.
pub(crate) fn named(blob: &WrappedBlob) -> Result<(ResidentId, SpkiDer)> {
    let (id, spki) = blob
        .blob
        .split_at_checked(ID)
        .ok_or(token::Error::PublicKeyMalformed)?;
    let id = ResidentId::try_from(id)?;
    Ok((id, SpkiDer::from_der(spki.to_vec())?))
}

/// The key on the token that proves, at every login, that such keys can be used there; nobody's, and
/// never certified.
#[derive(Clone, Debug)]
pub(crate) struct ResidentCanary {
    pub(crate) id: ResidentId,
    pub(crate) spki: SpkiDer,
}

/// What its keys sign with.
pub(crate) const CANARY: token::SignerAlgorithm = token::SignerAlgorithm::EcdsaP256;

impl ResidentCanary {
    /// Makes one.
    pub(crate) fn make(token: &Token) -> Result<Self> {
        let mut id = [0; ID];
        crate::custody::random(&mut id)?;
        let id = ResidentId::from(id);
        let spki = token.generate_resident(CANARY, id)?;
        Ok(Self { id, spki })
    }

    /// Has it sign something nobody has a use for.
    pub(crate) fn sign(&self, token: &Token, message: &[u8]) -> token::Result<Vec<RawSignature>> {
        let input = token::ToBeSigned::sha256(message);
        token.sign_resident(self.id, &self.spki, CANARY, &[input])
    }
}

impl SigningToken<'_> {
    /// Destroys the object of a key, whatever there is of it.
    pub(crate) fn destroy_resident(&self, key: KeyId) -> Result<u32> {
        let id = ResidentId::from(*key.as_bytes());
        Ok(self.token().destroy_resident(id)?)
    }

    /// Destroys the object of a key, unless the vault has a row of it; says whether there was one.
    pub(crate) fn destroy_if_nobodys(&self, station: &Station, key: KeyId) -> Result<bool> {
        if self.masters().resident().is_none() || station.wait(station.store.record(key))?.is_some()
        {
            return Ok(false);
        }
        Ok(self.destroy_resident(key)? > 0)
    }

    /// The keys on the token that belong to nobody: made by a process that ended before the vault had
    /// a row of them.
    ///
    /// None while somebody is at work: the token was asked first, so what was made for an intent that
    /// has its outcome by now has its row, too, or never gets one.
    pub(crate) fn nobodys(&self, station: &Station) -> Result<Vec<KeyId>> {
        let Some(canary) = self.masters().resident() else {
            return Ok(Vec::new());
        };
        let found = self.token().resident_keys()?;
        if !station
            .wait(station.store.intents_without_outcome())?
            .is_empty()
        {
            return Ok(Vec::new());
        }
        let mut nobodys: BTreeSet<[u8; ID]> = found.iter().map(|id| *id.as_bytes()).collect();
        nobodys.remove(canary.id.as_bytes());
        let mut after = None;
        loop {
            let keys = station.wait(station.store.keys(after, MAX_TREE_ENTRIES))?;
            let Some(last) = keys.last() else { break };
            after = Some(*last);
            for key in &keys {
                nobodys.remove(key.as_bytes());
            }
        }
        Ok(nobodys.into_iter().map(KeyId::from).collect())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_again_and_nothing_shorter() {
        let spki = [
            &[
                0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
            ][..],
            &[
                0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64,
                0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68,
                0xf7, 0x07, 0x51, 0x1a,
            ],
        ]
        .concat();
        let blob = sealed([7; 16], &spki);
        let (id, read) = named(&blob).unwrap();
        assert_eq!(
            (id, read.as_bytes()),
            (ResidentId::from([7; 16]), &spki[..])
        );
        for length in [0, 15, 16, 59] {
            let shorter = WrappedBlob {
                blob: Zeroizing::new(blob.blob[..length].to_vec()),
                ..blob.clone()
            };
            assert!(named(&shorter).is_err(), "{length}");
        }
    }
}
