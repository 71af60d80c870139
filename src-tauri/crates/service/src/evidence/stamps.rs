//! Timestamp authorities, asked in the order somebody gave them in.

use std::time::{Duration, Instant};

use signature::validate::chain::find_timestamp_path;
use signature::validate::finding::Finding;
use signature::{Certificate, Digest, DigestAlgorithm, timestamp};

use super::{Collection, Failed, Fault, Try};
use crate::certificates::new_id;
use crate::error::Result;
use crate::signing_algorithm::hex;
use crate::validate;

/// How far an authority's clock may be from ours, in seconds: one of both is wrong, and who may
/// choose the time in a signature may choose whether its certificate was valid.
const FARTHEST_CLOCK: u64 = 3600;

/// How long timestamps may take once a key was used, in all and for each more of them: whoever signs
/// waits, and what was signed has no name yet.
const PATIENCE: Duration = Duration::from_secs(30);
const PATIENCE_FOR_EACH: Duration = Duration::from_secs(5);

/// Room beside the length of a sample, for what differs from one timestamp to the next: a serial
/// number, a fraction of a second, the length of a value.
const SLACK: usize = 512;
/// Room where another authority may have to step in.
pub(super) const ROOM_FOR_OTHERS: usize = 16 << 10;
/// How often an authority of several machines is asked until the one answers whose certificate was
/// looked into.
const MOST_TRIES: usize = 3;

/// Authorities of which one gave a sample.
pub(crate) struct Stamps {
    client: network::Client,
    /// The one that gave the sample first.
    addresses: Vec<String>,
    digest: DigestAlgorithm,
    /// Most bytes of a timestamp that fits.
    pub(crate) room: usize,
    /// Who signed the sample.
    pub(crate) authority: Certificate,
    /// Its path to one of the anchors, itself first.
    pub(crate) path: Vec<Certificate>,
    /// Who is trusted for timestamps.
    anchors: Vec<Certificate>,
    /// What else the sample carried.
    pub(crate) carried: Vec<Certificate>,
    /// When the sample was made.
    pub(crate) gen_time: i64,
    only_by_sample: bool,
}

impl Stamps {
    /// Asks for a timestamp of nothing that matters, until `end`.
    pub(crate) fn sample(
        client: network::Client,
        addresses: Vec<String>,
        digest: DigestAlgorithm,
        anchors: Vec<Certificate>,
        end: Instant,
    ) -> Result<Self> {
        let asking = client.until(end);
        let imprint = digest.digest(&new_id()?);
        let mut tries = Vec::new();
        for (index, address) in addresses.iter().enumerate() {
            let asked = ask(&asking, address, imprint).and_then(|(token, judged, authority)| {
                let mut collection = Collection::new(&client, validate::now(), end);
                collection.know(&judged.certificates);
                let path = collection.anchored(&authority, &anchors);
                let path = path.map_err(|ended| untrusted(&authority, &ended.0, &ended.1))?;
                Ok((token, judged, authority, path))
            });
            match asked {
                Ok((token, judged, authority, path)) => {
                    let mut ordered = addresses.clone();
                    ordered.rotate_left(index);
                    // Whoever failed is asked last.
                    let others = if ordered.len() > 1 {
                        ROOM_FOR_OTHERS
                    } else {
                        0
                    };
                    let room = (token.as_der().len() + SLACK).max(others);
                    return Ok(Self {
                        client,
                        addresses: ordered,
                        digest,
                        room,
                        authority,
                        path,
                        anchors,
                        carried: judged.certificates,
                        gen_time: judged.gen_time,
                        only_by_sample: false,
                    });
                }
                Err(failed) => tries.push(Try {
                    address: network::named(address),
                    failed,
                }),
            }
        }
        Err(Fault::Timestamp { tries }.into())
    }

    /// Takes timestamps by the authority of the sample only: what was gathered is about that one.
    pub(crate) fn only_by_sample(&mut self) {
        self.only_by_sample = true;
    }

