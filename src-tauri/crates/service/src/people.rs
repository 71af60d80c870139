//! Accounts: what a login, a name and an address may be, and who there is.

use vault::{AccountQuery, Cursor, ListedAccount, Role, Status, UnixTime};

use crate::custody::tries;
use crate::error::{Error, Result};
use crate::requests::{People, Person};
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::wire::{Identity, IdentityStatus};

/// Longest login in characters.
const LONGEST_LOGIN: usize = 64;
/// Longest name: ub-common-name of RFC 5280, appendix A.
const LONGEST_NAME: usize = 64;
/// Longest address (RFC 5321 §4.5.3.1).
const LONGEST_EMAIL: usize = 254;
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
pub(crate) fn list(
    station: &Station,
    search: Option<String>,
    after: Option<String>,
    limit: u32,
) -> Result<People> {
    let after = after.as_deref().map(Cursor::parse);
    let query = AccountQuery {
        search: search.unwrap_or_default(),
        after,
        limit,
    };
    let page = station.wait(station.store.accounts(query))?;
    let now = station.now()?;
    let users = page
        .accounts
        .into_iter()
        .map(|listed| person(station, listed, now))
        .collect::<Result<_>>()?;
    Ok(People {
        total: page.total,
        users,
        next: page.next.map(|cursor| cursor.to_string()),
    })
}

fn person(station: &Station, listed: ListedAccount, now: i64) -> Result<Person> {
    let ListedAccount { account, .. } = listed;
    let record = match KeyRecord::of_login(station, &account.login) {
        Ok(record) => Some(record),
        // Listed all the same: a damaged record must not hide the person.
        Err(Error::NoSuchPerson { .. } | Error::RecordDamaged { .. } | Error::Custody(_)) => None,
        Err(error) => return Err(error),
    };
    Ok(Person {
        account: account.id.to_string(),
        role: match account.role {
            Role::Officer => "officer",
            Role::Signer => "signer",
        },
        status: record
            .as_ref()
            .map_or(IdentityStatus::NotActivated, |record| status(record, now)),
        valid_until: record.map(|record| record.row.certificate.not_after.0),
        login: account.login,
        name: account.name,
        email: account.email,
    })
}

/// Whether a key can sign at `now`.
fn status(record: &KeyRecord, now: i64) -> IdentityStatus {
    let UnixTime(until) = record.row.certificate.not_after;
    match record.row.state.status {
        Status::Suspended => IdentityStatus::Suspended,
        Status::Revoked => IdentityStatus::Revoked,
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
    let organisation = station.ca()?.subject_common_name().to_owned();
    let now = station.now()?;
    let mut identities = Vec::with_capacity(page.accounts.len());
    for ListedAccount { account, .. } in page.accounts {
        let Ok(record) = KeyRecord::of_login(station, &account.login) else {
            continue;
        };
        let tries = station.wait(station.store.tries(record.row.key.id, station.machine))?;
        identities.push(Identity {
            login: account.login,
            name: record.name().to_owned(),
            email: account.email,
            organisation: organisation.clone(),
            valid_until: Some(record.row.certificate.not_after.0),
            status: status(&record, now),
            change: None,
            wrong_tries: tries.map_or(0, |tries| tries.count),
            wait_until: tries
                .and_then(|tries| tries::wait_until(tries.count, tries.last_at.0, now)),
        });
    }
    Ok(identities)
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
