//! Pictures over the `pdf` scheme.

use serde_json::Value;
use tauri::http::{StatusCode, header};

use crate::harness::{ADA, Program};

#[test]
fn a_page_is_a_webp_picture_that_is_not_kept() {
    let program = Program::with_agreement();
    let document = program.document();
    let answer = program.picture("GET", &format!("page?document={document}&page=1&scale=1"));
    assert_eq!(answer.status(), StatusCode::OK, "{:?}", told(answer.body()));
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "image/webp");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(container(answer.body()), (&b"RIFF"[..], &b"WEBP"[..]));
}

#[test]
fn an_appearance_is_a_webp_picture() {
    let program = Program::empty();
    let answer = program.picture(
        "GET",
        &format!("appearance?login={ADA}&width=200&height=80&scale=2&reason=Approved"),
    );
    assert_eq!(answer.status(), StatusCode::OK, "{:?}", told(answer.body()));
    assert_eq!(container(answer.body()), (&b"RIFF"[..], &b"WEBP"[..]));
}

#[test]
fn only_the_signers_window_is_shown_documents() {
    let program = Program::with_agreement();
    let page = format!("page?document={}&page=1&scale=1", program.document());
    let appearance = format!("appearance?login={ADA}&width=200&height=80&scale=2");
    for address in [page, appearance] {
        for window in ["admin", "other"] {
            let answer = program.picture_for(window, "GET", &address);
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{window} {address}");
            assert_eq!(told(answer.body())["code"], "forbidden");
        }
    }
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let program = Program::with_agreement();
    let document = program.document();
    for (method, address, status) in [
        (
            "GET",
            "page?document=document-99&page=1&scale=1".to_owned(),
            404,
        ),
        (
            "GET",
            format!("page?document={document}&page=1000&scale=1"),
            422,
        ),
        (
            "GET",
            format!("page?document={document}&page=0&scale=1"),
            422,
        ),
        (
            "GET",
            format!("page?document={document}&page=1&scale=1e9"),
            422,
        ),
        (
            "GET",
            format!("page?document={document}&page=1&scale=NaN"),
            422,
        ),
        ("GET", format!("page?document={document}&page=1"), 400),
        (
            "GET",
            "appearance?login=nobody&width=200&height=80&scale=1".to_owned(),
            422,
        ),
        (
            "GET",
            format!("appearance?login={ADA}&width=-1&height=80&scale=1"),
            422,
        ),
        (
            "GET",
            format!("appearance?login={ADA}&width=100000&height=80&scale=1"),
            422,
        ),
        (
            "POST",
            format!("page?document={document}&page=1&scale=1"),
            405,
        ),
    ] {
        let answer = program.picture(method, &address);
        assert_eq!(answer.status().as_u16(), status, "{method} {address}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
        assert!(told(answer.body())["code"].is_string(), "{address}");
    }
}

fn told(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

/// The marks of a WebP file (RFC 9649 §2.4).
fn container(file: &[u8]) -> (&[u8], &[u8]) {
    (&file[..4], &file[8..12])
}
