//! Accounts: what a login, a name and an address may be, and who there is.

use vault::{Account, AccountQuery, Cursor, ListedAccount, Status};

use crate::ca;
use crate::custody::tries;
use crate::error::{Error, Result};
use crate::signing_algorithm::hex;
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::wire::{
    Identity, IdentityStatus, KeyOrigin, ListPeople, PeoplePage, Person, Role, StatusChange,
};

/// Longest login in characters.
const LONGEST_LOGIN: usize = 64;
/// Longest name: ub-common-name of RFC 5280, appendix A.
const LONGEST_NAME: usize = 64;
/// Longest address (RFC 5321 §4.5.3.1).
const LONGEST_EMAIL: usize = 254;
/// Most people on one page of a list.
const LONGEST_PAGE: u32 = 1000;
/// Most identities offered in a picker at once.
const OFFERED: u32 = 100;

/// Accepts a login: letters, digits and `.-_@+` from any script, no spaces.
pub(crate) fn checked_login(login: &str) -> Result<String> {
    let bad = |why| Error::BadField {
        what: "login",
        value: login.to_owned(),
        why,
    };
    if login.is_empty() || login.chars().count() > LONGEST_LOGIN {
        return Err(bad("it has 1 to 64 characters"));
    }
    if !login
        .chars()
        .all(|c| c.is_alphanumeric() || ".-_@+".contains(c))
    {
        return Err(bad("it has letters, digits and . - _ @ + only"));
    }
    Ok(login.to_owned())
}

/// Accepts a name as it will stand in a certificate.
pub(crate) fn checked_name(what: &'static str, name: &str) -> Result<String> {
    let bad = |why| Error::BadField {
        what,
        value: name.to_owned(),
        why,
    };
    if name.trim() != name || name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(bad("it has 1 to 64 characters and no spaces around it"));
    }
    if name.chars().any(char::is_control) {
        return Err(bad("it has a control character"));
    }
    Ok(name.to_owned())
}

/// Accepts an address: ASCII, since rfc822Name is an IA5String (RFC 5280 §4.2.1.6).
pub(crate) fn checked_email(email: &str) -> Result<String> {
    let bad = |why| Error::BadField {
        what: "e-mail",
        value: email.to_owned(),
        why,
    };
    if email.len() > LONGEST_EMAIL || !email.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(bad("it has at most 254 ASCII characters and no spaces"));
    }
    match email.split_once('@') {
        Some((local, domain))
            if !local.is_empty() && !domain.is_empty() && !domain.contains('@') =>
        {
            Ok(email.to_owned())
        }
        _ => Err(bad("it is written name@domain")),
    }
}

/// A page of the list of people.
pub(crate) fn list(station: &Station, request: ListPeople) -> Result<PeoplePage> {
    let after = request.after.as_deref().map(Cursor::parse);
    let query = AccountQuery {
        search: request.search.unwrap_or_default(),
        after,
        limit: request.limit.clamp(1, LONGEST_PAGE),
    };
    let page = station.wait(station.store.accounts(query))?;
    let now = station.now()?;
    let people = page
        .accounts
        .into_iter()
        .map(|listed| listed_person(station, listed.account, now))
        .collect::<Result<_>>()?;
    Ok(PeoplePage {
        total: page.total,
        people,
        next: page.next.map(|cursor| cursor.to_string()),
    })
}

/// One person.
pub(crate) fn person(station: &Station, login: &str) -> Result<Person> {
    let account = station
        .wait(station.store.account_by_login(login))?
        .ok_or_else(|| Error::NoSuchPerson {
            login: login.to_owned(),
        })?;
    let now = station.now()?;
    listed_person(station, account, now)
}

