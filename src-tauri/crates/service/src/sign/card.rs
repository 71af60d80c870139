//! The same with a person's own card: no vault, and without an organisation no log.

use std::path::Path;
use std::sync::Arc;

use token::{Pin, PinRefusal, ToBeSigned};

use super::{
    PreparedFile, Signatory, Wanted, check_targets, complete_all, own_lists, prepare, reach,
    rehearse, say, settled,
};
use crate::audit::{Act, Outcome};
use crate::ca;
use crate::cards::{Cards, ChosenCard};
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::{self, Lasting};
use crate::home::Surroundings;
use crate::look::{self, Facts};
use crate::output::{Note, UNNOTED};
use crate::requests::{CardChoice, Gather, Sign, SignedFile, Terms};
use crate::settings;
use crate::signing_algorithm::{hex, on_token};
use crate::station::Station;
use crate::station::log::{About, Log, RequestLock};
use crate::station::tokens::SigningToken;
use crate::validate;
use crate::wire::{self, Headline, SigningStep};

/// Signs a batch with a card; blocks. With an organisation the signature is in its log, as every
/// other that is made on this machine.
pub(crate) fn sign(
    surroundings: &Surroundings,
    station: Option<&Station>,
    cards: &Cards,
    request: &Sign,
    choice: &CardChoice,
    pin: Option<&wire::Secret>,
) -> Result<Vec<SignedFile>> {
    check_targets(&request.files, request.existing)?;
    reach(request, SigningStep::Reading)?;
    let now = match station {
        Some(station) => station.now()?,
        None => validate::now(),
    };
    let card = cards.choose(surroundings, choice, now)?;
    card.check_pin()?;
    let pin = pin.map(|pin| typed(&card, pin)).transpose()?;
    let lasting = gathered(surroundings, station, &card, &request.terms, now)?;
    let work = Work {
        lasting: &lasting,
        surroundings,
        request,
        card: &card,
        pin: pin.as_ref(),
        now,
    };
    let Some(station) = station else {
        let batch = work.prepare(UNNOTED)?;
        reach(request, SigningStep::Authenticating)?;
        return work.carry_out(batch, None);
    };
    let lock = RequestLock::take(station, &request.request)?;
    let note = |name: &Path| lock.note(name);
    let signed = work
        .prepare(&note)
        .and_then(|batch| work.carry_out_logged(station, batch));
    lock.settle(station);
    signed
}

/// A PIN as a card takes it; what no card takes is not given to one.
fn typed(card: &ChosenCard, pin: &wire::Secret) -> Result<Pin> {
    let wire::CardPin {
        shortest, longest, ..
    } = card.pin();
    let refusal = PinRefusal::Length { shortest, longest };
    Pin::new(pin.expose().to_owned()).map_err(|_| token::Error::CardPin { refusal }.into())
}

/// Gathers what signatures by the certificate of a card take. What the documents do not allow is
/// refused first.
pub(crate) fn gather(
    surroundings: &Surroundings,
    station: Option<&Station>,
    cards: &Cards,
    request: &Gather,
    choice: &CardChoice,
) -> Result<Arc<Lasting>> {
    let now = match station {
        Some(station) => station.now()?,
        None => validate::now(),
    };
    let card = cards.choose(surroundings, choice, now)?;
    let settings = settings::in_force(surroundings, station)?;
    check_targets(&request.files, request.existing)?;
    let signatory = Signatory {
        certificate: &card.certificate,
        algorithm: None,
        chain: &card.chain,
        lasting: &Lasting::dry(evidence::level(&settings, &request.terms.lasting)),
        look: look_of(
            surroundings,
            &request.look,
            &card.certificate,
            now,
            (None, None),
        )?,
    };
    rehearse(&signatory, request, now)?;
    gathered(surroundings, station, &card, &request.terms, now)
}

/// What the level of a request takes: as it was gathered for the same, else gathered now.
fn gathered(
    surroundings: &Surroundings,
    station: Option<&Station>,
    card: &ChosenCard,
    terms: &Terms,
    now: i64,
) -> Result<Arc<Lasting>> {
    let settings = settings::in_force(surroundings, station)?;
    let mut above = card.chain.clone();
    above.extend(station.map(Station::ca).transpose()?);
    let signer = evidence::Signer {
        certificate: &card.certificate,
        above: &above,
        lists: &own_lists(station),
    };
    let (before, asked) = (terms.gathered.as_ref(), &terms.lasting);
    evidence::gathered(before, surroundings, &settings, asked, &signer, now)
}

