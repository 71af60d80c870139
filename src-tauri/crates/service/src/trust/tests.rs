#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write;
use std::fs;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::*;
use crate::home::{Home, State};

/// A certificate of an authority that OpenSSL makes.
fn authority(name: &str) -> Certificate {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt"])
        .args(["ec_paramgen_curve:P-256", "-sha256", "-nodes"])
        .args(["-subj", &format!("/CN={name}"), "-keyout"])
        .arg(file("key"))
        .arg("-out")
        .arg(file("pem"))
        .output()
        .expect("install openssl");
    assert!(made.status.success(), "{made:?}");
    Certificate::from_pem(&fs::read(file("pem")).unwrap()).unwrap()
}

/// A trusted list with one service, whose history is `before`.
fn list(certificate: &Certificate, now: &str, before: &[(&str, &str)], more: &str) -> String {
    let status = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus";
    let kind = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC";
    let mut history = String::new();
    for (word, since) in before {
        write!(
            history,
            "<ServiceHistoryInstance><ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier>\
             <ServiceDigitalIdentity><DigitalId><X509SKI>AA==</X509SKI></DigitalId>\
             </ServiceDigitalIdentity><ServiceStatus>{status}/{word}</ServiceStatus>\
             <StatusStartingTime>{since}</StatusStartingTime></ServiceHistoryInstance>"
        )
        .unwrap();
    }
    let encoded = BASE64.encode(certificate.as_der());
    let (first, second) = encoded.split_at(76);
    format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\" Id=\"a\">\
         <SchemeInformation>\
         <TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric</TSLType>\
         <SchemeOperatorName><Name xml:lang=\"de\">Aufsicht</Name>\
         <Name xml:lang=\"en\">Supervisor</Name></SchemeOperatorName>\
         <SchemeTerritory>AT</SchemeTerritory>\
         <NextUpdate><dateTime>2026-01-01T00:00:00Z</dateTime></NextUpdate></SchemeInformation>\
         <TrustServiceProviderList><TrustServiceProvider><TSPInformation>\
         <TSPName><Name xml:lang=\"en\">A &amp; B</Name></TSPName></TSPInformation>\
         <TSPServices><TSPService><ServiceInformation>\
         <ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier>\
         <ServiceName><Name xml:lang=\"en\">Qualified CA</Name></ServiceName>\
         <ServiceDigitalIdentity><DigitalId><X509Certificate>{first}\n{second}</X509Certificate>\
         </DigitalId></ServiceDigitalIdentity><ServiceStatus>{status}/{now}</ServiceStatus>\
         <StatusStartingTime>2020-01-01T00:00:00Z</StatusStartingTime>{more}</ServiceInformation>\
         <ServiceHistory>{history}</ServiceHistory></TSPService></TSPServices>\
         </TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>"
    )
}

fn surroundings(folder: &Path) -> Surroundings {
    Surroundings {
        home: Home::new(folder.join("home")),
        state: State::new(folder.join("state")),
        programs: folder.to_owned(),
        looks: folder.join("looks"),
        fonts: Vec::new(),
        cards: crate::CardSurroundings::default(),
        system_anchors: folder.join("system.pem"),
        network: network::Settings::default(),
    }
}

fn with_list(content: &str) -> Result<Anchors> {
    with_list_at(content, year(2025))
}

fn with_list_at(content: &str, now: i64) -> Result<Anchors> {
    let folder = tempfile::tempdir().unwrap();
    let trust = Trust {
        lists: vec![TrustFile {
            name: "list.xml".to_owned(),
            content: content.as_bytes().to_vec(),
        }],
        ..Trust::default()
    };
    Anchors::collect(&surroundings(folder.path()), &trust, now)
}

fn why(content: &str) -> String {
    with_list(content).unwrap_err().to_string()
}

/// The beginning of a year, Unix time.
fn year(year: i16) -> i64 {
    let first: jiff::Timestamp = format!("{year}-01-01T00:00:00Z").parse().unwrap();
    first.as_second()
}

