//! The token's profile: how the attacks on it went and what it does not have, as an officer signed
//! it.
//!
//! Whoever can write the vault must not be able to raise it. It counts with the signature of an
//! officer over organisation, version and intent; an older one put back, or none where there was
//! one, is told from what this machine remembers. The act that made it stands in the log.

use std::fs;
use std::io;
use std::path::PathBuf;

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use token::{Attack, Missing, Played, Verdict};
use vault::LeafIndex;

use super::Station;
use super::bound_rows::{BoundRows, Lines, Subject};
use super::log::Log;
use super::officers::Officers;
use super::records;
use super::remembered::Remembered;
use crate::assurance::{self, Ground, Hardware, KeyHome, PinHolder, SecretKind};
use crate::audit::records::Entry;
use crate::custody::RowMessage;
use crate::error::{Error, Result};
use crate::home::write_private;
use crate::signing_algorithm::hex;
use crate::wire::{
    self, Assurance, AssuranceReason, AttackVerdict, Grade, MissingFeature, ProbeLimit,
};

/// Largest profile that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// What is stored: `CBOR[1, organisation, version, time, officer, SHA-256 of the module, label,
/// model, says hardware, [mechanism, RFC] or null, wrap mechanisms, gaps, attacks, issuing token or
/// null]`; profiles from before the issuing token was probed end with the attacks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Profile {
    #[n(0)]
    format: u8,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    organisation: [u8; 16],
    #[n(2)]
    pub(crate) version: u64,
    /// Unix seconds.
    #[n(3)]
    pub(crate) at: i64,
    #[n(4)]
    officer: String,
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    module: [u8; 32],
    #[n(6)]
    label: String,
    #[n(7)]
    model: String,
    #[n(8)]
    says_hardware: bool,
    #[n(9)]
    mechanism: Option<(u64, u16)>,
    #[n(10)]
    wrap_mechanisms: Vec<u64>,
    #[n(11)]
    gaps: Vec<(String, String)>,
    #[n(12)]
    attacks: Vec<(String, String, String)>,
    #[n(13)]
    issuing: Option<Issuing>,
}

/// What the issuing token showed: `CBOR[SHA-256 of the module, label, model, says hardware, attacks]`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Issuing {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    module: [u8; 32],
    #[n(1)]
    label: String,
    #[n(2)]
    model: String,
    #[n(3)]
    says_hardware: bool,
    #[n(4)]
    attacks: Vec<(String, String, String)>,
}

/// What the issuing token showed when it was probed.
pub(crate) struct IssuingShown {
    pub(crate) played: Vec<Played>,
    pub(crate) module: [u8; 32],
    pub(crate) label: String,
    pub(crate) model: String,
    pub(crate) says_hardware: bool,
}

/// What a token showed when it was probed.
pub(crate) struct Shown {
    pub(crate) token: token::TokenProfile,
    pub(crate) played: Vec<Played>,
    pub(crate) module: [u8; 32],
    pub(crate) label: String,
    pub(crate) model: String,
    pub(crate) says_hardware: bool,
    pub(crate) issuing: IssuingShown,
}

impl Profile {
    const FORMAT: u8 = 1;

