//! Keys on the token that belong to nobody: a process made them and ended before the vault had a row of
//! them, and what would have told of that is gone with its machine's state.

use vault::KeyId;

use super::{Administrator, Office};
use crate::audit::{Act, Outcome};
use crate::certificates::new_id;
use crate::error::Result;
use crate::station::Station;
use crate::station::log::About;

/// Destroys them, each in an act of its own, and says which they were; blocks.
pub(crate) fn tidy(station: &Station, officer: &Administrator) -> Result<Vec<String>> {
    Office::enter(station, officer, |office| {
        let nobodys = office.signing.nobodys(station)?;
        for key in &nobodys {
            office.destroy_nobodys(*key)?;
        }
        Ok(nobodys.iter().map(KeyId::to_string).collect())
    })
}

impl Office<'_> {
    fn destroy_nobodys(&mut self, key: KeyId) -> Result<()> {
        let request = new_id()?;
        let login = self.officer.login.clone();
        let about = About {
            key: Some(key.as_bytes()),
            officer: Some(&login),
            note: Some("nobody's"),
            ..About::of(Act::DestroyKey, &request)
        };
        self.act(&about, |office, intent| {
            office.signing.destroy_if_nobodys(office.station, key)?;
            office.log.conclude(&about, intent, Outcome::Done)
        })
    }
}
