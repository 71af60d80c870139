//! The birth of a signer's key and its certificate: steps that founding and enrolment share.

use token::{RawSignature, SessionKey, ToBeSigned};
use vault::{KeyId, Seal, Sha256, UnixTime};
use zeroize::Zeroizing;

use crate::audit::records::Entry;
use crate::ca::{self, SerialNumber, Subject, Validity};
use crate::custody::record::{Status, record_mac_input};
use crate::custody::seal::WrappedBlob;
use crate::custody::{Identity, KeyState, RowMessage, SealRow, random};
use crate::error::{Error, Result};
use crate::signing_algorithm::{KeyKind, on_token, sha256, verifies};
use crate::station::masters::Master;
use crate::station::records;
use crate::station::resident::sealed;
use crate::station::tokens::{IssuingToken, SigningToken, key_label};

/// Validity of the CA certificate: ten years.
pub(crate) const CA_VALIDITY: i64 = 10 * 365 * 24 * 60 * 60;
/// Validity of a signer's certificate: two years.
const SIGNER_VALIDITY: i64 = 2 * 365 * 24 * 60 * 60;
/// Certificates start a little earlier than they are made, for clocks that are behind.
const EARLIER: i64 = 5 * 60;

/// A key that was born in the token, wrapped, and destroyed there.
pub(crate) struct Born {
    /// What its row will be named by, and the object where it stays on the token.
    pub(crate) key: [u8; 16],
    /// Public key, SPKI DER.
    pub(crate) spki: Vec<u8>,
    /// The private key, wrapped under each master of its birth; its state will name the first. Or
    /// where it stays on the token.
    pub(crate) blobs: Vec<WrappedBlob>,
    /// The certificate request, signed by the key itself.
    pub(crate) request: ca::CertificateRequest,
}

/// generate → certificate request by the same session key → wrap under each master → destroy.
pub(crate) fn birth(
    signing: &SigningToken,
    key: [u8; 16],
    kind: KeyKind,
    name: &str,
    organisation: &str,
    email: &str,
) -> Result<Born> {
    let subject = Subject {
        name,
        organisation,
        email,
    };
    if signing.masters().resident().is_some() {
        return resident(signing, key, kind, &subject);
    }
    let session_key = signing.token().generate(kind.on_token())?;
    let spki = session_key
        .spki()
        .ok_or(token::Error::PublicKeyMalformed)?
        .as_bytes()
        .to_vec();
    let masters = signing.masters().of_birth();
    wrapped(session_key, key, kind, spki, &subject, &masters)
}

/// Brings a key in that is known outside: the same steps, under the master for such keys.
///
/// # Errors
/// [`Error::Ca`] if it is not the key of `spki`.
pub(crate) fn brought_in(
    signing: &SigningToken,
    kind: KeyKind,
    pkcs8: Zeroizing<Vec<u8>>,
    spki: Vec<u8>,
    subject: &Subject<'_>,
) -> Result<Born> {
    let master = signing.masters().import().ok_or(Error::MastersChanged)?;
    let key = signing.token().import(pkcs8, kind.on_token())?;
    wrapped(key, new_id()?, kind, spki, subject, &[master])
}

fn wrapped(
    key: SessionKey,
    id: [u8; 16],
    kind: KeyKind,
    spki: Vec<u8>,
    subject: &Subject<'_>,
    masters: &[&Master],
) -> Result<Born> {
    let request = requested(kind, &spki, subject, |input| Ok(key.sign(input)?))?;
    let mut blobs = Vec::new();
    for master in masters {
        let wrapped = key.wrap(&master.label)?;
        blobs.push(WrappedBlob {
            wrapping_key: master.label.as_str().to_owned(),
            mechanism: wrapped.mechanism().number(),
            rfc: u32::from(wrapped.mechanism().rfc()),
            blob: Zeroizing::new(wrapped.expose_blob().to_vec()),
        });
    }
    key.destroy()?;
    Ok(Born {
        key: id,
        spki,
        blobs,
        request,
    })
}

/// generate on the token → certificate request by the same key. One that comes to nothing is
/// destroyed again.
fn resident(
    signing: &SigningToken,
    key: [u8; 16],
    kind: KeyKind,
    subject: &Subject<'_>,
) -> Result<Born> {
    let (token, algorithm) = (signing.token(), kind.on_token());
    let spki = token.generate_resident(algorithm, key.into())?;
    let sign = |input: &ToBeSigned| {
        let values =
            token.sign_resident(key.into(), &spki, algorithm, std::slice::from_ref(input))?;
        let value = values.into_iter().next();
        value.ok_or_else(|| token::Error::OutOfStep.into())
    };
    let request = requested(kind, spki.as_bytes(), subject, sign).inspect_err(|_| {
        // Best effort: the first error is the one to tell.
        let _ = token.destroy_resident(key.into());
    })?;
    Ok(Born {
        key,
        blobs: vec![sealed(key, spki.as_bytes())],
        spki: spki.as_bytes().to_vec(),
        request,
    })
}

/// The certificate request of a key, signed by it.
fn requested(
    kind: KeyKind,
    spki: &[u8],
    subject: &Subject<'_>,
    sign: impl FnOnce(&ToBeSigned) -> Result<RawSignature>,
) -> Result<ca::CertificateRequest> {
    let prepared = ca::request(subject, spki)?.by(kind.signature_algorithm());
    let value = sign(&on_token(prepared.to_be_signed(), prepared.digest()))?;
    Ok(prepared.complete(value.as_bytes())?)
}

impl Born {
    /// The blob that is used first.
    pub(crate) fn blob(&self) -> &WrappedBlob {
        &self.blobs[0]
    }