    /// Puts a profile together.
    pub(crate) fn new(
        organisation: [u8; 16],
        version: u64,
        at: i64,
        officer: &str,
        shown: Shown,
    ) -> Self {
        Self {
            format: Self::FORMAT,
            organisation,
            version,
            at,
            officer: officer.to_owned(),
            module: shown.module,
            label: shown.label,
            model: shown.model,
            says_hardware: shown.says_hardware,
            mechanism: shown.token.mechanism.map(|m| (m.number(), m.rfc())),
            wrap_mechanisms: shown.token.wrap_mechanisms,
            gaps: shown
                .token
                .gaps
                .into_iter()
                .map(|gap| (word_of(gap.missing).to_owned(), gap.detail))
                .collect(),
            attacks: written(shown.played),
            issuing: Some(Issuing {
                module: shown.issuing.module,
                label: shown.issuing.label,
                model: shown.issuing.model,
                says_hardware: shown.issuing.says_hardware,
                attacks: written(shown.issuing.played),
            }),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing CBOR into a Vec does not fail")
    }

    /// What an officer signs:
    /// `"chancery token profile v1" ‖ 0 ‖ SHA-256(CBOR of the profile) ‖ intent, 8 bytes`.
    pub(crate) fn to_be_signed(bytes: &[u8], intent: LeafIndex) -> RowMessage {
        let message = [
            b"chancery token profile v1\0".as_slice(),
            &Sha256::digest(bytes),
            &intent.0.to_be_bytes(),
        ];
        RowMessage::new(message.concat())
    }

    fn played(&self) -> Vec<(Attack, Verdict)> {
        read(&self.attacks)
    }

    /// The letter: the worse one of both tokens. An issuing token that was not probed has none, and
    /// a limit says so.
    pub(crate) fn grade(&self) -> Grade {
        let signing = Grade::of(&self.played());
        let issuing = self.issuing.as_ref();
        let issuing = issuing.map(|issuing| Grade::of_signing_keys(&read(&issuing.attacks)));
        issuing.map_or(signing, |issuing| signing.max(issuing))
    }

    /// Refuses to have keys made where attacks are open that give them away.
    pub(crate) fn refuse_unsafe(&self) -> Result<()> {
        if self.grade() != Grade::D {
            return Ok(());
        }
        let open = |attacks: &[(String, String, String)], suffix: &str| -> Vec<String> {
            let open = attacks.iter().filter(|(_, verdict, _)| verdict == "open");
            open.map(|(id, ..)| format!("{id}{suffix}")).collect()
        };
        let mut ids = open(&self.attacks, "");
        let issuing = self.issuing.iter();
        ids.extend(issuing.flat_map(|issuing| open(&issuing.attacks, " (issuing token)")));
        Err(Error::TokenUnsafe {
            attacks: ids.join(", "),
        })
    }

    fn wire(&self, station: &Station) -> wire::TokenProfile {
        wire::TokenProfile {
            version: self.version,
            at: self.at,
            officer: self.officer.clone(),
            module_sha256: hex(&self.module),
            module_unchanged: self.is_of_the_module(station),
            label: self.label.clone(),
            model: self.model.clone(),
            says_hardware: self.says_hardware,
            declared_hardware: station.organisation.local.hardware,
            grade: self.grade(),
            attacks: probed(&self.attacks),
            issuing: self.issuing.as_ref().map(|issuing| wire::IssuingProbe {
                module_sha256: hex(&issuing.module),
                module_unchanged: issuing.is_of_the_module(station),
                label: issuing.label.clone(),
                model: issuing.model.clone(),
                says_hardware: issuing.says_hardware,
                attacks: probed(&issuing.attacks),
            }),
            mechanism: self
                .mechanism
                .map(|(number, rfc)| wire::NegotiatedMechanism {
                    name: token::mechanism_name(number),
                    number,
                    rfc,
                }),
            wrap_mechanisms: self
                .wrap_mechanisms
                .iter()
                .map(|number| token::mechanism_name(*number))
                .collect(),
            missing: self
                .gaps
                .iter()
                .filter_map(|(word, detail)| {
                    Some(wire::TokenGap {
                        missing: feature_of(word)?,
                        detail: detail.clone(),
                    })
                })
                .collect(),
        }
    }

    fn is_of_the_module(&self, station: &Station) -> bool {
        station.organisation.local.signing.module_sha256.0 == self.module
    }
}

impl Issuing {
    fn is_of_the_module(&self, station: &Station) -> bool {
        station.organisation.local.issuing.module_sha256.0 == self.module
    }
}

/// How attacks went, as it is stored: id, verdict, detail.
fn written(played: Vec<Played>) -> Vec<(String, String, String)> {
    let played = played.into_iter().map(|played| {
        let verdict = match played.verdict {
            Verdict::Defeated => "defeated",
            Verdict::Open => "open",
            Verdict::NotApplicable => "not_applicable",
        };
        let id = played.attack.id().to_owned();
        (id, verdict.to_owned(), played.detail)
    });
    played.collect()
}

/// Reads that again; an attack that is not known here is left out.
fn read(attacks: &[(String, String, String)]) -> Vec<(Attack, Verdict)> {
    let known = attacks.iter().filter_map(|(id, verdict, _)| {
        let verdict = match verdict.as_str() {
            "defeated" => Verdict::Defeated,
            "not_applicable" => Verdict::NotApplicable,
            _ => Verdict::Open,
        };
        Some((Attack::from_id(id)?, verdict))
    });
    known.collect()
}

fn probed(attacks: &[(String, String, String)]) -> Vec<wire::ProbedAttack> {
    let attacks = attacks.iter();
    let attacks = attacks.map(|(id, verdict, detail)| wire::ProbedAttack {
        id: id.clone(),
        verdict: match verdict.as_str() {
            "defeated" => AttackVerdict::Defeated,
            "not_applicable" => AttackVerdict::NotApplicable,
            _ => AttackVerdict::Open,
        },
        detail: detail.clone(),
    });
    attacks.collect()
}

/// The newest profile, believed; none if the token was never probed.
///
/// # Errors
/// [`Error::ProfileUnvouched`].
pub(crate) fn newest(station: &Station) -> Result<Option<Profile>> {
    let unvouched = |what| Error::ProfileUnvouched { what };
    let row = station.wait(station.store.token_profile())?;
    let version = row.as_ref().map_or(0, |row| row.version);
    if version < seen(station)? {
        return Err(unvouched("an older one was put in its place"));
    }
    let Some(row) = row else { return Ok(None) };
    let signed = Profile::to_be_signed(&row.profile, row.intent);
    let officers = Officers::of(station)?;
    if !officers.vouch(&signed, &row.signature, row.intent) {
        return Err(unvouched("no officer of the organisation has signed it"));
    }
    if let Some(odd) = unbound_as_remembered(station, &officers, &row)? {
        return Err(unvouched(odd));
    }
    if row.profile.len() > LARGEST {
        return Err(unvouched("it is too long"));
    }
    let profile: Profile =
        minicbor::decode(&row.profile).map_err(|_| unvouched("it cannot be read"))?;
    let ours = profile.format == Profile::FORMAT
        && profile.organisation == *station.id().as_bytes()
        && profile.version == row.version;
    if !ours {
        return Err(unvouched("it is another one than its row says"));
    }
    remember(station, row.version)?;
    Ok(Some(profile))
}

/// What the tree over the current records says of the newest profile, believed or not.
pub(crate) fn entry(station: &Station) -> Result<Entry> {
    let row = station.wait(station.store.token_profile())?;
    let signed = row.map(|row| Profile::to_be_signed(&row.profile, row.intent).digest());
    Ok(records::of_token_profile(station.id(), signed))
}

/// What does not fit between the newest profile and the acts that the log tells of, if something does
/// not: whoever was an officer once can sign one that names an act of then, and one that was signed once
/// can be put back.
pub(crate) fn unbound(
    station: &Station,
    officers: &Officers,
    told: &Lines,
) -> Result<Option<&'static str>> {
    let row = station.wait(station.store.token_profile())?;
    unbound_row(officers, told, row.as_ref())
}