    /// By what digest timestamps are made.
    pub(crate) const fn digest(&self) -> DigestAlgorithm {
        self.digest
    }

    /// When a number of timestamps, asked for from now on, must be there.
    pub(crate) fn end(timestamps: usize) -> Instant {
        let each = u32::try_from(timestamps).unwrap_or(u32::MAX);
        let patience = PATIENCE_FOR_EACH.checked_mul(each).unwrap_or(PATIENCE);
        Instant::now() + PATIENCE + patience
    }

    /// Has a digest stamped by the first authority whose timestamp holds and fits, until `end`.
    pub(crate) fn stamp(&self, imprint: Digest, end: Instant) -> Result<timestamp::Token> {
        let client = self.client.until(end);
        let mut tries = Vec::new();
        let addresses = match self.addresses.as_slice() {
            [first, ..] if self.only_by_sample => std::slice::from_ref(first),
            all => all,
        };
        for address in addresses {
            for again in 0..MOST_TRIES {
                let failed = match ask(&client, address, imprint) {
                    Ok((token, _, _)) if token.as_der().len() > self.room => Failed::TooLarge {
                        needed: token.as_der().len(),
                        room: self.room,
                    },
                    Ok((_, _, authority)) if self.only_by_sample && authority != self.authority => {
                        if again + 1 < MOST_TRIES {
                            continue;
                        }
                        Failed::OtherCertificate
                    }
                    Ok((token, judged, authority)) => {
                        match self.vouch(&authority, &judged.certificates) {
                            Ok(()) => return Ok(token),
                            Err(failed) => failed,
                        }
                    }
                    Err(failed) => failed,
                };
                tries.push(Try {
                    address: network::named(address),
                    failed,
                });
                break;
            }
        }
        Err(Fault::Timestamp { tries }.into())
    }

    /// Whether the path of an authority leads to one of the anchors now, by what is here already.
    pub(super) fn vouch(
        &self,
        authority: &Certificate,
        carried: &[Certificate],
    ) -> std::result::Result<(), Failed> {
        let others = [carried, &self.path].concat();
        find_timestamp_path(authority, &others, &self.anchors, validate::now())
            .map(|_| ())
            .map_err(|wrong| untrusted(authority, authority, &wrong))
    }
}

/// `top` is where the path of the authority ends, as far as it could be had.
fn untrusted(authority: &Certificate, top: &Certificate, wrong: &[Finding]) -> Failed {
    let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    Failed::Untrusted {
        subject: authority.subject_common_name().to_owned(),
        why: wrong.join("; "),
        top: top.subject_common_name().to_owned(),
        sha256: hex(&top.fingerprint()),
    }
}

type Granted = (timestamp::Token, timestamp::TimestampJudgement, Certificate);

/// Asks one authority for the time of a digest, and judges what it says.
fn ask(
    client: &network::Client,
    address: &str,
    imprint: Digest,
) -> std::result::Result<Granted, Failed> {
    let malformed = || Failed::Refused(timestamp::Refused::NoToken);
    let mut nonce = [0; 8];
    let id = new_id().map_err(|_| malformed())?;
    nonce.copy_from_slice(id.get(..8).unwrap_or_default());
    let request = timestamp::Request::new(imprint, nonce);
    let question = request.to_der().map_err(|_| malformed())?;
    let answer = client.post(address, network::Wanted::Timestamp, &question)?;
    let token = timestamp::Response::read(&answer)?.into_token(&request)?;
    let judged = token.judge(Some(&imprint));
    match &judged.holds {
        Some(holds) => {
            let apart = judged.gen_time.abs_diff(validate::now());
            if apart > FARTHEST_CLOCK {
                return Err(Failed::Clock {
                    minutes: apart / 60,
                });
            }
            let authority = holds.authority.clone();
            Ok((token, judged, authority))
        }
        None => Err(Failed::Faults(judged.findings)),
    }
}
