//! Enrolment: key, certificate and one-time code for a person, all or nothing.

use vault::{Account, KeyId, LeafIndex, NewEnrolment, Role, UnixTime};

use super::{Administrator, Office};
use crate::audit::{Act, Outcome};
use crate::ca::SerialNumber;
use crate::certificates::{self, Born, Enrolment, Rows};
use crate::custody::code::LIFETIME_SECONDS;
use crate::custody::record::Origin;
use crate::custody::seal::seal_blobs;
use crate::custody::slot::{NewSlot, Slot};
use crate::custody::{ActivationCode, Identity, OuterKey, SealRow, SlotKind};
use crate::error::{Error, Result};
use crate::people::{checked_email, checked_login, checked_name};
use crate::requests::{Enrol, Enrolled};
use crate::signing_algorithm::{KeyKind, sha256};
use crate::station::Station;
use crate::station::key::account_to_be_signed;
use crate::station::log::{About, Draft, RequestLock};
use crate::station::profile;
use crate::station::records;
use crate::station::tokens::PEPPER;

mod list;

pub(crate) use list::{enrol_list, plan};

/// Enrols one person; blocks.
pub(crate) fn enrol(
    station: &Station,
    officer: &Administrator,
    request: &Enrol,
) -> Result<Enrolled> {
    let wanted = Wanted::checked(station, request)?;
    Office::enter(station, officer, |office| {
        profile::permit_enrolment(station, &mut office.log)?;
        enrol_as(office, wanted)
    })
}

/// Enrols one person in an office that is entered, where enrolment is permitted.
fn enrol_in(office: &mut Office<'_>, request: &Enrol) -> Result<Enrolled> {
    let wanted = Wanted::checked(office.station, request)?;
    enrol_as(office, wanted)
}

/// Who is to be enrolled, checked.
struct Wanted {
    login: String,
    name: String,
    email: String,
    kind: KeyKind,
}

impl Wanted {
    fn checked(station: &Station, request: &Enrol) -> Result<Self> {
        let login = checked_login(&request.login)?;
        let name = checked_name("name", &request.name)?;
        let email = checked_email(&request.email)?;
        let kind = KeyKind::parse(&request.key)?;
        // Told before a key is made; the vault decides it again when it writes.
        if station
            .wait(station.store.account_by_login(&login))?
            .is_some()
        {
            return Err(vault::Error::LoginTaken { login }.into());
        }
        Ok(Self {
            login,
            name,
            email,
            kind,
        })
    }
}

fn enrol_as(office: &mut Office<'_>, wanted: Wanted) -> Result<Enrolled> {
    let (station, officer) = (office.station, office.officer);
    let Wanted {
        login,
        name,
        email,
        kind,
    } = wanted;
    let mut account = Account {
        id: certificates::new_id()?.into(),
        login,
        name,
        email,
        role: Role::Signer,
        created_at: UnixTime(station.now()?),
        row_version: 1,
        officer_signature: None,
        intent: None,
    };
    let digest = digest(&account, kind);
    let (id, login) = (*account.id.as_bytes(), account.login.clone());
    let request = certificates::new_id()?;
    let serial = certificates::new_serial()?;
    let about = About {
        account: Some(&id),
        login: Some(&login),
        digests: &[digest],
        officer: Some(&officer.login),
        serial: Some(serial.as_bytes()),
        ..About::of(Act::Enrol, &request)
    };
    office.act(&about, |office, intent| {
        let signed = account_to_be_signed(station.id(), &account, intent);
        account.officer_signature = Some(office.vouch(signed)?);
        account.intent = Some(intent);
        let whom = Whom::of(&account);
        let (rows, enrolled) = office.newborn(&account, whom, kind, &serial, intent)?;
        let mut entries = vec![rows.entry];
        entries.extend(records::of_account(station.id(), &account));
        let draft = Draft::outcome(&about, intent, Outcome::Done);
        let (index, leaf) = office.log.write(draft, &entries, |leaf| {
            station.store.enrol(NewEnrolment {
                account: account.clone(),
                key: rows.key.clone(),
                state: rows.state.clone(),
                seal: rows.seal.clone(),
                mac: rows.mac,
                certificate: rows.certificate.clone(),
                leaf,
            })
        })?;
        // The code is told now or never; the next head covers the leaf, or says what is wrong.
        let _ = office.log.sign(index, &leaf);
        Ok(enrolled)
    })
}

/// What the log keeps of who is enrolled, and for which kind of key.
pub(super) fn digest(account: &Account, kind: KeyKind) -> [u8; 32] {
    let fields = [
        account.login.as_str(),
        &account.name,
        &account.email,
        kind.name(),
    ];
    sha256(fields.join("\0").as_bytes())
}

/// Whom a certificate is made for.
#[derive(Clone, Copy)]
pub(super) struct Whom<'a> {
    pub(super) name: &'a str,
    pub(super) email: &'a str,
}