struct Work<'a> {
    lasting: &'a Lasting,
    surroundings: &'a Surroundings,
    request: &'a Sign,
    card: &'a ChosenCard,
    pin: Option<&'a Pin>,
    now: i64,
}

impl Work<'_> {
    fn prepare<'n>(&self, note: Note<'n>) -> Result<Vec<PreparedFile<'n>>> {
        let Sign {
            reason,
            location,
            look,
            ..
        } = self.request;
        let words = (reason.as_deref(), location.as_deref());
        let signatory = Signatory {
            certificate: &self.card.certificate,
            algorithm: None,
            chain: &self.card.chain,
            lasting: self.lasting,
            look: look_of(
                self.surroundings,
                look,
                &self.card.certificate,
                self.now,
                words,
            )?,
        };
        let wanted = Wanted::of(self.request);
        let files = self.request.files.iter();
        files
            .map(|file| prepare(&signatory, &wanted, file, self.now, note))
            .collect()
    }

    /// Says in the log what is about to be done, does it, and says what became of it.
    fn carry_out_logged(
        &self,
        station: &Station,
        batch: Vec<PreparedFile<'_>>,
    ) -> Result<Vec<SignedFile>> {
        reach(self.request, SigningStep::Proving)?;
        let token = SigningToken::open(station)?;
        let mut log = Log::open(station, &token)?;
        let digests: Vec<[u8; 32]> = batch
            .iter()
            .map(|file| file.prepared.document_digest())
            .collect();
        let certificate = &self.card.certificate;
        let note = format!(
            "card {}: {}, serial {}, by {}",
            self.card.label(),
            certificate.subject_common_name(),
            hex(certificate.serial()),
            certificate.issuer_common_name()
        );
        let about = About {
            digests: &digests,
            note: Some(&note),
            ..About::of(Act::Sign, &self.request.request)
        };
        reach(self.request, SigningStep::Authenticating)?;
        let intent = log.begin(&about)?;
        let signed = self.carry_out(batch, Some(station));
        let outcome = match &signed {
            Ok(_) => Outcome::Done,
            Err(Error::Token(token::Error::CardPin { .. })) => Outcome::WrongSecret,
            Err(error) if error.kind() == ErrorKind::Refused => Outcome::Refused,
            Err(_) => Outcome::Fault,
        };
        settled(signed, log.conclude(&about, intent, outcome))
    }

    /// Has the card sign, completes, re-reads. Whose certificate it is, nobody here need know: it is
    /// enough that the signature is whole.
    fn carry_out(
        &self,
        batch: Vec<PreparedFile<'_>>,
        station: Option<&Station>,
    ) -> Result<Vec<SignedFile>> {
        say(self.request, SigningStep::Signing);
        let inputs: Vec<ToBeSigned> = batch
            .iter()
            .map(|file| on_token(file.prepared.to_be_signed(), file.prepared.digest()))
            .collect();
        let values = self.card.sign(self.surroundings, &inputs, self.pin)?;
        let anchors = station.map(Station::ca).transpose()?;
        complete_all(
            (batch, self.lasting),
            values,
            self.request,
            anchors.as_slice(),
            &[Headline::Valid, Headline::IdentityUnconfirmed],
            self.now,
        )
    }
}

/// What a signature by a card's certificate shows.
pub(crate) fn look_of(
    surroundings: &Surroundings,
    choice: &look::LookChoice,
    certificate: &signature::Certificate,
    now: i64,
    (reason, location): (Option<&str>, Option<&str>),
) -> Result<pdf::Look> {
    let facts = Facts {
        name: certificate.subject_common_name(),
        login: "",
        email: &ca::email(certificate).unwrap_or_default(),
        organisation: certificate.issuer_common_name(),
        serial: &hex(certificate.serial()),
        reason: reason.unwrap_or_default(),
        location: location.unwrap_or_default(),
        now,
    };
    look::by(surroundings, choice, &facts)
}
