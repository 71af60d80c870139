//! Who signed, and whether a trust anchor vouches for it at a time: path, then revocation
//! (EN 319 102-1 clauses 5.2.6 and 5.6.2).

use super::chain::{Path, Purpose, Wanted, find_path_for};
use super::evidence::{Evidence, Kept};
use super::finding::Finding;
use super::revoked::{self, Revocation, State};
use super::verdict::Headline;
use crate::certificate::Certificate;

/// What everything is judged by.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    pub(super) anchors: &'a [Certificate],
    pub(super) evidence: &'a Evidence,
    /// The time of the validation, Unix time.
    pub(super) now: i64,
}

/// What is known of a signer.
#[derive(Debug, Default)]
pub(super) struct Identity {
    /// Proof that an anchor vouches for it, and that nothing on the way was revoked.
    pub(super) path: Option<Path>,
    /// The way that was found, whether or not it holds: the signer first.
    pub(super) way: Vec<Certificate>,
    /// What is known of each certificate on it but the anchor.
    pub(super) revocation: Vec<Revocation>,
    /// Where the document keeps all of these and what tells of them.
    pub(super) kept: Kept,
    /// Whether an anchor vouches for it, and nothing that was found puts that in doubt.
    pub(super) is_confirmed: bool,
    pub(super) findings: Vec<Finding>,
}

/// When a key is known to have been used.
#[derive(Clone, Copy)]
pub(super) struct Use {
    pub(super) purpose: Purpose,
    /// The time that is proven for what it signed, or that of the validation.
    pub(super) at: i64,
    /// The time that the signed thing itself gives, for a timestamp.
    pub(super) gives: Option<i64>,
}

/// Judges who signed something.
pub(super) fn judge(
    world: World<'_>,
    signer: &Certificate,
    others: &[Certificate],
    used: Use,
) -> Identity {
    let mut identity = Identity {
        way: vec![signer.clone()],
        ..Identity::default()
    };
    let candidates: Vec<&Certificate> = others.iter().chain(&world.evidence.certificates).collect();
    let wanted = Wanted {
        purpose: used.purpose,
        at: used.at,
        evidence: world.evidence,
    };
    let path = match find_path_for(wanted, signer, &candidates, world.anchors) {
        Ok(path) => path,
        Err(findings) => {
            identity.findings = findings;
            return identity;
        }
    };
    identity.way = path.certificates().to_vec();
    identity.kept = Kept::Archived;
    // What was gathered with a timestamp is old when it is judged, and was not when it was made.
    let made = used.gives.map_or(used.at, |gives| gives.min(used.at));
    for (certificate, issuer) in identity.way.iter().zip(identity.way.iter().skip(1)) {
        let state_at = |time| revoked::state(world.evidence, certificate, issuer, time, world.now);
        let (mut state, _) = state_at(used.at);
        let (_, kept) = state_at(made);
        let is_carried = certificate == signer
            || others.contains(certificate)
            || world.evidence.carries(certificate);
        identity.kept = match is_carried {
            true => identity.kept.min(kept),
            false => Kept::Nowhere,
        };
        // A timestamp outlives some reasons for which its authority's certificate ended.
        if let (State::Revoked { at, reason, by }, Some(gives)) = (&state, used.gives)
            && gives < *at
            && reason.is_some_and(|reason| reason.leaves_the_past())
        {
            state = State::Good {
                as_of: gives,
                by: *by,
                revoked_later: Some(*at),
            };
        }
        identity.revocation.push(Revocation {
            certificate: certificate.clone(),
            state,
        });
    }
    identity.findings = findings(&identity.revocation);
    if world.evidence.is_cut_short() {
        identity.findings.push(Finding::EvidenceLeftOut);
    }
    let refuses = |finding: &Finding| matches!(finding, Finding::Revoked { .. });
    if !identity.findings.iter().any(refuses) {
        identity.path = Some(path);
        let in_doubt = |finding: &Finding| finding.allows() != Headline::Valid;
        identity.is_confirmed = !identity.findings.iter().any(in_doubt);
    }
    identity
}

/// What is to be said about the revocation of a path, the signer first.
fn findings(revocation: &[Revocation]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut unknown = false;
    for (place, revocation) in revocation.iter().enumerate() {
        let subject = revocation.certificate.subject_common_name().to_owned();
        match revocation.state {
            State::Revoked { at, reason, .. } => findings.push(Finding::Revoked {
                subject,
                at,
                reason,
                of_authority: place > 0,
            }),
            State::Good {
                revoked_later: Some(at),
                ..
            } => findings.push(Finding::RevokedLater { subject, at }),
            State::NotKnown { as_of } => {
                findings.push(Finding::RevocationNotKnown { subject, as_of });
            }
            State::Unknown { stale: Some(as_of) } => {
                findings.push(Finding::RevocationStale { subject, as_of });
            }
            State::Unknown { stale: None } => unknown = true,
            State::Good { .. } | State::NotNeeded => {}
        }
    }
    if unknown {
        findings.push(Finding::RevocationNotChecked);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Work;
    use super::*;
    use crate::revocation::tests::list;
    use crate::samples::{Authority, Key, NOW};

    #[test]
    fn what_tells_of_a_path_is_kept_only_where_its_certificates_are_too() {
        let root = Authority::new("Test CA", 1);
        let issuing = root.below("Issuing", 3, None);
        let ada = issuing.issue("Ada", &Key::from_seed(2));
        let (anchors, above) = ([root.certificate()], [issuing.certificate()]);
        let kept = |stored: &[Certificate], signed: &[Certificate]| {
            let stored = stored.iter().map(|one| one.as_der().to_vec());
            let store = pdf::SecurityStore {
                certificates: stored.collect(),
                crls: [&root, &issuing]
                    .map(|by| list(by, Vec::new(), None))
                    .into(),
                ..pdf::SecurityStore::default()
            };
            let by_caller = (Work::default(), true);
            let mut evidence = Evidence::of_caller(&above, &[], &[], by_caller);
            evidence.add_store(&store, None);
            let world = World {
                anchors: &anchors,
                evidence: &evidence,
                now: NOW,
            };
            let used = Use {
                purpose: Purpose::Documents,
                at: NOW,
                gives: None,
            };
            let identity = judge(world, &ada, signed, used);
            assert!(identity.is_confirmed, "{:?}", identity.findings);
            identity.kept
        };
        assert_eq!(kept(&[], &[]), Kept::Nowhere, "only the caller has it");
        assert_eq!(kept(&above, &[]), Kept::Stored, "in the store");
        assert_eq!(kept(&[], &above), Kept::Stored, "in the signature");
    }
}
