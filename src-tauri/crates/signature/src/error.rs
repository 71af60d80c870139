//! Why something was not signed, completed or read.

use crate::level::Level;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a certificate was not read, or a signature not prepared, completed or verified.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are not one X.509 certificate in DER.
    #[error("not an X.509 certificate: {what}")]
    NotACertificate {
        /// What is wrong with it.
        what: &'static str,
        /// Where the decoder stopped, if it did.
        #[source]
        source: Option<der::Error>,
    },
    /// The text is not PEM (RFC 7468) of a certificate.
    #[error("not a certificate in PEM")]
    NotPem(#[source] der::Error),
    /// A public key of a kind that this version does not know.
    #[error("public keys of algorithm {oid} are not supported")]
    KeyNotSupported {
        /// Algorithm of the SPKI in dotted notation.
        oid: String,
    },
    /// An RSA key shorter than is safe, or longer than is read.
    #[error("RSA keys of {bits} bits are not supported, only those of {least} to {most}")]
    RsaKeySize {
        /// Length of the modulus.
        bits: usize,
        /// The shortest.
        least: usize,
        /// The longest.
        most: usize,
    },
    /// The SubjectPublicKeyInfo holds no usable key.
    #[error("malformed public key")]
    MalformedKey,
    /// A digest of another length than the algorithm signs.
    #[error("digest of {actual} bytes where {expected} are signed")]
    DigestLength {
        /// Length of the algorithm's digest in bytes.
        expected: usize,
        /// Length given.
        actual: usize,
    },
    /// A raw value of another width than the curve gives.
    #[error("signature of {actual} bytes where {expected} were expected")]
    SignatureLength {
        /// Fixed width in bytes.
        expected: usize,
        /// Length given.
        actual: usize,
    },
    /// The value is not in the encoding or range of the algorithm.
    #[error("malformed signature value")]
    MalformedSignature,
    /// The mathematics does not hold: other key, other data, or damage.
    #[error("the signature does not verify with this public key")]
    SignatureDoesNotVerify,
    /// The certificate's keyUsage or extendedKeyUsage does not let it sign documents.
    #[error("the certificate of {subject} is not for signing documents")]
    NotForDocuments {
        /// Common name of the subject.
        subject: String,
    },
    /// The certificate is used outside its validity.
    #[error("the certificate of {subject} is valid from {not_before} to {not_after}, not at {at}")]
    OutsideValidity {
        /// Common name of the subject.
        subject: String,
        /// First second of validity, Unix time.
        not_before: i64,
        /// Last second of validity, Unix time.
        not_after: i64,
        /// When it was to be used, Unix time.
        at: i64,
    },
    /// A PAdES level that this version does not make.
    #[error("level {level} is not supported by this version")]
    LevelNotSupported {
        /// The level asked for.
        level: Level,
    },
    /// A timestamp that is not of what it was to be put beside.
    #[error("the timestamp is not one of this signature")]
    TimestampOfAnother,
    /// More certificates than a signature carries.
    #[error("a chain of {count} certificates, at most {most} are carried")]
    ChainTooLong {
        /// Certificates given, the signer's included.
        count: usize,
        /// The limit.
        most: usize,
    },
    /// A structure cannot be encoded; only lengths beyond 256 MiB do that.
    #[error("a structure cannot be encoded in DER")]
    Encoding(#[from] der::Error),
    /// More signatures than are validated in one document.
    #[error("the document has {count} signatures, at most {most} are validated")]
    TooManySignatures {
        /// How many it has.
        count: usize,
        /// The limit.
        most: usize,
    },
    /// The PDF layer did not do its part.
    #[error(transparent)]
    Pdf(#[from] pdf::Error),
}
