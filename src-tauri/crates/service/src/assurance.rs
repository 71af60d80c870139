//! How far an organisation can be relied on: the lowest of four, and which one set it (DESIGN 3).

use token::{Attack, Verdict};

use crate::wire::{Assurance, AssuranceReason, Grade};

impl Grade {
    /// Judges the attacks that were played on the signing token; one that is not among them counts as
    /// open.
    pub(crate) fn of(played: &[(Attack, Verdict)]) -> Self {
        Self::over(&Attack::ALL, played)
    }

    /// Judges those on a token whose keys only sign.
    pub(crate) fn of_signing_keys(played: &[(Attack, Verdict)]) -> Self {
        Self::over(&Attack::ON_SIGNING_KEYS, played)
    }

    fn over(all: &[Attack], played: &[(Attack, Verdict)]) -> Self {
        let is_open = |attack: &Attack| {
            played
                .iter()
                .find(|(other, _)| other == attack)
                .is_none_or(|(_, verdict)| *verdict == Verdict::Open)
        };
        let open: Vec<Attack> = all.iter().copied().filter(is_open).collect();
        match open[..] {
            [] => Self::A,
            [Attack::OwnWrappingKey] => Self::B,
            _ if open.iter().copied().any(gives_keys_away) => Self::D,
            _ => Self::C,
        }
    }
}

/// Whether an attack reads a wrapped key or the master.
fn gives_keys_away(attack: Attack) -> bool {
    match attack {
        Attack::WrapThenDecrypt
        | Attack::UnwrapWeaker
        | Attack::TypeConfusion
        | Attack::Conjuring
        | Attack::Mutation
        | Attack::Derivation
        | Attack::WrapTheMaster
        | Attack::SecondMechanism
        | Attack::ChosenIv => true,
        Attack::OwnWrappingKey
        | Attack::Injection
        | Attack::LookAlike
        | Attack::Destruction
        | Attack::TruncatedMac => false,
    }
}

/// Whether an attack is on how keys are wrapped, and so on nothing where none is.
pub(crate) fn is_about_wrapping(attack: Attack) -> bool {
    gives_keys_away(attack) || matches!(attack, Attack::OwnWrappingKey | Attack::Injection)
}

/// What the word depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground {
    /// How the attacks went; none if they were not played on this token as it is now.
    pub(crate) attacks: Option<Grade>,
    /// What the token is.
    pub(crate) hardware: Hardware,
    /// Who holds the signing PIN.
    pub(crate) pin: PinHolder,
    /// What opens a signer's slot.
    pub(crate) secret: SecretKind,
    /// Where keys live.
    pub(crate) keys: KeyHome,
}

/// Where signers' keys live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyHome {
    /// Outside, wrapped, and sealed under the signer's secret.
    Wrapped,
    /// On the token: the secret is no part of the key.
    Resident,
}

/// What a token is: what it says of itself, and what the officers say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hardware {
    /// No CKF_HW_SLOT: a file.
    Software,
    /// CKF_HW_SLOT, which a module may say of anything.
    Claimed,
    /// And the officers declare that it is so.
    Declared,
}

/// Who holds the signing PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PinHolder {
    /// Every desktop, and with it every person who has one.
    Desktop,
}

/// What opens a signer's slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretKind {
    /// Something a person remembers, which can be guessed.
    Phrase,
}

