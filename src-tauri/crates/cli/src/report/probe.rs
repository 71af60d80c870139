//! How the attacks on a token went, as text and as JSON.

use std::io::Write as _;

use serde_json::{Value, json};
use service::wire;

use super::print;

/// Prints what is demanded, and what there is.
pub(crate) fn required(probe: &wire::Probe, json: bool) {
    if json {
        return print(&json!({
            "required": probe.required, "assurance": probe.assurance, "set_by": probe.set_by,
        }));
    }
    let demanded = probe.required.unwrap_or(wire::Assurance::Trial);
    say!("Demanded: {}", demanded.word());
    say!(
        "Assurance: {}, {}",
        probe.assurance.word(),
        probe.set_by.sentence()
    );
    if probe.assurance < demanded {
        say!("So nobody is enrolled; chancery hsm probe says what keeps it there.");
    }
}

/// Prints how the attacks on the token went, and what that makes of the organisation.
pub(crate) fn probe(probe: &wire::Probe, json: bool) {
    let Some(profile) = &probe.profile else {
        return; // a probe that was made has its profile
    };
    if json {
        let limits: Vec<&str> = probe.limits.iter().map(|limit| limit.sentence()).collect();
        let missing = profile.missing.iter();
        let missing: Vec<Value> = missing
            .map(|gap| json!({ "missing": gap.missing, "detail": gap.detail }))
            .collect();
        return print(&json!({
            "grade": profile.grade, "assurance": probe.assurance, "set_by": probe.set_by,
            "limits": limits, "attacks": profile.attacks, "issuing": profile.issuing,
            "mechanism": profile.mechanism,
            "wrap_mechanisms": profile.wrap_mechanisms, "missing": missing,
            "label": profile.label, "model": profile.model, "at": profile.at,
            "module_sha256": profile.module_sha256, "required": probe.required,
        }));
    }
    probed_attacks(&profile.attacks, attack_in_words);
    if let Some(issuing) = &profile.issuing {
        say!("Issuing token {}, whose keys only sign:", issuing.label);
        probed_attacks(&issuing.attacks, |id| match id {
            "A8" => "wrap or read the key of the CA or of the notary",
            other => attack_in_words(other),
        });
    }
    for gap in &profile.missing {
        say!("Missing: {} ({})", feature(gap.missing), gap.detail);
    }
    match &profile.mechanism {
        Some(mechanism) => say!(
            "Keys are wrapped by {} ({:#06x}), RFC {}",
            mechanism.name,
            mechanism.number,
            mechanism.rfc
        ),
        None => say!("No mechanism of this token wraps keys"),
    }
    for limit in &probe.limits {
        say!("Note: {}", limit.sentence());
    }
    say!(
        "Grade {:?}; assurance {}: {}",
        profile.grade,
        probe.assurance.word(),
        probe.set_by.sentence()
    );
}

fn probed_attacks(attacks: &[wire::ProbedAttack], words: fn(&str) -> &'static str) {
    for attack in attacks {
        let verdict = match attack.verdict {
            wire::AttackVerdict::Defeated => "defeated",
            wire::AttackVerdict::Open => "OPEN",
            wire::AttackVerdict::NotApplicable => "not applicable",
        };
        say!("{:<4} {verdict:<15} {}", attack.id, words(&attack.id));
        if attack.verdict == wire::AttackVerdict::Open {
            say!("     {}", attack.detail);
        }
    }
}

fn attack_in_words(id: &str) -> &'static str {
    match id {
        "A1" => "wrap a key, then decrypt it with the wrapping key",
        "A2" => "unwrap a wrapped key so that it can be read or leave",
        "A3" => "unwrap a private key as a key of another type",
        "A4" => "unwrap what was changed or made up",
        "A5" => "wrap a newborn key under a key of one's own",
        "A6" => "change or copy a key so that it may do more",
        "A7" => "derive a weaker relative of a key",
        "A8" => "wrap the master itself",
        "A12" => "use the master by a second mechanism",
        "A13" => "wrap by a counter mode under a chosen IV",
        "A14" => "have a known key wrapped as if it were born here",
        "A15" => "put a look-alike beside a key",
        "A16" => "destroy a key that nothing works without",
        "A19" => "ask for a MAC of one byte",
        _ => "",
    }
}

fn feature(missing: wire::MissingFeature) -> &'static str {
    match missing {
        wire::MissingFeature::Wrapping => "a mechanism that wraps keys",
        wire::MissingFeature::UnwrapTemplate => "CKA_UNWRAP_TEMPLATE",
        wire::MissingFeature::AllowedMechanisms => "CKA_ALLOWED_MECHANISMS",
        wire::MissingFeature::WrapTemplate => "CKA_WRAP_TEMPLATE",
        wire::MissingFeature::Modifiable => "CKA_MODIFIABLE=F",
        wire::MissingFeature::Copyable => "CKA_COPYABLE=F",
        wire::MissingFeature::Destroyable => "CKA_DESTROYABLE=F",
        wire::MissingFeature::Birth => "CKA_LOCAL and its like",
        wire::MissingFeature::ModifiableAtUnwrap => "CKA_MODIFIABLE=F in C_UnwrapKey",
        wire::MissingFeature::Trusted => "CKA_TRUSTED for a private master",
    }
}
