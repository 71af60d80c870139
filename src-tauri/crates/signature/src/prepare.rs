//! A PAdES signature over a document: copy → prepare → sign → complete (ETSI EN 319 142-1 §6).

use std::fmt;
use std::io::{Seek, Write};

use pdf::{
    Completed, DeveloperExtension, Document, Passed, Revision, SignatureDetails, SignatureField,
    Unsigned,
};
use sha2::{Digest as _, Sha256};

use crate::algorithm::{Digest, DigestAlgorithm, Hasher, SignatureAlgorithm};
use crate::certificate::Certificate;
use crate::cms;
use crate::error::{Error, Result};
use crate::level::Level;
use crate::timestamp::Token;

/// How a signature is written into its dictionary (ISO 32000-2 §12.8.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SubFilter {
    /// `ETSI.CAdES.detached`: PAdES (§12.8.3.4).
    #[default]
    Pades,
    /// `adbe.pkcs7.detached` (§12.8.3.3), for viewers that know no other. It carries the same
    /// attributes, signing-certificate-v2 among them, and is no PAdES for its name alone.
    Adbe,
}

impl SubFilter {
    /// All of them, the preferred one first.
    pub const ALL: [Self; 2] = [Self::Pades, Self::Adbe];

    /// The value of `/SubFilter`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pades => "ETSI.CAdES.detached",
            Self::Adbe => "adbe.pkcs7.detached",
        }
    }

    /// Reads the value of `/SubFilter`.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

/// What the signature dictionary says beside the signature.
#[derive(Debug, Clone)]
pub struct Details {
    /// How it is written.
    pub sub_filter: SubFilter,
    /// The signer's claim of when, Unix time; the time of PAdES B-B (`/M`).
    pub signing_time: i64,
    /// The zone the time is written in, in minutes east of UTC.
    pub offset_minutes: i16,
    /// The signer's name (`/Name`).
    pub name: Option<String>,
    /// Why it is signed (`/Reason`).
    pub reason: Option<String>,
    /// Where it is signed (`/Location`).
    pub location: Option<String>,
    /// 16 random bytes that tell this revision from others (second half of `/ID`).
    pub revision_id: [u8; 16],
}

/// A document whose bytes are fixed and which waits for one signature value.
///
/// A preparation is used once: [`Prepared::complete`] takes it.
#[derive(Debug)]
pub struct Prepared {
    unsigned: Unsigned,
    cms: cms::Prepared,
    document_digest: [u8; 32],
    beginning: Beginning,
}

/// The bytes that a signed document begins with, digested.
#[derive(Debug, Clone)]
pub(crate) struct Beginning {
    /// How many.
    pub(crate) length: u64,
    /// What they were digested to.
    pub(crate) digested: Hasher,
}

/// A copy of a document that waits for its revision: digested while it was written.
pub struct Draft<'o> {
    passed: Passed,
    out: &'o mut dyn Write,
    algorithm: SignatureAlgorithm,
    /// The digest that is signed.
    signed: Hasher,
    /// The digest that a log names, where it is another.
    logged: Option<Sha256>,
    /// Room for a timestamp, in bytes.
    timestamp_bytes: usize,
}

impl<'o> Draft<'o> {
    /// Copies a document to `out`, for a signature by `signer`. It is read once, in chunks: what
    /// was written is what was digested.
    ///
    /// # Errors
    /// [`Error::Pdf`], also where the document permits no signature.
    pub fn begin(
        document: &Document,
        signer: &Certificate,
        out: &'o mut dyn Write,
    ) -> Result<Self> {
        document.permit_signature()?;
        let algorithm = signer.key_algorithm()?.signature_algorithm();
        let mut signed = Hasher::new(algorithm.digest_algorithm());
        // Digesting is most of what a large document costs: one digest serves both where it can.
        let is_logged = algorithm.digest_algorithm() == DigestAlgorithm::Sha256;
        let mut logged = (!is_logged).then(Sha256::new);
        let passed = Passed::through(document, |chunk| {
            signed.update(chunk);
            if let Some(logged) = &mut logged {
                logged.update(chunk);
            }
            out.write_all(chunk).map_err(pdf::Error::Write)
        })?;
        Ok(Self {
            passed,
            out,
            algorithm,
            signed,
            logged,
            timestamp_bytes: 0,
        })
    }