fn unbound_row(
    officers: &Officers,
    told: &Lines,
    row: Option<&vault::TokenProfile>,
) -> Result<Option<&'static str>> {
    let last = told.last(Subject::Profile)?;
    let Some(row) = row else {
        return Ok(last.map(|_| "the log tells of a profile, and there is none"));
    };
    let signed = Profile::to_be_signed(&row.profile, row.intent);
    let places = told.places(&signed.digest())?;
    let done = officers.vouch_at(&places, &signed, &row.signature, row.intent);
    Ok(match done {
        None => Some("the log tells of no officer's act in which the token's profile was made"),
        Some(done) if last.is_some_and(|last| done < last) => {
            Some("the log tells of a later probe than the token's profile is of")
        }
        Some(_) => None,
    })
}

/// The same by what this machine has noted of the log, where nobody opens it: what is shown. Of an act
/// that it has not taken up it says nothing.
fn unbound_as_remembered(
    station: &Station,
    officers: &Officers,
    row: &vault::TokenProfile,
) -> Result<Option<&'static str>> {
    let remembered = Remembered::load(station)?;
    let noted = remembered.noted.filter(|noted| noted.all_bound);
    let kept = noted.and_then(|noted| BoundRows::kept(station, noted.rows?));
    match kept {
        Some(rows) if row.intent.0 < remembered.frontier.size() => {
            unbound_row(officers, &rows.lines(station)?, Some(row))
        }
        _ => Ok(None),
    }
}

