//! What a client of authorities takes, and what it does not.

use std::time::Duration;

use network::{Client, Error, Settings, Wanted};
use tests::Authorities;
use tests::authorities::{Behaviour, Office};
use tests::pki::{Hash, tsp};

fn client(total: Duration) -> Client {
    Client::new(&Settings {
        total,
        ..Settings::default()
    })
    .expect("no proxy")
}

fn patient() -> Client {
    client(Duration::from_secs(20))
}

/// A question that a timestamp authority understands.
fn query() -> Vec<u8> {
    use tests::pki::der;
    let imprint = tsp::imprint(&Hash::Sha256.of(b"stamped"), Hash::Sha256);
    der::sequence(&[der::number(1), imprint, der::boolean(true)])
}

#[test]
fn every_misbehaviour_on_the_wire_has_its_own_error() {
    let authorities = Authorities::start();
    let (client, url) = (patient(), authorities.url("tsa"));
    assert!(client.post(&url, Wanted::Timestamp, &query()).is_ok());
    type Expected = fn(&Error) -> bool;
    let cases: [(Behaviour, Expected); 6] = [
        (Behaviour::ServerError, |error| {
            matches!(error, Error::Status { status: 500, .. })
        }),
        (Behaviour::Closed, |error| {
            matches!(error, Error::Unreachable { .. })
        }),
        (Behaviour::Huge, |error| {
            matches!(error, Error::TooLarge { most: 262_144, .. })
        }),
        (
            Behaviour::WrongContentType,
            |error| matches!(error, Error::ContentType { content_type, .. } if content_type == "text/html"),
        ),
        (
            Behaviour::Redirect("file:///etc/passwd".to_owned()),
            |error| matches!(error, Error::Redirect { .. }),
        ),
        (Behaviour::Redirect(url.clone()), |error| {
            matches!(error, Error::Redirect { .. })
        }),
    ];
    for (behaviour, expected) in cases {
        authorities.behave(Office::Tsa, behaviour.clone());
        let error = client.post(&url, Wanted::Timestamp, &query()).unwrap_err();
        assert!(expected(&error), "{behaviour:?}: {error:?}");
    }
}

#[test]
fn an_answer_that_never_ends_is_given_up_in_time() {
    let authorities = Authorities::start();
    authorities.behave(Office::Tsa, Behaviour::Drip);
    let asked = client(Duration::from_millis(300)).post(
        &authorities.url("tsa"),
        Wanted::Timestamp,
        &query(),
    );
    assert!(matches!(asked, Err(Error::Deadline { .. })), "{asked:?}");
}

#[test]
fn a_file_is_fetched_through_three_redirects_and_no_more() {
    let authorities = Authorities::start();
    let (client, url) = (patient(), authorities.url("crl/issuing"));
    let list = client.get(&url, Wanted::RevocationList).unwrap();
    let to = Behaviour::Redirect(authorities.url("crl/issuing"));
    authorities.behave(Office::Issuer, to.clone());
    let redirected = client.get(&authorities.url("issuer/root"), Wanted::RevocationList);
    assert_eq!(redirected.unwrap().len(), list.len());
    // Round and round.
    authorities.behave(Office::Crl, to);
    let error = client.get(&url, Wanted::RevocationList).unwrap_err();
    assert!(matches!(error, Error::Redirect { .. }), "{error:?}");
    assert_eq!(authorities.asked(Office::Crl), 2 + 4);
}

#[test]
fn a_proxy_is_asked_in_the_place_of_the_host() {
    let authorities = Authorities::start();
    let through = |direct: Vec<String>| {
        Client::new(&Settings {
            proxy: Some(authorities.url("")),
            direct,
            ..Settings::default()
        })
        .unwrap()
    };
    let nowhere = "http://no-such-host.invalid/issuer/root";
    let fetched = through(Vec::new()).get(nowhere, Wanted::Certificate);
    assert_eq!(fetched.unwrap(), authorities.pki().root.certificate);
    let direct = through(vec!["invalid".to_owned()]).get(nowhere, Wanted::Certificate);
    assert!(
        matches!(direct, Err(Error::Unreachable { .. })),
        "{direct:?}"
    );
    let settings = Settings {
        proxy: Some("not a proxy".to_owned()),
        ..Settings::default()
    };
    let refused = Client::new(&settings);
    assert!(matches!(refused, Err(Error::Proxy { .. })), "{refused:?}");
}