    /// Has the signer's key sign by another algorithm than keys of its kind sign by here, one of the
    /// same digest: RSASSA-PSS.
    ///
    /// # Errors
    /// [`Error::DigestLength`] for another digest.
    pub fn by(self, algorithm: SignatureAlgorithm) -> Result<Self> {
        let (expected, actual) = (self.signed.algorithm(), algorithm.digest_algorithm());
        if actual != expected {
            return Err(Error::DigestLength {
                expected: expected.digest_len(),
                actual: actual.digest_len(),
            });
        }
        Ok(Self { algorithm, ..self })
    }

    /// Leaves room for a timestamp of the signature, without which there is no [`Level::BT`] and
    /// none above it.
    #[must_use]
    pub fn with_room_for_timestamp(self, timestamp_bytes: usize) -> Self {
        Self {
            timestamp_bytes,
            ..self
        }
    }

    /// What the document was read for, besides: a revision begins [after](Revision::after) it.
    #[must_use]
    pub fn passed(&self) -> &Passed {
        &self.passed
    }

    /// Lays a revision out with room for the signature, writes it, and fixes what is signed.
    ///
    /// `chain` are the certificates between `signer` and a root, with or without the root, in any
    /// order; they are carried along. Everything that can fail without the key fails here.
    ///
    /// # Errors
    /// [`Error::LevelNotSupported`] above [`Level::BB`] without room for a timestamp, [`Error::NotForDocuments`],
    /// [`Error::OutsideValidity`] at the signing time, what [`cms::prepare`] gives, [`Error::Pdf`].
    pub fn prepare(
        self,
        revision: Revision,
        field: &SignatureField,
        details: &Details,
        signer: &Certificate,
        chain: &[Certificate],
        level: Level,
    ) -> Result<Prepared> {
        if (level == Level::BB) != (self.timestamp_bytes == 0) {
            return Err(Error::LevelNotSupported { level });
        }
        check_signer(signer, details.signing_time)?;
        let Self {
            passed,
            out,
            algorithm,
            mut signed,
            mut logged,
            timestamp_bytes,
        } = self;
        let beginning = Beginning {
            length: passed.document().len(),
            digested: signed.clone(),
        };
        let dictionary = SignatureDetails {
            sub_filter: details.sub_filter.as_str(),
            digest: signed.algorithm().seed_name(),
            signing_time: details.signing_time,
            offset_minutes: details.offset_minutes,
            name: details.name.clone(),
            reason: details.reason.clone(),
            location: details.location.clone(),
            revision_id: details.revision_id,
            extension: (algorithm == SignatureAlgorithm::Ed25519)
                .then_some(DeveloperExtension::Iso32002),
        };
        let reserved = cms::largest_size(algorithm, signer, chain, timestamp_bytes)?;
        let unsigned = revision.lay_out(field, &dictionary, reserved)?;
        unsigned.write_revision_to(out, &mut |chunk| {
            signed.update(chunk);
            if let Some(logged) = &mut logged {
                logged.update(chunk);
            }
        })?;
        let digest = signed.finalize();
        let document_digest = match (digest, logged) {
            (Digest::Sha256(digest), _) => digest,
            (_, logged) => logged.unwrap_or_default().finalize().into(),
        };
        let cms = cms::prepare_by(algorithm, &digest, signer, chain)?;
        Ok(Prepared {
            unsigned,
            cms,
            document_digest,
            beginning,
        })
    }
}

/// What it is a copy of.
impl fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({:?})", self.passed.document())
    }
}

