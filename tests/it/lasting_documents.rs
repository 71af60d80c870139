//! Levels above B-B in documents that are encrypted; and who is asked for what: nobody, where nothing
//! has to last.

use std::path::Path;
use std::process::Command;

use service::wire::Headline;
use tests::authorities::Office;
use tests::organisation::SIGNER_SECRET;
use tests::{Authorities, Machine, judge, sample};

const OFFICES: [Office; 5] = [
    Office::Tsa,
    Office::SecondTsa,
    Office::Ocsp,
    Office::Crl,
    Office::Issuer,
];

fn asked(authorities: &Authorities) -> [usize; 5] {
    OFFICES.map(|office| authorities.asked(office))
}

fn sign(input: &Path, output: &str, terms: &str) -> String {
    format!(
        "sign {} -o {output} --as ana --page 1 --rect 36,36,180,60 {terms}",
        input.display()
    )
}

fn headline(machine: &Machine, file: &str) -> Headline {
    let said = machine.run(
        &format!("validate {file} --trust root.pem --report {file}.html"),
        &[],
    );
    let headline = said.json["headline"].clone();
    serde_json::from_value(headline).unwrap_or_else(|_| panic!("{said:?}"))
}

#[test]
fn nobody_is_asked_for_b_b_for_validation_and_for_a_report() {
    let machine = Machine::founded_with("ana");
    let authorities = Authorities::start();
    authorities.pki().root.write_pem(&machine.path(""), "root");
    machine.set_signatures(&serde_json::json!({"local_authorities": ["127.0.0.1"]}));
    machine.done(
        &sign(&sample::agreement(), "plain.pdf", "--level b-b"),
        &[SIGNER_SECRET],
    );
    assert_eq!(headline(&machine, "plain.pdf"), Headline::Valid);
    assert_eq!(asked(&authorities), [0; 5]);
    // The certificates of the stamp name responder and list, and nobody looks there to validate.
    let terms = format!(
        "--level b-t --tsa {} --tsa-trust root.pem",
        authorities.url("tsa")
    );
    machine.done(
        &sign(&sample::agreement(), "stamped.pdf", &terms),
        &[SIGNER_SECRET],
    );
    let before = asked(&authorities);
    assert!(before[0] > 0, "{before:?}");
    headline(&machine, "stamped.pdf");
    assert_eq!(asked(&authorities), before);
}

#[test]
fn an_encrypted_document_reaches_every_level() {
    let machine = Machine::founded_with("ana");
    let authorities = Authorities::start();
    let root = authorities.pki().root.write_pem(&machine.path(""), "root");
    machine.set_signatures(&serde_json::json!({"local_authorities": ["127.0.0.1"]}));
    let locked = machine.path("locked.pdf");
    let encrypted = Command::new("qpdf")
        .args(["--encrypt", "", "owner", "256", "--"])
        .args([&sample::agreement(), &locked])
        .status();
    assert!(encrypted.unwrap().success());
    for level in ["b-lt", "b-lta"] {
        let output = format!("{level}.pdf");
        let tsa = authorities.url("tsa");
        let terms = format!("--level {level} --tsa {tsa} --tsa-trust root.pem");
        machine.done(&sign(&locked, &output, &terms), &[SIGNER_SECRET]);
        let file = machine.path(&output);
        assert!(judge::is_strict_prefix(&locked, &file));
        judge::pdfsig_stamped(&file);
        judge::qpdf_check(&file);
        let files = [file];
        let [signer, stamps] = [machine.path("home/ca.pem"), root.clone()]
            .map(|anchor| judge::foreign(&files, Some(&anchor)).remove(0).words(true));
        assert!(signer.starts_with("good"), "{level}: {signer}");
        if level == "b-lta" {
            assert!(stamps.contains(", good"), "{level}: {stamps}");
        }
        let ours = headline(&machine, &output);
        assert!(
            !matches!(ours, Headline::Changed | Headline::Broken),
            "{level}: {ours:?}"
        );
    }
}