/// The word, and what set it: of several that are equally low, the first in this order.
pub(crate) fn assurance(ground: Ground) -> (Assurance, AssuranceReason) {
    let attacks = match ground.attacks {
        None => (Assurance::Basic, AssuranceReason::NotProbed),
        Some(Grade::D) => (Assurance::Trial, AssuranceReason::KeysGivenAway),
        Some(Grade::C) => (Assurance::Basic, AssuranceReason::AttackOpen),
        Some(Grade::A | Grade::B) => (Assurance::High, AssuranceReason::AttackOpen),
    };
    let hardware = match ground.hardware {
        Hardware::Software => (Assurance::Trial, AssuranceReason::SoftwareToken),
        Hardware::Claimed => (Assurance::Trial, AssuranceReason::HardwareNotDeclared),
        Hardware::Declared => (Assurance::High, AssuranceReason::SoftwareToken),
    };
    let pin = match ground.pin {
        PinHolder::Desktop => (Assurance::Basic, AssuranceReason::PinOnDesktops),
    };
    let secret = match ground.secret {
        SecretKind::Phrase => (Assurance::Substantial, AssuranceReason::Phrase),
    };
    let keys = match ground.keys {
        KeyHome::Wrapped => (Assurance::High, AssuranceReason::ResidentKeys),
        KeyHome::Resident => (Assurance::Basic, AssuranceReason::ResidentKeys),
    };
    let mut lowest = attacks;
    for other in [hardware, keys, pin, secret] {
        if other.0 < lowest.0 {
            lowest = other;
        }
    }
    lowest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grade(open: &[Attack]) -> Grade {
        let verdict = |attack| {
            if open.contains(&attack) {
                Verdict::Open
            } else {
                Verdict::Defeated
            }
        };
        Grade::of(&Attack::ALL.map(|attack| (attack, verdict(attack))))
    }

    #[test]
    fn the_letter_is_that_of_the_worst_attack_that_is_open() {
        assert_eq!(grade(&[]), Grade::A);
        assert_eq!(grade(&[Attack::OwnWrappingKey]), Grade::B);
        for attack in ["A14", "A15", "A16", "A19"].map(Attack::from_id) {
            let open: Vec<_> = attack.into_iter().collect();
            assert_eq!(grade(&open), Grade::C, "{open:?}");
        }
        for id in ["A1", "A2", "A3", "A4", "A6", "A7", "A8", "A12", "A13"] {
            let open: Vec<_> = Attack::from_id(id).into_iter().collect();
            assert_eq!(grade(&open), Grade::D, "{id}");
        }
        assert_eq!(
            grade(&[Attack::OwnWrappingKey, Attack::Injection]),
            Grade::C
        );
    }

    #[test]
    fn what_was_not_played_is_open_and_what_does_not_apply_is_not() {
        let mut played = Attack::ALL
            .map(|attack| (attack, Verdict::NotApplicable))
            .to_vec();
        assert_eq!(Grade::of(&played), Grade::A);
        played.remove(0);
        assert_eq!(Grade::of(&played), Grade::D);
    }

    const GOOD: Ground = Ground {
        attacks: Some(Grade::A),
        hardware: Hardware::Declared,
        pin: PinHolder::Desktop,
        secret: SecretKind::Phrase,
        keys: KeyHome::Wrapped,
    };

    #[test]
    fn the_word_is_the_lowest_of_the_four_and_says_which_one() {
        use AssuranceReason as R;
        for (ground, expected) in [
            (GOOD, (Assurance::Basic, R::PinOnDesktops)),
            (
                Ground {
                    keys: KeyHome::Resident,
                    ..GOOD
                },
                (Assurance::Basic, R::ResidentKeys),
            ),
            (
                Ground {
                    hardware: Hardware::Software,
                    ..GOOD
                },
                (Assurance::Trial, R::SoftwareToken),
            ),
            (
                Ground {
                    hardware: Hardware::Claimed,
                    ..GOOD
                },
                (Assurance::Trial, R::HardwareNotDeclared),
            ),
            (
                Ground {
                    attacks: Some(Grade::C),
                    ..GOOD
                },
                (Assurance::Basic, R::AttackOpen),
            ),
            (
                Ground {
                    attacks: Some(Grade::D),
                    hardware: Hardware::Software,
                    ..GOOD
                },
                (Assurance::Trial, R::KeysGivenAway),
            ),
            (
                Ground {
                    attacks: None,
                    ..GOOD
                },
                (Assurance::Basic, R::NotProbed),
            ),
        ] {
            assert_eq!(assurance(ground), expected, "{ground:?}");
        }
    }
}