/// Holds the newest profile against the tree over the current records, and against the acts that the
/// log tells of.
fn expect_current(station: &Station, log: &mut Log<'_>) -> Result<()> {
    loop {
        let size = log.size();
        let found = entry(station)?;
        let named = log.current(&[found.path])?;
        // An organisation from before gets the entry when an officer logs in.
        let named = named.and_then(|named| named.first().copied().flatten());
        let odd = if named.is_some_and(|named| named != found.value) {
            Some("it is not the one that the log names as the newest")
        } else if log.noted().all_bound {
            unbound(station, &Officers::of(station)?, &log.signed_rows()?)?
        } else {
            None
        };
        let Some(what) = odd else { return Ok(()) };
        if log.size() == size {
            return Err(Error::ProfileUnvouched { what });
        }
    }
}

/// The word of assurance and what set it. A profile that is not believed counts as none.
pub(crate) fn assurance(station: &Station) -> (Assurance, AssuranceReason) {
    let profile = newest(station).unwrap_or_default();
    assurance::assurance(ground(station, profile.as_ref()))
}

fn ground(station: &Station, profile: Option<&Profile>) -> Ground {
    let says_hardware = profile.is_some_and(|profile| {
        let issuing = profile.issuing.as_ref();
        profile.says_hardware && issuing.is_none_or(|issuing| issuing.says_hardware)
    });
    Ground {
        attacks: profile
            .filter(|profile| profile.is_of_the_module(station))
            .map(Profile::grade),
        hardware: match (station.organisation.local.hardware, says_hardware) {
            (true, _) => Hardware::Declared,
            (false, true) => Hardware::Claimed,
            (false, false) => Hardware::Software,
        },
        // Both ways an organisation runs have the PIN where people sign.
        pin: PinHolder::Desktop,
        secret: SecretKind::Phrase,
        keys: match station.organisation.fixed.canary.is_resident() {
            true => KeyHome::Resident,
            false => KeyHome::Wrapped,
        },
    }
}

/// Refuses to enrol on a token that gives keys away, and below the word that is demanded.
pub(crate) fn permit_enrolment(station: &Station, log: &mut Log<'_>) -> Result<()> {
    expect_current(station, log)?;
    let profile = newest(station)?;
    if let Some(profile) = &profile {
        profile.refuse_unsafe()?;
    }
    let Some(required) = station.organisation.local.required else {
        return Ok(());
    };
    let (assurance, _) = assurance::assurance(ground(station, profile.as_ref()));
    if assurance < required {
        return Err(Error::AssuranceTooLow {
            assurance,
            required,
        });
    }
    Ok(())
}

/// The profile and what it makes of the organisation.
pub(crate) fn report(station: &Station) -> Result<wire::Probe> {
    let profile = newest(station)?;
    let ground = ground(station, profile.as_ref());
    let (assurance, set_by) = assurance::assurance(ground);
    let issuing = profile
        .as_ref()
        .and_then(|profile| profile.issuing.as_ref());
    let issuing_probed = issuing.is_some_and(|issuing| issuing.is_of_the_module(station));
    Ok(wire::Probe {
        profile: profile.as_ref().map(|profile| profile.wire(station)),
        assurance,
        set_by,
        limits: limits(ground, profile.as_ref(), issuing_probed),
        required: station.organisation.local.required,
    })
}

