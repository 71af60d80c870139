//! Signing, with a key of the organisation or on a card, and what makes a signature last.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::requests::{self, CardChoice, CardToSign, Sign, SignedFile, Signer};
use crate::{Service, evidence, sign, validate, wire};

impl Service {
    /// Signs a batch of files with one use of the signer's key.
    ///
    /// # Errors
    /// Any [`Error`]; outputs are whole or absent.
    pub async fn sign(&self, request: Sign) -> Result<Vec<SignedFile>> {
        let (cards, open) = (Arc::clone(&self.cards), self.opening());
        self.blocking(move |surroundings| match &request.signer {
            Signer::Person { login, secret } => {
                sign::sign(&open(surroundings)?, &request, login, secret)
            }
            Signer::Card { choice, pin } => {
                let station = match open(surroundings) {
                    Ok(station) => Some(station),
                    Err(Error::NoOrganisation { .. }) => None,
                    Err(error) => return Err(error),
                };
                let pin = pin.as_ref();
                sign::card::sign(
                    surroundings,
                    station.as_ref(),
                    &cards,
                    &request,
                    choice,
                    pin,
                )
            }
        })
        .await
    }

    /// Says what cards there are to sign with; the modules it asks stay loaded, each in a process of
    /// its own, so that it can be asked every second or so.
    ///
    /// # Errors
    /// None of its own: what stands in the way is part of the answer.
    pub async fn cards(&self, module: Option<PathBuf>) -> Result<wire::Cards> {
        let cards = Arc::clone(&self.cards);
        self.blocking(move |surroundings| {
            Ok(cards.overview(surroundings, module.as_deref(), validate::now()))
        })
        .await
    }

    /// Finds the card and the certificate that would sign, before anybody is asked for a PIN.
    ///
    /// # Errors
    /// [`Error::CardAbsent`], [`Error::NoSigningCertificate`], [`Error::CertificateAmbiguous`],
    /// [`Error::CertificateExpired`], a PIN that is locked, and what a module answers.
    pub async fn card_to_sign(&self, choice: CardChoice) -> Result<CardToSign> {
        let cards = Arc::clone(&self.cards);
        self.blocking(move |surroundings| {
            let card = cards.choose(surroundings, &choice, validate::now())?;
            card.check_pin()?;
            Ok(card.to_sign())
        })
        .await
    }

    /// Gathers what a level takes, before a secret is asked for: timestamps are tried, certificates
    /// and what is said of their revocation are fetched. Nothing is asked of anybody for B-B, and
    /// nothing where a document does not allow the level.
    ///
    /// # Errors
    /// [`Error::Evidence`] where the level cannot be reached; at B-LTA those of signing that need no
    /// secret.
    pub async fn gather(&self, request: requests::Gather) -> Result<Arc<evidence::Lasting>> {
        let (cards, open) = (Arc::clone(&self.cards), self.opening());
        self.blocking(move |surroundings| match &request.signer {
            // What takes nothing looks at nobody.
            _ if !evidence::is_needed(surroundings, &request.terms.lasting) => Ok(Arc::default()),
            requests::For::Person(login) => sign::gather(&open(surroundings)?, &request, login),
            requests::For::Card(choice) => {
                let station = match open(surroundings) {
                    Ok(station) => Some(station),
                    Err(Error::NoOrganisation { .. }) => None,
                    Err(error) => return Err(error),
                };
                sign::card::gather(surroundings, station.as_ref(), &cards, &request, choice)
            }
        })
        .await
    }

    /// Adds or renews the long-term proof of a document that is signed, by whomever.
    ///
    /// # Errors
    /// [`Error::Evidence`], [`Error::Document`], [`Error::OutputExists`].
    pub async fn extend(&self, request: requests::Extend) -> Result<requests::Extended> {
        let open = self.opening();
        self.blocking(move |surroundings| match open(surroundings) {
            Ok(station) => sign::extend(surroundings, Some(&station), &request),
            Err(Error::NoOrganisation { .. }) => sign::extend(surroundings, None, &request),
            Err(error) => Err(error),
        })
        .await
    }

    /// Remembers a module that a person chose for cards, beside those that are found.
    ///
    /// # Errors
    /// [`Error::State`].
    pub async fn choose_card_module(&self, module: PathBuf) -> Result<()> {
        let cards = Arc::clone(&self.cards);
        self.blocking(move |surroundings| cards.choose_module(surroundings, module))
            .await
    }
}
