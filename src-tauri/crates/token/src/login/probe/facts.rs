//! What was tried and what the token answered, until it is a verdict.

use cryptoki::{
    error::{Error as CkError, Result as CkResult, RvError},
    object::Attribute,
};

use crate::{Attack, Played, Verdict, answer};

/// Longest detail in bytes; a token with a thousand mechanisms says more than anybody reads.
const LONGEST: usize = 8000;

/// Everything that was tried in one attack.
#[derive(Default)]
pub(super) struct Facts {
    facts: Vec<Fact>,
    notes: Vec<String>,
}

/// One trial.
struct Fact {
    /// Which key it was tried on.
    subject: String,
    /// The PKCS#11 function.
    call: &'static str,
    /// With what.
    what: String,
    answer: String,
    meaning: Meaning,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The attacker has what he wanted.
    CameThrough,
    /// The token refused it for what it is.
    Refused,
    /// The token refused it for another reason, which says nothing of the attack.
    Unclear,
}

impl Facts {
    /// Notes what a call answered that must be refused; gives what came through.
    pub(super) fn trial<T>(
        &mut self,
        subject: &str,
        call: &'static str,
        what: impl Into<String>,
        answered: CkResult<T>,
    ) -> Option<T> {
        self.judged(subject, call, what, answered, is_refusal)
    }

    /// As `trial`, for what a token may also call damaged or answer like a broken device; that the
    /// device still works is for the caller to show.
    pub(super) fn data_trial<T>(
        &mut self,
        subject: &str,
        call: &'static str,
        what: impl Into<String>,
        answered: CkResult<T>,
    ) -> Option<T> {
        self.judged(subject, call, what, answered, |value| {
            is_refusal(value) || is_about_data(value)
        })
    }

    fn judged<T>(
        &mut self,
        subject: &str,
        call: &'static str,
        what: impl Into<String>,
        answered: CkResult<T>,
        is_refusal: impl FnOnce(RvError) -> bool,
    ) -> Option<T> {
        let (meaning, answer, got) = match answered {
            Ok(got) => (Meaning::CameThrough, "CKR_OK".to_owned(), Some(got)),
            Err(error) => {
                let refused = answer::value(&error).is_some_and(is_refusal);
                let meaning = if refused {
                    Meaning::Refused
                } else {
                    Meaning::Unclear
                };
                (meaning, ckr(&error), None)
            }
        };
        self.add(subject, call, what.into(), answer, meaning);
        got
    }

    /// Notes that the attacker has what he wanted.
    pub(super) fn came_through(
        &mut self,
        subject: &str,
        call: &'static str,
        what: impl Into<String>,
        answer: impl Into<String>,
    ) {
        self.add(
            subject,
            call,
            what.into(),
            answer.into(),
            Meaning::CameThrough,
        );
    }

    /// Notes a refusal that is no return value.
    pub(super) fn refused(
        &mut self,
        subject: &str,
        call: &'static str,
        what: impl Into<String>,
        answer: impl Into<String>,
    ) {
        self.add(subject, call, what.into(), answer.into(), Meaning::Refused);
    }

    /// Notes that a call gave the attacker nothing to begin with: a refusal if the answer is one, and
    /// a device that failed shows nothing.
    pub(super) fn kept_out(
        &mut self,
        subject: &str,
        call: &'static str,
        what: impl Into<String>,
        error: &CkError,
    ) {
        let meaning = match answer::value(error) {
            Some(value) if is_refusal(value) => Meaning::Refused,
            _ => Meaning::Unclear,
        };
        self.add(subject, call, what.into(), ckr(error), meaning);
    }

    /// Notes what says nothing either way.
    pub(super) fn unclear(
        &mut self,
        subject: &str,
        call: &'static str,
        what: impl Into<String>,
        answer: impl Into<String>,
    ) {
        self.add(subject, call, what.into(), answer.into(), Meaning::Unclear);
    }

    /// Adds a sentence that decides nothing.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    fn add(
        &mut self,
        subject: &str,
        call: &'static str,
        what: String,
        answer: String,
        meaning: Meaning,
    ) {
        self.facts.push(Fact {
            subject: subject.to_owned(),
            call,
            what,
            answer,
            meaning,
        });
    }

    /// The verdict: open if anything came through, and if some call was never refused for what it is.
    pub(super) fn played(self, attack: Attack) -> Played {
        let any = |meaning| self.facts.iter().any(|fact| fact.meaning == meaning);
        let is_refused = |unclear: &Fact| {
            self.facts.iter().any(|fact| {
                fact.meaning == Meaning::Refused
                    && (&fact.subject, fact.call) == (&unclear.subject, unclear.call)
            })
        };
        let is_unshown = self
            .facts
            .iter()
            .any(|fact| fact.meaning == Meaning::Unclear && !is_refused(fact));
        let verdict = if any(Meaning::CameThrough) || is_unshown {
            Verdict::Open
        } else if any(Meaning::Refused) {
            Verdict::Defeated
        } else {
            Verdict::NotApplicable
        };
        Played {
            attack,
            verdict,
            detail: self.detail(),
        }
    }

    /// What came through first; trials of one call with one answer in one clause.
    fn detail(&self) -> String {
        let mut clauses: Vec<(&Fact, Vec<&str>)> = Vec::new();
        for meaning in [Meaning::CameThrough, Meaning::Refused, Meaning::Unclear] {
            for fact in self.facts.iter().filter(|fact| fact.meaning == meaning) {
                let same = clauses.iter_mut().find(|(first, _)| {
                    (&first.subject, first.call, &first.answer)
                        == (&fact.subject, fact.call, &fact.answer)
                        && first.meaning == meaning
                });
                match same {
                    Some((_, whats)) if whats.contains(&fact.what.as_str()) => {}
                    Some((_, whats)) => whats.push(&fact.what),
                    None => clauses.push((fact, vec![&fact.what])),
                }
            }
        }
        let mut detail = String::new();
        let clauses = clauses.iter().map(|(first, whats)| {
            format!(
                "{}: {} ({}) {}",
                first.subject,
                first.call,
                whats.join(", "),
                first.answer
            )
        });
        for clause in clauses.chain(self.notes.iter().cloned()) {
            if detail.len() + clause.len() > LONGEST {
                detail.push_str("; …");
                break;
            }
            if !detail.is_empty() {
                detail.push_str("; ");
            }
            detail.push_str(&clause);
        }
        detail
    }
}