impl<'a> Whom<'a> {
    fn of(account: &'a Account) -> Self {
        Self {
            name: &account.name,
            email: &account.email,
        }
    }
}

/// A key that is wrapped, and where it was born.
pub(super) struct Wrapped {
    pub(super) born: Born,
    pub(super) origin: vault::Origin,
}

impl Wrapped {
    /// One that was born on the token.
    pub(super) fn born_here(born: Born) -> Self {
        Self {
            born,
            origin: vault::Origin::Generated,
        }
    }
}

/// Makes the first slot of a new seal.
type FirstSlot<'a> = dyn Fn(&OuterKey, &Identity) -> Result<Slot> + 'a;

impl Office<'_> {
    /// Makes key, seal, certificate and code; nothing is written yet but the intent.
    pub(super) fn newborn(
        &self,
        account: &Account,
        whom: Whom<'_>,
        kind: KeyKind,
        serial: &SerialNumber,
        intent: LeafIndex,
    ) -> Result<(Rows, Enrolled)> {
        let wrapped = Wrapped::born_here(self.birth(whom, kind)?);
        self.with_code(account, whom, kind, serial, intent, wrapped)
    }

    /// Generates a key and wraps it.
    pub(super) fn birth(&self, whom: Whom<'_>, kind: KeyKind) -> Result<Born> {
        // After the intent: a key that is not under the newest master must not be taken for one.
        self.signing.masters().expect_unchanged(self.station)?;
        let ca = self.station.ca()?;
        let organisation = ca.subject_common_name();
        let key = certificates::new_id()?;
        if self.signing.masters().resident().is_some() {
            // Before it is there: whoever opens the log next destroys it if this process ends first.
            let noted = RequestLock::note_key(self.station, &self.request.get(), key.into());
            noted.map_err(Error::State)?;
        }
        self.born.borrow_mut().push(key.into());
        certificates::birth(self.signing, key, kind, whom.name, organisation, whom.email)
    }

    /// Makes seal, certificate and code for a key that is wrapped.
    pub(super) fn with_code(
        &self,
        account: &Account,
        whom: Whom<'_>,
        kind: KeyKind,
        serial: &SerialNumber,
        intent: LeafIndex,
        wrapped: Wrapped,
    ) -> Result<(Rows, Enrolled)> {
        let code = ActivationCode::generate()?;
        let expires = self.station.now()? + LIFETIME_SECONDS;
        let (rows, _) = self.newborn_with(
            account,
            kind,
            serial,
            intent,
            wrapped,
            &|outer, identity| {
                let kind = SlotKind::Activation;
                let new = NewSlot::begin(kind, PEPPER, expires, outer, identity, &code.normal())?;
                let hmac = self.signing.pepper(PEPPER, new.hmac_input())?;
                Ok(new.complete(&hmac))
            },
        )?;
        let enrolled = Enrolled {
            login: account.login.clone(),
            name: whom.name.to_owned(),
            account: account.id.to_string(),
            activation_code: code.reveal(),
            expires,
            key: kind.name(),
            certificate_pem: certificates::pem(&rows.certificate.der)?,
            certificate_sha256: rows.certificate.sha256.to_string(),
        };
        Ok((rows, enrolled))
    }

    /// Makes seal and certificate for a key that is wrapped; `slot` says what opens the seal.
    pub(super) fn newborn_with(
        &self,
        account: &Account,
        kind: KeyKind,
        serial: &SerialNumber,
        intent: LeafIndex,
        wrapped: Wrapped,
        slot: &FirstSlot<'_>,
    ) -> Result<(Rows, Born)> {
        let station = self.station;
        let Wrapped { born, origin } = wrapped;
        let ca = station.ca()?;
        let now = station.now()?;
        let key = KeyId::from(born.key);
        let identity = Identity::of_key(
            station.id().as_bytes(),
            account.id.as_bytes(),
            key.as_bytes(),
            kind.name(),
            &born.spki,
            match origin {
                vault::Origin::Generated => Origin::Generated,
                vault::Origin::Imported => Origin::Imported,
            },
        );
        let outer = OuterKey::generate()?;
        let sealed = seal_blobs(&outer, &identity, &born.blobs);
        let seal = SealRow {
            version: 1,
            sealed,
            slots: vec![slot(&outer, &identity)?],
        };
        // The signature over the seal row is the round trip: unwrap, sign, verify, destroy.
        let row = seal.to_be_signed(&identity);
        let value = born.round_trip(self.signing, kind, &row)?;
        let enrolment = Enrolment {
            identity: &identity,
            seal: &seal,
            seal_signature: &value,
            born: &born,
            kind,
            key,
            origin,
        };
        let (mut rows, state) = enrolment.rows(&self.authority(&ca), account, serial, now)?;
        rows.state.officer_signature = Some(self.vouch(state.to_be_signed(&identity, intent.0))?);
        rows.state.intent = Some(intent);
        Ok((rows, born))
    }
}
