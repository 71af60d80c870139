//! Why an authority gave no answer that could be used.

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an authority gave no answer that could be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address that is not asked.
    #[error("the address {address} is not asked: {why}")]
    Address {
        /// Its scheme and host, cut to a readable length.
        address: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The proxy of the settings cannot be used.
    #[error("the proxy {proxy} cannot be used")]
    Proxy {
        /// As it was given, without what stands before an `@`.
        proxy: String,
    },
    /// Nobody answers there: no such host, no connection, no TLS, or it broke off.
    #[error("{host} does not answer")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the network said.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The answer was not there in time.
    #[error("{host} takes too long to answer")]
    Deadline {
        /// Host and port.
        host: String,
    },
    /// An HTTP status other than success.
    #[error("{host} answers with HTTP status {status}")]
    Status {
        /// Host and port.
        host: String,
        /// The status.
        status: u16,
    },
    /// More bytes than are taken.
    #[error("{host} answers with more than {most} bytes")]
    TooLarge {
        /// Host and port.
        host: String,
        /// The limit.
        most: u64,
    },
    /// An answer of another kind, such as a web page.
    #[error("{host} answers with {content_type} and not with what was asked for")]
    ContentType {
        /// Host and port.
        host: String,
        /// What it says it is, cut to a readable length.
        content_type: String,
    },
    /// A redirect that is not followed.
    #[error("{host} sends elsewhere, and that is not followed: {why}")]
    Redirect {
        /// Host and port.
        host: String,
        /// Why not.
        why: &'static str,
    },
    /// A host of this machine's own network that a certificate or a redirect names.
    #[error(
        "{host} is not asked: it is of this machine or its own network, and nobody here named it"
    )]
    OwnNetwork {
        /// Host and port.
        host: String,
    },
}