#[test]
fn a_service_of_a_trusted_list_is_trusted_while_it_was_approved_and_no_longer() {
    let ca = authority("Qualified CA");
    let before = [
        ("granted", "2016-07-01T00:00:00Z"),
        ("undersupervision", "2010-01-01T00:00:00Z"),
    ];
    let anchors = with_list(&list(&ca, "withdrawn", &before, "")).unwrap();
    let [anchor] = anchors.all() else {
        panic!("one anchor: {:?}", anchors.all());
    };
    assert_eq!(anchor.certificate, ca);
    assert_eq!(
        (anchor.source, anchor.scope),
        (AnchorSource::TrustedList, Scope::Signers)
    );
    let trusted = [2009, 2011, 2018, 2020, 2026].map(|at| anchor.trusted_at(year(at)));
    assert_eq!(trusted, [false, true, true, false, false]);
    let [source] = anchors.sources() else {
        panic!("one source: {:?}", anchors.sources());
    };
    assert_eq!(
        (source.name.as_str(), source.anchors),
        ("Supervisor (AT)", 1)
    );
    let codes = |source: &TrustSource| -> Vec<String> {
        let findings = source.findings.iter();
        findings.map(|finding| finding.code.clone()).collect()
    };
    let unverified = "trusted_list_signature_not_verified";
    assert_eq!(codes(source), [unverified]);
    assert!(
        source
            .findings
            .iter()
            .all(|finding| finding.severity == Severity::Caution)
    );

    let overdue = with_list_at(&list(&ca, "granted", &[], ""), year(2027)).unwrap();
    assert_eq!(overdue.all().len(), 0, "nobody is trusted because of it");
    let [source] = overdue.sources() else {
        panic!("it is named all the same");
    };
    assert_eq!(codes(source), [unverified, "trusted_list_overdue"]);
}

#[test]
fn a_service_for_web_sites_vouches_for_no_signer() {
    let ca = authority("Site CA");
    let info = |purpose: &str| {
        format!(
            "<ServiceInformationExtensions><Extension Critical=\"true\">\
             <AdditionalServiceInformation><URI xml:lang=\"en\">\
             http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/{purpose}</URI>\
             </AdditionalServiceInformation></Extension></ServiceInformationExtensions>"
        )
    };
    let sites = list(&ca, "granted", &[], &info("ForWebSiteAuthentication"));
    assert!(why(&sites).ends_with("it names no service that was ever approved"));
    let seals = list(&ca, "granted", &[], &info("ForeSeals"));
    assert_eq!(with_list(&seals).unwrap().all().len(), 1);
}

#[test]
fn a_list_that_is_none_or_could_harm_is_refused_with_the_reason() {
    let ca = authority("Qualified CA");
    let good = list(&ca, "granted", &[], "");
    with_list(&good).unwrap();
    let with_type = good.replacen(
        "<TrustServiceStatusList",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><TrustServiceStatusList",
        1,
    );
    assert!(why(&with_type).contains("document type"));
    let with_entity = good.replace("A &amp; B", "A &b; B");
    assert!(why(&with_entity).contains("entity of its own"));
    let deep = good.replace("<SchemeInformation>", &"<SchemeInformation>".repeat(100));
    assert!(why(&deep).contains("nested"));
    let other = good.replace("http://uri.etsi.org/02231/v2#", "urn:other");
    assert!(why(&other).contains("TrustServiceStatusList"));
    let of_lists = good.replace("EUgeneric", "EUlistofthelists");
    assert!(why(&of_lists).contains("lists other lists"));
    for length in (0..good.len() - 1).step_by(97) {
        if let Some(cut) = good.get(..length) {
            assert!(with_list(cut).is_err(), "cut after {length} bytes");
        }
    }
}

#[test]
fn an_issuer_is_trusted_from_when_it_was_chosen_until_it_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let surroundings = surroundings(folder.path());
    let ca = authority("Weber CA");
    let collect = || Anchors::collect(&surroundings, &Trust::default(), 9).unwrap();
    assert!(collect().all().is_empty());
    for now in [7, 8] {
        Remembered::trust(&surroundings.state, ca.clone(), now).unwrap();
    }
    let [told] = &Remembered::load(&surroundings.state).told()[..] else {
        panic!("it is remembered once");
    };
    assert_eq!((told.subject.as_str(), told.since), ("Weber CA", 7));
    let anchors = collect();
    let source = anchors.all()[0].source;
    assert_eq!(source, AnchorSource::Remembered);
    Remembered::forget(&surroundings.state, &told.sha256).unwrap();
    assert!(collect().all().is_empty());
    assert!(!surroundings.state.trusted_issuers_file().exists());
    fs::write(surroundings.state.trusted_issuers_file(), "damaged").unwrap();
    assert!(collect().all().is_empty(), "trust in nobody");
}

#[test]
fn one_certificate_that_cannot_be_read_does_not_take_the_systems_others_away() {
    let folder = tempfile::tempdir().unwrap();
    let surroundings = surroundings(folder.path());
    let (one, two) = (authority("One"), authority("Two"));
    let (one, damaged, two) = (
        one.to_pem().unwrap(),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        two.to_pem().unwrap(),
    );
    fs::write(&surroundings.system_anchors, [&one, damaged, &two].concat()).unwrap();
    let trust = Trust {
        system: true,
        ..Trust::default()
    };
    let anchors = Anchors::collect(&surroundings, &trust, 9).unwrap();
    assert_eq!(anchors.all().len(), 2);
    let told = &anchors.sources()[0];
    assert_eq!((told.source, told.anchors), (AnchorSource::System, 2));
    assert!(
        told.findings
            .iter()
            .any(|finding| finding.code == "anchors_skipped")
    );
}
