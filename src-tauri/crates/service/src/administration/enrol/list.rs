//! Enrolment of many people: one act each, and a report of each row.
//!
//! A row is enrolled whole or not at all, and its code is on the disk before the next one begins. What
//! was done stays done: the same list again goes on where it ended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::enrol_in;
use crate::administration::{Administrator, Office};
use crate::error::{Error, ErrorKind, Result};
use crate::people::{checked_email, checked_login, checked_name};
use crate::people_list::Listed;
use crate::requests::{Enrol, EnrolledList, EnrolmentWatch, ListedOutcome, ListedRow};
use crate::signing_algorithm::KeyKind;
use crate::station::Station;
use crate::station::key::KeyRecord;
use crate::station::profile;

mod codes;
use codes::Codes;

/// Says what would become of each row; blocks.
pub(crate) fn plan(station: &Station, list: &[Listed]) -> Result<Vec<ListedRow>> {
    planned(station, list, &BTreeSet::new())
}

/// Enrols those of a list who are not; blocks.
pub(crate) fn enrol_list(
    station: &Station,
    officer: &Administrator,
    list: &[Listed],
    codes: PathBuf,
    watch: &dyn EnrolmentWatch,
) -> Result<EnrolledList> {
    let mut codes = Codes::open(codes)?;
    let mut rows = planned(station, list, codes.logins())?;
    let of = rows
        .iter()
        .filter(|row| row.outcome == ListedOutcome::New)
        .count() as u64;
    let stopped = Office::enter(station, officer, |office| {
        profile::permit_enrolment(station, &mut office.log)?;
        let mut done = 0;
        for (row, listed) in rows.iter_mut().zip(list) {
            if row.outcome != ListedOutcome::New {
                continue;
            }
            match enrol_in(office, &listed.person) {
                Ok(enrolled) => {
                    row.outcome = ListedOutcome::Enrolled;
                    if let Err(error) = codes.add(&enrolled) {
                        row.outcome = ListedOutcome::CodeMissing;
                        row.reason = Some(error.to_string());
                        return Ok(Some(error));
                    }
                    done += 1;
                    watch.enrolled(done, of);
                }
                // Of this row alone; an office that is no more, or a log that is broken, is of all.
                Err(error @ Error::Vault(vault::Error::LoginTaken { .. })) => {
                    row.outcome = ListedOutcome::Conflict;
                    row.reason = Some(error.to_string());
                }
                Err(error) => {
                    row.outcome = ListedOutcome::Failed;
                    row.reason = Some(error.to_string());
                    return Ok(Some(error));
                }
            }
        }
        Ok(None)
    })?;
    Ok(EnrolledList {
        rows,
        codes: codes.path().to_owned(),
        stopped,
    })
}

/// What is to be done with each row; `codes` are the logins whose codes are kept.
fn planned(station: &Station, list: &[Listed], codes: &BTreeSet<String>) -> Result<Vec<ListedRow>> {
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    let mut rows = Vec::with_capacity(list.len());
    for Listed { line, person } in list {
        let row = |outcome, reason: Option<String>| ListedRow {
            line: *line,
            login: person.login.clone(),
            outcome,
            reason,
        };
        rows.push(match checked(person) {
            Err(error) if error.kind() == ErrorKind::Usage => {
                row(ListedOutcome::Invalid, Some(error.to_string()))
            }
            Err(error) => return Err(error),
            Ok(login) => match lines.insert(login.to_lowercase(), *line) {
                Some(first) => {
                    lines.insert(login.to_lowercase(), first);
                    let reason = format!("line {first} has the same login");
                    row(ListedOutcome::Conflict, Some(reason))
                }
                None => {
                    let (outcome, reason) = standing(station, person, &login, codes)?;
                    row(outcome, reason.map(str::to_owned))
                }
            },
        });
    }
    Ok(rows)
}

fn checked(person: &Enrol) -> Result<String> {
    let login = checked_login(&person.login)?;
    checked_name("name", &person.name)?;
    checked_email(&person.email)?;
    KeyKind::parse(&person.key)?;
    Ok(login)
}

/// Whether somebody is enrolled.
fn standing(
    station: &Station,
    person: &Enrol,
    login: &str,
    codes: &BTreeSet<String>,
) -> Result<(ListedOutcome, Option<&'static str>)> {
    let Some(account) = station.wait(station.store.account_by_login(login))? else {
        return Ok((ListedOutcome::New, None));
    };
    if account.name != person.name || account.email != person.email {
        let why = "the login is somebody's with another name or address";
        return Ok((ListedOutcome::Conflict, Some(why)));
    }
    let activated = KeyRecord::of_login(station, login)?.is_activated();
    Ok(if activated || codes.contains(&account.login) {
        (ListedOutcome::Unchanged, None)
    } else {
        let why = "enrolled, not activated, and the code is not in the file: chancery users reset gives \
                   another";
        (ListedOutcome::CodeMissing, Some(why))
    })
}
