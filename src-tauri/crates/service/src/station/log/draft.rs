//! What a leaf is to say: which act, about whom, and with which outcome.

use vault::{LeafIndex, NewLeaf, RequestId, Sha256};

use crate::audit::records::Hash;
use crate::audit::{self, Act, Event, Kind, Outcome};
use crate::error::Result;
use crate::station::key::KeyRecord;
use crate::station::tokens::SigningToken;

/// What a leaf is to say.
#[derive(Clone, Copy)]
pub(crate) struct Draft<'a> {
    pub(super) kind: Kind,
    pub(super) about: &'a About<'a>,
    pub(super) intent: Option<LeafIndex>,
    pub(super) outcome: Option<Outcome>,
}

impl<'a> Draft<'a> {
    /// Something is about to be done.
    pub(crate) fn opening(kind: Kind, about: &'a About<'a>) -> Self {
        Self {
            kind,
            about,
            intent: None,
            outcome: None,
        }
    }

    /// What became of an intent.
    pub(crate) fn outcome(about: &'a About<'a>, intent: LeafIndex, outcome: Outcome) -> Self {
        Self {
            kind: Kind::Outcome,
            about,
            intent: Some(intent),
            outcome: Some(outcome),
        }
    }
}

/// What an event is about.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) act: Act,
    pub(crate) request: &'a [u8; 16],
    pub(crate) account: Option<&'a [u8; 16]>,
    pub(crate) login: Option<&'a str>,
    pub(crate) key: Option<&'a [u8; 16]>,
    pub(crate) digests: &'a [[u8; 32]],
    /// Login of the officer who acts.
    pub(crate) officer: Option<&'a str>,
    /// Why, in a person's words.
    pub(crate) note: Option<&'a str>,
    /// Serial number of the certificate that will be made.
    pub(crate) serial: Option<&'a [u8]>,
}

impl<'a> About<'a> {
    /// A request about nobody and nothing yet.
    pub(crate) fn of(act: Act, request: &'a [u8; 16]) -> Self {
        Self {
            act,
            request,
            account: None,
            login: None,
            key: None,
            digests: &[],
            officer: None,
            note: None,
            serial: None,
        }
    }

    /// A request about a person's key.
    pub(crate) fn key(act: Act, request: &'a [u8; 16], record: &'a KeyRecord) -> Self {
        Self {
            account: Some(record.row.account.id.as_bytes()),
            login: Some(record.login()),
            key: Some(record.row.key.id.as_bytes()),
            ..Self::of(act, request)
        }
    }
}

/// Salts an event and makes its leaf, which the token vouches for.
pub(crate) fn new_leaf(
    token: &SigningToken,
    kind: Kind,
    event: &Event<'_>,
    request_id: Option<RequestId>,
    intent: Option<LeafIndex>,
    records: Option<Hash>,
) -> Result<NewLeaf> {
    let mut salt = [0; 32];
    crate::custody::random(&mut salt)?;
    let event = event.to_bytes();
    let leaf = audit::event::leaf(kind, &salt, &event, records.as_ref());
    let request = request_id.as_ref().map(RequestId::as_bytes);
    let input = audit::event::leaf_mac_input(&leaf, request, intent.map(|intent| intent.0));
    let mac = token.record_mac(&input)?.into();
    let kind = kind.word().to_owned();
    Ok(NewLeaf {
        kind,
        leaf,
        salt: salt.to_vec(),
        event,
        request_id,
        intent,
        mac,
        records: records.map(Sha256::from),
        tree: None,
    })
}