/// What a boolean attribute says, in the names of PKCS#11: `NEVER_EXTRACTABLE=T`.
pub(super) fn stated(attribute: &Attribute) -> String {
    let text = format!("{attribute:?}");
    match text.split_once('(') {
        Some((name, "true)")) => format!("{}=T", upper(name)),
        Some((name, "false)")) => format!("{}=F", upper(name)),
        _ => text,
    }
}

/// `NeverExtractable` as `NEVER_EXTRACTABLE`.
fn upper(name: &str) -> String {
    let mut upper = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !upper.is_empty() {
            upper.push('_');
        }
        upper.push(letter.to_ascii_uppercase());
    }
    upper
}

/// The name of a return value as PKCS#11 writes it.
pub(super) fn ckr(error: &CkError) -> String {
    match answer::value(error) {
        None => answer::names(error).1,
        Some(RvError::VendorDefined(value) | RvError::UnknownErrorCode(value)) => {
            format!("CKR {value:#010x}")
        }
        Some(value) => format!("CKR_{}", upper(&format!("{value:?}"))),
    }
}

/// Whether an answer says that this key, this mechanism or this template is not allowed.
pub(super) fn is_refusal(value: RvError) -> bool {
    matches!(
        value,
        RvError::ActionProhibited
            | RvError::AttributeReadOnly
            | RvError::AttributeSensitive
            | RvError::AttributeTypeInvalid
            | RvError::AttributeValueInvalid
            | RvError::FunctionNotSupported
            | RvError::FunctionRejected
            | RvError::KeyFunctionNotPermitted
            | RvError::KeyHandleInvalid
            | RvError::KeyNotWrappable
            | RvError::KeyTypeInconsistent
            | RvError::KeyUnextractable
            | RvError::MechanismInvalid
            | RvError::TemplateIncomplete
            | RvError::TemplateInconsistent
            | RvError::UnwrappingKeyHandleInvalid
            | RvError::UnwrappingKeyTypeInconsistent
            | RvError::WrappingKeyHandleInvalid
            | RvError::WrappingKeyTypeInconsistent
    )
}

/// Whether an answer can be about what was to be unwrapped. SoftHSM 2.6.1 answers
/// CKR_GENERAL_ERROR, Kryoptic 1.5.4 CKR_DEVICE_ERROR.
fn is_about_data(value: RvError) -> bool {
    matches!(
        value,
        RvError::DataInvalid
            | RvError::DataLenRange
            | RvError::DeviceError
            | RvError::EncryptedDataInvalid
            | RvError::EncryptedDataLenRange
            | RvError::FunctionFailed
            | RvError::GeneralError
            | RvError::WrappedKeyInvalid
            | RvError::WrappedKeyLenRange
    )
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    fn answered(value: RvError) -> CkResult<()> {
        Err(CkError::Pkcs11(value, Function::UnwrapKey))
    }

    fn verdict(answers: &[CkResult<()>]) -> Verdict {
        let mut facts = Facts::default();
        for answer in answers {
            let answer = answer.as_ref().map_err(|error| match error {
                CkError::Pkcs11(value, call) => CkError::Pkcs11(*value, *call),
                _ => CkError::NotSupported,
            });
            facts.trial("key", "C_UnwrapKey", "it", answer);
        }
        facts.played(Attack::UnwrapWeaker).verdict
    }

    #[test]
    fn one_way_through_is_enough_for_open() {
        let refused = || answered(RvError::TemplateInconsistent);
        assert_eq!(verdict(&[refused(), Ok(()), refused()]), Verdict::Open);
        assert_eq!(verdict(&[refused()]), Verdict::Defeated);
    }

    #[test]
    fn what_was_only_refused_for_other_reasons_is_open() {
        let lost = || answered(RvError::DeviceRemoved);
        assert_eq!(verdict(&[lost()]), Verdict::Open);
        assert_eq!(verdict(&[]), Verdict::NotApplicable);
    }

    #[test]
    fn a_detail_names_calls_and_answers_as_pkcs11_does() {
        let mut facts = Facts::default();
        for what in ["EXTRACTABLE=T", "SENSITIVE=F"] {
            let refused = answered(RvError::TemplateInconsistent);
            facts.trial("master", "C_UnwrapKey", what, refused);
        }
        assert_eq!(
            facts.played(Attack::UnwrapWeaker).detail,
            "master: C_UnwrapKey (EXTRACTABLE=T, SENSITIVE=F) CKR_TEMPLATE_INCONSISTENT"
        );
    }
}
