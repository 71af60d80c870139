//! What a client of authorities takes, and what it does not.

use std::error::Error as StdError;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use network::{Client, Error, Settings, Wanted};
use tests::Authorities;
use tests::authorities::{Behaviour, Office};
use tests::pki::{Hash, tsp};

fn client(total: Duration) -> Client {
    Client::new(&Settings {
        total,
        local: vec!["127.0.0.1".to_owned()],
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

/// A listener, and whether anybody connected to it.
struct Trap(TcpListener);

impl Trap {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/", self.0.local_addr().unwrap().port())
    }

    fn is_untouched(&self) -> bool {
        let accepted = self.0.accept();
        matches!(accepted, Err(error) if error.kind() == ErrorKind::WouldBlock)
    }
}

#[test]
fn what_a_certificate_names_is_not_asked_in_ones_own_network_unless_its_host_is_set() {
    let trap = Trap::new();
    let nobody = Client::new(&Settings::default()).unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
    ] {
        let url = trap.url(host);
        for wanted in [Wanted::Certificate, Wanted::RevocationList] {
            let refused = nobody.get(&url, wanted);
            assert!(
                matches!(refused, Err(Error::OwnNetwork { .. })),
                "{refused:?}"
            );
        }
        let refused = nobody.post(&url, Wanted::Ocsp, b"?");
        assert!(
            matches!(refused, Err(Error::OwnNetwork { .. })),
            "{refused:?}"
        );
    }
    // Nor through a proxy, which would reach what is near it.
    let proxied = Client::new(&Settings {
        proxy: Some(trap.url("127.0.0.1")),
        ..Settings::default()
    });
    let refused = proxied
        .unwrap()
        .get("http://169.254.169.254/", Wanted::Certificate);
    assert!(
        matches!(refused, Err(Error::OwnNetwork { .. })),
        "{refused:?}"
    );
    assert!(trap.is_untouched());

    let authorities = Authorities::start();
    let root = authorities.url("issuer/root");
    assert!(nobody.get(&root, Wanted::Certificate).is_err());
    assert_eq!(authorities.asked(Office::Issuer), 0);
    assert!(patient().get(&root, Wanted::Certificate).is_ok());
}

#[test]
fn a_redirect_leads_nowhere_in_ones_own_network() {
    let (trap, authorities) = (Trap::new(), Authorities::start());
    // The authority was named by somebody; where it leads was not.
    let nobody = Client::new(&Settings::default()).unwrap();
    authorities.behave(Office::Issuer, Behaviour::Redirect(trap.url("127.0.0.1")));
    authorities.behave(Office::Crl, Behaviour::Redirect(trap.url("localhost")));
    for path in ["issuer/root", "crl/issuing"] {
        let url = authorities.url(path);
        let refused = nobody.get(&url, Wanted::Timestamp);
        assert!(
            matches!(refused, Err(Error::OwnNetwork { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(authorities.asked(Office::Issuer), 1);
    // A host that is set leads to one that is not.
    let refused = patient().get(&authorities.url("crl/issuing"), Wanted::RevocationList);
    assert!(
        matches!(refused, Err(Error::OwnNetwork { .. })),
        "{refused:?}"
    );
    assert!(trap.is_untouched());
}

#[test]
fn all_questions_of_a_request_have_one_end() {
    let authorities = Authorities::start();
    let url = authorities.url("tsa");
    let ended = patient().until(Instant::now());
    for _ in 0..2 {
        let asked = ended.post(&url, Wanted::Timestamp, &query());
        assert!(matches!(asked, Err(Error::Deadline { .. })), "{asked:?}");
    }
    // A later end is none for what ends sooner.
    let later = ended.until(Instant::now() + Duration::from_secs(60));
    assert!(later.post(&url, Wanted::Timestamp, &query()).is_err());
    assert_eq!(authorities.asked(Office::Tsa), 0);
}

#[test]
fn nothing_that_is_told_has_what_may_be_a_secret_in_an_address() {
    let mut told = String::new();
    let settings = Settings {
        proxy: Some("http://user:hunter7@127.0.0.1:1".to_owned()),
        ..Settings::default()
    };
    told += &format!("{settings:?}");
    let proxied = Client::new(&settings).unwrap();
    told += &format!("{proxied:?}");
    for (client, address) in [
        (&proxied, "http://tsa.invalid/?token=hunter7"),
        (&patient(), "http://user:hunter7@tsa.invalid/"),
        (&patient(), "http://127.0.0.1:1/hunter7?token=hunter7"),
        (&patient(), "hunter://user:hunter7@tsa.invalid/hunter7"),
    ] {
        let mut error: &dyn StdError = &client.get(address, Wanted::Timestamp).unwrap_err();
        loop {
            told += &format!("{error} {error:?}");
            let Some(source) = error.source() else { break };
            error = source;
        }
    }
    let refused = Client::new(&Settings {
        proxy: Some("://user:hunter7@".to_owned()),
        ..Settings::default()
    });
    told += &format!("{:?}", refused.unwrap_err());
    assert!(!told.contains("hunter7"), "{told}");
}
