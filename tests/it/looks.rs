//! Looks as people choose them: by name, from their organisation, from a file.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use service::requests::{Existing, FileToSign, Sign, Unwatched};
use service::wire::{ErrorCode, LookSource, Placement, Rect};
use service::{ErrorKind, LookChoice};
use tests::organisation::OFFICER_SECRET;
use tests::{Organisation, sample};

const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">
<path fill="#083" d="M0 0h9v9z"/></svg>"##;

/// Signs an agreement as its officer and gives what `mutool` reads on it.
fn text(organisation: &Organisation, look: &LookChoice) -> service::Result<String> {
    let output = organisation.path("look-signed.pdf");
    let rect = Rect {
        x: 40.0,
        y: 40.0,
        width: 220.0,
        height: 80.0,
    };
    organisation.wait(organisation.service().sign(Sign {
        request: service::new_request()?,
        files: vec![FileToSign {
            input: sample::agreement(),
            password: None,
            output: output.clone(),
        }],
        signer: service::requests::Signer::Person {
            login: "officer".to_owned(),
            secret: tests::secret(OFFICER_SECRET),
        },
        placement: Some(Placement::Box { page: 1, rect }),
        reason: Some("for the board".to_owned()),
        location: None,
        terms: service::requests::Terms::default(),
        look: look.clone(),
        existing: Existing::Replace,
        watch: Arc::new(Unwatched),
    }))?;
    tests::judge::pdfsig(&output);
    tests::judge::qpdf_check(&output);
    // pdftotext reads no annotations.
    let read = Command::new("mutool")
        .args(["draw", "-q", "-F", "txt"])
        .arg(&output)
        .output();
    Ok(String::from_utf8(read.unwrap().stdout).unwrap())
}

#[test]
fn a_signature_shows_what_its_look_says() {
    let organisation = Organisation::found();
    let named = |name: &str| LookChoice::Named(name.to_owned());
    let plain = text(&organisation, &LookChoice::default()).unwrap();
    assert!(plain.contains("for the board"), "{plain}");
    let alone = text(&organisation, &named("name-only")).unwrap();
    assert!(!alone.contains("for the board"), "{alone}");

    // The organisation's own, with a logo beside it.
    let folder = organisation.home().looks_folder();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("logo.svg"), LOGO).unwrap();
    let look = r#"{"chanceryLook": 1, "title": "Board", "language": "de",
        "lines": ["Grund: {reason}", "Ort: {location}"],
        "artwork": {"file": "logo.svg", "place": "left"}}"#;
    fs::write(folder.join("board.json"), look).unwrap();
    let board = text(&organisation, &named("board")).unwrap();
    assert!(board.contains("Grund: for the board"), "{board}");
    assert!(
        !board.contains("Ort"),
        "what is not known has no line: {board}"
    );
    let looks = organisation.wait(organisation.service().looks()).unwrap();
    let board = looks.last().unwrap();
    assert_eq!(board.title.as_deref(), Some("Board"));
    assert_eq!(board.source, LookSource::Organisation);

    // A file of anyone's.
    let file = LookChoice::File(folder.join("board.json"));
    assert!(text(&organisation, &file).unwrap().contains("Grund"));
}

#[test]
fn a_look_that_cannot_be_used_is_refused_before_the_secret_is_asked() {
    let organisation = Organisation::found();
    let folder = organisation.home().looks_folder();
    fs::create_dir(&folder).unwrap();
    for (name, json) in [
        ("broken", r#"{"chanceryLook": 1"#),
        ("newer", r#"{"chanceryLook": 9, "lines": []}"#),
        (
            "outside",
            r#"{"chanceryLook": 1, "lines": [], "artwork": {"file": "../ca.pem", "place": "left"}}"#,
        ),
        (
            "garbage",
            r#"{"chanceryLook": 1, "lines": [], "artwork": {"base64": "aGFsbG8=", "place": "left"}}"#,
        ),
    ] {
        fs::write(folder.join(format!("{name}.json")), json).unwrap();
        let refused = text(&organisation, &LookChoice::Named(name.to_owned())).unwrap_err();
        let code = (ErrorCode::LookUnusable, ErrorKind::Usage);
        assert_eq!(refused.code(), code, "{name}: {refused}");
    }
    for name in ["nobody", "../looks/broken", "", "/etc/passwd"] {
        let refused = text(&organisation, &LookChoice::Named(name.to_owned())).unwrap_err();
        assert!(refused.to_string().contains("no look of this name"));
    }
    // A character that no font has, in a language whose fonts this organisation's machine lacks.
    let look = r#"{"chanceryLook": 1, "lines": ["王 {name}"]}"#;
    fs::write(folder.join("wang.json"), look).unwrap();
    let refused = text(&organisation, &LookChoice::Named("wang".to_owned())).unwrap_err();
    assert_eq!(refused.code().0, ErrorCode::NoGlyph);
    assert!(!organisation.path("look-signed.pdf").exists());
}