/// What validators would refuse is not made.
fn check_signer(signer: &Certificate, at: i64) -> Result<()> {
    let subject = || signer.subject_common_name().to_owned();
    if !signer.is_for_documents() {
        return Err(Error::NotForDocuments { subject: subject() });
    }
    if !signer.is_valid_at(at) {
        let (not_before, not_after) = (signer.not_before(), signer.not_after());
        return Err(Error::OutsideValidity {
            subject: subject(),
            not_before,
            not_after,
            at,
        });
    }
    Ok(())
}

impl Prepared {
    /// The bytes to sign: the signed attributes in DER (RFC 5652 §5.4).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        self.cms.to_be_signed()
    }

    /// Digest of [`Self::to_be_signed`] by the digest of [`Self::algorithm`], for a key that signs
    /// digests.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.cms.digest()
    }

    /// SHA-256 over the byte range of the document, whatever the signature digests it with: a log
    /// names documents by it.
    #[must_use]
    pub const fn document_digest(&self) -> [u8; 32] {
        self.document_digest
    }

    /// The algorithm to sign with.
    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.cms.algorithm()
    }

    /// Verifies a raw value with the signer's certificate and closes the signature over it.
    ///
    /// # Errors
    /// [`Error::SignatureDoesNotVerify`], [`Error::SignatureLength`] or
    /// [`Error::MalformedSignature`]: nothing leaves that does not verify. [`Error::Pdf`].
    pub fn complete(self, raw: &[u8]) -> Result<Signed> {
        self.sign(raw)?.close(None)
    }

    /// As [`Self::complete`], and leaves the signature open for a timestamp.
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub fn sign(self, raw: &[u8]) -> Result<Valued> {
        Ok(Valued {
            unsigned: self.unsigned,
            cms: self.cms.sign(raw)?,
            beginning: self.beginning,
        })
    }
}

/// A signature that verifies, and which a timestamp may still come to.
#[derive(Debug)]
pub struct Valued {
    unsigned: Unsigned,
    cms: cms::Valued,
    beginning: Beginning,
}

impl Valued {
    /// What a timestamp of this signature is over (RFC 3161 appendix A).
    #[must_use]
    pub fn value(&self) -> &[u8] {
        self.cms.value()
    }

    /// Closes the signature, with a timestamp if there is one.
    ///
    /// # Errors
    /// [`Error::TimestampOfAnother`], [`Error::Pdf`] where it does not fit.
    pub fn close(self, timestamp: Option<&Token>) -> Result<Signed> {
        let contents = self.cms.close(timestamp)?;
        Ok(Signed {
            completed: self.unsigned.complete(&contents)?,
            beginning: self.beginning,
        })
    }
}

/// A signature that waits to be put into its document.
#[derive(Debug)]
pub struct Signed {
    completed: Completed,
    beginning: Beginning,
}

impl Signed {
    /// Puts the signature into what the [`Draft`] was written to.
    ///
    /// # Errors
    /// [`Error::Pdf`].
    pub fn write_to(&self, out: &mut (impl Write + Seek)) -> Result<()> {
        Ok(self.completed.write_to(out)?)
    }

    /// Reads the beginning of a written document and compares it with the input, so that
    /// [`validate_written`](crate::validate::validate_written) need not digest it again.
    ///
    /// # Errors
    /// [`pdf::Error::InputChanged`] where one differs from the other, [`Error::Pdf`].
    pub fn compare_beginning(self, written: &Document) -> Result<SameBeginning> {
        self.completed.compare_beginning(written)?;
        Ok(SameBeginning(self.beginning))
    }
}

/// Proof that a document that was read again begins with the bytes that were digested.
///
/// What was digested was written from the same memory, and what was written is what the input still
/// is. So a medium that lost something and an input that changed meanwhile are both seen.
#[derive(Debug)]
pub struct SameBeginning(pub(crate) Beginning);
