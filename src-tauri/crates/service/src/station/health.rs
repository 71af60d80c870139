//! When the signing token was last used for real on this machine, and how that came out.
//!
//! Every login to it is such a test: the canary is unwrapped, signs and is verified, and every key
//! gives its known answer.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Station;
use crate::home::jot_private;
use crate::wire::TokenTest;

#[derive(Serialize, Deserialize)]
struct Noted {
    at: i64,
    passed: bool,
    milliseconds: u32,
}

/// Notes how a test came out. Best effort: what is only shown must not stop what is done.
pub(crate) fn note(station: &Station, passed: bool, took: Duration) {
    let Ok(at) = station.now() else { return };
    let noted = Noted {
        at,
        passed,
        milliseconds: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
    };
    if let Ok(content) = serde_json::to_vec(&noted) {
        let _ = jot_private(&station.state().join("token-test.json"), &content);
    }
}

/// Notes that a file of a token was found cut and was mended. Best effort, as above.
pub(crate) fn note_mended(station: &Station) {
    if let Ok(at) = station.now() {
        let _ = jot_private(&mended_file(station), at.to_string().as_bytes());
    }
}

/// When that was the last time.
pub(crate) fn mended(station: &Station) -> Option<i64> {
    let content = fs::read_to_string(mended_file(station)).ok()?;
    content.parse().ok()
}

fn mended_file(station: &Station) -> PathBuf {
    station.state().join("token-mended")
}

/// The newest test; none if there was none, or what was noted cannot be read.
pub(crate) fn newest(station: &Station) -> Option<TokenTest> {
    let content = fs::read(station.state().join("token-test.json")).ok()?;
    let Noted {
        at,
        passed,
        milliseconds,
    } = serde_json::from_slice(&content).ok()?;
    Some(TokenTest {
        at,
        passed,
        milliseconds,
    })
}
