//! The commands of an auditor.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;
use service::Service;
use service::audit::Checkpoint;
use service::requests::{Break, Existing, ExportVerdict, HeadChoice, KnownHead, LogVerdict};

use crate::arguments::Audit;
use crate::failure::{Failure, Status};
use crate::report;
use crate::run::log_in;
use crate::secrets::Secrets;

/// Longest head that is read.
const LONGEST_HEAD: u64 = 1 << 16;

pub(crate) async fn run(
    service: &Service,
    command: Audit,
    json: bool,
) -> Result<ExitCode, Failure> {
    match command {
        Audit::Verify {
            export: Some(file), ..
        } => {
            let verdict = service.verify_export(file.clone()).await?;
            Ok(export_verdict(&file, &verdict, json))
        }
        Audit::Verify { head, .. } => {
            let known = head.as_deref().map(known_head).transpose()?;
            Ok(log_verdict(&service.verify_log(known).await?, json))
        }
        Audit::Head { newest } => {
            let which = if newest {
                HeadChoice::Newest
            } else {
                HeadChoice::Notarised
            };
            let head = service.log_head(which).await?;
            if json {
                report::print(&json!(head));
            } else {
                report::line(head.note.trim_end());
                report::line("");
                report::line(&format!("On paper: {}", head.fingerprint));
                if head.later > 0 {
                    report::line(&format!(
                        "{} later leaves are not under it; --newest prints the head over all of them.",
                        head.later
                    ));
                }
                if !head.notarised {
                    report::line(
                        "The notary has not signed it yet, and does when an officer next logs in.",
                    );
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Audit::Export {
            by,
            output,
            overwrite,
            secrets,
        } => {
            let officer = log_in(service, by, &secrets).await?;
            let existing = if overwrite {
                Existing::Replace
            } else {
                Existing::Keep
            };
            let exported = service.export_log(officer, output, existing).await?;
            if json {
                report::print(&json!(exported));
            } else {
                let file = exported.file.display();
                report::line(&format!("{} leaves in {file}", exported.leaves));
                report::line(&format!("Proof: {}", exported.proof.display()));
                report::line(&format!("Head: {}", exported.head));
            }
            Ok(ExitCode::SUCCESS)
        }
        Audit::Prove { index, output } => {
            let proof = json!(service.prove_event(index).await?);
            match output {
                None => report::print(&proof),
                Some(path) => {
                    keep(&path, &format!("{proof:#}\n"))?;
                    if json {
                        report::print(&json!({ "index": index, "proof": path.to_string_lossy() }));
                    } else {
                        report::line(&format!("Proof of leaf {index}: {}", path.display()));
                    }
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Audit::AcceptRestore {
            by,
            reason,
            secrets,
        } => {
            let mut secrets = Secrets::open(secrets.secret_file.as_deref())?;
            let secret = secrets.ask(&format!("secret of {by}"))?;
            let restored = service.accept_restore(by, secret, reason).await?;
            if json {
                report::print(&json!({
                    "restore": restored.sequence, "lost": restored.lost, "leaves": restored.leaves,
                }));
            } else {
                report::line(&format!(
                    "Accepted: the log goes on from {} leaves; {} were known.",
                    restored.leaves, restored.lost
                ));
                report::line("Other machines accept it when they next open the log.");
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A head as it was given: the name of a file, a note, or what was written on paper.
fn known_head(given: &str) -> Result<KnownHead, Failure> {
    let path = Path::new(given);
    let text = match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() <= LONGEST_HEAD => {
            fs::read_to_string(path)
                .map_err(|error| Failure::file("cannot read the head", path, &error))?
        }
        _ => given.to_owned(),
    };
    if text.contains("\n\n") {
        return Ok(KnownHead::Note(text));
    }
    let paper = Checkpoint::read_fingerprint(text.trim());
    paper
        .map(|(size, root)| KnownHead::Paper { size, root })
        .ok_or_else(|| {
            let message = format!("{given} is no file, no note, and not what audit head prints");
            Failure::usage(message, String::new())
        })
}

fn keep(path: &PathBuf, text: &str) -> Result<(), Failure> {
    fs::File::create_new(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::file("cannot write", path, &error))
}

fn log_verdict(verdict: &LogVerdict, json: bool) -> ExitCode {
    if json {
        report::print(&json!(verdict));
    } else {
        match &verdict.first_break {
            None => report::line(&format!(
                "The log is whole: {} leaves, {} signed heads, {} current records.",
                verdict.leaves, verdict.heads, verdict.records
            )),
            Some(broken) => report::line(&format!("The log is broken: {}", sentence(broken))),
        }
        report::line(&format!("Head: {}", verdict.head));
        match &verdict.notarised {
            Some(head) => report::line(&format!(
                "Notarised: {} leaves, {} days ago",
                head.leaves, head.days
            )),
            // As it is of every organisation until then: no fault.
            None => report::line(
                "Notarised: not yet. The notary countersigns each time an officer logs in; until the \
                 first time the head key alone vouches for the log.",
            ),
        }
        for finding in &verdict.findings {
            report::line(&format!("- {finding}"));
        }
    }
    status(verdict.whole)
}

fn export_verdict(file: &Path, verdict: &ExportVerdict, json: bool) -> ExitCode {
    if json {
        report::print(&json!(verdict));
    } else {
        let file = file.display();
        match &verdict.first_break {
            None => report::line(&format!("{file} is whole: {} leaves", verdict.leaves)),
            Some(broken) => report::line(&format!("{file} is broken: {}", sentence(broken))),
        }
        report::line(&format!(
            "Organisation: {}",
            report::grouped(&verdict.organisation)
        ));
        report::line(&format!("Head: {}", verdict.head));
        if !verdict.notarised {
            report::line("The notary has not signed this head.");
        }
    }
    status(verdict.whole)
}

fn sentence(broken: &Break) -> String {
    match (broken.index, &broken.login) {
        (Some(index), _) => format!("leaf {index}: {}", broken.what),
        (None, Some(login)) => format!("the record of {login}: {}", broken.what),
        (None, None) => broken.what.clone(),
    }
}

fn status(whole: bool) -> ExitCode {
    if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(Status::Wanting as u8)
    }
}
