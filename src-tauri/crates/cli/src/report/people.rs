//! People, their keys and their offices as text and as JSON.

use std::io::Write as _;

use serde_json::{Value, json};
use service::requests::Enrolled;
use service::wire::{self, PeoplePage, Person};

use super::{print, word};

pub(crate) fn enrolled(enrolled: &Enrolled, json: bool) {
    if json {
        return print(&json!({
            "login": enrolled.login, "account": enrolled.account,
            "activation_code": *enrolled.activation_code, "certificate_pem": enrolled.certificate_pem,
        }));
    }
    say!("{} is enrolled.", enrolled.login);
    say!(
        "Activation code, shown this once, good for seven days: {}",
        *enrolled.activation_code
    );
    say!("Next: chancery activate --login {}", enrolled.login);
}

/// Says on standard error how far a list of people is.
pub(crate) fn people_enrolled(done: u64, of: u64) {
    eprintln!("chancery: {done} of {of} people enrolled");
}

pub(crate) fn activated(login: &str, json: bool) {
    if json {
        return print(&json!({ "login": login, "activated": true }));
    }
    say!(
        "The key of {login} is active; sign with: chancery sign FILE -o OUT --as {login} --rect X,Y,W,H"
    );
}

pub(crate) fn people(page: &PeoplePage, json: bool) {
    if json {
        let users: Vec<Value> = page.people.iter().map(of_person).collect();
        return print(&json!({ "total": page.total, "users": users, "next": page.next }));
    }
    for person in &page.people {
        say!(
            "{:<20} {:<28} {:<32} {:<8} {}",
            person.login,
            person.name,
            person.email,
            word(json!(person.role)),
            word(json!(person.status)).replace('_', " ")
        );
    }
    say!("{} of {}", page.people.len(), page.total);
    if let Some(next) = &page.next {
        say!("more: --after {next}");
    }
}

pub(crate) fn person(person: &Person, json: bool) {
    if json {
        return print(&of_person(person));
    }
    say!("{} ({})", person.name, person.login);
    say!("{}", person.email);
    say!(
        "{}, {}",
        word(json!(person.role)),
        word(json!(person.status)).replace('_', " ")
    );
    if let Some(change) = &person.change {
        let by = change.by.as_deref().unwrap_or("the owner");
        say!("changed by {by}: {}", change.note);
    }
    if let (Some(key), Some(serial)) = (&person.key, &person.serial) {
        say!("key {key}, certificate {serial}");
        if person.origin == Some(wire::KeyOrigin::Imported) {
            say!("not born in the HSM");
        }
    }
}

pub(crate) fn identity(identity: &wire::Identity, json: bool) {
    let status = word(json!(identity.status));
    if json {
        return print(&json!({ "login": identity.login, "status": status }));
    }
    say!("{}: {}", identity.login, status.replace('_', " "));
}

pub(crate) fn secret_changed(login: &str, json: bool) {
    if json {
        return print(&json!({ "login": login, "secret": "changed" }));
    }
    say!("{login} has another secret now; the old one opens nothing");
}

fn of_person(person: &Person) -> Value {
    json!({
        "account": person.account, "login": person.login, "name": person.name,
        "email": person.email, "role": person.role, "status": person.status,
        "key": person.key, "origin": person.origin, "serial": person.serial, "valid_until": person.valid_until,
        "change": person.change,
    })
}

pub(crate) fn office_granted(granted: &service::requests::OfficeGranted, json: bool) {
    if json {
        return print(&json!({ "login": granted.login, "activation_code": *granted.code }));
    }
    say!("{} is an officer from now on.", granted.login);
    say!(
        "Code, shown this once, good for seven days: {}",
        *granted.code
    );
    say!("Next: chancery activate --login {} --office", granted.login);
}

pub(crate) fn office_taken(login: &str, json: bool) {
    if json {
        return print(&json!({ "login": login, "office": true }));
    }
    say!("{login} has taken up the office: the own secret opens it.");
}

pub(crate) fn office_withdrawn(login: &str, json: bool) {
    if json {
        return print(&json!({ "login": login, "office": false }));
    }
    say!("{login} is an officer no more.");
    eprintln!(
        "Note: {login} may know the issuing token's PIN; whoever has it can issue certificates \
         until it is changed on the token"
    );
}
