//! Why nothing was requested, issued or revoked.

/// Why nothing was requested, issued or revoked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A part of a name is empty, too long, or has characters that do not belong there.
    #[error("{what} {value:?} {why}")]
    BadName {
        /// Which part.
        what: &'static str,
        /// As given.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A request that is not in the form that [`super::request()`] makes.
    #[error("the certificate request is malformed: {what}")]
    MalformedRequest {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The request is not signed by the key it names.
    #[error("the certificate request is not signed by the key it names")]
    NoProofOfPossession(#[source] signature::Error),
    /// The issuer's certificate does not let it issue.
    #[error("{name} may not issue certificates or revocation lists")]
    NotACa {
        /// Common name of the issuer.
        name: String,
    },
    /// A request for a person of another organisation.
    #[error("{organisation} is not the organisation that {issuer} issues for")]
    OtherOrganisation {
        /// As requested.
        organisation: String,
        /// Common name of the issuer.
        issuer: String,
    },
    /// A request in the issuer's own name or with its own key.
    #[error("{name} is the issuer itself")]
    IssuerItself {
        /// As requested.
        name: String,
    },
    /// A validity that ends before it begins, or lies outside 1970 to 9999.
    #[error("from {not_before} to {not_after} is no span of time")]
    BadValidity {
        /// First second, Unix time.
        not_before: i64,
        /// Last second, Unix time.
        not_after: i64,
    },
    /// A certificate that would be valid when its issuer's is not.
    #[error("valid from {not_before} to {not_after} is outside the issuer's validity")]
    OutsideIssuersValidity {
        /// First second, Unix time.
        not_before: i64,
        /// Last second, Unix time.
        not_after: i64,
    },
    /// A key or a signature value is not what it should be.
    #[error(transparent)]
    Signature(#[from] signature::Error),
    /// A structure cannot be read or written in DER.
    #[error("a structure cannot be read or written in DER")]
    Encoding(#[from] der::Error),
}
