//! The contact sheet of looks: every look, rotation and script, from signed files, for people to see.

use std::path::Path;

use anyhow::Result;

use crate::places::Places;
use crate::shell::run;
use crate::test::cargo;

/// The test of `pdf` that draws them all.
const TEST: &str = "every_look_stays_in_its_box";

/// Writes the sheet as PNG.
pub(crate) fn looks(places: &Places, output: &Path) -> Result<()> {
    let output = std::path::absolute(output)?;
    // By the whole workspace: another choice of packages builds half of them anew.
    let arguments = ["test", "--quiet", "--workspace", "--test", "it", TEST];
    run(cargo(places, &arguments).env("CHANCERY_CONTACT_SHEET", &output))?;
    println!("{}", output.display());
    Ok(())
}