/// What to know besides the verdicts, what weighs most first.
fn limits(ground: Ground, profile: Option<&Profile>, issuing_probed: bool) -> Vec<ProbeLimit> {
    let mut limits = Vec::new();
    match ground.hardware {
        Hardware::Software => limits.push(ProbeLimit::SoftwareToken),
        Hardware::Claimed => limits.push(ProbeLimit::HardwareNotDeclared),
        Hardware::Declared => {}
    }
    if ground.attacks.is_none() {
        limits.push(ProbeLimit::NotProbed);
    } else if !issuing_probed {
        limits.push(ProbeLimit::IssuingNotProbed);
    }
    if ground.keys == KeyHome::Resident {
        limits.push(ProbeLimit::ResidentKeys);
    }
    let mut played = profile.map(Profile::played).unwrap_or_default();
    let issuing = profile.and_then(|profile| profile.issuing.as_ref());
    played.extend(
        issuing
            .map(|issuing| read(&issuing.attacks))
            .unwrap_or_default(),
    );
    let is_open = |attack: Attack| {
        let open =
            |(other, verdict): &(Attack, Verdict)| *other == attack && *verdict == Verdict::Open;
        played.iter().any(open)
    };
    if Attack::ALL
        .into_iter()
        .any(|attack| attack != Attack::OwnWrappingKey && is_open(attack))
    {
        limits.push(ProbeLimit::AttackOpen);
    }
    if is_open(Attack::OwnWrappingKey) {
        limits.push(ProbeLimit::OpenAtBirth);
    }
    limits.extend([
        ProbeLimit::PinOnDesktops,
        ProbeLimit::PinCanBeChanged,
        ProbeLimit::Phrase,
        ProbeLimit::LibrariesNotHashed,
    ]);
    limits
}

/// The version of the next profile: above what is there, believed or not, and above what this
/// machine remembers, which may be more after the vault came from a backup.
pub(crate) fn next_version(station: &Station) -> Result<u64> {
    let newest = station.wait(station.store.token_profile())?;
    let newest = newest.map_or(0, |newest| newest.version);
    Ok(newest.max(seen(station)?).saturating_add(1))
}

/// Remembers the highest version this machine has seen.
pub(crate) fn remember(station: &Station, version: u64) -> Result<()> {
    if seen(station)? >= version {
        return Ok(());
    }
    let _lock = station.lock("locks", "profile-seen")?;
    let version = version.max(seen(station)?);
    write_private(&path(station), version.to_string().as_bytes()).map_err(Error::State)
}

