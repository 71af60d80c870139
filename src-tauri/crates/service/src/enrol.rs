//! Enrolment: key, certificate and one-time code for a person, all or nothing.

use token::SignerAlgorithm;
use vault::{Account, KeyId, NewEnrolment, NewLeaf, Role, UnixTime};

use crate::audit::{Act, Kind, Outcome};
use crate::certificates::{self, Authority, Enrolment};
use crate::custody::code::LIFETIME_SECONDS;
use crate::custody::record::Origin;
use crate::custody::seal::seal_blobs;
use crate::custody::secret::Normal;
use crate::custody::slot::NewSlot;
use crate::custody::{ActivationCode, Identity, OuterKey, SealRow, SlotKind};
use crate::error::{Error, Result};
use crate::people::{checked_email, checked_login, checked_name};
use crate::requests::{Enrol, Enrolled};
use crate::signing_algorithm::{KeyKind, sha256};
use crate::station::Station;
use crate::station::key::{self, KeyRecord, Use};
use crate::station::log::{About, Log, RequestLock};
use crate::station::tokens::{IssuingToken, PEPPER, SigningToken};

/// Enrols one person; blocks.
pub(crate) fn enrol(station: &Station, request: &Enrol) -> Result<Enrolled> {
    let login = checked_login(&request.login)?;
    let name = checked_name("name", &request.name)?;
    let email = checked_email(&request.email)?;
    let kind = KeyKind::parse(&request.key)?;
    // Told before anyone's secret is judged; the vault decides it again when it writes.
    if station
        .wait(station.store.account_by_login(&login))?
        .is_some()
    {
        return Err(vault::Error::LoginTaken { login }.into());
    }
    let token = SigningToken::open(station)?;
    let mut log = Log::open(station, &token)?;
    let issuing = login_officer(station, &token, &mut log, request)?;

    let id = certificates::new_id()?;
    let lock = RequestLock::take(station, &id)?;
    let account = Account {
        id: certificates::new_id()?.into(),
        login,
        name,
        email,
        role: Role::Signer,
        created_at: UnixTime(station.now()?),
        row_version: 1,
        officer_signature: None,
    };
    let digest = sha256(
        [
            account.login.as_str(),
            &account.name,
            &account.email,
            kind.name(),
        ]
        .join("\0")
        .as_bytes(),
    );
    let about = About {
        act: Act::Enrol,
        request: &id,
        account: Some(account.id.as_bytes()),
        login: Some(&account.login),
        key: None,
        digests: &[digest],
    };
    let leaf = log.opening_leaf(Kind::Intent, &about)?;
    let intent = station.wait(station.store.append(leaf.clone()))?;
    log.sign(intent, &leaf)?;
    let made = log
        .outcome_leaf(&about, intent, Outcome::Done)
        .and_then(|leaf| make(station, &token, &issuing, &account, leaf));
    let done = made.and_then(|(enrolment, enrolled)| {
        let leaf = enrolment.leaf.clone();
        let index = station.wait(station.store.enrol(enrolment))?;
        log.sign(index, &leaf)?;
        Ok(enrolled)
    });
    if done.is_err() {
        // The first error is the one to tell; if the outcome exists already, nothing is added.
        let _ = log.conclude(&about, intent, Outcome::Fault);
    }
    lock.settle();
    done
}

/// Logs the officer in: opens the own key, then the issuing PIN, with one secret.
fn login_officer(
    station: &Station,
    token: &SigningToken,
    log: &mut Log<'_>,
    request: &Enrol,
) -> Result<IssuingToken> {
    let officer = KeyRecord::of_login(station, &request.by)?;
    officer.check(station, token)?;
    officer.permit_use(station.now()?)?;
    founding_officer(station, &officer)?;
    let secret = Normal::of(&request.secret);
    let id = certificates::new_id()?;
    let about = About {
        act: Act::Login,
        request: &id,
        account: Some(officer.row.account.id.as_bytes()),
        login: Some(officer.login()),
        key: Some(officer.row.key.id.as_bytes()),
        digests: &[],
    };
    let asked = Use {
        record: &officer,
        secret: &secret,
        slots: SlotKind::Passphrase,
        leaf: Kind::Login,
        about,
    };
    key::open(station, token, log, &asked)?;
    let secrets = key::open_issuing(station, token, &officer, &secret)?;
    IssuingToken::open(station, &key::pin(&secrets.issuing_pin)?)
}

/// The organisation file vouches for officers; a role edited in the database makes nobody one.
fn founding_officer(station: &Station, officer: &KeyRecord) -> Result<()> {
    let spki = sha256(&officer.row.key.spki);
    let vouched = station.organisation.fixed.founders.iter().any(|founder| {
        founder.account.0 == *officer.row.account.id.as_bytes()
            && founder.spki_sha256.0 == spki.as_slice()
    });
    if vouched && officer.row.account.role == Role::Officer {
        Ok(())
    } else {
        Err(Error::NotAnOfficer {
            login: officer.login().to_owned(),
        })
    }
}

/// Makes key, seal and certificate; nothing is written yet but the intent.
fn make(
    station: &Station,
    token: &SigningToken,
    issuing: &IssuingToken,
    account: &Account,
    leaf: NewLeaf,
) -> Result<(NewEnrolment, Enrolled)> {
    let ca = station.ca()?;
    let now = station.now()?;
    let born = certificates::birth(
        token,
        SignerAlgorithm::EcdsaP256,
        &account.name,
        ca.subject_common_name(),
        &account.email,
    )?;
    let key_id = KeyId::from(certificates::new_id()?);
    let identity = Identity::of_key(
        station.id().as_bytes(),
        account.id.as_bytes(),
        key_id.as_bytes(),
        KeyKind::P256.name(),
        &born.spki,
        Origin::Generated,
    );
    let outer = OuterKey::generate()?;
    let sealed = seal_blobs(&outer, &identity, std::slice::from_ref(&born.blob));
    let code = ActivationCode::generate()?;
    let expires = now + LIFETIME_SECONDS;
    let new = NewSlot::begin(
        SlotKind::Activation,
        PEPPER,
        expires,
        &outer,
        &identity,
        &code.normal(),
    )?;
    let hmac = token.pepper(PEPPER, new.hmac_input())?;
    let seal = SealRow {
        version: 1,
        sealed,
        slots: vec![new.complete(&hmac)],
    };
    // The signature over the seal row is the round trip: unwrap, sign, verify, destroy.
    let signatures = token.sign_with(&born.blob, &[seal.to_be_signed(&identity)])?;
    let value = signatures
        .first()
        .ok_or(Error::Token(token::Error::OutOfStep))?;
    let rows = Enrolment {
        identity: &identity,
        seal: &seal,
        seal_signature: value.as_bytes(),
        born: &born,
        key: key_id,
    }
    .rows(
        &Authority {
            signing: token,
            issuing,
            ca: &ca,
        },
        account,
        &certificates::new_serial()?,
        now,
    )?;
    let enrolled = Enrolled {
        login: account.login.clone(),
        account: account.id.to_string(),
        activation_code: code.reveal(),
        certificate_pem: certificates::pem(&rows.certificate.der)?,
    };
    let enrolment = NewEnrolment {
        account: account.clone(),
        key: rows.key,
        state: rows.state,
        seal: rows.seal,
        mac: rows.mac,
        certificate: rows.certificate,
        leaf,
    };
    Ok((enrolment, enrolled))
}
