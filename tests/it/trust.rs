//! Whom a validation relies on, and the report of it.

use std::fs;
use std::sync::OnceLock;

use tests::machine::{Machine, Said, said};
use tests::organisation::OFFICER_SECRET;

/// A machine without an organisation, with a file that a stranger's organisation signed as
/// `signed.pdf`, and that organisation's CA as `ca.pem`.
fn reader() -> Machine {
    static SIGNED: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    let (signed, ca) = SIGNED.get_or_init(|| {
        let theirs = Machine::founded();
        theirs.done(&theirs.sign("officer", "out.pdf"), &[OFFICER_SECRET]);
        let read = |name: &str| fs::read(theirs.path(name)).unwrap();
        (read("out.pdf"), read("home/ca.pem"))
    });
    let reader = Machine::new();
    fs::write(reader.path("signed.pdf"), signed).unwrap();
    fs::write(reader.path("ca.pem"), ca).unwrap();
    reader
}

/// Writes a trusted list that has their CA in a state since 2020.
fn list(reader: &Machine, state: &str) {
    let pem = fs::read_to_string(reader.path("ca.pem")).unwrap();
    let base64: String = pem.lines().filter(|line| !line.starts_with("--")).collect();
    let uri = "http://uri.etsi.org/TrstSvc";
    let list = format!(
        "<TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\"><SchemeInformation>\
         <SchemeTerritory>XX</SchemeTerritory></SchemeInformation><TrustServiceProviderList>\
         <TrustServiceProvider><TSPServices><TSPService><ServiceInformation>\
         <ServiceTypeIdentifier>{uri}/Svctype/CA/QC</ServiceTypeIdentifier>\
         <ServiceDigitalIdentity><DigitalId><X509Certificate>{base64}</X509Certificate></DigitalId>\
         </ServiceDigitalIdentity>\
         <ServiceStatus>{uri}/TrustedList/Svcstatus/{state}</ServiceStatus>\
         <StatusStartingTime>2020-01-01T00:00:00Z</StatusStartingTime></ServiceInformation>\
         </TSPService></TSPServices></TrustServiceProvider></TrustServiceProviderList>\
         </TrustServiceStatusList>"
    );
    fs::write(reader.path("list.xml"), list).unwrap();
}

fn anchor(said: &Said) -> &str {
    let anchor = &said.json["signatures"][0]["identity"]["anchor"];
    anchor["source"].as_str().unwrap_or_default()
}

#[test]
fn a_signer_is_confirmed_by_a_trusted_list_that_recognises_the_issuer() {
    let reader = reader();
    let plain = reader.run("validate signed.pdf", &[]);
    assert_eq!(plain.status, 1, "{plain:?}");
    assert_eq!(plain.json["headline"], "identity_unconfirmed");
    assert_eq!(plain.json["signatures"][0]["intact"], true);

    list(&reader, "granted");
    let words = "validate signed.pdf --trusted-list list.xml";
    let listed = reader.done(words, &[]);
    assert_eq!(anchor(&listed), "trusted_list");
    let findings = &listed.json["signatures"][0]["findings"];
    let unverified = "trusted_list_signature_not_verified";
    assert!(findings.to_string().contains(unverified), "{findings}");
    let trust = &listed.json["trust"][0];
    assert_eq!(trust["name"], "XX");
    assert_eq!(trust["findings"][0]["code"], unverified);

    let granted = fs::read_to_string(reader.path("list.xml")).unwrap();
    let next = "<NextUpdate><dateTime>2021-01-01T00:00:00Z</dateTime></NextUpdate>";
    let overdue = granted.replace("</SchemeTerritory>", &format!("</SchemeTerritory>{next}"));
    fs::write(reader.path("list.xml"), overdue).unwrap();
    let said = reader.run(words, &[]);
    assert_eq!((said.status, anchor(&said)), (1, ""), "{said:?}");

    fs::write(reader.path("list.xml"), "<html/>").unwrap();
    reader.refused(words, &[], 5, "not_a_trusted_list");
}

#[test]
fn the_systems_authorities_are_trusted_only_where_they_are_asked_for() {
    let reader = reader();
    let run = |words: &str| {
        let mut command = reader.command(words, &[]);
        said(command.env("SSL_CERT_FILE", reader.path("ca.pem")))
    };
    let plain = run("validate signed.pdf");
    assert_eq!(plain.json["headline"], "identity_unconfirmed");
    let trusted = run("validate signed.pdf --trust-system");
    assert_eq!(trusted.status, 0, "{trusted:?}");
    assert_eq!(anchor(&trusted), "system");
}

#[test]
fn a_report_is_written_as_a_page_or_as_data_and_replaces_nothing() {
    let reader = reader();
    let words = "validate signed.pdf --trust ca.pem --report";
    reader.done(&format!("{words} report.html"), &[]);
    let page = fs::read_to_string(reader.path("report.html")).unwrap();
    assert!(page.contains("Is the document intact?") && !page.contains("<script"));
    reader.refused(&format!("{words} report.html"), &[], 5, "output_exists");
    reader.done(&format!("{words} report.json"), &[]);
    let report = fs::read(reader.path("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["validation"]["headline"], "valid");
    assert_eq!(report["trust"][0]["source"], "file");
    assert_eq!(report["file"], "signed.pdf");
}
