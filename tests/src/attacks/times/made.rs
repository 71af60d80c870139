//! Signatures and timestamps in documents, by anybody of the test PKI, with whatever is carried along.

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use pdf::{Document, Revision, SecurityStore, SignatureDetails};

use super::{Case, Expected};
use crate::attacks::original::{Waiting, invisible};
use crate::pki::der::{self, Element};
use crate::pki::tsp::{self, Question};
use crate::pki::{DAY, Hash, Party, Pki, crl, now};
use crate::sample;

/// Room for a signature with a timestamp, in bytes.
const ROOM: usize = 12_000;

/// Who is there.
pub(super) static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("http://localhost"));
/// When everything is judged.
static NOW: LazyLock<i64> = LazyLock::new(now);
static CONTRACT: LazyLock<Vec<u8>> =
    LazyLock::new(|| std::fs::read(sample::agreement()).expect("the sample is there"));

/// So many days before the judgement, Unix time.
pub(super) fn days_ago(days: i64) -> i64 {
    *NOW - days * DAY
}

/// When the timestamps that are right were made: ten days ago.
pub(super) fn stamped() -> i64 {
    days_ago(10)
}

/// Gives the timestamps over a value.
type Stamps<'a> = dyn Fn(&[u8]) -> Vec<Vec<u8>> + 'a;

/// What a signature is made with, besides its key.
#[derive(Default)]
pub(super) struct With<'a> {
    /// Evidence in the signed revision.
    pub(super) store: SecurityStore,
    /// Certificates in the signature, besides the signer's and those above it.
    pub(super) certificates: Vec<Vec<u8>>,
    /// Gives the timestamps over the value.
    pub(super) stamps: Option<&'a Stamps<'a>>,
    /// The digest, if it is not that of the key.
    pub(super) hash: Option<Hash>,
    /// Room in bytes, if more is needed.
    pub(super) room: Option<usize>,
    /// Answers that are signed with it (ISO 32000-2 §12.8.3.3.2).
    pub(super) answers: Vec<Vec<u8>>,
    /// Whether the value is over something else.
    pub(super) is_spoilt: bool,
}

/// The contract, not signed.
pub(super) fn contract() -> &'static [u8] {
    &CONTRACT
}

/// The contract, signed.
pub(super) fn signed(by: &Party, with: &With<'_>) -> Vec<u8> {
    signed_in(&CONTRACT, by, with)
}

/// A document, signed.
pub(super) fn signed_in(file: &[u8], by: &Party, with: &With<'_>) -> Vec<u8> {
    let document = Document::open(Arc::new(file.to_vec())).expect("a document");
    let mut revision = Revision::begin(&document).expect("a revision");
    let added = revision.add_to_security_store(&with.store);
    added.expect("a store");
    let field = invisible(&mut revision).expect("a field");
    let hash = with.hash.unwrap_or(by.key.hash());
    let details = SignatureDetails {
        sub_filter: "ETSI.CAdES.detached",
        digest: "SHA256",
        signing_time: stamped(),
        offset_minutes: 0,
        name: None,
        reason: None,
        location: None,
        revision_id: [7; 16],
        extension: None,
    };
    let unsigned = revision.lay_out(&field, &details, with.room.unwrap_or(ROOM));
    let unsigned = unsigned.expect("it fits");
    let mut out = Cursor::new(Vec::new());
    unsigned.write_to(&mut out, &mut |_| {}).expect("memory");
    let waiting = Waiting::of(&out.into_inner());
    let cms = cms(by, &hash.of(&covered(&waiting)), hash, with);
    waiting.complete(&cms)
}

/// A document with room for a timestamp over it, and evidence in the same revision.
pub(super) fn to_be_stamped(file: &[u8], store: &SecurityStore) -> Waiting {
    let document = Document::open(Arc::new(file.to_vec())).expect("a document");
    let mut revision = Revision::begin(&document).expect("a revision");
    revision.add_to_security_store(store).expect("a store");
    let field = revision.add_timestamp_field().expect("a field");
    let unsigned = revision
        .lay_out_timestamp(&field, &[9; 16], ROOM)
        .expect("it fits");
    let mut out = Cursor::new(Vec::new());
    unsigned.write_to(&mut out, &mut |_| {}).expect("memory");
    Waiting::of(&out.into_inner())
}