    /// Signs a row with the key as each of its blobs gives it: each must be this key. Gives the
    /// signature by the first.
    pub(crate) fn round_trip(
        &self,
        signing: &SigningToken,
        kind: KeyKind,
        row: &RowMessage,
    ) -> Result<Vec<u8>> {
        let mut first = None;
        for blob in &self.blobs {
            let values = signing.sign_with(kind, blob, &[row.into()])?;
            let value = values.first().ok_or(token::Error::OutOfStep)?.as_bytes();
            if !verifies(kind, &self.spki, row, value) {
                let label = key_label(&blob.wrapping_key)?;
                return Err(token::Error::KeyDiffers { label }.into());
            }
            first.get_or_insert_with(|| value.to_vec());
        }
        first.ok_or_else(|| token::Error::OutOfStep.into())
    }
}

/// What certifies a new key: both tokens, and the certificate of the CA.
pub(crate) struct Authority<'a> {
    pub(crate) signing: &'a SigningToken<'a>,
    pub(crate) issuing: &'a IssuingToken,
    pub(crate) ca: &'a signature::Certificate,
}

/// What the rows of a new key are made from.
pub(crate) struct Enrolment<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) seal: &'a SealRow,
    /// By the key itself, after its round trip through unwrap, as the token gives it.
    pub(crate) seal_signature: &'a [u8],
    pub(crate) born: &'a Born,
    pub(crate) kind: KeyKind,
    pub(crate) key: KeyId,
    pub(crate) origin: vault::Origin,
}

/// The rows of a new key.
pub(crate) struct Rows {
    pub(crate) key: vault::Key,
    pub(crate) state: vault::KeyState,
    pub(crate) seal: Seal,
    pub(crate) mac: vault::RecordMac,
    pub(crate) certificate: vault::Certificate,
    /// The key in the tree over the current records.
    pub(crate) entry: Entry,
}

impl Enrolment<'_> {
    /// Verifies the round trip, has the CA certify the key, and makes its rows, and the state that
    /// an officer has still to vouch for.
    pub(crate) fn rows(
        &self,
        authority: &Authority<'_>,
        account: &vault::Account,
        serial: &SerialNumber,
        now: i64,
    ) -> Result<(Rows, KeyState)> {
        let row = self.seal.to_be_signed(self.identity);
        if !verifies(self.kind, &self.born.spki, &row, self.seal_signature) {
            let login = account.login.clone();
            let what = "the unwrapped key is not the one that was wrapped";
            return Err(Error::RecordDamaged { login, what });
        }
        let validity = Validity {
            not_before: now - EARLIER,
            not_after: now + SIGNER_VALIDITY,
        };
        let prepared = ca::issue(authority.ca, &self.born.request, serial, validity)?;
        let value = authority
            .issuing
            .sign(prepared.to_be_signed(), prepared.digest())?;
        let der = prepared.complete(value.as_bytes())?;
        let certificate = vault::Certificate {
            sha256: Sha256::from(sha256(&der)),
            key: Some(self.key),
            serial: serial.as_bytes().to_vec(),
            der,
            not_before: UnixTime(validity.not_before),
            not_after: UnixTime(validity.not_after),
            subject: account.name.clone(),
        };
        let state = KeyState {
            version: 1,
            status: Status::Active,
            certificate: *certificate.sha256.as_bytes(),
            wrapping_key: self.born.blob().wrapping_key.clone(),
        };
        let input = record_mac_input(self.identity, Some(&state), self.seal);
        let mac = authority.signing.record_mac(&input)?;
        let rows = Rows {
            entry: records::of_key(self.key, self.identity, &state, self.seal),
            key: vault::Key {
                id: self.key,
                account: account.id,
                algorithm: self.kind.name().to_owned(),
                spki: self.born.spki.clone(),
                identity: self.identity.as_bytes().to_vec(),
                origin: self.origin,
            },
            state: vault::KeyState {
                version: state.version,
                status: vault::Status::Active,
                certificate: certificate.sha256,
                wrapping_key: state.wrapping_key.clone(),
                officer_signature: None,
                intent: None,
            },
            seal: seal_row(self.seal, self.seal_signature),
            mac: mac.into(),
            certificate,
        };
        Ok((rows, state))
    }
}

/// A seal row as the vault keeps it.
pub(crate) fn seal_row(seal: &SealRow, signature: &[u8]) -> Seal {
    Seal {
        version: seal.version,
        sealed: seal.sealed.as_bytes().to_vec(),
        slots: seal.slots_to_bytes(),
        signature: signature.to_vec(),
    }
}

/// Makes the CA's own certificate.
pub(crate) fn root(
    organisation: &str,
    spki: &[u8],
    now: i64,
    issuing: &IssuingToken,
) -> Result<Vec<u8>> {
    let validity = Validity {
        not_before: now - EARLIER,
        not_after: now + CA_VALIDITY,
    };
    let prepared = ca::root(organisation, spki, &new_serial()?, validity)?;
    let value: RawSignature = issuing.sign(prepared.to_be_signed(), prepared.digest())?;
    Ok(prepared.complete(value.as_bytes())?)
}

/// A certificate as PEM (RFC 7468).
pub(crate) fn pem(der: &[u8]) -> Result<String> {
    let certificate = signature::Certificate::from_der(der).map_err(ca::Error::from)?;
    Ok(certificate.to_pem().map_err(ca::Error::from)?)
}

/// Draws a 16-byte id.
pub(crate) fn new_id() -> Result<[u8; 16]> {
    let mut id = [0; 16];
    random(&mut id)?;
    Ok(id)
}

/// Draws a serial number.
pub(crate) fn new_serial() -> Result<SerialNumber> {
    let mut bytes = [0; 20];
    random(&mut bytes)?;
    Ok(SerialNumber::from_random(bytes))
}
