//! The log is exported: an act of its own, which the log names with the digest of the export.

use std::path::Path;

use super::{Administrator, Office};
use crate::audit::{self, Act, Outcome};
use crate::auditing;
use crate::certificates::new_id;
use crate::error::Result;
use crate::requests::{Existing, Exported};
use crate::station::Station;
use crate::station::log::{About, Draft};

/// Writes the log to a file, as far as the head goes that covers the intent of this act; blocks.
pub(crate) fn export_log(
    station: &Station,
    officer: &Administrator,
    file: &Path,
    existing: Existing,
) -> Result<Exported> {
    Office::enter(station, officer, |office| {
        let request = new_id()?;
        let about = About {
            officer: Some(&officer.login),
            ..About::of(Act::Export, &request)
        };
        office.act(&about, |office, intent| {
            office.notarise();
            let head = station.wait(station.store.latest_head())?;
            let (leaves, _) = office.log.head();
            let head = head.ok_or(audit::Error::Shorter {
                now: 0,
                seen: leaves,
            })?;
            let (exported, digest) = auditing::write(station, &head, file, existing)?;
            let digests = [digest];
            let about = About {
                digests: &digests,
                ..about
            };
            let draft = Draft::outcome(&about, intent, Outcome::Done);
            let append = |leaf| station.store.append(leaf);
            let (index, leaf) = office.log.write(draft, &[], append)?;
            office.log.sign_done(index, &leaf)?;
            Ok(exported)
        })
    })
}
