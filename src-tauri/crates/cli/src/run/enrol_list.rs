//! `enrol --csv`: many people, and what became of each.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use service::requests::{EnrolledList, EnrolmentWatch, ListedOutcome, ListedRow};
use service::{Service, people_list};

use super::log_in;
use crate::arguments::Enrol;
use crate::failure::{Failure, Status};
use crate::report;

/// Largest list that is read, in bytes.
const LARGEST: u64 = 64 << 20;

pub(crate) async fn run(service: &Service, asked: Enrol, json: bool) -> Result<ExitCode, Failure> {
    let file = asked.csv.unwrap_or_default();
    let list = people_list::read(&text_of(&file)?)?;
    let officer = log_in(service, asked.by, &asked.secrets).await?;
    if asked.dry_run {
        let rows = service.plan_enrolments(list).await?;
        let status = status_of(&rows);
        told(&rows, None, json, None);
        return Ok(status);
    }
    let codes = asked.codes.unwrap_or_else(|| beside(&file));
    let watch = Arc::new(Enrolling::default());
    let EnrolledList {
        rows,
        codes,
        stopped,
    } = service.enrol_list(officer, list, codes, watch).await?;
    let stopped = stopped.map(Failure::from);
    told(&rows, Some(&codes), json, stopped.as_ref());
    Ok(match stopped {
        None => status_of(&rows),
        Some(failure) => ExitCode::from(failure.status as u8),
    })
}

fn text_of(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = File::open(file).and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text));
    read.map_err(|error| Failure::file("cannot read the list of people", file, &error))?;
    if text.len() as u64 > LARGEST {
        let message = format!("{} is too large for a list of people", file.display());
        return Err(Failure::usage(message, String::new()));
    }
    Ok(text)
}

/// `NAME-codes.csv` beside the list.
fn beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(file.file_stem().unwrap_or_default());
    name.push("-codes.csv");
    file.with_file_name(name)
}

/// A row that was not done as it says is a refusal.
fn status_of(rows: &[ListedRow]) -> ExitCode {
    let fine = |row: &ListedRow| {
        matches!(
            row.outcome,
            ListedOutcome::New | ListedOutcome::Enrolled | ListedOutcome::Unchanged
        )
    };
    if rows.iter().all(fine) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(Status::Refused as u8)
    }
}

fn told(rows: &[ListedRow], codes: Option<&Path>, json: bool, stopped: Option<&Failure>) {
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    if json {
        let mut answer = json!({
            "rows": rows,
            "new": count(ListedOutcome::New),
            "enrolled": count(ListedOutcome::Enrolled),
            "unchanged": count(ListedOutcome::Unchanged),
            "dry_run": codes.is_none(),
            "codes": codes.map(Path::to_string_lossy),
        });
        if let Some(failure) = stopped {
            answer["error"] = json!(failure.error);
        }
        return report::print(&answer);
    }
    for row in rows {
        let word = match row.outcome {
            ListedOutcome::New if codes.is_some() => "not tried",
            ListedOutcome::New => "new",
            ListedOutcome::Enrolled => "enrolled",
            ListedOutcome::Unchanged => "unchanged",
            ListedOutcome::CodeMissing => "enrolled, code missing",
            ListedOutcome::Conflict => "conflict",
            ListedOutcome::Invalid => "invalid",
            ListedOutcome::Failed => "failed",
        };
        let why = row
            .reason
            .as_ref()
            .map_or_else(String::new, |why| format!(": {why}"));
        report::line(&format!("{:>6}  {}: {word}{why}", row.line, row.login));
    }
    if let Some(codes) = codes {
        report::line(&format!(
            "{} enrolled, {} unchanged, of {}. Codes: {}",
            count(ListedOutcome::Enrolled),
            count(ListedOutcome::Unchanged),
            rows.len(),
            codes.display()
        ));
    }
    if let Some(failure) = stopped {
        report::failure(failure, false);
        report::line("The same command goes on where this ended.");
    }
}

/// Says on standard error how far it is, at each tenth.
#[derive(Debug, Default)]
struct Enrolling {
    tenths: AtomicU64,
}

impl EnrolmentWatch for Enrolling {
    fn enrolled(&self, done: u64, of: u64) {
        let tenths = (done * 10).checked_div(of).unwrap_or(10);
        if tenths > self.tenths.swap(tenths, Ordering::Relaxed) {
            report::people_enrolled(done, of);
        }
    }
}