/// A document with a timestamp over it, of what `token` gives for what is covered.
pub(super) fn archived(
    file: &[u8],
    store: &SecurityStore,
    token: impl FnOnce(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let waiting = to_be_stamped(file, store);
    let token = token(&covered(&waiting));
    waiting.complete(&token)
}

/// What the honest byte range covers.
pub(super) fn covered(waiting: &Waiting) -> Vec<u8> {
    let (file, hole) = (&waiting.file, &waiting.contents);
    [&file[..hole.start], &file[hole.end..]].concat()
}

fn attribute(oid: &str, value: Vec<u8>) -> Vec<u8> {
    der::sequence(&[der::oid(oid), der::set(vec![value])])
}

/// A PAdES signature (ETSI EN 319 142-1 §6.3) over a digest.
fn cms(by: &Party, digest: &[u8], hash: Hash, with: &With<'_>) -> Vec<u8> {
    let named = der::sequence(&[der::octets(&Hash::Sha256.of(&by.certificate))]);
    let mut attributes = vec![
        attribute("1.2.840.113549.1.9.3", der::oid("1.2.840.113549.1.7.1")),
        attribute("1.2.840.113549.1.9.4", der::octets(digest)),
        attribute(
            "1.2.840.113549.1.9.16.2.47",
            der::sequence(&[der::sequence(&[named])]),
        ),
    ];
    if !with.answers.is_empty() {
        let answers = der::context(1, &der::sequence(&with.answers));
        let archival = der::sequence(&[answers]);
        attributes.push(attribute("1.2.840.113583.1.1.8", archival));
    }
    let attributes = der::set(attributes);
    let signed = match with.is_spoilt {
        true => b"something else",
        false => attributes.as_slice(),
    };
    let value = by.key.sign(hash, signed);
    let certificate = Element::first(&by.certificate).expect("a certificate");
    let issuer = certificate.at(&[0, 3]).expect("an issuer").whole.to_vec();
    let mut signer = vec![
        der::number(1),
        der::sequence(&[issuer, der::number(by.serial)]),
        hash.identifier(),
        der::context(0, Element::first(&attributes).expect("a set").content),
        by.key.algorithm(hash),
        der::octets(&value),
    ];
    let stamps = with.stamps.map(|stamps| stamps(&value));
    if let Some(stamps) = stamps.filter(|stamps| !stamps.is_empty()) {
        let stamps = [der::oid("1.2.840.113549.1.9.16.2.14"), der::set(stamps)];
        signer.push(der::context(1, &der::sequence(&stamps)));
    }
    let mut certificates = vec![by.certificate.clone()];
    certificates.extend(by.above.iter().cloned());
    certificates.extend(with.certificates.iter().cloned());
    certificates.sort();
    certificates.dedup();
    let signed_data = der::sequence(&[
        der::number(1),
        der::set(vec![hash.identifier()]),
        der::sequence(&[der::oid("1.2.840.113549.1.7.1")]),
        der::context(0, &certificates.concat()),
        der::set(vec![der::sequence(&signer)]),
    ]);
    der::sequence(&[
        der::oid("1.2.840.113549.1.7.2"),
        der::context(0, &signed_data),
    ])
}

/// A token over some bytes, of a time.
pub(super) fn token(bytes: &[u8], time: i64, by: &Party) -> Vec<u8> {
    let terms = tsp::Terms {
        time,
        ..tsp::Terms::of(by)
    };
    tsp::token(&Question::about(bytes, Hash::Sha256), &terms, by)
}

/// A list of the authority of people, on which Ada stands since a time, for a reason.
pub(super) fn revoking(since: i64, reason: u8) -> Vec<u8> {
    let terms = crl::Terms::fresh().revoking(PKI.ada.serial, since, reason);
    crl::list(&terms, &PKI.issuing)
}

/// Evidence of lists alone.
pub(super) fn lists(crls: Vec<Vec<u8>>) -> SecurityStore {
    SecurityStore {
        crls,
        ..SecurityStore::default()
    }
}

/// The lists that say that neither Ada, nor the timestamp authority, nor who issued for them are
/// revoked.
pub(super) fn good_lists() -> SecurityStore {
    let by = [&PKI.issuing, &PKI.root, &PKI.stamping];
    lists(by.map(|by| crl::list(&crl::Terms::fresh(), by)).to_vec())
}

/// A case with the root of the test PKI as the only anchor.
pub(super) fn case(name: &str, file: Vec<u8>, crls: Vec<Vec<u8>>, expected: Expected) -> Case {
    Case {
        name: name.to_owned(),
        file,
        anchors: vec![PKI.root.read()],
        crls,
        ocsps: Vec::new(),
        expected,
    }
}