fn listed_person(station: &Station, account: Account, now: i64) -> Result<Person> {
    let record = match KeyRecord::of_login(station, &account.login) {
        Ok(record) => Some(record),
        // Listed all the same: a damaged record must not hide the person.
        Err(
            Error::NoSuchPerson { .. }
            | Error::RecordDamaged { .. }
            | Error::Custody(_)
            | Error::Vault(vault::Error::BadValue { .. }),
        ) => None,
        Err(error) => return Err(error),
    };
    let record = record.as_ref();
    Ok(Person {
        account: account.id.to_string(),
        role: match account.role {
            vault::Role::Officer => Role::Officer,
            vault::Role::Signer => Role::Signer,
        },
        status: record.map_or(IdentityStatus::Damaged, |record| status(record, now)),
        key: record.map(|record| record.row.key.algorithm.clone()),
        origin: record.map(|record| match record.row.key.origin {
            vault::Origin::Generated => KeyOrigin::Generated,
            vault::Origin::Imported => KeyOrigin::Imported,
        }),
        serial: record.map(|record| hex(record.certificate.serial())),
        valid_until: record.map(|record| record.certificate.not_after()),
        change: record.and_then(|record| change(&record.row)),
        login: account.login,
        // As certified, where there is a certificate; the account's row only repeats it.
        name: record.map_or(account.name, |record| record.name().to_owned()),
        email: record
            .and_then(|record| ca::email(&record.certificate))
            .unwrap_or(account.email),
    })
}

/// Who changed the status last: the owner, if that still holds, or an officer.
fn change(row: &vault::Record) -> Option<StatusChange> {
    let newest = row.own_suspension.as_ref().or(row.change.as_ref())?;
    Some(StatusChange {
        at: newest.at.0,
        by: newest.officer.clone(),
        note: newest.note.clone(),
    })
}

/// Whether a key can sign at `now`.
fn status(record: &KeyRecord, now: i64) -> IdentityStatus {
    let until = record.certificate.not_after();
    match record.row.state.status {
        Status::Suspended => IdentityStatus::Suspended,
        Status::Revoked => IdentityStatus::Revoked,
        Status::Active if record.row.own_suspension.is_some() => IdentityStatus::Suspended,
        Status::Active if until < now => IdentityStatus::Expired,
        Status::Active if record.is_activated() => IdentityStatus::Active,
        Status::Active => IdentityStatus::NotActivated,
    }
}

/// Who can be chosen to sign on this machine, with the tries that are on record here.
pub(crate) fn identities(station: &Station) -> Result<Vec<Identity>> {
    let query = AccountQuery {
        search: String::new(),
        after: None,
        limit: OFFERED,
    };
    let page = station.wait(station.store.accounts(query))?;
    let mut identities = Vec::with_capacity(page.accounts.len());
    for ListedAccount { account, .. } in page.accounts {
        // One record that cannot be read hides nobody else.
        if let Ok(identity) = identity(station, &account.login) {
            identities.push(identity);
        }
    }
    Ok(identities)
}

/// One person's key as it can be chosen to sign with.
pub(crate) fn identity(station: &Station, login: &str) -> Result<Identity> {
    let record = KeyRecord::of_login(station, login)?;
    let now = station.now()?;
    let tries = station.wait(station.store.tries(record.row.key.id, station.machine))?;
    Ok(Identity {
        login: record.login().to_owned(),
        name: record.name().to_owned(),
        email: ca::email(&record.certificate).unwrap_or_else(|| record.row.account.email.clone()),
        organisation: station.ca()?.subject_common_name().to_owned(),
        valid_until: Some(record.certificate.not_after()),
        status: status(&record, now),
        change: change(&record.row),
        wrong_tries: tries.map_or(0, |tries| tries.count),
        wait_until: tries.and_then(|tries| tries::wait_until(tries.count, tries.last_at.0, now)),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn logins_names_and_addresses_are_refused_with_their_reason() {
        for login in ["", "a b", "a/b", "a\nb", &"x".repeat(65)] {
            assert!(matches!(
                checked_login(login),
                Err(Error::BadField { what: "login", .. })
            ));
        }
        for name in ["", " Ada", "Ada\u{7}", &"x".repeat(65)] {
            assert!(checked_name("name", name).is_err(), "{name:?}");
        }
        for email in ["ada", "@b", "a@", "a@b@c", "a b@c", "ädä@example.org"] {
            assert!(checked_email(email).is_err(), "{email:?}");
        }
        assert_eq!(checked_login("ana.ruiz@corp").unwrap(), "ana.ruiz@corp");
        assert_eq!(checked_name("name", "Ana Ruíz").unwrap(), "Ana Ruíz");
    }
}