fn seen(station: &Station) -> Result<u64> {
    match fs::read_to_string(path(station)) {
        Ok(content) => content
            .parse()
            .map_err(|_| Error::State(io::ErrorKind::InvalidData.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(Error::State(error)),
    }
}

fn path(station: &Station) -> PathBuf {
    station.state().join("token-profile")
}

const FEATURES: [(Missing, MissingFeature, &str); 10] = [
    (Missing::Wrapping, MissingFeature::Wrapping, "wrapping"),
    (
        Missing::UnwrapTemplate,
        MissingFeature::UnwrapTemplate,
        "unwrap_template",
    ),
    (
        Missing::AllowedMechanisms,
        MissingFeature::AllowedMechanisms,
        "allowed_mechanisms",
    ),
    (
        Missing::WrapTemplate,
        MissingFeature::WrapTemplate,
        "wrap_template",
    ),
    (
        Missing::Modifiable,
        MissingFeature::Modifiable,
        "modifiable",
    ),
    (Missing::Copyable, MissingFeature::Copyable, "copyable"),
    (
        Missing::Destroyable,
        MissingFeature::Destroyable,
        "destroyable",
    ),
    (Missing::Birth, MissingFeature::Birth, "birth"),
    (
        Missing::ModifiableAtUnwrap,
        MissingFeature::ModifiableAtUnwrap,
        "modifiable_at_unwrap",
    ),
    (Missing::Trusted, MissingFeature::Trusted, "trusted"),
];

fn word_of(missing: Missing) -> &'static str {
    let found = FEATURES.iter().find(|(other, ..)| *other == missing);
    found.map_or("", |(_, _, word)| word)
}

fn feature_of(word: &str) -> Option<MissingFeature> {
    let found = FEATURES.iter().find(|(_, _, other)| *other == word);
    found.map(|(_, feature, _)| *feature)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn profile(open: &[Attack]) -> Profile {
        let played = Attack::ALL.map(|attack| Played {
            attack,
            verdict: if open.contains(&attack) {
                Verdict::Open
            } else {
                Verdict::Defeated
            },
            detail: "C_UnwrapKey CKR_OK".to_owned(),
        });
        let token = token::TokenProfile {
            mechanism: None,
            wrap_mechanisms: vec![0x210B],
            gaps: vec![token::Gap {
                missing: Missing::Trusted,
                detail: "refused".to_owned(),
            }],
        };
        let shown = Shown {
            token,
            played: played.to_vec(),
            module: [3; 32],
            label: "signing".to_owned(),
            model: "soft".to_owned(),
            says_hardware: false,
            issuing: IssuingShown {
                played: Attack::ON_SIGNING_KEYS
                    .map(|attack| Played {
                        attack,
                        verdict: Verdict::Defeated,
                        detail: "ca-1: C_CopyObject (TOKEN=F) CKR_ACTION_PROHIBITED".to_owned(),
                    })
                    .to_vec(),
                module: [4; 32],
                label: "issuing".to_owned(),
                model: "soft".to_owned(),
                says_hardware: false,
            },
        };
        Profile::new([1; 16], 1, 7, "ada", shown)
    }

    #[test]
    fn a_profile_from_before_the_issuing_token_was_probed_is_read_and_says_so() {
        let new = profile(&[]);
        let before = Profile {
            issuing: None,
            ..new.clone()
        };
        // An array of 13, as it was then: what is not there at the end is left out.
        let bytes = before.to_bytes();
        assert_eq!((bytes[0], new.to_bytes()[0]), (0x8D, 0x8E));
        let read: Profile = minicbor::decode(&bytes).unwrap();
        assert_eq!(read, before);
        assert_eq!(read.grade(), Grade::A);
    }

    #[test]
    fn the_worse_one_of_both_tokens_gives_the_letter() {
        for (attack, letter) in [
            (Attack::Mutation, Grade::D),
            (Attack::WrapTheMaster, Grade::D),
            (Attack::Destruction, Grade::C),
        ] {
            let mut profile = profile(&[Attack::OwnWrappingKey]);
            assert_eq!(profile.grade(), Grade::B);
            let issuing = profile.issuing.as_mut().unwrap();
            let found = issuing.attacks.iter_mut();
            let found = found.filter(|(id, ..)| id == attack.id());
            found.for_each(|(_, verdict, _)| *verdict = "open".to_owned());
            assert_eq!(profile.grade(), letter, "{attack}");
            let refused = profile.refuse_unsafe().map_err(|error| error.to_string());
            let named = refused.is_err_and(|error| error.contains("(issuing token)"));
            assert_eq!(named, letter == Grade::D, "{attack}");
        }
    }

    #[test]
    fn a_profile_is_read_as_it_was_written() {
        let written = profile(&[Attack::Injection]);
        let read: Profile = minicbor::decode(&written.to_bytes()).unwrap();
        assert_eq!(read, written);
        assert_eq!(read.grade(), Grade::C);
        assert_eq!(feature_of(&read.gaps[0].0), Some(MissingFeature::Trusted));
    }

    #[test]
    fn what_is_signed_covers_the_profile_and_its_intent() {
        let signed = |open: &[Attack], intent| {
            Profile::to_be_signed(&profile(open).to_bytes(), LeafIndex(intent))
        };
        assert_ne!(signed(&[], 1), signed(&[], 2));
        assert_ne!(signed(&[], 1), signed(&[Attack::UnwrapWeaker], 1));
    }

    #[test]
    fn no_key_is_made_where_attacks_are_open_that_give_keys_away() {
        assert!(
            profile(&[Attack::OwnWrappingKey, Attack::Injection])
                .refuse_unsafe()
                .is_ok()
        );
        let refused = profile(&[Attack::UnwrapWeaker, Attack::Destruction]).refuse_unsafe();
        assert!(matches!(
            refused,
            Err(Error::TokenUnsafe { attacks }) if attacks == "A2, A16"
        ));
    }

    #[test]
    fn every_gap_has_a_word_of_its_own() {
        for (missing, feature, word) in FEATURES {
            assert_eq!((word_of(missing), feature_of(word)), (word, Some(feature)));
        }
    }
}
